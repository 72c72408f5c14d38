//! Mail on its way out: a row written in the unit of work that causes it.

use async_trait::async_trait;
use domain::{
    access::{Access, ManageMail},
    email::Email,
    ids::{AccountId, GroupId, InvitationId, MailId, PatientId},
    mail::{Failure, Kind, Trouble},
    page::{Page, PageRequest},
    person::UserName,
    time::{Span, Time},
};

use super::Stored;

/// A mail as the outbox keeps it: what is needed to write it when it leaves, not its text.
#[derive(Debug, Clone)]
pub struct QueuedMail {
    /// Its id.
    pub id: MailId,
    /// What kind.
    pub kind: Kind,
    /// The group it is sent for, if any.
    pub group: Option<GroupId>,
    /// The invitation it carries, if any.
    pub invitation: Option<InvitationId>,
    /// Which of the invitation's links.
    pub link: i64,
    /// Whose account it is about.
    pub account: AccountId,
    /// To whom.
    pub to: Email,
    /// The link's token, sealed; forgotten when the mail has left.
    pub sealed: Option<Vec<u8>>,
    /// When it was made.
    pub made_at: Time,
    /// Not before.
    pub due_at: Time,
    /// How often it was tried.
    pub tries: u32,
}

/// A mail that does not get through: given up, or tried several times in vain.
#[derive(Debug, Clone)]
pub struct StuckRow {
    /// Its id.
    pub id: MailId,
    /// What kind.
    pub kind: Kind,
    /// The invitation it carries, if any.
    pub invitation: Option<InvitationId>,
    /// Why.
    pub failure: Failure,
    /// How often it was tried.
    pub tries: u32,
    /// What is to come of it.
    pub trouble: Trouble,
    /// The patient its invitation is about; of a mail about an account, a patient of the group whom that account acts for.
    pub patient: Option<PatientId>,
    /// The user of the group whose account it is about.
    pub user: Option<UserName>,
}

/// The queue that mail workers take from. Several servers may.
#[async_trait]
pub trait Outbox {
    /// Puts a mail in the queue. Hints the workers. A newer link of an invitation takes the place of parked mails with
    /// older ones.
    async fn add_mail(&mut self, mail: &QueuedMail) -> Stored<()>;

    /// Lets a mail of this kind from this group, which waits for this account already, say it anew: it counts as made now, and
    /// leaves no sooner than `due`. False when none waits.
    async fn mail_again(&mut self, group: GroupId, account: AccountId, kind: Kind, at: Time, due: Time)
    -> Stored<bool>;

    /// When the last mail that messages wait left from this group for this account, if it is still known.
    async fn last_told_of_messages(&mut self, group: GroupId, account: AccountId) -> Stored<Option<Time>>;

    /// Does a mail of this kind from this group wait for this account, to leave at this very moment?
    async fn mail_waits(&mut self, group: GroupId, account: AccountId, kind: Kind, due: Time) -> Stored<bool>;

    /// Takes up to `most` mails that are due and nobody holds, for the length of `lease`; counts a try for each. Passes over
    /// kinds that only a newer server knows, and parks what cannot be read: neither may hold up the others.
    async fn unscoped_claim_mail(&mut self, now: Time, lease: Span, most: u32) -> Stored<Vec<QueuedMail>>;

    /// When the next mail of a known kind is due, if one waits.
    async fn unscoped_next_mail(&mut self) -> Stored<Option<Time>>;

    /// It left: forgets the sealed token.
    async fn unscoped_mail_sent(&mut self, id: MailId, at: Time) -> Stored<()>;

    /// It shall not leave any more: forgets it.
    async fn unscoped_drop_mail(&mut self, mail: &QueuedMail) -> Stored<()>;

    /// Try again at `due`.
    async fn unscoped_defer_mail(&mut self, id: MailId, failure: Failure, due: Time) -> Stored<()>;

    /// Cannot be delivered: kept where the console shows it.
    async fn unscoped_park_mail(&mut self, id: MailId, failure: Failure, at: Time) -> Stored<()>;

    /// Mails that do not get through, latest first: the group's own, and those about accounts of its users and of its
    /// patients' portals. The cursor is the id of the last row.
    async fn list_stuck_mails(&mut self, access: &Access<ManageMail>, page: &PageRequest) -> Stored<Page<StuckRow>>;

    /// Puts a parked one of them back in the queue; false when it is not there.
    async fn retry_mail(&mut self, access: &Access<ManageMail>, id: MailId, at: Time) -> Stored<bool>;

    /// Forgets mails that left or were given up before this time, at most [`domain::limits::SWEPT`] at once.
    async fn unscoped_sweep_mail(&mut self, before: Time) -> Stored<u64>;

    /// Forgets the sealed tokens of given-up mails whose links are dead at this time, as many at once.
    async fn unscoped_sweep_sealed(&mut self, now: Time) -> Stored<u64>;
}
