//! PostgreSQL: connecting, reading and writing, and what its errors mean.
//!
//! Differences from SQLite that are told here and nowhere else:
//! - every statement is waited for with patience and no longer, because a network can fall silent without a word: no
//!   request hangs longer than [`PATIENCE`] and a little, and the connection that was silent is thrown away;
//! - `BEGIN` is the test of a connection from the pool: one that died while idle is thrown away and the next one tried;
//! - a unit of work says which group's rows it is about, and row-level security shows it no others (TG-09);
//! - hints go through `pg_notify` in the transaction that causes them, and so to every server (`listen.rs`).

use std::{future::Future, sync::Arc, time::Duration};

use async_trait::async_trait;
use domain::audit::Entry;
use services::ports::{Hint, Purpose, Scope, Store, StoreError, Stored, Work};
use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection, PgPool, Postgres,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, broadcast},
    time::{Instant, timeout, timeout_at},
};

use super::listen::Listener;
use crate::{
    OpenError,
    common::{Dead, HINTS, PATIENCE, clash},
    url::Server,
};

/// The oldest PostgreSQL that still gets fixes.
const OLDEST: i64 = 14;

/// Connections of one server.
const CONNECTIONS: u32 = 16;

/// What the server may take for a statement or a lock, in milliseconds. It gives up before we do, and says why.
const SERVER_PATIENCE: &str = "4500";

/// The scope of what belongs to no group or to several; else it is a group's UUID. The policies of the migrations read it.
pub(super) const EVERY_GROUP: &str = "every";

/// So much of its patience has a unit of work left at least when its turn comes: enough to make a connection.
const LEFT: Duration = Duration::from_secs(2);

/// How long a connection may take to be put back in order after a unit of work.
const TIDY: Duration = Duration::from_secs(2);

/// A practice on PostgreSQL.
pub(crate) struct PgStore {
    pool: PgPool,
    /// One for each connection of the pool. Who waits, waits here: in the pool whoever is first in the row has the least time left,
    /// and where a connection takes longer than that nobody ever makes one.
    turns: Arc<Semaphore>,
    hints: broadcast::Sender<Hint>,
    listener: Listener,
}

/// How every connection that serves requests is set up.
fn options(server: &Server) -> PgConnectOptions {
    server.options.clone().application_name("portico").statement_cache_capacity(256).options([
        ("statement_timeout", SERVER_PATIENCE),
        ("lock_timeout", SERVER_PATIENCE),
        ("idle_in_transaction_session_timeout", "60000"),
    ])
}

/// One connection without time limits on statements, for migrations and the like.
pub(super) async fn connect(server: &Server) -> Result<PgConnection, OpenError> {
    let options = server.options.clone().application_name("portico");
    let options = options.options([("lock_timeout", "0"), ("portico.scope", EVERY_GROUP)]);
    match timeout(PATIENCE, PgConnection::connect_with(&options)).await {
        Ok(connected) => connected.map_err(|error| open_error(server, error)),
        Err(_) => Err(OpenError::Unreachable { server: server.shown.clone(), detail: "it is silent".to_owned() }),
    }
}

impl PgStore {
    pub(super) async fn connect(server: &Server) -> Result<Self, OpenError> {
        let mut connection = connect(server).await?;
        check_version(&mut connection).await?;
        let _ = connection.close().await;
        let options = options(server);
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .connect_lazy_with(options.clone());
        let hints = broadcast::Sender::new(HINTS);
        let listener = Listener::start(options, hints.clone()).await;
        Ok(Self { pool, turns: Arc::new(Semaphore::new(CONNECTIONS as usize)), hints, listener })
    }

    pub(super) async fn close(&self) {
        self.listener.stop();
        // A silent connection must not keep the program from ending.
        let _ = timeout(PATIENCE, self.pool.close()).await;
    }

    /// A connection in a new transaction, which sees the rows of these groups.
    async fn transaction(&self, begin: &'static str, scope: Scope) -> Stored<SqlWork> {
        let scope = match scope {
            Scope::Every => EVERY_GROUP.to_owned(),
            Scope::Group(group) => group.uuid().to_string(),
        };
        // One way there and back. The scope is over with the transaction: the next one on this connection sees nothing
        // until it says what.
        let begin = format!("{begin}; SET LOCAL portico.scope = '{scope}'");
        let deadline = Instant::now() + PATIENCE;
        let turn = timeout_at(deadline - LEFT, Arc::clone(&self.turns).acquire_owned()).await;
        let mut turn =
            Some(turn.map_err(|_| StoreError::Unavailable(None))?.map_err(|_| stored(sqlx::Error::PoolClosed))?);
        loop {
            let acquired = timeout_at(deadline, self.pool.acquire()).await;
            let connection = acquired.map_err(|_| StoreError::Unavailable(None))?.map_err(stored)?;
            let mut work = SqlWork::new(connection);
            let began = timeout_at(deadline, work.begin(&begin)).await;
            match began {
                Ok(Ok(())) => {
                    work.turn = turn.take();
                    return Ok(work);
                }
                // Died in the pool; the work throws it away.
                Ok(Err(error)) if gone(&error) && Instant::now() < deadline => {}
                Ok(Err(error)) => return Err(stored(error)),
                Err(_) => return Err(StoreError::Unavailable(None)),
            }
        }
    }
}

/// Is it new enough, and held by row-level security?
async fn check_version(connection: &mut PgConnection) -> Result<(), OpenError> {
    let (number, found, unbound): (String, String, bool) = sqlx::query_as(
        "SELECT
             current_setting('server_version_num'),
             current_setting('server_version'),
             rolsuper OR rolbypassrls
         FROM pg_roles
         WHERE rolname = current_user",
    )
    .fetch_one(connection)
    .await
    .map_err(OpenError::other)?;
    let major = number.parse::<i64>().unwrap_or(0) / 10_000;
    if major < OLDEST {
        return Err(OpenError::OldEngine { engine: "PostgreSQL", found, needed: "14" });
    }
    if unbound {
        tracing::warn!(
            "the database's user is a superuser or may bypass row-level security: the second lock between practice groups \
             is open; give Portico a user of its own (docs/operations.md)"
        );
    }
    Ok(())
}

#[async_trait]
impl Store for PgStore {
    async fn open(&self, purpose: Purpose, scope: Scope) -> Stored<Box<dyn Work>> {
        let begin = match purpose {
            Purpose::Read | Purpose::Look => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Purpose::Write => "BEGIN ISOLATION LEVEL READ COMMITTED",
        };
        Ok(Box::new(self.transaction(begin, scope).await?))
    }

    fn hints(&self) -> broadcast::Receiver<Hint> {
        self.hints.subscribe()
    }

    async fn ping(&self) -> Stored<()> {
        drop(self.transaction("BEGIN READ ONLY", Scope::Every).await?);
        Ok(())
    }
}

/// A unit of work on PostgreSQL.
pub(crate) struct SqlWork {
    /// None once it was given back.
    connection: Option<PoolConnection<Postgres>>,
    /// Given back after it.
    turn: Option<OwnedSemaphorePermit>,
    hints: Vec<Hint>,
    /// Entries of the trail that belong to no group; written last.
    pub(super) entries: Vec<Entry>,
    /// A statement is at work, or was given up half-way.
    at_work: bool,
    /// A statement failed.
    failed: bool,
    /// The connection is not worth keeping.
    broken: bool,
    /// A transaction is open.
    open: bool,
}

impl SqlWork {
    fn new(connection: PoolConnection<Postgres>) -> Self {
        Self {
            connection: Some(connection),
            turn: None,
            hints: Vec::new(),
            entries: Vec::new(),
            at_work: false,
            failed: false,
            broken: false,
            open: false,
        }
    }

    async fn begin(&mut self, sql: &str) -> Result<(), sqlx::Error> {
        let connection = self.connection.as_mut().ok_or(sqlx::Error::PoolClosed)?;
        // Given up or failed half-way, it is thrown away.
        self.broken = true;
        // Made of our own words and a UUID.
        connection.execute(AssertSqlSafe(sql)).await?;
        self.broken = false;
        self.open = true;
        Ok(())
    }

    /// The connection, for the next statement.
    pub(super) fn connection(&mut self) -> Stored<&mut PgConnection> {
        if self.at_work || self.failed {
            return Err(StoreError::Fault(Box::new(Dead)));
        }
        self.at_work = true;
        self.connection.as_deref_mut().ok_or_else(|| StoreError::Fault(Box::new(Dead)))
    }

    /// The answer to the statement that was at work.
    pub(super) fn heard<T>(&mut self, answer: Result<T, sqlx::Error>) -> Stored<T> {
        self.at_work = false;
        answer.map_err(|error| {
            self.failed = true;
            self.broken |= gone(&error);
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
        for hint in std::mem::take(&mut self.hints) {
            self.execute(sqlx::query("SELECT pg_notify('portico', $1)").bind(hint.to_string())).await?;
        }
        self.append_entries().await?;
        // An aborted transaction answers COMMIT with ROLLBACK and no error; `connection` refuses a unit that failed.
        let connection = self.connection()?;
        let answer = within(connection.execute("COMMIT")).await;
        self.heard(answer)?;
        self.open = false;
        Ok(())
    }
}

/// Undoes what was not saved and gives the connection back, or throws it away when it cannot be trusted. In a task of its
/// own: whoever drops does not wait.
impl Drop for SqlWork {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        let turn = self.turn.take();
        let (broken, open) = (self.broken || self.at_work, self.open);
        let runtime = tokio::runtime::Handle::try_current();
        let (false, Ok(runtime)) = (broken, runtime) else {
            // The server undoes what it was in the midst of when it sees the connection gone.
            drop(connection.detach());
            return;
        };
        runtime.spawn(async move {
            let tidied = timeout(TIDY, async {
                if open {
                    connection.execute("ROLLBACK").await?;
                }
                connection.return_to_pool().await;
                Ok::<_, sqlx::Error>(connection)
            })
            .await;
            drop(turn);
            if let Ok(Err(error)) = tidied {
                tracing::debug!(%error, "a connection was thrown away");
            }
        });
    }
}

/// Waits for an answer, but not for ever.
pub(super) async fn within<T>(answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    match timeout(PATIENCE, answer).await {
        Ok(answer) => answer,
        Err(_) => Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())),
    }
}

fn code(error: &sqlx::Error) -> String {
    error.as_database_error().and_then(|error| error.code()).map(|code| code.into_owned()).unwrap_or_default()
}

/// Is the connection gone, or not to be trusted?
fn gone(error: &sqlx::Error) -> bool {
    match error {
        // 57P01 to 57P05: the server is going down, or was told to end this connection. 25P03: idle for too long. 08…:
        // the connection itself.
        sqlx::Error::Database(_) => {
            let code = code(error);
            code.starts_with("57P") || code.starts_with("08") || code == "25P03"
        }
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}

/// What an error of PostgreSQL's means to the services.
pub(super) fn stored(error: sqlx::Error) -> StoreError {
    if let Some(database) = error.as_database_error()
        && database.is_unique_violation()
    {
        return StoreError::Clash(clash(database.constraint().unwrap_or_default()));
    }
    let code = code(&error);
    let passes = gone(&error)
        || matches!(error, sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed)
        // 57014: took too long. 55P03: a lock was not given. 40…: two units got in each other's way. 53…: no resources.
        || matches!(code.as_str(), "57014" | "55P03" | "25P02")
        || code.starts_with("40")
        || code.starts_with("53");
    match code.as_str() {
        "53100" => StoreError::Full,
        _ if passes => StoreError::Unavailable(Some(Box::new(error))),
        _ => StoreError::Fault(Box::new(error)),
    }
}

/// What an error of PostgreSQL's means to the person who runs the server.
pub(super) fn open_error(server: &Server, error: sqlx::Error) -> OpenError {
    let shown = server.shown.clone();
    match code(&error).as_str() {
        "28P01" | "28000" => OpenError::Refused { server: shown },
        "3D000" => OpenError::NoSuchDatabase { server: shown },
        _ if gone(&error) || code(&error).starts_with("53") => {
            OpenError::Unreachable { server: shown, detail: error.to_string() }
        }
        _ => OpenError::other(error),
    }
}
