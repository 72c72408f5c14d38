//! What is said of a record that is taken along.

use domain::{file::FileState, grant::Kind};

/// The page's title, and the way to it.
pub const TITLE: &str = "Download this record";
/// Heading of a card.
pub const WHAT: &str = "What is in it";
/// What is in it.
pub const PARTS: [&str; 7] = [
    "Details and emergency contacts, and what changed in them",
    "Notes that were shared",
    "Documents",
    "Home activities, with the days on which they were done",
    "Forms, with the answers",
    "Files",
    "Who looked at this record, where you can see that",
];
/// What it comes to, and what to take care of.
pub const CARE: &str = "It comes as one ZIP file of plain texts and files. Whoever has it can read it: keep it where only you \
                        can open it.";
/// Link that saves it.
pub const NOW: &str = "Download";
/// Heading of the form.
pub const FIRST: &str = "First, your password";
/// What stands above its field.
pub const FIRST_TEXT: &str = "So that nobody who finds your device unlocked can take the whole record with them.";
/// Field.
pub const PASSWORD: &str = "Your password";
/// Button.
pub const GO_ON: &str = "Go on";
/// Beside the link.
pub const READY: &str =
    "You can download it within the next ten minutes. What you have not read yet stays marked as new.";
/// Heading of a card.
pub const MORE: &str = "Is something missing?";
/// In it.
pub const MORE_TEXT: &str =
    "The portal holds what the practice shares with you. Ask the practice for the rest of the record.";

/// Name of the text at the beginning.
pub const READ_ME: &str = "Read me.txt";
/// Name of the text of what the record says of the person.
pub const DETAILS: &str = "Details.txt";
/// Folder, and what is in it.
pub const CHANGES: &str = "Changes of details";
/// Folder, and what is in it.
pub const VISITS: &str = "Who looked";
/// Folder.
pub const NOTES: &str = "Notes";
/// Folder.
pub const DOCUMENTS: &str = "Documents";
/// Folder.
pub const ACTIVITIES: &str = "Home activities";
/// Folder.
pub const FORMS: &str = "Forms";
/// Folder.
pub const FILES: &str = "Files";
/// Label.
pub const WRITTEN_BY: &str = "Written by";
/// Label.
pub const ASSIGNED_BY: &str = "Assigned by";
/// Label.
pub const CONFIRMED: &str = "Confirmed that it was read";
/// Label.
pub const KIND: &str = "Kind";
/// Label.
pub const CHANGED: &str = "Changed";
/// Label.
pub const RETURNED: &str = "Returned to the practice";
/// Label of what is not returned.
pub const NOT_RETURNED: &str = "Not returned";
/// Of it.
pub const ONLY_A_DRAFT: &str = "what stands here is what was typed so far; the practice has not seen it";
/// Of it, for who may only look.
pub const NOTHING_TYPED: &str = "no answers yet";
/// Label.
pub const FILES_OF_IT: &str = "Files that belong to it";
/// Of an activity.
pub const IS_OVER: &str = "It is over.";
/// Of contacts.
pub const CONTACTS_WAIT: &str = "A change of these is with the practice, which has not decided yet.";
/// Of a day.
pub const DONE: &str = "Done";

/// Whose it is.
#[must_use]
pub fn lead(shown: &str, kind: Kind) -> String {
    match kind {
        Kind::Own => "All that this portal shows of your record, in one file for you to keep.".to_owned(),
        Kind::Contact | Kind::Other => {
            format!("All that this portal shows of the record of {shown}, in one file to keep.")
        }
    }
}

/// Before a value that the practice has not decided about.
#[must_use]
pub fn asked_for(label: &str) -> String {
    format!("{label}, as you asked for it (the practice has not decided yet)")
}

/// Before a value that the practice did not accept.
#[must_use]
pub fn not_accepted(label: &str) -> String {
    format!("{label}, as you asked for it (the practice did not accept it)")
}

/// What stands in the text at the beginning.
#[must_use]
pub fn read_me(whose: &str, practice: &str, at: &str, zone: &str) -> String {
    format!(
        "The record of {whose} with {practice}\r\n\r\nTaken from the portal on {at}. All times are those of {zone}.\r\n\r\nIt holds \
         what the portal showed at that time. Texts open in every editor. Pictures are as they were kept: without the place where \
         they were taken.\r\n\r\nThis is health information. Keep it where only you can open it.\r\n"
    )
}

/// In place of a file that cannot be opened at present.
#[must_use]
pub fn missing(name: &str, state: FileState) -> String {
    let why = match state {
        FileState::Infected => super::files::INFECTED,
        FileState::Waiting => super::files::WAITING,
        FileState::Kept => "It could not be opened when this was made. Try again later, or tell the practice.",
    };
    format!("{name}\r\n\r\n{why}\r\n")
}
