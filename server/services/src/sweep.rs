//! Sweeps away what is over: sessions, counts of tries, mails, tokens, links, devices.

use domain::{
    limits::{BULK_UNSTARTED, CONSOLE_ABSOLUTE, KNOWN_DEVICE, MAIL_KEPT, PASSWORD_LINK_KEPT, PORTAL_ABSOLUTE, SWEPT},
    time::Time,
};

use crate::{
    context::Services,
    error::Result,
    files,
    ports::{Stored, Work},
};

/// What is swept.
#[derive(Debug, Clone, Copy)]
enum What {
    Sessions,
    Tries,
    Mails,
    Sealed,
    PasswordLinks,
    Devices,
    Bulks,
}

impl What {
    const ALL: [Self; 7] =
        [Self::Sessions, Self::Tries, Self::Mails, Self::Sealed, Self::PasswordLinks, Self::Devices, Self::Bulks];

    /// Sweeps some of it; tells how much.
    async fn some(self, work: &mut dyn Work, now: Time) -> Stored<u64> {
        match self {
            Self::Sessions => work.sweep_sessions(now - CONSOLE_ABSOLUTE.max(PORTAL_ABSOLUTE)).await,
            Self::Tries => work.sweep_tries(now).await,
            Self::Mails => work.unscoped_sweep_mail(now - MAIL_KEPT).await,
            Self::Sealed => work.unscoped_sweep_sealed(now).await,
            Self::PasswordLinks => work.unscoped_sweep_password_links(now - PASSWORD_LINK_KEPT).await,
            Self::Bulks => work.unscoped_sweep_bulks(now - BULK_UNSTARTED).await,
            Self::Devices => work.unscoped_sweep_devices(now - KNOWN_DEVICE).await,
        }
    }
}

/// Sweeps everything that is over, in short units of work, so that nobody waits long for one. Ends early once `stopping`
/// says so.
///
/// # Errors
/// Storage's.
pub async fn sweep(services: &Services, stopping: &(dyn Fn() -> bool + Sync)) -> Result<()> {
    let now = services.clock.now();
    for what in What::ALL {
        let mut all = 0;
        while !stopping() {
            let _turn = services.courtesy.turn().await;
            let mut work = services.store.begin().await?;
            let some = what.some(work.as_mut(), now).await?;
            work.save().await?;
            all += some;
            if some < u64::from(SWEPT) {
                break;
            }
        }
        tracing::debug!(?what, all, "swept");
    }
    let all = files::sweep(services, stopping).await?;
    tracing::debug!(all, "swept files");
    Ok(())
}
