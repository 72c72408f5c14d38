//! Conversations between practitioners and patients' portals, and what is written in them.

use async_trait::async_trait;
use domain::{
    access::{
        Access, EnterGroup, InConversation, InvitePatient, ManageSettings, ReadConversation, Relationship,
        StartConversation, ViewOwnClinical, Writing,
    },
    chat::{ConversationFilter, PortalPerson, Replies, Sent, Window},
    ids::{AccountId, ConversationId, GroupId, MessageId, PatientId, UserId},
    page::{Page, PageRequest},
    person::UserName,
    time::Time,
    user::User,
};

use super::Stored;

/// What is switched on, but for whether anybody would see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChatSwitches {
    /// The group's, both of them.
    pub practice: bool,
    /// The patient's.
    pub patient: bool,
}

/// A conversation in a list of the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedConversation {
    /// Its id.
    pub id: ConversationId,
    /// With whose portal.
    pub patient: PatientId,
    /// The last message; none when there is none, or it was withdrawn.
    pub last: Option<String>,
    /// Was the last one withdrawn?
    pub withdrawn: bool,
    /// When it was written, or when the conversation was begun.
    pub at: Time,
    /// Messages that the user has not read.
    pub unread: i64,
    /// Since when a message of the portal waits for an answer, if one does.
    pub waits_since: Option<Time>,
    /// Is chat on for the patient?
    pub patient_on: bool,
    /// Does anybody use the patient's portal?
    pub reachable: bool,
}

/// A conversation in a list of the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedOwnConversation {
    /// Its id.
    pub id: ConversationId,
    /// Whose it is.
    pub user: UserName,
    /// What they practise.
    pub profession: String,
    /// The last message; none when there is none, or it was withdrawn.
    pub last: Option<String>,
    /// Was the last one withdrawn?
    pub withdrawn: bool,
    /// When it was written, or when the conversation was begun.
    pub at: Time,
    /// Messages that the portal user has not read.
    pub unread: i64,
}

/// What decides about a conversation, as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConversationRecord {
    /// Which.
    pub id: ConversationId,
    /// With whose portal.
    pub patient: PatientId,
    /// Whose it is.
    pub practitioner: UserId,
    /// The number of the last message; 0 when there is none.
    pub last: i64,
    /// Since when a message of the portal waits for an answer, if one does.
    pub waits_since: Option<Time>,
}

/// The same for the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnConversationRecord {
    /// The conversation.
    pub record: ConversationRecord,
    /// What is switched on.
    pub switches: ChatSwitches,
    /// Its practitioner.
    pub practitioner: User,
    /// How the practitioner and the patient belong together, if they do.
    pub relationship: Option<Relationship>,
}

/// A message as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMessage {
    /// Its place in the conversation.
    pub number: i64,
    /// Chosen by the device that sent it.
    pub id: MessageId,
    /// Who wrote it.
    pub account: AccountId,
    /// As which user, when it was written in the console.
    pub user: Option<UserName>,
    /// What they practise.
    pub profession: String,
    /// What it says; empty when it was withdrawn.
    pub body: String,
    /// When it was stored.
    pub sent_at: Time,
    /// Was it withdrawn?
    pub withdrawn: bool,
    /// Was it sent by itself?
    pub automatic: bool,
}

/// How far a portal user has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChatReading {
    /// Who.
    pub account: AccountId,
    /// Up to which message.
    pub number: i64,
    /// When.
    pub at: Time,
}

/// What became of a message that somebody sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stowed {
    /// It is stored.
    New(Sent),
    /// It was stored before: the device did not hear of it and sent it again.
    Known(Sent),
    /// Another message of the same person was stored under this id.
    Other,
}

/// Conversations. What a list holds is what `ReadConversation` and `ReadOwnConversation` allow, no more and no less.
#[async_trait]
pub trait Chat {
    /// What is switched on for a patient of the group.
    async fn chat_switches(&mut self, access: &Access<EnterGroup>, patient: PatientId) -> Stored<Option<ChatSwitches>>;

    /// Switches chat on for the patient (S2-23).
    async fn switch_chat_on(&mut self, access: &Access<StartConversation>) -> Stored<()>;

    /// Switches it on or off; false when it stood so already.
    async fn switch_chat(&mut self, access: &Access<InvitePatient>, on: bool) -> Stored<bool>;

    /// The user's conversations whose patient they may see, by when something was written last.
    async fn list_conversations(
        &mut self,
        access: &Access<EnterGroup>,
        filter: &ConversationFilter,
        page: &PageRequest,
    ) -> Stored<Page<ListedConversation>>;

    /// How many of the user's messages are unread, in conversations whose patient they may see.
    async fn count_unread_messages(&mut self, access: &Access<EnterGroup>) -> Stored<i64>;

    /// The conversation that the user has with the patient.
    async fn find_conversation(&mut self, access: &Access<StartConversation>) -> Stored<Option<ConversationId>>;

    /// Begins it.
    async fn add_conversation(
        &mut self,
        access: &Access<StartConversation>,
        id: ConversationId,
        at: Time,
    ) -> Stored<()>;

    /// A conversation of the group, to decide about.
    async fn conversation_record(
        &mut self,
        access: &Access<EnterGroup>,
        id: ConversationId,
    ) -> Stored<Option<ConversationRecord>>;

    /// The same, of the patient.
    async fn own_conversation_record(
        &mut self,
        access: &Access<ViewOwnClinical>,
        id: ConversationId,
    ) -> Stored<Option<OwnConversationRecord>>;

    /// Some of the messages, in order, up to `most`.
    async fn list_messages(&mut self, at: &InConversation, window: Window, most: u32) -> Stored<Vec<StoredMessage>>;

    /// Stores a message, once for each id. Whoever had read all before it has read it too.
    async fn add_message(&mut self, at: &Writing, id: MessageId, body: &str, now: Time) -> Stored<Stowed>;

    /// Answers what the caller wrote in the portal in the practitioner's name, unless it was done lately; true when it did.
    async fn add_away_message(
        &mut self,
        at: &Writing,
        practitioner: &User,
        id: MessageId,
        body: &str,
        now: Time,
    ) -> Stored<bool>;

    /// Nothing up to this number waits for an answer any more; false when nothing did.
    async fn messages_settled(&mut self, at: &Writing, number: i64) -> Stored<bool>;

    /// Withdraws a message of the caller's; false when it is not theirs or was withdrawn before.
    async fn withdraw_message(&mut self, at: &Writing, number: i64, now: Time) -> Stored<bool>;

    /// The numbers of the messages withdrawn last.
    async fn list_withdrawn(&mut self, at: &InConversation, most: u32) -> Stored<Vec<i64>>;

    /// How far the caller has read.
    async fn lookup_read(&mut self, at: &InConversation) -> Stored<i64>;

    /// The caller has read up to a number; never further than the last message, and never back. False when nothing changed.
    async fn messages_read(&mut self, at: &InConversation, number: i64, now: Time) -> Stored<bool>;

    /// How far the people of the portal have read.
    async fn list_readings(&mut self, access: &Access<ReadConversation>) -> Stored<Vec<ChatReading>>;

    /// Everybody who is or was let into the patient's portal, by account.
    async fn list_portal_people(&mut self, at: &InConversation) -> Stored<Vec<(AccountId, PortalPerson)>>;

    /// The accounts of those who see it in the portal.
    async fn list_listeners(&mut self, at: &InConversation) -> Stored<Vec<AccountId>>;

    /// The patient's conversations, latest first.
    async fn list_own_conversations(
        &mut self,
        access: &Access<ViewOwnClinical>,
        page: &PageRequest,
    ) -> Stored<Page<ListedOwnConversation>>;

    /// How many messages the portal user has not read.
    async fn count_own_unread_messages(&mut self, access: &Access<ViewOwnClinical>) -> Stored<i64>;

    /// Is there a message by a person of the practice, sent by `until`, that this account has not read, where chat with the patient
    /// is on?
    async fn unscoped_messages_wait(
        &mut self,
        group: GroupId,
        patient: PatientId,
        account: AccountId,
        until: Time,
    ) -> Stored<bool>;

    /// The same of what was sent by now, for whoever writes to them.
    async fn messages_wait(&mut self, at: &InConversation, account: AccountId, now: Time) -> Stored<bool> {
        self.unscoped_messages_wait(at.group(), at.patient(), account, now).await
    }

    /// What the group says about its answers, for whoever writes to it.
    async fn own_replies(&mut self, at: &InConversation) -> Stored<Replies> {
        self.unscoped_lookup_replies(at.group()).await
    }

    /// What the group says about its answers.
    async fn lookup_replies(&mut self, access: &Access<EnterGroup>) -> Stored<Replies> {
        self.unscoped_lookup_replies(access.group()).await
    }

    /// The same, of any group.
    async fn unscoped_lookup_replies(&mut self, group: GroupId) -> Stored<Replies>;

    /// Saves it; false when it was changed meanwhile. `replies.version` is the version that was read.
    async fn save_replies(&mut self, access: &Access<ManageSettings>, replies: &Replies, now: Time) -> Stored<bool>;
}
