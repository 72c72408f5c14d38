//! The mail worker: looks into the outbox when a mail was put there and when one is due.

use std::{sync::Arc, time::Duration};

use services::{Services, mails, ports::Hint};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio_util::sync::CancellationToken;

use crate::limits;

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
            () = mail_hint(&mut hints) => {}
        }
    }
}

/// Ends when there may be mail.
async fn mail_hint(hints: &mut Receiver<Hint>) {
    loop {
        match hints.recv().await {
            Ok(Hint::Mail) | Err(RecvError::Lagged(_)) => return,
            Ok(_) => {}
            // No more hints: the timer goes on.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
