//! Doors: patients and their contacts.

use domain::{
    background::{BackgroundForm, BackgroundPage},
    ids::{ContactId, PatientId},
    page::{Page, PageRequest},
    patient::{Contact, ContactForm, DetailsForm, PatientFilter, PatientRow, Profile},
};
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::patients};

/// One page of the patients the caller may see.
#[server(endpoint = "patients/list", input = Json, client = super::client::Console)]
pub async fn list(filter: PatientFilter, page: PageRequest) -> Result<Page<PatientRow>, AppError> {
    answer("", |ctx| async move { patients::list(&ctx, &filter, &page).await }).await
}

/// What the search field in the top bar shows.
#[server(endpoint = "patients/search", input = Json, client = super::client::Console)]
pub async fn search(text: String) -> Result<Vec<PatientRow>, AppError> {
    answer("", |ctx| async move { patients::search(&ctx, &text).await }).await
}

/// A patient's profile.
#[server(name = ShowProfile, endpoint = "patients/profile", input = Json, client = super::client::Console)]
pub async fn profile(id: PatientId) -> Result<Profile, AppError> {
    answer(id, |ctx| async move { patients::profile(&ctx, id).await }).await
}

/// Adds a patient.
#[server(endpoint = "patients/add", input = Json, client = super::client::Console)]
pub async fn add(form: DetailsForm) -> Result<PatientId, AppError> {
    answer("", |ctx| async move { patients::add(&ctx, &form).await }).await
}

/// Changes a patient's details.
#[server(endpoint = "patients/save", input = Json, client = super::client::Console)]
pub async fn save(id: PatientId, version: i64, form: DetailsForm) -> Result<(), AppError> {
    answer(id, |ctx| async move { patients::save(&ctx, id, version, &form).await }).await
}

/// Who pays, and how the patient lives.
#[server(endpoint = "patients/background", input = Json, client = super::client::Console)]
pub async fn background(id: PatientId) -> Result<BackgroundPage, AppError> {
    answer(id, |ctx| async move { patients::background(&ctx, id).await }).await
}

/// Changes it.
#[server(endpoint = "patients/save_background", input = Json, client = super::client::Console)]
pub async fn save_background(id: PatientId, version: i64, form: BackgroundForm) -> Result<(), AppError> {
    answer(id, |ctx| async move { patients::save_background(&ctx, id, version, &form).await }).await
}

/// The patient's contacts.
#[server(endpoint = "patients/contacts", input = Json, client = super::client::Console)]
pub async fn contacts(id: PatientId) -> Result<Vec<Contact>, AppError> {
    answer(id, |ctx| async move { patients::contacts(&ctx, id).await }).await
}

/// Adds a contact.
#[server(endpoint = "patients/add_contact", input = Json, client = super::client::Console)]
pub async fn add_contact(id: PatientId, form: ContactForm) -> Result<ContactId, AppError> {
    answer(id, |ctx| async move { patients::add_contact(&ctx, id, &form).await }).await
}

/// Changes a contact.
#[server(endpoint = "patients/save_contact", input = Json, client = super::client::Console)]
pub async fn save_contact(id: PatientId, contact: ContactId, version: i64, form: ContactForm) -> Result<(), AppError> {
    answer(id, |ctx| async move { patients::save_contact(&ctx, id, contact, version, &form).await }).await
}

/// Removes a contact.
#[server(endpoint = "patients/remove_contact", input = Json, client = super::client::Console)]
pub async fn remove_contact(id: PatientId, contact: ContactId, version: i64) -> Result<(), AppError> {
    answer(id, |ctx| async move { patients::remove_contact(&ctx, id, contact, version).await }).await
}
