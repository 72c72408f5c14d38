//! The mail worker: looks into the outbox when a mail was put there and when one is due.

use std::{sync::Arc, time::Duration};

use services::{Services, mails, ports::Hint};
use tokio_util::sync::CancellationToken;

use crate::{jobs::hint_of, limits};

/// What it waits after storage failed it.
const TROUBLE: Duration = Duration::from_secs(5);

pub(super) async fn work(services: Arc<Services>, stopping: CancellationToken) {
    let mut hints = services.store.hints();
    while !stopping.is_cancelled() {
        let sleep = match mails::deliver_due(&services, &|| stopping.is_cancelled()).await {
            Ok(Some(due)) => {
                let wait = due.since(services.clock.now()).as_millis();
                Duration::from_millis(u64::try_from(wait).unwrap_or(0)).min(limits::MAIL_SLEEP)
            }
            Ok(None) => limits::MAIL_SLEEP,
            Err(error) => {
                tracing::warn!(%error, "the outbox cannot be read; trying again soon");
                TROUBLE
            }
        };
        tokio::select! {
            () = stopping.cancelled() => {}
            () = tokio::time::sleep(sleep) => {}
            () = hint_of(&mut hints, Hint::Mail) => {}
        }
    }
}
