//! How a practitioner and a patient belong together, as it is shown and changed.

use serde::{Deserialize, Serialize};

use crate::{access::Relationship, ids::UserId, user::Level};

/// One practitioner beside a patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelationshipRow {
    /// The practitioner.
    pub user: UserId,
    /// The name.
    pub name: String,
    /// What they practise.
    pub profession: String,
    /// How far their access reaches.
    pub level: Level,
    /// Do they work in the group?
    pub active: bool,
    /// How they belong together.
    pub relationship: Relationship,
    /// Is it the caller?
    pub own: bool,
}

/// A practitioner to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PractitionerChoice {
    /// The practitioner.
    pub user: UserId,
    /// The name.
    pub name: String,
    /// What they practise.
    pub profession: String,
}

/// What shall become of a relationship.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// The patient is granted to the practitioner.
    Granted,
    /// The patient is hidden from the practitioner entirely.
    Revoked,
    /// Neither: what the level and the work with the patient say.
    Neither,
}
