//! What the bell says. News of a kind that only a newer program knows is passed over.

use async_trait::async_trait;
use domain::{
    access::{Access, EnterGroup, Relationship},
    ids::{GroupId, NotificationId, UserId},
    limits,
    notification::{AccessChange, News, Notification},
    page::{Page, PageRequest},
    time::Time,
    user::User,
};
use services::ports::{Hint, Notifications, StoreError, Stored, Work as _};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::{SqlWork, patients::own, users::RelatedRow};
use crate::common::{BEYOND, FIRST, known};

const ACCEPTED: &str = "invitation_accepted";
const FAILED: &str = "invitation_failed";
const JOINED: &str = "membership_accepted";
const DECLINED: &str = "membership_rejected";
const ACCESS_ASKED: &str = "access_asked";
const ACCESS_GIVEN: &str = "access_given";
const ACCESS_CHANGED: &str = "access_changed";
const ACCESS_ENDED: &str = "access_ended";

const EMERGENCY: &str = "emergency_opened";
const EMERGENCIES: &str = "emergencies_often";

const RETURNED: &str = "form_returned";
const NOTES: &str = "notes_shared";
const UPDATES: &str = "updates_waiting";
const FILE: &str = "file_came";
const MENTIONED: &str = "mentioned";

/// Active users who might be told of this about a patient and whose bell does not say so already: who treat them first, then who are
/// not confined to patients of their own. The news is written out, so that its partial index serves.
macro_rules! near_users {
    ($what:literal, $writes:literal) => {
        select_user!(
            ",
                 r.kind AS relationship
             FROM users u
             LEFT JOIN practitioner_relationships r
                 ON r.group_id = u.group_id
                AND r.user_id = u.id
                AND r.patient_id = $2
             WHERE u.group_id = $1
               AND u.state = 'active'",
            $writes,
            "
               AND (r.kind IS NOT NULL OR u.level IN (
                   'full', 'calendar_contacts', 'calendar_contacts_finance', 'admin_full'
               ))
               AND NOT EXISTS (
                   SELECT 1
                   FROM notifications n
                   WHERE n.group_id = u.group_id
                     AND n.user_id = u.id
                     AND n.read_at IS NULL
                     AND n.what = '",
            $what,
            "'
                     AND n.patient_id = $2
               )
             ORDER BY r.kind IS NULL, u.id
             LIMIT $3"
        )
    };
}

/// What the bell says of this about a patient is over: for one user, or for everybody.
macro_rules! forget_news {
    ($what:literal) => {
        concat!(
            "UPDATE notifications
             SET read_at = $3
             WHERE group_id = $1
               AND patient_id = $2
               AND user_id = COALESCE($4, user_id)
               AND what = '",
            $what,
            "'
               AND read_at IS NULL
             RETURNING (
                 SELECT w.account_id
                 FROM users w
                 WHERE w.group_id = notifications.group_id
                   AND w.id = notifications.user_id
             )"
        )
    };
}

pub(super) use {forget_news, near_users};

/// What this program can read.
const KNOWN: [&str; 15] = [
    ACCEPTED,
    FAILED,
    JOINED,
    DECLINED,
    ACCESS_ASKED,
    ACCESS_GIVEN,
    ACCESS_CHANGED,
    ACCESS_ENDED,
    RETURNED,
    UPDATES,
    NOTES,
    FILE,
    MENTIONED,
    EMERGENCY,
    EMERGENCIES,
];

#[derive(sqlx::FromRow)]
struct NotificationRow {
    id: Uuid,
    what: String,
    patient_id: Option<Uuid>,
    invitation_id: Option<Uuid>,
    about_user_id: Option<Uuid>,
    form_request_id: Option<Uuid>,
    group_conversation_id: Option<Uuid>,
    happened_at: i64,
    read_at: Option<i64>,
}

impl TryFrom<NotificationRow> for Notification {
    type Error = StoreError;

    fn try_from(row: NotificationRow) -> Stored<Self> {
        let about_patient = row.patient_id.map(Into::into).zip(row.invitation_id.map(Into::into));
        let about_user = row.about_user_id.map(Into::into);
        let access = |how| about_user.map(|user| News::AccessChanged { user, how });
        let news = match row.what.as_str() {
            ACCEPTED => about_patient.map(|(patient, invitation)| News::InvitationAccepted { patient, invitation }),
            FAILED => about_patient.map(|(patient, invitation)| News::InvitationFailed { patient, invitation }),
            JOINED => about_user.map(|user| News::MembershipAccepted { user }),
            DECLINED => about_user.map(|user| News::MembershipRejected { user }),
            RETURNED => row
                .patient_id
                .zip(row.form_request_id)
                .map(|(patient, request)| News::FormReturned { patient: patient.into(), request: request.into() }),
            FILE => row.patient_id.map(|patient| News::FileCame { patient: patient.into() }),
            NOTES => row.patient_id.map(|patient| News::NotesShared { patient: patient.into() }),
            UPDATES => row.patient_id.map(|patient| News::UpdatesWaiting { patient: patient.into() }),
            EMERGENCY => about_user.map(|user| News::EmergencyOpened { user, often: false }),
            EMERGENCIES => about_user.map(|user| News::EmergencyOpened { user, often: true }),
            MENTIONED => about_user
                .zip(row.group_conversation_id.map(Into::into))
                .map(|(user, conversation)| News::Mentioned { user, conversation }),
            ACCESS_ASKED => access(AccessChange::Asked),
            ACCESS_GIVEN => access(AccessChange::Given),
            ACCESS_CHANGED => access(AccessChange::Changed),
            ACCESS_ENDED => access(AccessChange::Ended),
            _ => None,
        };
        Ok(Self {
            id: row.id.into(),
            news: known(news, "notification")?,
            at: Time::from_millis(row.happened_at),
            read_at: row.read_at.map(Time::from_millis),
        })
    }
}

impl SqlWork {
    /// Runs what [`near_users!`] says.
    pub(super) async fn near(
        &mut self,
        statement: &'static str,
        group: Uuid,
        patient: Uuid,
    ) -> Stored<Vec<(User, Option<Relationship>)>> {
        let statement = query_as(statement).bind(group).bind(patient).bind(i64::from(limits::REVIEWERS));
        let rows: Vec<RelatedRow> = self.all(statement).await?;
        rows.into_iter().map(RelatedRow::read).collect()
    }

    /// Runs what [`forget_news!`] says.
    pub(super) async fn forget(
        &mut self,
        statement: &'static str,
        group: Uuid,
        patient: Uuid,
        user: Option<UserId>,
        at: Time,
    ) -> Stored<()> {
        let user = user.map(|user| user.uuid());
        let statement = query_as(statement).bind(group).bind(patient).bind(at.millis()).bind(user);
        let told = self.all(statement).await?;
        self.ring(told);
        Ok(())
    }

    pub(super) fn ring(&mut self, accounts: Vec<(Uuid,)>) {
        for (account,) in accounts {
            self.hint(Hint::Bell(account.into()));
        }
    }
}

#[async_trait]
impl Notifications for SqlWork {
    async fn unscoped_notify(&mut self, group: GroupId, user: UserId, notification: &Notification) -> Stored<()> {
        let account: Option<(Uuid,)> = self
            .find(
                query_as(
                    "SELECT account_id
                     FROM users
                     WHERE group_id = $1
                       AND id = $2",
                )
                .bind(group.uuid())
                .bind(user.uuid()),
            )
            .await?;
        let Some((account,)) = account else { return Ok(()) };
        let (what, invitation) = match notification.news {
            News::InvitationAccepted { invitation, .. } => (ACCEPTED, Some(invitation)),
            News::InvitationFailed { invitation, .. } => (FAILED, Some(invitation)),
            News::FormReturned { .. } => (RETURNED, None),
            News::UpdatesWaiting { .. } => (UPDATES, None),
            News::NotesShared { .. } => (NOTES, None),
            News::FileCame { .. } => (FILE, None),
            News::Mentioned { .. } => (MENTIONED, None),
            News::MembershipAccepted { .. } => (JOINED, None),
            News::MembershipRejected { .. } => (DECLINED, None),
            News::EmergencyOpened { often: false, .. } => (EMERGENCY, None),
            News::EmergencyOpened { often: true, .. } => (EMERGENCIES, None),
            News::AccessChanged { how, .. } => {
                let what = match how {
                    AccessChange::Asked => ACCESS_ASKED,
                    AccessChange::Given => ACCESS_GIVEN,
                    AccessChange::Changed => ACCESS_CHANGED,
                    AccessChange::Ended => ACCESS_ENDED,
                };
                (what, None)
            }
        };
        let form_request = match notification.news {
            News::FormReturned { request, .. } => Some(request),
            News::InvitationAccepted { .. }
            | News::InvitationFailed { .. }
            | News::UpdatesWaiting { .. }
            | News::NotesShared { .. }
            | News::FileCame { .. }
            | News::Mentioned { .. }
            | News::MembershipAccepted { .. }
            | News::MembershipRejected { .. }
            | News::EmergencyOpened { .. }
            | News::AccessChanged { .. } => None,
        };
        self.execute(
            query(
                "INSERT INTO notifications (
                     group_id,
                     id,
                     user_id,
                     what,
                     patient_id,
                     invitation_id,
                     about_user_id,
                     form_request_id,
                     group_conversation_id,
                     happened_at,
                     read_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            )
            .bind(group.uuid())
            .bind(notification.id.uuid())
            .bind(user.uuid())
            .bind(what)
            .bind(notification.news.patient().map(|patient| patient.uuid()))
            .bind(invitation.map(|invitation| invitation.uuid()))
            .bind(notification.news.user().map(|user| user.uuid()))
            .bind(form_request.map(|request| request.uuid()))
            .bind(notification.news.conversation().map(|conversation| conversation.uuid()))
            .bind(notification.at.millis())
            .bind(notification.read_at.map(Time::millis)),
        )
        .await?;
        self.hint(Hint::Bell(account.into()));
        Ok(())
    }

    async fn list_notifications(
        &mut self,
        access: &Access<EnterGroup>,
        page: &PageRequest,
    ) -> Stored<Page<Notification>> {
        let before = match page.after.as_deref().map(str::parse::<NotificationId>) {
            None => BEYOND,
            Some(Ok(id)) => id.uuid(),
            Some(Err(_)) => return Ok(Page { rows: Vec::new(), next: None }),
        };
        let mut statement = query_as(
            "SELECT
                 id,
                 what,
                 patient_id,
                 invitation_id,
                 about_user_id,
                 form_request_id,
                 group_conversation_id,
                 happened_at,
                 read_at
             FROM notifications
             WHERE group_id = $1
               AND user_id = $2
               AND id < $3
               AND what IN ($6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
               AND (patient_id IS NULL
                    OR COALESCE(
                        (
                            SELECT r.kind
                            FROM practitioner_relationships r
                            WHERE r.group_id = $1
                              AND r.user_id = $2
                              AND r.patient_id = notifications.patient_id
                        ),
                        $5
                    ) IN ('automatic', 'granted'))
               AND (group_conversation_id IS NULL
                    OR EXISTS (
                        SELECT 1
                        FROM group_conversation_members m
                        WHERE m.group_id = $1
                          AND m.conversation_id = notifications.group_conversation_id
                          AND m.user_id = $2
                    ))
             ORDER BY id DESC
             LIMIT $4",
        )
        .bind(access.group().uuid())
        .bind(access.user().uuid())
        .bind(before)
        .bind(i64::from(page.rows()) + 1)
        .bind(own(access));
        for what in KNOWN {
            statement = statement.bind(what);
        }
        let rows: Vec<NotificationRow> = self.all(statement).await?;
        let rows = rows.into_iter().map(Notification::try_from).collect::<Stored<Vec<_>>>()?;
        Ok(Page::from_rows(rows, page.rows(), |notification| notification.id.to_string()))
    }

    async fn unread_notifications(&mut self, access: &Access<EnterGroup>) -> Stored<i64> {
        let mut statement = query_as(
            "SELECT COUNT(*)
             FROM (
                 SELECT 1
                 FROM notifications
                 WHERE group_id = $1
                   AND user_id = $2
                   AND read_at IS NULL
                   AND what IN ($4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
                   AND (patient_id IS NULL
                        OR COALESCE(
                            (
                                SELECT r.kind
                                FROM practitioner_relationships r
                                WHERE r.group_id = $1
                                  AND r.user_id = $2
                                  AND r.patient_id = notifications.patient_id
                            ),
                            $3
                        ) IN ('automatic', 'granted'))
                   AND (group_conversation_id IS NULL
                        OR EXISTS (
                            SELECT 1
                            FROM group_conversation_members m
                            WHERE m.group_id = $1
                              AND m.conversation_id = notifications.group_conversation_id
                              AND m.user_id = $2
                        ))
                 LIMIT 100
             ) AS unread",
        )
        .bind(access.group().uuid())
        .bind(access.user().uuid())
        .bind(own(access));
        for what in KNOWN {
            statement = statement.bind(what);
        }
        let (unread,): (i64,) = self.one(statement).await?;
        Ok(unread)
    }

    async fn mark_read(&mut self, access: &Access<EnterGroup>, id: Option<NotificationId>, at: Time) -> Stored<()> {
        // The nil id, which no notification has, stands for all.
        let marked = self
            .execute(
                query(
                    "UPDATE notifications
                     SET read_at = $5
                     WHERE group_id = $1
                       AND user_id = $2
                       AND read_at IS NULL
                       AND (id = $3 OR $3 = $4)",
                )
                .bind(access.group().uuid())
                .bind(access.user().uuid())
                .bind(id.map_or(FIRST, NotificationId::uuid))
                .bind(FIRST)
                .bind(at.millis()),
            )
            .await?;
        if marked > 0 {
            self.hint(Hint::Bell(access.by().account));
        }
        Ok(())
    }
}
