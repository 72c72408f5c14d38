//! Doors: home activities. The practice's take JSON; the portal's are what its pages read and post.

use domain::{
    activity::{Activities, ActivityForm, ActivityPage, Doing, OwnActivities, OwnActivity},
    ids::{ActivityId, PatientId},
    page::{Page, PageRequest},
    time::Date,
};
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::activities};

/// The patient's home activities: those that go on first.
#[server(name = ListActivities, endpoint = "activities/list", input = Json, client = super::client::Console)]
pub async fn list(patient: PatientId, page: PageRequest) -> Result<Activities, AppError> {
    answer(patient, |ctx| async move { activities::list(&ctx, patient, &page).await }).await
}

/// One of them.
#[server(name = OpenActivity, endpoint = "activities/open", input = Json, client = super::client::Console)]
pub async fn open(patient: PatientId, id: ActivityId) -> Result<ActivityPage, AppError> {
    answer(id, |ctx| async move { activities::open(&ctx, patient, id).await }).await
}

/// On which days it was done, the latest first.
#[server(name = ActivityDoings, endpoint = "activities/doings", input = Json, client = super::client::Console)]
pub async fn doings(patient: PatientId, id: ActivityId, page: PageRequest) -> Result<Page<Doing>, AppError> {
    answer(id, |ctx| async move { activities::doings(&ctx, patient, id, &page).await }).await
}

/// Assigns one.
#[server(name = AssignActivity, endpoint = "activities/assign", input = Json, client = super::client::Console)]
pub async fn assign(patient: PatientId, form: ActivityForm) -> Result<ActivityId, AppError> {
    answer(patient, |ctx| async move { activities::assign(&ctx, patient, &form).await }).await
}

/// Changes one that goes on; tells the next version.
#[server(name = SaveActivity, endpoint = "activities/save", input = Json, client = super::client::Console)]
pub async fn save(patient: PatientId, id: ActivityId, version: i64, form: ActivityForm) -> Result<i64, AppError> {
    answer(id, |ctx| async move { activities::save(&ctx, patient, id, version, &form).await }).await
}

/// Ends one that goes on.
#[server(name = EndActivity, endpoint = "activities/end", input = Json, client = super::client::Console)]
pub async fn end(patient: PatientId, id: ActivityId) -> Result<(), AppError> {
    answer(id, |ctx| async move { activities::end(&ctx, patient, id).await }).await
}

/// Takes one back.
#[server(name = WithdrawActivity, endpoint = "activities/withdraw", input = Json, client = super::client::Console)]
pub async fn withdraw(patient: PatientId, id: ActivityId) -> Result<(), AppError> {
    answer(id, |ctx| async move { activities::withdraw(&ctx, patient, id).await }).await
}

/// What was assigned: what goes on first.
#[server(name = OwnActivitiesOf, endpoint = "activities/own")]
pub async fn own(patient: PatientId, #[server(default)] after: String) -> Result<OwnActivities, AppError> {
    let page = PageRequest { after: (!after.is_empty()).then_some(after), limit: None };
    answer(patient, |ctx| async move { activities::list_own(&ctx, patient, &page).await }).await
}

/// One of them.
#[server(name = OwnActivityOf, endpoint = "activities/read")]
pub async fn read(patient: PatientId, id: ActivityId) -> Result<OwnActivity, AppError> {
    answer(id, |ctx| async move { activities::open_own(&ctx, patient, id).await }).await
}

/// Ticks one off for a day; goes back to it.
#[server(name = ActivityDone, endpoint = "activities/done")]
pub async fn done(
    patient: PatientId,
    id: ActivityId,
    day: Date,
    #[server(default)] note: String,
) -> Result<(), AppError> {
    answer(id, |ctx| async move { activities::done(&ctx, patient, id, day, &note).await }).await?;
    leptos_axum::redirect(&format!("/portal/{patient}/activities/{id}"));
    Ok(())
}

/// Says that it was not done on a day after all; goes back to it.
#[server(name = ActivityNotDone, endpoint = "activities/not_done")]
pub async fn not_done(patient: PatientId, id: ActivityId, day: Date) -> Result<(), AppError> {
    answer(id, |ctx| async move { activities::not_done(&ctx, patient, id, day).await }).await?;
    leptos_axum::redirect(&format!("/portal/{patient}/activities/{id}"));
    Ok(())
}
