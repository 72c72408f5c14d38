//! Words of the page of files.

/// The title.
pub const TITLE: &str = "Files";
/// What the page is for.
pub const LEAD: &str =
    "Referrals, letters, results and photos: those that were sent to the practice, and those it shared.";
/// The heading over the form.
pub const SEND: &str = "Send files";
/// The heading over the list.
pub const LIST: &str = "Sent and shared";
/// The list is empty.
pub const NONE: &str = "No files yet";
/// What to do then.
pub const NONE_TEXT: &str = "What you send stands here, and what the practice shares.";
/// The same for who may only look.
pub const NONE_TEXT_READ_ONLY: &str = "What is sent to the practice stands here, and what it shares.";
/// A further page is empty.
pub const NO_EARLIER: &str = "There is nothing more";
/// What that means.
pub const NO_EARLIER_TEXT: &str = "What you saw before is all there is.";
/// Back to the first page.
pub const LATEST: &str = "The latest files";
/// On to the next page.
pub const EARLIER: &str = "Earlier files";
/// Who sent it, before the day.
pub const BY_YOU: &str = "You sent it on";
/// The same.
pub const BY_PRACTICE: &str = "The practice shared it on";
/// The same.
pub const BY_OTHERS: &str = "Somebody else of this portal sent it on";
/// All of it was sent.
pub const SENT: &str = "Sent. The practice was told that something came.";
/// It cannot be opened yet.
pub const WAITING: &str = "Being checked for viruses. It can be opened a little later.";
/// It was not kept.
pub const INFECTED: &str = "A virus was found in it, so it was not kept.";
/// Shows it in the browser.
pub const LOOK: &str = "Look at it";

/// Home, of what was shared and not opened.
pub const NEW: &str = "New in your files";
/// The way there.
pub const TO_FILES: &str = "See it";

/// How many are new.
#[must_use]
pub fn unread(count: i64) -> String {
    match count {
        1 => "Your practice shared a file that you have not opened yet.".to_owned(),
        count => format!("Your practice shared {count} files that you have not opened yet."),
    }
}

/// Whom it goes to.
#[must_use]
pub fn send_to(practice: &str) -> String {
    format!("They go into the record at {practice}. Those who treat the patient can open them.")
}

/// What the link shows, for who does not see where it stands.
#[must_use]
pub fn look_at(about: &str) -> String {
    format!("Look at it: {about}")
}
