//! Files that came while the virus scanner did not answer: tried again, until it does.

use std::sync::Arc;

use services::{Services, files};
use tokio_util::sync::CancellationToken;

use crate::limits;

pub(super) async fn work(services: Arc<Services>, stopping: CancellationToken) {
    loop {
        if let Err(error) = files::scan_waiting(&services, &|| stopping.is_cancelled()).await {
            tracing::warn!(%error, "files that wait for the scanner could not be seen to; the next time is soon");
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(limits::SCAN_SLEEP) => {}
        }
    }
}
