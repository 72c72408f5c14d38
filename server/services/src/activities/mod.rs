//! Home activities: what a patient is asked to do at home (S3-11, S3-12). Who may do what with one is decided in
//! `domain::access::activities`.
//!
//! | file | what is in it |
//! |---|---|
//! | this one | the practice's side: the list, one activity and how often it was done; assign, change, end, take back |
//! | `portal` | the patient's side: what was assigned; ticking it off |

mod portal;

use domain::{
    access::{Access, AssignActivities, ManageFiles, PatientFacts, ReadActivities, ReadFiles, ViewPatient},
    activity::{
        Activities, Activity, ActivityFile, ActivityForm, ActivityPage, ActivityRow, ActivityState, Adherence, Doing,
        Schedule,
    },
    audit::{Action, Entry},
    error::{Conflict, Invalid, Problem},
    file::FileState,
    ids::{ActivityId, FileId, PatientId},
    limits,
    page::{Page, PageRequest},
    time::{Date, Time},
};

pub use self::portal::{done, list_own, not_done, open_own, still_open};
pub(crate) use self::portal::{look, look_through};
use crate::{
    audit,
    context::Ctx,
    days,
    error::{Error, Result},
    in_portal, patients,
    ports::{ActivityOrigin, ListedActivity, StoredFile, Work},
    unusual,
};

async fn may_assign(
    ctx: &Ctx,
    patient: PatientId,
    action: Action,
    id: ActivityId,
) -> Result<(Access<AssignActivities>, Access<ManageFiles>, Box<dyn Work>)> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(AssignActivities, &facts)?;
    // Whoever writes about somebody opens their record; when the password is asked for, nothing was assigned.
    let seen = Access::<ViewPatient>::from(&Access::<ReadActivities>::from(&access));
    let mut work = unusual::opened(ctx, work, &seen, &facts).await?;
    let entry = audit::entry(ctx, access.by(), access.group(), action, patient);
    work.audit(&Entry { detail: id.to_string(), ..entry }).await?;
    Ok((access, actor.may(ManageFiles, &facts)?, work))
}

/// For reading: whoever is shown a record is counted.
async fn may_read(
    ctx: &Ctx,
    patient: PatientId,
    action: Action,
    detail: String,
) -> Result<(Access<ReadActivities>, PatientFacts, Box<dyn Work>)> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(ReadActivities, &facts)?;
    let mut work = unusual::opened(ctx, work, &Access::<ViewPatient>::from(&access), &facts).await?;
    let entry = audit::entry(ctx, access.by(), access.group(), action, patient);
    work.audit(&Entry { detail, ..entry }).await?;
    Ok((access, facts, work))
}

/// The practice's calendar: what day it is there, and which day a moment was.
struct Calendar {
    today: Date,
    zone: Option<String>,
}

impl Calendar {
    fn of(ctx: &Ctx, zone: Option<String>) -> Result<Self> {
        let today = days::day_in(ctx.now(), zone.as_deref());
        let today = today.ok_or_else(|| Error::fault("the clock shows no day of the calendar"))?;
        Ok(Self { today, zone })
    }

    fn day(&self, at: Time) -> Option<Date> {
        days::day_in(at, self.zone.as_deref())
    }

    /// The first day that counts for adherence.
    fn since(&self) -> Date {
        self.today.and_before(limits::ACTIVITY_WINDOW - 1).last().unwrap_or(self.today)
    }

    fn adherence(&self, schedule: &Schedule, state: ActivityState, done: &[Date]) -> Adherence {
        let ended = match state {
            ActivityState::Assigned => None,
            ActivityState::Ended { at } | ActivityState::Withdrawn { at } => self.day(at),
        };
        Adherence::of(schedule, ended, self.today, done)
    }
}

async fn calendar(ctx: &Ctx, work: &mut dyn Work) -> Result<Calendar> {
    Calendar::of(ctx, patients::time_zone(ctx, work).await?)
}

/// The patient's home activities: those that go on first, then the others, latest first.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn list(ctx: &Ctx, patient: PatientId, page: &PageRequest) -> Result<Activities> {
    let (access, facts, mut work) = may_read(ctx, patient, Action::ActivitiesListed, String::new()).await?;
    let calendar = calendar(ctx, work.as_mut()).await?;
    let row = |activity: ListedActivity| {
        let ListedActivity { id, title, schedule, state, done } = activity;
        let (over, adherence) = (schedule.is_over(calendar.today), calendar.adherence(&schedule, state, &done));
        ActivityRow { id, title, schedule, state, over, adherence }
    };
    let activities = work.list_activities(&access, calendar.today, calendar.since(), page).await?.map(row);
    work.save().await?;
    let may_assign = ctx.actor()?.may(AssignActivities, &facts).is_ok();
    Ok(Activities { activities, may_assign, today: calendar.today })
}

/// What of a file an activity shows.
fn shown(file: StoredFile) -> Option<ActivityFile> {
    let StoredFile { id, name, kind, size, state, .. } = file;
    (state == FileState::Kept).then(|| ActivityFile { id, name: name.as_str().to_owned(), kind, size })
}

/// One home activity, and how often it was done.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn open(ctx: &Ctx, patient: PatientId, id: ActivityId) -> Result<ActivityPage> {
    let (access, facts, mut work) = may_read(ctx, patient, Action::ActivityViewed, id.to_string()).await?;
    let activity = work.lookup_activity(&access, id).await?.ok_or(Error::NotFound)?;
    let calendar = calendar(ctx, work.as_mut()).await?;
    let origin = work.lookup_activity_origin(&access, id, calendar.since()).await?.ok_or(Error::NotFound)?;
    let ActivityOrigin { author, profession, added_at, files: ids, done } = origin;
    let may_open = ctx.actor()?.may(ReadFiles, &facts)?;
    let mut files = Vec::new();
    for file in ids {
        files.extend(work.lookup_file(&may_open, file).await?.and_then(shown));
    }
    let doings = work.list_doings(&access, id, &PageRequest::default()).await?;
    let portal = in_portal::readers(ctx, work.as_mut(), patient).await?;
    work.save().await?;
    let Activity { text, state, version, .. } = activity;
    let may_change = ctx.actor()?.may(AssignActivities, &facts).is_ok();
    let (over, adherence) = (text.schedule.is_over(calendar.today), calendar.adherence(&text.schedule, state, &done));
    let author = author.shown();
    Ok(ActivityPage {
        id,
        text,
        files,
        author,
        profession,
        at: added_at,
        state,
        over,
        version,
        may_change,
        adherence,
        doings,
        portal,
    })
}

/// On which days it was done, the latest first.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn doings(ctx: &Ctx, patient: PatientId, id: ActivityId, page: &PageRequest) -> Result<Page<Doing>> {
    let (access, _, mut work) = may_read(ctx, patient, Action::ActivityViewed, id.to_string()).await?;
    work.lookup_activity(&access, id).await?.ok_or(Error::NotFound)?;
    let doings = work.list_doings(&access, id, page).await?;
    work.save().await?;
    Ok(doings)
}

/// Says which files belong to an activity. What the practice added and comes to belong to it is shown in the portal from then on,
/// or whoever is to use it could not open it; what somebody took out of the portal since stays out.
async fn attach(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<AssignActivities>,
    may_share: &Access<ManageFiles>,
    id: ActivityId,
    files: &[FileId],
) -> Result<()> {
    let kept = work.list_activity_files(access, id).await?;
    for file in files.iter().filter(|file| !kept.contains(file)) {
        let shown = work.share_file(may_share, *file, Some(ctx.now())).await?;
        if !work.add_activity_file(access, id, *file, shown).await? {
            return Err(Invalid::field("files", Problem::NotAChoice).into());
        }
        if shown {
            note_file(ctx, work, may_share, Action::FileShared, *file).await?;
        }
    }
    for file in kept.iter().filter(|file| !files.contains(file)) {
        release(ctx, work, access, may_share, id, *file).await?;
        work.remove_activity_file(access, id, *file).await?;
    }
    Ok(())
}

/// Takes a file out of the portal again that only this activity brought there.
async fn release(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<AssignActivities>,
    may_share: &Access<ManageFiles>,
    id: ActivityId,
    file: FileId,
) -> Result<()> {
    if work.activity_shows_file(access, id, file).await? && work.share_file(may_share, file, None).await? {
        note_file(ctx, work, may_share, Action::FileWithdrawn, file).await?;
    }
    Ok(())
}

async fn note_file(
    ctx: &Ctx,
    work: &mut dyn Work,
    may_share: &Access<ManageFiles>,
    action: Action,
    file: FileId,
) -> Result<()> {
    let entry = audit::entry(ctx, may_share.by(), may_share.group(), action, may_share.patient());
    work.audit(&Entry { detail: file.to_string(), ..entry }).await?;
    Ok(())
}

/// Assigns a home activity. Whoever of the portal sees it is told by mail that there is something new.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] or [`Error::Invalid`].
pub async fn assign(ctx: &Ctx, patient: PatientId, form: &ActivityForm) -> Result<ActivityId> {
    let id = ActivityId::from(ctx.services.random.id());
    let (access, may_share, mut work) = may_assign(ctx, patient, Action::ActivityAssigned, id).await?;
    let (text, files) = form.check()?;
    let activity = Activity { id, patient, author: access.user(), text, state: ActivityState::Assigned, version: 1 };
    work.add_activity(&access, &activity, ctx.now()).await?;
    attach(ctx, work.as_mut(), &access, &may_share, id, &files).await?;
    if !activity.text.schedule.is_over(calendar(ctx, work.as_mut()).await?.today) {
        in_portal::tell(ctx, work.as_mut(), access.group(), patient, None).await?;
    }
    work.save().await?;
    Ok(id)
}

/// Changes one that goes on; the portal shows it as new, and whoever sees it is told. Tells the next version; the same one when
/// nothing was changed.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Invalid`], or a [`Conflict`]: over, or changed meanwhile.
pub async fn save(ctx: &Ctx, patient: PatientId, id: ActivityId, version: i64, form: &ActivityForm) -> Result<i64> {
    let (access, may_share, mut work) = may_assign(ctx, patient, Action::ActivityChanged, id).await?;
    let activity = work.lookup_activity(&(&access).into(), id).await?.ok_or(Error::NotFound)?;
    if activity.state != ActivityState::Assigned {
        return Err(Conflict::ActivityOver.into());
    }
    let (text, files) = form.check()?;
    let kept = work.list_activity_files(&access, id).await?;
    let same_files = kept.len() == files.len() && kept.iter().all(|file| files.contains(file));
    // What changes nothing is neither written down nor told anybody.
    if version == activity.version && text == activity.text && same_files {
        return Ok(version);
    }
    let is_over = text.schedule.is_over(calendar(ctx, work.as_mut()).await?.today);
    if !work.save_activity(&access, &Activity { text, version, ..activity }).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    attach(ctx, work.as_mut(), &access, &may_share, id, &files).await?;
    if is_over {
        in_portal::ring(ctx, work.as_mut(), patient).await?;
    } else {
        in_portal::tell(ctx, work.as_mut(), access.group(), patient, None).await?;
    }
    work.save().await?;
    Ok(version + 1)
}

/// Ends one that goes on: it stays to be read, and is not ticked off any more. Doing it again changes nothing.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], or [`Conflict::ActivityOver`] for one that was taken back.
pub async fn end(ctx: &Ctx, patient: PatientId, id: ActivityId) -> Result<()> {
    let (access, _, mut work) = may_assign(ctx, patient, Action::ActivityEnded, id).await?;
    let activity = work.lookup_activity(&(&access).into(), id).await?.ok_or(Error::NotFound)?;
    if matches!(activity.state, ActivityState::Withdrawn { .. }) {
        return Err(Conflict::ActivityOver.into());
    }
    // What changed nothing is not written down either.
    if !work.end_activity(&access, id, ctx.now()).await? {
        return Ok(());
    }
    in_portal::ring(ctx, work.as_mut(), patient).await?;
    work.save().await?;
    Ok(())
}

/// Takes back one that was assigned by mistake: the portal shows it no longer, nor files that are there because of it. It stays in
/// the record. Doing it again changes nothing.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::Forbidden`].
pub async fn withdraw(ctx: &Ctx, patient: PatientId, id: ActivityId) -> Result<()> {
    let (access, may_share, mut work) = may_assign(ctx, patient, Action::ActivityWithdrawn, id).await?;
    work.lookup_activity(&(&access).into(), id).await?.ok_or(Error::NotFound)?;
    if !work.withdraw_activity(&access, id, ctx.now()).await? {
        return Ok(());
    }
    for file in work.list_activity_files(&access, id).await? {
        release(ctx, work.as_mut(), &access, &may_share, id, file).await?;
    }
    in_portal::ring(ctx, work.as_mut(), patient).await?;
    work.save().await?;
    Ok(())
}
