//! What patients change in their own record, and the part of a record that only its own pages read.

use async_trait::async_trait;
use domain::{
    access::{
        Access, EditOwnRecord, EditPatient, ManageSettings, Relationship, ReviewUpdates, ViewOwnRecord, ViewPatient,
    },
    background::Background,
    grant,
    ids::{AccountId, GroupId, PatientId, UpdateId, UserId},
    page::{Page, PageRequest},
    patient::Patient,
    person::UserName,
    profile_history::Change,
    time::Time,
    update::{Mode, Outcome, QueueFilter, Subject, Told, Update},
    user::{Level, User},
};

use super::Stored;

/// A change, with what the patient's tab shows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedUpdate {
    /// The change.
    pub update: Update,
    /// The address of the portal user who asked.
    pub email: String,
    /// Who that is to the patient.
    pub kind: grant::Kind,
    /// The user who decided, if one did.
    pub decided_by: Option<UserName>,
}

/// Of whom a user reads how they live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SocialReach {
    /// Of every patient they see.
    Everybody,
    /// Of those they treat.
    Treated,
    /// Of nobody.
    Nobody,
}

/// A change of what a record says, with what its readers are shown of whoever made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedChange {
    /// The change.
    pub change: Change,
    /// The user, if one took part: name, profession and level.
    pub user: Option<(UserName, String, Level)>,
    /// Who the portal user is to the patient, if one took part: the kind of their grant, its name and relationship.
    pub portal: Option<(grant::Kind, String, String)>,
}

/// Funding and social history, and changes that portal users ask for.
#[async_trait]
pub trait Updates {
    /// Funding and social history; empty when nothing was ever said.
    async fn lookup_background(&mut self, access: &Access<ViewPatient>) -> Stored<Background>;

    /// Saves them. Whoever does saves the patient in the same unit of work: it carries the version of both.
    async fn save_background(&mut self, access: &Access<EditPatient>, background: &Background) -> Stored<()>;

    /// The same from the portal's side.
    async fn lookup_own_background(&mut self, access: &Access<ViewOwnRecord>) -> Stored<Background>;

    /// The same from the portal's side.
    async fn save_own_background(&mut self, access: &Access<EditOwnRecord>, background: &Background) -> Stored<()>;

    /// Saves the record from the portal's side; false when it was changed meanwhile.
    async fn save_own_patient(&mut self, access: &Access<EditOwnRecord>, patient: &Patient, at: Time) -> Stored<bool>;

    /// What becomes of a change of this record.
    async fn own_update_mode(&mut self, access: &Access<ViewOwnRecord>) -> Stored<Mode>;

    /// The patient's changes that wait, oldest first: one for each subject at most.
    async fn list_waiting_updates(&mut self, access: &Access<ViewPatient>) -> Stored<Vec<ListedUpdate>>;

    /// Those that do not wait any more, latest first. The cursor is the id of the last row.
    async fn list_decided_updates(
        &mut self,
        access: &Access<ViewPatient>,
        page: &PageRequest,
    ) -> Stored<Page<ListedUpdate>>;

    /// One change of the patient.
    async fn lookup_update(&mut self, access: &Access<ViewPatient>, id: UpdateId) -> Stored<Option<Update>>;

    /// Saves what became of a change; false when it is not as `from` any more. Clashes when another change of its subject waits.
    async fn save_update(&mut self, access: &Access<EditPatient>, update: &Update, from: &Outcome) -> Stored<bool>;

    /// Those that wait, and the latest of the others, in no order: what the portal's page shows of them.
    async fn list_own_updates(&mut self, access: &Access<ViewOwnRecord>) -> Stored<Vec<Update>>;

    /// A new change. Clashes when another one of its subject waits.
    async fn add_own_update(&mut self, access: &Access<EditOwnRecord>, update: &Update) -> Stored<()>;

    /// The change of this subject that waits is replaced, or taken back; false when none waits.
    async fn supersede_own_update(
        &mut self,
        access: &Access<EditOwnRecord>,
        subject: Subject,
        at: Time,
    ) -> Stored<bool>;

    /// Active users who might decide and whose bell does not say so already, those who treat the patient first, and how they
    /// belong together; at most [`domain::limits::REVIEWERS`]. Who may is not storage's to say.
    async fn list_reviewers(&mut self, access: &Access<ViewOwnRecord>) -> Stored<Vec<(User, Option<Relationship>)>>;

    /// Users whose bell says that something waits, and how they belong to the patient; at most
    /// [`domain::limits::REVIEWERS`].
    async fn list_told_reviewers(&mut self, access: &Access<EditPatient>) -> Stored<Vec<(User, Option<Relationship>)>>;

    /// The same from the portal's side.
    async fn list_own_told_reviewers(
        &mut self,
        access: &Access<ViewOwnRecord>,
    ) -> Stored<Vec<(User, Option<Relationship>)>>;

    /// Nothing waits any more for these users, or for anybody: what the bell said of it counts as read. Hints their open pages.
    async fn forget_update_news(
        &mut self,
        access: &Access<EditPatient>,
        whose: Option<&[UserId]>,
        at: Time,
    ) -> Stored<()>;

    /// The same from the portal's side: something was taken back.
    async fn forget_own_update_news(
        &mut self,
        access: &Access<EditOwnRecord>,
        whose: Option<&[UserId]>,
        at: Time,
    ) -> Stored<()>;

    /// What was forgotten at that moment or since counts as unread again: the decision was taken back.
    async fn recall_update_news(&mut self, access: &Access<EditPatient>, forgotten_at: Time) -> Stored<()>;

    /// Were changes of this account approved or rejected since then?
    async fn unscoped_updates_decided(
        &mut self,
        group: GroupId,
        patient: PatientId,
        account: AccountId,
        since: Time,
    ) -> Stored<bool>;

    /// The group's changes that wait and that the caller may decide about, oldest first. The cursor is the id of the last row.
    async fn list_updates_queue(
        &mut self,
        access: &Access<ReviewUpdates>,
        social: SocialReach,
        filter: &QueueFilter,
        page: &PageRequest,
    ) -> Stored<Page<ListedUpdate>>;

    /// How many of them there are, counted up to [`domain::limits::QUEUE_COUNTED`].
    async fn count_updates_queue(
        &mut self,
        access: &Access<ReviewUpdates>,
        social: SocialReach,
        filter: &QueueFilter,
    ) -> Stored<u32>;

    /// How much of what this account asked for was decided about since they looked at that page, counted up to 100.
    async fn count_own_unseen_updates(&mut self, access: &Access<ViewOwnRecord>, told: Told) -> Stored<u32>;

    /// They looked at that page.
    async fn mark_own_updates_seen(&mut self, access: &Access<ViewOwnRecord>, told: Told, at: Time) -> Stored<()>;

    /// Keeps what a record said before.
    async fn add_profile_change(&mut self, access: &Access<EditPatient>, change: &Change) -> Stored<()>;

    /// The same from the portal's side.
    async fn add_own_profile_change(&mut self, access: &Access<EditOwnRecord>, change: &Change) -> Stored<()>;

    /// What the record said before, latest first; how the patient lives only if asked for. The cursor is the last row's id.
    async fn list_profile_changes(
        &mut self,
        access: &Access<ViewPatient>,
        social: bool,
        page: &PageRequest,
    ) -> Stored<Page<ListedChange>>;

    /// The same from the portal's side, all of it.
    async fn list_own_profile_changes(
        &mut self,
        access: &Access<ViewOwnRecord>,
        page: &PageRequest,
    ) -> Stored<Page<ListedChange>>;

    /// How many changes wait in the group, counted up to 1,000.
    async fn count_group_updates(&mut self, access: &Access<ManageSettings>) -> Stored<i64>;

    /// The group's changes that wait, oldest first, those after `after`; at most [`domain::limits::UPDATES_STEP`].
    async fn list_group_updates(
        &mut self,
        access: &Access<ManageSettings>,
        after: Option<UpdateId>,
    ) -> Stored<Vec<Update>>;
}
