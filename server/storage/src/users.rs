//! Users of the console: memberships of accounts in groups. None is ever deleted (S4-14).
//!
//! `deactivated_at` repeats what the state says, for a server of the version before: null exactly when it is `active`.

use async_trait::async_trait;
use domain::{
    access::{Access, EnterGroup, ManageUsers, PatientFacts, Relationship, ViewAccessLog, ViewHistory},
    ids::{AccountId, GroupId, LocationId, PatientId, UserId},
    limits,
    page::{Page, PageRequest},
    person::UserName,
    text,
    time::Time,
    user::{AccessSettings, Level, User, UserFilter, UserState},
};
use services::ports::{Hint, MembershipRecord, StoreError, Stored, UserRecord, Users, Work as _};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::SqlWork;
use crate::{
    common::{FIRST, LAST, readable, rows},
    search::stored_sort_name,
};

/// Ids that one statement asks for.
const AT_ONCE: usize = 25;

/// A membership as stored.
#[derive(sqlx::FromRow)]
pub(super) struct UserRow {
    pub(super) id: Uuid,
    pub(super) group_id: Uuid,
    pub(super) account_id: Uuid,
    pub(super) title: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) profession: String,
    pub(super) registration: String,
    pub(super) level: String,
    pub(super) hide_names: bool,
    pub(super) read_only: bool,
    pub(super) view_history: bool,
    pub(super) export_data: bool,
    pub(super) no_note_sharing: bool,
    pub(super) state: String,
    pub(super) state_at: i64,
    pub(super) version: i64,
}

impl TryFrom<UserRow> for User {
    type Error = StoreError;

    fn try_from(row: UserRow) -> Stored<Self> {
        Ok(Self {
            id: row.id.into(),
            group: row.group_id.into(),
            account: row.account_id.into(),
            name: UserName { title: row.title, first: row.first_name, last: row.last_name },
            profession: row.profession,
            registration: row.registration,
            level: readable(Level::from_code(&row.level), "level")?,
            settings: AccessSettings {
                hide_names: row.hide_names,
                read_only: row.read_only,
                view_history: row.view_history,
                export_data: row.export_data,
                no_note_sharing: row.no_note_sharing,
            },
            state: readable(UserState::from_code(&row.state), "state of a user")?,
            since: Time::from_millis(row.state_at),
            version: row.version,
        })
    }
}

/// A user, and how they belong to a patient.
#[derive(sqlx::FromRow)]
pub(super) struct RelatedRow {
    #[sqlx(flatten)]
    user: UserRow,
    relationship: Option<String>,
}

impl RelatedRow {
    pub(super) fn read(self) -> Stored<(User, Option<Relationship>)> {
        Ok((self.user.try_into()?, self.relationship.as_deref().map(Relationship::from_code)))
    }
}

/// `SELECT`, a user's columns, and the rest of the statement, which calls the table `u`.
macro_rules! select_user {
    ($($rest:tt)+) => {
        concat!(
            "SELECT
                 u.id,
                 u.group_id,
                 u.account_id,
                 u.title,
                 u.first_name,
                 u.last_name,
                 u.profession,
                 u.registration,
                 u.level,
                 u.hide_names,
                 u.read_only,
                 u.view_history,
                 u.export_data,
                 u.no_note_sharing,
                 u.state,
                 u.state_at,
                 u.version",
            $($rest)+
        )
    };
}
pub(super) use select_user;

/// A user with what the account says.
#[derive(sqlx::FromRow)]
struct RecordRow {
    #[sqlx(flatten)]
    user: UserRow,
    email: String,
    temporary_since: Option<i64>,
}

impl TryFrom<RecordRow> for UserRecord {
    type Error = StoreError;

    fn try_from(row: RecordRow) -> Stored<Self> {
        Ok(Self {
            user: row.user.try_into()?,
            email: readable(row.email.parse(), "email address")?,
            temporary_password: row.temporary_since.is_some(),
        })
    }
}

/// A membership with its group's name.
#[derive(sqlx::FromRow)]
struct MembershipRow {
    #[sqlx(flatten)]
    user: UserRow,
    group_name: String,
}

impl TryFrom<MembershipRow> for MembershipRecord {
    type Error = StoreError;

    fn try_from(row: MembershipRow) -> Stored<Self> {
        Ok(Self { user: row.user.try_into()?, group_name: row.group_name })
    }
}

/// A name as lists are sorted by it, and as people say it; both are searched by their beginning.
fn folded(name: &UserName) -> (String, String) {
    let fold = |one: &str, other: &str| stored_sort_name(&text::fold(&format!("{one} {other}")));
    (fold(&name.last, &name.first), fold(&name.first, &name.last))
}

/// Binds what both statements that write a user say of them, in the columns' order from the title to the inviter.
macro_rules! bind_user {
    ($statement:expr, $user:ident, $inviter:ident) => {{
        let (sort_name, first_folded) = folded(&$user.name);
        $statement
            .bind($user.name.title.clone())
            .bind($user.name.first.clone())
            .bind($user.name.last.clone())
            .bind(sort_name)
            .bind(first_folded)
            .bind($user.profession.clone())
            .bind($user.registration.clone())
            .bind($user.level.code())
            .bind($user.settings.hide_names)
            .bind($user.settings.read_only)
            .bind($user.settings.view_history)
            .bind($user.settings.export_data)
            .bind($user.settings.no_note_sharing)
            .bind($user.state.code())
            .bind($user.since.millis())
            .bind(not_at_work($user))
            .bind($inviter)
    }};
}

/// What `deactivated_at` says of a user.
fn not_at_work(user: &User) -> Option<i64> {
    match user.state {
        UserState::Active => None,
        UserState::Invited | UserState::Rejected | UserState::Deactivated => Some(user.since.millis()),
    }
}

/// The levels of those who are asked for; nothing in the place of the others.
pub(super) fn levels(wanted: impl Fn(Level) -> bool) -> [&'static str; 7] {
    Level::ALL.map(|level| if wanted(level) { level.code() } else { "" })
}

#[async_trait]
impl Users for SqlWork {
    async fn unscoped_add_user(&mut self, user: &User, at: Time) -> Stored<()> {
        let group = user.group.uuid();
        let inviter = match user.state {
            // Nobody asked: the group's first user hears of the answer.
            UserState::Invited => {
                let first: Option<(Uuid,)> = self
                    .find(
                        query_as(
                            "SELECT id
                             FROM users
                             WHERE group_id = $1
                             ORDER BY added_at, id
                             LIMIT 1",
                        )
                        .bind(group),
                    )
                    .await?;
                first.map(|(id,)| id)
            }
            UserState::Active | UserState::Rejected | UserState::Deactivated => None,
        };
        self.insert_user(group, user, inviter, at).await
    }

    async fn unscoped_lookup_user(&mut self, group: GroupId, id: UserId) -> Stored<Option<User>> {
        let row: Option<UserRow> = self
            .find(
                query_as(select_user!(
                    "
                     FROM users u
                     WHERE u.group_id = $1
                       AND u.id = $2"
                ))
                .bind(group.uuid())
                .bind(id.uuid()),
            )
            .await?;
        row.map(User::try_from).transpose()
    }

    async fn unscoped_find_user(&mut self, group: GroupId, account: AccountId) -> Stored<Option<User>> {
        let row: Option<UserRow> = self
            .find(
                query_as(select_user!(
                    "
                     FROM users u
                     WHERE u.group_id = $1
                       AND u.account_id = $2"
                ))
                .bind(group.uuid())
                .bind(account.uuid()),
            )
            .await?;
        row.map(User::try_from).transpose()
    }

    async fn list_memberships(&mut self, account: AccountId) -> Stored<Vec<User>> {
        let rows: Vec<UserRow> = self
            .all(
                query_as(select_user!(
                    "
                     FROM users u
                     WHERE u.account_id = $1
                       AND u.state = 'active'
                     ORDER BY u.added_at, u.id
                     LIMIT $2"
                ))
                .bind(account.uuid())
                .bind(i64::from(limits::MEMBERSHIPS)),
            )
            .await?;
        rows.into_iter().map(User::try_from).collect()
    }

    async fn list_own_groups(&mut self, account: AccountId) -> Stored<Vec<MembershipRecord>> {
        let rows: Vec<MembershipRow> = self
            .all(
                query_as(select_user!(
                    ",
                         g.name AS group_name
                     FROM users u
                     JOIN practice_groups g
                         ON g.id = u.group_id
                     WHERE u.account_id = $1
                       AND u.state IN ('active', 'invited')
                     ORDER BY u.added_at, u.id
                     LIMIT $2"
                ))
                .bind(account.uuid())
                .bind(i64::from(limits::MEMBERSHIPS)),
            )
            .await?;
        rows.into_iter().map(MembershipRecord::try_from).collect()
    }

    async fn find_own_membership(&mut self, account: AccountId, id: UserId) -> Stored<Option<MembershipRecord>> {
        let row: Option<MembershipRow> = self
            .find(
                query_as(select_user!(
                    ",
                         g.name AS group_name
                     FROM users u
                     JOIN practice_groups g
                         ON g.id = u.group_id
                     WHERE u.id = $1
                       AND u.account_id = $2"
                ))
                .bind(id.uuid())
                .bind(account.uuid()),
            )
            .await?;
        row.map(MembershipRecord::try_from).transpose()
    }

    async fn answer_own_membership(&mut self, user: &User) -> Stored<Option<UserId>> {
        let answered: Option<(Option<Uuid>,)> = self
            .find(
                query_as(
                    "UPDATE users
                     SET state = $3,
                         state_at = $4,
                         deactivated_at = $5,
                         version = version + 1
                     WHERE id = $1
                       AND account_id = $2
                       AND state = 'invited'
                     RETURNING inviter_id",
                )
                .bind(user.id.uuid())
                .bind(user.account.uuid())
                .bind(user.state.code())
                .bind(user.since.millis())
                .bind(not_at_work(user)),
            )
            .await?;
        // Whoever is invited has an inviter. Should one be missing, an answer must still be possible.
        Ok(answered.map(|(inviter,)| inviter.map_or(user.id, UserId::from)))
    }

    async fn list_users(
        &mut self,
        access: &Access<ManageUsers>,
        filter: &UserFilter,
        page: &PageRequest,
    ) -> Stored<Page<UserRecord>> {
        let nothing = Page { rows: Vec::new(), next: None };
        let group = access.group().uuid();
        let text = stored_sort_name(&text::fold(&filter.text));
        if text.is_empty() && !filter.text.trim().is_empty() {
            return Ok(nothing);
        }
        let Some((sort_name, id)) = self.user_place(access.group(), page).await? else { return Ok(nothing) };
        let mut statement = query_as(select_user!(
            ",
                 a.email,
                 a.temporary_since
             FROM users u
             JOIN accounts a
                 ON a.id = u.account_id
             WHERE u.group_id = $1
               AND (u.sort_name, u.id) > ($2, $3)
               AND ($5 = '' OR u.state = $5)
               AND (
                   $6 = ''
                   OR u.sort_name >= $6 AND u.sort_name < $7
                   OR u.first_folded >= $6 AND u.first_folded < $7
               )
               AND u.level IN ($8, $9, $10, $11, $12, $13, $14)
             ORDER BY u.sort_name, u.id
             LIMIT $4"
        ))
        .bind(group)
        .bind(sort_name)
        .bind(id)
        .bind(i64::from(page.rows()) + 1)
        .bind(filter.state.map_or("", UserState::code))
        .bind(text.clone())
        .bind(format!("{text}{LAST}"));
        for level in levels(|level| filter.role.is_none_or(|role| level.role() == role)) {
            statement = statement.bind(level);
        }
        let rows: Vec<RecordRow> = self.all(statement).await?;
        let rows = rows.into_iter().map(UserRecord::try_from).collect::<Stored<Vec<_>>>()?;
        Ok(Page::from_rows(rows, page.rows(), |record| record.user.id.to_string()))
    }

    async fn search_users(&mut self, access: &Access<ViewHistory>, text: &str) -> Stored<Vec<User>> {
        let folded = stored_sort_name(&text::fold(text));
        if folded.is_empty() {
            return Ok(Vec::new());
        }
        self.users_called(access.group(), &folded, "", FIRST).await
    }

    async fn search_colleagues(&mut self, access: &Access<EnterGroup>, text: &str) -> Stored<Vec<User>> {
        let folded = stored_sort_name(&text::fold(text));
        if folded.is_empty() && !text.trim().is_empty() {
            return Ok(Vec::new());
        }
        self.users_called(access.group(), &folded, UserState::Active.code(), access.user().uuid()).await
    }

    async fn lookup_user(&mut self, access: &Access<ManageUsers>, id: UserId) -> Stored<Option<UserRecord>> {
        let row: Option<RecordRow> = self
            .find(
                query_as(select_user!(
                    ",
                         a.email,
                         a.temporary_since
                     FROM users u
                     JOIN accounts a
                         ON a.id = u.account_id
                     WHERE u.group_id = $1
                       AND u.id = $2"
                ))
                .bind(access.group().uuid())
                .bind(id.uuid()),
            )
            .await?;
        row.map(UserRecord::try_from).transpose()
    }

    async fn list_user_locations(&mut self, access: &Access<ManageUsers>, id: UserId) -> Stored<Vec<LocationId>> {
        let found: Vec<(Uuid,)> = self
            .all(
                query_as(
                    "SELECT location_id
                     FROM user_locations
                     WHERE group_id = $1
                       AND user_id = $2
                     ORDER BY location_id
                     LIMIT $3",
                )
                .bind(access.group().uuid())
                .bind(id.uuid())
                .bind(rows(limits::LOCATIONS)),
            )
            .await?;
        Ok(found.into_iter().map(|(id,)| id.into()).collect())
    }

    async fn add_user(&mut self, access: &Access<ManageUsers>, user: &User, at: Time) -> Stored<()> {
        self.insert_user(access.group().uuid(), user, Some(access.user().uuid()), at).await
    }

    async fn save_user(&mut self, access: &Access<ManageUsers>, user: &User) -> Stored<bool> {
        let inviter = (user.state == UserState::Invited).then(|| access.user().uuid());
        let saved = self
            .execute(bind_user!(
                query(
                    "UPDATE users
                     SET title = $4,
                         first_name = $5,
                         last_name = $6,
                         sort_name = $7,
                         first_folded = $8,
                         profession = $9,
                         registration = $10,
                         level = $11,
                         hide_names = $12,
                         read_only = $13,
                         view_history = $14,
                         export_data = $15,
                         no_note_sharing = $16,
                         state = $17,
                         state_at = $18,
                         deactivated_at = $19,
                         inviter_id = COALESCE($20, inviter_id),
                         version = version + 1
                     WHERE group_id = $1
                       AND id = $2
                       AND version = $3",
                )
                .bind(access.group().uuid())
                .bind(user.id.uuid())
                .bind(user.version),
                user,
                inviter
            ))
            .await?;
        Ok(saved == 1)
    }

    async fn unscoped_save_user_locations(
        &mut self,
        group: GroupId,
        id: UserId,
        locations: &[LocationId],
    ) -> Stored<u64> {
        self.execute(
            query(
                "DELETE FROM user_locations
                 WHERE group_id = $1
                   AND user_id = $2",
            )
            .bind(group.uuid())
            .bind(id.uuid()),
        )
        .await?;
        let mut wanted: Vec<Uuid> = locations.iter().map(|location| location.uuid()).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut kept = 0;
        for some in wanted.chunks(AT_ONCE) {
            let mut statement = query(
                "INSERT INTO user_locations (
                     group_id,
                     user_id,
                     location_id
                 )
                 SELECT
                     u.group_id,
                     u.id,
                     l.id
                 FROM users u
                 JOIN locations l
                     ON l.group_id = u.group_id
                 WHERE u.group_id = $1
                   AND u.id = $2
                   AND l.id IN (
                       $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
                       $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27
                   )",
            )
            .bind(group.uuid())
            .bind(id.uuid());
            for at in 0..AT_ONCE {
                statement = statement.bind(some.get(at).copied().unwrap_or(FIRST));
            }
            kept += self.execute(statement).await?;
        }
        Ok(kept)
    }

    async fn unscoped_count_managers(&mut self, group: GroupId) -> Stored<i64> {
        // Which levels are full is the domain's to say.
        let rows: Vec<(String, i64)> = self
            .all(
                query_as(
                    "SELECT
                         level,
                         COUNT(*)
                     FROM users
                     WHERE group_id = $1
                       AND state = 'active'
                       AND read_only = $2
                     GROUP BY level",
                )
                .bind(group.uuid())
                .bind(false),
            )
            .await?;
        let mut full = 0;
        for (level, users) in rows {
            if readable(Level::from_code(&level), "level")?.is_full() {
                full += users;
            }
        }
        Ok(full)
    }

    async fn other_managers(&mut self, access: &Access<ManageUsers>, but: UserId) -> Stored<Vec<UserId>> {
        self.managers(access.group(), access.user(), but).await
    }

    async fn count_users(&mut self, access: &Access<ManageUsers>) -> Stored<i64> {
        let (users,): (i64,) = self
            .one(
                query_as(
                    "SELECT COUNT(*)
                     FROM users
                     WHERE group_id = $1",
                )
                .bind(access.group().uuid()),
            )
            .await?;
        Ok(users)
    }

    async fn end_user_sessions(&mut self, access: &Access<ManageUsers>, id: UserId, at: Time) -> Stored<()> {
        let account: Option<(Uuid,)> = self
            .find(
                query_as(
                    "SELECT account_id
                     FROM users
                     WHERE group_id = $1
                       AND id = $2",
                )
                .bind(access.group().uuid())
                .bind(id.uuid()),
            )
            .await?;
        let Some((account,)) = account else { return Ok(()) };
        let ended: Vec<(Uuid,)> = self
            .all(
                query_as(
                    "UPDATE sessions
                     SET ended_at = $3
                     WHERE account_id = $1
                       AND ended_at IS NULL
                       AND (
                           user_id = $2
                           OR EXISTS (
                               SELECT 1
                               FROM session_users e
                               WHERE e.session_id = sessions.id
                                 AND e.user_id = $2
                           )
                       )
                     RETURNING id",
                )
                .bind(account)
                .bind(id.uuid())
                .bind(at.millis()),
            )
            .await?;
        for (id,) in ended {
            self.hint(Hint::SessionEnded(id.into()));
        }
        Ok(())
    }

    async fn some_users(&mut self, access: &Access<EnterGroup>, ids: &[UserId]) -> Stored<Vec<(UserId, UserName)>> {
        let ids: Vec<Uuid> = ids.iter().take(200).map(|id| id.uuid()).collect();
        let mut names = Vec::with_capacity(ids.len());
        for some in ids.chunks(AT_ONCE) {
            let mut statement = query_as(
                "SELECT
                     id,
                     title,
                     first_name,
                     last_name
                 FROM users
                 WHERE group_id = $1
                   AND id IN (
                       $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
                       $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26
                   )",
            )
            .bind(access.group().uuid());
            for at in 0..AT_ONCE {
                statement = statement.bind(some.get(at).copied().unwrap_or(FIRST));
            }
            let rows: Vec<(Uuid, String, String, String)> = self.all(statement).await?;
            names.extend(rows.into_iter().map(|(id, title, first, last)| (id.into(), UserName { title, first, last })));
        }
        Ok(names)
    }

    async fn some_users_of_practice(&mut self, access: &Access<ViewAccessLog>, ids: &[UserId]) -> Stored<Vec<User>> {
        let mut statement = query_as(select_user!(
            "
             FROM users u
             WHERE u.group_id = $1
               AND u.id IN (
                   $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
                   $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26
               )"
        ))
        .bind(access.group().uuid());
        for at in 0..AT_ONCE {
            statement = statement.bind(ids.get(at).map_or(FIRST, |id| id.uuid()));
        }
        let rows: Vec<UserRow> = self.all(statement).await?;
        rows.into_iter().map(User::try_from).collect()
    }

    async fn patient_facts_of(
        &mut self,
        access: &Access<ManageUsers>,
        user: UserId,
        patient: PatientId,
        now: Time,
    ) -> Stored<Option<PatientFacts>> {
        self.facts(access.group(), user, patient, now).await
    }
}

impl SqlWork {
    /// Users whose first or last name begins so, in this state or in any, but one.
    async fn users_called(
        &mut self,
        group: GroupId,
        folded: &str,
        state: &'static str,
        but: Uuid,
    ) -> Stored<Vec<User>> {
        let rows: Vec<UserRow> = self
            .all(
                query_as(select_user!(
                    "
                     FROM users u
                     WHERE u.group_id = $1
                       AND (
                           u.sort_name >= $2 AND u.sort_name < $3
                           OR u.first_folded >= $2 AND u.first_folded < $3
                       )
                       AND ($5 = '' OR u.state = $5)
                       AND u.id <> $6
                     ORDER BY u.sort_name, u.id
                     LIMIT $4"
                ))
                .bind(group.uuid())
                .bind(folded.to_owned())
                .bind(format!("{folded}{LAST}"))
                .bind(i64::from(limits::SEARCH_ROWS))
                .bind(state)
                .bind(but),
            )
            .await?;
        rows.into_iter().map(User::try_from).collect()
    }

    /// Who may manage users now, but these two. The caller has the proof that the group came from.
    pub(super) async fn managers(&mut self, group: GroupId, but: UserId, and: UserId) -> Stored<Vec<UserId>> {
        let mut statement = query_as(
            "SELECT id
             FROM users
             WHERE group_id = $1
               AND state = 'active'
               AND read_only = $2
               AND id <> $3
               AND id <> $4
               AND level IN ($6, $7, $8, $9, $10, $11, $12)
             ORDER BY id
             LIMIT $5",
        )
        .bind(group.uuid())
        .bind(false)
        .bind(but.uuid())
        .bind(and.uuid())
        .bind(i64::from(limits::MANAGERS_TOLD));
        for level in levels(Level::is_full) {
            statement = statement.bind(level);
        }
        let rows: Vec<(Uuid,)> = self.all(statement).await?;
        Ok(rows.into_iter().map(|(id,)| id.into()).collect())
    }

    async fn insert_user(&mut self, group: Uuid, user: &User, inviter: Option<Uuid>, at: Time) -> Stored<()> {
        self.execute(
            bind_user!(
                query(
                    "INSERT INTO users (
                     group_id,
                     id,
                     account_id,
                     title,
                     first_name,
                     last_name,
                     sort_name,
                     first_folded,
                     profession,
                     registration,
                     level,
                     hide_names,
                     read_only,
                     view_history,
                     export_data,
                     no_note_sharing,
                     state,
                     state_at,
                     deactivated_at,
                     inviter_id,
                     version,
                     added_at
                 ) VALUES (
                     $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
                     $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22
                 )",
                )
                .bind(group)
                .bind(user.id.uuid())
                .bind(user.account.uuid()),
                user,
                inviter
            )
            .bind(user.version)
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    /// Where a page of users by last name begins; none when its cursor is of nobody.
    pub(super) async fn user_place(&mut self, group: GroupId, page: &PageRequest) -> Stored<Option<(String, Uuid)>> {
        let Some(after) = &page.after else { return Ok(Some((String::new(), FIRST))) };
        let Ok(id) = after.parse::<UserId>() else { return Ok(None) };
        Ok(self.place_of(group.uuid(), id.uuid()).await?.map(|sort_name| (sort_name, id.uuid())))
    }

    /// Where a user stands in the list.
    async fn place_of(&mut self, group: Uuid, id: Uuid) -> Stored<Option<String>> {
        let row: Option<(String,)> = self
            .find(
                query_as(
                    "SELECT sort_name
                     FROM users
                     WHERE group_id = $1
                       AND id = $2",
                )
                .bind(group)
                .bind(id),
            )
            .await?;
        Ok(row.map(|(sort_name,)| sort_name))
    }
}
