//! Doors: who opened a record, for the patient.

use domain::{access_log::AccessLog, ids::PatientId};
use leptos::prelude::*;

use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::access_log};

/// A page of who opened and changed it; `after` is where the page before ended.
#[server(endpoint = "access_log/list")]
pub async fn list(patient: PatientId, #[server(default)] after: String) -> Result<AccessLog, AppError> {
    let after = (!after.is_empty()).then_some(after);
    answer(patient, |ctx| async move { access_log::list(&ctx, patient, after).await }).await
}
