//! Work that goes on beside the requests: mail, and sweeping up. Several servers of one database may each run it.

mod mail;
mod sweep;

use std::sync::Arc;

use services::Services;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Starts the workers; they end, having finished what they hold, once `stopping` is cancelled.
#[must_use]
pub fn start(services: &Arc<Services>, stopping: &CancellationToken) -> JoinSet<()> {
    let mut workers = JoinSet::new();
    workers.spawn(mail::work(Arc::clone(services), stopping.clone()));
    workers.spawn(sweep::work(Arc::clone(services), stopping.clone()));
    workers
}
