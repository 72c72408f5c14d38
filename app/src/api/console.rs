//! Door: what the console starts with.

use domain::views::ConsoleStart;
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::console};

/// Who the user is, where, and what they may do.
#[server(endpoint = "console/start", input = Json, client = super::client::Console)]
pub async fn start() -> Result<ConsoleStart, AppError> {
    answer("", |ctx| async move { console::start(&ctx).await }).await
}
