//! Mail that leaves, and what became of it. Carries no health information (decision 14).

use serde::{Deserialize, Serialize};

use crate::{
    ids::{InvitationId, MailId},
    time::{Span, Time},
};

/// What kind of mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An invitation to the portal.
    Invitation,
    /// A link that sets a password.
    PasswordLink,
    /// "Your password was changed."
    PasswordChanged,
    /// "Somebody tried to make an account with your address" (AN-24).
    AccountExists,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Invitation, Self::PasswordLink, Self::PasswordChanged, Self::AccountExists];

    /// The code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::PasswordLink => "password_link",
            Self::PasswordChanged => "password_changed",
            Self::AccountExists => "account_exists",
        }
    }

    /// Reads a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Why a mail did not leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// The mail server cannot be reached or does not answer.
    Unreachable,
    /// The mail server said: not now (4xx).
    Deferred,
    /// The mail server said: never (5xx).
    Rejected,
    /// Tried too often.
    GaveUp,
    /// The key that sealed the link is gone.
    KeyMissing,
}

impl Failure {
    /// Every failure.
    pub const ALL: [Self; 5] = [Self::Unreachable, Self::Deferred, Self::Rejected, Self::GaveUp, Self::KeyMissing];

    /// The code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Deferred => "deferred",
            Self::Rejected => "rejected",
            Self::GaveUp => "gave_up",
            Self::KeyMissing => "key_missing",
        }
    }

    /// Reads a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|failure| failure.code() == code)
    }

    /// Is it worth trying again by itself?
    #[must_use]
    pub const fn passes(self) -> bool {
        matches!(self, Self::Unreachable | Self::Deferred)
    }
}

/// How long to wait after so many tries: 5 s, 10 s, 20 s … and never over 4 minutes, so that after an outage of any
/// length everything is delivered within five minutes.
#[must_use]
pub fn backoff(tries: u32) -> Span {
    let seconds = 5u32.saturating_mul(1 << tries.saturating_sub(1).min(6));
    Span::seconds(seconds.min(240))
}

/// A mail that cannot be delivered, as the console shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParkedMail {
    /// Its id.
    pub id: MailId,
    /// What kind.
    pub kind: Kind,
    /// The invitation it carries, if it carries one.
    pub invitation: Option<InvitationId>,
    /// The patient's name, or the pseudonym; empty when the mail is about no patient.
    pub patient: String,
    /// Why it did not leave.
    pub failure: Failure,
    /// How often it was tried.
    pub tries: u32,
    /// When it was given up.
    pub parked_at: Time,
}

#[cfg(test)]
mod tests {
    use super::*;

    // after an outage every mail is tried again within five minutes.
    #[test]
    fn waiting_grows_but_never_over_four_minutes() {
        let waits: Vec<i64> = (1..10).map(|tries| backoff(tries).as_millis() / 1_000).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 240, 240, 240]);
        assert_eq!(backoff(u32::MAX), Span::seconds(240));
    }

    #[test]
    fn a_rejected_mail_is_not_tried_again() {
        assert!(Failure::Deferred.passes() && Failure::Unreachable.passes());
        assert!(!Failure::Rejected.passes() && !Failure::GaveUp.passes());
    }
}
