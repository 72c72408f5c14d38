//! Who is asking: finds the living session behind a token and makes the actor. Nobody else makes actors.

use domain::{
    access::{Actor, Face, UserFace, Waits},
    account::{Account, Door, SessionClock},
    ids::{AccountId, GroupId, SessionId, UserId},
    time::Time,
    user::{User, UserState},
};

use crate::{
    audit,
    context::{Ctx, Origin, Services, SessionChange},
    error::Result,
    ports::{Familiar, FoundSession, NewSession, Work},
    throttle, tokens,
};

/// A living session.
#[derive(Debug, Clone)]
pub struct Living {
    /// Who.
    pub actor: Actor,
    /// Its id.
    pub id: SessionId,
    /// When the password was last proved in it.
    pub proved_at: Time,
}

/// The longest description of a browser that is kept, in characters.
const AGENT: usize = 200;

/// The actor behind a cookie's token, if its session lives. `human` says whether the request is a person's act: only such
/// a request lengthens the session (decision 15). `as_user` is the membership that a tab of the console acts as: one that
/// this session has entered, or the caller is in no group. So two tabs in two groups stay in theirs (S4-12, S4-13).
///
/// # Errors
/// Storage's.
pub async fn resolve(
    services: &Services,
    token: &str,
    origin: &Origin,
    human: bool,
    as_user: Option<UserId>,
) -> Result<Option<Living>> {
    let Some((mut session, face)) = find_living(services, token, as_user).await? else { return Ok(None) };
    let now = services.clock.now();
    if human && session.clock.wants_touch(now) {
        match touch(services, session.id, now).await {
            Ok(()) => session.clock.last_act_at = now,
            // Reading goes on while the database cannot be written; the session ends a little earlier, not later.
            Err(error) => tracing::warn!(%error, "the act of a session was not stored"),
        }
    }
    let actor = Actor::unscoped_from_session(session.account, session.id, origin.address.clone(), face);
    Ok(Some(Living { actor, id: session.id, proved_at: session.proved_at }))
}

/// The times of this session; none when it is over. For open streams, which ask every few seconds and never lengthen it.
///
/// # Errors
/// Storage's.
pub async fn clock(services: &Services, token: &str) -> Result<Option<SessionClock>> {
    Ok(find_living(services, token, None).await?.map(|(session, _)| session.clock))
}

async fn find_living(
    services: &Services,
    token: &str,
    as_user: Option<UserId>,
) -> Result<Option<(FoundSession, Face)>> {
    let Some(hash) = tokens::hash(token) else { return Ok(None) };
    let Some(session) = services.store.look().await?.find_session(&hash, as_user).await? else { return Ok(None) };
    if !session.clock.lives(services.clock.now()) {
        return Ok(None);
    }
    let face = match session.clock.door {
        _ if session.temporary_password => Some(Face::Lobby(Waits::Password)),
        Door::Portal => Some(Face::Portal),
        Door::Console if session.outside => Some(Face::Lobby(Waits::Group)),
        Door::Console => session.user.as_ref().and_then(face_of),
    };
    Ok(face.map(|face| (session, face)))
}

/// The user as things stand now: a level taken away a moment ago is gone, a deactivated user is nobody (PR-18).
fn face_of(user: &User) -> Option<Face> {
    match user.state {
        UserState::Active => {
            Some(Face::User(UserFace { group: user.group, user: user.id, level: user.level, settings: user.settings }))
        }
        UserState::Invited | UserState::Rejected | UserState::Deactivated => None,
    }
}

/// Who a job acts for, as things stand now; none when they do not work in the group any more.
///
/// # Errors
/// Storage's.
pub(crate) async fn of_job(work: &mut dyn Work, group: GroupId, user: UserId, origin: &str) -> Result<Option<Actor>> {
    let Some(user) = work.unscoped_lookup_user(group, user).await? else { return Ok(None) };
    let no_session = SessionId::from_uuid(uuid::Uuid::nil());
    let actor = |face| Actor::unscoped_from_session(user.account, no_session, origin.to_owned(), face);
    Ok(face_of(&user).map(actor))
}

async fn touch(services: &Services, id: SessionId, now: Time) -> Result<()> {
    let mut work = services.store.begin().await?;
    work.touch_session(id, now).await?;
    work.save().await?;
    Ok(())
}

/// Opens a session in this unit of work, which holds the account (`lock_account`): else one that was begun with the old
/// password could open behind the back of a reset that ends them all (SS-02). The session that the browser had ends. Give
/// what comes back to [`Ctx::change_session`] once the unit of work is saved.
pub(crate) async fn open(
    ctx: &Ctx,
    work: &mut dyn Work,
    account: &Account,
    door: Door,
    user: Option<UserId>,
) -> Result<SessionChange> {
    let now = ctx.now();
    open_with(ctx, work, account, SessionClock::open(door, now), user).await
}

/// As [`open`], with times that are given: a switch of sides does not start a new day.
pub(crate) async fn open_with(
    ctx: &Ctx,
    work: &mut dyn Work,
    account: &Account,
    clock: SessionClock,
    user: Option<UserId>,
) -> Result<SessionChange> {
    Ok(opened(ctx, work, account, clock, user).await?.1)
}

/// As [`open_with`], for the same person at the same place, who proved the password just now: open tabs in other groups go
/// on.
pub(crate) async fn renew(
    ctx: &Ctx,
    work: &mut dyn Work,
    account: &Account,
    clock: SessionClock,
    user: Option<UserId>,
) -> Result<SessionChange> {
    let (id, change) = opened(ctx, work, account, clock, user).await?;
    work.carry_memberships(ctx.actor()?.session(), id).await?;
    work.prove_session(id, ctx.now()).await?;
    Ok(change)
}

async fn opened(
    ctx: &Ctx,
    work: &mut dyn Work,
    account: &Account,
    clock: SessionClock,
    user: Option<UserId>,
) -> Result<(SessionId, SessionChange)> {
    if let Some(before) = ctx.maybe_actor() {
        work.end_session(before.account(), before.session(), clock.last_act_at).await?;
    }
    let (token, hash) = tokens::make(&*ctx.services.random);
    let id = SessionId::from_uuid(ctx.services.random.id());
    let session = NewSession {
        id,
        token: hash,
        account: account.id,
        clock,
        user,
        origin: ctx.origin.address.clone(),
        agent: ctx.origin.agent.chars().filter(|c| !c.is_control()).take(AGENT).collect(),
    };
    work.add_session(&session).await?;
    let device = device_here(ctx).map_or_else(|| tokens::make(&*ctx.services.random).0, str::to_owned);
    work.remember_device(account.id, &device_hash(account.id, &device), ctx.now()).await?;
    throttle::remember_address(ctx, work, account.email.as_str()).await?;
    Ok((id, SessionChange::Opened { token, door: clock.door, device }))
}

/// Did this account sign in from this browser before (SS-16)? A browser is told apart by the token it keeps, not by its
/// network: a phone changes that all day. Look before the session is opened, which remembers the device.
///
/// # Errors
/// Storage's.
pub(crate) async fn familiar(ctx: &Ctx, work: &mut dyn Work, account: AccountId) -> Result<Familiar> {
    // Without a token: the empty text, which is the hash of nothing.
    let device = device_here(ctx).map(|token| device_hash(account, token)).unwrap_or_default();
    Ok(work.lookup_device(account, &device).await?)
}

/// The browser's device token, if it is one: what else stands in the cookie is not given back to it. The token stays the
/// same from sign-in to sign-in, since other accounts may know the browser by it.
fn device_here(ctx: &Ctx) -> Option<&str> {
    ctx.device().filter(|token| tokens::hash(token).is_some())
}

/// As what a device is kept. Of each account another text: who reads the table cannot tell who shares a browser.
fn device_hash(account: AccountId, token: &str) -> String {
    audit::hash(&format!("{account}\n{token}"))
}
