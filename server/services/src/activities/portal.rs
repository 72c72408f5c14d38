//! The patient's side: what was assigned and not taken back, and ticking it off (S3-11).

use domain::{
    access::{
        Access, DoOwnActivity, GrantFacts, OwnActivityFacts, ReadOwnActivity, ReadOwnFile, ViewOwnClinical,
        ViewOwnRecord,
    },
    activity::{OwnActivities, OwnActivity, OwnActivityRow, OwnDay, OwnDoing, Schedule},
    audit::{Action, Entry},
    error::{Conflict, Invalid},
    grant::Kind,
    ids::{AccountId, ActivityId, PatientId},
    limits,
    page::PageRequest,
    text,
    time::Date,
};

use super::{Calendar, shown};
use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    ports::{AssignedActivity, DoneDay, ListedOwnActivity, Work},
};

async fn enter(ctx: &Ctx, work: &mut dyn Work, patient: PatientId) -> Result<(Access<ViewOwnClinical>, GrantFacts)> {
    let actor = ctx.actor()?;
    let facts = work.find_own_grant(actor.account(), patient).await?.ok_or(Error::NotFound)?.at(ctx.now());
    Ok((actor.may(ViewOwnClinical, &facts)?, facts))
}

/// What the one decision needs.
async fn facts(
    ctx: &Ctx,
    work: &mut dyn Work,
    patient: PatientId,
    id: ActivityId,
) -> Result<(OwnActivityFacts, Access<ViewOwnClinical>)> {
    let (seen, grant) = enter(ctx, work, patient).await?;
    let facts = work.own_activity_facts(&seen, id, &grant).await?.ok_or(Error::NotFound)?;
    Ok((facts, seen))
}

async fn calendar(ctx: &Ctx, work: &mut dyn Work, seen: &Access<ViewOwnClinical>) -> Result<Calendar> {
    Calendar::of(ctx, work.own_time_zone(&Access::<ViewOwnRecord>::from(seen)).await?)
}

/// What was assigned: what goes on today first, then the others, latest first.
///
/// # Errors
/// [`Error::NotFound`] when this person may not open what is shared of the record.
pub async fn list_own(ctx: &Ctx, patient: PatientId, page: &PageRequest) -> Result<OwnActivities> {
    let mut work = ctx.services.store.begin().await?;
    let (access, activities) = look_through(ctx, work.as_mut(), patient, page).await?;
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::ActivitiesListed, patient)).await?;
    work.save().await?;
    Ok(activities)
}

/// The same, with nothing written down.
pub(crate) async fn look_through(
    ctx: &Ctx,
    work: &mut dyn Work,
    patient: PatientId,
    page: &PageRequest,
) -> Result<(Access<ViewOwnClinical>, OwnActivities)> {
    let (access, _) = enter(ctx, work, patient).await?;
    let today = calendar(ctx, work, &access).await?.today;
    let row = |activity: ListedOwnActivity| {
        let ListedOwnActivity { id, title, dose, schedule, current, done, unread } = activity;
        let due = current && schedule.is_due(today);
        OwnActivityRow { id, title, dose, schedule, current, due, done, unread: unread && current }
    };
    let activities = work.list_own_activities(&access, today, page).await?.map(row);
    Ok((access, OwnActivities { activities }))
}

/// Does the portal still show this activity? Asked by a page that was left open, so nothing counts as read.
///
/// # Errors
/// As [`open_own`].
pub async fn still_open(ctx: &Ctx, patient: PatientId, id: ActivityId) -> Result<()> {
    let mut work = ctx.services.store.read().await?;
    let (facts, _) = facts(ctx, work.as_mut(), patient, id).await?;
    ctx.actor()?.may(ReadOwnActivity, &facts)?;
    Ok(())
}

/// The days that the page offers: those that may be ticked off.
fn days(schedule: Schedule, ended: bool, today: Date, done: &[DoneDay], account: AccountId) -> Vec<OwnDay> {
    if ended {
        return Vec::new();
    }
    let days = schedule.open_days(today).map(|day| {
        let done = done.iter().find(|done| done.day == day);
        let is_own = done.is_none_or(|done| done.account == account || done.note.is_empty());
        OwnDay { day, done: done.map(|done| done.note.clone()), is_own }
    });
    days.collect()
}

/// The first of the days that may be ticked off.
fn since(today: Date) -> Date {
    today.and_before(limits::ACTIVITY_BACK).last().unwrap_or(today)
}

/// One activity.
///
/// # Errors
/// [`Error::NotFound`]: also for one that was taken back.
pub async fn open_own(ctx: &Ctx, patient: PatientId, id: ActivityId) -> Result<OwnActivity> {
    let actor = ctx.actor()?;
    let mut work = ctx.services.store.begin().await?;
    let (facts, seen) = facts(ctx, work.as_mut(), patient, id).await?;
    let access = actor.may(ReadOwnActivity, &facts)?;
    // The trail lets one in at a time: what is read behind it is what counts as read.
    let entry = audit::entry(ctx, access.by(), access.group(), Action::ActivityViewed, patient);
    work.audit(&Entry { detail: id.to_string(), ..entry }).await?;
    let activity = sheet(ctx, work.as_mut(), &facts, &seen, &access).await?;
    work.own_activity_read(&access, ctx.now()).await?;
    work.save().await?;
    Ok(activity)
}

/// The same with nothing written down; and the days of the past on which it was done: of the patient all, of whoever acts for
/// them those that the page shows.
pub(crate) async fn look(
    ctx: &Ctx,
    work: &mut dyn Work,
    patient: PatientId,
    id: ActivityId,
) -> Result<(OwnActivity, Vec<OwnDoing>)> {
    let (facts, seen) = facts(ctx, work, patient, id).await?;
    let access = ctx.actor()?.may(ReadOwnActivity, &facts)?;
    let activity = sheet(ctx, work, &facts, &seen, &access).await?;
    if facts.grant.grant.kind == Kind::Own {
        return Ok((activity, doings(work, &access).await?));
    }
    let done =
        activity.days.iter().filter_map(|day| Some(OwnDoing { day: day.day, note: day.done.clone()? })).collect();
    Ok((activity, done))
}

async fn doings(work: &mut dyn Work, access: &Access<ReadOwnActivity>) -> Result<Vec<OwnDoing>> {
    let (mut all, mut page) = (Vec::new(), PageRequest { after: None, limit: Some(limits::PAGE_MOST) });
    loop {
        let found = work.list_own_doings(access, &page).await?;
        all.extend(found.rows.into_iter().map(|done| OwnDoing { day: done.day, note: done.note }));
        page.after = found.next;
        if page.after.is_none() {
            return Ok(all);
        }
    }
}

async fn sheet(
    ctx: &Ctx,
    work: &mut dyn Work,
    facts: &OwnActivityFacts,
    seen: &Access<ViewOwnClinical>,
    access: &Access<ReadOwnActivity>,
) -> Result<OwnActivity> {
    let (actor, id) = (ctx.actor()?, access.activity());
    let today = calendar(ctx, work, seen).await?.today;
    let activity = work.lookup_own_activity(access, since(today)).await?.ok_or(Error::NotFound)?;
    let AssignedActivity { text, author, profession, ended, files: ids, done } = activity;
    let mut files = Vec::new();
    for file in ids {
        // What was taken out of the portal meanwhile is not shown here either.
        let own = work.own_file_facts(&Access::<ViewOwnRecord>::from(seen), file, &facts.grant).await?;
        let Some(Ok(may_open)) = own.map(|own| actor.may(ReadOwnFile, &own)) else { continue };
        files.extend(work.lookup_own_file(&may_open).await?.and_then(shown));
    }
    let current = !ended && !text.schedule.is_over(today);
    let days = days(text.schedule, ended, today, &done, actor.account());
    let may_do = actor.may(DoOwnActivity, facts).is_ok();
    Ok(OwnActivity { id, text, files, author: author.shown(), profession, current, days, today, may_do })
}

/// Lets somebody tick a day off or not; tells what stands there by now.
async fn may_do(
    ctx: &Ctx,
    work: &mut dyn Work,
    patient: PatientId,
    id: ActivityId,
    day: Date,
    action: Action,
) -> Result<(Access<DoOwnActivity>, Option<DoneDay>)> {
    let (facts, seen) = facts(ctx, work, patient, id).await?;
    let access = ctx.actor()?.may(DoOwnActivity, &facts)?;
    // The trail lets one in at a time: what is read behind it stands until this is saved.
    let entry = audit::entry(ctx, access.by(), access.group(), action, patient);
    work.audit(&Entry { detail: format!("{id} day={day}"), ..entry }).await?;
    let today = calendar(ctx, work, &seen).await?.today;
    let activity = work.lookup_own_activity(&(&access).into(), since(today)).await?.ok_or(Error::NotFound)?;
    if activity.ended {
        return Err(Conflict::ActivityOver.into());
    }
    if !activity.text.schedule.open_days(today).any(|open| open == day) {
        return Err(Conflict::NotThatDay.into());
    }
    Ok((access, activity.done.into_iter().find(|done| done.day == day)))
}

/// Ticks an activity off for a day on which it is due, of the last week. Doing it again changes nothing but the note.
///
/// # Errors
/// As [`open_own`], [`Error::Forbidden`] for who may only look, [`Error::Invalid`], or a [`Conflict`]: over, not on that day, or
/// somebody else said something else of that day.
pub async fn done(ctx: &Ctx, patient: PatientId, id: ActivityId, day: Date, note: &str) -> Result<()> {
    let mut work = ctx.services.store.begin().await?;
    let (access, kept) = may_do(ctx, work.as_mut(), patient, id, day, Action::ActivityDone).await?;
    let note = text::optional_line(note, limits::DOING_NOTE).map_err(|problem| Invalid::field("note", problem))?;
    // What changes nothing is not written down either.
    if kept.is_some_and(|kept| note.is_empty() || kept.note == note) {
        return Ok(());
    }
    if !work.own_activity_done(&access, day, &note, ctx.now()).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    work.save().await?;
    Ok(())
}

/// Says that it was not done on that day after all. Saying it again changes nothing.
///
/// # Errors
/// As [`done`]: also when somebody else said something of that day.
pub async fn not_done(ctx: &Ctx, patient: PatientId, id: ActivityId, day: Date) -> Result<()> {
    let mut work = ctx.services.store.begin().await?;
    let (access, kept) = may_do(ctx, work.as_mut(), patient, id, day, Action::ActivityNotDone).await?;
    if kept.is_none() {
        return Ok(());
    }
    if !work.own_activity_not_done(&access, day).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    work.save().await?;
    Ok(())
}
