//! Hands mail to a mail server over SMTP.

use async_trait::async_trait;
use domain::{email::Email, mail::Failure};
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor,
    transport::smtp::{PoolConfig, response::Severity},
};
use services::ports::{Letter, Mailer};

use super::message::message;
use crate::{config::Smtp, failure::Failure as Stop, limits};

/// Connections kept open to the mail server.
const CONNECTIONS: u32 = 4;

/// A mail server.
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Email,
    host: String,
}

impl SmtpMailer {
    /// Speaks to the server of this configuration; `host` is of the public address. Connects only when there is mail.
    ///
    /// # Errors
    /// When the address of the mail server cannot be used.
    pub fn new(smtp: &Smtp, host: &str) -> Result<Self, Stop> {
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(&smtp.url).map_err(|_| {
            Stop::setting(
                "SMTP_URL",
                "cannot be used",
                "Write smtps://user:password@host, or smtp://user:password@host:587?tls=required.",
            )
        })?;
        let transport =
            builder.timeout(Some(limits::SMTP_TIME)).pool_config(PoolConfig::new().max_size(CONNECTIONS)).build();
        Ok(Self { transport, from: smtp.from.clone(), host: host.to_owned() })
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, letter: &Letter) -> Result<(), Failure> {
        let message = message(letter, &self.from, &self.host).map_err(|error| {
            tracing::error!(mail = %letter.id, %error, "this mail cannot be written");
            Failure::Rejected
        })?;
        // The limit set above is for one step; a server that answers each step slowly is bounded by who calls this.
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) => {
                let failure = failure_of(&error);
                // The server's words may repeat the address: only the code is logged.
                let code = error.status().map(|code| code.to_string());
                tracing::warn!(mail = %letter.id, ?failure, code, "the mail server did not take a mail");
                Err(failure)
            }
        }
    }
}

fn failure_of(error: &lettre::transport::smtp::Error) -> Failure {
    let Some(code) = error.status() else { return Failure::Unreachable };
    match (code.severity, u16::from(code)) {
        // "Sign in first", "wrong password": the server's trouble, not this mail's.
        (_, 454 | 530 | 534 | 535 | 538) => Failure::SignInRefused,
        (Severity::TransientNegativeCompletion, _) => Failure::Deferred,
        (Severity::PermanentNegativeCompletion, _) => Failure::Rejected,
        _ => Failure::Unreachable,
    }
}
