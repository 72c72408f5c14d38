//! Inviting many patients at once (S1-17, S1-21 to S1-26, B-05). A request says who and what; the rest is a job, done in
//! steps that each leave things whole: a step gives some patients their places, or invites some and says so at their
//! places, in one unit of work. So it can be cut off anywhere, by a stop or a power failure, and nobody is invited twice;
//! several servers may run it.

mod job;

use std::collections::HashMap;

use domain::{
    access::{Access, EnterGroup, ExportData, InvitePatients, ListPatients},
    audit::{Action, Entry},
    bulk::{self, Bulk, BulkPatient, BulkStart, BulkView, Outcome, Selection, Stage},
    error::Conflict,
    history::Export,
    ids::{BulkId, PatientId},
    limits::{self, BULK_UNSTARTED},
    page::{Page, PageRequest},
    template::{self, TemplateChoice},
};

pub use self::job::work;
use crate::{
    audit,
    context::Ctx,
    csv,
    error::{Error, Result},
    patients,
    ports::Work,
    reports, unusual,
};

/// Begins one: who was chosen is looked at from now on, nobody is invited yet.
///
/// # Errors
/// [`domain::error::Conflict`] when nobody or too many were chosen, or nobody is invited at present;
/// [`crate::Error::Invalid`] for the report.
pub async fn open(ctx: &Ctx, selection: &Selection) -> Result<BulkStart> {
    let access = ctx.actor()?.may(InvitePatients, &())?;
    let enter = Access::<EnterGroup>::from(&access);
    let mut work = ctx.begin().await?;
    let settings = work.lookup_patient_access(&enter).await?;
    if !settings.invitations {
        return Err(Conflict::InvitationsOff.into());
    }
    selection.check()?;
    if let Selection::All { report, .. } = selection {
        // Whatever cannot be looked for is said now, not by a job that fails.
        let one = PageRequest { after: None, limit: Some(1) };
        reports::found(ctx, work.as_mut(), &Access::<ListPatients>::from(&access), report, &one).await?;
    }
    let templates = work.list_templates(&enter).await?;
    let bulk = Bulk {
        id: BulkId::from_uuid(ctx.services.random.id()),
        group: access.group(),
        user: access.user(),
        origin: access.by().origin.clone(),
        stage: Stage::Gathering,
        selection: Some(selection.clone()),
        cursor: None,
        message: String::new(),
        total: 0,
        seen: 0,
        made_at: ctx.now(),
        started_at: None,
        ended_at: None,
    };
    work.add_bulk(&access, &bulk).await?;
    work.save().await?;
    let choice = |one: template::Template| TemplateChoice { id: one.id, name: one.name, body: one.body };
    Ok(BulkStart {
        id: bulk.id,
        templates: templates.into_iter().map(choice).collect(),
        link_hours: settings.link_life.as_millis() / 3_600_000,
    })
}

/// How far it is, and what became of whom.
///
/// # Errors
/// [`crate::Error::NotFound`] for what somebody else began.
pub async fn view(ctx: &Ctx, id: BulkId) -> Result<BulkView> {
    let access = ctx.actor()?.may(InvitePatients, &())?;
    let mut work = ctx.read().await?;
    let bulk = work.lookup_bulk(&access, id).await?.ok_or(Error::NotFound)?;
    shown(work.as_mut(), &access, bulk).await
}

async fn shown(work: &mut dyn Work, access: &Access<InvitePatients>, bulk: Bulk) -> Result<BulkView> {
    let outcomes = work.count_bulk(access, bulk.id).await?;
    Ok(BulkView {
        id: bulk.id,
        stage: bulk.stage,
        message: bulk.message,
        total: bulk.total,
        seen: bulk.seen,
        outcomes,
        made_at: bulk.made_at,
        ended_at: bulk.ended_at,
    })
}

/// One page of those that the caller started, latest first.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub async fn list(ctx: &Ctx, page: &PageRequest) -> Result<Page<BulkView>> {
    let access = ctx.actor()?.may(InvitePatients, &())?;
    let mut work = ctx.read().await?;
    let Page { rows, next } = work.list_bulks(&access, page).await?;
    let mut views = Vec::with_capacity(rows.len());
    for bulk in rows {
        views.push(shown(work.as_mut(), &access, bulk).await?);
    }
    Ok(Page { rows: views, next })
}

/// One page of the patients, of one outcome or of all.
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn patients(
    ctx: &Ctx,
    id: BulkId,
    outcome: Option<Outcome>,
    page: &PageRequest,
) -> Result<Page<BulkPatient>> {
    let access = ctx.actor()?.may(InvitePatients, &())?;
    let mut work = ctx.begin().await?;
    let bulk = work.lookup_bulk(&access, id).await?.ok_or(Error::NotFound)?;
    let page = named(ctx, work.as_mut(), &access, &bulk, outcome, page).await?;
    let entry = audit::entry(ctx, access.by(), access.group(), Action::PatientsListed, "");
    work.audit(&Entry { detail: format!("bulk_invitation count={}", page.rows.len()), ..entry }).await?;
    work.save().await?;
    Ok(page)
}

async fn named(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<InvitePatients>,
    bulk: &Bulk,
    outcome: Option<Outcome>,
    page: &PageRequest,
) -> Result<Page<BulkPatient>> {
    let page = work.list_bulk_places(access, bulk.id, outcome, page, ctx.now()).await?;
    let ids: Vec<PatientId> = page.rows.iter().filter_map(|(place, _)| place.patient).collect();
    // Some of them may be hidden from the caller by now: those stay without a name.
    let records = work.some_patients(&Access::<EnterGroup>::from(access), &ids).await?;
    let records: HashMap<_, _> = records.into_iter().map(|record| (record.patient.id, record.patient)).collect();
    Ok(page.map(|(place, state)| {
        let patient = place.patient.and_then(|id| records.get(&id));
        let email = patient.and_then(|patient| patient.details.email.clone());
        BulkPatient {
            place: place.place,
            patient: patient.map(|patient| (patient.id, patients::shown(patient, access.names_hidden()))),
            email: email.map(String::from).unwrap_or_default(),
            outcome: place.outcome,
            seen: place.place <= bulk.seen,
            invitation: patient.and(place.invitation.zip(state)),
        }
    }))
}

/// Starts to invite (S1-24). Once it was started, starting it again changes nothing.
///
/// # Errors
/// [`crate::Error::Invalid`] for the message; [`domain::error::Conflict`] while it is still being looked at who was chosen.
pub async fn start(ctx: &Ctx, id: BulkId, message: &str) -> Result<()> {
    let access = ctx.actor()?.may(InvitePatients, &())?;
    let mut work = ctx.begin().await?;
    let bulk = work.lookup_bulk(&access, id).await?.ok_or(Error::NotFound)?;
    let message = bulk::check_message(message)?;
    // What is as old as this is about to be swept away.
    if bulk.started_at.is_none() && ctx.now() >= bulk.made_at + BULK_UNSTARTED {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    // The row before the chain, as the job takes them.
    if work.move_bulk(&access, id, &[Stage::Ready], Stage::Running, Some(&message), ctx.now()).await? {
        let entry = audit::entry(ctx, access.by(), access.group(), Action::BulkInvitationStarted, id);
        work.audit(&entry).await?;
        work.save().await?;
        return Ok(());
    }
    let bulk = work.lookup_bulk(&access, id).await?.ok_or(Error::NotFound)?;
    if bulk.started_at.is_some() { Ok(()) } else { Err(Conflict::ChangedMeanwhile.into()) }
}

/// Stops it. Who was invited stays invited.
///
/// # Errors
/// [`domain::error::Conflict`] when it does not run.
pub async fn stop(ctx: &Ctx, id: BulkId) -> Result<()> {
    turn(ctx, id, Stage::Running, Stage::Stopped, Action::BulkInvitationStopped).await
}

/// Goes on where it was stopped.
///
/// # Errors
/// [`domain::error::Conflict`] when it was not stopped.
pub async fn go_on(ctx: &Ctx, id: BulkId) -> Result<()> {
    turn(ctx, id, Stage::Stopped, Stage::Running, Action::BulkInvitationStarted).await
}

async fn turn(ctx: &Ctx, id: BulkId, from: Stage, to: Stage, action: Action) -> Result<()> {
    let access = ctx.actor()?.may(InvitePatients, &())?;
    let mut work = ctx.begin().await?;
    if !work.move_bulk(&access, id, &[from], to, None, ctx.now()).await? {
        let known = work.lookup_bulk(&access, id).await?.is_some();
        return Err(if known { Conflict::ChangedMeanwhile.into() } else { Error::NotFound });
    }
    work.audit(&audit::entry(ctx, access.by(), access.group(), action, id)).await?;
    work.save().await?;
    Ok(())
}

/// What became of each, as a table for a spreadsheet, at most [`limits::EXPORT`] rows.
///
/// # Errors
/// [`crate::Error::Forbidden`] without the right to export; [`crate::Error::StepUp`] (AD-08).
pub async fn export(ctx: &Ctx, id: BulkId, outcome: Option<Outcome>) -> Result<Export> {
    let actor = ctx.actor()?;
    let access = actor.may(InvitePatients, &())?;
    actor.may(ExportData, &())?;
    ctx.proved_lately()?;
    let mut csv = String::from("patient,email,outcome,invitation\r\n");
    let mut rows = 0;
    let mut page = PageRequest { after: None, limit: Some(limits::PAGE_MOST) };
    let more = loop {
        // Anew for each page: an export holds up nobody.
        let mut work = ctx.read().await?;
        let bulk = work.lookup_bulk(&access, id).await?.ok_or(Error::NotFound)?;
        let found = named(ctx, work.as_mut(), &access, &bulk, outcome, &page).await?;
        for row in found.rows {
            let name = row.patient.map(|(_, name)| name).unwrap_or_default();
            let state = row.invitation.map(|(_, state)| state.code().to_owned()).unwrap_or_default();
            let outcome = if row.seen { row.outcome.code() } else { "waits_its_turn" };
            csv::row(&mut csv, &[name, row.email, outcome.to_owned(), state]);
            rows += 1;
        }
        if found.next.is_none() || rows >= limits::EXPORT {
            break found.next.is_some();
        }
        page.after = found.next;
    };
    let mut work = ctx.begin().await?;
    let entry = audit::entry(ctx, access.by(), access.group(), Action::BulkInvitationExported, id);
    work.audit(&Entry { detail: format!("count={rows}"), ..entry }).await?;
    unusual::exported(ctx, work.as_mut(), &Access::from(&access), rows).await?;
    work.save().await?;
    Ok(Export { csv, rows, more })
}
