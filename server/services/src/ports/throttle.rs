//! Counts of tries, kept in the database so that several servers count together.

use async_trait::async_trait;
use domain::time::{Span, Time};

use super::Stored;

/// Counts of tries.
#[async_trait]
pub trait Throttle {
    /// Counts one more try under `key` and tells how many there were in the present window, this one included, and
    /// when the window ends. The key holds no address in clear.
    async fn count_try(&mut self, key: &str, now: Time, window: Span) -> Stored<(u32, Time)>;

    /// The count under `key` in the present window and when the window ends; none when no window is open. Counts nothing.
    async fn tries(&mut self, key: &str, now: Time) -> Stored<Option<(u32, Time)>>;

    /// Forgets windows that ended before this time, at most [`domain::limits::SWEPT`] at once.
    async fn sweep_tries(&mut self, ended_before: Time) -> Stored<u64>;
}
