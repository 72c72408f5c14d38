//! argon2id with OWASP's parameters (19 MiB, 2 passes, 1 lane), off the async threads and bounded in number.

use std::sync::Arc;

use domain::{account::PasswordHash, error::Problem, limits, time::Span};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// Hashes and checks passwords: two at a time, a short queue, the rest refused at once.
#[derive(Clone)]
pub struct Hasher {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    dummy: PasswordHash,
}

/// Hashes computed at once; each takes 19 MiB and a core.
const AT_ONCE: usize = 2;
/// Callers that may wait for their turn.
const QUEUE: usize = 64;

impl Hasher {
    /// Ready to hash. Computes one hash for [`Hasher::verify`] to spend its time on when there is no account.
    #[must_use]
    pub fn new() -> Self {
        todo!()
    }

    /// Hashes a password.
    ///
    /// # Errors
    /// [`Error::TooMany`] when the queue is full.
    pub async fn hash(&self, password: &str) -> Result<PasswordHash> {
        todo!()
    }

    /// Is it the password? Without a stored hash it takes as long and says no.
    ///
    /// # Errors
    /// [`Error::TooMany`] when the queue is full.
    pub async fn verify(&self, password: &str, stored: Option<&PasswordHash>) -> Result<bool> {
        todo!()
    }
}

/// Is the password long enough and hard enough to guess, also for somebody who knows these words (names, addresses)?
///
/// # Errors
/// The [`Problem`] of the field `password`.
pub fn check_strength(password: &str, known_words: &[&str]) -> std::result::Result<(), Problem> {
    todo!()
}
