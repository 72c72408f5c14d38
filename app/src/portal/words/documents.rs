//! Words of the pages of documents.

/// Under the heading of the list.
pub const LEAD: &str = "Letters, reports and plans from your practice, the latest first.";
/// Over the list, for who hears the page.
pub const LIST: &str = "All of them";
/// Beside a document whose reader is asked to say so.
pub const ASKS: &str = "Please confirm that you have read it.";
/// A page after the last.
pub const NO_EARLIER: &str = "No earlier documents";
/// Under it.
pub const NO_EARLIER_TEXT: &str = "You have seen all that your practice completed for you.";
/// Back to the first page.
pub const LATEST: &str = "The latest documents";
/// On to the next page.
pub const EARLIER: &str = "Earlier documents";
/// Back to the list.
pub const ALL: &str = "All documents";
/// Over the button.
pub const PLEASE_ACKNOWLEDGE: &str = "Have you read it?";
/// What that means.
pub const ACKNOWLEDGE_TEXT: &str =
    "Your practice asks you to confirm that you have read this. It says nothing about whether you agree.";
/// The button.
pub const ACKNOWLEDGE: &str = "I have read it";
/// Said already, before when.
pub const ACKNOWLEDGED: &str = "You confirmed having read it:";
/// Over the telephone.
pub const QUESTIONS: &str = "Do you have a question about this document? Ring the practice.";

/// Over a document.
#[must_use]
pub fn document_of(name: &str) -> String {
    format!("Document of {name}")
}

/// On Home.
pub const NEW: &str = "New documents";
/// To the list.
pub const TO_DOCUMENTS: &str = "Go to documents";

/// How many are asked to be confirmed.
#[must_use]
pub fn unconfirmed(count: i64) -> String {
    match count {
        1 => "Your practice asks you to confirm that you have read a document.".to_owned(),
        count => format!("Your practice asks you to confirm that you have read {count} documents."),
    }
}

/// How many are new.
#[must_use]
pub fn unread(count: i64) -> String {
    match count {
        1 => "Your practice completed a document that you have not read yet.".to_owned(),
        count => format!("Your practice completed {count} documents that you have not read yet."),
    }
}
