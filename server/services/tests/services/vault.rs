//! A vault in memory, and a scanner that says what it is told to.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use bytes::Bytes;
use domain::time::Time;
use futures::{StreamExt as _, stream::BoxStream};
use services::ports::{BoxError, Clock as _, Kept, Pieces, Scanner, Unscanned, Vault, VaultError, Verdict};

use crate::world::FakeClock;

/// Keeps everything in memory; can be full, and can be away.
pub struct MemoryVault {
    clock: Arc<FakeClock>,
    kept: Mutex<BTreeMap<String, (Bytes, Time)>>,
    full: AtomicBool,
    away: AtomicBool,
}

impl MemoryVault {
    pub fn new(clock: Arc<FakeClock>) -> Self {
        Self { clock, kept: Mutex::default(), full: AtomicBool::new(false), away: AtomicBool::new(false) }
    }

    pub fn fill(&self, full: bool) {
        self.full.store(full, Ordering::SeqCst);
    }

    pub fn unplug(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }

    pub fn names(&self) -> Vec<String> {
        self.kept.lock().unwrap().keys().cloned().collect()
    }

    pub fn bytes(&self, name: &str) -> Bytes {
        self.kept.lock().unwrap()[name].0.clone()
    }

    /// Somebody changes what is kept, by other means.
    pub fn put_in_place(&self, name: &str, bytes: Bytes) {
        self.kept.lock().unwrap().insert(name.to_owned(), (bytes, self.clock.now()));
    }

    fn there(&self) -> Result<(), VaultError> {
        if self.away.load(Ordering::SeqCst) { Err(VaultError::Unavailable("unplugged".into())) } else { Ok(()) }
    }
}

#[async_trait]
impl Vault for MemoryVault {
    async fn put_pieces(&self, name: &str, pieces: Pieces) -> Result<(), VaultError> {
        self.there()?;
        if self.full.load(Ordering::SeqCst) {
            return Err(VaultError::Full);
        }
        self.put_in_place(name, pieces.flatten().collect());
        Ok(())
    }

    async fn get(&self, name: &str, from: u64, most: u64) -> Result<Option<Bytes>, VaultError> {
        self.there()?;
        let kept = self.kept.lock().unwrap();
        Ok(kept.get(name).map(|(bytes, _)| {
            let from = usize::try_from(from).unwrap().min(bytes.len());
            let to = (from + usize::try_from(most).unwrap()).min(bytes.len());
            bytes.slice(from..to)
        }))
    }

    async fn remove(&self, name: &str) -> Result<(), VaultError> {
        self.there()?;
        self.kept.lock().unwrap().remove(name);
        Ok(())
    }

    async fn list(&self, after: &str, most: usize) -> Result<Vec<Kept>, VaultError> {
        self.there()?;
        let kept = self.kept.lock().unwrap();
        let behind = kept.iter().filter(|(name, _)| name.as_str() > after).take(most);
        Ok(behind.map(|(name, (_, at))| Kept { name: name.clone(), at: *at }).collect())
    }

    async fn room(&self) -> Result<Option<u64>, VaultError> {
        self.there()?;
        Ok(Some(if self.full.load(Ordering::SeqCst) { 0 } else { 1 << 40 }))
    }
}

/// What the scanner does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scans {
    /// There is none.
    Never,
    /// Finds a virus in whatever holds this word.
    Word(&'static str),
    /// Does not answer.
    Silent,
}

/// Says what it is told to.
pub struct FakeScanner(Mutex<Scans>);

impl FakeScanner {
    pub fn new() -> Self {
        Self(Mutex::new(Scans::Never))
    }

    pub fn set(&self, scans: Scans) {
        *self.0.lock().unwrap() = scans;
    }
}

#[async_trait]
impl Scanner for FakeScanner {
    fn configured(&self) -> bool {
        *self.0.lock().unwrap() != Scans::Never
    }

    async fn scan(&self, mut pieces: BoxStream<'_, Result<Bytes, BoxError>>) -> Result<Verdict, Unscanned> {
        let scans = *self.0.lock().unwrap();
        let mut whole = Vec::new();
        while let Some(piece) = pieces.next().await {
            whole.extend_from_slice(&piece.map_err(Unscanned::Unavailable)?);
        }
        match scans {
            Scans::Never => Ok(Verdict::Clean),
            Scans::Silent => Err(Unscanned::Unavailable("silent".into())),
            Scans::Word(word) if whole.windows(word.len()).any(|part| part == word.as_bytes()) => {
                Ok(Verdict::Infected { what: "Test-Virus".to_owned() })
            }
            Scans::Word(_) => Ok(Verdict::Clean),
        }
    }
}
