//! Why a database cannot be opened, migrated, backed up or restored, in words for the person who runs the server.
//! What goes wrong later, while it serves, is `services::ports::StoreError`.

use std::{io, path::PathBuf};

use sqlx::migrate::MigrateError;

/// Why a database cannot be opened, migrated, backed up or restored. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address makes no sense.
    #[error(
        "the database's address is wrong: {0}. Use sqlite://path/to/portico.db?mode=rwc or \
         postgres://user:password@host/database"
    )]
    BadUrl(String),
    /// There is no such file, and the address does not say to make one.
    #[error("there is no database at {0}. To make a new one, add ?mode=rwc to its address")]
    Missing(PathBuf),
    /// The folder cannot be made or written.
    #[error("the folder of {path} cannot be written ({source}). Give this program's user the right to write there")]
    Folder {
        /// The file in it.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file cannot be read or written.
    #[error("{path} cannot be read and written ({source}). Check its path, its owner and its rights")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is something else.
    #[error("{0} is not a SQLite database, or it is damaged. Check the path, or restore a backup")]
    NotADatabase(PathBuf),
    /// Tables of something else are in it.
    #[error("the database holds the tables of another program. Use a database of Portico's own")]
    NotOurs,
    /// The engine is too old.
    #[error("{engine} is version {found}; Portico needs {needed} or newer. Update {engine}")]
    OldEngine {
        /// `SQLite` or `PostgreSQL`.
        engine: &'static str,
        /// What it is.
        found: String,
        /// What it must be.
        needed: &'static str,
    },
    /// The database was used by a newer program.
    #[error(
        "the database was made or updated by a newer version of Portico. Nothing was touched. Install that version or a \
         newer one, or restore a backup made before the update"
    )]
    NewerSchema,
    /// A migration that the database has had is another one in this program.
    #[error("migration {0} of the database differs from this program's. This is not a released version of Portico")]
    ChangedMigration(i64),
    /// A migration failed; the database is as it was before.
    #[error("the database could not be updated and is as it was before ({0}). Please report this")]
    Migration(#[source] Box<MigrateError>),
    /// Someone else holds it.
    #[error("the database is locked by another program for longer than 5 seconds. Stop that program, or try again")]
    Locked,
    /// Another process has it open.
    #[error("{0} is in use by another process. Stop that one first")]
    InUse(PathBuf),
    /// Nobody answers.
    #[error("no answer from the database server at {server} ({detail}). Is it running, and may this machine reach it?")]
    Unreachable {
        /// Its address, without the password.
        server: String,
        /// What went wrong.
        detail: String,
    },
    /// The server knows us not.
    #[error("the database server at {server} refuses this user or password. Check the database's address")]
    Refused {
        /// Its address, without the password.
        server: String,
    },
    /// The server has no such database.
    #[error("there is no such database on the server: {server}. Create it first (createdb)")]
    NoSuchDatabase {
        /// Its address, without the password.
        server: String,
    },
    /// A backup is never written over something.
    #[error("{0} is there already. Choose another name for the backup")]
    TargetExists(PathBuf),
    /// A restore is never made over data.
    #[error(
        "{0} has data in it. A restore never overwrites data: restore into a new database, or move the old one away first"
    )]
    NotEmpty(String),
    /// The backup cannot be used.
    #[error("the backup {path} cannot be used: {detail}")]
    BadBackup {
        /// Which.
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// The disk is full.
    #[error("the disk is full. Make room and try again")]
    Full,
    /// A program of PostgreSQL's is missing.
    #[error("the program {0} is missing. Install PostgreSQL's client programs (on Debian: postgresql-client)")]
    ToolMissing(&'static str),
    /// A program of PostgreSQL's failed.
    #[error("{tool} failed: {detail}")]
    Tool {
        /// Which.
        tool: &'static str,
        /// What it said.
        detail: String,
    },
    /// Anything else.
    #[error("the database could not be used: {0}")]
    Other(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl OpenError {
    /// Anything without words of its own.
    pub(crate) fn other(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Other(error.into())
    }
}

impl From<MigrateError> for OpenError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => Self::NewerSchema,
            MigrateError::VersionMismatch(version) => Self::ChangedMigration(version),
            other => Self::Migration(Box::new(other)),
        }
    }
}
