//! What the portal's pages say, in one place, ready for translation.

pub mod activities;
pub mod documents;
pub mod download;
pub mod files;
pub mod messages;

use domain::{
    access_log::{Part, Visitor},
    audit::Action,
    emergency::{self, EmergencyContact},
    grant::{Kind, Level, Reach, Role},
    ids::ContactId,
    person::Gender,
    profile_history::What,
    time::Date,
    update::{Field, Section, Subject},
    user,
};

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
/// Documents.
pub const DOCUMENTS_PLACE: PlaceWords = PlaceWords {
    title: "Documents",
    card: "Read letters, reports and plans from your practice.",
    empty: "No documents yet",
    will: "When your practice completes a letter, a report or a plan for you, you read, print and save it here.",
    now: "Do you expect one? Ask your practice.",
};
/// Home activities.
pub const ACTIVITIES_PLACE: PlaceWords = PlaceWords {
    title: "Home activities",
    card: "See what to do at home, and tick it off.",
    empty: "No home activities yet",
    will: "When your practice asks you to do something at home, an exercise for example, you find here what and when.",
    now: "Are you to do something already? Ask your practice.",
};
/// Saves what is shown as a PDF.
pub const SAVE_PDF: &str = "Save as PDF";
/// Files.
pub const FILES_PLACE: PlaceWords = PlaceWords {
    title: files::TITLE,
    card: "Send a referral, a letter or a photo to the practice.",
    empty: files::NONE,
    will: files::NONE_TEXT,
    now: "",
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
/// Home, of what was shared and not read.
pub const NEW_RECORDS: &str = "New in your records";
/// The way there.
pub const TO_RECORDS: &str = "Read it";
/// Under the heading of the records.
pub const RECORDS_LEAD: &str = "What your practice has shared, the latest first.";
/// Beside what was not read.
pub const UNREAD: &str = "New";
/// The way to what was shared before.
pub const EARLIER_RECORDS: &str = "Shared before that";
/// The way back to the first page.
pub const LATEST_RECORDS: &str = "What was shared last";
/// A further page where nothing is left.
pub const NO_EARLIER_RECORDS: &str = "There is nothing more";
/// Under it.
pub const NO_EARLIER_RECORDS_TEXT: &str = "What you saw before is all that was shared.";
/// The way back from a record.
pub const ALL_RECORDS: &str = "All records";
/// Before when a note was written.
pub const WRITTEN_ON: &str = "Written";
/// Before when it was changed.
pub const CHANGED_ON: &str = "Changed";
/// Before when it was shared.
pub const SHARED_ON: &str = "Shared";
/// Under a note.
pub const NOTE_QUESTIONS: &str =
    "Is something wrong, or not clear? Ask your practice. It can correct a note, and keeps what it said before.";

/// How many are new.
#[must_use]
pub fn unread(count: i64) -> String {
    match count {
        1 => "Your practice shared something that you have not read yet.".to_owned(),
        count => format!("Your practice shared {count} records that you have not read yet."),
    }
}

/// Over a note.
#[must_use]
pub fn record_of(name: &str) -> String {
    format!("Shared record of {name}")
}

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

// Details
/// A way.
pub const DETAILS: &str = "Details";
/// The page's title.
#[must_use]
pub const fn details(kind: Kind) -> &'static str {
    match kind {
        Kind::Own => "My details",
        Kind::Contact | Kind::Other => "Their details",
    }
}
/// The place on Home. It is never empty.
pub const DETAILS_PLACE: PlaceWords = PlaceWords {
    title: "Details",
    card: "See and change what your practice knows: telephone, address, who pays, whom to call in an emergency.",
    empty: "",
    will: "",
    now: "",
};
/// Lead.
#[must_use]
pub fn details_at_once(practice: &str) -> String {
    format!(
        "What {practice} knows. What you change here is changed there at once. Leave empty what you do not want to say."
    )
}
/// Lead.
#[must_use]
pub fn details_by_approval(practice: &str) -> String {
    format!(
        "What {practice} knows. Change what is not right: the practice looks at each change before it counts. Leave empty what \
         you do not want to say."
    )
}
/// Lead.
#[must_use]
pub fn details_off(practice: &str, phone: &str) -> String {
    format!("What {practice} knows. {}", updates_off(phone))
}
/// The practice takes no changes.
#[must_use]
pub fn updates_off(phone: &str) -> String {
    let ring = if phone.is_empty() { String::new() } else { format!(": {phone}") };
    format!("This practice takes no changes from the portal. Is something not right? Ring them{ring}.")
}
/// Lead for somebody who may look only.
pub const DETAILS_TO_READ: &str = "What the practice knows. You may look at it, and not change it.";
/// Done, where it counts at once.
pub const DETAILS_SAVED: &str = "Saved. Your practice has it.";
/// Done, where somebody looks at it first.
pub const DETAILS_SENT: &str = "Sent. You see here what becomes of it.";
/// Button.
pub const SAVE_DETAILS: &str = "Save";
/// Button.
pub const SEND_DETAILS: &str = "Send the changes";
/// Card.
pub const NAME_AND_BIRTH: &str = "Name and birth date";
/// Fact.
pub const LEGAL_NAME: &str = "Legal name";
/// Fact.
pub const BORN: &str = "Born";
/// In place of a value.
pub const NOT_KNOWN: &str = "Not known";
/// Under them.
pub const ONLY_THE_PRACTICE: &str = "Only the practice changes these. Is something not right? Tell them.";

/// A section's heading, its id, and what stands under the heading.
#[must_use]
pub const fn details_section(section: Section) -> (&'static str, &'static str, &'static str) {
    match section {
        Section::Personal => ("How to call and reach you", "personal", ""),
        Section::Address => ("Address", "address", ""),
        Section::Funding => ("Who pays", "funding", "Your health fund, and the card of a scheme if you have one."),
        Section::Social => (
            "How you live",
            "social",
            "In your own words, and only what you want to tell. Read by those who treat you.",
        ),
    }
}

/// A field's label and hint.
#[must_use]
pub const fn detail(field: Field) -> (&'static str, &'static str) {
    match field {
        Field::Preferred => ("What we call you", "If it is not your first name."),
        Field::Gender => ("Gender", ""),
        Field::Mobile => ("Mobile", ""),
        Field::Phone => ("Other telephone", ""),
        Field::Email => ("Email for letters", "You go on signing in with the address you have now."),
        Field::Street => ("Street and number", ""),
        Field::City => ("Suburb or city", ""),
        Field::Region => ("State or region", ""),
        Field::Country => ("Country", ""),
        Field::Postcode => ("Postcode", ""),
        Field::Fund => ("Health fund", ""),
        Field::FundNumber => ("Member number", "As it stands on the card."),
        Field::Scheme => ("Scheme", "Such as the national health card, or an insurer after an accident."),
        Field::SchemeNumber => ("Card or claim number", ""),
        Field::Occupation => ("Work or school", ""),
        Field::Living => ("Where and with whom you live", ""),
        Field::Smoking => ("Smoking", "Now and before."),
        Field::Alcohol => ("Alcohol", "How much in a week."),
        Field::Activity => ("Sport and movement", ""),
        Field::SocialMore => ("Anything else that matters", ""),
    }
}

/// The kind of a field's control, and what a browser may fill in.
#[must_use]
pub const fn detail_control(field: Field) -> (&'static str, &'static str) {
    match field {
        Field::Mobile => ("tel", "tel"),
        Field::Phone => ("tel", "off"),
        Field::Email => ("email", "email"),
        Field::Street => ("text", "street-address"),
        Field::City => ("text", "address-level2"),
        Field::Region => ("text", "address-level1"),
        Field::Country => ("text", "country-name"),
        Field::Postcode => ("text", "postal-code"),
        _ => ("text", "off"),
    }
}

/// A value as people read it.
#[must_use]
pub fn detail_value(field: Field, value: &str) -> String {
    match field {
        Field::Gender => Gender::from_code(value).map_or(NOT_KNOWN, gender).to_owned(),
        _ if value.is_empty() => "nothing".to_owned(),
        _ => value.to_owned(),
    }
}

/// A choice.
#[must_use]
pub const fn gender(gender: Gender) -> &'static str {
    match gender {
        Gender::Female => "Female",
        Gender::Male => "Male",
        Gender::Other => "Other",
        Gender::Unknown => "Not said",
    }
}

/// Before the moment.
pub const WAITS_SINCE: &str = "Waiting for the practice since";
/// After it.
#[must_use]
pub fn still_says(value: &str) -> String {
    format!("The practice still has: {value}.")
}
/// Before the moment.
pub const ACCEPTED_ON: &str = "Accepted on";
/// Before the moment.
pub const EDITED_ON: &str = "The practice changed this itself on";
/// Before the moment.
pub const REJECTED_ON: &str = "Not accepted on";
/// After it: what was not, and why.
#[must_use]
pub fn not_accepted(wanted: &str, reason: &str) -> String {
    if reason.is_empty() {
        format!("You had written: {wanted}.")
    } else {
        format!("{reason} (You had written: {wanted}.)")
    }
}
/// Heading.
pub const ALSO: &str = "Tell other practices too";
/// Under it.
pub const ALSO_LEAD: &str = "The changes you make here go to these as well, where you tick them.";
/// Hint.
pub const ALSO_AT_ONCE: &str = "Counts there at once.";
/// Hint.
pub const ALSO_BY_APPROVAL: &str = "They look at it first.";

/// What was typed on this device was found again.
pub const DRAFT: &str = "What you typed before is still here. It is not sent yet.";
/// Button.
pub const DROP_DRAFT: &str = "Start again";
/// Link, and the page behind it.
pub const PROFILE_HISTORY: &str = "What changed, and when";
/// Lead.
pub const PROFILE_HISTORY_LEAD: &str = "What these details said before, when they were changed, and who changed them.";
/// Empty.
pub const NO_CHANGES: &str = "Nothing was changed";
/// Under it.
pub const NO_CHANGES_TEXT: &str = "Nothing was changed since this list began.";
/// Link.
pub const EARLIER_CHANGES: &str = "Earlier changes";
/// Link.
pub const LATEST_CHANGES: &str = "Latest changes";
/// Before the moment, at the end.
pub const RECORD_MADE: &str = "This record was started on";
/// After it.
pub const RECORD_MADE_MORE: &str = "What is not in this list was not changed since this list began.";
/// What was changed.
#[must_use]
pub const fn changed(what: What) -> &'static str {
    match what {
        What::LegalName => LEGAL_NAME,
        What::BirthDate => BORN,
        What::Subject(Subject::Field(field)) => detail(field).0,
        What::Subject(Subject::Contact(_)) => "Emergency contact",
        What::Subject(Subject::Order) => "Whom to call first",
    }
}
/// What it said.
#[must_use]
pub fn before(value: &str) -> String {
    format!("Before: {value}")
}
/// Who changed it.
#[must_use]
pub fn changed_by(by: &Visitor, approved_by: Option<&Visitor>) -> String {
    let who = |visitor: &Visitor| match (visitor, visitor_more(visitor)) {
        (Visitor::You, _) => "you".to_owned(),
        (visitor, more) if more.is_empty() => self::visitor(visitor),
        (visitor, more) => format!("{} ({more})", self::visitor(visitor)),
    };
    match approved_by {
        None => format!("by {}", who(by)),
        Some(user) => format!("asked for by {}, approved by {}", who(by), who(user)),
    }
}
/// In place of an empty value.
#[must_use]
pub fn or_nothing(value: &str) -> String {
    if value.is_empty() { "nothing".to_owned() } else { value.to_owned() }
}
/// A contact.
#[must_use]
pub fn contact_value(code: &str) -> String {
    EmergencyContact::from_code(code).map_or_else(|_| "nobody".to_owned(), |contact| contact_line(&contact))
}
/// An order.
#[must_use]
pub fn contact_order(people: &[(ContactId, String)], code: &str) -> String {
    let order = emergency::order_from_code(code).unwrap_or_default();
    let name = |id: &ContactId| {
        let known = people.iter().find(|(known, _)| known == id);
        known.map_or("somebody who is not there any more", |(_, name)| name.as_str())
    };
    order.iter().map(name).collect::<Vec<_>>().join(", ")
}
/// Home: heading of the card.
pub const ANSWERED: &str = "Your practice looked at your changes";
/// Home: of how many something became.
#[must_use]
pub fn answered(count: u32) -> String {
    match count {
        1 => "See what became of one change you asked for.".to_owned(),
        many => format!("See what became of {many} changes you asked for."),
    }
}
/// Home: button.
pub const TO_DETAILS: &str = "Go to the details";
/// Home: button.
pub const TO_CONTACTS: &str = "Go to the emergency contacts";
/// Under a page that was left open: something came.
pub const SOMETHING_NEW: &str = "There is something new: look on Home";
/// Link.
pub const HELP: &str = "Help";

// Whom to call in an emergency
/// The page's title, and a card of the details.
pub const CONTACTS: &str = "Emergency contacts";
/// Lead.
pub const CONTACT_LEAD: &str = "Whom your practice calls when something happens to you, the first one first.";
/// Lead, for somebody else's record.
pub const CONTACT_LEAD_OTHER: &str = "Whom the practice calls when something happens to them, the first one first.";
/// Under it.
pub const CONTACT_BY_APPROVAL: &str = "Your practice looks at each change before it counts.";
/// Empty.
pub const NO_CONTACTS: &str = "Nobody is named yet";
/// Under it.
pub const NO_CONTACTS_TEXT: &str = "Name somebody who lives near, and who knows that you name them.";
/// Under it, where nothing can be changed.
pub const NO_CONTACTS_TO_READ: &str = "Your practice knows of nobody to call.";
/// Button, and the page behind it.
pub const ADD_CONTACT: &str = "Add somebody";
/// On the card: what was asked for is not decided about.
pub const CONTACTS_WAIT: &str = "Changes of these wait for the practice.";
/// The way to the page.
pub const CHANGE_CONTACT: &str = "Change emergency contacts";
/// The way to the page, for who may look only.
pub const SEE_CONTACT: &str = "See emergency contacts";
/// Field.
pub const CONTACT_NAME: &str = "Name";
/// Field.
pub const CONTACT_RELATIONSHIP: &str = "Who they are to you";
/// Field, for somebody else's record.
pub const CONTACT_RELATIONSHIP_OTHER: &str = "Who they are to the patient";
/// Hint.
pub const CONTACT_RELATIONSHIP_HINT: &str = "Such as mother, partner, neighbour.";
/// Field.
pub const CONTACT_PHONE: &str = "Telephone";
/// The page that changes one.
pub const EDIT_CONTACT: &str = "Change an emergency contact";
/// Link.
pub const EDIT_ONE: &str = "Change";
/// Button.
pub const CALL_EARLIER: &str = "Call earlier";
/// Its name among many.
#[must_use]
pub fn call_earlier(name: &str) -> String {
    format!("Call {name} earlier")
}
/// A link's name among many.
#[must_use]
pub fn edit_contact(name: &str) -> String {
    format!("Change {name}")
}
/// Asks.
#[must_use]
pub fn remove_contact_named(name: &str) -> String {
    format!("Take {name} off the list")
}
/// Under it.
pub const REMOVE_CONTACT_TEXT: &str = "They are not called in an emergency any more.";
/// Button.
pub const REMOVE_CONTACT: &str = "Take off the list";
/// Asks, of somebody who is not there yet.
#[must_use]
pub fn take_back_contact(name: &str) -> String {
    format!("Do not ask for {name}")
}
/// Under it.
pub const TAKE_BACK_CONTACT_TEXT: &str = "Your practice is not asked to add them.";
/// Button.
pub const TAKE_BACK_CONTACT: &str = "Take it back";
/// After the moment: what waits is that somebody is not called any more.
pub const TO_BE_REMOVED: &str = "You asked to take them off the list: they are called until the practice accepts.";
/// After the moment: they are to be called, and are not yet.
pub const TO_BE_ADDED: &str = "They are not called until the practice accepts.";
/// After the moment: what was wanted was that somebody is not called any more.
pub const NOT_REMOVED: &str = "You had asked to take them off the list.";
/// After the moment: the practice did not add them.
pub const NOT_ADDED: &str = "They are not called.";
/// Before the moment, above the list.
pub const ORDER_WAITS: &str = "The order you asked for waits for the practice since";
/// Before the moment, above the list.
pub const ORDER_REJECTED: &str = "The order you asked for was not accepted on";
/// After it: whom the practice calls until then; nothing when it knows of nobody.
#[must_use]
pub fn still_calls(names: &str) -> String {
    if names.is_empty() { String::new() } else { format!("Until it accepts it calls: {names}.") }
}
/// With the reason, if there is one.
#[must_use]
pub fn and_why(text: &str, reason: &str) -> String {
    if reason.is_empty() { text.to_owned() } else { format!("{text} {reason}") }
}
/// One contact in a line.
#[must_use]
pub fn contact_line(contact: &EmergencyContact) -> String {
    let EmergencyContact { name, relationship, phone } = contact;
    format!("{name} ({relationship}), {phone}")
}

// Forms
/// A page, and a way.
pub const FORMS: &str = "Forms";
/// Under the heading.
pub const FORMS_LEAD: &str = "What your practice asks you to fill in, and what you gave back.";
/// The place on Home, and its empty state.
pub const FORMS_PLACE: PlaceWords = PlaceWords {
    title: "Forms",
    card: "Fill in what your practice asks, and read what you gave back.",
    empty: "No forms here yet",
    will: "When your practice asks you to fill in a form, it stands here. What you have returned stays here too, to read \
           and to print.",
    now: "You do not need to do anything now.",
};
/// Home: heading of the card.
pub const ASKED_OF_YOU: &str = "Asked of you";
/// Home: what waits.
#[must_use]
pub fn forms_wait(count: i64) -> String {
    match count {
        1 => "One form waits for you to fill in.".to_owned(),
        many => format!("{many} forms wait for you to fill in."),
    }
}
/// Home: the way there.
pub const TO_FORMS: &str = "Go to your forms";
/// Heading.
pub const ASKED: &str = "To fill in";
/// Heading.
pub const RETURNED: &str = "Returned";
/// Before the moment.
pub const ASKED_ON: &str = "Asked on";
/// Before the moment.
pub const STARTED_ON: &str = "Not returned yet. Saved on";
/// Before the moment.
pub const RETURNED_ON: &str = "Returned on";
/// Before the moment.
pub const WITHDRAWN_ON: &str = "Taken back on";
/// The way to more.
pub const EARLIER_FORMS: &str = "Earlier forms";
/// The way back.
pub const ALL_FORMS: &str = "All forms";
/// Under a form's heading.
#[must_use]
pub fn form_of(practice: &str) -> String {
    format!("A form of {practice}")
}
/// Heading over the practice's message.
pub const THEY_SAY: &str = "What your practice says";
/// Before the moment.
pub const SAVED_ON: &str = "You began to fill this in. It was saved on";
/// After it.
pub const SAVED_MORE: &str = "Your practice sees it only when you return it.";
/// Before the moment.
pub const RETURNED_BY_YOU: &str = "You returned this form on";
/// Before the moment.
pub const TAKEN_BACK: &str = "Your practice took this form back on";
/// After it.
pub const TAKEN_BACK_MORE: &str = "You do not need to fill it in.";
/// Button.
pub const SAVE_FOR_LATER: &str = "Save and go on later";
/// Button.
pub const RETURN_FORM: &str = "Return to the practice";
/// What is wrong: heading.
pub const FORM_NOT_RETURNED: &str = "The form is not returned yet";
/// What is wrong.
pub const FORM_NOT_RETURNED_LEAD: &str = "What you typed is saved. Please look at these, then return it again:";
/// For who may look only.
pub const FORM_NOT_YOURS: &str = "You may look at this record but not act for the patient, so you cannot fill this in.";
/// What is wrong: heading.
pub const FORM_NOT_KEPT: &str = "This could not be saved";
/// What is wrong.
pub const FORM_NOT_KEPT_LEAD: &str =
    "What was sent does not fit this form. Please fill it in on this page, and send it again.";

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

// Who can see a record
/// Heading, and the way there.
pub const PEOPLE: &str = "People who can see this record";
/// Lead.
#[must_use]
pub fn people_lead(shown: &str, kind: Kind) -> String {
    match kind {
        Kind::Own => "Besides you and your practice. You decide, and can take it back at any time.".to_owned(),
        Kind::Contact | Kind::Other => {
            format!("Who can see the record of {shown} besides you and the practice. You can take back what you gave.")
        }
    }
}
/// Heading.
pub const PEOPLE_NOW: &str = "Now";
/// Empty state.
pub const NO_PEOPLE: &str = "Nobody else";
/// Empty state.
pub const NO_PEOPLE_TEXT: &str = "You can let somebody you trust see this record: everything that is shared, or appointments \
                                  and invoices only.";
/// Button, and heading.
pub const LET_SOMEBODY_IN: &str = "Let somebody see it";
/// When the practice has turned invitations off.
pub const NOBODY_LETS_IN: &str = "Nobody can be invited at the moment";
/// What to do.
pub const NOBODY_LETS_IN_TEXT: &str = "Your practice has turned invitations off. Ask them.";
/// The list of those who could see it.
#[must_use]
pub fn people_before(count: usize) -> String {
    if count == 1 {
        "1 person who could see it before".to_owned()
    } else {
        format!("{count} people who could see it before")
    }
}
/// Who somebody is.
#[must_use]
pub fn who(relationship: &str, email: &str) -> String {
    [relationship, email].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ")
}
/// By whom.
pub const LET_IN_BY_YOU: &str = "Let in by you";
/// By whom.
#[must_use]
pub fn let_in_by(name: Option<&str>) -> String {
    name.map_or_else(|| "Let in by your practice".to_owned(), |name| format!("Let in by {name}"))
}
/// How much somebody sees.
#[must_use]
pub const fn level(level: Level) -> &'static str {
    match level {
        Level::Clinical => "Everything that is shared",
        Level::Administrative => "Appointments and invoices",
    }
}
/// What somebody may do.
#[must_use]
pub const fn role(role: Role) -> &'static str {
    match role {
        Role::View => "Look only",
        Role::Edit => "Look and act for the patient",
    }
}
/// How far somebody's access reaches.
#[must_use]
pub fn may(seen: Level, done: Role) -> String {
    format!("{}: {}", level(seen), role(done).to_lowercase())
}
/// How far one's own access reaches.
#[must_use]
pub fn you_may(reach: Reach) -> String {
    format!("You see: {}", may(reach.level, reach.role).to_lowercase())
}
/// Until when.
#[must_use]
pub fn until(last_day: Option<Date>, steps_down_on: Option<Date>) -> String {
    match (last_day, steps_down_on) {
        (None, None) => "No end".to_owned(),
        (Some(last), None) => format!("Until {}", last.long()),
        (None, Some(narrows)) => format!("From {} appointments and invoices only", narrows.long()),
        (Some(last), Some(narrows)) => {
            format!("From {} appointments and invoices only; until {}", narrows.long(), last.long())
        }
    }
}
/// On Home: what will change by itself.
#[must_use]
pub fn ending(last_day: Option<Date>, steps_down_on: Option<Date>) -> Option<String> {
    match (last_day, steps_down_on) {
        (None, None) => None,
        (Some(last), None) => {
            Some(format!("You can see this record until {}. Then your access ends by itself.", last.long()))
        }
        (None, Some(narrows)) => Some(format!("From {} on you see appointments and invoices only.", narrows.long())),
        (Some(last), Some(narrows)) => Some(format!(
            "From {} on you see appointments and invoices only, and after {} your access ends by itself.",
            narrows.long(),
            last.long()
        )),
    }
}
/// A state.
pub const PENDING: &str = "Invited";
/// A state.
pub const NOT_REACHED: &str = "Not answered";
/// A state.
pub const CAN_SEE: &str = "Can see it";
/// A state.
pub const SUSPENDED: &str = "Stopped by the practice";
/// A state.
pub const ENDED: &str = "Ended";
/// Button.
pub const SEND_AGAIN: &str = "Send the invitation again";
/// The button's whole name.
#[must_use]
pub fn send_again_to(name: &str) -> String {
    format!("Send the invitation to {name} again")
}
/// What opens the question.
#[must_use]
pub fn end_of(name: &str) -> String {
    format!("End the access of {name}")
}
/// What it means.
pub const END_TEXT: &str =
    "They cannot open this record any more, from this moment on. To let them in again you invite them again.";
/// Button.
pub const END: &str = "End it now";
/// What opens the question.
#[must_use]
pub fn take_back_of(name: &str) -> String {
    format!("Take back the invitation of {name}")
}
/// What it means.
pub const TAKE_BACK_TEXT: &str = "The link in their email stops working at once.";
/// Button.
pub const TAKE_BACK: &str = "Take it back";
/// After somebody was invited.
pub const PERSON_INVITED: &str = "The invitation is on its way. When they accept it they can see this record.";
/// After a new link was sent.
pub const PERSON_SENT_AGAIN: &str = "A new invitation is on its way. The earlier link does not work any more.";
/// After somebody's access was ended.
pub const PERSON_ENDED: &str = "Done. They cannot open this record any more.";
/// Lead of the form.
#[must_use]
pub fn let_in_lead(shown: &str, kind: Kind) -> String {
    match kind {
        Kind::Own => "They get an email with a link, and use an account of their own.".to_owned(),
        Kind::Contact | Kind::Other => {
            format!("To the record of {shown}. They get an email with a link, and use an account of their own.")
        }
    }
}
/// A field's label.
pub const THEIR_NAME: &str = "Their name";
/// A field's label.
pub const THEIR_RELATIONSHIP: &str = "Who they are to the patient";
/// Help.
pub const THEIR_RELATIONSHIP_HINT: &str = "Such as grandmother or carer.";
/// A field's label.
pub const THEIR_EMAIL: &str = "Their email";
/// A field's label.
pub const EMAIL_AGAIN: &str = "Confirm email";
/// A field's label.
pub const THEY_SEE: &str = "They see";
/// A field's label.
pub const THEY_MAY: &str = "They may";
/// A field's label.
pub const LAST_DAY: &str = "Until";
/// Help.
pub const LAST_DAY_HINT: &str = "The last day. Leave it empty for no end.";
/// Before sending.
pub const LET_IN_WARNING: &str = "Whoever reads this mailbox can see private health information. Check the address.";
/// Button.
pub const SEND_INVITATION: &str = "Send the invitation";
/// Heading.
pub const RECORDS_YOU_SEE: &str = "Records you can see";
/// What opens the question.
#[must_use]
pub fn leave_record_of(shown: &str) -> String {
    format!("Give up the record of {shown}")
}
/// What it means.
pub const LEAVE_RECORD_TEXT: &str = "You cannot open it any more, and whoever you let in cannot either. Only the practice or the patient can \
                                     let you in again.";
/// Button.
pub const LEAVE_RECORD: &str = "Give it up";
/// After it was given up.
pub const RECORD_LEFT: &str = "Done. You cannot open that record any more.";

// Who looked at a record
/// Heading, and the way there.
pub const ACCESS_LOG: &str = "Who looked at this record";
/// Lead.
#[must_use]
pub fn access_log_lead(shown: &str, kind: Kind) -> String {
    match kind {
        Kind::Own => "Everybody who opened or changed it, at your practice and in the portal, latest first.".to_owned(),
        Kind::Contact | Kind::Other => format!(
            "Everybody who opened or changed the record of {shown}, at the practice and in the portal, latest first."
        ),
    }
}
/// Empty state.
pub const NO_VISITS: &str = "Nobody yet";
/// Empty state.
pub const NO_VISITS_TEXT: &str = "When somebody opens this record, you see here who it was, when, and what they did.";
/// Empty state of a further page.
pub const NO_EARLIER_VISITS: &str = "Nothing earlier";
/// Empty state of a further page.
pub const NO_EARLIER_VISITS_TEXT: &str = "This is where the record begins.";
/// Empty state of a page on which everything was left out.
pub const NO_VISITS_HERE: &str = "Only you, for a while";
/// Empty state of a page on which everything was left out.
pub const NO_VISITS_HERE_TEXT: &str = "Your own visits are left out. Go on to what was earlier.";
/// The way on.
pub const EARLIER_VISITS: &str = "Earlier";
/// The way back.
pub const LATEST_VISITS: &str = "Latest";
/// Heading.
pub const UNEXPECTED: &str = "Somebody you did not expect?";
/// What to do.
pub const UNEXPECTED_TEXT: &str = "Ask the practice. They can tell you why it was needed.";
/// What is not here.
pub const ACCESS_LOG_NOTE: &str =
    "Your own visits to the portal are left out, and lists in which only a name was shown.";

/// Who somebody was.
#[must_use]
pub fn visitor(who: &Visitor) -> String {
    match who {
        Visitor::You => "You".to_owned(),
        Visitor::User { name, .. } | Visitor::PortalUser { name, .. } => name.clone(),
        Visitor::Somebody => "Somebody in the portal".to_owned(),
        Visitor::Program => "The practice’s system".to_owned(),
    }
}

/// What they are; nothing when there is nothing to say.
#[must_use]
pub fn visitor_more(who: &Visitor) -> String {
    match who {
        Visitor::User { profession, role, .. } if profession.is_empty() => match role {
            user::Role::Practitioner => "Practitioner".to_owned(),
            user::Role::Administrator => "Works at the practice".to_owned(),
        },
        Visitor::User { profession, .. } => profession.clone(),
        Visitor::PortalUser { relationship, .. } if relationship.is_empty() => "In the portal".to_owned(),
        Visitor::PortalUser { relationship, .. } => format!("{relationship} · in the portal"),
        Visitor::You | Visitor::Somebody | Visitor::Program => String::new(),
    }
}

/// What they did.
#[must_use]
pub const fn visit(what: Action, part: Part) -> &'static str {
    match what {
        Action::PatientViewed => match part {
            Part::Profile => "Opened the profile",
            Part::Contacts => "Opened the contacts",
            Part::Funding => "Opened who pays",
            Part::Background => "Opened who pays and daily life",
            Part::Practitioners => "Looked at which practitioners this record is open to",
        },
        Action::PatientAdded => "Started this record",
        Action::PatientChanged => "Changed details",
        Action::OwnProfileViewed => "Opened the details",
        Action::UpdateAsked => "Changed details in the portal",
        Action::UpdateTakenBack => "Took back a change of details",
        Action::UpdatesViewed => "Looked at the changes made in the portal",
        Action::UpdateApproved => "Accepted a change of details",
        Action::UpdateRejected => "Did not accept a change of details",
        Action::UpdateUndone => "Took back a decision about a change of details",
        Action::ContactAdded => "Added a contact",
        Action::ContactChanged => "Changed a contact",
        Action::ContactRemoved => "Removed a contact",
        Action::InvitationMade => "Invited somebody to the portal",
        Action::InvitationResent => "Sent an invitation to the portal again",
        Action::InvitationRevoked => "Took back an invitation to the portal",
        Action::InvitationAccepted => "Accepted an invitation to the portal",
        Action::InvitationsViewed => "Looked at the invitations to the portal",
        Action::PortalUsersViewed => "Looked at who can see this record",
        Action::PortalUserSearched => "Looked up an email address for an invitation",
        Action::GrantChanged => "Changed what somebody can see in the portal",
        Action::GrantSuspended => "Stopped somebody’s access to the portal",
        Action::GrantRestored => "Gave somebody’s access to the portal back",
        Action::GrantEnded => "Ended an access to the portal",
        Action::PortalHomeViewed => "Opened this record in the portal",
        Action::AccessLogViewed => "Looked at this list",
        Action::FormSent => "Sent a form",
        Action::FormWithdrawn => "Took a form back",
        Action::NotesListed => "Looked at the list of notes",
        Action::DocumentsListed => "Looked at the list of documents",
        Action::DocumentViewed => "Read a document",
        Action::RecordPrinted => "Made a file of a note or a document",
        Action::ActivitiesListed => "Looked at the list of home activities",
        Action::ActivityViewed => "Looked at a home activity",
        Action::ActivityAssigned => "Assigned a home activity",
        Action::ActivityChanged => "Changed a home activity",
        Action::ActivityEnded => "Ended a home activity",
        Action::ActivityWithdrawn => "Took a home activity back",
        Action::ActivityDone => "Ticked a home activity off",
        Action::ConversationBegun => "Began a conversation",
        Action::ConversationViewed => "Read messages",
        Action::MessageSent => "Sent a message",
        Action::MessageWithdrawn => "Withdrew a message",
        Action::ConversationSettled => "Closed a question without an answer",
        Action::ChatSwitched => "Switched messages on or off",
        Action::ActivityNotDone => "Took back that a home activity was done",
        Action::RecordDownloaded => "Downloaded the whole record",
        Action::FilesListed => "Looked at the list of files",
        Action::FileAdded => "Added a file",
        Action::FileOpened => "Opened a file",
        Action::FileRemoved => "Removed a file",
        Action::NoteViewed => "Read notes",
        Action::FormsListed => "Looked at the list of forms",
        Action::FormViewed => "Read a form",
        Action::FormPrinted => "Made a file of a returned form",
        Action::FormReturned => "Returned a form",
        Action::PatientGranted => "Opened this record to a practitioner",
        Action::PatientHidden => "Hid this record from a practitioner",
        Action::PatientAccessUndone => "Undid what was set for a practitioner",
        Action::EmergencyOpened => "Opened this record in an emergency",
        Action::EmergencyEnded => "Closed this record, which had been opened in an emergency",
        Action::HistoryViewed => "Looked at what was done with this record",
        Action::HistoryExported => "Made a file of what was done with this record",
        // Not told: `domain::access_log::is_told`.
        _ => SOMETHING_ELSE,
    }
}

/// Beside what was looked at because of an emergency only.
pub const IN_EMERGENCY: &str = "In an emergency";

const SOMETHING_ELSE: &str = "Did something else with this record";

#[cfg(test)]
mod tests {
    use domain::access_log::is_told;

    use super::*;

    // B-01: whatever the log tells of has words of its own.
    #[test]
    fn every_visit_has_words() {
        let mut said: Vec<_> = Action::ALL
            .into_iter()
            .filter(|action| is_told(*action))
            .map(|action| visit(action, Part::Profile))
            .collect();
        assert!(said.len() > 30 && !said.contains(&SOMETHING_ELSE), "{said:?}");
        let told = said.len();
        said.sort_unstable();
        said.dedup();
        assert_eq!(said.len(), told, "two say the same");
        for action in Action::ALL.into_iter().filter(|action| !is_told(*action)) {
            assert_eq!(visit(action, Part::Profile), SOMETHING_ELSE, "{action:?} is never shown");
        }
    }
}
