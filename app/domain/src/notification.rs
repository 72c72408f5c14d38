//! What the bell says. A notification carries ids; names are looked up when it is shown, for the one who looks.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{FormRequestId, GroupConversationId, InvitationId, NotificationId, PatientId, UserId},
    time::Time,
};

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum News {
    /// An invitation was accepted (S1-12); told to the inviting user.
    InvitationAccepted {
        /// Whose portal.
        patient: PatientId,
        /// Which invitation.
        invitation: InvitationId,
    },
    /// An invitation's mail cannot be delivered; told to the inviting user.
    InvitationFailed {
        /// Whose portal.
        patient: PatientId,
        /// Which invitation.
        invitation: InvitationId,
    },
    /// A form that was sent to a portal user came back; told to the user who sent it (S3-14).
    FormReturned {
        /// Whose record it is about.
        patient: PatientId,
        /// Which one.
        request: FormRequestId,
    },
    /// A portal user asked for changes of a record (S0-35); told to those who decide about them. One for each of them until
    /// nothing waits any more.
    UpdatesWaiting {
        /// Whose record.
        patient: PatientId,
    },
    /// A portal user sent a file (S0-21); told to those who treat the patient and to the front desk. One for each of them until they
    /// have seen it.
    FileCame {
        /// Whose record.
        patient: PatientId,
    },
    /// A colleague shared notes about a patient (S0-39); told to whom they are shared with.
    NotesShared {
        /// Whose record.
        patient: PatientId,
    },
    /// A colleague mentioned somebody in a conversation between users (decision 10); told to whom they mentioned.
    Mentioned {
        /// Who did.
        user: UserId,
        /// In which conversation.
        conversation: GroupConversationId,
    },
    /// Somebody who was asked to join the group did; told to whoever asked.
    MembershipAccepted {
        /// The membership.
        user: UserId,
    },
    /// Somebody who was asked to join the group does not want to; told to whoever asked.
    MembershipRejected {
        /// The membership.
        user: UserId,
    },
    /// Somebody opened a record in an emergency (PR-04); told to those who look at that.
    EmergencyOpened {
        /// Who.
        user: UserId,
        /// More often within a week than is usual?
        often: bool,
    },
    /// Somebody else changed who has access to the group; told to the others who manage users (AD-02).
    AccessChanged {
        /// Whose.
        user: UserId,
        /// In what way.
        how: AccessChange,
    },
}

/// How somebody's access to a group changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessChange {
    /// They were asked to join.
    Asked,
    /// They have it, for the first time or again.
    Given,
    /// They may do other things than before.
    Changed,
    /// They have it no more, or are not asked any more.
    Ended,
}

impl News {
    /// The patient it is about, if it is about one.
    #[must_use]
    pub const fn patient(&self) -> Option<PatientId> {
        match self {
            Self::InvitationAccepted { patient, .. }
            | Self::InvitationFailed { patient, .. }
            | Self::FormReturned { patient, .. }
            | Self::UpdatesWaiting { patient }
            | Self::FileCame { patient }
            | Self::NotesShared { patient } => Some(*patient),
            Self::Mentioned { .. }
            | Self::MembershipAccepted { .. }
            | Self::MembershipRejected { .. }
            | Self::EmergencyOpened { .. }
            | Self::AccessChanged { .. } => None,
        }
    }

    /// The user it is about, if it is about one.
    #[must_use]
    pub const fn user(&self) -> Option<UserId> {
        match self {
            Self::InvitationAccepted { .. }
            | Self::InvitationFailed { .. }
            | Self::FormReturned { .. }
            | Self::UpdatesWaiting { .. }
            | Self::FileCame { .. }
            | Self::NotesShared { .. } => None,
            Self::Mentioned { user, .. }
            | Self::MembershipAccepted { user }
            | Self::MembershipRejected { user }
            | Self::EmergencyOpened { user, .. }
            | Self::AccessChanged { user, .. } => Some(*user),
        }
    }

    /// The conversation between users that it is about, if it is about one.
    #[must_use]
    pub const fn conversation(&self) -> Option<GroupConversationId> {
        match self {
            Self::Mentioned { conversation, .. } => Some(*conversation),
            Self::InvitationAccepted { .. }
            | Self::InvitationFailed { .. }
            | Self::FormReturned { .. }
            | Self::UpdatesWaiting { .. }
            | Self::FileCame { .. }
            | Self::NotesShared { .. }
            | Self::MembershipAccepted { .. }
            | Self::MembershipRejected { .. }
            | Self::EmergencyOpened { .. }
            | Self::AccessChanged { .. } => None,
        }
    }
}

/// One line behind the bell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Its id; later ones sort after earlier ones.
    pub id: NotificationId,
    /// What happened.
    pub news: News,
    /// When.
    pub at: Time,
    /// When it was read, if it was.
    pub read_at: Option<Time>,
}

/// One line behind the bell, as shown to its owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationRow {
    /// Its id.
    pub id: NotificationId,
    /// What happened.
    pub news: News,
    /// Whom it is about: the patient's name, or the pseudonym for users who see no names; the user's name.
    pub about: String,
    /// What the conversation between users is called that it is about; nothing for one between two, and where it is about none.
    pub within: Option<String>,
    /// When.
    pub at: Time,
    /// Was it read?
    pub read: bool,
}
