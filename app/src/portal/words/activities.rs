//! Words of the pages of home activities.

use domain::time::Date;

/// Over what goes on.
pub const GOES_ON: &str = "What to do";
/// Over what is over.
pub const OVER: &str = "What is over";
/// Beside one that is due today.
pub const TO_DO: &str = "To do today";
/// Beside one that was done today.
pub const DONE: &str = "Done today";
/// Beside one that is over.
pub const IS_OVER: &str = "Over";
/// Under the heading of the list.
pub const LEAD: &str = "What your practice asks you to do at home.";
/// A page after the last.
pub const NO_EARLIER: &str = "No further activities";
/// Under it.
pub const NO_EARLIER_TEXT: &str = "You have seen all that your practice assigned to you.";
/// Back to the first page.
pub const LATEST: &str = "The first activities";
/// On to the next page.
pub const EARLIER: &str = "Further activities";
/// Back to the list.
pub const ALL: &str = "All home activities";
/// Over the form.
pub const DID_YOU: &str = "Did you do it?";
/// Over the form, when today is ticked off or nothing is due.
pub const DID_YOU_BEFORE: &str = "Did you do it on a day before?";
/// What ticking off is for.
pub const DID_YOU_TEXT: &str = "Your practice sees on which days you did it, and what you write here.";
/// Field.
pub const DAY: &str = "Day";
/// Field.
pub const NOTE: &str = "How did it go?";
/// Under it.
pub const NOTE_HINT: &str =
    "A few words, if you like. Is something wrong, or does it hurt? Ring your practice: nobody reads this at once.";
/// Button.
pub const TICK_OFF: &str = "I did it";
/// Over the days.
pub const LAST_DAYS: &str = "The last seven days";
/// A day that is ticked off.
pub const DAY_DONE: &str = "Done";
/// A day that is not.
pub const DAY_OPEN: &str = "Not ticked off";
/// Button beside a day.
pub const TAKE_BACK: &str = "Not done after all";
/// All days are ticked off.
pub const ALL_DONE: &str = "Every day so far is ticked off.";
/// Beside a day that somebody ticked off meanwhile.
pub const MEANWHILE: &str = "ticked off meanwhile";
/// It is not due on any of them.
pub const NOTHING_DUE: &str = "There is no day yet that you could tick off.";
/// The activity is over.
pub const OVER_TEXT: &str = "This activity is over. You need not do it any more.";
/// Who may only look.
pub const ONLY_LOOK: &str = "You may look at this record. Whoever may act in it ticks activities off.";
/// Over the telephone.
pub const QUESTIONS: &str = "Do you have a question about this activity? Ring the practice.";
/// On paper, over the table.
pub const ON_PAPER: &str = "Tick off what you did";
/// Column of that table.
pub const WEEK: &str = "Week";

/// Over an activity.
#[must_use]
pub fn activity_of(name: &str) -> String {
    format!("Home activity of {name}")
}

/// Beside a day's button, for who hears the page.
#[must_use]
pub fn take_back_of(day: Date, today: Date) -> String {
    format!("{TAKE_BACK}: {}", crate::words::day(day, today))
}

/// On Home.
pub const NEW: &str = "New home activities";
/// On Home.
pub const TODAY: &str = "For today";
/// To the list.
pub const TO_ACTIVITIES: &str = "Go to home activities";

/// How many are new.
#[must_use]
pub fn unread(count: i64) -> String {
    match count {
        1 => "Your practice assigned or changed a home activity that you have not read yet.".to_owned(),
        count => format!("Your practice assigned or changed {count} home activities that you have not read yet."),
    }
}

/// How many are to be done today.
#[must_use]
pub fn due(count: i64) -> String {
    match count {
        1 => "One home activity is to be done today.".to_owned(),
        count => format!("{count} home activities are to be done today."),
    }
}
