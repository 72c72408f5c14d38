//! Communication templates: create, edit, preview with a real patient (S1-10).

use domain::{
    ids::{PatientId, TemplateId},
    template::{Template, TemplateForm},
};

use crate::{error::Result, house::Ctx};

/// The group's templates by name.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub async fn list(ctx: &Ctx) -> Result<Vec<Template>> {
    todo!()
}

/// Adds a template; an unknown merge field is refused.
///
/// # Errors
/// [`crate::Error::Invalid`].
pub async fn add(ctx: &Ctx, form: &TemplateForm) -> Result<TemplateId> {
    todo!()
}

/// Changes a template. `version` is the version the caller saw.
///
/// # Errors
/// [`crate::Error::Invalid`] or [`domain::error::Conflict::ChangedMeanwhile`].
pub async fn save(ctx: &Ctx, id: TemplateId, version: i64, form: &TemplateForm) -> Result<()> {
    todo!()
}

/// Removes a template; mails already written with it are not touched.
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn remove(ctx: &Ctx, id: TemplateId) -> Result<()> {
    todo!()
}

/// The text as it would read for this patient, sent by the caller.
///
/// # Errors
/// [`crate::Error::Invalid`] naming `body`, or [`crate::Error::NotFound`] for the patient.
pub async fn preview(ctx: &Ctx, body: &str, patient: PatientId) -> Result<String> {
    todo!()
}
