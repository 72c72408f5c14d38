//! What the bell says. A notification carries ids; names are looked up when it is shown, for the one who looks.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{InvitationId, NotificationId, PatientId},
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
}

impl News {
    /// The patient it is about.
    #[must_use]
    pub const fn patient(&self) -> PatientId {
        match self {
            Self::InvitationAccepted { patient, .. } | Self::InvitationFailed { patient, .. } => *patient,
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
    /// The patient's name, or the pseudonym for users who see no names.
    pub patient: String,
    /// When.
    pub at: Time,
    /// Was it read?
    pub read: bool,
}
