//! Doors: who can see a record, from the patient's and the family's side. Plain forms: they work without scripts.

#![allow(clippy::too_many_arguments, reason = "the fields of a plain form")]

use domain::{
    family::FamilyPage,
    ids::{GrantId, PatientId},
};
use leptos::prelude::*;

use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, domain::family::FamilyForm, services::portal_users};

/// Who can see this record, or was asked to.
#[server(endpoint = "family/people")]
pub async fn people(patient: PatientId) -> Result<FamilyPage, AppError> {
    answer(patient, |ctx| async move { portal_users::people(&ctx, patient).await }).await
}

/// Lets somebody see it.
#[server(name = LetIn, endpoint = "family/invite")]
pub async fn invite(
    patient: PatientId,
    #[server(default)] name: String,
    #[server(default)] relationship: String,
    #[server(default)] email: String,
    #[server(default)] email_again: String,
    #[server(default)] level: String,
    #[server(default)] role: String,
    #[server(default)] last_day: String,
) -> Result<(), AppError> {
    let form = FamilyForm { name, relationship, email, email_again, level, role, last_day };
    answer(patient, |ctx| async move { portal_users::invite(&ctx, patient, &form).await }).await?;
    leptos_axum::redirect(&format!("/portal/{patient}/people/invited"));
    Ok(())
}

/// Sends somebody who was invited a new link.
#[server(endpoint = "family/send_again")]
pub async fn send_again(patient: PatientId, id: GrantId) -> Result<(), AppError> {
    answer(id, |ctx| async move { portal_users::send_again(&ctx, patient, id).await }).await?;
    leptos_axum::redirect(&format!("/portal/{patient}/people/sent-again"));
    Ok(())
}

/// Ends somebody's access, or takes their invitation back.
#[server(name = EndAccess, endpoint = "family/end")]
pub async fn end(patient: PatientId, id: GrantId) -> Result<(), AppError> {
    answer(id, |ctx| async move { portal_users::end(&ctx, patient, id).await }).await?;
    leptos_axum::redirect(&format!("/portal/{patient}/people/ended"));
    Ok(())
}

/// Gives up one's own access to somebody else's record.
#[server(name = LeaveRecord, endpoint = "family/leave")]
pub async fn leave(patient: PatientId) -> Result<(), AppError> {
    answer(patient, |ctx| async move { portal_users::leave(&ctx, patient).await }).await?;
    leptos_axum::redirect("/portal/account/record-left");
    Ok(())
}
