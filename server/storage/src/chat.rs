//! Conversations and their messages. What the lists hold is what `domain::access::chat` decides about one conversation; a test
//! compares the two.

use std::str::FromStr;

use async_trait::async_trait;
use domain::{
    access::{
        Access, EnterGroup, InConversation, InvitePatient, ManageSettings, ReadConversation, StartConversation,
        ViewOwnClinical, Writing,
    },
    chat::{ConversationFilter, PortalPerson, Replies, Sent, Window},
    grant::Kind,
    ids::{AccountId, ConversationId, GroupId, MessageId, PatientId, UserId},
    limits,
    page::{Page, PageRequest},
    person::PatientName,
    time::Time,
    user::User,
};
use services::ports::{
    Chat, ChatReading, ChatSwitches, ConversationRecord, ListedConversation, ListedOwnConversation,
    OwnConversationRecord, StoreError, Stored, StoredMessage, Stowed,
};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::{
    SqlWork,
    patients::{nothing, own},
    users::{RelatedRow, select_user},
};
use crate::{
    common::{AuthorRow, readable},
    search,
};

/// The conversations of user `$2` whose patient they may see; `$3` is what counts where nothing says how they belong together.
macro_rules! seen {
    () => {
        "
         FROM conversation_users u
         JOIN conversations c
             ON c.group_id = u.group_id
            AND c.id = u.conversation_id
         LEFT JOIN practitioner_relationships r
             ON r.group_id = u.group_id
            AND r.user_id = u.user_id
            AND r.patient_id = c.patient_id
         WHERE u.group_id = $1
           AND u.user_id = $2
           AND COALESCE(r.kind, $3) IN ('automatic', 'granted')"
    };
}

/// A page of them: beyond the moment `$4` and the id `$5`, `$6` rows; `$7`: those that cannot go on as well; `$8` to `$13`: words
/// of the patient's name; `$14`: only those that wait for an answer.
macro_rules! page_of {
    ($beyond:literal, $order:literal) => {
        concat!(
            "SELECT
                 c.id,
                 c.patient_id,
                 m.body,
                 m.withdrawn_at,
                 u.at,
                 u.unread,
                 c.waits_since,
                 p.chat,
                 p.portal_state = 'activated' AND p.status IN ('active', 'inactive') AS reachable
             FROM conversation_users u
             JOIN conversations c
                 ON c.group_id = u.group_id
                AND c.id = u.conversation_id
             JOIN patients p
                 ON p.group_id = c.group_id
                AND p.id = c.patient_id
             LEFT JOIN practitioner_relationships r
                 ON r.group_id = u.group_id
                AND r.user_id = u.user_id
                AND r.patient_id = c.patient_id
             LEFT JOIN messages m
                 ON m.group_id = c.group_id
                AND m.conversation_id = c.id
                AND m.number = c.last_number
             WHERE u.group_id = $1
               AND u.user_id = $2
               AND COALESCE(r.kind, $3) IN ('automatic', 'granted')
               AND (u.at, u.conversation_id) ",
            $beyond,
            " ($4, $5)
               AND (
                   $7
                   OR (p.chat AND p.portal_state = 'activated' AND p.status IN ('active', 'inactive'))
               )
               AND p.all_words LIKE $8
               AND p.all_words LIKE $9
               AND p.all_words LIKE $10
               AND p.all_words LIKE $11
               AND p.all_words LIKE $12
               AND p.all_words LIKE $13
               AND (
                   NOT $14
                   OR c.waits_since IS NOT NULL
               )
             ORDER BY u.at ",
            $order,
            ", u.conversation_id ",
            $order,
            "
             LIMIT $6"
        )
    };
}

/// Messages of the conversation `$2`, `$4` of them, as a window of them says.
macro_rules! messages {
    ($window:literal, $order:literal) => {
        concat!(
            "SELECT
                 m.number,
                 m.id,
                 m.account_id,
                 m.user_id,
                 COALESCE(w.title, '') AS user_title,
                 COALESCE(w.first_name, '') AS first_name,
                 COALESCE(w.last_name, '') AS last_name,
                 COALESCE(w.profession, '') AS profession,
                 m.body,
                 m.sent_at,
                 m.withdrawn_at,
                 m.automatic
             FROM conversations c
             JOIN messages m
                 ON m.group_id = c.group_id
                AND m.conversation_id = c.id
             LEFT JOIN users w
                 ON w.group_id = m.group_id
                AND w.id = m.user_id
             WHERE c.group_id = $1
               AND c.id = $2
               AND c.patient_id = $5
               AND m.group_id = $1
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
    patient_id: Uuid,
    body: Option<String>,
    withdrawn_at: Option<i64>,
    at: i64,
    unread: i64,
    waits_since: Option<i64>,
    chat: bool,
    reachable: bool,
}

#[derive(sqlx::FromRow)]
struct ListedOwnRow {
    id: Uuid,
    #[sqlx(flatten)]
    author: AuthorRow,
    body: Option<String>,
    withdrawn_at: Option<i64>,
    last_at: i64,
    unread: i64,
}

#[derive(sqlx::FromRow)]
struct RecordRow {
    patient_id: Uuid,
    user_id: Uuid,
    last_number: i64,
    waits_since: Option<i64>,
}

impl RecordRow {
    fn of(self, id: ConversationId) -> ConversationRecord {
        let (patient, practitioner) = (self.patient_id.into(), self.user_id.into());
        let waits_since = self.waits_since.map(Time::from_millis);
        ConversationRecord { id, patient, practitioner, last: self.last_number, waits_since }
    }
}

#[derive(sqlx::FromRow)]
struct MessageRow {
    number: i64,
    id: Uuid,
    account_id: Uuid,
    user_id: Option<Uuid>,
    #[sqlx(flatten)]
    author: AuthorRow,
    body: String,
    sent_at: i64,
    withdrawn_at: Option<i64>,
    automatic: bool,
}

impl From<MessageRow> for StoredMessage {
    fn from(row: MessageRow) -> Self {
        let AuthorRow { name, profession } = row.author;
        Self {
            number: row.number,
            id: row.id.into(),
            account: row.account_id.into(),
            user: row.user_id.map(|_| name.into()),
            profession,
            body: row.body,
            sent_at: Time::from_millis(row.sent_at),
            withdrawn: row.withdrawn_at.is_some(),
            automatic: row.automatic,
        }
    }
}

#[derive(sqlx::FromRow)]
struct PersonRow {
    account_id: Uuid,
    kind: String,
    email: String,
    legal_first: String,
    legal_last: String,
    preferred: String,
    name: String,
    relationship: String,
    contact_name: Option<String>,
    contact_relationship: Option<String>,
}

impl TryFrom<PersonRow> for (AccountId, PortalPerson) {
    type Error = StoreError;

    fn try_from(row: PersonRow) -> Stored<Self> {
        let kind = readable(Kind::from_code(&row.kind), "kind of grant")?;
        let own = PatientName { legal_first: row.legal_first, legal_last: row.legal_last, preferred: row.preferred };
        let (name, relationship) = match kind {
            Kind::Own => (own.shown(), String::new()),
            Kind::Contact => (row.contact_name.unwrap_or(row.name), row.contact_relationship.unwrap_or_default()),
            Kind::Other => (row.name, row.relationship),
        };
        let name = if name.is_empty() { row.email } else { name };
        Ok((row.account_id.into(), PortalPerson { name, kind, relationship }))
    }
}

/// What a list shows of the last message.
pub(super) fn shown(body: Option<String>, withdrawn_at: Option<i64>) -> Option<String> {
    if withdrawn_at.is_some() { None } else { body }
}

/// The place of a cursor: the moment and the id of the last row shown.
pub(super) fn place<Id: FromStr>(page: &PageRequest, first: i64, raw: fn(Id) -> Uuid) -> Option<(i64, Uuid)> {
    let Some(cursor) = &page.after else {
        // Beyond every id there is, whichever way the list runs.
        return Some((first, if first > 0 { Uuid::max() } else { Uuid::nil() }));
    };
    let (at, id) = cursor.split_once('.')?;
    Some((at.parse().ok()?, raw(id.parse().ok()?)))
}

/// From which number a window reads, and whether it reads backwards.
pub(super) const fn reading(window: Window) -> (i64, bool) {
    match window {
        Window::Latest => (i64::MAX, true),
        Window::Before(number) => (number, true),
        Window::After(number) => (number, false),
    }
}

/// Rows that were read backwards, in order.
pub(super) fn in_order<R, M: From<R>>(rows: Vec<R>, backwards: bool) -> Vec<M> {
    let mut all: Vec<M> = rows.into_iter().map(M::from).collect();
    if backwards {
        all.reverse();
    }
    all
}

/// A message that is stored under the id of one that is sent: its number, when it was stored, what it says, when it was withdrawn.
pub(super) type KnownRow = (i64, i64, String, Option<i64>);

/// Never said to be stored when it is not: another text under the same id is another message.
pub(super) fn sent_again((number, sent_at, stored, withdrawn_at): KnownRow, body: &str) -> Stowed {
    if withdrawn_at.is_none() && stored != body {
        return Stowed::Other;
    }
    Stowed::Known(Sent { number, at: Time::from_millis(sent_at) })
}

#[async_trait]
impl Chat for SqlWork {
    async fn chat_switches(&mut self, access: &Access<EnterGroup>, patient: PatientId) -> Stored<Option<ChatSwitches>> {
        let row: Option<(bool, bool, bool)> = self
            .find(
                query_as(
                    "SELECT
                         g.group_chat,
                         g.patient_chat,
                         p.chat
                     FROM patients p
                     JOIN patient_access_settings g
                         ON g.group_id = p.group_id
                     WHERE p.group_id = $1
                       AND p.id = $2",
                )
                .bind(access.group().uuid())
                .bind(patient.uuid()),
            )
            .await?;
        Ok(row.map(|(group, patients, patient)| ChatSwitches { practice: group && patients, patient }))
    }

    async fn switch_chat_on(&mut self, access: &Access<StartConversation>) -> Stored<()> {
        self.switch(access.group().uuid(), access.patient().uuid(), true).await?;
        Ok(())
    }

    async fn switch_chat(&mut self, access: &Access<InvitePatient>, on: bool) -> Stored<bool> {
        self.switch(access.group().uuid(), access.patient().uuid(), on).await
    }

    async fn list_conversations(
        &mut self,
        access: &Access<EnterGroup>,
        filter: &ConversationFilter,
        page: &PageRequest,
    ) -> Stored<Page<ListedConversation>> {
        let words = search::words(&filter.text);
        if words.is_empty() && !filter.text.trim().is_empty() {
            return Ok(nothing());
        }
        let first = if filter.oldest_first { i64::MIN } else { i64::MAX };
        let Some((at, id)) = place(page, first, ConversationId::uuid) else { return Ok(nothing()) };
        let statement =
            if filter.oldest_first { query_as(page_of!(">", "ASC")) } else { query_as(page_of!("<", "DESC")) };
        let mut statement = statement
            .bind(access.group().uuid())
            .bind(access.user().uuid())
            .bind(own(access))
            .bind(at)
            .bind(id)
            .bind(i64::from(page.rows()) + 1)
            .bind(filter.inactive);
        for at in 0..search::WORDS {
            statement = statement.bind(search::among_all(words.get(at)));
        }
        let statement = statement.bind(filter.waiting);
        let rows: Vec<ListedRow> = self.all(statement).await?;
        let listed = |row: ListedRow| ListedConversation {
            id: row.id.into(),
            patient: row.patient_id.into(),
            withdrawn: row.withdrawn_at.is_some(),
            last: shown(row.body, row.withdrawn_at),
            at: Time::from_millis(row.at),
            unread: row.unread,
            waits_since: row.waits_since.map(Time::from_millis),
            patient_on: row.chat,
            reachable: row.reachable,
        };
        let rows = rows.into_iter().map(listed).collect();
        Ok(Page::from_rows(rows, page.rows(), |row: &ListedConversation| format!("{}.{}", row.at.millis(), row.id)))
    }

    async fn count_unread_messages(&mut self, access: &Access<EnterGroup>) -> Stored<i64> {
        let (count,): (i64,) = self
            .one(
                query_as(concat!(
                    "SELECT CAST(COALESCE(SUM(u.unread), 0) AS BIGINT)",
                    seen!(),
                    "
                       AND u.unread > 0"
                ))
                .bind(access.group().uuid())
                .bind(access.user().uuid())
                .bind(own(access)),
            )
            .await?;
        Ok(count)
    }

    async fn find_conversation(&mut self, access: &Access<StartConversation>) -> Stored<Option<ConversationId>> {
        let row: Option<(Uuid,)> = self
            .find(
                query_as(
                    "SELECT id
                     FROM conversations
                     WHERE group_id = $1
                       AND user_id = $2
                       AND patient_id = $3",
                )
                .bind(access.group().uuid())
                .bind(access.user().uuid())
                .bind(access.patient().uuid()),
            )
            .await?;
        Ok(row.map(|(id,)| id.into()))
    }

    async fn add_conversation(
        &mut self,
        access: &Access<StartConversation>,
        id: ConversationId,
        at: Time,
    ) -> Stored<()> {
        self.execute(
            query(
                "INSERT INTO conversations (
                     group_id,
                     id,
                     patient_id,
                     user_id,
                     begun_at,
                     last_number,
                     last_at
                 ) VALUES ($1, $2, $3, $4, $5, 0, $5)",
            )
            .bind(access.group().uuid())
            .bind(id.uuid())
            .bind(access.patient().uuid())
            .bind(access.user().uuid())
            .bind(at.millis()),
        )
        .await?;
        self.execute(
            query(
                "INSERT INTO conversation_users (
                     group_id,
                     conversation_id,
                     user_id,
                     at,
                     read_number,
                     unread
                 ) VALUES ($1, $2, $3, $4, 0, 0)",
            )
            .bind(access.group().uuid())
            .bind(id.uuid())
            .bind(access.user().uuid())
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn conversation_record(
        &mut self,
        access: &Access<EnterGroup>,
        id: ConversationId,
    ) -> Stored<Option<ConversationRecord>> {
        let row: Option<RecordRow> = self
            .find(
                query_as(
                    "SELECT
                         patient_id,
                         user_id,
                         last_number,
                         waits_since
                     FROM conversations
                     WHERE group_id = $1
                       AND id = $2",
                )
                .bind(access.group().uuid())
                .bind(id.uuid()),
            )
            .await?;
        Ok(row.map(|row| row.of(id)))
    }

    async fn own_conversation_record(
        &mut self,
        access: &Access<ViewOwnClinical>,
        id: ConversationId,
    ) -> Stored<Option<OwnConversationRecord>> {
        #[derive(sqlx::FromRow)]
        struct Row {
            #[sqlx(flatten)]
            record: RecordRow,
            group_chat: bool,
            patient_chat: bool,
            chat: bool,
        }
        let row: Option<Row> = self
            .find(
                query_as(
                    "SELECT
                         c.patient_id,
                         c.user_id,
                         c.last_number,
                         c.waits_since,
                         g.group_chat,
                         g.patient_chat,
                         p.chat
                     FROM conversations c
                     JOIN patients p
                         ON p.group_id = c.group_id
                        AND p.id = c.patient_id
                     JOIN patient_access_settings g
                         ON g.group_id = c.group_id
                     WHERE c.group_id = $1
                       AND c.patient_id = $2
                       AND c.id = $3",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(id.uuid()),
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let practitioner: Option<RelatedRow> = self
            .find(
                query_as(select_user!(
                    ",
                         r.kind AS relationship
                     FROM users u
                     LEFT JOIN practitioner_relationships r
                         ON r.group_id = u.group_id
                        AND r.user_id = u.id
                        AND r.patient_id = $2
                     WHERE u.group_id = $1
                       AND u.id = $3"
                ))
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(row.record.user_id),
            )
            .await?;
        let Some((practitioner, relationship)) = practitioner.map(RelatedRow::read).transpose()? else {
            return Ok(None);
        };
        let switches = ChatSwitches { practice: row.group_chat && row.patient_chat, patient: row.chat };
        Ok(Some(OwnConversationRecord { record: row.record.of(id), switches, practitioner, relationship }))
    }

    async fn list_messages(&mut self, at: &InConversation, window: Window, most: u32) -> Stored<Vec<StoredMessage>> {
        let (from, backwards) = reading(window);
        let statement = if backwards { query_as(messages!("<", " DESC")) } else { query_as(messages!(">", "")) };
        let rows: Vec<MessageRow> = self
            .all(
                statement
                    .bind(at.group().uuid())
                    .bind(at.conversation().uuid())
                    .bind(from)
                    .bind(i64::from(most))
                    .bind(at.patient().uuid()),
            )
            .await?;
        Ok(in_order(rows, backwards))
    }

    /// Behind the last one, under the lock of the conversation: numbers have no gap, and the same message sent twice at once is
    /// stored once.
    async fn add_message(&mut self, at: &Writing, id: MessageId, body: &str, now: Time) -> Stored<Stowed> {
        let last = self.hold(at).await?.ok_or_else(|| StoreError::Fault(Box::new(sqlx::Error::RowNotFound)))?;
        let known: Option<KnownRow> = self
            .find(
                query_as(
                    "SELECT
                         number,
                         sent_at,
                         body,
                         withdrawn_at
                     FROM messages
                     WHERE group_id = $1
                       AND conversation_id = $2
                       AND account_id = $3
                       AND id = $4",
                )
                .bind(at.group().uuid())
                .bind(at.conversation().uuid())
                .bind(at.account().uuid())
                .bind(id.uuid()),
            )
            .await?;
        if let Some(known) = known {
            return Ok(sent_again(known, body));
        }
        let number = last + 1;
        self.execute(
            query(
                "INSERT INTO messages (
                     group_id,
                     conversation_id,
                     number,
                     id,
                     account_id,
                     user_id,
                     body,
                     sent_at,
                     withdrawn_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL)",
            )
            .bind(at.group().uuid())
            .bind(at.conversation().uuid())
            .bind(number)
            .bind(id.uuid())
            .bind(at.account().uuid())
            .bind(at.user().map(UserId::uuid))
            .bind(body)
            .bind(now.millis()),
        )
        .await?;
        // Whoever writes from the practice answers what they have seen; from the portal, nothing.
        let answered = match (at.user(), self.lookup_read(at).await?) {
            (None, _) => 0,
            (Some(_), read) if read == last => number,
            (Some(_), read) => read,
        };
        // The clock may go back; what was written last stays so.
        self.execute(
            query(
                "UPDATE conversations
                 SET last_number = $3,
                     last_at = CASE WHEN last_at < $4 THEN $4 ELSE last_at END,
                     answered_number = CASE WHEN answered_number < $5 THEN $5 ELSE answered_number END,
                     waits_since = (
                     SELECT m.sent_at
                     FROM messages m
                     WHERE m.group_id = $1
                       AND m.conversation_id = $2
                       AND m.number > CASE WHEN conversations.answered_number < $5 THEN $5 ELSE conversations.answered_number END
                       AND m.user_id IS NULL
                       AND m.withdrawn_at IS NULL
                     ORDER BY m.number
                     LIMIT 1
                 )
                 WHERE group_id = $1
                   AND id = $2",
            )
            .bind(at.group().uuid())
            .bind(at.conversation().uuid())
            .bind(number)
            .bind(now.millis())
            .bind(answered),
        )
        .await?;
        // Waited for by those who did not write it.
        self.execute(
            query(
                "UPDATE conversation_users
                 SET at = CASE WHEN at < $3 THEN $3 ELSE at END,
                     unread = unread + $4
                 WHERE group_id = $1
                   AND conversation_id = $2",
            )
            .bind(at.group().uuid())
            .bind(at.conversation().uuid())
            .bind(now.millis())
            .bind(i64::from(at.user().is_none())),
        )
        .await?;
        // Whoever writes has read what stood before it, if it was shown to them; not what never was.
        if self.lookup_read(at).await? == last {
            self.messages_read(at, number, now).await?;
        }
        Ok(Stowed::New(Sent { number, at: now }))
    }

    async fn add_away_message(
        &mut self,
        at: &Writing,
        practitioner: &User,
        id: MessageId,
        body: &str,
        now: Time,
    ) -> Stored<bool> {
        let answers: Option<(i64,)> = self
            .find(
                query_as(
                    "UPDATE conversations
                     SET last_number = last_number + 1,
                         last_at = CASE WHEN last_at < $5 THEN $5 ELSE last_at END,
                         away_at = $5
                     WHERE group_id = $1
                       AND id = $2
                       AND patient_id = $3
                       AND user_id = $4
                       AND COALESCE(away_at, 0) <= $6
                     RETURNING last_number",
                )
                .bind(at.group().uuid())
                .bind(at.conversation().uuid())
                .bind(at.patient().uuid())
                .bind(practitioner.id.uuid())
                .bind(now.millis())
                .bind((now - limits::CHAT_AWAY_EVERY).millis()),
            )
            .await?;
        let Some((number,)) = answers else { return Ok(false) };
        self.execute(
            query(
                "INSERT INTO messages (
                     group_id,
                     conversation_id,
                     number,
                     id,
                     account_id,
                     user_id,
                     body,
                     sent_at,
                     withdrawn_at,
                     automatic
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, TRUE)",
            )
            .bind(at.group().uuid())
            .bind(at.conversation().uuid())
            .bind(number)
            .bind(id.uuid())
            .bind(practitioner.account.uuid())
            .bind(practitioner.id.uuid())
            .bind(body)
            .bind(now.millis()),
        )
        .await?;
        Ok(true)
    }

    async fn messages_settled(&mut self, at: &Writing, number: i64) -> Stored<bool> {
        let settled = self
            .execute(
                query(
                    "UPDATE conversations
                     SET answered_number = $4,
                         waits_since = (
                             SELECT m.sent_at
                             FROM messages m
                             WHERE m.group_id = $1
                               AND m.conversation_id = $2
                               AND m.number > $4
                               AND m.user_id IS NULL
                               AND m.withdrawn_at IS NULL
                             ORDER BY m.number
                             LIMIT 1
                         )
                     WHERE group_id = $1
                       AND id = $2
                       AND patient_id = $3
                       AND waits_since IS NOT NULL
                       AND answered_number < $4
                       AND last_number >= $4",
                )
                .bind(at.group().uuid())
                .bind(at.conversation().uuid())
                .bind(at.patient().uuid())
                .bind(number),
            )
            .await?;
        Ok(settled > 0)
    }

    /// What was withdrawn leaves its place and its author; what it said is gone.
    async fn withdraw_message(&mut self, at: &Writing, number: i64, now: Time) -> Stored<bool> {
        self.hold(at).await?;
        let withdrawn = self
            .execute(
                query(
                    "UPDATE messages
                     SET body = '',
                         withdrawn_at = $6
                     WHERE group_id = $1
                       AND conversation_id = $2
                       AND number = $3
                       AND account_id = $4
                       AND (user_id IS NOT NULL) = $5
                       AND withdrawn_at IS NULL
                       AND EXISTS (
                           SELECT 1
                           FROM conversations c
                           WHERE c.group_id = $1
                             AND c.id = $2
                             AND c.patient_id = $7
                       )",
                )
                .bind(at.group().uuid())
                .bind(at.conversation().uuid())
                .bind(number)
                .bind(at.account().uuid())
                .bind(at.user().is_some())
                .bind(now.millis())
                .bind(at.patient().uuid()),
            )
            .await?
            > 0;
        if withdrawn && at.user().is_none() {
            // What is gone before it was read is not waited for.
            self.execute(
                query(
                    "UPDATE conversation_users
                     SET unread = unread - 1
                     WHERE group_id = $1
                       AND conversation_id = $2
                       AND read_number < $3",
                )
                .bind(at.group().uuid())
                .bind(at.conversation().uuid())
                .bind(number),
            )
            .await?;
        }
        if withdrawn && at.user().is_some() {
            // What it answered is not answered any more.
            self.execute(
                query(
                    "UPDATE conversations
                     SET answered_number = COALESCE(
                         (
                             SELECT m.number
                             FROM messages m
                             WHERE m.group_id = $1
                               AND m.conversation_id = $2
                               AND m.number < $3
                               AND m.user_id IS NOT NULL
                               AND m.withdrawn_at IS NULL
                               AND NOT m.automatic
                             ORDER BY m.number DESC
                             LIMIT 1
                         ),
                         0
                     )
                     WHERE group_id = $1
                       AND id = $2
                       AND answered_number = $3",
                )
                .bind(at.group().uuid())
                .bind(at.conversation().uuid())
                .bind(number),
            )
            .await?;
        }
        if withdrawn {
            // An answer is waited for by what is left.
            self.execute(
                query(
                    "UPDATE conversations
                     SET waits_since = (
                         SELECT m.sent_at
                         FROM messages m
                         WHERE m.group_id = $1
                           AND m.conversation_id = $2
                           AND m.number > conversations.answered_number
                           AND m.user_id IS NULL
                           AND m.withdrawn_at IS NULL
                         ORDER BY m.number
                         LIMIT 1
                     )
                     WHERE group_id = $1
                       AND id = $2",
                )
                .bind(at.group().uuid())
                .bind(at.conversation().uuid()),
            )
            .await?;
        }
        Ok(withdrawn)
    }

    async fn list_withdrawn(&mut self, at: &InConversation, most: u32) -> Stored<Vec<i64>> {
        let rows: Vec<(i64,)> = self
            .all(
                query_as(
                    "SELECT number
                     FROM messages
                     WHERE group_id = $1
                       AND conversation_id = $2
                       AND withdrawn_at IS NOT NULL
                     ORDER BY withdrawn_at DESC, number DESC
                     LIMIT $3",
                )
                .bind(at.group().uuid())
                .bind(at.conversation().uuid())
                .bind(i64::from(most)),
            )
            .await?;
        Ok(rows.into_iter().map(|(number,)| number).collect())
    }

    async fn lookup_read(&mut self, at: &InConversation) -> Stored<i64> {
        let row: Option<(i64,)> = match at.user() {
            Some(user) => {
                self.find(
                    query_as(
                        "SELECT read_number
                         FROM conversation_users
                         WHERE group_id = $1
                           AND conversation_id = $2
                           AND user_id = $3",
                    )
                    .bind(at.group().uuid())
                    .bind(at.conversation().uuid())
                    .bind(user.uuid()),
                )
                .await?
            }
            None => {
                self.find(
                    query_as(
                        "SELECT read_number
                         FROM conversation_readings
                         WHERE group_id = $1
                           AND conversation_id = $2
                           AND account_id = $3",
                    )
                    .bind(at.group().uuid())
                    .bind(at.conversation().uuid())
                    .bind(at.account().uuid()),
                )
                .await?
            }
        };
        Ok(row.map_or(0, |(number,)| number))
    }

    async fn messages_read(&mut self, at: &InConversation, number: i64, now: Time) -> Stored<bool> {
        match at.user() {
            Some(user) => self.read_by_user(at, user, number).await,
            None => self.read_in_portal(at, number, now).await,
        }
    }

    async fn list_readings(&mut self, access: &Access<ReadConversation>) -> Stored<Vec<ChatReading>> {
        let rows: Vec<(Uuid, i64, i64)> = self
            .all(
                query_as(
                    "SELECT
                         account_id,
                         read_number,
                         read_at
                     FROM conversation_readings
                     WHERE group_id = $1
                       AND conversation_id = $2
                     ORDER BY account_id
                     LIMIT $3",
                )
                .bind(access.group().uuid())
                .bind(access.conversation().uuid())
                .bind(i64::from(limits::PORTAL_USERS)),
            )
            .await?;
        let reading = |(account, number, at): (Uuid, _, _)| ChatReading {
            account: account.into(),
            number,
            at: Time::from_millis(at),
        };
        Ok(rows.into_iter().map(reading).collect())
    }

    async fn list_portal_people(&mut self, at: &InConversation) -> Stored<Vec<(AccountId, PortalPerson)>> {
        let rows: Vec<PersonRow> = self
            .all(
                query_as(
                    "SELECT
                         g.account_id,
                         g.kind,
                         a.email,
                         p.legal_first,
                         p.legal_last,
                         p.preferred,
                         g.name,
                         g.relationship,
                         k.name AS contact_name,
                         k.relationship AS contact_relationship
                     FROM portal_grants g
                     JOIN accounts a
                         ON a.id = g.account_id
                     JOIN patients p
                         ON p.group_id = g.group_id
                        AND p.id = g.patient_id
                     LEFT JOIN contacts k
                         ON k.group_id = g.group_id
                        AND k.id = g.contact_id
                     WHERE g.group_id = $1
                       AND g.patient_id = $2
                     ORDER BY g.ended_at IS NOT NULL, g.added_at DESC, g.id
                     LIMIT $3",
                )
                .bind(at.group().uuid())
                .bind(at.patient().uuid())
                .bind(i64::from(limits::PORTAL_USERS)),
            )
            .await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    async fn list_listeners(&mut self, at: &InConversation) -> Stored<Vec<AccountId>> {
        let rows: Vec<(Uuid,)> = self
            .all(
                query_as(
                    "SELECT account_id
                     FROM portal_grants
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND activated_at IS NOT NULL
                       AND suspended_at IS NULL
                       AND ended_at IS NULL
                       AND level = 'clinical'
                     ORDER BY added_at DESC, id
                     LIMIT $3",
                )
                .bind(at.group().uuid())
                .bind(at.patient().uuid())
                .bind(i64::from(limits::PORTAL_USERS)),
            )
            .await?;
        Ok(rows.into_iter().map(|(account,)| account.into()).collect())
    }

    async fn list_own_conversations(
        &mut self,
        access: &Access<ViewOwnClinical>,
        page: &PageRequest,
    ) -> Stored<Page<ListedOwnConversation>> {
        let Some((at, id)) = place(page, i64::MAX, ConversationId::uuid) else { return Ok(nothing()) };
        let rows: Vec<ListedOwnRow> = self
            .all(
                query_as(
                    "SELECT
                         c.id,
                         w.title AS user_title,
                         w.first_name,
                         w.last_name,
                         w.profession,
                         m.body,
                         m.withdrawn_at,
                         c.last_at,
                         (
                             SELECT COUNT(*)
                             FROM (
                                 SELECT 1
                                 FROM messages n
                                 WHERE n.group_id = c.group_id
                                   AND n.conversation_id = c.id
                                   AND n.number > COALESCE(d.read_number, 0)
                                   AND n.account_id <> $3
                                   AND n.withdrawn_at IS NULL
                                 LIMIT 100
                             ) AS waiting
                         ) AS unread
                     FROM conversations c
                     JOIN users w
                         ON w.group_id = c.group_id
                        AND w.id = c.user_id
                     LEFT JOIN conversation_readings d
                         ON d.group_id = c.group_id
                        AND d.conversation_id = c.id
                        AND d.account_id = $3
                     LEFT JOIN messages m
                         ON m.group_id = c.group_id
                        AND m.conversation_id = c.id
                        AND m.number = c.last_number
                     WHERE c.group_id = $1
                       AND c.patient_id = $2
                       AND (c.last_at, c.id) < ($4, $5)
                     ORDER BY c.last_at DESC, c.id DESC
                     LIMIT $6",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(access.account().uuid())
                .bind(at)
                .bind(id)
                .bind(i64::from(page.rows()) + 1),
            )
            .await?;
        let listed = |row: ListedOwnRow| ListedOwnConversation {
            id: row.id.into(),
            user: row.author.name.into(),
            profession: row.author.profession,
            withdrawn: row.withdrawn_at.is_some(),
            last: shown(row.body, row.withdrawn_at),
            at: Time::from_millis(row.last_at),
            unread: row.unread,
        };
        let rows = rows.into_iter().map(listed).collect();
        Ok(Page::from_rows(rows, page.rows(), |row: &ListedOwnConversation| format!("{}.{}", row.at.millis(), row.id)))
    }

    async fn count_own_unread_messages(&mut self, access: &Access<ViewOwnClinical>) -> Stored<i64> {
        let (count,): (i64,) = self
            .one(
                query_as(
                    "SELECT CAST(COALESCE(SUM((
                             SELECT COUNT(*)
                             FROM (
                                 SELECT 1
                                 FROM messages n
                                 WHERE n.group_id = c.group_id
                                   AND n.conversation_id = c.id
                                   AND n.number > COALESCE(d.read_number, 0)
                                   AND n.account_id <> $3
                                   AND n.withdrawn_at IS NULL
                                 LIMIT 100
                             ) AS waiting
                         )), 0) AS BIGINT)
                     FROM conversations c
                     LEFT JOIN conversation_readings d
                         ON d.group_id = c.group_id
                        AND d.conversation_id = c.id
                        AND d.account_id = $3
                     WHERE c.group_id = $1
                       AND c.patient_id = $2",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(access.account().uuid()),
            )
            .await?;
        Ok(count)
    }

    async fn unscoped_messages_wait(
        &mut self,
        group: GroupId,
        patient: PatientId,
        account: AccountId,
        until: Time,
    ) -> Stored<bool> {
        let waits: Option<(Uuid,)> = self
            .find(
                query_as(
                    "SELECT c.id
                     FROM conversations c
                     JOIN patients p
                         ON p.group_id = c.group_id
                        AND p.id = c.patient_id
                     JOIN patient_access_settings g
                         ON g.group_id = c.group_id
                     LEFT JOIN conversation_readings d
                         ON d.group_id = c.group_id
                        AND d.conversation_id = c.id
                        AND d.account_id = $3
                     WHERE c.group_id = $1
                       AND c.patient_id = $2
                       AND p.chat
                       AND g.group_chat
                       AND g.patient_chat
                       AND EXISTS (
                           SELECT 1
                           FROM messages m
                           WHERE m.group_id = c.group_id
                             AND m.conversation_id = c.id
                             AND m.number > COALESCE(d.read_number, 0)
                             AND m.user_id IS NOT NULL
                             AND m.withdrawn_at IS NULL
                             AND NOT m.automatic
                             AND m.sent_at <= $4
                       )
                     ORDER BY c.id
                     LIMIT 1",
                )
                .bind(group.uuid())
                .bind(patient.uuid())
                .bind(account.uuid())
                .bind(until.millis()),
            )
            .await?;
        Ok(waits.is_some())
    }

    async fn unscoped_lookup_replies(&mut self, group: GroupId) -> Stored<Replies> {
        let row: Option<(i64, String, String, i64)> = self
            .find(
                query_as(
                    "SELECT
                         promised_hours,
                         emergency_number,
                         away,
                         version
                     FROM chat_replies
                     WHERE group_id = $1",
                )
                .bind(group.uuid()),
            )
            .await?;
        let Some((hours, emergency_number, away, version)) = row else { return Ok(Replies::default()) };
        let promised_hours = readable(u32::try_from(hours), "hours")?;
        Ok(Replies { promised_hours, emergency_number, away, version })
    }

    async fn save_replies(&mut self, access: &Access<ManageSettings>, replies: &Replies, now: Time) -> Stored<bool> {
        let saved = self
            .execute(
                query(
                    "INSERT INTO chat_replies (
                         group_id,
                         promised_hours,
                         emergency_number,
                         away,
                         version,
                         saved_at
                     ) VALUES ($1, $2, $3, $4, 1, $5)
                     ON CONFLICT (group_id) DO UPDATE
                     SET promised_hours = excluded.promised_hours,
                         emergency_number = excluded.emergency_number,
                         away = excluded.away,
                         version = chat_replies.version + 1,
                         saved_at = excluded.saved_at
                     WHERE chat_replies.version = $6",
                )
                .bind(access.group().uuid())
                .bind(i64::from(replies.promised_hours))
                .bind(&replies.emergency_number)
                .bind(&replies.away)
                .bind(now.millis())
                .bind(replies.version),
            )
            .await?;
        Ok(saved == 1)
    }
}

impl SqlWork {
    /// Keeps others out of the conversation until this is over, so that what is counted stays so; the number of its last message.
    async fn hold(&mut self, at: &InConversation) -> Stored<Option<i64>> {
        let last: Option<(i64,)> = self
            .find(
                query_as(concat!(
                    "SELECT last_number
                     FROM conversations
                     WHERE group_id = $1
                       AND id = $2
                       AND patient_id = $3",
                    for_update!()
                ))
                .bind(at.group().uuid())
                .bind(at.conversation().uuid())
                .bind(at.patient().uuid()),
            )
            .await?;
        Ok(last.map(|(last,)| last))
    }

    async fn switch(&mut self, group: Uuid, patient: Uuid, on: bool) -> Stored<bool> {
        let switched = self
            .execute(
                query(
                    "UPDATE patients
                     SET chat = $3
                     WHERE group_id = $1
                       AND id = $2
                       AND chat <> $3",
                )
                .bind(group)
                .bind(patient)
                .bind(on),
            )
            .await?;
        Ok(switched > 0)
    }

    /// What came after the page was drawn stays unread, also when it comes at this moment: nothing is counted anew.
    async fn read_by_user(&mut self, at: &InConversation, user: UserId, number: i64) -> Stored<bool> {
        self.hold(at).await?;
        let read = self
            .execute(
                query(
                    "UPDATE conversation_users
                     SET read_number = $4,
                         unread = unread - (
                             SELECT COUNT(*)
                             FROM messages m
                             WHERE m.group_id = $1
                               AND m.conversation_id = $2
                               AND m.number > conversation_users.read_number
                               AND m.number <= $4
                               AND m.user_id IS NULL
                               AND m.withdrawn_at IS NULL
                         )
                     WHERE group_id = $1
                       AND conversation_id = $2
                       AND user_id = $3
                       AND read_number < $4
                       AND $4 <= (
                           SELECT c.last_number
                           FROM conversations c
                           WHERE c.group_id = $1
                             AND c.id = $2
                             AND c.patient_id = $5
                       )",
                )
                .bind(at.group().uuid())
                .bind(at.conversation().uuid())
                .bind(user.uuid())
                .bind(number)
                .bind(at.patient().uuid()),
            )
            .await?;
        Ok(read > 0)
    }

    async fn read_in_portal(&mut self, at: &InConversation, number: i64, now: Time) -> Stored<bool> {
        let read = self
            .execute(
                query(
                    "INSERT INTO conversation_readings (
                         group_id,
                         conversation_id,
                         account_id,
                         read_number,
                         read_at
                     )
                     SELECT
                         c.group_id,
                         c.id,
                         $3,
                         $4,
                         $5
                     FROM conversations c
                     WHERE c.group_id = $1
                       AND c.id = $2
                       AND c.patient_id = $6
                       AND $4 BETWEEN 1 AND c.last_number
                     ON CONFLICT (group_id, conversation_id, account_id) DO UPDATE
                     SET read_number = excluded.read_number,
                         read_at = excluded.read_at
                     WHERE conversation_readings.read_number < excluded.read_number",
                )
                .bind(at.group().uuid())
                .bind(at.conversation().uuid())
                .bind(at.account().uuid())
                .bind(number)
                .bind(now.millis())
                .bind(at.patient().uuid()),
            )
            .await?;
        Ok(read > 0)
    }
}
