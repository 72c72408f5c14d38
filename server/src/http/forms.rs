//! Calls of server functions, by scripts and by plain forms. Leptos runs the function; what goes in and comes out is
//! ours: no error ever stands in an address, and no answer carries Leptos' own words (F9, AN-21).

use app::{
    error::AppError,
    routes::{self, Audience},
    shell::Typed,
};
use axum::{
    Extension, RequestExt as _,
    body::{Body, Bytes},
    extract::{Form, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use domain::account::Door;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use leptos::prelude::provide_context;
use services::Ctx;

use super::{Shared, answer, outer::About, pages, session};
use crate::limits;

/// Runs the server function that is called.
pub async fn call(State(state): State<Shared>, Extension(about): Extension<About>, request: Request) -> Response {
    let Some(door) = state.doors.door(request.uri().path()) else {
        return answer::error(&state, request.headers(), &AppError::NotFound);
    };
    if request.method() == Method::GET
        && let Some(page) = PlainForm::of(&request).page
    {
        // A refused form is shown at its door's address. Who opens that once more wants the page with the form.
        return answer::see_other(page.path());
    }
    if request.method() != Method::POST {
        let status = StatusCode::METHOD_NOT_ALLOWED;
        let mut response = answer::refusal(&state, request.headers(), status, &AppError::BadRequest);
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        return response;
    }
    let human = !door.background && !is_refresh(request.headers());
    let ctx = match session::ctx(&state, request.headers(), &about, human).await {
        Ok(ctx) => ctx,
        Err(error) => return answer::error(&state, request.headers(), &error),
    };
    let dead = session::is_dead(request.headers(), &ctx);
    let form = answer::wants_html(request.headers()).then(|| PlainForm::of(&request));
    let (mut response, typed) = match through(&state, &about, &ctx, door, request).await {
        Ok(outcome) => outcome,
        Err(refused) => (refused.response, refused.typed),
    };
    if let Some(form) = form {
        response = form.answer(&state, &about, &ctx, typed, response).await;
    }
    if dead {
        session::forget_pages(response.headers_mut());
    }
    session::change(&ctx, response.headers_mut());
    response
}

/// Does an open page look again by itself, because the bell rang? Then nobody did anything (decision 15). Who claims it
/// without need only shortens their own session.
pub(super) fn is_refresh(headers: &HeaderMap) -> bool {
    headers.contains_key(app::api::REFRESH)
}

/// What was typed, for the page that is drawn again.
type Fields = Vec<(String, String)>;

/// A call that did not reach its function.
struct Refused {
    response: Response,
    typed: Fields,
}

impl From<(StatusCode, AppError)> for Refused {
    fn from((status, error): (StatusCode, AppError)) -> Self {
        Self { response: answer::json(status, &error), typed: Fields::new() }
    }
}

async fn through(
    state: &Shared,
    about: &About,
    ctx: &Ctx,
    door: &super::doors::Entry,
    request: Request,
) -> Result<(Response, Fields), Refused> {
    if let Err(error) = door.check(ctx) {
        if let AppError::Forbidden(refusal) = &error
            && let Err(cause) = services::audit::denied(ctx, &about.route.0, "", &format!("{refusal:?}")).await
        {
            tracing::error!(id = about.id.0, %cause, "a refusal could not be written down");
        }
        return Err((answer::status_of(&error), error).into());
    }
    let (mut parts, body) = request.into_parts();
    let form_encoded = match parts.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes) {
        Some(kind) if kind.starts_with(b"application/x-www-form-urlencoded") => true,
        Some(kind) if kind.starts_with(b"application/json") => false,
        _ => return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, AppError::BadRequest).into()),
    };
    let body = read(body, if door.long { limits::LONG_BODY } else { limits::BODY }).await?;
    if std::str::from_utf8(&body).is_err() {
        return Err((StatusCode::BAD_REQUEST, AppError::BadRequest).into());
    }
    let typed = if form_encoded { fields(&body, &door.keeps).await } else { Fields::new() };

    // Leptos treats callers who accept HTML as plain forms and answers them by errors in addresses.
    parts.headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    parts.headers.remove(header::REFERER);
    let context = {
        let (ctx, about) = (ctx.clone(), about.clone());
        move || {
            provide_context(ctx.clone());
            provide_context(about.id.clone());
            provide_context(about.route.clone());
        }
    };
    let request = Request::from_parts(parts, Body::from(body));
    let response = leptos_axum::handle_server_fns_with_context(context, request).await.into_response();
    Ok((with_status(state, response).await, typed))
}

/// Reads a body, bounded in size and time.
async fn read(body: Body, most: usize) -> Result<Bytes, Refused> {
    match tokio::time::timeout(limits::BODY_TIME, Limited::new(body, most).collect()).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            Err((StatusCode::PAYLOAD_TOO_LARGE, AppError::BadRequest).into())
        }
        Ok(Err(_)) => Err((StatusCode::BAD_REQUEST, AppError::BadRequest).into()),
        Err(_) => Err((StatusCode::REQUEST_TIMEOUT, AppError::BadRequest).into()),
    }
}

/// Leptos answers every error with 500; the error itself knows better.
async fn with_status(state: &Shared, response: Response) -> Response {
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.map(|whole| whole.to_bytes()).unwrap_or_default();
    let error: AppError = serde_json::from_slice(&bytes).unwrap_or(AppError::Fault { reference: String::new() });
    let mut response = answer::error(state, &HeaderMap::new(), &error);
    // Leptos' own mark tells its client that this is an error.
    for (name, value) in &parts.headers {
        if name.as_str().starts_with("serverfn") {
            response.headers_mut().insert(name.clone(), value.clone());
        }
    }
    response
}

/// The fields of a form that may be sent back.
async fn fields(body: &Bytes, keeps: &[String]) -> Fields {
    let request = http::Request::post("/")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body.clone()));
    let Ok(request) = request else { return Fields::new() };
    let Ok(Form(fields)) = request.extract::<Form<Fields>, _>().await else { return Fields::new() };
    // Of several under one name, such as `values[mobile]`, the list names the first part.
    let kept = |name: &str| keeps.iter().any(|keep| name.split('[').next() == Some(keep));
    fields.into_iter().filter(|(name, _)| kept(name)).collect()
}

/// A form that a page posted without scripts.
struct PlainForm {
    door: String,
    /// The page it stands on, as the page itself says.
    page: Option<Uri>,
}

impl PlainForm {
    fn of(request: &Request) -> Self {
        let page = request.uri().query().and_then(|query| {
            let path = query.split('&').find_map(|pair| pair.strip_prefix("page="))?;
            let path = path.replace("%2F", "/").replace("%2f", "/");
            routes::is_rendered(&path).then(|| path.parse::<Uri>().ok()).flatten()
        });
        // What came with `?` or a host in it is not the path it claimed to be.
        let page = page.filter(|uri| uri.authority().is_none() && uri.query().is_none());
        Self { door: request.uri().path().to_owned(), page }
    }

    /// What a browser without scripts is shown: the next page, or the same page with what was typed and what is wrong.
    async fn answer(self, state: &Shared, about: &About, ctx: &Ctx, typed: Fields, response: Response) -> Response {
        if response.status().is_success() {
            let location = response.headers().get(header::LOCATION).and_then(|place| place.to_str().ok());
            let back = self.page.as_ref().map_or("/", Uri::path);
            return answer::see_other(location.filter(|place| is_local(place)).unwrap_or(back));
        }
        let status = response.status();
        let error = error_in(response).await;
        let Some(page) = self.page else { return self.error_page(state, status, &error) };
        let audience = pages::audience(page.path());
        let side = ctx.maybe_actor().map(|actor| actor.door());
        if audience == Some(Audience::Portal) && side != Some(Door::Portal) {
            return pages::to_sign_in(Door::Portal, page.path());
        }
        let Ok(request) = Request::get(page).header(header::ACCEPT, "text/html").body(Body::empty()) else {
            return answer::bare(StatusCode::BAD_REQUEST);
        };
        let retry = answer::retry_after(&error);
        let typed = Typed { door: self.door, values: typed, error };
        let mut response = pages::render(state, about, ctx.clone(), request, Some(typed)).await;
        *response.status_mut() = status;
        if let Some(seconds) = retry {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    fn error_page(&self, state: &Shared, status: StatusCode, error: &AppError) -> Response {
        answer::document(status, app::shell::error_page(&state.assets, error, None))
    }
}

fn is_local(place: &str) -> bool {
    place.starts_with('/') && !place.starts_with("//") && !place.contains('\\')
}

async fn error_in(response: Response) -> AppError {
    let bytes = response.into_body().collect().await.map(|whole| whole.to_bytes()).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or(AppError::Fault { reference: String::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(uri: &str) -> Option<String> {
        let request = Request::post(uri).body(Body::empty()).unwrap();
        PlainForm::of(&request).page.map(|page| page.to_string())
    }

    // AN-14: the page to show is one of ours or none.
    #[test]
    fn only_our_own_pages_are_drawn_again() {
        assert_eq!(page("/api/account/sign_in?page=/sign-in").as_deref(), Some("/sign-in"));
        assert_eq!(page("/api/account/sign_in?page=%2Fconsole%2Fsign-in").as_deref(), Some("/console/sign-in"));
        assert_eq!(page("/api/x?page=/invitation/abc").as_deref(), Some("/invitation/abc"));
        for evil in ["//evil.example", "https://evil.example", "/invitation/a%3Fb=c/d", "/nowhere", "", "/console"] {
            assert_eq!(page(&format!("/api/account/sign_in?page={evil}")), None, "{evil}");
        }
        assert_eq!(page("/api/account/sign_in"), None);
    }

    // DB-06: only what the door list names comes back, whatever a field is called.
    #[tokio::test]
    async fn only_what_is_named_is_sent_back() {
        let body = Bytes::from_static(b"email=ann%40example.org&password=x&secret=y&current=z&token=t&code=c&next=%2F");
        let fields = fields(&body, &["email".to_owned(), "next".to_owned()]).await;
        let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["email", "next"]);
        assert_eq!(fields[0].1, "ann@example.org");
    }

    #[test]
    fn only_local_places_are_gone_on_to() {
        assert!(is_local("/portal"));
        assert!(!is_local("//evil.example") && !is_local("https://evil.example") && !is_local("/\\evil.example"));
    }
}
