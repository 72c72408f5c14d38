//! Doors: mail that does not get through.

use domain::{ids::MailId, mail::StuckMails, page::PageRequest};
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::mails};

/// Mails that were given up or tried several times in vain, latest first.
#[server(endpoint = "mails/list", input = Json, client = super::client::Console)]
pub async fn list(page: PageRequest) -> Result<StuckMails, AppError> {
    answer("", |ctx| async move { mails::list(&ctx, &page).await }).await
}

/// Tries one again.
#[server(endpoint = "mails/retry", input = Json, client = super::client::Console)]
pub async fn retry(id: MailId) -> Result<(), AppError> {
    answer(id, |ctx| async move { mails::retry(&ctx, id).await }).await
}
