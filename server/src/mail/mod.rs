//! Mail: what letters say ([`stationery`]) and how they leave ([`smtp`], or the [`mailbox`] of demo and tests).

pub mod mailbox;
pub mod message;
pub mod nowhere;
pub mod smtp;
pub mod stationery;

pub use mailbox::Mailbox;
pub use nowhere::Nowhere;
pub use smtp::SmtpMailer;
pub use stationery::Paper;
