//! Reports: a case load, looked for record by record.
//!
//! Filters may fit a handful among a million, and no index knows every mixture of them. So a statement looks at a bounded
//! stretch of one list, in its order, and gives those that fit; where the stretch ended is the cursor. The list is the
//! narrowest for which there is an index: a practitioner's patients, those of a rare word, those added lately, those of a
//! status, or all.

use async_trait::async_trait;
use domain::{
    access::{Access, EnterGroup, ListPatients},
    ids::{PatientId, SavedReportId},
    limits,
    page::{Page, PageRequest},
    patient::{PortalState, Status},
    report::{CaseLoadForm, ReportType, SavedReport},
    time::Time,
    user::{Role, User},
};
use services::ports::{CaseLoadFilter, PatientRecord, Reports, Stored};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::{
    Db, SqlWork,
    patients::{Place, nothing, own},
    users::{UserRow, levels, select_user},
};
use crate::{
    common::{LAST, readable},
    search::{self, RARE},
};

/// Those of a stretch that fit. `$from` is the list and where it goes on, `$key` its order, `$id` the patient in it.
macro_rules! fitting {
    ($from:expr, $key:literal, $id:literal) => {
        concat!(
            "SELECT looked.id
             FROM (
                 SELECT
                     ",
            $id,
            " AS id,
                     ",
            $key,
            " AS place,
                     CASE
                         WHEN ($8 = '' OR p.status = $8)
                          AND ($9 = '' OR p.portal_state = $9)
                          AND ($10 = -1 OR $10 = CASE WHEN p.email IS NULL THEN 0 ELSE 1 END)
                          AND ($11 = '' OR p.birth_date > $11)
                          AND ($12 = '' OR p.birth_date <= $12)
                          AND p.added_at >= $13
                          AND ($14 = 0 OR EXISTS (
                              SELECT 1
                              FROM practitioner_relationships f
                              WHERE f.group_id = $1
                                AND f.user_id = $15
                                AND f.patient_id = p.id
                                AND f.kind IN ('automatic', 'granted')
                          ))
                          AND ($16 = 0 OR EXISTS (
                              SELECT 1
                              FROM practitioner_relationships f
                              JOIN user_locations l
                                  ON l.group_id = f.group_id
                                 AND l.user_id = f.user_id
                              WHERE f.group_id = $1
                                AND f.patient_id = p.id
                                AND f.kind IN ('automatic', 'granted')
                                AND l.location_id = $17
                          ))
                          AND p.all_words LIKE $18
                          AND p.all_words LIKE $19
                          AND p.all_words LIKE $20
                          AND p.all_words LIKE $21
                          AND p.all_words LIKE $22
                          AND p.all_words LIKE $23
                         THEN 1
                         ELSE 0
                     END AS fits
                 ",
            $from,
            " ORDER BY ",
            $key,
            ", ",
            $id,
            "
                 LIMIT $6
             ) AS looked
             WHERE looked.fits = 1
             ORDER BY looked.place, looked.id
             LIMIT $7"
        )
    };
}

/// The last of the same stretch; none when the list ends within it.
macro_rules! last_looked_at {
    ($from:expr, $key:literal, $id:literal) => {
        concat!("SELECT ", $id, " ", $from, " ORDER BY ", $key, ", ", $id, " LIMIT 1 OFFSET $6 - 1")
    };
}

/// Both statements of one list. Only what the caller may see is gone through: no cursor is the id of anybody else.
macro_rules! statements {
    ($key:literal, $id:literal, $from:literal) => {
        (fitting!(visible!($from), $key, $id), last_looked_at!(visible!($from), $key, $id))
    };
}

macro_rules! visible {
    ($from:literal) => {
        concat!(
            $from,
            "
                   AND COALESCE(
                       (
                           SELECT r.kind
                           FROM practitioner_relationships r
                           WHERE r.group_id = $1
                             AND r.user_id = $2
                             AND r.patient_id = p.id
                       ),
                       $3
                   ) IN ('automatic', 'granted')"
        )
    };
}

/// Which list is gone through.
#[derive(Clone, Copy)]
enum List {
    All,
    OfStatus,
    Own,
    Related,
    OfWord,
    Added,
    ByNumber,
}

impl List {
    /// The statement for those that fit, and the one for where it ended.
    const fn statements(self) -> (&'static str, &'static str) {
        match self {
            Self::All => statements!(
                "p.sort_name",
                "p.id",
                "FROM patients p
                 WHERE p.group_id = $1
                   AND (p.sort_name, p.id) > ($4, $5)"
            ),
            Self::OfStatus => statements!(
                "p.sort_name",
                "p.id",
                "FROM patients p
                 WHERE p.group_id = $1
                   AND p.status = $8
                   AND (p.sort_name, p.id) > ($4, $5)"
            ),
            Self::Own => statements!(
                "d.sort_name",
                "d.patient_id",
                "FROM practitioner_relationships d
                 JOIN patients p
                     ON p.group_id = d.group_id
                    AND p.id = d.patient_id
                 WHERE d.group_id = $1
                   AND d.user_id = $2
                   AND (d.sort_name, d.patient_id) > ($4, $5)"
            ),
            Self::Related => statements!(
                "d.sort_name",
                "d.patient_id",
                "FROM practitioner_relationships d
                 JOIN patients p
                     ON p.group_id = d.group_id
                    AND p.id = d.patient_id
                 WHERE d.group_id = $1
                   AND d.user_id = $15
                   AND (d.sort_name, d.patient_id) > ($4, $5)"
            ),
            // Few, and sorted: an index is used for the name as it is.
            Self::OfWord => statements!(
                "p.sort_name || ''",
                "p.id",
                "FROM patients p
                 WHERE p.group_id = $1
                   AND p.id IN (
                       SELECT w.patient_id
                       FROM patient_words w
                       WHERE w.group_id = $1
                         AND w.word >= $24
                         AND w.word < $25
                   )
                   AND (p.sort_name || '', p.id) > ($4, $5)"
            ),
            Self::Added => statements!(
                "p.sort_name || ''",
                "p.id",
                "FROM patients p
                 WHERE p.group_id = $1
                   AND p.added_at >= $13
                   AND (p.sort_name || '', p.id) > ($4, $5)"
            ),
            Self::ByNumber => statements!(
                "p.number_text",
                "p.id",
                "FROM patients p
                 WHERE p.group_id = $1
                   AND (p.number_text, p.id) > ($4, $5)"
            ),
        }
    }
}

/// What every statement is given.
struct Question<'a> {
    group: Uuid,
    user: Uuid,
    own: &'static str,
    filter: &'a CaseLoadFilter,
    words: Vec<String>,
    list: List,
    after: Place,
    rows: u32,
}

macro_rules! asked {
    ($statement:expr, $question:expr) => {{
        let Question { group, user, own, filter, words, list, after, rows } = $question;
        let key = if matches!(list, List::ByNumber) { &after.number_text } else { &after.sort_name };
        let mut statement = query_as::<Db, (Uuid,)>($statement)
            .bind(*group)
            .bind(*user)
            .bind(*own)
            .bind(key.clone())
            .bind(after.id)
            .bind(i64::from(limits::LOOKED_AT))
            .bind(i64::from(*rows) + 1)
            .bind(filter.status.map_or("", Status::code))
            .bind(filter.portal.map_or("", PortalState::code))
            .bind(filter.email.map_or(-1_i64, i64::from))
            .bind(filter.born_after.clone().unwrap_or_default())
            .bind(filter.born_by.clone().unwrap_or_default())
            .bind(filter.added_from.map_or(i64::MIN, |from| from.millis()))
            .bind(i64::from(filter.practitioner.is_some()))
            .bind(filter.practitioner.map_or(Uuid::nil(), |user| user.uuid()))
            .bind(i64::from(filter.location.is_some()))
            .bind(filter.location.map_or(Uuid::nil(), |location| location.uuid()));
        for at in 0..search::WORDS {
            statement = statement.bind(search::among_all(words.get(at)));
        }
        if matches!(list, List::OfWord) {
            let word = words.first().cloned().unwrap_or_default();
            statement = statement.bind(word.clone()).bind(format!("{word}{LAST}"));
        }
        statement
    }};
}

#[async_trait]
impl Reports for SqlWork {
    async fn list_case_load(
        &mut self,
        access: &Access<ListPatients>,
        filter: &CaseLoadFilter,
        page: &PageRequest,
    ) -> Stored<Page<PatientRecord>> {
        let group = access.group().uuid();
        let after = match &page.after {
            None => Place::default(),
            Some(cursor) => match cursor.parse::<PatientId>() {
                Err(_) => return Ok(nothing()),
                Ok(id) => match self.place(group, id).await? {
                    None => return Ok(nothing()),
                    Some(place) => place,
                },
            },
        };
        let mut words = search::words(&filter.text);
        if words.is_empty() && !filter.text.trim().is_empty() {
            return Ok(nothing());
        }
        let own_only = access.own_only();
        let list = if access.names_hidden() {
            List::ByNumber
        } else if let Some(at) = self.rare_word(group, &words).await? {
            words.swap(0, at);
            List::OfWord
        } else if self.lately_added(group, filter).await? {
            List::Added
        } else if own_only {
            List::Own
        } else if filter.practitioner.is_some() {
            List::Related
        } else if filter.status.is_some() {
            List::OfStatus
        } else {
            List::All
        };
        let rows = page.rows();
        let question =
            Question { group, user: access.user().uuid(), own: own(access), filter, words, list, after, rows };
        let (fitting, last) = list.statements();
        let found: Vec<(Uuid,)> = self.all(asked!(fitting, &question)).await?;
        let full = found.len() > rows as usize;
        let ids: Vec<Uuid> = found.into_iter().map(|(id,)| id).take(rows as usize).collect();
        let next = if full {
            ids.last().copied()
        } else {
            let last: Option<(Uuid,)> = self.find(asked!(last, &question)).await?;
            last.map(|(id,)| id)
        };
        let mut records: Vec<PatientRecord> = self.records(access, &ids).await?;
        records.sort_by_key(|record| ids.iter().position(|id| *id == record.patient.id.uuid()));
        Ok(Page { rows: records, next: next.map(|id| PatientId::from(id).to_string()) })
    }

    async fn list_practitioners(&mut self, access: &Access<EnterGroup>) -> Stored<Vec<User>> {
        let mut statement = query_as(select_user!(
            "
             FROM users u
             WHERE u.group_id = $1
               AND u.state = 'active'
               AND u.level IN ($3, $4, $5, $6, $7, $8, $9)
             ORDER BY u.sort_name, u.id
             LIMIT $2"
        ))
        .bind(access.group().uuid())
        .bind(i64::from(limits::USERS));
        for level in levels(|level| level.role() == Role::Practitioner) {
            statement = statement.bind(level);
        }
        let rows: Vec<UserRow> = self.all(statement).await?;
        rows.into_iter().map(User::try_from).collect()
    }

    async fn list_saved_reports(&mut self, access: &Access<ListPatients>) -> Stored<Vec<SavedReport>> {
        let rows: Vec<(Uuid, String, String)> = self
            .all(
                query_as(
                    "SELECT
                         id,
                         name,
                         filters
                     FROM saved_reports
                     WHERE group_id = $1
                       AND user_id = $2
                       AND type = $3
                     ORDER BY name_folded, id
                     LIMIT $4",
                )
                .bind(access.group().uuid())
                .bind(access.user().uuid())
                .bind(ReportType::CaseLoad.code())
                .bind(i64::from(limits::SAVED_REPORTS)),
            )
            .await?;
        // Filters of a newer program: the list must not be blank for them.
        let report = |(id, name, filters): (Uuid, String, String)| SavedReport {
            id: id.into(),
            name,
            form: serde_json::from_str(&filters).ok(),
        };
        Ok(rows.into_iter().map(report).collect())
    }

    async fn add_saved_report(
        &mut self,
        access: &Access<ListPatients>,
        id: SavedReportId,
        name: &str,
        form: &CaseLoadForm,
        at: Time,
    ) -> Stored<()> {
        self.execute(
            query(
                "INSERT INTO saved_reports (
                     group_id,
                     id,
                     user_id,
                     type,
                     name,
                     name_folded,
                     filters,
                     saved_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(access.group().uuid())
            .bind(id.uuid())
            .bind(access.user().uuid())
            .bind(ReportType::CaseLoad.code())
            .bind(name.to_owned())
            .bind(name.to_lowercase())
            .bind(readable(serde_json::to_string(form), "report")?)
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn rename_saved_report(
        &mut self,
        access: &Access<ListPatients>,
        id: SavedReportId,
        name: &str,
    ) -> Stored<bool> {
        let renamed = self
            .execute(
                query(
                    "UPDATE saved_reports
                     SET name = $4,
                         name_folded = $5
                     WHERE group_id = $1
                       AND user_id = $2
                       AND id = $3",
                )
                .bind(access.group().uuid())
                .bind(access.user().uuid())
                .bind(id.uuid())
                .bind(name.to_owned())
                .bind(name.to_lowercase()),
            )
            .await?;
        Ok(renamed == 1)
    }

    async fn remove_saved_report(&mut self, access: &Access<ListPatients>, id: SavedReportId) -> Stored<bool> {
        let removed = self
            .execute(
                query(
                    "DELETE FROM saved_reports
                     WHERE group_id = $1
                       AND user_id = $2
                       AND id = $3",
                )
                .bind(access.group().uuid())
                .bind(access.user().uuid())
                .bind(id.uuid()),
            )
            .await?;
        Ok(removed == 1)
    }
}

impl SqlWork {
    /// Which of the words has so few rows that their patients are gone through; none when none has.
    async fn rare_word(&mut self, group: Uuid, words: &[String]) -> Stored<Option<usize>> {
        for (at, word) in words.iter().enumerate() {
            let (rows,): (i64,) = self
                .one(
                    query_as(
                        "SELECT COUNT(*)
                         FROM (
                             SELECT 1
                             FROM patient_words
                             WHERE group_id = $1
                               AND word >= $2
                               AND word < $3
                             LIMIT $4
                         ) AS counted",
                    )
                    .bind(group)
                    .bind(word.clone())
                    .bind(format!("{word}{LAST}"))
                    .bind(RARE),
                )
                .await?;
            if rows < RARE {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    /// Were so few added since that they are gone through?
    async fn lately_added(&mut self, group: Uuid, filter: &CaseLoadFilter) -> Stored<bool> {
        let Some(from) = filter.added_from else { return Ok(false) };
        let (rows,): (i64,) = self
            .one(
                query_as(
                    "SELECT COUNT(*)
                     FROM (
                         SELECT 1
                         FROM patients
                         WHERE group_id = $1
                           AND added_at >= $2
                         LIMIT $3
                     ) AS counted",
                )
                .bind(group)
                .bind(from.millis())
                .bind(RARE),
            )
            .await?;
        Ok(rows < RARE)
    }
}
