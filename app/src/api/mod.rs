//! The doors: server functions, one file per noun, about three lines each. One `ls` shows the attack surface.
//!
//! Every door is a POST under `/api/…` with a stable path; who may pass which is written down once more in the door
//! list (`server/doors.toml`), which a test compares with what is registered.
//!
//! To add a door: the function here, its line in the door list, its three tests (works, twice, unknown).

pub mod access_log;
pub mod account;
pub mod activities;
pub mod bulk;
pub mod chat;
mod client;
pub mod console;
pub mod documents;
pub mod emergency_access;
pub mod family;
pub mod files;
pub mod forms;
pub mod group_chat;
pub mod handout;
pub mod history;
pub mod invitations;
pub mod locations;
pub mod mails;
pub mod memberships;
pub mod note_templates;
pub mod notes;
pub mod notifications;
pub mod passwords;
pub mod patients;
pub mod portal;
pub mod portal_users;
pub mod relationships;
pub mod reports;
pub mod set_up;
pub mod settings;
mod strict;
pub mod templates;
pub mod updates;
pub mod users;

/// The header of a call that an open page makes by itself because the bell rang: no human act (decision 15).
pub const REFRESH: &str = "x-portico-refresh";

/// The header that says as which of the account's memberships this tab of the console acts.
pub const AS_USER_HEADER: &str = "x-portico-user";

pub use client::{act_as, refresh};
#[cfg(feature = "ssr")]
pub use server_side::{RequestId, Route, answer, told};

#[cfg(feature = "ssr")]
mod server_side {
    use std::fmt::Display;

    use leptos::prelude::use_context;
    use services::Ctx;

    use crate::error::AppError;

    /// The id under which this request stands in the log. Provided by the server's edge beside the [`Ctx`].
    #[derive(Clone)]
    pub struct RequestId(pub String);

    /// By which way in this request came, as the door list names it: a door, or a page that calls doors while it is drawn.
    /// Provided by the server's edge.
    #[derive(Clone)]
    pub struct Route(pub String);

    /// Runs a service with the request's [`Ctx`] and turns its error into an answer. A refusal of a signed-in caller is
    /// written down: `object` is the id as it was sent.
    ///
    /// # Errors
    /// The service's, as an [`AppError`].
    pub async fn answer<T, F>(object: impl Display + Send, service: impl FnOnce(Ctx) -> F + Send) -> Result<T, AppError>
    where
        F: Future<Output = services::Result<T>> + Send,
    {
        let reference = use_context::<RequestId>().map(|id| id.0).unwrap_or_default();
        let door = use_context::<Route>().map(|route| route.0).unwrap_or_default();
        let Some(ctx) = use_context::<Ctx>() else {
            return Err(AppError::Fault { reference });
        };
        match service(ctx.clone()).await {
            Ok(value) => Ok(value),
            Err(error) => Err(told(&ctx, &reference, &door, object, error).await),
        }
    }

    /// What the caller is told of an error. A refusal of a signed-in caller is written down: `object` is the id as it was sent.
    pub async fn told(
        ctx: &Ctx,
        reference: &str,
        door: &str,
        object: impl Display + Send,
        error: services::Error,
    ) -> AppError {
        let refused = match &error {
            services::Error::NotFound => Some("not found".to_owned()),
            services::Error::Forbidden(refusal) => Some(format!("{refusal:?}")),
            _ => None,
        };
        if let Some(reason) = refused
            && let Err(cause) = services::audit::denied(ctx, door, &object.to_string(), &reason).await
        {
            tracing::error!(reference, door, %cause, "a refusal could not be written down");
        }
        AppError::from_service(error, reference)
    }
}
