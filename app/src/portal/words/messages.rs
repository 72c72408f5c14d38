//! Words of the pages of messages.

use domain::{
    chat::{Author, PortalPerson, Standing},
    grant::Kind,
};

/// Under the heading of the list.
pub const LEAD: &str = "What you and your practice write to each other.";
/// A page after the last.
pub const NO_EARLIER: &str = "No earlier conversations";
/// Under it.
pub const NO_EARLIER_TEXT: &str = "You have seen all of them.";
/// Back to the first page.
pub const LATEST: &str = "The latest conversations";
/// On to the next page.
pub const EARLIER: &str = "Earlier conversations";
/// Back to the list.
pub const ALL: &str = "All conversations";
/// In place of the last message when there is none.
pub const NOTHING_YET: &str = "Nothing was written yet.";
/// The same when it was withdrawn.
pub const LAST_WITHDRAWN: &str = "The last message was withdrawn.";
/// Over the messages, to those before.
pub const BEFORE: &str = "Earlier messages";
/// Under the messages, to those after.
pub const AFTER: &str = "Later messages";
/// Before the first message that was not read yet.
pub const NEW: &str = "New";
/// Beside one's own.
pub const YOU: &str = "You";
/// Somebody of whom nothing is known any more.
pub const SOMEBODY: &str = "Somebody who had access";
/// In place of a message that was withdrawn.
pub const WITHDRAWN: &str = "This message was withdrawn.";
/// Under one's own: the practice has it.
pub const DELIVERED: &str = "Delivered";
/// Field.
pub const MESSAGE: &str = "Your message";
/// Under it.
pub const NOT_URGENT: &str = "Not for emergencies: nobody reads this at once.";
/// Before the number for emergencies.
pub const IN_EMERGENCY: &str = "In an emergency call";
/// Beside the name of whoever it was sent for.
pub const AUTOMATIC: &str = "Sent automatically";

/// When an answer can be expected, if that is known.
#[must_use]
pub fn expected(hours: u32, closed: bool) -> Option<String> {
    let closed = closed.then(|| "The practice is closed now.".to_owned());
    let within = match hours {
        0 => None,
        1 => Some("an hour".to_owned()),
        24 => Some("a day".to_owned()),
        hours if hours > 24 && hours % 24 == 0 => Some(format!("{} days", hours / 24)),
        hours => Some(format!("{hours} hours")),
    };
    let within = within.map(|time| format!("Usually answered within {time}."));
    let said: Vec<_> = [closed, within].into_iter().flatten().collect();
    (!said.is_empty()).then(|| said.join(" "))
}

/// Button.
pub const SEND: &str = "Send";
/// Button.
pub const WITHDRAW: &str = "Withdraw";
/// Who may look only.
pub const ONLY_LOOK: &str = "You can read this conversation. To write in it, ask the practice for more access.";
/// Under a message that waits.
pub const WAITS: &str = "Not sent yet. It waits here, and goes out when the network is back.";
/// Read out when messages came; their number follows.
pub const CAME: &str = "New messages:";
/// Nothing can be written at present.
pub const CLOSED: &str = "Messages are switched off at present. You can still read what was written.";
/// Over what somebody was about to send when that was switched off.
pub const NOT_SENT: &str = "This was not sent";
/// Before one's own message is withdrawn.
pub const WITHDRAW_TEXT: &str = "What it says is gone for both sides. Anyone who already read it may remember it.";
/// Button.
pub const WITHDRAW_NOW: &str = "Withdraw this message";

/// On Home.
pub const NEW_ON_HOME: &str = "New messages";
/// To the list.
pub const TO_MESSAGES: &str = "Go to messages";

/// On Home: how many are new.
#[must_use]
pub fn unread_on_home(count: i64) -> String {
    match count {
        1 => "There is a message that you have not read yet.".to_owned(),
        count => format!("There are {count} messages that you have not read yet."),
    }
}

/// Unread messages beside a conversation.
#[must_use]
pub fn unread(count: i64) -> String {
    if count == 1 { "1 new message".to_owned() } else { format!("{count} new messages") }
}

/// The heading of a conversation.
#[must_use]
pub fn with(name: &str) -> String {
    format!("Messages with {name}")
}

/// Who wrote a message.
#[must_use]
pub fn author(author: &Author) -> String {
    match author {
        Author::Own => YOU.to_owned(),
        // What they practise stands over the conversation.
        Author::User { name, .. } => name.clone(),
        Author::Portal(PortalPerson { name, kind: Kind::Own, .. }) => format!("{name} (the patient)"),
        Author::Portal(PortalPerson { name, relationship, .. }) if relationship.is_empty() => name.clone(),
        Author::Portal(PortalPerson { name, relationship, .. }) => format!("{name} ({relationship})"),
        Author::Gone => SOMEBODY.to_owned(),
    }
}

/// Which message, for whoever does not see what stands over it.
#[must_use]
pub fn message_at(at: &str) -> String {
    format!("the message of {at}")
}

/// Why nothing can be written at present.
#[must_use]
pub const fn closed(standing: Standing) -> Option<&'static str> {
    match standing {
        Standing::Open => None,
        Standing::PracticeOff | Standing::PatientOff | Standing::NotInPortal => Some(CLOSED),
    }
}
