//! What people see when no page can be given: not found, a fault with its reference, not now.

use domain::account::Door;
use leptos::prelude::*;
use services::Ctx;

use super::Assets;
use crate::{
    account::{Gate, words as say},
    components::{Kind, LinkButton},
    error::AppError,
    words,
};

/// What went wrong, as a page; the answer gets the error's status.
#[component]
pub fn Trouble(
    /// What went wrong.
    error: AppError,
    /// Where the reader is signed in, as far as it is known; by itself on a page.
    #[prop(optional_no_strip)]
    side: Option<Door>,
) -> impl IntoView {
    let signed_in = || use_context::<Ctx>()?.maybe_actor().map(|actor| actor.door());
    let side = side.or_else(signed_in);
    let to_portal = (side != Some(Door::Console))
        .then(|| view! { <LinkButton href="/portal" kind=Kind::Main>{say::TO_PORTAL}</LinkButton> });
    let to_console = (side != Some(Door::Portal)).then(|| {
        let kind = if to_portal.is_some() { Kind::Plain } else { Kind::Main };
        view! { <LinkButton href="/console" kind=kind>{say::TO_CONSOLE}</LinkButton> }
    });
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>()
        && let Ok(status) = http::StatusCode::from_u16(error.status())
    {
        response.set_status(status);
    }
    view! {
        <Gate title=heading(&error)>
            <p>{words::error(&error)}</p>
            <div class="buttons">
                {to_portal}
                {to_console}
            </div>
        </Gate>
    }
}

/// A whole document that says what went wrong, for answers that no page can give: not found, a fault with its
/// reference, not now. `side`: where the reader is signed in, as far as it is known.
#[must_use]
pub fn error_page(assets: &Assets, error: &AppError, side: Option<Door>) -> String {
    let css = assets.url("portal.css");
    let error = error.clone();
    let owner = Owner::new();
    let html = owner.with(|| {
        view! {
            <html lang="en">
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                    <meta name="color-scheme" content="light dark"/>
                    <title>{format!("{} · Portico", heading(&error))}</title>
                    <link rel="stylesheet" href=css/>
                    <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                </head>
                <body><Trouble error=error side=side/></body>
            </html>
        }
        .to_html()
    });
    format!("<!DOCTYPE html>{html}")
}

fn heading(error: &AppError) -> &'static str {
    match error {
        AppError::NotFound => say::NOT_HERE,
        AppError::Forbidden(_) | AppError::NotSignedIn | AppError::SignInRefused | AppError::StepUp => say::NOT_ALLOWED,
        AppError::TooMany { .. } => say::SLOWLY,
        AppError::Unavailable | AppError::Offline | AppError::Full => say::NOT_NOW,
        AppError::Conflict(_) | AppError::Invalid(_) | AppError::BadRequest => say::NOT_LIKE_THIS,
        AppError::Fault { .. } => say::OUR_FAULT,
    }
}
