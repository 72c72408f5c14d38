//! Records that are opened in an emergency (PR-04).

use async_trait::async_trait;
use domain::{
    access::{Access, EnterGroup, OpenInEmergency, ReviewEmergencies, SeekInEmergency},
    emergency_access::Sought,
    ids::{EmergencyId, PatientId, UserId},
    page::{Page, PageRequest},
    time::Time,
};

use super::Stored;

/// One opening, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emergency {
    /// Which one.
    pub id: EmergencyId,
    /// Who opened it.
    pub user: UserId,
    /// Whose record.
    pub patient: PatientId,
    /// Why.
    pub reason: String,
    /// When.
    pub opened_at: Time,
    /// When it ends by itself.
    pub until: Time,
    /// When it was ended before that.
    pub ended_at: Option<Time>,
    /// Who looked at it, and when.
    pub reviewed: Option<(UserId, Time)>,
}

impl Emergency {
    /// Is it open at this time?
    #[must_use]
    pub fn is_open(&self, now: Time) -> bool {
        self.ended_at.is_none() && now < self.until
    }
}

/// Openings of a group.
#[async_trait]
pub trait Emergencies {
    /// For how many hours the group opens records; none when it opens none.
    async fn emergency_hours(&mut self, access: &Access<EnterGroup>) -> Stored<Option<u32>>;

    /// The patients of this name and birth date, at most [`domain::limits::EMERGENCY_ALIKE`]. Whether the caller may open them is not asked.
    async fn seek_in_emergency(&mut self, access: &Access<SeekInEmergency>, sought: &Sought) -> Stored<Vec<PatientId>>;

    /// Opens the patient's record for the caller until then. Takes effect with the caller's next question.
    async fn open_emergency(
        &mut self,
        access: &Access<OpenInEmergency>,
        id: EmergencyId,
        reason: &str,
        opened_at: Time,
        until: Time,
    ) -> Stored<()>;

    /// How many records the caller opened since then.
    async fn count_own_emergencies(&mut self, access: &Access<OpenInEmergency>, since: Time) -> Stored<i64>;

    /// What the caller holds open now, what was opened last first: at most [`domain::limits::EMERGENCIES_OPEN`].
    async fn list_own_emergencies(&mut self, access: &Access<EnterGroup>, now: Time) -> Stored<Vec<(PatientId, Time)>>;

    /// Closes what a user of the group holds open: of this patient, or of all. False when that was nothing.
    async fn end_emergencies_of(
        &mut self,
        access: &Access<EnterGroup>,
        user: UserId,
        patient: Option<PatientId>,
        now: Time,
    ) -> Stored<bool>;

    /// The group's openings, latest first. The cursor is the id of the last row.
    async fn list_emergencies(
        &mut self,
        access: &Access<ReviewEmergencies>,
        page: &PageRequest,
    ) -> Stored<Page<Emergency>>;

    /// One of them.
    async fn lookup_emergency(
        &mut self,
        access: &Access<ReviewEmergencies>,
        id: EmergencyId,
    ) -> Stored<Option<Emergency>>;

    /// Closes a record that somebody holds open; false when it is not open any more.
    async fn end_emergency(&mut self, access: &Access<ReviewEmergencies>, id: EmergencyId, now: Time) -> Stored<bool>;

    /// Writes down that the caller looked at it; false when somebody did already.
    async fn review_emergency(
        &mut self,
        access: &Access<ReviewEmergencies>,
        id: EmergencyId,
        now: Time,
    ) -> Stored<bool>;

    /// Those who may look at it, but the caller; the first [`domain::limits::MANAGERS_TOLD`].
    async fn emergency_reviewers(&mut self, access: &Access<OpenInEmergency>) -> Stored<Vec<UserId>>;
}
