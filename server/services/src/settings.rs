//! Settings > General > Patient Access.

use domain::practice::PatientAccess;

use crate::{error::Result, house::Ctx};

/// The group's Patient Access settings.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub async fn patient_access(ctx: &Ctx) -> Result<PatientAccess> {
    todo!()
}

/// Saves them, for every practitioner of the group at once (S0-30, S0-41). `version` is the version the caller saw.
///
/// # Errors
/// [`crate::Error::Invalid`] naming `link_hours`, or [`domain::error::Conflict::ChangedMeanwhile`].
pub async fn save_patient_access(ctx: &Ctx, version: i64, invitations: bool, link_hours: u32) -> Result<()> {
    todo!()
}
