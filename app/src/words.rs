//! Words about errors that people read, and the few that several areas share, in one place, ready for translation. Each
//! area keeps its own other words in its `words.rs`.

use domain::{
    activity::{Schedule, Weekday, Weekdays},
    document::DocumentType,
    error::{Conflict, Problem, Refusal},
    file::{FileCategory, FileType},
    note::Category,
    time::Date,
    user::{Level, Role},
};

use crate::error::AppError;

/// What kind a note is.
#[must_use]
pub const fn category(category: Category) -> &'static str {
    match category {
        Category::Consultation => "Consultation",
        Category::Assessment => "Assessment",
        Category::Plan => "Plan",
        Category::Summary => "Summary",
        Category::Call => "Call",
        Category::Other => "Other",
    }
}

/// What type a document is of.
#[must_use]
pub const fn document_type(kind: DocumentType) -> &'static str {
    match kind {
        DocumentType::Letter => "Letter",
        DocumentType::Report => "Report",
        DocumentType::Plan => "Plan",
        DocumentType::Certificate => "Certificate",
        DocumentType::Receipt => "Receipt",
        DocumentType::Form => "Form",
        DocumentType::Other => "Other document",
    }
}

/// Over a home activity.
pub const HOME_ACTIVITY: &str = "Home activity";
/// Before how much of it.
pub const HOW_MUCH: &str = "How much:";
/// Before its schedule.
pub const WHEN: &str = "When:";
/// Before its files.
pub const BELONGS_TO_IT: &str = "What belongs to it:";

/// A day of the week.
#[must_use]
pub const fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

/// A day of the week, where there is little room.
#[must_use]
pub const fn weekday_short(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Mon",
        Weekday::Tue => "Tue",
        Weekday::Wed => "Wed",
        Weekday::Thu => "Thu",
        Weekday::Fri => "Fri",
        Weekday::Sat => "Sat",
        Weekday::Sun => "Sun",
    }
}

/// A day of the calendar: `Wed 25 Nov 2026`.
#[must_use]
pub fn whole_day(day: Date) -> String {
    format!("{} {}", weekday_short(Weekday::of(day)), day.long())
}

/// A day of the last week: `Today`, `Yesterday`, else `Wednesday 25 Nov`.
#[must_use]
pub fn day(day: Date, today: Date) -> String {
    match today.number() - day.number() {
        0 => "Today".to_owned(),
        1 => "Yesterday".to_owned(),
        _ => {
            let whole = day.long();
            let (of_year, _) = whole.rsplit_once(' ').unwrap_or((&whole, ""));
            format!("{} {of_year}", weekday(Weekday::of(day)))
        }
    }
}

/// When an activity is to be done: `Monday and Friday, from 28 Nov 2026`.
#[must_use]
pub fn schedule(schedule: &Schedule) -> String {
    let Schedule { from, until, days } = *schedule;
    let names: Vec<_> = days.iter().map(weekday).collect();
    let days = match names.as_slice() {
        [.., _] if days == Weekdays::EVERY => "Every day".to_owned(),
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => names.concat(),
    };
    match until {
        None => format!("{days}, from {}", from.long()),
        Some(until) if until == from => format!("{days}, on {}", from.long()),
        Some(until) => format!("{days}, from {} to {}", from.long(), until.long()),
    }
}

/// What a file is about.
#[must_use]
pub const fn file_category(category: FileCategory) -> &'static str {
    match category {
        FileCategory::Referral => "Referral",
        FileCategory::Letter => "Letter",
        FileCategory::Result => "Result",
        FileCategory::Picture => "Picture",
        FileCategory::Other => "Something else",
    }
}

/// What a file is.
#[must_use]
pub const fn file_type(kind: FileType) -> &'static str {
    match kind {
        FileType::Pdf => "PDF",
        FileType::Jpeg | FileType::Png | FileType::Webp => "Picture",
        FileType::Docx => "Word document",
        FileType::Text => "Text",
    }
}

/// How large a file is, to be read: in steps of 1,024, as phones and computers say it, with one decimal where it tells anything.
#[must_use]
pub fn file_size(bytes: u64) -> String {
    const STEP: u64 = 1024;
    let in_units = |unit: u64, name: &str| match bytes * 10 / unit % 10 {
        0 => format!("{} {name}", bytes / unit),
        _ if bytes / unit >= 100 => format!("{} {name}", bytes / unit),
        tenth => format!("{}.{tenth} {name}", bytes / unit),
    };
    match bytes {
        0..STEP => format!("{bytes} bytes"),
        STEP..0x10_0000 => format!("{} KB", bytes / STEP),
        0x10_0000..0x4000_0000 => in_units(STEP * STEP, "MB"),
        _ => in_units(STEP * STEP * STEP, "GB"),
    }
}

/// What is wrong with a field, as it stands under it.
#[must_use]
pub const fn problem(problem: Problem) -> &'static str {
    match problem {
        Problem::Missing => "Please fill this in.",
        Problem::TooShort => "This is too short to tell anything. Please write a few words more.",
        Problem::TooLong => "This is too long. Please shorten it.",
        Problem::BadCharacters => "This holds characters that cannot be kept. Please type it again.",
        Problem::NotAnEmail => "This is not an email address. It should look like name@example.org.",
        Problem::Differs => "The two email addresses are not the same.",
        Problem::PasswordsDiffer => "The two passwords are not the same.",
        Problem::WrongCode => "This is not the code that the server printed when it started.",
        Problem::NoneChosen => "Please choose at least one.",
        Problem::NotADate => "There is no such date. Write it as year-month-day, like 2014-09-03.",
        Problem::CannotBeInvited => "This address cannot be invited. Check it, or ask your practice.",
        Problem::NotForThem => "Forms can go along only to somebody who sees all that is shared and may act.",
        Problem::InThePast => "This day is over already.",
        Problem::BeforeTheFirst => "The last day comes before the first.",
        Problem::OutOfOrder => "This comes before the other one, so it must be the smaller age.",
        Problem::NotConfirmed => {
            "Please look at the address, and tick that it is right. A wrong one is changed with the contact."
        }
        Problem::InTheFuture => "This day has not come yet.",
        Problem::NotAPhone => "This is not a telephone number. Use digits, spaces and + only.",
        Problem::NotACardNumber => "This is no number of a card. Use letters, digits, spaces and - only.",
        Problem::NotAPostcode => "This is not a postcode of that country.",
        Problem::NotAChoice => "Please choose one of the options.",
        Problem::NeedsGroupChat => "Group chat must be on for this.",
        Problem::NotInPortal => "Nobody uses this patient's portal yet who would see a message.",
        Problem::OutOfRange => "This is outside what is allowed.",
        Problem::PasswordTooShort => "Please use at least 10 characters.",
        Problem::PasswordTooLong => "Please use at most 128 characters.",
        Problem::PasswordTooWeak => {
            "This password is too easy to guess. Three or four words that do not belong together work well."
        }
        Problem::WrongPassword => "This is not your current password.",
        Problem::SamePassword => "This is the temporary password. Please choose another one, that only you know.",
        Problem::PractitionerEmail => {
            "This address cannot be invited. Check whether it is linked to a practitioner, and use another address."
        }
        Problem::ContactEmail => "This address belongs to a contact of this patient. Use the patient's own address.",
        Problem::AlreadyInPortal => "This address already uses the portal for this patient.",
        Problem::UnknownMergeField => {
            "One of the fields in {{ }} does not exist. There are patient.first_name, patient.full_name, sender.name, \
             sender.profession, practice.name and practice.phone."
        }
        Problem::UnknownHandoutField => {
            "One of the fields in {{ }} does not exist. There are practice.name, practice.phone, portal.address, \
             location.name and location.address."
        }
        Problem::UnclosedMergeField => "A field is not closed. Each {{ needs its }}.",
        Problem::Repeated => "This stands there twice.",
        Problem::NotANumber => "This is not a number. Write it in digits, such as 12 or 37.5.",
        Problem::NotInForm => "This is not part of the form.",
        Problem::NameTaken => "Another one has this name already.",
        Problem::TooMany => "No more can be kept. Remove one first.",
        Problem::NotHours => "These are not opening hours. Write them like 9:00–12:30, 13:30–17:00.",
        Problem::NotATimeZone => "There is no such time zone. Please choose one from the list.",
        Problem::PortalEmail => {
            "This address uses a patient portal, so it cannot be a practitioner's. Use another address for the work here."
        }
        Problem::FileType => {
            "Choose a PDF, a photo (JPEG, PNG or WebP), a Word document (.docx) or a text file (.txt)."
        }
        Problem::FileNotWhatItSays => {
            "This file holds something else than its name says. Save it again from the program it comes from, and choose that."
        }
        Problem::FileEmpty => "There is nothing in this file. Choose another.",
        Problem::FileTooLarge => "This file is too large. Choose one of at most 25 MB, or a photo of lower quality.",
        Problem::FileDamaged => {
            "This picture cannot be read: it seems to be damaged. Choose another, or take it again."
        }
        Problem::AlreadyUser => "This person is a user of your practice already. Look for them under Users.",
    }
}

/// Why the present state does not allow it.
#[must_use]
pub const fn conflict(conflict: Conflict) -> &'static str {
    match conflict {
        Conflict::InvitationsOff => {
            "Patient invitations are turned off. An owner can turn them on in Settings > General > Patient Access."
        }
        Conflict::NamesHidden => "You do not see patients' names, so you cannot invite them.",
        Conflict::PatientBlocked => "This patient is blocked and cannot be invited.",
        Conflict::PatientDeceased => "This patient has died and cannot be invited.",
        Conflict::AlreadyAccepted => "This invitation was accepted already. Please sign in.",
        Conflict::Revoked => "This invitation was taken back. Please ask the practice for a new one.",
        Conflict::Expired => "This link has expired. Ask for a fresh one below.",
        Conflict::PractitionerNow => {
            "This address belongs to a practitioner now, so it cannot open a patient portal. Please ask the practice to \
             invite another address."
        }
        Conflict::OtherAccount => "You are signed in as somebody else. Sign out first, then accept the invitation.",
        Conflict::SignInFirst => "You have an account already. Please sign in to accept.",
        Conflict::ChangedMeanwhile => {
            "Somebody else changed this while you were working on it. Nothing was overwritten. Open it again to see the \
             change."
        }
        Conflict::AlreadySetUp => "This server is set up already. Please sign in.",
        Conflict::NotInvited => "This was answered already, or was taken back. There is nothing to answer any more.",
        Conflict::Managed => "Somebody manages this group. They add further users, in Settings > Users.",
        Conflict::MailboxUnproven => {
            "Before you answer, set your password once more by a link that is mailed to you: so it is known that this \
             mailbox is yours."
        }
        Conflict::LowerFirst => "This user may do everything. Lower the access level first; then access can be ended.",
        Conflict::LastFull => {
            "Nobody else could change users and settings any more. Give another user full access first."
        }
        Conflict::Yourself => "This is about yourself. Ask another user with full access to do it.",
        Conflict::NotAPractitioner => "This works for practitioners only.",
        Conflict::PortalNow => {
            "This address uses a patient portal now, so it cannot be a practitioner's. Another address is needed."
        }
        Conflict::NoTemporaryPassword => "You have a password of your own already. Sign in with it.",
        Conflict::AccessEnded => "This access is over. To open the record again, invite the person again.",
        Conflict::NoEmail => "This contact has no email address. Add one first.",
        Conflict::OwnRecord => "A patient's access to the own record is whole, and has no end.",
        Conflict::NobodyChosen => "Nobody is ticked. Tick the patients first.",
        Conflict::FormNotPublished => "This form was never published. Publish it first; then it can be sent.",
        Conflict::FormTitleTaken => "Another form is called that now. Give that one another title first.",
        Conflict::FormArchived => "This form was put away, so it can be neither changed nor sent.",
        Conflict::FormReturned => "This form was returned already. What was returned stays as it is.",
        Conflict::FormWithdrawn => "The practice took this form back. It does not need to be filled in any more.",
        Conflict::NoteNotPublished => "This note was not published yet.",
        Conflict::NoteIsPrivate => "This note is private. Let others read it before you share it with the patient.",
        Conflict::NotePublished => "What was published stays. Correct it by publishing a further version.",
        Conflict::NothingChanged => "The last version says the same. Nothing was published.",
        Conflict::NobodyInPortal => {
            "Nobody could see this: the patient has no active access to the portal that shows records. Invite the patient first."
        }
        Conflict::TooManyShares => "No more colleagues can be added.",
        Conflict::AccessSuspended => {
            "This person's access to the portal was taken away, so nothing can be sent to them."
        }
        Conflict::TooManyForms => {
            "This person is asked for so many forms already that no more can be sent. Take some back first."
        }
        Conflict::PeopleFirst => "This order names somebody who is not in the record yet. Decide about them first.",
        Conflict::DecidedMeanwhile => "Somebody else decided about this meanwhile. Look again to see how.",
        Conflict::DocumentCompleted => {
            "This document is completed, and cannot be changed any more. To say something else, take it back and write another."
        }
        Conflict::ActivityOver => "This home activity is over, so nothing of it is changed or ticked off any more.",
        Conflict::NotThatDay => {
            "That day cannot be ticked off: it is not one of the last seven, or there was nothing to do."
        }
        Conflict::DocumentNotCompleted => {
            "That is for completed documents only. This one is a draft, or was taken back."
        }
        Conflict::NoRoomForFile => {
            "There is no room for this file any more. The practice can remove files that are not needed."
        }
        Conflict::TooManyUploads => {
            "Too many files are on their way at once. Wait until some have arrived, then try again."
        }
        Conflict::NotTheNextPiece | Conflict::PiecesMissing => "Some of this file did not arrive. Choose it again.",
        Conflict::FileWaits => "This file is still being checked for viruses. Try again in a few minutes.",
        Conflict::FileInfected => "A virus was found in this file, so it was not kept.",
        Conflict::FileFromPortal => {
            "Whoever sent this file sees it in the portal. Only what the practice added can be taken out of it."
        }
        Conflict::FileKeyMissing => {
            "This file cannot be opened at present: a key is missing on the server. Nothing is lost. Tell whoever looks after it."
        }
        Conflict::EmergencyOff => {
            "This practice opens no records in emergencies. Ask an administrator to open the patient's record to you."
        }
        Conflict::EmergencyOpen => "You have this record open already. Nobody can make that longer.",
        Conflict::TooManyEmergencies => "You hold too many records open. Close one that you do not need any more.",
        Conflict::NobodyFound => {
            "No record was opened: nobody of this name and birth date is here, or the record is closed to you. Check the \
             spelling, or ask an administrator."
        }
        Conflict::SeveralFound => {
            "No record was opened: more than one patient has this name and birth date. Ask a colleague who sees them."
        }
        Conflict::TooLateToUndo => "It is too late to take this back. Change the record itself instead.",
        Conflict::TooManyChosen => {
            "These are too many to tick one by one. Choose all that the report finds, or tick fewer."
        }
    }
}

/// Why the caller may not.
#[must_use]
pub const fn refusal(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Level => "Your access level does not include this. An owner can change it.",
        Refusal::ReadOnly => "You may look at this but not change it.",
        Refusal::NamesHidden => "You do not see patients' names, so you cannot do this.",
        Refusal::Door => "This belongs to the other side. Switch there first.",
        Refusal::TemporaryPassword => "Please choose a password of your own first.",
        Refusal::NoGroup => "You do not work in this practice, or not any more.",
        Refusal::NotYours => "Only the patient can decide who else sees this record. The practice can help.",
        Refusal::OwnRecord => "This is your own record. You can only give up somebody else's.",
        Refusal::UpdatesOff => "This practice takes no changes from the portal. Ring them instead.",
        Refusal::NotAuthor => "Only who wrote this note can change or share it.",
        Refusal::SharingOff => "Your practice does not share notes among colleagues at present.",
        Refusal::OwnUpdate => "You asked for this change yourself. Somebody else decides about it.",
        Refusal::ChatOff => "Messages are switched off at present.",
        Refusal::ChatOffForPatient => "Messages are switched off for this patient.",
        Refusal::NotNeeded => "Your access level opens every record already: look for the patient in the list.",
        Refusal::Setting => "Your access settings do not include this. An owner can change them.",
    }
}

/// What happened, what it means, what to do.
#[must_use]
pub fn error(error: &AppError) -> String {
    match error {
        AppError::NotSignedIn => "You are signed out. Sign in again to go on; what you typed is kept.".to_owned(),
        AppError::SignInRefused => {
            "This email and password do not belong together. Check both, or choose \"Forgot password\".".to_owned()
        }
        AppError::NotFound => "This is not here, or it is not for you.".to_owned(),
        AppError::Forbidden(why) => refusal(*why).to_owned(),
        AppError::Conflict(why) => conflict(*why).to_owned(),
        AppError::Invalid(invalid) if invalid.fields.len() == 1 => "Please check the marked field.".to_owned(),
        AppError::Invalid(_) => "Please check the marked fields.".to_owned(),
        AppError::StepUp => "Please confirm with your password that it is you, then try again.".to_owned(),
        AppError::TooMany { seconds } => {
            format!("That was too many tries. Please wait {} and try again.", wait(*seconds))
        }
        AppError::Unavailable => {
            "The server cannot answer right now. Nothing was lost; please try again in a moment.".to_owned()
        }
        AppError::Full => "The server has no room left. Nothing was saved; please tell the practice.".to_owned(),
        AppError::Fault { reference } if reference.is_empty() => {
            "Something went wrong on our side. Nothing you typed was lost.".to_owned()
        }
        AppError::Fault { reference } => {
            format!("Something went wrong on our side. Nothing you typed was lost. Reference: {reference}")
        }
        AppError::BadRequest => "This form was not understood. Please reload the page and try again.".to_owned(),
        AppError::Offline => "There is no connection. Try again when you are back online.".to_owned(),
    }
}

// Questions of a form.
/// A hint.
pub const SIGNATURE_HINT: &str = "Type your full name. It counts as your signature.";
/// A choice.
pub const NO_ANSWER: &str = "No answer";
/// The range and unit of a number; empty when there is neither.
#[must_use]
pub fn number(least: &str, most: &str, unit: &str) -> String {
    let range = match (least.is_empty(), most.is_empty()) {
        (true, true) if unit.is_empty() => return String::new(),
        (true, true) => return format!("In {unit}."),
        (false, true) => format!("{least} or more"),
        (true, false) => format!("At most {most}"),
        (false, false) => format!("From {least} to {most}"),
    };
    if unit.is_empty() { format!("{range}.") } else { format!("{range} {unit}.") }
}

/// An access level (decision 7).
#[must_use]
pub const fn level(level: Level) -> &'static str {
    match level {
        Level::Personal => "Personal",
        Level::OwnAndContacts => "Own records and others' contacts",
        Level::Clinical => "Clinical",
        Level::Full | Level::AdminFull => "Full",
        Level::CalendarContacts => "Calendar and contacts",
        Level::CalendarContactsFinance => "Calendar, contacts and finance",
    }
}

/// A role type (S4-18).
#[must_use]
pub const fn role(role: Role) -> &'static str {
    match role {
        Role::Practitioner => "Practitioner",
        Role::Administrator => "Administrator",
    }
}

fn wait(seconds: i64) -> String {
    match seconds {
        ..=1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", (seconds + 59) / 60),
    }
}

#[cfg(test)]
mod tests {
    use domain::template::MergeField;

    use super::*;

    // Who typed a field that does not exist is told of all that do.
    #[test]
    fn every_merge_field_is_named() {
        let text = problem(Problem::UnknownMergeField);
        for field in MergeField::ALL {
            assert!(text.contains(field.code()), "{}", field.code());
        }
        let text = problem(Problem::UnknownHandoutField);
        for field in domain::handout::Field::ALL {
            assert!(text.contains(field.code()), "{}", field.code());
        }
    }
}
