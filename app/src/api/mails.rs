//! Doors: mail that cannot be delivered.

use domain::{
    ids::MailId,
    mail::ParkedMail,
    page::{Page, PageRequest},
};
use leptos::prelude::*;
use server_fn::codec::Json;

use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::mails};

/// The group's mails that cannot be delivered, latest first.
#[server(endpoint = "mails/parked", input = Json)]
pub async fn parked(page: PageRequest) -> Result<Page<ParkedMail>, AppError> {
    answer("mails/parked", "", |ctx| async move { mails::parked(&ctx, &page).await }).await
}

/// Tries one again.
#[server(endpoint = "mails/retry", input = Json)]
pub async fn retry(id: MailId) -> Result<(), AppError> {
    answer("mails/retry", id, |ctx| async move { mails::retry(&ctx, id).await }).await
}
