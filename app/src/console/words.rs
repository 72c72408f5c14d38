//! Every text that people read in the console, in one place, ready for translation. Words about errors stand in
//! [`crate::words`]; those about users and access, and about what users did, have files of their own.

mod access;
mod activities;
mod bulk;
mod chat;
mod documents;
mod emergency;
mod files;
mod forms;
mod group_chat;
mod history;
mod note_templates;
mod notes;
mod portal_users;
mod reports;
mod updates;

use domain::{
    error::Conflict,
    handout,
    invitation::State,
    mail,
    notification::{AccessChange, News, NotificationRow},
    patient::{PortalState, Status},
    person::Gender,
    template::MergeField,
};
use leptos::prelude::*;

pub use self::{
    access::*, activities::*, bulk::*, chat::*, documents::*, emergency::*, files::*, forms::*, group_chat::*,
    history::*, note_templates::*, notes::*, portal_users::*, reports::*, updates::*,
};
use crate::error::AppError;

// The frame.
pub const PRODUCT: &str = "Portico";
pub const SKIP: &str = "Skip to the content";
pub const PLACES: &str = "Places";
pub const HOME: &str = "Home";
pub const PATIENTS: &str = "Patients";
pub const SETTINGS: &str = "Settings";
pub const FOLD: &str = "Collapse the sidebar";
pub const UNFOLD: &str = "Expand the sidebar";
pub const SEARCH_PATIENTS: &str = "Search Patients";
pub const NO_PATIENT_FOUND: &str = "No patient found. Try part of a name, a telephone number or a birth date.";
pub const NO_NUMBER_FOUND: &str = "No patient found. Your access shows patients by number: try one like PT-482913.";
pub const OVER: &str = "You were signed out";
pub const OVER_TEXT: &str = "Nothing of the practice is shown any more. What you typed is kept on this device, and is here again \
                             when you sign in.";
pub const ENDING: &str = "Are you still there?";
pub const ENDING_TEXT: &str =
    "Nothing was done here for a while. In two minutes you are signed out; what you typed is kept on this device.";
pub const LAST: &str = "You will be signed out soon";
pub const LAST_TEXT: &str = "You have been signed in for a long time. In two minutes you need to sign in again; what you typed is \
                             kept on this device.";
pub const STAY: &str = "Stay signed in";
pub const SIGN_IN_AGAIN: &str = "Sign in again";
pub const CANNOT_START: &str = "The console cannot start";
pub const NOT_SHOWN: &str = "This page cannot be shown now";
pub const TRY_AGAIN: &str = "Try again";
pub const RELOAD: &str = "Reload the page";
pub const UNFETCHED: &str = "Not there yet";
pub const UNFETCHED_TITLE: &str = "This page could not be fetched";
pub const UNFETCHED_TEXT: &str = "The network may be away, or the server was just updated. Nothing that you typed is lost: try again, or reload the page.";
pub const SHOW_MORE: &str = "Show more";
pub const DISMISS: &str = "Dismiss";
pub const CLOSE: &str = "Close";
pub const CANCEL: &str = "Cancel";
pub const SAVE: &str = "Save";
pub const SAVED: &str = "Saved";
pub const EDIT: &str = "Edit";
pub const OPEN: &str = "Open";
pub const DONE: &str = "Done";
pub const ON: &str = "On";
pub const OFF: &str = "Off";
pub const NONE: &str = "–";
pub const ACTIONS: &str = "Actions";
pub const NOWHERE: &str = "Page not found";
pub const NOWHERE_TITLE: &str = "There is no such page";
pub const NOWHERE_TEXT: &str = "The address may be mistyped, or the page has moved.";
pub const GO_HOME: &str = "Go to Home";
pub const NOT_FOR_YOU: &str = "This is not part of your access";

// Forms.
pub const RESTORED: &str = "This is what you typed earlier. It is not saved yet.";
pub const START_AFRESH: &str = "Start afresh";
pub const OVERTAKEN: &str = "Somebody else changed this meanwhile";
pub const OVERTAKEN_TEXT: &str = "What you typed is kept, and the other fields show the newer version. Nothing is overwritten until \
                                  you save. Look it over, then save again.";

// The bell.
pub const NOTIFICATIONS: &str = "Notifications";
pub const READ_ALL: &str = "Mark all as read";
pub const MARK_READ: &str = "Mark as read";
pub const UNREAD: &str = " (unread) ";
pub const SEE_ALL: &str = "See all notifications";
pub const NOTHING_NEW: &str = "Nothing new";
pub const NOTHING_NEW_TEXT: &str =
    "When somebody you invited accepts, or an invitation cannot be delivered, you are told here.";

// The person.
pub const LOOK: &str = "Appearance";
pub const LIGHT: &str = "Light";
pub const DARK: &str = "Dark";
pub const SYSTEM: &str = "System";
pub const YOUR_ACCOUNT: &str = "Your account";
pub const TO_PORTAL: &str = "Go to my portal";
pub const HELP: &str = "Help for practices";
pub const SHORTCUTS: &str = "Keyboard shortcuts";
pub const SINGLE_KEYS: &str = "Use single-key shortcuts on this device";
pub const SIGN_OUT: &str = "Sign out";

/// Keys, and what they do.
pub const SHORTCUT_LIST: [(&str, &str); 10] = [
    ("/", "Search patients"),
    ("g h", "Go to Home"),
    ("g p", "Go to Patients"),
    ("g n", "Go to Notifications"),
    ("g s", "Go to Settings"),
    ("g u", "Go to Users"),
    ("g y", "Go to History"),
    ("↑ ↓", "Move in lists and tables"),
    ("Esc", "Close what is open"),
    ("?", "Show these shortcuts"),
];

// Home.
pub const WHATS_NEW: &str = "What is new";
pub const FIRST_STEPS: &str = "First steps";
pub const STEP_ADD: &str = "Add a patient";
pub const STEP_ADD_TEXT: &str = "A name is enough to begin with. With an email address the patient can be invited.";
pub const STEP_INVITE: &str = "Invite your first patient to the portal";
pub const STEP_INVITE_TEXT: &str = "Open the patient and choose \"Invite to the portal\" under the name. The patient gets an email \
                                    with a link, sets a password, and is in.";
pub const CHOOSE_PATIENT: &str = "Choose a patient";
pub const STEP_BELL: &str = "Hear when they accept";
pub const STEP_BELL_TEXT: &str = "The bell at the top tells you within a second, and what is new is listed here.";

// Patients.
pub const ADD_PATIENT: &str = "Add a patient";
pub const NEW_PATIENT: &str = "New patient";
pub const NEW_PATIENT_TEXT: &str = "Only the first name is needed. Everything else can be added later.";
pub const PATIENT_ADDED: &str = "Patient added";
pub const FILTER_PATIENTS: &str = "Filter the list of patients";
pub const FILTER_TEXT: &str = "Name, phone or birth date";
pub const FILTER_NUMBER: &str = "Number, like PT-482913";
pub const EVERY_STATUS: &str = "Every status";
pub const NAME: &str = "Name";
pub const NUMBER: &str = "Number";
pub const BIRTH_DATE: &str = "Birth date";
pub const PHONE: &str = "Phone";
pub const EMAIL: &str = "Email";
pub const STATUS: &str = "Status";
pub const STATE: &str = "State";
pub const PORTAL: &str = "Portal";
pub const CONSOLE: &str = "Console";
pub const NO_PATIENTS: &str = "No patients yet";
pub const NO_PATIENTS_TEXT: &str = "Everybody your practice cares for will be listed here. Add the first one.";
pub const NO_OWN_PATIENTS: &str = "No patients of yours yet";
pub const NO_OWN_PATIENTS_TEXT: &str = "Whoever you add, and whoever you are given access to, will be listed here.";
pub const NOTHING_MATCHES: &str = "Nobody matches";
pub const NOTHING_MATCHES_TEXT: &str = "Try fewer letters, another spelling, or every status.";
pub const SHOW_ALL: &str = "Show all patients";
pub const ALL_PATIENTS: &str = "All patients";
pub const NO_SUCH_PATIENT: &str = "No such patient";
pub const NO_SUCH_PATIENT_TEXT: &str = "This patient is not here, or is not open to you.";

// The profile.
pub const PROFILE_TABS: &str = "Parts of the profile";
pub const SUMMARY: &str = "Summary";
pub const CONTACTS: &str = "Contacts";
pub const ACCESS: &str = "Access";
pub const INVITE_TO_PORTAL: &str = "Invite to the portal";
pub const INVITE_AGAIN: &str = "Invite again";
pub const INVITED_TO_PORTAL: &str = "Invited to the portal";
pub const USES_PORTAL: &str = "Uses the portal";
pub const NAMES_HIDDEN: &str = "Details are hidden";
pub const NAMES_HIDDEN_TEXT: &str = "Your access shows patients by number only.";
pub const EDIT_PATIENT: &str = "Edit patient";
pub const ABOUT_PATIENT: &str = "About the patient";
pub const HOW_TO_REACH: &str = "How to reach the patient";
pub const LEGAL_NAME: &str = "Legal name";
pub const LEGAL_FIRST: &str = "Legal first name";
pub const LEGAL_LAST: &str = "Legal last name";
pub const PREFERRED: &str = "Preferred name";
pub const PREFERRED_HINT: &str = "What the person wants to be called, if it is another name.";
pub const GENDER: &str = "Gender";
pub const STATUS_HINT: &str = "A blocked or deceased patient cannot use the portal.";
pub const EMAIL_HINT: &str = "Needed to invite the patient to the portal.";
pub const MOBILE: &str = "Mobile";
pub const OTHER_PHONE: &str = "Other phone";
pub const ADDRESS: &str = "Address";
pub const STREET: &str = "Street and number";
pub const CITY: &str = "Suburb or city";
pub const REGION: &str = "State or region";
pub const POSTCODE: &str = "Postcode";
pub const COUNTRY: &str = "Country";
pub const ADDED: &str = "Added";

// Contacts.
pub const RELATIONSHIP: &str = "Relationship";
pub const RELATIONSHIP_HINT: &str = "Mother, carer, neighbour …";
pub const THE_PATIENT: &str = "The patient";
pub const EMERGENCY: &str = "Emergency";
pub const EMERGENCY_CONTACT: &str = "Emergency contact";
pub const EMERGENCY_TICK: &str = "Call this person in an emergency";
pub const ADD_CONTACT: &str = "Add a contact";
pub const EDIT_CONTACT: &str = "Edit contact";
pub const REMOVE_CONTACT: &str = "Remove this contact";
pub const REMOVE_CONTACT_TEXT: &str = "The name, email and telephone number are removed from this patient's record.";
pub const CONTACT_REMOVED: &str = "Contact removed";
pub const NO_CONTACTS: &str = "Nobody else yet. Add the people who may be called or who care for this patient.";

// Access and invitations.
pub const INVITATIONS: &str = "Invitations";
pub const INVITATIONS_TEXT: &str = "Who was invited to this patient's portal, and what became of it.";
pub const INVITED: &str = "Invited";
pub const LINK_EXPIRES: &str = "Link expires";
pub const RESEND: &str = "Resend";
pub const REVOKE: &str = "Revoke";
pub const REVOKED: &str = "Invitation revoked";
pub const REVOKE_TEXT: &str =
    "The link in the email stops working at once. You can invite the patient again at any time.";
pub const REVOKE_BUTTON: &str = "Revoke this invitation";
pub const HIDDEN: &str = "Hidden";
pub const NOBODY_INVITED: &str = "Nobody has been invited yet";
pub const NOBODY_INVITED_TEXT: &str =
    "Invitations appear here with all that happens to them: sent, opened, accepted, expired.";
pub const INVITE_WHO: &str = "You are inviting";
pub const PATIENTS_EMAIL: &str = "Patient's email";
pub const EMAIL_AGAIN: &str = "Confirm email";
pub const TEMPLATE: &str = "Template";
pub const TEMPLATE_HINT: &str = "Fills in the message below. You can change it before sending.";
pub const NO_TEMPLATE: &str = "No template";
pub const MESSAGE: &str = "Custom message";
pub const MESSAGE_HINT: &str =
    "Appears above the invitation in the email. Leave out anything about the patient's health.";
pub const REPLACE_TYPED: &str = "This template would replace the message you typed.";
pub const REPLACE: &str = "Replace my message";
pub const KEEP: &str = "Keep my message";
pub const PENDING: &str = "An invitation is out already. A new one replaces it, and the earlier link stops working.";
pub const PHI_WARNING: &str = "Inviting gives this person access to the patient's private health information. Only invite people \
                               who are authorised to see it.";
pub const INVITE: &str = "Invite";

// Settings.
pub const SEARCH_SETTINGS: &str = "Search settings";
pub const NO_SETTING: &str = "No setting found";
pub const NO_SETTING_TEXT: &str = "Try another word, such as portal, template or mail.";
pub const GENERAL: &str = "General";
pub const PATIENT_ACCESS: &str = "Patient Access";
pub const PATIENT_PORTAL: &str = "Patient portal";
pub const EDIT_PATIENT_ACCESS: &str = "Edit Patient Access";
pub const PATIENT_INVITATIONS: &str = "Patient Invitations";
pub const PATIENT_INVITATIONS_HINT: &str = "Practitioners may invite patients to create a portal account. While this is off, \
                                            \"Invite to the portal\" is not shown.";
pub const LINK_LIFE: &str = "Invitation link life";
pub const LINK_LIFE_HINT: &str = "How long the link in an invitation works. Invitations that are out keep theirs.";
pub const LINK_REMINDERS: &str = "Remind before the link expires";
pub const LINK_REMINDERS_HINT: &str = "Whoever has not opened the link gets one more mail when a quarter of its life is \
                                       left. Links that live less than 12 hours are not reminded of.";
pub const FOR_EVERYONE: &str = "These settings apply to every practitioner in your practice group.";
pub const EDIT_PRACTICE: &str = "Edit practice";
pub const PRACTICE_TEXT: &str = "Patients see this in every email, behind every link and in the portal.";
pub const PRACTICE_NAME: &str = "Name of the practice";
pub const PRACTICE_PHONE: &str = "Telephone";
pub const PRACTICE_PHONE_HINT: &str = "The number patients ring when something does not work.";
pub const IDLE: &str = "Sign out after";
pub const IDLE_HINT: &str = "How long a console may be left alone. Shorter is safer where others can reach the screen.";
pub const SETTINGS_SAVED: &str = "Settings saved";
pub const TEMPLATES: &str = "Templates";
pub const MAIL: &str = "Mail";

/// Sections of the settings: title, subtitle, what it is for, more words that find it, address, icon.
pub const SETTINGS_SECTIONS: [(&str, &str, &str, &str, &str, &str); 8] = [
    (
        GENERAL,
        "Patient Access (Patient portal) · Practice · Messages",
        "Whether patients can be invited to the portal, how long an invitation's link works, the practice's name and \
         telephone, and how it writes to its patients.",
        "invitations link life expire sign up phone credit limit quota reminder sender reply",
        "/console/settings/general",
        "key-round",
    ),
    (
        USERS,
        "Who works here, and their access",
        "Add practitioners and staff, set what each may see and do, and end it.",
        "staff access level role practitioner administrator add user deactivate permissions rights membership",
        "/console/settings/users",
        "users",
    ),
    (
        EMERGENCY_ACCESS,
        "Records that were opened in an emergency",
        "Who opened whose record and why; say that you have looked at it.",
        "break glass break-glass override audit review reason urgent",
        "/console/settings/emergencies",
        "triangle-alert",
    ),
    (
        LOCATIONS,
        "Where you see patients",
        "Names, addresses, time zones and opening hours.",
        "place address branch time zone opening hours clinic",
        "/console/settings/locations",
        "map-pin",
    ),
    (
        TEMPLATES,
        "Communication templates",
        "Texts for invitations, with fields that fill in the patient's and your own name.",
        "message merge text email wording",
        "/console/settings/templates",
        "file-text",
    ),
    (
        HANDOUT,
        "A sheet that tells patients of the portal",
        "Print it for the front desk, with a code to scan, and write what it says.",
        "leaflet flyer brochure print pdf qr code benefits portal patients",
        "/console/settings/handout",
        "printer",
    ),
    (
        FORMS,
        "Intake forms and questionnaires",
        "What you ask people to fill in: write it, publish it, and send it from a patient's profile.",
        "intake questionnaire consent survey tools fill in answers",
        "/console/settings/forms",
        "clipboard-list",
    ),
    (
        MAIL,
        "Mail that could not be delivered",
        "What could not leave, why, and trying again.",
        "email parked failed smtp outbox retry",
        "/console/settings/mail",
        "mail",
    ),
];

// Handout.
pub const HANDOUT: &str = "Portal handout";
pub const HANDOUT_TEXT: &str = "A sheet for patients: what the portal is good for, and how to reach it. It says nothing \
                                about anybody.";
pub const HANDOUT_LINK: &str = "Print a handout about the portal";
pub const HANDOUT_FILE: &str = "portal-handout.pdf";
pub const EDIT_HANDOUT: &str = "Edit handout";
pub const PRINT: &str = "Print";
pub const DOWNLOAD_PDF: &str = "Download PDF";
pub const HANDOUT_TITLE: &str = "Heading";
pub const HANDOUT_INTRODUCTION: &str = "Introduction";
pub const HANDOUT_BENEFITS: &str = "What it is good for";
pub const HANDOUT_STEPS: &str = "How to reach it";
pub const HANDOUT_CLOSING: &str = "At the end";
pub const ONE_A_LINE: &str = "One a line, at most twelve.";
pub const HANDOUT_FIELDS_HINT: &str = "Fields in {{ }} are filled in. A line whose field is empty, as a missing \
                                       telephone, is left out.";
pub const STANDARD_TEXT: &str = "Put the standard text back";

// Templates.
pub const NEW_TEMPLATE: &str = "New template";
pub const EDIT_TEMPLATE: &str = "Edit template";
pub const TEMPLATE_NAME: &str = "Name";
pub const TEXT: &str = "Text";
pub const TEMPLATE_TEXT_HINT: &str = "Fields in {{ }} are filled in for each patient.";
pub const INSERT_FIELD: &str = "Insert a field";
pub const NO_TEMPLATES: &str = "No templates yet";
pub const NO_TEMPLATES_TEXT: &str = "Write a message once, and choose it whenever you invite a patient.";
pub const REMOVE_TEMPLATE: &str = "Remove this template";
pub const REMOVE_TEMPLATE_TEXT: &str = "It can no longer be chosen. Mail written with it is not touched.";
pub const TEMPLATE_REMOVED: &str = "Template removed";
pub const PREVIEW: &str = "Preview";
pub const PREVIEW_TEXT: &str = "Choose a patient to see how the text will read.";
pub const PREVIEW_PATIENT: &str = "Preview with";
pub const PREVIEW_FOR: &str = "As it would read for";

// Mail.
pub const ALL_MAIL_LEFT: &str = "All mail has left";
pub const ALL_MAIL_LEFT_TEXT: &str =
    "Mail that does not get through appears here, with the reason and a way to try again.";
pub const STUCK_TEXT: &str =
    "Mail that is waiting is tried again automatically. Mail that was given up is sent only when you try it again.";
pub const NO_MAIL_SERVER: &str = "No mail server is configured";
pub const NO_MAIL_SERVER_TEXT: &str =
    "No mail leaves, no invitation and no link. Set SMTP_URL where the server runs, and start it again.";
pub const FOR_WHOM: &str = "For";
pub const NEXT_TRY: &str = "Waiting. Next try ";
pub const WHY: &str = "Why";
pub const GIVEN_UP: &str = "Given up";
pub const ON_ITS_WAY: &str = "It is on its way again";

// The account.
pub const ABOUT_YOU: &str = "About you";
pub const PROFESSION: &str = "Profession";
pub const PRACTICE: &str = "Practice";
pub const ACCESS_LEVEL: &str = "Access level";
pub const DEVICES: &str = "Signed-in devices";
pub const DEVICES_TEXT: &str = "If you do not know one of these, sign it out and change your password.";
pub const DEVICE: &str = "Device";
pub const SIDE: &str = "Side";
pub const SIGNED_IN: &str = "Signed in";
pub const LAST_USED: &str = "Last used";
pub const THIS_DEVICE: &str = "This device";
pub const END_DEVICE: &str = "Sign out this device?";
pub const END_DEVICE_TEXT: &str = "Whoever uses it must sign in again. What they typed and did not save may be lost.";
pub const END_DEVICE_BUTTON: &str = "Sign out this device";
pub const DEVICE_ENDED: &str = "The device is signed out";
pub const LEAVE_EVERYWHERE: &str = "Sign out everywhere?";
pub const LEAVE_EVERYWHERE_TEXT: &str = "You are signed out on every device, this one included.";
pub const SIGN_OUT_EVERYWHERE: &str = "Sign out everywhere";
pub const PASSWORD: &str = "Password";
pub const PRESENT_PASSWORD: &str = "Current password";
pub const NEW_PASSWORD: &str = "New password";
pub const PASSWORD_HINT: &str = "At least 10 characters. A few words that do not belong together work well.";
pub const CHANGE_PASSWORD: &str = "Change password";
pub const PASSWORD_CHANGED: &str = "Your password is changed";

/// What happened, what it means, what to do: as staff need it where that differs from what patients are told.
pub fn error(error: &AppError) -> String {
    let AppError::Conflict(conflict) = error else { return crate::words::error(error) };
    match conflict {
        Conflict::AlreadyAccepted => "This invitation was accepted meanwhile. The patient uses the portal.",
        Conflict::Revoked => {
            "This invitation was taken back meanwhile. Invite the patient again if that was not meant."
        }
        // S1-05: what to check, without a word on whose address it is.
        Conflict::PractitionerNow => {
            "This address cannot be invited. Check whether it is linked to a practitioner, and use another address."
        }
        other => crate::words::conflict(*other),
    }
    .to_owned()
}

/// The same above a form, where something was typed.
pub fn form_error(of: &AppError) -> String {
    match of {
        AppError::Offline => format!("{} What you typed is still here.", error(of)),
        of => error(of),
    }
}

/// Under a field that somebody else changed as well.
pub fn they_wrote(value: &str) -> String {
    match value {
        "" => "Somebody else emptied this. Saving puts your text there.".to_owned(),
        value => format!("Somebody else wrote \u{201c}{value}\u{201d}. Saving puts yours in its place."),
    }
}

/// `Good morning, Dr Mira Anand`.
pub fn greeting(name: &str) -> String {
    let part = match js_sys::Date::new_0().get_hours() {
        5..=11 => "Good morning",
        12..=17 => "Good afternoon",
        _ => "Good evening",
    };
    format!("{part}, {name}")
}

/// The name of the bell's button.
pub fn bell(unread: i64) -> String {
    match unread {
        0 => "Notifications, none unread".to_owned(),
        unread => format!("Notifications, {} unread", count(unread)),
    }
}

/// A count as it stands on the bell.
pub fn count(unread: i64) -> String {
    if unread > 99 { "99+".to_owned() } else { unread.to_string() }
}

/// What a line behind the bell says.
pub fn news(row: &NotificationRow) -> String {
    match row.news {
        News::InvitationAccepted { .. } => format!("{} accepted the invitation to the portal", row.about),
        News::InvitationFailed { .. } => format!("The invitation for {} could not be delivered", row.about),
        News::FormReturned { .. } => format!("A form about {} came back", row.about),
        News::NotesShared { .. } => format!("A colleague shared notes about {} with you", row.about),
        News::Mentioned { .. } => match &row.within {
            Some(name) => format!("{} mentioned you in {name}", row.about),
            None => format!("{} mentioned you in a conversation", row.about),
        },
        News::FileCame { .. } => format!("A file about {} came from the portal", row.about),
        News::UpdatesWaiting { .. } => format!("{} changed details in the portal: they wait for you", row.about),
        News::MembershipAccepted { .. } => format!("{} joined the practice", row.about),
        News::MembershipRejected { .. } => format!("{} did not want to join the practice", row.about),
        News::EmergencyOpened { often: false, .. } => format!("{} opened a record in an emergency", row.about),
        News::EmergencyOpened { often: true, .. } => {
            format!("{} opened a record in an emergency, more often this week than is usual", row.about)
        }
        News::AccessChanged { how: AccessChange::Asked, .. } => format!("{} was asked to join the practice", row.about),
        News::AccessChanged { how: AccessChange::Given, .. } => {
            format!("{} was given access to the practice", row.about)
        }
        News::AccessChanged { how: AccessChange::Changed, .. } => format!("What {} may do was changed", row.about),
        News::AccessChanged { how: AccessChange::Ended, .. } => format!("The access of {} was ended", row.about),
    }
}

/// Its icon.
pub const fn news_icon(news: &News) -> &'static str {
    match news {
        News::InvitationAccepted { .. } | News::MembershipAccepted { .. } => "user-check",
        News::InvitationFailed { .. } => "mail-x",
        News::FormReturned { .. } => "clipboard-list",
        News::UpdatesWaiting { .. } => "contact",
        News::NotesShared { .. } | News::FileCame { .. } => "file-text",
        News::Mentioned { .. } => "message-circle",
        News::MembershipRejected { .. } => "ban",
        News::EmergencyOpened { .. } => "triangle-alert",
        News::AccessChanged { .. } => "shield-check",
    }
}

/// Does it say that something went wrong?
pub const fn is_bad_news(news: &News) -> bool {
    matches!(news, News::InvitationFailed { .. } | News::EmergencyOpened { .. })
}

/// The name of the button beside a line.
pub fn mark_read(line: &str) -> String {
    format!("Mark as read: {line}")
}

/// The name of the person's button.
pub fn person_menu(name: &str) -> String {
    format!("{name}: account and appearance")
}

/// Up to two initials; titles are not among them.
pub fn initials(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let start = words.len().saturating_sub(2);
    words[start..].iter().filter_map(|word| word.chars().next()).flat_map(char::to_uppercase).collect()
}

/// That the search found nobody, and what may find somebody.
pub const fn none_found(names_hidden: bool) -> &'static str {
    if names_hidden { NO_NUMBER_FOUND } else { NO_PATIENT_FOUND }
}

/// What the search found, read out.
pub fn found(rows: usize, names_hidden: bool) -> String {
    match rows {
        0 => none_found(names_hidden).to_owned(),
        1 => "1 patient found".to_owned(),
        rows => format!("{rows} patients found"),
    }
}

/// How many patients are shown; honest about there being more.
pub fn patients_shown(rows: usize, more: bool) -> String {
    match (rows, more) {
        (rows, true) => format!("The first {rows} patients"),
        (1, false) => "1 patient".to_owned(),
        (rows, false) => format!("{rows} patients"),
    }
}

/// A patient's status.
pub const fn status(status: Status) -> &'static str {
    match status {
        Status::Active => "Active",
        Status::Inactive => "Inactive",
        Status::Blocked => "Blocked",
        Status::Deceased => "Deceased",
    }
}

/// A patient's status as a badge.
pub fn status_badge(of: Status) -> impl IntoView {
    let class = match of {
        Status::Active => "badge badge-good",
        Status::Inactive | Status::Deceased => "badge",
        Status::Blocked => "badge badge-danger",
    };
    view! { <span class=class>{status(of)}</span> }
}

/// Where a patient stands with the portal, to be seen at a glance.
pub fn portal_badge(of: PortalState) -> impl IntoView {
    let class = match of {
        PortalState::None => "muted",
        PortalState::Invited => "badge badge-info",
        PortalState::Activated => "badge badge-good",
    };
    view! { <span class=class>{portal(of)}</span> }
}

/// Where a patient stands with the portal.
pub const fn portal(state: PortalState) -> &'static str {
    match state {
        PortalState::None => "Not invited",
        PortalState::Invited => "Invited",
        PortalState::Activated => "Uses it",
    }
}

/// A gender.
pub const fn gender(gender: Gender) -> &'static str {
    match gender {
        Gender::Female => "Female",
        Gender::Male => "Male",
        Gender::Other => "Other",
        Gender::Unknown => "Not said",
    }
}

/// An age.
pub fn age(years: i16) -> String {
    match years {
        0 => "under 1 year".to_owned(),
        1 => "1 year".to_owned(),
        years => format!("{years} years"),
    }
}

/// The name in law, beside the preferred one.
pub fn legal_name(name: &str) -> String {
    format!("Legal name: {}", name.trim())
}

/// One fact of a definition list.
pub fn fact(name: &'static str, value: &str) -> AnyView {
    view! { <div><dt>{name}</dt><dd dir="auto">{or_none(value.to_owned())}</dd></div> }.into_any()
}

/// A time in minutes.
pub fn minutes(minutes: u32) -> String {
    format!("{minutes} minutes")
}

/// One fact that can be followed: an address to write to, a number to call.
pub fn linked_fact(name: &'static str, value: String, scheme: &'static str) -> AnyView {
    if value.is_empty() {
        return fact(name, "");
    }
    let href = format!("{scheme}{}", value.replace(' ', ""));
    view! { <div><dt>{name}</dt><dd><a href=href>{value}</a></dd></div> }.into_any()
}

/// The text, or a dash that is read out as "not given".
pub fn or_none(text: String) -> AnyView {
    if text.is_empty() {
        view! { <span class="muted" aria-hidden="true">{NONE}</span><span class="unseen">"not given"</span> }.into_any()
    } else {
        text.into_any()
    }
}

/// Edit something by its name.
pub fn edit_named(name: &str) -> String {
    format!("Edit {name}")
}

/// Remove something by its name.
pub fn remove_named(name: &str) -> String {
    format!("Remove {name}")
}

/// The question before a contact is removed.
pub fn remove_contact(name: &str) -> String {
    format!("Remove {name} as a contact?")
}

/// The question before a template is removed.
pub fn remove_template(name: &str) -> String {
    format!("Remove the template \"{name}\"?")
}

/// The question before an invitation is revoked.
pub fn revoke(email: &str) -> String {
    format!("Revoke the invitation to {email}?")
}

/// The name of the button.
pub fn revoke_of(email: &str) -> String {
    format!("Revoke the invitation to {email}")
}

/// The name of the button.
pub fn resend_to(email: &str) -> String {
    format!("Resend the invitation to {email}")
}

/// A new link is on its way.
pub fn sent_again(email: &str) -> String {
    format!("A new link is on its way to {email}")
}

/// It is sent.
pub fn invitation_sent(email: &str) -> String {
    format!("Invitation on its way to {email}")
}

/// Who invited.
pub fn by(inviter: &str) -> String {
    format!("by {inviter}")
}

/// How many links were sent so far.
pub fn links(links: i64) -> String {
    format!("{links} links sent")
}

/// Where an invitation stands (B-06).
pub const fn state(state: State) -> &'static str {
    match state {
        State::Queued => "Waiting to be sent",
        State::Sent(_) => "Sent",
        State::Failed(_) => "Not delivered",
        State::Opened(_) => "Opened",
        State::Activated(_) => "Accepted",
        State::Expired(_) => "Expired",
        State::Revoked(_) => "Revoked",
    }
}

/// How long a link lives, in the invite dialog.
pub fn link_lives(of: i64) -> String {
    format!("The link in the email works once, for {}.", hours(of))
}

/// A length of time given in hours.
pub fn hours(hours: i64) -> String {
    match hours {
        1 => "1 hour".to_owned(),
        hours if hours > 24 && hours % 24 == 0 => format!("{} days", hours / 24),
        hours => format!("{hours} hours"),
    }
}

/// The count under a text.
pub fn of_characters(used: usize, most: usize) -> String {
    format!("{} of {} characters", grouped(used), grouped(most))
}

fn grouped(number: usize) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", number / 1_000, number % 1_000) }
}

/// A field that a template may use.
pub const fn merge_field(field: MergeField) -> &'static str {
    match field {
        MergeField::PatientFirstName => "Patient's first name",
        MergeField::PatientFullName => "Patient's full name",
        MergeField::UserName => "Your name",
        MergeField::UserProfession => "Your profession",
        MergeField::PracticeName => "Practice name",
        MergeField::PracticePhone => "Practice phone",
    }
}

/// A field that the handout may use.
pub const fn handout_field(field: handout::Field) -> &'static str {
    match field {
        handout::Field::PracticeName => "Practice name",
        handout::Field::PracticePhone => "Practice phone",
        handout::Field::PortalAddress => "Portal address",
        handout::Field::LocationName => "Location name",
        handout::Field::LocationAddress => "Location address",
    }
}

/// A kind of mail.
pub const fn mail_kind(kind: mail::Kind) -> &'static str {
    match kind {
        mail::Kind::Invitation => "Invitation to the portal",
        mail::Kind::Reminder => "Reminder of an invitation",
        mail::Kind::AgeNotice => "Notice of an age at which access changes",
        mail::Kind::FormsAsked => "Notice of forms to fill in",
        mail::Kind::MessagesWait => "Notice of a message not read",
        mail::Kind::RecordShared | mail::Kind::RecordOpens => "Notice of something new in a record",
        mail::Kind::UpdatesDecided => "Notice that their changes were looked at",
        mail::Kind::PasswordLink => "Link to set a password",
        mail::Kind::PasswordChanged => "Notice of a changed password",
        mail::Kind::AccountExists => "Notice about an existing account",
        mail::Kind::NewDevice => "Notice of a new device",
        mail::Kind::Welcome => "Welcome to a new user",
        mail::Kind::JoinGroup => "Invitation to join the practice",
        mail::Kind::FirstTip | mail::Kind::SecondTip => "Tip for a new user",
    }
}

/// Why a mail did not leave.
pub const fn failure(failure: mail::Failure) -> &'static str {
    match failure {
        mail::Failure::Unreachable => "The mail server does not answer. ",
        mail::Failure::Deferred => "The mail server asked to wait, again and again. ",
        mail::Failure::SignInRefused => "The mail server does not let Portico sign in. Check SMTP_URL. ",
        mail::Failure::Rejected => "The mail server refused it. Check that the address is right. ",
        mail::Failure::GaveUp => "It was tried too often without success. ",
        mail::Failure::HeldBack => {
            "It was held back: the record was closed, or the address belongs to somebody who works in a practice. "
        }
        mail::Failure::KeyMissing => {
            "Its link can no longer be read, because the server's key has changed. Send a new one. "
        }
        mail::Failure::CreditUsed => {
            "The practice has sent as many mails this month as it allows itself. Change that in Settings > General. "
        }
        mail::Failure::Unreadable => "What is stored about it cannot be read. Send a new one. ",
    }
}

/// How often a mail was tried.
pub fn tries(tries: u32) -> String {
    match tries {
        // What was held back was never tried.
        0 => String::new(),
        1 => "Tried once.".to_owned(),
        tries => format!("Tried {tries} times."),
    }
}

/// A browser and its system, from the browser's own description of itself.
pub fn agent(agent: &str) -> String {
    let first =
        |known: &[(&str, &'static str)]| known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    let browser = first(&[
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("CriOS", "Chrome"),
        ("Safari", "Safari"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac", "Mac"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Unknown device".to_owned(),
    }
}

/// The name of the button.
pub fn sign_out_device(name: &str) -> String {
    format!("Sign out {name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_read_well() {
        for (n, text) in [(1, "1 hour"), (24, "24 hours"), (36, "36 hours"), (48, "2 days"), (720, "30 days")] {
            assert_eq!(hours(n), text);
        }
    }

    #[test]
    fn initials_leave_titles_out() {
        assert_eq!(initials("Dr Mira Anand"), "MA");
        assert_eq!(initials("Suharto"), "S");
        assert_eq!(initials("ángel ôzil"), "ÁÔ");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn the_bell_counts_to_99() {
        assert_eq!(count(99), "99");
        assert_eq!(count(100), "99+");
    }

    #[test]
    fn devices_have_names() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
        assert_eq!(agent(chrome), "Chrome on Linux");
        assert_eq!(agent(""), "Unknown device");
    }
}
