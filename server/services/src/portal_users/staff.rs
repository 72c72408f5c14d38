//! The practice's side: who uses a patient's portal, how far, suspend and restore; link somebody by their address.

use domain::{
    access::{Access, EnterGroup, InvitePatient, Inviting, ViewContacts, ViewPatient, ViewPatientAccess},
    audit::{Action, Entry},
    email::Email,
    error::{Conflict, Invalid},
    grant::{Grant, Kind, PortalUser, Standing, State, TermsForm},
    ids::{GrantId, PatientId},
};

use super::{shown, standing, terms};
use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    invitations::making,
    patients,
    ports::{Hint, PortalUserRecord, PortalUsers, Work},
    unusual,
};

/// The patient's portal users, those whose access is over among them.
///
/// # Errors
/// [`crate::Error::NotFound`]; [`crate::Error::Forbidden`] for who sees no names.
pub async fn list(ctx: &Ctx, patient: PatientId) -> Result<Vec<PortalUser>> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    // People with names, as contacts are.
    let seen = actor.may(ViewContacts, &facts)?;
    let view = Access::<ViewPatient>::from(&seen);
    let access = actor.may(ViewPatientAccess, &facts)?;
    let mut work = unusual::opened(ctx, work, &view, &facts).await?;
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::PortalUsersViewed, patient)).await?;
    let own = work.lookup_patient(&view).await?.ok_or(Error::NotFound)?.patient.details.name.shown();
    let all = work.list_portal_users(&access).await?.ok_or(Error::NotFound)?;
    work.save().await?;
    Ok(all.users.iter().map(|user| shown(user, &own, &all, ctx.now())).collect())
}

/// The name that goes with an address, when the caller could know it already: it is a portal user's of a patient whom the
/// caller may see in this group. Whatever else there is of the address, the answer is that nobody is found (S3-35).
///
/// # Errors
/// [`crate::Error::Invalid`] for what is no address.
pub async fn find(ctx: &Ctx, patient: PatientId, email: &str) -> Result<Option<String>> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(InvitePatient, &facts)?;
    let email: Email = email.parse().map_err(|problem| Error::field("email", problem))?;
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::PortalUserSearched, patient)).await?;
    let name = work.find_portal_user(&actor.may(EnterGroup, &())?, &email).await?;
    work.save().await?;
    Ok(name)
}

/// Changes how far somebody's access reaches and when it ends. The patient's own is whole.
///
/// # Errors
/// [`crate::Error::Invalid`], or a [`domain::error::Conflict`].
pub async fn save(ctx: &Ctx, patient: PatientId, id: GrantId, form: &TermsForm) -> Result<()> {
    let today = patients::today(ctx, ctx.read().await?.as_mut()).await?;
    let mut invalid = Invalid::default();
    let Some(typed) = form.check(&mut invalid, today) else { return Err(invalid.into()) };
    change(ctx, patient, id, Action::GrantChanged, |grant, standing, zone| {
        if grant.kind == Kind::Own {
            return Err(Conflict::OwnRecord);
        }
        match standing {
            Standing::Invited(_) | Standing::Active(_) | Standing::Suspended(_) => {}
            Standing::Ended(_) => return Err(Conflict::AccessEnded),
        }
        Ok(Grant { terms: terms(typed, zone), ..grant })
    })
    .await
}

/// Takes somebody's access away at once; it can be restored. What they gave to others ends for good.
///
/// # Errors
/// [`domain::error::Conflict::AccessEnded`] when there is nothing to suspend.
pub async fn suspend(ctx: &Ctx, patient: PatientId, id: GrantId) -> Result<()> {
    let now = ctx.now();
    change(ctx, patient, id, Action::GrantSuspended, |grant, standing, _| match standing {
        Standing::Active(_) => Ok(Grant { state: State::Suspended { at: now }, ..grant }),
        Standing::Suspended(_) => Err(Conflict::ChangedMeanwhile),
        Standing::Invited(_) | Standing::Ended(_) => Err(Conflict::AccessEnded),
    })
    .await
}

/// Gives suspended access back.
///
/// # Errors
/// [`domain::error::Conflict::AccessEnded`] when there is nothing to restore.
pub async fn restore(ctx: &Ctx, patient: PatientId, id: GrantId) -> Result<()> {
    let now = ctx.now();
    change(ctx, patient, id, Action::GrantRestored, |grant, standing, _| match standing {
        Standing::Suspended(_) => Ok(Grant { state: State::Activated { at: now }, ..grant }),
        Standing::Active(_) => Err(Conflict::ChangedMeanwhile),
        Standing::Invited(_) | Standing::Ended(_) => Err(Conflict::AccessEnded),
    })
    .await
}

/// Changes one grant of the patient; the person's open pages are told.
async fn change(
    ctx: &Ctx,
    patient: PatientId,
    id: GrantId,
    action: Action,
    how: impl Fn(Grant, Standing, Option<&str>) -> std::result::Result<Grant, Conflict> + Send,
) -> Result<()> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(InvitePatient, &facts)?;
    let inviting = Inviting::from(&access);
    let entry = audit::entry(ctx, access.by(), access.group(), action, patient);
    work.audit(&Entry { detail: id.to_string(), ..entry }).await?;
    let PortalUsers { about, users } = work.list_changeable_portal_users(&inviting).await?.ok_or(Error::NotFound)?;
    let user = users.iter().find(|user| user.grant.id == id).ok_or(Error::NotFound)?;
    let now = ctx.now();
    let seen = &user.grant;
    let changed = how(seen.clone(), standing(user, &about.birthdays(), now), about.time_zone.as_deref())?;
    if !work.save_grant(&inviting, &changed, seen, now).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    if matches!(changed.state, State::Suspended { .. }) || (seen.terms.manages && !changed.terms.manages) {
        end_given_by(ctx, work.as_mut(), &inviting, id, &users).await?;
    } else if changed.terms != seen.terms {
        narrow_given_by(ctx, work.as_mut(), &inviting, &changed, &users).await?;
    }
    work.hint(Hint::Bell(seen.account));
    work.save().await?;
    Ok(())
}

/// Nobody holds more than who let them in: what a portal user gave is held to what they have now.
async fn narrow_given_by(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Inviting,
    giver: &Grant,
    all: &[PortalUserRecord],
) -> Result<()> {
    for user in all.iter().filter(|user| user.grant.given_by == Some(giver.id)) {
        let narrow = user.grant.terms.within(&giver.terms);
        if narrow != user.grant.terms && !matches!(user.grant.state, State::Ended { .. }) {
            let entry = audit::entry(ctx, access.by(), access.group(), Action::GrantChanged, access.patient());
            work.audit(&Entry { detail: user.grant.id.to_string(), ..entry }).await?;
            let narrowed = Grant { terms: narrow, ..user.grant.clone() };
            work.save_grant(access, &narrowed, &user.grant, ctx.now()).await?;
        }
    }
    Ok(())
}

/// Ends what a portal user gave to others, and kills the invitations they have out (PX-13).
///
/// # Errors
/// Storage's.
pub(super) async fn end_given_by(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Inviting,
    giver: GrantId,
    all: &[PortalUserRecord],
) -> Result<()> {
    let now = ctx.now();
    for user in all.iter().filter(|user| user.grant.given_by == Some(giver)) {
        if let Some(invitation) = user.invitation.clone() {
            making::revoke(ctx, work, access, invitation).await?;
        }
        // What the practice suspended stays so.
        if matches!(user.grant.state, State::Activated { .. }) {
            let entry = audit::entry(ctx, access.by(), access.group(), Action::GrantEnded, access.patient());
            work.audit(&Entry { detail: user.grant.id.to_string(), ..entry }).await?;
            let ended = Grant { state: State::Ended { at: now }, ..user.grant.clone() };
            work.save_grant(access, &ended, &user.grant, now).await?;
            work.hint(Hint::Bell(user.grant.account));
        }
    }
    Ok(())
}
