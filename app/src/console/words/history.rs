//! Words about what users did.

use domain::audit::Action;

pub const HISTORY: &str = "History";
pub const FILTER_HISTORY: &str = "Filter what was done";
pub const EVERY_ACTION: &str = "Everything";
pub const FROM: &str = "From";
pub const UP_TO: &str = "To";
pub const ONLY_BY: &str = "Only by";
pub const ONLY_ABOUT: &str = "Only about";
pub const FIND_BY: &str = "Done by";
pub const FIND_ABOUT: &str = "Patient";
/// In place of the name of somebody whom the reader may not know, or who is not there.
pub const NOBODY_KNOWN: &str = "somebody you cannot see";
pub const SHOW_EVERYBODY: &str = "Take this filter back";
pub const NO_HISTORY: &str = "Nothing was done yet";
pub const NO_HISTORY_TEXT: &str = "Whatever users see and change appears here, with who did it, when, and from where.";
pub const NO_HISTORY_MATCHES: &str = "Nothing matches";
pub const NO_HISTORY_MATCHES_TEXT: &str = "Try other days, or everything.";
pub const SHOW_ALL_HISTORY: &str = "Show everything";
pub const WHEN: &str = "When";
pub const WHO: &str = "Who";
pub const ABOUT_WHOM: &str = "About whom";
pub const DETAIL: &str = "Details";
pub const NETWORK_ADDRESS: &str = "Network address";
pub const PORTAL_USER: &str = "Somebody in the portal";
pub const NOBODY: &str = "Not known";
pub const NEWER_ACTION: &str = "Something that a newer version of Portico wrote";
pub const EXPORT: &str = "Export";
pub const EXPORT_TITLE: &str = "Export this list?";
pub const EXPORT_TEXT: &str = "You get a file for a spreadsheet, with what is filtered now. It names people: keep it where others \
                               cannot open it. That you exported it is written down too.";
pub const EXPORT_FILE: &str = "portico-history.csv";

/// It is done.
pub fn exported(rows: u32, more: bool) -> String {
    match (rows, more) {
        (rows, true) => {
            format!("The latest {rows} lines are in the file. There are more: choose days to get the rest.")
        }
        (1, false) => "1 line is in the file".to_owned(),
        (rows, false) => format!("{rows} lines are in the file"),
    }
}

/// What was done.
pub const fn action(action: Action) -> &'static str {
    match action {
        Action::GroupCreated => "Set up the practice",
        Action::SignedIn => "Signed in",
        Action::SignedOut => "Signed out",
        Action::SignedOutEverywhere => "Signed out everywhere",
        Action::SwitchedDoor => "Went between console and portal",
        Action::SignInFailed => "Was refused at sign-in",
        Action::PasswordLinkRequested => "Asked for a link to set a password",
        Action::PasswordSet => "Set a password",
        Action::PatientsListed => "Looked at a list of patients",
        Action::ReportRun => "Ran a report",
        Action::ReportExported => "Exported a report",
        Action::PatientViewed => "Looked at a patient's record",
        Action::PatientAdded => "Added a patient",
        Action::PatientChanged => "Changed a patient's record",
        Action::OwnProfileViewed => "Looked at their own details in the portal",
        Action::UpdateAsked => "Changed details in the portal",
        Action::UpdateTakenBack => "Took a change of details back",
        Action::UpdatesViewed => "Looked at what was changed in the portal",
        Action::UpdateApproved => "Approved a change from the portal",
        Action::UpdateRejected => "Rejected a change from the portal",
        Action::UpdateUndone => "Took a decision about a change back",
        Action::ContactAdded => "Added a contact",
        Action::ContactChanged => "Changed a contact",
        Action::ContactRemoved => "Removed a contact",
        Action::InvitationMade => "Invited to the portal",
        Action::BulkInvitationStarted => "Invited many patients to the portal",
        Action::BulkInvitationStopped => "Stopped inviting many patients",
        Action::BulkInvitationExported => "Exported whom they invited",
        Action::InvitationResent => "Sent an invitation again",
        Action::InvitationRevoked => "Revoked an invitation",
        Action::InvitationOpened => "Opened an invitation",
        Action::InvitationAccepted => "Accepted an invitation",
        Action::PortalUsersViewed => "Looked at who uses a patient's portal",
        Action::PortalUserSearched => "Looked for a portal user by an address",
        Action::GrantChanged => "Changed how far a portal user's access reaches",
        Action::GrantSuspended => "Suspended a portal user's access",
        Action::GrantRestored => "Restored a portal user's access",
        Action::GrantEnded => "Ended a portal user's access",
        Action::InvitationsViewed => "Looked at a patient's invitations",
        Action::PortalHomeViewed => "Looked at a record in the portal",
        Action::AccessLogViewed => "Looked at who opened a record, in the portal",
        Action::SettingsChanged => "Changed settings",
        Action::TemplateAdded => "Added a template",
        Action::TemplateChanged => "Changed a template",
        Action::TemplateRemoved => "Removed a template",
        Action::FormAdded => "Added a form",
        Action::FormChanged => "Changed a form",
        Action::FormPublished => "Published a form",
        Action::FormArchived => "Put a form away",
        Action::FormRestored => "Took a form into use again",
        Action::FormSent => "Sent a form",
        Action::FormWithdrawn => "Took a form back",
        Action::FormsListed => "Looked at which forms were sent",
        Action::FormViewed => "Opened a form that was sent",
        Action::FormPrinted => "Asked for a file of a returned form",
        Action::FormSaved => "Saved what they filled in",
        Action::FormReturned => "Returned a form",
        Action::NotesListed => "Looked at the notes",
        Action::DocumentsListed => "Looked at the documents",
        Action::DocumentViewed => "Read a document",
        Action::DocumentDraftOpened => "Opened the draft of a document",
        Action::DocumentPreviewed => "Looked at a document as the patient sees it",
        Action::DocumentSaved => "Wrote a draft of a document",
        Action::DocumentDiscarded => "Threw a draft of a document away",
        Action::DocumentCompleted => "Completed a document",
        Action::DocumentWithdrawn => "Took a document back",
        Action::DocumentAcknowledged => "Confirmed having read a document",
        Action::RecordPrinted => "Made a file of a note or a document",
        Action::RecordDownloaded => "Took a whole record along from the portal",
        Action::ActivitiesListed => "Looked at the home activities",
        Action::ActivityViewed => "Looked at a home activity",
        Action::ActivityAssigned => "Assigned a home activity",
        Action::ActivityChanged => "Changed a home activity",
        Action::ActivityEnded => "Ended a home activity",
        Action::ActivityWithdrawn => "Took a home activity back",
        Action::ActivityDone => "Ticked a home activity off",
        Action::ConversationsListed => "Looked at their conversations",
        Action::ConversationBegun => "Began a conversation with a patient",
        Action::ConversationViewed => "Read a conversation with a patient",
        Action::MessageSent => "Sent a message",
        Action::MessageWithdrawn => "Withdrew a message",
        Action::ConversationSettled => "Said that no answer is needed",
        Action::ChatSwitched => "Switched chat on or off for a patient",
        Action::GroupConversationBegun => "Began a conversation with colleagues",
        Action::GroupConversationViewed => "Read a conversation with colleagues",
        Action::GroupMessageSent => "Wrote to colleagues",
        Action::GroupMessageWithdrawn => "Withdrew a message to colleagues",
        Action::GroupMemberAdded => "Added a colleague to a conversation",
        Action::GroupMemberLeft => "Left a conversation with colleagues",
        Action::GroupConversationRenamed => "Renamed a conversation with colleagues",
        Action::ActivityNotDone => "Took back that a home activity was done",
        Action::FilesListed => "Looked at the list of files",
        Action::FileAdded => "Added a file",
        Action::FileOpened => "Opened a file",
        Action::FileChanged => "Named a file anew",
        Action::FileShared => "Showed a file in the portal",
        Action::FileWithdrawn => "Took a file out of the portal",
        Action::FileRemoved => "Removed a file",
        Action::FileInfected => "Found a virus in a file",
        Action::NoteViewed => "Read a note",
        Action::NoteDraftOpened => "Opened the draft of a note",
        Action::NotePreviewed => "Looked at a note as the patient sees it",
        Action::NoteSaved => "Kept the draft of a note",
        Action::NotePublished => "Published a note",
        Action::NoteDiscarded => "Threw the draft of a note away",
        Action::NotePrivacyChanged => "Changed whether a note is private",
        Action::NoteShared => "Shared a note",
        Action::NoteUnshared => "Ended the sharing of a note",
        Action::AllNotesShared => "Shared all their notes about a patient",
        Action::AllNotesUnshared => "Ended the sharing of all their notes",
        Action::MailRetried => "Tried a mail again",
        Action::GroupSwitched => "Came from another practice group",
        Action::SteppedUp => "Confirmed with the password",
        Action::UserAdded => "Added a user",
        Action::UserInvited => "Asked somebody to join",
        Action::UserJoined => "Joined the practice",
        Action::UserDeclined => "Did not want to join",
        Action::UserChanged => "Changed a user or their access",
        Action::UserDeactivated => "Deactivated a user",
        Action::UserReactivated => "Reactivated a user",
        Action::UserInvitationRevoked => "Took back an invitation to join",
        Action::LocationAdded => "Added a location",
        Action::LocationChanged => "Changed a location",
        Action::PatientGranted => "Granted a patient to a practitioner",
        Action::PatientHidden => "Hid a patient from a practitioner",
        Action::PatientAccessUndone => "Undid a grant or a hiding",
        Action::EmergencyOpened => "Opened a record in an emergency",
        Action::EmergencySought => "Looked for somebody in an emergency",
        Action::EmergencyEnded => "Closed a record opened in an emergency",
        Action::EmergenciesListed => "Looked at what was opened in emergencies",
        Action::EmergencyReviewed => "Looked at an emergency access",
        Action::AccessExplained => "Looked up what somebody may do",
        Action::HistoryViewed => "Looked at this history",
        Action::HistoryExported => "Exported this history",
        Action::UnusualAccess => "Unusual access",
        Action::Denied => "Was refused something",
    }
}

/// What else is known of an entry, in words as far as there are any.
pub fn detail(detail: &str) -> String {
    let word = |word: &str| match word {
        "hide_names" => "patient names hidden".to_owned(),
        "read_only" => "read-only".to_owned(),
        "view_history" => "may view history".to_owned(),
        "export_data" => "may export".to_owned(),
        "no_note_sharing" => "may not share notes".to_owned(),
        "console" => "in the console".to_owned(),
        "portal" => "in the portal".to_owned(),
        "many_records" => "more records than usual within an hour".to_owned(),
        "own_record" => "their own record".to_owned(),
        "colleague" => "a colleague's record, without treating them".to_owned(),
        "same_name" => "somebody of the same family name, without treating them".to_owned(),
        "large_export" => "a large export".to_owned(),
        "emergencies" => "more emergencies than usual within a week".to_owned(),
        "nobody" => "nobody found".to_owned(),
        "several" => "several of that name and birth date".to_owned(),
        word => match word.split_once('=') {
            Some(("level", code)) => domain::user::Level::from_code(code)
                .map_or_else(|_| code.to_owned(), |level| super::level(level).to_owned()),
            Some(("count", rows)) => format!("{rows} shown"),
            Some(("hours" | "emergency_hours", hours)) => {
                hours.parse().map_or_else(|_| hours.to_owned(), super::emergency_hours)
            }
            Some(("day", day)) => day.to_owned(),
            _ => word.replace('_', " "),
        },
    };
    detail.split(' ').filter(|part| !part.is_empty()).map(word).collect::<Vec<_>>().join(", ")
}

/// What somebody was refused, of an entry's door and reason.
pub fn refused(detail: &str) -> String {
    let (door, why) = detail.split_once(' ').unwrap_or((detail, ""));
    let what = match door.split('/').find(|part| !part.is_empty()).unwrap_or_default() {
        "access_log" => "who opened a record",
        "account" | "passwords" => "their own account",
        "activities" => "a home activity",
        "bulk" => "a bulk invitation",
        "chat" => "a conversation",
        "console" | "notifications" => "the console",
        "documents" => "a document",
        "family" => "who sees a record",
        "emergencies" => "an emergency access",
        "files" | "uploads" => "a file",
        "forms" => "a form",
        "group_chat" => "a conversation with colleagues",
        "handout" => "the portal handout",
        "history" => "the history",
        "invitations" => "an invitation to the portal",
        "locations" => "a location",
        "mails" => "the mail",
        "memberships" => "an invitation to join",
        "note_templates" => "a note template",
        "notes" => "a note",
        "patients" => "a patient",
        "pdf" => "a note or a document as a PDF",
        "portal" => "a record in the portal",
        "portal_users" => "a portal user",
        "relationships" => "access to a patient",
        "reports" => "a report",
        "set_up" => "the first set-up",
        "settings" => "the settings",
        "templates" => "a template",
        "updates" => "a change from the portal",
        "users" => "a user",
        _ => "something else",
    };
    let why = match why {
        "not found" => "not there, or not open to them",
        "Level" => "not part of their access level",
        "ReadOnly" => "they may look, not change",
        "NamesHidden" => "patient names are hidden from them",
        "Door" => "they were signed in on the other side",
        "TemporaryPassword" => "they had no password of their own yet",
        "NoGroup" => "they did not work in this practice",
        "Setting" => "not part of their access settings",
        "NotYours" => "that is the patient's own to decide",
        "OwnRecord" => "it was their own record",
        "OwnUpdate" => "they had asked for it themselves",
        "NotAuthor" => "somebody else wrote it",
        "ChatOff" => "chat is switched off in the practice",
        "ChatOffForPatient" => "chat is switched off for the patient",
        "NotNeeded" => "they see every record as it is",
        "SharingOff" => "note sharing was switched off",
        "UpdatesOff" => "the practice takes no changes from the portal",
        _ => return format!("Asked for {what}"),
    };
    format!("Asked for {what}: {why}")
}

#[cfg(test)]
mod tests {
    use domain::error::Refusal;

    use super::*;

    // The history speaks of no door by the name it has in the program.
    #[test]
    fn every_refusal_has_words() {
        assert_eq!(refused("patients/profile not found"), "Asked for a patient: not there, or not open to them");
        for reason in [
            Refusal::Level,
            Refusal::ReadOnly,
            Refusal::NamesHidden,
            Refusal::Door,
            Refusal::TemporaryPassword,
            Refusal::NoGroup,
            Refusal::Setting,
            Refusal::NotYours,
            Refusal::OwnRecord,
            Refusal::OwnUpdate,
            Refusal::UpdatesOff,
            Refusal::NotAuthor,
            Refusal::SharingOff,
            Refusal::NotNeeded,
            Refusal::ChatOff,
            Refusal::ChatOffForPatient,
        ] {
            let text = refused(&format!("users/list {reason:?}"));
            assert!(text.starts_with("Asked for a user: "), "{text}");
        }
        for route in ["/pdf/:patient/:record", "/files/:patient/:file/view", "/uploads/:patient/:file/:number"] {
            assert!(!refused(route).contains("something else"), "{route}");
        }
        let doors = include_str!("../../../../server/doors.toml");
        let doors = doors.lines().filter_map(|line| line.strip_prefix('"')).filter(|line| !line.starts_with('/'));
        for door in doors.filter_map(|line| line.split_once('/')).map(|(noun, _)| noun) {
            assert!(!refused(door).contains("something else"), "{door}");
        }
    }
}
