//! Who opened or changed a patient's record, as the patient and whoever manages access for them are shown it (B-01).

use serde::{Deserialize, Serialize};

use crate::{audit::Action, page::Page, time::Time, user::Role};

/// A page of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessLog {
    /// Who did what, latest first.
    pub visits: Page<Visit>,
    /// Where the practice is: times are shown by its clock.
    pub time_zone: String,
}

/// Somebody at the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// When.
    pub at: Time,
    /// Who.
    pub who: Visitor,
    /// What they did. Only what [`is_told`].
    pub what: Action,
    /// To which part of the record.
    pub part: Part,
    /// Was it open to them because of an emergency only (PR-04)?
    pub emergency: bool,
}

/// Who was at the record, as the reader knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visitor {
    /// The reader.
    You,
    /// A user of the practice.
    User {
        /// The name, with the title.
        name: String,
        /// What they practise or do; may be empty.
        profession: String,
        /// What they are in the practice.
        role: Role,
    },
    /// A portal user.
    PortalUser {
        /// What the people page calls them.
        name: String,
        /// What they are to the patient; empty for the patient, and where nobody said.
        relationship: String,
    },
    /// A portal user whom the people page does not list.
    Somebody,
    /// The practice's program by itself.
    Program,
}

/// A part of the record that is opened by itself, as far as the trail tells parts apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Name, birth date, how to reach the person.
    Profile,
    /// The people around the patient.
    Contacts,
    /// Who pays.
    Funding,
    /// Who pays, and how the patient lives.
    Background,
    /// Which practitioners belong to the patient.
    Practitioners,
}

impl Part {
    const ALL: [Self; 5] = [Self::Profile, Self::Contacts, Self::Funding, Self::Background, Self::Practitioners];

    /// What an entry of the trail says of it. Never change one: old entries are read by them.
    #[must_use]
    pub const fn detail(self) -> &'static str {
        match self {
            Self::Profile => "",
            Self::Contacts => "contacts",
            Self::Funding => "funding",
            Self::Background => "funding social_history",
            Self::Practitioners => "practitioners",
        }
    }

    /// Reads it out of an entry. Whatever else stands there, ids among it, is the profile's.
    #[must_use]
    pub fn of(detail: &str) -> Self {
        Self::ALL.into_iter().find(|part| part.detail() == detail).unwrap_or(Self::Profile)
    }
}

/// Does it tell who opened or changed the record? What is refused opens nothing; what is unusual and what is typed and not
/// returned yet stand beside an entry that tells it already. An action that nobody thought of here is not told.
#[must_use]
pub const fn is_told(action: Action) -> bool {
    is_of_forms(action)
        // That notes are looked at, not which and how many: drafts and private ones are among them (PT-03).
        || matches!(action, Action::NotesListed | Action::NoteViewed)
        || matches!(action, Action::DocumentsListed | Action::DocumentViewed | Action::RecordPrinted | Action::RecordDownloaded)
        || matches!(
            action,
            Action::ActivitiesListed
                | Action::ActivityViewed
                | Action::ActivityAssigned
                | Action::ActivityChanged
                | Action::ActivityEnded
                | Action::ActivityWithdrawn
                | Action::ActivityDone
                | Action::ActivityNotDone
        )
        || matches!(
            action,
            Action::ConversationBegun
                | Action::ConversationViewed
                | Action::MessageSent
                | Action::MessageWithdrawn
                | Action::ConversationSettled
                | Action::ChatSwitched
        )
        || matches!(action, Action::FilesListed | Action::FileAdded | Action::FileOpened | Action::FileRemoved)
        || matches!(
            action,
            Action::PatientViewed
                | Action::PatientAdded
                | Action::PatientChanged
                | Action::OwnProfileViewed
                | Action::UpdateAsked
                | Action::UpdateTakenBack
                | Action::UpdatesViewed
                | Action::UpdateApproved
                | Action::UpdateRejected
                | Action::UpdateUndone
                | Action::ContactAdded
                | Action::ContactChanged
                | Action::ContactRemoved
                | Action::InvitationMade
                | Action::InvitationResent
                | Action::InvitationRevoked
                | Action::InvitationAccepted
                | Action::InvitationsViewed
                | Action::PortalUsersViewed
                | Action::PortalUserSearched
                | Action::GrantChanged
                | Action::GrantSuspended
                | Action::GrantRestored
                | Action::GrantEnded
                | Action::PortalHomeViewed
                | Action::AccessLogViewed
                | Action::PatientGranted
                | Action::PatientHidden
                | Action::PatientAccessUndone
                | Action::EmergencyOpened
                | Action::EmergencyEnded
                | Action::HistoryViewed
                | Action::HistoryExported
        )
}

/// Is it about forms? What a patient with an account of their own was asked is theirs alone (PX-06).
#[must_use]
pub const fn is_of_forms(action: Action) -> bool {
    matches!(
        action,
        Action::FormSent
            | Action::FormWithdrawn
            | Action::FormsListed
            | Action::FormViewed
            | Action::FormPrinted
            | Action::FormReturned
    )
}

/// Is it only looking around in the portal? The reader's own is left out, or it would drown the rest.
#[must_use]
pub const fn is_looking_around(action: Action) -> bool {
    matches!(
        action,
        Action::PortalHomeViewed
            | Action::OwnProfileViewed
            | Action::FormsListed
            | Action::FormViewed
            | Action::NotesListed
            | Action::NoteViewed
            | Action::DocumentsListed
            | Action::DocumentViewed
            | Action::RecordPrinted
            | Action::ActivitiesListed
            | Action::ActivityViewed
            | Action::ConversationViewed
            | Action::FilesListed
            | Action::FileOpened
            | Action::PortalUsersViewed
            | Action::AccessLogViewed
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    // B-01: the trail's own words are read back, and ids are no part of a record.
    #[test]
    fn parts_are_read_back() {
        for part in Part::ALL {
            assert_eq!(Part::of(part.detail()), part);
        }
        assert_eq!(Part::of("con_0190000000007000800000000000000a"), Part::Profile);
    }

    // B-01: no other patients, no settings, nobody's password.
    #[test]
    fn what_is_no_visit_of_a_record_is_not_told() {
        for action in
            [Action::SignedIn, Action::PatientsListed, Action::UnusualAccess, Action::Denied, Action::FormSaved]
        {
            assert!(!is_told(action), "{action:?}");
        }
        for action in Action::ALL.into_iter().filter(|action| is_looking_around(*action) || is_of_forms(*action)) {
            assert!(is_told(action) && action.is_of_a_group(), "{action:?}");
        }
    }
}
