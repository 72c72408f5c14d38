//! Accounts and sessions: the rules only. Hashing, cookies and clocks live elsewhere.

use serde::{Deserialize, Serialize};

use crate::{
    email::Email,
    error::Problem,
    ids::{AccountId, SessionId},
    limits,
    time::{Span, Time},
};

/// One human's sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The sign-in name.
    pub email: Email,
    /// The hash of the password; none until one was set.
    pub password_hash: Option<PasswordHash>,
}

/// An argon2id hash in PHC text form.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// The side of the house a session was opened on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// The practice's side.
    Console,
    /// The patients' side.
    Portal,
}

impl Door {
    /// The code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Portal => "portal",
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`Problem::NotAChoice`].
    pub fn from_code(code: &str) -> Result<Self, Problem> {
        match code {
            "console" => Ok(Self::Console),
            "portal" => Ok(Self::Portal),
            _ => Err(Problem::NotAChoice),
        }
    }

    /// Time without a human act after which a session ends (decision 15). A group may set another one for its console.
    #[must_use]
    pub const fn idle(self) -> Span {
        match self {
            Self::Console => limits::CONSOLE_IDLE,
            Self::Portal => limits::PORTAL_IDLE,
        }
    }

    /// The longest a session lives, whatever is done in it.
    #[must_use]
    pub const fn absolute(self) -> Span {
        match self {
            Self::Console => limits::CONSOLE_ABSOLUTE,
            Self::Portal => limits::PORTAL_ABSOLUTE,
        }
    }

    /// Where a signed-in person lands.
    #[must_use]
    pub const fn home(self) -> &'static str {
        match self {
            Self::Console => "/console",
            Self::Portal => "/portal",
        }
    }

    /// Where a person signs in.
    #[must_use]
    pub const fn sign_in(self) -> &'static str {
        match self {
            Self::Console => "/console/sign-in",
            Self::Portal => "/sign-in",
        }
    }
}

/// The times that decide whether a session still lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionClock {
    /// The side it was opened on.
    pub door: Door,
    /// When it was opened.
    pub opened_at: Time,
    /// The last human act in it.
    pub last_act_at: Time,
    /// How long it may be left alone.
    pub idle: Span,
}

impl SessionClock {
    /// A session that opens now.
    #[must_use]
    pub const fn open(door: Door, now: Time) -> Self {
        Self { door, opened_at: now, last_act_at: now, idle: door.idle() }
    }

    /// Does it still live?
    #[must_use]
    pub fn lives(&self, now: Time) -> bool {
        now < self.ends_at()
    }

    /// When it ends if nobody does anything more.
    #[must_use]
    pub fn ends_at(&self) -> Time {
        (self.last_act_at + self.idle).min(self.opened_at + self.door.absolute())
    }

    /// Is the stored time of the last act so old that this act is worth a write?
    #[must_use]
    pub fn wants_touch(&self, now: Time) -> bool {
        now.since(self.last_act_at) >= limits::SESSION_TOUCH
    }
}

/// A signed-in device, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The session.
    pub id: SessionId,
    /// Which side.
    pub door: Door,
    /// When it signed in.
    pub opened_at: Time,
    /// The last human act.
    pub last_act_at: Time,
    /// How long it may be left alone.
    pub idle: Span,
    /// The browser's own description of itself, shortened.
    pub agent: String,
    /// Is this the device that asks?
    pub this_one: bool,
}

/// Checks a password's length; strength is for the server, which has the library.
///
/// # Errors
/// [`Problem::Missing`], [`Problem::PasswordTooShort`] or [`Problem::PasswordTooLong`].
pub fn check_password_length(password: &str) -> Result<(), Problem> {
    match password.chars().count() {
        0 => Err(Problem::Missing),
        n if n < limits::PASSWORD_SHORTEST => Err(Problem::PasswordTooShort),
        n if n > limits::PASSWORD_LONGEST => Err(Problem::PasswordTooLong),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(check_password_length(""), Err(Problem::Missing));
        assert_eq!(check_password_length("ééééééééé"), Err(Problem::PasswordTooShort));
        assert_eq!(check_password_length("éééééééééé"), Ok(()));
        assert_eq!(check_password_length(&"x".repeat(129)), Err(Problem::PasswordTooLong));
    }

    proptest! {
        // SS-04: whatever is done in it, a session ends at its absolute limit.
        #[test]
        fn no_activity_outlives_the_absolute_limit(acts in proptest::collection::vec(0u32..20, 0..200), console: bool) {
            let door = if console { Door::Console } else { Door::Portal };
            let opened_at = Time::from_millis(1_700_000_000_000);
            let mut clock = SessionClock::open(door, opened_at);
            let mut now = opened_at;
            for minutes in acts {
                now = now + Span::minutes(minutes);
                if clock.lives(now) {
                    clock.last_act_at = now;
                }
            }
            prop_assert!(clock.ends_at() <= opened_at + door.absolute());
            prop_assert!(!clock.lives(opened_at + door.absolute()));
        }

        #[test]
        fn a_session_left_alone_ends_after_its_idle_time(console: bool, later in 0i64..10_000_000) {
            let door = if console { Door::Console } else { Door::Portal };
            let opened_at = Time::from_millis(0);
            let clock = SessionClock::open(door, opened_at);
            let now = Time::from_millis(later);
            prop_assert_eq!(clock.lives(now), later < door.idle().as_millis());
            // Decision 15: a group may set another time.
            let idle = Span::minutes(5);
            prop_assert_eq!(SessionClock { idle, ..clock }.lives(now), later < idle.as_millis());
        }
    }
}
