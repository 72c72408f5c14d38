//! Portal grants: account × patient. Whatever changes a grant or an invitation keeps the patient's portal state true.

use async_trait::async_trait;
use domain::{
    access::{Access, GrantFacts, InvitePatient, ViewOwnRecord},
    grant::{Grant, Kind, State},
    ids::{AccountId, GrantId, PatientId},
    patient::{Patient, Status},
    person::PatientName,
    practice::Group,
    time::Time,
};
use services::ports::{Grants, OwnRecord, Practice as _, StoreError, Stored};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::SqlWork;
use crate::common::readable;

#[derive(sqlx::FromRow)]
pub(super) struct GrantRow {
    id: Uuid,
    group_id: Uuid,
    pub(super) patient_id: Uuid,
    account_id: Uuid,
    kind: String,
    activated_at: Option<i64>,
    suspended_at: Option<i64>,
}

impl TryFrom<GrantRow> for Grant {
    type Error = StoreError;

    fn try_from(row: GrantRow) -> Stored<Self> {
        Ok(Self {
            id: row.id.into(),
            group: row.group_id.into(),
            patient: row.patient_id.into(),
            account: row.account_id.into(),
            kind: readable(Kind::from_code(&row.kind), "kind of grant")?,
            state: match (row.suspended_at, row.activated_at) {
                (Some(at), _) => State::Suspended { at: Time::from_millis(at) },
                (None, Some(at)) => State::Activated { at: Time::from_millis(at) },
                (None, None) => State::Invited,
            },
        })
    }
}

/// `SELECT`, a grant's columns, and the rest of the statement, which calls the table `g`.
macro_rules! select_grant {
    ($rest:literal) => {
        concat!(
            "SELECT
                 g.id,
                 g.group_id,
                 g.patient_id,
                 g.account_id,
                 g.kind,
                 g.activated_at,
                 g.suspended_at",
            $rest
        )
    };
}
pub(super) use select_grant;

/// A grant with where its patient stands.
#[derive(sqlx::FromRow)]
struct FactsRow {
    #[sqlx(flatten)]
    grant: GrantRow,
    status: String,
}

/// A grant with what the list of an account's records shows.
#[derive(sqlx::FromRow)]
struct OwnRecordRow {
    #[sqlx(flatten)]
    facts: FactsRow,
    legal_first: String,
    legal_last: String,
    preferred: String,
    practice: String,
    phone: String,
}

impl TryFrom<FactsRow> for GrantFacts {
    type Error = StoreError;

    fn try_from(row: FactsRow) -> Stored<Self> {
        Ok(Self { grant: row.grant.try_into()?, status: readable(Status::from_code(&row.status), "status")? })
    }
}

/// When a grant was activated and when it was suspended.
fn moments(state: State) -> (Option<i64>, Option<i64>) {
    match state {
        State::Invited => (None, None),
        State::Activated { at } => (Some(at.millis()), None),
        State::Suspended { at } => (None, Some(at.millis())),
    }
}

#[async_trait]
impl Grants for SqlWork {
    async fn find_grant(&mut self, access: &Access<InvitePatient>, account: AccountId) -> Stored<Option<Grant>> {
        let row: Option<GrantRow> = self
            .find(
                query_as(
                    "SELECT
                         id,
                         group_id,
                         patient_id,
                         account_id,
                         kind,
                         activated_at,
                         suspended_at
                     FROM portal_grants
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND account_id = $3",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(account.uuid()),
            )
            .await?;
        row.map(Grant::try_from).transpose()
    }

    async fn add_grant(&mut self, access: &Access<InvitePatient>, grant: &Grant, at: Time) -> Stored<()> {
        let (group, patient) = (access.group().uuid(), access.patient().uuid());
        let (activated_at, suspended_at) = moments(grant.state);
        self.execute(
            query(
                "INSERT INTO portal_grants (
                     group_id,
                     id,
                     patient_id,
                     account_id,
                     kind,
                     added_at,
                     changed_at,
                     activated_at,
                     suspended_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8)",
            )
            .bind(group)
            .bind(grant.id.uuid())
            .bind(patient)
            .bind(grant.account.uuid())
            .bind(grant.kind.code())
            .bind(at.millis())
            .bind(activated_at)
            .bind(suspended_at),
        )
        .await?;
        self.refresh_portal_state(group, patient).await
    }

    async fn unscoped_lookup_grant(&mut self, id: GrantId) -> Stored<Option<GrantFacts>> {
        let row: Option<FactsRow> = self
            .find(
                query_as(select_grant!(
                    ",
                         p.status
                     FROM portal_grants g
                     JOIN patients p
                         ON p.group_id = g.group_id
                        AND p.id = g.patient_id
                     WHERE g.id = $1"
                ))
                .bind(id.uuid()),
            )
            .await?;
        row.map(GrantFacts::try_from).transpose()
    }

    async fn unscoped_lookup_patient_name(&mut self, id: GrantId) -> Stored<Option<PatientName>> {
        let row: Option<(String, String, String)> = self
            .find(
                query_as(
                    "SELECT
                         p.legal_first,
                         p.legal_last,
                         p.preferred
                     FROM portal_grants g
                     JOIN patients p
                         ON p.group_id = g.group_id
                        AND p.id = g.patient_id
                     WHERE g.id = $1",
                )
                .bind(id.uuid()),
            )
            .await?;
        Ok(row.map(|(legal_first, legal_last, preferred)| PatientName { legal_first, legal_last, preferred }))
    }

    async fn unscoped_save_grant(&mut self, grant: &Grant, at: Time) -> Stored<bool> {
        let (activated_at, suspended_at) = moments(grant.state);
        // Who accepts at the moment in which staff suspend the grant does not revive it.
        let saved = self
            .execute(
                query(
                    "UPDATE portal_grants
                     SET activated_at = COALESCE($5, activated_at),
                         suspended_at = $6,
                         changed_at = $7
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3
                       AND account_id = $4
                       AND (suspended_at IS NULL OR suspended_at = $6)",
                )
                .bind(grant.group.uuid())
                .bind(grant.patient.uuid())
                .bind(grant.id.uuid())
                .bind(grant.account.uuid())
                .bind(activated_at)
                .bind(suspended_at)
                .bind(at.millis()),
            )
            .await?;
        self.refresh_portal_state(grant.group.uuid(), grant.patient.uuid()).await?;
        Ok(saved == 1)
    }

    async fn list_grants(&mut self, account: AccountId) -> Stored<Vec<GrantFacts>> {
        let rows: Vec<FactsRow> = self
            .all(
                query_as(select_grant!(
                    ",
                         p.status
                     FROM portal_grants g
                     JOIN patients p
                         ON p.group_id = g.group_id
                        AND p.id = g.patient_id
                     WHERE g.account_id = $1
                     ORDER BY g.added_at, g.id
                     LIMIT 100"
                ))
                .bind(account.uuid()),
            )
            .await?;
        rows.into_iter().map(GrantFacts::try_from).collect()
    }

    async fn list_own_records(&mut self, account: AccountId) -> Stored<Vec<OwnRecord>> {
        let rows: Vec<OwnRecordRow> = self
            .all(
                query_as(select_grant!(
                    ",
                         p.status,
                         p.legal_first,
                         p.legal_last,
                         p.preferred,
                         pg.name AS practice,
                         pg.phone
                     FROM portal_grants g
                     JOIN patients p
                         ON p.group_id = g.group_id
                        AND p.id = g.patient_id
                     JOIN practice_groups pg
                         ON pg.id = g.group_id
                     WHERE g.account_id = $1
                     ORDER BY g.added_at, g.id
                     LIMIT 100"
                ))
                .bind(account.uuid()),
            )
            .await?;
        let record = |row: OwnRecordRow| {
            let name =
                PatientName { legal_first: row.legal_first, legal_last: row.legal_last, preferred: row.preferred };
            Ok(OwnRecord { facts: row.facts.try_into()?, name, practice: row.practice, phone: row.phone })
        };
        rows.into_iter().map(record).collect()
    }

    async fn find_own_grant(&mut self, account: AccountId, patient: PatientId) -> Stored<Option<GrantFacts>> {
        let row: Option<FactsRow> = self
            .find(
                query_as(select_grant!(
                    ",
                         p.status
                     FROM portal_grants g
                     JOIN patients p
                         ON p.group_id = g.group_id
                        AND p.id = g.patient_id
                     WHERE g.account_id = $1
                       AND g.patient_id = $2"
                ))
                .bind(account.uuid())
                .bind(patient.uuid()),
            )
            .await?;
        row.map(GrantFacts::try_from).transpose()
    }

    async fn lookup_own_record(&mut self, access: &Access<ViewOwnRecord>) -> Stored<Option<(Patient, Group)>> {
        let Some(record) = self.record(access.group().uuid(), access.patient().uuid()).await? else {
            return Ok(None);
        };
        Ok(self.unscoped_lookup_group(access.group()).await?.map(|group| (record.patient, group)))
    }
}

impl SqlWork {
    /// Works out anew where a patient stands with the portal: activated when somebody uses it, invited when an
    /// invitation is out.
    pub(super) async fn refresh_portal_state(&mut self, group: Uuid, patient: Uuid) -> Stored<()> {
        self.execute(
            query(
                "UPDATE patients
                 SET portal_state = CASE
                     WHEN EXISTS (
                         SELECT 1
                         FROM portal_grants g
                         WHERE g.group_id = $1
                           AND g.patient_id = $2
                           AND g.activated_at IS NOT NULL
                           AND g.suspended_at IS NULL
                     ) THEN 'activated'
                     WHEN EXISTS (
                         SELECT 1
                         FROM invitations i
                         WHERE i.group_id = $1
                           AND i.patient_id = $2
                           AND i.activated_at IS NULL
                           AND i.revoked_at IS NULL
                     ) THEN 'invited'
                     ELSE 'none'
                 END
                 WHERE group_id = $1
                   AND id = $2",
            )
            .bind(group)
            .bind(patient),
        )
        .await?;
        Ok(())
    }
}
