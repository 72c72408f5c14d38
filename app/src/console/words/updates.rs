//! Words about what patients change in their own record.

use domain::{
    access_log::Visitor,
    emergency::{self, EmergencyContact},
    grant::Kind,
    ids::ContactId,
    limits,
    person::Gender,
    profile_history::What,
    time::Date,
    update::{Field, Mode, NOT_CALLED, Outcome, Subject, Topic, Update, Waiting},
};

use super::{CITY, COUNTRY, EMAIL, GENDER, MOBILE, OTHER_PHONE, POSTCODE, PREFERRED, REGION, STREET};

pub const UPDATES: &str = "Updates";
pub const UPDATES_TEXT: &str = "What the patient, or somebody who acts for them, changed in the portal. Each change waits here until \
                                somebody decides; until then the record stays as it is.";
pub const NO_UPDATES: &str = "Nothing waits";
pub const NO_UPDATES_TEXT: &str =
    "When the patient changes something in the portal, you decide here whether the record follows.";
pub const IN_THE_RECORD: &str = "In the record";
pub const WANTED: &str = "Asked for";
pub const APPROVE: &str = "Approve";
pub const REJECT_CHANGE: &str = "Reject";
pub const EDIT_AND_APPROVE: &str = "Edit";
pub const TAKE_THEIRS: &str = "Take the patient\u{2019}s";
pub const KEEP_OURS: &str = "Keep ours";
pub const APPROVE_ALL: &str = "Approve all";
pub const NOTHING: &str = "nothing";
pub const REJECT_TITLE: &str = "Reject this change?";
pub const REJECT_TEXT: &str =
    "The record stays as it is. The patient reads in the portal that it was not accepted, and why.";
pub const REASON: &str = "Reason";
pub const REASON_HINT: &str = "The patient reads it. Such as: this number has a digit too few.";
pub const EDIT_TITLE: &str = "Write something else";
pub const EDIT_TEXT: &str =
    "The record gets what you write here. The patient reads that the practice changed it itself.";
pub const DECIDED: &str = "Decided";
pub const DECIDED_EMPTY: &str = "No change was decided about yet.";
pub const OUTCOME: &str = "What became of it";
pub const UNDO: &str = "Undo";
pub const APPROVED: &str = "Approved";
pub const REJECTED: &str = "Rejected";
pub const UNDONE: &str = "Taken back: it waits again";

pub const ACCESS_OVER: &str = "Whoever asked for this cannot open the record any more. Make sure that the patient wants it, before you approve it.";

pub const FUNDING: &str = "Who pays";
pub const SOCIAL_HISTORY: &str = "Social history";
pub const EDIT_BACKGROUND: &str = "Edit funding and social history";
pub const EDIT_FUNDING: &str = "Edit funding";

pub const PATIENT_UPDATES: &str = "Patient Updates";
pub const PATIENT_UPDATES_HINT: &str = "What becomes of a change that a patient makes to their details in the portal.";
pub const WAITING_UPDATES: &str = "Changes that wait";

/// What a field is called.
pub const fn field(field: Field) -> &'static str {
    match field {
        Field::Preferred => PREFERRED,
        Field::Gender => GENDER,
        Field::Mobile => MOBILE,
        Field::Phone => OTHER_PHONE,
        Field::Email => EMAIL,
        Field::Street => STREET,
        Field::City => CITY,
        Field::Region => REGION,
        Field::Country => COUNTRY,
        Field::Postcode => POSTCODE,
        Field::Fund => "Health fund",
        Field::FundNumber => "Fund member number",
        Field::Scheme => "Scheme",
        Field::SchemeNumber => "Card or claim number",
        Field::Occupation => "Work or school",
        Field::Living => "Living situation",
        Field::Smoking => "Smoking",
        Field::Alcohol => "Alcohol",
        Field::Activity => "Physical activity",
        Field::SocialMore => "Anything else",
    }
}

/// What a change is about.
pub const fn topic(topic: Topic) -> &'static str {
    match topic {
        Topic::Field(field) => self::field(field),
        Topic::Contact => "Emergency contact",
        Topic::Order => "Whom to call first",
    }
}

/// The same, and of several contacts which one.
pub fn subject(update: &Update) -> String {
    let name = [&update.wanted, &update.had].into_iter().find_map(|code| EmergencyContact::from_code(code).ok());
    let topic = topic(update.subject.topic());
    match name {
        Some(contact) => format!("{topic}: {}", contact.name),
        None => topic.to_owned(),
    }
}

/// Somebody who is in an order and not in the record.
const NOT_HERE: &str = "somebody who is not in the record";

/// A value of it, as people read it. `people`: names of those whom an order names.
pub fn value(subject: Subject, people: &[(ContactId, String)], value: &str) -> String {
    match subject {
        Subject::Field(field) => field_value(field, value),
        Subject::Contact(_) => {
            let (code, kept) = match value.strip_suffix(NOT_CALLED) {
                Some(code) => (code, "\n(a contact, not called in an emergency)"),
                None => (value, ""),
            };
            match EmergencyContact::from_code(code) {
                Ok(EmergencyContact { name, relationship, phone }) => format!("{name} ({relationship})\n{phone}{kept}"),
                Err(_) => NOBODY.to_owned(),
            }
        }
        Subject::Order => {
            let order = emergency::order_from_code(value).unwrap_or_default();
            let name = |id: &ContactId| people.iter().find(|(known, _)| known == id).map_or(NOT_HERE, |(_, name)| name);
            let lines: Vec<_> = order.iter().enumerate().map(|(at, id)| format!("{}. {}", at + 1, name(id))).collect();
            if lines.is_empty() { NOBODY.to_owned() } else { lines.join("\n") }
        }
    }
}

/// In place of a contact.
const NOBODY: &str = "nobody";

/// Another name for somebody who is written to.
pub const SOMEBODY_ELSE: &str = "The practice has an email address for this contact, and it stays. If this is another person, reject the change and put the \
     contacts right yourself: an invitation would go to the old address.";

/// An order names somebody about whom nobody has decided yet.
pub const PEOPLE_FIRST: &str =
    "This order names somebody who is not in the record yet. Decide about them first: then they get their place.";

/// A value of it, as people read it.
pub fn field_value(field: Field, value: &str) -> String {
    match field {
        Field::Gender => Gender::from_code(value).map_or(NOTHING, super::gender).to_owned(),
        _ if value.is_empty() => NOTHING.to_owned(),
        _ => value.to_owned(),
    }
}

/// Who asked.
pub fn asked_by(email: &str, kind: Kind) -> String {
    match kind {
        Kind::Own => format!("by the patient ({email})"),
        Kind::Contact => format!("by a contact ({email})"),
        Kind::Other => format!("by somebody who acts for them ({email})"),
    }
}

/// A button's name among many.
pub fn of_change(button: &str, update: &Update) -> String {
    format!("{button}: {}", subject(update))
}

/// What the patient saw, where the record says something else by now.
pub fn conflict(saw: &str) -> String {
    format!("This was changed here since the patient looked. They saw: {saw}. Nothing is overwritten until you choose.")
}

/// What became of several: how many were decided about, and how many were left.
fn settled(done: usize, left: usize, one: &str, many: &str, none: &str) -> String {
    let done = match done {
        0 => none.to_owned(),
        1 => one.to_owned(),
        done => format!("{done} {many}"),
    };
    match left {
        0 => done,
        1 => format!("{done} One was left: it needs a look, or somebody was faster."),
        left => format!("{done} {left} were left: they need a look each, or somebody was faster."),
    }
}

/// How many were approved.
pub fn approved_some(done: usize, left: usize) -> String {
    settled(done, left, "One change is approved.", "changes are approved.", "None was approved.")
}

/// How many were not accepted.
pub fn rejected_some(done: usize, left: usize) -> String {
    settled(done, left, "One change is not accepted.", "changes are not accepted.", "None was rejected.")
}

/// How many decisions were taken back.
pub fn undone_some(done: usize, left: usize) -> String {
    settled(done, left, "Taken back: it waits again.", "are taken back: they wait again.", "None was taken back.")
}

pub const QUEUE: &str = "Changes from patients";
pub const NO_QUEUE_TEXT: &str =
    "When a patient changes something in the portal and it waits for the practice, it stands here.";
pub const NO_UPDATES_OF_KIND: &str = "Nothing of this kind waits.";
pub const FILTER_QUEUE: &str = "Narrow the list";
pub const KIND_OF_CHANGE: &str = "Kind of change";
pub const EVERY_KIND: &str = "Every kind";
pub const WHOSE: &str = "Whose";
pub const ALL_PATIENTS_OF_GROUP: &str = "All patients";
pub const OWN_PATIENTS: &str = "Patients I treat";
pub const WHAT_CHANGES: &str = "What";
pub const APPROVE_TICKED: &str = "Approve these";
pub const REJECT_TICKED: &str = "Reject these";
pub const REJECT_MANY_TEXT: &str = "The records stay as they are. Each patient sees the reason.";
pub const IN_CONFLICT: &str = "Changed here meanwhile";
pub const ACCESS_IS_OVER: &str = "Access is over";
pub const QUEUE_CHANGED: &str = "Something came, or somebody decided meanwhile.";
pub const LOOK_AGAIN: &str = "Look again";
pub const ANOTHER_NAME: &str = "Another name, same address";
pub const NAMES_SOMEBODY_NEW: &str = "Names somebody new";
pub const YOUR_OWN: &str = "Your own";
pub const CHANGED_LATELY: &str = "What changed, and when";
pub const NO_CHANGES: &str = "Nothing was changed since the record was made, or since this list is kept.";
pub const BEFORE: &str = "Before";
pub const AFTER: &str = "After";
pub const BY: &str = "By";
pub const TO_QUEUE: &str = "Decide about them";

/// How many wait in all.
pub fn waiting_in_all(total: u32) -> String {
    match total {
        0 => NO_UPDATES.to_owned(),
        1 => "One waits".to_owned(),
        limits::QUEUE_COUNTED.. => format!("{total} wait, or more"),
        total => format!("{total} wait"),
    }
}

/// How many wait, on Home.
pub fn changes_wait(total: u32) -> String {
    match total {
        1 => "One change that a patient made in the portal waits for somebody to decide.".to_owned(),
        limits::QUEUE_COUNTED.. => {
            format!("{total} changes or more that patients made in the portal wait for somebody to decide.")
        }
        total => format!("{total} changes that patients made in the portal wait for somebody to decide."),
    }
}

/// How old a change is; nothing under a day, of which the time tells already.
pub fn age_of_change(days: i64) -> String {
    match days {
        ..1 => String::new(),
        1 => "(a day)".to_owned(),
        days => format!("({days} days)"),
    }
}

/// A tick's name.
pub fn tick_change(patient: &str, what: &str) -> String {
    format!("Tick {patient}: {what}")
}

/// How many are ticked.
pub fn changes_ticked(count: usize) -> String {
    match count {
        0 => "None ticked".to_owned(),
        1 => "One ticked".to_owned(),
        count => format!("{count} ticked"),
    }
}

/// The dialog that rejects many.
pub fn reject_many(count: usize) -> String {
    if count == 1 { "Reject one change?".to_owned() } else { format!("Reject {count} changes?") }
}

/// What was changed.
pub fn changed(what: What, before: &str, after: &str) -> String {
    match what {
        What::LegalName => "Legal name".to_owned(),
        What::BirthDate => super::BIRTH_DATE.to_owned(),
        What::Subject(subject) => {
            let name = [after, before].into_iter().find_map(|code| EmergencyContact::from_code(code).ok());
            match (subject, name) {
                (Subject::Contact(_), Some(contact)) => format!("{}: {}", topic(subject.topic()), contact.name),
                _ => topic(subject.topic()).to_owned(),
            }
        }
    }
}

/// A value of it.
pub fn changed_value(what: What, people: &[(ContactId, String)], value: &str) -> String {
    match what {
        What::LegalName | What::BirthDate if value.is_empty() => NOTHING.to_owned(),
        What::LegalName => value.to_owned(),
        What::BirthDate => value.parse::<Date>().map_or_else(|_| value.to_owned(), Date::long),
        What::Subject(subject) => self::value(subject, people, value),
    }
}

/// Who changed it, for the practice.
pub fn changed_by(by: &Visitor, approved_by: Option<&Visitor>) -> String {
    let who = |visitor: &Visitor| match visitor {
        Visitor::You => "you".to_owned(),
        Visitor::User { name, .. } => name.clone(),
        Visitor::PortalUser { name, relationship } if relationship.is_empty() => format!("{name}, in the portal"),
        Visitor::PortalUser { name, relationship } => format!("{name} ({relationship}), in the portal"),
        Visitor::Somebody => "somebody in the portal".to_owned(),
        Visitor::Program => "the program".to_owned(),
    };
    match approved_by {
        None => who(by),
        Some(user) => format!("{}; approved by {}", who(by), who(user)),
    }
}

/// The tab, with how many wait.
pub fn updates_tab(waiting: usize) -> String {
    if waiting == 0 { UPDATES.to_owned() } else { format!("{UPDATES} ({waiting})") }
}

/// The class, icon and word of an outcome.
pub const fn update_outcome(outcome: &Outcome) -> (&'static str, &'static str, &'static str) {
    match outcome {
        Outcome::Waiting => ("badge badge-info", "clock", "Waiting"),
        Outcome::Applied { .. } => ("badge badge-good", "check", "Written at once"),
        Outcome::Approved { .. } => ("badge badge-good", "check", APPROVED),
        Outcome::Rejected { .. } => ("badge badge-warn", "ban", REJECTED),
        Outcome::Superseded { .. } => ("badge", "undo-2", "Replaced or taken back"),
    }
}

/// The setting.
pub const fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Auto => "Auto update",
        Mode::Approval => "Require approval",
        Mode::Disabled => "Disabled",
    }
}

/// The setting, with what it means.
pub const fn mode_long(mode: Mode) -> &'static str {
    match mode {
        Mode::Auto => "Auto update: it is in the record at once",
        Mode::Approval => "Require approval: you approve or reject it first",
        Mode::Disabled => "Disabled: no changes are taken",
    }
}

/// What becomes of changes that wait.
pub const fn waiting(choice: Waiting) -> &'static str {
    match choice {
        Waiting::Keep => "Keep them waiting",
        Waiting::Apply => "Approve them all",
        Waiting::Reject => "Reject them all",
    }
}

/// How many wait, under the choice.
pub fn waiting_count(count: i64) -> String {
    match count {
        1 => "One change waits for somebody to decide.".to_owned(),
        1000.. => "1,000 changes or more wait for somebody to decide.".to_owned(),
        count => format!("{count} changes wait for somebody to decide."),
    }
}
