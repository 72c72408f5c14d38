//! What an answer is expected to be, said in one word.

use domain::error::{Conflict, Problem, Refusal};
use services::{Error, Result};

/// As if it were not there.
#[track_caller]
pub fn not_found<T>(answer: Result<T>) {
    let failed = answer.err();
    assert!(matches!(failed, Some(Error::NotFound)), "{failed:?}");
}

/// The present state does not allow it.
#[track_caller]
pub fn conflict<T>(answer: Result<T>) -> Conflict {
    match answer.err() {
        Some(Error::Conflict(conflict)) => conflict,
        other => panic!("no conflict: {other:?}"),
    }
}

/// The caller may not.
#[track_caller]
pub fn forbidden<T>(answer: Result<T>) -> Refusal {
    match answer.err() {
        Some(Error::Forbidden(refusal)) => refusal,
        other => panic!("not forbidden: {other:?}"),
    }
}

/// What is wrong with one of the fields.
#[track_caller]
pub fn wrong<T>(answer: Result<T>, field: &str) -> Option<Problem> {
    match answer.err() {
        Some(Error::Invalid(invalid)) => invalid.of(field),
        other => panic!("not invalid: {other:?}"),
    }
}
