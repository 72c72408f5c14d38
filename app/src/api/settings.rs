//! Doors: Settings > General > Patient Access.

use domain::practice::PatientAccess;
use leptos::prelude::*;
use server_fn::codec::Json;

use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::settings};

/// The group's Patient Access settings.
#[server(name = ShowPatientAccess, endpoint = "settings/patient_access", input = Json)]
pub async fn patient_access() -> Result<PatientAccess, AppError> {
    answer("settings/patient_access", "", |ctx| async move { settings::patient_access(&ctx).await }).await
}

/// Saves them.
#[server(endpoint = "settings/save_patient_access", input = Json)]
pub async fn save_patient_access(version: i64, invitations: bool, link_hours: u32) -> Result<(), AppError> {
    answer("settings/save_patient_access", "", |ctx| async move {
        settings::save_patient_access(&ctx, version, invitations, link_hours).await
    })
    .await
}
