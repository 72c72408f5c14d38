//! Opening a record in an emergency (PR-04). It ends by itself, since every decision asks for the time; who looks at it
//! afterwards is told at once.

use std::collections::HashMap;

use domain::{
    access::{Access, EnterGroup, OpenInEmergency, ReviewEmergencies, SeekInEmergency, ViewPatient},
    audit::{Action, Entry},
    emergency_access::{Emergencies, EmergencyRow, Opened, OwnEmergency, ReasonForm, Reviewed, SeekForm},
    error::Conflict,
    history::Shown,
    ids::{EmergencyId, PatientId, UserId},
    limits::{EMERGENCIES_A_WEEK, EMERGENCIES_NOT_FOUND, EMERGENCIES_OPEN},
    notification::{News, Notification},
    page::{Page, PageRequest},
    person::UserName,
    time::Span,
};

use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    notifications, patients,
    ports::{Hint, Work},
    unusual,
};

/// How long a miss counts.
const WINDOW: Span = Span::hours(1);

/// What the caller holds open, and for how long the practice opens records.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub async fn own(ctx: &Ctx) -> Result<Emergencies> {
    let actor = ctx.actor()?;
    let enter = Access::<EnterGroup>::from(&actor.may(SeekInEmergency, &())?);
    let mut work = ctx.begin().await?;
    let hours = work.emergency_hours(&enter).await?;
    let mut open = Vec::new();
    for (patient, until) in work.list_own_emergencies(&enter, ctx.now()).await? {
        // Hidden from the caller meanwhile: then it is not open either.
        let facts = patients::facts(ctx, work.as_mut(), patient).await?;
        let Ok(access) = actor.may(ViewPatient, &facts) else { continue };
        let Some(record) = work.lookup_patient(&access).await? else { continue };
        open.push(OwnEmergency { patient, shown: patients::shown(&record.patient, access.names_hidden()), until });
    }
    notifications::names_shown(ctx, work.as_mut(), &enter, open.len()).await?;
    work.save().await?;
    Ok(Emergencies { hours, open })
}

/// Opens a patient's record for the caller.
///
/// # Errors
/// [`crate::Error::Invalid`] without a reason; [`crate::Error::NotFound`] for a patient of another group and one who is hidden
/// from the caller; [`crate::Error::Forbidden`] for who reads every record anyway, or treats nobody; a
/// [`domain::error::Conflict`] for a record that the caller holds open already: nobody makes that longer.
pub async fn open(ctx: &Ctx, patient: PatientId, form: &ReasonForm) -> Result<Opened> {
    // What is wrong with the asking is said before it is looked who is asked about: the answer tells of no patient (PR-01).
    let mut work = ctx.begin().await?;
    if let Err(refused) = ctx.actor()?.may(SeekInEmergency, &()) {
        may(ctx, work.as_mut(), patient).await?;
        return Err(refused.into());
    }
    let reason = form.check()?;
    let hours = hours(ctx, work.as_mut()).await?;
    let access = may(ctx, work.as_mut(), patient).await?;
    open_record(ctx, work, &access, &reason, hours).await
}

/// Opens the record of somebody of whom the caller knows the name and the birth date. Whoever is not found, is hidden from the
/// caller or is not the only one is not opened; that it was tried is written down and slows.
///
/// # Errors
/// As [`open`]; [`domain::error::Conflict::NobodyFound`], [`domain::error::Conflict::SeveralFound`];
/// [`crate::Error::TooMany`] after several tries that found nobody.
pub async fn seek(ctx: &Ctx, form: &SeekForm) -> Result<Opened> {
    let seeks = ctx.actor()?.may(SeekInEmergency, &())?;
    let sought = form.check()?;
    let mut work = ctx.begin().await?;
    let hours = hours(ctx, work.as_mut()).await?;
    // One at a time of each: what is counted below is seen by the next, on whichever server it was asked.
    work.count_try(&format!("emergency_turn:{}", seeks.user()), ctx.now(), WINDOW).await?;
    let key = format!("emergency:{}", seeks.user());
    if let Some((count, end)) = work.tries(&key, ctx.now()).await?
        && count >= EMERGENCIES_NOT_FOUND
    {
        return Err(Error::TooMany { retry_after: end.since(ctx.now()) });
    }
    // Whoever is hidden from the caller is not there, and makes nobody one of several.
    let mut found = Vec::new();
    for patient in work.seek_in_emergency(&seeks, &sought).await? {
        match may(ctx, work.as_mut(), patient).await {
            Err(Error::NotFound) => {}
            access => found.push(access?),
        }
    }
    let why = match &*found {
        [access] => return open_record(ctx, work, access, &sought.reason, hours).await,
        [] => Conflict::NobodyFound,
        _ => Conflict::SeveralFound,
    };
    let (count, end) = work.count_try(&key, ctx.now(), WINDOW).await?;
    // How it ended, not whom it was about: the trail holds no names.
    let entry = audit::entry(ctx, seeks.by(), seeks.group(), Action::EmergencySought, "");
    let detail = if why == Conflict::SeveralFound { "several" } else { "nobody" };
    work.audit(&Entry { detail: detail.to_owned(), ..entry }).await?;
    work.save().await?;
    // Others of the caller's were counted meanwhile.
    if count > EMERGENCIES_NOT_FOUND {
        return Err(Error::TooMany { retry_after: end.since(ctx.now()) });
    }
    Err(why.into())
}

/// Closes a record that the caller holds open.
///
/// # Errors
/// [`crate::Error::NotFound`] when they do not.
pub async fn end_own(ctx: &Ctx, patient: PatientId) -> Result<()> {
    let access = ctx.actor()?.may(EnterGroup, &())?;
    let mut work = ctx.begin().await?;
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::EmergencyEnded, patient)).await?;
    work.end_emergencies_of(&access, access.user(), Some(patient), ctx.now())
        .await?
        .then_some(())
        .ok_or(Error::NotFound)?;
    work.hint(Hint::Bell(access.by().account));
    work.save().await?;
    Ok(())
}

/// One page of what was opened in the group, latest first.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub async fn list(ctx: &Ctx, page: &PageRequest) -> Result<Page<EmergencyRow>> {
    let access = ctx.actor()?.may(ReviewEmergencies, &())?;
    let enter = Access::<EnterGroup>::from(&access);
    let mut work = ctx.begin().await?;
    let found = work.list_emergencies(&access, page).await?;
    let patients = found.rows.iter().map(|row| row.patient).collect();
    let patients = notifications::read_names(work.as_mut(), &enter, patients).await?;
    let mut ids: Vec<UserId> = found.rows.iter().map(|row| row.user).collect();
    ids.extend(found.rows.iter().filter_map(|row| row.reviewed.map(|(user, _)| user)));
    ids.sort_unstable();
    ids.dedup();
    let users: HashMap<UserId, UserName> = work.some_users(&enter, &ids).await?.into_iter().collect();
    let entry = audit::entry(ctx, access.by(), access.group(), Action::EmergenciesListed, "");
    work.audit(&Entry { detail: format!("count={}", found.rows.len()), ..entry }).await?;
    work.save().await?;
    let name = |user: UserId| users.get(&user).map(UserName::shown).unwrap_or_default();
    Ok(found.map(|row| {
        let patient = patients.get(&row.patient).map(|name| Shown { id: row.patient, name: name.clone() });
        EmergencyRow {
            by: name(row.user),
            open: row.is_open(ctx.now()),
            own: row.user == access.user(),
            reviewed: row.reviewed.map(|(user, at)| Reviewed { by: name(user), at }),
            reason: (patient.is_some() && !access.names_hidden()).then_some(row.reason),
            patient,
            id: row.id,
            opened_at: row.opened_at,
            until: row.until,
            ended_at: row.ended_at,
        }
    }))
}

/// Says that the caller looked at it.
///
/// # Errors
/// [`crate::Error::NotFound`], or a [`domain::error::Conflict`]: it is their own, or somebody did already.
pub async fn review(ctx: &Ctx, id: EmergencyId) -> Result<()> {
    let access = ctx.actor()?.may(ReviewEmergencies, &())?;
    let mut work = ctx.begin().await?;
    let found = work.lookup_emergency(&access, id).await?.ok_or(Error::NotFound)?;
    if found.user == access.user() {
        return Err(Conflict::Yourself.into());
    }
    let entry = audit::entry(ctx, access.by(), access.group(), Action::EmergencyReviewed, found.patient);
    work.audit(&Entry { detail: id.to_string(), ..entry }).await?;
    if !work.review_emergency(&access, id, ctx.now()).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    work.save().await?;
    Ok(())
}

/// Closes a record that somebody holds open: from their next request on.
///
/// # Errors
/// [`crate::Error::NotFound`], or [`domain::error::Conflict::ChangedMeanwhile`] when it is not open any more.
pub async fn end(ctx: &Ctx, id: EmergencyId) -> Result<()> {
    let access = ctx.actor()?.may(ReviewEmergencies, &())?;
    let mut work = ctx.begin().await?;
    let found = work.lookup_emergency(&access, id).await?.ok_or(Error::NotFound)?;
    let entry = audit::entry(ctx, access.by(), access.group(), Action::EmergencyEnded, found.patient);
    work.audit(&Entry { detail: id.to_string(), ..entry }).await?;
    if !work.end_emergency(&access, id, ctx.now()).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    if let Some(user) = work.lookup_colleague(&Access::from(&access), found.user).await? {
        work.hint(Hint::Bell(user.account));
    }
    work.save().await?;
    Ok(())
}

async fn may(ctx: &Ctx, work: &mut dyn Work, patient: PatientId) -> Result<Access<OpenInEmergency>> {
    let facts = patients::facts(ctx, work, patient).await?;
    Ok(ctx.actor()?.may(OpenInEmergency, &facts)?)
}

async fn hours(ctx: &Ctx, work: &mut dyn Work) -> Result<u32> {
    let enter = ctx.actor()?.may(EnterGroup, &())?;
    Ok(work.emergency_hours(&enter).await?.ok_or(Conflict::EmergencyOff)?)
}

async fn open_record(
    ctx: &Ctx,
    mut work: Box<dyn Work>,
    access: &Access<OpenInEmergency>,
    reason: &str,
    hours: u32,
) -> Result<Opened> {
    let (now, patient) = (ctx.now(), access.patient());
    let id: EmergencyId = ctx.services.random.id().into();
    let entry = audit::entry(ctx, access.by(), access.group(), Action::EmergencyOpened, patient);
    // The entry holds the group's chain: nobody opens another one meanwhile.
    work.audit(&Entry { detail: format!("{id} hours={hours}"), emergency: true, ..entry }).await?;
    let enter = ctx.actor()?.may(EnterGroup, &())?;
    let open = work.list_own_emergencies(&enter, now).await?;
    if open.iter().any(|(opened, _)| *opened == patient) {
        return Err(Conflict::EmergencyOpen.into());
    }
    if open.len() >= EMERGENCIES_OPEN as usize {
        return Err(Conflict::TooManyEmergencies.into());
    }
    let until = now + Span::hours(hours);
    work.open_emergency(access, id, reason, now, until).await?;
    let week = work.count_own_emergencies(access, now - Span::days(7)).await?;
    let often = week >= EMERGENCIES_A_WEEK;
    if often {
        unusual::emergencies(ctx, work.as_mut(), access, week).await?;
    }
    for reviewer in work.emergency_reviewers(access).await? {
        let news = News::EmergencyOpened { user: access.user(), often };
        let told = Notification { id: ctx.services.random.id().into(), news, at: now, read_at: None };
        work.notify_reviewer(access, reviewer, &told).await?;
    }
    // The caller's other pages draw what is open now.
    work.hint(Hint::Bell(access.by().account));
    work.save().await?;
    Ok(Opened { patient, until })
}
