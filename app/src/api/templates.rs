//! Doors: communication templates.

use domain::{
    ids::{PatientId, TemplateId},
    template::{Template, TemplateForm},
};
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::templates};

/// The group's templates by name.
#[server(endpoint = "templates/list", input = Json, client = super::client::Console)]
pub async fn list() -> Result<Vec<Template>, AppError> {
    answer("", |ctx| async move { templates::list(&ctx).await }).await
}

/// Adds a template.
#[server(endpoint = "templates/add", input = Json, client = super::client::Console)]
pub async fn add(form: TemplateForm) -> Result<TemplateId, AppError> {
    answer("", |ctx| async move { templates::add(&ctx, &form).await }).await
}

/// Changes a template.
#[server(endpoint = "templates/save", input = Json, client = super::client::Console)]
pub async fn save(id: TemplateId, version: i64, form: TemplateForm) -> Result<(), AppError> {
    answer(id, |ctx| async move { templates::save(&ctx, id, version, &form).await }).await
}

/// Removes a template.
#[server(endpoint = "templates/remove", input = Json, client = super::client::Console)]
pub async fn remove(id: TemplateId, version: i64) -> Result<(), AppError> {
    answer(id, |ctx| async move { templates::remove(&ctx, id, version).await }).await
}

/// The text as it would read for this patient.
#[server(endpoint = "templates/preview", input = Json, client = super::client::Console)]
pub async fn preview(body: String, patient: PatientId) -> Result<String, AppError> {
    answer(patient, |ctx| async move { templates::preview(&ctx, &body, patient).await }).await
}
