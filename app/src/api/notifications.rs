//! Doors: what the bell says.

use domain::{
    ids::NotificationId,
    notification::NotificationRow,
    page::{Page, PageRequest},
};
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::notifications};

/// The caller's own, latest first.
#[server(endpoint = "notifications/list", input = Json, client = super::client::Console)]
pub async fn list(page: PageRequest) -> Result<Page<NotificationRow>, AppError> {
    answer("", |ctx| async move { notifications::list(&ctx, &page).await }).await
}

/// How many are unread, counted up to 100.
#[server(endpoint = "notifications/unread", input = Json, client = super::client::Console)]
pub async fn unread() -> Result<i64, AppError> {
    answer("", |ctx| async move { notifications::unread(&ctx).await }).await
}

/// Marks one as read, or with nothing all.
#[server(endpoint = "notifications/mark_read", input = Json, client = super::client::Console)]
pub async fn mark_read(id: Option<NotificationId>) -> Result<(), AppError> {
    answer("", |ctx| async move { notifications::mark_read(&ctx, id).await }).await
}
