//! What an invitation is made of, whoever invites: the account of the address, its grant, the link and its mail.

use domain::{
    access::Inviting,
    account::Account,
    audit::{Action, Entry},
    email::Email,
    error::Problem,
    grant::{Grant, Kind, Standing, State as GrantState, Terms},
    ids::{AccountId, ContactId, GrantId, InvitationId, UserId},
    invitation::{Events, Invitation, remind_at},
    limits,
    time::Span,
};

use super::mail_with;
use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    ports::{Clash, PortalUserRecord, PortalUsers, StoreError, Work},
    tokens,
};

/// Who is let in, and how far.
pub(crate) struct Wanted {
    /// Who they are to the patient.
    pub(crate) kind: Kind,
    /// Which contact, when it is one.
    pub(crate) contact: Option<ContactId>,
    /// What they are known by; empty for the patient.
    pub(crate) name: String,
    /// What they are to the patient; empty for the patient.
    pub(crate) relationship: String,
    /// Where the mail goes.
    pub(crate) email: Email,
    /// How far.
    pub(crate) terms: Terms,
    /// The message, merge fields filled.
    pub(crate) message: String,
    /// Who is told when it is accepted.
    pub(crate) inviter: UserId,
    /// How long the link lives.
    pub(crate) life: Span,
}

/// Makes it, in the caller's unit of work, in which the entry stands already: it holds the group's chain, so what is read
/// here stays so. `before` is everybody the patient had in the portal. None when somebody else made the same account or grant
/// in the same moment: then the unit of work is to be begun anew.
///
/// # Errors
/// [`crate::Error::Invalid`]: S1-04, and who is in already.
pub(crate) async fn make(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Inviting,
    id: InvitationId,
    wanted: Wanted,
    before: &PortalUsers,
) -> Result<Option<(Invitation, Grant)>> {
    let now = ctx.now();
    let Some((account, earlier)) = account(ctx, work, access, &wanted.email).await? else { return Ok(None) };
    if let Some(earlier) = &earlier {
        may_be_given_again(ctx, access, before, earlier)?;
    } else if in_use(ctx, before) >= limits::PORTAL_USERS_AT_ONCE {
        return Err(Error::field("email", Problem::TooMany));
    }
    let grant = Grant {
        id: earlier.as_ref().map_or_else(|| GrantId::from_uuid(ctx.services.random.id()), |earlier| earlier.id),
        group: access.group(),
        patient: access.patient(),
        account,
        kind: wanted.kind,
        contact: wanted.contact,
        name: wanted.name,
        relationship: wanted.relationship,
        terms: wanted.terms,
        given_by: access.given_by(),
        given_at: now,
        state: GrantState::Invited,
    };
    revoke_earlier(ctx, work, access, &grant).await?;
    if earlier.is_some() {
        if !work.give_grant_again(access, &grant, now).await? {
            return Err(refused(access, Problem::AlreadyInPortal));
        }
    } else {
        match work.add_grant(access, &grant, now).await {
            Ok(()) => {}
            Err(StoreError::Clash(Clash::GrantOfAccount)) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
    let invitation = Invitation {
        id,
        group: access.group(),
        patient: access.patient(),
        grant: grant.id,
        account,
        kind: grant.kind,
        email: wanted.email,
        inviter: wanted.inviter,
        given_by: access.given_by(),
        message: wanted.message,
        invited_at: now,
        expires_at: now + wanted.life,
        remind_at: remind_at(now, wanted.life),
        links: 1,
        events: Events::default(),
    };
    let (token, hash) = tokens::make(&*ctx.services.random);
    work.add_invitation(access, &invitation, &hash).await?;
    work.add_mail(&mail_with(ctx, &invitation, &token)).await?;
    Ok(Some((invitation, grant)))
}

/// The account of the address, made when there is none, and its grant for the patient. None when somebody else made the
/// account in the same moment.
async fn account(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Inviting,
    email: &Email,
) -> Result<Option<(AccountId, Option<Grant>)>> {
    if let Some(account) = work.find_account(email).await? {
        // Of whatever group and whether active or not: the answer is the same and tells nothing more (PR-06).
        if work.is_practitioner(account.id).await? {
            return Err(refused(access, Problem::PractitionerEmail));
        }
        let grant = work.find_grant(access, account.id).await?;
        return Ok(Some((account.id, grant)));
    }
    let id = AccountId::from_uuid(ctx.services.random.id());
    let account = Account { id, email: email.clone(), password_hash: None };
    match work.add_account(&account, ctx.now()).await {
        Ok(()) => Ok(Some((id, None))),
        Err(StoreError::Clash(Clash::AccountEmail)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Is nothing open through it? What the practice suspended, it restores; and whoever the practice or somebody else has
/// invited is not theirs to invite as somebody else who is no user of the practice.
fn may_be_given_again(ctx: &Ctx, access: &Inviting, before: &PortalUsers, grant: &Grant) -> Result<()> {
    let user = before.users.iter().find(|user| user.grant.id == grant.id);
    let invitation = user.and_then(|user| user.invitation.as_ref()).map(|one| one.state(ctx.now()));
    let ages = before.about.birthdays();
    let standing = Standing::of(grant, &ages, invitation, ctx.now());
    // Whom the patient's age has narrowed may be let in anew, in full: what is given from now on is not narrowed by it.
    let narrowed = grant.steps_down(&ages).is_some_and(|then| then <= ctx.now());
    let theirs = access.given_by().is_none() || access.given_by() == grant.given_by;
    match standing {
        Standing::Ended(_) if theirs || grant.kind != Kind::Own => Ok(()),
        Standing::Active(_) if narrowed => Ok(()),
        Standing::Invited(_) if theirs => Ok(()),
        _ => Err(refused(access, Problem::AlreadyInPortal)),
    }
}

/// What is wrong with the address. Who is no user of the practice learns nothing by it of whom it belongs to (PR-06).
fn refused(access: &Inviting, problem: Problem) -> Error {
    let problem = if access.given_by().is_some() { Problem::CannotBeInvited } else { problem };
    Error::field("email", problem)
}

/// How many are in, or invited.
fn in_use(ctx: &Ctx, before: &PortalUsers) -> usize {
    let (ages, now) = (before.about.birthdays(), ctx.now());
    let over = |user: &PortalUserRecord| {
        let invitation = user.invitation.as_ref().map(|one| one.state(now));
        Standing::of(&user.grant, &ages, invitation, now).is_over()
    };
    before.users.iter().filter(|user| !over(user)).count()
}

/// A new invitation takes the place of those that are out to the same person: their links stop working, their waiting mails
/// do not leave. The patient is one person at whatever address.
async fn revoke_earlier(ctx: &Ctx, work: &mut dyn Work, access: &Inviting, grant: &Grant) -> Result<()> {
    for earlier in work.list_open_invitations(access).await? {
        let same = earlier.grant == grant.id || (earlier.kind == Kind::Own && grant.kind == Kind::Own);
        if same {
            revoke(ctx, work, access, earlier).await?;
        }
    }
    Ok(())
}

/// Takes an invitation back, with its entry. Nothing happens when it was accepted in this moment: then it stays accepted.
///
/// # Errors
/// Storage's.
pub(crate) async fn revoke(ctx: &Ctx, work: &mut dyn Work, access: &Inviting, one: Invitation) -> Result<()> {
    let id = one.id;
    if let Ok(revoked) = one.revoke(ctx.now())
        && work.save_invitation(access, &revoked, None).await?
    {
        let entry = audit::entry(ctx, access.by(), access.group(), Action::InvitationRevoked, access.patient());
        work.audit(&Entry { detail: id.to_string(), ..entry }).await?;
    }
    Ok(())
}
