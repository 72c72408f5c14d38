//! Work that goes on beside the requests: mail, bulk invitations, files that wait for the scanner, and sweeping up. Several servers of one database may each run it.

mod bulk;
mod mail;
mod scan;
mod sweep;

use std::sync::Arc;

use services::{Services, ports::Hint};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

/// Starts the workers; they end, having finished what they hold, once `stopping` is cancelled.
#[must_use]
pub fn start(services: &Arc<Services>, stopping: &CancellationToken) -> JoinSet<()> {
    let mut workers = JoinSet::new();
    workers.spawn(mail::work(Arc::clone(services), stopping.clone()));
    workers.spawn(bulk::work(Arc::clone(services), stopping.clone()));
    workers.spawn(scan::work(Arc::clone(services), stopping.clone()));
    workers.spawn(sweep::work(Arc::clone(services), stopping.clone()));
    workers
}

/// Ends when this hint comes, or may have come.
async fn hint_of(hints: &mut Receiver<Hint>, wanted: Hint) {
    loop {
        match hints.recv().await {
            Ok(hint) if hint == wanted => return,
            Ok(Hint::Missed) | Err(RecvError::Lagged(_)) => return,
            Ok(_) => {}
            // No more hints: the timer goes on.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
