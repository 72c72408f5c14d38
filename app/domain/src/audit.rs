//! What is written down about every read and change of a patient's record, in the same unit of work (decision 13).
//!
//! Entries of one chain follow each other without gaps; each carries the hash of the one before, so that removing,
//! changing, inserting or reordering shows (B-02).

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::{ids::GroupId, time::Time};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The group was made at the first run.
    GroupCreated,
    /// Signed in.
    SignedIn,
    /// Signed out, on one device.
    SignedOut,
    /// Signed out on every device.
    SignedOutEverywhere,
    /// Went from console to portal or back.
    SwitchedDoor,
    /// A sign-in was refused.
    SignInFailed,
    /// Asked for a link that sets a password.
    PasswordLinkRequested,
    /// A password was set or changed.
    PasswordSet,
    /// A list or search of patients was shown.
    PatientsListed,
    /// A report was run.
    ReportRun,
    /// A report was saved as a file.
    ReportExported,
    /// A patient's record was shown.
    PatientViewed,
    /// A patient's record was made.
    PatientAdded,
    /// A patient's record was changed.
    PatientChanged,
    /// A portal user saw what a record says of the person.
    OwnProfileViewed,
    /// A portal user changed their record, or asked for it to be changed.
    UpdateAsked,
    /// A portal user took such a change back.
    UpdateTakenBack,
    /// It was shown which changes portal users asked for.
    UpdatesViewed,
    /// Such a change was approved.
    UpdateApproved,
    /// Such a change was not accepted.
    UpdateRejected,
    /// A decision about such a change was taken back.
    UpdateUndone,
    /// A contact was added.
    ContactAdded,
    /// A contact was changed.
    ContactChanged,
    /// A contact was removed.
    ContactRemoved,
    /// A patient was invited to the portal.
    InvitationMade,
    /// A bulk invitation was started: each patient's own entry follows.
    BulkInvitationStarted,
    /// A bulk invitation was stopped by hand.
    BulkInvitationStopped,
    /// What came of a bulk invitation was saved as a file.
    BulkInvitationExported,
    /// A new link was sent.
    InvitationResent,
    /// An invitation was taken back.
    InvitationRevoked,
    /// The page behind an invitation's link was seen.
    InvitationOpened,
    /// An invitation was accepted.
    InvitationAccepted,
    /// The list of invitations was shown.
    InvitationsViewed,
    /// The list of a patient's portal users was shown.
    PortalUsersViewed,
    /// A portal user was looked for by an address.
    PortalUserSearched,
    /// How far a portal user's access reaches was changed.
    GrantChanged,
    /// A portal user's access was suspended.
    GrantSuspended,
    /// A portal user's access was restored.
    GrantRestored,
    /// A portal user's access was ended: by the patient's side, by the portal user, or at its end.
    GrantEnded,
    /// A portal user saw their record's home.
    PortalHomeViewed,
    /// A portal user saw who opened the record.
    AccessLogViewed,
    /// Settings were changed.
    SettingsChanged,
    /// A template was added.
    TemplateAdded,
    /// A template was changed.
    TemplateChanged,
    /// A template was removed.
    TemplateRemoved,
    /// A form was made.
    FormAdded,
    /// A form's draft was changed.
    FormChanged,
    /// A new version of a form was published.
    FormPublished,
    /// A form was put away.
    FormArchived,
    /// A form that was put away is in use again.
    FormRestored,
    /// A form was sent to a portal user.
    FormSent,
    /// A form that was sent was taken back.
    FormWithdrawn,
    /// It was shown which forms were sent to a portal user.
    FormsListed,
    /// A form that was sent was opened, with what was filled in.
    FormViewed,
    /// A form that was returned was made a file.
    FormPrinted,
    /// What a portal user had filled in was kept.
    FormSaved,
    /// A portal user returned a form.
    FormReturned,
    /// Looked at a patient's notes, or at those that were shared.
    NotesListed,
    /// Read a note, or one of its versions.
    NoteViewed,
    /// Opened the draft of a note, to go on writing it.
    NoteDraftOpened,
    /// Looked at a note as the patient would see it.
    NotePreviewed,
    /// Kept what was typed into a note.
    NoteSaved,
    /// Published a version of a note.
    NotePublished,
    /// Threw the draft of a note away.
    NoteDiscarded,
    /// Made a note private, or not any more.
    NotePrivacyChanged,
    /// Shared a note, with the patient or a colleague.
    NoteShared,
    /// Ended that a note is shared.
    NoteUnshared,
    /// Shared all of one's notes about a patient with a colleague.
    AllNotesShared,
    /// Ended that.
    AllNotesUnshared,
    /// Looked at which documents a record has.
    DocumentsListed,
    /// Read a document that is or was completed.
    DocumentViewed,
    /// Opened the draft of a document.
    DocumentDraftOpened,
    /// Looked at a document as the patient would see it.
    DocumentPreviewed,
    /// Kept the draft of a document.
    DocumentSaved,
    /// Threw the draft of a document away.
    DocumentDiscarded,
    /// Completed a document.
    DocumentCompleted,
    /// Took a document back.
    DocumentWithdrawn,
    /// Said in the portal that a document was read.
    DocumentAcknowledged,
    /// A document or a note was made a file.
    RecordPrinted,
    /// A portal user took a whole record along.
    RecordDownloaded,
    /// Looked at which home activities a record has.
    ActivitiesListed,
    /// Looked at a home activity.
    ActivityViewed,
    /// Assigned a home activity.
    ActivityAssigned,
    /// Changed a home activity.
    ActivityChanged,
    /// Ended a home activity.
    ActivityEnded,
    /// Took a home activity back.
    ActivityWithdrawn,
    /// Ticked a home activity off for a day.
    ActivityDone,
    /// Took back that a home activity was done on a day.
    ActivityNotDone,
    /// Looked at which conversations there are.
    ConversationsListed,
    /// Began a conversation with a patient.
    ConversationBegun,
    /// Read in a conversation.
    ConversationViewed,
    /// Sent a message.
    MessageSent,
    /// Withdrew a message.
    MessageWithdrawn,
    /// Said that nothing in a conversation waits for an answer.
    ConversationSettled,
    /// Switched chat on or off for a patient.
    ChatSwitched,
    /// Began a conversation with colleagues.
    GroupConversationBegun,
    /// Read in a conversation with colleagues.
    GroupConversationViewed,
    /// Wrote to colleagues.
    GroupMessageSent,
    /// Withdrew a message to colleagues.
    GroupMessageWithdrawn,
    /// Added a colleague to a conversation.
    GroupMemberAdded,
    /// Left a conversation with colleagues.
    GroupMemberLeft,
    /// Called a conversation with colleagues differently.
    GroupConversationRenamed,
    /// Looked at which files a record has.
    FilesListed,
    /// A file was added to a record.
    FileAdded,
    /// A file was opened.
    FileOpened,
    /// A file was named anew.
    FileChanged,
    /// A file of the practice was shown in the portal.
    FileShared,
    /// Ended that.
    FileWithdrawn,
    /// A file was taken out of a record.
    FileRemoved,
    /// The scanner found a virus in a file that waited for it.
    FileInfected,
    /// A parked mail was tried again.
    MailRetried,
    /// Went to another group that one works in.
    GroupSwitched,
    /// Proved the password again, for what matters most.
    SteppedUp,
    /// A user was added.
    UserAdded,
    /// Somebody with an account was asked to join the group.
    UserInvited,
    /// Somebody who was asked to join did.
    UserJoined,
    /// Somebody who was asked to join does not want to.
    UserDeclined,
    /// A user's details or access were changed.
    UserChanged,
    /// A user's access ended.
    UserDeactivated,
    /// A user's access was given back.
    UserReactivated,
    /// An invitation to join the group was taken back.
    UserInvitationRevoked,
    /// A location was added.
    LocationAdded,
    /// A location was changed.
    LocationChanged,
    /// A patient was granted to a practitioner.
    PatientGranted,
    /// A patient was hidden from a practitioner.
    PatientHidden,
    /// A grant or a hiding was undone.
    PatientAccessUndone,
    /// A record was opened in an emergency.
    EmergencyOpened,
    /// Somebody was looked for in an emergency, and not found.
    EmergencySought,
    /// A record that was opened in an emergency was closed before its time.
    EmergencyEnded,
    /// It was shown which records were opened in emergencies.
    EmergenciesListed,
    /// It was said that such an opening was looked at.
    EmergencyReviewed,
    /// It was looked up what somebody may do.
    AccessExplained,
    /// What users did was looked at.
    HistoryViewed,
    /// What users did was exported.
    HistoryExported,
    /// A record was opened, or many were, in a way that is worth a second look (PR-14).
    UnusualAccess,
    /// Something was asked for that the caller may not do or see.
    Denied,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 136] = [
        Self::GroupCreated,
        Self::SignedIn,
        Self::SignedOut,
        Self::SignedOutEverywhere,
        Self::SwitchedDoor,
        Self::SignInFailed,
        Self::PasswordLinkRequested,
        Self::PasswordSet,
        Self::PatientsListed,
        Self::ReportRun,
        Self::ReportExported,
        Self::PatientViewed,
        Self::PatientAdded,
        Self::PatientChanged,
        Self::OwnProfileViewed,
        Self::UpdateAsked,
        Self::UpdateTakenBack,
        Self::UpdatesViewed,
        Self::UpdateApproved,
        Self::UpdateRejected,
        Self::UpdateUndone,
        Self::ContactAdded,
        Self::ContactChanged,
        Self::ContactRemoved,
        Self::InvitationMade,
        Self::BulkInvitationStarted,
        Self::BulkInvitationStopped,
        Self::BulkInvitationExported,
        Self::InvitationResent,
        Self::InvitationRevoked,
        Self::InvitationOpened,
        Self::InvitationAccepted,
        Self::InvitationsViewed,
        Self::PortalUsersViewed,
        Self::PortalUserSearched,
        Self::GrantChanged,
        Self::GrantSuspended,
        Self::GrantRestored,
        Self::GrantEnded,
        Self::PortalHomeViewed,
        Self::AccessLogViewed,
        Self::SettingsChanged,
        Self::TemplateAdded,
        Self::TemplateChanged,
        Self::TemplateRemoved,
        Self::FormAdded,
        Self::FormChanged,
        Self::FormPublished,
        Self::FormArchived,
        Self::FormRestored,
        Self::FormSent,
        Self::FormWithdrawn,
        Self::FormsListed,
        Self::FormViewed,
        Self::FormPrinted,
        Self::FormSaved,
        Self::FormReturned,
        Self::NotesListed,
        Self::NoteViewed,
        Self::NoteDraftOpened,
        Self::NotePreviewed,
        Self::NoteSaved,
        Self::NotePublished,
        Self::NoteDiscarded,
        Self::NotePrivacyChanged,
        Self::NoteShared,
        Self::NoteUnshared,
        Self::AllNotesShared,
        Self::AllNotesUnshared,
        Self::DocumentsListed,
        Self::DocumentViewed,
        Self::DocumentDraftOpened,
        Self::DocumentPreviewed,
        Self::DocumentSaved,
        Self::DocumentDiscarded,
        Self::DocumentCompleted,
        Self::DocumentWithdrawn,
        Self::DocumentAcknowledged,
        Self::RecordPrinted,
        Self::RecordDownloaded,
        Self::ActivitiesListed,
        Self::ActivityViewed,
        Self::ActivityAssigned,
        Self::ActivityChanged,
        Self::ActivityEnded,
        Self::ActivityWithdrawn,
        Self::ActivityDone,
        Self::ActivityNotDone,
        Self::ConversationsListed,
        Self::ConversationBegun,
        Self::ConversationViewed,
        Self::MessageSent,
        Self::MessageWithdrawn,
        Self::ConversationSettled,
        Self::ChatSwitched,
        Self::GroupConversationBegun,
        Self::GroupConversationViewed,
        Self::GroupMessageSent,
        Self::GroupMessageWithdrawn,
        Self::GroupMemberAdded,
        Self::GroupMemberLeft,
        Self::GroupConversationRenamed,
        Self::FilesListed,
        Self::FileAdded,
        Self::FileOpened,
        Self::FileChanged,
        Self::FileShared,
        Self::FileWithdrawn,
        Self::FileRemoved,
        Self::FileInfected,
        Self::MailRetried,
        Self::GroupSwitched,
        Self::SteppedUp,
        Self::UserAdded,
        Self::UserInvited,
        Self::UserJoined,
        Self::UserDeclined,
        Self::UserChanged,
        Self::UserDeactivated,
        Self::UserReactivated,
        Self::UserInvitationRevoked,
        Self::LocationAdded,
        Self::LocationChanged,
        Self::PatientGranted,
        Self::PatientHidden,
        Self::PatientAccessUndone,
        Self::EmergencyOpened,
        Self::EmergencySought,
        Self::EmergencyEnded,
        Self::EmergenciesListed,
        Self::EmergencyReviewed,
        Self::AccessExplained,
        Self::HistoryViewed,
        Self::HistoryExported,
        Self::UnusualAccess,
        Self::Denied,
    ];

    /// The code, as stored and hashed. Never change one: the chains of living databases depend on it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::GroupCreated => "group_created",
            Self::SignedIn => "signed_in",
            Self::SignedOut => "signed_out",
            Self::SignedOutEverywhere => "signed_out_everywhere",
            Self::SwitchedDoor => "switched_door",
            Self::SignInFailed => "sign_in_failed",
            Self::PasswordLinkRequested => "password_link_requested",
            Self::PasswordSet => "password_set",
            Self::PatientsListed => "patients_listed",
            Self::ReportRun => "report_run",
            Self::ReportExported => "report_exported",
            Self::PatientViewed => "patient_viewed",
            Self::PatientAdded => "patient_added",
            Self::PatientChanged => "patient_changed",
            Self::OwnProfileViewed => "own_profile_viewed",
            Self::UpdateAsked => "update_asked",
            Self::UpdateTakenBack => "update_taken_back",
            Self::UpdatesViewed => "updates_viewed",
            Self::UpdateApproved => "update_approved",
            Self::UpdateRejected => "update_rejected",
            Self::UpdateUndone => "update_undone",
            Self::ContactAdded => "contact_added",
            Self::ContactChanged => "contact_changed",
            Self::ContactRemoved => "contact_removed",
            Self::InvitationMade => "invitation_made",
            Self::BulkInvitationStarted => "bulk_invitation_started",
            Self::BulkInvitationStopped => "bulk_invitation_stopped",
            Self::BulkInvitationExported => "bulk_invitation_exported",
            Self::InvitationResent => "invitation_resent",
            Self::InvitationRevoked => "invitation_revoked",
            Self::InvitationOpened => "invitation_opened",
            Self::InvitationAccepted => "invitation_accepted",
            Self::InvitationsViewed => "invitations_viewed",
            Self::PortalUsersViewed => "portal_users_viewed",
            Self::PortalUserSearched => "portal_user_searched",
            Self::GrantChanged => "grant_changed",
            Self::GrantSuspended => "grant_suspended",
            Self::GrantRestored => "grant_restored",
            Self::GrantEnded => "grant_ended",
            Self::PortalHomeViewed => "portal_home_viewed",
            Self::AccessLogViewed => "access_log_viewed",
            Self::SettingsChanged => "settings_changed",
            Self::TemplateAdded => "template_added",
            Self::TemplateChanged => "template_changed",
            Self::TemplateRemoved => "template_removed",
            Self::FormAdded => "form_added",
            Self::FormChanged => "form_changed",
            Self::FormPublished => "form_published",
            Self::FormArchived => "form_archived",
            Self::FormRestored => "form_restored",
            Self::FormSent => "form_sent",
            Self::FormWithdrawn => "form_withdrawn",
            Self::FormsListed => "forms_listed",
            Self::FormViewed => "form_viewed",
            Self::FormPrinted => "form_printed",
            Self::FormSaved => "form_saved",
            Self::FormReturned => "form_returned",
            Self::NotesListed => "notes_listed",
            Self::NoteViewed => "note_viewed",
            Self::NoteDraftOpened => "note_draft_opened",
            Self::NotePreviewed => "note_previewed",
            Self::NoteSaved => "note_saved",
            Self::NotePublished => "note_published",
            Self::NoteDiscarded => "note_discarded",
            Self::NotePrivacyChanged => "note_privacy_changed",
            Self::NoteShared => "note_shared",
            Self::NoteUnshared => "note_unshared",
            Self::AllNotesShared => "all_notes_shared",
            Self::AllNotesUnshared => "all_notes_unshared",
            Self::DocumentsListed => "documents_listed",
            Self::DocumentViewed => "document_viewed",
            Self::DocumentDraftOpened => "document_draft_opened",
            Self::DocumentPreviewed => "document_previewed",
            Self::DocumentSaved => "document_saved",
            Self::DocumentDiscarded => "document_discarded",
            Self::DocumentCompleted => "document_completed",
            Self::DocumentWithdrawn => "document_withdrawn",
            Self::DocumentAcknowledged => "document_acknowledged",
            Self::RecordPrinted => "record_printed",
            Self::RecordDownloaded => "record_downloaded",
            Self::ActivitiesListed => "activities_listed",
            Self::ActivityViewed => "activity_viewed",
            Self::ActivityAssigned => "activity_assigned",
            Self::ActivityChanged => "activity_changed",
            Self::ActivityEnded => "activity_ended",
            Self::ActivityWithdrawn => "activity_withdrawn",
            Self::ActivityDone => "activity_done",
            Self::ActivityNotDone => "activity_not_done",
            Self::ConversationsListed => "conversations_listed",
            Self::ConversationBegun => "conversation_begun",
            Self::ConversationViewed => "conversation_viewed",
            Self::MessageSent => "message_sent",
            Self::MessageWithdrawn => "message_withdrawn",
            Self::ConversationSettled => "conversation_settled",
            Self::ChatSwitched => "chat_switched",
            Self::GroupConversationBegun => "group_conversation_begun",
            Self::GroupConversationViewed => "group_conversation_viewed",
            Self::GroupMessageSent => "group_message_sent",
            Self::GroupMessageWithdrawn => "group_message_withdrawn",
            Self::GroupMemberAdded => "group_member_added",
            Self::GroupMemberLeft => "group_member_left",
            Self::GroupConversationRenamed => "group_conversation_renamed",
            Self::FilesListed => "files_listed",
            Self::FileAdded => "file_added",
            Self::FileOpened => "file_opened",
            Self::FileChanged => "file_changed",
            Self::FileShared => "file_shared",
            Self::FileWithdrawn => "file_withdrawn",
            Self::FileRemoved => "file_removed",
            Self::FileInfected => "file_infected",
            Self::MailRetried => "mail_retried",
            Self::GroupSwitched => "group_switched",
            Self::SteppedUp => "stepped_up",
            Self::UserAdded => "user_added",
            Self::UserInvited => "user_invited",
            Self::UserJoined => "user_joined",
            Self::UserDeclined => "user_declined",
            Self::UserChanged => "user_changed",
            Self::UserDeactivated => "user_deactivated",
            Self::UserReactivated => "user_reactivated",
            Self::UserInvitationRevoked => "user_invitation_revoked",
            Self::LocationAdded => "location_added",
            Self::LocationChanged => "location_changed",
            Self::PatientGranted => "patient_granted",
            Self::PatientHidden => "patient_hidden",
            Self::PatientAccessUndone => "patient_access_undone",
            Self::EmergencyOpened => "emergency_opened",
            Self::EmergencySought => "emergency_sought",
            Self::EmergencyEnded => "emergency_ended",
            Self::EmergenciesListed => "emergencies_listed",
            Self::EmergencyReviewed => "emergency_reviewed",
            Self::AccessExplained => "access_explained",
            Self::HistoryViewed => "history_viewed",
            Self::HistoryExported => "history_exported",
            Self::UnusualAccess => "unusual_access",
            Self::Denied => "denied",
        }
    }
}

impl Action {
    /// Reads a code; none when it is a newer program's.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.code() == code)
    }

    /// May it stand in a group's own trail? Who is nobody yet belongs to no group.
    #[must_use]
    pub const fn is_of_a_group(self) -> bool {
        !matches!(self, Self::SignInFailed | Self::PasswordLinkRequested)
    }
}

/// One entry before it has its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The group whose chain it joins; none for what belongs to no group, such as a refused sign-in.
    pub group: Option<GroupId>,
    /// When.
    pub at: Time,
    /// Who did it: an account's, user's or job's id as text; empty when nobody is known.
    pub actor: String,
    /// What was done.
    pub action: Action,
    /// To what: an id as text; empty when the action has no object.
    pub subject: String,
    /// What else is worth knowing: ids, field names, counts. Never the content of a record.
    pub detail: String,
    /// The network address it came from; empty for jobs and commands.
    pub origin: String,
    /// Was it done only because a record was opened in an emergency (PR-04)?
    pub emergency: bool,
}

impl Entry {
    /// The text that is hashed, with the entry in its place.
    #[must_use]
    pub fn canonical(&self, chain: &str, seq: i64, previous: &str) -> String {
        let place = Place { chain, seq, previous };
        let (action, at) = (self.action.code(), self.at.millis());
        canonical(&place, at, [&self.actor, action, &self.subject, &self.detail, &self.origin], self.emergency)
    }
}

/// Where an entry stands.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Which chain: a group's id as text, or `system`.
    pub chain: &'a str,
    /// Its number in the chain, from 1.
    pub seq: i64,
    /// The hash of the entry before, in hex; empty for the first.
    pub previous: &'a str,
}

/// The text that is hashed, from an entry's raw parts: actor, action's code, subject, detail, origin. A trail may hold
/// actions that this program does not know; they verify all the same. Lengths stand before the parts, so that no two
/// entries give the same text. What is not marked gives the text it gave before there were marks.
#[must_use]
pub fn canonical(place: &Place<'_>, at_millis: i64, parts: [&str; 5], emergency: bool) -> String {
    let mut text = String::from("portico-audit-1");
    let (seq, at) = (place.seq.to_string(), at_millis.to_string());
    for part in [place.chain, &seq, place.previous, &at].into_iter().chain(parts) {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{}:{part}", part.len());
    }
    if emergency {
        text.push_str("\nemergency");
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(actor: &str, subject: &str, detail: &str) -> Entry {
        Entry {
            group: None,
            at: Time::from_millis(5),
            actor: actor.into(),
            action: Action::Denied,
            subject: subject.into(),
            detail: detail.into(),
            origin: String::new(),
            emergency: false,
        }
    }

    // PR-04, B-02: to take a mark off an entry, or to put one on, breaks the chain.
    #[test]
    fn a_mark_is_hashed() {
        let plain = entry("a", "b", "c");
        let marked = Entry { emergency: true, ..plain.clone() };
        assert_ne!(plain.canonical("x", 1, ""), marked.canonical("x", 1, ""));
        assert!(marked.canonical("x", 1, "").starts_with(&plain.canonical("x", 1, "")));
    }

    #[test]
    fn codes_are_unique() {
        let mut codes: Vec<_> = Action::ALL.iter().map(|action| action.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Action::ALL.len());
    }

    proptest! {
        /// Moving text from one part into the next gives another hash input.
        #[test]
        fn different_entries_differ(a in "[ab\n:0-9]{0,6}", b in "[ab\n:0-9]{0,6}", c in "[ab\n:0-9]{0,6}", d in "[ab\n:0-9]{0,6}") {
            let one = entry(&a, &b, "").canonical("x", 1, "");
            let two = entry(&c, &d, "").canonical("x", 1, "");
            prop_assert_eq!(one == two, a == c && b == d);
        }
    }
}
