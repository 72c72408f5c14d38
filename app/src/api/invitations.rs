//! Doors: invitations to the portal, from both of their ends.

use domain::{
    ids::{InvitationId, PatientId},
    invitation::{InvitationRow, InviteForm, InviteStart, LinkPage},
    page::{Page, PageRequest},
};
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::invitations};

/// What the dialog "Invite to the portal" starts with.
#[server(endpoint = "invitations/start", input = Json, client = super::client::Console)]
pub async fn start(patient: PatientId) -> Result<InviteStart, AppError> {
    answer(patient, |ctx| async move { invitations::start(&ctx, patient).await }).await
}

/// Invites the patient.
#[server(endpoint = "invitations/invite", input = Json, client = super::client::Console)]
pub async fn invite(patient: PatientId, form: InviteForm) -> Result<InvitationId, AppError> {
    answer(patient, |ctx| async move { invitations::invite(&ctx, patient, &form).await }).await
}

/// The patient's invitations, latest first.
#[server(endpoint = "invitations/list", input = Json, client = super::client::Console)]
pub async fn list(patient: PatientId, page: PageRequest) -> Result<Page<InvitationRow>, AppError> {
    answer(patient, |ctx| async move { invitations::list(&ctx, patient, &page).await }).await
}

/// Sends a new link.
#[server(endpoint = "invitations/resend", input = Json, client = super::client::Console)]
pub async fn resend(patient: PatientId, id: InvitationId) -> Result<(), AppError> {
    answer(id, |ctx| async move { invitations::resend(&ctx, patient, id).await }).await
}

/// Takes an invitation back.
#[server(endpoint = "invitations/revoke", input = Json, client = super::client::Console)]
pub async fn revoke(patient: PatientId, id: InvitationId) -> Result<(), AppError> {
    answer(id, |ctx| async move { invitations::revoke(&ctx, patient, id).await }).await
}

/// What the page behind a link shows.
#[server(name = ShowLinkPage, endpoint = "invitations/link_page")]
pub async fn link_page(token: String) -> Result<LinkPage, AppError> {
    answer("", |ctx| async move { invitations::link_page(&ctx, &token).await }).await
}

/// A person saw the page.
#[server(endpoint = "invitations/opened")]
pub async fn opened(token: String) -> Result<(), AppError> {
    answer("", |ctx| async move { invitations::opened(&ctx, &token).await }).await
}

/// Accepts by setting a first password, and signs in.
#[server(endpoint = "invitations/accept")]
pub async fn accept(token: String, password: String) -> Result<PatientId, AppError> {
    let patient = answer("", |ctx| async move { invitations::accept(&ctx, &token, &password).await }).await?;
    leptos_axum::redirect(&format!("/portal/{patient}"));
    Ok(patient)
}

/// Accepts with the account that is signed in.
#[server(endpoint = "invitations/confirm")]
pub async fn confirm(token: String) -> Result<PatientId, AppError> {
    let patient = answer("", |ctx| async move { invitations::confirm(&ctx, &token).await }).await?;
    leptos_axum::redirect(&format!("/portal/{patient}"));
    Ok(patient)
}

/// Mails a fresh link for an expired invitation, to the invited address only.
#[server(endpoint = "invitations/renew")]
pub async fn renew(token: String) -> Result<(), AppError> {
    answer("", |ctx| async move { invitations::renew(&ctx, &token).await }).await?;
    leptos_axum::redirect("/fresh-link-sent");
    Ok(())
}
