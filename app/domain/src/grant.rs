//! A portal grant: which account may act for which patient, and how far.

use serde::{Deserialize, Serialize};

use crate::{
    error::Problem,
    ids::{AccountId, GrantId, GroupId, PatientId},
    time::Time,
};

/// Who the portal user is to the patient (S3-01).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The patient.
    #[serde(rename = "self")]
    Own,
    /// A contact of the patient.
    Contact,
    /// Somebody else who was designated.
    Other,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Own, Self::Contact, Self::Other];

    /// The code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Own => "self",
            Self::Contact => "contact",
            Self::Other => "other",
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`Problem::NotAChoice`].
    pub fn from_code(code: &str) -> Result<Self, Problem> {
        Self::ALL.into_iter().find(|kind| kind.code() == code).ok_or(Problem::NotAChoice)
    }
}

/// Where a grant stands. A grant whose invitation ran out is still invited: the link expired, not the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Invited, not accepted yet.
    Invited,
    /// The person has set a password and accepted.
    Activated {
        /// When.
        at: Time,
    },
    /// Access was taken away.
    Suspended {
        /// When.
        at: Time,
    },
}

/// A portal grant: account × patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// The patient's group.
    pub group: GroupId,
    /// For whom the account acts.
    pub patient: PatientId,
    /// Whose grant.
    pub account: AccountId,
    /// Who the portal user is to the patient.
    pub kind: Kind,
    /// Where it stands.
    pub state: State,
}

impl Grant {
    /// May the account see anything of the patient through this grant?
    #[must_use]
    pub const fn opens(&self) -> bool {
        matches!(self.state, State::Activated { .. })
    }

    /// Accepted now. Accepting again changes nothing; a suspended grant stays so.
    #[must_use]
    pub fn activate(self, now: Time) -> Self {
        match self.state {
            State::Invited => Self { state: State::Activated { at: now }, ..self },
            State::Activated { .. } | State::Suspended { .. } => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(state: State) -> Grant {
        let id = uuid::Uuid::from_u128(1);
        Grant { id: id.into(), group: id.into(), patient: id.into(), account: id.into(), kind: Kind::Own, state }
    }

    #[test]
    fn only_an_activated_grant_opens_anything() {
        let at = Time::from_millis(1);
        assert!(!grant(State::Invited).opens());
        assert!(grant(State::Activated { at }).opens());
        assert!(!grant(State::Suspended { at }).opens());
    }

    #[test]
    fn accepting_does_not_revive_a_suspended_grant() {
        let at = Time::from_millis(1);
        let later = Time::from_millis(9);
        assert_eq!(grant(State::Suspended { at }).activate(later).state, State::Suspended { at });
        assert_eq!(grant(State::Activated { at }).activate(later).state, State::Activated { at });
        assert_eq!(grant(State::Invited).activate(later).state, State::Activated { at: later });
    }
}
