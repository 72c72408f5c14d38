//! What is said of records that are opened in an emergency.

/// Heading, link and section of settings.
pub const EMERGENCY_ACCESS: &str = "Emergency access";
/// Under the heading of the page for practitioners.
pub const EMERGENCY_TEXT: &str = "When somebody needs you now and their record is not open to you, you can open it to read. Everything \
                                  you look at is marked, the practice's administrators are told at once, and the patient sees it in \
                                  their portal.";
/// The practice does not do it.
pub const EMERGENCY_OFF: &str = "This practice opens no records in emergencies";
/// Under it.
pub const EMERGENCY_OFF_TEXT: &str = "An administrator can open a patient's record to you: ask them.";
/// For who reads everything anyway.
pub const EMERGENCY_NOT_NEEDED: &str = "You do not need this";
/// Card: whom one holds open.
pub const OPEN_NOW: &str = "Open to you now";
/// Card: the form.
pub const OPEN_A_RECORD: &str = "Open a record";
/// Under it.
pub const OPEN_A_RECORD_TEXT: &str =
    "Names as they stand on the person's card. The record opens only when all three are right.";
/// Field.
pub const THEIR_FIRST_NAME: &str = "First name";
/// Field.
pub const THEIR_LAST_NAME: &str = "Last name";
/// Field.
pub const EMERGENCY_REASON: &str = "What has happened?";
/// Under it.
pub const EMERGENCY_REASON_HINT: &str = "A few words, for those who look at it afterwards.";
/// Button.
pub const OPEN_RECORD: &str = "Open record";
/// Title of the dialog on a profile.
pub const OPEN_ALL_OF_IT: &str = "Open this record in an emergency";
/// In it.
pub const OPEN_ALL_OF_IT_TEXT: &str = "You can read what is in it, but for what colleagues keep private or have not finished. You can \
                                       change no more than before. What only the emergency shows you is marked, the practice's \
                                       administrators are told at once, and the patient sees it in their portal.";
/// Beside an entry of the history that only an emergency allowed.
pub const IN_EMERGENCY: &str = "In an emergency";
/// Said when it is open.
pub const RECORD_OPENED: &str = "Record opened";
/// Said when it is closed.
pub const RECORD_IS_CLOSED: &str = "Record closed";
/// Button.
pub const CLOSE_RECORD: &str = "Close it now";
/// Title of a notice on a profile.
pub const OPENED_IN_EMERGENCY: &str = "Open to you because of an emergency";
/// Before a link to the page.
pub const IS_IT_AN_EMERGENCY: &str = "Is it an emergency?";

/// For how long.
pub fn open_for(hours: u32) -> String {
    let hours = super::hours(i64::from(hours));
    format!("It stays open for {hours}. Nobody can make that longer; you can close it earlier.")
}

/// Until when, under that notice.
pub fn open_until(until: &str) -> String {
    format!("Until {until}. What only the emergency shows you is marked; you can read and not change it.")
}

/// Until when, on a line of its own.
pub fn open_till(until: &str) -> String {
    format!("Until {until}")
}

/// Name of the button that closes somebody's record.
pub fn close_record_of(name: &str) -> String {
    format!("Close the record of {name} now")
}

// Settings > Emergency access.

/// Under the heading.
pub const EMERGENCIES_TEXT: &str =
    "Records that practitioners opened in an emergency, latest first. Look at each: was there one?";
/// Nothing yet.
pub const NO_EMERGENCIES: &str = "Nobody opened a record in an emergency";
/// Under it.
pub const NO_EMERGENCIES_TEXT: &str =
    "When a practitioner does, it stands here with the reason, and the bell tells you.";
/// Column.
pub const OPENED_BY: &str = "Opened by";
/// Column.
pub const WHOSE_RECORD: &str = "Whose record";
/// Column.
pub const OPENED: &str = "Opened";
/// In place of a patient whom the reader may not see.
pub const HIDDEN_FROM_YOU: &str = "A patient who is hidden from you";
/// In place of a reason that may hold a name.
pub const REASON_HIDDEN: &str = "Not shown: it may hold a name";
/// State.
pub const STILL_OPEN: &str = "Open";
/// Button.
pub const LOOKED_AT: &str = "I have looked at it";
/// Said when that is done.
pub const LOOKED_AT_DONE: &str = "Marked as looked at";
/// Button, and title of the question.
pub const END_EMERGENCY: &str = "Close this record";
/// Said when that is done.
pub const EMERGENCY_ENDED: &str = "Record closed to them";
/// It is the reader's own.
pub const OWN_EMERGENCY: &str = "Yours: somebody else looks at it";

/// In the question.
pub fn end_emergency_text(by: &str) -> String {
    format!("{by} can no longer read it, from now on. They can open it again with a new reason.")
}

/// It ended by itself.
pub fn ended(at: &str) -> String {
    format!("Ended {at}")
}

/// It was ended by hand.
pub fn closed(at: &str) -> String {
    format!("Closed {at}")
}

/// Who looked at it.
pub fn reviewed(by: &str, at: &str) -> String {
    format!("{by} looked at it {at}")
}

// Settings > General > Practice.

/// Field.
pub const EMERGENCY_HOURS: &str = "Emergency access";
/// Under it.
pub const EMERGENCY_HOURS_HINT: &str = "For how long a practitioner can open a record that is not open to them, when somebody needs \
                                        help now. Administrators are told each time.";

/// For how long records are opened.
pub fn emergency_hours(hours: u32) -> String {
    match hours {
        0 => super::OFF.to_owned(),
        hours => super::hours(i64::from(hours)),
    }
}

/// Names the button of a row.
#[must_use]
pub fn look_at(by: &str) -> String {
    format!("I have looked at what {by} opened")
}

/// Names the button of a row.
#[must_use]
pub fn end_emergency_of(by: &str) -> String {
    format!("Close this record to {by}")
}
