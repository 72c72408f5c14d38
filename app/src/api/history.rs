//! Doors: what users did.

use domain::{
    history::{Chosen, Export, HistoryFilter, HistoryRow, UserChoice},
    ids::{PatientId, UserId},
    page::{Page, PageRequest},
};
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::history};

/// One page of it, latest first.
#[server(name = ListHistory, endpoint = "history/list", input = Json, client = super::client::Console)]
pub async fn list(filter: HistoryFilter, page: PageRequest) -> Result<Page<HistoryRow>, AppError> {
    answer("", |ctx| async move { history::list(&ctx, &filter, &page).await }).await
}

/// Users to choose from, whose name begins with a text.
#[server(name = OfferUsers, endpoint = "history/users", input = Json, client = super::client::Console)]
pub async fn users(text: String) -> Result<Vec<UserChoice>, AppError> {
    answer("", |ctx| async move { history::users(&ctx, &text).await }).await
}

/// The names of those whom a filter asks for.
#[server(name = NameChosen, endpoint = "history/chosen", input = Json, client = super::client::Console)]
pub async fn chosen(user: Option<UserId>, patient: Option<PatientId>) -> Result<Chosen, AppError> {
    answer("", |ctx| async move { history::chosen(&ctx, user, patient).await }).await
}

/// The same as a table for a spreadsheet.
#[server(name = ExportHistory, endpoint = "history/export", input = Json, client = super::client::Console)]
pub async fn export(filter: HistoryFilter) -> Result<Export, AppError> {
    answer("", |ctx| async move { history::export(&ctx, &filter).await }).await
}
