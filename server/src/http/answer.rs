//! Answers that no page and no door gives: refusals and faults, as a document for people and as JSON for scripts.

use app::error::AppError;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use domain::account::Door;

use super::{Shared, security};

/// Does the caller want a document to look at?
#[must_use]
pub fn wants_html(headers: &HeaderMap) -> bool {
    headers.get_all(header::ACCEPT).iter().any(|value| value.to_str().is_ok_and(|text| text.contains("text/html")))
}

/// The error with its own status.
pub fn error(state: &Shared, headers: &HeaderMap, error: &AppError) -> Response {
    refusal(state, headers, status_of(error), error)
}

/// The status of an error.
#[must_use]
pub fn status_of(error: &AppError) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The error with this status.
pub fn refusal(state: &Shared, headers: &HeaderMap, status: StatusCode, error: &AppError) -> Response {
    let mut response = if wants_html(headers) {
        document(status, app::shell::error_page(&state.assets, error, None))
    } else {
        json(status, error)
    };
    if let Some(seconds) = retry_after(error) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The error as a page for somebody who may be signed in on a side: it leads there.
pub fn page_error(state: &Shared, headers: &HeaderMap, problem: &AppError, side: Option<Door>) -> Response {
    if side.is_none() || !wants_html(headers) {
        return error(state, headers, problem);
    }
    document(status_of(problem), app::shell::error_page(&state.assets, problem, side))
}

/// How long the caller shall wait, in seconds, if at all.
#[must_use]
pub fn retry_after(error: &AppError) -> Option<i64> {
    match error {
        AppError::TooMany { seconds } => Some((*seconds).max(1)),
        AppError::Unavailable => Some(2),
        _ => None,
    }
}

/// An answer, or an error, for scripts.
pub fn json(status: StatusCode, answer: &impl serde::Serialize) -> Response {
    let body = serde_json::to_vec(answer).unwrap_or_default();
    with_type(status, "application/json", Body::from(body))
}

/// A document that needs no script.
pub fn document(status: StatusCode, html: String) -> Response {
    let mut response = with_type(status, "text/html; charset=utf-8", Body::from(html));
    let policy = HeaderValue::from_static(security::PLAIN_DOCUMENT);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// A body and what it is.
pub fn with_type(status: StatusCode, kind: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// Nothing but a status.
pub fn bare(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// Go there with a GET. Only ever called with a local path.
pub fn see_other(path: &str) -> Response {
    let mut response = bare(StatusCode::SEE_OTHER);
    let place = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, place);
    response
}
