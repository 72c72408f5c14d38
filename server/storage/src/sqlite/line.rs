//! The writer's line: one connection that writes, a fair queue before it, and commits in groups.
//!
//! A unit of work is a savepoint in an outer transaction. Saving it releases the savepoint. If nobody else waits in the
//! queue, the outer transaction is committed then and there; if somebody does, the connection is handed on with the
//! transaction open, and whoever comes last commits for all: one fsync for many. **A unit is acknowledged only by the
//! commit that contains it**, and when that commit fails, every unit in it is told so.
//!
//! What touches the outer transaction (begin, release, commit, roll back) runs in a task of its own and is never left
//! half-way when a request is cancelled. A unit that is dropped unsaved leaves the note `undo`: the next holder rolls its
//! savepoint back first. When nobody is waiting a task does, so that what is pending is not left waiting.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use services::ports::{Hint, StoreError, Stored};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::{
    sync::{Mutex, OwnedMutexGuard, broadcast, oneshot},
    time::{Duration, Instant, timeout_at},
};

use super::engine::stored;
use crate::common::{Bug, PATIENCE};

/// Units that one commit contains at most.
const MOST: usize = 128;

/// How long the first unit of a group waits for its commit at most, not counting the unit that is at work.
const LONGEST: Duration = Duration::from_millis(20);

/// The one who writes. Clones share the line.
#[derive(Clone)]
pub(super) struct Writer(Arc<Shared>);

struct Shared {
    line: Arc<Mutex<Line>>,
    /// How many are in the queue.
    waiting: AtomicUsize,
}

/// The connection, with what must be known to go on with it.
pub(super) struct Line {
    options: SqliteConnectOptions,
    /// None after a failure nothing is known about: the next holder connects anew.
    connection: Option<SqliteConnection>,
    /// No unit begins any more.
    closed: bool,
    /// The outer transaction is open.
    open: bool,
    /// A unit was dropped unsaved: its savepoint is to be rolled back.
    undo: bool,
    /// A statement failed in a way that may have ended the outer transaction: nothing in it may be committed.
    broken: bool,
    /// Saved units that wait for their commit.
    pending: Vec<Pending>,
    /// When the first of them was saved.
    since: Option<Instant>,
    hints: broadcast::Sender<Hint>,
}

struct Pending {
    hints: Vec<Hint>,
    done: oneshot::Sender<Stored<()>>,
}

/// A unit of work at work: it holds the connection. Dropped unsaved, it is undone.
pub(super) struct Unit {
    writer: Writer,
    line: Option<OwnedMutexGuard<Line>>,
}

/// A place in the queue. Whoever gives up waiting as the last one sees to it that nothing is left behind.
struct Waiting {
    writer: Writer,
    served: bool,
}

impl Waiting {
    fn new(writer: &Writer) -> Self {
        writer.0.waiting.fetch_add(1, Ordering::SeqCst);
        Self { writer: writer.clone(), served: false }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let before = self.writer.0.waiting.fetch_sub(1, Ordering::SeqCst);
        if !self.served && before == 1 {
            self.writer.tidy_later();
        }
    }
}

impl Writer {
    /// The line over a connection that was just made.
    pub(super) fn new(
        options: SqliteConnectOptions,
        connection: SqliteConnection,
        hints: broadcast::Sender<Hint>,
    ) -> Self {
        let line = Line {
            options,
            connection: Some(connection),
            closed: false,
            open: false,
            undo: false,
            broken: false,
            pending: Vec::new(),
            since: None,
            hints,
        };
        Self(Arc::new(Shared { line: Arc::new(Mutex::new(line)), waiting: AtomicUsize::new(0) }))
    }

    /// A new unit of work, within [`PATIENCE`] or not at all.
    pub(super) async fn unit(&self) -> Stored<Unit> {
        let deadline = Instant::now() + PATIENCE;
        let mut waiting = Waiting::new(self);
        let line = timeout_at(deadline, Arc::clone(&self.0.line).lock_owned()).await;
        let line = line.map_err(|_| StoreError::Unavailable(None))?;
        // From here on this unit is the one to leave the line in order, also when the caller is gone.
        waiting.served = true;
        drop(waiting);
        let unit = Unit { writer: self.clone(), line: Some(line) };
        let opening = tokio::spawn(unit.open());
        match timeout_at(deadline, opening).await {
            Ok(Ok(opened)) => opened,
            Ok(Err(crashed)) => Err(StoreError::Fault(Box::new(crashed))),
            Err(_) => Err(StoreError::Unavailable(None)),
        }
    }

    /// The connection for work outside any unit, such as migrations; nothing is open on it.
    pub(super) async fn alone(&self) -> Stored<OwnedMutexGuard<Line>> {
        let mut line = Arc::clone(&self.0.line).lock_owned().await;
        line.tidy(true).await;
        Ok(line)
    }

    /// Commits what is pending and closes the connection for good.
    pub(super) async fn close(&self) {
        let mut line = Arc::clone(&self.0.line).lock_owned().await;
        line.tidy(true).await;
        line.closed = true;
        line.disconnect().await;
    }

    /// Has a task put the line in order, if nobody who waits will.
    fn tidy_later(&self) {
        // Without a runtime the server is going down; SQLite undoes what was not committed.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let writer = self.clone();
        runtime.spawn(async move {
            let mut line = Arc::clone(&writer.0.line).lock_owned().await;
            let nobody_waits = writer.0.waiting.load(Ordering::SeqCst) == 0;
            line.tidy(nobody_waits).await;
        });
    }
}

impl Unit {
    async fn open(mut self) -> Stored<Self> {
        let Some(line) = self.line.as_mut() else { return Err(lost()) };
        match line.begin().await {
            Ok(()) => Ok(self),
            Err(error) => {
                // No savepoint was made, so there is none to undo.
                self.line = None;
                Err(error)
            }
        }
    }

    /// The connection, inside the savepoint.
    pub(super) fn connection(&mut self) -> Stored<&mut SqliteConnection> {
        self.line.as_mut().and_then(|line| line.connection.as_mut()).ok_or_else(lost)
    }

    /// Nothing in the outer transaction may be committed any more.
    pub(super) fn broken(&mut self) {
        if let Some(line) = self.line.as_mut() {
            line.broken = true;
        }
    }

    /// Saves. `Ok` when the commit that contains this unit is on the disk.
    pub(super) async fn save(self, hints: Vec<Hint>) -> Stored<()> {
        let (done, told) = oneshot::channel();
        tokio::spawn(self.release(hints, done));
        // The sender is dropped unheard when the server goes down: then it was not committed.
        told.await.unwrap_or(Err(StoreError::Unavailable(None)))
    }

    async fn release(mut self, hints: Vec<Hint>, done: oneshot::Sender<Stored<()>>) {
        let Some(line) = self.line.as_mut() else { return };
        line.pending.push(Pending { hints, done });
        let since = *line.since.get_or_insert_with(Instant::now);
        match line.run("RELEASE unit").await {
            Err(error) => line.fail(&error).await,
            Ok(()) => {
                let waiting = self.writer.0.waiting.load(Ordering::SeqCst);
                let hand_on = waiting > 0 && line.pending.len() < MOST && since.elapsed() < LONGEST;
                if !hand_on {
                    line.commit().await;
                }
            }
        }
        // Nothing is left to undo: the line goes to the next in the queue as it is.
        self.line = None;
    }
}

impl Drop for Unit {
    fn drop(&mut self) {
        let Some(mut line) = self.line.take() else { return };
        line.undo = true;
        drop(line);
        if self.writer.0.waiting.load(Ordering::SeqCst) == 0 {
            self.writer.tidy_later();
        }
    }
}

impl Line {
    /// Runs a statement about transactions.
    async fn run(&mut self, sql: &'static str) -> Stored<()> {
        let connection = self.connection.as_mut().ok_or_else(lost)?;
        connection.execute(sql).await.map(|_| ()).map_err(stored)
    }

    /// The connection, for whoever holds the line alone.
    pub(super) async fn connection(&mut self) -> Stored<&mut SqliteConnection> {
        if self.closed {
            return Err(StoreError::Unavailable(None));
        }
        match &mut self.connection {
            Some(connection) => Ok(connection),
            none => Ok(none.insert(self.options.connect().await.map_err(stored)?)),
        }
    }

    /// Makes a savepoint, in a new outer transaction if none is open.
    async fn begin(&mut self) -> Stored<()> {
        self.tidy(false).await;
        self.connection().await?;
        if !self.open {
            self.run("BEGIN IMMEDIATE").await?;
            self.open = true;
        }
        match self.run("SAVEPOINT unit").await {
            Ok(()) => Ok(()),
            Err(error) => {
                self.fail(&error).await;
                Err(error)
            }
        }
    }

    /// Undoes what a dropped unit left behind; with `finish` also commits what is pending and ends the transaction.
    async fn tidy(&mut self, finish: bool) {
        if self.broken {
            self.fail(&StoreError::Unavailable(None)).await;
        }
        if std::mem::take(&mut self.undo) && self.open {
            let undone = match self.run("ROLLBACK TO unit").await {
                Ok(()) => self.run("RELEASE unit").await,
                Err(error) => Err(error),
            };
            if let Err(error) = undone {
                self.fail(&error).await;
            }
        }
        if finish && self.open {
            if self.pending.is_empty() {
                self.roll_back().await;
            } else {
                self.commit().await;
            }
        }
    }

    async fn commit(&mut self) {
        if let Err(error) = self.run("COMMIT").await {
            return self.fail(&error).await;
        }
        self.open = false;
        self.since = None;
        for Pending { hints, done } in self.pending.drain(..) {
            for hint in hints {
                // No receiver: nobody is listening.
                let _ = self.hints.send(hint);
            }
            // No receiver: the caller is gone.
            let _ = done.send(Ok(()));
        }
    }

    /// Undoes the outer transaction and tells every unit in it.
    async fn fail(&mut self, error: &StoreError) {
        tracing::error!(%error, units = self.pending.len(), "a group of writes was undone");
        self.roll_back().await;
        for Pending { done, .. } in self.pending.drain(..) {
            let _ = done.send(Err(match error {
                StoreError::Full => StoreError::Full,
                _ => StoreError::Unavailable(None),
            }));
        }
    }

    /// Ends the outer transaction without a trace, if need be by closing the connection.
    async fn roll_back(&mut self) {
        if self.open && self.run("ROLLBACK").await.is_err() {
            self.disconnect().await;
        }
        self.open = false;
        self.undo = false;
        self.broken = false;
        self.since = None;
    }

    async fn disconnect(&mut self) {
        if let Some(connection) = self.connection.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the writing connection did not close in order");
        }
    }
}

/// The connection is gone although the unit is at work.
fn lost() -> StoreError {
    StoreError::Fault(Box::new(Bug("the writing connection is gone")))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::time::{Span, Time};
    use services::ports::{Store as _, Throttle as _, Work as _};
    use sqlx::query;
    use tempfile::TempDir;
    use tokio::time::timeout;

    use super::*;
    use crate::sqlite::{
        disk::Files,
        engine::{SqlWork, SqliteStore},
    };

    const NOW: Time = Time::from_millis(1);
    const HOUR: Span = Span::hours(1);

    async fn database() -> (TempDir, Files, Arc<SqliteStore>) {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(&folder.path().join("portico.db"), true).await.unwrap();
        files.migrate().await.unwrap();
        let store = files.store();
        (folder, files, store)
    }

    async fn is_there(store: &SqliteStore, key: &str) -> bool {
        store.read().await.unwrap().tries(key, NOW).await.unwrap().is_some()
    }

    /// A saved unit in whose group another one is at work.
    async fn saved_and_at_work(store: &Arc<SqliteStore>) -> (tokio::task::JoinHandle<Stored<()>>, Box<SqlWork>) {
        let mut first = store.unit_for_tests().await.unwrap();
        first.count_try("first", NOW, HOUR).await.unwrap();
        let queued = tokio::spawn({
            let store = Arc::clone(store);
            async move { store.unit_for_tests().await }
        });
        while store.writer.0.waiting.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        let saving = tokio::spawn(first.save());
        (saving, queued.await.unwrap().unwrap())
    }

    #[tokio::test]
    async fn a_unit_is_acknowledged_by_its_commit_and_not_before() {
        let (_folder, _files, store) = database().await;
        let (mut saving, mut second) = saved_and_at_work(&store).await;
        assert!(timeout(Duration::from_millis(200), &mut saving).await.is_err(), "acknowledged before its commit");
        assert!(!is_there(&store, "first").await, "and not to be seen before it");
        second.count_try("second", NOW, HOUR).await.unwrap();
        second.save().await.unwrap();
        saving.await.unwrap().unwrap();
        assert!(is_there(&store, "first").await && is_there(&store, "second").await);
    }

    #[tokio::test]
    async fn a_dropped_unit_lets_the_saved_ones_before_it_be_committed() {
        let (_folder, _files, store) = database().await;
        let (saving, mut second) = saved_and_at_work(&store).await;
        second.count_try("second", NOW, HOUR).await.unwrap();
        drop(second);
        timeout(Duration::from_secs(1), saving).await.expect("nobody else comes to commit it").unwrap().unwrap();
        assert!(is_there(&store, "first").await && !is_there(&store, "second").await);
    }

    #[tokio::test]
    async fn one_who_stops_waiting_leaves_nobody_behind() {
        let (_folder, _files, store) = database().await;
        let mut first = store.unit_for_tests().await.unwrap();
        first.count_try("first", NOW, HOUR).await.unwrap();
        let queued = tokio::spawn({
            let store = Arc::clone(&store);
            async move { store.unit_for_tests().await.map(drop) }
        });
        while store.writer.0.waiting.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        // The one for whom the line was to be kept open gives up at about the moment it is handed on.
        let saving = tokio::spawn(first.save());
        queued.abort();
        timeout(Duration::from_secs(1), saving).await.expect("left behind").unwrap().unwrap();
        assert!(is_there(&store, "first").await);
    }

    // A full disk undoes the whole transaction: who was saved in it must hear so, and no later unit may pretend.
    #[tokio::test]
    async fn when_the_disk_is_full_nobody_is_acknowledged() {
        let (_folder, _files, store) = database().await;
        {
            let mut line = store.writer.alone().await.unwrap();
            let connection = line.connection().await.unwrap();
            sqlx::query("PRAGMA max_page_count = 1").execute(connection).await.unwrap();
        }
        let (saving, mut second) = saved_and_at_work(&store).await;
        let full = second
            .execute(query("INSERT INTO throttle (key, tries, ends_at) VALUES ($1, 1, 1)").bind("x".repeat(1_000_000)))
            .await;
        assert!(matches!(full, Err(StoreError::Full)), "{full:?}");
        assert!(second.count_try("second", NOW, HOUR).await.is_err(), "outside any transaction now");
        assert!(second.save().await.is_err());
        let first = timeout(Duration::from_secs(1), saving).await.expect("told").unwrap();
        assert!(first.is_err(), "{first:?}");
        assert!(!is_there(&store, "first").await && !is_there(&store, "second").await);
        {
            let mut line = store.writer.alone().await.unwrap();
            let connection = line.connection().await.unwrap();
            sqlx::query("PRAGMA max_page_count = 1000000").execute(connection).await.unwrap();
        }
        let mut third = store.begin().await.unwrap();
        third.count_try("third", NOW, HOUR).await.unwrap();
        third.save().await.unwrap();
        assert!(is_there(&store, "third").await, "there is room again, and no restart was needed");
    }

    #[tokio::test]
    async fn when_the_commit_fails_every_unit_in_it_is_told() {
        let (_folder, _files, store) = database().await;
        let (saving, mut second) = saved_and_at_work(&store).await;
        // A promise that is only looked at when the transaction ends.
        second.execute(query("PRAGMA defer_foreign_keys = ON")).await.unwrap();
        second
            .execute(query(
                "INSERT INTO locations (group_id, id, name, name_folded, time_zone, address, phone, added_at)
                 VALUES (x'00', x'01', '', '', '', '', '', 1)",
            ))
            .await
            .unwrap();
        let second = second.save().await;
        assert!(matches!(second, Err(StoreError::Unavailable(_))), "{second:?}");
        let first = saving.await.unwrap();
        assert!(matches!(first, Err(StoreError::Unavailable(_))), "{first:?}");
        assert!(!is_there(&store, "first").await);
        let mut third = store.begin().await.unwrap();
        third.count_try("third", NOW, HOUR).await.unwrap();
        third.save().await.unwrap();
        assert!(is_there(&store, "third").await);
    }

    // A statement that was given up half-way: nobody knows what became of it, so the unit is not saved.
    #[tokio::test]
    async fn a_unit_with_a_statement_given_up_is_dead() {
        let (_folder, _files, store) = database().await;
        let mut work = store.unit_for_tests().await.unwrap();
        work.count_try("one", NOW, HOUR).await.unwrap();
        {
            let mut statement = std::pin::pin!(work.count_try("two", NOW, HOUR));
            assert!(poll_once(statement.as_mut()).await.is_none(), "it was done at once");
        }
        assert!(work.count_try("three", NOW, HOUR).await.is_err());
        assert!(work.save().await.is_err());
        let mut next = store.begin().await.unwrap();
        next.count_try("next", NOW, HOUR).await.unwrap();
        next.save().await.unwrap();
        assert!(is_there(&store, "next").await);
        assert!(!is_there(&store, "one").await && !is_there(&store, "two").await);
    }

    /// Polls once; none when it is not done yet.
    async fn poll_once<F: Future>(mut future: std::pin::Pin<&mut F>) -> Option<F::Output> {
        std::future::poll_fn(|context| match future.as_mut().poll(context) {
            std::task::Poll::Ready(done) => std::task::Poll::Ready(Some(done)),
            std::task::Poll::Pending => std::task::Poll::Ready(None),
        })
        .await
    }
}
