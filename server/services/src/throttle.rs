//! Tries that slow down: two keys, the address and the account (rule 17). They slow, they never lock out.

use domain::time::Span;

use crate::{error::Result, house::Ctx};

/// Counts a try by this caller's address and, where there is one, on this account (an email, any case).
///
/// # Errors
/// [`crate::Error::TooMany`] when either had too many in the window.
pub async fn count(ctx: &Ctx, what: &'static str, account: Option<&str>) -> Result<()> {
    todo!()
}
