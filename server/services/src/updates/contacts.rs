//! Whom to call in an emergency, from the portal (S0-18): adding, changing, taking off the list, and in what order.

use std::{collections::BTreeSet, slice};

use domain::{
    audit::Action,
    emergency::{self, EmergencyContact},
    error::{Conflict, Problem},
    ids::{ContactId, PatientId},
    limits, text,
    update::{Outcome, OwnContact, OwnContacts, OwnState, Subject, Told, Topic, Wish},
};

use super::portal::{Asked, Visit, change, elsewhere, grant};
use crate::{
    context::Ctx,
    error::{Error, Result},
    ports::Work,
};

/// Who is called in an emergency, and where the changes stand that were asked for (S0-18). What was decided about counts as
/// seen.
///
/// # Errors
/// [`crate::Error::NotFound`] when this person may not see it.
pub async fn contacts(ctx: &Ctx, patient: PatientId) -> Result<OwnContacts> {
    let mut work = ctx.services.store.begin().await?;
    let grant = grant(ctx, work.as_mut(), patient).await?;
    let visit = Visit::read(ctx, work.as_mut(), grant).await?;
    visit.note(ctx, work.as_mut(), Action::OwnProfileViewed, "contacts".to_owned()).await?;
    let mut latest = visit.latest(work.as_mut()).await?;
    work.mark_own_updates_seen(&visit.access, Told::Contacts, ctx.now()).await?;
    let elsewhere = elsewhere(ctx, work.as_mut(), &visit).await?;
    let time_zone = visit.time_zone(work.as_mut()).await?;
    work.save().await?;
    let order_last = latest.remove(&Subject::Order);
    let called = visit.record.contacts.iter().filter_map(|contact| Some((contact.id, EmergencyContact::of(contact)?)));
    let mut contacts: Vec<_> = called
        .map(|(id, value)| OwnContact { id, value: Some(value), last: latest.remove(&Subject::Contact(id)) })
        .collect();
    // Who is asked for, and who was asked for and not accepted. Who was there and is gone, is gone.
    let asked = latest.into_iter().filter_map(|(subject, last)| Some((subject.contact()?, last)));
    let open = asked.filter(|(_, last)| match last.state {
        OwnState::Waiting => !last.wanted.is_empty(),
        OwnState::Rejected { .. } => !last.wanted.is_empty() && last.had.is_empty(),
        OwnState::Accepted { .. } | OwnState::Edited { .. } => false,
    });
    contacts.extend(open.map(|(id, last)| OwnContact { id, value: None, last: Some(last) }));
    Ok(OwnContacts {
        contacts,
        order: Subject::Order.of(&visit.record),
        order_last,
        mode: visit.mode,
        may_edit: visit.takes(),
        elsewhere,
        time_zone,
    })
}

/// Adds somebody to call in an emergency, or changes what is known of them; or asks the practice to (S0-18). Somebody who is
/// added can be added with the same person's other practices as well. `seen`: what the record said on the page, as
/// [`EmergencyContact::code`] writes it; empty when it had nobody.
///
/// # Errors
/// As [`super::save`]; [`Conflict::ChangedMeanwhile`] when the practice took this contact off the list;
/// [`crate::Error::Invalid`] naming what is wrong, `name` too when there are too many already.
pub async fn save_contact(
    ctx: &Ctx,
    patient: PatientId,
    contact: Option<ContactId>,
    seen: &str,
    form: &EmergencyContact,
    also: &[PatientId],
) -> Result<()> {
    let wanted = form.check()?.code();
    let also = if contact.is_none() { also } else { &[] };
    let mut work = ctx.services.store.begin().await?;
    let asked = Asked::open(ctx, work.as_mut(), patient, also, Topic::Contact.code()).await?;
    let had = known_value(seen)?;
    for visit in asked.all() {
        let listed = listed(work.as_mut(), visit).await?;
        let (id, had) = match contact {
            Some(id) if listed.contains(&id) => (id, had.clone()),
            Some(_) => return Err(Conflict::ChangedMeanwhile.into()),
            None if listed.len() >= limits::EMERGENCY_CONTACTS => return Err(Error::field("name", Problem::TooMany)),
            None => (ctx.services.random.id().into(), String::new()),
        };
        let wish = Wish { subject: Subject::Contact(id), had, wanted: wanted.clone() };
        asked.check(slice::from_ref(&wish))?;
        change(ctx, work.as_mut(), visit, vec![wish]).await?;
    }
    work.save().await?;
    Ok(())
}

/// Takes somebody off the list of those called in an emergency, or asks the practice to; what was asked for is taken back.
///
/// # Errors
/// As [`save_contact`].
pub async fn remove_contact(ctx: &Ctx, patient: PatientId, contact: ContactId, seen: &str) -> Result<()> {
    let mut work = ctx.services.store.begin().await?;
    let asked = Asked::open(ctx, work.as_mut(), patient, &[], Topic::Contact.code()).await?;
    if !listed(work.as_mut(), &asked.main).await?.contains(&contact) {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    let wish = Wish { subject: Subject::Contact(contact), had: known_value(seen)?, wanted: String::new() };
    asked.check(slice::from_ref(&wish))?;
    change(ctx, work.as_mut(), &asked.main, vec![wish]).await?;
    work.save().await?;
    Ok(())
}

/// Says whom to call first, or asks the practice to. `seen` and `wanted` are orders as [`emergency::order_code`] writes them.
///
/// # Errors
/// As [`super::save`]; [`Conflict::ChangedMeanwhile`] when somebody named is not on the list any more;
/// [`crate::Error::Invalid`] naming `order`.
pub async fn order_contacts(ctx: &Ctx, patient: PatientId, seen: &str, wanted: &str) -> Result<()> {
    let order = |code: &str| emergency::order_from_code(code).map_err(|problem| Error::field("order", problem));
    let (seen, wanted) = (emergency::order_code(&order(seen)?), order(wanted)?);
    let mut work = ctx.services.store.begin().await?;
    let asked = Asked::open(ctx, work.as_mut(), patient, &[], Topic::Order.code()).await?;
    let listed = listed(work.as_mut(), &asked.main).await?;
    if wanted.iter().any(|id| !listed.contains(id)) {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    // Who is asked for and not there yet comes last anyway: then the record's own order is wanted.
    let now = emergency::order(&asked.main.record.contacts);
    let new = listed.iter().filter(|id| !now.contains(id));
    let anyway: Vec<_> = now.iter().chain(new).copied().collect();
    let wanted = if wanted == anyway { now } else { wanted };
    let wish = Wish { subject: Subject::Order, had: seen, wanted: emergency::order_code(&wanted) };
    asked.check(slice::from_ref(&wish))?;
    change(ctx, work.as_mut(), &asked.main, vec![wish]).await?;
    work.save().await?;
    Ok(())
}

/// What the page said of a contact: nothing, or what a record can say.
fn known_value(seen: &str) -> Result<String> {
    let seen = seen.replace("\r\n", "\n");
    if seen.is_empty() {
        return Ok(seen);
    }
    let known = EmergencyContact::from_code(&seen).map_err(|problem| Error::field("seen", problem))?;
    for line in [&known.name, &known.relationship, &known.phone] {
        text::optional_line(line, limits::LINE).map_err(|problem| Error::field("seen", problem))?;
    }
    Ok(seen)
}

/// Those called in an emergency, and those who are asked for.
async fn listed(work: &mut dyn Work, visit: &Visit) -> Result<BTreeSet<ContactId>> {
    let mut listed: BTreeSet<_> = emergency::order(&visit.record.contacts).into_iter().collect();
    let updates = work.list_own_updates(&visit.access).await?;
    let waiting = updates.iter().filter(|update| update.outcome == Outcome::Waiting && !update.wanted.is_empty());
    listed.extend(waiting.filter_map(|update| update.subject.contact()));
    Ok(listed)
}
