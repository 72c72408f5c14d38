//! What patients change in their own record, and the part of a record that lists do not read.

use async_trait::async_trait;
use domain::{
    access::{Access, EditOwnRecord, EditPatient, ManageSettings, Relationship, ViewOwnRecord, ViewPatient},
    background::{Background, Funding, SocialHistory},
    grant,
    ids::{AccountId, ContactId, GroupId, PatientId, UpdateId},
    limits,
    page::{Page, PageRequest},
    patient::Patient,
    person::UserName,
    time::Time,
    update::{Mode, Outcome, Subject, Topic, Update},
    user::User,
};
use services::ports::{Hint, ListedUpdate, Practice as _, StoreError, Stored, Updates, Work as _};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::{
    SqlWork,
    patients::nothing,
    users::{UserRow, select_user},
};
use crate::common::{BEYOND, FIRST, known, readable};

const WAITING: &str = "waiting";
const APPLIED: &str = "applied";
const APPROVED: &str = "approved";
const REJECTED: &str = "rejected";
const SUPERSEDED: &str = "superseded";

/// Of so many changes that do not wait the portal shows the latest of each field.
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
struct ReviewerRow {
    #[sqlx(flatten)]
    user: UserRow,
    relationship: Option<String>,
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
                         replaced = $11
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
        let rows: Vec<ReviewerRow> = self
            .all(
                query_as(select_user!(
                    ",
                         r.kind AS relationship
                     FROM users u
                     LEFT JOIN practitioner_relationships r
                         ON r.group_id = u.group_id
                        AND r.user_id = u.id
                        AND r.patient_id = $2
                     WHERE u.group_id = $1
                       AND u.state = 'active'
                       AND NOT u.read_only
                       AND (r.kind IS NOT NULL OR u.level IN (
                           'full', 'calendar_contacts', 'calendar_contacts_finance', 'admin_full'
                       ))
                       AND NOT EXISTS (
                           SELECT 1
                           FROM notifications n
                           WHERE n.group_id = u.group_id
                             AND n.user_id = u.id
                             AND n.read_at IS NULL
                             AND n.what = 'updates_waiting'
                             AND n.patient_id = $2
                       )
                     ORDER BY r.kind IS NULL, u.id
                     LIMIT $3"
                ))
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(i64::from(limits::REVIEWERS)),
            )
            .await?;
        rows.into_iter()
            .map(|row| Ok((row.user.try_into()?, row.relationship.as_deref().map(Relationship::from_code))))
            .collect()
    }

    async fn forget_update_news(&mut self, access: &Access<EditPatient>, at: Time) -> Stored<()> {
        self.forget_news(access.group().uuid(), access.patient().uuid(), at).await
    }

    async fn forget_own_update_news(&mut self, access: &Access<EditOwnRecord>, at: Time) -> Stored<()> {
        self.forget_news(access.group().uuid(), access.patient().uuid(), at).await
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
                       AND read_at = $3
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
                         LIMIT 1000
                     ) AS waiting",
                )
                .bind(access.group().uuid()),
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

impl SqlWork {
    async fn forget_news(&mut self, group: Uuid, patient: Uuid, at: Time) -> Stored<()> {
        let told: Vec<(Uuid,)> = self
            .all(
                query_as(
                    "UPDATE notifications
                     SET read_at = $3
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND what = 'updates_waiting'
                       AND read_at IS NULL
                     RETURNING (
                         SELECT w.account_id
                         FROM users w
                         WHERE w.group_id = notifications.group_id
                           AND w.id = notifications.user_id
                     )",
                )
                .bind(group)
                .bind(patient)
                .bind(at.millis()),
            )
            .await?;
        self.ring(told);
        Ok(())
    }

    fn ring(&mut self, accounts: Vec<(Uuid,)>) {
        for (account,) in accounts {
            self.hint(Hint::Bell(account.into()));
        }
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
