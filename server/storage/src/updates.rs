//! What patients change in their own record, and the part of a record that lists do not read.

use async_trait::async_trait;
use domain::{
    access::{
        Access, EditOwnRecord, EditPatient, InGroup, ManageSettings, Relationship, ReviewUpdates, ViewOwnRecord,
        ViewPatient,
    },
    background::{Background, Funding, SocialHistory},
    grant,
    ids::{AccountId, ChangeId, ContactId, GroupId, PatientId, UpdateId, UserId},
    limits,
    page::{Page, PageRequest},
    patient::Patient,
    person::UserName,
    profile_history::{Change, Difference, What},
    time::Time,
    update::{Mode, Outcome, QueueFilter, Subject, Told, Topic, Update},
    user::{Level, User},
};
use services::ports::{ListedChange, ListedUpdate, Practice as _, SocialReach, StoreError, Stored, Updates};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::{
    SqlWork,
    notifications::{forget_news, near_users},
    patients::{nothing, own},
    users::{RelatedRow, select_user},
};
use crate::common::{BEYOND, FIRST, known, readable};

const WAITING: &str = "waiting";
const APPLIED: &str = "applied";
const APPROVED: &str = "approved";
const REJECTED: &str = "rejected";
const SUPERSEDED: &str = "superseded";

/// Of so many changes that do not wait the portal shows the latest of each subject.
const LATELY: i64 = 200;

#[derive(sqlx::FromRow)]
struct BackgroundRow {
    fund: String,
    fund_number: String,
    scheme: String,
    scheme_number: String,
    occupation: String,
    living: String,
    smoking: String,
    alcohol: String,
    activity: String,
    social_more: String,
}

impl From<BackgroundRow> for Background {
    fn from(row: BackgroundRow) -> Self {
        Self {
            funding: Funding {
                fund: row.fund,
                fund_number: row.fund_number,
                scheme: row.scheme,
                scheme_number: row.scheme_number,
            },
            social: SocialHistory {
                occupation: row.occupation,
                living: row.living,
                smoking: row.smoking,
                alcohol: row.alcohol,
                activity: row.activity,
                social_more: row.social_more,
            },
        }
    }
}

#[derive(sqlx::FromRow)]
struct UpdateRow {
    id: Uuid,
    patient_id: Uuid,
    field: String,
    contact_id: Option<Uuid>,
    had: String,
    wanted: String,
    account_id: Uuid,
    asked_at: i64,
    state: String,
    decided_at: Option<i64>,
    decided_by: Option<Uuid>,
    reason: String,
    put: Option<String>,
    replaced: Option<String>,
}

impl TryFrom<UpdateRow> for Update {
    type Error = StoreError;

    fn try_from(row: UpdateRow) -> Stored<Self> {
        let at = row.decided_at.map(Time::from_millis);
        let by = row.decided_by.map(Into::into);
        let outcome = match row.state.as_str() {
            WAITING => Some(Outcome::Waiting),
            APPLIED => at.map(|at| Outcome::Applied { at }),
            APPROVED => at
                .zip(by)
                .zip(row.put.zip(row.replaced))
                .map(|((at, by), (put, replaced))| Outcome::Approved { at, by, put, replaced }),
            REJECTED => at.zip(by).map(|(at, by)| Outcome::Rejected { at, by, reason: row.reason }),
            SUPERSEDED => at.map(|at| Outcome::Superseded { at }),
            _ => None,
        };
        let subject =
            Topic::from_code(&row.field).and_then(|topic| Subject::new(topic, row.contact_id.map(Into::into)));
        Ok(Self {
            id: row.id.into(),
            patient: row.patient_id.into(),
            subject: known(subject, "subject of a change")?,
            had: row.had,
            wanted: row.wanted,
            by: row.account_id.into(),
            at: Time::from_millis(row.asked_at),
            outcome: known(outcome, "state of a change")?,
        })
    }
}

#[derive(sqlx::FromRow)]
struct ListedRow {
    #[sqlx(flatten)]
    update: UpdateRow,
    email: String,
    kind: String,
    title: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
}

impl TryFrom<ListedRow> for ListedUpdate {
    type Error = StoreError;

    fn try_from(row: ListedRow) -> Stored<Self> {
        let decided_by = row.title.zip(row.first_name.zip(row.last_name));
        Ok(Self {
            update: row.update.try_into()?,
            email: row.email,
            kind: readable(grant::Kind::from_code(&row.kind), "kind of grant")?,
            decided_by: decided_by.map(|(title, (first, last))| UserName { title, first, last }),
        })
    }
}

#[derive(sqlx::FromRow)]
struct ChangeRow {
    id: Uuid,
    patient_id: Uuid,
    what: String,
    contact_id: Option<Uuid>,
    was: String,
    became: String,
    changed_at: i64,
    account_id: Option<Uuid>,
    user_id: Option<Uuid>,
    title: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    profession: Option<String>,
    level: Option<String>,
    kind: Option<String>,
    name: Option<String>,
    relationship: Option<String>,
}

impl TryFrom<ChangeRow> for ListedChange {
    type Error = StoreError;

    fn try_from(row: ChangeRow) -> Stored<Self> {
        let what = What::new(&row.what, row.contact_id.map(Into::into));
        let name = row.title.zip(row.first_name.zip(row.last_name));
        let name = name.map(|(title, (first, last))| UserName { title, first, last });
        let level = row.level.map(|code| readable(Level::from_code(&code), "level")).transpose()?;
        let kind = row.kind.map(|code| readable(grant::Kind::from_code(&code), "kind of grant")).transpose()?;
        Ok(Self {
            change: Change {
                id: row.id.into(),
                patient: row.patient_id.into(),
                difference: Difference { what: known(what, "part of a record")?, before: row.was, after: row.became },
                at: Time::from_millis(row.changed_at),
                account: row.account_id.map(Into::into),
                user: row.user_id.map(Into::into),
            },
            user: name.zip(row.profession.zip(level)).map(|(name, (profession, level))| (name, profession, level)),
            portal: kind
                .zip(row.name.zip(row.relationship))
                .map(|(kind, (name, relationship))| (kind, name, relationship)),
        })
    }
}

/// `SELECT`, a change's columns, and the rest of the statement, which calls the table `u`.
macro_rules! select_update {
    ($rest:literal) => {
        concat!(
            "SELECT
                 u.id,
                 u.patient_id,
                 u.field,
                 u.contact_id,
                 u.had,
                 u.wanted,
                 u.account_id,
                 u.asked_at,
                 u.state,
                 u.decided_at,
                 u.decided_by,
                 u.reason,
                 u.put,
                 u.replaced",
            $rest
        )
    };
}

/// Codes of the fields that say how somebody lives, as statements name them.
macro_rules! social_fields {
    () => {
        "('occupation', 'living', 'smoking', 'alcohol', 'activity', 'social_more')"
    };
}

/// What stands between a change that waits and a user who may decide about it: `$2`, who treats or sees the patient by `$3`,
/// and reads how they live by `$4`. `$join` is `JOIN` where a relationship is needed anyway, and then leads the search.
macro_rules! from_queue {
    ($join:literal, $topic:literal) => {
        concat!(
            "FROM profile_updates u ",
            $join,
            " practitioner_relationships r
                 ON r.group_id = u.group_id
                AND r.patient_id = u.patient_id
                AND r.user_id = $2
             JOIN accounts a
                 ON a.id = u.account_id
             JOIN portal_grants g
                 ON g.group_id = u.group_id
                AND g.id = u.grant_id
             WHERE u.group_id = $1
               AND u.state = 'waiting'
               AND COALESCE(r.kind, $3) IN ('automatic', 'granted')
               AND (u.field NOT IN ",
            social_fields!(),
            " OR ($4 <> 'never' AND COALESCE(r.kind, $4) IN ('automatic', 'granted')))",
            $topic
        )
    };
}

/// One statement of four: by relationship or not, of one kind or of all (`$5`).
macro_rules! queue {
    ($filter:expr, $related:expr, $head:expr, $tail:literal) => {
        match ($related, $filter.topic.is_some()) {
            (true, true) => concat!($head, from_queue!("JOIN", " AND u.field = $5 "), $tail),
            (true, false) => concat!($head, from_queue!("JOIN", " AND $5 = '' "), $tail),
            (false, true) => concat!($head, from_queue!("LEFT JOIN", " AND u.field = $5 "), $tail),
            (false, false) => concat!($head, from_queue!("LEFT JOIN", " AND $5 = '' "), $tail),
        }
    };
}

/// An outcome as stored.
#[derive(Default)]
struct Columns {
    state: &'static str,
    at: Option<i64>,
    by: Option<Uuid>,
    reason: String,
    put: Option<String>,
    replaced: Option<String>,
}

impl Columns {
    fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Waiting => Self { state: WAITING, ..Self::default() },
            Outcome::Applied { at } => Self { state: APPLIED, at: Some(at.millis()), ..Self::default() },
            Outcome::Approved { at, by, put, replaced } => Self {
                state: APPROVED,
                at: Some(at.millis()),
                by: Some(by.uuid()),
                put: Some(put.clone()),
                replaced: Some(replaced.clone()),
                ..Self::default()
            },
            Outcome::Rejected { at, by, reason } => Self {
                state: REJECTED,
                at: Some(at.millis()),
                by: Some(by.uuid()),
                reason: reason.clone(),
                ..Self::default()
            },
            Outcome::Superseded { at } => Self { state: SUPERSEDED, at: Some(at.millis()), ..Self::default() },
        }
    }
}

#[async_trait]
impl Updates for SqlWork {
    async fn lookup_background(&mut self, access: &Access<ViewPatient>) -> Stored<Background> {
        self.background(access.group().uuid(), access.patient().uuid()).await
    }

    async fn save_background(&mut self, access: &Access<EditPatient>, background: &Background) -> Stored<()> {
        self.keep_background(access.group().uuid(), access.patient().uuid(), background).await
    }

    async fn lookup_own_background(&mut self, access: &Access<ViewOwnRecord>) -> Stored<Background> {
        self.background(access.group().uuid(), access.patient().uuid()).await
    }

    async fn save_own_background(&mut self, access: &Access<EditOwnRecord>, background: &Background) -> Stored<()> {
        self.keep_background(access.group().uuid(), access.patient().uuid(), background).await
    }

    async fn save_own_patient(&mut self, access: &Access<EditOwnRecord>, patient: &Patient, at: Time) -> Stored<bool> {
        if patient.id != access.patient() {
            return Ok(false);
        }
        self.keep_patient(access.group().uuid(), patient, at).await
    }

    async fn own_update_mode(&mut self, access: &Access<ViewOwnRecord>) -> Stored<Mode> {
        Ok(self.unscoped_lookup_patient_access(access.group()).await?.updates)
    }

    async fn list_waiting_updates(&mut self, access: &Access<ViewPatient>) -> Stored<Vec<ListedUpdate>> {
        let rows: Vec<ListedRow> = self
            .all(
                query_as(select_update!(
                    ",
                         a.email,
                         g.kind,
                         NULL AS title,
                         NULL AS first_name,
                         NULL AS last_name
                     FROM profile_updates u
                     JOIN accounts a
                         ON a.id = u.account_id
                     JOIN portal_grants g
                         ON g.group_id = u.group_id
                        AND g.id = u.grant_id
                     WHERE u.group_id = $1
                       AND u.patient_id = $2
                       AND u.state = 'waiting'
                     ORDER BY u.id
                     LIMIT 100"
                ))
                .bind(access.group().uuid())
                .bind(access.patient().uuid()),
            )
            .await?;
        rows.into_iter().map(ListedUpdate::try_from).collect()
    }

    async fn list_decided_updates(
        &mut self,
        access: &Access<ViewPatient>,
        page: &PageRequest,
    ) -> Stored<Page<ListedUpdate>> {
        let before = match page.after.as_deref().map(str::parse::<UpdateId>) {
            None => BEYOND,
            Some(Ok(id)) => id.uuid(),
            Some(Err(_)) => return Ok(nothing()),
        };
        let rows: Vec<ListedRow> = self
            .all(
                query_as(select_update!(
                    ",
                         a.email,
                         g.kind,
                         d.title,
                         d.first_name,
                         d.last_name
                     FROM profile_updates u
                     JOIN accounts a
                         ON a.id = u.account_id
                     JOIN portal_grants g
                         ON g.group_id = u.group_id
                        AND g.id = u.grant_id
                     LEFT JOIN users d
                         ON d.group_id = u.group_id
                        AND d.id = u.decided_by
                     WHERE u.group_id = $1
                       AND u.patient_id = $2
                       AND u.state <> 'waiting'
                       AND u.id < $3
                     ORDER BY u.id DESC
                     LIMIT $4"
                ))
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(before)
                .bind(i64::from(page.rows()) + 1),
            )
            .await?;
        let rows = rows.into_iter().map(ListedUpdate::try_from).collect::<Stored<Vec<_>>>()?;
        Ok(Page::from_rows(rows, page.rows(), |listed| listed.update.id.to_string()))
    }

    async fn lookup_update(&mut self, access: &Access<ViewPatient>, id: UpdateId) -> Stored<Option<Update>> {
        let row: Option<UpdateRow> = self
            .find(
                query_as(select_update!(
                    "
                     FROM profile_updates u
                     WHERE u.group_id = $1
                       AND u.patient_id = $2
                       AND u.id = $3"
                ))
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(id.uuid()),
            )
            .await?;
        row.map(Update::try_from).transpose()
    }

    async fn save_update(&mut self, access: &Access<EditPatient>, update: &Update, from: &Outcome) -> Stored<bool> {
        let was = Columns::of(from);
        let Columns { state, at, by, reason, put, replaced } = Columns::of(&update.outcome);
        let saved = self
            .execute(
                query(
                    "UPDATE profile_updates
                     SET state = $6,
                         decided_at = $7,
                         decided_by = $8,
                         reason = $9,
                         put = $10,
                         replaced = $11,
                         seen_at = NULL
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3
                       AND state = $4
                       AND COALESCE(decided_at, 0) = $5",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(update.id.uuid())
                .bind(was.state)
                .bind(was.at.unwrap_or(0))
                .bind(state)
                .bind(at)
                .bind(by)
                .bind(reason)
                .bind(put)
                .bind(replaced),
            )
            .await?;
        Ok(saved == 1)
    }

    async fn list_own_updates(&mut self, access: &Access<ViewOwnRecord>) -> Stored<Vec<Update>> {
        let mut rows: Vec<UpdateRow> = self
            .all(
                query_as(select_update!(
                    "
                     FROM profile_updates u
                     WHERE u.group_id = $1
                       AND u.patient_id = $2
                       AND u.state = 'waiting'
                     ORDER BY u.id
                     LIMIT 100"
                ))
                .bind(access.group().uuid())
                .bind(access.patient().uuid()),
            )
            .await?;
        let lately: Vec<UpdateRow> = self
            .all(
                query_as(select_update!(
                    "
                     FROM profile_updates u
                     WHERE u.group_id = $1
                       AND u.patient_id = $2
                     ORDER BY u.id DESC
                     LIMIT $3"
                ))
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(LATELY),
            )
            .await?;
        rows.extend(lately.into_iter().filter(|row| row.state != WAITING));
        rows.into_iter().map(Update::try_from).collect()
    }

    async fn add_own_update(&mut self, access: &Access<EditOwnRecord>, update: &Update) -> Stored<()> {
        let Columns { state, at, .. } = Columns::of(&update.outcome);
        self.execute(
            query(
                "INSERT INTO profile_updates (
                     group_id,
                     id,
                     patient_id,
                     field,
                     contact_id,
                     had,
                     wanted,
                     account_id,
                     grant_id,
                     asked_at,
                     state,
                     decided_at,
                     reason
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '')",
            )
            .bind(access.group().uuid())
            .bind(update.id.uuid())
            .bind(access.patient().uuid())
            .bind(update.subject.topic().code())
            .bind(update.subject.contact().map(ContactId::uuid))
            .bind(update.had.clone())
            .bind(update.wanted.clone())
            .bind(access.account().uuid())
            .bind(access.grant().uuid())
            .bind(update.at.millis())
            .bind(state)
            .bind(at),
        )
        .await?;
        Ok(())
    }

    async fn supersede_own_update(
        &mut self,
        access: &Access<EditOwnRecord>,
        subject: Subject,
        at: Time,
    ) -> Stored<bool> {
        let superseded = self
            .execute(
                query(
                    "UPDATE profile_updates
                     SET state = 'superseded',
                         decided_at = $4
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND field = $3
                       AND COALESCE(contact_id, group_id) = COALESCE($5, group_id)
                       AND state = 'waiting'",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(subject.topic().code())
                .bind(at.millis())
                .bind(subject.contact().map(ContactId::uuid)),
            )
            .await?;
        Ok(superseded == 1)
    }

    async fn list_reviewers(&mut self, access: &Access<ViewOwnRecord>) -> Stored<Vec<(User, Option<Relationship>)>> {
        let writes = near_users!("updates_waiting", " AND NOT u.read_only");
        self.near(writes, access.group().uuid(), access.patient().uuid()).await
    }

    async fn list_told_reviewers(&mut self, access: &Access<EditPatient>) -> Stored<Vec<(User, Option<Relationship>)>> {
        self.told(access.group().uuid(), access.patient().uuid()).await
    }

    async fn list_own_told_reviewers(
        &mut self,
        access: &Access<ViewOwnRecord>,
    ) -> Stored<Vec<(User, Option<Relationship>)>> {
        self.told(access.group().uuid(), access.patient().uuid()).await
    }

    async fn forget_update_news(
        &mut self,
        access: &Access<EditPatient>,
        whose: Option<&[UserId]>,
        at: Time,
    ) -> Stored<()> {
        self.forget_update_news_of(access.group().uuid(), access.patient().uuid(), whose, at).await
    }

    async fn forget_own_update_news(
        &mut self,
        access: &Access<EditOwnRecord>,
        whose: Option<&[UserId]>,
        at: Time,
    ) -> Stored<()> {
        self.forget_update_news_of(access.group().uuid(), access.patient().uuid(), whose, at).await
    }

    async fn recall_update_news(&mut self, access: &Access<EditPatient>, forgotten_at: Time) -> Stored<()> {
        let told: Vec<(Uuid,)> = self
            .all(
                query_as(
                    "UPDATE notifications
                     SET read_at = NULL
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND what = 'updates_waiting'
                       AND read_at >= $3
                     RETURNING (
                         SELECT w.account_id
                         FROM users w
                         WHERE w.group_id = notifications.group_id
                           AND w.id = notifications.user_id
                     )",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(forgotten_at.millis()),
            )
            .await?;
        self.ring(told);
        Ok(())
    }

    async fn unscoped_updates_decided(
        &mut self,
        group: GroupId,
        patient: PatientId,
        account: AccountId,
        since: Time,
    ) -> Stored<bool> {
        let any: Option<(Uuid,)> = self
            .find(
                query_as(
                    "SELECT id
                     FROM profile_updates
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND account_id = $3
                       AND state IN ('approved', 'rejected')
                       AND decided_at >= $4
                     LIMIT 1",
                )
                .bind(group.uuid())
                .bind(patient.uuid())
                .bind(account.uuid())
                .bind(since.millis()),
            )
            .await?;
        Ok(any.is_some())
    }

    async fn list_updates_queue(
        &mut self,
        access: &Access<ReviewUpdates>,
        social: SocialReach,
        filter: &QueueFilter,
        page: &PageRequest,
    ) -> Stored<Page<ListedUpdate>> {
        let after = match page.after.as_deref().map(str::parse::<UpdateId>) {
            None => FIRST,
            Some(Ok(id)) => id.uuid(),
            Some(Err(_)) => return Ok(nothing()),
        };
        let scope: &InGroup = access;
        let statement = queue!(
            filter,
            filter.mine || scope.own_only(),
            select_update!(
                ",
                 a.email,
                 g.kind,
                 NULL AS title,
                 NULL AS first_name,
                 NULL AS last_name "
            ),
            " AND u.id > $6 ORDER BY u.id LIMIT $7"
        );
        let rows: Vec<ListedRow> = self
            .all(
                query_as(statement)
                    .bind(scope.group().uuid())
                    .bind(scope.user().uuid())
                    .bind(own(scope))
                    .bind(social_default(social))
                    .bind(filter.topic.map_or("", Topic::code))
                    .bind(after)
                    .bind(i64::from(page.rows()) + 1),
            )
            .await?;
        let rows = rows.into_iter().map(ListedUpdate::try_from).collect::<Stored<Vec<_>>>()?;
        Ok(Page::from_rows(rows, page.rows(), |listed| listed.update.id.to_string()))
    }

    async fn count_updates_queue(
        &mut self,
        access: &Access<ReviewUpdates>,
        social: SocialReach,
        filter: &QueueFilter,
    ) -> Stored<u32> {
        let scope: &InGroup = access;
        let statement = queue!(
            filter,
            filter.mine || scope.own_only(),
            "SELECT COUNT(*) FROM (SELECT 1 AS one ",
            " LIMIT $6) AS waiting"
        );
        let (count,): (i64,) = self
            .one(
                query_as(statement)
                    .bind(scope.group().uuid())
                    .bind(scope.user().uuid())
                    .bind(own(scope))
                    .bind(social_default(social))
                    .bind(filter.topic.map_or("", Topic::code))
                    .bind(i64::from(limits::QUEUE_COUNTED)),
            )
            .await?;
        Ok(u32::try_from(count).unwrap_or(limits::QUEUE_COUNTED))
    }

    async fn count_own_unseen_updates(&mut self, access: &Access<ViewOwnRecord>, told: Told) -> Stored<u32> {
        let (count,): (i64,) = self
            .one(
                query_as(
                    "SELECT COUNT(*)
                     FROM (
                         SELECT 1 AS one
                         FROM profile_updates
                         WHERE group_id = $1
                           AND patient_id = $2
                           AND account_id = $3
                           AND (state = 'approved' OR state = 'rejected')
                           AND seen_at IS NULL
                           AND (field IN ('contact', 'contact_order')) = $4
                         LIMIT 100
                     ) AS unseen",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(access.account().uuid())
                .bind(told == Told::Contacts),
            )
            .await?;
        Ok(u32::try_from(count).unwrap_or_default())
    }

    async fn mark_own_updates_seen(&mut self, access: &Access<ViewOwnRecord>, told: Told, at: Time) -> Stored<()> {
        self.execute(
            query(
                "UPDATE profile_updates
                 SET seen_at = $4
                 WHERE group_id = $1
                   AND patient_id = $2
                   AND account_id = $3
                   AND (state = 'approved' OR state = 'rejected')
                   AND seen_at IS NULL
                   AND (field IN ('contact', 'contact_order')) = $5",
            )
            .bind(access.group().uuid())
            .bind(access.patient().uuid())
            .bind(access.account().uuid())
            .bind(at.millis())
            .bind(told == Told::Contacts),
        )
        .await?;
        Ok(())
    }

    async fn add_profile_change(&mut self, access: &Access<EditPatient>, change: &Change) -> Stored<()> {
        self.keep_change(access.group().uuid(), access.patient().uuid(), change).await
    }

    async fn add_own_profile_change(&mut self, access: &Access<EditOwnRecord>, change: &Change) -> Stored<()> {
        self.keep_change(access.group().uuid(), access.patient().uuid(), change).await
    }

    async fn list_profile_changes(
        &mut self,
        access: &Access<ViewPatient>,
        social: bool,
        page: &PageRequest,
    ) -> Stored<Page<ListedChange>> {
        self.changes(access.group().uuid(), access.patient().uuid(), social, page).await
    }

    async fn list_own_profile_changes(
        &mut self,
        access: &Access<ViewOwnRecord>,
        page: &PageRequest,
    ) -> Stored<Page<ListedChange>> {
        self.changes(access.group().uuid(), access.patient().uuid(), true, page).await
    }

    async fn count_group_updates(&mut self, access: &Access<ManageSettings>) -> Stored<i64> {
        let (count,): (i64,) = self
            .one(
                query_as(
                    "SELECT COUNT(*)
                     FROM (
                         SELECT 1
                         FROM profile_updates
                         WHERE group_id = $1
                           AND state = 'waiting'
                         LIMIT $2
                     ) AS waiting",
                )
                .bind(access.group().uuid())
                .bind(i64::from(limits::QUEUE_COUNTED)),
            )
            .await?;
        Ok(count)
    }

    async fn list_group_updates(
        &mut self,
        access: &Access<ManageSettings>,
        after: Option<UpdateId>,
    ) -> Stored<Vec<Update>> {
        let rows: Vec<UpdateRow> = self
            .all(
                query_as(select_update!(
                    "
                     FROM profile_updates u
                     WHERE u.group_id = $1
                       AND u.state = 'waiting'
                       AND u.id > $2
                     ORDER BY u.id
                     LIMIT $3"
                ))
                .bind(access.group().uuid())
                .bind(after.map_or(FIRST, UpdateId::uuid))
                .bind(i64::from(limits::UPDATES_STEP)),
            )
            .await?;
        rows.into_iter().map(Update::try_from).collect()
    }
}

/// How a user and a patient stand who have no relationship, where it is about how the patient lives.
fn social_default(social: SocialReach) -> &'static str {
    match social {
        SocialReach::Everybody => "granted",
        SocialReach::Treated => "none",
        SocialReach::Nobody => "never",
    }
}

impl SqlWork {
    async fn keep_change(&mut self, group: Uuid, patient: Uuid, change: &Change) -> Stored<()> {
        let Change { id, difference: Difference { what, before, after }, at, account, user, .. } = change;
        self.execute(
            query(
                "INSERT INTO profile_changes (
                     group_id,
                     id,
                     patient_id,
                     what,
                     contact_id,
                     was,
                     became,
                     changed_at,
                     account_id,
                     user_id
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            )
            .bind(group)
            .bind(id.uuid())
            .bind(patient)
            .bind(what.code())
            .bind(what.contact().map(ContactId::uuid))
            .bind(before.clone())
            .bind(after.clone())
            .bind(at.millis())
            .bind(account.map(AccountId::uuid))
            .bind(user.map(UserId::uuid)),
        )
        .await?;
        Ok(())
    }

    async fn changes(
        &mut self,
        group: Uuid,
        patient: Uuid,
        social: bool,
        page: &PageRequest,
    ) -> Stored<Page<ListedChange>> {
        let before = match page.after.as_deref().map(str::parse::<ChangeId>) {
            None => BEYOND,
            Some(Ok(id)) => id.uuid(),
            Some(Err(_)) => return Ok(nothing()),
        };
        let rows: Vec<ChangeRow> = self
            .all(
                query_as(concat!(
                    "SELECT
                         c.id,
                         c.patient_id,
                         c.what,
                         c.contact_id,
                         c.was,
                         c.became,
                         c.changed_at,
                         c.account_id,
                         c.user_id,
                         w.title,
                         w.first_name,
                         w.last_name,
                         w.profession,
                         w.level,
                         g.kind,
                         g.name,
                         g.relationship
                     FROM profile_changes c
                     LEFT JOIN users w
                         ON w.group_id = c.group_id
                        AND w.id = c.user_id
                     LEFT JOIN portal_grants g
                         ON g.group_id = c.group_id
                        AND g.patient_id = c.patient_id
                        AND g.account_id = c.account_id
                     WHERE c.group_id = $1
                       AND c.patient_id = $2
                       AND c.id < $3
                       AND ($4 OR c.what NOT IN ",
                    social_fields!(),
                    ")
                     ORDER BY c.id DESC
                     LIMIT $5"
                ))
                .bind(group)
                .bind(patient)
                .bind(before)
                .bind(social)
                .bind(i64::from(page.rows()) + 1),
            )
            .await?;
        let rows = rows.into_iter().map(ListedChange::try_from).collect::<Stored<Vec<_>>>()?;
        Ok(Page::from_rows(rows, page.rows(), |listed| listed.change.id.to_string()))
    }

    async fn told(&mut self, group: Uuid, patient: Uuid) -> Stored<Vec<(User, Option<Relationship>)>> {
        let rows: Vec<RelatedRow> = self
            .all(
                query_as(select_user!(
                    ",
                         r.kind AS relationship
                     FROM notifications n
                     JOIN users u
                         ON u.group_id = n.group_id
                        AND u.id = n.user_id
                     LEFT JOIN practitioner_relationships r
                         ON r.group_id = u.group_id
                        AND r.user_id = u.id
                        AND r.patient_id = n.patient_id
                     WHERE n.group_id = $1
                       AND n.patient_id = $2
                       AND n.what = 'updates_waiting'
                       AND n.read_at IS NULL
                     ORDER BY n.user_id, n.id
                     LIMIT $3"
                ))
                .bind(group)
                .bind(patient)
                .bind(i64::from(limits::REVIEWERS)),
            )
            .await?;
        rows.into_iter().map(RelatedRow::read).collect()
    }

    /// Somebody's, or everybody's.
    async fn forget_update_news_of(
        &mut self,
        group: Uuid,
        patient: Uuid,
        whose: Option<&[UserId]>,
        at: Time,
    ) -> Stored<()> {
        let whose = whose.map(|whose| whose.iter().map(|user| Some(*user)).collect());
        for user in whose.unwrap_or_else(|| vec![None]) {
            self.forget(forget_news!("updates_waiting"), group, patient, user, at).await?;
        }
        Ok(())
    }

    async fn background(&mut self, group: Uuid, patient: Uuid) -> Stored<Background> {
        let row: Option<BackgroundRow> = self
            .find(
                query_as(
                    "SELECT
                         fund,
                         fund_number,
                         scheme,
                         scheme_number,
                         occupation,
                         living,
                         smoking,
                         alcohol,
                         activity,
                         social_more
                     FROM patient_backgrounds
                     WHERE group_id = $1
                       AND patient_id = $2",
                )
                .bind(group)
                .bind(patient),
            )
            .await?;
        Ok(row.map(Background::from).unwrap_or_default())
    }

    async fn keep_background(&mut self, group: Uuid, patient: Uuid, background: &Background) -> Stored<()> {
        let Background { funding, social } = background.clone();
        self.execute(
            query(
                "INSERT INTO patient_backgrounds (
                     group_id,
                     patient_id,
                     fund,
                     fund_number,
                     scheme,
                     scheme_number,
                     occupation,
                     living,
                     smoking,
                     alcohol,
                     activity,
                     social_more
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
                 ON CONFLICT (group_id, patient_id) DO UPDATE
                 SET fund = excluded.fund,
                     fund_number = excluded.fund_number,
                     scheme = excluded.scheme,
                     scheme_number = excluded.scheme_number,
                     occupation = excluded.occupation,
                     living = excluded.living,
                     smoking = excluded.smoking,
                     alcohol = excluded.alcohol,
                     activity = excluded.activity,
                     social_more = excluded.social_more",
            )
            .bind(group)
            .bind(patient)
            .bind(funding.fund)
            .bind(funding.fund_number)
            .bind(funding.scheme)
            .bind(funding.scheme_number)
            .bind(social.occupation)
            .bind(social.living)
            .bind(social.smoking)
            .bind(social.alcohol)
            .bind(social.activity)
            .bind(social.social_more),
        )
        .await?;
        Ok(())
    }
}
