//! Sessions: signed-in devices.

use std::fmt;

use async_trait::async_trait;
use domain::{
    account::{Device, SessionClock},
    ids::{AccountId, SessionId, UserId},
    time::Time,
    user::User,
};

use super::Stored;

/// The SHA-256 of a token. Only this is stored; the token itself is with its bearer alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenHash(pub [u8; 32]);

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

/// A session to be stored.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Its id, which is not its token.
    pub id: SessionId,
    /// The hash of its token.
    pub token: TokenHash,
    /// Who signed in.
    pub account: AccountId,
    /// Its door and times.
    pub clock: SessionClock,
    /// As which user, in the console.
    pub user: Option<UserId>,
    /// The network address it came from.
    pub origin: String,
    /// What the browser calls itself, shortened.
    pub agent: String,
}

/// A session as found by its token.
#[derive(Debug, Clone)]
pub struct FoundSession {
    /// Its id.
    pub id: SessionId,
    /// Who signed in.
    pub account: AccountId,
    /// Its door and times.
    pub clock: SessionClock,
    /// The membership as it stands now, in the console: the one that was asked for, if this session entered it, else the
    /// one it is in.
    pub user: Option<User>,
    /// Is it in no group, or was one asked for that it did not enter?
    pub outside: bool,
    /// When the password was last proved in it.
    pub proved_at: Time,
    /// Is the password one that somebody else chose?
    pub temporary_password: bool,
}

/// What is remembered of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Familiar {
    /// The account signed in from it before.
    Known,
    /// The account signed in before, from others.
    New,
    /// The account never signed in.
    First,
}

/// Signed-in devices.
#[async_trait]
pub trait Sessions {
    /// A new session.
    async fn add_session(&mut self, session: &NewSession) -> Stored<()>;

    /// The session with this token, if it was not ended. Whether its time is up is for the caller to see. `as_user` is the
    /// membership that the caller wants to act as; without one, the session's own.
    async fn find_session(&mut self, token: &TokenHash, as_user: Option<UserId>) -> Stored<Option<FoundSession>>;

    /// The session enters another of the account's memberships, and is in it from now on; it may go on acting as those it
    /// entered before.
    async fn enter_membership(&mut self, id: SessionId, user: UserId) -> Stored<()>;

    /// A new session of the same account goes on in every membership that an earlier one entered.
    async fn carry_memberships(&mut self, from: SessionId, to: SessionId) -> Stored<()>;

    /// The password was proved at this time.
    async fn prove_session(&mut self, id: SessionId, at: Time) -> Stored<()>;

    /// A human act at this time.
    async fn touch_session(&mut self, id: SessionId, at: Time) -> Stored<()>;

    /// Ends one session of the account; false when it is not there or ended already. Hints the open streams.
    async fn end_session(&mut self, account: AccountId, id: SessionId, at: Time) -> Stored<bool>;

    /// Ends all sessions of the account but one. Hints the open streams.
    async fn end_sessions(&mut self, account: AccountId, but: Option<SessionId>, at: Time) -> Stored<()>;

    /// The account's sessions that were not ended, latest act first, at most 100.
    async fn list_devices(&mut self, account: AccountId) -> Stored<Vec<Device>>;

    /// Forgets sessions opened before this time, at most [`domain::limits::SWEPT`] at once.
    async fn sweep_sessions(&mut self, opened_before: Time) -> Stored<u64>;

    /// What is remembered of a device (a hash of what tells it apart).
    async fn lookup_device(&mut self, account: AccountId, device: &str) -> Stored<Familiar>;

    /// Remembers that the account signed in from this device, and of the account's others the last
    /// [`domain::limits::KNOWN_DEVICES`], this one counted.
    async fn remember_device(&mut self, account: AccountId, device: &str, at: Time) -> Stored<()>;

    /// Forgets devices that were last seen before this time, at most [`domain::limits::SWEPT`] at once.
    async fn unscoped_sweep_devices(&mut self, seen_before: Time) -> Stored<u64>;
}
