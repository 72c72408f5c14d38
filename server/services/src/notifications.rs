//! What the bell says.

use domain::{
    ids::NotificationId,
    notification::NotificationRow,
    page::{Page, PageRequest},
};

use crate::{error::Result, house::Ctx};

/// The caller's own, latest first. Names are looked up now, with what the caller may see now.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn list(ctx: &Ctx, page: &PageRequest) -> Result<Page<NotificationRow>> {
    todo!()
}

/// How many are unread, counted up to 100.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn unread(ctx: &Ctx) -> Result<i64> {
    todo!()
}

/// Marks one as read, or with `None` all.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn mark_read(ctx: &Ctx, id: Option<NotificationId>) -> Result<()> {
    todo!()
}
