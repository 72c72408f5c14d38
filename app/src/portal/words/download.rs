//! What is said of a record that is taken along.

use domain::grant::Kind;

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
    "Files, as they were sent",
    "Who looked at this record, where you can see that",
];
/// What it comes to, and what to take care of.
pub const CARE: &str = "It comes as one ZIP file of plain texts and files. Whoever has it can read it: keep it where only you \
                        can open it.";
/// Button.
pub const NOW: &str = "Download";
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

/// What stands in the text at the beginning.
#[must_use]
pub fn read_me(whose: &str, practice: &str, at: &str) -> String {
    format!(
        "The record of {whose} with {practice}\r\n\r\nTaken from the portal on {at}.\r\n\r\nIt holds what the portal showed at \
         that time. Texts open in every editor; files are as they were sent.\r\n\r\nThis is health information. Keep it where only \
         you can open it.\r\n"
    )
}

/// In place of a file that cannot be opened at present.
#[must_use]
pub fn missing(name: &str) -> String {
    format!(
        "{name} could not be opened when this was made: it was still being checked, or a key was missing. Try again later.\r\n"
    )
}
