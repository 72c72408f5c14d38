//! The audit trail: chains of entries, each with the hash of the one before (B-02).

use async_trait::async_trait;
use domain::{
    access::{Access, ViewAccessLog, ViewHistory},
    audit::{Action, Entry},
    ids::GroupId,
    page::{Page, PageRequest},
    time::Time,
};

use super::Stored;

/// An entry in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainedEntry {
    /// Its place in the chain, from 1, without gaps.
    pub seq: i64,
    /// The hash of the entry before, in hex; empty for the first.
    pub previous: String,
    /// Its own hash, in hex.
    pub hash: String,
    /// The entry. Its action's code is kept as text: a trail may be older or newer than the program.
    pub action: String,
    /// Milliseconds since 1970, UTC.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// To what.
    pub subject: String,
    /// What else.
    pub detail: String,
    /// From where.
    pub origin: String,
    /// Did only an emergency allow it?
    pub emergency: bool,
}

/// The end of a chain, as kept beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainHead {
    /// Which chain: a group's id as text, or `system`.
    pub chain: String,
    /// The number of its last entry.
    pub seq: i64,
    /// The hash of its last entry, in hex.
    pub hash: String,
}

/// Which entries of a group's chain are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrailFilter {
    /// Only what this one did: an id as text; anybody when empty.
    pub actor: String,
    /// Only what was done to this: an id as text; anything when empty.
    pub subject: String,
    /// Only this.
    pub action: Option<Action>,
    /// Not before.
    pub from: Option<Time>,
    /// Before.
    pub to: Option<Time>,
}

/// The audit trail. Rows are only added; the database itself refuses to change or remove one.
#[async_trait]
pub trait Audit {
    /// Writes an entry at the end of its chain. A group's chain is locked from here on until this unit of work ends; of
    /// several groups, take them in the order of their ids. What belongs to no group is written by [`super::Work::save`],
    /// after everything else: the one chain that all share is held for a moment only, and always last.
    async fn audit(&mut self, entry: &Entry) -> Stored<()>;

    /// The same for many entries of one group, in their order.
    async fn audit_all(&mut self, group: GroupId, entries: &[Entry]) -> Stored<()>;

    /// The ends of all chains, for `portico verify`.
    async fn unscoped_chain_heads(&mut self) -> Stored<Vec<ChainHead>>;

    /// When the latest entry of all was written; none in a new database.
    async fn unscoped_latest_time(&mut self) -> Stored<Option<Time>>;

    /// Entries of one chain after `seq`, in order, at most `most`.
    async fn unscoped_chain(&mut self, chain: &str, after: i64, most: u32) -> Stored<Vec<ChainedEntry>>;

    /// Entries of the group's chain, latest first. The cursor is the number of the last row. Costs what the page costs,
    /// however long the chain, unless two filters meet of which each finds much and both together little.
    async fn list_trail(
        &mut self,
        access: &Access<ViewHistory>,
        filter: &TrailFilter,
        page: &PageRequest,
    ) -> Stored<Page<ChainedEntry>>;

    /// The entries about one patient, latest first, for their own portal. The cursor as for [`Audit::list_trail`].
    async fn list_own_trail(
        &mut self,
        access: &Access<ViewAccessLog>,
        page: &PageRequest,
    ) -> Stored<Page<ChainedEntry>>;
}
