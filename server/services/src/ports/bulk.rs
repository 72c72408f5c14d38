//! Bulk invitations: what is kept of them, and what is read and written for many patients at once.

use async_trait::async_trait;
use domain::{
    access::{Access, InvitePatient, InvitePatients, PatientFacts},
    account::Account,
    bulk::{Bulk, Outcome, Stage},
    email::Email,
    grant::Grant,
    ids::{BulkId, InvitationId, PatientId},
    invitation::{Invitation, State},
    page::{Page, PageRequest},
    patient::Status,
    person::PatientName,
    time::Time,
};

use super::{QueuedMail, Stored, TokenHash};

/// A patient of whom it is to be told whether they are invited.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// What must be known to decide about the proof's user's rights.
    pub facts: PatientFacts,
    /// Where the patient stands with the practice.
    pub status: Status,
    /// The name.
    pub name: PatientName,
    /// The address on the record.
    pub email: Option<Email>,
    /// The addresses of the patient's contacts.
    pub contacts: Vec<Email>,
    /// The patient's grants.
    pub grants: Vec<Grant>,
    /// The patient's open invitations.
    pub open: Vec<Invitation>,
}

/// An account that stands in the way of nobody, or of everybody.
#[derive(Debug, Clone)]
pub struct HeldAccount {
    /// The account.
    pub account: Account,
    /// Is it a practitioner's, of whatever group (decision 5)?
    pub practitioner: bool,
}

/// What is invited.
pub struct Invited {
    /// The proof for this patient.
    pub access: Access<InvitePatient>,
    /// The account, when it is a new one.
    pub account: Option<Account>,
    /// The grant, when it is a new one.
    pub grant: Option<Grant>,
    /// The invitation.
    pub invitation: Invitation,
    /// The hash of its link's token.
    pub token: TokenHash,
    /// The mail that carries the link.
    pub mail: QueuedMail,
}

/// One place of a bulk invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BulkPlace {
    /// From 1.
    pub place: u32,
    /// Who; none for an id that is no patient's of the group.
    pub patient: Option<PatientId>,
    /// What becomes of them.
    pub outcome: Outcome,
    /// The invitation that came of it.
    pub invitation: Option<InvitationId>,
}

/// Bulk invitations. A user sees their own.
#[async_trait]
pub trait BulkInvitations {
    /// A new one. Another of the same user that is still being gathered ends: somebody who opens dialog after dialog has one
    /// turn, as everybody else.
    async fn add_bulk(&mut self, access: &Access<InvitePatients>, bulk: &Bulk) -> Stored<()>;

    /// One that the proof's user began.
    async fn lookup_bulk(&mut self, access: &Access<InvitePatients>, id: BulkId) -> Stored<Option<Bulk>>;

    /// Those that the proof's user started, latest first. The cursor is the id of the last one.
    async fn list_bulks(&mut self, access: &Access<InvitePatients>, page: &PageRequest) -> Stored<Page<Bulk>>;

    /// How many patients there are of each outcome.
    async fn count_bulk(&mut self, access: &Access<InvitePatients>, id: BulkId) -> Stored<Vec<(Outcome, u32)>>;

    /// The places in their order, of one outcome or of all, with where each invitation stands at this time. The cursor is
    /// the last place.
    async fn list_bulk_places(
        &mut self,
        access: &Access<InvitePatients>,
        id: BulkId,
        outcome: Option<Outcome>,
        page: &PageRequest,
        now: Time,
    ) -> Stored<Page<(BulkPlace, Option<State>)>>;

    /// Moves it on from one of these stages, but out of `Stopped` only when it was started, with the message that goes out; false when it is in none of them, or not the
    /// proof's user's. Hints the workers.
    async fn move_bulk(
        &mut self,
        access: &Access<InvitePatients>,
        id: BulkId,
        from: &[Stage],
        to: Stage,
        message: Option<&str>,
        at: Time,
    ) -> Stored<bool>;

    /// Is there one that the server should be at work on?
    async fn unscoped_bulk_waits(&mut self) -> Stored<bool>;

    /// Takes the one that the server is at work on and that waited longest, and holds it until the unit of work ends;
    /// none when there is none, or others hold them all.
    async fn unscoped_take_bulk(&mut self) -> Stored<Option<Bulk>>;

    /// Saves how far it is; `at` puts it behind the others that wait.
    async fn unscoped_save_bulk(&mut self, bulk: &Bulk, at: Time) -> Stored<()>;

    /// A step failed: puts it behind the others that wait; at the [`domain::limits::BULK_FAILURES`]th in a row it is stopped.
    async fn unscoped_put_bulk_behind(&mut self, bulk: &Bulk, at: Time) -> Stored<()>;

    /// Gives patients their places.
    async fn unscoped_add_bulk_places(&mut self, bulk: &Bulk, places: &[BulkPlace]) -> Stored<()>;

    /// The places after the last that was seen to.
    async fn unscoped_next_bulk_places(&mut self, bulk: &Bulk, most: u32) -> Stored<Vec<BulkPlace>>;

    /// Saves what came of each; `before` is what was foreseen.
    async fn unscoped_save_bulk_places(&mut self, bulk: &Bulk, before: &[BulkPlace], after: &[BulkPlace])
    -> Stored<()>;

    /// Forgets those made before this time that were never started, at most a few; tells how many.
    async fn unscoped_sweep_bulks(&mut self, before: Time) -> Stored<u64>;

    /// What is known of these patients of the group; of others nothing. At most [`domain::limits::BULK_STEP`].
    async fn list_candidates(&mut self, access: &Access<InvitePatients>, ids: &[PatientId]) -> Stored<Vec<Candidate>>;

    /// The accounts of these addresses, held: what they are linked to stays as it is until the unit of work ends.
    async fn hold_accounts(&mut self, emails: &[Email]) -> Stored<Vec<HeldAccount>>;

    /// The number of the last entry in the group's chain.
    async fn chain_end(&mut self, access: &Access<InvitePatients>) -> Stored<i64>;

    /// The same, and holds the chain as an entry would: of two units of work that invite at once the second sees the first.
    async fn hold_chain(&mut self, access: &Access<InvitePatients>) -> Stored<i64>;

    /// Stores new accounts, grants, invitations with their links, and mails, all made at this time.
    async fn add_invited(&mut self, access: &Access<InvitePatients>, all: &[Invited], at: Time) -> Stored<()>;
}
