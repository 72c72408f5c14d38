//! Doors: what users did.

use domain::{
    history::{Export, HistoryFilter, HistoryRow},
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

/// The same as a table for a spreadsheet.
#[server(name = ExportHistory, endpoint = "history/export", input = Json, client = super::client::Console)]
pub async fn export(filter: HistoryFilter) -> Result<Export, AppError> {
    answer("", |ctx| async move { history::export(&ctx, &filter).await }).await
}
