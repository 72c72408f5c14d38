//! Pages: who may open which, where others are led, and the rendering.

use std::sync::atomic::Ordering;

use app::{
    error::AppError,
    routes::{self, Audience},
    shell::Typed,
};
use axum::{
    Extension,
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use domain::{access::Face, account::Door, ids::PatientId};
use leptos::{
    nonce::use_nonce,
    prelude::{provide_context, use_context},
};
use leptos_axum::ResponseOptions;
use services::{Ctx, activities, chat, documents, notes, portal, set_up};

use super::{Shared, answer, files, forms::is_refresh, outer::About, security, session};

/// What is asked for by its address and is no route: a file, a page, or nothing.
pub async fn show(State(state): State<Shared>, Extension(about): Extension<About>, request: Request) -> Response {
    if let Some(file) = state.site.file(request.uri().path()) {
        return files::send(file, request.method(), request.headers());
    }
    let headers = request.headers().clone();
    match page(&state, &about, request).await {
        Ok(response) => response,
        Err(AppError::NotFound) => {
            let ctx = session::ctx(&state, &headers, &about, false).await;
            let side = ctx.ok().and_then(|ctx| ctx.maybe_actor().map(|actor| actor.door()));
            answer::page_error(&state, &headers, &AppError::NotFound, side)
        }
        Err(error) => answer::error(&state, &headers, &error),
    }
}

async fn page(state: &Shared, about: &About, request: Request) -> Result<Response, AppError> {
    let path = request.uri().path().to_owned();
    let Some(place) = Place::of(&path) else { return Err(AppError::NotFound) };
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response =
            answer::refusal(state, request.headers(), StatusCode::METHOD_NOT_ALLOWED, &AppError::BadRequest);
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return Ok(response);
    }
    if set_up_needed(state, about).await? {
        if path != SET_UP {
            return Ok(answer::see_other(SET_UP));
        }
    } else if path == SET_UP {
        return Err(AppError::NotFound);
    }
    let ctx = session::ctx(state, request.headers(), about, !is_refresh(request.headers())).await?;
    let side = ctx.maybe_actor().map(|actor| actor.door());
    let lobby = matches!(ctx.maybe_actor().map(|actor| *actor.face()), Some(Face::Lobby(_)));
    let dead = session::is_dead(request.headers(), &ctx);
    let mut response = match (place, side) {
        (Place::Top | Place::Console | Place::Rendered(Audience::Portal), Some(_)) if lobby => answer::see_other(LOBBY),
        (Place::Rendered(Audience::SignedIn), None) => to_sign_in(Door::Console, &path),
        (Place::Top, Some(side)) => answer::see_other(side.home()),
        (Place::Top, None) => answer::see_other(Door::Portal.sign_in()),
        (Place::Rendered(Audience::Portal), Some(Door::Portal)) if request.method() == Method::HEAD => {
            still_open(about, &ctx, &path).await?
        }
        (Place::Rendered(Audience::Public), _)
        | (Place::Rendered(Audience::SignedIn), Some(_))
        | (Place::Rendered(Audience::Portal), Some(Door::Portal)) => render(state, about, ctx, request, None).await,
        (Place::Rendered(_), _) => to_sign_in(Door::Portal, &path),
        (Place::Console, Some(Door::Console)) => console(state),
        (Place::Console, _) => to_sign_in(Door::Console, &path),
    };
    if dead {
        session::forget(response.headers_mut());
    }
    Ok(response)
}

/// A page that was left open asks whether it may still be shown: it is not drawn for that.
async fn still_open(about: &About, ctx: &Ctx, path: &str) -> Result<Response, AppError> {
    let mut parts = path.trim_start_matches("/portal").split('/').skip(1);
    if let Some(Ok(patient)) = parts.next().map(str::parse::<PatientId>) {
        let place = parts.next().unwrap_or_default();
        let clinical = app::portal::Place::is_clinical_path(place);
        let what = parts.next().unwrap_or_default();
        let open = match place {
            "records" if let Ok(note) = what.parse() => notes::still_open(ctx, patient, note).await,
            "documents" if let Ok(document) = what.parse() => documents::still_open(ctx, patient, document).await,
            "messages" if let Ok(conversation) = what.parse() => chat::still_open(ctx, patient, conversation).await,
            "activities" if let Ok(activity) = what.parse() => activities::still_open(ctx, patient, activity).await,
            _ => portal::still_open(ctx, patient, clinical).await,
        };
        open.map_err(|error| AppError::from_service(error, &about.id.0))?;
    }
    Ok(StatusCode::OK.into_response())
}

const SET_UP: &str = "/set-up";
/// Where somebody waits who is signed in at the console and not let in yet.
const LOBBY: &str = "/welcome";

/// What an address stands for.
#[derive(Clone, Copy)]
enum Place {
    Top,
    Rendered(Audience),
    Console,
}

impl Place {
    fn of(path: &str) -> Option<Self> {
        if path == "/" {
            return Some(Self::Top);
        }
        if let Some(audience) = audience(path) {
            return Some(Self::Rendered(audience));
        }
        routes::CONSOLE.iter().any(|route| routes::matches(route.path, path)).then_some(Self::Console)
    }
}

/// Who may open the rendered page at this path, if there is one.
#[must_use]
pub fn audience(path: &str) -> Option<Audience> {
    // The table lists fixed names before parameters: the first that fits is meant.
    routes::RENDERED.iter().find(|route| routes::matches(route.path, path)).map(|route| route.audience)
}

/// Leads to the sign-in page of a side, and back to `path` afterwards.
pub fn to_sign_in(side: Door, path: &str) -> Response {
    let sign_in = side.sign_in();
    // Only what will be followed is handed on.
    if routes::safe_next(path, side) == path {
        answer::see_other(&format!("{sign_in}?next={path}"))
    } else {
        answer::see_other(sign_in)
    }
}

/// Is there no group yet? Once there is one it is not asked again.
async fn set_up_needed(state: &Shared, about: &About) -> Result<bool, AppError> {
    if state.set_up_done.load(Ordering::Relaxed) {
        return Ok(false);
    }
    let needed = set_up::needed(&state.services).await.map_err(|error| AppError::from_service(error, &about.id.0))?;
    if !needed {
        state.set_up_done.store(true, Ordering::Relaxed);
    }
    Ok(needed)
}

/// Draws a page. With `typed` it is the page of a form that was refused.
pub async fn render(state: &Shared, about: &About, ctx: Ctx, request: Request<Body>, typed: Option<Typed>) -> Response {
    let (assets, about) = (state.assets.clone(), about.clone());
    let context = move || {
        provide_context(ctx.clone());
        provide_context(about.id.clone());
        provide_context(about.route.clone());
        provide_context(assets.clone());
        if let Some(typed) = &typed {
            provide_context(typed.clone());
        }
        // The nonce was made for this answer just now.
        if let (Some(nonce), Some(options)) = (use_nonce(), use_context::<ResponseOptions>())
            && let Ok(policy) = HeaderValue::from_str(&security::page_policy(&nonce.to_string()))
        {
            options.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
    };
    leptos_axum::render_app_async_with_context(context, app::shell::shell)(request).await
}

fn console(state: &Shared) -> Response {
    let nonce = leptos::nonce::Nonce::new().to_string();
    let html = app::shell::console_shell(&state.assets, &nonce);
    let mut response = answer::document(StatusCode::OK, html);
    if let Ok(policy) = HeaderValue::from_str(&security::page_policy(&nonce)) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
