//! A clock that tests move, and a mailer that keeps what it is given.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use domain::{
    mail::Failure,
    time::{Span, Time},
};
use services::ports::{Clock, Letter, Mailer};

/// Stands still until it is moved.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn new() -> Self {
        Self(AtomicI64::new(1_790_000_000_000))
    }

    pub fn advance(&self, span: Span) {
        self.0.fetch_add(span.as_millis(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Time {
        // A millisecond for each look, so that what happens later is later.
        Time::from_millis(self.0.fetch_add(1, Ordering::SeqCst))
    }
}

/// Keeps every letter.
#[derive(Default)]
pub struct TestMailer(Mutex<Vec<Letter>>);

#[async_trait]
impl Mailer for TestMailer {
    async fn send(&self, letter: &Letter) -> Result<(), Failure> {
        self.0.lock().unwrap().push(letter.clone());
        Ok(())
    }
}

impl TestMailer {
    pub fn all(&self) -> Vec<Letter> {
        self.0.lock().unwrap().clone()
    }

    /// All to this address; without notices about new devices, which come whenever somebody signs in.
    pub fn to(&self, address: &str) -> Vec<Letter> {
        let wanted = |letter: &Letter| letter.to.as_str() == address && !letter.subject.contains("new device");
        self.all().into_iter().filter(wanted).collect()
    }

    /// The `n`-th letter to this address, from 1; waits for it.
    pub async fn wait(&self, address: &str, n: usize) -> Letter {
        for _ in 0..500 {
            if let Some(letter) = self.to(address).get(n - 1) {
                return letter.clone();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no letter {n} to {address}");
    }

    /// The latest letter to this address that holds this word; waits for one.
    pub async fn wait_for(&self, address: &str, word: &str) -> Letter {
        for _ in 0..500 {
            if let Some(letter) = self.to(address).iter().rfind(|letter| letter.text.contains(word)) {
                return letter.clone();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no letter with {word} to {address}");
    }
}

/// The token at the end of the link in a letter.
pub fn token(letter: &Letter) -> String {
    let link =
        letter.text.split_whitespace().find(|word| word.contains("/invitation/") || word.contains("/new-password/"));
    let token = link.and_then(|link| link.rsplit('/').next()).unwrap_or_else(|| panic!("no link in: {}", letter.text));
    crate::log::secret(token);
    token.to_owned()
}
