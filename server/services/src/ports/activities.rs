//! Home activities, and on which days they were done.

use async_trait::async_trait;
use domain::{
    access::{
        Access, AssignActivities, DoOwnActivity, GrantFacts, OwnActivityFacts, ReadActivities, ReadOwnActivity,
        ViewOwnClinical,
    },
    activity::{Activity, ActivityState, ActivityText, Doing, Schedule},
    ids::{AccountId, ActivityId, FileId, GroupId, PatientId},
    page::{Page, PageRequest},
    person::UserName,
    time::{Date, Time},
};

use super::Stored;

/// An activity in a list of the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedActivity {
    /// Its id.
    pub id: ActivityId,
    /// What it is called.
    pub title: String,
    /// When it is to be done.
    pub schedule: Schedule,
    /// Where it stands.
    pub state: ActivityState,
    /// On which days it was done, from the asked one on.
    pub done: Vec<Date>,
}

/// What else is known of an activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityOrigin {
    /// Who assigned it, or changed it last.
    pub author: UserName,
    /// What they do.
    pub profession: String,
    /// When it was assigned.
    pub added_at: Time,
    /// Files that belong to it.
    pub files: Vec<FileId>,
    /// On which days it was done, from the asked one on.
    pub done: Vec<Date>,
}

/// An activity in a list of the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedOwnActivity {
    /// Its id.
    pub id: ActivityId,
    /// What it is called.
    pub title: String,
    /// How much of it.
    pub dose: String,
    /// When it is to be done.
    pub schedule: Schedule,
    /// Does it go on?
    pub current: bool,
    /// Was it done today?
    pub done: bool,
    /// Has this portal user not read it as it is now?
    pub unread: bool,
}

/// What waits for a portal user.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OwnActivityCounts {
    /// Activities that they have not read as they are now.
    pub unread: i64,
    /// Activities that are due today and not ticked off.
    pub due: i64,
}

/// A day on which an activity was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoneDay {
    /// Which.
    pub day: Date,
    /// What was said of it.
    pub note: String,
    /// Who ticked it off, or said that.
    pub account: AccountId,
}

/// An activity as the portal shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignedActivity {
    /// What is to be done.
    pub text: ActivityText,
    /// Who assigned it.
    pub author: UserName,
    /// What they do.
    pub profession: String,
    /// Did the practice end it?
    pub ended: bool,
    /// Files that belong to it.
    pub files: Vec<FileId>,
    /// On which days it was done, from the asked day on.
    pub done: Vec<DoneDay>,
}

/// Home activities. What a list of the portal holds is what `ReadOwnActivity` allows, no more and no less.
#[async_trait]
pub trait Activities {
    /// The patient's activities: those that go on today first, then the others, latest first. Done days are told from `since` on.
    async fn list_activities(
        &mut self,
        access: &Access<ReadActivities>,
        today: Date,
        since: Date,
        page: &PageRequest,
    ) -> Stored<Page<ListedActivity>>;

    /// One of them.
    async fn lookup_activity(&mut self, access: &Access<ReadActivities>, id: ActivityId) -> Stored<Option<Activity>>;

    /// What else is known of it. Done days are told from `since` on.
    async fn lookup_activity_origin(
        &mut self,
        access: &Access<ReadActivities>,
        id: ActivityId,
        since: Date,
    ) -> Stored<Option<ActivityOrigin>>;

    /// On which days it was done, the latest first. The cursor is the day of the last row.
    async fn list_doings(
        &mut self,
        access: &Access<ReadActivities>,
        id: ActivityId,
        page: &PageRequest,
    ) -> Stored<Page<Doing>>;

    /// The same for the portal.
    async fn list_own_doings(&mut self, access: &Access<ReadOwnActivity>, page: &PageRequest) -> Stored<Page<Doing>>;

    /// A new one.
    async fn add_activity(&mut self, access: &Access<AssignActivities>, activity: &Activity, at: Time) -> Stored<()>;

    /// Changes one that goes on; false when it was changed meanwhile, ended or taken back. Nobody of the portal has read it then.
    async fn save_activity(&mut self, access: &Access<AssignActivities>, activity: &Activity) -> Stored<bool>;

    /// The files that belong to it.
    async fn list_activity_files(&mut self, access: &Access<AssignActivities>, id: ActivityId) -> Stored<Vec<FileId>>;

    /// A file belongs to it from now on; `shown`: it is in the portal because of that. False when the file is not of this patient,
    /// or nothing is kept of it.
    async fn add_activity_file(
        &mut self,
        access: &Access<AssignActivities>,
        id: ActivityId,
        file: FileId,
        shown: bool,
    ) -> Stored<bool>;

    /// Is the file in the portal because it belongs to activities, and this one the last of them that was not taken back?
    async fn activity_shows_file(
        &mut self,
        access: &Access<AssignActivities>,
        id: ActivityId,
        file: FileId,
    ) -> Stored<bool>;

    /// A file belongs to it no longer.
    async fn remove_activity_file(
        &mut self,
        access: &Access<AssignActivities>,
        id: ActivityId,
        file: FileId,
    ) -> Stored<()>;

    /// Ends one that goes on; false when it is none.
    async fn end_activity(&mut self, access: &Access<AssignActivities>, id: ActivityId, at: Time) -> Stored<bool>;

    /// Takes one back; false when it is taken back already.
    async fn withdraw_activity(&mut self, access: &Access<AssignActivities>, id: ActivityId, at: Time) -> Stored<bool>;

    /// What is needed to decide whether this portal user may read an activity; `grant` is theirs.
    async fn own_activity_facts(
        &mut self,
        access: &Access<ViewOwnClinical>,
        id: ActivityId,
        grant: &GrantFacts,
    ) -> Stored<Option<OwnActivityFacts>>;

    /// What was assigned and not taken back: what goes on today first, then the others, latest first.
    async fn list_own_activities(
        &mut self,
        access: &Access<ViewOwnClinical>,
        today: Date,
        page: &PageRequest,
    ) -> Stored<Page<ListedOwnActivity>>;

    /// How many of those that go on today this portal user has not read, and how many are due and not ticked off, counted up to
    /// [`domain::limits::QUEUE_COUNTED`] together.
    async fn count_own_activities(
        &mut self,
        access: &Access<ViewOwnClinical>,
        today: Date,
    ) -> Stored<OwnActivityCounts>;

    /// Is any that goes on today unread by this account? Asked when a mail about it is to leave.
    async fn unscoped_activities_wait(
        &mut self,
        group: GroupId,
        patient: PatientId,
        account: AccountId,
        today: Date,
    ) -> Stored<bool>;

    /// One of them; none when it was taken back meanwhile. Done days are told from `since` on.
    async fn lookup_own_activity(
        &mut self,
        access: &Access<ReadOwnActivity>,
        since: Date,
    ) -> Stored<Option<AssignedActivity>>;

    /// Keeps that this portal user read it.
    async fn own_activity_read(&mut self, access: &Access<ReadOwnActivity>, at: Time) -> Stored<()>;

    /// Keeps that it was done on a day. Without a note it leaves the one that stands there; false when somebody else's would be
    /// lost. Who says something of a day is whose it is.
    async fn own_activity_done(
        &mut self,
        access: &Access<DoOwnActivity>,
        day: Date,
        note: &str,
        at: Time,
    ) -> Stored<bool>;

    /// Keeps that it was not; false when nobody said that it was, or somebody else said something of it.
    async fn own_activity_not_done(&mut self, access: &Access<DoOwnActivity>, day: Date) -> Stored<bool>;
}
