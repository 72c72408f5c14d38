//! What the practice shares with a patient: who of the portal sees it, and who is told.

use domain::{
    access::{GrantFacts, ViewPatientAccess},
    grant::Level,
    ids::{GroupId, PatientId},
    mail,
    note::PortalReader,
    time::Time,
};

use crate::{
    context::Ctx,
    error::{Error, Result},
    mails, patients,
    ports::{GrantRecord, Hint, Work},
};

/// Sees what is shared: not who was invited only, or is here for appointments.
pub(crate) fn sees(facts: &GrantFacts) -> bool {
    facts.open().is_some_and(|reach| reach.level == Level::Clinical)
}

/// The patient's portal users whose access is not over.
pub(crate) async fn users(ctx: &Ctx, work: &mut dyn Work, patient: PatientId) -> Result<Vec<(GrantFacts, String)>> {
    let actor = ctx.actor()?;
    let facts = patients::facts(ctx, work, patient).await?;
    let access = actor.may(ViewPatientAccess, &facts)?;
    let Some(users) = work.list_portal_users(&access).await? else { return Ok(Vec::new()) };
    let about = users.about;
    let all = users.users.into_iter().map(|user| {
        let record = GrantRecord { grant: user.grant, about: about.clone() };
        (record.at(ctx.now()), user.email.as_str().to_owned())
    });
    Ok(all.filter(|(facts, _)| !facts.closed()).collect())
}

/// The same, and who of them sees what is shared, for who is about to share something.
pub(crate) async fn readers(ctx: &Ctx, work: &mut dyn Work, patient: PatientId) -> Result<Vec<PortalReader>> {
    let reader = |(facts, email): (GrantFacts, String)| PortalReader {
        grant: facts.grant.id,
        email,
        kind: facts.grant.kind,
        sees: sees(&facts),
    };
    Ok(users(ctx, work, patient).await?.into_iter().map(reader).collect())
}

/// Tells those of the portal who can see it, at once or at a moment to come; true when there is anybody.
pub(crate) async fn tell(
    ctx: &Ctx,
    work: &mut dyn Work,
    group: GroupId,
    patient: PatientId,
    from: Option<Time>,
) -> Result<bool> {
    let mut anybody = false;
    for (facts, _) in users(ctx, work, patient).await? {
        if !sees(&facts) {
            continue;
        }
        anybody = true;
        let account = facts.grant.account;
        if from.is_none() {
            work.hint(Hint::Bell(account));
        }
        let now = ctx.now();
        // One mail says it for all that is shared by then.
        let is_said = match from {
            None => work.mail_again(group, account, mail::Kind::RecordShared, now, now).await?,
            Some(from) => work.mail_waits(group, account, mail::Kind::RecordOpens, from).await?,
        };
        if is_said {
            continue;
        }
        let account = work.lookup_account(account).await?;
        let account = account.ok_or_else(|| Error::fault("a grant without its account"))?;
        work.add_mail(&mails::about_record(ctx, &account, group, from)).await?;
    }
    Ok(anybody)
}

/// Lets open pages of those who see what is shared look again.
pub(crate) async fn ring(ctx: &Ctx, work: &mut dyn Work, patient: PatientId) -> Result<()> {
    for (facts, _) in users(ctx, work, patient).await? {
        if sees(&facts) {
            work.hint(Hint::Bell(facts.grant.account));
        }
    }
    Ok(())
}
