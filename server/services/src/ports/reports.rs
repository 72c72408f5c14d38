//! Reports: patients found by what is known of them.

use async_trait::async_trait;
use domain::{
    access::{Access, EnterGroup, ListPatients},
    ids::{LocationId, SavedReportId, UserId},
    page::{Page, PageRequest},
    patient::{PortalState, Status},
    report::{CaseLoadForm, SavedReport},
    time::Time,
    user::User,
};

use super::{PatientRecord, Stored};

/// What a case load asks of the records, with ages turned into birth dates and days into moments.
#[derive(Debug, Clone, Default)]
pub struct CaseLoadFilter {
    /// Related to this practitioner.
    pub practitioner: Option<UserId>,
    /// Related to somebody who works there.
    pub location: Option<LocationId>,
    /// Of this status.
    pub status: Option<Status>,
    /// Where the portal stands like this.
    pub portal: Option<PortalState>,
    /// With an email address, or without.
    pub email: Option<bool>,
    /// Born after this day (`2014-09-03`).
    pub born_after: Option<String>,
    /// Born on this day or before.
    pub born_by: Option<String>,
    /// The record was made at this time or later.
    pub added_from: Option<Time>,
    /// As typed: the patient has all of its words.
    pub text: String,
}

/// Reports.
#[async_trait]
pub trait Reports {
    /// The patients of a case load whom this caller may see, by family name; by number for a caller who sees no names. The
    /// cursor is the id of the last record that was looked at.
    ///
    /// Looks at no more than [`domain::limits::LOOKED_AT`] records: a page may be short, or empty, and have a cursor all
    /// the same. So each costs about the same, however rare what is looked for is among a million.
    async fn list_case_load(
        &mut self,
        access: &Access<ListPatients>,
        filter: &CaseLoadFilter,
        page: &PageRequest,
    ) -> Stored<Page<PatientRecord>>;

    /// The practitioners at work, by name, at most [`domain::limits::USERS`].
    async fn list_practitioners(&mut self, access: &Access<EnterGroup>) -> Stored<Vec<User>>;

    /// The reports that this user keeps, by name, at most [`domain::limits::SAVED_REPORTS`]. Filters that cannot be read are
    /// none.
    async fn list_saved_reports(&mut self, access: &Access<ListPatients>) -> Stored<Vec<SavedReport>>;

    /// Keeps one more. Clashes on the name, whatever its case.
    async fn add_saved_report(
        &mut self,
        access: &Access<ListPatients>,
        id: SavedReportId,
        name: &str,
        form: &CaseLoadForm,
        at: Time,
    ) -> Stored<()>;

    /// Calls one of this user's differently; false when it is not there. Clashes on the name.
    async fn rename_saved_report(
        &mut self,
        access: &Access<ListPatients>,
        id: SavedReportId,
        name: &str,
    ) -> Stored<bool>;

    /// Removes one of this user's; false when it is not there.
    async fn remove_saved_report(&mut self, access: &Access<ListPatients>, id: SavedReportId) -> Stored<bool>;
}
