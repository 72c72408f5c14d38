//! Patients: list, search, profile, contacts. Every read and change leaves an audit entry in the same unit of work.

use domain::{
    ids::{ContactId, PatientId},
    page::{Page, PageRequest},
    patient::{Contact, ContactForm, DetailsForm, PatientFilter, PatientRow, Profile},
};

use crate::{error::Result, house::Ctx};

/// One page of the patients the caller may see.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn list(ctx: &Ctx, filter: &PatientFilter, page: &PageRequest) -> Result<Page<PatientRow>> {
    todo!()
}

/// What the search field in the top bar shows: at most [`domain::limits::SEARCH_ROWS`].
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn search(ctx: &Ctx, text: &str) -> Result<Vec<PatientRow>> {
    todo!()
}

/// A patient's profile and what the caller may do with it.
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn profile(ctx: &Ctx, id: PatientId) -> Result<Profile> {
    todo!()
}

/// Adds a patient.
///
/// # Errors
/// [`crate::Error::Invalid`].
pub async fn add(ctx: &Ctx, form: &DetailsForm) -> Result<PatientId> {
    todo!()
}

/// Changes a patient's details. `version` is the version the caller saw.
///
/// # Errors
/// [`domain::error::Conflict::ChangedMeanwhile`] when somebody else was faster (RC-05).
pub async fn save(ctx: &Ctx, id: PatientId, version: i64, form: &DetailsForm) -> Result<()> {
    todo!()
}

/// The patient's contacts.
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn contacts(ctx: &Ctx, id: PatientId) -> Result<Vec<Contact>> {
    todo!()
}

/// Adds a contact.
///
/// # Errors
/// [`crate::Error::Invalid`].
pub async fn add_contact(ctx: &Ctx, id: PatientId, form: &ContactForm) -> Result<ContactId> {
    todo!()
}

/// Changes a contact. `version` is the version the caller saw.
///
/// # Errors
/// [`domain::error::Conflict::ChangedMeanwhile`].
pub async fn save_contact(
    ctx: &Ctx,
    id: PatientId,
    contact: ContactId,
    version: i64,
    form: &ContactForm,
) -> Result<()> {
    todo!()
}

/// Removes a contact.
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn remove_contact(ctx: &Ctx, id: PatientId, contact: ContactId) -> Result<()> {
    todo!()
}
