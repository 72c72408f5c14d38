//! What is said about chat: the list, a conversation, the switches for the practice and for one patient.

use domain::{
    chat::{Author, PortalPerson, Standing},
    grant::Kind,
};

/// Page, sidebar, and field of the portal settings.
pub const CHAT: &str = "Chat";
/// Button, and title of its dialog.
pub const NEW_CHAT: &str = "New Chat";
/// Button in the dialog.
pub const START_CHAT: &str = "Start Chat";
/// In the dialog.
pub const NEW_CHAT_TEXT: &str = "The patient, and everybody in the portal who sees what you share with them, can read it and answer. If chat was off for the patient, this switches it on.";
/// Field.
pub const CHAT_FIND_PATIENT: &str = "Find a patient";
/// None fits.
pub const CHAT_NOBODY: &str = "No patient with an activated portal has a name like that.";
/// Those that fit cannot be reached.
pub const CHAT_INVITE_FIRST: &str = "Nobody uses this patient’s portal yet. Invite them first.";
/// The filters, read out.
pub const CHAT_FILTERS: &str = "Find conversations";
/// Field.
pub const CHAT_FIND: &str = "Find a conversation";
/// Toggle.
pub const CHAT_OLDEST_FIRST: &str = "Oldest first";
/// Toggle.
pub const CHAT_HIDE_INACTIVE: &str = "Hide inactive";
/// Toggle.
pub const CHAT_ONLY_WAITING: &str = "Only those waiting for an answer";
/// In a row and over a conversation; how long ago follows.
pub const CHAT_WAITS: &str = "Not answered yet, written";
/// Button: nothing need be written.
pub const CHAT_SETTLE: &str = "No answer needed";
/// Done.
pub const CHAT_SETTLED: &str = "Marked as answered";
/// Beside the name of whoever it was sent for.
pub const CHAT_AUTOMATIC: &str = "Sent automatically";
/// Card.
pub const REPLIES: &str = "Answers in chat";
/// Under it.
pub const REPLIES_TEXT: &str = "What patients are told about when you answer.";
/// Button, read out; title of its dialog.
pub const EDIT_REPLIES: &str = "Edit answers in chat";
/// Field.
pub const REPLY_WITHIN: &str = "Usually answered within (hours)";
/// Under it.
pub const REPLY_WITHIN_HINT: &str =
    "Patients read it beside the message they write. Leave it empty to promise nothing.";
/// Fact.
pub const REPLY_USUALLY: &str = "Usually answered within";
/// No promise.
pub const REPLY_NOT_SAID: &str = "Not said";
/// Field and fact.
pub const EMERGENCY_NUMBER: &str = "Number for emergencies";
/// Under it.
pub const EMERGENCY_NUMBER_HINT: &str = "The number to call where your patients live, such as 112 or 000.";
/// Field and fact.
pub const AWAY: &str = "Automatic answer";
/// Under it.
pub const AWAY_HINT: &str = "Sent when a patient writes while every location is closed, or at any time when no opening hours are known; every four hours at most. Leave it empty to send none.";
/// The practice does not chat.
pub const CHAT_IS_OFF: &str =
    "Chat with patients is off in this practice. An owner turns it on in Settings > General > Patient Access.";
/// The list is empty.
pub const NO_CHATS: &str = "No conversations yet";
/// Under it.
pub const NO_CHATS_TEXT: &str = "What you and your patients write to each other in the portal is listed here. Conversations that cannot go on are hidden until you ask for them.";
/// Only those that wait were asked for, and none does.
pub const NO_CHATS_WAITING: &str = "Nobody waits for an answer";
/// Under it.
pub const NO_CHATS_WAITING_TEXT: &str = "Every message from the portal is answered, or needs no answer.";
/// Nothing was found.
pub const NO_CHATS_MATCH: &str = "No conversation found";
/// Under it.
pub const NO_CHATS_MATCH_TEXT: &str = "Try part of the patient’s name, or show all conversations.";
/// Button.
pub const SHOW_ALL_CHATS: &str = "Show all conversations";
/// A conversation without messages.
pub const CHAT_NO_MESSAGES: &str = "No messages yet";
/// Link to the profile.
pub const CHAT_TO_PROFILE: &str = "Open the patient’s profile";
/// Before the first unread message.
pub const CHAT_NEW: &str = "New";
/// Button.
pub const CHAT_EARLIER: &str = "Earlier messages";
/// Button.
pub const CHAT_LATER: &str = "Later messages";
/// In place of its text.
pub const CHAT_WITHDRAWN: &str = "This message was withdrawn";
/// Button.
pub const CHAT_WITHDRAW: &str = "Withdraw";
/// Title of the question.
pub const CHAT_WITHDRAW_TITLE: &str = "Withdraw this message?";
/// In the question.
pub const CHAT_WITHDRAW_TEXT: &str = "What it says is gone for both sides. That there was a message stays, with when you wrote it. Anyone who already read it may remember it.";
/// Done.
pub const CHAT_IS_WITHDRAWN: &str = "Withdrawn";
/// Field.
pub const CHAT_MESSAGE: &str = "Message";
/// Under it.
pub const CHAT_MESSAGE_HINT: &str = "Ctrl+Enter sends it.";
/// Button.
pub const CHAT_SEND: &str = "Send";
/// Setting: users of the practice.
pub const GROUP_CHAT: &str = "Group chat";
/// Under the setting.
pub const GROUP_CHAT_HINT: &str = "Users of the practice write to each other.";
/// Under the setting for patients.
pub const PATIENT_CHAT_HINT: &str = "Practitioners and patients write to each other. Needs Group chat.";
/// Choice.
pub const CHAT_ENABLED: &str = "Enabled";
/// Choice.
pub const CHAT_DISABLED: &str = "Disabled";
/// Under the choice.
pub const CHAT_SWITCH_HINT: &str = "While it is disabled nobody can write; what was written stays readable.";
/// Under the choice, where the practice does not chat.
pub const CHAT_SWITCH_OFF_HINT: &str =
    "Chat with patients is off in this practice: until an owner turns it on, this changes nothing.";

/// The bubble at the top.
#[must_use]
pub fn chat_bubble(unread: i64) -> String {
    match unread {
        0 => CHAT.to_owned(),
        unread => format!("{CHAT}, {}", chat_unread(unread)),
    }
}

/// How many messages are unread.
#[must_use]
pub fn chat_unread(unread: i64) -> String {
    format!("{} unread", super::count(unread))
}

/// Messages came while one looks on.
#[must_use]
pub fn chat_came(count: usize) -> String {
    match count {
        1 => "1 new message".to_owned(),
        count => format!("{count} new messages"),
    }
}

/// In a row: why it cannot go on.
#[must_use]
pub const fn chat_standing(standing: Standing) -> Option<&'static str> {
    match standing {
        Standing::Open => None,
        Standing::PracticeOff => Some("Chat is off"),
        Standing::NotInPortal => Some("Not in the portal"),
        Standing::PatientOff => Some("Off for this patient"),
    }
}

/// Why nothing can be written.
#[must_use]
pub const fn chat_closed(standing: Standing) -> &'static str {
    match standing {
        Standing::Open => "You can only read this conversation.",
        Standing::PracticeOff => CHAT_IS_OFF,
        Standing::NotInPortal => "Nobody uses this patient’s portal at present who would see a message.",
        Standing::PatientOff => {
            "Chat is off for this patient. Start a new chat or switch Chat on in the patient’s Portal settings."
        }
    }
}

/// Who wrote it, and what they are.
#[must_use]
pub fn chat_author(author: Author) -> (String, String) {
    match author {
        Author::Own => (super::YOU.to_owned(), String::new()),
        Author::User { name, profession } => (name, profession),
        Author::Portal(person) => {
            let who = chat_relationship(&person).to_owned();
            (person.name, who)
        }
        Author::Gone => ("Somebody who used the portal".to_owned(), String::new()),
    }
}

/// What somebody of the portal is to the patient.
fn chat_relationship(person: &PortalPerson) -> &str {
    if person.kind == Kind::Own { "the patient" } else { &person.relationship }
}

/// Who has read a message; the time follows.
#[must_use]
pub fn chat_read_by(name: &str) -> String {
    format!("Read by {name}")
}
