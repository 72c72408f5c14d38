//! What the bell says.

use std::collections::HashMap;

use domain::{
    access::{Access, EnterGroup},
    audit::{Action, Entry},
    ids::{NotificationId, PatientId},
    notification::NotificationRow,
    page::{Page, PageRequest},
};

use crate::{audit, context::Ctx, error::Result, patients, ports::Work};

/// The caller's own, latest first. Names are looked up now, with what the caller may see now; a patient whom the caller
/// may not see any more has none.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn list(ctx: &Ctx, page: &PageRequest) -> Result<Page<NotificationRow>> {
    let access = ctx.actor()?.may(EnterGroup, &())?;
    let mut work = ctx.services.store.begin().await?;
    let page = work.list_notifications(&access, page).await?;
    let names = names(ctx, work.as_mut(), &access, page.rows.iter().map(|row| row.news.patient()).collect()).await?;
    work.save().await?;
    Ok(page.map(|notification| NotificationRow {
        patient: names.get(&notification.news.patient()).cloned().unwrap_or_default(),
        id: notification.id,
        at: notification.at,
        read: notification.read_at.is_some(),
        news: notification.news,
    }))
}

/// What this caller may call these patients, with the entry that they were shown.
///
/// # Errors
/// Storage's.
pub(crate) async fn names(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<EnterGroup>,
    mut ids: Vec<PatientId>,
) -> Result<HashMap<PatientId, String>> {
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let records = work.some_patients(access, &ids).await?;
    let hidden = access.names_hidden();
    let names: HashMap<_, _> =
        records.iter().map(|record| (record.patient.id, patients::shown(&record.patient, hidden))).collect();
    let entry = audit::entry(ctx, access.by(), access.group(), Action::PatientsListed, "");
    work.audit(&Entry { detail: format!("count={}", names.len()), ..entry }).await?;
    Ok(names)
}

/// How many are unread, counted up to 100.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn unread(ctx: &Ctx) -> Result<i64> {
    let access = ctx.actor()?.may(EnterGroup, &())?;
    Ok(ctx.services.store.look().await?.unread_notifications(&access).await?)
}

/// Marks one as read, or with `None` all.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn mark_read(ctx: &Ctx, id: Option<NotificationId>) -> Result<()> {
    let access = ctx.actor()?.may(EnterGroup, &())?;
    let mut work = ctx.services.store.begin().await?;
    work.mark_read(&access, id, ctx.now()).await?;
    work.save().await?;
    Ok(())
}
