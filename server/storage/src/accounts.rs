//! Accounts, and links that set a password.

use async_trait::async_trait;
use domain::{
    account::{Account, Door, PasswordHash},
    email::Email,
    ids::{AccountId, PasswordLinkId},
    limits::SWEPT,
    time::Time,
    user::{Level, Role},
};
use services::ports::{Accounts, PasswordLink, StoreError, Stored, TokenHash};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::SqlWork;
use crate::common::{ids, readable};

#[derive(sqlx::FromRow)]
struct AccountRow {
    id: Uuid,
    email: String,
    password_hash: Option<String>,
}

impl TryFrom<AccountRow> for Account {
    type Error = StoreError;

    fn try_from(row: AccountRow) -> Stored<Self> {
        Ok(Self {
            id: row.id.into(),
            email: readable(row.email.parse(), "email address")?,
            password_hash: row.password_hash.map(PasswordHash),
        })
    }
}

#[derive(sqlx::FromRow)]
struct PasswordLinkRow {
    id: Uuid,
    account_id: Uuid,
    made_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
    door: String,
}

impl TryFrom<PasswordLinkRow> for PasswordLink {
    type Error = StoreError;

    fn try_from(row: PasswordLinkRow) -> Stored<Self> {
        Ok(Self {
            id: row.id.into(),
            account: row.account_id.into(),
            made_at: Time::from_millis(row.made_at),
            expires_at: Time::from_millis(row.expires_at),
            used_at: row.used_at.map(Time::from_millis),
            door: readable(Door::from_code(&row.door), "door")?,
        })
    }
}

#[async_trait]
impl Accounts for SqlWork {
    async fn lookup_account(&mut self, id: AccountId) -> Stored<Option<Account>> {
        let row: Option<AccountRow> = self
            .find(
                query_as(
                    "SELECT
                         id,
                         email,
                         password_hash
                     FROM accounts
                     WHERE id = $1",
                )
                .bind(id.uuid()),
            )
            .await?;
        row.map(Account::try_from).transpose()
    }

    async fn lock_account(&mut self, id: AccountId) -> Stored<Option<Account>> {
        let row: Option<AccountRow> = self
            .find(
                query_as(concat!(
                    "SELECT
                         id,
                         email,
                         password_hash
                     FROM accounts
                     WHERE id = $1",
                    for_update!(),
                ))
                .bind(id.uuid()),
            )
            .await?;
        row.map(Account::try_from).transpose()
    }

    async fn find_account(&mut self, email: &Email) -> Stored<Option<Account>> {
        let row: Option<AccountRow> = self
            .find(
                query_as(
                    "SELECT
                         id,
                         email,
                         password_hash
                     FROM accounts
                     WHERE email_folded = $1",
                )
                .bind(email.folded()),
            )
            .await?;
        row.map(Account::try_from).transpose()
    }

    async fn add_account(&mut self, account: &Account, at: Time) -> Stored<()> {
        let hash = account.password_hash.as_ref().map(|hash| hash.0.clone());
        self.execute(
            query(
                "INSERT INTO accounts (
                     id,
                     email,
                     email_folded,
                     password_hash,
                     password_set_at,
                     added_at
                 ) VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(account.id.uuid())
            .bind(account.email.as_str().to_owned())
            .bind(account.email.folded())
            .bind(hash.clone())
            .bind(hash.map(|_| at.millis()))
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn rehash_password(&mut self, id: AccountId, expected: &PasswordHash, hash: &PasswordHash) -> Stored<bool> {
        let saved = self
            .execute(
                query(
                    "UPDATE accounts
                     SET password_hash = $3
                     WHERE id = $1
                       AND password_hash = $2",
                )
                .bind(id.uuid())
                .bind(expected.0.clone())
                .bind(hash.0.clone()),
            )
            .await?;
        Ok(saved == 1)
    }

    async fn mark_temporary_password(&mut self, id: AccountId, at: Time) -> Stored<()> {
        self.execute(
            query(
                "UPDATE accounts
                 SET temporary_since = $2
                 WHERE id = $1",
            )
            .bind(id.uuid())
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn tips_stopped(&mut self, id: AccountId) -> Stored<bool> {
        let row: Option<(Option<i64>,)> = self
            .find(
                query_as(
                    "SELECT tips_stopped_at
                     FROM accounts
                     WHERE id = $1",
                )
                .bind(id.uuid()),
            )
            .await?;
        Ok(row.is_none_or(|(stopped_at,)| stopped_at.is_some()))
    }

    async fn stop_tips(&mut self, id: AccountId, stopped: Option<Time>) -> Stored<()> {
        self.execute(
            query(
                "UPDATE accounts
                 SET tips_stopped_at = $2
                 WHERE id = $1",
            )
            .bind(id.uuid())
            .bind(stopped.map(Time::millis)),
        )
        .await?;
        Ok(())
    }

    async fn mailbox_proved(&mut self, id: AccountId) -> Stored<bool> {
        let row: Option<(Option<i64>,)> = self
            .find(
                query_as(
                    "SELECT mailbox_proved_at
                     FROM accounts
                     WHERE id = $1",
                )
                .bind(id.uuid()),
            )
            .await?;
        Ok(row.is_some_and(|(proved_at,)| proved_at.is_some()))
    }

    async fn prove_mailbox(&mut self, id: AccountId, at: Time) -> Stored<()> {
        self.execute(
            query(
                "UPDATE accounts
                 SET mailbox_proved_at = $2
                 WHERE id = $1
                   AND mailbox_proved_at IS NULL",
            )
            .bind(id.uuid())
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn set_password(
        &mut self,
        id: AccountId,
        expected: Option<&PasswordHash>,
        hash: &PasswordHash,
        at: Time,
    ) -> Stored<bool> {
        let set = self
            .execute(
                query(
                    "UPDATE accounts
                     SET password_hash = $2,
                         password_set_at = $3,
                         temporary_since = NULL
                     WHERE id = $1
                       AND password_hash IS NOT DISTINCT FROM $4",
                )
                .bind(id.uuid())
                .bind(hash.0.clone())
                .bind(at.millis())
                .bind(expected.map(|hash| hash.0.clone())),
            )
            .await?;
        Ok(set == 1)
    }

    async fn is_practitioner(&mut self, id: AccountId) -> Stored<bool> {
        // Which levels are practitioners' is the domain's to say. To be asked to join as one is not to be one: else any
        // group could shut a stranger out of every portal.
        let rows: Vec<(String,)> = self
            .all(
                query_as(
                    "SELECT DISTINCT level
                     FROM users
                     WHERE account_id = $1
                       AND state IN ('active', 'deactivated')",
                )
                .bind(id.uuid()),
            )
            .await?;
        let mut practitioner = false;
        for (level,) in rows {
            practitioner |= readable(Level::from_code(&level), "level")?.role() == Role::Practitioner;
        }
        Ok(practitioner)
    }

    async fn add_password_link(&mut self, link: &PasswordLink, token: &TokenHash) -> Stored<()> {
        // Earlier ones run out now, rather than vanish: their page can say so.
        self.execute(
            query(
                "UPDATE password_links
                 SET expires_at = $2
                 WHERE account_id = $1
                   AND used_at IS NULL
                   AND expires_at > $2",
            )
            .bind(link.account.uuid())
            .bind(link.made_at.millis()),
        )
        .await?;
        self.execute(
            query(
                "INSERT INTO password_links (
                     id,
                     token_hash,
                     account_id,
                     made_at,
                     expires_at,
                     used_at,
                     door
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(link.id.uuid())
            .bind(token.0.to_vec())
            .bind(link.account.uuid())
            .bind(link.made_at.millis())
            .bind(link.expires_at.millis())
            .bind(link.used_at.map(Time::millis))
            .bind(link.door.code()),
        )
        .await?;
        Ok(())
    }

    async fn find_password_link(&mut self, token: &TokenHash) -> Stored<Option<PasswordLink>> {
        let row: Option<PasswordLinkRow> = self
            .find(
                query_as(
                    "SELECT
                         id,
                         account_id,
                         made_at,
                         expires_at,
                         used_at,
                         door
                     FROM password_links
                     WHERE token_hash = $1",
                )
                .bind(token.0.to_vec()),
            )
            .await?;
        row.map(PasswordLink::try_from).transpose()
    }

    async fn use_password_link(&mut self, id: PasswordLinkId, at: Time) -> Stored<bool> {
        let used = self
            .execute(
                query(
                    "UPDATE password_links
                     SET used_at = $2
                     WHERE id = $1
                       AND used_at IS NULL
                       AND expires_at > $2",
                )
                .bind(id.uuid())
                .bind(at.millis()),
            )
            .await?;
        Ok(used == 1)
    }

    async fn unscoped_sweep_password_links(&mut self, ended_before: Time) -> Stored<u64> {
        // A link that was used ended before its time; one hour more or less does not matter here.
        self.execute(
            query(
                "DELETE FROM password_links
                 WHERE id IN (
                     SELECT id
                     FROM password_links
                     WHERE expires_at < $1
                     ORDER BY expires_at, id
                     LIMIT $2
                 )",
            )
            .bind(ended_before.millis())
            .bind(i64::from(SWEPT)),
        )
        .await
    }
}

impl SqlWork {
    /// Which of these are practitioners' accounts; as [`services::ports::Accounts::is_practitioner`].
    pub(super) async fn practitioners_among(&mut self, accounts: &[Uuid]) -> Stored<Vec<Uuid>> {
        let array = ids(accounts.iter().copied())?;
        let rows: Vec<(Uuid, String)> = self
            .all(
                query_as(concat!(
                    "SELECT DISTINCT
                         u.account_id,
                         u.level
                     FROM users u
                     WHERE u.state IN ('active', 'deactivated')
                       AND u.account_id IN (SELECT ",
                    an_id!("id"),
                    " FROM ",
                    each!("$1"),
                    ")",
                ))
                .bind(array),
            )
            .await?;
        let mut found = Vec::new();
        for (account, level) in rows {
            if readable(Level::from_code(&level), "level")?.role() == Role::Practitioner {
                found.push(account);
            }
        }
        Ok(found)
    }
}
