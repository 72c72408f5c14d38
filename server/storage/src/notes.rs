//! Notes, their versions, with whom they are shared, and who has read them. `readable!` says in SQL what
//! `domain::access::notes` decides about one note; a test compares the two.

use async_trait::async_trait;
use domain::{
    access::{
        Access, EditNote, EnterGroup, GrantFacts, ListNotes, NoteFacts, NotesFacts, OwnNoteFacts, ReadNote,
        ReadOwnNote, ShareNote, ShareWithColleagues, ViewOwnClinical, WithdrawNote, WriteNotes,
    },
    ids::{AccountId, GroupId, NoteId, PatientId, UserId},
    limits,
    note::{Category, Note, NoteFilter, NoteState, NoteText, Share, Version},
    page::{Page, PageRequest},
    person::UserName,
    text,
    time::Time,
    user::{Level, Role, User},
};
use services::ports::{ListedNote, ListedOwnNote, NoteShare, Notes, ReadableNote, Reading, SharedNote, Stored};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::{
    SqlWork,
    users::{UserRow, levels, select_user},
};
use crate::{
    common::{BEYOND, LAST, NameRow, readable},
    search::stored_sort_name,
};

/// Which notes of a group's patient a user may read: `$3` user, `$4` all that are not private, `$5` what is shared among
/// colleagues.
macro_rules! readable_notes {
    () => {
        "
                       AND (
                           n.author_id = $3
                           OR n.number IS NOT NULL
                           AND (
                               $4 AND NOT n.private
                               OR $5 AND EXISTS (
                                   SELECT 1
                                   FROM note_shares s
                                   WHERE s.group_id = n.group_id
                                     AND s.note_id = n.id
                                     AND s.user_id = $3
                               )
                               OR $5 AND NOT n.private AND EXISTS (
                                   SELECT 1
                                   FROM all_notes_shares s
                                   WHERE s.group_id = n.group_id
                                     AND s.patient_id = n.patient_id
                                     AND s.author_id = n.author_id
                                     AND s.user_id = $3
                               )
                           )
                       )"
    };
}

/// A page of the notes that a user may read, with further columns of further tables. What the author typed since is the author's:
/// a colleague reads the title that was published.
macro_rules! list {
    ($columns:literal, $tables:literal, $access:ident, $filter:ident, $before:ident, $page:ident) => {
        query_as(concat!(
            "SELECT
                         n.id,
                         COALESCE(n.title, n.draft_title, '') AS title,
                         COALESCE(n.category, n.draft_category, 'other') AS category,
                         n.author_id,
                         u.title AS user_title,
                         u.first_name,
                         u.last_name,
                         n.number,
                         n.published_at,
                         n.author_id = $3 AND n.draft_body IS NOT NULL AS changing,
                         n.private,
                         n.patient_from,
                         n.added_at",
            $columns,
            "
                     FROM notes n
                     JOIN users u
                         ON u.group_id = n.group_id
                        AND u.id = n.author_id",
            $tables,
            "
                     WHERE n.group_id = $1
                       AND n.patient_id = $2",
            readable_notes!(),
            "
                       AND ($6 = '' OR COALESCE(n.category, n.draft_category) = $6)
                       AND (NOT $7 OR n.author_id = $3)
                       AND (NOT $8 OR n.number IS NULL)
                       AND (NOT $9 OR n.patient_from IS NOT NULL)
                       AND n.id < $10
                     ORDER BY n.id DESC
                     LIMIT $11"
        ))
        .bind($access.group().uuid())
        .bind($access.patient().uuid())
        .bind($access.user().uuid())
        .bind($access.all())
        .bind($access.shared())
        .bind($filter.category.map_or("", Category::code))
        .bind($filter.own)
        .bind($filter.drafts)
        .bind($filter.with_patient)
        .bind($before)
        .bind(i64::from($page.rows()) + 1)
    };
}

/// Which notes of a group's patient the portal shows: `$3` now.
macro_rules! in_portal {
    () => {
        "
                       AND n.number IS NOT NULL
                       AND NOT n.private
                       AND n.patient_from <= $3"
    };
}

/// `SELECT`, a share's columns with whether it is of all notes, and the rest of the statement, which calls the tables `s` and `u`.
macro_rules! select_share {
    ($all:literal, $rest:literal) => {
        concat!(
            "SELECT
                 s.user_id,
                 u.title AS user_title,
                 u.first_name,
                 u.last_name,
                 u.profession,
                 ",
            $all,
            " AS all_of_them,
                 s.shared_at",
            $rest
        )
    };
}

fn category(code: &str) -> Stored<Category> {
    readable(Category::from_code(code), "kind of note")
}

const fn at(millis: i64) -> Time {
    Time::from_millis(millis)
}

#[derive(sqlx::FromRow)]
struct FactsRow {
    author_id: Uuid,
    published: bool,
    private: bool,
    shared_this: bool,
    shared_all: bool,
    sharing: bool,
}

#[derive(sqlx::FromRow)]
struct ListedRow {
    id: Uuid,
    title: String,
    category: String,
    author_id: Uuid,
    #[sqlx(flatten)]
    author: NameRow,
    number: Option<i64>,
    published_at: Option<i64>,
    changing: bool,
    private: bool,
    patient_from: Option<i64>,
    added_at: i64,
}

impl TryFrom<ListedRow> for ListedNote {
    type Error = services::ports::StoreError;

    fn try_from(row: ListedRow) -> Stored<Self> {
        let state = match (row.number, row.published_at) {
            (Some(number), Some(published)) => {
                NoteState::Published { number, at: at(published), changing: row.changing }
            }
            _ => NoteState::Draft,
        };
        Ok(Self {
            id: row.id.into(),
            title: row.title,
            category: category(&row.category)?,
            author: row.author_id.into(),
            author_name: row.author.into(),
            state,
            private: row.private,
            patient_from: row.patient_from.map(at),
            added_at: at(row.added_at),
        })
    }
}

#[derive(sqlx::FromRow)]
struct ReadableRow {
    #[sqlx(flatten)]
    listed: ListedRow,
    published_title: Option<String>,
    published_body: Option<String>,
    own_title: Option<String>,
    own_body: Option<String>,
}

impl TryFrom<ReadableRow> for ReadableNote {
    type Error = services::ports::StoreError;

    fn try_from(row: ReadableRow) -> Stored<Self> {
        let texts = [row.published_title, row.published_body, row.own_title, row.own_body];
        Ok(Self { listed: row.listed.try_into()?, texts: texts.into_iter().flatten().collect() })
    }
}

#[derive(sqlx::FromRow)]
struct NoteRow {
    id: Uuid,
    patient_id: Uuid,
    author_id: Uuid,
    draft_title: Option<String>,
    draft_category: Option<String>,
    draft_body: Option<String>,
    saved_at: Option<i64>,
    number: Option<i64>,
    title: Option<String>,
    category: Option<String>,
    body: Option<String>,
    published_at: Option<i64>,
    private: bool,
    patient_from: Option<i64>,
    version: i64,
}

impl TryFrom<NoteRow> for Note {
    type Error = services::ports::StoreError;

    fn try_from(row: NoteRow) -> Stored<Self> {
        let draft = match (row.draft_title, row.draft_category, row.draft_body) {
            (Some(title), Some(code), Some(body)) => Some(NoteText { title, category: category(&code)?, body }),
            _ => None,
        };
        let published = match (row.number, row.title, row.category, row.body, row.published_at) {
            (Some(number), Some(title), Some(code), Some(body), Some(published)) => {
                Some(Version { number, text: NoteText { title, category: category(&code)?, body }, at: at(published) })
            }
            _ => None,
        };
        Ok(Self {
            id: row.id.into(),
            patient: row.patient_id.into(),
            author: row.author_id.into(),
            draft,
            saved_at: row.saved_at.map(at),
            published,
            private: row.private,
            patient_from: row.patient_from.map(at),
            version: row.version,
        })
    }
}

#[derive(sqlx::FromRow)]
struct VersionRow {
    number: i64,
    title: String,
    category: String,
    body: String,
    published_at: i64,
}

impl TryFrom<VersionRow> for Version {
    type Error = services::ports::StoreError;

    fn try_from(row: VersionRow) -> Stored<Self> {
        let text = NoteText { title: row.title, category: category(&row.category)?, body: row.body };
        Ok(Self { number: row.number, text, at: at(row.published_at) })
    }
}

#[derive(sqlx::FromRow)]
struct ShareRow {
    user_id: Uuid,
    #[sqlx(flatten)]
    name: NameRow,
    profession: String,
    all_of_them: bool,
    shared_at: i64,
}

impl From<ShareRow> for NoteShare {
    fn from(row: ShareRow) -> Self {
        Self {
            user: row.user_id.into(),
            name: row.name.into(),
            profession: row.profession,
            share: if row.all_of_them { Share::All } else { Share::This },
            at: at(row.shared_at),
        }
    }
}

#[derive(sqlx::FromRow)]
struct ReadingRow {
    user_title: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    email: Option<String>,
    number: i64,
    read_at: i64,
}

impl From<ReadingRow> for Reading {
    fn from(row: ReadingRow) -> Self {
        let user = match (row.user_title, row.first_name, row.last_name) {
            (Some(title), Some(first), Some(last)) => Some(UserName { title, first, last }),
            _ => None,
        };
        Self { user, email: row.email, number: row.number, at: at(row.read_at) }
    }
}

#[derive(sqlx::FromRow)]
struct ListedOwnRow {
    id: Uuid,
    title: String,
    category: String,
    #[sqlx(flatten)]
    author: NameRow,
    patient_from: i64,
    published_at: i64,
    unread: bool,
}

#[derive(sqlx::FromRow)]
struct SharedRow {
    #[sqlx(flatten)]
    version: VersionRow,
    written_at: i64,
    #[sqlx(flatten)]
    author: NameRow,
    profession: String,
}

/// The place after which a page begins that is read backwards; none for a cursor that is none.
fn before(page: &PageRequest) -> Option<Uuid> {
    match page.after.as_deref().map(str::parse::<NoteId>) {
        None => Some(BEYOND),
        Some(Ok(id)) => Some(id.uuid()),
        Some(Err(_)) => None,
    }
}

/// The same in the portal's list, which is sorted by when a note was shared.
fn shared_before(page: &PageRequest) -> Option<(i64, Uuid)> {
    let Some(cursor) = page.after.as_deref() else { return Some((i64::MAX, BEYOND)) };
    let (from, id) = cursor.split_once('.')?;
    Some((from.parse().ok()?, id.parse::<NoteId>().ok()?.uuid()))
}

const fn nothing<T>() -> Page<T> {
    Page { rows: Vec::new(), next: None }
}

#[async_trait]
impl Notes for SqlWork {
    async fn note_facts(
        &mut self,
        access: &Access<EnterGroup>,
        patient: PatientId,
        id: NoteId,
        now: Time,
    ) -> Stored<Option<NoteFacts>> {
        let Some(facts) = self.facts(access.group(), access.user(), patient, now).await? else { return Ok(None) };
        let row: Option<FactsRow> = self
            .find(
                query_as(
                    "SELECT
                         n.author_id,
                         n.number IS NOT NULL AS published,
                         n.private,
                         EXISTS (
                             SELECT 1
                             FROM note_shares s
                             WHERE s.group_id = n.group_id
                               AND s.note_id = n.id
                               AND s.user_id = $3
                         ) AS shared_this,
                         EXISTS (
                             SELECT 1
                             FROM all_notes_shares s
                             WHERE s.group_id = n.group_id
                               AND s.patient_id = n.patient_id
                               AND s.author_id = n.author_id
                               AND s.user_id = $3
                         ) AS shared_all,
                         g.note_sharing AS sharing
                     FROM notes n
                     JOIN patient_access_settings g
                         ON g.group_id = n.group_id
                     WHERE n.group_id = $1
                       AND n.patient_id = $2
                       AND n.id = $4",
                )
                .bind(access.group().uuid())
                .bind(patient.uuid())
                .bind(access.user().uuid())
                .bind(id.uuid()),
            )
            .await?;
        Ok(row.map(|row| NoteFacts {
            of: NotesFacts { patient: facts, sharing: row.sharing },
            note: id,
            author: row.author_id.into(),
            published: row.published,
            private: row.private,
            shared: match (row.shared_this, row.shared_all) {
                (true, _) => Some(Share::This),
                (false, true) => Some(Share::All),
                (false, false) => None,
            },
        }))
    }

    async fn list_notes(
        &mut self,
        access: &Access<ListNotes>,
        filter: &NoteFilter,
        page: &PageRequest,
    ) -> Stored<Page<ListedNote>> {
        let Some(before) = before(page) else { return Ok(nothing()) };
        let rows: Vec<ListedRow> = self.all(list!("", "", access, filter, before, page)).await?;
        let rows = rows.into_iter().map(ListedNote::try_from).collect::<Stored<Vec<_>>>()?;
        Ok(Page::from_rows(rows, page.rows(), |row| row.id.to_string()))
    }

    async fn read_notes(
        &mut self,
        access: &Access<ListNotes>,
        filter: &NoteFilter,
        page: &PageRequest,
    ) -> Stored<Page<ReadableNote>> {
        let Some(before) = before(page) else { return Ok(nothing()) };
        let rows: Vec<ReadableRow> = self
            .all(list!(
                ",
                         v.title AS published_title,
                         v.body AS published_body,
                         CASE WHEN n.author_id = $3 THEN n.draft_title END AS own_title,
                         CASE WHEN n.author_id = $3 THEN n.draft_body END AS own_body",
                "
                     LEFT JOIN note_versions v
                         ON v.group_id = n.group_id
                        AND v.note_id = n.id
                        AND v.number = n.number",
                access,
                filter,
                before,
                page
            ))
            .await?;
        let rows = rows.into_iter().map(ReadableNote::try_from).collect::<Stored<Vec<_>>>()?;
        Ok(Page::from_rows(rows, page.rows(), |row| row.listed.id.to_string()))
    }

    async fn lookup_note(&mut self, access: &Access<ReadNote>) -> Stored<Option<Note>> {
        let row: Option<NoteRow> = self
            .find(
                query_as(
                    "SELECT
                         n.id,
                         n.patient_id,
                         n.author_id,
                         n.draft_title,
                         n.draft_category,
                         n.draft_body,
                         n.saved_at,
                         v.number,
                         v.title,
                         v.category,
                         v.body,
                         v.published_at,
                         n.private,
                         n.patient_from,
                         n.version
                     FROM notes n
                     LEFT JOIN note_versions v
                         ON v.group_id = n.group_id
                        AND v.note_id = n.id
                        AND v.number = n.number
                     WHERE n.group_id = $1
                       AND n.patient_id = $2
                       AND n.id = $3",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(access.note().uuid()),
            )
            .await?;
        let note = row.map(Note::try_from).transpose()?;
        // The draft is its author's alone, whoever asks.
        Ok(note.map(|note| if access.own() { note } else { Note { draft: None, saved_at: None, ..note } }))
    }

    async fn lookup_author(&mut self, access: &Access<ReadNote>) -> Stored<Option<(UserName, String)>> {
        let row: Option<(String, String, String, String)> = self
            .find(
                query_as(
                    "SELECT
                         u.title,
                         u.first_name,
                         u.last_name,
                         u.profession
                     FROM notes n
                     JOIN users u
                         ON u.group_id = n.group_id
                        AND u.id = n.author_id
                     WHERE n.group_id = $1
                       AND n.patient_id = $2
                       AND n.id = $3",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(access.note().uuid()),
            )
            .await?;
        Ok(row.map(|(title, first, last, profession)| (UserName { title, first, last }, profession)))
    }

    async fn add_note(&mut self, access: &Access<WriteNotes>, note: &Note, added_at: Time) -> Stored<()> {
        let draft = note.draft.clone().unwrap_or_default();
        self.execute(
            query(
                "INSERT INTO notes (
                     group_id,
                     id,
                     patient_id,
                     author_id,
                     draft_title,
                     draft_category,
                     draft_body,
                     saved_at,
                     private,
                     version,
                     added_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $8)",
            )
            .bind(access.group().uuid())
            .bind(note.id.uuid())
            .bind(access.patient().uuid())
            .bind(access.user().uuid())
            .bind(draft.title)
            .bind(draft.category.code())
            .bind(draft.body)
            .bind(added_at.millis())
            .bind(note.private)
            .bind(note.version),
        )
        .await?;
        Ok(())
    }

    async fn save_note(&mut self, access: &Access<EditNote>, note: &Note) -> Stored<bool> {
        let (title, category, body) = draft(note);
        let saved = self
            .execute(
                query(
                    "UPDATE notes
                     SET draft_title = $5,
                         draft_category = $6,
                         draft_body = $7,
                         saved_at = $8,
                         private = $9,
                         patient_from = $10,
                         version = version + 1
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3
                       AND version = $4",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(access.note().uuid())
                .bind(note.version)
                .bind(title)
                .bind(category)
                .bind(body)
                .bind(note.saved_at.map(Time::millis))
                .bind(note.private)
                .bind(note.patient_from.map(Time::millis)),
            )
            .await?;
        Ok(saved == 1)
    }

    async fn publish_note(&mut self, access: &Access<EditNote>, note: &Note, version: &Version) -> Stored<bool> {
        let saved = self
            .execute(
                query(
                    "UPDATE notes
                     SET draft_title = NULL,
                         draft_category = NULL,
                         draft_body = NULL,
                         saved_at = NULL,
                         title = $5,
                         category = $6,
                         number = $7,
                         published_at = $8,
                         private = $9,
                         patient_from = $10,
                         version = version + 1
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3
                       AND version = $4",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(access.note().uuid())
                .bind(note.version)
                .bind(version.text.title.clone())
                .bind(version.text.category.code())
                .bind(version.number)
                .bind(version.at.millis())
                .bind(note.private)
                .bind(note.patient_from.map(Time::millis)),
            )
            .await?;
        if saved != 1 {
            return Ok(false);
        }
        self.execute(
            query(
                "INSERT INTO note_versions (
                     group_id,
                     note_id,
                     number,
                     title,
                     category,
                     body,
                     published_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(access.group().uuid())
            .bind(access.note().uuid())
            .bind(version.number)
            .bind(version.text.title.clone())
            .bind(version.text.category.code())
            .bind(version.text.body.clone())
            .bind(version.at.millis()),
        )
        .await?;
        // Who has written about a patient treats them: not who only began to.
        if version.number == 1 {
            self.execute(
                query(
                    "INSERT INTO practitioner_relationships (
                         group_id,
                         user_id,
                         patient_id,
                         kind,
                         sort_name,
                         all_words
                     )
                     SELECT
                         p.group_id,
                         $3,
                         p.id,
                         'automatic',
                         p.sort_name,
                         p.all_words
                     FROM patients p
                     WHERE p.group_id = $1
                       AND p.id = $2
                     ON CONFLICT (group_id, user_id, patient_id) DO UPDATE
                     SET was_automatic = TRUE
                     WHERE practitioner_relationships.kind <> 'automatic'",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(access.user().uuid()),
            )
            .await?;
        }
        Ok(true)
    }

    async fn withdraw_note(&mut self, access: &Access<WithdrawNote>) -> Stored<bool> {
        let taken = self
            .execute(
                query(
                    "UPDATE notes
                     SET patient_from = NULL,
                         version = version + 1
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3
                       AND patient_from IS NOT NULL",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(access.note().uuid()),
            )
            .await?;
        Ok(taken == 1)
    }

    async fn find_empty_note(&mut self, access: &Access<WriteNotes>) -> Stored<Option<NoteId>> {
        let row: Option<(Uuid,)> = self
            .find(
                query_as(
                    "SELECT id
                     FROM notes
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND author_id = $3
                       AND number IS NULL
                       AND draft_title = ''
                       AND draft_body = ''
                     ORDER BY id
                     LIMIT 1",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(access.user().uuid()),
            )
            .await?;
        Ok(row.map(|(id,)| id.into()))
    }

    async fn remove_note(&mut self, access: &Access<EditNote>, version: i64) -> Stored<bool> {
        let removed = self
            .execute(
                query(
                    "DELETE FROM notes
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3
                       AND version = $4
                       AND number IS NULL",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(access.note().uuid())
                .bind(version),
            )
            .await?;
        Ok(removed == 1)
    }

    async fn list_note_versions(&mut self, access: &Access<ReadNote>, page: &PageRequest) -> Stored<Page<Version>> {
        let before = match page.after.as_deref().map(str::parse::<i64>) {
            None => i64::MAX,
            Some(Ok(number)) => number,
            Some(Err(_)) => return Ok(nothing()),
        };
        let rows: Vec<VersionRow> = self
            .all(
                query_as(
                    "SELECT
                         v.number,
                         v.title,
                         v.category,
                         v.body,
                         v.published_at
                     FROM note_versions v
                     JOIN notes n
                         ON n.group_id = v.group_id
                        AND n.id = v.note_id
                     WHERE v.group_id = $1
                       AND n.patient_id = $2
                       AND v.note_id = $3
                       AND v.number < $4
                     ORDER BY v.number DESC
                     LIMIT $5",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(access.note().uuid())
                .bind(before)
                .bind(i64::from(page.rows()) + 1),
            )
            .await?;
        let rows = rows.into_iter().map(Version::try_from).collect::<Stored<Vec<_>>>()?;
        Ok(Page::from_rows(rows, page.rows(), |row| row.number.to_string()))
    }

    async fn list_note_shares(&mut self, access: &Access<EditNote>) -> Stored<Vec<NoteShare>> {
        let rows: Vec<ShareRow> = self
            .all(
                query_as(select_share!(
                    "FALSE",
                    "
                     FROM note_shares s
                     JOIN users u
                         ON u.group_id = s.group_id
                        AND u.id = s.user_id
                     WHERE s.group_id = $1
                       AND s.note_id = $2
                     ORDER BY u.sort_name, u.id
                     LIMIT $3"
                ))
                .bind(access.group().uuid())
                .bind(access.note().uuid())
                .bind(i64::from(limits::NOTE_SHARES)),
            )
            .await?;
        let mut shares: Vec<NoteShare> = rows.into_iter().map(NoteShare::from).collect();
        shares.extend(self.all_shares(access.group().uuid(), access.patient().uuid(), access.user().uuid()).await?);
        Ok(shares)
    }

    async fn share_note(
        &mut self,
        access: &Access<ShareNote>,
        with: &Access<ShareWithColleagues>,
        user: UserId,
        shared_at: Time,
    ) -> Stored<bool> {
        // Both proofs are of the same patient, or nothing is written.
        let shared = self
            .execute(
                query(
                    "INSERT INTO note_shares (
                         group_id,
                         note_id,
                         user_id,
                         shared_at
                     )
                     SELECT
                         n.group_id,
                         n.id,
                         $4,
                         $5
                     FROM notes n
                     WHERE n.group_id = $1
                       AND n.patient_id = $2
                       AND n.id = $3
                     ON CONFLICT (group_id, note_id, user_id) DO NOTHING",
                )
                .bind(access.group().uuid())
                .bind(with.patient().uuid())
                .bind(access.note().uuid())
                .bind(user.uuid())
                .bind(shared_at.millis()),
            )
            .await?;
        Ok(shared == 1)
    }

    async fn unshare_note(&mut self, access: &Access<EditNote>, user: UserId) -> Stored<bool> {
        let ended = self
            .execute(
                query(
                    "DELETE FROM note_shares
                     WHERE group_id = $1
                       AND note_id = $2
                       AND user_id = $3",
                )
                .bind(access.group().uuid())
                .bind(access.note().uuid())
                .bind(user.uuid()),
            )
            .await?;
        Ok(ended == 1)
    }

    async fn list_all_notes_shares(&mut self, access: &Access<ListNotes>) -> Stored<Vec<NoteShare>> {
        self.all_shares(access.group().uuid(), access.patient().uuid(), access.user().uuid()).await
    }

    async fn share_all_notes(
        &mut self,
        access: &Access<ShareWithColleagues>,
        user: UserId,
        shared_at: Time,
    ) -> Stored<bool> {
        let shared = self
            .execute(
                query(
                    "INSERT INTO all_notes_shares (
                         group_id,
                         patient_id,
                         author_id,
                         user_id,
                         shared_at
                     ) VALUES ($1, $2, $3, $4, $5)
                     ON CONFLICT (group_id, patient_id, author_id, user_id) DO NOTHING",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(access.user().uuid())
                .bind(user.uuid())
                .bind(shared_at.millis()),
            )
            .await?;
        Ok(shared == 1)
    }

    async fn unshare_all_notes(&mut self, access: &Access<WriteNotes>, user: UserId) -> Stored<bool> {
        let ended = self
            .execute(
                query(
                    "DELETE FROM all_notes_shares
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND author_id = $3
                       AND user_id = $4",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(access.user().uuid())
                .bind(user.uuid()),
            )
            .await?;
        Ok(ended == 1)
    }

    async fn list_note_colleagues(&mut self, access: &Access<ShareWithColleagues>, typed: &str) -> Stored<Vec<User>> {
        let folded = stored_sort_name(&text::fold(typed));
        if folded.is_empty() && !typed.trim().is_empty() {
            return Ok(Vec::new());
        }
        self.colleagues(access, None, &folded).await
    }

    async fn find_note_colleague(
        &mut self,
        access: &Access<ShareWithColleagues>,
        user: UserId,
    ) -> Stored<Option<User>> {
        Ok(self.colleagues(access, Some(user), "").await?.pop())
    }

    async fn note_read(&mut self, access: &Access<ReadNote>, number: i64, read_at: Time) -> Stored<()> {
        let (group, note, user) = (access.group().uuid(), access.note().uuid(), access.user().uuid());
        self.reading(group, note, Reader::User(user), number, read_at).await
    }

    async fn list_note_readers(&mut self, access: &Access<EditNote>) -> Stored<Vec<Reading>> {
        let rows: Vec<ReadingRow> = self
            .all(
                query_as(
                    "SELECT
                         u.title AS user_title,
                         u.first_name,
                         u.last_name,
                         a.email,
                         r.number,
                         r.read_at
                     FROM note_readings r
                     LEFT JOIN users u
                         ON u.group_id = r.group_id
                        AND u.id = r.user_id
                     LEFT JOIN accounts a
                         ON a.id = r.account_id
                     WHERE r.group_id = $1
                       AND r.note_id = $2
                       AND r.reader_id <> $3
                     ORDER BY r.read_at DESC, r.reader_id
                     LIMIT $4",
                )
                .bind(access.group().uuid())
                .bind(access.note().uuid())
                .bind(access.user().uuid())
                .bind(i64::from(limits::NOTE_READERS)),
            )
            .await?;
        Ok(rows.into_iter().map(Reading::from).collect())
    }

    async fn own_note_facts(
        &mut self,
        access: &Access<ViewOwnClinical>,
        id: NoteId,
        grant: &GrantFacts,
    ) -> Stored<Option<OwnNoteFacts>> {
        let row: Option<(bool, bool, Option<i64>)> = self
            .find(
                query_as(
                    "SELECT
                         number IS NOT NULL AS published,
                         private,
                         patient_from
                     FROM notes
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(id.uuid()),
            )
            .await?;
        Ok(row.map(|(published, private, from)| OwnNoteFacts {
            grant: grant.clone(),
            note: id,
            published,
            private,
            patient_from: from.map(at),
        }))
    }

    async fn list_own_notes(
        &mut self,
        access: &Access<ViewOwnClinical>,
        now: Time,
        page: &PageRequest,
    ) -> Stored<Page<ListedOwnNote>> {
        let Some((from, before)) = shared_before(page) else { return Ok(nothing()) };
        let rows: Vec<ListedOwnRow> = self
            .all(
                query_as(concat!(
                    "SELECT
                         n.id,
                         n.title,
                         n.category,
                         u.title AS user_title,
                         u.first_name,
                         u.last_name,
                         n.patient_from,
                         n.published_at,
                         NOT EXISTS (
                             SELECT 1
                             FROM note_readings r
                             WHERE r.group_id = n.group_id
                               AND r.note_id = n.id
                               AND r.reader_id = $4
                               AND r.number = n.number
                         ) AS unread
                     FROM notes n
                     JOIN users u
                         ON u.group_id = n.group_id
                        AND u.id = n.author_id
                     WHERE n.group_id = $1
                       AND n.patient_id = $2",
                    in_portal!(),
                    "
                       AND (n.patient_from, n.id) < ($5, $6)
                     ORDER BY n.patient_from DESC, n.id DESC
                     LIMIT $7"
                ))
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(now.millis())
                .bind(access.account().uuid())
                .bind(from)
                .bind(before)
                .bind(i64::from(page.rows()) + 1),
            )
            .await?;
        let read = |row: ListedOwnRow| {
            Ok(ListedOwnNote {
                id: row.id.into(),
                title: row.title,
                category: category(&row.category)?,
                author: row.author.into(),
                shared_at: at(row.patient_from),
                at: at(row.published_at),
                unread: row.unread,
            })
        };
        let rows = rows.into_iter().map(read).collect::<Stored<Vec<_>>>()?;
        Ok(Page::from_rows(rows, page.rows(), |row| format!("{}.{}", row.shared_at.millis(), row.id)))
    }

    async fn count_own_unread_notes(&mut self, access: &Access<ViewOwnClinical>, now: Time) -> Stored<i64> {
        let (group, patient, account) = (access.group(), access.patient(), access.account());
        self.unread(group, patient, account, now, limits::QUEUE_COUNTED).await
    }

    async fn unscoped_notes_wait(
        &mut self,
        group: GroupId,
        patient: PatientId,
        account: AccountId,
        now: Time,
    ) -> Stored<bool> {
        Ok(self.unread(group, patient, account, now, 1).await? > 0)
    }

    async fn lookup_own_note(&mut self, access: &Access<ReadOwnNote>) -> Stored<Option<SharedNote>> {
        let row: Option<SharedRow> = self
            .find(
                query_as(
                    "SELECT
                         v.number,
                         v.title,
                         v.category,
                         v.body,
                         v.published_at,
                         f.published_at AS written_at,
                         u.title AS user_title,
                         u.first_name,
                         u.last_name,
                         u.profession
                     FROM notes n
                     JOIN note_versions v
                         ON v.group_id = n.group_id
                        AND v.note_id = n.id
                        AND v.number = n.number
                     JOIN note_versions f
                         ON f.group_id = n.group_id
                        AND f.note_id = n.id
                        AND f.number = 1
                     JOIN users u
                         ON u.group_id = n.group_id
                        AND u.id = n.author_id
                     WHERE n.group_id = $1
                       AND n.patient_id = $2
                       AND n.id = $3",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(access.note().uuid()),
            )
            .await?;
        row.map(|row| {
            let SharedRow { version, written_at, author, profession } = row;
            Ok(SharedNote {
                version: version.try_into()?,
                written_at: at(written_at),
                author: author.into(),
                profession,
            })
        })
        .transpose()
    }

    async fn own_note_read(&mut self, access: &Access<ReadOwnNote>, number: i64, read_at: Time) -> Stored<()> {
        let (group, note, account) = (access.group().uuid(), access.note().uuid(), access.account().uuid());
        self.reading(group, note, Reader::Account(account), number, read_at).await
    }
}

/// Who reads a note.
#[derive(Clone, Copy)]
enum Reader {
    User(Uuid),
    Account(Uuid),
}

fn draft(note: &Note) -> (Option<String>, Option<&'static str>, Option<String>) {
    match note.draft.clone() {
        Some(NoteText { title, category, body }) => (Some(title), Some(category.code()), Some(body)),
        None => (None, None, None),
    }
}

impl SqlWork {
    /// With whom an author shares all notes about a patient. The caller has the proof that the ids came from.
    async fn all_shares(&mut self, group: Uuid, patient: Uuid, author: Uuid) -> Stored<Vec<NoteShare>> {
        let rows: Vec<ShareRow> = self
            .all(
                query_as(select_share!(
                    "TRUE",
                    "
                     FROM all_notes_shares s
                     JOIN users u
                         ON u.group_id = s.group_id
                        AND u.id = s.user_id
                     WHERE s.group_id = $1
                       AND s.patient_id = $2
                       AND s.author_id = $3
                     ORDER BY u.sort_name, u.id
                     LIMIT $4"
                ))
                .bind(group)
                .bind(patient)
                .bind(author)
                .bind(i64::from(limits::NOTE_SHARES)),
            )
            .await?;
        Ok(rows.into_iter().map(NoteShare::from).collect())
    }

    /// Practitioners who work here, may see the patient and are not the caller: one, or those whose name begins so.
    async fn colleagues(
        &mut self,
        access: &Access<ShareWithColleagues>,
        one: Option<UserId>,
        folded: &str,
    ) -> Stored<Vec<User>> {
        let mut statement = query_as(select_user!(
            "
             FROM users u
             LEFT JOIN practitioner_relationships r
                 ON r.group_id = u.group_id
                AND r.user_id = u.id
                AND r.patient_id = $2
             WHERE u.group_id = $1
               AND u.id <> $3
               AND u.state = 'active'
               AND ($4 OR u.id = $5)
               AND (
                   $6 = ''
                   OR u.sort_name >= $6 AND u.sort_name < $7
                   OR u.first_folded >= $6 AND u.first_folded < $7
               )
               AND (
                   r.kind IS NULL AND u.level IN ($8, $9, $10, $11, $12, $13, $14)
                   OR r.kind IN ('automatic', 'granted') AND u.level IN ($15, $16, $17, $18, $19, $20, $21)
               )
             ORDER BY u.sort_name, u.id
             LIMIT $22"
        ))
        .bind(access.group().uuid())
        .bind(access.patient().uuid())
        .bind(access.user().uuid())
        .bind(one.is_none())
        .bind(one.map_or(BEYOND, UserId::uuid))
        .bind(folded.to_owned())
        .bind(format!("{folded}{LAST}"));
        let practitioner = |level: Level| level.role() == Role::Practitioner;
        for level in levels(|level| practitioner(level) && level != Level::Personal) {
            statement = statement.bind(level);
        }
        for level in levels(practitioner) {
            statement = statement.bind(level);
        }
        let rows: Vec<UserRow> = self.all(statement.bind(i64::from(limits::RELATIONSHIPS))).await?;
        rows.into_iter().map(User::try_from).collect()
    }

    /// How many notes that the portal shows this account has not read in their latest version, counted up to `most`.
    async fn unread(
        &mut self,
        group: GroupId,
        patient: PatientId,
        account: AccountId,
        now: Time,
        most: u32,
    ) -> Stored<i64> {
        let (count,): (i64,) = self
            .one(
                query_as(concat!(
                    "SELECT count(*)
                     FROM (
                         SELECT 1
                         FROM notes n
                         WHERE n.group_id = $1
                       AND n.patient_id = $2",
                    in_portal!(),
                    "
                       AND NOT EXISTS (
                           SELECT 1
                           FROM note_readings r
                           WHERE r.group_id = n.group_id
                             AND r.note_id = n.id
                             AND r.reader_id = $4
                             AND r.number = n.number
                       )
                         LIMIT $5
                     ) AS counted"
                ))
                .bind(group.uuid())
                .bind(patient.uuid())
                .bind(now.millis())
                .bind(account.uuid())
                .bind(i64::from(most)),
            )
            .await?;
        Ok(count)
    }

    async fn reading(&mut self, group: Uuid, note: Uuid, reader: Reader, number: i64, read_at: Time) -> Stored<()> {
        let (reader, user, account) = match reader {
            Reader::User(id) => (id, Some(id), None),
            Reader::Account(id) => (id, None, Some(id)),
        };
        self.execute(
            query(
                "INSERT INTO note_readings (
                     group_id,
                     note_id,
                     reader_id,
                     user_id,
                     account_id,
                     number,
                     read_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7)
                 ON CONFLICT (group_id, note_id, reader_id) DO UPDATE
                 SET number = excluded.number,
                     read_at = excluded.read_at",
            )
            .bind(group)
            .bind(note)
            .bind(reader)
            .bind(user)
            .bind(account)
            .bind(number)
            .bind(read_at.millis()),
        )
        .await?;
        Ok(())
    }
}
