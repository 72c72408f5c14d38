//! Portal grants: account × patient. Whatever changes a grant or an invitation keeps the patient's portal state true.

use async_trait::async_trait;
use domain::{
    access::{Access, EditPatient, EnterGroup, Inviting, ViewOwnRecord, ViewPatientAccess},
    email::Email,
    grant::{AgeChange, AgeRules, Grant, Kind, Level, Role, State, Terms},
    ids::{AccountId, ContactId, GrantId, GroupId, PatientId},
    invitation::Invitation,
    limits,
    patient::{Patient, Status},
    person::PatientName,
    practice::Group,
    time::Time,
};
use services::ports::{
    About, ComingAge, GrantRecord, Grants, GroupAges, OwnRecord, PortalUserRecord, PortalUsers, Practice as _,
    StoreError, Stored,
};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::{
    SqlWork,
    invitations::{InvitationRow, select_invitation},
    patients::own,
};
use crate::common::{age, readable};

#[derive(sqlx::FromRow)]
pub(super) struct GrantRow {
    id: Uuid,
    group_id: Uuid,
    pub(super) patient_id: Uuid,
    account_id: Uuid,
    kind: String,
    contact_id: Option<Uuid>,
    name: String,
    relationship: String,
    role: String,
    level: String,
    manages: bool,
    given_by: Option<Uuid>,
    added_at: i64,
    ends_at: Option<i64>,
    activated_at: Option<i64>,
    suspended_at: Option<i64>,
    ended_at: Option<i64>,
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
            contact: row.contact_id.map(Into::into),
            name: row.name,
            relationship: row.relationship,
            terms: Terms {
                role: readable(Role::from_code(&row.role), "role of a grant")?,
                level: readable(Level::from_code(&row.level), "level of a grant")?,
                manages: row.manages,
                ends_at: row.ends_at.map(Time::from_millis),
            },
            given_by: row.given_by.map(Into::into),
            given_at: Time::from_millis(row.added_at),
            state: match (row.ended_at, row.suspended_at, row.activated_at) {
                (Some(at), _, _) => State::Ended { at: Time::from_millis(at) },
                (None, Some(at), _) => State::Suspended { at: Time::from_millis(at) },
                (None, None, Some(at)) => State::Activated { at: Time::from_millis(at) },
                (None, None, None) => State::Invited,
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
                 g.contact_id,
                 g.name,
                 g.relationship,
                 g.role,
                 g.level,
                 g.manages,
                 g.given_by,
                 g.added_at,
                 g.ends_at,
                 g.activated_at,
                 g.suspended_at,
                 g.ended_at",
            $rest
        )
    };
}
pub(super) use select_grant;

/// What decides beside a grant whether it is open: columns of `p`, the patient, and `s`, the group's settings.
macro_rules! about {
    () => {
        "p.status,
                         p.birth_date,
                         s.steps_down_age,
                         s.grown_up_age,
                         (
                             SELECT l.time_zone
                             FROM locations l
                             WHERE l.group_id = p.group_id
                             ORDER BY l.name_folded, l.id
                             LIMIT 1
                         ) AS time_zone,
                         EXISTS (
                             SELECT 1
                             FROM portal_grants o
                             WHERE o.group_id = p.group_id
                               AND o.patient_id = p.id
                               AND o.kind = 'self'
                               AND o.activated_at IS NOT NULL
                               AND o.suspended_at IS NULL
                               AND o.ended_at IS NULL
                         ) AS patient_uses_portal"
    };
}

#[derive(sqlx::FromRow)]
struct AboutRow {
    status: String,
    birth_date: Option<String>,
    steps_down_age: Option<i64>,
    grown_up_age: Option<i64>,
    time_zone: Option<String>,
    patient_uses_portal: bool,
}

impl TryFrom<AboutRow> for About {
    type Error = StoreError;

    fn try_from(row: AboutRow) -> Stored<Self> {
        Ok(Self {
            status: readable(Status::from_code(&row.status), "status")?,
            birth_date: row.birth_date.map(|date| readable(date.parse(), "birth date")).transpose()?,
            rules: AgeRules { steps_down: age(row.steps_down_age)?, ends: age(row.grown_up_age)? },
            time_zone: row.time_zone,
            patient_uses_portal: row.patient_uses_portal,
        })
    }
}

/// A grant with what decides beside it whether it is open.
#[derive(sqlx::FromRow)]
struct RecordRow {
    #[sqlx(flatten)]
    grant: GrantRow,
    #[sqlx(flatten)]
    about: AboutRow,
}

impl TryFrom<RecordRow> for GrantRecord {
    type Error = StoreError;

    fn try_from(row: RecordRow) -> Stored<Self> {
        Ok(Self { grant: row.grant.try_into()?, about: row.about.try_into()? })
    }
}

/// A grant with what the list of an account's records shows.
#[derive(sqlx::FromRow)]
struct OwnRecordRow {
    #[sqlx(flatten)]
    record: RecordRow,
    legal_first: String,
    legal_last: String,
    preferred: String,
    practice: String,
    phone: String,
}

#[derive(sqlx::FromRow)]
struct AgesRow {
    group_id: Uuid,
    steps_down_age: Option<i64>,
    grown_up_age: Option<i64>,
    time_zone: Option<String>,
}

/// A grant with its account's address.
#[derive(sqlx::FromRow)]
struct PortalUserRow {
    #[sqlx(flatten)]
    grant: GrantRow,
    email: String,
}

/// When a grant was activated, suspended and ended.
fn moments(state: State) -> (Option<i64>, Option<i64>, Option<i64>) {
    match state {
        State::Invited => (None, None, None),
        State::Activated { at } => (Some(at.millis()), None, None),
        State::Suspended { at } => (None, Some(at.millis()), None),
        State::Ended { at } => (None, None, Some(at.millis())),
    }
}

#[async_trait]
impl Grants for SqlWork {
    async fn find_grant(&mut self, access: &Inviting, account: AccountId) -> Stored<Option<Grant>> {
        let row: Option<GrantRow> = self
            .find(
                query_as(select_grant!(
                    "
                     FROM portal_grants g
                     WHERE g.group_id = $1
                       AND g.patient_id = $2
                       AND g.account_id = $3"
                ))
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(account.uuid()),
            )
            .await?;
        row.map(Grant::try_from).transpose()
    }

    async fn add_grant(&mut self, access: &Inviting, grant: &Grant, at: Time) -> Stored<()> {
        let (group, patient) = (access.group().uuid(), access.patient().uuid());
        let (activated_at, suspended_at, ended_at) = moments(grant.state);
        self.execute(
            query(
                "INSERT INTO portal_grants (
                     group_id,
                     id,
                     patient_id,
                     account_id,
                     kind,
                     contact_id,
                     name,
                     relationship,
                     role,
                     level,
                     manages,
                     given_by,
                     added_at,
                     changed_at,
                     ends_at,
                     activated_at,
                     suspended_at,
                     ended_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
            )
            .bind(group)
            .bind(grant.id.uuid())
            .bind(patient)
            .bind(grant.account.uuid())
            .bind(grant.kind.code())
            .bind(grant.contact.map(ContactId::uuid))
            .bind(grant.name.clone())
            .bind(grant.relationship.clone())
            .bind(grant.terms.role.code())
            .bind(grant.terms.level.code())
            .bind(grant.terms.manages)
            .bind(grant.given_by.map(GrantId::uuid))
            .bind(grant.given_at.millis())
            .bind(at.millis())
            .bind(grant.terms.ends_at.map(Time::millis))
            .bind(activated_at)
            .bind(suspended_at)
            .bind(ended_at),
        )
        .await?;
        self.refresh_portal_state(group, patient).await
    }

    async fn give_grant_again(&mut self, access: &Inviting, grant: &Grant, at: Time) -> Stored<bool> {
        let (group, patient) = (access.group().uuid(), access.patient().uuid());
        let saved = self
            .execute(
                query(
                    "UPDATE portal_grants
                     SET kind = $4,
                         contact_id = $5,
                         name = $6,
                         relationship = $7,
                         role = $8,
                         level = $9,
                         manages = $10,
                         given_by = $11,
                         added_at = $12,
                         changed_at = $12,
                         ends_at = $13,
                         activated_at = NULL,
                         ended_at = NULL,
                         told_of_age = NULL
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3
                       AND suspended_at IS NULL",
                )
                .bind(group)
                .bind(patient)
                .bind(grant.id.uuid())
                .bind(grant.kind.code())
                .bind(grant.contact.map(ContactId::uuid))
                .bind(grant.name.clone())
                .bind(grant.relationship.clone())
                .bind(grant.terms.role.code())
                .bind(grant.terms.level.code())
                .bind(grant.terms.manages)
                .bind(grant.given_by.map(GrantId::uuid))
                .bind(at.millis())
                .bind(grant.terms.ends_at.map(Time::millis)),
            )
            .await?;
        self.refresh_portal_state(group, patient).await?;
        Ok(saved == 1)
    }

    async fn save_grant(&mut self, access: &Inviting, grant: &Grant, seen: &Grant, at: Time) -> Stored<bool> {
        let (group, patient) = (access.group().uuid(), access.patient().uuid());
        let (activated_at, suspended_at, ended_at) = moments(grant.state);
        let before = moments(seen.state);
        // When it was activated first is kept: what is restored was activated then.
        let saved = self
            .execute(
                query(
                    "UPDATE portal_grants
                     SET role = $4,
                         level = $5,
                         manages = $6,
                         ends_at = $7,
                         activated_at = COALESCE(activated_at, $8),
                         suspended_at = $9,
                         ended_at = $10,
                         changed_at = $11,
                         -- Other terms may be told of anew.
                         told_of_age = CASE
                             WHEN level = $5 AND COALESCE(ends_at, 0) = COALESCE($7, 0) THEN told_of_age
                         END
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3
                       AND COALESCE(suspended_at, 0) = $12
                       AND COALESCE(ended_at, 0) = $13
                       AND (activated_at IS NULL) = $14",
                )
                .bind(group)
                .bind(patient)
                .bind(grant.id.uuid())
                .bind(grant.terms.role.code())
                .bind(grant.terms.level.code())
                .bind(grant.terms.manages)
                .bind(grant.terms.ends_at.map(Time::millis))
                .bind(activated_at)
                .bind(suspended_at)
                .bind(ended_at)
                .bind(at.millis())
                .bind(before.1.unwrap_or_default())
                .bind(before.2.unwrap_or_default())
                .bind(matches!(seen.state, State::Invited)),
            )
            .await?;
        self.refresh_portal_state(group, patient).await?;
        Ok(saved == 1)
    }

    async fn list_portal_users(&mut self, access: &Access<ViewPatientAccess>) -> Stored<Option<PortalUsers>> {
        self.portal_users(access.group().uuid(), access.patient().uuid()).await
    }

    async fn list_changeable_portal_users(&mut self, access: &Inviting) -> Stored<Option<PortalUsers>> {
        self.portal_users(access.group().uuid(), access.patient().uuid()).await
    }

    async fn find_portal_user(&mut self, access: &Access<EnterGroup>, email: &Email) -> Stored<Option<String>> {
        let row: Option<(String, String, String, String, String)> = self
            .find(
                query_as(
                    "SELECT
                         g.kind,
                         g.name,
                         p.legal_first,
                         p.legal_last,
                         p.preferred
                     FROM portal_grants g
                     JOIN accounts a
                         ON a.id = g.account_id
                     JOIN patients p
                         ON p.group_id = g.group_id
                        AND p.id = g.patient_id
                     WHERE g.group_id = $1
                       AND a.email_folded = $3
                       AND COALESCE(
                           (
                               SELECT r.kind
                               FROM practitioner_relationships r
                               WHERE r.group_id = $1
                                 AND r.user_id = $2
                                 AND r.patient_id = g.patient_id
                           ),
                           $4
                       ) IN ('automatic', 'granted')
                     ORDER BY g.added_at DESC, g.id
                     LIMIT 1",
                )
                .bind(access.group().uuid())
                .bind(access.user().uuid())
                .bind(email.folded())
                .bind(own(access)),
            )
            .await?;
        row.map(|(kind, name, legal_first, legal_last, preferred)| {
            Ok(match readable(Kind::from_code(&kind), "kind of grant")? {
                Kind::Own => PatientName { legal_first, legal_last, preferred }.shown(),
                Kind::Contact | Kind::Other => name,
            })
        })
        .transpose()
    }

    async fn forget_contact(&mut self, access: &Access<EditPatient>, contact: ContactId) -> Stored<()> {
        self.unlink_contact(access.group().uuid(), access.patient().uuid(), contact).await
    }

    async fn unscoped_lookup_grant(&mut self, id: GrantId) -> Stored<Option<GrantRecord>> {
        let row: Option<RecordRow> = self
            .find(
                query_as(concat!(
                    select_grant!(
                        ",
                         "
                    ),
                    about!(),
                    "
                     FROM portal_grants g
                     JOIN patients p
                         ON p.group_id = g.group_id
                        AND p.id = g.patient_id
                     JOIN patient_access_settings s
                         ON s.group_id = g.group_id
                     WHERE g.id = $1"
                ))
                .bind(id.uuid()),
            )
            .await?;
        row.map(GrantRecord::try_from).transpose()
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
        let (activated_at, suspended_at, ended_at) = moments(grant.state);
        // Who accepts at the moment in which the grant is suspended or ended does not revive it.
        let saved = self
            .execute(
                query(
                    "UPDATE portal_grants
                     SET activated_at = COALESCE($5, activated_at),
                         suspended_at = $6,
                         ended_at = $7,
                         changed_at = $8
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3
                       AND account_id = $4
                       AND (suspended_at IS NULL OR suspended_at = $6)
                       AND ended_at IS NULL",
                )
                .bind(grant.group.uuid())
                .bind(grant.patient.uuid())
                .bind(grant.id.uuid())
                .bind(grant.account.uuid())
                .bind(activated_at)
                .bind(suspended_at)
                .bind(ended_at)
                .bind(at.millis()),
            )
            .await?;
        self.refresh_portal_state(grant.group.uuid(), grant.patient.uuid()).await?;
        Ok(saved == 1)
    }

    async fn list_grants(&mut self, account: AccountId) -> Stored<Vec<GrantRecord>> {
        let rows: Vec<RecordRow> = self
            .all(
                query_as(concat!(
                    select_grant!(
                        ",
                         "
                    ),
                    about!(),
                    "
                     FROM portal_grants g
                     JOIN patients p
                         ON p.group_id = g.group_id
                        AND p.id = g.patient_id
                     JOIN patient_access_settings s
                         ON s.group_id = g.group_id
                     WHERE g.account_id = $1
                     ORDER BY g.added_at, g.id
                     LIMIT 100"
                ))
                .bind(account.uuid()),
            )
            .await?;
        rows.into_iter().map(GrantRecord::try_from).collect()
    }

    async fn unscoped_list_acting(&mut self, group: GroupId, patient: PatientId) -> Stored<Vec<GrantRecord>> {
        let rows: Vec<RecordRow> = self
            .all(
                query_as(concat!(
                    select_grant!(
                        ",
                         "
                    ),
                    about!(),
                    "
                     FROM portal_grants g
                     JOIN patients p
                         ON p.group_id = g.group_id
                        AND p.id = g.patient_id
                     JOIN patient_access_settings s
                         ON s.group_id = g.group_id
                     WHERE g.group_id = $1
                       AND g.patient_id = $2
                       AND g.kind <> 'self'
                     ORDER BY g.added_at, g.id
                     LIMIT 100"
                ))
                .bind(group.uuid())
                .bind(patient.uuid()),
            )
            .await?;
        rows.into_iter().map(GrantRecord::try_from).collect()
    }

    async fn unscoped_list_age_rules(&mut self, after: Option<GroupId>) -> Stored<Vec<GroupAges>> {
        let rows: Vec<AgesRow> = self
            .all(
                query_as(
                    "SELECT
                         s.group_id,
                         s.steps_down_age,
                         s.grown_up_age,
                         (
                             SELECT l.time_zone
                             FROM locations l
                             WHERE l.group_id = s.group_id
                             ORDER BY l.name_folded, l.id
                             LIMIT 1
                         ) AS time_zone
                     FROM practice_groups pg
                     JOIN patient_access_settings s
                         ON s.group_id = pg.id
                     WHERE pg.id > $1
                       AND (s.steps_down_age IS NOT NULL OR s.grown_up_age IS NOT NULL)
                     ORDER BY pg.id
                     LIMIT $2",
                )
                .bind(after.map_or(Uuid::nil(), GroupId::uuid))
                .bind(i64::from(limits::AGE_GROUPS_STEP)),
            )
            .await?;
        let ages = |row: AgesRow| {
            let rules = AgeRules { steps_down: age(row.steps_down_age)?, ends: age(row.grown_up_age)? };
            Ok(GroupAges { group: row.group_id.into(), rules, time_zone: row.time_zone })
        };
        rows.into_iter().map(ages).collect()
    }

    async fn unscoped_take_age_notices(&mut self, coming: &ComingAge, now: Time) -> Stored<Vec<GrantId>> {
        let ComingAge { group, age, change, born: (from, to) } = coming;
        let rows: Vec<(Uuid,)> = self
            .all(
                query_as(concat!(
                    "WITH due AS (
                         SELECT g.id
                         FROM patients p
                         JOIN portal_grants g
                             ON g.group_id = p.group_id
                            AND g.patient_id = p.id
                         WHERE p.group_id = $1
                           AND p.birth_date BETWEEN $2 AND $3
                           AND p.status IN ('active', 'inactive')
                           AND g.activated_at IS NOT NULL
                           AND g.suspended_at IS NULL
                           AND g.ended_at IS NULL
                           AND COALESCE(g.told_of_age, '') <> p.birth_date || $4
                           AND (g.level = 'clinical' OR $5)
                           AND (
                               g.kind <> 'self'
                               OR EXISTS (
                                   SELECT 1
                                   FROM portal_grants o
                                   WHERE o.group_id = p.group_id
                                     AND o.patient_id = p.id
                                     AND o.kind <> 'self'
                                     AND o.activated_at IS NOT NULL
                                     AND o.suspended_at IS NULL
                                     AND o.ended_at IS NULL
                                     AND (o.ends_at IS NULL OR o.ends_at > $7)
                                     AND (o.level = 'clinical' OR $5)
                               )
                           )
                         ORDER BY p.birth_date, p.id, g.id
                         LIMIT $6",
                    skip_locked!("g"),
                    ")
                     UPDATE portal_grants
                     SET told_of_age = (
                         SELECT p.birth_date || $4
                         FROM patients p
                         WHERE p.group_id = portal_grants.group_id
                           AND p.id = portal_grants.patient_id
                     )
                     WHERE group_id = $1
                       AND id IN (SELECT id FROM due)
                     RETURNING id",
                ))
                .bind(group.uuid())
                .bind(from.to_string())
                .bind(to.to_string())
                // Another birth date, or another age: they are told anew.
                .bind(format!("+{age}"))
                .bind(*change == AgeChange::Ends)
                .bind(i64::from(limits::AGE_NOTICES_STEP))
                .bind(now.millis()),
            )
            .await?;
        Ok(rows.into_iter().map(|(id,)| id.into()).collect())
    }

    async fn list_own_records(&mut self, account: AccountId) -> Stored<Vec<OwnRecord>> {
        let rows: Vec<OwnRecordRow> = self
            .all(
                query_as(concat!(
                    select_grant!(
                        ",
                         "
                    ),
                    about!(),
                    ",
                         p.legal_first,
                         p.legal_last,
                         p.preferred,
                         pg.name AS practice,
                         pg.phone
                     FROM portal_grants g
                     JOIN patients p
                         ON p.group_id = g.group_id
                        AND p.id = g.patient_id
                     JOIN patient_access_settings s
                         ON s.group_id = g.group_id
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
            Ok(OwnRecord { record: row.record.try_into()?, name, practice: row.practice, phone: row.phone })
        };
        rows.into_iter().map(record).collect()
    }

    async fn find_own_grant(&mut self, account: AccountId, patient: PatientId) -> Stored<Option<GrantRecord>> {
        let row: Option<RecordRow> = self
            .find(
                query_as(concat!(
                    select_grant!(
                        ",
                         "
                    ),
                    about!(),
                    "
                     FROM portal_grants g
                     JOIN patients p
                         ON p.group_id = g.group_id
                        AND p.id = g.patient_id
                     JOIN patient_access_settings s
                         ON s.group_id = g.group_id
                     WHERE g.account_id = $1
                       AND g.patient_id = $2"
                ))
                .bind(account.uuid())
                .bind(patient.uuid()),
            )
            .await?;
        row.map(GrantRecord::try_from).transpose()
    }

    async fn lookup_own_record(&mut self, access: &Access<ViewOwnRecord>) -> Stored<Option<(Patient, Group)>> {
        let Some(record) = self.record(access.group().uuid(), access.patient().uuid()).await? else {
            return Ok(None);
        };
        Ok(self.unscoped_lookup_group(access.group()).await?.map(|group| (record.patient, group)))
    }
}

impl SqlWork {
    /// Who was let in as this contact is in as somebody who is none.
    pub(super) async fn unlink_contact(&mut self, group: Uuid, patient: Uuid, contact: ContactId) -> Stored<()> {
        self.execute(
            query(
                "UPDATE portal_grants
                 SET kind = 'other',
                     contact_id = NULL
                 WHERE group_id = $1
                   AND patient_id = $2
                   AND contact_id = $3",
            )
            .bind(group)
            .bind(patient)
            .bind(contact.uuid()),
        )
        .await?;
        Ok(())
    }

    async fn portal_users(&mut self, group: Uuid, patient: Uuid) -> Stored<Option<PortalUsers>> {
        let about: Option<AboutRow> = self
            .find(
                query_as(concat!(
                    "SELECT ",
                    about!(),
                    "
                     FROM patients p
                     JOIN patient_access_settings s
                         ON s.group_id = p.group_id
                     WHERE p.group_id = $1
                       AND p.id = $2"
                ))
                .bind(group)
                .bind(patient),
            )
            .await?;
        let Some(about) = about.map(About::try_from).transpose()? else { return Ok(None) };
        let rows: Vec<PortalUserRow> = self
            .all(
                query_as(select_grant!(
                    ",
                         a.email
                     FROM portal_grants g
                     JOIN accounts a
                         ON a.id = g.account_id
                     WHERE g.group_id = $1
                       AND g.patient_id = $2
                     ORDER BY g.ended_at IS NOT NULL, g.added_at DESC, g.id
                     LIMIT $3"
                ))
                .bind(group)
                .bind(patient)
                .bind(i64::from(limits::PORTAL_USERS)),
            )
            .await?;
        let invitations: Vec<InvitationRow> = self
            .all(
                query_as(select_invitation!(
                    "
                     FROM portal_grants g
                     JOIN invitations i
                         ON i.group_id = g.group_id
                        AND i.id = (
                            SELECT l.id
                            FROM invitations l
                            WHERE l.group_id = g.group_id
                              AND l.grant_id = g.id
                            ORDER BY l.id DESC
                            LIMIT 1
                        )
                     WHERE g.group_id = $1
                       AND g.patient_id = $2
                     ORDER BY g.ended_at IS NOT NULL, g.added_at DESC, g.id
                     LIMIT $3"
                ))
                .bind(group)
                .bind(patient)
                .bind(i64::from(limits::PORTAL_USERS)),
            )
            .await?;
        let invitations: Vec<Invitation> = invitations.into_iter().map(Invitation::try_from).collect::<Stored<_>>()?;
        let user = |row: PortalUserRow| {
            let grant = Grant::try_from(row.grant)?;
            let invitation = invitations.iter().find(|one| one.grant == grant.id).cloned();
            Ok(PortalUserRecord { grant, email: readable(row.email.parse(), "email address")?, invitation })
        };
        let users = rows.into_iter().map(user).collect::<Stored<_>>()?;
        Ok(Some(PortalUsers { about, users }))
    }

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
                           AND g.ended_at IS NULL
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
