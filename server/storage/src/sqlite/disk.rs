//! The database as files: making them, migrating, backing up, restoring.
//!
//! Beside `portico.db` lies `portico.db-lock`. Every process that has the database open holds it shared; a restore wants
//! it alone. Files are for their owner only (0600, folders 0700): they hold health data.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use services::ports::StoreError;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, migrate::Migrator};

use super::{
    engine::{SqliteStore, open_error, options},
    schema,
};
use crate::{Migrated, OpenError, SchemaState};

static MIGRATOR: Migrator = sqlx::migrate!("migrations/sqlite");

/// An open database.
pub(crate) struct Files {
    path: PathBuf,
    store: Arc<SqliteStore>,
}

impl Files {
    /// Opens the database; makes its file and folder if it may.
    pub(crate) async fn open(path: &Path, create: bool) -> Result<Self, OpenError> {
        if !create && !path.exists() {
            return Err(OpenError::Missing(path.to_path_buf()));
        }
        if create {
            make_folder(path)?;
        }
        let lock = lock_file(path)?;
        match lock.try_lock_shared() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(OpenError::InUse(path.to_path_buf())),
            Err(TryLockError::Error(source)) => return Err(file_error(path)(source)),
        }
        if create {
            match private().write(true).create_new(true).open(path) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(source) => return Err(OpenError::Folder { path: path.to_path_buf(), source }),
            }
        }
        // Says why, if it is not a file one may write.
        OpenOptions::new().read(true).write(true).open(path).map_err(file_error(path))?;
        let store = Arc::new(SqliteStore::connect(path, lock).await?);
        Ok(Self { path: path.to_path_buf(), store })
    }

    pub(crate) fn store(&self) -> Arc<SqliteStore> {
        Arc::clone(&self.store)
    }

    pub(crate) async fn schema(&self) -> Result<SchemaState, OpenError> {
        let mut line = self.store.writer.alone().await.map_err(OpenError::other)?;
        let connection = line.connection().await.map_err(locked)?;
        state(&self.path, connection).await
    }

    /// All that is pending in one transaction: a migration that is cut off leaves no trace.
    pub(crate) async fn migrate(&self) -> Result<Migrated, OpenError> {
        let mut line = self.store.writer.alone().await.map_err(OpenError::other)?;
        let connection = line.connection().await.map_err(locked)?;
        let at_work = |error| open_error(&self.path, error);
        // Two processes that start at once: the second one waits here, and then finds nothing left to do.
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(at_work)?;
        let applied = match state(&self.path, &mut transaction).await? {
            SchemaState::Newer => return Err(OpenError::NewerSchema),
            SchemaState::Empty => MIGRATOR.iter().count(),
            SchemaState::Behind(missing) => missing,
            SchemaState::UpToDate => 0,
        };
        // `run` wants an `Acquire` of every lifetime; this is what it calls.
        MIGRATOR.run_direct(None, &mut *transaction, false).await?;
        transaction.commit().await.map_err(at_work)?;
        Ok(Migrated { applied })
    }

    /// A consistent copy, while others go on writing. It holds everything acknowledged before this call.
    pub(crate) async fn backup(&self, to: &Path) -> Result<(), OpenError> {
        if to.exists() {
            return Err(OpenError::TargetExists(to.to_path_buf()));
        }
        let copy = beside(to, "part");
        // VACUUM INTO fills an empty file: so it is private from the beginning.
        private().write(true).create_new(true).open(&copy).map_err(file_error(&copy))?;
        let done = async {
            let _steady = Steady::start(&copy);
            let mut reader = options(&self.path).connect().await.map_err(|error| open_error(&self.path, error))?;
            leave_room(&mut reader).await.map_err(|error| open_error(&self.path, error))?;
            sqlx::query("VACUUM INTO $1")
                .bind(copy.to_string_lossy().into_owned())
                .execute(&mut reader)
                .await
                .map_err(|error| open_error(&self.path, error))?;
            let _ = reader.close().await;
            put_in_place(&copy, to)
        };
        let done = done.await;
        if done.is_err() {
            let _ = fs::remove_file(&copy);
        }
        done
    }

    pub(crate) async fn close(self) {
        self.store.close().await;
    }
}

/// Hands a growing file to the disk a little at a time. All at once at its end it would hold up, for as long as that takes,
/// whoever waits for a commit on the same disk.
struct Steady(Arc<AtomicBool>);

impl Steady {
    /// Between two flushes.
    const PAUSE: Duration = Duration::from_millis(25);

    fn start(path: &Path) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        // Nothing depends on it: the flush that counts is the one in `put_in_place`.
        if let Ok(file) = File::open(path) {
            let over = Arc::clone(&over);
            std::thread::spawn(move || {
                while !over.load(Ordering::Relaxed) && file.sync_data().is_ok() {
                    std::thread::sleep(Self::PAUSE);
                }
            });
        }
        Self(over)
    }
}

impl Drop for Steady {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Makes a long statement rest twice as long as it worked: others get at the disk and the processor meanwhile.
#[expect(clippy::disallowed_methods, reason = "how long it worked, not what time it is")]
async fn leave_room(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    /// Steps of SQLite's machine between two looks at the clock; a row that is copied takes about four.
    const STEPS: i32 = 8;
    const WORK: Duration = Duration::from_millis(5);

    let mut since = Instant::now();
    connection.lock_handle().await?.set_progress_handler(STEPS, move || {
        let worked = since.elapsed();
        if worked >= WORK {
            std::thread::sleep(2 * worked);
            since = Instant::now();
        }
        true
    });
    Ok(())
}

/// Puts a backup where there is no database yet, or an empty one.
pub(crate) async fn restore(from: &Path, path: &Path) -> Result<(), OpenError> {
    let bad = |detail: &str| OpenError::BadBackup { path: from.to_path_buf(), detail: detail.to_owned() };
    if !from.is_file() {
        return Err(bad("there is no such file"));
    }
    make_folder(path)?;
    let lock = lock_file(path)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(OpenError::InUse(path.to_path_buf())),
        Err(TryLockError::Error(source)) => return Err(file_error(path)(source)),
    }
    if path.exists() && has_data(path).await? {
        return Err(OpenError::NotEmpty(path.display().to_string()));
    }
    let copy = beside(path, "restore");
    let done = async {
        private().write(true).create_new(true).open(&copy).map_err(file_error(&copy))?;
        fs::copy(from, &copy).map_err(file_error(&copy))?;
        private_mode(&copy)?;
        check(&copy).await.map_err(|error| match error {
            OpenError::NewerSchema => OpenError::NewerSchema,
            OpenError::NotADatabase(_) => bad("it is not a SQLite database, or it is damaged"),
            other => bad(&other.to_string()),
        })?;
        // The empty database's own log must not be played into the restored one.
        for rest in ["-wal", "-shm"] {
            remove_if_there(&with_ending(path, rest))?;
        }
        File::open(&copy).and_then(|file| file.sync_all()).map_err(file_error(&copy))?;
        fs::rename(&copy, path).map_err(file_error(path))?;
        sync_folder(path)
    };
    let done = done.await;
    if done.is_err() {
        let _ = fs::remove_file(&copy);
    }
    for rest in ["-wal", "-shm"] {
        let _ = remove_if_there(&with_ending(&copy, rest));
    }
    done
}

async fn state(path: &Path, connection: &mut SqliteConnection) -> Result<SchemaState, OpenError> {
    let tables: Vec<(String,)> = sqlx::query_as(
        "SELECT name
         FROM sqlite_schema
         WHERE type = 'table'
         ORDER BY name",
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(|error| open_error(path, error))?;
    let tables: Vec<String> = tables.into_iter().map(|(name,)| name).collect();
    schema::state(connection, &MIGRATOR, &tables).await
}

/// Is there anything in it that a restore would destroy?
async fn has_data(path: &Path) -> Result<bool, OpenError> {
    let at_work = |error| open_error(path, error);
    let mut connection = options(path).connect().await.map_err(at_work)?;
    let has_data = match state(path, &mut connection).await {
        Ok(SchemaState::Empty) => false,
        Ok(SchemaState::UpToDate) => {
            let row: Option<(i64,)> = sqlx::query_as(
                "SELECT 1
                 WHERE EXISTS (SELECT 1 FROM accounts)
                    OR EXISTS (SELECT 1 FROM practice_groups)
                    OR EXISTS (SELECT 1 FROM installation)
                    OR EXISTS (SELECT 1 FROM audit_entries)",
            )
            .fetch_optional(&mut connection)
            .await
            .map_err(at_work)?;
            row.is_some()
        }
        // Of another version, or another program's: not ours to judge.
        Ok(SchemaState::Behind(_) | SchemaState::Newer) | Err(OpenError::NotOurs) => true,
        Err(error) => return Err(error),
    };
    connection.close().await.map_err(at_work)?;
    Ok(has_data)
}

/// Is this a whole database of ours that this program can use?
async fn check(path: &Path) -> Result<(), OpenError> {
    let at_work = |error| open_error(path, error);
    let mut connection = options(path).connect().await.map_err(at_work)?;
    let found: Vec<(String,)> =
        sqlx::query_as("PRAGMA integrity_check").fetch_all(&mut connection).await.map_err(at_work)?;
    if !matches!(found.as_slice(), [(line,)] if line == "ok") {
        return Err(OpenError::NotADatabase(path.to_path_buf()));
    }
    let orphans = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut connection).await.map_err(at_work)?;
    if !orphans.is_empty() {
        return Err(OpenError::other("it has rows that point to nothing"));
    }
    match state(path, &mut connection).await? {
        SchemaState::Newer => return Err(OpenError::NewerSchema),
        SchemaState::Empty => return Err(OpenError::other("it is empty")),
        SchemaState::Behind(_) | SchemaState::UpToDate => {}
    }
    // Closing writes the log into the file and removes it: what is renamed is the whole database.
    connection.close().await.map_err(at_work)
}

/// Renames a finished file to its name, so that it is there wholly or not at all, also after a power cut.
pub(crate) fn put_in_place(copy: &Path, to: &Path) -> Result<(), OpenError> {
    File::open(copy).and_then(|file| file.sync_all()).map_err(file_error(copy))?;
    // Unlike rename, a hard link never replaces what somebody put there meanwhile.
    match fs::hard_link(copy, to) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(OpenError::TargetExists(to.to_path_buf()));
        }
        Err(source) => return Err(file_error(to)(source)),
    }
    fs::remove_file(copy).map_err(file_error(copy))?;
    sync_folder(to)
}

fn sync_folder(path: &Path) -> Result<(), OpenError> {
    File::open(folder(path)).and_then(|folder| folder.sync_all()).map_err(file_error(path))
}

fn make_folder(path: &Path) -> Result<(), OpenError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder(path)).map_err(|source| OpenError::Folder { path: path.to_path_buf(), source })
}

fn lock_file(path: &Path) -> Result<File, OpenError> {
    private()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(with_ending(path, "-lock"))
        .map_err(|source| OpenError::Folder { path: path.to_path_buf(), source })
}

/// New files are for their owner only.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn private_mode(path: &Path) -> Result<(), OpenError> {
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    fs::set_permissions(path, mode).map_err(file_error(path))
}

#[cfg(not(unix))]
fn private_mode(_path: &Path) -> Result<(), OpenError> {
    Ok(())
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A name beside `path` that nobody else uses at this moment.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    with_ending(path, &format!(".{}.{ending}", std::process::id()))
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn remove_if_there(path: &Path) -> Result<(), OpenError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(file_error(path)(error)),
        _ => Ok(()),
    }
}

pub(crate) fn file_error(path: &Path) -> impl FnOnce(std::io::Error) -> OpenError {
    let path = path.to_path_buf();
    move |source| OpenError::File { path, source }
}

fn locked(error: StoreError) -> OpenError {
    match error {
        StoreError::Unavailable(_) => OpenError::Locked,
        StoreError::Full => OpenError::Full,
        other => OpenError::other(other),
    }
}
