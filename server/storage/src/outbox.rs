//! Mail on its way out. A mail waits while `due_at` is set; who takes it moves `due_at` to the end of the lease, so that
//! another worker takes it again should this one die.
//!
//! Of what is due, the earliest `turn` leaves first. A group's invitations stand [`TURN`] behind one another, the first of
//! them where the queue is by now: one group's thousand do not hold up another's single one, and who sent a thousand
//! yesterday has no disadvantage today (TG-08; start-time fair queueing).

use async_trait::async_trait;
use domain::{
    access::{Access, ManageMail},
    ids::{AccountId, GroupId, MailId},
    limits::{MAIL_SHOWN, PASSWORD_LINK_LIFE, SWEPT},
    mail::{Failure, Kind, Trouble},
    page::{Page, PageRequest},
    person::UserName,
    time::{Span, Time},
};
use services::ports::{Hint, Outbox, QueuedMail, StoreError, Stored, StuckRow, Work as _};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::SqlWork;
use crate::common::{BEYOND, known, readable, small};

/// Between the turns of two invitations of a group.
pub(super) const TURN: Span = Span::minutes(1);

/// The turn of a mail that is not sent by the hundred: at once, or when it is due.
const fn alone(mail: &QueuedMail) -> i64 {
    if mail.due_at.millis() <= mail.made_at.millis() { 0 } else { mail.due_at.millis() }
}

#[derive(sqlx::FromRow)]
struct MailRow {
    id: Uuid,
    kind: String,
    group_id: Option<Uuid>,
    invitation_id: Option<Uuid>,
    link: i64,
    account_id: Uuid,
    email: String,
    sealed: Option<Vec<u8>>,
    made_at: i64,
    due_at: i64,
    tries: i64,
}

/// The kinds of mail that this program knows; mail of others waits for a newer one. A further kind does not compile here
/// before the statements have a place for it.
fn kinds() -> [&'static str; 16] {
    Kind::ALL.map(Kind::code)
}

impl TryFrom<MailRow> for QueuedMail {
    type Error = StoreError;

    fn try_from(row: MailRow) -> Stored<Self> {
        Ok(Self {
            id: row.id.into(),
            kind: known(Kind::from_code(&row.kind), "kind of mail")?,
            group: row.group_id.map(Into::into),
            invitation: row.invitation_id.map(Into::into),
            link: row.link,
            account: row.account_id.into(),
            to: readable(row.email.parse(), "email address")?,
            sealed: row.sealed,
            made_at: Time::from_millis(row.made_at),
            due_at: Time::from_millis(row.due_at),
            tries: small(row.tries, "number of tries")?,
        })
    }
}

/// A mail that does not get through.
#[derive(sqlx::FromRow)]
struct StuckMailRow {
    id: Uuid,
    kind: String,
    invitation_id: Option<Uuid>,
    tries: i64,
    due_at: Option<i64>,
    failure: Option<String>,
    parked_at: Option<i64>,
    patient_id: Option<Uuid>,
    // The user whom it is about; all null when it is nobody of the group.
    title: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
}

impl TryFrom<StuckMailRow> for StuckRow {
    type Error = StoreError;

    fn try_from(row: StuckMailRow) -> Stored<Self> {
        let trouble = match (row.parked_at, row.due_at) {
            (Some(at), _) => Trouble::Parked { at: Time::from_millis(at) },
            (None, due) => Trouble::Waiting { next_try: Time::from_millis(known(due, "mail")?) },
        };
        let user = match (row.title, row.first_name, row.last_name) {
            (Some(title), Some(first), Some(last)) => Some(UserName { title, first, last }),
            _ => None,
        };
        Ok(Self {
            id: row.id.into(),
            kind: known(Kind::from_code(&row.kind), "kind of mail")?,
            invitation: row.invitation_id.map(Into::into),
            // No failure: its workers died. One that a newer server knows: the page must not be blank for it.
            failure: row.failure.as_deref().and_then(Failure::from_code).unwrap_or(Failure::GaveUp),
            tries: small(row.tries, "number of tries")?,
            trouble,
            patient: row.patient_id.map(Into::into),
            user,
        })
    }
}

#[async_trait]
impl Outbox for SqlWork {
    async fn add_mail(&mut self, mail: &QueuedMail) -> Stored<()> {
        if let (Some(group), Some(invitation)) = (mail.group, mail.invitation) {
            self.execute(
                query(
                    "DELETE FROM outbox
                     WHERE group_id = $1
                       AND invitation_id = $2
                       AND link < $3
                       AND parked_at IS NOT NULL",
                )
                .bind(group.uuid())
                .bind(invitation.uuid())
                .bind(mail.link),
            )
            .await?;
        }
        self.execute(
            query(
                "INSERT INTO outbox (
                     id,
                     kind,
                     group_id,
                     invitation_id,
                     link,
                     account_id,
                     email,
                     sealed,
                     made_at,
                     tries,
                     due_at,
                     turn
                 ) VALUES (
                     $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
                     (
                         SELECT CASE
                             WHEN $5 IS NULL THEN $14
                             WHEN own.last + $13 > COALESCE(served.first, $11) THEN own.last + $13
                             ELSE COALESCE(served.first, $11)
                         END
                         FROM (
                             SELECT MIN(turn) AS first
                             FROM outbox
                             WHERE due_at IS NOT NULL
                               AND invitation_id IS NOT NULL
                         ) served,
                         (
                             SELECT MAX(turn) AS last
                             FROM outbox
                             WHERE group_id = $12
                               AND invitation_id IS NOT NULL
                               AND due_at IS NOT NULL
                         ) own
                     )
                 )",
            )
            .bind(mail.id.uuid())
            .bind(mail.kind.code())
            .bind(mail.group.map(|group| group.uuid()))
            .bind(mail.invitation.map(|invitation| invitation.uuid()))
            .bind(mail.link)
            .bind(mail.account.uuid())
            .bind(mail.to.as_str().to_owned())
            .bind(mail.sealed.clone())
            .bind(mail.made_at.millis())
            .bind(i64::from(mail.tries))
            .bind(mail.due_at.millis())
            .bind(mail.invitation.and(mail.group).map(|group| group.uuid()))
            .bind(TURN.as_millis())
            .bind(alone(mail)),
        )
        .await?;
        self.hint(Hint::Mail);
        Ok(())
    }

    async fn mail_again(
        &mut self,
        group: GroupId,
        account: AccountId,
        kind: Kind,
        at: Time,
        due: Time,
    ) -> Stored<bool> {
        let again = self
            .execute(
                query(
                    "UPDATE outbox
                     SET made_at = $4,
                         due_at = CASE WHEN due_at < $5 THEN $5 ELSE due_at END
                     WHERE group_id = $1
                       AND account_id = $2
                       AND kind = $3
                       AND due_at IS NOT NULL
                       AND invitation_id IS NULL",
                )
                .bind(group.uuid())
                .bind(account.uuid())
                .bind(kind.code())
                .bind(at.millis())
                .bind(due.millis()),
            )
            .await?;
        Ok(again > 0)
    }

    async fn last_told_of_messages(&mut self, group: GroupId, account: AccountId) -> Stored<Option<Time>> {
        let (sent_at,): (Option<i64>,) = self
            .one(
                query_as(
                    "SELECT MAX(sent_at)
                     FROM outbox
                     WHERE group_id = $1
                       AND account_id = $2
                       AND kind = 'messages_wait'",
                )
                .bind(group.uuid())
                .bind(account.uuid()),
            )
            .await?;
        Ok(sent_at.map(Time::from_millis))
    }

    async fn mail_waits(&mut self, group: GroupId, account: AccountId, kind: Kind, due: Time) -> Stored<bool> {
        let waits: Option<(i64,)> = self
            .find(
                query_as(
                    "SELECT due_at
                     FROM outbox
                     WHERE group_id = $1
                       AND account_id = $2
                       AND kind = $3
                       AND due_at = $4
                     LIMIT 1",
                )
                .bind(group.uuid())
                .bind(account.uuid())
                .bind(kind.code())
                .bind(due.millis()),
            )
            .await?;
        Ok(waits.is_some())
    }

    async fn unscoped_claim_mail(&mut self, now: Time, lease: Span, most: u32) -> Stored<Vec<QueuedMail>> {
        let mut statement = query_as(concat!(
            "WITH due AS (
                 SELECT id
                 FROM outbox",
            // Of thousands that are due the first, not all of them sorted.
            by_index!("outbox_turns"),
            "
                 WHERE due_at <= $1
                   AND kind IN ($4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
                 ORDER BY turn, id
                 LIMIT $3",
            skip_locked!(),
            ")
             UPDATE outbox
             SET due_at = $2,
                 tries = tries + 1
             WHERE id IN (SELECT id FROM due)
             RETURNING
                 id,
                 kind,
                 group_id,
                 invitation_id,
                 link,
                 account_id,
                 email,
                 sealed,
                 made_at,
                 due_at,
                 tries",
        ))
        .bind(now.millis())
        .bind((now + lease).millis())
        .bind(i64::from(most));
        for kind in kinds() {
            statement = statement.bind(kind);
        }
        let mut rows: Vec<MailRow> = self.all(statement).await?;
        rows.sort_by_key(|row| (row.made_at, row.id));
        let mut claimed = Vec::with_capacity(rows.len());
        for row in rows {
            let id = row.id.into();
            match QueuedMail::try_from(row) {
                Ok(mail) => claimed.push(mail),
                Err(error) => {
                    tracing::warn!(mail = %id, %error, "a mail is parked");
                    self.unscoped_park_mail(id, Failure::Unreadable, now).await?;
                }
            }
        }
        Ok(claimed)
    }

    async fn unscoped_next_mail(&mut self) -> Stored<Option<Time>> {
        let mut statement = query_as(
            "SELECT MIN(due_at)
             FROM outbox
             WHERE due_at IS NOT NULL
               AND kind IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        );
        for kind in kinds() {
            statement = statement.bind(kind);
        }
        let (due_at,): (Option<i64>,) = self.one(statement).await?;
        Ok(due_at.map(Time::from_millis))
    }

    async fn unscoped_mail_sent(&mut self, id: MailId, at: Time) -> Stored<()> {
        self.execute(
            query(
                "UPDATE outbox
                 SET sent_at = $2,
                     due_at = NULL,
                     parked_at = NULL,
                     failure = NULL,
                     sealed = NULL
                 WHERE id = $1",
            )
            .bind(id.uuid())
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn unscoped_drop_mail(&mut self, mail: &QueuedMail) -> Stored<()> {
        self.execute(
            query(
                "DELETE FROM outbox
                 WHERE id = $1
                   AND made_at = $2",
            )
            .bind(mail.id.uuid())
            .bind(mail.made_at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn unscoped_defer_mail(&mut self, id: MailId, failure: Failure, due: Time) -> Stored<()> {
        // A worker whose lease ran out must not queue again what another one has sent meanwhile.
        self.execute(
            query(
                "UPDATE outbox
                 SET due_at = $2,
                     turn = CASE WHEN turn > $2 THEN turn ELSE $2 END,
                     failure = $3
                 WHERE id = $1
                   AND due_at IS NOT NULL",
            )
            .bind(id.uuid())
            .bind(due.millis())
            .bind(failure.code()),
        )
        .await?;
        Ok(())
    }

    async fn unscoped_park_mail(&mut self, id: MailId, failure: Failure, at: Time) -> Stored<()> {
        self.execute(
            query(
                "UPDATE outbox
                 SET parked_at = $2,
                     failure = $3,
                     due_at = NULL
                 WHERE id = $1
                   AND due_at IS NOT NULL",
            )
            .bind(id.uuid())
            .bind(at.millis())
            .bind(failure.code()),
        )
        .await?;
        Ok(())
    }

    async fn list_stuck_mails(&mut self, access: &Access<ManageMail>, page: &PageRequest) -> Stored<Page<StuckRow>> {
        let before = match page.after.as_deref().map(str::parse::<MailId>) {
            None => BEYOND,
            Some(Ok(id)) => id.uuid(),
            Some(Err(_)) => return Ok(Page { rows: Vec::new(), next: None }),
        };
        // Mail about an account belongs to no group, and is shown to those it works in: who was only asked to join is none of
        // the group's business yet. Of a user's own records nothing is told here.
        let mut statement = query_as(
            "SELECT
                 o.id,
                 o.kind,
                 o.invitation_id,
                 o.tries,
                 o.due_at,
                 o.failure,
                 o.parked_at,
                 CASE
                     WHEN o.invitation_id IS NOT NULL THEN i.patient_id
                     WHEN u.id IS NULL AND (o.group_id IS NULL OR NOT EXISTS (
                         SELECT 1
                         FROM users w
                         WHERE w.group_id = $1
                           AND w.account_id = o.account_id
                     )) THEN (
                         SELECT g.patient_id
                         FROM portal_grants g
                         WHERE g.group_id = $1
                           AND g.account_id = o.account_id
                           -- What is about one of several patients does not say about which.
                           AND (o.group_id IS NULL OR NOT EXISTS (
                               SELECT 1
                               FROM portal_grants x
                               WHERE x.group_id = $1
                                 AND x.account_id = o.account_id
                                 AND x.patient_id <> g.patient_id
                           ))
                         ORDER BY g.added_at, g.id
                         LIMIT 1
                     )
                 END AS patient_id,
                 u.title,
                 u.first_name,
                 u.last_name
             FROM outbox o
             LEFT JOIN invitations i
                 ON i.group_id = o.group_id
                AND i.id = o.invitation_id
             LEFT JOIN users u
                 ON u.group_id = $1
                AND u.account_id = o.account_id
                AND (
                    o.group_id IS NULL AND u.state = 'active'
                    OR o.group_id = $1
                       AND o.invitation_id IS NULL
                       -- What goes to portal users: a user may be one.
                       AND o.kind NOT IN ('forms_asked', 'updates_decided', 'age_notice')
                )
             WHERE o.sent_at IS NULL
               AND (o.parked_at IS NOT NULL OR o.tries >= $4)
               AND o.kind IN ($5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
               AND o.id < $2
               AND (
                   o.group_id = $1
                   OR u.id IS NOT NULL
                   OR o.group_id IS NULL AND EXISTS (
                       SELECT 1
                       FROM portal_grants g
                       WHERE g.group_id = $1
                         AND g.account_id = o.account_id
                   )
               )
             ORDER BY o.id DESC
             LIMIT $3",
        )
        .bind(access.group().uuid())
        .bind(before)
        .bind(i64::from(page.rows()) + 1)
        .bind(i64::from(MAIL_SHOWN));
        for kind in kinds() {
            statement = statement.bind(kind);
        }
        let rows: Vec<StuckMailRow> = self.all(statement).await?;
        let rows = rows.into_iter().map(StuckRow::try_from).collect::<Stored<Vec<_>>>()?;
        Ok(Page::from_rows(rows, page.rows(), |row| row.id.to_string()))
    }

    async fn retry_mail(&mut self, access: &Access<ManageMail>, id: MailId, at: Time) -> Stored<bool> {
        let retried = self
            .execute(
                query(
                    "UPDATE outbox
                     SET due_at = $3,
                         turn = $3,
                         parked_at = NULL,
                         failure = NULL,
                         tries = 0
                     WHERE id = $2
                       AND parked_at IS NOT NULL
                       AND (
                           group_id = $1
                           OR group_id IS NULL AND EXISTS (
                               SELECT 1
                               FROM users u
                               WHERE u.group_id = $1
                                 AND u.account_id = outbox.account_id
                                 AND u.state = 'active'
                           )
                           OR group_id IS NULL AND EXISTS (
                               SELECT 1
                               FROM portal_grants g
                               WHERE g.group_id = $1
                                 AND g.account_id = outbox.account_id
                           )
                       )",
                )
                .bind(access.group().uuid())
                .bind(id.uuid())
                .bind(at.millis()),
            )
            .await?;
        if retried == 1 {
            self.hint(Hint::Mail);
        }
        Ok(retried == 1)
    }

    async fn unscoped_sweep_mail(&mut self, before: Time) -> Stored<u64> {
        self.execute(
            query(
                "DELETE FROM outbox
                 WHERE id IN (
                     SELECT id
                     FROM (
                         SELECT id
                         FROM outbox
                         WHERE sent_at < $1
                         ORDER BY sent_at, id
                         LIMIT $2
                     ) sent
                     UNION ALL
                     SELECT id
                     FROM (
                         SELECT id
                         FROM outbox
                         WHERE parked_at < $1
                         ORDER BY parked_at, id
                         LIMIT $2
                     ) parked
                 )",
            )
            .bind(before.millis())
            .bind(i64::from(SWEPT)),
        )
        .await
    }

    async fn unscoped_sweep_sealed(&mut self, now: Time) -> Stored<u64> {
        self.execute(
            query(
                "UPDATE outbox
                 SET sealed = NULL
                 WHERE id IN (
                     SELECT o.id
                     FROM outbox o
                     LEFT JOIN invitations i
                         ON i.group_id = o.group_id
                        AND i.id = o.invitation_id
                     WHERE o.parked_at IS NOT NULL
                       AND o.sealed IS NOT NULL
                       AND (
                           o.kind = $2 AND o.made_at <= $3
                           OR i.expires_at <= $1
                           OR i.activated_at IS NOT NULL
                           OR i.revoked_at IS NOT NULL
                           OR i.links > o.link
                       )
                     ORDER BY o.parked_at, o.id
                     LIMIT $4
                 )",
            )
            .bind(now.millis())
            .bind(Kind::PasswordLink.code())
            .bind((now - PASSWORD_LINK_LIFE).millis())
            .bind(i64::from(SWEPT)),
        )
        .await
    }
}
