//! The invited person's side: what stands behind a link, and what can be done there.

use domain::{
    access::GrantFacts,
    account::{Account, Door},
    audit::{Action, Entry},
    error::Conflict,
    grant::Grant,
    ids::PatientId,
    invitation::{Invitation, LinkPage, State},
    notification::{News, Notification},
    practice::Group,
};

use super::mail_with;
use crate::{
    accounts::{self, WayIn},
    audit,
    context::Ctx,
    error::{Error, Result},
    passwords,
    ports::Work,
    throttle, tokens,
};

/// An invitation, found by one of its links, with all that decides about it.
struct InvitationByLink {
    invitation: Invitation,
    facts: GrantFacts,
    account: Account,
    group: Group,
    /// Is it the invitation's last link?
    last_link: bool,
    /// Is the address a practitioner's now (decision 5)?
    practitioner: bool,
}

impl InvitationByLink {
    async fn find(ctx: &Ctx, work: &mut dyn Work, token: &str) -> Result<Option<Self>> {
        let Some(hash) = tokens::hash(token) else { return Ok(None) };
        let Some(found) = work.unscoped_find_invitation(&hash).await? else { return Ok(None) };
        let invitation = found.invitation;
        let missing = || Error::fault("an invitation without its grant, account or group");
        let facts = work.unscoped_lookup_grant(invitation.grant).await?.ok_or_else(missing)?.at(ctx.now());
        let account = work.lookup_account(invitation.account).await?.ok_or_else(missing)?;
        let group = work.unscoped_lookup_group(invitation.group).await?.ok_or_else(missing)?;
        let practitioner = work.is_practitioner(account.id).await?;
        let last_link = found.link == invitation.links;
        Ok(Some(Self { invitation, facts, account, group, last_link, practitioner }))
    }

    /// Is the link at the door good at this moment?
    fn check(&self, ctx: &Ctx) -> std::result::Result<(), Conflict> {
        let live = self.invitation.check_live(ctx.now());
        match live {
            Err(conflict @ (Conflict::AlreadyAccepted | Conflict::Revoked)) => return Err(conflict),
            _ if self.facts.closed() => return Err(Conflict::Revoked),
            Err(conflict) => return Err(conflict),
            Ok(()) => {}
        }
        if !self.last_link {
            return Err(Conflict::Expired);
        }
        if self.practitioner { Err(Conflict::PractitionerNow) } else { Ok(()) }
    }
}

/// What the page behind a link shows. Changes nothing: mail scanners open links too.
///
/// # Errors
/// [`crate::Error::TooMany`] after too many unknown links from one address (AN-06).
pub async fn link_page(ctx: &Ctx, token: &str) -> Result<LinkPage> {
    let behind = InvitationByLink::find(ctx, ctx.services.store.read().await?.as_mut(), token).await?;
    let Some(behind) = behind else {
        throttle::count_guess(ctx).await?;
        return Ok(LinkPage::Unknown);
    };
    let check = behind.check(ctx);
    let Group { name: practice, phone, .. } = behind.group;
    Ok(match check {
        Err(Conflict::AlreadyAccepted) => LinkPage::Used { practice, phone },
        Err(Conflict::Expired) => LinkPage::Expired { practice, phone },
        Err(Conflict::PractitionerNow) => LinkPage::PractitionerNow { practice, phone },
        Err(_) => LinkPage::Revoked { practice, phone },
        Ok(()) if behind.account.password_hash.is_none() => {
            let other_signed_in = ctx.maybe_actor().is_some();
            LinkPage::SetPassword { practice, expires_at: behind.invitation.expires_at, other_signed_in }
        }
        Ok(()) => match ctx.maybe_actor() {
            Some(actor) if actor.account() == behind.account.id => {
                LinkPage::Confirm { practice, email: behind.account.email.as_str().to_owned() }
            }
            other => LinkPage::SignIn { practice, other_signed_in: other.is_some() },
        },
    })
}

/// A person saw the page: it was opened.
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn opened(ctx: &Ctx, token: &str) -> Result<()> {
    let mut work = ctx.services.store.begin().await?;
    let Some(behind) = InvitationByLink::find(ctx, work.as_mut(), token).await? else {
        drop(work);
        throttle::count_guess(ctx).await?;
        return Err(Error::NotFound);
    };
    if behind.check(ctx).is_err() || behind.invitation.events.opened_at.is_some() {
        return Ok(());
    }
    let opened = behind.invitation.open(ctx.now())?;
    // Who holds the link need not be whom it was sent to: nobody is named.
    let entry = audit::outside(ctx, "", Action::InvitationOpened, opened.patient);
    work.audit(&Entry { group: Some(opened.group), detail: opened.id.to_string(), ..entry }).await?;
    work.unscoped_save_invitation(&opened, None).await?;
    work.save().await?;
    Ok(())
}

/// Accepts by setting a first password, and signs in at the portal. Whose record it opened.
///
/// # Errors
/// [`crate::Error::NotFound`] for an unknown link, [`domain::error::Conflict`] for a dead one or for an account that has a
/// password ([`domain::error::Conflict::SignInFirst`]), [`crate::Error::Invalid`] for the password.
pub async fn accept(ctx: &Ctx, token: &str, password: &str) -> Result<PatientId> {
    let mut work = ctx.services.store.read().await?;
    let Some(behind) = InvitationByLink::find(ctx, work.as_mut(), token).await? else {
        drop(work);
        throttle::count_guess(ctx).await?;
        return Err(Error::NotFound);
    };
    if let Err(conflict) = check_first(ctx, &behind) {
        drop(work);
        if conflict == Conflict::SignInFirst {
            passwords::tell_account_exists(ctx, &behind.account).await?;
        }
        return Err(conflict.into());
    }
    let words = passwords::own_words(work.as_mut(), &behind.account).await?;
    drop(work);
    ctx.services.hasher.check(password, words).await?;
    let hash = ctx.services.hasher.hash(password).await?;

    let now = ctx.now();
    let mut work = ctx.services.store.begin().await?;
    let mut behind = InvitationByLink::find(ctx, work.as_mut(), token).await?.ok_or(Error::NotFound)?;
    behind.account = work.lock_account(behind.account.id).await?.ok_or(Error::NotFound)?;
    check_first(ctx, &behind)?;
    let account = behind.account;
    let mailed_to = behind.invitation.email.clone();
    let accepted = behind.invitation.activate(now)?;
    let patient = accepted.patient;
    if !finish(ctx, work.as_mut(), accepted, behind.facts.grant).await? {
        return Err(lost(ctx, work.as_mut(), token).await?.into());
    }
    if !work.set_password(account.id, None, &hash, now).await? {
        return Err(Conflict::SignInFirst.into());
    }
    // The link was mailed to the account's own address, and nobody else knows the password.
    if mailed_to == account.email {
        work.prove_mailbox(account.id, now).await?;
    }
    work.audit(&audit::outside(ctx, account.id, Action::PasswordSet, account.id)).await?;
    let change = accounts::enter(ctx, work.as_mut(), &account, &WayIn::Portal, Action::SignedIn).await?;
    work.save().await?;
    ctx.change_session(change);
    Ok(patient)
}

/// Good, and the account has no password yet? Whoever has one proves it by signing in (AN-24).
fn check_first(ctx: &Ctx, behind: &InvitationByLink) -> std::result::Result<(), Conflict> {
    behind.check(ctx)?;
    if behind.account.password_hash.is_some() { Err(Conflict::SignInFirst) } else { Ok(()) }
}

/// Accepts with the account that is signed in, which must be the one invited (PX-10). Whose record it opened.
///
/// # Errors
/// [`domain::error::Conflict`].
pub async fn confirm(ctx: &Ctx, token: &str) -> Result<PatientId> {
    let actor = ctx.actor()?;
    let mut work = ctx.services.store.begin().await?;
    let Some(behind) = InvitationByLink::find(ctx, work.as_mut(), token).await? else {
        drop(work);
        throttle::count_guess(ctx).await?;
        return Err(Error::NotFound);
    };
    behind.check(ctx)?;
    if actor.account() != behind.account.id {
        return Err(Conflict::OtherAccount.into());
    }
    // A session may be opened below.
    work.lock_account(actor.account()).await?;
    let accepted = behind.invitation.activate(ctx.now())?;
    let patient = accepted.patient;
    if !finish(ctx, work.as_mut(), accepted, behind.facts.grant).await? {
        return Err(lost(ctx, work.as_mut(), token).await?.into());
    }
    let change = match actor.door() {
        Door::Portal => None,
        Door::Console => Some(accounts::cross(ctx, work.as_mut(), &behind.account, &WayIn::Portal).await?),
    };
    work.save().await?;
    if let Some(change) = change {
        ctx.change_session(change);
    }
    Ok(patient)
}

/// What somebody else made of the invitation in the moment of accepting.
async fn lost(ctx: &Ctx, work: &mut dyn Work, token: &str) -> Result<Conflict> {
    let behind = InvitationByLink::find(ctx, work, token).await?;
    Ok(behind.and_then(|behind| behind.check(ctx).err()).unwrap_or(Conflict::AlreadyAccepted))
}

/// Saves an accepted invitation: its grant opens, the inviting user is told (S1-12), the trail says so. False when it was
/// accepted or revoked meanwhile (RC-04): then the unit of work is to be dropped.
async fn finish(ctx: &Ctx, work: &mut dyn Work, accepted: Invitation, grant: Grant) -> Result<bool> {
    let now = ctx.now();
    let entry = audit::outside(ctx, accepted.account, Action::InvitationAccepted, accepted.patient);
    work.audit(&Entry { group: Some(accepted.group), detail: accepted.id.to_string(), ..entry }).await?;
    if !work.unscoped_save_invitation(&accepted, None).await? {
        return Ok(false);
    }
    if !work.unscoped_save_grant(&grant.activate(now), now).await? {
        return Err(Error::fault("the grant of an accepted invitation was not saved"));
    }
    let news = News::InvitationAccepted { patient: accepted.patient, invitation: accepted.id };
    let notification = Notification { id: ctx.services.random.id().into(), news, at: now, read_at: None };
    work.unscoped_notify(accepted.group, accepted.inviter, &notification).await?;
    Ok(true)
}

/// An invitation that a link which sets a first password accepts as well.
pub(crate) struct Open {
    pub(crate) invitation: Invitation,
    grant: Grant,
}

/// The invitations that such a link accepts: those out to this address whose record is open.
///
/// # Errors
/// Storage's.
pub(crate) async fn open_for_password_link(ctx: &Ctx, work: &mut dyn Work, account: &Account) -> Result<Vec<Open>> {
    if work.is_practitioner(account.id).await? {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    for invitation in work.unscoped_list_open_invitations(account.id).await? {
        if invitation.email != account.email {
            continue;
        }
        if let Some(record) = work.unscoped_lookup_grant(invitation.grant).await? {
            let facts = record.at(ctx.now());
            if !facts.closed() {
                all.push(Open { invitation, grant: facts.grant });
            }
        }
    }
    // Chains of several groups are always locked in one order.
    all.sort_by_key(|open| open.invitation.group);
    Ok(all)
}

/// Accepts one of them (S3-21). False when it was accepted or revoked in this very moment: then the unit of work is to be
/// dropped.
///
/// # Errors
/// Storage's.
pub(crate) async fn accept_by_password_link(ctx: &Ctx, work: &mut dyn Work, open: Open) -> Result<bool> {
    let accepted = open.invitation.activate_by_password_link(ctx.now())?;
    finish(ctx, work, accepted, open.grant).await
}

/// Mails a fresh link for an expired invitation, to the invited address only (decision 2). Answers the same whatever
/// became of the invitation.
///
/// # Errors
/// [`crate::Error::TooMany`].
pub async fn renew(ctx: &Ctx, token: &str) -> Result<()> {
    throttle::count(ctx, "renew", None).await?;
    let mut work = ctx.services.store.begin().await?;
    let Some(behind) = InvitationByLink::find(ctx, work.as_mut(), token).await? else { return Ok(()) };
    if behind.practitioner {
        return Err(Conflict::PractitionerNow.into());
    }
    let now = ctx.now();
    // An older link counts as expired too; but when a newer mail waits to leave already, it is the fresh one.
    let expired = behind.invitation.check_live(now) == Err(Conflict::Expired);
    let wanted = match behind.invitation.state(now) {
        State::Expired(_) => true,
        State::Failed(_) if expired => true,
        State::Sent(_) | State::Failed(_) | State::Opened(_) => !behind.last_link,
        State::Queued | State::Activated(_) | State::Revoked(_) => false,
    };
    let settings = work.unscoped_lookup_patient_access(behind.group.id).await?;
    if !wanted || behind.facts.closed() || !settings.invitations {
        return Ok(());
    }
    let renewed = behind.invitation.renew(now, settings.link_life)?;
    let entry = audit::outside(ctx, renewed.account, Action::InvitationResent, renewed.patient);
    work.audit(&Entry { group: Some(renewed.group), detail: renewed.id.to_string(), ..entry }).await?;
    let (token, hash) = tokens::make(&*ctx.services.random);
    if !work.unscoped_save_invitation(&renewed, Some(&hash)).await? {
        return Ok(());
    }
    work.add_mail(&mail_with(ctx, &renewed, &token)).await?;
    work.save().await?;
    Ok(())
}
