//! Settings > General > Patient Access.

use domain::{
    access::ManageSettings,
    audit::{Action, Entry},
    error::Conflict,
    practice::PatientAccess,
};

use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
};

/// The group's Patient Access settings.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub async fn patient_access(ctx: &Ctx) -> Result<PatientAccess> {
    let access = ctx.actor()?.may(ManageSettings, &())?;
    Ok(ctx.services.store.read().await?.unscoped_patient_access(access.group()).await?)
}

/// Saves them, for every practitioner of the group at once (S0-30, S0-41). `version` is the version the caller saw.
///
/// # Errors
/// [`crate::Error::Invalid`] naming `link_hours`, or [`domain::error::Conflict::ChangedMeanwhile`].
pub async fn save_patient_access(ctx: &Ctx, version: i64, invitations: bool, link_hours: u32) -> Result<()> {
    let access = ctx.actor()?.may(ManageSettings, &())?;
    let link_life =
        PatientAccess::check_link_life(link_hours).map_err(|problem| Error::field("link_hours", problem))?;
    let mut work = ctx.services.store.begin().await?;
    let entry = audit::entry(ctx, access.by(), access.group(), Action::SettingsChanged, "patient_access");
    let detail = format!("invitations={invitations} link_hours={link_hours}");
    work.audit(&Entry { detail, ..entry }).await?;
    let settings = PatientAccess { invitations, link_life, version };
    if !work.save_patient_access(&access, &settings, ctx.now()).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    work.save().await?;
    Ok(())
}
