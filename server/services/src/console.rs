//! What the console needs before it draws anything.

use domain::views::ConsoleStart;

use crate::{error::Result, house::Ctx};

/// Who the user is, where, and what they may do.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn start(ctx: &Ctx) -> Result<ConsoleStart> {
    todo!()
}
