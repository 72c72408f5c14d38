//! Doors: passwords forgotten, set by a link, changed.

use domain::{account::Door, views::PasswordLinkPage};
use leptos::prelude::*;

use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::passwords};

/// Mails a link that sets a password, if the address may have one. The answer is always the same.
#[server(endpoint = "passwords/request_link")]
pub async fn request_link(email: String, door: Door) -> Result<(), AppError> {
    answer("", |ctx| async move { passwords::request_link(&ctx, &email, door).await }).await?;
    leptos_axum::redirect(match door {
        Door::Console => "/console/forgot-password/sent",
        Door::Portal => "/forgot-password/sent",
    });
    Ok(())
}

/// What the page behind such a link shows.
#[server(endpoint = "passwords/link_page")]
pub async fn link_page(token: String) -> Result<PasswordLinkPage, AppError> {
    answer("", |ctx| async move { passwords::link_page(&ctx, &token).await }).await
}

/// Sets the password and signs in.
#[server(endpoint = "passwords/set_by_link")]
pub async fn set_by_link(token: String, password: String) -> Result<Door, AppError> {
    let door = answer("", |ctx| async move { passwords::set_by_link(&ctx, &token, &password).await }).await?;
    leptos_axum::redirect(door.home());
    Ok(door)
}

/// Changes the password of the account that is signed in. `back` is the local page to show afterwards.
#[server(endpoint = "passwords/change", client = super::client::Console)]
pub async fn change(current: String, password: String, #[server(default)] back: String) -> Result<(), AppError> {
    let door = answer("", |ctx| async move {
        let door = ctx.actor()?.door();
        passwords::change(&ctx, &current, &password).await.map(|()| door)
    })
    .await?;
    leptos_axum::redirect(&crate::routes::safe_next(&back, door));
    Ok(())
}

/// Replaces a temporary password, and goes on.
#[server(endpoint = "passwords/choose")]
pub async fn choose(password: String) -> Result<(), AppError> {
    let door = answer("", |ctx| async move { passwords::choose(&ctx, &password).await }).await?;
    leptos_axum::redirect(door.home());
    Ok(())
}
