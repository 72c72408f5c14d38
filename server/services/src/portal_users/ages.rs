//! An age of the patient at which the access of others steps down or ends: both sides are told by mail beforehand. What is
//! open is decided by the clock; nothing here opens or shuts anything.

use std::sync::Arc;

use domain::{
    grant::Kind,
    limits::AGE_NOTICE_DAYS,
    mail,
    time::{Date, Time},
};

use crate::{
    context::{Ctx, Origin, Services},
    days,
    error::Result,
    mails,
    ports::{ComingAge, GrantRecord, GroupAges},
};

/// Tells those whose access an age changes within [`AGE_NOTICE_DAYS`], and the patients, once for each birthday. Run by any
/// number of servers. Ends early once `stopping` says so.
///
/// # Errors
/// Storage's.
pub async fn tell_beforehand(services: &Arc<Services>, stopping: &(dyn Fn() -> bool + Sync)) -> Result<()> {
    let mut after = None;
    while !stopping() {
        let groups = services.store.look().await?.unscoped_list_age_rules(after).await?;
        let Some(last) = groups.last() else { break };
        after = Some(last.group);
        for coming in groups.iter().flat_map(|group| coming(group, services.clock.now())) {
            while !stopping() && tell_some(services, &coming).await? {}
        }
    }
    Ok(())
}

/// The birthdays of the next days, by each of a group's rules.
fn coming(of: &GroupAges, now: Time) -> Vec<ComingAge> {
    let Some((first, last)) = ahead(now, of.time_zone.as_deref()) else { return Vec::new() };
    let of_age = |(age, change)| {
        let born = Date::born_between(first, last, age)?;
        Some(ComingAge { group: of.group, age, change, born })
    };
    of.rules.changes().filter_map(of_age).collect()
}

/// Tomorrow, and the last day that is told of already, where the practice is.
fn ahead(now: Time, zone: Option<&str>) -> Option<(Date, Date)> {
    let today = days::day_in(now, zone)?;
    let later = |count| days::day_in(days::start_of(today, zone.unwrap_or("UTC"), count)?, zone);
    Some((later(1)?, later(AGE_NOTICE_DAYS)?))
}

/// Some of them in one unit of work, with the marks that they were told; false when that was the last.
async fn tell_some(services: &Arc<Services>, coming: &ComingAge) -> Result<bool> {
    let _turn = services.courtesy.turn().await;
    let ctx = Ctx::new(Arc::clone(services), Origin::default(), None);
    let mut work = services.store.begin().await?;
    let grants = work.unscoped_take_age_notices(coming, ctx.now()).await?;
    for id in &grants {
        if let Some(record) = work.unscoped_lookup_grant(*id).await?
            && let holder = record.grant.account
            && told_of(record, ctx.now()).is_some()
            // The parents of twins get one mail.
            && !work.mail_again(coming.group, holder, mail::Kind::AgeNotice, ctx.now(), ctx.now()).await?
            && let Some(account) = work.lookup_account(holder).await?
        {
            work.add_mail(&mails::about_age(&ctx, &account, coming.group)).await?;
        }
    }
    work.save().await?;
    Ok(!grants.is_empty())
}

/// Is this grant's holder to be told now that an age changes something soon? As what: the patient, or who acts for them.
pub(crate) fn told_of(record: GrantRecord, now: Time) -> Option<Kind> {
    let zone = record.about.time_zone.clone();
    let facts = record.at(now);
    facts.open()?;
    let day = days::day_in(facts.grant.next_age(&facts.ages, now)?, zone.as_deref())?;
    let (_, last) = ahead(now, zone.as_deref())?;
    (day <= last).then_some(facts.grant.kind)
}
