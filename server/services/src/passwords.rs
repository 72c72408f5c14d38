//! Passwords: forgotten, set by a link, changed.

use domain::{account::Door, views::PasswordLinkPage};

use crate::{error::Result, house::Ctx};

/// Mails a link that sets a password, if the address has an account that may use one: also when none was ever set
/// (decision 3). Answers the same for every address (AN-04); the mail leaves by the outbox.
///
/// # Errors
/// [`crate::Error::TooMany`], or [`crate::Error::Invalid`] when the text is no address.
pub async fn request_link(ctx: &Ctx, email: &str) -> Result<()> {
    todo!()
}

/// What the page behind such a link shows. Changes nothing.
///
/// # Errors
/// [`crate::Error::TooMany`].
pub async fn link_page(ctx: &Ctx, token: &str) -> Result<PasswordLinkPage> {
    todo!()
}

/// Sets the password, uses the link up, ends every other session (SS-02), signs in, and, for an account that never had
/// a password, accepts its open invitations (S3-21). Mails "your password was changed" to an account that had one.
///
/// # Errors
/// [`crate::Error::NotFound`] for a dead link, [`crate::Error::Invalid`] for the password.
pub async fn set_by_link(ctx: &Ctx, token: &str, password: &str) -> Result<Door> {
    todo!()
}

/// Changes the password of the signed-in account; its other sessions end, and this one gets a new token (SS-02).
///
/// # Errors
/// [`crate::Error::Invalid`] naming `current` or `password`.
pub async fn change(ctx: &Ctx, current: &str, password: &str) -> Result<()> {
    todo!()
}
