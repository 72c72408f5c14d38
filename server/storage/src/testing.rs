//! Throwaway databases for tests, here and in the crates above.
//!
//! ```no_run
//! # async fn example() {
//! for database in storage::testing::databases().await {
//!     let store = database.store(); // migrated, empty, this test's own
//!     let work = store.begin().await;
//! } // gone
//! # }
//! ```

use std::{
    process::{Command, Stdio},
    sync::Arc,
};

use services::ports::Store;
use tempfile::TempDir;

use crate::{Database, DatabaseUrl, OpenError, url::Place};

/// What every test on PostgreSQL says when there is none.
const NO_POSTGRES: &str = "TEST_POSTGRES_URL is not set: run through `make test` (scripts/with-postgres)";

/// A database of one test's own. It is gone when this is dropped.
pub struct TestDatabase {
    url: DatabaseUrl,
    database: Option<Database>,
    /// Dropped last: the folder of SQLite's file, or the name of PostgreSQL's database.
    home: Home,
}

enum Home {
    Folder(TempDir),
    Server { admin: String, name: String },
}

/// One migrated, empty database on each engine, SQLite first.
pub async fn databases() -> [TestDatabase; 2] {
    [sqlite().await, postgres().await]
}

/// A migrated, empty database on SQLite.
pub async fn sqlite() -> TestDatabase {
    sqlite_unopened().migrated().await
}

/// A migrated, empty database on PostgreSQL: a copy of one that is migrated once for the whole run.
pub async fn postgres() -> TestDatabase {
    static MIGRATED: tokio::sync::OnceCell<String> = tokio::sync::OnceCell::const_new();
    let template = MIGRATED
        .get_or_init(|| async {
            let mut first = postgres_from(None).migrated().await;
            first.close().await;
            match &mut first.home {
                // Left for the others to copy, and to the throwaway server to take along.
                Home::Server { name, .. } => std::mem::take(name),
                Home::Folder(_) => String::new(),
            }
        })
        .await;
    // Off this thread, which may be the only one of its runtime: the connection to the template that was closed just now
    // needs it to end, and until then the template cannot be copied.
    let copied = tokio::task::spawn_blocking(|| postgres_from(Some(template))).await;
    let mut database = copied.unwrap_or_else(|error| fail(&error.to_string()));
    database.open().await.unwrap_or_else(|error| fail(&error.to_string()));
    database
}

/// The address of a SQLite database that nobody has made yet.
pub fn sqlite_unopened() -> TestDatabase {
    let folder = tempfile::Builder::new().prefix("portico-test-").tempdir();
    let folder = folder.unwrap_or_else(|error| fail(&error.to_string()));
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("portico.db").display());
    TestDatabase { url: address(&url), database: None, home: Home::Folder(folder) }
}

/// An empty PostgreSQL database without tables.
pub fn postgres_unopened() -> TestDatabase {
    postgres_from(None)
}

fn postgres_from(template: Option<&str>) -> TestDatabase {
    let admin = admin_url();
    let name = format!("test_{}", uuid::Uuid::from_u128(next()).simple());
    let template = template.unwrap_or("template0");
    run(Command::new("createdb").arg(format!("--maintenance-db={admin}")).args(["--template", template, &name]));
    let url = format!("{}/{name}", admin.rsplit_once('/').map_or(admin.as_str(), |(server, _)| server));
    TestDatabase { url: address(&url), database: None, home: Home::Server { admin, name } }
}

/// Numbers that differ within this process and, by its id, between processes.
fn next() -> u128 {
    static COUNTER: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    let count = COUNTER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    (u128::from(std::process::id()) << 64) | u128::from(count)
}

impl TestDatabase {
    async fn migrated(mut self) -> Self {
        self.open().await.unwrap_or_else(|error| fail(&error.to_string()));
        self.database().migrate().await.unwrap_or_else(|error| fail(&error.to_string()));
        self
    }

    /// Opens it, or opens it anew after [`TestDatabase::close`].
    ///
    /// # Errors
    /// As [`crate::open`].
    pub async fn open(&mut self) -> Result<&Database, OpenError> {
        let database = crate::open(&self.url).await?;
        Ok(self.database.insert(database))
    }

    /// `sqlite` or `postgres`, for the words of a failure.
    #[must_use]
    pub fn engine(&self) -> &'static str {
        match self.url.0 {
            Place::Sqlite { .. } => "sqlite",
            Place::Postgres(_) => "postgres",
        }
    }

    /// The address, for another process or a second connection.
    #[must_use]
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// The address as text, with its password.
    #[must_use]
    pub fn url_text(&self) -> String {
        match &self.home {
            Home::Folder(folder) => format!("sqlite://{}?mode=rwc", folder.path().join("portico.db").display()),
            Home::Server { admin, name } => {
                format!("{}/{name}", admin.rsplit_once('/').map_or(admin.as_str(), |(server, _)| server))
            }
        }
    }

    /// The open database.
    #[must_use]
    pub fn database(&self) -> &Database {
        self.database.as_ref().unwrap_or_else(|| fail("the test database is not open"))
    }

    /// Its store.
    #[must_use]
    pub fn store(&self) -> Arc<dyn Store> {
        self.database().store()
    }

    /// Closes it; the data stays.
    pub async fn close(&mut self) {
        if let Some(database) = self.database.take() {
            database.close().await;
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        drop(self.database.take());
        if let Home::Server { admin, name } = &self.home
            && !name.is_empty()
        {
            // Not waited for: it takes a checkpoint. And not checked: a test that fails must not fail twice.
            let _ = Command::new("dropdb")
                .arg(format!("--maintenance-db={admin}"))
                .args(["--force", "--if-exists", name])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn();
        }
    }
}

fn address(url: &str) -> DatabaseUrl {
    url.parse().unwrap_or_else(|error: OpenError| fail(&error.to_string()))
}

#[expect(clippy::disallowed_methods, reason = "only tests come here, and they have no configuration to read")]
fn admin_url() -> String {
    std::env::var("TEST_POSTGRES_URL").unwrap_or_else(|_| fail(NO_POSTGRES))
}

fn run(command: &mut Command) {
    match command.output() {
        Ok(output) if output.status.success() => {}
        Ok(output) => fail(&format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr))),
        Err(error) => fail(&format!("{command:?}: {error}")),
    }
}

#[expect(clippy::panic, reason = "a test without its database has failed")]
fn fail(why: &str) -> ! {
    panic!("{why}")
}
