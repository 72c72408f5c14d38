//! Every hour: sweeps away what is over, and tells people of what the calendar brings.

use std::sync::Arc;

use services::{Services, portal_users, sweep::sweep};
use tokio_util::sync::CancellationToken;

use crate::limits;

pub(super) async fn work(services: Arc<Services>, stopping: CancellationToken) {
    loop {
        if let Err(error) = sweep(&services, &|| stopping.is_cancelled()).await {
            tracing::warn!(%error, "sweeping up failed; the next time is in an hour");
        }
        if let Err(error) = portal_users::tell_beforehand(&services, &|| stopping.is_cancelled()).await {
            tracing::warn!(%error, "notices of ages failed; the next time is in an hour");
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(limits::SWEEP) => {}
        }
    }
}
