//! Documents about patients: letters, reports, plans (S3-07 … S3-10). Who may do what with one is decided in
//! `domain::access::documents`.
//!
//! | file | what is in it |
//! |---|---|
//! | this one | the practice's side: the list, one document, write, complete, take back, look at it as the patient |
//! | `portal` | the patient's side: what is completed and not hidden; saying that one has read it |

mod portal;

use domain::{
    access::{Access, EnterGroup, PatientFacts, ReadDocuments, ViewPatient, WriteDocuments},
    audit::{Action, Entry},
    document::{
        Document, DocumentActs, DocumentForm, DocumentPage, DocumentRow, DocumentState, DocumentType, DocumentTypes,
        Documents, OwnDocument,
    },
    error::Conflict,
    form::Completeness,
    ids::{DocumentId, PatientId},
    page::PageRequest,
};

pub use self::portal::{acknowledge, list_own, open_own, still_open};
pub(crate) use self::portal::{look, look_through, said_read};
use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    in_portal, patients,
    ports::{ListedDocument, Work},
    unusual,
};

/// The types that the caller's group hides in the portal.
async fn hidden(ctx: &Ctx, work: &mut dyn Work) -> Result<DocumentTypes> {
    let enter = ctx.actor()?.may(EnterGroup, &())?;
    Ok(work.lookup_patient_access(&enter).await?.hidden_documents)
}

async fn may_write(
    ctx: &Ctx,
    patient: PatientId,
    action: Action,
    detail: String,
) -> Result<(Access<WriteDocuments>, Box<dyn Work>)> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(WriteDocuments, &facts)?;
    let entry = audit::entry(ctx, access.by(), access.group(), action, patient);
    work.audit(&Entry { detail, ..entry }).await?;
    Ok((access, work))
}

/// For reading: whoever is shown a record is counted.
pub(crate) async fn may_read(
    ctx: &Ctx,
    patient: PatientId,
) -> Result<(Access<ReadDocuments>, PatientFacts, Box<dyn Work>)> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(ReadDocuments, &facts)?;
    let work = unusual::opened(ctx, work, &Access::<ViewPatient>::from(&access), &facts).await?;
    Ok((access, facts, work))
}

/// Writes into the trail what is done. What a document says never stands there.
pub(crate) async fn note_it(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<ReadDocuments>,
    action: Action,
    detail: String,
) -> Result<()> {
    let entry = audit::entry(ctx, access.by(), access.group(), action, access.patient());
    work.audit(&Entry { detail, ..entry }).await?;
    Ok(())
}

/// Whoever begins to write about somebody opens their record.
async fn shown_record(ctx: &Ctx, mut work: Box<dyn Work>, access: &Access<WriteDocuments>) -> Result<Box<dyn Work>> {
    let facts = patients::facts(ctx, work.as_mut(), access.patient()).await?;
    unusual::opened(ctx, work, &Access::<ViewPatient>::from(&Access::<ReadDocuments>::from(access)), &facts).await
}

/// The patient's documents, latest first.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn list(ctx: &Ctx, patient: PatientId, kind: Option<DocumentType>, page: &PageRequest) -> Result<Documents> {
    let (access, facts, mut work) = may_read(ctx, patient).await?;
    note_it(ctx, work.as_mut(), &access, Action::DocumentsListed, String::new()).await?;
    let documents = work.list_documents(&access, kind, page).await?.map(row);
    let hidden = hidden(ctx, work.as_mut()).await?;
    work.save().await?;
    Ok(Documents { documents, may_write: ctx.actor()?.may(WriteDocuments, &facts).is_ok(), hidden })
}

fn row(document: ListedDocument) -> DocumentRow {
    let ListedDocument { id, title, kind, author, state, added_at, asks, acknowledged, by_patient } = document;
    DocumentRow { id, title, kind, author: author.shown(), state, at: added_at, asks, acknowledged, by_patient }
}

/// One document.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn open(ctx: &Ctx, patient: PatientId, id: DocumentId) -> Result<DocumentPage> {
    let (access, facts, mut work) = may_read(ctx, patient).await?;
    let document = work.lookup_document(&access, id).await?.ok_or(Error::NotFound)?;
    // The patient's log tells that documents are read, not that one is begun (S3-10).
    let action = match document.state {
        DocumentState::Draft => Action::DocumentDraftOpened,
        DocumentState::Completed { .. } | DocumentState::Withdrawn { .. } => Action::DocumentViewed,
    };
    note_it(ctx, work.as_mut(), &access, action, id.to_string()).await?;
    let (author, profession) = work.lookup_document_author(&access, id).await?.ok_or(Error::NotFound)?;
    let hidden = hidden(ctx, work.as_mut()).await?;
    let readers = work.list_document_readers(&access, id).await?;
    let portal = in_portal::readers(ctx, work.as_mut(), patient).await?;
    work.save().await?;
    let may_write = ctx.actor()?.may(WriteDocuments, &facts).is_ok();
    let may = DocumentActs {
        edit: may_write && document.state == DocumentState::Draft,
        withdraw: may_write && matches!(document.state, DocumentState::Completed { .. }),
    };
    let Document { text, state, version, .. } = document;
    Ok(DocumentPage { id, text, author: author.shown(), profession, state, version, may, hidden, portal, readers })
}

/// Begins a document, as a draft.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] or [`Error::Invalid`].
pub async fn begin(ctx: &Ctx, patient: PatientId, form: &DocumentForm) -> Result<DocumentId> {
    let id = DocumentId::from(ctx.services.random.id());
    let (access, work) = may_write(ctx, patient, Action::DocumentSaved, id.to_string()).await?;
    let mut work = shown_record(ctx, work, &access).await?;
    let text = form.check(Completeness::Draft)?;
    let document = Document { id, patient, author: access.user(), text, state: DocumentState::Draft, version: 1 };
    work.add_document(&access, &document, ctx.now()).await?;
    work.save().await?;
    Ok(id)
}

/// A draft, to be changed.
async fn draft(access: &Access<WriteDocuments>, work: &mut dyn Work, id: DocumentId) -> Result<Document> {
    let document = work.lookup_document(&access.into(), id).await?.ok_or(Error::NotFound)?;
    match document.state {
        DocumentState::Draft => Ok(document),
        DocumentState::Completed { .. } | DocumentState::Withdrawn { .. } => Err(Conflict::DocumentCompleted.into()),
    }
}

/// Saves a draft; tells the next version.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Invalid`], or a [`Conflict`]: completed, or changed meanwhile.
pub async fn save(ctx: &Ctx, patient: PatientId, id: DocumentId, version: i64, form: &DocumentForm) -> Result<i64> {
    let (access, mut work) = may_write(ctx, patient, Action::DocumentSaved, id.to_string()).await?;
    let document = draft(&access, work.as_mut(), id).await?;
    let text = form.check(Completeness::Draft)?;
    if !work.save_document(&access, &Document { text, version, ..document }).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    work.save().await?;
    Ok(version + 1)
}

/// Completes a document: from now on the portal shows it, unless its type is hidden there. Whoever sees it is told by mail that
/// there is something new. Who completes it signs it.
///
/// # Errors
/// As [`save`].
pub async fn complete(ctx: &Ctx, patient: PatientId, id: DocumentId, version: i64, form: &DocumentForm) -> Result<()> {
    let (access, mut work) = may_write(ctx, patient, Action::DocumentCompleted, id.to_string()).await?;
    let document = draft(&access, work.as_mut(), id).await?;
    let text = form.check(Completeness::Whole)?;
    let state = DocumentState::Completed { at: ctx.now() };
    let shown = !hidden(ctx, work.as_mut()).await?.contains(text.kind);
    let document = Document { text, version, state, author: access.user(), ..document };
    if !work.save_document(&access, &document).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    if shown {
        in_portal::tell(ctx, work.as_mut(), access.group(), patient, None).await?;
    }
    work.save().await?;
    Ok(())
}

/// Throws a draft away.
///
/// # Errors
/// As [`save`].
pub async fn discard(ctx: &Ctx, patient: PatientId, id: DocumentId, version: i64) -> Result<()> {
    let (access, mut work) = may_write(ctx, patient, Action::DocumentDiscarded, id.to_string()).await?;
    draft(&access, work.as_mut(), id).await?;
    if !work.remove_document(&access, id, version).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    work.save().await?;
    Ok(())
}

/// Takes a completed document back: the portal shows it no longer. It stays in the record. Doing it again changes nothing.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], or [`Conflict::DocumentNotCompleted`] for a draft.
pub async fn withdraw(ctx: &Ctx, patient: PatientId, id: DocumentId) -> Result<()> {
    let (access, mut work) = may_write(ctx, patient, Action::DocumentWithdrawn, id.to_string()).await?;
    let document = work.lookup_document(&(&access).into(), id).await?.ok_or(Error::NotFound)?;
    if document.state == DocumentState::Draft {
        return Err(Conflict::DocumentNotCompleted.into());
    }
    let withdrawn = work.withdraw_document(&access, id, ctx.now()).await?;
    // Nobody learns by the bell of what they never saw.
    if withdrawn && !hidden(ctx, work.as_mut()).await?.contains(document.text.kind) {
        in_portal::ring(ctx, work.as_mut(), patient).await?;
    }
    work.save().await?;
    Ok(())
}

/// A document as the patient would see it, before it is completed and afterwards (B-04).
///
/// # Errors
/// [`Error::NotFound`].
pub async fn as_patient(ctx: &Ctx, patient: PatientId, id: DocumentId) -> Result<OwnDocument> {
    let (access, _, mut work) = may_read(ctx, patient).await?;
    note_it(ctx, work.as_mut(), &access, Action::DocumentPreviewed, id.to_string()).await?;
    let document = work.lookup_document(&access, id).await?.ok_or(Error::NotFound)?;
    let (author, profession) = work.lookup_document_author(&access, id).await?.ok_or(Error::NotFound)?;
    let enter = ctx.actor()?.may(EnterGroup, &())?;
    let zone = work.list_locations(&enter).await?.into_iter().next().map(|location| location.time_zone);
    work.save().await?;
    let at = match document.state {
        DocumentState::Completed { at } | DocumentState::Withdrawn { at } => at,
        DocumentState::Draft => ctx.now(),
    };
    Ok(OwnDocument {
        id,
        text: document.text,
        author: author.shown(),
        profession,
        at,
        acknowledged_at: None,
        time_zone: zone.unwrap_or_else(|| "UTC".to_owned()),
    })
}
