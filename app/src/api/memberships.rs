//! Doors: the groups one works in, those that ask one to join, and going from one to another.

use domain::{ids::UserId, user::Offers, views::Lobby};
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {
    super::answer,
    domain::error::Conflict,
    services::{Error, memberships},
};

/// The groups that ask the caller to join.
#[server(name = ListOffers, endpoint = "memberships/offers", input = Json, client = super::client::Console)]
pub async fn offers() -> Result<Offers, AppError> {
    answer("", |ctx| async move { memberships::offers(&ctx).await }).await
}

/// Joins the group (S4-32).
#[server(name = AcceptOffer, endpoint = "memberships/accept", input = Json, client = super::client::Console)]
pub async fn accept(user: UserId) -> Result<(), AppError> {
    answer(user, |ctx| async move { memberships::accept(&ctx, user).await }).await
}

/// Does not join it.
#[server(name = RejectOffer, endpoint = "memberships/reject", input = Json, client = super::client::Console)]
pub async fn reject(user: UserId) -> Result<(), AppError> {
    answer(user, |ctx| async move { memberships::reject(&ctx, user).await }).await
}

/// Goes to another group that the caller works in (S4-12).
#[server(name = SwitchGroup, endpoint = "memberships/switch", input = Json, client = super::client::Console)]
pub async fn switch(user: UserId) -> Result<(), AppError> {
    answer(user, |ctx| async move { memberships::switch(&ctx, user).await }).await
}

/// Mails the caller a link that sets their password, which proves that they read the mail of their address.
#[server(name = ProveMailbox, endpoint = "memberships/prove", input = Json, client = super::client::Console)]
pub async fn prove_mailbox() -> Result<(), AppError> {
    answer("", |ctx| async move { memberships::prove_mailbox(&ctx).await }).await
}

/// What somebody in the lobby is shown.
#[server(name = ShowLobby, endpoint = "memberships/lobby")]
pub async fn lobby() -> Result<Lobby, AppError> {
    answer("", |ctx| async move { memberships::lobby(&ctx).await }).await
}

/// The same answers by a plain form on the lobby's page: `yes` joins, everything else does not.
#[server(name = AnswerOffer, endpoint = "memberships/answer")]
pub async fn answer_offer(user: UserId, #[server(default)] join: String) -> Result<(), AppError> {
    let next = answer(user, |ctx| async move {
        if join == "yes" {
            match memberships::accept(&ctx, user).await {
                // Joined already, on another device: all that is left is to go in.
                Ok(()) | Err(Error::Conflict(Conflict::NotInvited)) => {}
                Err(error) => return Err(error),
            }
            memberships::switch(&ctx, user).await?;
            return Ok("/console");
        }
        memberships::reject(&ctx, user).await?;
        Ok("/welcome")
    })
    .await?;
    leptos_axum::redirect(next);
    Ok(())
}
