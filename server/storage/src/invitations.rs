//! Invitations to the portal, and the hashes of their links.

use async_trait::async_trait;
use domain::{
    access::{Access, EnterGroup, Inviting, ViewPatientAccess},
    grant::Kind,
    ids::{AccountId, GrantId, InvitationId},
    invitation::{Events, Invitation},
    limits::REMINDERS_STEP,
    mail::Failure,
    page::{Page, PageRequest},
    person::UserName,
    time::Time,
};
use services::ports::{FoundInvitation, Invitations, StoreError, Stored, TokenHash};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::SqlWork;
use crate::common::{BEYOND, known, readable};

#[derive(sqlx::FromRow)]
pub(super) struct InvitationRow {
    id: Uuid,
    group_id: Uuid,
    pub(super) patient_id: Uuid,
    grant_id: Uuid,
    account_id: Uuid,
    kind: String,
    email: String,
    inviter_id: Uuid,
    given_by: Option<Uuid>,
    message: String,
    invited_at: i64,
    expires_at: i64,
    remind_at: Option<i64>,
    links: i64,
    sent_at: Option<i64>,
    failed_at: Option<i64>,
    failure: Option<String>,
    opened_at: Option<i64>,
    activated_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl TryFrom<InvitationRow> for Invitation {
    type Error = StoreError;

    fn try_from(row: InvitationRow) -> Stored<Self> {
        Ok(Self {
            id: row.id.into(),
            group: row.group_id.into(),
            patient: row.patient_id.into(),
            grant: row.grant_id.into(),
            account: row.account_id.into(),
            kind: readable(Kind::from_code(&row.kind), "kind of grant")?,
            email: readable(row.email.parse(), "email address")?,
            inviter: row.inviter_id.into(),
            given_by: row.given_by.map(Into::into),
            message: row.message,
            invited_at: Time::from_millis(row.invited_at),
            expires_at: Time::from_millis(row.expires_at),
            remind_at: row.remind_at.map(Time::from_millis),
            links: row.links,
            events: Events {
                sent_at: row.sent_at.map(Time::from_millis),
                failed_at: row.failed_at.map(Time::from_millis),
                failure: row.failure.map(|code| known(Failure::from_code(&code), "failure")).transpose()?,
                opened_at: row.opened_at.map(Time::from_millis),
                activated_at: row.activated_at.map(Time::from_millis),
                revoked_at: row.revoked_at.map(Time::from_millis),
            },
        })
    }
}

/// An invitation with who invited.
#[derive(sqlx::FromRow)]
struct ListedRow {
    #[sqlx(flatten)]
    invitation: InvitationRow,
    title: String,
    first_name: String,
    last_name: String,
    given_by_name: Option<String>,
}

/// An invitation with the link by which it was found.
#[derive(sqlx::FromRow)]
struct FoundRow {
    #[sqlx(flatten)]
    invitation: InvitationRow,
    link: i64,
}

/// `SELECT`, an invitation's columns, and the rest of the statement, which calls the table `i`.
macro_rules! select_invitation {
    ($rest:literal) => {
        concat!(
            "SELECT
                 i.id,
                 i.group_id,
                 i.patient_id,
                 i.grant_id,
                 i.account_id,
                 i.kind,
                 i.email,
                 i.inviter_id,
                 i.given_by,
                 i.message,
                 i.invited_at,
                 i.expires_at,
                 i.remind_at,
                 i.links,
                 i.sent_at,
                 i.failed_at,
                 i.failure,
                 i.opened_at,
                 i.activated_at,
                 i.revoked_at",
            $rest
        )
    };
}
pub(super) use select_invitation;

#[async_trait]
impl Invitations for SqlWork {
    async fn add_invitation(&mut self, access: &Inviting, invitation: &Invitation, token: &TokenHash) -> Stored<()> {
        let (group, patient) = (access.group().uuid(), access.patient().uuid());
        let events = invitation.events;
        self.execute(
            query(
                "INSERT INTO invitations (
                     group_id,
                     id,
                     patient_id,
                     grant_id,
                     account_id,
                     kind,
                     email,
                     inviter_id,
                     given_by,
                     message,
                     invited_at,
                     expires_at,
                     remind_at,
                     links,
                     sent_at,
                     failed_at,
                     failure,
                     opened_at,
                     activated_at,
                     revoked_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
            )
            .bind(group)
            .bind(invitation.id.uuid())
            .bind(patient)
            .bind(invitation.grant.uuid())
            .bind(invitation.account.uuid())
            .bind(invitation.kind.code())
            .bind(invitation.email.as_str().to_owned())
            .bind(invitation.inviter.uuid())
            .bind(invitation.given_by.map(GrantId::uuid))
            .bind(invitation.message.clone())
            .bind(invitation.invited_at.millis())
            .bind(invitation.expires_at.millis())
            .bind(invitation.remind_at.map(Time::millis))
            .bind(invitation.links)
            .bind(events.sent_at.map(Time::millis))
            .bind(events.failed_at.map(Time::millis))
            .bind(events.failure.map(Failure::code))
            .bind(events.opened_at.map(Time::millis))
            .bind(events.activated_at.map(Time::millis))
            .bind(events.revoked_at.map(Time::millis)),
        )
        .await?;
        self.add_invitation_link(group, invitation, token).await?;
        self.refresh_portal_state(group, patient).await
    }

    async fn lookup_invitation(
        &mut self,
        access: &Access<ViewPatientAccess>,
        id: InvitationId,
    ) -> Stored<Option<Invitation>> {
        let row: Option<InvitationRow> = self
            .find(
                query_as(select_invitation!(
                    "
                     FROM invitations i
                     WHERE i.group_id = $1
                       AND i.patient_id = $2
                       AND i.id = $3"
                ))
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(id.uuid()),
            )
            .await?;
        row.map(Invitation::try_from).transpose()
    }

    async fn any_invitation(&mut self, access: &Access<EnterGroup>) -> Stored<bool> {
        let (any,): (bool,) = self
            .one(
                query_as(
                    "SELECT EXISTS (
                         SELECT 1
                         FROM invitations
                         WHERE group_id = $1
                     )",
                )
                .bind(access.group().uuid()),
            )
            .await?;
        Ok(any)
    }

    async fn list_invitations(
        &mut self,
        access: &Access<ViewPatientAccess>,
        page: &PageRequest,
    ) -> Stored<Page<(Invitation, String)>> {
        let before = match page.after.as_deref().map(str::parse::<InvitationId>) {
            None => BEYOND,
            Some(Ok(id)) => id.uuid(),
            Some(Err(_)) => return Ok(Page { rows: Vec::new(), next: None }),
        };
        // Ids are made in order: the latest has the highest.
        let rows: Vec<ListedRow> = self
            .all(
                query_as(select_invitation!(
                    ",
                         u.title,
                         u.first_name,
                         u.last_name,
                         b.name AS given_by_name
                     FROM invitations i
                     JOIN users u
                         ON u.group_id = i.group_id
                        AND u.id = i.inviter_id
                     LEFT JOIN portal_grants b
                         ON b.group_id = i.group_id
                        AND b.id = i.given_by
                     WHERE i.group_id = $1
                       AND i.patient_id = $2
                       AND i.id < $3
                     ORDER BY i.id DESC
                     LIMIT $4"
                ))
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(before)
                .bind(i64::from(page.rows()) + 1),
            )
            .await?;
        let rows = rows
            .into_iter()
            .map(|row| {
                let user = UserName { title: row.title, first: row.first_name, last: row.last_name };
                Ok((row.invitation.try_into()?, row.given_by_name.unwrap_or_else(|| user.shown())))
            })
            .collect::<Stored<Vec<(Invitation, String)>>>()?;
        Ok(Page::from_rows(rows, page.rows(), |(invitation, _)| invitation.id.to_string()))
    }

    async fn list_open_invitations(&mut self, access: &Inviting) -> Stored<Vec<Invitation>> {
        let rows: Vec<InvitationRow> = self
            .all(
                query_as(select_invitation!(
                    "
                     FROM invitations i
                     WHERE i.group_id = $1
                       AND i.patient_id = $2
                       AND i.activated_at IS NULL
                       AND i.revoked_at IS NULL
                     ORDER BY i.id DESC
                     LIMIT 50"
                ))
                .bind(access.group().uuid())
                .bind(access.patient().uuid()),
            )
            .await?;
        rows.into_iter().map(Invitation::try_from).collect()
    }

    async fn save_invitation(
        &mut self,
        access: &Inviting,
        invitation: &Invitation,
        token: Option<&TokenHash>,
    ) -> Stored<bool> {
        // The proof says whose invitations these are; one of another patient is not there for this caller.
        if (invitation.group, invitation.patient) != (access.group(), access.patient()) {
            return Ok(false);
        }
        self.unscoped_save_invitation(invitation, token).await
    }

    async fn unscoped_find_invitation(&mut self, token: &TokenHash) -> Stored<Option<FoundInvitation>> {
        let row: Option<FoundRow> = self
            .find(
                query_as(select_invitation!(
                    ",
                         l.link
                     FROM invitation_links l
                     JOIN invitations i
                         ON i.group_id = l.group_id
                        AND i.id = l.invitation_id
                     WHERE l.token_hash = $1"
                ))
                .bind(token.0.to_vec()),
            )
            .await?;
        row.map(|row| Ok(FoundInvitation { invitation: row.invitation.try_into()?, link: row.link })).transpose()
    }

    async fn unscoped_lookup_invitation(&mut self, id: InvitationId) -> Stored<Option<Invitation>> {
        let row: Option<InvitationRow> = self
            .find(
                query_as(select_invitation!(
                    "
                     FROM invitations i
                     WHERE i.id = $1"
                ))
                .bind(id.uuid()),
            )
            .await?;
        row.map(Invitation::try_from).transpose()
    }

    async fn unscoped_list_open_invitations(&mut self, account: AccountId) -> Stored<Vec<Invitation>> {
        let rows: Vec<InvitationRow> = self
            .all(
                query_as(select_invitation!(
                    "
                     FROM invitations i
                     WHERE i.account_id = $1
                       AND i.activated_at IS NULL
                       AND i.revoked_at IS NULL
                     ORDER BY i.id DESC
                     LIMIT 50"
                ))
                .bind(account.uuid()),
            )
            .await?;
        rows.into_iter().map(Invitation::try_from).collect()
    }

    async fn unscoped_save_invitation(&mut self, invitation: &Invitation, token: Option<&TokenHash>) -> Stored<bool> {
        let (group, patient) = (invitation.group.uuid(), invitation.patient.uuid());
        let events = invitation.events;
        // `links` tells whether somebody made a new link since the invitation was read: then what was read is stale. What
        // the mail worker or another tab noted meanwhile about the same link stays.
        let links_before = if token.is_some() { invitation.links - 1 } else { invitation.links };
        let saved = self
            .execute(
                query(
                    "UPDATE invitations
                     SET expires_at = $5,
                         remind_at = $11,
                         links = $6,
                         sent_at = CASE WHEN links = $6 THEN COALESCE(sent_at, $7) ELSE $7 END,
                         failed_at = CASE WHEN links = $6 THEN failed_at END,
                         failure = CASE WHEN links = $6 THEN failure END,
                         opened_at = CASE WHEN links = $6 THEN COALESCE(opened_at, $8) ELSE $8 END,
                         activated_at = $9,
                         revoked_at = $10
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3
                       AND links = $4
                       AND activated_at IS NULL
                       AND revoked_at IS NULL",
                )
                .bind(group)
                .bind(patient)
                .bind(invitation.id.uuid())
                .bind(links_before)
                .bind(invitation.expires_at.millis())
                .bind(invitation.links)
                .bind(events.sent_at.map(Time::millis))
                .bind(events.opened_at.map(Time::millis))
                .bind(events.activated_at.map(Time::millis))
                .bind(events.revoked_at.map(Time::millis))
                .bind(invitation.remind_at.map(Time::millis)),
            )
            .await?;
        if saved != 1 {
            return Ok(false);
        }
        if let Some(token) = token {
            self.add_invitation_link(group, invitation, token).await?;
        }
        self.refresh_portal_state(group, patient).await?;
        Ok(true)
    }

    async fn unscoped_list_reminders(&mut self, now: Time) -> Stored<Vec<InvitationId>> {
        let rows: Vec<(Uuid,)> = self
            .all(
                query_as(
                    "SELECT id
                     FROM invitations
                     WHERE remind_at <= $1
                     ORDER BY remind_at, id
                     LIMIT $2",
                )
                .bind(now.millis())
                .bind(i64::from(REMINDERS_STEP)),
            )
            .await?;
        Ok(rows.into_iter().map(|(id,)| id.into()).collect())
    }

    async fn unscoped_take_reminder(&mut self, id: InvitationId, now: Time) -> Stored<bool> {
        let taken = self
            .execute(
                query(
                    "UPDATE invitations
                     SET remind_at = NULL
                     WHERE id = $1
                       AND remind_at <= $2",
                )
                .bind(id.uuid())
                .bind(now.millis()),
            )
            .await?;
        Ok(taken == 1)
    }

    async fn unscoped_add_token(&mut self, invitation: &Invitation, token: &TokenHash) -> Stored<()> {
        self.add_invitation_link(invitation.group.uuid(), invitation, token).await
    }

    async fn unscoped_mail_outcome(
        &mut self,
        id: InvitationId,
        link: i64,
        outcome: Result<(), Failure>,
        at: Time,
    ) -> Stored<()> {
        let (sent_at, failed_at) = match outcome {
            Ok(()) => (Some(at.millis()), None),
            Err(_) => (None, Some(at.millis())),
        };
        self.execute(
            query(
                "UPDATE invitations
                 SET sent_at = COALESCE($3, sent_at),
                     failed_at = $4,
                     failure = $5
                 WHERE id = $1
                   AND links = $2",
            )
            .bind(id.uuid())
            .bind(link)
            .bind(sent_at)
            .bind(failed_at)
            .bind(outcome.err().map(Failure::code)),
        )
        .await?;
        Ok(())
    }
}

impl SqlWork {
    async fn add_invitation_link(&mut self, group: Uuid, invitation: &Invitation, token: &TokenHash) -> Stored<()> {
        self.execute(
            query(
                "INSERT INTO invitation_links (
                     token_hash,
                     group_id,
                     invitation_id,
                     link
                 ) VALUES ($1, $2, $3, $4)",
            )
            .bind(token.0.to_vec())
            .bind(group)
            .bind(invitation.id.uuid())
            .bind(invitation.links),
        )
        .await?;
        Ok(())
    }
}
