//! Accounts, and links that set a password.

use async_trait::async_trait;
use domain::{
    account::{Account, PasswordHash},
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
}

/// Accounts belong to no group: one human, one sign-in.
#[async_trait]
pub trait Accounts {
    /// The account with this id.
    async fn lookup_account(&mut self, id: AccountId) -> Stored<Option<Account>>;

    /// The account with this address, whatever its case.
    async fn find_account(&mut self, email: &Email) -> Stored<Option<Account>>;

    /// A new account. Clashes on the address.
    async fn add_account(&mut self, account: &Account, at: Time) -> Stored<()>;

    /// Sets the password.
    async fn set_password(&mut self, id: AccountId, hash: &PasswordHash, at: Time) -> Stored<()>;

    /// Is the account linked to a practitioner, in any group, active or not (decision 5)?
    async fn is_practitioner(&mut self, id: AccountId) -> Stored<bool>;

    /// A new link that sets a password; earlier unused ones of the account stop working.
    async fn add_password_link(&mut self, link: &PasswordLink, token: &TokenHash) -> Stored<()>;

    /// The link with this token.
    async fn find_password_link(&mut self, token: &TokenHash) -> Stored<Option<PasswordLink>>;

    /// Uses the link up; false when it was used before.
    async fn use_password_link(&mut self, id: PasswordLinkId, at: Time) -> Stored<bool>;
}
