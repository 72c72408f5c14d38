//! Conversations between the users of a group, and what is written in them.

use async_trait::async_trait;
use domain::{
    access::{
        Access, EnterGroup, ManageGroupConversation, ReadGroupConversation, StartGroupConversation,
        WriteGroupConversation,
    },
    chat::Window,
    ids::{AccountId, GroupConversationId, MessageId, UserId},
    page::{Page, PageRequest},
    person::UserName,
    time::Time,
};

use super::{Stored, Stowed};

/// A conversation in somebody's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedGroupConversation {
    /// Its id.
    pub id: GroupConversationId,
    /// What it is called.
    pub called: Called,
    /// The last message; none when there is none, or it was withdrawn.
    pub last: Option<String>,
    /// Was the last one withdrawn?
    pub withdrawn: bool,
    /// When it was written, or when the user joined.
    pub at: Time,
    /// Messages that the user has not read.
    pub unread: i64,
    /// Is the user mentioned in one of those?
    pub mentioned: bool,
}

/// What a conversation is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Called {
    /// By its name: it is one of several.
    Named(String),
    /// By the other of the two.
    After(UserName),
}

/// What decides about a conversation, as it is stored, and how far the user who asks has read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupConversationRecord {
    /// Its name; one between two has none.
    pub name: Option<String>,
    /// The user who asks, when they were found among its members.
    pub member: Option<UserId>,
    /// The number of the last line; 0 when there is none.
    pub last: i64,
    /// Up to which line they have read.
    pub read: i64,
}

/// A conversation that is begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewGroupConversation<'a> {
    /// With one colleague.
    With(UserId),
    /// Of several, under a name, with these besides whoever begins it.
    Named(&'a str, &'a [UserId]),
}

/// Somebody who takes part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMember {
    /// Who.
    pub user: UserId,
    /// Their account.
    pub account: AccountId,
    /// The name.
    pub name: UserName,
    /// What they do.
    pub profession: String,
    /// Do they work in the group?
    pub active: bool,
    /// Up to which line they have read.
    pub read: i64,
    /// Since when, if they have read at all.
    pub read_at: Option<Time>,
}

/// A line as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLine {
    /// Its place in the conversation.
    pub number: i64,
    /// Chosen by the device that sent it, if it is a message.
    pub id: MessageId,
    /// Whose it is.
    pub user: UserId,
    /// Their name.
    pub name: UserName,
    /// What they do.
    pub profession: String,
    /// What it is.
    pub what: StoredDone,
    /// What a message says; empty when it was withdrawn.
    pub body: String,
    /// When it was stored.
    pub sent_at: Time,
    /// Was it withdrawn?
    pub withdrawn: bool,
}

/// What a line is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoredDone {
    /// A message.
    Said,
    /// A colleague was added.
    Added(UserId, UserName),
    /// Whose line it is left.
    Left,
    /// It is called as the body says from here on.
    Renamed,
}

/// Conversations between users. What a list holds is what `ReadGroupConversation` allows, no more and no less.
#[async_trait]
pub trait GroupChat {
    /// The conversations the user takes part in, by when something was written last.
    async fn list_group_conversations(
        &mut self,
        access: &Access<EnterGroup>,
        page: &PageRequest,
    ) -> Stored<Page<ListedGroupConversation>>;

    /// How many messages in them the user has not read.
    async fn count_unread_group_messages(&mut self, access: &Access<EnterGroup>) -> Stored<i64>;

    /// A conversation of the group, to decide about.
    async fn group_conversation_record(
        &mut self,
        access: &Access<EnterGroup>,
        id: GroupConversationId,
    ) -> Stored<Option<GroupConversationRecord>>;

    /// The names of those of these that have one and that the user takes part in.
    async fn some_group_conversations(
        &mut self,
        access: &Access<EnterGroup>,
        ids: &[GroupConversationId],
    ) -> Stored<Vec<(GroupConversationId, String)>>;

    /// The conversation that the user has with this colleague.
    async fn find_group_conversation(
        &mut self,
        access: &Access<StartGroupConversation>,
        with: UserId,
    ) -> Stored<Option<GroupConversationId>>;

    /// Begins one.
    async fn add_group_conversation(
        &mut self,
        access: &Access<StartGroupConversation>,
        id: GroupConversationId,
        new: NewGroupConversation<'_>,
        at: Time,
    ) -> Stored<()>;

    /// Who takes part, by name.
    async fn list_group_members(&mut self, access: &Access<ReadGroupConversation>) -> Stored<Vec<GroupMember>>;

    /// Some of the lines, in order, up to `most`.
    async fn list_group_lines(
        &mut self,
        access: &Access<ReadGroupConversation>,
        window: Window,
        most: u32,
    ) -> Stored<Vec<StoredLine>>;

    /// Stores a message and whom it mentions, once for each id. Whoever had read all before it has read it too.
    async fn add_group_message(
        &mut self,
        access: &Access<WriteGroupConversation>,
        id: MessageId,
        body: &str,
        mentioned: &[UserId],
        now: Time,
    ) -> Stored<Stowed>;

    /// Withdraws a message of the caller's, and whom it mentioned; false when it is not theirs or was withdrawn before.
    async fn withdraw_group_message(
        &mut self,
        access: &Access<WriteGroupConversation>,
        number: i64,
        now: Time,
    ) -> Stored<bool>;

    /// The numbers of the messages withdrawn last.
    async fn list_withdrawn_group_messages(
        &mut self,
        access: &Access<ReadGroupConversation>,
        most: u32,
    ) -> Stored<Vec<i64>>;

    /// The caller has read up to a number; never further than the last line, and never back. False when nothing changed.
    async fn group_lines_read(
        &mut self,
        access: &Access<ReadGroupConversation>,
        number: i64,
        now: Time,
    ) -> Stored<bool>;

    /// What the caller's bell says of mentions in it is over.
    async fn forget_mentions(&mut self, access: &Access<ReadGroupConversation>, now: Time) -> Stored<()>;

    /// Calls it differently, and leaves a trace; false when it is called so already.
    async fn rename_group_conversation(
        &mut self,
        access: &Access<ManageGroupConversation>,
        trace: MessageId,
        name: &str,
        now: Time,
    ) -> Stored<bool>;

    /// Adds a user of the group, who has then read all that was written before, and leaves a trace; false when they take part
    /// already.
    async fn add_group_member(
        &mut self,
        access: &Access<ManageGroupConversation>,
        trace: MessageId,
        user: UserId,
        now: Time,
    ) -> Stored<bool>;

    /// The caller leaves, and leaves a trace; false when they were gone already.
    async fn leave_group_conversation(
        &mut self,
        access: &Access<ManageGroupConversation>,
        trace: MessageId,
        now: Time,
    ) -> Stored<bool>;
}
