//! Files of records: their pieces come in, and they go out. Server functions take no bytes (F2), so these are routes of their own,
//! for both sides; who may is decided by the services, as for any door.

use app::{api::AS_USER_HEADER, error::AppError};
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{Path, Request, State, rejection::PathRejection},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    response::Response,
};
use domain::ids::{FileId, PatientId};
use futures::{StreamExt as _, stream};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use services::{
    Ctx,
    files::{self, Download},
};

use super::{Shared, answer, outer::About, session};
use crate::limits;

/// What a file from outside may do in a browser: nothing (PT-18).
pub(super) const INERT: &str =
    "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The same for what a browser shows by itself. A PDF in a sandbox is shown by none: what runs in one is the viewer's.
const SHOWN: &str = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

/// What an address names; what is none of ours is simply not there, in our own words (AN-21).
pub(super) type Named<T> = Result<Path<T>, PathRejection>;

/// `PUT /uploads/<patient>/<file>/<number>`: one piece. Says how far the file has come.
pub async fn piece(
    State(state): State<Shared>,
    Extension(about): Extension<About>,
    named: Named<(PatientId, FileId, u64)>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let headers = &parts.headers;
    let refused = |error: &AppError| answer::error(&state, headers, error);
    let Ok(Path((patient, file, number))) = named else { return refused(&AppError::NotFound) };
    if headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes) != Some(b"application/octet-stream") {
        return answer::refusal(&state, headers, StatusCode::UNSUPPORTED_MEDIA_TYPE, &AppError::BadRequest);
    }
    // Who sends a file is there, as who types is.
    let ctx = match entered(&state, &about, headers, true, "/uploads/:patient/:file/:number").await {
        Ok(ctx) => ctx,
        Err(error) => return refused(&error),
    };
    let bytes = match read(body).await {
        Ok(bytes) => bytes,
        Err(status) => return answer::refusal(&state, headers, status, &AppError::BadRequest),
    };
    match files::piece(&ctx, patient, file, number, bytes).await {
        Ok(progress) => answer::json(StatusCode::OK, &progress),
        Err(error) => refused(&told(&ctx, &about, file, error).await),
    }
}

/// One piece and no more; what is longer is refused by its head, before a byte of it is read.
async fn read(body: Body) -> Result<Bytes, StatusCode> {
    let most = usize::try_from(domain::limits::FILE_PIECE).unwrap_or(usize::MAX);
    let too_long = axum::body::HttpBody::size_hint(&body).lower() > domain::limits::FILE_PIECE;
    if too_long {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    match tokio::time::timeout(limits::PIECE_TIME, Limited::new(body, most).collect()).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Ok(Err(_)) => Err(StatusCode::BAD_REQUEST),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

/// `GET /files/<patient>/<file>`: the file, to be saved.
pub async fn download(
    State(state): State<Shared>,
    Extension(about): Extension<About>,
    named: Named<(PatientId, FileId)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    send(&state, &about, named, &method, &as_linked(headers, &uri), false).await
}

/// `GET /files/<patient>/<file>/view`: a picture or a PDF, to be looked at in the browser. Anything else is not there.
pub async fn show(
    State(state): State<Shared>,
    Extension(about): Extension<About>,
    named: Named<(PatientId, FileId)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    send(&state, &about, named, &method, &as_linked(headers, &uri), true).await
}

/// A link sets no header: its address says as which membership its tab acts, `?as=<user>` (S4-12).
fn as_linked(mut headers: HeaderMap, uri: &Uri) -> HeaderMap {
    let user = uri.query().and_then(|query| query.strip_prefix("as="));
    if let Some(user) = user.and_then(|user| HeaderValue::from_str(user).ok()) {
        headers.insert(AS_USER_HEADER, user);
    }
    headers
}

async fn send(
    state: &Shared,
    about: &About,
    named: Named<(PatientId, FileId)>,
    method: &Method,
    headers: &HeaderMap,
    shown: bool,
) -> Response {
    let refused = |error: &AppError| answer::error(state, headers, error);
    let Ok(Path((patient, file))) = named else { return refused(&AppError::NotFound) };
    // That it was opened would stand in the trail, and nobody saw it.
    if *method == Method::HEAD {
        return answer::refusal(state, headers, StatusCode::METHOD_NOT_ALLOWED, &AppError::BadRequest);
    }
    let route = if shown { "/files/:patient/:file/view" } else { "/files/:patient/:file" };
    let ctx = match entered(state, about, headers, true, route).await {
        Ok(ctx) => ctx,
        Err(error) => return refused(&error),
    };
    let opened = if shown { files::show(&ctx, patient, file).await } else { files::open(&ctx, patient, file).await };
    let download = match opened {
        Ok(download) => download,
        Err(error) => return refused(&told(&ctx, about, file, error).await),
    };
    // A file that is not whole is found out while an answer can still say so.
    let first = match download.piece(&ctx.services, 0).await {
        Ok(first) => first,
        Err(error) => return refused(&told(&ctx, about, file, error).await),
    };
    let (kind, size) = (download.kind.media_type(), download.size);
    let disposition = disposition(download.name.as_str(), shown);
    let mut response = answer::with_type(StatusCode::OK, kind, Body::from_stream(rest(ctx, download, first)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(size));
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    let policy = if shown { SHOWN } else { INERT };
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(HeaderName::from_static("accept-ranges"), HeaderValue::from_static("none"));
    response
}

/// The file piece by piece: the next is opened when the one before was taken. One that does not open ends the answer short of the
/// length that was promised, so that nobody takes it for whole.
fn rest(ctx: Ctx, download: Download, first: Bytes) -> impl futures::Stream<Item = Result<Bytes, services::Error>> {
    let pieces = download.pieces();
    let others = stream::iter(1..pieces).then(move |number| {
        let (ctx, download) = (ctx.clone(), download.clone());
        async move {
            let piece = download.piece(&ctx.services, number).await;
            if let Err(error) = &piece {
                tracing::error!(file = %download.id, %error, "a file broke off while it was sent");
            }
            piece
        }
    });
    stream::once(async move { Ok(first) }).chain(others)
}

pub(super) async fn entered(
    state: &Shared,
    about: &About,
    headers: &HeaderMap,
    human: bool,
    path: &str,
) -> Result<Ctx, AppError> {
    let ctx = session::ctx(state, headers, about, human).await?;
    let door = state.doors.route(path).ok_or(AppError::NotFound)?;
    door.check(&ctx)?;
    Ok(ctx)
}

pub(super) async fn told(
    ctx: &Ctx,
    about: &About,
    object: impl std::fmt::Display + Send,
    error: services::Error,
) -> AppError {
    app::api::told(ctx, &about.id.0, &about.route.0, object, error).await
}

/// A name for the browser to save under: in plain letters for the oldest, and whole (RFC 6266, RFC 8187).
pub(super) fn disposition(name: &str, shown: bool) -> HeaderValue {
    use std::fmt::Write as _;

    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || ".-_ ".contains(c) { c } else { '_' }).collect();
    let mut whole = String::with_capacity(name.len() * 3);
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_".contains(&byte) {
            whole.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(whole, "%{byte:02X}");
        }
    }
    let how = if shown { "inline" } else { "attachment" };
    let value = format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{whole}");
    HeaderValue::from_str(&value).unwrap_or_else(|_| HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    // UP-06: a name cannot break out of its header.
    #[test]
    fn a_name_is_a_name() {
        let value = |name| disposition(name, false).to_str().unwrap().to_owned();
        assert_eq!(value("a b.pdf"), "attachment; filename=\"a b.pdf\"; filename*=UTF-8''a%20b.pdf");
        assert_eq!(
            value("\"; x=\"y\r\n.pdf"),
            "attachment; filename=\"__ x__y__.pdf\"; filename*=UTF-8''%22%3B%20x%3D%22y%0D%0A.pdf"
        );
        assert_eq!(value("Ü🦵.pdf"), "attachment; filename=\"__.pdf\"; filename*=UTF-8''%C3%9C%F0%9F%A6%B5.pdf");
    }
}
