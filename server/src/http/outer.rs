//! The outermost layer, around every request: its id, its time limit, its panics, its headers, its line in the log.

use std::{net::IpAddr, panic::AssertUnwindSafe};

use app::{
    api::{RequestId, Route},
    error::AppError,
    routes,
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use futures::FutureExt as _;
use services::Origin;
use tokio::time::Instant;

use super::{Shared, answer, edge::Peer, security};
use crate::limits;

/// What is known of a request before anybody looks at what it wants.
#[derive(Clone)]
pub struct About {
    /// The id under which it stands in the log.
    pub id: RequestId,
    /// By which way in it came, as the door list names it.
    pub route: Route,
    /// Where it comes from.
    pub origin: Origin,
}

/// The longest description of a browser that is passed on, in bytes.
const AGENT: usize = 400;

/// Wraps every request.
pub async fn around(State(state): State<Shared>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = new_id(&state);
    let origin = Origin { address: client_address(&state, &request), agent: agent(request.headers()) };
    let method = request.method().clone();
    let route = pattern(&state, request.uri().path());
    let headers = request.headers().clone();
    request.extensions_mut().insert(About { id: RequestId(id.clone()), route: route.named(), origin });

    // Until the answer begins, the background gives way.
    let _guest = state.services.courtesy.serve();
    // Nothing of a request outlives its panic but counters and locks that are whole again.
    let run = AssertUnwindSafe(tokio::time::timeout(limits::ANSWER, next.run(request))).catch_unwind();
    let mut response = match run.await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            tracing::error!(id, "a request took too long");
            answer::error(&state, &headers, &AppError::Unavailable)
        }
        Err(_) => {
            tracing::error!(id, "a request panicked");
            answer::error(&state, &headers, &AppError::Fault { reference: id.clone() })
        }
    };
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().entry(header::RETRY_AFTER).or_insert(HeaderValue::from_static("2"));
    }
    security::add_headers(state.https, response.headers_mut());
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    let status = response.status().as_u16();
    let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    if response.status() == StatusCode::OK && route.is_file() {
        tracing::debug!(target: "portico::request", id, %method, route = route.text(), status, micros);
    } else {
        tracing::info!(target: "portico::request", id, %method, route = route.text(), status, micros);
    }
    response
}

fn new_id(state: &Shared) -> String {
    let (_, random) = state.services.random.id().as_u64_pair();
    // 48 random bits: short enough to be read out on the telephone.
    format!("{:012x}", random & 0xffff_ffff_ffff)
}

fn agent(headers: &HeaderMap) -> String {
    let text = headers.get(header::USER_AGENT).map(HeaderValue::as_bytes).unwrap_or_default();
    String::from_utf8_lossy(text.get(..AGENT).unwrap_or(text)).into_owned()
}

/// The address of whoever asks. A forwarding header is believed only when one is configured, and only from a peer on this
/// machine or in a private network, where the proxy is (AN-12).
fn client_address(state: &Shared, request: &Request) -> String {
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip().to_canonical());
    let forwarded = state
        .client_ip_header
        .as_ref()
        .filter(|_| peer.is_some_and(is_near))
        .and_then(|name| request.headers().get_all(name).iter().next_back())
        .and_then(|value| value.to_str().ok())
        // The proxy adds at the end; what stands before may be anybody's.
        .and_then(|list| list.rsplit(',').next())
        .and_then(|address| address.trim().parse::<IpAddr>().ok());
    forwarded.or(peer).map(|address| address.to_string()).unwrap_or_default()
}

fn is_near(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

/// A path as it may stand in the log: its route, never what somebody typed or a token.
enum Pattern {
    Route(&'static str),
    Door(String),
    File,
    Unknown,
}

impl Pattern {
    fn text(&self) -> &str {
        match self {
            Self::Route(route) => route,
            Self::Door(door) => door,
            Self::File => "(file)",
            Self::Unknown => "(unknown)",
        }
    }

    fn named(&self) -> Route {
        let text = self.text();
        Route(text.strip_prefix("/api/").unwrap_or(text).to_owned())
    }

    const fn is_file(&self) -> bool {
        matches!(self, Self::File)
    }
}

fn pattern(state: &Shared, path: &str) -> Pattern {
    let pages = routes::RENDERED.iter().chain(routes::CONSOLE).map(|page| page.path);
    if let Some(route) = pages.chain(super::PATHS.iter().copied()).find(|route| routes::matches(route, path)) {
        Pattern::Route(route)
    } else if state.doors.door(path).is_some() {
        Pattern::Door(path.to_owned())
    } else if state.site.file(path).is_some() {
        Pattern::File
    } else {
        Pattern::Unknown
    }
}
