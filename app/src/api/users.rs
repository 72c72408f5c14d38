//! Doors: users of the group and their access.

use domain::{
    access::Explanation,
    ids::{PatientId, UserId},
    page::{Page, PageRequest},
    user::{Added, NewUserForm, UserFilter, UserForm, UserPage, UserRow},
};
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::users};

/// One page of the group's users.
#[server(name = ListUsers, endpoint = "users/list", input = Json, client = super::client::Console)]
pub async fn list(filter: UserFilter, page: PageRequest) -> Result<Page<UserRow>, AppError> {
    answer("", |ctx| async move { users::list(&ctx, &filter, &page).await }).await
}

/// One user.
#[server(name = ShowUser, endpoint = "users/page", input = Json, client = super::client::Console)]
pub async fn page(id: UserId) -> Result<UserPage, AppError> {
    answer(id, |ctx| async move { users::page(&ctx, id).await }).await
}

/// Adds a user, or asks somebody who has an account to join (S4-28, S4-31).
#[server(name = AddUser, endpoint = "users/add", input = Json, client = super::client::Console)]
pub async fn add(form: NewUserForm, password: String, password_again: String) -> Result<Added, AppError> {
    answer("", |ctx| async move { users::add(&ctx, &form, &password, &password_again).await }).await
}

/// Changes a user's details and access.
#[server(name = SaveUser, endpoint = "users/save", input = Json, client = super::client::Console)]
pub async fn save(id: UserId, version: i64, form: UserForm) -> Result<(), AppError> {
    answer(id, |ctx| async move { users::save(&ctx, id, version, &form).await }).await
}

/// Ends a user's access, on every device at once; an invitation to join is taken back.
#[server(name = DeactivateUser, endpoint = "users/deactivate", input = Json, client = super::client::Console)]
pub async fn deactivate(id: UserId, version: i64) -> Result<(), AppError> {
    answer(id, |ctx| async move { users::deactivate(&ctx, id, version).await }).await
}

/// Gives a user's access back.
#[server(name = ReactivateUser, endpoint = "users/reactivate", input = Json, client = super::client::Console)]
pub async fn reactivate(id: UserId, version: i64) -> Result<(), AppError> {
    answer(id, |ctx| async move { users::reactivate(&ctx, id, version).await }).await
}

/// Asks somebody who said no again.
#[server(name = InviteUserAgain, endpoint = "users/invite_again", input = Json, client = super::client::Console)]
pub async fn invite_again(id: UserId, version: i64) -> Result<(), AppError> {
    answer(id, |ctx| async move { users::invite_again(&ctx, id, version).await }).await
}

/// What a user may do in the group, and with a patient over that patient, and why (B-16).
#[server(name = ExplainAccess, endpoint = "users/explain", input = Json, client = super::client::Console)]
pub async fn explain(id: UserId, patient: Option<PatientId>) -> Result<Vec<Explanation>, AppError> {
    answer(id, |ctx| async move { users::explain(&ctx, id, patient).await }).await
}
