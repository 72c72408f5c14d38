//! Doors: locations of the group.

use domain::{
    ids::LocationId,
    location::{Location, LocationForm},
};
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::locations};

/// The group's locations, by name.
#[server(name = ListLocations, endpoint = "locations/list", input = Json, client = super::client::Console)]
pub async fn list() -> Result<Vec<Location>, AppError> {
    answer("", |ctx| async move { locations::list(&ctx).await }).await
}

/// Adds one.
#[server(name = AddLocation, endpoint = "locations/add", input = Json, client = super::client::Console)]
pub async fn add(form: LocationForm) -> Result<LocationId, AppError> {
    answer("", |ctx| async move { locations::add(&ctx, &form).await }).await
}

/// Changes one.
#[server(name = SaveLocation, endpoint = "locations/save", input = Json, client = super::client::Console)]
pub async fn save(id: LocationId, version: i64, form: LocationForm) -> Result<(), AppError> {
    answer(id, |ctx| async move { locations::save(&ctx, id, version, &form).await }).await
}
