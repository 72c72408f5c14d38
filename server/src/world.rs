//! The real clock and real random: the only file that asks the machine for either.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use domain::time::Time;
use services::ports::{Clock, Random};
use uuid::Uuid;

/// The machine's clock, in milliseconds, that never goes backwards while the program runs.
#[derive(Debug, Default)]
pub struct MachineClock {
    latest: AtomicI64,
}

impl Clock for MachineClock {
    #[expect(clippy::disallowed_methods, reason = "here the machine is asked")]
    fn now(&self) -> Time {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        Time::from_millis(self.latest.fetch_max(now, Ordering::Relaxed).max(now))
    }

    fn catch_up(&self, at: Time) {
        self.latest.fetch_max(at.millis(), Ordering::Relaxed);
    }
}

/// The machine's random.
#[derive(Debug, Default)]
pub struct MachineChance;

impl Random for MachineChance {
    #[expect(clippy::disallowed_methods, reason = "here the machine is asked")]
    #[expect(clippy::expect_used, reason = "without random there are no secrets: refuse to go on")]
    fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the machine gives no random bytes");
        bytes
    }

    #[expect(clippy::disallowed_methods, reason = "here the machine is asked")]
    fn id(&self) -> Uuid {
        Uuid::now_v7()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // after a backward jump of the machine's clock, time stands still until it has caught up.
    #[test]
    fn the_clock_never_goes_backwards() {
        let clock = MachineClock::default();
        let first = clock.now();
        assert!(clock.now() >= first);
        let ahead = first.millis() + 60_000;
        clock.latest.store(ahead, Ordering::Relaxed);
        assert_eq!(clock.now(), Time::from_millis(ahead));
        clock.catch_up(Time::from_millis(ahead + 1));
        clock.catch_up(Time::from_millis(ahead - 1));
        assert_eq!(clock.now(), Time::from_millis(ahead + 1));
    }

    #[test]
    fn ids_sort_in_the_order_they_were_made() {
        let ids: Vec<Uuid> = (0..1_000).map(|_| MachineChance.id()).collect();
        assert!(ids.is_sorted());
        assert_ne!(MachineChance.secret(), MachineChance.secret());
    }
}
