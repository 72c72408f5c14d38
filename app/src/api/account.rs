//! Doors: sign in, sign out, devices, the switch between console and portal.

use domain::{
    account::{Device, Door},
    ids::SessionId,
};
use leptos::prelude::*;

use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::accounts};

/// Signs in at one side. `next` is a local path to go on to.
#[server(endpoint = "account/sign_in")]
pub async fn sign_in(
    door: Door,
    email: String,
    password: String,
    #[server(default)] next: String,
) -> Result<Door, AppError> {
    let door = answer("", |ctx| async move { accounts::sign_in(&ctx, door, &email, &password).await }).await?;
    leptos_axum::redirect(&crate::routes::safe_next(&next, door));
    Ok(door)
}

/// Signs out on this device. `next` is an invitation that was opened, to go back to; else the sign-in page follows.
#[server(endpoint = "account/sign_out", client = super::client::Console)]
pub async fn sign_out(#[server(default)] next: String) -> Result<(), AppError> {
    let door = answer("", |ctx| async move {
        let door = ctx.actor()?.door();
        accounts::sign_out(&ctx).await.map(|()| door)
    })
    .await?;
    leptos_axum::redirect(&crate::routes::after_sign_out(&next, door));
    Ok(())
}

/// Somebody is still there: the call itself is the act that lengthens the session.
#[server(endpoint = "account/stay", client = super::client::Console)]
pub async fn stay() -> Result<(), AppError> {
    answer("", |ctx| async move { ctx.actor().map(drop) }).await
}

/// Signs out on every device.
#[server(endpoint = "account/sign_out_everywhere", client = super::client::Console)]
pub async fn sign_out_everywhere() -> Result<(), AppError> {
    let door = answer("", |ctx| async move {
        let door = ctx.actor()?.door();
        accounts::sign_out_everywhere(&ctx).await.map(|()| door)
    })
    .await?;
    leptos_axum::redirect(&crate::routes::after_sign_out("", door));
    Ok(())
}

/// The caller's signed-in devices.
#[server(endpoint = "account/devices", client = super::client::Console)]
pub async fn devices() -> Result<Vec<Device>, AppError> {
    answer("", |ctx| async move { accounts::devices(&ctx).await }).await
}

/// Ends one device's session. `back` is the local page to show afterwards.
#[server(endpoint = "account/end_device", client = super::client::Console)]
pub async fn end_device(id: SessionId, #[server(default)] back: String) -> Result<(), AppError> {
    let door = answer(id, |ctx| async move {
        let door = ctx.actor()?.door();
        accounts::end_device(&ctx, id).await.map(|()| door)
    })
    .await?;
    leptos_axum::redirect(&crate::routes::safe_next(&back, door));
    Ok(())
}

/// Goes to the other side.
#[server(endpoint = "account/switch_door", client = super::client::Console)]
pub async fn switch_door(to: Door) -> Result<Door, AppError> {
    let door = answer("", |ctx| async move { accounts::switch_door(&ctx, to).await }).await?;
    leptos_axum::redirect(door.home());
    Ok(door)
}

/// Proves the password again, for what matters most (AD-08).
#[server(endpoint = "account/step_up", client = super::client::Console)]
pub async fn step_up(password: String) -> Result<(), AppError> {
    answer("", |ctx| async move { accounts::step_up(&ctx, &password).await }).await
}

/// Was it proved a short time ago?
#[server(name = IsProved, endpoint = "account/is_proved")]
pub async fn is_proved() -> Result<bool, AppError> {
    answer("", |ctx| async move { Ok(ctx.proved_lately().is_ok()) }).await
}

/// Does the caller want tips by mail?
#[server(name = ShowTips, endpoint = "account/tips", client = super::client::Console)]
pub async fn tips() -> Result<bool, AppError> {
    answer("", |ctx| async move { accounts::tips(&ctx).await }).await
}

/// Wants them, or no more.
#[server(endpoint = "account/set_tips", client = super::client::Console)]
pub async fn set_tips(wanted: bool) -> Result<(), AppError> {
    answer("", |ctx| async move { accounts::set_tips(&ctx, wanted).await }).await
}
