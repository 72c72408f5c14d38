//! What the bell says.

use std::collections::HashMap;

use domain::{
    access::{Access, EnterGroup},
    audit::{Action, Entry},
    ids::{NotificationId, PatientId},
    notification::{News, NotificationRow},
    page::{Page, PageRequest},
    person::UserName,
    user::UserState,
};

use crate::{audit, context::Ctx, error::Result, patients, ports::Work};

/// The caller's own, latest first. Names are looked up now, with what the caller may see now; a patient whom the caller
/// may not see any more has none.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn list(ctx: &Ctx, page: &PageRequest) -> Result<Page<NotificationRow>> {
    let access = ctx.actor()?.may(EnterGroup, &())?;
    let mut work = ctx.begin().await?;
    let page = work.list_notifications(&access, page).await?;
    let ids = page.rows.iter().filter_map(|row| row.news.patient()).collect();
    let patients = names(ctx, work.as_mut(), &access, ids).await?;
    let ids: Vec<_> = page.rows.iter().filter_map(|row| row.news.user()).collect();
    let users: HashMap<_, _> = work.some_users(&access, &ids).await?.into_iter().collect();
    let ids: Vec<_> = page.rows.iter().filter_map(|row| row.news.conversation()).collect();
    let named: HashMap<_, _> = match ids.as_slice() {
        [] => HashMap::new(),
        ids => work.some_group_conversations(&access, ids).await?.into_iter().collect(),
    };
    work.save().await?;
    let about = |news: &News| {
        let patient = news.patient().and_then(|patient| patients.get(&patient).cloned());
        patient.or_else(|| users.get(&news.user()?).map(UserName::shown)).unwrap_or_default()
    };
    Ok(page.map(|notification| NotificationRow {
        about: about(&notification.news),
        within: notification.news.conversation().and_then(|conversation| named.get(&conversation).cloned()),
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
    ids: Vec<PatientId>,
) -> Result<HashMap<PatientId, String>> {
    let names = read_names(work, access, ids).await?;
    names_shown(ctx, work, access, names.len()).await?;
    Ok(names)
}

/// What this caller may call these patients. The entry is the caller's to write, with [`names_shown`].
///
/// # Errors
/// Storage's.
pub(crate) async fn read_names(
    work: &mut dyn Work,
    access: &Access<EnterGroup>,
    mut ids: Vec<PatientId>,
) -> Result<HashMap<PatientId, String>> {
    ids.sort_unstable();
    ids.dedup();
    let records = if ids.is_empty() { Vec::new() } else { work.some_patients(access, &ids).await? };
    let hidden = access.names_hidden();
    Ok(records.iter().map(|record| (record.patient.id, patients::shown(&record.patient, hidden))).collect())
}

/// The entry that so many patients were named.
///
/// # Errors
/// Storage's.
pub(crate) async fn names_shown(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<EnterGroup>,
    count: usize,
) -> Result<()> {
    if count == 0 {
        return Ok(());
    }
    let entry = audit::entry(ctx, access.by(), access.group(), Action::PatientsListed, "");
    work.audit(&Entry { detail: format!("count={count}"), ..entry }).await?;
    Ok(())
}

/// How many are unread, with the groups that ask the caller to join, counted up to 100.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn unread(ctx: &Ctx) -> Result<i64> {
    let actor = ctx.actor()?;
    let access = actor.may(EnterGroup, &())?;
    // Every group: those that ask the caller to join are counted too.
    let mut work = ctx.services.store.look().await?;
    let unread = work.unread_notifications(&access).await?;
    let own = work.list_own_groups(actor.account()).await?;
    Ok(together(unread, own.iter().filter(|own| own.user.state == UserState::Invited).count()))
}

/// What the bell counts.
pub(crate) fn together(unread: i64, offers: usize) -> i64 {
    i64::try_from(offers).unwrap_or(COUNTED).saturating_add(unread).min(COUNTED)
}

/// Nobody counts further.
const COUNTED: i64 = 100;

/// Marks one as read, or with `None` all.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn mark_read(ctx: &Ctx, id: Option<NotificationId>) -> Result<()> {
    let access = ctx.actor()?.may(EnterGroup, &())?;
    let mut work = ctx.begin().await?;
    work.mark_read(&access, id, ctx.now()).await?;
    work.save().await?;
    Ok(())
}
