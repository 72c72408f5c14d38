//! What the Documents tab says of documents.

use domain::document::DocumentState;

/// Under the card's heading.
pub const DOCUMENTS_TEXT: &str =
    "Letters, reports and plans. The portal shows those that are completed, but for types that are hidden there.";
/// Button.
pub const NEW_DOCUMENT: &str = "New document";
/// Nothing yet.
pub const NO_DOCUMENTS: &str = "No documents yet";
/// Under it.
pub const NO_DOCUMENTS_TEXT: &str = "What is written here reaches the patient when it is completed.";
/// Nothing fits the filter.
pub const NO_DOCUMENTS_FIT: &str = "No document of this type";
/// Under it.
pub const NO_DOCUMENTS_FIT_TEXT: &str = "Choose another type above.";
/// Column, and field.
pub const DOCUMENT_TITLE: &str = "Title";
/// Column, and field.
pub const DOCUMENT_TYPE: &str = "Type";
/// Column.
pub const DOCUMENT_AUTHOR: &str = "Author";
/// Column.
pub const DOCUMENT_WHEN: &str = "When";
/// The filter's first choice.
pub const ALL_TYPES: &str = "All types";
/// Field.
pub const DOCUMENT_BODY: &str = "Text";
/// Under it.
pub const DOCUMENT_BODY_HINT: &str = "An empty line begins a new paragraph.";
/// Tick.
pub const DOCUMENT_ASKS: &str = "Ask the reader to confirm having read it";
/// The way back.
pub const BACK_TO_DOCUMENTS: &str = "All documents";
/// Button.
pub const COMPLETE_DOCUMENT: &str = "Complete";
/// The question.
pub const COMPLETE_DOCUMENT_TITLE: &str = "Complete this document?";
/// What it means.
pub const COMPLETE_DOCUMENT_TEXT: &str = "It carries your name and cannot be changed any more. The portal shows it to those below, and they get a mail that says only that there is something new.";
/// The same when nobody would see it.
pub const COMPLETE_FOR_NOBODY_TEXT: &str = "It carries your name and cannot be changed any more. Nobody of this patient’s portal sees what is shared, so for now it stays in the practice.";
/// The same of a type that is hidden.
pub const COMPLETE_HIDDEN_TEXT: &str = "It carries your name and cannot be changed any more. The portal hides documents of this type, so the patient does not see it.";
/// In the editor, when somebody else completed it.
pub const COMPLETED_MEANWHILE: &str =
    "Somebody else completed it. What you typed is still here: copy what you want to keep.";
/// Button under it.
pub const SEE_COMPLETED: &str = "Show what was completed";
/// Toast.
pub const DOCUMENT_COMPLETED: &str = "The document is completed";
/// Button.
pub const DISCARD_DOCUMENT: &str = "Throw away";
/// The question.
pub const DISCARD_DOCUMENT_TITLE: &str = "Throw this draft away?";
/// What it means.
pub const DISCARD_DOCUMENT_TEXT: &str = "Nobody can bring it back.";
/// Toast.
pub const DOCUMENT_DISCARDED: &str = "The draft is gone";
/// Button.
pub const WITHDRAW_DOCUMENT: &str = "Take back";
/// The question.
pub const WITHDRAW_DOCUMENT_TITLE: &str = "Take this document back?";
/// What it means.
pub const WITHDRAW_DOCUMENT_TEXT: &str =
    "The portal shows it no longer. It stays in the record, and whoever saved a copy keeps that.";
/// Toast.
pub const DOCUMENT_WITHDRAWN: &str = "The document was taken back";
/// Over the draft.
pub const NEW_DOCUMENT_TITLE: &str = "New document";
/// In the place of who sees it.
pub const DOCUMENT_HIDDEN: &str = "The portal hides documents of this type: nobody sees this one there.";
/// Card.
pub const DOCUMENT_READERS: &str = "In the portal";
/// It is being written.
pub const DOCUMENT_IS_DRAFT: &str = "It is a draft: the portal does not show it.";
/// It was taken back.
pub const DOCUMENT_NOT_SHOWN: &str = "It was taken back: the portal shows it no longer.";
/// Nobody yet.
pub const NO_DOCUMENT_READERS: &str = "Nobody has read it yet.";
/// Who could see it.
pub const DOCUMENT_SEEN_BY: &str = "Shown to";
/// Nobody can.
pub const DOCUMENT_SEEN_BY_NOBODY: &str = "Nobody of this patient’s portal sees what is shared.";
/// Before when it was read.
pub const READ_AT: &str = "read";
/// Before when it was confirmed.
pub const CONFIRMED_AT: &str = "confirmed";
/// The dialog's title.
pub const PDF_TITLE: &str = "Save this as a PDF?";
/// What it means.
pub const PDF_TEXT: &str =
    "It leaves the program, and with it what protects it there. That it was made is written down.";
/// The setting.
pub const HIDDEN_DOCUMENTS: &str = "Document types hidden from the portal";
/// None of them.
pub const NONE_HIDDEN: &str = "None";

/// Badge.
pub const HIDDEN_IN_PORTAL: &str = "Hidden in the portal";
/// Card.
pub const DOCUMENT: &str = "Document";
/// It is not there.
pub const NO_SUCH_DOCUMENT: &str = "This document is not here";

/// Where it stands.
pub const fn document_state(state: DocumentState) -> (&'static str, &'static str) {
    match state {
        DocumentState::Draft => ("badge badge-info", "Draft"),
        DocumentState::Completed { .. } => ("badge badge-good", "Completed"),
        DocumentState::Withdrawn { .. } => ("badge badge-warn", "Taken back"),
    }
}

/// Who of the portal has read or confirmed it (PX-07).
pub fn document_reader(email: &str, own: bool) -> String {
    if own { format!("{email} (the patient)") } else { format!("{email} (somebody else)") }
}

/// How many have confirmed, and whether the patient is one of them (PX-07).
pub fn confirmed(count: i64, by_patient: bool) -> String {
    match (count, by_patient) {
        (0, _) => "Not confirmed yet".to_owned(),
        (1, true) => "Confirmed by the patient".to_owned(),
        (count, true) => format!("Confirmed by the patient and {} more", count - 1),
        (1, false) => "Confirmed by somebody else".to_owned(),
        (count, false) => format!("Confirmed by {count} others"),
    }
}
