//! Conversations between the users of a group. What the list holds is what `domain::access::group_chat` decides about one
//! conversation; a test compares the two.

use async_trait::async_trait;
use domain::{
    access::{
        Access, EnterGroup, ManageGroupConversation, OnGroupConversation, ReadGroupConversation,
        StartGroupConversation, WriteGroupConversation,
    },
    chat::{Sent, Window},
    ids::{GroupConversationId, MessageId, UserId},
    limits,
    page::{Page, PageRequest},
    person::UserName,
    time::Time,
};
use services::ports::{
    Called, GroupChat, GroupConversationRecord, GroupMember, Hint, ListedGroupConversation, NewGroupConversation,
    StoreError, Stored, StoredDone, StoredLine, Stowed, Work as _,
};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::{
    SqlWork,
    chat::{KnownRow, in_order, place, reading, sent_again, shown},
    patients::nothing,
};
use crate::common::{AuthorRow, NameRow, ids, known, rows};

const SAID: &str = "said";
const ADDED: &str = "added";
const LEFT: &str = "left";
const RENAMED: &str = "renamed";

/// Lines of the conversation `$2`, `$4` of them, as a window of them says.
macro_rules! lines {
    ($window:literal, $order:literal) => {
        concat!(
            "SELECT
                 m.number,
                 m.id,
                 m.user_id,
                 w.title AS user_title,
                 w.first_name,
                 w.last_name,
                 w.profession,
                 m.what,
                 m.about_user_id,
                 COALESCE(o.title, '') AS about_title,
                 COALESCE(o.first_name, '') AS about_first_name,
                 COALESCE(o.last_name, '') AS about_last_name,
                 m.body,
                 m.sent_at,
                 m.withdrawn_at
             FROM group_messages m
             JOIN users w
                 ON w.group_id = m.group_id
                AND w.id = m.user_id
             LEFT JOIN users o
                 ON o.group_id = m.group_id
                AND o.id = m.about_user_id
             WHERE m.group_id = $1
               AND m.conversation_id = $2
               AND m.number ",
            $window,
            " $3
             ORDER BY m.number",
            $order,
            "
             LIMIT $4"
        )
    };
}

#[derive(sqlx::FromRow)]
struct ListedRow {
    id: Uuid,
    name: Option<String>,
    #[sqlx(flatten)]
    other: NameRow,
    body: Option<String>,
    withdrawn_at: Option<i64>,
    at: i64,
    unread: i64,
    mentioned: bool,
}

impl From<ListedRow> for ListedGroupConversation {
    fn from(row: ListedRow) -> Self {
        Self {
            id: row.id.into(),
            called: row.name.map_or_else(|| Called::After(row.other.into()), Called::Named),
            withdrawn: row.withdrawn_at.is_some(),
            last: shown(row.body, row.withdrawn_at),
            at: Time::from_millis(row.at),
            unread: row.unread,
            mentioned: row.mentioned,
        }
    }
}

#[derive(sqlx::FromRow)]
struct MemberRow {
    user_id: Uuid,
    account_id: Uuid,
    #[sqlx(flatten)]
    who: AuthorRow,
    active: bool,
    read_number: i64,
    read_at: Option<i64>,
}

impl From<MemberRow> for GroupMember {
    fn from(row: MemberRow) -> Self {
        let AuthorRow { name, profession } = row.who;
        Self {
            user: row.user_id.into(),
            account: row.account_id.into(),
            name: name.into(),
            profession,
            active: row.active,
            read: row.read_number,
            read_at: row.read_at.map(Time::from_millis),
        }
    }
}

#[derive(sqlx::FromRow)]
struct LineRow {
    number: i64,
    id: Uuid,
    user_id: Uuid,
    #[sqlx(flatten)]
    who: AuthorRow,
    what: String,
    about_user_id: Option<Uuid>,
    about_title: String,
    about_first_name: String,
    about_last_name: String,
    body: String,
    sent_at: i64,
    withdrawn_at: Option<i64>,
}

impl TryFrom<LineRow> for StoredLine {
    type Error = StoreError;

    fn try_from(row: LineRow) -> Stored<Self> {
        let AuthorRow { name, profession } = row.who;
        let what = match row.what.as_str() {
            SAID => Some(StoredDone::Said),
            ADDED => row.about_user_id.map(|user| {
                let name = UserName { title: row.about_title, first: row.about_first_name, last: row.about_last_name };
                StoredDone::Added(user.into(), name)
            }),
            LEFT => Some(StoredDone::Left),
            RENAMED => Some(StoredDone::Renamed),
            _ => None,
        };
        Ok(Self {
            number: row.number,
            id: row.id.into(),
            user: row.user_id.into(),
            name: name.into(),
            profession,
            what: known(what, "line of a conversation")?,
            body: row.body,
            sent_at: Time::from_millis(row.sent_at),
            withdrawn: row.withdrawn_at.is_some(),
        })
    }
}

/// A line that is written.
struct NewLine<'a> {
    id: MessageId,
    what: &'static str,
    about: Option<UserId>,
    body: &'a str,
}

#[async_trait]
impl GroupChat for SqlWork {
    async fn list_group_conversations(
        &mut self,
        access: &Access<EnterGroup>,
        page: &PageRequest,
    ) -> Stored<Page<ListedGroupConversation>> {
        let Some((at, id)) = place(page, i64::MAX, GroupConversationId::uuid) else { return Ok(nothing()) };
        let rows: Vec<ListedRow> = self
            .all(
                query_as(
                    "SELECT
                         c.id,
                         c.name,
                         COALESCE(o.title, '') AS user_title,
                         COALESCE(o.first_name, '') AS first_name,
                         COALESCE(o.last_name, '') AS last_name,
                         m.body,
                         m.withdrawn_at,
                         u.at,
                         u.unread,
                         u.unread > 0 AND EXISTS (
                             SELECT 1
                             FROM group_mentions n
                             WHERE n.group_id = u.group_id
                               AND n.conversation_id = u.conversation_id
                               AND n.user_id = u.user_id
                               AND n.number > u.read_number
                         ) AS mentioned
                     FROM group_conversation_members u
                     JOIN group_conversations c
                         ON c.group_id = u.group_id
                        AND c.id = u.conversation_id
                     LEFT JOIN users o
                         ON o.group_id = c.group_id
                        AND o.id = CASE
                                WHEN c.first_user_id = u.user_id THEN c.second_user_id
                                ELSE c.first_user_id
                            END
                     LEFT JOIN group_messages m
                         ON m.group_id = c.group_id
                        AND m.conversation_id = c.id
                        AND m.number = c.said_number
                     WHERE u.group_id = $1
                       AND u.user_id = $2
                       AND (u.at, u.conversation_id) < ($3, $4)
                     ORDER BY u.at DESC, u.conversation_id DESC
                     LIMIT $5",
                )
                .bind(access.group().uuid())
                .bind(access.user().uuid())
                .bind(at)
                .bind(id)
                .bind(i64::from(page.rows()) + 1),
            )
            .await?;
        let rows = rows.into_iter().map(ListedGroupConversation::from).collect();
        let cursor = |row: &ListedGroupConversation| format!("{}.{}", row.at.millis(), row.id);
        Ok(Page::from_rows(rows, page.rows(), cursor))
    }

    async fn count_unread_group_messages(&mut self, access: &Access<EnterGroup>) -> Stored<i64> {
        let (count,): (i64,) = self
            .one(
                query_as(
                    "SELECT CAST(COALESCE(SUM(unread), 0) AS BIGINT)
                     FROM group_conversation_members
                     WHERE group_id = $1
                       AND user_id = $2
                       AND unread > 0",
                )
                .bind(access.group().uuid())
                .bind(access.user().uuid()),
            )
            .await?;
        Ok(count)
    }

    async fn group_conversation_record(
        &mut self,
        access: &Access<EnterGroup>,
        id: GroupConversationId,
    ) -> Stored<Option<GroupConversationRecord>> {
        let row: Option<(Option<String>, i64, Option<Uuid>, Option<i64>)> = self
            .find(
                query_as(
                    "SELECT
                         c.name,
                         c.last_number,
                         u.user_id,
                         u.read_number
                     FROM group_conversations c
                     LEFT JOIN group_conversation_members u
                         ON u.group_id = c.group_id
                        AND u.conversation_id = c.id
                        AND u.user_id = $3
                     WHERE c.group_id = $1
                       AND c.id = $2",
                )
                .bind(access.group().uuid())
                .bind(id.uuid())
                .bind(access.user().uuid()),
            )
            .await?;
        let record = |(name, last, member, read): (_, _, Option<Uuid>, Option<i64>)| GroupConversationRecord {
            name,
            member: member.map(Into::into),
            last,
            read: read.unwrap_or_default(),
        };
        Ok(row.map(record))
    }

    async fn some_group_conversations(
        &mut self,
        access: &Access<EnterGroup>,
        some: &[GroupConversationId],
    ) -> Stored<Vec<(GroupConversationId, String)>> {
        let rows: Vec<(Uuid, String)> = self
            .all(
                query_as(concat!(
                    "SELECT
                         c.id,
                         c.name
                     FROM group_conversations c
                     JOIN group_conversation_members u
                         ON u.group_id = c.group_id
                        AND u.conversation_id = c.id
                     WHERE c.group_id = $1
                       AND u.user_id = $2
                       AND c.name IS NOT NULL
                       AND c.id IN (SELECT ",
                    an_id!("id"),
                    " FROM ",
                    each!("$3"),
                    ")"
                ))
                .bind(access.group().uuid())
                .bind(access.user().uuid())
                .bind(ids(some.iter().map(|id| id.uuid()))?),
            )
            .await?;
        Ok(rows.into_iter().map(|(id, name)| (id.into(), name)).collect())
    }

    async fn find_group_conversation(
        &mut self,
        access: &Access<StartGroupConversation>,
        with: UserId,
    ) -> Stored<Option<GroupConversationId>> {
        let [first, second] = pair(access.user(), with);
        let row: Option<(Uuid,)> = self
            .find(
                query_as(
                    "SELECT id
                     FROM group_conversations
                     WHERE group_id = $1
                       AND first_user_id = $2
                       AND second_user_id = $3",
                )
                .bind(access.group().uuid())
                .bind(first)
                .bind(second),
            )
            .await?;
        Ok(row.map(|(id,)| id.into()))
    }

    async fn add_group_conversation(
        &mut self,
        access: &Access<StartGroupConversation>,
        id: GroupConversationId,
        new: NewGroupConversation<'_>,
        at: Time,
    ) -> Stored<()> {
        let (name, two, colleagues) = match new {
            NewGroupConversation::With(user) => (None, Some(pair(access.user(), user)), vec![user]),
            NewGroupConversation::Named(name, users) => (Some(name), None, users.to_vec()),
        };
        self.execute(
            query(
                "INSERT INTO group_conversations (
                     group_id,
                     id,
                     name,
                     first_user_id,
                     second_user_id,
                     begun_by,
                     begun_at,
                     last_number,
                     said_number
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0)",
            )
            .bind(access.group().uuid())
            .bind(id.uuid())
            .bind(name)
            .bind(two.map(|[first, _]| first))
            .bind(two.map(|[_, second]| second))
            .bind(access.user().uuid())
            .bind(at.millis()),
        )
        .await?;
        let members = colleagues.into_iter().chain([access.user()]);
        self.execute(
            query(concat!(
                "INSERT INTO group_conversation_members (
                     group_id,
                     conversation_id,
                     user_id,
                     at,
                     joined_at,
                     read_number,
                     read_at,
                     unread
                 )
                 SELECT $1, $2, ",
                an_id!("id"),
                ", $3, $3, 0, NULL, 0
                 FROM ",
                each!("$4"),
            ))
            .bind(access.group().uuid())
            .bind(id.uuid())
            .bind(at.millis())
            .bind(ids(members.map(UserId::uuid))?),
        )
        .await?;
        Ok(())
    }

    async fn list_group_members(&mut self, access: &Access<ReadGroupConversation>) -> Stored<Vec<GroupMember>> {
        let rows: Vec<MemberRow> = self
            .all(
                query_as(
                    "SELECT
                         u.user_id,
                         w.account_id,
                         w.title AS user_title,
                         w.first_name,
                         w.last_name,
                         w.profession,
                         w.state = 'active' AS active,
                         u.read_number,
                         u.read_at
                     FROM group_conversation_members u
                     JOIN users w
                         ON w.group_id = u.group_id
                        AND w.id = u.user_id
                     WHERE u.group_id = $1
                       AND u.conversation_id = $2
                     ORDER BY w.sort_name, w.id
                     LIMIT $3",
                )
                .bind(access.group().uuid())
                .bind(access.conversation().uuid())
                .bind(rows(limits::GROUP_CHAT_MEMBERS)),
            )
            .await?;
        Ok(rows.into_iter().map(GroupMember::from).collect())
    }

    async fn list_group_lines(
        &mut self,
        access: &Access<ReadGroupConversation>,
        window: Window,
        most: u32,
    ) -> Stored<Vec<StoredLine>> {
        let (from, backwards) = reading(window);
        let statement = if backwards { query_as(lines!("<", " DESC")) } else { query_as(lines!(">", "")) };
        let rows: Vec<LineRow> = self
            .all(
                statement
                    .bind(access.group().uuid())
                    .bind(access.conversation().uuid())
                    .bind(from)
                    .bind(i64::from(most)),
            )
            .await?;
        in_order::<_, LineRow>(rows, backwards).into_iter().map(StoredLine::try_from).collect()
    }

    async fn add_group_message(
        &mut self,
        access: &Access<WriteGroupConversation>,
        id: MessageId,
        body: &str,
        mentioned: &[UserId],
        now: Time,
    ) -> Stored<Stowed> {
        let last = self.hold_group_conversation(access).await?;
        let known: Option<KnownRow> = self
            .find(
                query_as(
                    "SELECT
                         number,
                         sent_at,
                         body,
                         withdrawn_at
                     FROM group_messages
                     WHERE group_id = $1
                       AND conversation_id = $2
                       AND user_id = $3
                       AND id = $4",
                )
                .bind(access.group().uuid())
                .bind(access.conversation().uuid())
                .bind(access.user().uuid())
                .bind(id.uuid()),
            )
            .await?;
        if let Some(known) = known {
            return Ok(sent_again(known, body));
        }
        let number = self.add_line(access, last, NewLine { id, what: SAID, about: None, body }, now).await?;
        // The clock may go back; what was written last stays so. Waited for by those who did not write it.
        self.execute(
            query(
                "UPDATE group_conversation_members
                 SET at = CASE WHEN at < $3 THEN $3 ELSE at END,
                     unread = unread + CASE WHEN user_id = $4 THEN 0 ELSE 1 END
                 WHERE group_id = $1
                   AND conversation_id = $2",
            )
            .bind(access.group().uuid())
            .bind(access.conversation().uuid())
            .bind(now.millis())
            .bind(access.user().uuid()),
        )
        .await?;
        self.execute(
            query(
                "UPDATE group_conversations
                 SET said_number = $3
                 WHERE group_id = $1
                   AND id = $2",
            )
            .bind(access.group().uuid())
            .bind(access.conversation().uuid())
            .bind(number),
        )
        .await?;
        if !mentioned.is_empty() {
            self.execute(
                query(concat!(
                    "INSERT INTO group_mentions (
                         group_id,
                         conversation_id,
                         number,
                         user_id
                     )
                     SELECT $1, $2, $3, ",
                    an_id!("id"),
                    "
                     FROM ",
                    each!("$4"),
                ))
                .bind(access.group().uuid())
                .bind(access.conversation().uuid())
                .bind(number)
                .bind(ids(mentioned.iter().map(|user| user.uuid()))?),
            )
            .await?;
        }
        Ok(Stowed::New(Sent { number, at: now }))
    }

    /// What was withdrawn leaves its place and its author; what it said and whom it mentioned is gone.
    async fn withdraw_group_message(
        &mut self,
        access: &Access<WriteGroupConversation>,
        number: i64,
        now: Time,
    ) -> Stored<bool> {
        let withdrawn = self
            .execute(
                query(
                    "UPDATE group_messages
                     SET body = '',
                         withdrawn_at = $5
                     WHERE group_id = $1
                       AND conversation_id = $2
                       AND number = $3
                       AND user_id = $4
                       AND what = 'said'
                       AND withdrawn_at IS NULL",
                )
                .bind(access.group().uuid())
                .bind(access.conversation().uuid())
                .bind(number)
                .bind(access.user().uuid())
                .bind(now.millis()),
            )
            .await?
            > 0;
        if withdrawn {
            // What is gone before it was read is not waited for.
            self.execute(
                query(
                    "UPDATE group_conversation_members
                     SET unread = unread - 1
                     WHERE group_id = $1
                       AND conversation_id = $2
                       AND user_id <> $3
                       AND read_number < $4",
                )
                .bind(access.group().uuid())
                .bind(access.conversation().uuid())
                .bind(access.user().uuid())
                .bind(number),
            )
            .await?;
            self.execute(
                query(
                    "DELETE FROM group_mentions
                     WHERE group_id = $1
                       AND conversation_id = $2
                       AND number = $3",
                )
                .bind(access.group().uuid())
                .bind(access.conversation().uuid())
                .bind(number),
            )
            .await?;
        }
        Ok(withdrawn)
    }

    async fn list_withdrawn_group_messages(
        &mut self,
        access: &Access<ReadGroupConversation>,
        most: u32,
    ) -> Stored<Vec<i64>> {
        let rows: Vec<(i64,)> = self
            .all(
                query_as(
                    "SELECT number
                     FROM group_messages
                     WHERE group_id = $1
                       AND conversation_id = $2
                       AND withdrawn_at IS NOT NULL
                     ORDER BY withdrawn_at DESC, number DESC
                     LIMIT $3",
                )
                .bind(access.group().uuid())
                .bind(access.conversation().uuid())
                .bind(i64::from(most)),
            )
            .await?;
        Ok(rows.into_iter().map(|(number,)| number).collect())
    }

    async fn group_lines_read(
        &mut self,
        access: &Access<ReadGroupConversation>,
        number: i64,
        now: Time,
    ) -> Stored<bool> {
        self.read_group_lines(access, number, now).await
    }

    async fn forget_mentions(&mut self, access: &Access<ReadGroupConversation>, now: Time) -> Stored<()> {
        let forgotten = self
            .execute(
                query(
                    "UPDATE notifications
                     SET read_at = $4
                     WHERE group_id = $1
                       AND user_id = $2
                       AND group_conversation_id = $3
                       AND what = 'mentioned'
                       AND read_at IS NULL",
                )
                .bind(access.group().uuid())
                .bind(access.user().uuid())
                .bind(access.conversation().uuid())
                .bind(now.millis()),
            )
            .await?;
        if forgotten > 0 {
            self.hint(Hint::Bell(access.by().account));
        }
        Ok(())
    }

    async fn rename_group_conversation(
        &mut self,
        access: &Access<ManageGroupConversation>,
        trace: MessageId,
        name: &str,
        now: Time,
    ) -> Stored<bool> {
        let last = self.hold_group_conversation(access).await?;
        let renamed = self
            .execute(
                query(
                    "UPDATE group_conversations
                     SET name = $3
                     WHERE group_id = $1
                       AND id = $2
                       AND name <> $3",
                )
                .bind(access.group().uuid())
                .bind(access.conversation().uuid())
                .bind(name),
            )
            .await?
            > 0;
        if renamed {
            self.add_line(access, last, NewLine { id: trace, what: RENAMED, about: None, body: name }, now).await?;
        }
        Ok(renamed)
    }

    async fn add_group_member(
        &mut self,
        access: &Access<ManageGroupConversation>,
        trace: MessageId,
        user: UserId,
        now: Time,
    ) -> Stored<bool> {
        let last = self.hold_group_conversation(access).await?;
        let added = self
            .execute(
                query(
                    "INSERT INTO group_conversation_members (
                         group_id,
                         conversation_id,
                         user_id,
                         at,
                         joined_at,
                         read_number,
                         read_at,
                         unread
                     ) VALUES ($1, $2, $3, $4, $4, $5, NULL, 0)
                     ON CONFLICT (group_id, conversation_id, user_id) DO NOTHING",
                )
                .bind(access.group().uuid())
                .bind(access.conversation().uuid())
                .bind(user.uuid())
                .bind(now.millis())
                .bind(last + 1),
            )
            .await?
            > 0;
        if added {
            self.add_line(access, last, NewLine { id: trace, what: ADDED, about: Some(user), body: "" }, now).await?;
        }
        Ok(added)
    }

    async fn leave_group_conversation(
        &mut self,
        access: &Access<ManageGroupConversation>,
        trace: MessageId,
        now: Time,
    ) -> Stored<bool> {
        let last = self.hold_group_conversation(access).await?;
        let left = self
            .execute(
                query(
                    "DELETE FROM group_conversation_members
                     WHERE group_id = $1
                       AND conversation_id = $2
                       AND user_id = $3",
                )
                .bind(access.group().uuid())
                .bind(access.conversation().uuid())
                .bind(access.user().uuid()),
            )
            .await?
            > 0;
        if left {
            self.add_line(access, last, NewLine { id: trace, what: LEFT, about: None, body: "" }, now).await?;
        }
        Ok(left)
    }
}

/// Two users, always in the same order.
fn pair(one: UserId, other: UserId) -> [Uuid; 2] {
    let mut two = [one.uuid(), other.uuid()];
    two.sort_unstable();
    two
}

impl SqlWork {
    /// The number of the last line, under the lock of the conversation: numbers have no gap, and the same message sent twice at once
    /// is stored once.
    async fn hold_group_conversation(&mut self, at: &OnGroupConversation) -> Stored<i64> {
        let (last,): (i64,) = self
            .one(
                query_as(concat!(
                    "SELECT last_number
                     FROM group_conversations
                     WHERE group_id = $1
                       AND id = $2",
                    for_update!()
                ))
                .bind(at.group().uuid())
                .bind(at.conversation().uuid()),
            )
            .await?;
        Ok(last)
    }

    /// Writes a line behind the last one of a conversation that is held, and gives its number. Whoever writes has read what stood
    /// before it, if it was shown to them; not what never was.
    async fn add_line(&mut self, at: &OnGroupConversation, last: i64, line: NewLine<'_>, now: Time) -> Stored<i64> {
        let number = last + 1;
        self.execute(
            query(
                "INSERT INTO group_messages (
                     group_id,
                     conversation_id,
                     number,
                     id,
                     user_id,
                     what,
                     about_user_id,
                     body,
                     sent_at,
                     withdrawn_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL)",
            )
            .bind(at.group().uuid())
            .bind(at.conversation().uuid())
            .bind(number)
            .bind(line.id.uuid())
            .bind(at.user().uuid())
            .bind(line.what)
            .bind(line.about.map(UserId::uuid))
            .bind(line.body)
            .bind(now.millis()),
        )
        .await?;
        self.execute(
            query(
                "UPDATE group_conversations
                 SET last_number = $3
                 WHERE group_id = $1
                   AND id = $2",
            )
            .bind(at.group().uuid())
            .bind(at.conversation().uuid())
            .bind(number),
        )
        .await?;
        self.execute(
            query(
                "UPDATE group_conversation_members
                 SET read_number = $4,
                     read_at = $5
                 WHERE group_id = $1
                   AND conversation_id = $2
                   AND user_id = $3
                   AND read_number = $4 - 1",
            )
            .bind(at.group().uuid())
            .bind(at.conversation().uuid())
            .bind(at.user().uuid())
            .bind(number)
            .bind(now.millis()),
        )
        .await?;
        Ok(number)
    }

    /// What came after the page was drawn stays unread, also when it comes at this moment: nothing is counted anew.
    async fn read_group_lines(&mut self, at: &OnGroupConversation, number: i64, now: Time) -> Stored<bool> {
        let read = self
            .execute(
                query(
                    "UPDATE group_conversation_members
                     SET read_number = $4,
                         read_at = $5,
                         unread = unread - (
                             SELECT COUNT(*)
                             FROM group_messages m
                             WHERE m.group_id = $1
                               AND m.conversation_id = $2
                               AND m.number > group_conversation_members.read_number
                               AND m.number <= $4
                               AND m.user_id <> $3
                               AND m.what = 'said'
                               AND m.withdrawn_at IS NULL
                         )
                     WHERE group_id = $1
                       AND conversation_id = $2
                       AND user_id = $3
                       AND read_number < $4
                       AND $4 <= (
                           SELECT c.last_number
                           FROM group_conversations c
                           WHERE c.group_id = $1
                             AND c.id = $2
                       )",
                )
                .bind(at.group().uuid())
                .bind(at.conversation().uuid())
                .bind(at.user().uuid())
                .bind(number)
                .bind(now.millis()),
            )
            .await?;
        Ok(read > 0)
    }
}
