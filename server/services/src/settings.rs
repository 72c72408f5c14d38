//! Settings > General: Patient Access, and what patients know the practice by.

use domain::{
    access::{Access, EnterGroup, ManageSettings},
    audit::{Action, Entry},
    error::Conflict,
    practice::{MessageForm, MessageSettings, PatientAccess, PatientAccessForm, PracticeDetails, PracticeForm},
    update::{Mode, Waiting},
};

use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    updates,
};

/// How many changes wait for somebody to decide, counted up to 1,000: whoever switches Patient Updates is asked about them.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub async fn waiting_updates(ctx: &Ctx) -> Result<i64> {
    let access = ctx.actor()?.may(ManageSettings, &())?;
    Ok(ctx.read().await?.count_group_updates(&access).await?)
}

/// The group's Patient Access settings.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub async fn patient_access(ctx: &Ctx) -> Result<PatientAccess> {
    let access = ctx.actor()?.may(ManageSettings, &())?;
    Ok(ctx.read().await?.lookup_patient_access(&Access::<EnterGroup>::from(&access)).await?)
}

/// Saves them, for every practitioner of the group at once (S0-30, S0-41). `version` is the version the caller saw.
///
/// # Errors
/// [`crate::Error::Invalid`], [`crate::Error::StepUp`] (AD-08), or [`domain::error::Conflict::ChangedMeanwhile`].
pub async fn save_patient_access(ctx: &Ctx, version: i64, form: &PatientAccessForm) -> Result<()> {
    let access = ctx.actor()?.may(ManageSettings, &())?;
    let mut settings = form.check(version)?;
    // Whether there is a portal at all is among what matters most.
    ctx.proved_lately()?;
    let mut work = ctx.begin().await?;
    // A page that was loaded before there was such a setting leaves it as it is.
    let kept = work.lookup_patient_access(&Access::<EnterGroup>::from(&access)).await?;
    form.leave_unsaid(&mut settings, &kept);
    settings.check_chats()?;
    // Whoever does not want to be asked says what becomes of what waits.
    let waiting = match settings.updates {
        Mode::Auto | Mode::Disabled => updates::chosen(work.count_group_updates(&access).await?, &form.waiting)?,
        Mode::Approval => Waiting::Keep,
    };
    let entry = audit::entry(ctx, access.by(), access.group(), Action::SettingsChanged, "patient_access");
    let age = |age: Option<u8>| age.map_or_else(|| "never".to_owned(), |age| age.to_string());
    let detail = format!(
        "invitations={} link_hours={} steps_down={} ends={} reminders={} updates={} waiting={} note_sharing={} hidden_documents={} \
         group_chat={} patient_chat={}",
        settings.invitations,
        settings.link_life.as_minutes() / 60,
        age(settings.ages.steps_down),
        age(settings.ages.ends),
        settings.reminders,
        settings.updates.code(),
        waiting.code(),
        settings.note_sharing,
        settings.hidden_documents.codes().replace(' ', ","),
        settings.group_chat,
        settings.patient_chat,
    );
    work.audit(&Entry { detail, ..entry }).await?;
    if !work.save_patient_access(&access, &settings, ctx.now()).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    work.save().await?;
    // The settings are saved: what cannot be seen to now goes on waiting, and shows.
    if let Err(error) = updates::settle(ctx, &access, waiting).await {
        tracing::warn!(%error, "changes from the portal go on waiting though the setting changed");
    }
    Ok(())
}

/// What patients know the practice by.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub async fn practice(ctx: &Ctx) -> Result<PracticeDetails> {
    let access = ctx.actor()?.may(ManageSettings, &())?;
    ctx.read().await?.lookup_practice_details(&access).await?.ok_or(Error::NotFound)
}

/// Changes it: from now on it stands in mails, behind links and in the portal. `version` is the version the caller saw.
///
/// # Errors
/// [`crate::Error::Invalid`], [`crate::Error::StepUp`], or [`domain::error::Conflict::ChangedMeanwhile`].
pub async fn save_practice(ctx: &Ctx, version: i64, form: &PracticeForm) -> Result<()> {
    let access = ctx.actor()?.may(ManageSettings, &())?;
    let mut details = form.check(version)?;
    let mut work = ctx.begin().await?;
    let before = work.lookup_practice_details(&access).await?.ok_or(Error::NotFound)?;
    // A page that was loaded before there was such a setting does not change it.
    if form.emergency_hours.is_none() {
        details.emergency_hours = before.emergency_hours;
    }
    // For how long a record may be opened against its walls is among what matters most (AD-08).
    if details.emergency_hours != before.emergency_hours {
        ctx.proved_lately()?;
    }
    let entry = audit::entry(ctx, access.by(), access.group(), Action::SettingsChanged, "practice");
    work.audit(&Entry { detail: format!("emergency_hours={}", details.emergency_hours), ..entry }).await?;
    if !work.save_practice_details(&access, &details).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    work.save().await?;
    Ok(())
}

/// How the group writes to its patients (S4-09, S4-10).
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub async fn messages(ctx: &Ctx) -> Result<MessageSettings> {
    let access = ctx.actor()?.may(ManageSettings, &())?;
    Ok(ctx.look().await?.lookup_messages(&access, ctx.now()).await?)
}

/// Changes it, for all its users at once. `version` is the version the caller saw.
///
/// # Errors
/// [`crate::Error::Invalid`], or [`domain::error::Conflict::ChangedMeanwhile`].
pub async fn save_messages(ctx: &Ctx, version: i64, form: &MessageForm) -> Result<()> {
    let access = ctx.actor()?.may(ManageSettings, &())?;
    let settings = form.check(version)?;
    let mut work = ctx.begin().await?;
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::SettingsChanged, "messages")).await?;
    if !work.save_messages(&access, &settings, ctx.now()).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    work.save().await?;
    Ok(())
}
