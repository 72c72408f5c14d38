//! Portal users besides their invitations: who may act for a patient, how far and until when. The practice's side (`staff`);
//! the patient's and the family's (`family`);
//! what an age of the patient changes, told beforehand (`ages`).

mod ages;
mod family;
mod staff;

use domain::{
    grant::{Birthdays, Grant, Kind, PortalUser, Standing, Terms, TermsTyped},
    ids::GrantId,
    time::Time,
};

pub(crate) use self::ages::told_of;
pub use self::{
    ages::tell_beforehand,
    family::{end, invite, leave, people, send_again},
    staff::{find, list, restore, save, suspend},
};
use crate::{
    days,
    ports::{PortalUserRecord, PortalUsers},
};

/// Terms as typed: the last day is whole, where the practice is.
pub(crate) fn terms(typed: TermsTyped, zone: Option<&str>) -> Terms {
    let TermsTyped { role, level, manages, last_day } = typed;
    let ends_at = last_day.and_then(|day| days::start_of(day, zone.unwrap_or("UTC"), 1));
    Terms { role, level, manages, ends_at }
}

/// One of a patient's portal users as the lists show them. `own` is what the patient is called.
fn shown(user: &PortalUserRecord, own: &str, all: &PortalUsers, now: Time) -> PortalUser {
    let grant = &user.grant;
    let ages = &all.about.birthdays();
    let zone = all.about.time_zone.as_deref();
    PortalUser {
        id: grant.id,
        kind: grant.kind,
        contact: grant.contact,
        name: name(grant, own),
        relationship: grant.relationship.clone(),
        email: user.email.as_str().to_owned(),
        terms: grant.terms,
        steps_down_at: grant.steps_down(ages),
        ends_at: grant.last_moment(ages),
        given_until: grant.terms.ends_at.and_then(|end| days::day_before(end, zone)),
        steps_down_on: grant.steps_down(ages).and_then(|then| days::day_in(then, zone)),
        last_day: grant.last_moment(ages).and_then(|end| days::day_before(end, zone)),
        given_by: grant.given_by.and_then(|giver| giver_name(giver, own, &all.users)),
        standing: standing(user, ages, now),
    }
}

/// What a portal user is called. `own` is what the patient is.
pub(crate) fn name(grant: &Grant, own: &str) -> String {
    match grant.kind {
        Kind::Own => own.to_owned(),
        Kind::Contact | Kind::Other => grant.name.clone(),
    }
}

fn giver_name(giver: GrantId, own: &str, all: &[PortalUserRecord]) -> Option<String> {
    all.iter().find(|user| user.grant.id == giver).map(|user| name(&user.grant, own))
}

fn standing(user: &PortalUserRecord, ages: &Birthdays, now: Time) -> Standing {
    let invitation = user.invitation.as_ref().map(|invitation| invitation.state(now));
    Standing::of(&user.grant, ages, invitation, now)
}
