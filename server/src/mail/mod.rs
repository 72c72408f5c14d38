//! Mail: what letters say ([`mail_writer`]) and how they leave ([`smtp`], or the [`mailbox`] of demo and tests).

pub mod mail_writer;
pub mod mailbox;
pub mod message;
pub mod nowhere;
pub mod smtp;

pub use mail_writer::Templates;
pub use mailbox::Mailbox;
pub use nowhere::Nowhere;
pub use smtp::SmtpMailer;
