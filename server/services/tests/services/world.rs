//! The outside world, faked: a clock that is set, random that is counted, a mailer that remembers and can fail, a safe.

use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use docgen::Paper;
use domain::{
    mail::Failure,
    time::{Span, Time},
};
use services::ports::{
    Clock, Key, Letter, MailContent, MailWriter, Mailer, Printer, Random, Safe, SealedBy, Unprinted, Written,
};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// A clock that stands until it is moved.
pub struct FakeClock(AtomicI64);

impl FakeClock {
    pub fn new() -> Self {
        // 2026-11-22T22:00:00Z
        Self(AtomicI64::new(1_795_384_800_000))
    }

    pub fn pass(&self, span: Span) {
        self.0.fetch_add(span.as_millis(), Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Time {
        Time::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Numbers in order, hashed; remembers every secret it gave, so that a test can look for them.
pub struct FakeChance {
    count: AtomicU64,
    secrets: Mutex<Vec<[u8; 32]>>,
}

impl FakeChance {
    pub fn new() -> Self {
        Self { count: AtomicU64::new(1), secrets: Mutex::default() }
    }

    fn next(&self) -> u64 {
        self.count.fetch_add(1, Ordering::SeqCst)
    }

    pub fn secrets(&self) -> Vec<[u8; 32]> {
        self.secrets.lock().unwrap().clone()
    }
}

impl Random for FakeChance {
    fn secret(&self) -> [u8; 32] {
        let secret: [u8; 32] = Sha256::digest(format!("secret {}", self.next())).into();
        self.secrets.lock().unwrap().push(secret);
        secret
    }

    fn id(&self) -> Uuid {
        // Looks like UUIDv7 and sorts by the order made.
        let n = u128::from(self.next());
        Uuid::from_u128((0x0190_0000_0000 << 80) | (0x7 << 76) | (0b10 << 62) | (n & 0x3fff_ffff_ffff_ffff))
    }
}

/// Seals with a key that can be lost.
pub struct FakeSafe(Mutex<String>);

impl FakeSafe {
    pub fn new() -> Self {
        Self(Mutex::new("key one".to_owned()))
    }

    pub fn lose_key(&self) {
        *self.0.lock().unwrap() = "key two".to_owned();
    }

    fn stream(&self, bound_to: &str, length: usize) -> Vec<u8> {
        let key = self.0.lock().unwrap().clone();
        let key = Sha256::digest(format!("{key}|{bound_to}"));
        let mut stream = Vec::with_capacity(length + 32);
        for block in 0_u64.. {
            if stream.len() >= length {
                break;
            }
            stream.extend_from_slice(&Sha256::new().chain_update(key).chain_update(block.to_le_bytes()).finalize());
        }
        stream.truncate(length);
        stream
    }

    fn tag(&self, bound_to: &str, secret: &[u8]) -> [u8; 32] {
        let key = self.0.lock().unwrap().clone();
        Sha256::new().chain_update(format!("{key}|{bound_to}|tag|")).chain_update(secret).finalize().into()
    }
}

impl Safe for FakeSafe {
    fn seal(&self, secret: &[u8], bound_to: &str) -> Vec<u8> {
        let stream = self.stream(bound_to, secret.len());
        self.tag(bound_to, secret).into_iter().chain(secret.iter().zip(stream).map(|(a, b)| a ^ b)).collect()
    }

    fn open(&self, sealed: &[u8], bound_to: &str) -> Option<Vec<u8>> {
        let (found, body) = sealed.split_at_checked(32)?;
        let stream = self.stream(bound_to, body.len());
        let secret: Vec<u8> = body.iter().zip(stream).map(|(a, b)| a ^ b).collect();
        (found == self.tag(bound_to, &secret)).then_some(secret)
    }

    fn seal_by(&self, key: &Key, secret: &[u8], bound_to: &str) -> Vec<u8> {
        // As long as the real one's: the version, the nonce, the tag.
        let other = Self(Mutex::new(format!("{:?}", key.0)));
        let mut sealed = other.seal(secret, bound_to);
        sealed.extend_from_slice(&[0; 9]);
        sealed
    }

    fn open_by(&self, key: &Key, sealed: &[u8], bound_to: &str) -> Option<Vec<u8>> {
        let other = Self(Mutex::new(format!("{:?}", key.0)));
        other.open(sealed.strip_suffix(&[0; 9])?, bound_to)
    }

    fn sealed_by(&self, _: &[u8]) -> SealedBy {
        SealedBy::Current
    }
}

/// What the mail server does with the next letters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Smtp {
    /// Takes them.
    Works,
    /// Says no.
    Fails(Failure),
    /// Takes the letter and then the connection drops: it was delivered, but nobody knows.
    DropsAfterData,
    /// Never answers.
    Hangs,
}

/// Remembers every letter that a person got.
pub struct FakeMailer {
    smtp: Mutex<Smtp>,
    exceptions: Mutex<HashMap<String, Smtp>>,
    got: Mutex<Vec<Letter>>,
    tries: AtomicU64,
    unconfigured: AtomicBool,
}

impl FakeMailer {
    pub fn new() -> Self {
        Self {
            smtp: Mutex::new(Smtp::Works),
            exceptions: Mutex::default(),
            got: Mutex::default(),
            tries: AtomicU64::new(0),
            unconfigured: AtomicBool::new(false),
        }
    }

    /// Is there a mail server in the configuration?
    pub fn set_configured(&self, configured: bool) {
        self.unconfigured.store(!configured, Ordering::SeqCst);
    }

    pub fn set(&self, smtp: Smtp) {
        *self.smtp.lock().unwrap() = smtp;
    }

    /// For one address only.
    pub fn set_for(&self, address: &str, smtp: Smtp) {
        self.exceptions.lock().unwrap().insert(address.to_owned(), smtp);
    }

    pub fn tries(&self) -> u64 {
        self.tries.load(Ordering::SeqCst)
    }

    pub fn all(&self) -> Vec<Letter> {
        self.got.lock().unwrap().clone()
    }

    /// What this address got, in order.
    pub fn to(&self, address: &str) -> Vec<Letter> {
        self.all().into_iter().filter(|letter| letter.to.as_str() == address).collect()
    }
}

#[async_trait]
impl Mailer for FakeMailer {
    fn configured(&self) -> bool {
        !self.unconfigured.load(Ordering::SeqCst)
    }

    async fn send(&self, letter: &Letter) -> Result<(), Failure> {
        self.tries.fetch_add(1, Ordering::SeqCst);
        let exception = self.exceptions.lock().unwrap().get(letter.to.as_str()).copied();
        let smtp = exception.unwrap_or(*self.smtp.lock().unwrap());
        match smtp {
            Smtp::Works => {}
            Smtp::Fails(failure) => return Err(failure),
            Smtp::DropsAfterData => {
                self.got.lock().unwrap().push(letter.clone());
                return Err(Failure::Unreachable);
            }
            Smtp::Hangs => std::future::pending().await,
        }
        self.got.lock().unwrap().push(letter.clone());
        Ok(())
    }
}

/// Prints the paper's data as it is.
pub struct FakePrinter;

#[async_trait]
impl Printer for FakePrinter {
    async fn print(&self, paper: Paper) -> Result<Vec<u8>, Unprinted> {
        serde_json::to_vec(&paper).map_err(|error| Unprinted::Fault(Box::new(error)))
    }
}

/// Writes plainly what the content says.
pub struct FakeStationery;

impl MailWriter for FakeStationery {
    fn write(&self, content: &MailContent) -> Written {
        let (from_name, subject, text) = match content {
            MailContent::Invitation { practice, phone, inviter, message, link, hours, has_password } => (
                practice.clone(),
                "invitation".to_owned(),
                format!("{message}\n{inviter} {phone} hours={hours} has_password={has_password}\n{link}\n"),
            ),
            MailContent::Reminder { practice, phone, inviter, link, hours, has_password } => (
                practice.clone(),
                "reminder".to_owned(),
                format!("{inviter} {phone} hours={hours} has_password={has_password}\n{link}\n"),
            ),
            MailContent::FormsAsked { practice, phone, link } => {
                (practice.clone(), "forms asked".to_owned(), format!("{phone}\n{link}\n"))
            }
            MailContent::RecordShared { practice, phone, link } => {
                (practice.clone(), "record shared".to_owned(), format!("{phone}\n{link}\n"))
            }
            MailContent::MessagesWait { practice, phone, link } => {
                (practice.clone(), "messages wait".to_owned(), format!("{phone}\n{link}\n"))
            }
            MailContent::UpdatesDecided { practice, phone, link } => {
                (practice.clone(), "updates decided".to_owned(), format!("{phone}\n{link}\n"))
            }
            MailContent::AgeNotice { practice, phone, link, change } => {
                (practice.clone(), "age notice".to_owned(), format!("{change:?} {phone}\n{link}\n"))
            }
            MailContent::PasswordLink { link, minutes } => {
                ("Portico".to_owned(), "password link".to_owned(), format!("minutes={minutes}\n{link}\n"))
            }
            MailContent::PasswordChanged { link } => {
                ("Portico".to_owned(), "password changed".to_owned(), format!("{link}\n"))
            }
            MailContent::AccountExists { link } => {
                ("Portico".to_owned(), "account exists".to_owned(), format!("{link}\n"))
            }
            MailContent::NewDevice { link } => ("Portico".to_owned(), "new device".to_owned(), format!("{link}\n")),
            MailContent::Welcome { practice, name, email, link } => {
                (practice.clone(), "welcome".to_owned(), format!("{name} {email}\n{link}\n"))
            }
            MailContent::JoinGroup { practice, link } => {
                (practice.clone(), "join group".to_owned(), format!("{link}\n"))
            }
            MailContent::Tip { practice, number, practises, link, stop } => {
                (practice.clone(), format!("tip {number}"), format!("practises={practises} stop={stop}\n{link}\n"))
            }
        };
        Written { from_name, subject, html: format!("<p>{text}</p>"), text }
    }
}
