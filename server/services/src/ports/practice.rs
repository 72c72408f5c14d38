//! The practice group, its locations, users and settings.

use async_trait::async_trait;
use domain::{
    access::{Access, EnterGroup, ManageSettings},
    ids::{AccountId, GroupId, UserId},
    practice::{Group, Location, PatientAccess, User},
    time::Time,
};

use super::Stored;

/// The tenant and its staff.
#[async_trait]
pub trait Practice {
    /// Is there any group yet?
    async fn unscoped_any_group(&mut self) -> Stored<bool>;

    /// Claims the first run for this caller. Clashes for everyone after the first (RC-10).
    async fn unscoped_claim_set_up(&mut self, at: Time) -> Stored<()>;

    /// A new group, with its default settings.
    async fn unscoped_add_group(&mut self, group: &Group, at: Time) -> Stored<()>;

    /// A new location of a group.
    async fn unscoped_add_location(&mut self, group: GroupId, location: &Location, at: Time) -> Stored<()>;

    /// A new user of a group.
    async fn unscoped_add_user(&mut self, user: &User, at: Time) -> Stored<()>;

    /// A group's name and telephone: what its mails and link pages show.
    async fn unscoped_group(&mut self, id: GroupId) -> Stored<Option<Group>>;

    /// A user of a group, for showing the name of who invited.
    async fn unscoped_user(&mut self, group: GroupId, id: UserId) -> Stored<Option<User>>;

    /// The account's active memberships, oldest first, at most 100.
    async fn memberships(&mut self, account: AccountId) -> Stored<Vec<User>>;

    /// The group's locations by name, at most 200.
    async fn locations(&mut self, access: &Access<EnterGroup>) -> Stored<Vec<Location>>;

    /// The group's Patient Access settings.
    async fn unscoped_patient_access(&mut self, group: GroupId) -> Stored<PatientAccess>;

    /// Saves them; false when somebody saved meanwhile. `settings.version` is the version that was read.
    async fn save_patient_access(
        &mut self,
        access: &Access<ManageSettings>,
        settings: &PatientAccess,
        at: Time,
    ) -> Stored<bool>;
}
