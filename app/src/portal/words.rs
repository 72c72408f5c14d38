//! What the portal's pages say, in one place, ready for translation.

use domain::grant::Kind;

// The bars
/// The name of the bar with the ways.
pub const WAYS: &str = "Your portal";
/// A way.
pub const HOME: &str = "Home";
/// A way.
pub const APPOINTMENTS: &str = "Appointments";
/// A way.
pub const RECORDS: &str = "Records";
/// A way.
pub const MESSAGES: &str = "Messages";
/// A way.
pub const ACCOUNT: &str = "Account";
/// A page.
pub const HEALTH: &str = "Health";
/// A page.
pub const INVOICES: &str = "Invoices";
/// The switcher's button.
pub const SWITCH: &str = "Switch";
/// The switcher's button, for screen readers.
pub const SWITCH_LONG: &str = "Switch to another record";
/// The switcher's heading.
pub const WHOSE: &str = "Whose record do you want to see?";

/// Who the portal user is to the patient, as the switcher shows it.
#[must_use]
pub const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Own => "You",
        Kind::Contact => "You act for them",
        Kind::Other => "Shared with you",
    }
}

// Home
/// The way back there, from a place that stands on it.
pub const BACK_HOME: &str = "Back to Home";
/// The heading, for the patient.
#[must_use]
pub fn hello(name: &str) -> String {
    format!("Hello {name}")
}
/// Under the heading.
#[must_use]
pub fn with(practice: &str) -> String {
    format!("Your portal with {practice}")
}
/// Under the heading, for somebody acting for the patient.
#[must_use]
pub fn with_for(practice: &str) -> String {
    format!("You see this record for them, with {practice}")
}
/// When nothing is new.
pub const NOTHING_NEW: &str = "All caught up: nothing is new, and nothing is asked of you.";
/// Heading over the places.
pub const PLACES: &str = "What you can do here";
/// In the practice's card.
pub const PRACTICE_LEAD: &str = "For anything that cannot wait, or that is not here yet, ring the practice.";
/// In the practice's card when it gave no number.
pub const PRACTICE_NO_PHONE: &str =
    "For anything that cannot wait, or that is not here yet, ask the practice directly.";
/// Not for emergencies.
pub const EMERGENCY: &str =
    "In an emergency call your local emergency number. Nobody watches this portal around the clock.";

/// A place: its heading, its line on Home, what it is for and what to do until then.
#[derive(Debug, Clone, Copy)]
pub struct PlaceWords {
    /// Its name on the card and as heading.
    pub title: &'static str,
    /// The line on Home's card.
    pub card: &'static str,
    /// Empty state: in a few words.
    pub empty: &'static str,
    /// Empty state: what will be here.
    pub will: &'static str,
    /// Empty state: what to do now.
    pub now: &'static str,
}

/// Appointments.
pub const APPOINTMENTS_PLACE: PlaceWords = PlaceWords {
    title: "Appointments",
    card: "See when you are expected.",
    empty: "No appointments here yet",
    will: "Your upcoming appointments will appear here, with the time, the place and the person you see.",
    now: "To book, move or cancel one, ring the practice.",
};
/// Records.
pub const RECORDS_PLACE: PlaceWords = PlaceWords {
    title: "Shared records",
    card: "Read what your practitioner has shared with you.",
    empty: "Nothing has been shared yet",
    will: "When your practitioner shares a note, a letter or a result with you, you read it here. You will see only what \
           was shared, and who opened your record.",
    now: "Do you expect a letter or a result? Ask your practice to share it with you.",
};
/// Messages.
pub const MESSAGES_PLACE: PlaceWords = PlaceWords {
    title: "Messages",
    card: "Write with your practitioner.",
    empty: "No messages yet",
    will: "When your practitioner writes to you, the conversation opens here, and you can answer.",
    now: "Do you have a question now? Ring the practice.",
};
/// Health.
pub const HEALTH_PLACE: PlaceWords = PlaceWords {
    title: "Track your health",
    card: "See how you are doing over time.",
    empty: "Nothing to track yet",
    will: "Questionnaires and measurements that your practitioner asks of you will appear here, with your earlier answers \
           beside them, so that you both see how things change.",
    now: "You do not need to do anything now.",
};
/// Invoices.
pub const INVOICES_PLACE: PlaceWords = PlaceWords {
    title: "Invoices",
    card: "See what is open and what is paid.",
    empty: "No invoices here yet",
    will: "Your invoices will appear here, open ones first.",
    now: "Do you have an invoice already? Pay it as it says there, or ring the practice.",
};

// No record
/// Heading.
pub const NO_RECORD_TITLE: &str = "No records yet";
/// Empty state.
pub const NO_RECORD_EMPTY: &str = "Your account is ready, but no record is open to it";
/// What it means.
pub const NO_RECORD_WILL: &str = "You are signed in. A practice opens a record to you by an invitation: look for its email, and \
     press the link in it.";
/// What to do.
pub const NO_RECORD_NOW: &str = "Nothing there, or the link is too old? Ask the practice to invite you again.";

// Account
/// Lead.
pub const ACCOUNT_LEAD: &str = "Your sign-in and your devices.";
/// Heading.
pub const DEVICES: &str = "Where you are signed in";
/// Help.
pub const DEVICES_LEAD: &str = "Is there one you do not know? Sign it out, and change your password.";
/// A label.
pub const THIS_DEVICE: &str = "This device";
/// A label.
pub const IN_CONSOLE: &str = "Console";
/// Button.
pub const SIGN_OUT_DEVICE: &str = "Sign out";
/// The button's whole name, for screen readers.
#[must_use]
pub fn sign_out_device(device: &str) -> String {
    format!("Sign out {device}")
}
/// When a device was last used.
#[must_use]
pub fn last_used(ago: &str) -> String {
    format!("Last used {ago}")
}
/// After one was signed out.
pub const DEVICE_ENDED: &str = "The device is signed out.";
/// Heading.
pub const CHANGE_PASSWORD: &str = "Change your password";
/// Help.
pub const CHANGE_PASSWORD_LEAD: &str = "Your other devices are signed out when you do.";
/// A field's label.
pub const CURRENT_PASSWORD: &str = "Current password";
/// A field's label.
pub const NEW_PASSWORD: &str = "New password";
/// Button.
pub const SAVE_PASSWORD: &str = "Change password";
/// After it was changed.
pub const PASSWORD_CHANGED: &str = "Your password is changed. Your other devices are signed out.";
/// Heading.
pub const CONSOLE: &str = "Your practice’s console";
/// Help.
pub const CONSOLE_LEAD: &str = "You also work at a practice. Switching signs you in there, and out here.";
/// Button.
pub const TO_CONSOLE: &str = "Switch to the console";
/// Heading.
pub const LEAVE: &str = "Sign out";
/// Help.
pub const LEAVE_LEAD: &str = "On a shared device always sign out when you are done.";
/// Button.
pub const SIGN_OUT: &str = "Sign out";
/// Button.
pub const SIGN_OUT_EVERYWHERE: &str = "Sign out on all devices";
