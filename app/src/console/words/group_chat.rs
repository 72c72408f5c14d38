//! What is said about chat among colleagues.

/// Button, and title of its dialog.
pub const NEW_CONVERSATION: &str = "New conversation";
/// In the dialog.
pub const NEW_CONVERSATION_TEXT: &str =
    "Only those who take part can read it. With several colleagues it has a name, and others can be added later.";
/// Button in the dialog.
pub const START_CONVERSATION: &str = "Start conversation";
/// Field.
pub const CHAT_FIND_COLLEAGUE: &str = "Find a colleague";
/// None fits.
pub const NO_COLLEAGUE: &str = "Nobody else who works in the practice has a name like that.";
/// The list of those who were chosen, read out.
pub const CHOSEN_COLLEAGUES: &str = "Chosen colleagues";
/// Button beside one of them.
pub const TAKE_OUT: &str = "Take out";
/// Field.
pub const CONVERSATION_NAME: &str = "Name of the conversation";
/// Group chat is switched off.
pub const GROUP_CHAT_IS_OFF: &str = "Group chat is off in this practice: what was written stays readable. An owner turns it on in Settings > General > Patient Access.";
/// The list is empty.
pub const NO_GROUP_CHATS_TEXT: &str = "What you and your colleagues write to each other is listed here. Nobody else reads it, not even owners and administrators.";
/// In a row: one is mentioned in what is unread.
pub const CHAT_MENTIONED: &str = "You are mentioned";
/// Button, and title of its dialog.
pub const ADD_COLLEAGUE: &str = "Add a colleague";
/// In the dialog.
pub const ADD_COLLEAGUE_TEXT: &str = "They can read everything that was written before, too.";
/// Button, and title of its dialog.
pub const RENAME_CONVERSATION: &str = "Rename";
/// Button.
pub const LEAVE_CONVERSATION: &str = "Leave";
/// Title of the question.
pub const LEAVE_TITLE: &str = "Leave this conversation?";
/// In the question.
pub const LEAVE_TEXT: &str = "You can no longer read it, not even what you wrote yourself. What you wrote stays for the others, who see that you left. Any of them can add you again.";
/// Done.
pub const CONVERSATION_LEFT: &str = "You left the conversation";
/// Beside a member who cannot read it any more.
pub const NOT_ACTIVE_ANY_MORE: &str = "Not in the practice any more";
/// Under the field.
pub const GROUP_CHAT_MESSAGE_HINT: &str = "Ctrl+Enter sends it. @ and a name mentions a colleague.";
/// Who can be mentioned, read out.
pub const CHAT_MENTION: &str = "Mention";
/// In the question whether to withdraw a message.
pub const GROUP_CHAT_WITHDRAW_TEXT: &str = "What it says is gone for everybody. That there was a message stays, with when you wrote it. Anyone who already read it may remember it.";

/// How many take part.
#[must_use]
pub fn chat_members(count: usize) -> String {
    match count {
        1 => "1 member".to_owned(),
        count => format!("{count} members"),
    }
}

/// Read out: the button takes this one out again.
#[must_use]
pub fn take_out(name: &str) -> String {
    format!("{TAKE_OUT}: {name}")
}

/// A trace in a conversation. Nobody is whoever reads it.
#[must_use]
pub fn chat_added(by: Option<&str>, who: Option<&str>) -> String {
    format!("{} added {}", by.unwrap_or(super::YOU), who.unwrap_or("you"))
}

/// The same.
#[must_use]
pub fn chat_left(by: Option<&str>) -> String {
    format!("{} left", by.unwrap_or(super::YOU))
}

/// The same.
#[must_use]
pub fn chat_renamed(by: Option<&str>, name: &str) -> String {
    format!("{} renamed this conversation to {name}", by.unwrap_or(super::YOU))
}
