//! What the Notes tab says.

use domain::{
    grant::Kind,
    note::{NoteState, Share},
};

/// The tab, and the card.
pub const NOTES: &str = "Notes";
/// Under the card's heading.
pub const NOTES_TEXT: &str = "You see your own notes, those that were shared with you, and what your access includes. A draft is seen by its author only.";
/// Button.
pub const NEW_NOTE: &str = "New note";
/// Nothing yet.
pub const NO_NOTES: &str = "No notes for you here";
/// Under it.
pub const NO_NOTES_TEXT: &str = "What you write, and what colleagues share with you, stands here.";
/// Nothing fits the filter.
pub const NO_NOTES_FIT: &str = "No note fits";
/// Under it.
pub const NO_NOTES_FIT_TEXT: &str = "Look for other words, choose another kind, or show all of them.";
/// The same when older notes were not looked at.
pub const NO_NOTES_FIT_YET: &str = "Nothing found among the latest notes";
/// Under it.
pub const NO_NOTES_FIT_YET_TEXT: &str = "There are older ones: “Show more” goes on with them.";
/// Button of an empty list that is filtered.
pub const SHOW_ALL_NOTES: &str = "Show all notes";
/// Names the filters.
pub const SEARCH_NOTES: &str = "Search these notes";
/// Button.
pub const SEARCH: &str = "Search";
/// Field.
pub const WORDS_IN_NOTES: &str = "Words to look for";
/// Column.
pub const NOTE: &str = "Note";
/// Column.
pub const NOTE_KIND: &str = "Kind";
/// Column.
pub const NOTE_AUTHOR: &str = "Author";
/// Column.
pub const NOTE_WHEN: &str = "When";
/// A draft without a title.
pub const UNTITLED: &str = "Untitled";
/// Filter.
pub const ALL_KINDS: &str = "All kinds";
/// Filter.
pub const WHICH_NOTES: &str = "Show";
/// Choice of the filter.
pub const ALL_NOTES: &str = "All notes";
/// Choice of the filter.
pub const OWN_NOTES: &str = "Mine";
/// Choice of the filter.
pub const NOTE_DRAFTS: &str = "My drafts";
/// Choice of the filter.
pub const NOTES_WITH_PATIENT: &str = "Shared with the patient";
/// The way back from a note.
pub const BACK_TO_NOTES: &str = "All notes";
/// Not there, or not for this user.
pub const NO_SUCH_NOTE: &str = "This note is not here, or it is not for you";
/// Badge.
pub const NOTE_DRAFT: &str = "Draft";
/// Badge.
pub const PRIVATE: &str = "Private";
/// Badge.
pub const WITH_PATIENT: &str = "Patient sees it";
/// Badge, before a time.
pub const WITH_PATIENT_LATER: &str = "Patient sees it from";
/// Badge.
pub const CHANGING: &str = "Being changed";
/// Field.
pub const NOTE_TITLE: &str = "Title";
/// Field.
pub const NOTE_BODY: &str = "Text";
/// Under the field.
pub const NOTE_BODY_HINT: &str = "Kept while you type. An empty line begins a paragraph.";
/// While it is being kept.
pub const KEEPING: &str = "Keeping it …";
/// After it was.
pub const KEPT: &str = "Kept";
/// When it could not be.
pub const NOT_KEPT: &str = "Not kept on the server just now; it is kept in this tab, and tried again by itself.";
/// Button, of what was published before.
pub const PUBLISH_VERSION: &str = "Publish the correction";
/// Said after it.
pub const NOTE_PUBLISHED: &str = "The note is published";
/// Button.
pub const CHANGE_NOTE: &str = "Correct";
/// Over the editor of what was published before.
pub const CORRECTING: &str =
    "What was published stays as it is and can be read until you publish the correction. Both are kept.";
/// Button.
pub const DISCARD_DRAFT: &str = "Throw the draft away";
/// Question.
pub const DISCARD_TITLE: &str = "Throw this draft away?";
/// Under it.
pub const DISCARD_TEXT: &str = "What was typed and not published is gone. What was published stays.";
/// Said after it.
pub const DISCARDED: &str = "The draft is gone";
/// Button.
pub const MAKE_PRIVATE: &str = "Keep private";
/// Button.
pub const MAKE_OPEN: &str = "Not private any more";
/// Question.
pub const PRIVATE_TITLE: &str = "Keep this note private?";
/// Under it.
pub const PRIVATE_TEXT: &str = "Colleagues whose access includes all notes do not see it any more, nor those you share all notes with. If the patient sees it now, they do not any more. Colleagues you shared this very note with still read it.";
/// Question.
pub const OPEN_TITLE: &str = "Let others read this note?";
/// Under it.
pub const OPEN_TEXT: &str =
    "Colleagues whose access includes all notes see it once it is published, and those you share all notes with.";
/// Said after it.
pub const PRIVACY_CHANGED: &str = "Changed who sees the note";
/// Card.
pub const WHO_READS: &str = "Who can read it";
/// Card.
pub const WHO_HAS_READ: &str = "Who has read it";
/// Nobody yet.
pub const NOBODY_HAS_READ: &str = "Nobody but you so far.";
/// Card.
pub const VERSIONS: &str = "Versions";
/// Part of the card.
pub const THE_PATIENT_SIDE: &str = "Patient";
/// Part of the card.
pub const COLLEAGUES: &str = "Colleagues";
/// No portal user at all.
pub const NOBODY_IN_PORTAL: &str = "Nobody uses this patient's portal yet. Invite the patient first.";
/// It is not shared.
pub const NOT_WITH_PATIENT: &str = "Not shared with the patient.";
/// It is.
pub const IS_WITH_PATIENT: &str = "Shared with the patient since";
/// It will be.
pub const WILL_BE_WITH_PATIENT: &str = "Shared with the patient from";
/// Beside a portal user.
pub const SEES_IT: &str = "sees it";
/// Beside a portal user.
pub const WOULD_SEE_IT: &str = "would see it";
/// Beside a portal user.
pub const SEES_NOTHING: &str = "sees no records";
/// It is not shared with colleagues.
pub const NO_COLLEAGUES: &str = "Not shared with a colleague.";
/// The group's switch is off.
pub const SHARING_IS_OFF: &str =
    "Note sharing is switched off for your practice: these colleagues cannot read it until it is on again.";
/// Beside a colleague.
pub const SHARED_ALL: &str = "all your notes about this patient";
/// Button.
pub const SHARE_WITH_PATIENT: &str = "Share with the patient";
/// Button.
pub const STOP_SHARING: &str = "Stop sharing";
/// Button.
pub const SHARE_WITH_COLLEAGUE: &str = "Share with a colleague";
/// Button.
pub const SHARE_ALL_NOTES: &str = "Share all my notes";
/// Title of the dialog.
pub const SHARE_ALL_TITLE: &str = "Share all your notes about this patient";
/// Under it.
pub const SHARE_ALL_TEXT: &str = "Also those you publish later; not drafts, and not what you keep private.";
/// Nobody so far.
pub const SHARED_WITH_NOBODY: &str = "With nobody so far.";
/// Label of the search.
pub const FIND_COLLEAGUE: &str = "Find a practitioner";
/// Nobody fits.
pub const NO_COLLEAGUE_FOUND: &str = "No practitioner who may see this patient has a name like that.";
/// Button.
pub const SHARE: &str = "Share";
/// Button: before sharing.
pub const AS_PATIENT: &str = "See it as the patient";
/// Over the preview.
pub const AS_PATIENT_TEXT: &str = "This is what the patient's portal shows, or will. Nothing was shared by looking.";
/// Field of the preview: whose eyes.
pub const SEEN_AS: &str = "Through whose eyes";
/// One of its choices, before the patient was invited.
pub const PATIENT_WITHOUT_PORTAL: &str = "the patient (not in the portal yet)";
/// In place of the sheet.
pub const SEES_NOTHING_TEXT: &str =
    "This person sees nothing of it: they have not accepted the invitation, or are there for appointments only.";
/// Who sees it, in the preview.
pub const AS_PATIENT_WHO: &str = "Who sees it";
/// In the dialog that shares.
pub const SHARE_TEXT: &str =
    "They get a mail that says no more than that something is new. A draft is published with it.";
/// Field.
pub const SHARE_ON: &str = "From which day";
/// Under the field.
pub const SHARE_ON_HINT: &str = "Leave it empty to share now.";
/// Said after it.
pub const SHARED: &str = "Shared";
/// Said after it.
pub const UNSHARED: &str = "Not shared any more";
/// Question.
pub const UNSHARE_PATIENT_TITLE: &str = "Take this note back from the patient?";
/// Under it.
pub const UNSHARE_PATIENT_TEXT: &str =
    "It is gone from the portal at once. What was read or printed by then is not undone.";
/// Setting.
pub const NOTE_SHARING: &str = "Note Sharing";
/// Under the setting.
pub const NOTE_SHARING_HINT: &str = "Practitioners may share their notes with colleagues. While this is off, nothing that was shared is readable; it is again when you switch it on.";

/// Where a note stands.
#[must_use]
pub const fn note_state(state: NoteState) -> Option<&'static str> {
    match state {
        NoteState::Draft => Some(NOTE_DRAFT),
        NoteState::Published { changing: true, .. } => Some(CHANGING),
        NoteState::Published { .. } => None,
    }
}

/// The title of a note in a list.
#[must_use]
pub fn note_title(title: &str) -> String {
    if title.is_empty() { UNTITLED.to_owned() } else { title.to_owned() }
}

/// The name of a version.
#[must_use]
pub fn note_version(number: i64) -> String {
    format!("Version {number}")
}

/// Beside a reader.
#[must_use]
pub fn read_version(number: i64) -> String {
    format!("version {number}")
}

/// Beside a colleague.
#[must_use]
pub const fn share(share: Share) -> &'static str {
    match share {
        Share::This => "this note",
        Share::All => SHARED_ALL,
    }
}

/// A portal user and whether they see it.
#[must_use]
pub fn portal_reader(email: &str, kind: Kind, sees: bool, shared: bool) -> String {
    let sees = match (sees, shared) {
        (true, true) => SEES_IT,
        (true, false) => WOULD_SEE_IT,
        (false, _) => SEES_NOTHING,
    };
    format!("{}: {sees}", portal_person(email, kind))
}

/// A portal user and who they are to the patient.
#[must_use]
pub fn portal_person(email: &str, kind: Kind) -> String {
    let who = match kind {
        Kind::Own => "the patient",
        Kind::Contact => "a contact",
        Kind::Other => "acts for the patient",
    };
    format!("{email} ({who})")
}

/// The name of a button that ends a share.
#[must_use]
pub fn stop_sharing_with(name: &str) -> String {
    format!("Stop sharing with {name}")
}
