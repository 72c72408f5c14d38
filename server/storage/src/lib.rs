//! Where the practice keeps things: the ports of `services` on SQLite (the default) and on PostgreSQL.
//!
//! | room | what is in it |
//! |---|---|
//! | [`url`] | the address of a database, and what is wrong with it |
//! | [`error`] | why a database cannot be opened, migrated, backed up or restored |
//! | `accounts` … `throttle` | one file per noun: the SQL, in the function that uses it |
//! | `work` | the unit of work: runs a statement, and is dead after the first that failed |
//! | `sqlite/`, `postgres/` | everything in which the engines differ, commented |
//! | `testing` | throwaway databases for tests (feature `testing`) |
//!
//! # One SQL, two engines
//! Each noun's file is compiled twice, once inside `mod sqlite` and once inside `mod postgres`: `super::Db` is
//! `sqlx::Sqlite` in the one and `sqlx::Postgres` in the other. So the types are concrete, there are no bounds to carry,
//! and what one engine does not understand does not pass the promise tests, which run on both. A statement that cannot
//! be the same on both takes the differing words from a macro of `mod sqlite` and `mod postgres` below.
//!
//! Rules for SQL: `$1 … $n` only; whole static statements with one column a line; ids are `UUID`/`BLOB`, times
//! milliseconds bound from Rust; every `ORDER BY` ends in the id; lists page by key, never by count; every statement on a
//! group's table names `group_id`, which comes from the proof (`tests/promises/source.rs` reads the statements).
//!
//! # How SQLite writes
//! One connection writes, many read. Units of work that meet are committed in groups, see `sqlite/line.rs`.
//!
//! To add a noun: its tables in a new migration of both folders, its file here, a line in `mod sqlite` and `mod postgres`,
//! its promises in `tests/`.

#![expect(clippy::duplicate_mod, reason = "one SQL, compiled for each engine")]

mod common;
pub mod error;
mod search;
#[cfg(feature = "testing")]
pub mod testing;
pub mod url;

use std::{path::Path, sync::Arc};

use services::ports::Store;

use crate::url::Place;
pub use crate::{error::OpenError, url::DatabaseUrl};

/// The nouns, compiled for one engine.
macro_rules! nouns {
    () => {
        #[path = "../accounts.rs"]
        mod accounts;
        #[path = "../activities.rs"]
        mod activities;
        #[path = "../audit.rs"]
        mod audit;
        #[path = "../bulk.rs"]
        mod bulk;
        #[path = "../chat.rs"]
        mod chat;
        #[path = "../contacts.rs"]
        mod contacts;
        #[path = "../documents.rs"]
        mod documents;
        #[path = "../emergencies.rs"]
        mod emergencies;
        #[path = "../files.rs"]
        mod files;
        #[path = "../forms.rs"]
        mod forms;
        #[path = "../grants.rs"]
        mod grants;
        #[path = "../group_chat.rs"]
        mod group_chat;
        #[path = "../handouts.rs"]
        mod handouts;
        #[path = "../invitations.rs"]
        mod invitations;
        #[path = "../invited.rs"]
        mod invited;
        #[path = "../locations.rs"]
        mod locations;
        #[path = "../note_templates.rs"]
        mod note_templates;
        #[path = "../notes.rs"]
        mod notes;
        #[path = "../notifications.rs"]
        mod notifications;
        #[path = "../outbox.rs"]
        mod outbox;
        #[path = "../patients.rs"]
        mod patients;
        #[path = "../practice.rs"]
        mod practice;
        #[path = "../relationships.rs"]
        mod relationships;
        #[path = "../reports.rs"]
        mod reports;
        #[path = "../schema.rs"]
        pub(crate) mod schema;
        #[path = "../sessions.rs"]
        mod sessions;
        #[path = "../templates.rs"]
        mod templates;
        #[path = "../throttle.rs"]
        mod throttle;
        #[path = "../updates.rs"]
        mod updates;
        #[path = "../users.rs"]
        mod users;
        #[path = "../work.rs"]
        mod work;
    };
}

mod sqlite {
    pub(crate) type Db = sqlx::Sqlite;

    /// SQLite has one writer: nobody else can hold a row.
    macro_rules! skip_locked {
        ($($table:literal)?) => {
            ""
        };
    }

    /// SQLite starts at a row of several columns by itself.
    macro_rules! from_word {
        () => {
            ""
        };
    }

    /// SQLite has one writer: what it read stays as it is.
    macro_rules! for_update {
        () => {
            ""
        };
    }

    /// SQLite counts no rows beforehand. Where two indexes look alike to it, it is told which one.
    macro_rules! by_index {
        ($name:literal) => {
            concat!(" INDEXED BY ", $name)
        };
    }

    /// The elements of a bound JSON array, as rows `each` with a column `value`: many rows for one statement.
    macro_rules! each {
        ($array:literal) => {
            // Binary: a text is parsed anew for each of its values.
            concat!("jsonb_each(", $array, ") AS each")
        };
    }

    /// The bytes that an element of [`each!`] gives in hex.
    macro_rules! bytes {
        ($key:literal) => {
            concat!("unhex(each.value ->> '", $key, "')")
        };
    }

    /// The id that an element of [`each!`] gives. Ids are bytes here.
    macro_rules! an_id {
        ($key:literal) => {
            bytes!($key)
        };
    }

    pub(crate) mod disk;
    pub(crate) mod engine;
    mod line;
    nouns!();

    use engine::SqlWork;
}

mod postgres {
    pub(crate) type Db = sqlx::Postgres;

    /// Rows that another worker is taking at this moment are passed over.
    macro_rules! skip_locked {
        () => {
            " FOR UPDATE SKIP LOCKED"
        };
        ($table:literal) => {
            concat!(" FOR UPDATE OF ", $table, " SKIP LOCKED")
        };
    }

    /// Without the first column said by itself, PostgreSQL takes a comparison of rows for one that leaves most of them, and
    /// walks the whole group's words instead of the one range.
    macro_rules! from_word {
        () => {
            " AND w.word >= $4"
        };
    }

    /// The row stays as it is read; rows that only refer to it may still come.
    macro_rules! for_update {
        () => {
            " FOR NO KEY UPDATE"
        };
    }

    /// PostgreSQL knows its tables, and chooses by itself.
    macro_rules! by_index {
        ($name:literal) => {
            ""
        };
    }

    /// The elements of a bound JSON array, as rows `each` with a column `value`: many rows for one statement.
    macro_rules! each {
        ($array:literal) => {
            concat!("json_array_elements(", $array, "::json) AS each(value)")
        };
    }

    /// The bytes that an element of [`each!`] gives in hex.
    macro_rules! bytes {
        ($key:literal) => {
            concat!("decode(each.value ->> '", $key, "', 'hex')")
        };
    }

    /// The id that an element of [`each!`] gives.
    macro_rules! an_id {
        ($key:literal) => {
            concat!("(each.value ->> '", $key, "')::uuid")
        };
    }

    pub(crate) mod engine;
    mod listen;
    pub(crate) mod tools;
    nouns!();

    use engine::SqlWork;
}

/// An open database.
pub struct Database(Engine);

enum Engine {
    Sqlite(sqlite::disk::Files),
    Postgres(postgres::tools::Whole),
}

/// What a run of the migrations did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// How many migrations were pending; none when the database was up to date.
    pub applied: usize,
}

/// How the database's tables compare with what this program knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaState {
    /// There are no tables yet.
    Empty,
    /// So many migrations are pending.
    Behind(usize),
    /// Nothing to do.
    UpToDate,
    /// The database was used by a newer program.
    Newer,
}

/// Opens a database: connects and checks versions. Does not migrate, and makes a new SQLite file only when the address
/// says `?mode=rwc`.
///
/// # Errors
/// [`OpenError`], in words for the person who runs the server.
pub async fn open(url: &DatabaseUrl) -> Result<Database, OpenError> {
    let database = Database(match &url.0 {
        Place::Sqlite { path, create } => Engine::Sqlite(sqlite::disk::Files::open(path, *create).await?),
        Place::Postgres(server) => Engine::Postgres(postgres::tools::Whole::open(server).await?),
    });
    // A newer or a foreign database is found out here already, not at the first request.
    match database.schema().await? {
        SchemaState::Newer => Err(OpenError::NewerSchema),
        _ => Ok(database),
    }
}

/// Puts a backup into a new or empty database. Never overwrites data.
///
/// # Errors
/// [`OpenError`]; the database is then as it was.
pub async fn restore(from: &Path, url: &DatabaseUrl) -> Result<(), OpenError> {
    match &url.0 {
        Place::Sqlite { path, .. } => sqlite::disk::restore(from, path).await,
        Place::Postgres(server) => postgres::tools::restore(from, server).await,
    }
}

impl Database {
    /// Runs pending migrations, under a lock.
    ///
    /// # Errors
    /// [`OpenError::NewerSchema`] when the database has had a migration that the program does not know: nothing is
    /// touched then. Others as they say.
    pub async fn migrate(&self) -> Result<Migrated, OpenError> {
        match &self.0 {
            Engine::Sqlite(files) => files.migrate().await,
            Engine::Postgres(whole) => whole.migrate().await,
        }
    }

    /// Compares the database's tables with what this program knows.
    ///
    /// # Errors
    /// [`OpenError`] when the database does not answer.
    pub async fn schema(&self) -> Result<SchemaState, OpenError> {
        match &self.0 {
            Engine::Sqlite(files) => files.schema().await,
            Engine::Postgres(whole) => whole.schema().await,
        }
    }

    /// The ports of `services` on this database.
    #[must_use]
    pub fn store(&self) -> Arc<dyn Store> {
        match &self.0 {
            Engine::Sqlite(files) => files.store(),
            Engine::Postgres(whole) => whole.store(),
        }
    }

    /// Writes a consistent copy while others go on writing. It holds everything acknowledged before this call. On
    /// PostgreSQL by `pg_dump`.
    ///
    /// # Errors
    /// [`OpenError::TargetExists`] when there is a file of this name already; others as they say.
    pub async fn backup(&self, to: &Path) -> Result<(), OpenError> {
        match &self.0 {
            Engine::Sqlite(files) => files.backup(to).await,
            Engine::Postgres(whole) => whole.backup(to).await,
        }
    }

    /// Closes every connection. Stores that are still held answer `Unavailable` from then on.
    pub async fn close(self) {
        match self.0 {
            Engine::Sqlite(files) => files.close().await,
            Engine::Postgres(whole) => whole.close().await,
        }
    }
}
