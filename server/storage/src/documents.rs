//! Documents about patients, and who of the portal has read them. `in_portal!` says in SQL what `domain::access::documents` decides
//! about one document; a test compares the two.

use async_trait::async_trait;
use domain::{
    access::{Access, GrantFacts, OwnDocumentFacts, ReadDocuments, ReadOwnDocument, ViewOwnClinical, WriteDocuments},
    document::{Document, DocumentReader, DocumentState, DocumentText, DocumentType, DocumentTypes},
    ids::{AccountId, DocumentId, GroupId, PatientId},
    limits,
    page::{Page, PageRequest},
    person::UserName,
    time::Time,
};
use services::ports::{
    CompletedDocument, Documents, ListedDocument, ListedOwnDocument, OwnCounts, Practice as _, StoreError, Stored,
};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::SqlWork;
use crate::common::{AuthorRow, BEYOND, NameRow, readable};

/// Which documents of a group's patient the portal shows: `$4` to `$10` the codes of the types that it does not.
macro_rules! in_portal {
    () => {
        "
                       AND d.completed_at IS NOT NULL
                       AND d.withdrawn_at IS NULL
                       AND d.kind NOT IN ($4, $5, $6, $7, $8, $9, $10)"
    };
}

/// `in_portal!` counts its parameters by hand.
const _: () = assert!(DocumentType::ALL.len() == 7);

/// The codes of some types, as many as there are types; an empty one is none's.
fn codes(kinds: DocumentTypes) -> [&'static str; DocumentType::ALL.len()] {
    DocumentType::ALL.map(|kind| if kinds.contains(kind) { kind.code() } else { "" })
}

fn kind(code: &str) -> Stored<DocumentType> {
    readable(DocumentType::from_code(code), "type of document")
}

const fn state(completed_at: Option<i64>, withdrawn_at: Option<i64>) -> DocumentState {
    match (completed_at, withdrawn_at) {
        (_, Some(at)) => DocumentState::Withdrawn { at: Time::from_millis(at) },
        (Some(at), None) => DocumentState::Completed { at: Time::from_millis(at) },
        (None, None) => DocumentState::Draft,
    }
}

/// When it was completed: for a save, which takes nothing back.
fn completed_at(document: &Document) -> Option<i64> {
    match document.state {
        DocumentState::Completed { at } => Some(at.millis()),
        DocumentState::Draft | DocumentState::Withdrawn { .. } => None,
    }
}

#[derive(sqlx::FromRow)]
struct ListedRow {
    id: Uuid,
    title: String,
    kind: String,
    #[sqlx(flatten)]
    author: NameRow,
    asks: bool,
    completed_at: Option<i64>,
    withdrawn_at: Option<i64>,
    added_at: i64,
    acknowledged: i64,
    by_patient: bool,
}

impl TryFrom<ListedRow> for ListedDocument {
    type Error = StoreError;

    fn try_from(row: ListedRow) -> Stored<Self> {
        Ok(Self {
            id: row.id.into(),
            title: row.title,
            kind: kind(&row.kind)?,
            author: row.author.into(),
            state: state(row.completed_at, row.withdrawn_at),
            added_at: Time::from_millis(row.added_at),
            asks: row.asks,
            acknowledged: row.acknowledged,
            by_patient: row.by_patient,
        })
    }
}

#[derive(sqlx::FromRow)]
struct DocumentRow {
    id: Uuid,
    patient_id: Uuid,
    author_id: Uuid,
    title: String,
    kind: String,
    body: String,
    asks: bool,
    completed_at: Option<i64>,
    withdrawn_at: Option<i64>,
    version: i64,
}

impl TryFrom<DocumentRow> for Document {
    type Error = StoreError;

    fn try_from(row: DocumentRow) -> Stored<Self> {
        Ok(Self {
            id: row.id.into(),
            patient: row.patient_id.into(),
            author: row.author_id.into(),
            text: DocumentText { title: row.title, kind: kind(&row.kind)?, body: row.body, asks: row.asks },
            state: state(row.completed_at, row.withdrawn_at),
            version: row.version,
        })
    }
}

#[derive(sqlx::FromRow)]
struct ListedOwnRow {
    id: Uuid,
    title: String,
    kind: String,
    #[sqlx(flatten)]
    author: NameRow,
    completed_at: i64,
    unread: bool,
    asks: bool,
}

#[derive(sqlx::FromRow)]
struct ReaderRow {
    email: String,
    own: bool,
    read_at: i64,
    acknowledged_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct CompletedRow {
    title: String,
    kind: String,
    body: String,
    asks: bool,
    completed_at: i64,
    acknowledged_at: Option<i64>,
    #[sqlx(flatten)]
    author: AuthorRow,
}

/// Where to go on in the portal's list: before this moment and id. None for a cursor that is none of ours.
fn completed_before(page: &PageRequest) -> Option<(i64, Uuid)> {
    let Some(after) = page.after.as_deref() else { return Some((i64::MAX, BEYOND)) };
    let (at, id) = after.split_once('.')?;
    Some((at.parse().ok()?, id.parse::<DocumentId>().ok()?.uuid()))
}

#[derive(sqlx::FromRow)]
struct CountsRow {
    unread: i64,
    unconfirmed: i64,
}

impl SqlWork {
    async fn own_documents(
        &mut self,
        (group, patient, account): (Uuid, Uuid, Uuid),
        hidden: DocumentTypes,
        most: u32,
    ) -> Stored<OwnCounts> {
        let mut statement = query_as(concat!(
            "SELECT
                 CAST(COUNT(CASE WHEN few.unread THEN 1 END) AS BIGINT) AS unread,
                 CAST(COUNT(CASE WHEN few.unread THEN NULL ELSE 1 END) AS BIGINT) AS unconfirmed
             FROM (
                 SELECT r.account_id IS NULL AS unread
                 FROM documents d
                 LEFT JOIN document_readings r
                     ON r.group_id = d.group_id
                    AND r.document_id = d.id
                    AND r.account_id = $3
                 WHERE d.group_id = $1
                   AND d.patient_id = $2",
            in_portal!(),
            "
                   AND (r.account_id IS NULL OR d.asks AND r.acknowledged_at IS NULL)
                 ORDER BY r.account_id IS NULL DESC, d.id
                 LIMIT $11
             ) AS few"
        ))
        .bind(group)
        .bind(patient)
        .bind(account);
        for code in codes(hidden) {
            statement = statement.bind(code);
        }
        let CountsRow { unread, unconfirmed } = self.one(statement.bind(i64::from(most))).await?;
        Ok(OwnCounts { unread, unconfirmed })
    }
}

#[async_trait]
impl Documents for SqlWork {
    async fn list_documents(
        &mut self,
        access: &Access<ReadDocuments>,
        kind: Option<DocumentType>,
        page: &PageRequest,
    ) -> Stored<Page<ListedDocument>> {
        let before = match page.after.as_deref().map(str::parse::<DocumentId>) {
            None => BEYOND,
            Some(Ok(id)) => id.uuid(),
            Some(Err(_)) => return Ok(Page { rows: Vec::new(), next: None }),
        };
        let rows: Vec<ListedRow> = self
            .all(
                query_as(
                    "SELECT
                         d.id,
                         d.title,
                         d.kind,
                         u.title AS user_title,
                         u.first_name,
                         u.last_name,
                         d.asks,
                         d.completed_at,
                         d.withdrawn_at,
                         d.added_at,
                         (
                             SELECT CAST(COUNT(*) AS BIGINT)
                             FROM document_readings r
                             WHERE r.group_id = d.group_id
                               AND r.document_id = d.id
                               AND r.acknowledged_at IS NOT NULL
                         ) AS acknowledged,
                         EXISTS (
                             SELECT 1
                             FROM document_readings r
                             JOIN portal_grants g
                                 ON g.group_id = r.group_id
                                AND g.account_id = r.account_id
                             WHERE r.group_id = d.group_id
                               AND r.document_id = d.id
                               AND r.acknowledged_at IS NOT NULL
                               AND g.patient_id = d.patient_id
                               AND g.kind = 'self'
                         ) AS by_patient
                     FROM documents d
                     JOIN users u
                         ON u.group_id = d.group_id
                        AND u.id = d.author_id
                     WHERE d.group_id = $1
                       AND d.patient_id = $2
                       AND d.id < $3
                       AND d.kind = COALESCE($4, d.kind)
                       AND (NOT $5 OR d.completed_at IS NOT NULL)
                     ORDER BY d.id DESC
                     LIMIT $6",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(before)
                .bind(kind.map(DocumentType::code))
                .bind(access.finished_only())
                .bind(i64::from(page.rows()) + 1),
            )
            .await?;
        let rows = rows.into_iter().map(ListedDocument::try_from).collect::<Stored<Vec<_>>>()?;
        Ok(Page::from_rows(rows, page.rows(), |document| document.id.to_string()))
    }

    async fn lookup_document(&mut self, access: &Access<ReadDocuments>, id: DocumentId) -> Stored<Option<Document>> {
        let row: Option<DocumentRow> = self
            .find(
                query_as(
                    "SELECT
                         id,
                         patient_id,
                         author_id,
                         title,
                         kind,
                         body,
                         asks,
                         completed_at,
                         withdrawn_at,
                         version
                     FROM documents
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3
                       AND (NOT $4 OR completed_at IS NOT NULL)",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(id.uuid())
                .bind(access.finished_only()),
            )
            .await?;
        row.map(Document::try_from).transpose()
    }

    async fn lookup_document_author(
        &mut self,
        access: &Access<ReadDocuments>,
        id: DocumentId,
    ) -> Stored<Option<(UserName, String)>> {
        let row: Option<AuthorRow> = self
            .find(
                query_as(
                    "SELECT
                         u.title AS user_title,
                         u.first_name,
                         u.last_name,
                         u.profession
                     FROM documents d
                     JOIN users u
                         ON u.group_id = d.group_id
                        AND u.id = d.author_id
                     WHERE d.group_id = $1
                       AND d.patient_id = $2
                       AND d.id = $3",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(id.uuid()),
            )
            .await?;
        Ok(row.map(|row| (row.name.into(), row.profession)))
    }

    async fn add_document(&mut self, access: &Access<WriteDocuments>, document: &Document, at: Time) -> Stored<()> {
        self.execute(
            query(
                "INSERT INTO documents (
                     group_id,
                     id,
                     patient_id,
                     author_id,
                     title,
                     kind,
                     body,
                     asks,
                     completed_at,
                     withdrawn_at,
                     version,
                     added_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, $10, $11)",
            )
            .bind(access.group().uuid())
            .bind(document.id.uuid())
            .bind(access.patient().uuid())
            .bind(access.user().uuid())
            .bind(document.text.title.as_str())
            .bind(document.text.kind.code())
            .bind(document.text.body.as_str())
            .bind(document.text.asks)
            .bind(completed_at(document))
            .bind(document.version)
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn save_document(&mut self, access: &Access<WriteDocuments>, document: &Document) -> Stored<bool> {
        let saved = self
            .execute(
                query(
                    "UPDATE documents
                     SET title = $5,
                         kind = $6,
                         body = $7,
                         asks = $8,
                         completed_at = $9,
                         author_id = $10,
                         version = version + 1
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3
                       AND version = $4
                       AND completed_at IS NULL",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(document.id.uuid())
                .bind(document.version)
                .bind(document.text.title.as_str())
                .bind(document.text.kind.code())
                .bind(document.text.body.as_str())
                .bind(document.text.asks)
                .bind(completed_at(document))
                .bind(document.author.uuid()),
            )
            .await?;
        Ok(saved == 1)
    }

    async fn remove_document(&mut self, access: &Access<WriteDocuments>, id: DocumentId, version: i64) -> Stored<bool> {
        let removed = self
            .execute(
                query(
                    "DELETE FROM documents
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3
                       AND version = $4
                       AND completed_at IS NULL",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(id.uuid())
                .bind(version),
            )
            .await?;
        Ok(removed == 1)
    }

    async fn withdraw_document(&mut self, access: &Access<WriteDocuments>, id: DocumentId, at: Time) -> Stored<bool> {
        let withdrawn = self
            .execute(
                query(
                    "UPDATE documents
                     SET withdrawn_at = $4,
                         version = version + 1
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3
                       AND completed_at IS NOT NULL
                       AND withdrawn_at IS NULL",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(id.uuid())
                .bind(at.millis()),
            )
            .await?;
        Ok(withdrawn == 1)
    }

    async fn list_document_readers(
        &mut self,
        access: &Access<ReadDocuments>,
        id: DocumentId,
    ) -> Stored<Vec<DocumentReader>> {
        let rows: Vec<ReaderRow> = self
            .all(
                query_as(
                    "SELECT
                         a.email,
                         EXISTS (
                             SELECT 1
                             FROM portal_grants g
                             WHERE g.group_id = r.group_id
                               AND g.account_id = r.account_id
                               AND g.patient_id = d.patient_id
                               AND g.kind = 'self'
                         ) AS own,
                         r.read_at,
                         r.acknowledged_at
                     FROM document_readings r
                     JOIN documents d
                         ON d.group_id = r.group_id
                        AND d.id = r.document_id
                     JOIN accounts a
                         ON a.id = r.account_id
                     WHERE r.group_id = $1
                       AND d.patient_id = $2
                       AND r.document_id = $3
                     ORDER BY r.read_at DESC, r.account_id
                     LIMIT $4",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(id.uuid())
                .bind(i64::from(limits::NOTE_READERS)),
            )
            .await?;
        let read = |row: ReaderRow| DocumentReader {
            email: row.email,
            own: row.own,
            read_at: Time::from_millis(row.read_at),
            acknowledged_at: row.acknowledged_at.map(Time::from_millis),
        };
        Ok(rows.into_iter().map(read).collect())
    }

    async fn own_hidden_documents(&mut self, access: &Access<ViewOwnClinical>) -> Stored<DocumentTypes> {
        Ok(self.unscoped_lookup_patient_access(access.group()).await?.hidden_documents)
    }

    async fn own_document_facts(
        &mut self,
        access: &Access<ViewOwnClinical>,
        id: DocumentId,
        hidden: DocumentTypes,
        grant: &GrantFacts,
    ) -> Stored<Option<OwnDocumentFacts>> {
        let row: Option<(String, Option<i64>, Option<i64>)> = self
            .find(
                query_as(
                    "SELECT
                         kind,
                         completed_at,
                         withdrawn_at
                     FROM documents
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(id.uuid()),
            )
            .await?;
        let Some((code, completed_at, withdrawn_at)) = row else { return Ok(None) };
        Ok(Some(OwnDocumentFacts {
            grant: grant.clone(),
            document: id,
            completed: completed_at.is_some() && withdrawn_at.is_none(),
            hidden: hidden.contains(kind(&code)?),
        }))
    }

    async fn list_own_documents(
        &mut self,
        access: &Access<ViewOwnClinical>,
        hidden: DocumentTypes,
        page: &PageRequest,
    ) -> Stored<Page<ListedOwnDocument>> {
        let Some((from, before)) = completed_before(page) else { return Ok(Page { rows: Vec::new(), next: None }) };
        let mut statement = query_as(concat!(
            "SELECT
                 d.id,
                 d.title,
                 d.kind,
                 u.title AS user_title,
                 u.first_name,
                 u.last_name,
                 d.completed_at,
                 r.read_at IS NULL AS unread,
                 (d.asks AND r.acknowledged_at IS NULL) AS asks
             FROM documents d
             JOIN users u
                 ON u.group_id = d.group_id
                AND u.id = d.author_id
             LEFT JOIN document_readings r
                 ON r.group_id = d.group_id
                AND r.document_id = d.id
                AND r.account_id = $3
             WHERE d.group_id = $1
               AND d.patient_id = $2",
            in_portal!(),
            "
               AND (d.completed_at, d.id) < ($11, $12)
             ORDER BY d.completed_at DESC, d.id DESC
             LIMIT $13"
        ))
        .bind(access.group().uuid())
        .bind(access.patient().uuid())
        .bind(access.account().uuid());
        for code in codes(hidden) {
            statement = statement.bind(code);
        }
        let rows: Vec<ListedOwnRow> =
            self.all(statement.bind(from).bind(before).bind(i64::from(page.rows()) + 1)).await?;
        let read = |row: ListedOwnRow| {
            Ok(ListedOwnDocument {
                id: row.id.into(),
                title: row.title,
                kind: kind(&row.kind)?,
                author: row.author.into(),
                completed_at: Time::from_millis(row.completed_at),
                unread: row.unread,
                asks: row.asks,
            })
        };
        let rows = rows.into_iter().map(read).collect::<Stored<Vec<_>>>()?;
        Ok(Page::from_rows(rows, page.rows(), |row| format!("{}.{}", row.completed_at.millis(), row.id)))
    }

    async fn count_own_documents(
        &mut self,
        access: &Access<ViewOwnClinical>,
        hidden: DocumentTypes,
    ) -> Stored<OwnCounts> {
        let whose = (access.group().uuid(), access.patient().uuid(), access.account().uuid());
        self.own_documents(whose, hidden, limits::QUEUE_COUNTED).await
    }

    async fn unscoped_documents_wait(
        &mut self,
        group: GroupId,
        patient: PatientId,
        account: AccountId,
        hidden: DocumentTypes,
    ) -> Stored<bool> {
        // What is unread comes first.
        Ok(self.own_documents((group.uuid(), patient.uuid(), account.uuid()), hidden, 1).await?.unread > 0)
    }

    async fn lookup_own_document(&mut self, access: &Access<ReadOwnDocument>) -> Stored<Option<CompletedDocument>> {
        let row: Option<CompletedRow> = self
            .find(
                query_as(
                    "SELECT
                         d.title,
                         d.kind,
                         d.body,
                         d.asks,
                         d.completed_at,
                         r.acknowledged_at,
                         u.title AS user_title,
                         u.first_name,
                         u.last_name,
                         u.profession
                     FROM documents d
                     JOIN users u
                         ON u.group_id = d.group_id
                        AND u.id = d.author_id
                     LEFT JOIN document_readings r
                         ON r.group_id = d.group_id
                        AND r.document_id = d.id
                        AND r.account_id = $4
                     WHERE d.group_id = $1
                       AND d.patient_id = $2
                       AND d.id = $3
                       AND d.completed_at IS NOT NULL
                       AND d.withdrawn_at IS NULL",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(access.document().uuid())
                .bind(access.account().uuid()),
            )
            .await?;
        let read = |row: CompletedRow| {
            Ok(CompletedDocument {
                text: DocumentText { title: row.title, kind: kind(&row.kind)?, body: row.body, asks: row.asks },
                author: row.author.name.into(),
                profession: row.author.profession,
                completed_at: Time::from_millis(row.completed_at),
                acknowledged_at: row.acknowledged_at.map(Time::from_millis),
            })
        };
        row.map(read).transpose()
    }

    async fn own_document_read(&mut self, access: &Access<ReadOwnDocument>, at: Time) -> Stored<()> {
        self.execute(
            query(
                "INSERT INTO document_readings (
                     group_id,
                     document_id,
                     account_id,
                     read_at,
                     acknowledged_at
                 ) VALUES ($1, $2, $3, $4, NULL)
                 ON CONFLICT (group_id, document_id, account_id) DO UPDATE
                 SET read_at = EXCLUDED.read_at",
            )
            .bind(access.group().uuid())
            .bind(access.document().uuid())
            .bind(access.account().uuid())
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn acknowledge_document(&mut self, access: &Access<ReadOwnDocument>, at: Time) -> Stored<()> {
        self.execute(
            query(
                "INSERT INTO document_readings (
                     group_id,
                     document_id,
                     account_id,
                     read_at,
                     acknowledged_at
                 ) VALUES ($1, $2, $3, $4, $4)
                 ON CONFLICT (group_id, document_id, account_id) DO UPDATE
                 SET acknowledged_at = COALESCE(document_readings.acknowledged_at, EXCLUDED.acknowledged_at)",
            )
            .bind(access.group().uuid())
            .bind(access.document().uuid())
            .bind(access.account().uuid())
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }
}
