//! What the portal's pages start with.

use domain::{
    access::{Actor, ViewOwnRecord},
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
    if actor.user().is_some() {
        return Err(Error::Forbidden(Refusal::Door));
    }
    let mut work = ctx.services.store.read().await?;
    let records = records(actor, work.as_mut()).await?;
    let also_console = !work.list_memberships(actor.account()).await?.is_empty();
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
    let facts = view.find_own_grant(actor.account(), patient).await?.ok_or(Error::NotFound)?;
    let access = actor.may(ViewOwnRecord, &facts)?;
    let (patient, group) = view.lookup_own_record(&access).await?.ok_or(Error::NotFound)?;
    let records = records(actor, view.as_mut()).await?;
    let also_console = !view.list_memberships(actor.account()).await?.is_empty();
    drop(view);
    // Only the entry needs the one writer.
    let mut work = ctx.services.store.begin().await?;
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::PortalHomeViewed, patient.id)).await?;
    work.save().await?;
    let name = &patient.details.name;
    let greet = match facts.grant.kind {
        Kind::Own => name.called().to_owned(),
        Kind::Contact | Kind::Other => String::new(),
    };
    Ok(PortalFrame {
        record: PortalRecord { patient: patient.id, shown: name.shown(), practice: group.name, kind: facts.grant.kind },
        practice_phone: group.phone,
        greet,
        records,
        also_console,
    })
}

async fn records(actor: &Actor, work: &mut dyn Work) -> Result<Vec<PortalRecord>> {
    let own = work.list_own_records(actor.account()).await?;
    let open = own.into_iter().filter(|record| actor.may(ViewOwnRecord, &record.facts).is_ok());
    let records = open.map(|OwnRecord { facts, name, practice }| PortalRecord {
        patient: facts.grant.patient,
        shown: name.shown(),
        practice,
        kind: facts.grant.kind,
    });
    Ok(records.collect())
}
