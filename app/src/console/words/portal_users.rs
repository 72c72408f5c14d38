//! Words about portal users: who may act for a patient, how far, and until when.

use domain::{
    grant::{Kind, Level, Role},
    time::Date,
};

pub const INVITE_TO_PORTAL_BUTTON: &str = "Invite to Portal";
pub const NO_EMAIL_TO_INVITE: &str = "No email to invite";
pub const INVITE_CONTACT: &str = "Invite Contact";
pub const INVITE_TO_RECORD_OF: &str = "to see the record of";
pub const INVITE_SOMEBODY_TO: &str = "You are inviting somebody to see the record of";
pub const INVITATION_GOES_TO: &str = "The invitation goes to";
pub const CHECK_ADDRESS: &str = "Is this the right address?";
pub const ADDRESS_IS_RIGHT: &str = "I have checked it. It is right.";

pub const INTAKE_FORMS: &str = "Intake Forms to send along";
pub const INTAKE_FORMS_MESSAGE: &str = "Intake Forms Message";
pub const INTAKE_FORMS_MESSAGE_HINT: &str = "They read it in the portal, over the forms.";

pub const PORTAL_SETTINGS: &str = "Portal settings";
pub const PORTAL_USERS: &str = "Portal Users";
pub const PORTAL_USERS_TEXT: &str = "Who can open this patient's record in the portal, or was invited to.";
pub const NO_PORTAL_USERS: &str = "Nobody yet.";
pub const ADD_PORTAL_USER: &str = "Add Portal User";
pub const SAVE_PORTAL_USER: &str = "Save Portal User";
pub const LINK_BY_EMAIL: &str = "Link User by Email";
pub const LINK_BY_EMAIL_HINT: &str =
    "Does somebody use the portal of another of your patients already? Find them by their whole address.";
pub const FIND: &str = "Find";
pub const USES_PORTAL_HERE: &str = "already uses the portal here.";
pub const LINK_TO_PATIENT: &str = "Link to this patient";

pub const SEES: &str = "Sees";
pub const MAY_DO: &str = "May";
pub const MANAGES: &str = "May let others see this record";
pub const MANAGES_HINT: &str =
    "For a parent of a child. It ends as soon as the patient uses the portal with an account of their own.";
pub const MANAGES_SHORT: &str = "May let others in";
pub const ACCESS_UNTIL: &str = "Access until";
pub const ACCESS_UNTIL_HINT: &str = "The last day. Leave it empty for no end.";
pub const CHANGE: &str = "Change";
pub const SUSPEND: &str = "Suspend";
pub const RESTORE: &str = "Restore";
pub const SUSPENDED: &str = "Suspended";
pub const ENDED: &str = "Ended";
pub const SUSPEND_TEXT: &str = "They are out at once, on every device, and so is whoever they let in. You can restore it at any \
                                time; whom they let in has to be invited again.";
pub const SUSPEND_BUTTON: &str = "Suspend access";
pub const ACCESS_SUSPENDED: &str = "Access suspended";
pub const A_PORTAL_USER: &str = "in the portal";

pub const STEPS_DOWN: &str = "Others see appointments and invoices only, from age";
pub const STEPS_DOWN_HINT: &str =
    "For parents and others who were let in before that birthday. From 1 to 30; empty is never.";
pub const GROWN_UP: &str = "The access of others ends at age";
pub const GROWN_UP_HINT: &str =
    "Those who use the portal are told by email up to a month before. From 1 to 30; empty is never.";

/// At what age something happens, as a setting shows it.
pub fn at_age(age: Option<u8>) -> String {
    age.map_or_else(|| "Never".to_owned(), |age| format!("At {age} years"))
}

/// How much somebody sees.
pub const fn sees(level: Level) -> &'static str {
    match level {
        Level::Clinical => "All that is shared",
        Level::Administrative => "Appointments and invoices",
    }
}

/// What somebody may do.
pub const fn may_do(role: Role) -> &'static str {
    match role {
        Role::Edit => "Look and act",
        Role::View => "Look only",
    }
}

/// Who somebody is to the patient.
pub fn who_they_are(kind: Kind, relationship: &str) -> String {
    match kind {
        Kind::Own => "The patient".to_owned(),
        Kind::Contact if relationship.is_empty() => "Contact".to_owned(),
        Kind::Contact => format!("Contact: {relationship}"),
        Kind::Other if relationship.is_empty() => "Not a contact".to_owned(),
        Kind::Other => relationship.to_owned(),
    }
}

/// Until when somebody's access lasts.
pub fn until(last_day: Option<Date>, steps_down_on: Option<Date>) -> String {
    let narrows = steps_down_on.map(|day| format!("From {} appointments and invoices", day.long()));
    match (last_day, narrows) {
        (None, None) => "No end".to_owned(),
        (Some(day), None) => format!("Until {}", day.long()),
        (None, Some(narrows)) => narrows,
        (Some(day), Some(narrows)) => format!("{narrows}; until {}", day.long()),
    }
}

/// What the group's rules will do to the access of others.
pub fn age_rules(steps_down_on: Option<Date>, grown_up_on: Option<Date>) -> Option<String> {
    let narrows = |day: Date| format!("from {} they see appointments and invoices only", day.long());
    let ends = |day: Date| format!("it ends on {}", day.long());
    Some(match (steps_down_on.map(narrows), grown_up_on.map(ends)) {
        (None, None) => return None,
        (Some(one), None) | (None, Some(one)) => format!("By your practice's age rules {one}."),
        (Some(narrows), Some(ends)) => format!("By your practice's age rules {narrows}, and {ends}."),
    })
}

/// The name of the button.
pub fn invite_named(name: &str) -> String {
    format!("Invite {name} to the portal")
}

/// Nobody whom the reader could know has this address.
pub fn nobody_found(email: &str) -> String {
    format!("Nobody you know of uses the portal here with {email}. You can add them by name and address.")
}

/// Who let somebody in.
pub fn let_in_by(name: &str) -> String {
    format!("Let in by {name}")
}

/// The name of the button, and the dialog's title.
pub fn change_access_of(name: &str) -> String {
    format!("Change the access of {name}")
}

/// The name of the button.
pub fn suspend_access_of(name: &str) -> String {
    format!("Suspend the access of {name}")
}

/// The name of the button.
pub fn restore_access_of(name: &str) -> String {
    format!("Restore the access of {name}")
}

/// The question.
pub fn suspend_title(name: &str) -> String {
    format!("Suspend the access of {name}?")
}

/// It is done.
pub fn access_restored(name: &str) -> String {
    format!("{name} can open the record again")
}
