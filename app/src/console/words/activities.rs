//! What the Home activities tab says.

use domain::activity::{ActivityState, Adherence};

/// Tab, and heading.
pub const ACTIVITIES: &str = "Home activities";
/// Under the card's heading.
pub const ACTIVITIES_TEXT: &str = "What the patient is asked to do at home. They see it in the portal, print it, and tick off the days on which they did it.";
/// Button.
pub const ASSIGN_ACTIVITY: &str = "Assign";
/// Heading of the dialog.
pub const ASSIGN_ACTIVITY_TITLE: &str = "Assign a home activity";
/// Button.
pub const CHANGE_ACTIVITY: &str = "Change";
/// Heading of the dialog.
pub const CHANGE_ACTIVITY_TITLE: &str = "Change this home activity";
/// Nothing yet.
pub const NO_ACTIVITIES: &str = "No home activities yet";
/// Under it.
pub const NO_ACTIVITIES_TEXT: &str = "What is assigned here stands in the patient’s portal at once.";
/// Who may not see them.
pub const ACTIVITIES_NOT_SEEN: &str = "Home activities are for those who treat the patient.";
/// Column, and field.
pub const ACTIVITY_TITLE: &str = "Activity";
/// Column.
pub const ACTIVITY_WHEN: &str = "When";
/// Column.
pub const ACTIVITY_ADHERENCE: &str = "Last four weeks";
/// Field.
pub const ACTIVITY_DOSE: &str = "How much";
/// Under it.
pub const ACTIVITY_DOSE_HINT: &str = "For example: 3 times 10, morning and evening";
/// Field.
pub const ACTIVITY_INSTRUCTIONS: &str = "How it is done";
/// Under it.
pub const ACTIVITY_INSTRUCTIONS_HINT: &str = "An empty line begins a new paragraph.";
/// Field.
pub const ACTIVITY_DAYS: &str = "On these days";
/// Field.
pub const ACTIVITY_FROM: &str = "First day";
/// Field.
pub const ACTIVITY_UNTIL: &str = "Last day";
/// Under it.
pub const ACTIVITY_UNTIL_HINT: &str = "Leave it empty for as long as you do not end it.";
/// Field.
pub const ACTIVITY_FILES: &str = "Files that belong to it, at most five";
/// Under it.
pub const ACTIVITY_FILES_TEXT: &str = "The patient can open them in the portal from then on.";
/// No files are there.
pub const ACTIVITY_NO_FILES: &str = "A file, such as a picture of the exercise, is added under Documents first.";
/// Assigned.
pub const ACTIVITY_ASSIGNED: &str =
    "Assigned. Whoever sees it in the portal gets a mail that there is something new, unless its last day has passed.";
/// Changed.
pub const ACTIVITY_CHANGED: &str = "Changed. While it goes on, the portal shows it as new.";
/// Button.
pub const END_ACTIVITY: &str = "End";
/// Heading of the dialog.
pub const END_ACTIVITY_TITLE: &str = "End this home activity?";
/// In it.
pub const END_ACTIVITY_TEXT: &str =
    "The patient can still read it, and need not do it any more. This cannot be undone.";
/// Done.
pub const ACTIVITY_ENDED: &str = "Ended";
/// Button.
pub const WITHDRAW_ACTIVITY: &str = "Take back";
/// Heading of the dialog.
pub const WITHDRAW_ACTIVITY_TITLE: &str = "Take this home activity back?";
/// In it.
pub const WITHDRAW_ACTIVITY_TEXT: &str = "For one that was assigned by mistake: the portal shows it no longer, nor files that are there because of it. It stays in the record, with the days on which it was done.";
/// Done.
pub const ACTIVITY_WITHDRAWN: &str = "Taken back";
/// Back to the list.
pub const BACK_TO_ACTIVITIES: &str = "All home activities";
/// No such activity.
pub const NO_SUCH_ACTIVITY: &str = "This home activity is not here";
/// Card.
pub const DOINGS: &str = "How often it was done";
/// Column.
pub const DOING_DAY: &str = "Day";
/// Column.
pub const DOING_NOTE: &str = "What they say";
/// Column.
pub const DOING_BY: &str = "Ticked off by";
/// Nothing yet.
pub const NO_DOINGS: &str = "No day has been ticked off yet.";
/// Before addresses.
pub const ACTIVITY_SEEN_BY: &str = "Seen in the portal by";
/// Nobody.
pub const ACTIVITY_SEEN_BY_NOBODY: &str =
    "Nobody sees it: nobody who uses the portal for this patient sees what is shared.";
/// When it was assigned.
pub const ACTIVITY_SINCE: &str = "Assigned";
/// Out of the preview.
pub const BACK_TO_FORM: &str = "Go on writing";

/// Where it stands.
pub const fn activity_state(state: ActivityState, over: bool) -> (&'static str, &'static str) {
    match (state, over) {
        (ActivityState::Assigned, false) => ("badge badge-good", "Goes on"),
        (ActivityState::Assigned, true) => ("badge badge-info", "Over"),
        (ActivityState::Ended { .. }, _) => ("badge badge-info", "Ended"),
        (ActivityState::Withdrawn { .. }, _) => ("badge badge-warn", "Taken back"),
    }
}

/// In a row; nothing of one that was assigned by mistake.
pub fn adherence(state: ActivityState, adherence: Adherence) -> String {
    let Adherence { due, done } = adherence;
    match due {
        _ if matches!(state, ActivityState::Withdrawn { .. }) => String::new(),
        0 => "No day yet".to_owned(),
        1 => format!("{done} of 1 day done"),
        due => format!("{done} of {due} days done"),
    }
}

/// In a sentence.
pub fn adherence_sentence(adherence: Adherence) -> String {
    let Adherence { due, done } = adherence;
    match due {
        0 => "No day on which it was due in the last four weeks is over yet.".to_owned(),
        1 => format!(
            "In the last four weeks it was due on one day, and done on {}.",
            if done == 0 { "none" } else { "it" }
        ),
        due => format!("In the last four weeks it was due on {due} days, and done on {done} of them."),
    }
}
