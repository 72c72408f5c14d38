//! The practice group and its settings.

use async_trait::async_trait;
use domain::{
    access::{Access, EnterGroup, Inviting, ManageSettings},
    ids::GroupId,
    practice::{Group, MessageSettings, PatientAccess, PracticeDetails},
    time::Time,
};

use super::Stored;

/// The tenant.
#[async_trait]
pub trait Practice: Send {
    /// Is there any group yet?
    async fn unscoped_any_group(&mut self) -> Stored<bool>;

    /// Claims the first run for this caller. Clashes for everyone after the first (RC-10).
    async fn unscoped_claim_set_up(&mut self, at: Time) -> Stored<()>;

    /// A new group, with its default settings.
    async fn unscoped_add_group(&mut self, group: &Group, at: Time) -> Stored<()>;

    /// A group's name and telephone: what its mails and link pages show.
    async fn unscoped_lookup_group(&mut self, id: GroupId) -> Stored<Option<Group>>;

    /// The group.
    async fn lookup_group(&mut self, access: &Access<EnterGroup>) -> Stored<Option<Group>> {
        self.unscoped_lookup_group(access.group()).await
    }

    /// The same for who changes a patient's portal users, on whatever side.
    async fn lookup_access_rules(&mut self, access: &Inviting) -> Stored<PatientAccess> {
        self.unscoped_lookup_patient_access(access.group()).await
    }

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

    /// How the group writes to its patients, with the mails it sent in the month of `now`.
    async fn unscoped_lookup_messages(&mut self, group: GroupId, now: Time) -> Stored<MessageSettings>;

    /// The same, for those who change it.
    async fn lookup_messages(&mut self, access: &Access<ManageSettings>, now: Time) -> Stored<MessageSettings> {
        self.unscoped_lookup_messages(access.group(), now).await
    }

    /// Saves it; false when somebody saved meanwhile. `settings.version` is the version that was read.
    async fn save_messages(
        &mut self,
        access: &Access<ManageSettings>,
        settings: &MessageSettings,
        at: Time,
    ) -> Stored<bool>;

    /// Counts one more mail of the group in the month of `now`.
    async fn unscoped_count_message(&mut self, group: GroupId, now: Time) -> Stored<()>;
}
