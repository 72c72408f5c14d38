//! Doors: what patients change in their own record. The practice's take JSON; the portal's are what its pages read and what
//! plain forms post to.

use std::collections::BTreeMap;

use domain::{
    ids::{ContactId, PatientId, UpdateId},
    page::{Page, PageRequest},
    profile_history::{ChangeRow, ProfileHistory},
    update::{OwnContacts, OwnProfile, Picked, Queue, QueueFilter, Settled, UpdateRow, Verdict},
};
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {
    super::answer,
    domain::{emergency::EmergencyContact, update::ProfileForm},
    services::updates,
};

/// The patient's changes that wait for somebody to decide.
#[server(endpoint = "updates/waiting", input = Json, client = super::client::Console)]
pub async fn waiting(patient: PatientId) -> Result<Vec<UpdateRow>, AppError> {
    answer(patient, |ctx| async move { updates::waiting(&ctx, patient).await }).await
}

/// Those that were decided about, latest first.
#[server(endpoint = "updates/decided", input = Json, client = super::client::Console)]
pub async fn decided(patient: PatientId, page: PageRequest) -> Result<Page<UpdateRow>, AppError> {
    answer(patient, |ctx| async move { updates::decided(&ctx, patient, &page).await }).await
}

/// Approves or rejects one change.
#[server(name = DecideUpdate, endpoint = "updates/decide", input = Json, client = super::client::Console)]
pub async fn decide(patient: PatientId, id: UpdateId, verdict: Verdict) -> Result<(), AppError> {
    answer(id, |ctx| async move { updates::decide(&ctx, patient, id, &verdict).await }).await
}

/// Approves those that need no further look; tells how many. `seen`: each change, and what the record said on the page.
#[server(name = ApproveUpdates, endpoint = "updates/approve_all", input = Json, client = super::client::Console)]
pub async fn approve_all(patient: PatientId, seen: Vec<(UpdateId, String)>) -> Result<usize, AppError> {
    let approve = |ctx| async move { updates::approve_all(&ctx, patient, &seen).await.map(|done| done.len()) };
    answer(patient, approve).await
}

/// What the record said before, latest first.
#[server(name = ProfileChanges, endpoint = "updates/history", input = Json, client = super::client::Console)]
pub async fn history(patient: PatientId, page: PageRequest) -> Result<Page<ChangeRow>, AppError> {
    answer(patient, |ctx| async move { updates::history(&ctx, patient, &page).await }).await
}

/// The whole group's changes that wait and that one may decide about, oldest first.
#[server(name = UpdatesQueue, endpoint = "updates/queue", input = Json, client = super::client::Console)]
pub async fn queue(filter: QueueFilter, page: PageRequest) -> Result<Queue, AppError> {
    answer("", |ctx| async move { updates::queue(&ctx, &filter, &page).await }).await
}

/// How many of them there are, counted up to a limit.
#[server(name = UpdatesWait, endpoint = "updates/count", input = Json, client = super::client::Console)]
pub async fn count() -> Result<u32, AppError> {
    answer("", |ctx| async move { updates::count(&ctx).await }).await
}

/// Approves those of these that need no further look.
#[server(name = ApproveSome, endpoint = "updates/approve_some", input = Json, client = super::client::Console)]
pub async fn approve_some(picked: Vec<Picked>) -> Result<Settled, AppError> {
    answer("", |ctx| async move { updates::approve_some(&ctx, &picked).await }).await
}

/// Rejects these, with one reason for all.
#[server(name = RejectSome, endpoint = "updates/reject_some", input = Json, client = super::client::Console)]
pub async fn reject_some(picked: Vec<(PatientId, UpdateId)>, reason: String) -> Result<Settled, AppError> {
    answer("", |ctx| async move { updates::reject_some(&ctx, &picked, &reason).await }).await
}

/// Takes one's own decisions back.
#[server(name = UndoSome, endpoint = "updates/undo_some", input = Json, client = super::client::Console)]
pub async fn undo_some(picked: Vec<(PatientId, UpdateId)>) -> Result<Settled, AppError> {
    answer("", |ctx| async move { updates::undo_some(&ctx, &picked).await }).await
}

/// What the record said before, for the patient and who sees it with them.
#[server(name = OwnHistory, endpoint = "updates/own_history")]
pub async fn own_history(patient: PatientId, #[server(default)] after: String) -> Result<ProfileHistory, AppError> {
    let after = (!after.is_empty()).then_some(after);
    answer(patient, |ctx| async move { updates::own_history(&ctx, patient, after).await }).await
}

/// Takes one's own decision back.
#[server(name = UndoUpdate, endpoint = "updates/undo", input = Json, client = super::client::Console)]
pub async fn undo(patient: PatientId, id: UpdateId) -> Result<(), AppError> {
    answer(id, |ctx| async move { updates::undo(&ctx, patient, id).await }).await
}

/// What the record says of the person, and where their changes stand.
#[server(name = OwnDetails, endpoint = "updates/own")]
pub async fn own(patient: PatientId) -> Result<OwnProfile, AppError> {
    answer(patient, |ctx| async move { updates::profile(&ctx, patient).await }).await
}

/// Changes it, or asks the practice to. Fields are called `values[mobile]`; `seen` and `had` are what stood there, `also` the
/// same person's other records.
#[server(name = ChangeDetails, endpoint = "updates/change")]
pub async fn change(
    patient: PatientId,
    #[server(default)] values: BTreeMap<String, String>,
    #[server(default)] seen: BTreeMap<String, String>,
    #[server(default)] had: BTreeMap<String, String>,
    #[server(default)] also: Vec<PatientId>,
) -> Result<(), AppError> {
    let save = |ctx| async move {
        let form = ProfileForm::named(&values, &seen, &had)?;
        updates::save(&ctx, patient, &form, &also).await
    };
    answer(patient, save).await?;
    leptos_axum::redirect(&format!("/portal/{patient}/details/saved"));
    Ok(())
}

/// Who is called in an emergency, and where the changes stand.
#[server(name = OwnContactsOf, endpoint = "updates/contacts")]
pub async fn contacts(patient: PatientId) -> Result<OwnContacts, AppError> {
    answer(patient, |ctx| async move { updates::contacts(&ctx, patient).await }).await
}

/// Adds somebody to call, or changes what is known of them. `seen`: what the record said on the page.
#[server(name = PutContact, endpoint = "updates/put_contact")]
pub async fn put_contact(
    patient: PatientId,
    #[server(default)] contact: Option<ContactId>,
    #[server(default)] seen: String,
    name: String,
    relationship: String,
    phone: String,
    #[server(default)] also: Vec<PatientId>,
) -> Result<(), AppError> {
    let form = EmergencyContact { name, relationship, phone };
    let save = |ctx| async move { updates::save_contact(&ctx, patient, contact, &seen, &form, &also).await };
    answer(patient, save).await?;
    // Which form it was: its draft is over.
    let form = contact.map_or_else(|| "new".to_owned(), |contact| contact.to_string());
    leptos_axum::redirect(&format!("/portal/{patient}/contacts/saved?form={form}"));
    Ok(())
}

/// Takes somebody off the list.
#[server(name = RemoveOwnContact, endpoint = "updates/remove_contact")]
pub async fn remove_contact(
    patient: PatientId,
    contact: ContactId,
    #[server(default)] seen: String,
) -> Result<(), AppError> {
    let remove = |ctx| async move { updates::remove_contact(&ctx, patient, contact, &seen).await };
    answer(patient, remove).await?;
    leptos_axum::redirect(&format!("/portal/{patient}/contacts/saved"));
    Ok(())
}

/// Says whom to call first: `seen` and `order` hold contacts' ids with blanks between them.
#[server(name = OrderContacts, endpoint = "updates/order_contacts")]
pub async fn order_contacts(
    patient: PatientId,
    #[server(default)] seen: String,
    order: String,
) -> Result<(), AppError> {
    let put = |ctx| async move { updates::order_contacts(&ctx, patient, &seen, &order).await };
    answer(patient, put).await?;
    leptos_axum::redirect(&format!("/portal/{patient}/contacts/saved"));
    Ok(())
}
