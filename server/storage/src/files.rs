//! Files about patients, those on their way, and the sealed keys of both. `in_portal!` says in SQL what `domain::access::files`
//! decides about one file; a test compares the two.

use async_trait::async_trait;
use domain::{
    access::{
        Access, GrantFacts, ListOwnFiles, ManageFiles, OwnFileFacts, ReadFiles, ReadOwnFile, Relationship,
        SendingFiles, ViewFiles, ViewOwnRecord,
    },
    file::{Announced, FileCategory, FileName, FileState, FileType, SealedKey, Underway},
    ids::{AccountId, FileId, GroupId, PatientId},
    limits,
    page::{Page, PageRequest},
    person::UserName,
    time::Time,
    user::User,
};
use services::ports::{
    FileSender, Files, FilesKept, GroupKey, Known, ListedFile, NewFile, StoreError, Stored, StoredFile, WaitingFile,
};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::{
    SqlWork,
    notifications::{forget_news, near_users},
    users::select_user,
};
use crate::common::{BEYOND, FIRST, known, readable};

/// Which files of a group's patient a portal user sees: `$3` the account, `$4` more than what they sent themselves.
macro_rules! in_portal {
    () => {
        "
                       AND (
                           f.sender_account_id = $3
                           OR $4 AND (f.sender_account_id IS NOT NULL OR f.shared_at IS NOT NULL)
                       )"
    };
}

/// `SELECT`, what a list shows of a file, and the rest of the statement, which calls the tables `f` and `u`.
macro_rules! select_file {
    ([$($unread:tt)+] $($rest:tt)+) => {
        concat!(
            "SELECT
                 f.id,
                 f.name,
                 f.kind,
                 f.category,
                 f.size,
                 f.state,
                 f.sender_account_id,
                 EXISTS (
                     SELECT 1
                     FROM portal_grants g
                     WHERE g.group_id = f.group_id
                       AND g.patient_id = f.patient_id
                       AND g.account_id = f.sender_account_id
                       AND g.kind = 'self'
                 ) AS is_patient,
                 u.title AS user_title,
                 u.first_name,
                 u.last_name,
                 f.shared_at,
                 f.added_at,
                 ",
            $($unread)+,
            " AS unread
             FROM files f
             LEFT JOIN users u
                 ON u.group_id = f.group_id
                AND u.id = f.sender_user_id",
            $($rest)+
        )
    };
}

/// What the practice shared and the account of `$3` has not opened.
macro_rules! unread {
    () => {
        "f.shared_at IS NOT NULL
                 AND f.sender_account_id IS NULL
                 AND f.state = 'kept'
                 AND NOT EXISTS (
                     SELECT 1
                     FROM file_readings r
                     WHERE r.group_id = f.group_id
                       AND r.file_id = f.id
                       AND r.account_id = $3
                 )"
    };
}

fn bytes(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn few(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn name(stored: String) -> Stored<FileName> {
    readable(FileName::try_from(stored), "name of a file")
}

fn kind(code: &str) -> Stored<FileType> {
    readable(FileType::from_code(code), "type of a file")
}

fn category(code: &str) -> Stored<FileCategory> {
    readable(FileCategory::from_code(code), "kind of file")
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    number: i64,
    sealed: Vec<u8>,
}

#[derive(sqlx::FromRow)]
struct GroupKeyRow {
    group_id: Uuid,
    #[sqlx(flatten)]
    key: KeyRow,
}

impl From<KeyRow> for GroupKey {
    fn from(row: KeyRow) -> Self {
        Self { number: row.number, sealed: row.sealed }
    }
}

#[derive(sqlx::FromRow)]
struct SealedRow {
    key_number: i64,
    sealed_key: Vec<u8>,
}

impl From<SealedRow> for SealedKey {
    fn from(row: SealedRow) -> Self {
        Self { number: row.key_number, sealed: row.sealed_key }
    }
}

#[derive(sqlx::FromRow)]
struct IdAndKeyRow {
    id: Uuid,
    #[sqlx(flatten)]
    key: SealedRow,
}

#[derive(sqlx::FromRow)]
struct UploadRow {
    id: Uuid,
    patient_id: Uuid,
    name: String,
    kind: String,
    category: String,
    size: i64,
    pieces: i64,
    #[sqlx(flatten)]
    key: SealedRow,
}

impl TryFrom<UploadRow> for Underway {
    type Error = StoreError;

    fn try_from(row: UploadRow) -> Stored<Self> {
        Ok(Self {
            id: row.id.into(),
            patient: row.patient_id.into(),
            announced: Announced {
                name: name(row.name)?,
                kind: kind(&row.kind)?,
                category: category(&row.category)?,
                size: bytes(row.size),
            },
            pieces: bytes(row.pieces),
            key: row.key.into(),
        })
    }
}

#[derive(sqlx::FromRow)]
struct FileRow {
    id: Uuid,
    name: String,
    kind: String,
    category: String,
    size: i64,
    state: String,
    sender_account_id: Option<Uuid>,
    is_patient: bool,
    user_title: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    shared_at: Option<i64>,
    added_at: i64,
    unread: bool,
}

impl TryFrom<FileRow> for ListedFile {
    type Error = StoreError;

    fn try_from(row: FileRow) -> Stored<Self> {
        let sender = match row.sender_account_id {
            Some(account) => FileSender::Portal { account: account.into(), is_patient: row.is_patient },
            None => {
                let named = row.user_title.zip(row.first_name).zip(row.last_name);
                let ((title, first), last) = known(named, "sender of a file")?;
                FileSender::Practice(UserName { title, first, last })
            }
        };
        Ok(Self {
            id: row.id.into(),
            name: name(row.name)?,
            kind: kind(&row.kind)?,
            category: category(&row.category)?,
            size: bytes(row.size),
            state: FileState::from_code(&row.state),
            sender,
            shared_at: row.shared_at.map(Time::from_millis),
            added_at: Time::from_millis(row.added_at),
            unread: row.unread,
        })
    }
}

#[derive(sqlx::FromRow)]
struct StoredRow {
    id: Uuid,
    name: String,
    kind: String,
    size: i64,
    state: String,
    by_practice: bool,
    #[sqlx(flatten)]
    key: SealedRow,
}

impl TryFrom<StoredRow> for StoredFile {
    type Error = StoreError;

    fn try_from(row: StoredRow) -> Stored<Self> {
        Ok(Self {
            id: row.id.into(),
            name: name(row.name)?,
            kind: kind(&row.kind)?,
            size: bytes(row.size),
            state: FileState::from_code(&row.state),
            by_practice: row.by_practice,
            key: row.key.into(),
        })
    }
}

#[derive(sqlx::FromRow)]
struct WaitingRow {
    group_id: Uuid,
    patient_id: Uuid,
    id: Uuid,
    size: i64,
    #[sqlx(flatten)]
    key: SealedRow,
}

fn page_of(rows: Vec<FileRow>, page: &PageRequest) -> Stored<Page<ListedFile>> {
    let rows = rows.into_iter().map(ListedFile::try_from).collect::<Stored<Vec<_>>>()?;
    Ok(Page::from_rows(rows, page.rows(), |file| file.id.to_string()))
}

/// The id to go on before; none for a cursor that is none of ours.
fn before(page: &PageRequest) -> Option<Uuid> {
    match page.after.as_deref().map(str::parse::<FileId>) {
        None => Some(BEYOND),
        Some(Ok(id)) => Some(id.uuid()),
        Some(Err(_)) => None,
    }
}

const fn nothing() -> Page<ListedFile> {
    Page { rows: Vec::new(), next: None }
}

impl SqlWork {
    async fn count_unread_files(&mut self, group: Uuid, patient: Uuid, account: Uuid, most: u32) -> Stored<i64> {
        let (count,): (i64,) = self
            .one(
                query_as(concat!(
                    "SELECT CAST(COUNT(*) AS BIGINT)
                     FROM (
                         SELECT f.id
                         FROM files f
                         WHERE f.group_id = $1
                           AND f.patient_id = $2
                           AND ",
                    unread!(),
                    "
                         LIMIT $4
                     ) AS few"
                ))
                .bind(group)
                .bind(patient)
                .bind(account)
                .bind(i64::from(most)),
            )
            .await?;
        Ok(count)
    }

    async fn stored_file(&mut self, group: Uuid, patient: Uuid, id: Uuid) -> Stored<Option<StoredFile>> {
        let row: Option<StoredRow> = self
            .find(
                query_as(
                    "SELECT
                         id,
                         name,
                         kind,
                         size,
                         state,
                         sender_account_id IS NULL AS by_practice,
                         key_number,
                         sealed_key
                     FROM files
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3",
                )
                .bind(group)
                .bind(patient)
                .bind(id),
            )
            .await?;
        row.map(StoredFile::try_from).transpose()
    }

    async fn add_usage(&mut self, group: Uuid, files: i64, bytes: i64) -> Stored<()> {
        self.execute(
            query(
                "INSERT INTO file_usage (
                     group_id,
                     files,
                     bytes
                 ) VALUES ($1, $2, $3)
                 ON CONFLICT (group_id) DO UPDATE
                 SET files = file_usage.files + EXCLUDED.files,
                     bytes = file_usage.bytes + EXCLUDED.bytes",
            )
            .bind(group)
            .bind(files)
            .bind(bytes),
        )
        .await?;
        Ok(())
    }
}

#[async_trait]
impl Files for SqlWork {
    async fn unscoped_group_key(&mut self, group: GroupId, number: Option<i64>) -> Stored<Option<GroupKey>> {
        let row: Option<KeyRow> = self
            .find(
                query_as(
                    "SELECT
                         number,
                         sealed
                     FROM group_keys
                     WHERE group_id = $1
                       AND number = COALESCE($2, number)
                     ORDER BY number DESC
                     LIMIT 1",
                )
                .bind(group.uuid())
                .bind(number),
            )
            .await?;
        Ok(row.map(GroupKey::from))
    }

    async fn unscoped_add_group_key(&mut self, group: GroupId, key: &GroupKey, at: Time) -> Stored<bool> {
        let added = self
            .execute(
                query(
                    "INSERT INTO group_keys (
                         group_id,
                         number,
                         sealed,
                         made_at
                     ) VALUES ($1, $2, $3, $4)
                     ON CONFLICT (group_id, number) DO NOTHING",
                )
                .bind(group.uuid())
                .bind(key.number)
                .bind(key.sealed.as_slice())
                .bind(at.millis()),
            )
            .await?;
        Ok(added == 1)
    }

    async fn unscoped_list_group_keys(
        &mut self,
        after: Option<(GroupId, i64)>,
        most: u32,
    ) -> Stored<Vec<(GroupId, GroupKey)>> {
        let (group, number) = after.map_or((FIRST, 0), |(group, number)| (group.uuid(), number));
        let rows: Vec<GroupKeyRow> = self
            .all(
                query_as(
                    "SELECT
                         group_id,
                         number,
                         sealed
                     FROM group_keys
                     WHERE (group_id, number) > ($1, $2)
                     ORDER BY group_id, number
                     LIMIT $3",
                )
                .bind(group)
                .bind(number)
                .bind(i64::from(most)),
            )
            .await?;
        Ok(rows.into_iter().map(|row| (row.group_id.into(), row.key.into())).collect())
    }

    async fn unscoped_save_group_key(&mut self, group: GroupId, key: &GroupKey) -> Stored<bool> {
        let saved = self
            .execute(
                query(
                    "UPDATE group_keys
                     SET sealed = $3
                     WHERE group_id = $1
                       AND number = $2",
                )
                .bind(group.uuid())
                .bind(key.number)
                .bind(key.sealed.as_slice()),
            )
            .await?;
        Ok(saved == 1)
    }

    async fn unscoped_list_old_file_keys(
        &mut self,
        group: GroupId,
        latest: i64,
        most: u32,
    ) -> Stored<Vec<(FileId, SealedKey)>> {
        let rows: Vec<IdAndKeyRow> = self
            .all(
                query_as(
                    "SELECT
                         o.id,
                         o.key_number,
                         o.sealed_key
                     FROM (
                         SELECT
                             id,
                             key_number,
                             sealed_key
                         FROM files
                         WHERE group_id = $1
                           AND key_number < $2
                         UNION ALL
                         SELECT
                             id,
                             key_number,
                             sealed_key
                         FROM uploads
                         WHERE group_id = $1
                           AND key_number < $2
                     ) o
                     ORDER BY o.id
                     LIMIT $3",
                )
                .bind(group.uuid())
                .bind(latest)
                .bind(i64::from(most)),
            )
            .await?;
        Ok(rows.into_iter().map(|row| (row.id.into(), row.key.into())).collect())
    }

    async fn unscoped_save_file_key(&mut self, group: GroupId, id: FileId, key: &SealedKey) -> Stored<()> {
        let saved = self
            .execute(
                query(
                    "UPDATE files
                     SET key_number = $3,
                         sealed_key = $4
                     WHERE group_id = $1
                       AND id = $2",
                )
                .bind(group.uuid())
                .bind(id.uuid())
                .bind(key.number)
                .bind(key.sealed.as_slice()),
            )
            .await?;
        if saved == 0 {
            self.execute(
                query(
                    "UPDATE uploads
                     SET key_number = $3,
                         sealed_key = $4
                     WHERE group_id = $1
                       AND id = $2",
                )
                .bind(group.uuid())
                .bind(id.uuid())
                .bind(key.number)
                .bind(key.sealed.as_slice()),
            )
            .await?;
        }
        Ok(())
    }

    async fn lock_files(&mut self, access: &SendingFiles) -> Stored<()> {
        self.add_usage(access.group().uuid(), 0, 0).await
    }

    async fn count_files(&mut self, access: &SendingFiles) -> Stored<FilesKept> {
        let (files, size): (i64, i64) = self
            .one(
                query_as(
                    "SELECT
                         CAST(COUNT(*) AS BIGINT),
                         CAST(COALESCE(SUM(size), 0) AS BIGINT)
                     FROM files
                     WHERE group_id = $1
                       AND patient_id = $2",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid()),
            )
            .await?;
        let usage: Option<(i64,)> = self
            .find(
                query_as(
                    "SELECT bytes
                     FROM file_usage
                     WHERE group_id = $1",
                )
                .bind(access.group().uuid()),
            )
            .await?;
        let group = usage.map_or(0, |(bytes,)| bytes);
        let (uploads, upload_bytes, of_patient, patient_bytes, own): (i64, i64, i64, i64, i64) = self
            .one(
                query_as(
                    "SELECT
                         CAST(COUNT(*) AS BIGINT),
                         CAST(COALESCE(SUM(size), 0) AS BIGINT),
                         CAST(COALESCE(SUM(CASE WHEN patient_id = $2 THEN 1 ELSE 0 END), 0) AS BIGINT),
                         CAST(COALESCE(SUM(CASE WHEN patient_id = $2 THEN size ELSE 0 END), 0) AS BIGINT),
                         CAST(COALESCE(SUM(
                             CASE WHEN sender_user_id = $3 OR sender_account_id = $4 THEN 1 ELSE 0 END
                         ), 0) AS BIGINT)
                     FROM uploads
                     WHERE group_id = $1",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(access.user().map(|user| user.uuid()))
                .bind(access.portal().map(|account| account.uuid())),
            )
            .await?;
        Ok(FilesKept {
            files: bytes(files + of_patient),
            bytes: bytes(size + patient_bytes),
            group_bytes: bytes(group + upload_bytes),
            own_uploads: few(own),
            group_uploads: few(uploads),
        })
    }

    async fn add_upload(&mut self, access: &SendingFiles, upload: &Underway, at: Time) -> Stored<()> {
        let announced = &upload.announced;
        self.execute(
            query(
                "INSERT INTO uploads (
                     group_id,
                     id,
                     patient_id,
                     name,
                     kind,
                     category,
                     size,
                     pieces,
                     key_number,
                     sealed_key,
                     sender_user_id,
                     sender_account_id,
                     begun_at,
                     touched_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)",
            )
            .bind(access.group().uuid())
            .bind(upload.id.uuid())
            .bind(access.patient().uuid())
            .bind(announced.name.as_str())
            .bind(announced.kind.code())
            .bind(announced.category.code())
            .bind(signed(announced.size))
            .bind(signed(upload.pieces))
            .bind(upload.key.number)
            .bind(upload.key.sealed.as_slice())
            .bind(access.user().map(|user| user.uuid()))
            .bind(access.portal().map(|account| account.uuid()))
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn lookup_upload(&mut self, access: &SendingFiles, id: FileId) -> Stored<Option<Underway>> {
        let row: Option<UploadRow> = self
            .find(
                query_as(
                    "SELECT
                         id,
                         patient_id,
                         name,
                         kind,
                         category,
                         size,
                         pieces,
                         key_number,
                         sealed_key
                     FROM uploads
                     WHERE group_id = $1
                       AND id = $2
                       AND patient_id = $3
                       AND (sender_user_id = $4 OR sender_account_id = $5)",
                )
                .bind(access.group().uuid())
                .bind(id.uuid())
                .bind(access.patient().uuid())
                .bind(access.user().map(|user| user.uuid()))
                .bind(access.portal().map(|account| account.uuid())),
            )
            .await?;
        row.map(Underway::try_from).transpose()
    }

    async fn upload_advanced(&mut self, access: &SendingFiles, id: FileId, pieces: u64, at: Time) -> Stored<bool> {
        let advanced = self
            .execute(
                query(
                    "UPDATE uploads
                     SET pieces = $6,
                         touched_at = $7
                     WHERE group_id = $1
                       AND id = $2
                       AND patient_id = $3
                       AND (sender_user_id = $4 OR sender_account_id = $5)
                       AND pieces = $6 - 1",
                )
                .bind(access.group().uuid())
                .bind(id.uuid())
                .bind(access.patient().uuid())
                .bind(access.user().map(|user| user.uuid()))
                .bind(access.portal().map(|account| account.uuid()))
                .bind(signed(pieces))
                .bind(at.millis()),
            )
            .await?;
        Ok(advanced == 1)
    }

    async fn remove_upload(&mut self, access: &SendingFiles, id: FileId) -> Stored<bool> {
        let removed = self
            .execute(
                query(
                    "DELETE FROM uploads
                     WHERE group_id = $1
                       AND id = $2
                       AND patient_id = $3
                       AND (sender_user_id = $4 OR sender_account_id = $5)",
                )
                .bind(access.group().uuid())
                .bind(id.uuid())
                .bind(access.patient().uuid())
                .bind(access.user().map(|user| user.uuid()))
                .bind(access.portal().map(|account| account.uuid())),
            )
            .await?;
        Ok(removed == 1)
    }

    async fn add_file(&mut self, access: &SendingFiles, id: FileId, file: &NewFile, at: Time) -> Stored<bool> {
        if !self.remove_upload(access, id).await? {
            return Ok(false);
        }
        self.execute(
            query(
                "INSERT INTO files (
                     group_id,
                     id,
                     patient_id,
                     name,
                     kind,
                     category,
                     size,
                     digest,
                     key_number,
                     sealed_key,
                     state,
                     found,
                     sender_user_id,
                     sender_account_id,
                     shared_at,
                     added_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, NULL, $15)",
            )
            .bind(access.group().uuid())
            .bind(id.uuid())
            .bind(access.patient().uuid())
            .bind(file.name.as_str())
            .bind(file.kind.code())
            .bind(file.category.code())
            .bind(signed(file.size))
            .bind(file.digest.as_slice())
            .bind(file.key.number)
            .bind(file.key.sealed.as_slice())
            .bind(file.state.code())
            .bind(file.found.as_deref())
            .bind(access.user().map(|user| user.uuid()))
            .bind(access.portal().map(|account| account.uuid()))
            .bind(at.millis()),
        )
        .await?;
        self.add_usage(access.group().uuid(), 1, signed(file.size)).await?;
        Ok(true)
    }

    async fn find_sent_file(&mut self, access: &SendingFiles, id: FileId) -> Stored<Option<FileState>> {
        let row: Option<(String,)> = self
            .find(
                query_as(
                    "SELECT state
                     FROM files
                     WHERE group_id = $1
                       AND id = $2
                       AND patient_id = $3
                       AND (sender_user_id = $4 OR sender_account_id = $5)",
                )
                .bind(access.group().uuid())
                .bind(id.uuid())
                .bind(access.patient().uuid())
                .bind(access.user().map(|user| user.uuid()))
                .bind(access.portal().map(|account| account.uuid())),
            )
            .await?;
        Ok(row.map(|(state,)| FileState::from_code(&state)))
    }

    async fn list_file_receivers(&mut self, access: &SendingFiles) -> Stored<Vec<(User, Option<Relationship>)>> {
        self.near(near_users!("file_came", ""), access.group().uuid(), access.patient().uuid()).await
    }

    async fn list_files(&mut self, access: &Access<ViewFiles>, page: &PageRequest) -> Stored<Page<ListedFile>> {
        let Some(before) = before(page) else { return Ok(nothing()) };
        let rows: Vec<FileRow> = self
            .all(
                query_as(select_file!(
                    ["FALSE"]
                    "
                     WHERE f.group_id = $1
                       AND f.patient_id = $2
                       AND f.id < $3
                     ORDER BY f.id DESC
                     LIMIT $4"
                ))
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(before)
                .bind(i64::from(page.rows()) + 1),
            )
            .await?;
        page_of(rows, page)
    }

    async fn forget_file_news(&mut self, access: &Access<ViewFiles>, at: Time) -> Stored<()> {
        let (group, patient) = (access.group().uuid(), access.patient().uuid());
        self.forget(forget_news!("file_came"), group, patient, Some(access.user()), at).await
    }

    async fn lookup_file(&mut self, access: &Access<ReadFiles>, id: FileId) -> Stored<Option<StoredFile>> {
        self.stored_file(access.group().uuid(), access.patient().uuid(), id.uuid()).await
    }

    async fn save_file(
        &mut self,
        access: &Access<ManageFiles>,
        id: FileId,
        name: &FileName,
        category: FileCategory,
    ) -> Stored<bool> {
        let saved = self
            .execute(
                query(
                    "UPDATE files
                     SET name = $4,
                         category = $5
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(id.uuid())
                .bind(name.as_str())
                .bind(category.code()),
            )
            .await?;
        Ok(saved == 1)
    }

    async fn share_file(&mut self, access: &Access<ManageFiles>, id: FileId, from: Option<Time>) -> Stored<bool> {
        let shared = self
            .execute(
                query(
                    "UPDATE files
                     SET shared_at = $4
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3
                       AND sender_account_id IS NULL
                       AND state = 'kept'
                       AND (shared_at IS NULL) <> ($5)",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(id.uuid())
                .bind(from.map(Time::millis))
                .bind(from.is_none()),
            )
            .await?;
        // Taken out, no activity is any more why it is there: whoever shows it again means it.
        if shared == 1 && from.is_none() {
            self.execute(
                query(
                    "UPDATE activity_files
                     SET shown = FALSE
                     WHERE group_id = $1
                       AND file_id = $2",
                )
                .bind(access.group().uuid())
                .bind(id.uuid()),
            )
            .await?;
        }
        Ok(shared == 1)
    }

    async fn remove_file(&mut self, access: &Access<ManageFiles>, id: FileId) -> Stored<bool> {
        self.execute(
            query(
                "DELETE FROM file_readings
                 WHERE group_id = $1
                   AND file_id IN (
                       SELECT f.id
                       FROM files f
                       WHERE f.group_id = $1
                         AND f.patient_id = $2
                         AND f.id = $3
                   )",
            )
            .bind(access.group().uuid())
            .bind(access.patient().uuid())
            .bind(id.uuid()),
        )
        .await?;
        self.execute(
            query(
                "DELETE FROM activity_files
                 WHERE group_id = $1
                   AND file_id IN (
                       SELECT f.id
                       FROM files f
                       WHERE f.group_id = $1
                         AND f.patient_id = $2
                         AND f.id = $3
                   )",
            )
            .bind(access.group().uuid())
            .bind(access.patient().uuid())
            .bind(id.uuid()),
        )
        .await?;
        let removed: Option<(i64,)> = self
            .find(
                query_as(
                    "DELETE FROM files
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3
                     RETURNING size",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(id.uuid()),
            )
            .await?;
        let Some((size,)) = removed else { return Ok(false) };
        self.add_usage(access.group().uuid(), -1, -size).await?;
        Ok(true)
    }

    async fn own_file_facts(
        &mut self,
        access: &Access<ViewOwnRecord>,
        id: FileId,
        grant: &GrantFacts,
    ) -> Stored<Option<OwnFileFacts>> {
        let row: Option<(Option<Uuid>, Option<i64>)> = self
            .find(
                query_as(
                    "SELECT
                         sender_account_id,
                         shared_at
                     FROM files
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(id.uuid()),
            )
            .await?;
        Ok(row.map(|(sent_by, shared_at)| OwnFileFacts {
            grant: grant.clone(),
            file: id,
            sent_by: sent_by.map(AccountId::from),
            shared: shared_at.is_some(),
        }))
    }

    async fn list_own_files(&mut self, access: &Access<ListOwnFiles>, page: &PageRequest) -> Stored<Page<ListedFile>> {
        let Some(before) = before(page) else { return Ok(nothing()) };
        let rows: Vec<FileRow> = self
            .all(
                query_as(select_file!(
                    ["(", unread!(), ")"]
                    "
                     WHERE f.group_id = $1
                       AND f.patient_id = $2",
                    in_portal!(),
                    "
                       AND f.id < $5
                     ORDER BY f.id DESC
                     LIMIT $6"
                ))
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(access.account().uuid())
                .bind(access.all())
                .bind(before)
                .bind(i64::from(page.rows()) + 1),
            )
            .await?;
        page_of(rows, page)
    }

    async fn count_own_unread_files(&mut self, access: &Access<ListOwnFiles>) -> Stored<i64> {
        if !access.all() {
            return Ok(0);
        }
        let (group, patient, account) = (access.group(), access.patient(), access.account());
        self.count_unread_files(group.uuid(), patient.uuid(), account.uuid(), limits::QUEUE_COUNTED).await
    }

    async fn unscoped_files_wait(&mut self, group: GroupId, patient: PatientId, account: AccountId) -> Stored<bool> {
        Ok(self.count_unread_files(group.uuid(), patient.uuid(), account.uuid(), 1).await? > 0)
    }

    async fn lookup_own_file(&mut self, access: &Access<ReadOwnFile>) -> Stored<Option<StoredFile>> {
        self.stored_file(access.group().uuid(), access.patient().uuid(), access.file().uuid()).await
    }

    async fn own_file_read(&mut self, access: &Access<ReadOwnFile>, at: Time) -> Stored<()> {
        self.execute(
            query(
                "INSERT INTO file_readings (
                     group_id,
                     file_id,
                     account_id,
                     read_at
                 ) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (group_id, file_id, account_id) DO UPDATE
                 SET read_at = EXCLUDED.read_at",
            )
            .bind(access.group().uuid())
            .bind(access.file().uuid())
            .bind(access.account().uuid())
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn unscoped_list_waiting_files(&mut self, after: Option<FileId>, most: u32) -> Stored<Vec<WaitingFile>> {
        let rows: Vec<WaitingRow> = self
            .all(
                query_as(
                    "SELECT
                         group_id,
                         patient_id,
                         id,
                         size,
                         key_number,
                         sealed_key
                     FROM files
                     WHERE state = 'waiting'
                       AND id > $1
                     ORDER BY id
                     LIMIT $2",
                )
                .bind(after.map_or(FIRST, FileId::uuid))
                .bind(i64::from(most)),
            )
            .await?;
        let read = |row: WaitingRow| WaitingFile {
            group: row.group_id.into(),
            patient: row.patient_id.into(),
            id: row.id.into(),
            size: bytes(row.size),
            key: row.key.into(),
        };
        Ok(rows.into_iter().map(read).collect())
    }

    async fn unscoped_file_scanned(&mut self, file: &WaitingFile, found: Option<&str>) -> Stored<bool> {
        let state = if found.is_some() { FileState::Infected } else { FileState::Kept };
        let scanned = self
            .execute(
                query(
                    "UPDATE files
                     SET state = $3,
                         found = $4
                     WHERE group_id = $1
                       AND id = $2
                       AND state = 'waiting'",
                )
                .bind(file.group.uuid())
                .bind(file.id.uuid())
                .bind(state.code())
                .bind(found),
            )
            .await?;
        Ok(scanned == 1)
    }

    async fn unscoped_sweep_uploads(&mut self, before: Time) -> Stored<u64> {
        self.execute(
            query(
                "DELETE FROM uploads
                 WHERE (group_id, id) IN (
                     SELECT
                         u.group_id,
                         u.id
                     FROM uploads u
                     WHERE u.touched_at < $1
                     ORDER BY u.touched_at, u.id
                     LIMIT $2
                 )",
            )
            .bind(before.millis())
            .bind(i64::from(limits::SWEPT)),
        )
        .await
    }

    async fn unscoped_file_known(&mut self, id: FileId) -> Stored<Known> {
        let row: Option<(i64,)> = self
            .find(
                query_as(
                    "SELECT CAST(1 AS BIGINT)
                     FROM files
                     WHERE id = $1
                       AND state <> 'infected'
                     UNION ALL
                     SELECT CAST(2 AS BIGINT)
                     FROM uploads
                     WHERE id = $1
                     LIMIT 1",
                )
                .bind(id.uuid()),
            )
            .await?;
        Ok(match row {
            Some((1,)) => Known::File,
            Some(_) => Known::Upload,
            None => Known::Nothing,
        })
    }
}
