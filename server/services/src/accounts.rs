//! Sign in, sign out, devices, and the switch between console and portal.

use domain::{
    account::{Account, Device, Door, PasswordHash, SessionClock},
    audit::{Action, Entry},
    email::Email,
    error::Problem,
    ids::{AccountId, SessionId},
    limits, mail,
    user::{User, UserState},
};

use crate::{
    audit,
    context::{Ctx, SessionChange},
    error::{Error, Result},
    hashing, mails,
    ports::{Familiar, Work},
    sessions, throttle,
};

/// Signs in at one side. Answers the same, in text and time, for an unknown address, a wrong password, an
/// account without a password and one that has nothing on this side (AN-03). An open session of the same browser ends; the
/// new one has a new token. The owner is told by mail when the device is a new one (SS-16).
///
/// # Errors
/// [`crate::Error::SignInRefused`] or [`crate::Error::TooMany`].
pub async fn sign_in(ctx: &Ctx, door: Door, email: &str, password: &str) -> Result<Door> {
    // First of all: in a flood of sign-ins a refusal costs neither a write nor a hash.
    let place = ctx.services.hasher.place()?;
    let mut work = ctx.services.store.read().await?;
    let one_try = throttle::sign_in(ctx, work.as_mut(), email).await?;
    let address: Option<Email> = email.parse().ok();
    let found = match &address {
        Some(address) => work.find_account(address).await?,
        None => None,
    };
    drop(work);
    let stored = found.as_ref().and_then(|account| account.password_hash.clone());
    let too_long = password.chars().count() > limits::PASSWORD_LONGEST;
    let candidate = if too_long { "" } else { password };
    // Counted while the hash is computed, which takes longer; no answer leaves before it is.
    let (counted, verified) =
        tokio::join!(one_try.count(ctx), ctx.services.hasher.verify_at(place, candidate, stored.as_ref()));
    counted?;
    let good = verified? && !too_long;
    let rehashed = if good { rehash(ctx, password, stored.as_ref()).await } else { None };

    // From here on each kind of refusal does the same work: the same questions, one entry, one commit.
    let id = found.as_ref().map_or(AccountId::from_uuid(uuid::Uuid::nil()), |account| account.id);
    let mut work = ctx.services.store.begin().await?;
    let now_stored = work.lock_account(id).await?;
    let way_in = way_in(work.as_mut(), id, door).await?;
    // The password may have been changed while the hash was computed.
    let unchanged = now_stored.as_ref().is_some_and(|account| account.password_hash == stored);
    let (Some(account), Some(way_in), true, true) = (now_stored, way_in, good, unchanged) else {
        let subject = found.map(|account| account.id.to_string()).unwrap_or_default();
        let entry = audit::outside(ctx, "", Action::SignInFailed, subject);
        work.audit(&Entry { detail: door.code().to_owned(), ..entry }).await?;
        work.save().await?;
        return Err(Error::SignInRefused);
    };
    if let (Some(hash), Some(stored)) = (rehashed, &stored) {
        // Never in place of a newer password than the one that was typed.
        work.rehash_password(account.id, stored, &hash).await?;
    }
    // Looked at before the session is opened, which remembers the device.
    let familiar = sessions::familiar(ctx, work.as_mut(), account.id).await?;
    let change = enter(ctx, work.as_mut(), &account, &way_in, Action::SignedIn).await?;
    if familiar == Familiar::New {
        work.add_mail(&mails::about_account(ctx, &account, mail::Kind::NewDevice, None)).await?;
    }
    work.save().await?;
    ctx.change_session(change);
    Ok(door)
}

/// What lets an account in at one side.
pub(crate) enum WayIn {
    /// As this user.
    Console(Box<User>),
    /// Into the console's lobby: a group asks the person to join, and they work in none (S4-31).
    Lobby,
    /// With portal grants; what each opens is decided record by record.
    Portal,
}

impl WayIn {
    /// As which user, if as one.
    pub(crate) fn user(&self) -> Option<&User> {
        match self {
            Self::Console(user) => Some(user),
            Self::Lobby | Self::Portal => None,
        }
    }

    pub(crate) const fn door(&self) -> Door {
        match self {
            Self::Console(_) | Self::Lobby => Door::Console,
            Self::Portal => Door::Portal,
        }
    }
}

/// How this account gets in at this side, if it does. Of several memberships the oldest counts.
///
/// # Errors
/// Storage's.
pub(crate) async fn way_in(work: &mut dyn Work, account: AccountId, door: Door) -> Result<Option<WayIn>> {
    let groups = work.list_own_groups(account).await?;
    let grants = work.list_grants(account).await?;
    Ok(match door {
        Door::Console => {
            let asked = !groups.is_empty();
            let user = groups.into_iter().map(|own| own.user).find(|user| user.state == UserState::Active);
            user.map(|user| WayIn::Console(Box::new(user))).or(asked.then_some(WayIn::Lobby))
        }
        Door::Portal => (!grants.is_empty()).then_some(WayIn::Portal),
    })
}

/// Opens the session and writes it down, in the group's chain where there is one. `action` says how it came about. The
/// unit of work holds the account already.
///
/// # Errors
/// Storage's.
pub(crate) async fn enter(
    ctx: &Ctx,
    work: &mut dyn Work,
    account: &Account,
    way_in: &WayIn,
    action: Action,
) -> Result<SessionChange> {
    work.audit(&entered(ctx, account, way_in, action)).await?;
    sessions::open(ctx, work, account, way_in.door(), way_in.user().map(|user| user.id)).await
}

fn entered(ctx: &Ctx, account: &Account, way_in: &WayIn, action: Action) -> Entry {
    let entry =
        Entry { detail: way_in.door().code().to_owned(), ..audit::outside(ctx, account.id, action, account.id) };
    match way_in.user() {
        Some(user) => Entry { group: Some(user.group), actor: user.id.to_string(), ..entry },
        None => entry,
    }
}

/// A hash with today's parameters, when the stored one is weaker. Signing in does not fail for want of it.
async fn rehash(ctx: &Ctx, password: &str, stored: Option<&PasswordHash>) -> Option<PasswordHash> {
    if stored.is_some_and(hashing::needs_rehash) { ctx.services.hasher.hash(password).await.ok() } else { None }
}

/// Ends this session.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn sign_out(ctx: &Ctx) -> Result<()> {
    let actor = ctx.actor()?;
    let mut work = ctx.services.store.begin().await?;
    work.audit(&about_sessions(ctx, Action::SignedOut, actor.session())?).await?;
    work.end_session(actor.account(), actor.session(), ctx.now()).await?;
    work.save().await?;
    ctx.change_session(SessionChange::Ended);
    Ok(())
}

/// Ends every session of the account, this one included.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn sign_out_everywhere(ctx: &Ctx) -> Result<()> {
    let actor = ctx.actor()?;
    let mut work = ctx.services.store.begin().await?;
    work.lock_account(actor.account()).await?;
    work.audit(&about_sessions(ctx, Action::SignedOutEverywhere, actor.account())?).await?;
    work.end_sessions(actor.account(), None, ctx.now()).await?;
    work.save().await?;
    ctx.change_session(SessionChange::Ended);
    Ok(())
}

fn about_sessions(ctx: &Ctx, action: Action, subject: impl ToString) -> Result<Entry> {
    let actor = ctx.actor()?;
    let entry = audit::outside(ctx, actor.by().actor, action, subject);
    Ok(Entry { group: actor.user().map(|user| user.group), ..entry })
}

/// The account's signed-in devices, latest act first.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn devices(ctx: &Ctx) -> Result<Vec<Device>> {
    let actor = ctx.actor()?;
    let now = ctx.now();
    let mut devices = ctx.services.store.look().await?.list_devices(actor.account()).await?;
    devices.retain(|device| clock_of(device).lives(now));
    for device in &mut devices {
        device.this_one = device.id == actor.session();
    }
    Ok(devices)
}

const fn clock_of(device: &Device) -> SessionClock {
    SessionClock { door: device.door, opened_at: device.opened_at, last_act_at: device.last_act_at, idle: device.idle }
}

/// Ends one device's session.
///
/// # Errors
/// [`crate::Error::NotFound`] when it is not one of the caller's.
pub async fn end_device(ctx: &Ctx, id: SessionId) -> Result<()> {
    let actor = ctx.actor()?;
    let mut work = ctx.services.store.begin().await?;
    work.audit(&about_sessions(ctx, Action::SignedOut, id)?).await?;
    if !work.end_session(actor.account(), id, ctx.now()).await? {
        return Err(Error::NotFound);
    }
    work.save().await?;
    if id == actor.session() {
        ctx.change_session(SessionChange::Ended);
    }
    Ok(())
}

/// Goes to the other side with a new session; the old one ends.
///
/// # Errors
/// [`crate::Error::NotFound`] when the account has nothing there; [`crate::Error::NotSignedIn`] when the session is older
/// than one may be there.
pub async fn switch_door(ctx: &Ctx, to: Door) -> Result<Door> {
    let actor = ctx.actor()?;
    if actor.door() == to {
        return Ok(to);
    }
    let mut work = ctx.services.store.begin().await?;
    let account = work.lock_account(actor.account()).await?.ok_or(Error::NotSignedIn)?;
    let way_in = way_in(work.as_mut(), account.id, to).await?.ok_or(Error::NotFound)?;
    let change = cross(ctx, work.as_mut(), &account, &way_in).await?;
    work.save().await?;
    ctx.change_session(change);
    Ok(to)
}

/// Goes to the other side in this unit of work. The new session keeps the hour of the old one's sign-in: going to and fro
/// prolongs nothing (SS-04). The unit of work holds the account already.
///
/// # Errors
/// [`Error::NotSignedIn`] when that hour is too long ago for the other side.
pub(crate) async fn cross(ctx: &Ctx, work: &mut dyn Work, account: &Account, way_in: &WayIn) -> Result<SessionChange> {
    let clock = SessionClock { door: way_in.door(), idle: way_in.door().idle(), ..clock_here(ctx, work).await? };
    if !clock.lives(clock.last_act_at) {
        return Err(Error::NotSignedIn);
    }
    work.audit(&entered(ctx, account, way_in, Action::SwitchedDoor)).await?;
    sessions::open_with(ctx, work, account, clock, way_in.user().map(|user| user.id)).await
}

/// The times for a session that takes the place of this one: the hour of sign-in stays, and this is an act.
///
/// # Errors
/// [`Error::NotSignedIn`] when this session was ended meanwhile.
pub(crate) async fn clock_here(ctx: &Ctx, work: &mut dyn Work) -> Result<SessionClock> {
    let actor = ctx.actor()?;
    let devices = work.list_devices(actor.account()).await?;
    let here = devices.iter().find(|device| device.id == actor.session()).ok_or(Error::NotSignedIn)?;
    Ok(SessionClock { last_act_at: ctx.now(), ..clock_of(here) })
}

/// Proves the password again, for what matters most (AD-08). Wrong ones are counted like those at the door.
///
/// # Errors
/// [`crate::Error::Invalid`] naming `password`, or [`crate::Error::TooMany`].
pub async fn step_up(ctx: &Ctx, password: &str) -> Result<()> {
    let actor = ctx.actor()?;
    let found = ctx.services.store.look().await?.lookup_account(actor.account()).await?;
    let account = found.ok_or(Error::NotSignedIn)?;
    throttle::count(ctx, "step_up", Some(account.email.as_str())).await?;
    let candidate: String = password.chars().take(limits::PASSWORD_LONGEST + 1).collect();
    if !ctx.services.hasher.verify(&candidate, account.password_hash.as_ref()).await? {
        return Err(Error::field("password", Problem::WrongPassword));
    }
    let mut work = ctx.services.store.begin().await?;
    // Changed while the hash was computed: what was proved is an old one.
    let held = work.lock_account(account.id).await?.ok_or(Error::NotSignedIn)?;
    if held.password_hash != account.password_hash {
        return Err(Error::field("password", Problem::WrongPassword));
    }
    work.audit(&about_sessions(ctx, Action::SteppedUp, actor.session())?).await?;
    work.prove_session(actor.session(), ctx.now()).await?;
    work.save().await?;
    Ok(())
}

/// Does the caller want tips by mail (S4-30)?
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn tips(ctx: &Ctx) -> Result<bool> {
    let actor = ctx.actor()?;
    Ok(!ctx.services.store.look().await?.tips_stopped(actor.account()).await?)
}

/// Wants them, or no more.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn set_tips(ctx: &Ctx, wanted: bool) -> Result<()> {
    let actor = ctx.actor()?;
    let mut work = ctx.services.store.begin().await?;
    work.stop_tips(actor.account(), (!wanted).then(|| ctx.now())).await?;
    work.save().await?;
    Ok(())
}
