//! The patient's and the family's side: who can see a record, let somebody in, take it back; and what one may see oneself
//! (S0-26, S0-27).

use domain::{
    access::{Access, GrantFacts, Inviting, LeaveRecord, ManageOwnAccess, ViewOwnRecord},
    audit::{Action, Entry},
    error::{Conflict, Problem},
    family::{FamilyForm, FamilyPage, FamilyPerson},
    grant::{Grant, Kind, Person, Reach, Standing, State, Terms},
    ids::{GrantId, InvitationId, PatientId, UserId},
};

use super::{shown, staff::end_given_by, standing, terms};
use crate::{
    audit,
    context::Ctx,
    days,
    error::{Error, Result},
    invitations::{
        self,
        making::{self, Wanted},
    },
    ports::{Hint, PortalUserRecord, PortalUsers, Work},
    throttle, tokens, users,
};

/// What decides about the caller and this patient, now.
async fn facts(ctx: &Ctx, work: &mut dyn Work, patient: PatientId) -> Result<GrantFacts> {
    let record = work.find_own_grant(ctx.actor()?.account(), patient).await?.ok_or(Error::NotFound)?;
    Ok(record.at(ctx.now()))
}

/// Who can see this record, or was asked to: all of them for the patient; for a parent who manages it those they let in
/// themselves with everything, of the others that they are there.
///
/// # Errors
/// [`crate::Error::NotFound`]; [`crate::Error::Forbidden`] for who does not manage it.
pub async fn people(ctx: &Ctx, patient: PatientId) -> Result<FamilyPage> {
    let actor = ctx.actor()?;
    let mut work = ctx.services.store.begin().await?;
    let facts = facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(ManageOwnAccess, &facts)?;
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::PortalUsersViewed, patient)).await?;
    let settings = work.lookup_access_rules(&Inviting::from(&access)).await?;
    let (record, _) = work.lookup_own_record(&Access::<ViewOwnRecord>::from(&access)).await?.ok_or(Error::NotFound)?;
    let own = record.details.name.shown();
    let all = work.list_changeable_portal_users(&Inviting::from(&access)).await?.ok_or(Error::NotFound)?;
    let now = ctx.now();
    work.save().await?;
    let people = all
        .users
        .iter()
        .filter(|user| user.grant.id != access.grant())
        .map(|user| {
            let mine = user.grant.given_by == Some(access.grant());
            let mut person = shown(user, &own, &all, now);
            if !reaches(&facts.grant, user) {
                person.email = String::new();
            }
            let stopped = matches!(person.standing, Standing::Suspended(_));
            FamilyPerson { may_end: reaches(&facts.grant, user) && !stopped, mine, person }
        })
        .collect();
    Ok(FamilyPage { may_invite: settings.invites_to(facts.status).is_ok(), most: most(&facts)?, people })
}

/// What the caller holds at this moment, ages counted: nobody is let in further.
fn most(facts: &GrantFacts) -> Result<Terms> {
    let Reach { role, level } = facts.reach().ok_or(Error::NotFound)?;
    Ok(Terms { role, level, manages: false, ends_at: facts.grant.last_moment(&facts.ages) })
}

/// May who holds `manager` end the access of this one? The patient everybody's; a parent what they gave.
fn reaches(manager: &Grant, user: &PortalUserRecord) -> bool {
    match manager.kind {
        Kind::Own => user.grant.kind != Kind::Own,
        Kind::Contact | Kind::Other => user.grant.given_by == Some(manager.id),
    }
}

/// Times a unit of work is begun anew because somebody else made the same account or grant at the same moment.
const ATTEMPTS: u32 = 3;

/// Lets somebody in by their address, no further than one's own access reaches.
///
/// # Errors
/// [`crate::Error::Invalid`], a [`domain::error::Conflict`], or [`crate::Error::TooMany`].
pub async fn invite(ctx: &Ctx, patient: PatientId, form: &FamilyForm) -> Result<()> {
    throttle::count(ctx, "family", Some(&ctx.actor()?.account().to_string())).await?;
    for _ in 0..ATTEMPTS {
        if try_invite(ctx, patient, form).await? {
            return Ok(());
        }
    }
    Err(Error::Unavailable(None))
}

async fn try_invite(ctx: &Ctx, patient: PatientId, form: &FamilyForm) -> Result<bool> {
    let actor = ctx.actor()?;
    let mut work = ctx.services.store.begin().await?;
    let before = facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(ManageOwnAccess, &before)?;
    let inviting = Inviting::from(&access);
    let zone = work.list_changeable_portal_users(&inviting).await?.and_then(|users| users.about.time_zone);
    let today = days::day_in(ctx.now(), zone.as_deref())
        .ok_or_else(|| Error::fault("the clock shows no day of the calendar"))?;
    let (person, typed) = form.check(today)?;
    users::held(work.as_mut(), &person.email).await?;
    let id = InvitationId::from_uuid(ctx.services.random.id());
    let entry = audit::entry(ctx, access.by(), access.group(), Action::InvitationMade, patient);
    work.audit(&Entry { detail: id.to_string(), ..entry }).await?;

    // Now that the chain is held: what one holds may have been taken away meanwhile.
    let facts = facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(ManageOwnAccess, &facts)?;
    let settings = work.lookup_access_rules(&Inviting::from(&access)).await?;
    settings.invites_to(facts.status)?;
    let present = work.list_changeable_portal_users(&inviting).await?.ok_or(Error::NotFound)?;
    let Some(inviter) = let_in_by(&present.users, access.grant()) else {
        return Err(Error::fault("a portal user whom nobody invited"));
    };
    let Person { name, relationship, email } = person;
    if present.users.iter().any(|user| user.grant.id == access.grant() && user.email == email) {
        return Err(Error::field("email", Problem::AlreadyInPortal));
    }
    let wanted = Wanted {
        kind: Kind::Other,
        contact: None,
        name,
        relationship,
        email,
        terms: terms(typed, zone.as_deref()).within(&most(&facts)?),
        message: String::new(),
        inviter,
        life: settings.link_life,
    };
    if making::make(ctx, work.as_mut(), &inviting, id, wanted, &present).await?.is_none() {
        return Ok(false);
    }
    work.save().await?;
    Ok(true)
}

/// The user of the practice who let this portal user in: they are told when somebody this one invited accepts.
fn let_in_by(all: &[PortalUserRecord], grant: GrantId) -> Option<UserId> {
    all.iter().find(|user| user.grant.id == grant)?.invitation.as_ref().map(|invitation| invitation.inviter)
}

/// Ends somebody's access, or takes their invitation back, at once.
///
/// # Errors
/// [`crate::Error::NotFound`] for somebody who is not there or not the caller's to end.
pub async fn end(ctx: &Ctx, patient: PatientId, id: GrantId) -> Result<()> {
    let actor = ctx.actor()?;
    let mut work = ctx.services.store.begin().await?;
    let facts = facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(ManageOwnAccess, &facts)?;
    let inviting = Inviting::from(&access);
    let entry = audit::entry(ctx, access.by(), access.group(), Action::GrantEnded, patient);
    work.audit(&Entry { detail: id.to_string(), ..entry }).await?;
    let PortalUsers { users: all, .. } = work.list_changeable_portal_users(&inviting).await?.ok_or(Error::NotFound)?;
    let user = all.iter().find(|user| user.grant.id == id && reaches(&facts.grant, user)).ok_or(Error::NotFound)?;
    match standing(user, &facts.ages, ctx.now()) {
        Standing::Ended(_) => return Ok(()),
        // What the practice stopped stays the practice's: ended, it could be given anew from here.
        Standing::Suspended(_) => return Err(Conflict::AccessEnded.into()),
        Standing::Invited(_) | Standing::Active(_) => {}
    }
    finish(ctx, work.as_mut(), &inviting, user, &all).await?;
    work.save().await?;
    Ok(())
}

/// Ends one grant and what hangs on it.
async fn finish(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Inviting,
    user: &PortalUserRecord,
    all: &[PortalUserRecord],
) -> Result<()> {
    let now = ctx.now();
    if let Some(invitation) = user.invitation.clone() {
        making::revoke(ctx, work, access, invitation).await?;
    }
    let ended = Grant { state: State::Ended { at: now }, ..user.grant.clone() };
    if !work.save_grant(access, &ended, &user.grant, now).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    end_given_by(ctx, work, access, user.grant.id, all).await?;
    work.hint(Hint::Bell(user.grant.account));
    Ok(())
}

/// Sends somebody who was invited a new link.
///
/// # Errors
/// [`crate::Error::NotFound`], a [`domain::error::Conflict`], or [`crate::Error::TooMany`].
pub async fn send_again(ctx: &Ctx, patient: PatientId, id: GrantId) -> Result<()> {
    let actor = ctx.actor()?;
    throttle::count(ctx, "family", Some(&actor.account().to_string())).await?;
    let mut work = ctx.services.store.begin().await?;
    let facts = facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(ManageOwnAccess, &facts)?;
    let inviting = Inviting::from(&access);
    let entry = audit::entry(ctx, access.by(), access.group(), Action::InvitationResent, patient);
    work.audit(&Entry { detail: id.to_string(), ..entry }).await?;
    let settings = work.lookup_access_rules(&Inviting::from(&access)).await?;
    settings.invites_to(facts.status)?;
    let PortalUsers { users: all, .. } = work.list_changeable_portal_users(&inviting).await?.ok_or(Error::NotFound)?;
    let user = all.iter().find(|user| user.grant.id == id && reaches(&facts.grant, user)).ok_or(Error::NotFound)?;
    let invitation = user.invitation.clone().ok_or(Error::NotFound)?;
    if work.is_practitioner(invitation.account).await? {
        return Err(Conflict::PractitionerNow.into());
    }
    let renewed = invitation.renew(ctx.now(), settings.link_life)?;
    let (token, hash) = tokens::make(&*ctx.services.random);
    if !work.save_invitation(&inviting, &renewed, Some(&hash)).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    work.add_mail(&invitations::mail_with(ctx, &renewed, &token)).await?;
    work.save().await?;
    Ok(())
}

/// Gives up one's own access to somebody else's record (S0-27).
///
/// # Errors
/// [`crate::Error::NotFound`]; [`crate::Error::Forbidden`] for the own record.
pub async fn leave(ctx: &Ctx, patient: PatientId) -> Result<()> {
    let actor = ctx.actor()?;
    let mut work = ctx.services.store.begin().await?;
    let facts = facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(LeaveRecord, &facts)?;
    let entry = audit::entry(ctx, access.by(), access.group(), Action::GrantEnded, patient);
    work.audit(&Entry { detail: facts.grant.id.to_string(), ..entry }).await?;
    let inviting = Inviting::from(&access);
    let PortalUsers { users: all, .. } = work.list_changeable_portal_users(&inviting).await?.ok_or(Error::NotFound)?;
    let user = all.iter().find(|user| user.grant.id == access.grant()).ok_or(Error::NotFound)?;
    finish(ctx, work.as_mut(), &inviting, user, &all).await?;
    work.save().await?;
    Ok(())
}
