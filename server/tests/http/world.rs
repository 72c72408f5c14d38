//! A clock that tests move, a mailer that keeps what it is given, and a scanner that says what it is told to.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use domain::{
    mail::Failure,
    time::{Span, Time},
};
use futures::{StreamExt as _, stream::BoxStream};
use services::ports::{BoxError, Clock, Letter, Mailer, Scanner, Unscanned, Verdict};

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

/// What the scanner does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scans {
    /// There is none.
    #[default]
    Never,
    /// Finds a virus in whatever holds this word.
    Word(&'static str),
    /// Does not answer.
    Silent,
}

/// Says what it is told to.
#[derive(Default)]
pub struct TestScanner(Mutex<Scans>);

impl TestScanner {
    pub fn set(&self, scans: Scans) {
        *self.0.lock().unwrap() = scans;
    }
}

#[async_trait]
impl Scanner for TestScanner {
    fn configured(&self) -> bool {
        *self.0.lock().unwrap() != Scans::Never
    }

    async fn scan(&self, pieces: BoxStream<'_, Result<Bytes, BoxError>>) -> Result<Verdict, Unscanned> {
        let scans = *self.0.lock().unwrap();
        let pieces: Vec<Bytes> = pieces.map(Result::unwrap).collect().await;
        let whole = pieces.concat();
        match scans {
            Scans::Silent => Err(Unscanned::Unavailable("silent".into())),
            Scans::Word(word) if whole.windows(word.len()).any(|part| part == word.as_bytes()) => {
                Ok(Verdict::Infected { what: "Test-Virus".to_owned() })
            }
            Scans::Never | Scans::Word(_) => Ok(Verdict::Clean),
        }
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
