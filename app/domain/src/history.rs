//! What users did, as those who may see it are shown it.

use serde::{Deserialize, Serialize};

use crate::{
    audit::Action,
    ids::{PatientId, UserId},
    time::{Date, Time},
};

/// Which entries are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HistoryFilter {
    /// Only what this user did.
    pub user: Option<UserId>,
    /// Only what was done to this patient's record.
    pub patient: Option<PatientId>,
    /// Only this.
    pub action: Option<Action>,
    /// From this day on, by the clock of the group's first location.
    pub from: Option<Date>,
    /// Up to this day, that day included.
    pub to: Option<Date>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryRow {
    /// Its number in the group's trail.
    pub seq: i64,
    /// When.
    pub at: Time,
    /// Who: a user's name, or what else acted.
    pub who: Doer,
    /// What; none when a newer program wrote it.
    pub action: Option<Action>,
    /// To whose record: the name, or the pseudonym; none when it is about no patient or about one that the reader may not
    /// see.
    pub patient: Option<Shown<PatientId>>,
    /// To which user, or with which one a patient was shared or hidden.
    pub user: Option<Shown<UserId>>,
    /// What else is known: the names of fields, counts, doors, access. Never an id, never the content of a record.
    pub detail: String,
    /// The network address it came from; empty for the program itself.
    pub origin: String,
    /// Was it allowed because of an emergency only (PR-04)?
    pub emergency: bool,
}

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doer {
    /// A user of the group.
    User(Shown<UserId>),
    /// Somebody in a patient's portal.
    PortalUser,
    /// The program itself, or nobody who is known.
    Nobody,
}

/// Something with its name, as the reader may know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown<Id> {
    /// Which.
    pub id: Id,
    /// What to call it.
    pub name: String,
}

/// A user to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserChoice {
    /// Which.
    pub id: UserId,
    /// The name.
    pub name: String,
    /// What they practise; may be empty.
    pub profession: String,
}

/// The names of those whom a filter asks for, as the reader may know them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// The user who acted; none when there is no such user in the group.
    pub user: Option<String>,
    /// The patient; none when the reader may not see one.
    pub patient: Option<String>,
}

/// What was exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// The table, as comma-separated values.
    pub csv: String,
    /// How many rows it has.
    pub rows: u32,
    /// Was there more than one export holds ([`crate::limits::EXPORT`])?
    pub more: bool,
}
