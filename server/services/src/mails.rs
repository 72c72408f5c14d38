//! The worker that empties the outbox, and what it parks.

use std::sync::Arc;

use domain::{
    ids::MailId,
    mail::ParkedMail,
    page::{Page, PageRequest},
    time::Time,
};

use crate::{
    error::Result,
    house::{Ctx, House},
};

/// Sends what is due, and tells when to look again at the latest. What a mail says is written now, from what is true now:
/// a revoked or accepted invitation sends nothing (rule 11). Run by any number of servers.
///
/// # Errors
/// Storage's.
pub async fn deliver_due(house: &Arc<House>) -> Result<Option<Time>> {
    todo!()
}

/// The group's mails that cannot be delivered, latest first.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub async fn parked(ctx: &Ctx, page: &PageRequest) -> Result<Page<ParkedMail>> {
    todo!()
}

/// Tries a parked mail again.
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn retry(ctx: &Ctx, id: MailId) -> Result<()> {
    todo!()
}
