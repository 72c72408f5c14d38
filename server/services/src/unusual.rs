//! Access out of the ordinary (PR-14): nothing that is forbidden, but what a practice wants to look at. Each row stands in the
//! history at once, under an action of its own.

use domain::{
    access::{Access, EnterGroup, OpenInEmergency, PatientFacts, Relationship, ViewPatient},
    audit::{Action, Entry},
    limits::{EXPORT_LARGE, RECORDS_AN_HOUR},
    text,
    time::Span,
};

use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    ports::{PatientRecord, Work},
};

const WINDOW: Span = Span::hours(1);

/// Does this say whose record it was? Not to be read by who sees no names.
pub(crate) fn names_somebody(detail: &str) -> bool {
    matches!(detail, "own_record" | "colleague" | "same_name")
}

/// A record that somebody is about to be shown: counted, and looked at for what is unusual. One that was shown within the hour
/// already is neither.
///
/// # Errors
/// [`Error::StepUp`] for one more than anybody opens within an hour, when the password was not proved lately: then the
/// record is not to be shown. What is known by then is saved.
pub(crate) async fn opened(
    ctx: &Ctx,
    mut work: Box<dyn Work>,
    access: &Access<ViewPatient>,
    facts: &PatientFacts,
) -> Result<Box<dyn Work>> {
    let (user, now) = (access.user(), ctx.now());
    let this_one = format!("record:{user}:{}", access.patient());
    if work.tries(&this_one, now).await?.is_some() {
        return Ok(work);
    }
    let (records, _) = work.count_try(&format!("records:{user}"), now, WINDOW).await?;
    if records == RECORDS_AN_HOUR + 1 {
        write(ctx, work.as_mut(), access, "many_records").await?;
    }
    if records > RECORDS_AN_HOUR && ctx.proved_lately().is_err() {
        work.save().await?;
        return Err(Error::StepUp);
    }
    work.count_try(&this_one, now, WINDOW).await?;
    if let Some(why) = whose(ctx, work.as_mut(), access, facts).await? {
        write(ctx, work.as_mut(), access, why).await?;
    }
    Ok(work)
}

/// An export of so many rows.
///
/// # Errors
/// Storage's.
pub(crate) async fn exported(ctx: &Ctx, work: &mut dyn Work, access: &Access<EnterGroup>, rows: u32) -> Result<()> {
    if rows >= EXPORT_LARGE {
        let entry = audit::entry(ctx, access.by(), access.group(), Action::UnusualAccess, "");
        work.audit(&Entry { detail: format!("large_export count={rows}"), ..entry }).await?;
    }
    Ok(())
}

/// One more record that a user opened in an emergency than is usual within a week (PR-04).
///
/// # Errors
/// Storage's.
pub(crate) async fn emergencies(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<OpenInEmergency>,
    week: i64,
) -> Result<()> {
    let entry = audit::entry(ctx, access.by(), access.group(), Action::UnusualAccess, access.patient());
    work.audit(&Entry { detail: format!("emergencies count={week}"), ..entry }).await?;
    Ok(())
}

/// Somebody close to the user, whom they do not treat. Who sees no names opened a number, and is not told whose by the
/// history either.
async fn whose(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<ViewPatient>,
    facts: &PatientFacts,
) -> Result<Option<&'static str>> {
    let treats = matches!(facts.relationship, Some(Relationship::Automatic | Relationship::Granted));
    if treats || access.names_hidden() {
        return Ok(None);
    }
    let PatientRecord { patient, .. } = work.lookup_patient(access).await?.ok_or(Error::NotFound)?;
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
