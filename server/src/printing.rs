//! The printer: typst off the async threads, one paper at a time, a short queue, and nobody waits for ever.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use docgen::Paper;
use domain::time::Span;
use services::ports::{Printer, Unprinted};
use tokio::sync::Semaphore;

use crate::limits::{PRINT_TIME, PRINTS_WAITING};

/// What a caller for whom there is no room is told.
const COME_BACK: Span = Span::seconds(2);

/// Makes PDFs.
pub struct Press {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    patience: Duration,
}

impl Default for Press {
    fn default() -> Self {
        Self {
            // A paper takes a core for some milliseconds: at one at a time the rest of the server goes on.
            running: Arc::new(Semaphore::new(1)),
            waiting: Arc::new(Semaphore::new(1 + PRINTS_WAITING)),
            patience: PRINT_TIME,
        }
    }
}

#[async_trait]
impl Printer for Press {
    async fn print(&self, paper: Paper) -> Result<Vec<u8>, Unprinted> {
        self.in_turn(move || typeset(&paper)).await
    }
}

#[cfg(feature = "pdf")]
fn typeset(paper: &Paper) -> Result<Vec<u8>, docgen::Unprinted> {
    docgen::pdf(paper)
}

#[cfg(not(feature = "pdf"))]
fn typeset(_: &Paper) -> Result<Vec<u8>, std::io::Error> {
    Err(std::io::Error::other("this program was built without its typesetter (feature pdf)"))
}

impl Press {
    async fn in_turn<E: std::error::Error + Send + Sync + 'static>(
        &self,
        work: impl FnOnce() -> Result<Vec<u8>, E> + Send + 'static,
    ) -> Result<Vec<u8>, Unprinted> {
        let busy = || Unprinted::Busy { retry_after: COME_BACK };
        let _place = self.waiting.try_acquire().map_err(|_| busy())?;
        let running = Arc::clone(&self.running);
        let print = async move {
            let turn = running.acquire_owned().await.map_err(fault)?;
            // The turn goes with the work: a caller who goes away does not make room before the core is free.
            let made = tokio::task::spawn_blocking(move || {
                let _turn = turn;
                work()
            });
            made.await.map_err(fault)?.map_err(fault)
        };
        tokio::time::timeout(self.patience, print).await.unwrap_or_else(|_| Err(busy()))
    }
}

fn fault(error: impl std::error::Error + Send + Sync + 'static) -> Unprinted {
    Unprinted::Fault(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slow() -> Result<Vec<u8>, std::io::Error> {
        std::thread::sleep(Duration::from_millis(300));
        Ok(vec![1])
    }

    // a flood is answered at once; nobody waits behind more than the queue.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_flood_is_refused_beyond_the_queue() {
        let press = Press::default();
        let answers = futures::future::join_all((0..40).map(|_| press.in_turn(slow))).await;
        let refused = answers.iter().filter(|answer| matches!(answer, Err(Unprinted::Busy { .. }))).count();
        assert_eq!(refused, 40 - 1 - PRINTS_WAITING);
    }

    // What takes too long is given up by who waits, and still holds its turn: the next one does not run beside it.
    #[tokio::test(flavor = "multi_thread")]
    async fn nobody_waits_for_ever() {
        let press = Press { patience: Duration::from_millis(50), ..Press::default() };
        assert!(matches!(press.in_turn(slow).await, Err(Unprinted::Busy { .. })));
        assert_eq!(press.running.available_permits(), 0);
        assert!(matches!(press.in_turn(slow).await, Err(Unprinted::Busy { .. })));
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert_eq!(press.running.available_permits(), 1);
        assert_eq!(press.in_turn(|| Ok::<_, std::io::Error>(vec![2])).await.ok(), Some(vec![2]));
    }
}
