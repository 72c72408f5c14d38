//! Access out of the ordinary (PR-14): nothing that is forbidden, but what a practice wants to look at. Each row stands in the
//! history at once, under an action of its own.

use domain::{
    access::{Access, EnterGroup, PatientFacts, Relationship, ViewHistory, ViewPatient},
    audit::{Action, Entry},
    limits::{EXPORT_LARGE, RECORDS_AN_HOUR},
    patient::Patient,
    text,
    time::Span,
};

use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    ports::Work,
};

const WINDOW: Span = Span::hours(1);

/// Writes down what is unusual about this opening of a record. True when it is one more than anybody opens within an hour,
/// and the password was not proved lately: then the record is not to be shown.
///
/// # Errors
/// Storage's.
pub(crate) async fn opened(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<ViewPatient>,
    facts: &PatientFacts,
    patient: &Patient,
) -> Result<bool> {
    let many = many(ctx, work, access).await?;
    if let Some(first_of_many) = many
        && first_of_many
    {
        write(ctx, work, access, "many_records").await?;
    }
    if let Some(why) = whose(ctx, work, access, facts, patient).await? {
        write(ctx, work, access, why).await?;
    }
    Ok(many.is_some() && ctx.proved_lately().is_err())
}

/// An export of so many rows.
///
/// # Errors
/// Storage's.
pub(crate) async fn exported(ctx: &Ctx, work: &mut dyn Work, access: &Access<ViewHistory>, rows: u32) -> Result<()> {
    if rows >= EXPORT_LARGE {
        let entry = audit::entry(ctx, access.by(), access.group(), Action::UnusualAccess, "");
        work.audit(&Entry { detail: format!("large_export count={rows}"), ..entry }).await?;
    }
    Ok(())
}

/// Is this one record too many? Some(true) for the first of them. A record that is opened again does not count again.
async fn many(ctx: &Ctx, work: &mut dyn Work, access: &Access<ViewPatient>) -> Result<Option<bool>> {
    let (user, now) = (access.user(), ctx.now());
    let (times, _) = work.count_try(&format!("record:{user}:{}", access.patient()), now, WINDOW).await?;
    let key = format!("records:{user}");
    let count = if times == 1 {
        work.count_try(&key, now, WINDOW).await?.0
    } else {
        work.tries(&key, now).await?.map_or(0, |(count, _)| count)
    };
    Ok((count > RECORDS_AN_HOUR).then_some(times == 1 && count == RECORDS_AN_HOUR + 1))
}

/// Somebody close to the user, whom they do not treat.
async fn whose(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<ViewPatient>,
    facts: &PatientFacts,
    patient: &Patient,
) -> Result<Option<&'static str>> {
    if matches!(facts.relationship, Some(Relationship::Automatic | Relationship::Granted)) {
        return Ok(None);
    }
    let enter = ctx.actor()?.may(EnterGroup, &())?;
    if let Some(email) = &patient.details.email
        && let Some(account) = work.find_account(email).await?
        && let Some(user) = work.find_colleague(&enter, account.id).await?
    {
        return Ok(Some(if user.id == access.user() { "own_record" } else { "colleague" }));
    }
    let own = work.lookup_own_user(&enter).await?.ok_or(Error::NotFound)?;
    let (own, theirs) = (text::fold(&own.name.last), text::fold(&patient.details.name.legal_last));
    Ok((!own.is_empty() && own == theirs).then_some("same_name"))
}

async fn write(ctx: &Ctx, work: &mut dyn Work, access: &Access<ViewPatient>, why: &str) -> Result<()> {
    let entry = audit::entry(ctx, access.by(), access.group(), Action::UnusualAccess, access.patient());
    work.audit(&Entry { detail: why.to_owned(), ..entry }).await?;
    Ok(())
}
