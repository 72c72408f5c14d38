//! Doors: what the portal's pages start with.

use domain::{
    ids::PatientId,
    views::{PortalFrame, PortalStart},
};
use leptos::prelude::*;

use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::portal};

/// The records this person may open.
#[server(endpoint = "portal/start")]
pub async fn start() -> Result<PortalStart, AppError> {
    answer("", |ctx| async move { portal::start(&ctx).await }).await
}

/// What every page about one record shows around its content.
#[server(endpoint = "portal/frame")]
pub async fn frame(patient: PatientId) -> Result<PortalFrame, AppError> {
    answer(patient, |ctx| async move { portal::frame(&ctx, patient).await }).await
}
