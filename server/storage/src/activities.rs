//! Home activities, what belongs to them, and on which days they were done. What the portal's lists hold is what
//! `domain::access::activities` decides about one activity; a test compares the two.

use async_trait::async_trait;
use domain::{
    access::{
        Access, AssignActivities, DoOwnActivity, GrantFacts, OwnActivityFacts, ReadActivities, ReadOwnActivity,
        ViewOwnClinical,
    },
    activity::{Activity, ActivityState, ActivityText, Doing, Schedule, Weekday, Weekdays},
    ids::{AccountId, ActivityId, FileId, GroupId, PatientId},
    limits,
    page::{Page, PageRequest},
    time::{Date, Time},
};
use services::ports::{
    Activities, ActivityOrigin, AssignedActivity, DoneDay, ListedActivity, ListedOwnActivity, OwnActivityCounts,
    StoreError, Stored,
};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::SqlWork;
use crate::common::{AuthorRow, BEYOND, readable};

/// 1 for what goes on at day `$3`, else 0: what goes on comes first in a list.
macro_rules! rank {
    () => {
        "CASE WHEN a.ended_at IS NULL AND a.withdrawn_at IS NULL AND COALESCE(a.until_day, $3) >= $3 THEN 1 ELSE 0 END"
    };
}

/// A page of a patient's activities: after the rank `$4` and the id `$5`, `$6` rows.
macro_rules! page_of {
    ($which:literal) => {
        concat!(
            "
             FROM activities a
             WHERE a.group_id = $1
               AND a.patient_id = $2",
            $which,
            "
               AND (",
            rank!(),
            ", a.id) < ($4, $5)
             ORDER BY ",
            rank!(),
            " DESC, a.id DESC
             LIMIT $6"
        )
    };
}

fn date(text: &str) -> Stored<Date> {
    readable(text.parse(), "day")
}

#[derive(sqlx::FromRow)]
struct ScheduleRow {
    from_day: String,
    until_day: Option<String>,
    days: i64,
}

impl TryFrom<ScheduleRow> for Schedule {
    type Error = StoreError;

    fn try_from(row: ScheduleRow) -> Stored<Self> {
        Ok(Self {
            from: date(&row.from_day)?,
            until: row.until_day.as_deref().map(date).transpose()?,
            days: readable(Weekdays::from_bits(row.days), "days of the week")?,
        })
    }
}

const fn state(ended_at: Option<i64>, withdrawn_at: Option<i64>) -> ActivityState {
    match (ended_at, withdrawn_at) {
        (_, Some(at)) => ActivityState::Withdrawn { at: Time::from_millis(at) },
        (Some(at), None) => ActivityState::Ended { at: Time::from_millis(at) },
        (None, None) => ActivityState::Assigned,
    }
}

#[derive(sqlx::FromRow)]
struct ListedRow {
    id: Uuid,
    title: String,
    #[sqlx(flatten)]
    schedule: ScheduleRow,
    ended_at: Option<i64>,
    withdrawn_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct ActivityRow {
    id: Uuid,
    patient_id: Uuid,
    author_id: Uuid,
    title: String,
    dose: String,
    instructions: String,
    #[sqlx(flatten)]
    schedule: ScheduleRow,
    ended_at: Option<i64>,
    withdrawn_at: Option<i64>,
    version: i64,
}

impl TryFrom<ActivityRow> for Activity {
    type Error = StoreError;

    fn try_from(row: ActivityRow) -> Stored<Self> {
        Ok(Self {
            id: row.id.into(),
            patient: row.patient_id.into(),
            author: row.author_id.into(),
            text: ActivityText {
                title: row.title,
                dose: row.dose,
                instructions: row.instructions,
                schedule: row.schedule.try_into()?,
            },
            state: state(row.ended_at, row.withdrawn_at),
            version: row.version,
        })
    }
}

#[derive(sqlx::FromRow)]
struct OriginRow {
    #[sqlx(flatten)]
    author: AuthorRow,
    added_at: i64,
}

#[derive(sqlx::FromRow)]
struct ListedOwnRow {
    id: Uuid,
    title: String,
    dose: String,
    #[sqlx(flatten)]
    schedule: ScheduleRow,
    current: bool,
    done: bool,
    unread: bool,
}

impl TryFrom<ListedOwnRow> for ListedOwnActivity {
    type Error = StoreError;

    fn try_from(row: ListedOwnRow) -> Stored<Self> {
        Ok(Self {
            id: row.id.into(),
            title: row.title,
            dose: row.dose,
            schedule: row.schedule.try_into()?,
            current: row.current,
            done: row.done,
            unread: row.unread,
        })
    }
}

#[derive(sqlx::FromRow)]
struct AssignedRow {
    title: String,
    dose: String,
    instructions: String,
    #[sqlx(flatten)]
    schedule: ScheduleRow,
    ended: bool,
    #[sqlx(flatten)]
    author: AuthorRow,
}

#[derive(sqlx::FromRow)]
struct DoingRow {
    day: String,
    note: String,
    done_at: i64,
    email: String,
    own: bool,
}

impl TryFrom<DoingRow> for Doing {
    type Error = StoreError;

    fn try_from(row: DoingRow) -> Stored<Self> {
        let at = Time::from_millis(row.done_at);
        Ok(Self { day: date(&row.day)?, note: row.note, at, by: row.email, own: row.own })
    }
}

/// Where to go on in a list: behind this rank and id. None for a cursor that is none of ours.
fn behind(page: &PageRequest) -> Option<(i64, Uuid)> {
    let Some(after) = page.after.as_deref() else { return Some((2, BEYOND)) };
    let (rank, id) = after.split_once('.')?;
    Some((rank.parse().ok()?, id.parse::<ActivityId>().ok()?.uuid()))
}

fn cursor(current: bool, id: ActivityId) -> String {
    format!("{}.{id}", i64::from(current))
}

fn goes_on(schedule: &Schedule, state: ActivityState, today: Date) -> bool {
    state == ActivityState::Assigned && !schedule.is_over(today)
}

const NOTHING: Page<ListedActivity> = Page { rows: Vec::new(), next: None };

impl SqlWork {
    /// On which days it was done, the latest first. The caller has the proof that the group and the patient came from.
    async fn doings(
        &mut self,
        group: GroupId,
        patient: PatientId,
        id: ActivityId,
        page: &PageRequest,
    ) -> Stored<Page<Doing>> {
        let before = match page.after.as_deref().map(str::parse::<Date>) {
            None => None,
            Some(Ok(day)) => Some(day.to_string()),
            Some(Err(_)) => return Ok(Page { rows: Vec::new(), next: None }),
        };
        let rows: Vec<DoingRow> = self
            .all(
                query_as(
                    "SELECT
                         d.day,
                         d.note,
                         d.done_at,
                         c.email,
                         EXISTS (
                             SELECT 1
                             FROM portal_grants g
                             WHERE g.group_id = d.group_id
                               AND g.account_id = d.account_id
                               AND g.patient_id = a.patient_id
                               AND g.kind = 'self'
                         ) AS own
                     FROM activity_doings d
                     JOIN activities a
                         ON a.group_id = d.group_id
                        AND a.id = d.activity_id
                     JOIN accounts c
                         ON c.id = d.account_id
                     WHERE d.group_id = $1
                       AND a.patient_id = $2
                       AND d.activity_id = $3
                       AND d.day < COALESCE($4, 'a')
                     ORDER BY d.day DESC
                     LIMIT $5",
                )
                .bind(group.uuid())
                .bind(patient.uuid())
                .bind(id.uuid())
                .bind(before)
                .bind(i64::from(page.rows()) + 1),
            )
            .await?;
        let rows = rows.into_iter().map(Doing::try_from).collect::<Stored<Vec<_>>>()?;
        Ok(Page::from_rows(rows, page.rows(), |doing| doing.day.to_string()))
    }

    /// The files of one activity, as they came.
    async fn files_of(&mut self, group: GroupId, patient: PatientId, id: ActivityId) -> Stored<Vec<FileId>> {
        let rows: Vec<(Uuid,)> = self
            .all(
                query_as(
                    "SELECT f.id
                     FROM activity_files b
                     JOIN files f
                         ON f.group_id = b.group_id
                        AND f.id = b.file_id
                     WHERE b.group_id = $1
                       AND f.patient_id = $2
                       AND b.activity_id = $3
                     ORDER BY f.id
                     LIMIT $4",
                )
                .bind(group.uuid())
                .bind(patient.uuid())
                .bind(id.uuid())
                .bind(i64::try_from(limits::ACTIVITY_FILES).unwrap_or(i64::MAX)),
            )
            .await?;
        Ok(rows.into_iter().map(|(id,)| id.into()).collect())
    }

    /// On which days one activity was done, from one on, and what was said then.
    async fn done_since(
        &mut self,
        group: GroupId,
        patient: PatientId,
        id: ActivityId,
        since: Date,
    ) -> Stored<Vec<DoneDay>> {
        let rows: Vec<(String, String, Uuid)> = self
            .all(
                query_as(
                    "SELECT d.day, d.note, d.account_id
                     FROM activity_doings d
                     JOIN activities a
                         ON a.group_id = d.group_id
                        AND a.id = d.activity_id
                     WHERE d.group_id = $1
                       AND a.patient_id = $2
                       AND d.activity_id = $3
                       AND d.day >= $4
                     ORDER BY d.day
                     LIMIT $5",
                )
                .bind(group.uuid())
                .bind(patient.uuid())
                .bind(id.uuid())
                .bind(since.to_string())
                .bind(i64::from(limits::ACTIVITY_WINDOW)),
            )
            .await?;
        rows.into_iter()
            .map(|(day, note, account)| Ok(DoneDay { day: date(&day)?, note, account: account.into() }))
            .collect()
    }
}

#[async_trait]
impl Activities for SqlWork {
    async fn list_activities(
        &mut self,
        access: &Access<ReadActivities>,
        today: Date,
        since: Date,
        page: &PageRequest,
    ) -> Stored<Page<ListedActivity>> {
        let Some((rank, before)) = behind(page) else { return Ok(NOTHING) };
        let most = i64::from(page.rows()) + 1;
        let rows: Vec<ListedRow> = self
            .all(
                query_as(concat!(
                    "SELECT
                         a.id,
                         a.title,
                         a.from_day,
                         a.until_day,
                         a.days,
                         a.ended_at,
                         a.withdrawn_at",
                    page_of!("")
                ))
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(today.to_string())
                .bind(rank)
                .bind(before)
                .bind(most),
            )
            .await?;
        let done: Vec<(Uuid, String)> = self
            .all(
                query_as(concat!(
                    "SELECT d.activity_id, d.day
                     FROM activity_doings d
                     WHERE d.group_id = $1
                       AND d.day >= $7
                       AND d.activity_id IN (
                           SELECT a.id",
                    page_of!(""),
                    "
                       )
                     ORDER BY d.activity_id, d.day
                     LIMIT $8"
                ))
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(today.to_string())
                .bind(rank)
                .bind(before)
                .bind(most)
                .bind(since.to_string())
                .bind(most * i64::from(limits::ACTIVITY_WINDOW)),
            )
            .await?;
        let done = done.into_iter().map(|(id, day)| Ok((id, date(&day)?))).collect::<Stored<Vec<_>>>()?;
        let read = |row: ListedRow| {
            let of = |(id, day): &(Uuid, Date)| (*id == row.id).then_some(*day);
            Ok(ListedActivity {
                id: row.id.into(),
                done: done.iter().filter_map(of).collect(),
                title: row.title,
                schedule: row.schedule.try_into()?,
                state: state(row.ended_at, row.withdrawn_at),
            })
        };
        let rows = rows.into_iter().map(read).collect::<Stored<Vec<_>>>()?;
        Ok(Page::from_rows(rows, page.rows(), |row| cursor(goes_on(&row.schedule, row.state, today), row.id)))
    }

    async fn lookup_activity(&mut self, access: &Access<ReadActivities>, id: ActivityId) -> Stored<Option<Activity>> {
        let row: Option<ActivityRow> = self
            .find(
                query_as(
                    "SELECT
                         id,
                         patient_id,
                         author_id,
                         title,
                         dose,
                         instructions,
                         from_day,
                         until_day,
                         days,
                         ended_at,
                         withdrawn_at,
                         version
                     FROM activities
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(id.uuid()),
            )
            .await?;
        row.map(Activity::try_from).transpose()
    }

    async fn lookup_activity_origin(
        &mut self,
        access: &Access<ReadActivities>,
        id: ActivityId,
        since: Date,
    ) -> Stored<Option<ActivityOrigin>> {
        let row: Option<OriginRow> = self
            .find(
                query_as(
                    "SELECT
                         u.title AS user_title,
                         u.first_name,
                         u.last_name,
                         u.profession,
                         a.added_at
                     FROM activities a
                     JOIN users u
                         ON u.group_id = a.group_id
                        AND u.id = a.author_id
                     WHERE a.group_id = $1
                       AND a.patient_id = $2
                       AND a.id = $3",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(id.uuid()),
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let files = self.files_of(access.group(), access.patient(), id).await?;
        let done = self.done_since(access.group(), access.patient(), id, since).await?;
        Ok(Some(ActivityOrigin {
            author: row.author.name.into(),
            profession: row.author.profession,
            added_at: Time::from_millis(row.added_at),
            files,
            done: done.into_iter().map(|done| done.day).collect(),
        }))
    }

    async fn list_doings(
        &mut self,
        access: &Access<ReadActivities>,
        id: ActivityId,
        page: &PageRequest,
    ) -> Stored<Page<Doing>> {
        self.doings(access.group(), access.patient(), id, page).await
    }

    async fn list_own_doings(&mut self, access: &Access<ReadOwnActivity>, page: &PageRequest) -> Stored<Page<Doing>> {
        self.doings(access.group(), access.patient(), access.activity(), page).await
    }

    async fn add_activity(&mut self, access: &Access<AssignActivities>, activity: &Activity, at: Time) -> Stored<()> {
        let Schedule { from, until, days } = activity.text.schedule;
        self.execute(
            query(
                "INSERT INTO activities (
                     group_id,
                     id,
                     patient_id,
                     author_id,
                     title,
                     dose,
                     instructions,
                     from_day,
                     until_day,
                     days,
                     ended_at,
                     withdrawn_at,
                     version,
                     added_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL, NULL, $11, $12)",
            )
            .bind(access.group().uuid())
            .bind(activity.id.uuid())
            .bind(access.patient().uuid())
            .bind(access.user().uuid())
            .bind(activity.text.title.as_str())
            .bind(activity.text.dose.as_str())
            .bind(activity.text.instructions.as_str())
            .bind(from.to_string())
            .bind(until.map(|day| day.to_string()))
            .bind(i64::from(days.bits()))
            .bind(activity.version)
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn save_activity(&mut self, access: &Access<AssignActivities>, activity: &Activity) -> Stored<bool> {
        let Schedule { from, until, days } = activity.text.schedule;
        let saved = self
            .execute(
                query(
                    "UPDATE activities
                     SET title = $5,
                         dose = $6,
                         instructions = $7,
                         from_day = $8,
                         until_day = $9,
                         days = $10,
                         author_id = $11,
                         version = version + 1
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3
                       AND version = $4
                       AND ended_at IS NULL
                       AND withdrawn_at IS NULL",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(activity.id.uuid())
                .bind(activity.version)
                .bind(activity.text.title.as_str())
                .bind(activity.text.dose.as_str())
                .bind(activity.text.instructions.as_str())
                .bind(from.to_string())
                .bind(until.map(|day| day.to_string()))
                .bind(i64::from(days.bits()))
                .bind(access.user().uuid()),
            )
            .await?;
        if saved == 1 {
            self.execute(
                query(
                    "DELETE FROM activity_readings
                     WHERE group_id = $1
                       AND activity_id = $2",
                )
                .bind(access.group().uuid())
                .bind(activity.id.uuid()),
            )
            .await?;
        }
        Ok(saved == 1)
    }

    async fn list_activity_files(&mut self, access: &Access<AssignActivities>, id: ActivityId) -> Stored<Vec<FileId>> {
        self.files_of(access.group(), access.patient(), id).await
    }

    async fn add_activity_file(
        &mut self,
        access: &Access<AssignActivities>,
        id: ActivityId,
        file: FileId,
        shown: bool,
    ) -> Stored<bool> {
        let added = self
            .execute(
                query(
                    "INSERT INTO activity_files (group_id, activity_id, file_id, shown)
                     SELECT a.group_id, a.id, f.id, $5
                     FROM activities a
                     JOIN files f
                         ON f.group_id = a.group_id
                        AND f.patient_id = a.patient_id
                     WHERE a.group_id = $1
                       AND a.patient_id = $2
                       AND a.id = $3
                       AND f.id = $4
                       AND f.state = 'kept'",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(id.uuid())
                .bind(file.uuid())
                .bind(shown),
            )
            .await?;
        Ok(added == 1)
    }

    async fn activity_shows_file(
        &mut self,
        access: &Access<AssignActivities>,
        id: ActivityId,
        file: FileId,
    ) -> Stored<bool> {
        let found: Option<(i64,)> = self
            .find(
                query_as(
                    "SELECT CAST(1 AS BIGINT)
                     FROM activity_files b
                     JOIN activities a
                         ON a.group_id = b.group_id
                        AND a.id = b.activity_id
                     WHERE b.group_id = $1
                       AND a.patient_id = $2
                       AND b.activity_id = $3
                       AND b.file_id = $4
                       AND EXISTS (
                           SELECT 1
                           FROM activity_files s
                           WHERE s.group_id = b.group_id
                             AND s.file_id = b.file_id
                             AND s.shown
                       )
                       AND NOT EXISTS (
                           SELECT 1
                           FROM activity_files o
                           JOIN activities t
                               ON t.group_id = o.group_id
                              AND t.id = o.activity_id
                           WHERE o.group_id = b.group_id
                             AND o.file_id = b.file_id
                             AND o.activity_id <> b.activity_id
                             AND t.withdrawn_at IS NULL
                       )",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(id.uuid())
                .bind(file.uuid()),
            )
            .await?;
        Ok(found.is_some())
    }

    async fn remove_activity_file(
        &mut self,
        access: &Access<AssignActivities>,
        id: ActivityId,
        file: FileId,
    ) -> Stored<()> {
        // Whichever holds it from now on is why it is there.
        self.execute(
            query(
                "UPDATE activity_files
                 SET shown = TRUE
                 WHERE group_id = $1
                   AND file_id = $4
                   AND EXISTS (
                       SELECT 1
                       FROM activity_files s
                       JOIN activities a
                           ON a.group_id = s.group_id
                          AND a.id = s.activity_id
                       WHERE s.group_id = $1
                         AND a.patient_id = $2
                         AND s.activity_id = $3
                         AND s.file_id = $4
                         AND s.shown
                   )",
            )
            .bind(access.group().uuid())
            .bind(access.patient().uuid())
            .bind(id.uuid())
            .bind(file.uuid()),
        )
        .await?;
        self.execute(
            query(
                "DELETE FROM activity_files
                 WHERE group_id = $1
                   AND file_id = $4
                   AND activity_id IN (
                       SELECT a.id
                       FROM activities a
                       WHERE a.group_id = $1
                         AND a.patient_id = $2
                         AND a.id = $3
                   )",
            )
            .bind(access.group().uuid())
            .bind(access.patient().uuid())
            .bind(id.uuid())
            .bind(file.uuid()),
        )
        .await?;
        Ok(())
    }

    async fn end_activity(&mut self, access: &Access<AssignActivities>, id: ActivityId, at: Time) -> Stored<bool> {
        let ended = self
            .execute(
                query(
                    "UPDATE activities
                     SET ended_at = $4,
                         version = version + 1
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3
                       AND ended_at IS NULL
                       AND withdrawn_at IS NULL",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(id.uuid())
                .bind(at.millis()),
            )
            .await?;
        Ok(ended == 1)
    }

    async fn withdraw_activity(&mut self, access: &Access<AssignActivities>, id: ActivityId, at: Time) -> Stored<bool> {
        let withdrawn = self
            .execute(
                query(
                    "UPDATE activities
                     SET withdrawn_at = $4,
                         version = version + 1
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3
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

    async fn own_activity_facts(
        &mut self,
        access: &Access<ViewOwnClinical>,
        id: ActivityId,
        grant: &GrantFacts,
    ) -> Stored<Option<OwnActivityFacts>> {
        let row: Option<(bool,)> = self
            .find(
                query_as(
                    "SELECT withdrawn_at IS NOT NULL
                     FROM activities
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(id.uuid()),
            )
            .await?;
        Ok(row.map(|(withdrawn,)| OwnActivityFacts { grant: grant.clone(), activity: id, withdrawn }))
    }

    async fn list_own_activities(
        &mut self,
        access: &Access<ViewOwnClinical>,
        today: Date,
        page: &PageRequest,
    ) -> Stored<Page<ListedOwnActivity>> {
        let Some((rank, before)) = behind(page) else { return Ok(Page { rows: Vec::new(), next: None }) };
        let rows: Vec<ListedOwnRow> = self
            .all(
                query_as(concat!(
                    "SELECT
                         a.id,
                         a.title,
                         a.dose,
                         a.from_day,
                         a.until_day,
                         a.days,
                         ",
                    rank!(),
                    " = 1 AS current,
                         EXISTS (
                             SELECT 1
                             FROM activity_doings d
                             WHERE d.group_id = a.group_id
                               AND d.activity_id = a.id
                               AND d.day = $3
                         ) AS done,
                         NOT EXISTS (
                             SELECT 1
                             FROM activity_readings r
                             WHERE r.group_id = a.group_id
                               AND r.activity_id = a.id
                               AND r.account_id = $7
                         ) AS unread",
                    page_of!(
                        "
               AND a.withdrawn_at IS NULL"
                    )
                ))
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(today.to_string())
                .bind(rank)
                .bind(before)
                .bind(i64::from(page.rows()) + 1)
                .bind(access.account().uuid()),
            )
            .await?;
        let rows = rows.into_iter().map(ListedOwnActivity::try_from).collect::<Stored<Vec<_>>>()?;
        Ok(Page::from_rows(rows, page.rows(), |row| cursor(row.current, row.id)))
    }

    async fn count_own_activities(
        &mut self,
        access: &Access<ViewOwnClinical>,
        today: Date,
    ) -> Stored<OwnActivityCounts> {
        let bit = Weekdays::from_iter([Weekday::of(today)]).bits();
        let (unread, due): (i64, i64) = self
            .one(
                query_as(
                    "SELECT
                         CAST(COUNT(CASE WHEN few.unread THEN 1 END) AS BIGINT),
                         CAST(COUNT(CASE WHEN few.due THEN 1 END) AS BIGINT)
                     FROM (
                         SELECT
                             NOT EXISTS (
                                 SELECT 1
                                 FROM activity_readings r
                                 WHERE r.group_id = a.group_id
                                   AND r.activity_id = a.id
                                   AND r.account_id = $4
                             ) AS unread,
                             (
                                 a.from_day <= $3
                                 AND (a.days & $5) <> 0
                                 AND NOT EXISTS (
                                     SELECT 1
                                     FROM activity_doings d
                                     WHERE d.group_id = a.group_id
                                       AND d.activity_id = a.id
                                       AND d.day = $3
                                 )
                             ) AS due
                         FROM activities a
                         WHERE a.group_id = $1
                           AND a.patient_id = $2
                           AND a.ended_at IS NULL
                           AND a.withdrawn_at IS NULL
                           AND COALESCE(a.until_day, $3) >= $3
                         ORDER BY a.id DESC
                         LIMIT $6
                     ) AS few",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(today.to_string())
                .bind(access.account().uuid())
                .bind(i64::from(bit))
                .bind(i64::from(limits::QUEUE_COUNTED)),
            )
            .await?;
        Ok(OwnActivityCounts { unread, due })
    }

    async fn unscoped_activities_wait(
        &mut self,
        group: GroupId,
        patient: PatientId,
        account: AccountId,
        today: Date,
    ) -> Stored<bool> {
        let found: Option<(i64,)> = self
            .find(
                query_as(
                    "SELECT CAST(1 AS BIGINT)
                     FROM activities a
                     WHERE a.group_id = $1
                       AND a.patient_id = $2
                       AND a.ended_at IS NULL
                       AND a.withdrawn_at IS NULL
                       AND COALESCE(a.until_day, $4) >= $4
                       AND NOT EXISTS (
                           SELECT 1
                           FROM activity_readings r
                           WHERE r.group_id = a.group_id
                             AND r.activity_id = a.id
                             AND r.account_id = $3
                       )
                     LIMIT 1",
                )
                .bind(group.uuid())
                .bind(patient.uuid())
                .bind(account.uuid())
                .bind(today.to_string()),
            )
            .await?;
        Ok(found.is_some())
    }

    async fn lookup_own_activity(
        &mut self,
        access: &Access<ReadOwnActivity>,
        since: Date,
    ) -> Stored<Option<AssignedActivity>> {
        let row: Option<AssignedRow> = self
            .find(
                query_as(
                    "SELECT
                         a.title,
                         a.dose,
                         a.instructions,
                         a.from_day,
                         a.until_day,
                         a.days,
                         a.ended_at IS NOT NULL AS ended,
                         u.title AS user_title,
                         u.first_name,
                         u.last_name,
                         u.profession
                     FROM activities a
                     JOIN users u
                         ON u.group_id = a.group_id
                        AND u.id = a.author_id
                     WHERE a.group_id = $1
                       AND a.patient_id = $2
                       AND a.id = $3
                       AND a.withdrawn_at IS NULL",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(access.activity().uuid()),
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let (group, patient, id) = (access.group(), access.patient(), access.activity());
        Ok(Some(AssignedActivity {
            text: ActivityText {
                title: row.title,
                dose: row.dose,
                instructions: row.instructions,
                schedule: row.schedule.try_into()?,
            },
            author: row.author.name.into(),
            profession: row.author.profession,
            ended: row.ended,
            files: self.files_of(group, patient, id).await?,
            done: self.done_since(group, patient, id, since).await?,
        }))
    }

    async fn own_activity_read(&mut self, access: &Access<ReadOwnActivity>, at: Time) -> Stored<()> {
        self.execute(
            query(
                "INSERT INTO activity_readings (
                     group_id,
                     activity_id,
                     account_id,
                     read_at
                 ) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (group_id, activity_id, account_id) DO UPDATE
                 SET read_at = EXCLUDED.read_at",
            )
            .bind(access.group().uuid())
            .bind(access.activity().uuid())
            .bind(access.account().uuid())
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn own_activity_done(
        &mut self,
        access: &Access<DoOwnActivity>,
        day: Date,
        note: &str,
        at: Time,
    ) -> Stored<bool> {
        let done = self
            .execute(
                query(
                    "INSERT INTO activity_doings (
                         group_id,
                         activity_id,
                         day,
                         account_id,
                         note,
                         done_at
                     ) VALUES ($1, $2, $3, $4, $5, $6)
                     ON CONFLICT (group_id, activity_id, day) DO UPDATE
                     SET note = CASE WHEN EXCLUDED.note = '' THEN activity_doings.note ELSE EXCLUDED.note END,
                         account_id = CASE
                             WHEN EXCLUDED.note = '' THEN activity_doings.account_id
                             ELSE EXCLUDED.account_id
                         END,
                         done_at = CASE WHEN EXCLUDED.note = '' THEN activity_doings.done_at ELSE EXCLUDED.done_at END
                     WHERE EXCLUDED.note = ''
                        OR activity_doings.note = ''
                        OR activity_doings.account_id = EXCLUDED.account_id",
                )
                .bind(access.group().uuid())
                .bind(access.activity().uuid())
                .bind(day.to_string())
                .bind(access.account().uuid())
                .bind(note)
                .bind(at.millis()),
            )
            .await?;
        Ok(done == 1)
    }

    async fn own_activity_not_done(&mut self, access: &Access<DoOwnActivity>, day: Date) -> Stored<bool> {
        let removed = self
            .execute(
                query(
                    "DELETE FROM activity_doings
                     WHERE group_id = $1
                       AND activity_id = $2
                       AND day = $3
                       AND (note = '' OR account_id = $4)",
                )
                .bind(access.group().uuid())
                .bind(access.activity().uuid())
                .bind(day.to_string())
                .bind(access.account().uuid()),
            )
            .await?;
        Ok(removed == 1)
    }
}
