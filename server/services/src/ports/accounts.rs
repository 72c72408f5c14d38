//! Accounts, and links that set a password.

use async_trait::async_trait;
use domain::{
    account::{Account, Door, PasswordHash},
    email::Email,
    ids::{AccountId, PasswordLinkId},
    time::Time,
};

use super::{Stored, TokenHash};

/// An emailed link that sets a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordLink {
    /// Its id.
    pub id: PasswordLinkId,
    /// Whose password.
    pub account: AccountId,
    /// When it was made.
    pub made_at: Time,
    /// When it stops working.
    pub expires_at: Time,
    /// When it was used.
    pub used_at: Option<Time>,
    /// The side it was asked for at, and leads back to.
    pub door: Door,
}

/// Accounts belong to no group: one human, one sign-in.
#[async_trait]
pub trait Accounts {
    /// The account with this id.
    async fn lookup_account(&mut self, id: AccountId) -> Stored<Option<Account>>;

    /// As [`Accounts::lookup_account`], and nobody else changes its password or opens a session for it until this unit of
    /// work ends. Whoever does either asks for this first, before any other row or chain.
    async fn lock_account(&mut self, id: AccountId) -> Stored<Option<Account>>;

    /// The account with this address, whatever its case.
    async fn find_account(&mut self, email: &Email) -> Stored<Option<Account>>;

    /// A new account. Clashes on the address.
    async fn add_account(&mut self, account: &Account, at: Time) -> Stored<()>;

    /// Keeps the same password under a stronger hash, in place of the `expected` one; false when it is another one by now. A
    /// temporary password stays one.
    async fn rehash_password(&mut self, id: AccountId, expected: &PasswordHash, hash: &PasswordHash) -> Stored<bool>;

    /// Its password was chosen by somebody else, and must be replaced ([`Accounts::set_password`] ends that).
    async fn mark_temporary_password(&mut self, id: AccountId, at: Time) -> Stored<()>;

    /// Does the account want no more tips?
    async fn tips_stopped(&mut self, id: AccountId) -> Stored<bool>;

    /// The account wants no more tips, or wants them again.
    async fn stop_tips(&mut self, id: AccountId, stopped: Option<Time>) -> Stored<()>;

    /// Was a link used that went to the account's address? Whoever signs in also reads its mail, then.
    async fn mailbox_proved(&mut self, id: AccountId) -> Stored<bool>;

    /// Such a link was used. The first time counts.
    async fn prove_mailbox(&mut self, id: AccountId, at: Time) -> Stored<()>;

    /// Sets the password in place of the `expected` one; false when it is another one by now.
    async fn set_password(
        &mut self,
        id: AccountId,
        expected: Option<&PasswordHash>,
        hash: &PasswordHash,
        at: Time,
    ) -> Stored<bool>;

    /// Is the account linked to a practitioner, in any group, active or not (decision 5)?
    async fn is_practitioner(&mut self, id: AccountId) -> Stored<bool>;

    /// A new link that sets a password; earlier unused ones of the account stop working.
    async fn add_password_link(&mut self, link: &PasswordLink, token: &TokenHash) -> Stored<()>;

    /// The link with this token.
    async fn find_password_link(&mut self, token: &TokenHash) -> Stored<Option<PasswordLink>>;

    /// Uses the link up; false when it was used before.
    async fn use_password_link(&mut self, id: PasswordLinkId, at: Time) -> Stored<bool>;

    /// Forgets links that ended before this time, at most [`domain::limits::SWEPT`] at once.
    async fn unscoped_sweep_password_links(&mut self, ended_before: Time) -> Stored<u64>;
}
