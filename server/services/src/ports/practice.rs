//! The practice group, its locations, users and settings.

use async_trait::async_trait;
use domain::{
    access::{Access, EnterGroup, ManageSettings},
    ids::{AccountId, GroupId, UserId},
    practice::{Group, Location, PatientAccess, PracticeDetails, User},
    time::Time,
};

use super::Stored;

/// The tenant and its staff.
#[async_trait]
pub trait Practice: Send {
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
    async fn unscoped_lookup_group(&mut self, id: GroupId) -> Stored<Option<Group>>;

    /// A user of a group, for showing the name of who invited.
    async fn unscoped_lookup_user(&mut self, group: GroupId, id: UserId) -> Stored<Option<User>>;

    /// The group.
    async fn lookup_group(&mut self, access: &Access<EnterGroup>) -> Stored<Option<Group>> {
        self.unscoped_lookup_group(access.group()).await
    }

    /// The user whose proof this is.
    async fn lookup_own_user(&mut self, access: &Access<EnterGroup>) -> Stored<Option<User>> {
        self.unscoped_lookup_user(access.group(), access.user()).await
    }

    /// The account's active memberships, oldest first, at most 100.
    async fn list_memberships(&mut self, account: AccountId) -> Stored<Vec<User>>;

    /// The group's locations by name, at most 200.
    async fn list_locations(&mut self, access: &Access<EnterGroup>) -> Stored<Vec<Location>>;

    /// The group's Patient Access settings.
    async fn lookup_patient_access(&mut self, access: &Access<EnterGroup>) -> Stored<PatientAccess> {
        self.unscoped_lookup_patient_access(access.group()).await
    }

    /// The settings of the group that a link belongs to.
    async fn unscoped_lookup_patient_access(&mut self, group: GroupId) -> Stored<PatientAccess>;

    /// What patients know the practice by.
    async fn lookup_practice_details(&mut self, access: &Access<ManageSettings>) -> Stored<Option<PracticeDetails>>;

    /// Saves it; false when somebody saved meanwhile. `details.version` is the version that was read.
    async fn save_practice_details(
        &mut self,
        access: &Access<ManageSettings>,
        details: &PracticeDetails,
    ) -> Stored<bool>;

    /// Saves them; false when somebody saved meanwhile. `settings.version` is the version that was read.
    async fn save_patient_access(
        &mut self,
        access: &Access<ManageSettings>,
        settings: &PatientAccess,
        at: Time,
    ) -> Stored<bool>;
}
