//! Hints of all servers that share this database, by LISTEN and NOTIFY.
//!
//! One task with a connection of its own. It connects again by itself, and asks a connection that has been quiet for a
//! while whether it still lives. What is said meanwhile is missed; when it hears again, whoever waits for a hint is told to
//! look once. Hints may be lost, the truth is in the tables.

use std::time::Duration;

use services::ports::Hint;
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};
use tokio::{
    sync::{broadcast, oneshot},
    task::AbortHandle,
    time::{sleep, timeout},
};

use crate::common::PATIENCE;

/// After so much quiet the connection is asked whether it lives.
const QUIET: Duration = Duration::from_secs(10);

/// How long to wait before connecting again.
const PAUSE: Duration = Duration::from_millis(500);

/// The task that listens. It ends with its owner.
pub(super) struct Listener(AbortHandle);

impl Listener {
    /// Starts to listen; returns when it does, or when it does not come about for a while.
    pub(super) async fn start(options: PgConnectOptions, hints: broadcast::Sender<Hint>) -> Self {
        let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE).connect_lazy_with(options);
        let (ready, is_ready) = oneshot::channel();
        let task = tokio::spawn(listen(pool, hints, ready));
        let _ = timeout(PATIENCE, is_ready).await;
        Self(task.abort_handle())
    }

    pub(super) fn stop(&self) {
        self.0.abort();
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn listen(pool: PgPool, hints: broadcast::Sender<Hint>, ready: oneshot::Sender<()>) {
    let mut ready = Some(ready);
    loop {
        if let Err(error) = hear(&pool, &hints, &mut ready).await {
            tracing::debug!(%error, "the connection for hints was lost");
        }
        sleep(PAUSE).await;
    }
}

/// Listens until the connection is lost.
async fn hear(
    pool: &PgPool,
    hints: &broadcast::Sender<Hint>,
    ready: &mut Option<oneshot::Sender<()>>,
) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.eager_reconnect(false);
    patiently(listener.listen("portico")).await?;
    let awaited = ready.take().is_some_and(|ready| ready.send(()).is_ok());
    if !awaited {
        // Others spoke while nobody listened.
        let _ = hints.send(Hint::Missed);
    }
    loop {
        match timeout(QUIET, listener.try_recv()).await {
            Ok(Ok(Some(said))) => {
                // A newer server may say what this one does not know.
                if let Ok(hint) = said.payload().parse() {
                    let _ = hints.send(hint);
                }
            }
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(error)) => return Err(error),
            Err(_) => {
                patiently(sqlx::query("SELECT 1").execute(&mut listener)).await?;
            }
        }
    }
}

async fn patiently<T>(answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    timeout(PATIENCE, answer).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}
