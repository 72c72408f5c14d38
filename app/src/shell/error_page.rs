//! What people see when no page can be given: not found, a fault with its reference, not now.

use leptos::prelude::*;

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
) -> impl IntoView {
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>()
        && let Ok(status) = http::StatusCode::from_u16(error.status())
    {
        response.set_status(status);
    }
    view! {
        <Gate title=heading(&error)>
            <p>{words::error(&error)}</p>
            <div class="buttons">
                <LinkButton href="/portal" kind=Kind::Main>{say::TO_PORTAL}</LinkButton>
                <LinkButton href="/console">{say::TO_CONSOLE}</LinkButton>
            </div>
        </Gate>
    }
}

/// A whole document that says what went wrong, for answers that no page can give: not found, a fault with its
/// reference, not now.
#[must_use]
pub fn error_page(assets: &Assets, error: &AppError) -> String {
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
                <body><Trouble error=error/></body>
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
