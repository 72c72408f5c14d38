//! For whoever watches the server: does it run, does its database answer. Nothing else is told.

use axum::{extract::State, http::StatusCode, response::Response};

use super::{Shared, answer};

/// The process runs.
pub async fn alive() -> Response {
    answer::with_type(StatusCode::OK, "text/plain; charset=utf-8", "ok\n".into())
}

/// The database answers and the server is not about to stop: send people here.
pub async fn ready(State(state): State<Shared>) -> Response {
    let pong = state.services.store.ping().await;
    if pong.is_ok() && !state.stopping.is_cancelled() {
        answer::with_type(StatusCode::OK, "text/plain; charset=utf-8", "ready\n".into())
    } else {
        answer::with_type(StatusCode::SERVICE_UNAVAILABLE, "text/plain; charset=utf-8", "not ready\n".into())
    }
}
