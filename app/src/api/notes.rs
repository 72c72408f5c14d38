//! Doors: notes about patients. The practice's take JSON; the portal's are what its pages read.

use domain::{
    ids::{NoteId, PatientId, UserId},
    note::{NoteFilter, NoteForm, NotePage, Notes, OwnNote, OwnNotes, ShareForm, SharedWith, Version},
    page::{Page, PageRequest},
    paper::File,
    relationship::PractitionerChoice,
};
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {
    super::answer,
    services::{
        notes,
        paper::record::{self, Paper},
    },
};

/// The patient's notes that the caller may read, latest first.
#[server(name = ListNotes, endpoint = "notes/list", input = Json, client = super::client::Console)]
pub async fn list(patient: PatientId, filter: NoteFilter, page: PageRequest) -> Result<Notes, AppError> {
    answer(patient, |ctx| async move { notes::list(&ctx, patient, &filter, &page).await }).await
}

/// One note.
#[server(name = OpenNote, endpoint = "notes/open", input = Json, client = super::client::Console)]
pub async fn open(patient: PatientId, id: NoteId) -> Result<NotePage, AppError> {
    answer(id, |ctx| async move { notes::open(&ctx, patient, id).await }).await
}

/// What was published of it, latest first.
#[server(name = NoteVersions, endpoint = "notes/versions", input = Json, client = super::client::Console)]
pub async fn versions(patient: PatientId, id: NoteId, page: PageRequest) -> Result<Page<Version>, AppError> {
    answer(id, |ctx| async move { notes::versions(&ctx, patient, id, &page).await }).await
}

/// What was published, as a PDF.
#[server(name = NotePdf, endpoint = "notes/pdf", input = Json, client = super::client::Console)]
pub async fn pdf(patient: PatientId, id: NoteId) -> Result<File, AppError> {
    answer(id, |ctx| async move { record::print(&ctx, patient, Paper::Note(id)).await }).await
}

/// Begins a note, as a draft.
#[server(name = BeginNote, endpoint = "notes/begin", input = Json, client = super::client::Console)]
pub async fn begin(patient: PatientId, form: NoteForm) -> Result<NoteId, AppError> {
    answer(patient, |ctx| async move { notes::begin(&ctx, patient, &form).await }).await
}

/// Keeps what was typed; tells the next version.
#[server(name = KeepNote, endpoint = "notes/keep", input = Json, client = super::client::Console)]
pub async fn keep(patient: PatientId, id: NoteId, version: i64, form: NoteForm) -> Result<i64, AppError> {
    answer(id, |ctx| async move { notes::keep(&ctx, patient, id, version, &form).await }).await
}

/// Publishes what was typed; tells the next version.
#[server(name = PublishNote, endpoint = "notes/publish", input = Json, client = super::client::Console)]
pub async fn publish(patient: PatientId, id: NoteId, version: i64, form: NoteForm) -> Result<i64, AppError> {
    answer(id, |ctx| async move { notes::publish(&ctx, patient, id, version, &form).await }).await
}

/// Throws away what was typed and not published.
#[server(name = DiscardNote, endpoint = "notes/discard", input = Json, client = super::client::Console)]
pub async fn discard(patient: PatientId, id: NoteId, version: i64) -> Result<(), AppError> {
    answer(id, |ctx| async move { notes::discard(&ctx, patient, id, version).await }).await
}

/// Keeps a note private, or not any more; tells the next version.
#[server(name = SetNotePrivate, endpoint = "notes/set_private", input = Json, client = super::client::Console)]
pub async fn set_private(patient: PatientId, id: NoteId, private: bool) -> Result<i64, AppError> {
    answer(id, |ctx| async move { notes::set_private(&ctx, patient, id, private).await }).await
}

/// The note as the patient would see it.
#[server(name = NoteAsPatient, endpoint = "notes/as_patient", input = Json, client = super::client::Console)]
pub async fn as_patient(patient: PatientId, id: NoteId) -> Result<OwnNote, AppError> {
    answer(id, |ctx| async move { notes::as_patient(&ctx, patient, id).await }).await
}

/// Shares a note with the patient; tells the next version.
#[server(name = ShareNoteWithPatient, endpoint = "notes/share_with_patient", input = Json, client = super::client::Console)]
pub async fn share_with_patient(
    patient: PatientId,
    id: NoteId,
    version: i64,
    form: ShareForm,
) -> Result<i64, AppError> {
    answer(id, |ctx| async move { notes::share_with_patient(&ctx, patient, id, version, &form).await }).await
}

/// Ends that.
#[server(name = UnshareNoteWithPatient, endpoint = "notes/unshare_with_patient", input = Json, client = super::client::Console)]
pub async fn unshare_with_patient(patient: PatientId, id: NoteId) -> Result<(), AppError> {
    answer(id, |ctx| async move { notes::unshare_with_patient(&ctx, patient, id).await }).await
}

/// Shares a note with a colleague; tells its version.
#[server(name = ShareNoteWith, endpoint = "notes/share_with", input = Json, client = super::client::Console)]
pub async fn share_with(patient: PatientId, id: NoteId, version: i64, user: UserId) -> Result<i64, AppError> {
    answer(id, |ctx| async move { notes::share_with(&ctx, patient, id, version, user).await }).await
}

/// Ends that.
#[server(name = UnshareNoteWith, endpoint = "notes/unshare_with", input = Json, client = super::client::Console)]
pub async fn unshare_with(patient: PatientId, id: NoteId, user: UserId) -> Result<(), AppError> {
    answer(id, |ctx| async move { notes::unshare_with(&ctx, patient, id, user).await }).await
}

/// Whom notes about the patient can be shared with.
#[server(name = NoteColleagues, endpoint = "notes/colleagues", input = Json, client = super::client::Console)]
pub async fn colleagues(patient: PatientId, text: String) -> Result<Vec<PractitionerChoice>, AppError> {
    answer(patient, |ctx| async move { notes::colleagues(&ctx, patient, &text).await }).await
}

/// With whom the caller shares all notes about the patient.
#[server(name = AllNotesShares, endpoint = "notes/all_shares", input = Json, client = super::client::Console)]
pub async fn all_shares(patient: PatientId) -> Result<Vec<SharedWith>, AppError> {
    answer(patient, |ctx| async move { notes::all_shares(&ctx, patient).await }).await
}

/// Shares all of them with a colleague.
#[server(name = ShareAllNotes, endpoint = "notes/share_all", input = Json, client = super::client::Console)]
pub async fn share_all(patient: PatientId, user: UserId) -> Result<(), AppError> {
    answer(patient, |ctx| async move { notes::share_all(&ctx, patient, user).await }).await
}

/// Ends that.
#[server(name = UnshareAllNotes, endpoint = "notes/unshare_all", input = Json, client = super::client::Console)]
pub async fn unshare_all(patient: PatientId, user: UserId) -> Result<(), AppError> {
    answer(patient, |ctx| async move { notes::unshare_all(&ctx, patient, user).await }).await
}

/// What was shared with the patient.
#[server(name = OwnNotesOf, endpoint = "notes/own")]
pub async fn own(patient: PatientId, #[server(default)] after: String) -> Result<OwnNotes, AppError> {
    let page = PageRequest { after: (!after.is_empty()).then_some(after), limit: None };
    answer(patient, |ctx| async move { notes::list_own(&ctx, patient, &page).await }).await
}

/// One of them.
#[server(name = OwnNoteOf, endpoint = "notes/read")]
pub async fn read(patient: PatientId, id: NoteId) -> Result<OwnNote, AppError> {
    answer(id, |ctx| async move { notes::open_own(&ctx, patient, id).await }).await
}
