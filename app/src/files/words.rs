//! Words of a file that is being sent.

use domain::file::Room;

use crate::words;

/// The field of what a file is about.
pub const CATEGORY: &str = "What is it?";
/// The field of the file.
pub const FILE: &str = "File";
/// Sends it.
pub const SEND: &str = "Send";
/// Stops sending.
pub const CANCEL: &str = "Stop";
/// Without scripts nothing can be sent.
pub const NO_SCRIPTS: &str = "To send files, switch scripts on in your browser, or use another one.";

/// What may be sent, beforehand.
#[must_use]
pub fn hint(room: Room) -> String {
    let Room { largest, bytes, files } = room;
    format!(
        "PDF, photo, Word document or text, up to {} each. There is room for {} more in {}.",
        words::file_size(largest),
        if files == 1 { "1 file".to_owned() } else { format!("{files} files") },
        words::file_size(bytes),
    )
}

/// There is no room at all.
pub const NO_ROOM: &str = "There is no room for further files. The practice can remove some that are not needed.";

/// What the script says, by name: `{name}`, `{percent}`, `{number}`, `{all}` are filled in.
pub const SCRIPT: &[(&str, &str)] = &[
    ("none", "Choose a file first."),
    ("sending", "Sending {name}: {percent} %"),
    ("several", "File {number} of {all}. "),
    ("waiting", "The network is gone. {name} goes on as soon as it is back. Keep this page open."),
    ("looking", "{name} has arrived. Looking at it …"),
    ("sent", "{name} was sent."),
    ("later", "{name} was sent. It can be opened once it was checked for viruses."),
    ("infected", "A virus was found in {name}, so it was not kept. Choose another file."),
    ("stopped", "Stopped. Nothing of {name} was kept."),
    ("resuming", "{name} goes on where it was."),
    ("signed_out", "You were signed out. Sign in again in another tab, then send the same file again here."),
    (
        "fault",
        "This did not work, and it is not your fault. Nothing was lost. Try again; if it happens again, ring the practice.",
    ),
    ("full", "The server has no room at the moment, so nothing was kept. Try again later."),
    ("forbidden", "You may look here, but not send files."),
    ("gone", "This is not there, or not any more."),
];
