//! PDFs of what the portal shows: a link that works without scripts, as the page does that it stands on.

use app::error::AppError;
use axum::{
    Extension,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use domain::ids::PatientId;
use services::paper::record::{self, Paper};

use super::{
    Shared, answer,
    outer::About,
    uploads::{self, INERT, Named},
};

const ROUTE: &str = "/pdf/:patient/:record";

/// `GET /pdf/<patient>/<note or document>`.
pub async fn own(
    State(state): State<Shared>,
    Extension(about): Extension<About>,
    named: Named<(PatientId, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let refused = |error: &AppError| answer::error(&state, &headers, error);
    // That it was read would stand in the trail, and nobody saw it.
    if method == Method::HEAD {
        return answer::refusal(&state, &headers, StatusCode::METHOD_NOT_ALLOWED, &AppError::BadRequest);
    }
    let Ok(Path((patient, what))) = named else { return refused(&AppError::NotFound) };
    let note = what.parse().ok().map(Paper::Note);
    let Some(paper) = note.or_else(|| what.parse().ok().map(Paper::Document)) else {
        return refused(&AppError::NotFound);
    };
    let ctx = match uploads::entered(&state, &about, &headers, true, ROUTE).await {
        Ok(ctx) => ctx,
        Err(error) => return refused(&error),
    };
    let (title, bytes) = match record::print_own(&ctx, patient, paper).await {
        Ok(printed) => printed,
        Err(error) => return refused(&uploads::told(&ctx, &about, &what, error).await),
    };
    let mut response = answer::with_type(StatusCode::OK, "application/pdf", Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_DISPOSITION, uploads::disposition(&format!("{title}.pdf"), false));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(INERT));
    response
}
