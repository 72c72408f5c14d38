//! The patient's side: completed documents of the types that the practice shows, and nothing of the rest (S3-07, S3-09, S3-10).

use domain::{
    access::{Access, GrantFacts, ReadOwnDocument, ViewOwnClinical, ViewOwnRecord},
    audit::{Action, Entry},
    document::{OwnDocument, OwnDocumentRow, OwnDocuments},
    ids::{DocumentId, PatientId},
    page::PageRequest,
};

use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    ports::{CompletedDocument, ListedOwnDocument, Work},
};

async fn enter(ctx: &Ctx, work: &mut dyn Work, patient: PatientId) -> Result<(Access<ViewOwnClinical>, GrantFacts)> {
    let actor = ctx.actor()?;
    let facts = work.find_own_grant(actor.account(), patient).await?.ok_or(Error::NotFound)?.at(ctx.now());
    Ok((actor.may(ViewOwnClinical, &facts)?, facts))
}

/// The one decision.
async fn may_read(
    ctx: &Ctx,
    work: &mut dyn Work,
    patient: PatientId,
    id: DocumentId,
) -> Result<(Access<ReadOwnDocument>, Access<ViewOwnClinical>)> {
    let (seen, grant) = enter(ctx, work, patient).await?;
    let hidden = work.own_hidden_documents(&seen).await?;
    let facts = work.own_document_facts(&seen, id, hidden, &grant).await?.ok_or(Error::NotFound)?;
    Ok((ctx.actor()?.may(ReadOwnDocument, &facts)?, seen))
}

async fn note_it(ctx: &Ctx, work: &mut dyn Work, access: &Access<ReadOwnDocument>, action: Action) -> Result<()> {
    let entry = audit::entry(ctx, access.by(), access.group(), action, access.patient());
    work.audit(&Entry { detail: access.document().to_string(), ..entry }).await?;
    Ok(())
}

async fn time_zone(work: &mut dyn Work, access: &Access<ViewOwnClinical>) -> Result<String> {
    Ok(work.own_time_zone(&Access::<ViewOwnRecord>::from(access)).await?.unwrap_or_else(|| "UTC".to_owned()))
}

/// What is completed and shown, latest first.
///
/// # Errors
/// [`Error::NotFound`] when this person may not open what is shared of the record.
pub async fn list_own(ctx: &Ctx, patient: PatientId, page: &PageRequest) -> Result<OwnDocuments> {
    let mut work = ctx.services.store.begin().await?;
    let (access, documents) = look_through(ctx, work.as_mut(), patient, page).await?;
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::DocumentsListed, patient)).await?;
    work.save().await?;
    Ok(documents)
}

/// The same, with nothing written down.
pub(crate) async fn look_through(
    ctx: &Ctx,
    work: &mut dyn Work,
    patient: PatientId,
    page: &PageRequest,
) -> Result<(Access<ViewOwnClinical>, OwnDocuments)> {
    let (access, _) = enter(ctx, work, patient).await?;
    let hidden = work.own_hidden_documents(&access).await?;
    let row = |document: ListedOwnDocument| {
        let ListedOwnDocument { id, title, kind, author, completed_at, unread, asks } = document;
        OwnDocumentRow { id, title, kind, author: author.shown(), at: completed_at, unread, asks }
    };
    let documents = work.list_own_documents(&access, hidden, page).await?.map(row);
    let time_zone = time_zone(work, &access).await?;
    Ok((access, OwnDocuments { documents, time_zone }))
}

/// Does the portal still show this document? Asked by a page that was left open, so nothing counts as read.
///
/// # Errors
/// As [`open_own`].
pub async fn still_open(ctx: &Ctx, patient: PatientId, id: DocumentId) -> Result<()> {
    let mut work = ctx.services.store.read().await?;
    may_read(ctx, work.as_mut(), patient, id).await.map(drop)
}

/// One document as the portal shows it, with nothing written down.
pub(crate) async fn look(
    ctx: &Ctx,
    work: &mut dyn Work,
    patient: PatientId,
    id: DocumentId,
) -> Result<(Access<ReadOwnDocument>, OwnDocument)> {
    let (access, seen) = may_read(ctx, work, patient, id).await?;
    let document = work.lookup_own_document(&access).await?.ok_or(Error::NotFound)?;
    let time_zone = time_zone(work, &seen).await?;
    let CompletedDocument { text, author, profession, completed_at, acknowledged_at } = document;
    let author = author.shown();
    Ok((access, OwnDocument { id, text, author, profession, at: completed_at, acknowledged_at, time_zone }))
}

/// Keeps that this person read it, and how.
pub(crate) async fn said_read(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<ReadOwnDocument>,
    action: Action,
) -> Result<()> {
    note_it(ctx, work, access, action).await?;
    work.own_document_read(access, ctx.now()).await?;
    Ok(())
}

/// One document. The practice sees that it was read.
///
/// # Errors
/// [`Error::NotFound`]: also for a draft, one that was taken back, and one of a hidden type.
pub async fn open_own(ctx: &Ctx, patient: PatientId, id: DocumentId) -> Result<OwnDocument> {
    let mut work = ctx.services.store.begin().await?;
    let (access, document) = look(ctx, work.as_mut(), patient, id).await?;
    said_read(ctx, work.as_mut(), &access, Action::DocumentViewed).await?;
    work.save().await?;
    Ok(document)
}

/// Says that one has read a document that asks for it. Saying it again changes nothing.
///
/// # Errors
/// As [`open_own`], also for a document that does not ask: nothing offers it there.
pub async fn acknowledge(ctx: &Ctx, patient: PatientId, id: DocumentId) -> Result<()> {
    let mut work = ctx.services.store.begin().await?;
    let (access, document) = look(ctx, work.as_mut(), patient, id).await?;
    if !document.text.asks {
        return Err(Error::NotFound);
    }
    note_it(ctx, work.as_mut(), &access, Action::DocumentAcknowledged).await?;
    work.acknowledge_document(&access, ctx.now()).await?;
    work.save().await?;
    Ok(())
}
