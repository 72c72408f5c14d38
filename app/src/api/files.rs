//! Doors: files about patients. Their bytes go another way (`server/src/http/uploads.rs`); these say what comes and what there is.
//! Both sides send by the same doors.

use domain::{
    file::{FileForm, Files, OwnFiles, Sent, Upload},
    ids::{FileId, PatientId},
    page::PageRequest,
};
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::files};

/// The patient's files, latest first.
#[server(name = ListFiles, endpoint = "files/list", input = Json, client = super::client::Console)]
pub async fn list(patient: PatientId, page: PageRequest) -> Result<Files, AppError> {
    answer(patient, |ctx| async move { files::list(&ctx, patient, &page).await }).await
}

/// Names a file anew.
#[server(name = RenameFile, endpoint = "files/rename", input = Json, client = super::client::Console)]
pub async fn rename(patient: PatientId, id: FileId, name: String, category: String) -> Result<(), AppError> {
    answer(id, |ctx| async move { files::rename(&ctx, patient, id, &name, &category).await }).await
}

/// Shows a file of the practice in the portal.
#[server(name = ShareFile, endpoint = "files/share", input = Json, client = super::client::Console)]
pub async fn share(patient: PatientId, id: FileId) -> Result<(), AppError> {
    answer(id, |ctx| async move { files::share(&ctx, patient, id).await }).await
}

/// Ends that.
#[server(name = UnshareFile, endpoint = "files/unshare", input = Json, client = super::client::Console)]
pub async fn unshare(patient: PatientId, id: FileId) -> Result<(), AppError> {
    answer(id, |ctx| async move { files::unshare(&ctx, patient, id).await }).await
}

/// Takes a file out of the record.
#[server(name = RemoveFile, endpoint = "files/remove", input = Json, client = super::client::Console)]
pub async fn remove(patient: PatientId, id: FileId) -> Result<(), AppError> {
    answer(id, |ctx| async move { files::remove(&ctx, patient, id).await }).await
}

/// Announces a file.
#[server(name = BeginFile, endpoint = "files/begin", input = Json, client = super::client::Console)]
pub async fn begin(patient: PatientId, form: FileForm) -> Result<Upload, AppError> {
    answer(patient, |ctx| async move { files::begin(&ctx, patient, &form).await }).await
}

/// How far a file has come.
#[server(name = FileProgress, endpoint = "files/progress", input = Json, client = super::client::Console)]
pub async fn progress(patient: PatientId, id: FileId) -> Result<Upload, AppError> {
    answer(id, |ctx| async move { files::progress(&ctx, patient, id).await }).await
}

/// All of it is there.
#[server(name = FinishFile, endpoint = "files/finish", input = Json, client = super::client::Console)]
pub async fn finish(patient: PatientId, id: FileId) -> Result<Sent, AppError> {
    answer(id, |ctx| async move { files::finish(&ctx, patient, id).await }).await
}

/// Gives a file up.
#[server(name = GiveUpFile, endpoint = "files/give_up", input = Json, client = super::client::Console)]
pub async fn give_up(patient: PatientId, id: FileId) -> Result<(), AppError> {
    answer(id, |ctx| async move { files::give_up(&ctx, patient, id).await }).await
}

/// The files that this portal user sees, latest first.
#[server(name = OwnFilesOf, endpoint = "files/own")]
pub async fn own(patient: PatientId, #[server(default)] after: String) -> Result<OwnFiles, AppError> {
    let page = PageRequest { after: (!after.is_empty()).then_some(after), limit: None };
    answer(patient, |ctx| async move { files::list_own(&ctx, patient, &page).await }).await
}
