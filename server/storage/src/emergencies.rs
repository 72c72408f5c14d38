//! Records that are opened in an emergency (PR-04). Whether one is open is asked with every decision, in `patients.rs`.

use async_trait::async_trait;
use domain::{
    access::{Access, EnterGroup, OpenInEmergency, ReviewEmergencies, SeekInEmergency},
    emergency_access::Sought,
    ids::{EmergencyId, PatientId, UserId},
    limits,
    page::{Page, PageRequest},
    text,
    time::Time,
};
use services::ports::{Emergencies, Emergency, Stored};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::{SqlWork, practice::emergency_hours};
use crate::common::BEYOND;

#[derive(sqlx::FromRow)]
struct EmergencyRow {
    id: Uuid,
    user_id: Uuid,
    patient_id: Uuid,
    reason: String,
    opened_at: i64,
    until: i64,
    ended_at: Option<i64>,
    reviewed_at: Option<i64>,
    reviewer_id: Option<Uuid>,
}

impl From<EmergencyRow> for Emergency {
    fn from(row: EmergencyRow) -> Self {
        Self {
            id: row.id.into(),
            user: row.user_id.into(),
            patient: row.patient_id.into(),
            reason: row.reason,
            opened_at: Time::from_millis(row.opened_at),
            until: Time::from_millis(row.until),
            ended_at: row.ended_at.map(Time::from_millis),
            reviewed: row.reviewer_id.map(Into::into).zip(row.reviewed_at.map(Time::from_millis)),
        }
    }
}

/// Of the group `$1`.
macro_rules! select_emergency {
    ($more:literal) => {
        concat!(
            "SELECT
                 id,
                 user_id,
                 patient_id,
                 reason,
                 opened_at,
                 until,
                 ended_at,
                 reviewed_at,
                 reviewer_id
             FROM emergencies
             WHERE group_id = $1",
            $more
        )
    };
}

#[async_trait]
impl Emergencies for SqlWork {
    async fn emergency_hours(&mut self, access: &Access<EnterGroup>) -> Stored<Option<u32>> {
        let (hours,): (Option<i64>,) = self
            .one(
                query_as(
                    "SELECT emergency_hours
                     FROM practice_groups
                     WHERE id = $1",
                )
                .bind(access.group().uuid()),
            )
            .await?;
        Ok(Some(emergency_hours(hours)?).filter(|hours| *hours > 0))
    }

    async fn seek_in_emergency(&mut self, access: &Access<SeekInEmergency>, sought: &Sought) -> Stored<Vec<PatientId>> {
        // As many as were born on one day: names are compared as people write them, which SQL cannot.
        let born: Vec<(Uuid, String, String, String)> = self
            .all(
                query_as(
                    "SELECT
                         id,
                         legal_first,
                         legal_last,
                         preferred
                     FROM patients
                     WHERE group_id = $1
                       AND birth_date = $2
                     ORDER BY id
                     LIMIT $3",
                )
                .bind(access.group().uuid())
                .bind(sought.born.to_string())
                .bind(i64::from(limits::BORN_ON_A_DAY)),
            )
            .await?;
        let is_sought = |first: &str, last: &str, preferred: &str| {
            text::fold(last) == sought.last && [first, preferred].iter().any(|name| text::fold(name) == sought.first)
        };
        let found = born.into_iter().filter(|(_, first, last, preferred)| is_sought(first, last, preferred));
        Ok(found.map(|(id, ..)| id.into()).take(limits::EMERGENCY_ALIKE).collect())
    }

    async fn open_emergency(
        &mut self,
        access: &Access<OpenInEmergency>,
        id: EmergencyId,
        reason: &str,
        opened_at: Time,
        until: Time,
    ) -> Stored<()> {
        self.execute(
            query(
                "INSERT INTO emergencies (
                     group_id,
                     id,
                     user_id,
                     patient_id,
                     reason,
                     opened_at,
                     until
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(access.group().uuid())
            .bind(id.uuid())
            .bind(access.user().uuid())
            .bind(access.patient().uuid())
            .bind(reason.to_owned())
            .bind(opened_at.millis())
            .bind(until.millis()),
        )
        .await?;
        Ok(())
    }

    async fn count_own_emergencies(&mut self, access: &Access<OpenInEmergency>, since: Time) -> Stored<i64> {
        let (count,): (i64,) = self
            .one(
                query_as(
                    "SELECT COUNT(*)
                     FROM emergencies
                     WHERE group_id = $1
                       AND user_id = $2
                       AND opened_at > $3",
                )
                .bind(access.group().uuid())
                .bind(access.user().uuid())
                .bind(since.millis()),
            )
            .await?;
        Ok(count)
    }

    async fn list_own_emergencies(&mut self, access: &Access<EnterGroup>, now: Time) -> Stored<Vec<(PatientId, Time)>> {
        let rows: Vec<(Uuid, i64)> = self
            .all(
                query_as(
                    "SELECT
                         patient_id,
                         until
                     FROM emergencies
                     WHERE group_id = $1
                       AND user_id = $2
                       AND until > $3
                       AND ended_at IS NULL
                     ORDER BY opened_at DESC, id DESC
                     LIMIT $4",
                )
                .bind(access.group().uuid())
                .bind(access.user().uuid())
                .bind(now.millis())
                .bind(i64::from(limits::EMERGENCIES_OPEN)),
            )
            .await?;
        Ok(rows.into_iter().map(|(patient, until)| (patient.into(), Time::from_millis(until))).collect())
    }

    async fn end_emergencies_of(
        &mut self,
        access: &Access<EnterGroup>,
        user: UserId,
        patient: Option<PatientId>,
        now: Time,
    ) -> Stored<bool> {
        let ended = self
            .execute(
                query(
                    "UPDATE emergencies
                     SET ended_at = $4
                     WHERE group_id = $1
                       AND user_id = $2
                       AND patient_id = COALESCE($3, patient_id)
                       AND until > $4
                       AND ended_at IS NULL",
                )
                .bind(access.group().uuid())
                .bind(user.uuid())
                .bind(patient.map(PatientId::uuid))
                .bind(now.millis()),
            )
            .await?;
        Ok(ended > 0)
    }

    async fn list_emergencies(
        &mut self,
        access: &Access<ReviewEmergencies>,
        page: &PageRequest,
    ) -> Stored<Page<Emergency>> {
        let nothing = Page { rows: Vec::new(), next: None };
        // Ids are made in the order of their times.
        let after = match page.after.as_deref().map(str::parse::<EmergencyId>) {
            None => BEYOND,
            Some(Ok(id)) => id.uuid(),
            Some(Err(_)) => return Ok(nothing),
        };
        let rows: Vec<EmergencyRow> = self
            .all(
                query_as(select_emergency!(
                    "
                       AND id < $2
                     ORDER BY id DESC
                     LIMIT $3"
                ))
                .bind(access.group().uuid())
                .bind(after)
                .bind(i64::from(page.rows()) + 1),
            )
            .await?;
        let rows = rows.into_iter().map(Emergency::from).collect();
        Ok(Page::from_rows(rows, page.rows(), |row| row.id.to_string()))
    }

    async fn lookup_emergency(
        &mut self,
        access: &Access<ReviewEmergencies>,
        id: EmergencyId,
    ) -> Stored<Option<Emergency>> {
        let row: Option<EmergencyRow> = self
            .find(
                query_as(select_emergency!(
                    "
                       AND id = $2"
                ))
                .bind(access.group().uuid())
                .bind(id.uuid()),
            )
            .await?;
        Ok(row.map(Emergency::from))
    }

    async fn end_emergency(&mut self, access: &Access<ReviewEmergencies>, id: EmergencyId, now: Time) -> Stored<bool> {
        let ended = self
            .execute(
                query(
                    "UPDATE emergencies
                     SET ended_at = $3
                     WHERE group_id = $1
                       AND id = $2
                       AND until > $3
                       AND ended_at IS NULL",
                )
                .bind(access.group().uuid())
                .bind(id.uuid())
                .bind(now.millis()),
            )
            .await?;
        Ok(ended == 1)
    }

    async fn review_emergency(
        &mut self,
        access: &Access<ReviewEmergencies>,
        id: EmergencyId,
        now: Time,
    ) -> Stored<bool> {
        let reviewed = self
            .execute(
                query(
                    "UPDATE emergencies
                     SET reviewed_at = $4,
                         reviewer_id = $3
                     WHERE group_id = $1
                       AND id = $2
                       AND reviewed_at IS NULL",
                )
                .bind(access.group().uuid())
                .bind(id.uuid())
                .bind(access.user().uuid())
                .bind(now.millis()),
            )
            .await?;
        Ok(reviewed == 1)
    }

    async fn emergency_reviewers(&mut self, access: &Access<OpenInEmergency>) -> Stored<Vec<UserId>> {
        self.managers(access.group(), access.user(), access.user()).await
    }
}
