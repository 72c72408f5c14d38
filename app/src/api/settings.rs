//! Doors: Settings > General: Patient Access, the practice.

use domain::practice::{MessageForm, MessageSettings, PatientAccess, PatientAccessForm, PracticeDetails, PracticeForm};
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::settings};

/// How many changes from the portal wait for somebody to decide.
#[server(endpoint = "settings/waiting_updates", input = Json, client = super::client::Console)]
pub async fn waiting_updates() -> Result<i64, AppError> {
    answer("", |ctx| async move { settings::waiting_updates(&ctx).await }).await
}

/// The group's Patient Access settings.
#[server(name = ShowPatientAccess, endpoint = "settings/patient_access", input = Json, client = super::client::Console)]
pub async fn patient_access() -> Result<PatientAccess, AppError> {
    answer("", |ctx| async move { settings::patient_access(&ctx).await }).await
}

/// Saves them.
#[server(endpoint = "settings/save_patient_access", input = Json, client = super::client::Console)]
pub async fn save_patient_access(version: i64, form: PatientAccessForm) -> Result<(), AppError> {
    answer("", |ctx| async move { settings::save_patient_access(&ctx, version, &form).await }).await
}

/// What patients know the practice by.
#[server(name = ShowPractice, endpoint = "settings/practice", input = Json, client = super::client::Console)]
pub async fn practice() -> Result<PracticeDetails, AppError> {
    answer("", |ctx| async move { settings::practice(&ctx).await }).await
}

/// Changes it.
#[server(endpoint = "settings/save_practice", input = Json, client = super::client::Console)]
pub async fn save_practice(version: i64, form: PracticeForm) -> Result<(), AppError> {
    answer("", |ctx| async move { settings::save_practice(&ctx, version, &form).await }).await
}

/// How the group writes to its patients.
#[server(name = ShowMessages, endpoint = "settings/messages", input = Json, client = super::client::Console)]
pub async fn messages() -> Result<MessageSettings, AppError> {
    answer("", |ctx| async move { settings::messages(&ctx).await }).await
}

/// Changes it.
#[server(endpoint = "settings/save_messages", input = Json, client = super::client::Console)]
pub async fn save_messages(version: i64, form: MessageForm) -> Result<(), AppError> {
    answer("", |ctx| async move { settings::save_messages(&ctx, version, &form).await }).await
}
