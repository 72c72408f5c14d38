//! What the portal's pages start with.

use domain::{
    ids::PatientId,
    views::{PortalFrame, PortalStart},
};

use crate::{error::Result, house::Ctx};

/// The records this person may open.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn start(ctx: &Ctx) -> Result<PortalStart> {
    todo!()
}

/// What every page about one record shows around its content; leaves an audit entry.
///
/// # Errors
/// [`crate::Error::NotFound`] when this person may not open it.
pub async fn frame(ctx: &Ctx, patient: PatientId) -> Result<PortalFrame> {
    todo!()
}
