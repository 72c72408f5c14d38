//! The groups one works in, those that ask one to join, and going from one to another. By the account itself: whatever
//! group the session is in, and also from the lobby and the portal.

use domain::{
    access::{Face, Waits},
    account::Door,
    audit::{Action, Entry},
    error::{Conflict, Refusal},
    grant::State,
    ids::{AccountId, UserId},
    notification::{News, Notification},
    time::Time,
    user::{Membership, Offer, Offers, Role, User, UserState},
    views::Lobby,
};

use crate::{
    accounts::{self, WayIn},
    audit,
    context::Ctx,
    error::{Error, Result},
    passwords,
    ports::{GrantRecord, Hint, MembershipRecord, Work},
};

/// The groups that ask the caller to join (S4-31). Of each no more than its name (S4-33).
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn offers(ctx: &Ctx) -> Result<Offers> {
    let actor = ctx.actor()?;
    let mut work = ctx.services.store.look().await?;
    let own = work.list_own_groups(actor.account()).await?;
    let proved = work.mailbox_proved(actor.account()).await?;
    Ok(offered(own, proved))
}

fn offered(own: Vec<MembershipRecord>, mailbox_proved: bool) -> Offers {
    let waiting = own.into_iter().filter(|own| own.user.state == UserState::Invited);
    let offer = |own: MembershipRecord| Offer {
        user: own.user.id,
        group_name: own.group_name,
        level: own.user.level,
        at: own.user.since,
    };
    let list: Vec<Offer> = waiting.map(offer).collect();
    if mailbox_proved {
        Offers { list, unproven: false }
    } else {
        Offers { unproven: !list.is_empty(), list: Vec::new() }
    }
}

/// The groups that somebody works in, oldest first.
pub(crate) fn joined(own: &[MembershipRecord]) -> Vec<Membership> {
    let working = own.iter().filter(|own| own.user.state == UserState::Active);
    let membership = |own: &MembershipRecord| Membership {
        user: own.user.id,
        group_name: own.group_name.clone(),
        profession: own.user.profession.clone(),
    };
    working.map(membership).collect()
}

/// What somebody in the lobby is shown.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn lobby(ctx: &Ctx) -> Result<Lobby> {
    let actor = ctx.actor()?;
    let mut work = ctx.services.store.read().await?;
    let account = work.lookup_account(actor.account()).await?.ok_or(Error::NotSignedIn)?;
    let temporary_password = *actor.face() == Face::Lobby(Waits::Password);
    // Whoever chose the password may be the one who looks: where the person works is not theirs to know (PR-21).
    let own = if temporary_password { Vec::new() } else { work.list_own_groups(account.id).await? };
    let proved = work.mailbox_proved(account.id).await?;
    Ok(Lobby {
        email: account.email.as_str().to_owned(),
        temporary_password,
        groups: joined(&own),
        offers: offered(own, proved),
    })
}

/// Joins the group (S4-32). Whoever asked hears of it.
///
/// # Errors
/// [`crate::Error::NotFound`] for somebody else's membership, or a [`domain::error::Conflict`].
pub async fn accept(ctx: &Ctx, id: UserId) -> Result<()> {
    let (mut work, own) = own(ctx, id).await?;
    let user = own.user.accept(ctx.now())?;
    proved(work.as_mut(), &user).await?;
    if holds_portal(work.as_mut(), user.account, user.level.role(), ctx.now()).await? {
        return Err(Conflict::PortalNow.into());
    }
    answer(ctx, work, &user, Action::UserJoined, News::MembershipAccepted { user: id }).await
}

/// Does not join it. Whoever asked hears of it.
///
/// # Errors
/// [`crate::Error::NotFound`] for somebody else's membership, or a [`domain::error::Conflict`].
pub async fn reject(ctx: &Ctx, id: UserId) -> Result<()> {
    let (mut work, own) = own(ctx, id).await?;
    let user = own.user.reject(ctx.now())?;
    proved(work.as_mut(), &user).await?;
    answer(ctx, work, &user, Action::UserDeclined, News::MembershipRejected { user: id }).await
}

/// Whoever answers for an address must read its mail: else the group that first added it, and chose its password, could answer
/// for somebody who never heard of either (PR-21).
async fn proved(work: &mut dyn Work, user: &User) -> Result<()> {
    if work.mailbox_proved(user.account).await? { Ok(()) } else { Err(Conflict::MailboxUnproven.into()) }
}

/// Mails the caller a link that sets their password: whoever uses it reads the mail of their address, and everybody else who
/// may know the password is out. A link that only proved the one would keep the other in.
///
/// # Errors
/// [`crate::Error::TooMany`].
pub async fn prove_mailbox(ctx: &Ctx) -> Result<()> {
    let actor = ctx.actor()?;
    let account = ctx.services.store.look().await?.lookup_account(actor.account()).await?.ok_or(Error::NotSignedIn)?;
    passwords::request_link(ctx, account.email.as_str(), Door::Console).await
}

/// One of the caller's own memberships. Not with a temporary password: whoever chose it could answer instead (PR-21).
async fn own(ctx: &Ctx, id: UserId) -> Result<(Box<dyn Work>, MembershipRecord)> {
    let actor = ctx.actor()?;
    if *actor.face() == Face::Lobby(Waits::Password) {
        return Err(Error::Forbidden(Refusal::TemporaryPassword));
    }
    let mut work = ctx.services.store.begin().await?;
    // Held: what the account is linked to stays as it is seen here (decision 5).
    work.lock_account(actor.account()).await?;
    let own = work.find_own_membership(actor.account(), id).await?.ok_or(Error::NotFound)?;
    Ok((work, own))
}

/// Does this address use a portal, so that it cannot be a practitioner's, of whatever group (decision 5)? An administrator
/// may hold both. An invitation that was taken back, or ran out, is in nobody's way.
///
/// # Errors
/// Storage's.
pub(crate) async fn holds_portal(work: &mut dyn Work, account: AccountId, role: Role, now: Time) -> Result<bool> {
    if role == Role::Administrator {
        return Ok(false);
    }
    let used = |record: &GrantRecord| matches!(record.grant.state, State::Activated { .. } | State::Suspended { .. });
    if work.list_grants(account).await?.iter().any(used) {
        return Ok(true);
    }
    Ok(work.unscoped_list_open_invitations(account).await?.iter().any(|one| one.check_live(now).is_ok()))
}

async fn answer(ctx: &Ctx, mut work: Box<dyn Work>, user: &User, action: Action, news: News) -> Result<()> {
    work.audit(&in_group_of(ctx, user, action)).await?;
    // Taken back, or answered on another device, in this moment.
    let Some(inviter) = work.answer_own_membership(user).await? else { return Err(Conflict::NotInvited.into()) };
    let notification = Notification { id: ctx.services.random.id().into(), news, at: ctx.now(), read_at: None };
    // The first user of a group was asked by the operator: nobody in it waits for an answer.
    if inviter != user.id {
        work.unscoped_notify(user.group, inviter, &notification).await?;
    }
    work.hint(Hint::Bell(user.account));
    work.save().await?;
    Ok(())
}

fn in_group_of(ctx: &Ctx, user: &User, action: Action) -> Entry {
    Entry { group: Some(user.group), ..audit::outside(ctx, user.id, action, user.id) }
}

/// Goes to another group that the caller works in, without signing in again (S4-12). A session that is in a group already
/// enters this one too, so that a tab may stay where it is; from the portal it is the way to the other side.
///
/// # Errors
/// [`crate::Error::NotFound`] for somebody else's membership; [`crate::Error::Forbidden`] for a group that the caller does
/// not work in (PR-20).
pub async fn switch(ctx: &Ctx, id: UserId) -> Result<()> {
    let actor = ctx.actor()?;
    let (mut work, own) = own(ctx, id).await?;
    let user = own.user;
    match user.state {
        UserState::Active => {}
        UserState::Invited | UserState::Rejected | UserState::Deactivated => {
            return Err(Error::Forbidden(Refusal::NoGroup));
        }
    }
    match actor.door() {
        Door::Console => {
            work.audit(&in_group_of(ctx, &user, Action::GroupSwitched)).await?;
            work.enter_membership(actor.session(), id).await?;
            work.save().await?;
        }
        Door::Portal => {
            let account = work.lock_account(actor.account()).await?.ok_or(Error::NotSignedIn)?;
            let change = accounts::cross(ctx, work.as_mut(), &account, &WayIn::Console(Box::new(user))).await?;
            work.save().await?;
            ctx.change_session(change);
        }
    }
    Ok(())
}
