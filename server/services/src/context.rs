//! [`Services`], what outlives a request; [`Ctx`], what one request works with.

use std::sync::{Arc, Mutex};

use domain::{
    access::{Actor, EnterGroup},
    account::Door,
    limits::STEP_UP,
    time::Time,
};

use crate::{
    courtesy::Courtesy,
    error::{Error, Result},
    files::FileRoom,
    hashing::Hasher,
    ports::{Clock, MailWriter, Mailer, Printer, Purpose, Random, Safe, Scope, Store, Work},
};

/// What the whole server shares.
pub struct Services {
    /// Where things are kept.
    pub store: Arc<dyn Store>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Ids and tokens.
    pub random: Arc<dyn Random>,
    /// Seals tokens that wait in the outbox.
    pub safe: Arc<dyn Safe>,
    /// Where mail goes.
    pub mailer: Arc<dyn Mailer>,
    /// Turns contents into letters.
    pub mail_writer: Arc<dyn MailWriter>,
    /// Makes PDFs.
    pub printer: Arc<dyn Printer>,
    /// Where files are kept, and who looks for viruses.
    pub files: FileRoom,
    /// argon2id, bounded in number.
    pub hasher: Hasher,
    /// Who is being served, and when the background may go on.
    pub courtesy: Arc<Courtesy>,
    /// The public address without a slash at its end; every link in a mail starts with it (AN-13).
    pub base_url: String,
    /// What the first-run page asks for, so that a stranger cannot claim a new server. Printed in the log.
    pub set_up_code: String,
}

/// Where a request came from.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The network address.
    pub address: String,
    /// What the browser calls itself, shortened.
    pub agent: String,
}

/// What a service wants done with the caller's session cookie. The server's edge does it; nobody else knows cookies.
#[derive(Clone, PartialEq, Eq)]
pub enum SessionChange {
    /// A new session: give this token to the browser.
    Opened {
        /// The token.
        token: String,
        /// Which side.
        door: Door,
        /// What tells this browser apart at the next sign-in; the one it had, if it had one. No session: knowing it opens
        /// nothing.
        device: String,
    },
    /// The session is over: take the cookie away.
    Ended,
}

/// What one request works with.
#[derive(Clone)]
pub struct Ctx {
    /// The server.
    pub services: Arc<Services>,
    /// Where the request came from.
    pub origin: Origin,
    actor: Option<Actor>,
    device: Option<String>,
    proved_at: Option<Time>,
    session_change: Arc<Mutex<Option<SessionChange>>>,
}

impl Ctx {
    /// For the session layer, for jobs (no actor) and for tests.
    #[must_use]
    pub fn new(services: Arc<Services>, origin: Origin, actor: Option<Actor>) -> Self {
        Self { services, origin, actor, device: None, proved_at: None, session_change: Arc::default() }
    }

    /// The same, from a browser that shows this device token. Not in [`Origin`], which may be printed.
    #[must_use]
    pub fn on_device(self, token: Option<String>) -> Self {
        Self { device: token, ..self }
    }

    /// The same, in a session in which the password was last proved at this time.
    #[must_use]
    pub fn proved(self, at: Option<Time>) -> Self {
        Self { proved_at: at, ..self }
    }

    /// Was the password proved a short time ago? Asked for before what matters most: users and their access, exports,
    /// whether there is a portal at all (AD-08).
    ///
    /// # Errors
    /// [`Error::StepUp`]; nobody who is not signed in is asked.
    pub fn proved_lately(&self) -> Result<()> {
        let lately = self.proved_at.is_some_and(|at| self.now().since(at) < STEP_UP);
        if lately { Ok(()) } else { Err(Error::StepUp) }
    }

    /// The device token as the browser showed it: anything at all.
    #[must_use]
    pub fn device(&self) -> Option<&str> {
        self.device.as_deref()
    }

    /// Who is asking.
    ///
    /// # Errors
    /// [`Error::NotSignedIn`].
    pub fn actor(&self) -> Result<&Actor> {
        self.actor.as_ref().ok_or(Error::NotSignedIn)
    }

    /// Who is asking, if anybody is signed in.
    #[must_use]
    pub const fn maybe_actor(&self) -> Option<&Actor> {
        self.actor.as_ref()
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Time {
        self.services.clock.now()
    }

    /// A consistent view for reading, in the group that the caller is in.
    ///
    /// # Errors
    /// As [`Ctx::begin`].
    pub async fn read(&self) -> Result<Box<dyn Work>> {
        Ok(self.services.store.open(Purpose::Read, self.scope()?).await?)
    }

    /// For one question in the group that the caller is in.
    ///
    /// # Errors
    /// As [`Ctx::begin`].
    pub async fn look(&self) -> Result<Box<dyn Work>> {
        Ok(self.services.store.open(Purpose::Look, self.scope()?).await?)
    }

    /// A unit of work that may write, in the group that the caller is in.
    ///
    /// # Errors
    /// For who is in no group, the refusal of [`EnterGroup`]; storage's.
    pub async fn begin(&self) -> Result<Box<dyn Work>> {
        Ok(self.services.store.open(Purpose::Write, self.scope()?).await?)
    }

    fn scope(&self) -> Result<Scope> {
        Ok(Scope::Group(self.actor()?.may(EnterGroup, &())?.group()))
    }

    /// Says what shall become of the session cookie; the last word counts.
    pub fn change_session(&self, change: SessionChange) {
        // A poisoned lock only means that another thread panicked while holding it; the value is whole.
        *self.session_change.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(change);
    }

    /// What shall become of the session cookie, for the server's edge.
    #[must_use]
    pub fn take_session_change(&self) -> Option<SessionChange> {
        self.session_change.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take()
    }
}
