//! What the Documents tab says of files.

use domain::file::{FileState, Sender};

/// The tab.
pub const DOCUMENTS: &str = "Documents";
/// The card.
pub const FILES: &str = "Files";
/// Under the card's heading.
pub const FILES_TEXT: &str = "What the patient sent from the portal, and what the practice added.";
/// The same for who may not open them.
pub const FILES_TEXT_LEVEL: &str = "You see which files came. Those who treat the patient can open them.";
/// Button.
pub const ADD_FILES: &str = "Add files";
/// Nothing yet.
pub const NO_FILES: &str = "No files yet";
/// Under it.
pub const NO_FILES_TEXT: &str = "What the patient sends from the portal stands here, and what you add.";
/// Column, and field.
pub const FILE_NAME: &str = "Name";
/// Column, and field.
pub const FILE_CATEGORY: &str = "What it is";
/// Column.
pub const FILE_FROM: &str = "From";
/// Column.
pub const FILE_SIZE: &str = "Size";
/// Column.
pub const FILE_WHEN: &str = "Came";
/// Instead of a name that is not for the reader.
pub const A_FILE: &str = "A file";
/// Badge.
pub const FILE_IN_PORTAL: &str = "In the portal";
/// Closes the form.
pub const FILES_DONE: &str = "Done";
/// The dialog's title.
pub const RENAME_FILE: &str = "Name this file";
/// What the name must keep.
pub const RENAME_HINT: &str = "Keep the ending: it says what kind of file it is.";
/// Button.
pub const SHARE_FILE: &str = "Show in the portal";
/// The question.
pub const SHARE_FILE_TITLE: &str = "Show this file in the portal?";
/// What it means.
pub const SHARE_FILE_TEXT: &str = "The patient, and whoever else sees what is shared, can open it. They get a mail that says only that there is something new.";
/// Toast.
pub const FILE_SHARED: &str = "The portal shows this file";
/// Button.
pub const UNSHARE_FILE: &str = "Take out of the portal";
/// The question.
pub const UNSHARE_FILE_TITLE: &str = "Take this file out of the portal?";
/// What it means.
pub const UNSHARE_FILE_TEXT: &str = "The portal shows it no longer. Whoever saved a copy keeps that.";
/// Toast.
pub const FILE_UNSHARED: &str = "The portal shows this file no longer";
/// Button.
pub const REMOVE_FILE: &str = "Remove this file";
/// What it means.
pub const REMOVE_FILE_TEXT: &str = "It goes out of the record and of the portal, for good. Nobody can bring it back.";
/// Toast.
pub const FILE_REMOVED: &str = "The file is removed";
/// Looks at it in the browser.
pub const LOOK_AT_FILE: &str = "Look at";

/// The question.
pub fn remove_file(name: &str) -> String {
    format!("Remove {name}?")
}

/// The name of a button in a row.
pub fn of_file(what: &str, name: &str) -> String {
    format!("{what}: {name}")
}

/// Where it came from.
pub fn sender(sender: Sender) -> String {
    match sender {
        Sender::Practice { name } => name,
        Sender::Portal { is_patient: true } => "The patient, from the portal".to_owned(),
        Sender::Portal { is_patient: false } => "Somebody for the patient, from the portal".to_owned(),
    }
}

/// What stands in the way of opening it.
pub const fn file_state(state: FileState) -> Option<&'static str> {
    match state {
        FileState::Kept => None,
        FileState::Waiting => Some("Being checked for viruses"),
        FileState::Infected => Some("Held a virus, not kept"),
    }
}
