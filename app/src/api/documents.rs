//! Doors: documents about patients. The practice's take JSON; the portal's are what its pages read and post.

use domain::{
    document::{DocumentForm, DocumentPage, DocumentType, Documents, OwnDocument, OwnDocuments},
    ids::{DocumentId, PatientId},
    page::PageRequest,
    paper::File,
};
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {
    super::answer,
    services::{
        documents,
        paper::record::{self, Paper},
    },
};

/// The patient's documents, latest first.
#[server(name = ListDocuments, endpoint = "documents/list", input = Json, client = super::client::Console)]
pub async fn list(patient: PatientId, kind: Option<DocumentType>, page: PageRequest) -> Result<Documents, AppError> {
    answer(patient, |ctx| async move { documents::list(&ctx, patient, kind, &page).await }).await
}

/// One document.
#[server(name = OpenDocument, endpoint = "documents/open", input = Json, client = super::client::Console)]
pub async fn open(patient: PatientId, id: DocumentId) -> Result<DocumentPage, AppError> {
    answer(id, |ctx| async move { documents::open(&ctx, patient, id).await }).await
}

/// Begins a document, as a draft.
#[server(name = BeginDocument, endpoint = "documents/begin", input = Json, client = super::client::Console)]
pub async fn begin(patient: PatientId, form: DocumentForm) -> Result<DocumentId, AppError> {
    answer(patient, |ctx| async move { documents::begin(&ctx, patient, &form).await }).await
}

/// Saves a draft; tells the next version.
#[server(name = SaveDocument, endpoint = "documents/save", input = Json, client = super::client::Console)]
pub async fn save(patient: PatientId, id: DocumentId, version: i64, form: DocumentForm) -> Result<i64, AppError> {
    answer(id, |ctx| async move { documents::save(&ctx, patient, id, version, &form).await }).await
}

/// Completes a document.
#[server(name = CompleteDocument, endpoint = "documents/complete", input = Json, client = super::client::Console)]
pub async fn complete(patient: PatientId, id: DocumentId, version: i64, form: DocumentForm) -> Result<(), AppError> {
    answer(id, |ctx| async move { documents::complete(&ctx, patient, id, version, &form).await }).await
}

/// Throws a draft away.
#[server(name = DiscardDocument, endpoint = "documents/discard", input = Json, client = super::client::Console)]
pub async fn discard(patient: PatientId, id: DocumentId, version: i64) -> Result<(), AppError> {
    answer(id, |ctx| async move { documents::discard(&ctx, patient, id, version).await }).await
}

/// Takes a completed document back.
#[server(name = WithdrawDocument, endpoint = "documents/withdraw", input = Json, client = super::client::Console)]
pub async fn withdraw(patient: PatientId, id: DocumentId) -> Result<(), AppError> {
    answer(id, |ctx| async move { documents::withdraw(&ctx, patient, id).await }).await
}

/// A document as the patient would see it.
#[server(name = DocumentAsPatient, endpoint = "documents/as_patient", input = Json, client = super::client::Console)]
pub async fn as_patient(patient: PatientId, id: DocumentId) -> Result<OwnDocument, AppError> {
    answer(id, |ctx| async move { documents::as_patient(&ctx, patient, id).await }).await
}

/// A document as a PDF.
#[server(name = DocumentPdf, endpoint = "documents/pdf", input = Json, client = super::client::Console)]
pub async fn pdf(patient: PatientId, id: DocumentId) -> Result<File, AppError> {
    answer(id, |ctx| async move { record::print(&ctx, patient, Paper::Document(id)).await }).await
}

/// What the portal shows, latest first.
#[server(name = OwnDocumentsOf, endpoint = "documents/own")]
pub async fn own(patient: PatientId, #[server(default)] after: String) -> Result<OwnDocuments, AppError> {
    let page = PageRequest { after: (!after.is_empty()).then_some(after), limit: None };
    answer(patient, |ctx| async move { documents::list_own(&ctx, patient, &page).await }).await
}

/// One of them.
#[server(name = OwnDocumentOf, endpoint = "documents/read")]
pub async fn read(patient: PatientId, id: DocumentId) -> Result<OwnDocument, AppError> {
    answer(id, |ctx| async move { documents::open_own(&ctx, patient, id).await }).await
}

/// Says that one has read it; goes back to it.
#[server(name = AcknowledgeDocument, endpoint = "documents/acknowledge")]
pub async fn acknowledge(patient: PatientId, id: DocumentId) -> Result<(), AppError> {
    answer(id, |ctx| async move { documents::acknowledge(&ctx, patient, id).await }).await?;
    leptos_axum::redirect(&format!("/portal/{patient}/documents/{id}"));
    Ok(())
}
