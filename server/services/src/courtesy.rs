//! People first: work in the background goes on in the gaps that requests leave, in short turns.
//!
//! While nobody is about, everything in the background runs as fast as it can. While somebody is, it takes turns: one piece
//! at a time, begun when nobody is being served, and a rest as long as the piece took. So whoever stays waits for one short
//! piece at most, however much one group's bulk invitation has to do (TG-08, P-18). What began while nobody was about ends
//! first, and other servers of the database know nothing of the guests here.

use std::sync::{
    Arc, Mutex as Plain, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    sync::{Mutex, MutexGuard, Notify},
    time::{Duration, Instant, sleep_until, timeout},
};

/// Somebody who was served just now is likely to ask for more: how long they count as being about.
const ABOUT: Duration = Duration::from_millis(5);
/// The longest a turn waits for those who are being served, so that the background goes on in a crowd too, and also while
/// somebody sends a request byte by byte.
const PATIENCE: Duration = Duration::from_millis(15);
/// The longest rest after a turn.
const REST: Duration = Duration::from_millis(100);

/// Who is being served, and whose turn it is in the background.
#[derive(Default)]
pub struct Courtesy {
    served: AtomicUsize,
    /// When the last one was answered.
    last: Plain<Option<Instant>>,
    gone: Notify,
    /// One turn at a time; when the next may begin.
    turn: Mutex<Option<Instant>>,
}

/// Somebody is being served until this is dropped.
pub struct Guest(Arc<Courtesy>);

/// One piece of background work, until it is dropped.
pub struct Turn<'a> {
    began: Instant,
    next: Option<MutexGuard<'a, Option<Instant>>>,
}

impl Courtesy {
    /// Somebody is there.
    #[must_use]
    pub fn serve(self: &Arc<Self>) -> Guest {
        self.served.fetch_add(1, Ordering::SeqCst);
        Guest(Arc::clone(self))
    }

    /// Is somebody about?
    #[must_use]
    pub fn crowded(&self) -> bool {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        self.served.load(Ordering::SeqCst) > 0 || last.is_some_and(|last| last.elapsed() < ABOUT)
    }

    /// A turn for one short piece of work: at once while nobody is about.
    pub async fn turn(&self) -> Turn<'_> {
        if !self.crowded() {
            return Turn { began: Instant::now(), next: None };
        }
        let next = self.turn.lock().await;
        if let Some(rested) = *next {
            sleep_until(rested).await;
        }
        // Who waited this long goes on all the same.
        let _ = timeout(PATIENCE, self.nobody()).await;
        Turn { began: Instant::now(), next: Some(next) }
    }

    async fn nobody(&self) {
        loop {
            let gone = self.gone.notified();
            if self.served.load(Ordering::SeqCst) == 0 {
                return;
            }
            gone.await;
        }
    }
}

impl Turn<'_> {
    /// Is somebody waiting for this piece to be over?
    #[must_use]
    pub const fn crowded(&self) -> bool {
        self.next.is_some()
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        *self.0.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        if self.0.served.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.gone.notify_waiters();
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(next) = &mut self.next {
            **next = Some(Instant::now() + self.began.elapsed().min(REST));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIECE: Duration = Duration::from_millis(8);

    async fn pieces(courtesy: &Courtesy, count: u32) -> Duration {
        let began = Instant::now();
        let lane = || async {
            let _turn = courtesy.turn().await;
            tokio::time::sleep(PIECE).await;
        };
        futures::future::join_all((0..count).map(|_| lane())).await;
        began.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn while_nobody_is_about_all_lanes_run() {
        assert_eq!(pieces(&Courtesy::default(), 4).await, PIECE);
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_being_served_is_waited_for_and_not_for_ever() {
        let courtesy = Arc::new(Courtesy::default());
        let guest = courtesy.serve();
        let turn = tokio::time::timeout(PATIENCE / 2, courtesy.turn()).await;
        assert!(turn.is_err(), "it began beside somebody");
        let began = Instant::now();
        drop(courtesy.turn().await);
        assert_eq!(began.elapsed(), PATIENCE);
        let leaves = async {
            tokio::time::sleep(PIECE).await;
            drop(guest);
        };
        let began = Instant::now();
        let (_turn, ()) = tokio::join!(courtesy.turn(), leaves);
        assert_eq!(began.elapsed(), PIECE);
    }

    #[tokio::test(start_paused = true)]
    async fn in_a_crowd_one_piece_at_a_time_and_a_rest_after_each() {
        let courtesy = Arc::new(Courtesy::default());
        drop(courtesy.serve());
        // Piece, rest, piece, rest, piece.
        assert_eq!(pieces(&courtesy, 3).await, PIECE * 5);
    }

    #[tokio::test(start_paused = true)]
    async fn a_moment_after_the_last_one_left_all_lanes_run_again() {
        let courtesy = Arc::new(Courtesy::default());
        drop(courtesy.serve());
        assert!(courtesy.crowded());
        tokio::time::sleep(ABOUT).await;
        assert!(!courtesy.crowded());
        assert_eq!(pieces(&courtesy, 4).await, PIECE);
    }
}
