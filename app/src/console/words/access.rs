//! Words about users, access, locations, groups, and confirming that it is you.

use domain::{
    access::{Because, Relationship},
    location::OpeningHours,
    relationship::Wanted,
    user::{AccessSettings, Level, Offer, UserState},
};
use leptos::prelude::*;

pub use crate::words::{level, role};

// Confirm it is you.
pub const PROVE: &str = "Confirm that it is you";
pub const PROVE_TEXT: &str =
    "You signed in a while ago, and this matters. Type your password, then press the button below again.";
pub const PROVE_BEFORE_SHOWING: &str = "You opened more records within an hour than is usual. Confirm that it is you to go on; it is written down in the history.";
pub const SHOW_IT: &str = "Show it";
pub const YOUR_PASSWORD: &str = "Your password";

// Groups and invitations to join one.
pub const GROUPS: &str = "Practice groups";
pub const OFFERS: &str = "Practices that ask you to join";
pub const ACCEPT: &str = "Accept";
pub const REJECT: &str = "Reject";

/// The name of the switcher's button.
pub fn groups_menu(here: &str) -> String {
    format!("{here}: go to another practice group")
}

/// A practice asks one to join.
pub fn offer(offer: &Offer) -> String {
    format!("{} asks you to join as {} ({})", offer.group_name, role(offer.level.role()), level(offer.level))
}

pub const ASKED_UNPROVEN: &str = "A practice asks you to join. Prove first that this is your email.";
pub const PROOF_WHY: &str = "Somebody else added your email here. We mail you a link; by setting your password through it you \
     show that the mailbox is yours. Then you see who asks.";
pub const PROOF_SENT: &str = "A link is on its way to your email. It works for an hour.";
pub const PROOF_SEND: &str = "Mail me a link";
pub const PROOF_AGAIN: &str = "Mail it again";

/// The name of the button.
pub fn join_named(group: &str) -> String {
    format!("Accept and join {group}")
}

/// The name of the button.
pub fn decline_named(group: &str) -> String {
    format!("Reject the invitation of {group}")
}

/// It is done.
pub fn joined(group: &str) -> String {
    format!("You joined {group}. Go there by the switcher at the top.")
}

/// It is done.
pub fn declined(group: &str) -> String {
    format!("You did not join {group}")
}

// Tips.
pub const TIPS: &str = "Tips by mail";
pub const TIPS_TICK: &str = "Send me tips for the first days";
pub const TIPS_HINT: &str = "Two short mails when you are new. Nothing else is ever sent with them.";

// Users.
pub const USERS: &str = "Users";
pub const ADD_USER: &str = "Add user";
pub const EDIT_USER: &str = "Edit user";
pub const ABOUT_USER: &str = "About the user";
pub const FILTER_USERS: &str = "Filter the list of users";
pub const FIRST_OR_LAST: &str = "First or last name";
pub const EVERY_ROLE: &str = "Both roles";
pub const EVERY_STATE: &str = "Every state";
pub const NO_USER_MATCHES: &str = "Try fewer letters, both roles, or every state.";
pub const SHOW_ALL_USERS: &str = "Show all users";
pub const ALL_USERS: &str = "All users";
pub const ONLY_YOU: &str =
    "So far there is only you. Add everybody who works in your practice: practitioners, and the front desk.";
pub const NO_SUCH_USER: &str = "No such user";
pub const NO_SUCH_USER_TEXT: &str = "There is no such user in this practice group.";
pub const SINCE: &str = "Since";
pub const PROFESSION_AND_ACCESS: &str = "Profession and access";
pub const YOU: &str = "You";
pub const TITLE: &str = "Title";
pub const NO_TITLE: &str = "No title";
pub const FIRST_NAME: &str = "First name";
pub const LAST_NAME: &str = "Last name";
pub const ROLE: &str = "Role type";
pub const ROLE_HINT: &str = "Practitioners see patients. Administrators do not. It cannot be changed later.";
pub const CHOOSE: &str = "Choose…";
pub const REGISTRATION: &str = "Registration number";
pub const SIGN_IN: &str = "Sign-in";
pub const TEMPORARY_PASSWORD: &str = "Temporary password";
pub const TEMPORARY_PASSWORD_AGAIN: &str = "Confirm temporary password";
pub const TEMPORARY_PASSWORD_HINT: &str = "Needed for someone new to Portico, who chooses their own when they first sign in. Leave blank if they already use it.";
pub const ASSIGN_LOCATIONS: &str = "Assign to locations";
pub const MEMBERSHIP: &str = "Membership";
pub const STILL_TEMPORARY: &str = "Temporary: they have not chosen their own yet";
pub const NOT_STARTED_YET: &str = "Not started yet";
pub const WHAT_THEY_DID: &str = "What they did";
pub const OWN_ACCESS: &str = "This is your own access. Another user with full access can change it.";

/// It is done.
pub fn user_added(name: &str) -> String {
    format!("{name} was added")
}

/// It is done.
pub fn user_asked(name: &str) -> String {
    format!("{name} was asked to join")
}

/// How many users are shown; honest about there being more.
pub fn users_shown(rows: usize, more: bool) -> String {
    match (rows, more) {
        (rows, true) => format!("The first {rows} users"),
        (1, false) => "1 user".to_owned(),
        (rows, false) => format!("{rows} users"),
    }
}

/// `Practitioner, Clinical`.
pub fn role_and_level(of: Level) -> String {
    format!("{}, {}", role(of.role()), level(of))
}

/// Where a membership stands.
pub const fn user_state(state: UserState) -> &'static str {
    match state {
        UserState::Invited => "Invited",
        UserState::Active => "Active",
        UserState::Rejected => "Rejected",
        UserState::Deactivated => "Deactivated",
    }
}

/// Where a membership stands, as a badge.
pub fn user_state_badge(state: UserState, temporary_password: bool) -> AnyView {
    // Nobody works with a temporary password: the first thing it leads to is one of their own.
    if state == UserState::Active && temporary_password {
        return view! { <span class="badge badge-info">{NOT_STARTED_YET}</span> }.into_any();
    }
    let class = match state {
        UserState::Invited => "badge badge-info",
        UserState::Active => "badge badge-good",
        UserState::Rejected => "badge badge-warn",
        UserState::Deactivated => "badge",
    };
    view! { <span class=class>{user_state(state)}</span> }.into_any()
}

// What can be done about a membership: what it means, the button, and that it is done.
pub const DEACTIVATE: &str = "Deactivate this user";
pub const DEACTIVATE_TEXT: &str = "Deactivating signs them out of this practice on every device at once, and they see nothing of it any \
                                   more. What they did stays. You can reactivate them at any time.";
pub const DEACTIVATED: &str = "The user is deactivated";
pub const TAKE_BACK: &str = "Take back the invitation";
pub const TAKE_BACK_TEXT: &str =
    "They have not answered yet. Taken back, the invitation disappears from their notifications.";
pub const TAKEN_BACK: &str = "The invitation is taken back";
pub const REACTIVATE: &str = "Reactivate this user";
pub const REACTIVATE_TEXT: &str = "Reactivated, they may sign in again, with the access shown here.";
pub const REACTIVATED: &str = "The user is active again";
pub const ASK_AGAIN: &str = "Invite again";
pub const ASK_AGAIN_TEXT: &str = "They are not in the practice: they said no, or the invitation was taken back. Invited again, they are asked once more, by \
     mail and in their notifications.";
pub const ASKED_AGAIN: &str = "They are asked to join again";

/// The question: the button's words, and about whom.
pub fn turn_of(button: &str, name: &str) -> String {
    format!("{button}: {name}?")
}

// Levels and settings.
pub const WHICH_MEANS: &str = "Which means";
pub const ACCESS_SETTINGS: &str = "Access settings";
pub const HIDE_NAMES: &str = "Hide patient names";
pub const HIDE_NAMES_HINT: &str = "They see a number such as PT-482913 instead, everywhere.";
pub const NO_NOTE_SHARING: &str = "May not share notes";
pub const NO_NOTE_SHARING_HINT: &str = "Neither with colleagues nor with patients.";
pub const READ_ONLY: &str = "Read-only";
pub const READ_ONLY_HINT: &str = "They may look at what their level shows, and change nothing.";
pub const VIEW_HISTORY: &str = "May view user action history";
pub const VIEW_HISTORY_HINT: &str = "They see who did what in this practice, and when.";
pub const EXPORT_DATA: &str = "May export data";
pub const EXPORT_DATA_HINT: &str = "They may take what they see out of Portico, as a file.";

/// What a level means, in one line.
pub const fn level_about(level: Level) -> &'static str {
    match level {
        Level::Personal => "Their own patients, calendar, notes and invoices. Others' only where granted or shared.",
        Level::OwnAndContacts => {
            "Their own records, and of everybody the contact details, calendars and invoices. Others' notes only when shared."
        }
        Level::Clinical => "Every record in the practice, notes included. No users and no settings.",
        Level::Full => "Every record in the practice, and users, access and settings.",
        Level::CalendarContacts => "Everybody's calendar and contact details. No invoices and no notes.",
        Level::CalendarContactsFinance => "Everybody's calendar, contact details and invoices. No notes.",
        Level::AdminFull => "Everything in the practice, notes, users, access and settings included.",
    }
}

/// The single settings that are on, as a fact; a dash when there are none.
pub fn settings_fact(of: AccessSettings) -> AnyView {
    let all = [
        (of.hide_names, HIDE_NAMES),
        (of.no_note_sharing, NO_NOTE_SHARING),
        (of.read_only, READ_ONLY),
        (of.view_history, VIEW_HISTORY),
        (of.export_data, EXPORT_DATA),
    ];
    let on: Vec<_> = all.into_iter().filter(|(on, _)| *on).map(|(_, name)| name).collect();
    super::fact(ACCESS_SETTINGS, &on.join(", "))
}

pub const LEVELS: &str = "What each level may do";
pub const LEVELS_TEXT: &str = "On top of any level, single settings can be ticked: read-only, hide patient names, may not share notes, \
                               may view user action history, may export data. A practitioner can be granted a single patient, \
                               and a patient can be hidden from one, on the patient's Access tab.";
pub const MAY_VIEW_AND_EDIT: &str = "May view and edit";

/// The levels as the table has them; Full is the same for both roles.
pub const LEVEL_COLUMNS: [&str; 6] = [
    "Personal",
    "Own records and others' contacts",
    "Clinical",
    "Full",
    "Calendar and contacts (administrator)",
    "Calendar, contacts and finance (administrator)",
];

/// What each level may do (decision 7).
pub const LEVEL_TABLE: [(&str, [&str; 6]); 6] = [
    ("Own patients, calendar, notes, invoices", ["Yes", "Yes", "Yes", "Yes", "–", "–"]),
    ("Others' patients' contact details", ["Granted only", "Yes", "Yes", "Yes", "Yes", "Yes"]),
    ("Others' calendars and appointments", ["Granted only", "Yes", "Yes", "Yes", "Yes", "Yes"]),
    ("Others' invoices", ["Granted only", "Yes", "Yes", "Yes", "No", "Yes"]),
    ("Others' clinical notes and tools", ["Shared only", "Shared only", "Yes", "Yes", "No", "No"]),
    ("Users, access, settings", ["No", "No", "No", "Yes", "No", "No"]),
];

// Explaining access.
pub const WHAT_THEY_MAY: &str = "What they may do";
pub const WHAT_THEY_MAY_TEXT: &str = "Worked out from the current rules.";
pub const EXPLAIN_ACCESS: &str = "Explain access";
pub const EXPLAIN_ACCESS_TEXT: &str = "Choose a user to see what they may do with this patient, and why.";
pub const EXPLAIN_PATIENT: &str = "With which patient?";
pub const EXPLAINED_FOR: &str = "For";
pub const FIND_USER: &str = "Find a user";
pub const NO_USER_FOUND: &str = "No user found. Try the beginning of a first or last name.";
pub const WHAT: &str = "What";
pub const ANSWER: &str = "Answer";
pub const MAY: &str = "May";
pub const MAY_NOT: &str = "May not";
pub const NOT_TOLD: &str = "They do not learn that it is there.";

/// A right, by its name in the code.
pub fn right(name: &str) -> String {
    let text = match name {
        "EnterGroup" => "Work in this practice group",
        "ListPatients" => "Search and list patients",
        "AddPatient" => "Add patients",
        "ReviewUpdates" => "Decide about what patients changed",
        "ViewPatient" => "See the patient's record",
        "ViewContacts" => "See the patient's contacts",
        "EditPatient" => "Change the patient's record",
        "ViewPatientAccess" => "See who uses the patient's portal",
        "InvitePatients" => "Invite many patients at once",
        "InvitePatient" => "Invite to the patient's portal",
        "ViewAppointments" => "See the patient's appointments",
        "ViewInvoices" => "See the patient's invoices",
        "ViewNotes" => "See the patient's notes, whoever wrote them",
        "ManageRelationships" => "Grant the patient to practitioners, or hide it",
        "WriteNotes" => "Write notes about the patient",
        "ShareNotes" => "Share their notes",
        "ViewHistory" => "See what users did",
        "ExportData" => "Export data",
        "ManageUsers" => "Add and change users and their access",
        "ManageLocations" => "Change locations",
        "ManageSettings" => "Change settings",
        "ManageForms" => "Write and publish forms",
        "SendForms" => "Send forms to the patient's portal users",
        "ViewForms" => "See which forms were sent",
        "ReadDocuments" => "Read documents",
        "ReadActivities" => "See home activities and how often they were done",
        "AssignActivities" => "Assign home activities, change and end them",
        "WriteDocuments" => "Write documents and take them back",
        "StartConversation" => "Write messages to the patient",
        "StartGroupConversation" => "Write messages to colleagues",
        "ViewFiles" => "See that files came",
        "ReadFiles" => "Open files",
        "AddFiles" => "Add files",
        "ManageFiles" => "Name files, show them in the portal, remove them",
        "ViewFormAnswers" => "Read what was answered in forms",
        "ViewSocialHistory" => "Read how the patient lives",
        "ManageTemplates" => "Change templates",
        "OpenInEmergency" => "Open the record in an emergency",
        "SeekInEmergency" => "Open records in an emergency",
        "ReviewEmergencies" => "Look at what was opened in emergencies",
        "ManageMail" => "Look after mail that is stuck",
        "ViewOwnRecord" => "See a record in the portal",
        "ViewOwnClinical" => "See what was shared of it",
        "EditOwnRecord" => "Act in it",
        "ManageOwnAccess" => "Decide who else sees it",
        "ViewAccessLog" => "See who looked at it",
        "LeaveRecord" => "Give it up",
        other => other,
    };
    text.to_owned()
}

/// Why, or why not.
pub const fn because(because: Because) -> &'static str {
    match because {
        Because::Level => "because the access level includes it. ",
        Because::LevelTooLow => "because the access level does not include it. ",
        Because::Automatic => "because they treat this patient. ",
        Because::Granted => "because they were granted this patient. ",
        Because::Revoked => "because this patient was hidden from them. ",
        Because::NotTheirs => "because their level reaches their own patients only, and this is none of them. ",
        Because::ReadOnly => "because they may look, not change: read-only. ",
        Because::NamesHidden => "because patient names are hidden from them. ",
        Because::SettingOn => "because an access setting allows it. ",
        Because::SettingOff => "because the access setting for it is not ticked. ",
        Because::SettingForbids => "because an access setting forbids it. ",
        Because::PractitionersOnly => "because it is for practitioners only. ",
        Because::Emergency => "because they opened the record in an emergency, which is not over. ",
        Because::Author => "because they wrote it. ",
        Because::NotAuthor => "because somebody else wrote it. ",
        Because::Shared => "because it was shared with them. ",
        Because::NotShared => "because it was not shared with them. ",
        Because::Draft => "because it is a draft. ",
        Because::Private => "because its author keeps it private. ",
        Because::SharingOff => "because Note Sharing is off for this practice group. ",
        Because::OtherGroup => "because the patient is of another practice group. ",
        Because::OtherSide => "because it belongs to the other side of the house. ",
        Because::TemporaryPassword => "because they must choose a password of their own first. ",
        Because::NoGroup => "because they work in no practice group. ",
        Because::NotJoined => "because they have not accepted the invitation to join yet. ",
        Because::NotWorking => "because they are not in the practice. ",
        Because::Portal => "because the record is their own, or of somebody they act for. ",
        Because::PortalShut => "because their access to the record is not active. ",
        Because::RecordClosed => "because the record was closed. ",
        Because::ChatOff => "because this practice group does not chat with patients. ",
        Because::ChatOffForPatient => "because chat is switched off for this patient. ",
        Because::NotTakingPart => "because it is a colleague's conversation. ",
        Because::TakingPart => "because they take part in the conversation. ",
        Because::BetweenTwo => "because the conversation is between two. ",
        Because::GroupChatOff => "because Group chat is off for this practice group. ",
        Because::EmergenciesOff => "because this practice group opens no records in emergencies. ",
        Because::InvitationsOff => "because Patient Invitations is off for this practice group. ",
        Because::PatientBlocked => "because the patient is blocked. ",
        Because::PatientDeceased => "because the patient has died. ",
    }
}

/// That all is shut to somebody, and why.
pub fn nothing_because(reason: Because) -> String {
    format!("At present they may do nothing here, {}", because(reason).trim_end())
}

// Practitioners of a patient.
pub const PRACTITIONERS: &str = "Practitioners";
pub const PRACTITIONERS_TEXT: &str = "Who treats this patient, whom it was granted to, and from whom it is hidden. Others see what their \
                                      access level shows.";
pub const ADD_PRACTITIONER: &str = "Add practitioner";
pub const NO_PRACTITIONERS: &str = "No practitioners yet";
pub const NO_PRACTITIONERS_TEXT: &str = "Who treats this patient appears here automatically. You can also grant the patient to a \
                                         practitioner, or hide it from one.";
pub const FIND_PRACTITIONER: &str = "Find a practitioner";
pub const NO_PRACTITIONER_FOUND: &str = "Nobody else found. Try the beginning of a first or last name.";
pub const CHOSEN: &str = "Chosen:";
pub const RELATION: &str = "With this patient";
pub const GRANT: &str = "Grant";
pub const HIDE: &str = "Hide";
pub const REMOVE_GRANT: &str = "Remove grant";
pub const STOP_HIDING: &str = "Stop hiding";
pub const GRANT_ACCESS: &str = "Grant access";
pub const HIDE_PATIENT: &str = "Hide this patient";
pub const ACCESS_CHANGED: &str = "Access changed";
pub const NOT_WORKING_HERE: &str = "Not active";
pub const WHAT_WAS_DONE: &str = "What was done with this record";

/// How a practitioner and the patient belong together.
pub const fn relation(relationship: Relationship) -> &'static str {
    match relationship {
        Relationship::Automatic => "Treats",
        Relationship::Granted => "Granted",
        Relationship::Revoked => "Hidden",
    }
}

/// The question before it is changed, what it means, and the button.
pub fn relation_change(now: Option<Relationship>, wanted: Wanted, name: &str) -> (String, &'static str, &'static str) {
    match wanted {
        Wanted::Granted => (
            format!("Grant this patient to {name}"),
            "They may open this patient from now on, as far as their level lets them with patients of their own.",
            GRANT_ACCESS,
        ),
        Wanted::Revoked => (
            format!("Hide this patient from {name}"),
            "From now on they find this patient nowhere: in no list, no search and no calendar, whatever their level.",
            HIDE_PATIENT,
        ),
        Wanted::Neither => {
            let (title, button) = if now == Some(Relationship::Revoked) {
                (format!("Stop hiding this patient from {name}"), STOP_HIDING)
            } else {
                (format!("Remove the grant of {name}"), REMOVE_GRANT)
            };
            (title, "Then only their access level, and whether they treat this patient, say what they see.", button)
        }
    }
}

// Locations.
pub const LOCATIONS: &str = "Locations";
pub const ADD_LOCATION: &str = "Add location";
pub const EDIT_LOCATION: &str = "Edit location";
pub const NO_LOCATIONS: &str = "No locations yet";
pub const NO_LOCATIONS_TEXT: &str =
    "The places where you see patients appear here, with their time zone and opening hours.";
pub const TIME_ZONE: &str = "Time zone";
pub const OPENING_HOURS: &str = "Opening hours";
pub const OPENING_HOURS_HINT: &str = "Like 9:00–12:30, 13:30–17:00; blank when closed.";

/// The days of the week, Monday first.
pub const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// When a place is open, a line for each run of days that are alike; nothing when it never is.
pub fn opening_hours(hours: &OpeningHours) -> Vec<String> {
    let days = hours.0.each_ref().map(|day| OpeningHours::shown(day));
    let mut lines = Vec::new();
    let mut first = 0;
    for (at, day) in days.iter().enumerate() {
        if days.get(at + 1) == Some(day) {
            continue;
        }
        if !day.is_empty() {
            let short = |at: usize| DAYS.get(at).and_then(|name| name.get(..3)).unwrap_or_default();
            let run = if first == at { short(at).to_owned() } else { format!("{}–{}", short(first), short(at)) };
            lines.push(format!("{run} {day}"));
        }
        first = at + 1;
    }
    lines
}

// Messages.
pub const MESSAGES: &str = "Messages";
pub const EDIT_MESSAGES: &str = "Edit Messages";
pub const MESSAGES_TEXT: &str = "How your practice group writes to its patients. All its users share this.";
pub const SENDER: &str = "Sender";
pub const SENDER_HINT: &str = "The name your mails come from. The practice's own name when empty.";
pub const REPLY_TO: &str = "Answers go to";
pub const REPLY_TO_HINT: &str = "An address that somebody reads. When empty, mails cannot be answered.";
pub const MONTHLY_CREDIT: &str = "Mails to patients in a month";
pub const MONTHLY_CREDIT_HINT: &str = "No more than this many leave in a calendar month. Any number when empty.";
pub const REMINDERS: &str = "Appointment reminders";
pub const REMINDERS_TICK: &str = "Remind patients of their appointments";
pub const REMINDER_HOURS: &str = "Hours before the appointment";
pub const REMINDER_HOURS_HINT: &str = "From 1 to 336 hours, which is 14 days.";

/// How much of the month's credit is used.
pub fn used_of(used: u32, most: Option<u32>) -> String {
    match most {
        Some(most) => format!("{used} of {most} used this month"),
        None => format!("{used} this month, no limit"),
    }
}

/// When a reminder goes out.
pub fn before_appointment(hours: u32) -> String {
    format!("{} before", super::hours(i64::from(hours)))
}

#[cfg(test)]
mod tests {
    use domain::{
        access::{Face, PatientFacts, UserFace, Who, explain},
        location::Opening,
    };

    use super::*;

    fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(prefix: &str) -> T {
        format!("{prefix}_{:032x}", 1).parse().unwrap()
    }

    fn who(face: Face) -> Who {
        Who { account: id("acc"), face }
    }

    fn facts() -> PatientFacts {
        PatientFacts { patient: id("pat"), group: id("grp"), relationship: None, emergency: false }
    }

    fn may(level: Level, right: &str) -> bool {
        let settings = AccessSettings::default();
        let who = who(Face::User(UserFace { group: id("grp"), user: id("usr"), level, settings }));
        let facts = facts();
        let all = [explain::in_group(&who), explain::on_patient(&who, &facts)].concat();
        all.iter().find(|one| one.right == right).unwrap().may
    }

    // Decision 7: what the owner reads is what the code decides.
    #[test]
    fn the_table_of_levels_says_what_the_rules_decide() {
        let levels = [
            Level::Personal,
            Level::OwnAndContacts,
            Level::Clinical,
            Level::Full,
            Level::CalendarContacts,
            Level::CalendarContactsFinance,
        ];
        let rights = ["ViewPatient", "ViewAppointments", "ViewInvoices", "ViewNotes", "ManageUsers"];
        for ((what, cells), right) in LEVEL_TABLE.iter().skip(1).zip(rights) {
            for (cell, level) in cells.iter().zip(levels) {
                assert_eq!(*cell == "Yes", may(level, right), "{what} {level:?}");
            }
        }
    }

    // B-16: nobody reads the code's own names.
    #[test]
    fn every_right_that_is_explained_has_words() {
        for name in ["EnterGroup", "ManageRelationships", "ViewOwnRecord"] {
            assert_ne!(right(name), name);
        }
        let who = who(Face::Portal);
        for one in [explain::in_group(&who), explain::on_patient(&who, &facts())].concat() {
            assert_ne!(right(&one.right), one.right);
        }
    }

    #[test]
    fn days_that_are_alike_stand_together() {
        let day = vec![Opening { from: 540, to: 1020 }];
        let mut hours = OpeningHours::default();
        for at in [0, 1, 2, 4] {
            hours.0[at] = day.clone();
        }
        assert_eq!(opening_hours(&hours), ["Mon–Wed 9:00–17:00", "Fri 9:00–17:00"]);
        assert!(opening_hours(&OpeningHours::default()).is_empty());
    }
}
