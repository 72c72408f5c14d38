//! The server's edge: everything between a connection and a service.
//!
//! A request passes, from outside in: [`edge`] (connections) → [`outer`] (id, time limit, panics, headers, log line) →
//! [`security`] (whose host, which page) → one of [`forms`] (server functions), [`pages`], [`files`], [`live`] (events), [`uploads`] (files of records), [`papers`] (PDFs),
//! [`health`], [`mailbox`] (demo). [`session`] alone knows cookies; [`doors`] is the list of all ways in.
//!
//! To add a route: its line in `routes` and in `server/doors.toml`; a test compares the two.

pub mod answer;
pub mod doors;
mod download;
pub mod edge;
pub mod files;
pub mod forms;
pub mod health;
pub mod live;
pub mod mailbox;
pub mod outer;
pub mod pages;
pub mod papers;
pub mod security;
pub mod session;
pub mod uploads;

use std::sync::{Arc, atomic::AtomicBool};

use app::shell::Assets;
use axum::{
    Router,
    http::HeaderName,
    middleware::from_fn_with_state,
    routing::{MethodRouter, any, get, put},
};
use services::Services;
use tokio_util::sync::CancellationToken;
use tower_http::{CompressionLevel, compression::CompressionLayer};

use crate::{config::AppUrl, mail::Mailbox};

/// What every request finds.
pub struct Edge {
    /// The practice.
    pub services: Arc<Services>,
    /// The embedded files.
    pub site: files::Site,
    /// Their names in this build.
    pub assets: Assets,
    /// Every way in.
    pub doors: doors::Doors,
    /// Who listens to live events.
    pub switchboard: Arc<live::EventHub>,
    /// What `Host` may be.
    pub authorities: Vec<String>,
    /// What `Origin` may be.
    pub origins: Vec<String>,
    /// Is the public address https?
    pub https: bool,
    /// The only forwarding header that is believed.
    pub client_ip_header: Option<HeaderName>,
    /// The demo's mailbox.
    pub mailbox: Option<Arc<Mailbox>>,
    /// Is there a group already? True once it was seen.
    pub set_up_done: AtomicBool,
    /// Cancelled when the server is about to stop.
    pub stopping: CancellationToken,
}

/// The edge as requests share it.
pub type Shared = Arc<Edge>;

/// What differs from one server to the next.
pub struct Settings {
    /// The address people type.
    pub app_url: AppUrl,
    /// The only forwarding header that is believed.
    pub client_ip_header: Option<HeaderName>,
    /// The demo's mailbox, shown at `/demo/mailbox`.
    pub mailbox: Option<Arc<Mailbox>>,
}

impl Edge {
    /// Ready for requests.
    ///
    /// # Errors
    /// When the built-in door list cannot be read; a test keeps that from ever being the case.
    pub fn new(
        services: Arc<Services>,
        settings: Settings,
        stopping: CancellationToken,
    ) -> Result<Self, toml::de::Error> {
        let Settings { app_url, client_ip_header, mailbox } = settings;
        let site = files::Site::embedded();
        let authorities = app_url.authorities();
        let scheme = if app_url.https() { "https" } else { "http" };
        Ok(Self {
            services,
            assets: Assets::new(site.names().clone()),
            site,
            doors: doors::Doors::read()?,
            switchboard: Arc::default(),
            origins: authorities.iter().map(|authority| format!("{scheme}://{authority}")).collect(),
            authorities,
            https: app_url.https(),
            client_ip_header,
            mailbox,
            set_up_done: AtomicBool::new(false),
            stopping,
        })
    }
}

/// Routes that are neither pages, files nor server functions, as the door list names them.
pub const PATHS: &[&str] = &[
    "/healthz",
    "/readyz",
    "/events",
    "/uploads/:patient/:file/:number",
    "/pdf/:patient/:record",
    "/download/:patient",
    "/files/:patient/:file",
    "/files/:patient/:file/view",
    "/demo/mailbox",
    "/demo/mailbox/:mail",
];

fn routes() -> [(&'static str, MethodRouter<Shared>); 10] {
    [
        ("/healthz", get(health::alive)),
        ("/readyz", get(health::ready)),
        ("/events", get(live::events)),
        ("/uploads/:patient/:file/:number", put(uploads::piece)),
        ("/pdf/:patient/:record", get(papers::own)),
        ("/download/:patient", get(download::own)),
        ("/files/:patient/:file", get(uploads::download)),
        ("/files/:patient/:file/view", get(uploads::show)),
        ("/demo/mailbox", get(mailbox::list)),
        ("/demo/mailbox/:mail", get(mailbox::mail)),
    ]
}

/// `/:name`, as the door list writes it, is `/{name}` here.
fn as_axum_says_it(path: &str) -> String {
    let part = |part: &str| part.strip_prefix(':').map_or_else(|| part.to_owned(), |name| format!("{{{name}}}"));
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// The whole way of a request.
pub fn router(edge: &Shared) -> Router {
    // Only pages that are asked for by GET are compressed: an answer to a form holds what its sender typed, and its length
    // would tell about what stands beside it (BREACH).
    let compression = CompressionLayer::new().br(true).gzip(true).quality(CompressionLevel::Fastest);
    let pages = Router::new().fallback(pages::show).layer(compression);
    let mut router = Router::new().route("/api/{*door}", any(forms::call));
    for (path, method) in routes() {
        router = router.route(&as_axum_says_it(path), method);
    }
    router
        .fallback_service(pages.with_state(Arc::clone(edge)))
        .layer(from_fn_with_state(Arc::clone(edge), security::guard))
        .layer(from_fn_with_state(Arc::clone(edge), outer::around))
        .with_state(Arc::clone(edge))
}
