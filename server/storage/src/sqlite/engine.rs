//! SQLite: connecting, reading and writing, and what its errors mean.
//!
//! Differences from PostgreSQL that are told here and nowhere else:
//! - one connection writes (`line.rs`), the others have `query_only` and read a snapshot each;
//! - a broken promise of uniqueness names columns, not its index: [`index`] translates;
//! - hints stay in the process, since one process serves;
//! - no time limits on statements: nothing waits for a network, and the wait for the lock is limited in `line.rs`.

use std::{fs::File, future::Future, path::Path, sync::Mutex, time::Duration};

use async_trait::async_trait;
use domain::audit::Entry;
use services::ports::{Hint, Purpose, Scope, Store, StoreError, Stored, Work};
use sqlx::{
    ConnectOptions as _, Sqlite, SqliteConnection, SqlitePool, Transaction,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::{
    sync::broadcast,
    time::{Instant, sleep, timeout},
};

use super::line::{Unit, Writer};
use crate::{
    OpenError,
    common::{Dead, HINTS, PATIENCE, clash},
};

/// The first SQLite without the WAL-reset race (<https://sqlite.org/wal.html#walresetbug>).
const OLDEST: (u32, u32, u32) = (3, 51, 3);

/// Connections that read.
const READERS: u32 = 8;

/// A practice on SQLite.
pub(crate) struct SqliteStore {
    readers: SqlitePool,
    pub(super) writer: Writer,
    hints: broadcast::Sender<Hint>,
    /// Held shared as long as anybody can write here, see `files.rs`.
    lock: Mutex<Option<File>>,
}

/// Full: what is acknowledged survives a power cut.
fn synchronous() -> SqliteSynchronous {
    // The control run of the power-cut test, which must lose something. No program that people run knows this.
    #[cfg(feature = "testing")]
    if std::env::var_os("TEST_SQLITE_SYNCHRONOUS_NORMAL").is_some() {
        return SqliteSynchronous::Normal;
    }
    SqliteSynchronous::Full
}

/// How every connection is set up. Durable before fast: a commit is on the disk when it returns.
pub(super) fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous())
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        // What is deleted is overwritten, also in free pages (DB-08).
        .pragma("secure_delete", "ON")
        // REPLACE then asks the delete triggers too.
        .pragma("recursive_triggers", "ON")
        .pragma("trusted_schema", "OFF")
        // Sorting never spills health data into a temporary file (DB-09).
        .pragma("temp_store", "MEMORY")
        .pragma("journal_size_limit", "67108864")
        // Pages that a connection keeps, in KiB: enough for what a search looks up among 100,000 patients.
        .pragma("cache_size", "-16000")
        .statement_cache_capacity(256)
}

impl SqliteStore {
    /// Connects to a file that is there, on which `lock` is held.
    pub(super) async fn connect(path: &Path, lock: File) -> Result<Self, OpenError> {
        let options = options(path);
        let mut writer = first_connection(path, &options).await?;
        check_version(&mut writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .connect_lazy_with(options.clone().pragma("query_only", "ON"));
        let hints = broadcast::Sender::new(HINTS);
        let writer = Writer::new(options, writer, hints.clone());
        Ok(Self { readers, writer, hints, lock: Mutex::new(Some(lock)) })
    }

    /// A unit of work with all that this crate can do with it.
    #[cfg(test)]
    pub(super) async fn unit_for_tests(&self) -> Stored<Box<SqlWork>> {
        Ok(Box::new(SqlWork::new(Way::Unit(self.writer.unit().await?))))
    }

    /// Commits what is pending and closes every connection.
    pub(super) async fn close(&self) {
        // A view that somebody forgot must not keep the program from ending.
        let _ = timeout(PATIENCE, self.readers.close()).await;
        self.writer.close().await;
        let lock = self.lock.lock().map(|mut lock| lock.take());
        drop(lock);
    }
}

/// Connects. Of several programs that open a new file at once one makes it a write-ahead log, and SQLite tells the others
/// at once that it is busy, whatever they are willing to wait: they try again.
async fn first_connection(path: &Path, options: &SqliteConnectOptions) -> Result<SqliteConnection, OpenError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match options.clone().connect().await.map_err(|error| open_error(path, error)) {
            Err(OpenError::Locked) if Instant::now() < deadline => sleep(Duration::from_millis(20)).await,
            outcome => return outcome,
        }
    }
}

async fn check_version(connection: &mut SqliteConnection) -> Result<(), OpenError> {
    let (found,): (String,) =
        sqlx::query_as("SELECT sqlite_version()").fetch_one(connection).await.map_err(OpenError::other)?;
    let mut parts = found.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let version = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if version >= OLDEST { Ok(()) } else { Err(OpenError::OldEngine { engine: "SQLite", found, needed: "3.51.3" }) }
}

#[async_trait]
impl Store for SqliteStore {
    // No second lock here: SQLite knows no row-level security.
    async fn open(&self, purpose: Purpose, _scope: Scope) -> Stored<Box<dyn Work>> {
        let way = match purpose {
            Purpose::Read => Way::View(self.readers.begin().await.map_err(stored)?),
            Purpose::Look => Way::Look(self.readers.acquire().await.map_err(stored)?),
            Purpose::Write => Way::Unit(self.writer.unit().await?),
        };
        Ok(Box::new(SqlWork::new(way)))
    }

    fn hints(&self) -> broadcast::Receiver<Hint> {
        self.hints.subscribe()
    }

    async fn ping(&self) -> Stored<()> {
        sqlx::query("SELECT 1").execute(&self.readers).await.map(|_| ()).map_err(stored)
    }
}

/// A unit of work on SQLite.
pub(crate) struct SqlWork {
    way: Way,
    hints: Vec<Hint>,
    /// Entries of the trail that belong to no group; written last.
    pub(super) entries: Vec<Entry>,
    /// A statement is at work, or was given up half-way.
    at_work: bool,
    /// A statement failed.
    failed: bool,
}

enum Way {
    /// One question: each statement sees what is there when it runs.
    Look(PoolConnection<Sqlite>),
    /// A snapshot; undone when dropped.
    View(Transaction<'static, Sqlite>),
    Unit(Unit),
}

impl SqlWork {
    fn new(way: Way) -> Self {
        Self { way, hints: Vec::new(), entries: Vec::new(), at_work: false, failed: false }
    }

    fn alive(&self) -> Stored<()> {
        if self.at_work || self.failed { Err(StoreError::Fault(Box::new(Dead))) } else { Ok(()) }
    }

    /// The connection, for the next statement.
    pub(super) fn connection(&mut self) -> Stored<&mut SqliteConnection> {
        self.alive()?;
        self.at_work = true;
        match &mut self.way {
            Way::Look(connection) => Ok(&mut *connection),
            Way::View(view) => Ok(&mut *view),
            Way::Unit(unit) => unit.connection(),
        }
    }

    /// The answer to the statement that was at work.
    pub(super) fn heard<T>(&mut self, answer: Result<T, sqlx::Error>) -> Stored<T> {
        self.at_work = false;
        answer.map_err(|error| {
            self.failed = true;
            if let Way::Unit(unit) = &mut self.way
                && ends_transaction(&error)
            {
                unit.broken();
            }
            stored(error)
        })
    }
}

#[async_trait]
impl Work for SqlWork {
    fn hint(&mut self, hint: Hint) {
        if !self.hints.contains(&hint) {
            self.hints.push(hint);
        }
    }

    async fn save(mut self: Box<Self>) -> Stored<()> {
        self.alive()?;
        self.append_entries().await?;
        let Self { way, hints, .. } = *self;
        match way {
            Way::Look(_) | Way::View(_) => Ok(()),
            Way::Unit(unit) => unit.save(hints).await,
        }
    }
}

/// Waits for an answer. Nothing here can hang: see the top of the file.
pub(super) async fn within<T>(answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    answer.await
}

/// SQLite's result code without its details; none when the error is not SQLite's.
fn code(error: &sqlx::Error) -> Option<u32> {
    let extended: u32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(extended & 0xff)
}

const BUSY: u32 = 5;
const LOCKED: u32 = 6;
const CORRUPT: u32 = 11;
const FULL: u32 = 13;
const CANTOPEN: u32 = 14;
const CONSTRAINT: u32 = 19;
const NOTADB: u32 = 26;

/// May this error have rolled the whole transaction back (<https://sqlite.org/lang_transaction.html>)? Everything may
/// but plain errors in a statement and broken promises.
fn ends_transaction(error: &sqlx::Error) -> bool {
    const ERROR: u32 = 1;
    const TOO_BIG: u32 = 18;
    const MISMATCH: u32 = 20;
    match error {
        sqlx::Error::Database(_) => !matches!(code(error), Some(ERROR | TOO_BIG | MISMATCH | CONSTRAINT)),
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::RowNotFound => false,
        _ => true,
    }
}

/// The index whose promise would have been broken, from `UNIQUE constraint failed: accounts.email_folded`; one over what is
/// reckoned is named itself.
fn index(message: &str) -> &'static str {
    match message.rsplit(": ").next().unwrap_or_default() {
        "accounts.email_folded" => "accounts_email",
        "portal_grants.group_id, portal_grants.patient_id, portal_grants.account_id" => "portal_grants_account",
        "templates.group_id, templates.name_folded" => "templates_name",
        "note_templates.group_id, note_templates.name_folded" => "note_templates_name",
        "saved_reports.group_id, saved_reports.user_id, saved_reports.name_folded" => "saved_reports_name",
        "forms.group_id, forms.title_folded" => "forms_title",
        "index 'profile_updates_waiting'" => "profile_updates_waiting",
        "installation.id" => "installation_pkey",
        "patients.group_id, patients.number" => "patients_number",
        "users.group_id, users.account_id" => "users_account",
        _ => "",
    }
}

/// What an error of SQLite's means to the services.
pub(super) fn stored(error: sqlx::Error) -> StoreError {
    if let Some(database) = error.as_database_error()
        && database.is_unique_violation()
    {
        return StoreError::Clash(clash(index(database.message())));
    }
    match (&error, code(&error)) {
        (_, Some(FULL)) => StoreError::Full,
        (_, Some(BUSY | LOCKED | CANTOPEN))
        | (sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed, _) => {
            StoreError::Unavailable(Some(Box::new(error)))
        }
        _ => StoreError::Fault(Box::new(error)),
    }
}

/// What an error of SQLite's means to the person who runs the server.
pub(super) fn open_error(path: &Path, error: sqlx::Error) -> OpenError {
    match code(&error) {
        Some(NOTADB | CORRUPT) => OpenError::NotADatabase(path.to_path_buf()),
        Some(BUSY | LOCKED) => OpenError::Locked,
        Some(FULL) => OpenError::Full,
        _ => OpenError::other(error),
    }
}

#[cfg(test)]
mod tests {
    use sqlx::query_as;

    use super::*;
    use crate::sqlite::disk::Files;

    /// What the app's own connections say, not what was asked of them.
    #[tokio::test]
    async fn the_pragmas_are_set_on_every_connection() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(&folder.path().join("portico.db"), true).await.unwrap();
        let store = files.store();
        let mut reader = store.readers.acquire().await.unwrap();
        let mut line = store.writer.alone().await.unwrap();
        let writer = line.connection().await.unwrap();
        for (connection, query_only) in [(&mut *reader, 1), (writer, 0)] {
            let (mode,): (String,) = query_as("PRAGMA journal_mode").fetch_one(&mut *connection).await.unwrap();
            assert_eq!(mode, "wal");
            for (pragma, expected) in [
                ("PRAGMA synchronous", 2),
                ("PRAGMA foreign_keys", 1),
                ("PRAGMA busy_timeout", 5_000),
                ("PRAGMA secure_delete", 1),
                ("PRAGMA recursive_triggers", 1),
                ("PRAGMA trusted_schema", 0),
                ("PRAGMA temp_store", 2),
                ("PRAGMA cache_size", -16_000),
                ("PRAGMA query_only", query_only),
            ] {
                let (set,): (i64,) = query_as(pragma).fetch_one(&mut *connection).await.unwrap();
                assert_eq!(set, expected, "{pragma}");
            }
        }
    }

    // F7: the SQLite in this program is not one with the WAL-reset race.
    #[tokio::test]
    async fn the_sqlite_inside_is_new_enough() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = options(&folder.path().join("x.db")).create_if_missing(true).connect().await.unwrap();
        check_version(&mut connection).await.unwrap();
    }

    #[test]
    fn a_broken_promise_is_known_by_its_columns() {
        assert_eq!(index("UNIQUE constraint failed: accounts.email_folded"), "accounts_email");
        assert_eq!(index("UNIQUE constraint failed: something.else"), "");
    }
}
