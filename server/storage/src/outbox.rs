//! Mail on its way out. A mail waits while `due_at` is set; who takes it moves `due_at` to the end of the lease, so that
//! another worker takes it again should this one die.

use async_trait::async_trait;
use domain::{
    access::{Access, ManageMail},
    ids::MailId,
    mail::{Failure, Kind},
    page::{Page, PageRequest},
    time::{Span, Time},
};
use services::ports::{Hint, Outbox, ParkedRow, QueuedMail, StoreError, Stored, Work as _};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::SqlWork;
use crate::common::{BEYOND, SWEPT, known, readable, small};

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
    tries: i64,
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
            tries: small(row.tries, "number of tries")?,
        })
    }
}

/// A mail that was given up.
#[derive(sqlx::FromRow)]
struct ParkedMailRow {
    #[sqlx(flatten)]
    mail: MailRow,
    failure: String,
    parked_at: i64,
    patient_id: Option<Uuid>,
}

impl TryFrom<ParkedMailRow> for ParkedRow {
    type Error = StoreError;

    fn try_from(row: ParkedMailRow) -> Stored<Self> {
        Ok(Self {
            mail: row.mail.try_into()?,
            failure: known(Failure::from_code(&row.failure), "failure")?,
            parked_at: Time::from_millis(row.parked_at),
            patient: row.patient_id.map(Into::into),
        })
    }
}

#[async_trait]
impl Outbox for SqlWork {
    async fn add_mail(&mut self, mail: &QueuedMail) -> Stored<()> {
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
                     due_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9)",
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
            .bind(i64::from(mail.tries)),
        )
        .await?;
        self.hint(Hint::Mail);
        Ok(())
    }

    async fn unscoped_claim_mail(&mut self, now: Time, lease: Span, most: u32) -> Stored<Vec<QueuedMail>> {
        let mut rows: Vec<MailRow> = self
            .all(
                query_as(concat!(
                    "WITH due AS (
                         SELECT id
                         FROM outbox
                         WHERE due_at <= $1
                         ORDER BY due_at, id
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
                         tries",
                ))
                .bind(now.millis())
                .bind((now + lease).millis())
                .bind(i64::from(most)),
            )
            .await?;
        rows.sort_by_key(|row| (row.made_at, row.id));
        rows.into_iter().map(QueuedMail::try_from).collect()
    }

    async fn unscoped_next_mail(&mut self) -> Stored<Option<Time>> {
        let (due_at,): (Option<i64>,) = self
            .one(query_as(
                "SELECT MIN(due_at)
                 FROM outbox
                 WHERE due_at IS NOT NULL",
            ))
            .await?;
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

    async fn unscoped_drop_mail(&mut self, id: MailId) -> Stored<()> {
        self.execute(
            query(
                "DELETE FROM outbox
                 WHERE id = $1",
            )
            .bind(id.uuid()),
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

    async fn parked_mails(&mut self, access: &Access<ManageMail>, page: &PageRequest) -> Stored<Page<ParkedRow>> {
        let before = match page.after.as_deref().map(str::parse::<MailId>) {
            None => BEYOND,
            Some(Ok(id)) => id.uuid(),
            Some(Err(_)) => return Ok(Page { rows: Vec::new(), next: None }),
        };
        let rows: Vec<ParkedMailRow> = self
            .all(
                query_as(
                    "SELECT
                         o.id,
                         o.kind,
                         o.group_id,
                         o.invitation_id,
                         o.link,
                         o.account_id,
                         o.email,
                         o.sealed,
                         o.made_at,
                         o.tries,
                         o.failure,
                         o.parked_at,
                         i.patient_id
                     FROM outbox o
                     LEFT JOIN invitations i
                         ON i.group_id = o.group_id
                        AND i.id = o.invitation_id
                     WHERE o.group_id = $1
                       AND o.parked_at IS NOT NULL
                       AND o.id < $2
                     ORDER BY o.id DESC
                     LIMIT $3",
                )
                .bind(access.group().uuid())
                .bind(before)
                .bind(i64::from(page.rows()) + 1),
            )
            .await?;
        let rows = rows.into_iter().map(ParkedRow::try_from).collect::<Stored<Vec<_>>>()?;
        Ok(Page::from_rows(rows, page.rows(), |row| row.mail.id.to_string()))
    }

    async fn retry_mail(&mut self, access: &Access<ManageMail>, id: MailId, at: Time) -> Stored<bool> {
        let retried = self
            .execute(
                query(
                    "UPDATE outbox
                     SET due_at = $3,
                         parked_at = NULL,
                         failure = NULL,
                         tries = 0
                     WHERE group_id = $1
                       AND id = $2
                       AND parked_at IS NOT NULL",
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

    async fn unscoped_sweep_mail(&mut self, sent_before: Time) -> Stored<u64> {
        self.execute(
            query(
                "DELETE FROM outbox
                 WHERE id IN (
                     SELECT id
                     FROM outbox
                     WHERE sent_at < $1
                     ORDER BY sent_at, id
                     LIMIT $2
                 )",
            )
            .bind(sent_before.millis())
            .bind(SWEPT),
        )
        .await
    }
}
