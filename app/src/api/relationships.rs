//! Doors: how practitioners and a patient belong together.

use domain::{
    access::Relationship,
    ids::{PatientId, UserId},
    page::{Page, PageRequest},
    relationship::{PractitionerChoice, RelationshipRow, Wanted},
};
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::relationships};

/// One page of the practitioners who have a relationship with the patient.
#[server(name = ListRelationships, endpoint = "relationships/list", input = Json, client = super::client::Console)]
pub async fn list(patient: PatientId, page: PageRequest) -> Result<Page<RelationshipRow>, AppError> {
    answer(patient, |ctx| async move { relationships::list(&ctx, patient, &page).await }).await
}

/// The practitioners who have none, whose name begins with a text.
#[server(name = OfferPractitioners, endpoint = "relationships/practitioners", input = Json, client = super::client::Console)]
pub async fn practitioners(patient: PatientId, text: String) -> Result<Vec<PractitionerChoice>, AppError> {
    answer(patient, |ctx| async move { relationships::practitioners(&ctx, patient, &text).await }).await
}

/// Grants the patient to a practitioner, hides it from one, or takes either back.
#[server(name = SetRelationship, endpoint = "relationships/set", input = Json, client = super::client::Console)]
pub async fn set(patient: PatientId, user: UserId, seen: Option<Relationship>, wanted: Wanted) -> Result<(), AppError> {
    answer(patient, |ctx| async move { relationships::set(&ctx, patient, user, seen, wanted).await }).await
}
