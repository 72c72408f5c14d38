//! Mail on its way out: a row written in the unit of work that causes it.

use async_trait::async_trait;
use domain::{
    access::{Access, ManageMail},
    email::Email,
    ids::{AccountId, GroupId, InvitationId, MailId},
    mail::{Failure, Kind},
    page::{Page, PageRequest},
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
    /// How often it was tried.
    pub tries: u32,
}

/// A mail that was given up.
#[derive(Debug, Clone)]
pub struct ParkedRow {
    /// The mail.
    pub mail: QueuedMail,
    /// Why.
    pub failure: Failure,
    /// When.
    pub parked_at: Time,
    /// The patient its invitation is about, if any.
    pub patient: Option<domain::ids::PatientId>,
}

/// The queue that mail workers take from. Several servers may.
#[async_trait]
pub trait Outbox {
    /// Puts a mail in the queue. Hints the workers.
    async fn add_mail(&mut self, mail: &QueuedMail) -> Stored<()>;

    /// Takes up to `most` mails that are due and nobody holds, for the length of `lease`; counts a try for each.
    async fn unscoped_claim_mail(&mut self, now: Time, lease: Span, most: u32) -> Stored<Vec<QueuedMail>>;

    /// When the next mail is due, if one waits.
    async fn unscoped_next_mail(&mut self) -> Stored<Option<Time>>;

    /// It left: forgets the sealed token.
    async fn unscoped_mail_sent(&mut self, id: MailId, at: Time) -> Stored<()>;

    /// It shall not leave any more: forgets it.
    async fn unscoped_drop_mail(&mut self, id: MailId) -> Stored<()>;

    /// Try again at `due`.
    async fn unscoped_defer_mail(&mut self, id: MailId, failure: Failure, due: Time) -> Stored<()>;

    /// Cannot be delivered: kept where the console shows it.
    async fn unscoped_park_mail(&mut self, id: MailId, failure: Failure, at: Time) -> Stored<()>;

    /// The group's parked mails, latest first. The cursor is the id of the last row.
    async fn parked_mails(&mut self, access: &Access<ManageMail>, page: &PageRequest) -> Stored<Page<ParkedRow>>;

    /// Puts a parked mail of the group back in the queue; false when it is not there.
    async fn retry_mail(&mut self, access: &Access<ManageMail>, id: MailId, at: Time) -> Stored<bool>;

    /// Forgets mails that left before this time, at most 1,000 at once.
    async fn unscoped_sweep_mail(&mut self, sent_before: Time) -> Stored<u64>;
}
