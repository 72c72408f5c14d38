//! Bulk invitations: goes on with them when one was begun or started, and looks now and then for what another server left.

use std::{sync::Arc, time::Duration};

use services::{Services, bulk, ports::Hint};
use tokio_util::sync::CancellationToken;

use crate::{jobs::hint_of, limits};

/// What it waits after storage failed it.
const TROUBLE: Duration = Duration::from_secs(5);

pub(super) async fn work(services: Arc<Services>, stopping: CancellationToken) {
    let mut hints = services.store.hints();
    while !stopping.is_cancelled() {
        let sleep = match bulk::work(&services, &|| stopping.is_cancelled()).await {
            Ok(()) => limits::BULK_SLEEP,
            Err(error) => {
                tracing::warn!(%error, "bulk invitations cannot go on; trying again soon");
                TROUBLE
            }
        };
        tokio::select! {
            () = stopping.cancelled() => {}
            () = tokio::time::sleep(sleep) => {}
            () = hint_of(&mut hints, Hint::Bulk) => {}
        }
    }
}
