//! What the practice needs of the outside world: storage, a clock, random, mail, a safe for secrets.
//!
//! Storage is one [`Store`]; it gives a [`Work`], the unit of work, which is every noun's port at once. What a unit of
//! work did counts only after [`Work::save`]; dropping it undoes everything. After its first error, a clash included, a
//! unit of work is dead: begin another one. Verbs are fixed: `lookup(id)`, `find(…)`, `list(filter, page)`, `add(…)`,
//! `save(…)`, `remove(…)`. "Not there" is `Ok(None)`; a `save` that changed no row, because the version moved on or the
//! state forbids it, is `Ok(false)`.
//!
//! Methods take the proof of a right, never a bare id. The few that cannot, because nobody is signed in yet or a
//! worker runs them, are called `unscoped_…`.

pub mod accounts;
pub mod activities;
pub mod audit;
pub mod bulk;
pub mod chat;
pub mod documents;
pub mod emergencies;
pub mod files;
pub mod forms;
pub mod grants;
pub mod group_chat;
pub mod handouts;
pub mod hints;
pub mod invitations;
pub mod locations;
pub mod note_templates;
pub mod notes;
pub mod notifications;
pub mod outbox;
pub mod patients;
pub mod practice;
pub mod relationships;
pub mod reports;
pub mod sessions;
pub mod templates;
pub mod throttle;
pub mod updates;
pub mod users;
pub mod world;

use async_trait::async_trait;
use domain::ids::GroupId;

pub use accounts::*;
pub use activities::*;
pub use audit::*;
pub use bulk::*;
pub use chat::*;
pub use documents::*;
pub use emergencies::*;
pub use files::*;
pub use forms::*;
pub use grants::*;
pub use group_chat::*;
pub use handouts::*;
pub use hints::*;
pub use invitations::*;
pub use locations::*;
pub use note_templates::*;
pub use notes::*;
pub use notifications::*;
pub use outbox::*;
pub use patients::*;
pub use practice::*;
pub use relationships::*;
pub use reports::*;
pub use sessions::*;
pub use templates::*;
pub use throttle::*;
pub use updates::*;
pub use users::*;
pub use world::*;

/// Why storage could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database does not answer or is locked for too long; trying again later may help.
    #[error("the database does not answer")]
    Unavailable(#[source] Option<BoxError>),
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// A row with this key is there already.
    #[error("already there: {0:?}")]
    Clash(Clash),
    /// Anything else: a fault of ours, to be looked at.
    #[error("storage fault")]
    Fault(#[source] BoxError),
}

/// Any error, for the log.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Which promise of uniqueness would have been broken. Storage turns a constraint's name into one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clash {
    /// The address has an account.
    AccountEmail,
    /// The account has a grant for this patient.
    GrantOfAccount,
    /// The group has a template of this name.
    TemplateName,
    /// A note template's name in a group, whatever its case.
    NoteTemplateName,
    /// The user keeps a report of this name.
    SavedReportName,
    /// The group has a form of this title.
    FormTitle,
    /// The first-run page was used already.
    SetUp,
    /// The group has a patient of this number.
    PatientNumber,
    /// A change of this field waits already.
    UpdateWaiting,
    /// The account has a membership in this group.
    UserOfAccount,
    /// Another one.
    Other,
}

/// What storage answers.
pub type Stored<T> = Result<T, StoreError>;

/// Which groups' rows a unit of work may touch, whatever its statements forgot to say: on PostgreSQL row-level security
/// holds it, on SQLite the statements and their tests do (TG-09).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// For what belongs to an account or to a worker, and so to no group or to several.
    Every,
    /// One group's.
    Group(GroupId),
}

/// What a unit of work is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A consistent view for reading. Writing through it fails.
    Read,
    /// One question, which needs no view of its own: cheaper, where that makes a difference. Whoever asks two that must
    /// agree takes [`Purpose::Read`].
    Look,
    /// May write. On SQLite it holds the write lock from here on, so keep it short and do slow things (hashing, mail)
    /// before or after.
    Write,
}

/// Where the practice keeps things. What somebody does in a group opens its unit of work by
/// [`Ctx::begin`](crate::Ctx::begin) and its sisters, which keep to that group.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// A unit of work.
    async fn open(&self, purpose: Purpose, scope: Scope) -> Stored<Box<dyn Work>>;

    /// For reading, in every group.
    async fn read(&self) -> Stored<Box<dyn Work>> {
        self.open(Purpose::Read, Scope::Every).await
    }

    /// For one question, in every group.
    async fn look(&self) -> Stored<Box<dyn Work>> {
        self.open(Purpose::Look, Scope::Every).await
    }

    /// For writing, in every group.
    async fn begin(&self) -> Stored<Box<dyn Work>> {
        self.open(Purpose::Write, Scope::Every).await
    }

    /// Hints published from now on, by this server or, where several share a database, by any.
    fn hints(&self) -> tokio::sync::broadcast::Receiver<Hint>;

    /// Does the database answer?
    async fn ping(&self) -> Stored<()>;
}

/// A unit of work: every noun's port at once.
#[async_trait]
pub trait Work:
    Accounts
    + Sessions
    + Practice
    + Users
    + Locations
    + Patients
    + Relationships
    + Reports
    + Contacts
    + Grants
    + GroupChat
    + Invitations
    + BulkInvitations
    + Activities
    + Chat
    + Documents
    + Emergencies
    + Files
    + Forms
    + NoteTemplates
    + Notes
    + Updates
    + Templates
    + Handouts
    + Notifications
    + Outbox
    + Audit
    + Throttle
    + Send
{
    /// To be published when, and only when, this unit of work is saved.
    fn hint(&mut self, hint: Hint);

    /// Commits. When this returns `Ok`, everything done is on the disk.
    async fn save(self: Box<Self>) -> Stored<()>;
}
