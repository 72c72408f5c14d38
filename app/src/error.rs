//! The one error that leaves the house: a closed list without free text. What people read stands in [`crate::words`].

use domain::error::{Conflict, Invalid, Problem, Refusal};
use leptos::prelude::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;

/// Why a door did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "error", content = "detail")]
pub enum AppError {
    /// Nobody is signed in, or the session is over.
    NotSignedIn,
    /// Email and password do not belong together.
    SignInRefused,
    /// Not there, or not for this caller.
    NotFound,
    /// Known, but not allowed.
    Forbidden(Refusal),
    /// The present state does not allow it.
    Conflict(Conflict),
    /// What was typed is wrong.
    Invalid(Invalid),
    /// The password must be proved again first (AD-08).
    StepUp,
    /// Too many tries.
    TooMany {
        /// How long to wait.
        seconds: i64,
    },
    /// Cannot be answered now; later may help.
    Unavailable,
    /// The server's disk is full: nothing was saved.
    Full,
    /// A fault of ours.
    Fault {
        /// What to tell the operator; the log has the rest under it.
        reference: String,
    },
    /// The request was not of the form this door takes.
    BadRequest,
    /// The browser could not reach the server.
    Offline,
}

impl AppError {
    /// The status of the answer that carries it.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::NotSignedIn | Self::SignInRefused => 401,
            Self::NotFound => 404,
            Self::Forbidden(_) | Self::StepUp => 403,
            Self::Conflict(_) => 409,
            Self::Invalid(_) => 422,
            Self::TooMany { .. } => 429,
            Self::Unavailable | Self::Offline => 503,
            Self::Full => 507,
            Self::Fault { .. } => 500,
            Self::BadRequest => 400,
        }
    }

    /// What is wrong with this field, if the error is about fields.
    #[must_use]
    pub fn problem(&self, field: &str) -> Option<Problem> {
        match self {
            Self::Invalid(invalid) => invalid.of(field),
            _ => None,
        }
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => Self::Offline,
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Serialization(_) => {
                Self::BadRequest
            }
            // On the server: what came is not what the door takes.
            ServerFnErrorErr::Deserialization(_) if cfg!(feature = "ssr") => Self::BadRequest,
            // An answer this page cannot read comes from a newer server, or from something between.
            ServerFnErrorErr::Deserialization(_) => Self::Unavailable,
            _ => Self::Fault { reference: String::new() },
        }
    }
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&crate::words::error(self))
    }
}

impl std::error::Error for AppError {}

#[cfg(feature = "ssr")]
impl AppError {
    /// What a service's error becomes on its way out. A fault's cause goes to the log under `reference`, never further.
    #[must_use]
    pub fn from_service(error: services::Error, reference: &str) -> Self {
        use services::Error;
        match error {
            Error::NotSignedIn => Self::NotSignedIn,
            Error::SignInRefused => Self::SignInRefused,
            Error::NotFound => Self::NotFound,
            Error::Forbidden(refusal) => Self::Forbidden(refusal),
            Error::Conflict(conflict) => Self::Conflict(conflict),
            Error::Invalid(invalid) => Self::Invalid(invalid),
            Error::StepUp => Self::StepUp,
            Error::TooMany { retry_after } => Self::TooMany { seconds: (retry_after.as_millis() + 999) / 1_000 },
            Error::Unavailable(cause) => {
                tracing::warn!(reference, cause = cause.map(tracing::field::display), "unavailable");
                Self::Unavailable
            }
            Error::Full => {
                tracing::error!(reference, "the disk is full");
                Self::Full
            }
            Error::Fault(cause) => {
                tracing::error!(reference, %cause, "fault");
                Self::Fault { reference: reference.to_owned() }
            }
        }
    }
}
