//! What the portal's pages start with.

use domain::{
    access::{Actor, Face, ListOwnFiles, ManageOwnAccess, ViewAccessLog, ViewOwnClinical, ViewOwnRecord, Waits},
    audit::Action,
    error::Refusal,
    grant::Kind,
    ids::PatientId,
    update::Told,
    views::{PortalFrame, PortalRecord, PortalStart},
};

use crate::{
    audit,
    context::Ctx,
    days,
    error::{Error, Result},
    ports::{OwnActivityCounts, OwnCounts, OwnRecord, Work},
};

/// The records this person may open. Names only, so that Home can be found: no record is opened by it.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn start(ctx: &Ctx) -> Result<PortalStart> {
    let actor = ctx.actor()?;
    match actor.face() {
        Face::Portal => {}
        Face::Lobby(Waits::Password) => return Err(Error::Forbidden(Refusal::TemporaryPassword)),
        Face::User(_) | Face::Lobby(Waits::Group) => return Err(Error::Forbidden(Refusal::Door)),
    }
    let mut work = ctx.services.store.read().await?;
    let records = open_ones(ctx, actor, work.list_own_records(actor.account()).await?);
    let also_console = !work.list_own_groups(actor.account()).await?.is_empty();
    let account = work.lookup_account(actor.account()).await?.ok_or(Error::NotSignedIn)?;
    Ok(PortalStart { records, also_console, email: account.email.as_str().to_owned() })
}

/// What every page about one record shows around its content; leaves an audit entry.
///
/// # Errors
/// [`crate::Error::NotFound`] when this person may not open it.
pub async fn frame(ctx: &Ctx, patient: PatientId) -> Result<PortalFrame> {
    let actor = ctx.actor()?;
    let mut view = ctx.services.store.read().await?;
    let all = view.list_own_records(actor.account()).await?;
    // The list ends somewhere; a record beyond its end is asked for by itself.
    let own = match all.iter().find(|own| own.record.grant.patient == patient) {
        Some(own) => own.clone(),
        None => one_record(ctx, actor, view.as_mut(), patient).await?,
    };
    let facts = own.record.clone().at(ctx.now());
    let access = actor.may(ViewOwnRecord, &facts)?;
    let also_console = !view.list_own_groups(actor.account()).await?.is_empty();
    let (mut asked_forms, mut unread_notes, mut unread_messages, mut unread_files) = (0, 0, 0, 0);
    let (mut documents, mut activities) = (OwnCounts::default(), OwnActivityCounts::default());
    let (mut answered_details, mut answered_contacts) = (0, 0);
    if actor.may(ViewOwnClinical, &facts).is_ok() {
        asked_forms = view.count_own_asked_forms(&access).await?;
        let clinical = actor.may(ViewOwnClinical, &facts)?;
        unread_notes = view.count_own_unread_notes(&clinical, ctx.now()).await?;
        unread_messages = view.count_own_unread_messages(&clinical).await?;
        let hidden = view.own_hidden_documents(&clinical).await?;
        documents = view.count_own_documents(&clinical, hidden).await?;
        let zone = view.own_time_zone(&access).await?;
        if let Some(today) = days::day_in(ctx.now(), zone.as_deref()) {
            activities = view.count_own_activities(&clinical, today).await?;
        }
        unread_files = view.count_own_unread_files(&actor.may(ListOwnFiles, &facts)?).await?;
        answered_details = view.count_own_unseen_updates(&access, Told::Details).await?;
        answered_contacts = view.count_own_unseen_updates(&access, Told::Contacts).await?;
    }
    drop(view);
    // Only the entry needs the one writer.
    let mut work = ctx.services.store.begin().await?;
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::PortalHomeViewed, patient)).await?;
    work.save().await?;
    let greet = match facts.grant.kind {
        Kind::Own => own.name.called().to_owned(),
        Kind::Contact | Kind::Other => String::new(),
    };
    let practice_phone = own.phone.clone();
    let record = shown(ctx, actor, own).ok_or(Error::NotFound)?;
    Ok(PortalFrame {
        record,
        asked_forms,
        unread_notes,
        unread_documents: documents.unread,
        unconfirmed_documents: documents.unconfirmed,
        unread_messages,
        unread_activities: activities.unread,
        due_activities: activities.due,
        unread_files,
        answered_details,
        answered_contacts,
        practice_phone,
        greet,
        records: open_ones(ctx, actor, all),
        also_console,
    })
}

/// May this person still open the record, or what was shared of it? Asked by a page that was left open: no human act, so nothing
/// is written down and nothing counts as looked at.
///
/// # Errors
/// [`crate::Error::NotFound`] when not.
pub async fn still_open(ctx: &Ctx, patient: PatientId, clinical: bool) -> Result<()> {
    let actor = ctx.actor()?;
    let mut view = ctx.services.store.read().await?;
    let facts = view.find_own_grant(actor.account(), patient).await?.ok_or(Error::NotFound)?.at(ctx.now());
    if clinical {
        actor.may(ViewOwnClinical, &facts)?;
    } else {
        actor.may(ViewOwnRecord, &facts)?;
    }
    Ok(())
}

async fn one_record(ctx: &Ctx, actor: &Actor, work: &mut dyn Work, patient: PatientId) -> Result<OwnRecord> {
    let record = work.find_own_grant(actor.account(), patient).await?.ok_or(Error::NotFound)?;
    let access = actor.may(ViewOwnRecord, &record.clone().at(ctx.now()))?;
    let (patient, group) = work.lookup_own_record(&access).await?.ok_or(Error::NotFound)?;
    Ok(OwnRecord { record, name: patient.details.name, practice: group.name, phone: group.phone })
}

fn open_ones(ctx: &Ctx, actor: &Actor, all: Vec<OwnRecord>) -> Vec<PortalRecord> {
    all.into_iter().filter_map(|own| shown(ctx, actor, own)).collect()
}

/// The record as the portal shows it; nothing when it is not open to the caller.
fn shown(ctx: &Ctx, actor: &Actor, own: OwnRecord) -> Option<PortalRecord> {
    let zone = own.record.about.time_zone.clone();
    let facts = own.record.at(ctx.now());
    actor.may(ViewOwnRecord, &facts).ok()?;
    Some(PortalRecord {
        patient: facts.grant.patient,
        grant: facts.grant.id,
        shown: own.name.shown(),
        practice: own.practice,
        kind: facts.grant.kind,
        reach: facts.reach()?,
        steps_down_on: facts
            .grant
            .steps_down(&facts.ages)
            .filter(|then| facts.now < *then)
            .and_then(|then| days::day_in(then, zone.as_deref())),
        last_day: facts.grant.last_moment(&facts.ages).and_then(|end| days::day_before(end, zone.as_deref())),
        manages: actor.may(ManageOwnAccess, &facts).is_ok(),
        sees_log: actor.may(ViewAccessLog, &facts).is_ok(),
    })
}
