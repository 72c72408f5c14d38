//! Patients and their contacts.

use async_trait::async_trait;
use domain::{
    access::{
        Access, AddPatient, EditOwnRecord, EditPatient, EnterGroup, ListPatients, PatientFacts, Relationship,
        ViewOwnRecord, ViewPatient,
    },
    ids::{ContactId, PatientId},
    page::{Page, PageRequest},
    patient::{Contact, Patient, PatientFilter, PortalState},
    time::Time,
};

use super::Stored;

/// A patient's record and where it stands with the portal.
#[derive(Debug, Clone)]
pub struct PatientRecord {
    /// The record.
    pub patient: Patient,
    /// Where it stands with the portal.
    pub portal: PortalState,
}

/// Patients of a group.
#[async_trait]
pub trait Patients {
    /// What must be known to decide about the caller's rights over this patient.
    async fn patient_facts(
        &mut self,
        access: &Access<EnterGroup>,
        id: PatientId,
        now: Time,
    ) -> Stored<Option<PatientFacts>>;

    /// The record.
    async fn lookup_patient(&mut self, access: &Access<ViewPatient>) -> Stored<Option<PatientRecord>>;

    /// The patients this caller may see, by family name; a search in the whole group by the word found, then by family
    /// name. The cursor is the id of the last row.
    ///
    /// `filter.text` matches the beginnings of folded words of name, telephone and birth date, every word of the text
    /// at least once. For a caller who sees no names, only the pseudonym's number matches and the order is by number.
    async fn list_patients(
        &mut self,
        access: &Access<ListPatients>,
        filter: &PatientFilter,
        page: &PageRequest,
    ) -> Stored<Page<PatientRecord>>;

    /// Those of these patients whom this caller may see, at most 200 ids at once.
    async fn some_patients(&mut self, access: &Access<EnterGroup>, ids: &[PatientId]) -> Stored<Vec<PatientRecord>>;

    /// A new patient. Clashes on the number. A practitioner who adds a patient treats them: the relationship is
    /// stored with the row.
    async fn add_patient(
        &mut self,
        access: &Access<AddPatient>,
        patient: &Patient,
        relationship: Option<Relationship>,
    ) -> Stored<()>;

    /// Saves the record; false when it was changed meanwhile. `patient.version` is the version that was read.
    async fn save_patient(&mut self, access: &Access<EditPatient>, patient: &Patient, at: Time) -> Stored<bool>;

    /// Sets how this user and this patient belong together.
    async fn save_relationship(&mut self, access: &Access<EditPatient>, relationship: Relationship) -> Stored<()>;
}

/// People attached to a patient.
#[async_trait]
pub trait Contacts {
    /// The patient's contacts: those called in an emergency in their order, then the others by name; at most
    /// [`domain::limits::CONTACTS`].
    async fn list_contacts(&mut self, access: &Access<ViewPatient>) -> Stored<Vec<Contact>>;

    /// A new contact.
    async fn add_contact(&mut self, access: &Access<EditPatient>, contact: &Contact, at: Time) -> Stored<()>;

    /// Saves a contact; false when it is not there or was changed meanwhile.
    async fn save_contact(&mut self, access: &Access<EditPatient>, contact: &Contact, at: Time) -> Stored<bool>;

    /// Removes a contact; false when it is not there or was changed meanwhile.
    async fn remove_contact(&mut self, access: &Access<EditPatient>, id: ContactId, version: i64) -> Stored<bool>;

    /// Makes what was listed as `before` into `after`: adds, saves and removes. False when one of them is not there or was
    /// changed meanwhile. Who was let in as one of those who are removed stays in, as somebody who is none.
    async fn save_contacts(
        &mut self,
        access: &Access<EditPatient>,
        before: &[Contact],
        after: &[Contact],
        at: Time,
    ) -> Stored<bool>;

    /// [`Contacts::list_contacts`] from the portal's side.
    async fn list_own_contacts(&mut self, access: &Access<ViewOwnRecord>) -> Stored<Vec<Contact>>;

    /// [`Contacts::save_contacts`] from the portal's side.
    async fn save_own_contacts(
        &mut self,
        access: &Access<EditOwnRecord>,
        before: &[Contact],
        after: &[Contact],
        at: Time,
    ) -> Stored<bool>;
}
