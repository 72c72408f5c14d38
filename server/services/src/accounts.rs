//! Sign in, sign out, devices, and the switch between console and portal.

use domain::{
    account::{Device, Door},
    ids::SessionId,
};

use crate::{error::Result, house::Ctx};

/// Signs in at one side of the house. Answers the same, in text and time, for an unknown address, a wrong password, an
/// account without a password and one that has nothing on this side (AN-03). An open session of the same browser ends; the
/// new one has a new token.
///
/// # Errors
/// [`crate::Error::SignInRefused`] or [`crate::Error::TooMany`].
pub async fn sign_in(ctx: &Ctx, door: Door, email: &str, password: &str) -> Result<Door> {
    todo!()
}

/// Ends this session.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn sign_out(ctx: &Ctx) -> Result<()> {
    todo!()
}

/// Ends every session of the account, this one included.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn sign_out_everywhere(ctx: &Ctx) -> Result<()> {
    todo!()
}

/// The account's signed-in devices, latest act first.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn devices(ctx: &Ctx) -> Result<Vec<Device>> {
    todo!()
}

/// Ends one device's session.
///
/// # Errors
/// [`crate::Error::NotFound`] when it is not one of the caller's.
pub async fn end_device(ctx: &Ctx, id: SessionId) -> Result<()> {
    todo!()
}

/// Goes to the other side with a new session; the old one ends.
///
/// # Errors
/// [`crate::Error::NotFound`] when the account has nothing there.
pub async fn switch_door(ctx: &Ctx, to: Door) -> Result<Door> {
    todo!()
}
