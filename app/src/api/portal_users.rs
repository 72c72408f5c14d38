//! Doors: who acts for a patient in the portal, from the practice's side.

use domain::{
    grant::{PortalUser, TermsForm},
    ids::{GrantId, PatientId},
};
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::portal_users};

/// The patient's portal users.
#[server(name = ListPortalUsers, endpoint = "portal_users/list", input = Json, client = super::client::Console)]
pub async fn list(patient: PatientId) -> Result<Vec<PortalUser>, AppError> {
    answer(patient, |ctx| async move { portal_users::list(&ctx, patient).await }).await
}

/// The name that goes with an address, when the caller could know it already.
#[server(name = FindPortalUser, endpoint = "portal_users/find", input = Json, client = super::client::Console)]
pub async fn find(patient: PatientId, email: String) -> Result<Option<String>, AppError> {
    answer(patient, |ctx| async move { portal_users::find(&ctx, patient, &email).await }).await
}

/// Changes how far somebody's access reaches.
#[server(name = SavePortalUser, endpoint = "portal_users/save", input = Json, client = super::client::Console)]
pub async fn save(patient: PatientId, id: GrantId, form: TermsForm) -> Result<(), AppError> {
    answer(id, |ctx| async move { portal_users::save(&ctx, patient, id, &form).await }).await
}

/// Takes somebody's access away; it can be restored.
#[server(name = SuspendPortalUser, endpoint = "portal_users/suspend", input = Json, client = super::client::Console)]
pub async fn suspend(patient: PatientId, id: GrantId) -> Result<(), AppError> {
    answer(id, |ctx| async move { portal_users::suspend(&ctx, patient, id).await }).await
}

/// Gives suspended access back.
#[server(name = RestorePortalUser, endpoint = "portal_users/restore", input = Json, client = super::client::Console)]
pub async fn restore(patient: PatientId, id: GrantId) -> Result<(), AppError> {
    answer(id, |ctx| async move { portal_users::restore(&ctx, patient, id).await }).await
}
