//! Many invitations at once, each with what belongs to it: account, grant, link, mail. A statement adds the rows of all; they
//! travel as one JSON array, which both engines unfold (`each!`).

use domain::{
    access::{Access, InvitePatients},
    time::Time,
};
use serde::Serialize;
use services::ports::{Hint, Invited, QueuedMail, Stored, Work as _};
use sqlx::query;

use super::{SqlWork, outbox::TURN};
use crate::common::{Hex, HexBytes, elements};

#[derive(Serialize)]
struct AccountElement<'a> {
    id: Hex,
    email: &'a str,
    folded: String,
}

#[derive(Serialize)]
struct GrantElement {
    id: Hex,
    patient: Hex,
    account: Hex,
    kind: &'static str,
}

#[derive(Serialize)]
struct InvitationElement<'a> {
    id: Hex,
    patient: Hex,
    grant: Hex,
    account: Hex,
    kind: &'static str,
    email: &'a str,
    inviter: Hex,
    message: &'a str,
    invited_at: i64,
    expires_at: i64,
    remind_at: Option<i64>,
    links: i64,
    token: HexBytes<'a>,
}

impl<'a> From<&'a Invited> for InvitationElement<'a> {
    fn from(one: &'a Invited) -> Self {
        let Invited { invitation, token, .. } = one;
        Self {
            id: Hex(invitation.id.uuid()),
            patient: Hex(invitation.patient.uuid()),
            grant: Hex(invitation.grant.uuid()),
            account: Hex(invitation.account.uuid()),
            kind: invitation.kind.code(),
            email: invitation.email.as_str(),
            inviter: Hex(invitation.inviter.uuid()),
            message: &invitation.message,
            invited_at: invitation.invited_at.millis(),
            expires_at: invitation.expires_at.millis(),
            remind_at: invitation.remind_at.map(Time::millis),
            links: invitation.links,
            token: HexBytes(&token.0),
        }
    }
}

#[derive(Serialize)]
struct MailElement<'a> {
    at: i64,
    id: Hex,
    kind: &'static str,
    invitation: Option<Hex>,
    link: i64,
    account: Hex,
    email: &'a str,
    sealed: Option<HexBytes<'a>>,
    made_at: i64,
    due_at: i64,
}

impl<'a> From<(&'a QueuedMail, i64)> for MailElement<'a> {
    fn from((mail, at): (&'a QueuedMail, i64)) -> Self {
        Self {
            at,
            id: Hex(mail.id.uuid()),
            kind: mail.kind.code(),
            invitation: mail.invitation.map(|id| Hex(id.uuid())),
            link: mail.link,
            account: Hex(mail.account.uuid()),
            email: mail.to.as_str(),
            sealed: mail.sealed.as_deref().map(HexBytes),
            made_at: mail.made_at.millis(),
            due_at: mail.due_at.millis(),
        }
    }
}

impl SqlWork {
    pub(super) async fn add_accounts_of(&mut self, all: &[Invited], at: Time) -> Stored<()> {
        let mut accounts: Vec<_> = all.iter().filter_map(|one| one.account.as_ref()).collect();
        // In the order of the index that keeps them apart: two groups that add the same ones do not wait for each other.
        accounts.sort_by_key(|account| account.email.folded());
        let array: Vec<_> = accounts
            .into_iter()
            .map(|account| AccountElement {
                id: Hex(account.id.uuid()),
                email: account.email.as_str(),
                folded: account.email.folded(),
            })
            .collect();
        if array.is_empty() {
            return Ok(());
        }
        self.execute(
            query(concat!(
                "INSERT INTO accounts (
                     id,
                     email,
                     email_folded,
                     added_at
                 )
                 SELECT
                     ",
                an_id!("id"),
                ",
                     each.value ->> 'email',
                     each.value ->> 'folded',
                     $1
                 FROM ",
                each!("$2"),
            ))
            .bind(at.millis())
            .bind(elements(&array)?),
        )
        .await?;
        Ok(())
    }

    pub(super) async fn add_grants_of(
        &mut self,
        access: &Access<InvitePatients>,
        all: &[Invited],
        at: Time,
    ) -> Stored<()> {
        let array: Vec<_> = all
            .iter()
            .filter_map(|one| one.grant.as_ref())
            .map(|grant| GrantElement {
                id: Hex(grant.id.uuid()),
                patient: Hex(grant.patient.uuid()),
                account: Hex(grant.account.uuid()),
                kind: grant.kind.code(),
            })
            .collect();
        if array.is_empty() {
            return Ok(());
        }
        self.execute(
            query(concat!(
                "INSERT INTO portal_grants (
                     group_id,
                     id,
                     patient_id,
                     account_id,
                     kind,
                     added_at,
                     changed_at
                 )
                 SELECT
                     $1,
                     ",
                an_id!("id"),
                ",
                     ",
                an_id!("patient"),
                ",
                     ",
                an_id!("account"),
                ",
                     each.value ->> 'kind',
                     $2,
                     $2
                 FROM ",
                each!("$3"),
            ))
            .bind(access.group().uuid())
            .bind(at.millis())
            .bind(elements(&array)?),
        )
        .await?;
        Ok(())
    }

    pub(super) async fn add_invitations_of(&mut self, access: &Access<InvitePatients>, all: &[Invited]) -> Stored<()> {
        let array: Vec<_> = all.iter().map(InvitationElement::from).collect();
        let array = elements(&array)?;
        let group = access.group().uuid();
        self.execute(
            query(concat!(
                "INSERT INTO invitations (
                     group_id,
                     id,
                     patient_id,
                     grant_id,
                     account_id,
                     kind,
                     email,
                     inviter_id,
                     message,
                     invited_at,
                     expires_at,
                     remind_at,
                     links
                 )
                 SELECT
                     $1,
                     ",
                an_id!("id"),
                ",
                     ",
                an_id!("patient"),
                ",
                     ",
                an_id!("grant"),
                ",
                     ",
                an_id!("account"),
                ",
                     each.value ->> 'kind',
                     each.value ->> 'email',
                     ",
                an_id!("inviter"),
                ",
                     each.value ->> 'message',
                     CAST(each.value ->> 'invited_at' AS BIGINT),
                     CAST(each.value ->> 'expires_at' AS BIGINT),
                     CAST(each.value ->> 'remind_at' AS BIGINT),
                     CAST(each.value ->> 'links' AS BIGINT)
                 FROM ",
                each!("$2"),
            ))
            .bind(group)
            .bind(array.clone()),
        )
        .await?;
        self.execute(
            query(concat!(
                "INSERT INTO invitation_links (
                     token_hash,
                     group_id,
                     invitation_id,
                     link
                 )
                 SELECT
                     ",
                bytes!("token"),
                ",
                     $1,
                     ",
                an_id!("id"),
                ",
                     CAST(each.value ->> 'links' AS BIGINT)
                 FROM ",
                each!("$2"),
            ))
            .bind(group)
            .bind(array.clone()),
        )
        .await?;
        // What `refresh_portal_state` would say: none of them is activated, or another person's grant is.
        self.execute(
            query(concat!(
                "UPDATE patients
                 SET portal_state = 'invited'
                 WHERE group_id = $1
                   AND portal_state <> 'activated'
                   AND id IN (SELECT ",
                an_id!("patient"),
                " FROM ",
                each!("$2"),
                ")",
            ))
            .bind(group)
            .bind(array),
        )
        .await?;
        Ok(())
    }

    /// As [`services::ports::Outbox::add_mail`], each [`TURN`] behind the one before it.
    pub(super) async fn add_mails_of(&mut self, access: &Access<InvitePatients>, all: &[Invited]) -> Stored<()> {
        let array: Vec<_> = all.iter().map(|one| &one.mail).zip(0..).map(MailElement::from).collect();
        self.execute(
            query(concat!(
                "INSERT INTO outbox (
                     group_id,
                     id,
                     kind,
                     invitation_id,
                     link,
                     account_id,
                     email,
                     sealed,
                     made_at,
                     tries,
                     due_at,
                     turn
                 )
                 SELECT
                     $1,
                     ",
                an_id!("id"),
                ",
                     each.value ->> 'kind',
                     ",
                an_id!("invitation"),
                ",
                     CAST(each.value ->> 'link' AS BIGINT),
                     ",
                an_id!("account"),
                ",
                     each.value ->> 'email',
                     ",
                bytes!("sealed"),
                ",
                     CAST(each.value ->> 'made_at' AS BIGINT),
                     0,
                     CAST(each.value ->> 'due_at' AS BIGINT),
                     begins.turn + CAST(each.value ->> 'at' AS BIGINT) * $3
                 FROM ",
                each!("$2"),
                ",
                     (
                         SELECT CASE
                             WHEN own.last + $3 > COALESCE(served.first, $4) THEN own.last + $3
                             ELSE COALESCE(served.first, $4)
                         END AS turn
                         FROM (
                             SELECT MIN(turn) AS first
                             FROM outbox
                             WHERE due_at IS NOT NULL
                               AND invitation_id IS NOT NULL
                         ) served,
                         (
                             SELECT MAX(turn) AS last
                             FROM outbox
                             WHERE group_id = $1
                               AND invitation_id IS NOT NULL
                               AND due_at IS NOT NULL
                         ) own
                     ) AS begins",
            ))
            .bind(access.group().uuid())
            .bind(elements(&array)?)
            .bind(TURN.as_millis())
            .bind(all.first().map_or(0, |one| one.mail.due_at.millis())),
        )
        .await?;
        self.hint(Hint::Mail);
        Ok(())
    }
}
