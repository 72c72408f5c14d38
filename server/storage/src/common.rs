//! Small things both engines share: time limits, clashes, and reading stored text back into the domain's types.

use std::time::Duration;

use services::ports::{Clash, StoreError, Stored};

/// Nobody waits longer than this for a connection, a lock or an answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// How many hints a slow listener may lag behind before it misses some.
pub(crate) const HINTS: usize = 1_024;

/// Sorts after every text there is: the end of "everything that begins with …".
pub(crate) const LAST: &str = "\u{10FFFF}";

/// The promise of uniqueness that an index keeps. Both engines' names for a broken one end up here.
pub(crate) fn clash(index: &str) -> Clash {
    match index {
        "accounts_email" => Clash::AccountEmail,
        "portal_grants_account" => Clash::GrantOfAccount,
        "templates_name" => Clash::TemplateName,
        "installation_pkey" => Clash::SetUp,
        "patients_number" => Clash::PatientNumber,
        _ => Clash::Other,
    }
}

/// A row that the domain cannot read: somebody else wrote it, or a newer program.
#[derive(Debug, thiserror::Error)]
#[error("a stored {0} cannot be read")]
struct Unreadable(&'static str);

/// Turns what the domain says about stored text into storage's error. The text itself is not told: it may be health data.
pub(crate) fn readable<T, E>(read: Result<T, E>, what: &'static str) -> Stored<T> {
    read.map_err(|_| StoreError::Fault(Box::new(Unreadable(what))))
}

/// The same for an `Option`.
pub(crate) fn known<T>(read: Option<T>, what: &'static str) -> Stored<T> {
    read.ok_or_else(|| StoreError::Fault(Box::new(Unreadable(what))))
}

/// A count or number that the domain keeps smaller than the database does.
pub(crate) fn small(number: i64, what: &'static str) -> Stored<u32> {
    readable(u32::try_from(number), what)
}

/// A unit of work went on after a statement of it had failed.
#[derive(Debug, thiserror::Error)]
#[error("an earlier statement of this unit of work failed or was given up")]
pub(crate) struct Dead;

/// Something in this crate that cannot happen did.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Bug(pub(crate) &'static str);

/// The first key of a list: every id is after it.
pub(crate) const FIRST: uuid::Uuid = uuid::Uuid::nil();

/// Before the first key of a list read backwards: every id is before it.
pub(crate) const BEYOND: uuid::Uuid = uuid::Uuid::max();
