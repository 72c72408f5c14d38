//! Documents about patients, and who of the portal has read them.

use async_trait::async_trait;
use domain::{
    access::{Access, GrantFacts, OwnDocumentFacts, ReadDocuments, ReadOwnDocument, ViewOwnClinical, WriteDocuments},
    document::{Document, DocumentReader, DocumentState, DocumentText, DocumentType, DocumentTypes},
    ids::{AccountId, DocumentId, GroupId, PatientId},
    page::{Page, PageRequest},
    person::UserName,
    time::Time,
};

use super::Stored;

/// A document in a list of the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedDocument {
    /// Its id.
    pub id: DocumentId,
    /// What it is called.
    pub title: String,
    /// What kind it is.
    pub kind: DocumentType,
    /// Who wrote it.
    pub author: UserName,
    /// Where it stands.
    pub state: DocumentState,
    /// When it was begun.
    pub added_at: Time,
    /// Is whoever reads it asked to say so?
    pub asks: bool,
    /// How many have.
    pub acknowledged: i64,
    /// Is the patient one of them?
    pub by_patient: bool,
}

/// A document in a list of the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedOwnDocument {
    /// Its id.
    pub id: DocumentId,
    /// What it is called.
    pub title: String,
    /// What kind it is.
    pub kind: DocumentType,
    /// Who wrote it.
    pub author: UserName,
    /// When it was completed.
    pub completed_at: Time,
    /// Has this portal user not read it?
    pub unread: bool,
    /// Is this portal user asked to say that they have, and has not?
    pub asks: bool,
}

/// What waits for a portal user.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OwnCounts {
    /// Documents that they have not read.
    pub unread: i64,
    /// Documents that they have read and are asked to say so.
    pub unconfirmed: i64,
}

/// A completed document as the portal shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletedDocument {
    /// What it says.
    pub text: DocumentText,
    /// Who wrote it.
    pub author: UserName,
    /// What they do.
    pub profession: String,
    /// When it was completed.
    pub completed_at: Time,
    /// When this portal user said that they have read it.
    pub acknowledged_at: Option<Time>,
}

/// Documents. What a list of the portal holds is what `ReadOwnDocument` allows, no more and no less.
#[async_trait]
pub trait Documents {
    /// The patient's documents, latest first. The cursor is the id of the last row.
    async fn list_documents(
        &mut self,
        access: &Access<ReadDocuments>,
        kind: Option<DocumentType>,
        page: &PageRequest,
    ) -> Stored<Page<ListedDocument>>;

    /// One of them.
    async fn lookup_document(&mut self, access: &Access<ReadDocuments>, id: DocumentId) -> Stored<Option<Document>>;

    /// Who wrote it, and what they do.
    async fn lookup_document_author(
        &mut self,
        access: &Access<ReadDocuments>,
        id: DocumentId,
    ) -> Stored<Option<(UserName, String)>>;

    /// A new one.
    async fn add_document(&mut self, access: &Access<WriteDocuments>, document: &Document, at: Time) -> Stored<()>;

    /// Saves a draft, or completes it; false when it was changed meanwhile or is no draft.
    async fn save_document(&mut self, access: &Access<WriteDocuments>, document: &Document) -> Stored<bool>;

    /// Throws a draft away; false when it was changed meanwhile or is no draft.
    async fn remove_document(&mut self, access: &Access<WriteDocuments>, id: DocumentId, version: i64) -> Stored<bool>;

    /// Takes a completed document back; false when it is none.
    async fn withdraw_document(&mut self, access: &Access<WriteDocuments>, id: DocumentId, at: Time) -> Stored<bool>;

    /// Who of the portal has read it, latest first; at most [`domain::limits::NOTE_READERS`].
    async fn list_document_readers(
        &mut self,
        access: &Access<ReadDocuments>,
        id: DocumentId,
    ) -> Stored<Vec<DocumentReader>>;

    /// The types that the group hides in the portal.
    async fn own_hidden_documents(&mut self, access: &Access<ViewOwnClinical>) -> Stored<DocumentTypes>;

    /// What is needed to decide whether this portal user may read a document; `grant` is theirs.
    async fn own_document_facts(
        &mut self,
        access: &Access<ViewOwnClinical>,
        id: DocumentId,
        hidden: DocumentTypes,
        grant: &GrantFacts,
    ) -> Stored<Option<OwnDocumentFacts>>;

    /// The completed documents of the types that are not hidden, what was completed last first.
    async fn list_own_documents(
        &mut self,
        access: &Access<ViewOwnClinical>,
        hidden: DocumentTypes,
        page: &PageRequest,
    ) -> Stored<Page<ListedOwnDocument>>;

    /// How many of them this portal user has not read, and how many they have and are asked to say so, counted up to
    /// [`domain::limits::QUEUE_COUNTED`] together.
    async fn count_own_documents(
        &mut self,
        access: &Access<ViewOwnClinical>,
        hidden: DocumentTypes,
    ) -> Stored<OwnCounts>;

    /// Is any of them unread by this account? Asked when a mail about it is to leave.
    async fn unscoped_documents_wait(
        &mut self,
        group: GroupId,
        patient: PatientId,
        account: AccountId,
        hidden: DocumentTypes,
    ) -> Stored<bool>;

    /// One of them; none when it was taken back meanwhile.
    async fn lookup_own_document(&mut self, access: &Access<ReadOwnDocument>) -> Stored<Option<CompletedDocument>>;

    /// Keeps that this portal user read it.
    async fn own_document_read(&mut self, access: &Access<ReadOwnDocument>, at: Time) -> Stored<()>;

    /// Keeps that they said so; what they said first counts.
    async fn acknowledge_document(&mut self, access: &Access<ReadOwnDocument>, at: Time) -> Stored<()>;
}
