//! Users of the console: memberships of accounts in groups.

use async_trait::async_trait;
use domain::{
    access::{Access, EnterGroup, ManageUsers, PatientFacts, ViewAccessLog, ViewHistory},
    email::Email,
    ids::{AccountId, GroupId, LocationId, PatientId, UserId},
    page::{Page, PageRequest},
    person::UserName,
    time::Time,
    user::{User, UserFilter},
};

use super::Stored;

/// A user with what the account says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRecord {
    /// The user.
    pub user: User,
    /// The sign-in name.
    pub email: Email,
    /// Is the password one that somebody else chose?
    pub temporary_password: bool,
}

/// A membership with its group's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembershipRecord {
    /// The membership.
    pub user: User,
    /// The group's name.
    pub group_name: String,
}

/// Memberships.
#[async_trait]
pub trait Users {
    /// A new user of a group. Clashes when the account has a membership there.
    async fn unscoped_add_user(&mut self, user: &User, at: Time) -> Stored<()>;

    /// A user of a group, for showing the name of who invited.
    async fn unscoped_lookup_user(&mut self, group: GroupId, id: UserId) -> Stored<Option<User>>;

    /// The account's membership in a group, whatever its state.
    async fn unscoped_find_user(&mut self, group: GroupId, account: AccountId) -> Stored<Option<User>>;

    /// The account's membership in the group of the proof, whatever its state.
    async fn find_user(&mut self, access: &Access<ManageUsers>, account: AccountId) -> Stored<Option<User>> {
        self.unscoped_find_user(access.group(), account).await
    }

    /// A colleague of the proof's user, whatever their state.
    async fn lookup_colleague(&mut self, access: &Access<EnterGroup>, id: UserId) -> Stored<Option<User>> {
        self.unscoped_lookup_user(access.group(), id).await
    }

    /// The user of the caller's group whose account this is.
    async fn find_colleague(&mut self, access: &Access<EnterGroup>, account: AccountId) -> Stored<Option<User>> {
        self.unscoped_find_user(access.group(), account).await
    }

    /// The user whose proof this is.
    async fn lookup_own_user(&mut self, access: &Access<EnterGroup>) -> Stored<Option<User>> {
        self.unscoped_lookup_user(access.group(), access.user()).await
    }

    /// The account's active memberships, oldest first, at most [`domain::limits::MEMBERSHIPS`].
    async fn list_memberships(&mut self, account: AccountId) -> Stored<Vec<User>>;

    /// The account's memberships that it works in or is asked to join, with the groups' names, oldest first, at most
    /// [`domain::limits::MEMBERSHIPS`].
    async fn list_own_groups(&mut self, account: AccountId) -> Stored<Vec<MembershipRecord>>;

    /// One of the account's own memberships, whatever its state.
    async fn find_own_membership(&mut self, account: AccountId, id: UserId) -> Stored<Option<MembershipRecord>>;

    /// The person's answer: saves the state of one of the account's own memberships, in place of `Invited`; false when it
    /// is not waiting for one any more. Tells who asked, so that they hear of it.
    async fn answer_own_membership(&mut self, user: &User) -> Stored<Option<UserId>>;

    /// The group's users by last name. The cursor is the id of the last row.
    async fn list_users(
        &mut self,
        access: &Access<ManageUsers>,
        filter: &UserFilter,
        page: &PageRequest,
    ) -> Stored<Page<UserRecord>>;

    /// Users whose first or last name begins with the text, whatever their state, at most
    /// [`domain::limits::SEARCH_ROWS`].
    async fn search_users(&mut self, access: &Access<ViewHistory>, text: &str) -> Stored<Vec<User>>;

    /// Users who work in the group, but whoever asks, whose first or last name begins with the text, at most
    /// [`domain::limits::SEARCH_ROWS`].
    async fn search_colleagues(&mut self, access: &Access<EnterGroup>, text: &str) -> Stored<Vec<User>>;

    /// One user of the group.
    async fn lookup_user(&mut self, access: &Access<ManageUsers>, id: UserId) -> Stored<Option<UserRecord>>;

    /// The locations the user works at, at most [`domain::limits::LOCATIONS`].
    async fn list_user_locations(&mut self, access: &Access<ManageUsers>, id: UserId) -> Stored<Vec<LocationId>>;

    /// A new user of the group, asked to join or joined already, by the proof's user, who hears of the answer. Clashes
    /// when the account has a membership there.
    async fn add_user(&mut self, access: &Access<ManageUsers>, user: &User, at: Time) -> Stored<()>;

    /// Saves details, access, state; false when it was changed meanwhile. `user.version` is the version that was read.
    /// Whoever saves an invitation becomes the one who hears of the answer.
    async fn save_user(&mut self, access: &Access<ManageUsers>, user: &User) -> Stored<bool>;

    /// Sets where the user works. Locations of other groups are passed over; tells how many were kept.
    async fn save_user_locations(
        &mut self,
        access: &Access<ManageUsers>,
        id: UserId,
        locations: &[LocationId],
    ) -> Stored<u64> {
        self.unscoped_save_user_locations(access.group(), id, locations).await
    }

    /// The same at the first run, before anybody has a right.
    async fn unscoped_save_user_locations(
        &mut self,
        group: GroupId,
        id: UserId,
        locations: &[LocationId],
    ) -> Stored<u64>;

    /// Those who may manage users now, but these two; the first [`domain::limits::MANAGERS_TOLD`].
    async fn other_managers(&mut self, access: &Access<ManageUsers>, but: UserId) -> Stored<Vec<UserId>>;

    /// How many active users may manage users: of a level that reaches everything, and not read-only.
    async fn count_managers(&mut self, access: &Access<ManageUsers>) -> Stored<i64> {
        self.unscoped_count_managers(access.group()).await
    }

    /// The same, for the operator.
    async fn unscoped_count_managers(&mut self, group: GroupId) -> Stored<i64>;

    /// How many users the group has or had.
    async fn count_users(&mut self, access: &Access<ManageUsers>) -> Stored<i64>;

    /// Ends every session that is in the group as this user. Hints the open streams.
    async fn end_user_sessions(&mut self, access: &Access<ManageUsers>, id: UserId, at: Time) -> Stored<()>;

    /// The names of these users of the group, at most 200 ids at once.
    async fn some_users(&mut self, access: &Access<EnterGroup>, ids: &[UserId]) -> Stored<Vec<(UserId, UserName)>>;

    /// These users of the patient's practice, whatever their state, at most 25 ids at once.
    async fn some_users_of_practice(&mut self, access: &Access<ViewAccessLog>, ids: &[UserId]) -> Stored<Vec<User>>;

    /// What must be known to decide about another user's rights over a patient.
    async fn patient_facts_of(
        &mut self,
        access: &Access<ManageUsers>,
        user: UserId,
        patient: PatientId,
        now: Time,
    ) -> Stored<Option<PatientFacts>>;
}
