//! The log of this whole test program, and the search for what must never stand in it (DB-06).

use std::{
    io,
    sync::{Mutex, Once},
};

use tracing_subscriber::{EnvFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _};

static KEPT: Mutex<Kept> = Mutex::new(Kept { lines: Vec::new(), secrets: Vec::new(), searched: (0, 0) });

struct Kept {
    lines: Vec<String>,
    secrets: Vec<String>,
    /// So many lines were searched for so many secrets already.
    searched: (usize, usize),
}

/// Keeps every line at debug level from now on.
pub fn start() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(|| Keep);
        tracing_subscriber::registry().with(EnvFilter::new("debug")).with(layer).init();
    });
}

struct Keep;

impl io::Write for Keep {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let event = String::from_utf8_lossy(bytes);
        // Statements are fixed texts and by far the most; a canary in one would still be a find.
        if !event.contains("sqlx::query") || event.contains("CNRY-") {
            KEPT.lock().unwrap().lines.push(event.into_owned());
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Something that must not stand in the log: a password, a token.
pub fn secret(text: &str) {
    let mut kept = KEPT.lock().unwrap();
    if text.len() >= 8 && !kept.secrets.iter().any(|have| have == text) {
        kept.secrets.push(text.to_owned());
    }
}

/// DB-06: 0 canaries, 0 tokens, 0 passwords, 0 panics.
pub fn check() {
    let mut kept = KEPT.lock().unwrap();
    let (old_lines, old_secrets) = kept.searched;
    kept.searched = (kept.lines.len(), kept.secrets.len());
    let found = kept.lines.iter().enumerate().find_map(|(n, line)| {
        let from = if n < old_lines { old_secrets } else { 0 };
        let secret = kept.secrets[from..].iter().find(|secret| line.contains(secret.as_str()));
        let telltale = ["CNRY-", " panicked"].into_iter().find(|word| line.contains(word));
        (secret.is_some() || telltale.is_some()).then(|| line.clone())
    });
    let some = kept.lines.iter().any(|line| line.contains("portico::request"));
    // Not while holding the lock: other tests want it.
    drop(kept);
    assert_eq!(found, None, "what must not stand in the log");
    assert!(some, "the log was not kept");
}

/// All lines so far, for tests that look for one.
pub fn lines() -> String {
    KEPT.lock().unwrap().lines.concat()
}
