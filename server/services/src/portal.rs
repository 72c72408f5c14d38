//! What the portal's pages start with.

use domain::{
    access::ViewOwnRecord,
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
    ports::Work,
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
    let records = records(ctx, work.as_mut()).await?;
    let also_console = !work.memberships(actor.account()).await?.is_empty();
    Ok(PortalStart { records, also_console })
}

/// What every page about one record shows around its content; leaves an audit entry.
///
/// # Errors
/// [`crate::Error::NotFound`] when this person may not open it.
pub async fn frame(ctx: &Ctx, patient: PatientId) -> Result<PortalFrame> {
    let actor = ctx.actor()?;
    let mut work = ctx.services.store.begin().await?;
    let facts = work.own_grant(actor.account(), patient).await?.ok_or(Error::NotFound)?;
    let access = actor.may(ViewOwnRecord, &facts)?;
    let (patient, group) = work.own_record(&access).await?.ok_or(Error::NotFound)?;
    let records = records(ctx, work.as_mut()).await?;
    let also_console = !work.memberships(actor.account()).await?.is_empty();
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

async fn records(ctx: &Ctx, work: &mut dyn Work) -> Result<Vec<PortalRecord>> {
    let actor = ctx.actor()?;
    let mut records = Vec::new();
    for facts in work.grants_of(actor.account()).await? {
        let Ok(access) = actor.may(ViewOwnRecord, &facts) else { continue };
        let Some((patient, group)) = work.own_record(&access).await? else { continue };
        records.push(PortalRecord {
            patient: patient.id,
            shown: patient.details.name.shown(),
            practice: group.name,
            kind: facts.grant.kind,
        });
    }
    Ok(records)
}
