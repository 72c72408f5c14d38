//! Words about inviting many patients at once.

use domain::bulk::{BulkView, Outcome, Stage};

pub const ACTIONS_MENU: &str = "Actions";
pub const INVITE_MANY: &str = "Invite to patient portal";
pub const TICK_FIRST: &str = "Tick the patients first.";
pub const TICKED: &str = "Ticked";
pub const TICK_SHOWN: &str = "Tick all that are shown";
pub const TICK_ALL: &str = "Tick all that match";
pub const TICK_NONE: &str = "Untick all";
pub const LOOKING_AT_THEM: &str = "Looking at who was ticked\u{2026}";
pub const GATHERING_ENDED: &str =
    "This was ended because you began another one, or may not invite any more. Close it and begin anew.";
pub const NOBODY_TO_INVITE: &str = "Nobody here can be invited.";
pub const NOT_INVITED: &str = "Not invited";
pub const NOT_INVITED_TEXT: &str = "Open a line to see who it is.";
pub const MANY_MESSAGE_HINT: &str =
    "Appears above the invitation in the email. Fields in double braces are filled in for each patient.";
pub const PHI_WARNING_MANY: &str = "Inviting gives whoever reads these mailboxes access to private health information. Only invite \
                                    patients whose addresses you trust to be their own.";
pub const UNSEEN_PATIENT: &str = "A patient whom you cannot see";
pub const BULK: &str = "Bulk invitation";
pub const BULKS: &str = "Bulk invitations";
pub const NO_BULKS: &str =
    "None yet. Run a report, tick patients, and choose \u{201c}Invite to patient portal\u{201d} under Actions.";
pub const STARTED: &str = "Started";
pub const STAGE: &str = "State";
pub const INVITED_OF: &str = "Invited";
pub const STOP: &str = "Stop";
pub const STOP_TITLE: &str = "Stop inviting?";
pub const STOP_TEXT: &str = "Who was invited already stays invited. You can go on later.";
pub const GO_ON: &str = "Go on";
pub const STOPPED_NOTE: &str = "Stopped. Nobody else is invited until you go on.";
pub const LEAVE_NOTE: &str = "You can leave this page: inviting goes on by itself.";
pub const NOT_STARTED: &str = "This was never started, so nobody was invited.";
pub const EVERYBODY: &str = "Everybody";
pub const WHAT_CAME: &str = "Outcome";
pub const INVITATION_NOW: &str = "Invitation now";
pub const NOBODY_OF_THIS: &str = "Nobody here";
pub const BULK_FILE: &str = "portico-bulk-invitation.csv";
pub const WAITS_ITS_TURN: &str = "Waits for its turn";
pub const WHICH_OUTCOME: &str = "Show only";

/// Thousands apart, so that large numbers can be read.
pub fn number(of: u32) -> String {
    let digits = of.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn patients(of: u32) -> String {
    if of == 1 { "1 patient".to_owned() } else { format!("{} patients", number(of)) }
}

/// How many are ticked.
pub fn ticked(of: usize) -> String {
    match of {
        0 => "Nobody ticked".to_owned(),
        of => format!("{} ticked", patients(u32::try_from(of).unwrap_or(u32::MAX))),
    }
}

/// All that match are ticked, but these.
pub fn all_ticked(but: usize) -> String {
    match but {
        0 => "All that match are ticked".to_owned(),
        but => format!("All that match are ticked, but {but}"),
    }
}

/// The name of a row's tick.
pub fn tick(name: &str) -> String {
    format!("Tick {name}")
}

/// How many were looked at so far.
pub fn looked_at(view: Option<&BulkView>) -> String {
    match view.map_or(0, |view| view.total) {
        0 => LOOKING_AT_THEM.to_owned(),
        total => format!("{LOOKING_AT_THEM} {} so far", number(total)),
    }
}

/// What will happen.
pub fn foreseen(view: &BulkView) -> String {
    let invited = view.count(Outcome::Invited);
    match (invited, view.total) {
        (0, _) => NOBODY_TO_INVITE.to_owned(),
        (invited, total) if invited == total => format!("{} will be invited.", patients(invited)),
        (invited, total) => format!("{} of {} will be invited.", number(invited), patients(total)),
    }
}

/// The button that does it.
pub fn invite_these(of: u32) -> String {
    format!("Invite {}", patients(of))
}

/// How far it is.
pub fn progress(view: &BulkView) -> String {
    match view.stage {
        Stage::Gathering => looked_at(Some(view)),
        Stage::Ready => NOT_STARTED.to_owned(),
        Stage::Stopped if view.seen == 0 => NOT_STARTED.to_owned(),
        Stage::Running | Stage::Stopped => {
            format!("{} of {} seen to", number(view.seen), patients(view.total))
        }
        Stage::Done => format!("Done: {} of {} invited.", number(view.count(Outcome::Invited)), patients(view.total)),
    }
}

/// How far it is, in a list.
pub const fn stage(of: Stage) -> &'static str {
    match of {
        Stage::Gathering => "Being prepared",
        Stage::Ready => "Not started",
        Stage::Running => "Under way",
        Stage::Stopped => "Stopped",
        Stage::Done => "Done",
    }
}

/// What becomes of a patient.
pub const fn outcome(of: Outcome) -> &'static str {
    match of {
        Outcome::Invited => "Invited",
        Outcome::InPortal => "Uses the portal already",
        Outcome::Waiting => "Was invited, and the link still works",
        Outcome::NoEmail => "Has no email",
        Outcome::PractitionerEmail => "Has a practitioner\u{2019}s email",
        Outcome::ContactEmail => "Has the email of a contact",
        Outcome::Blocked => "Is blocked",
        Outcome::Deceased => "Has died",
        Outcome::InvitationsOff => "Patient Invitations is off",
        Outcome::NoAccess => "You may not invite this patient",
        Outcome::NamesHidden => "Patient names are hidden from you",
        Outcome::Twice => "Was chosen twice",
        Outcome::MessageTooLong => "The message is too long with this name",
    }
}

/// An outcome with how many there are.
pub fn counted(of: Outcome, count: u32) -> String {
    format!("{} ({})", outcome(of), number(count))
}

/// The same while it is under way: who is to be invited may still wait.
pub fn counted_by_now(of: Outcome, count: u32, done: bool) -> String {
    match of {
        Outcome::Invited if !done => format!("Invited, or waiting for it ({})", number(count)),
        of => counted(of, count),
    }
}

/// Everybody, with how many.
pub fn everybody(count: u32) -> String {
    format!("{EVERYBODY} ({})", number(count))
}

/// Of how many, in a list.
pub fn came_to(view: &BulkView) -> String {
    match view.stage {
        Stage::Done => format!("{} of {}", number(view.count(Outcome::Invited)), number(view.total)),
        _ => progress(view),
    }
}

/// It was started.
pub fn inviting(of: u32) -> String {
    format!("Inviting {}", patients(of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_can_be_read() {
        let texts = [0, 7, 999, 1_000, 34_120, 1_000_000].map(number);
        assert_eq!(texts, ["0", "7", "999", "1,000", "34,120", "1,000,000"]);
    }
}
