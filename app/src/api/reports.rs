//! Doors: reports.

use domain::{
    history::Export,
    ids::SavedReportId,
    page::{Page, PageRequest},
    report::{CaseLoadForm, CaseLoadRow, ReportChoices, SavedReport},
};
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::reports};

/// What can be chosen in the dialog that asks for a report.
#[server(name = ReportDialog, endpoint = "reports/choices", input = Json, client = super::client::Console)]
pub async fn choices() -> Result<ReportChoices, AppError> {
    answer("", |ctx| async move { reports::choices(&ctx).await }).await
}

/// One page of a case load.
#[server(name = RunCaseLoad, endpoint = "reports/case_load", input = Json, client = super::client::Console)]
pub async fn case_load(form: CaseLoadForm, page: PageRequest) -> Result<Page<CaseLoadRow>, AppError> {
    answer("", |ctx| async move { reports::case_load(&ctx, &form, &page).await }).await
}

/// The same as a table for a spreadsheet.
#[server(name = ExportCaseLoad, endpoint = "reports/export_case_load", input = Json, client = super::client::Console)]
pub async fn export_case_load(form: CaseLoadForm) -> Result<Export, AppError> {
    answer("", |ctx| async move { reports::export_case_load(&ctx, &form).await }).await
}

/// The reports that this user keeps.
#[server(name = ListSavedReports, endpoint = "reports/saved", input = Json, client = super::client::Console)]
pub async fn saved() -> Result<Vec<SavedReport>, AppError> {
    answer("", |ctx| async move { reports::saved(&ctx).await }).await
}

/// Keeps one under a name.
#[server(name = SaveReport, endpoint = "reports/save", input = Json, client = super::client::Console)]
pub async fn save(name: String, form: CaseLoadForm) -> Result<SavedReportId, AppError> {
    answer("", |ctx| async move { reports::save(&ctx, &name, &form).await }).await
}

/// Calls one differently.
#[server(name = RenameSavedReport, endpoint = "reports/rename", input = Json, client = super::client::Console)]
pub async fn rename(id: SavedReportId, name: String) -> Result<(), AppError> {
    answer(id, |ctx| async move { reports::rename(&ctx, id, &name).await }).await
}

/// Removes one.
#[server(name = RemoveSavedReport, endpoint = "reports/remove", input = Json, client = super::client::Console)]
pub async fn remove(id: SavedReportId) -> Result<(), AppError> {
    answer(id, |ctx| async move { reports::remove(&ctx, id).await }).await
}
