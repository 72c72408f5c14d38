//! Portal grants: account × patient.

use async_trait::async_trait;
use domain::{
    access::{Access, GrantFacts, InvitePatient, ViewOwnRecord},
    grant::Grant,
    ids::{AccountId, GrantId, PatientId},
    patient::Patient,
    person::PatientName,
    practice::Group,
    time::Time,
};

use super::Stored;

/// One of the records an account holds a grant for, as a list of them shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnRecord {
    /// The grant and where its patient stands: what decides whether it opens.
    pub facts: GrantFacts,
    /// The patient's name.
    pub name: PatientName,
    /// The practice group's name.
    pub practice: String,
    /// The practice group's telephone.
    pub phone: String,
}

/// Who may act in the portal for whom. Adding and saving a grant keeps the patient's portal state true.
#[async_trait]
pub trait Grants {
    /// The grant of this account for the patient at hand.
    async fn find_grant(&mut self, access: &Access<InvitePatient>, account: AccountId) -> Stored<Option<Grant>>;

    /// A new grant for the patient at hand. Clashes on account × patient.
    async fn add_grant(&mut self, access: &Access<InvitePatient>, grant: &Grant, at: Time) -> Stored<()>;

    /// The grant that an invitation activates.
    async fn unscoped_lookup_grant(&mut self, id: GrantId) -> Stored<Option<GrantFacts>>;

    /// The name of the patient that a grant is for: the person's own name is refused as a password.
    async fn unscoped_lookup_patient_name(&mut self, id: GrantId) -> Stored<Option<PatientName>>;

    /// Saves a grant's state on behalf of the person invited.
    async fn unscoped_save_grant(&mut self, grant: &Grant, at: Time) -> Stored<bool>;

    /// All grants of an account, oldest first, at most 100: what its own portal is made of.
    async fn list_grants(&mut self, account: AccountId) -> Stored<Vec<GrantFacts>>;

    /// The same with names, for the person to choose from.
    async fn list_own_records(&mut self, account: AccountId) -> Stored<Vec<OwnRecord>>;

    /// The grant of this account for this patient.
    async fn find_own_grant(&mut self, account: AccountId, patient: PatientId) -> Stored<Option<GrantFacts>>;

    /// The patient one may see in the portal, and their practice.
    async fn lookup_own_record(&mut self, access: &Access<ViewOwnRecord>) -> Stored<Option<(Patient, Group)>>;
}
