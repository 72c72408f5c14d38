//! Sweeps away, every hour, what is over: sessions, counts of tries, mails that left.

use std::sync::Arc;

use domain::{
    limits::{CONSOLE_ABSOLUTE, PORTAL_ABSOLUTE},
    time::Span,
};
use services::{Services, ports::Stored};
use tokio_util::sync::CancellationToken;

use crate::limits;

/// How long mails that left are remembered.
const SENT_MAIL: Span = Span::days(30);

pub(super) async fn work(services: Arc<Services>, stopping: CancellationToken) {
    loop {
        if let Err(error) = sweep(&services).await {
            tracing::warn!(%error, "sweeping up failed; the next time is in an hour");
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(limits::SWEEP) => {}
        }
    }
}

async fn sweep(services: &Services) -> Stored<()> {
    let now = services.clock.now();
    let mut work = services.store.begin().await?;
    let sessions = work.sweep_sessions(now - CONSOLE_ABSOLUTE.max(PORTAL_ABSOLUTE)).await?;
    let tries = work.sweep_tries(now).await?;
    let mails = work.unscoped_sweep_mail(now - SENT_MAIL).await?;
    work.save().await?;
    tracing::debug!(sessions, tries, mails, "swept");
    Ok(())
}
