//! Clock, random, mail, the printer and the safe.

use std::fmt;

use async_trait::async_trait;
use docgen::Paper;
use domain::{
    email::Email,
    ids::MailId,
    mail::Failure,
    time::{Span, Time},
};
use uuid::Uuid;

use super::BoxError;

/// What time it is.
pub trait Clock: Send + Sync + 'static {
    /// Now, in UTC, never before a time it has told already.
    fn now(&self) -> Time;

    /// From here on tells no time before this one: what was over before the program was started stays over, whatever the
    /// machine's clock says by now.
    fn catch_up(&self, _at: Time) {}
}

/// Random: for ids and tokens.
pub trait Random: Send + Sync + 'static {
    /// 32 bytes nobody can guess.
    fn secret(&self) -> [u8; 32];

    /// A new id that sorts after those made earlier (UUIDv7).
    fn id(&self) -> Uuid;
}

/// A key of a group or of a file: never printed, gone from memory when it is dropped.
#[derive(Clone)]
pub struct Key(pub [u8; 32]);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// Which of the server's keys sealed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealedBy {
    /// The one that seals now.
    Current,
    /// One that is kept to open what is older.
    Older,
    /// One that is not there: its id, as `portico keys` prints it.
    Missing([u8; 4]),
}

/// Seals what must not stand readable in the database, with a key that is kept outside it.
pub trait Safe: Send + Sync + 'static {
    /// Seals `secret`; `bound_to` must be the same when it is opened.
    fn seal(&self, secret: &[u8], bound_to: &str) -> Vec<u8>;

    /// Opens what [`Safe::seal`] made; none when the key is another one or the bytes were changed.
    fn open(&self, sealed: &[u8], bound_to: &str) -> Option<Vec<u8>>;

    /// Seals by another key than the server's.
    fn seal_by(&self, key: &Key, secret: &[u8], bound_to: &str) -> Vec<u8>;

    /// Opens what [`Safe::seal_by`] made.
    fn open_by(&self, key: &Key, sealed: &[u8], bound_to: &str) -> Option<Vec<u8>>;

    /// Which key sealed this?
    fn sealed_by(&self, sealed: &[u8]) -> SealedBy;
}

/// A mail, ready to leave.
#[derive(Clone)]
pub struct Letter {
    /// Its id, from which the Message-ID is made: a repeated mail carries the same.
    pub id: MailId,
    /// To whom.
    pub to: Email,
    /// The name shown as sender; the address is the server's own.
    pub from_name: String,
    /// Where answers go, if anywhere.
    pub reply_to: Option<Email>,
    /// The subject, one line.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// Links in a letter open accounts: it is not for logs.
impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Letter({})", self.id)
    }
}

/// Hands mail to a mail server, or to the demo's mailbox.
#[async_trait]
pub trait Mailer: Send + Sync + 'static {
    /// Is there a mail server to hand mail to?
    fn configured(&self) -> bool {
        true
    }

    /// Sends one letter. `Ok` when the mail server has taken it.
    async fn send(&self, letter: &Letter) -> Result<(), Failure>;
}

/// What an age of a patient changes for the reader of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessChange {
    /// Who sees the reader's own record.
    Own,
    /// What the reader sees of the records of others.
    Others,
    /// Both.
    Both,
}

/// What a letter is about; the mail_writer turns it into words.
#[derive(Debug, Clone)]
pub enum MailContent {
    /// An invitation to the portal (S1-13, S1-14).
    Invitation {
        /// Who invites.
        practice: String,
        /// Its telephone; may be empty.
        phone: String,
        /// The user who invites.
        inviter: String,
        /// The custom message; may be empty. Stands above the invitation (S1-23).
        message: String,
        /// The link.
        link: String,
        /// How long the link lives, in hours.
        hours: i64,
        /// Does the person have a password already? Then the link asks to sign in and confirm.
        has_password: bool,
    },
    /// The invitation's link runs out soon, and nobody has opened it.
    Reminder {
        /// Who invites.
        practice: String,
        /// Its telephone; may be empty.
        phone: String,
        /// The user who invites.
        inviter: String,
        /// The link.
        link: String,
        /// How long the link still lives, in hours.
        hours: i64,
        /// Does the person have a password already? Then the link asks to sign in and confirm.
        has_password: bool,
    },
    /// "There is something for you to fill in."
    FormsAsked {
        /// Who asks.
        practice: String,
        /// Its telephone; may be empty.
        phone: String,
        /// Where to sign in.
        link: String,
    },
    /// "There is something new in your record."
    RecordShared {
        /// Who shares it.
        practice: String,
        /// Its telephone; may be empty.
        phone: String,
        /// Where to sign in.
        link: String,
    },
    /// "There are messages that you have not read."
    MessagesWait {
        /// Who wrote them.
        practice: String,
        /// Its telephone; may be empty.
        phone: String,
        /// Where to sign in.
        link: String,
    },
    /// "The practice looked at your changes."
    UpdatesDecided {
        /// Whose decision it was.
        practice: String,
        /// Its telephone; may be empty.
        phone: String,
        /// Where to sign in.
        link: String,
    },
    /// "Who sees a record changes soon, because of an age."
    AgeNotice {
        /// Whose rule it is.
        practice: String,
        /// Its telephone; may be empty.
        phone: String,
        /// Where to sign in.
        link: String,
        /// What changes for the reader.
        change: AccessChange,
    },
    /// A link that sets a password.
    PasswordLink {
        /// The link.
        link: String,
        /// How long it lives, in minutes.
        minutes: i64,
    },
    /// "Your password was changed."
    PasswordChanged {
        /// Where to ask for a new one.
        link: String,
    },
    /// "Somebody tried to make an account with your address."
    AccountExists {
        /// Where to sign in.
        link: String,
    },
    /// "A new device signed in to your account."
    NewDevice {
        /// Where to ask for a new password.
        link: String,
    },
    /// "You were added to the practice" (S4-29).
    Welcome {
        /// The practice.
        practice: String,
        /// The user's name.
        name: String,
        /// The sign-in name.
        email: String,
        /// Where to sign in.
        link: String,
    },
    /// "The practice asks you to join it" (S4-31).
    JoinGroup {
        /// The practice.
        practice: String,
        /// Where to sign in and answer.
        link: String,
    },
    /// A tip for somebody new (S4-30).
    Tip {
        /// The practice.
        practice: String,
        /// Which of them, from 1.
        number: u8,
        /// Does the user practise?
        practises: bool,
        /// Where to sign in.
        link: String,
        /// Where to say that no more are wanted.
        stop: String,
    },
}

/// Words on paper: subject, text and HTML.
#[derive(Clone)]
pub struct Written {
    /// The name shown as sender.
    pub from_name: String,
    /// The subject, one line.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// Turns an content into words.
pub trait MailWriter: Send + Sync + 'static {
    /// Writes the letter.
    fn write(&self, content: &MailContent) -> Written;
}

/// Why there is no PDF.
#[derive(Debug)]
pub enum Unprinted {
    /// Too much is being printed already, or this takes too long.
    Busy {
        /// How long to wait.
        retry_after: Span,
    },
    /// A fault of ours.
    Fault(BoxError),
}

/// Makes PDFs, off the async threads and bounded in number, size and time.
#[async_trait]
pub trait Printer: Send + Sync + 'static {
    /// The paper as a file.
    async fn print(&self, paper: Paper) -> Result<Vec<u8>, Unprinted>;
}
