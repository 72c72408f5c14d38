//! Doors: the portal's handout.

use domain::{
    handout::{Text, View},
    paper::File,
};
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::handout};

/// The group's handout.
#[server(endpoint = "handout/find", input = Json, client = super::client::Console)]
pub async fn find() -> Result<View, AppError> {
    answer("", |ctx| async move { handout::find(&ctx).await }).await
}

/// Changes its text.
#[server(endpoint = "handout/save", input = Json, client = super::client::Console)]
pub async fn save(version: i64, text: Text) -> Result<(), AppError> {
    answer("", |ctx| async move { handout::save(&ctx, version, &text).await }).await
}

/// The handout as a file.
#[server(endpoint = "handout/pdf", input = Json, client = super::client::Console)]
pub async fn pdf() -> Result<File, AppError> {
    answer("", |ctx| async move { handout::pdf(&ctx).await }).await
}
