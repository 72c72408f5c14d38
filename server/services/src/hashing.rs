//! argon2id with OWASP's parameters (19 MiB, 2 passes, 1 lane), off the async threads and bounded in number.

use std::sync::{Arc, Mutex, PoisonError};

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{generate_salt, phc},
};
use domain::{
    account::{PasswordHash, check_password_length},
    error::Problem,
    limits,
    time::Span,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};

/// Hashes and checks passwords: two at a time, a short queue, the rest refused at once.
#[derive(Clone)]
pub struct Hasher {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// The memory of each hash under way, kept for the next: asked for and given back at every sign-in, 19 MiB would stay
    /// with the allocator once for every thread that ever hashed.
    memory: Arc<Mutex<Vec<Memory>>>,
}

type Memory = Vec<Block>;

/// A place in the queue; given back when dropped.
pub struct Place(#[expect(dead_code, reason = "held")] OwnedSemaphorePermit);

/// Hashes computed at once; each takes 19 MiB and a core.
const AT_ONCE: usize = 2;
/// Callers that may wait for their turn.
const QUEUE: usize = 64;
/// What a caller for whom there is no room is told.
const COME_BACK: Span = Span::seconds(1);
/// The salt of the hash that is computed only to spend the time.
const NOBODYS_SALT: &[u8; 16] = b"nobody's salt...";

impl Hasher {
    /// Ready to hash.
    #[must_use]
    pub fn new() -> Self {
        Self {
            running: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: Arc::new(Semaphore::new(AT_ONCE + QUEUE)),
            memory: Arc::default(),
        }
    }

    /// A place in the queue, to be had before anything else is done for the caller: in a flood a refusal is cheap.
    ///
    /// # Errors
    /// [`Error::TooMany`] when the queue is full.
    pub fn place(&self) -> Result<Place> {
        let place = Arc::clone(&self.waiting).try_acquire_owned();
        place.map(Place).map_err(|_| Error::TooMany { retry_after: COME_BACK })
    }

    /// Hashes a password.
    ///
    /// # Errors
    /// [`Error::TooMany`] when the queue is full.
    pub async fn hash(&self, password: &str) -> Result<PasswordHash> {
        let password = password.to_owned();
        self.in_turn(self.place()?, move |memory| {
            let (argon2, salt) = (Argon2::default(), generate_salt());
            let hash = phc::PasswordHash {
                algorithm: Algorithm::default().ident(),
                version: Some(Version::default().into()),
                params: argon2.params().try_into().map_err(fault)?,
                salt: Some(phc::Salt::new(&salt).map_err(fault)?),
                hash: Some(output(memory, &argon2, &password, &salt, Params::DEFAULT_OUTPUT_LEN)?),
            };
            Ok(PasswordHash(hash.to_string()))
        })
        .await
    }

    /// Is it the password? Without a stored hash it takes as long and says no.
    ///
    /// # Errors
    /// [`Error::TooMany`] when the queue is full.
    pub async fn verify(&self, password: &str, stored: Option<&PasswordHash>) -> Result<bool> {
        self.verify_at(self.place()?, password, stored).await
    }

    /// The same for a caller who has a place already.
    ///
    /// # Errors
    /// A fault, when the stored hash cannot be read.
    pub async fn verify_at(&self, place: Place, password: &str, stored: Option<&PasswordHash>) -> Result<bool> {
        let password = password.to_owned();
        let stored = stored.cloned();
        self.in_turn(place, move |memory| {
            let Some(stored) = stored else {
                output(memory, &Argon2::default(), &password, NOBODYS_SALT, Params::DEFAULT_OUTPUT_LEN)?;
                return Ok(false);
            };
            let stored = phc::PasswordHash::new(&stored.0).map_err(fault)?;
            let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else { return Ok(false) };
            let algorithm = Algorithm::try_from(stored.algorithm.as_str()).map_err(fault)?;
            let version = stored.version.map(Version::try_from).transpose().map_err(fault)?.unwrap_or_default();
            let argon2 = Argon2::new(algorithm, version, Params::try_from(&stored).map_err(fault)?);
            // `Output` is compared in constant time.
            Ok(output(memory, &argon2, &password, salt.as_ref(), expected.len())? == *expected)
        })
        .await
    }

    /// [`check_strength`], in turn with the hashes: guessing takes a while too.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming `password`; [`Error::TooMany`] when the queue is full.
    pub async fn check(&self, password: &str, known_words: Vec<String>) -> Result<()> {
        let password = password.to_owned();
        self.in_turn(self.place()?, move |_| {
            let words: Vec<&str> = known_words.iter().map(String::as_str).collect();
            check_strength(&password, &words).map_err(|problem| Error::field("password", problem))
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        place: Place,
        work: impl FnOnce(&mut Memory) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = Arc::clone(&self.running).acquire_owned().await.map_err(fault)?;
        let kept = Arc::clone(&self.memory);
        // The turn goes with the work: a caller who goes away does not make room before the core is free.
        let outcome = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let mut memory = kept.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
            let outcome = work(&mut memory);
            kept.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
            outcome
        })
        .await
        .map_err(fault)?;
        drop(place);
        outcome
    }
}

fn output(memory: &mut Memory, argon2: &Argon2<'_>, password: &str, salt: &[u8], length: usize) -> Result<phc::Output> {
    memory.resize(argon2.params().block_count(), Block::new());
    let mut out = vec![0; length];
    argon2.hash_password_into_with_memory(password.as_bytes(), salt, &mut out, memory).map_err(fault)?;
    phc::Output::new(&out).map_err(fault)
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new()
    }
}

/// Was it made with weaker parameters than today's (DB-02)? Then it is made again at the next sign-in.
#[must_use]
pub fn needs_rehash(stored: &PasswordHash) -> bool {
    let Ok(hash) = phc::PasswordHash::new(&stored.0) else { return true };
    let Ok(params) = Params::try_from(&hash) else { return true };
    let today = Params::default();
    hash.algorithm != argon2::ARGON2ID_IDENT
        || params.m_cost() < today.m_cost()
        || params.t_cost() < today.t_cost()
        || params.p_cost() < today.p_cost()
}

/// Is the password long enough and hard enough to guess, also for somebody who knows these words (names, addresses)?
///
/// # Errors
/// The [`Problem`] of the field `password`.
pub fn check_strength(password: &str, known_words: &[&str]) -> std::result::Result<(), Problem> {
    check_password_length(password)?;
    let score = u8::from(zxcvbn::zxcvbn(password, known_words).score());
    if score < limits::PASSWORD_SCORE { Err(Problem::PasswordTooWeak) } else { Ok(()) }
}

/// The words that somebody who knows these texts would try first: each text, and each of its words of three letters and
/// more.
#[must_use]
pub(crate) fn known_words<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut words: Vec<String> = vec!["portico".to_owned()];
    for text in texts {
        words.push(text.to_lowercase());
        words.extend(domain::text::words(text).into_iter().filter(|word| word.chars().count() >= 3));
    }
    words.sort_unstable();
    words.dedup();
    words.retain(|word| !word.is_empty());
    words
}

fn fault(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Fault(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_and_strength_are_checked() {
        assert_eq!(check_strength("short", &[]), Err(Problem::PasswordTooShort));
        assert_eq!(check_strength(&"long ".repeat(40), &[]), Err(Problem::PasswordTooLong));
        assert_eq!(check_strength("password123", &[]), Err(Problem::PasswordTooWeak));
        assert_eq!(check_strength("correct horse battery staple", &[]), Ok(()));
    }

    // Decision 16: what would pass for a stranger is refused when it is made of the person's own words.
    #[test]
    fn own_words_make_a_password_weak() {
        let password = "mavrogiannakopoulou";
        assert_eq!(check_strength(password, &[]), Ok(()));
        let words = known_words(["Eleni Mavrogiannakopoulou", "eleni@example.org"]);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        assert_eq!(check_strength(password, &words), Err(Problem::PasswordTooWeak));
    }

    #[tokio::test]
    async fn a_hash_is_of_its_password_alone() {
        let hasher = Hasher::new();
        let hash = hasher.hash("correct horse battery").await.unwrap();
        assert!(hasher.verify("correct horse battery", Some(&hash)).await.unwrap());
        assert!(!hasher.verify("correct horse batterY", Some(&hash)).await.unwrap());
        assert!(!hasher.verify("correct horse battery", None).await.unwrap());
        assert_ne!(hash.0, hasher.hash("correct horse battery").await.unwrap().0);
    }

    // The library's own way of making and checking hashes agrees with ours, whatever the memory held before.
    #[tokio::test]
    async fn hashes_are_the_librarys() {
        use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
        let hasher = Hasher::new();
        for password in ["one", "", "another, much longer than the first"] {
            let ours = hasher.hash(password).await.unwrap();
            let read = phc::PasswordHash::new(&ours.0).unwrap();
            assert!(Argon2::default().verify_password(password.as_bytes(), &read).is_ok(), "{password}");
            let theirs: phc::PasswordHash = Argon2::default().hash_password(password.as_bytes()).unwrap();
            assert!(hasher.verify(password, Some(&PasswordHash(theirs.to_string()))).await.unwrap(), "{password}");
        }
        let kept = hasher.memory.lock().unwrap().len();
        assert!((1..=AT_ONCE).contains(&kept), "{kept}");
    }

    // DB-02: argon2id, 19 MiB, 2 passes, 1 lane; weaker hashes are made again.
    #[tokio::test]
    async fn the_parameters_are_owasps() {
        let hash = Hasher::new().hash("correct horse battery").await.unwrap();
        assert!(hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.0);
        assert!(!needs_rehash(&hash));
        for weaker in [hash.0.replace("m=19456", "m=4096"), hash.0.replace("t=2", "t=1"), hash.0.replace("2id", "2i")] {
            assert!(needs_rehash(&PasswordHash(weaker.clone())), "{weaker}");
        }
        assert!(needs_rehash(&PasswordHash("not a hash".into())));
    }

    // a flood is answered at once; nobody waits behind more than the queue.
    #[tokio::test]
    async fn a_flood_is_refused_beyond_the_queue() {
        let hasher = Hasher::new();
        let tries = (0..200).map(|_| hasher.verify("x", None));
        let answers = futures::future::join_all(tries).await;
        let refused = answers.iter().filter(|answer| matches!(answer, Err(Error::TooMany { .. }))).count();
        assert_eq!(refused, 200 - AT_ONCE - QUEUE);
    }
}
