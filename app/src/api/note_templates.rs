//! Doors: templates of notes.

use domain::{
    ids::{NoteTemplateId, PatientId},
    note::NoteForm,
    note_template::{NoteTemplate, NoteTemplateChoice, NoteTemplateForm},
};
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::notes::templates};

/// The group's templates by name.
#[server(name = ListNoteTemplates, endpoint = "note_templates/list", input = Json, client = super::client::Console)]
pub async fn list() -> Result<Vec<NoteTemplateChoice>, AppError> {
    answer("", |ctx| async move { templates::list(&ctx).await }).await
}

/// One of them, to be changed.
#[server(name = OpenNoteTemplate, endpoint = "note_templates/open", input = Json, client = super::client::Console)]
pub async fn open(id: NoteTemplateId) -> Result<NoteTemplate, AppError> {
    answer(id, |ctx| async move { templates::open(&ctx, id).await }).await
}

/// Adds one.
#[server(name = AddNoteTemplate, endpoint = "note_templates/add", input = Json, client = super::client::Console)]
pub async fn add(form: NoteTemplateForm) -> Result<NoteTemplateId, AppError> {
    answer("", |ctx| async move { templates::add(&ctx, &form).await }).await
}

/// Changes one.
#[server(name = SaveNoteTemplate, endpoint = "note_templates/save", input = Json, client = super::client::Console)]
pub async fn save(id: NoteTemplateId, version: i64, form: NoteTemplateForm) -> Result<(), AppError> {
    answer(id, |ctx| async move { templates::save(&ctx, id, version, &form).await }).await
}

/// Removes one.
#[server(name = RemoveNoteTemplate, endpoint = "note_templates/remove", input = Json, client = super::client::Console)]
pub async fn remove(id: NoteTemplateId, version: i64) -> Result<(), AppError> {
    answer(id, |ctx| async move { templates::remove(&ctx, id, version).await }).await
}

/// What a note about this patient can begin with, by name.
#[server(name = NoteTemplatesOffered, endpoint = "note_templates/offered", input = Json, client = super::client::Console)]
pub async fn offered(patient: PatientId) -> Result<Vec<NoteTemplateChoice>, AppError> {
    answer(patient, |ctx| async move { templates::offered(&ctx, patient).await }).await
}

/// The note that a template begins about this patient.
#[server(name = NoteTemplateBegins, endpoint = "note_templates/begin", input = Json, client = super::client::Console)]
pub async fn begin(patient: PatientId, id: NoteTemplateId) -> Result<NoteForm, AppError> {
    answer(id, |ctx| async move { templates::begin(&ctx, patient, id).await }).await
}
