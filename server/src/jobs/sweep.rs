//! Sweeps away, every hour, what is over.

use std::sync::Arc;

use services::{Services, sweep::sweep};
use tokio_util::sync::CancellationToken;

use crate::limits;

pub(super) async fn work(services: Arc<Services>, stopping: CancellationToken) {
    loop {
        if let Err(error) = sweep(&services, &|| stopping.is_cancelled()).await {
            tracing::warn!(%error, "sweeping up failed; the next time is in an hour");
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(limits::SWEEP) => {}
        }
    }
}
