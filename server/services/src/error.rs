//! The one error of this crate. Storage's errors become one of these; the doors turn it into an answer
//! (`app/src/error.rs`), which carries no free text.

use domain::{
    access::Denied,
    error::{Conflict, Invalid, Problem, Refusal},
    time::Span,
};

use crate::ports::{BoxError, StoreError};

/// What a service answers.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a service did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in (401).
    #[error("nobody is signed in")]
    NotSignedIn,
    /// Email and password do not belong together (401). The same for every reason.
    #[error("sign-in refused")]
    SignInRefused,
    /// Not there, or not for this caller (404).
    #[error("not found")]
    NotFound,
    /// Known, but not allowed (403).
    #[error("forbidden: {0:?}")]
    Forbidden(Refusal),
    /// Allowed, but the password must be proved again first: too long ago for what matters most (403, AD-08).
    #[error("the password must be proved again")]
    StepUp,
    /// The present state does not allow it (409).
    #[error("conflict: {0:?}")]
    Conflict(Conflict),
    /// What was typed is wrong (422).
    #[error("invalid")]
    Invalid(Invalid),
    /// Too many tries (429).
    #[error("too many tries")]
    TooMany {
        /// How long to wait.
        retry_after: Span,
    },
    /// The database does not answer, or too much is going on (503).
    #[error("unavailable")]
    Unavailable(#[source] Option<BoxError>),
    /// The disk is full (507).
    #[error("the disk is full")]
    Full,
    /// A fault of ours (500).
    #[error("fault")]
    Fault(#[source] BoxError),
}

impl Error {
    /// One field at fault.
    #[must_use]
    pub fn field(field: &str, problem: Problem) -> Self {
        Self::Invalid(Invalid::field(field, problem))
    }

    /// A fault of ours, in words for the log.
    #[must_use]
    pub fn fault(what: &'static str) -> Self {
        Self::Fault(what.into())
    }
}

impl From<Denied> for Error {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NotFound => Self::NotFound,
            Denied::Forbidden(refusal) => Self::Forbidden(refusal),
        }
    }
}

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}

impl From<Conflict> for Error {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(conflict)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(cause) => Self::Unavailable(cause),
            StoreError::Full => Self::Full,
            // A clash that the caller did not expect is a fault.
            StoreError::Clash(_) => Self::Fault(Box::new(error)),
            StoreError::Fault(cause) => Self::Fault(cause),
        }
    }
}
