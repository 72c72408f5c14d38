//! The practice group and its settings.

use async_trait::async_trait;
use domain::{
    access::{Access, ManageSettings},
    account::Door,
    document::DocumentTypes,
    grant::AgeRules,
    ids::GroupId,
    limits,
    practice::{Group, MessageSettings, PatientAccess, PracticeDetails},
    time::{Span, Time},
    update::Mode,
};
use services::ports::{Practice, StoreError, Stored};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::SqlWork;
use crate::common::{Bug, age, month, readable, small};

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

/// Patient Access settings as stored.
#[derive(sqlx::FromRow)]
struct SettingsRow {
    invitations: bool,
    link_life_ms: i64,
    steps_down_age: Option<i64>,
    grown_up_age: Option<i64>,
    reminders: bool,
    updates: String,
    note_sharing: bool,
    hidden_documents: String,
    group_chat: bool,
    patient_chat: bool,
    version: i64,
}

impl TryFrom<SettingsRow> for PatientAccess {
    type Error = StoreError;

    fn try_from(row: SettingsRow) -> Stored<Self> {
        Ok(Self {
            invitations: row.invitations,
            link_life: Span::millis(small(row.link_life_ms, "link life")?),
            ages: AgeRules { steps_down: age(row.steps_down_age)?, ends: age(row.grown_up_age)? },
            reminders: row.reminders,
            updates: readable(Mode::from_code(&row.updates), "what becomes of changes")?,
            note_sharing: row.note_sharing,
            hidden_documents: readable(DocumentTypes::from_codes(&row.hidden_documents), "types of documents")?,
            group_chat: row.group_chat,
            patient_chat: row.patient_chat,
            version: row.version,
        })
    }
}

/// Message settings as stored, without what was used of the credit.
#[derive(sqlx::FromRow)]
struct MessagesRow {
    sender: String,
    reply_to: Option<String>,
    monthly_credit: Option<i64>,
    reminders: bool,
    reminder_hours: i64,
    version: i64,
}

impl TryFrom<MessagesRow> for MessageSettings {
    type Error = StoreError;

    fn try_from(row: MessagesRow) -> Stored<Self> {
        Ok(Self {
            sender: row.sender,
            reply_to: row.reply_to.map(|email| readable(email.parse(), "email address")).transpose()?,
            monthly_credit: row.monthly_credit.map(|most| small(most, "monthly credit")).transpose()?,
            used: 0,
            reminders: row.reminders,
            reminder_hours: small(row.reminder_hours, "time before an appointment")?,
            version: row.version,
        })
    }
}

/// For how many hours a record is opened in an emergency: 0 when none is.
pub(super) fn emergency_hours(stored: Option<i64>) -> Stored<u32> {
    small(stored.unwrap_or(i64::from(limits::EMERGENCY_HOURS)), "hours of an emergency")
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
                     reminders,
                     version,
                     saved_at
                 ) VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(group.id.uuid())
            .bind(settings.invitations)
            .bind(settings.link_life.as_millis())
            .bind(settings.reminders)
            .bind(settings.version)
            .bind(at.millis()),
        )
        .await?;
        let messages = MessageSettings::default();
        self.execute(
            query(
                "INSERT INTO message_settings (
                     group_id,
                     sender,
                     reply_to,
                     monthly_credit,
                     reminders,
                     reminder_hours,
                     version,
                     saved_at
                 ) VALUES ($1, $2, NULL, NULL, $3, $4, $5, $6)",
            )
            .bind(group.id.uuid())
            .bind(messages.sender)
            .bind(messages.reminders)
            .bind(i64::from(messages.reminder_hours))
            .bind(messages.version)
            .bind(at.millis()),
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

    async fn unscoped_lookup_patient_access(&mut self, group: GroupId) -> Stored<PatientAccess> {
        let row: Option<SettingsRow> = self
            .find(
                query_as(
                    "SELECT
                         invitations,
                         link_life_ms,
                         steps_down_age,
                         grown_up_age,
                         reminders,
                         updates,
                         note_sharing,
                         hidden_documents,
                         group_chat,
                         patient_chat,
                         version
                     FROM patient_access_settings
                     WHERE group_id = $1",
                )
                .bind(group.uuid()),
            )
            .await?;
        // The row is made with the group. Without it nothing is known of what the practice wants: fail closed.
        row.ok_or_else(|| StoreError::Fault(Box::new(Bug("a group without settings"))))?.try_into()
    }

    async fn lookup_practice_details(&mut self, access: &Access<ManageSettings>) -> Stored<Option<PracticeDetails>> {
        let row: Option<(String, String, Option<i64>, Option<i64>, i64)> = self
            .find(
                query_as(
                    "SELECT
                         name,
                         phone,
                         console_idle_minutes,
                         emergency_hours,
                         version
                     FROM practice_groups
                     WHERE id = $1",
                )
                .bind(access.group().uuid()),
            )
            .await?;
        row.map(|(name, phone, idle, emergency, version)| {
            let idle_minutes = small(idle.unwrap_or(Door::Console.idle().as_minutes()), "idle time")?;
            let emergency_hours = emergency_hours(emergency)?;
            Ok(PracticeDetails { name, phone, idle_minutes, emergency_hours, version })
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
                         emergency_hours = $6,
                         version = version + 1
                     WHERE id = $1
                       AND version = $2",
                )
                .bind(access.group().uuid())
                .bind(details.version)
                .bind(details.name.clone())
                .bind(details.phone.clone())
                .bind(i64::from(details.idle_minutes))
                .bind(i64::from(details.emergency_hours)),
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
                         steps_down_age = $6,
                         grown_up_age = $7,
                         reminders = $8,
                         updates = $9,
                         note_sharing = $10,
                         hidden_documents = $11,
                         group_chat = $12,
                         patient_chat = $13,
                         version = version + 1,
                         saved_at = $5
                     WHERE group_id = $1
                       AND version = $2",
                )
                .bind(access.group().uuid())
                .bind(settings.version)
                .bind(settings.invitations)
                .bind(settings.link_life.as_millis())
                .bind(at.millis())
                .bind(settings.ages.steps_down.map(i64::from))
                .bind(settings.ages.ends.map(i64::from))
                .bind(settings.reminders)
                .bind(settings.updates.code())
                .bind(settings.note_sharing)
                .bind(settings.hidden_documents.codes())
                .bind(settings.group_chat)
                .bind(settings.patient_chat),
            )
            .await?;
        Ok(saved == 1)
    }

    async fn unscoped_lookup_messages(&mut self, group: GroupId, now: Time) -> Stored<MessageSettings> {
        let row: Option<MessagesRow> = self
            .find(
                query_as(
                    "SELECT
                         sender,
                         reply_to,
                         monthly_credit,
                         reminders,
                         reminder_hours,
                         version
                     FROM message_settings
                     WHERE group_id = $1",
                )
                .bind(group.uuid()),
            )
            .await?;
        let used: Option<(i64,)> = self
            .find(
                query_as(
                    "SELECT used
                     FROM message_credit
                     WHERE group_id = $1
                       AND month = $2",
                )
                .bind(group.uuid())
                .bind(month(now)),
            )
            .await?;
        // A server of the version before makes a group without the row.
        let settings = row.map(MessageSettings::try_from).transpose()?.unwrap_or_default();
        let used = used.map_or(Ok(0), |(used,)| small(used, "number of mails"))?;
        Ok(MessageSettings { used, ..settings })
    }

    async fn save_messages(
        &mut self,
        access: &Access<ManageSettings>,
        settings: &MessageSettings,
        at: Time,
    ) -> Stored<bool> {
        let saved = self
            .execute(
                query(
                    "INSERT INTO message_settings (
                         group_id,
                         sender,
                         reply_to,
                         monthly_credit,
                         reminders,
                         reminder_hours,
                         version,
                         saved_at
                     ) VALUES ($1, $3, $4, $5, $6, $7, $2 + 1, $8)
                     ON CONFLICT (group_id) DO UPDATE
                     SET sender = excluded.sender,
                         reply_to = excluded.reply_to,
                         monthly_credit = excluded.monthly_credit,
                         reminders = excluded.reminders,
                         reminder_hours = excluded.reminder_hours,
                         version = excluded.version,
                         saved_at = excluded.saved_at
                     WHERE message_settings.version = $2",
                )
                .bind(access.group().uuid())
                .bind(settings.version)
                .bind(settings.sender.clone())
                .bind(settings.reply_to.as_ref().map(|email| email.as_str().to_owned()))
                .bind(settings.monthly_credit.map(i64::from))
                .bind(settings.reminders)
                .bind(i64::from(settings.reminder_hours))
                .bind(at.millis()),
            )
            .await?;
        Ok(saved == 1)
    }

    async fn unscoped_count_message(&mut self, group: GroupId, now: Time) -> Stored<()> {
        self.execute(
            query(
                "INSERT INTO message_credit (
                     group_id,
                     month,
                     used
                 ) VALUES ($1, $2, 1)
                 ON CONFLICT (group_id, month) DO UPDATE
                 SET used = message_credit.used + 1",
            )
            .bind(group.uuid())
            .bind(month(now)),
        )
        .await?;
        Ok(())
    }
}
