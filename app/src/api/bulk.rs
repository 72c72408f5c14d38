//! Doors: inviting many patients at once.

use domain::{
    bulk::{BulkPatient, BulkStart, BulkView, Outcome, Selection},
    history::Export,
    ids::BulkId,
    page::{Page, PageRequest},
};
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::bulk};

/// Begins one: who was chosen is looked at, nobody is invited yet.
#[server(name = OpenBulk, endpoint = "bulk/open", input = Json, client = super::client::Console)]
pub async fn open(selection: Selection) -> Result<BulkStart, AppError> {
    answer("", |ctx| async move { bulk::open(&ctx, &selection).await }).await
}

/// How far it is, and how many come to what.
#[server(name = ViewBulk, endpoint = "bulk/view", input = Json, client = super::client::Console)]
pub async fn view(id: BulkId) -> Result<BulkView, AppError> {
    answer(id, |ctx| async move { bulk::view(&ctx, id).await }).await
}

/// One page of those that the caller started, latest first.
#[server(name = ListBulks, endpoint = "bulk/list", input = Json, client = super::client::Console)]
pub async fn list(page: PageRequest) -> Result<Page<BulkView>, AppError> {
    answer("", |ctx| async move { bulk::list(&ctx, &page).await }).await
}

/// One page of its patients, of one outcome or of all.
#[server(name = ListBulkPatients, endpoint = "bulk/patients", input = Json, client = super::client::Console)]
pub async fn patients(id: BulkId, outcome: Option<Outcome>, page: PageRequest) -> Result<Page<BulkPatient>, AppError> {
    answer(id, |ctx| async move { bulk::patients(&ctx, id, outcome, &page).await }).await
}

/// Starts to invite.
#[server(name = StartBulk, endpoint = "bulk/start", input = Json, client = super::client::Console)]
pub async fn start(id: BulkId, message: String) -> Result<(), AppError> {
    answer(id, |ctx| async move { bulk::start(&ctx, id, &message).await }).await
}

/// Stops it.
#[server(name = StopBulk, endpoint = "bulk/stop", input = Json, client = super::client::Console)]
pub async fn stop(id: BulkId) -> Result<(), AppError> {
    answer(id, |ctx| async move { bulk::stop(&ctx, id).await }).await
}

/// Goes on where it was stopped.
#[server(name = GoOnWithBulk, endpoint = "bulk/go_on", input = Json, client = super::client::Console)]
pub async fn go_on(id: BulkId) -> Result<(), AppError> {
    answer(id, |ctx| async move { bulk::go_on(&ctx, id).await }).await
}

/// What became of each, as a table for a spreadsheet.
#[server(name = ExportBulk, endpoint = "bulk/export", input = Json, client = super::client::Console)]
pub async fn export(id: BulkId, outcome: Option<Outcome>) -> Result<Export, AppError> {
    answer(id, |ctx| async move { bulk::export(&ctx, id, outcome).await }).await
}
