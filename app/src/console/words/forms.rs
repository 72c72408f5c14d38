//! Words about forms: writing and sending them, and what came back.

use domain::{
    form::{FormState, RequestState},
    grant::Kind,
};

pub const FORMS: &str = "Forms";
pub const NEW_FORM: &str = "New form";
pub const NO_FORMS: &str = "No forms yet";
pub const NO_FORMS_TEXT: &str = "A form asks people what you want to know before they come: an intake questionnaire, a consent. You \
                                 publish it here, and send it from a patient's profile.";
pub const FORM_TITLE: &str = "Title";
pub const FORM_TITLE_HINT: &str = "The person who fills it in reads it too.";
pub const ADD_FORM: &str = "Add form";
pub const FORM_ADDED: &str = "The form is added. Write what it asks.";
pub const NO_SUCH_FORM: &str = "No such form";
pub const NO_SUCH_FORM_TEXT: &str = "It is not there, or it is not for you.";
pub const ALL_SETTINGS_FORMS: &str = "All forms";
pub const ADD_SECTION: &str = "Add a section";
pub const ADD_QUESTION: &str = "Add a question";
pub const SECTION_TITLE: &str = "Heading of the section";
pub const SECTION_HELP: &str = "Help under the heading";
pub const QUESTION: &str = "Question";
pub const QUESTION_HELP: &str = "Help beside it";
pub const ANSWERED_BY: &str = "Answered by";
pub const REQUIRED: &str = "Must be answered";
pub const OPTIONS: &str = "Options";
pub const OPTIONS_HINT: &str = "One on each line.";
pub const LEAST: &str = "Least";
pub const MOST: &str = "Most";
pub const UNIT: &str = "Unit";
pub const SAVE_DRAFT: &str = "Save draft";
pub const DRAFT_SAVED: &str = "The draft is saved";
pub const PUBLISH: &str = "Publish";
pub const ARCHIVE: &str = "Put away";
pub const ARCHIVE_TITLE: &str = "Put this form away?";
pub const ARCHIVE_TEXT: &str = "It cannot be sent or changed any more. Forms that were sent can still be filled in, and answers stay \
                                where they are.";
pub const ARCHIVE_BUTTON: &str = "Put this form away";
pub const ARCHIVED: &str = "The form is put away";
pub const USE_AGAIN: &str = "Use it again";
pub const USE_AGAIN_TITLE: &str = "Use this form again?";
pub const USE_AGAIN_TEXT: &str = "It can be changed again, and sent once it is published.";
pub const USED_AGAIN: &str = "The form is in use again";
pub const ARCHIVED_NOTICE: &str = "This form was put away. It can be read, and neither changed nor sent.";
pub const NOTHING_ASKED: &str = "Nothing is asked yet.";
pub const PUBLISH_HINT: &str =
    "Publishing makes a version that does not change any more. People who were sent an earlier one keep that.";

/// The kinds of answers that the editor offers: the code, and what it says.
pub const ANSWER_KINDS: [(&str, &str); 8] = [
    ("text", "A line of text"),
    ("long_text", "Several lines of text"),
    ("choice", "One of several options"),
    ("choices", "Any of several options"),
    ("number", "A number"),
    ("date", "A date"),
    ("yes_no", "Yes or no"),
    ("signature", "Their full name, as a signature"),
];

/// It is published.
pub fn published(number: i64) -> String {
    format!("Version {number} is published")
}

/// A heading in the editor.
pub fn section_number(number: usize) -> String {
    format!("Section {number}")
}

/// A heading in the editor.
pub fn question_number(number: usize) -> String {
    format!("Question {number}")
}

/// The name of a button beside a section or question.
pub fn move_up(what: &str) -> String {
    format!("Move {what} up")
}

/// The name of a button beside a section or question.
pub fn move_down(what: &str) -> String {
    format!("Move {what} down")
}

/// The name of a button beside a section or question.
pub fn remove_part(what: &str) -> String {
    format!("Remove {what}")
}

/// Where a form stands: the badge's class, its icon and its word.
pub fn form_state(state: FormState) -> (&'static str, &'static str, String) {
    match state {
        FormState::Draft => ("badge badge-info", "pencil", "Draft".to_owned()),
        FormState::Published { number, changed: false } => {
            ("badge badge-good", "circle-check", format!("Published, version {number}"))
        }
        FormState::Published { number, changed: true } => {
            ("badge badge-warn", "pencil", format!("Version {number} published, changed since"))
        }
        FormState::Archived => ("badge", "archive", "Put away".to_owned()),
    }
}

// On a patient's profile.
pub const FORMS_TEXT: &str =
    "What this patient's portal users were asked to fill in. What they type is seen here once they return it.";
pub const NO_FORMS_SENT: &str = "No forms were sent";
pub const NO_FORMS_SENT_TEXT: &str =
    "Send an intake form: the person finds it in the portal, fills it in, and returns it.";
pub const SEND_FORM: &str = "Send a form";
pub const SEND_FORMS: &str = "Send";
pub const FORMS_SENT: &str = "Sent. The person finds it in the portal.";
pub const SEND_TO: &str = "To";
pub const FORM_MESSAGE: &str = "Message";
pub const FORM_MESSAGE_HINT: &str = "Stands above the form in the portal.";
pub const NO_RECIPIENTS: &str = "Nobody uses this patient's portal yet";
pub const NO_RECIPIENTS_TEXT: &str =
    "Invite the patient to the portal first. Forms can be sent as soon as the invitation is out.";
pub const NO_PUBLISHED: &str = "No form is published";
pub const NO_PUBLISHED_TEXT: &str = "Forms are written and published under Settings, Forms.";
pub const FORM: &str = "Form";
pub const SENT_TO: &str = "Sent to";
pub const ASKED_AT: &str = "Sent";
pub const READ_ANSWERS: &str = "Read";
pub const ANSWERS: &str = "Answers";
pub const WITHDRAW: &str = "Take back";
pub const WITHDRAW_TEXT: &str = "The person cannot fill it in any more. What they had typed is not shown to anybody.";
pub const WITHDRAW_BUTTON: &str = "Take this form back";
pub const FORM_WITHDRAWN: &str = "The form is taken back";

/// A portal user in the dialog that sends forms.
pub fn recipient(email: &str, kind: Kind, active: bool) -> String {
    let who = grant_kind(kind);
    if active { format!("{email} ({who})") } else { format!("{email} ({who}, invited, sees it after accepting)") }
}

/// Who a portal user is to the patient.
pub const fn grant_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Own => "the patient",
        Kind::Contact => "a contact",
        Kind::Other => "somebody else",
    }
}

/// The question before one is taken back.
pub fn withdraw(title: &str) -> String {
    format!("Take back “{title}”?")
}

/// The name of the button that reads one.
pub fn read_answers_of(title: &str) -> String {
    format!("Read the answers to {title}")
}

/// The name of the button that takes one back.
pub fn withdraw_named(title: &str) -> String {
    format!("Take back {title}")
}

/// Where a form that was sent stands: the badge's class, its icon and its word.
pub const fn request_state(state: RequestState) -> (&'static str, &'static str, &'static str) {
    match state {
        RequestState::Asked => ("badge badge-info", "send", "Sent"),
        RequestState::Started { .. } => ("badge badge-info", "pencil", "Begun"),
        RequestState::Submitted { .. } => ("badge badge-good", "circle-check", "Returned"),
        RequestState::Withdrawn { .. } => ("badge", "ban", "Taken back"),
    }
}

pub const FORM_FILE_TITLE: &str = "Download these answers?";
pub const FORM_FILE_TEXT: &str = "You get a file with the answers, the patient's name and the birth date: keep it where others cannot \
                                  open it. That you took it is written down too.";
/// What a form that came back is called as a file; without the patient's name, since names of files are seen by many.
pub fn form_file(title: &str) -> String {
    let words = title.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let name = words.collect::<Vec<_>>().join("-").to_lowercase();
    if name.is_empty() { "form.pdf".to_owned() } else { format!("{name}.pdf") }
}
/// Under the title of a form that came back.
pub fn returned_by(email: &str, number: i64) -> String {
    format!("By {email}, version {number},")
}
