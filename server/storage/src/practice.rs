//! The practice group, its locations, users and settings.

use async_trait::async_trait;
use domain::{
    access::{Access, EnterGroup, ManageSettings},
    account::Door,
    ids::{AccountId, GroupId, UserId},
    person::UserName,
    practice::{AccessSettings, Group, Level, Location, PatientAccess, PracticeDetails, User, UserState},
    text,
    time::{Span, Time},
};
use services::ports::{Practice, StoreError, Stored};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::SqlWork;
use crate::common::{Bug, readable, small};

#[derive(sqlx::FromRow)]
struct GroupRow {
    id: Uuid,
    name: String,
    phone: String,
}

impl From<GroupRow> for Group {
    fn from(row: GroupRow) -> Self {
        Self { id: row.id.into(), name: row.name, phone: row.phone }
    }
}

#[derive(sqlx::FromRow)]
struct LocationRow {
    id: Uuid,
    name: String,
    time_zone: String,
    address: String,
    phone: String,
}

impl From<LocationRow> for Location {
    fn from(row: LocationRow) -> Self {
        let LocationRow { id, name, time_zone, address, phone } = row;
        Self { id: id.into(), name, time_zone, address, phone }
    }
}

/// A membership as stored.
#[derive(sqlx::FromRow)]
pub(super) struct UserRow {
    pub(super) id: Uuid,
    pub(super) group_id: Uuid,
    pub(super) account_id: Uuid,
    pub(super) title: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) profession: String,
    pub(super) level: String,
    pub(super) hide_names: bool,
    pub(super) read_only: bool,
    pub(super) deactivated_at: Option<i64>,
}

impl TryFrom<UserRow> for User {
    type Error = StoreError;

    fn try_from(row: UserRow) -> Stored<Self> {
        Ok(Self {
            id: row.id.into(),
            group: row.group_id.into(),
            account: row.account_id.into(),
            name: UserName { title: row.title, first: row.first_name, last: row.last_name },
            profession: row.profession,
            level: readable(Level::from_code(&row.level), "level")?,
            settings: AccessSettings { hide_names: row.hide_names, read_only: row.read_only },
            state: if row.deactivated_at.is_some() { UserState::Deactivated } else { UserState::Active },
        })
    }
}

#[async_trait]
impl Practice for SqlWork {
    async fn unscoped_any_group(&mut self) -> Stored<bool> {
        let any: Option<(Uuid,)> = self
            .find(query_as(
                "SELECT id
                 FROM practice_groups
                 LIMIT 1",
            ))
            .await?;
        Ok(any.is_some())
    }

    async fn unscoped_claim_set_up(&mut self, at: Time) -> Stored<()> {
        self.execute(
            query(
                "INSERT INTO installation (
                     id,
                     set_up_at
                 ) VALUES (1, $1)",
            )
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn unscoped_add_group(&mut self, group: &Group, at: Time) -> Stored<()> {
        self.execute(
            query(
                "INSERT INTO practice_groups (
                     id,
                     name,
                     phone,
                     version,
                     added_at
                 ) VALUES ($1, $2, $3, 0, $4)",
            )
            .bind(group.id.uuid())
            .bind(group.name.clone())
            .bind(group.phone.clone())
            .bind(at.millis()),
        )
        .await?;
        let settings = PatientAccess::default();
        self.execute(
            query(
                "INSERT INTO patient_access_settings (
                     group_id,
                     invitations,
                     link_life_ms,
                     version,
                     saved_at
                 ) VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(group.id.uuid())
            .bind(settings.invitations)
            .bind(settings.link_life.as_millis())
            .bind(settings.version)
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn unscoped_add_location(&mut self, group: GroupId, location: &Location, at: Time) -> Stored<()> {
        self.execute(
            query(
                "INSERT INTO locations (
                     group_id,
                     id,
                     name,
                     name_folded,
                     time_zone,
                     address,
                     phone,
                     added_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(group.uuid())
            .bind(location.id.uuid())
            .bind(location.name.clone())
            .bind(text::fold(&location.name))
            .bind(location.time_zone.clone())
            .bind(location.address.clone())
            .bind(location.phone.clone())
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn unscoped_add_user(&mut self, user: &User, at: Time) -> Stored<()> {
        let deactivated_at = match user.state {
            UserState::Active => None,
            UserState::Deactivated => Some(at.millis()),
        };
        self.execute(
            query(
                "INSERT INTO users (
                     group_id,
                     id,
                     account_id,
                     title,
                     first_name,
                     last_name,
                     profession,
                     level,
                     hide_names,
                     read_only,
                     added_at,
                     deactivated_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            )
            .bind(user.group.uuid())
            .bind(user.id.uuid())
            .bind(user.account.uuid())
            .bind(user.name.title.clone())
            .bind(user.name.first.clone())
            .bind(user.name.last.clone())
            .bind(user.profession.clone())
            .bind(user.level.code())
            .bind(user.settings.hide_names)
            .bind(user.settings.read_only)
            .bind(at.millis())
            .bind(deactivated_at),
        )
        .await?;
        Ok(())
    }

    async fn unscoped_lookup_group(&mut self, id: GroupId) -> Stored<Option<Group>> {
        let row: Option<GroupRow> = self
            .find(
                query_as(
                    "SELECT
                         id,
                         name,
                         phone
                     FROM practice_groups
                     WHERE id = $1",
                )
                .bind(id.uuid()),
            )
            .await?;
        Ok(row.map(Group::from))
    }

    async fn unscoped_lookup_user(&mut self, group: GroupId, id: UserId) -> Stored<Option<User>> {
        let row: Option<UserRow> = self
            .find(
                query_as(
                    "SELECT
                         id,
                         group_id,
                         account_id,
                         title,
                         first_name,
                         last_name,
                         profession,
                         level,
                         hide_names,
                         read_only,
                         deactivated_at
                     FROM users
                     WHERE group_id = $1
                       AND id = $2",
                )
                .bind(group.uuid())
                .bind(id.uuid()),
            )
            .await?;
        row.map(User::try_from).transpose()
    }

    async fn list_memberships(&mut self, account: AccountId) -> Stored<Vec<User>> {
        let rows: Vec<UserRow> = self
            .all(
                query_as(
                    "SELECT
                         id,
                         group_id,
                         account_id,
                         title,
                         first_name,
                         last_name,
                         profession,
                         level,
                         hide_names,
                         read_only,
                         deactivated_at
                     FROM users
                     WHERE account_id = $1
                       AND deactivated_at IS NULL
                     ORDER BY added_at, id
                     LIMIT 100",
                )
                .bind(account.uuid()),
            )
            .await?;
        rows.into_iter().map(User::try_from).collect()
    }

    async fn list_locations(&mut self, access: &Access<EnterGroup>) -> Stored<Vec<Location>> {
        let rows: Vec<LocationRow> = self
            .all(
                query_as(
                    "SELECT
                         id,
                         name,
                         time_zone,
                         address,
                         phone
                     FROM locations
                     WHERE group_id = $1
                     ORDER BY name_folded, id
                     LIMIT 200",
                )
                .bind(access.group().uuid()),
            )
            .await?;
        Ok(rows.into_iter().map(Location::from).collect())
    }

    async fn unscoped_lookup_patient_access(&mut self, group: GroupId) -> Stored<PatientAccess> {
        let row: Option<(bool, i64, i64)> = self
            .find(
                query_as(
                    "SELECT
                         invitations,
                         link_life_ms,
                         version
                     FROM patient_access_settings
                     WHERE group_id = $1",
                )
                .bind(group.uuid()),
            )
            .await?;
        // The row is made with the group. Without it nothing is known of what the practice wants: fail closed.
        let (invitations, link_life, version) =
            row.ok_or_else(|| StoreError::Fault(Box::new(Bug("a group without settings"))))?;
        Ok(PatientAccess { invitations, link_life: Span::millis(small(link_life, "link life")?), version })
    }

    async fn lookup_practice_details(&mut self, access: &Access<ManageSettings>) -> Stored<Option<PracticeDetails>> {
        let row: Option<(String, String, Option<i64>, i64)> = self
            .find(
                query_as(
                    "SELECT
                         name,
                         phone,
                         console_idle_minutes,
                         version
                     FROM practice_groups
                     WHERE id = $1",
                )
                .bind(access.group().uuid()),
            )
            .await?;
        row.map(|(name, phone, idle, version)| {
            let idle_minutes = small(idle.unwrap_or(Door::Console.idle().as_minutes()), "idle time")?;
            Ok(PracticeDetails { name, phone, idle_minutes, version })
        })
        .transpose()
    }

    async fn save_practice_details(
        &mut self,
        access: &Access<ManageSettings>,
        details: &PracticeDetails,
    ) -> Stored<bool> {
        let saved = self
            .execute(
                query(
                    "UPDATE practice_groups
                     SET name = $3,
                         phone = $4,
                         console_idle_minutes = $5,
                         version = version + 1
                     WHERE id = $1
                       AND version = $2",
                )
                .bind(access.group().uuid())
                .bind(details.version)
                .bind(details.name.clone())
                .bind(details.phone.clone())
                .bind(i64::from(details.idle_minutes)),
            )
            .await?;
        Ok(saved == 1)
    }

    async fn save_patient_access(
        &mut self,
        access: &Access<ManageSettings>,
        settings: &PatientAccess,
        at: Time,
    ) -> Stored<bool> {
        let saved = self
            .execute(
                query(
                    "UPDATE patient_access_settings
                     SET invitations = $3,
                         link_life_ms = $4,
                         version = version + 1,
                         saved_at = $5
                     WHERE group_id = $1
                       AND version = $2",
                )
                .bind(access.group().uuid())
                .bind(settings.version)
                .bind(settings.invitations)
                .bind(settings.link_life.as_millis())
                .bind(at.millis()),
            )
            .await?;
        Ok(saved == 1)
    }
}
