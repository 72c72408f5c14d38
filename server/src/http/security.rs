//! What every request must pass and every answer carries: whose address it asks for, which page it comes from, and the
//! headers that keep browsers strict.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};

use super::{Shared, answer};
use app::error::AppError;

/// What a document that needs no script may do: our own stylesheet and pictures.
pub const PLAIN_DOCUMENT: &str = "default-src 'none'; style-src 'self'; img-src 'self'; manifest-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What anything may do that is no document.
const NOT_A_DOCUMENT: &str = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// What a rendered page or the console may do: run scripts that carry this answer's nonce, and what those load.
#[must_use]
pub fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// Turns away, before anything else looks at it, what asks for another host (AN-13), what another site sends (AN-10,
/// SS-09) and what another site embeds (SS-13).
pub async fn guard(State(state): State<Shared>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    // Whoever watches the server asks by its address.
    let watched = matches!(path, "/healthz" | "/readyz");
    if !watched && !host_is_ours(&state, &request) {
        return answer::refusal(&state, request.headers(), StatusCode::MISDIRECTED_REQUEST, &AppError::NotFound);
    }
    if !is_safe(request.method()) && !comes_from_us(&state, request.headers()) {
        return answer::refusal(&state, request.headers(), StatusCode::FORBIDDEN, &AppError::BadRequest);
    }
    if is_safe(request.method()) && embedded_elsewhere(request.headers()) {
        return answer::refusal(&state, request.headers(), StatusCode::FORBIDDEN, &AppError::BadRequest);
    }
    next.run(request).await
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

fn host_is_ours(state: &Shared, request: &Request) -> bool {
    // With an absolute address in the request line, that one counts (RFC 9112, 3.2.2).
    let named = request.uri().authority().map(|authority| authority.as_str());
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = named.or_else(|| hosts.next().and_then(|host| host.to_str().ok()));
    let only_one = named.is_some() || hosts.next().is_none();
    only_one && host.is_some_and(|host| state.authorities.iter().any(|ours| ours.eq_ignore_ascii_case(host)))
}

/// A request that may change something says where it comes from, and it must be a page of ours: no tokens needed.
fn comes_from_us(state: &Shared, headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    let origin = headers.get(header::ORIGIN).map(HeaderValue::as_bytes);
    let origin_is_ours = |origin: &[u8]| state.origins.iter().any(|ours| ours.as_bytes() == origin);
    match (site, origin) {
        (None, None) => false,
        (Some(site), origin) => site == b"same-origin" && origin.is_none_or(origin_is_ours),
        (None, Some(origin)) => origin_is_ours(origin),
    }
}

/// Another site may lead people here by a link, but not pull answers into itself.
fn embedded_elsewhere(headers: &HeaderMap) -> bool {
    let is = |name: &str, value: &[u8]| headers.get(name).is_some_and(|found| found.as_bytes() == value);
    let elsewhere =
        headers.get("sec-fetch-site").is_some_and(|site| !matches!(site.as_bytes(), b"same-origin" | b"none"));
    let followed = is("sec-fetch-mode", b"navigate") && is("sec-fetch-dest", b"document");
    elsewhere && !followed
}

const POWERS: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), \
     encrypted-media=(), fullscreen=(self), geolocation=(), gyroscope=(), hid=(), idle-detection=(), local-fonts=(), \
     magnetometer=(), microphone=(), midi=(), payment=(), screen-wake-lock=(), serial=(), usb=(), \
     xr-spatial-tracking=()";

/// The headers that every answer carries, errors and files too.
pub fn add_headers(https: bool, headers: &mut HeaderMap) {
    let or_else = |headers: &mut HeaderMap, name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    or_else(headers, header::CONTENT_SECURITY_POLICY, NOT_A_DOCUMENT);
    or_else(headers, header::CACHE_CONTROL, "no-store");
    let always: [(HeaderName, &'static str); 7] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // Not "no-referrer": with that, browsers send our own plain forms with "Origin: null".
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), POWERS),
        (HeaderName::from_static("x-permitted-cross-domain-policies"), "none"),
    ];
    for (name, value) in always {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if https {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    headers.remove(header::SERVER);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_runs_only_scripts_with_its_nonce() {
        let policy = page_policy("abc");
        assert!(policy.contains("script-src 'nonce-abc' 'strict-dynamic' 'wasm-unsafe-eval';"));
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
    }

    #[test]
    fn a_link_from_elsewhere_leads_here_but_nothing_is_embedded() {
        let with = |site: &'static str, mode: &'static str, dest: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("sec-fetch-site", HeaderValue::from_static(site));
            headers.insert("sec-fetch-mode", HeaderValue::from_static(mode));
            headers.insert("sec-fetch-dest", HeaderValue::from_static(dest));
            embedded_elsewhere(&headers)
        };
        assert!(!with("cross-site", "navigate", "document"));
        assert!(!with("none", "navigate", "document"));
        assert!(!with("same-origin", "cors", "empty"));
        assert!(with("cross-site", "no-cors", "script"));
        assert!(with("cross-site", "no-cors", "image"));
        assert!(with("cross-site", "navigate", "iframe"));
        assert!(with("same-site", "cors", "empty"));
        assert!(!embedded_elsewhere(&HeaderMap::new()));
    }
}
