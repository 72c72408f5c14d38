//! Invitations to the portal: invite, resend, revoke, accept.

use domain::{
    account::Door,
    ids::{InvitationId, PatientId},
    invitation::{InvitationRow, InviteForm, InviteStart, LinkPage},
    page::{Page, PageRequest},
};

use crate::{error::Result, house::Ctx};

/// What the dialog starts with.
///
/// # Errors
/// [`crate::Error::NotFound`], or a [`domain::error::Conflict`] that says why nobody can be invited.
pub async fn start(ctx: &Ctx, patient: PatientId) -> Result<InviteStart> {
    todo!()
}

/// Invites the patient. The mail leaves by the outbox; whoever was invited before and has not accepted yet is invited
/// again, and the earlier link stops working.
///
/// # Errors
/// [`domain::error::Conflict`] or [`crate::Error::Invalid`]: S1-04, S1-08, S1-15, PX-14.
pub async fn invite(ctx: &Ctx, patient: PatientId, form: &InviteForm) -> Result<InvitationId> {
    todo!()
}

/// The patient's invitations, latest first (B-06).
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn list(ctx: &Ctx, patient: PatientId, page: &PageRequest) -> Result<Page<InvitationRow>> {
    todo!()
}

/// Sends a new link; the one before stops working.
///
/// # Errors
/// [`domain::error::Conflict`].
pub async fn resend(ctx: &Ctx, patient: PatientId, id: InvitationId) -> Result<()> {
    todo!()
}

/// Takes an invitation back; its link stops working at once and a waiting mail does not leave.
///
/// # Errors
/// [`domain::error::Conflict`].
pub async fn revoke(ctx: &Ctx, patient: PatientId, id: InvitationId) -> Result<()> {
    todo!()
}

/// What the page behind a link shows. Changes nothing: mail scanners open links too.
///
/// # Errors
/// [`crate::Error::TooMany`] after too many unknown links from one address (AN-06).
pub async fn link_page(ctx: &Ctx, token: &str) -> Result<LinkPage> {
    todo!()
}

/// A person saw the page: it was opened.
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn opened(ctx: &Ctx, token: &str) -> Result<()> {
    todo!()
}

/// Accepts by setting a first password, and signs in at the portal.
///
/// # Errors
/// [`crate::Error::NotFound`] for an unknown link, [`domain::error::Conflict`] for a dead one or for an account that has a
/// password ([`domain::error::Conflict::SignInFirst`]), [`crate::Error::Invalid`] for the password.
pub async fn accept(ctx: &Ctx, token: &str, password: &str) -> Result<Door> {
    todo!()
}

/// Accepts with the account that is signed in, which must be the one invited (PX-10).
///
/// # Errors
/// [`domain::error::Conflict`].
pub async fn confirm(ctx: &Ctx, token: &str) -> Result<Door> {
    todo!()
}

/// Mails a fresh link for an expired invitation, to the invited address only (decision 2). Answers the same whatever
/// became of the invitation.
///
/// # Errors
/// [`crate::Error::TooMany`].
pub async fn renew(ctx: &Ctx, token: &str) -> Result<()> {
    todo!()
}
