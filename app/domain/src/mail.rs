//! Mail that leaves, and what became of it. Carries no health information (decision 14).

use serde::{Deserialize, Serialize};

use crate::{
    ids::{InvitationId, MailId},
    page::Page,
    time::{Span, Time},
};

/// What kind of mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An invitation to the portal.
    Invitation,
    /// "Your invitation runs out soon."
    Reminder,
    /// "There is something for you to fill in."
    FormsAsked,
    /// The practice decided about changes that a portal user asked for.
    UpdatesDecided,
    /// "There is something new in your record."
    RecordShared,
    /// The same, of something that is shared from a day on.
    RecordOpens,
    /// "There are messages that you have not read."
    MessagesWait,
    /// "Who sees a record changes soon, because of an age."
    AgeNotice,
    /// A link that sets a password.
    PasswordLink,
    /// "Your password was changed."
    PasswordChanged,
    /// "Somebody tried to make an account with your address" (AN-24).
    AccountExists,
    /// "A new device signed in to your account" (SS-16).
    NewDevice,
    /// "You were added to the practice" (S4-29).
    Welcome,
    /// "The practice asks you to join it" (S4-31).
    JoinGroup,
    /// The first of the tips for new users (S4-30).
    FirstTip,
    /// The second.
    SecondTip,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 16] = [
        Self::Invitation,
        Self::Reminder,
        Self::FormsAsked,
        Self::UpdatesDecided,
        Self::RecordShared,
        Self::RecordOpens,
        Self::MessagesWait,
        Self::AgeNotice,
        Self::PasswordLink,
        Self::PasswordChanged,
        Self::AccountExists,
        Self::NewDevice,
        Self::Welcome,
        Self::JoinGroup,
        Self::FirstTip,
        Self::SecondTip,
    ];

    /// The code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reminder => "reminder",
            Self::FormsAsked => "forms_asked",
            Self::UpdatesDecided => "updates_decided",
            Self::RecordShared => "record_shared",
            Self::RecordOpens => "record_opens",
            Self::MessagesWait => "messages_wait",
            Self::AgeNotice => "age_notice",
            Self::PasswordLink => "password_link",
            Self::PasswordChanged => "password_changed",
            Self::AccountExists => "account_exists",
            Self::NewDevice => "new_device",
            Self::Welcome => "welcome",
            Self::JoinGroup => "join_group",
            Self::FirstTip => "first_tip",
            Self::SecondTip => "second_tip",
        }
    }

    /// Does it go to patients and their families, in the group's name and out of its credit (S4-09)?
    #[must_use]
    pub const fn is_for_portal_users(self) -> bool {
        matches!(
            self,
            Self::Invitation
                | Self::Reminder
                | Self::FormsAsked
                | Self::UpdatesDecided
                | Self::RecordShared
                | Self::RecordOpens
                | Self::MessagesWait
                | Self::AgeNotice
        )
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
    /// The mail server does not let this server sign in: its settings are wrong.
    SignInRefused,
    /// The mail server said: never (5xx).
    Rejected,
    /// Tried too often.
    GaveUp,
    /// The key that sealed the link is gone.
    KeyMissing,
    /// Held back at the last moment: the record was closed, or the address is a practitioner's by now.
    HeldBack,
    /// What is stored about it cannot be read.
    Unreadable,
    /// The practice has sent as many mails this month as it allows itself (S4-09).
    CreditUsed,
}

impl Failure {
    /// Every failure.
    pub const ALL: [Self; 9] = [
        Self::Unreachable,
        Self::Deferred,
        Self::SignInRefused,
        Self::Rejected,
        Self::GaveUp,
        Self::KeyMissing,
        Self::HeldBack,
        Self::Unreadable,
        Self::CreditUsed,
    ];

    /// The code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Deferred => "deferred",
            Self::SignInRefused => "sign_in_refused",
            Self::Rejected => "rejected",
            Self::GaveUp => "gave_up",
            Self::KeyMissing => "key_missing",
            Self::HeldBack => "held_back",
            Self::Unreadable => "unreadable",
            Self::CreditUsed => "credit_used",
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
        matches!(self, Self::Unreachable | Self::Deferred | Self::SignInRefused)
    }
}

/// How long to wait after so many tries: 5 s, 10 s, 20 s … and never over 4 minutes, so that after an outage of any
/// length everything is delivered within five minutes.
#[must_use]
pub fn backoff(tries: u32) -> Span {
    let seconds = 5u32.saturating_mul(1 << tries.saturating_sub(1).min(6));
    Span::seconds(seconds.min(240))
}

/// What is to come of a mail that has not left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// It is tried again by itself.
    Waiting {
        /// When.
        next_try: Time,
    },
    /// It was given up and waits for somebody to try it again.
    Parked {
        /// Since when.
        at: Time,
    },
}

/// A mail that does not get through, as the console shows it: given up, or tried several times in vain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StuckMail {
    /// Its id.
    pub id: MailId,
    /// What kind.
    pub kind: Kind,
    /// The invitation it carries, if it carries one.
    pub invitation: Option<InvitationId>,
    /// For whom: the patient's name or pseudonym, or the user's name; empty when neither may be told.
    pub about: String,
    /// Why it did not leave.
    pub failure: Failure,
    /// How often it was tried.
    pub tries: u32,
    /// What is to come of it.
    pub trouble: Trouble,
}

/// The Mail page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StuckMails {
    /// Is there a mail server at all? Without one every mail waits.
    pub configured: bool,
    /// The mails, latest first.
    pub page: Page<StuckMail>,
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
    fn codes_are_read_back() {
        assert!(Kind::ALL.into_iter().all(|kind| Kind::from_code(kind.code()) == Some(kind)));
        assert!(Failure::ALL.into_iter().all(|failure| Failure::from_code(failure.code()) == Some(failure)));
        assert_eq!((Kind::from_code("newer"), Failure::from_code("newer")), (None, None));
    }

    #[test]
    fn a_rejected_mail_is_not_tried_again() {
        assert!(Failure::Deferred.passes() && Failure::Unreachable.passes() && Failure::SignInRefused.passes());
        assert!(!Failure::Rejected.passes() && !Failure::GaveUp.passes());
    }
}
