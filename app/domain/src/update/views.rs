//! Changes as the portal and the practice are shown them, and what the practice says to one.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Field, Mode, Outcome, Topic, Update};
use crate::{
    emergency::EmergencyContact,
    grant,
    ids::{ContactId, PatientId, UpdateId},
    page::Page,
    time::{Date, Time},
};

super::unspoken!(OwnField, OwnUpdate, OwnState, Verdict, Picked);

/// What the portal shows of one field.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnField {
    /// Which one.
    pub field: Field,
    /// What the record says.
    pub value: String,
    /// The change that was asked for last, and what became of it; none when none was asked for lately.
    pub last: Option<OwnUpdate>,
    /// May this reader change it?
    pub may_edit: bool,
}

impl OwnField {
    /// What stands in the field: a change that waits is the patient's own copy.
    #[must_use]
    pub fn shown(&self) -> &str {
        match &self.last {
            Some(last) if last.state == OwnState::Waiting => &last.wanted,
            Some(_) | None => &self.value,
        }
    }
}

/// A change, as whoever may see the record in the portal is shown it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnUpdate {
    /// Its id.
    pub id: UpdateId,
    /// What the record said when it was asked for.
    pub had: String,
    /// What was wanted.
    pub wanted: String,
    /// When it was asked for.
    pub at: Time,
    /// Where it stands.
    pub state: OwnState,
}

/// Where a change stands, for the patient. Who of the practice decided is not said.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnState {
    /// Nobody has decided yet.
    Waiting,
    /// The record says so now.
    Accepted {
        /// When.
        at: Time,
    },
    /// The practice wrote something else than was wanted.
    Edited {
        /// When.
        at: Time,
    },
    /// It was not accepted.
    Rejected {
        /// When.
        at: Time,
        /// Why; may be empty.
        reason: String,
    },
}

impl OwnState {
    /// What the patient is shown of an outcome; nothing of what was replaced by a later change.
    #[must_use]
    pub fn of(update: &Update) -> Option<Self> {
        match &update.outcome {
            Outcome::Waiting => Some(Self::Waiting),
            Outcome::Applied { at } => Some(Self::Accepted { at: *at }),
            Outcome::Approved { at, put, .. } if update.subject.same(put, &update.wanted) => {
                Some(Self::Accepted { at: *at })
            }
            Outcome::Approved { at, .. } => Some(Self::Edited { at: *at }),
            Outcome::Rejected { at, reason, .. } => Some(Self::Rejected { at: *at, reason: reason.clone() }),
            Outcome::Superseded { .. } => None,
        }
    }
}

/// The portal's page "My details".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnProfile {
    /// Name in law, which only the practice changes.
    pub legal_name: String,
    /// Birth date, which only the practice changes.
    pub birth_date: Option<Date>,
    /// The fields, in order.
    pub fields: Vec<OwnField>,
    /// Who is called in an emergency, in their order.
    pub emergency_contacts: Vec<EmergencyContact>,
    /// Does a change of them, or of their order, wait?
    pub contacts_wait: bool,
    /// What becomes of a change.
    pub mode: Mode,
    /// May this reader change anything at all?
    pub may_edit: bool,
    /// The same person's records with other practices, where this reader may change them too.
    pub elsewhere: Vec<Elsewhere>,
    /// Where the practice is.
    pub time_zone: String,
}

/// The portal's page of those called in an emergency (S0-18).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnContacts {
    /// Those on the record in their order, then those who were asked for and are not there yet.
    pub contacts: Vec<OwnContact>,
    /// The order as the record has it, as [`crate::emergency::order_code`] writes it.
    pub order: String,
    /// The change of the order that was asked for last.
    pub order_last: Option<OwnUpdate>,
    /// What becomes of a change.
    pub mode: Mode,
    /// May this reader change anything?
    pub may_edit: bool,
    /// The same person's records with other practices, where this reader may change them too.
    pub elsewhere: Vec<Elsewhere>,
    /// Where the practice is.
    pub time_zone: String,
}

/// Somebody called in an emergency, or asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnContact {
    /// Which one.
    pub id: ContactId,
    /// What the record says; none when they are not there yet, or any more.
    pub value: Option<EmergencyContact>,
    /// The change that was asked for last.
    pub last: Option<OwnUpdate>,
}

impl OwnContact {
    /// A change that waits is the patient's own copy; none when what waits is that nobody calls them any more.
    #[must_use]
    pub fn shown(&self) -> Option<EmergencyContact> {
        match &self.last {
            Some(last) if last.state == OwnState::Waiting => EmergencyContact::from_code(&last.wanted).ok(),
            Some(_) | None => self.value.clone(),
        }
    }

    /// What the record says, as a change compares it.
    #[must_use]
    pub fn code(&self) -> String {
        self.value.as_ref().map(EmergencyContact::code).unwrap_or_default()
    }
}

/// The same person's record with another practice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// Which record.
    pub patient: PatientId,
    /// The practice.
    pub practice: String,
    /// What becomes of a change there.
    pub mode: Mode,
}

/// A change as the patient's Updates tab shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateRow {
    /// The change.
    pub update: Update,
    /// What the record says now.
    pub now: String,
    /// The names of those whom an order names, as far as they are known.
    pub people: Vec<(ContactId, String)>,
    /// Did the practice change it since? Then somebody looks before it is overwritten.
    pub conflict: bool,
    /// Can whoever asked not open the record any more? Then somebody looks, too.
    pub access_over: bool,
    /// Does it name somebody about whom nobody has decided yet? Then they are decided about first.
    pub people_first: bool,
    /// Would it give somebody else's name to a contact the practice writes to?
    pub somebody_else: bool,
    /// Who asked: the address they sign in with.
    pub email: String,
    /// Who that is to the patient.
    pub kind: grant::Kind,
    /// Who decided, if a user did.
    pub decided_by: String,
    /// May this reader decide about it?
    pub may_decide: bool,
    /// Until when this reader may take the decision back.
    pub undo_until: Option<Time>,
}

impl UpdateRow {
    /// May this reader approve it together with others?
    #[must_use]
    pub const fn needs_no_look(&self) -> bool {
        self.may_decide && !self.conflict && !self.access_over && !self.people_first && !self.somebody_else
    }
}

/// What somebody makes of a change.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Verdict {
    /// The record is to say what was wanted.
    Approve {
        /// What the record said on the page: if it says something else by now, nothing happens.
        saw: String,
        /// Written in its place, if not what was wanted.
        put: Option<String>,
    },
    /// The record stays as it is.
    Reject {
        /// Why, for the patient to read; may be empty.
        reason: String,
    },
}

/// What the group's queue is narrowed to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QueueFilter {
    /// One kind of thing.
    pub topic: Option<Topic>,
    /// Patients whom the caller treats.
    pub mine: bool,
}

/// A page of the group's changes that wait, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// The changes.
    pub changes: Page<QueueRow>,
    /// How many there are, counted up to [`crate::limits::QUEUE_COUNTED`].
    pub total: u32,
}

/// A change in the group's queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueRow {
    /// What to call the patient.
    pub shown: String,
    /// The change.
    pub row: UpdateRow,
}

/// A change somebody decides about among others, and what the record said on the page.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Picked {
    /// Whose record.
    pub patient: PatientId,
    /// The change.
    pub id: UpdateId,
    /// What the record said.
    pub saw: String,
}

/// What became of several.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// Those that were decided about, or taken back.
    pub done: Vec<(PatientId, UpdateId)>,
    /// How many were not: they need a look each, or somebody was faster.
    pub left: usize,
}
