//! No mail server is configured: mail waits.

use async_trait::async_trait;
use domain::mail::Failure;
use services::ports::{Letter, Mailer};

/// Takes no mail, so that it stays in the outbox until there is a mail server.
#[derive(Debug)]
pub struct Nowhere;

#[async_trait]
impl Mailer for Nowhere {
    fn configured(&self) -> bool {
        false
    }

    async fn send(&self, _letter: &Letter) -> Result<(), Failure> {
        Err(Failure::Unreachable)
    }
}
