//! Doors: opening a record in an emergency, and looking at what was opened.

use domain::{
    emergency_access::{Emergencies, EmergencyRow, Opened, ReasonForm, SeekForm},
    ids::{EmergencyId, PatientId},
    page::{Page, PageRequest},
};
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::emergency_access};

/// What the caller holds open, and for how long the practice opens records.
#[server(name = OwnEmergencies, endpoint = "emergencies/own", input = Json, client = super::client::Console)]
pub async fn own() -> Result<Emergencies, AppError> {
    answer("", |ctx| async move { emergency_access::own(&ctx).await }).await
}

/// Opens a patient's record for the caller.
#[server(name = OpenEmergency, endpoint = "emergencies/open", input = Json, client = super::client::Console)]
pub async fn open(patient: PatientId, form: ReasonForm) -> Result<Opened, AppError> {
    answer(patient, |ctx| async move { emergency_access::open(&ctx, patient, &form).await }).await
}

/// Opens the record of somebody of whom the caller knows the name and the birth date.
#[server(name = SeekEmergency, endpoint = "emergencies/seek", input = Json, client = super::client::Console)]
pub async fn seek(form: SeekForm) -> Result<Opened, AppError> {
    answer("", |ctx| async move { emergency_access::seek(&ctx, &form).await }).await
}

/// Closes a record that the caller holds open.
#[server(name = CloseEmergency, endpoint = "emergencies/close", input = Json, client = super::client::Console)]
pub async fn close(patient: PatientId) -> Result<(), AppError> {
    answer(patient, |ctx| async move { emergency_access::end_own(&ctx, patient).await }).await
}

/// One page of what was opened in the group.
#[server(name = ListEmergencies, endpoint = "emergencies/list", input = Json, client = super::client::Console)]
pub async fn list(page: PageRequest) -> Result<Page<EmergencyRow>, AppError> {
    answer("", |ctx| async move { emergency_access::list(&ctx, &page).await }).await
}

/// Says that the caller looked at it.
#[server(name = ReviewEmergency, endpoint = "emergencies/review", input = Json, client = super::client::Console)]
pub async fn review(id: EmergencyId) -> Result<(), AppError> {
    answer(id, |ctx| async move { emergency_access::review(&ctx, id).await }).await
}

/// Closes a record that somebody holds open.
#[server(name = EndEmergency, endpoint = "emergencies/end", input = Json, client = super::client::Console)]
pub async fn end(id: EmergencyId) -> Result<(), AppError> {
    answer(id, |ctx| async move { emergency_access::end(&ctx, id).await }).await
}
