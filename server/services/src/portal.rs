//! What the portal's pages start with.

use domain::{
    access::{Actor, Face, ViewOwnRecord, Waits},
    audit::Action,
    error::Refusal,
    grant::Kind,
    ids::PatientId,
    views::{PortalFrame, PortalRecord, PortalStart},
};

use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    ports::{OwnRecord, Work},
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
    let records = open_ones(actor, work.list_own_records(actor.account()).await?);
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
    let own = match all.iter().find(|own| own.facts.grant.patient == patient) {
        Some(own) => own.clone(),
        None => one_record(actor, view.as_mut(), patient).await?,
    };
    let access = actor.may(ViewOwnRecord, &own.facts)?;
    let also_console = !view.list_own_groups(actor.account()).await?.is_empty();
    let asked_forms = view.count_own_asked_forms(&access).await?;
    drop(view);
    // Only the entry needs the one writer.
    let mut work = ctx.services.store.begin().await?;
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::PortalHomeViewed, patient)).await?;
    work.save().await?;
    let greet = match own.facts.grant.kind {
        Kind::Own => own.name.called().to_owned(),
        Kind::Contact | Kind::Other => String::new(),
    };
    let practice_phone = own.phone.clone();
    Ok(PortalFrame {
        record: shown(own),
        asked_forms,
        practice_phone,
        greet,
        records: open_ones(actor, all),
        also_console,
    })
}

async fn one_record(actor: &Actor, work: &mut dyn Work, patient: PatientId) -> Result<OwnRecord> {
    let facts = work.find_own_grant(actor.account(), patient).await?.ok_or(Error::NotFound)?;
    let access = actor.may(ViewOwnRecord, &facts)?;
    let (patient, group) = work.lookup_own_record(&access).await?.ok_or(Error::NotFound)?;
    Ok(OwnRecord { facts, name: patient.details.name, practice: group.name, phone: group.phone })
}

fn open_ones(actor: &Actor, all: Vec<OwnRecord>) -> Vec<PortalRecord> {
    all.into_iter().filter(|own| actor.may(ViewOwnRecord, &own.facts).is_ok()).map(shown).collect()
}

fn shown(own: OwnRecord) -> PortalRecord {
    PortalRecord {
        patient: own.facts.grant.patient,
        shown: own.name.shown(),
        practice: own.practice,
        kind: own.facts.grant.kind,
    }
}
