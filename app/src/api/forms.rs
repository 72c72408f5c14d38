//! Doors: forms. The practice's take JSON; the last three are for whoever was asked, and the last of them is what a plain
//! form posts to.

use domain::{
    form::{
        FormAnswers, FormDraft, FormPage, FormRequestRow, FormRow, OwnForm, OwnForms, Raw, SendChoices, SendForm, Wish,
    },
    ids::{FormId, FormRequestId, PatientId},
    page::{Page, PageRequest},
    paper::File,
};
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer as with, services::forms};

/// The group's forms.
#[server(endpoint = "forms/list", input = Json, client = super::client::Console)]
pub async fn list() -> Result<Vec<FormRow>, AppError> {
    with("", |ctx| async move { forms::list(&ctx).await }).await
}

/// One form, for its editor.
#[server(endpoint = "forms/open", input = Json, client = super::client::Console)]
pub async fn open(id: FormId) -> Result<FormPage, AppError> {
    with(id, |ctx| async move { forms::open(&ctx, id).await }).await
}

/// Adds a form, as a draft.
#[server(endpoint = "forms/add", input = Json, client = super::client::Console)]
pub async fn add(form: FormDraft) -> Result<FormId, AppError> {
    with("", |ctx| async move { forms::add(&ctx, &form).await }).await
}

/// Keeps a draft.
#[server(endpoint = "forms/save", input = Json, client = super::client::Console)]
pub async fn save(id: FormId, version: i64, form: FormDraft) -> Result<(), AppError> {
    with(id, |ctx| async move { forms::save(&ctx, id, version, &form).await }).await
}

/// Publishes what is given as the form's next version; tells its number.
#[server(endpoint = "forms/publish", input = Json, client = super::client::Console)]
pub async fn publish(id: FormId, version: i64, form: FormDraft) -> Result<i64, AppError> {
    with(id, |ctx| async move { forms::publish(&ctx, id, version, &form).await }).await
}

/// Puts a form away.
#[server(endpoint = "forms/archive", input = Json, client = super::client::Console)]
pub async fn archive(id: FormId, version: i64) -> Result<(), AppError> {
    with(id, |ctx| async move { forms::archive(&ctx, id, version).await }).await
}

/// Takes a form that was put away into use again.
#[server(endpoint = "forms/restore", input = Json, client = super::client::Console)]
pub async fn restore(id: FormId, version: i64) -> Result<(), AppError> {
    with(id, |ctx| async move { forms::restore(&ctx, id, version).await }).await
}

/// What the dialog that sends forms starts with.
#[server(endpoint = "forms/send_start", input = Json, client = super::client::Console)]
pub async fn send_start(patient: PatientId) -> Result<SendChoices, AppError> {
    with(patient, |ctx| async move { forms::send_start(&ctx, patient).await }).await
}

/// Sends forms to a portal user of the patient.
#[server(endpoint = "forms/send", input = Json, client = super::client::Console)]
pub async fn send_to(patient: PatientId, form: SendForm) -> Result<(), AppError> {
    with(patient, |ctx| async move { forms::send(&ctx, patient, &form).await }).await
}

/// What was sent for the patient, latest first.
#[server(endpoint = "forms/requests", input = Json, client = super::client::Console)]
pub async fn requests(patient: PatientId, page: PageRequest) -> Result<Page<FormRequestRow>, AppError> {
    with(patient, |ctx| async move { forms::requests(&ctx, patient, &page).await }).await
}

/// A returned form with its answers.
#[server(endpoint = "forms/answers", input = Json, client = super::client::Console)]
pub async fn answers(patient: PatientId, id: FormRequestId) -> Result<FormAnswers, AppError> {
    with(id, |ctx| async move { forms::answers(&ctx, patient, id).await }).await
}

/// The same as a file.
#[server(name = FormPdf, endpoint = "forms/pdf", input = Json, client = super::client::Console)]
pub async fn pdf(patient: PatientId, id: FormRequestId) -> Result<File, AppError> {
    with(id, |ctx| async move { forms::pdf(&ctx, patient, id).await }).await
}

/// Takes a form back that was not returned yet.
#[server(endpoint = "forms/withdraw", input = Json, client = super::client::Console)]
pub async fn withdraw(patient: PatientId, id: FormRequestId) -> Result<(), AppError> {
    with(id, |ctx| async move { forms::withdraw(&ctx, patient, id).await }).await
}

/// What is asked of this portal user, and what they returned; `after` is the cursor of a further page of that.
#[server(endpoint = "forms/own")]
pub async fn own(patient: PatientId, #[server(default)] after: String) -> Result<OwnForms, AppError> {
    let page = PageRequest { after: (!after.is_empty()).then_some(after), limit: None };
    with(patient, |ctx| async move { forms::list_own(&ctx, patient, &page).await }).await
}

/// One form of this portal user.
#[server(endpoint = "forms/fill_in")]
pub async fn fill_in(patient: PatientId, id: FormRequestId) -> Result<OwnForm, AppError> {
    with(id, |ctx| async move { forms::open_own(&ctx, patient, id).await }).await
}

/// Keeps what was typed, and returns the form if that is wished. Fields are called `answers[key][]`; of a form without one
/// there are none.
#[server(endpoint = "forms/answer")]
pub async fn answer(
    patient: PatientId,
    id: FormRequestId,
    wish: Wish,
    #[server(default)] answers: Raw,
) -> Result<(), AppError> {
    let done = with(id, |ctx| async move {
        match wish {
            Wish::Save => forms::save_own(&ctx, patient, id, &answers).await,
            Wish::Submit => forms::submit_own(&ctx, patient, id, &answers).await,
        }
    });
    done.await?;
    let next = match wish {
        Wish::Save => format!("/portal/{patient}/forms"),
        Wish::Submit => format!("/portal/{patient}/forms/{id}"),
    };
    leptos_axum::redirect(&next);
    Ok(())
}
