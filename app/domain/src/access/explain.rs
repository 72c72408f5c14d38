//! Why somebody may or may not (B-16): the answer of the code that decides, without the proof that it would earn.

use serde::{Deserialize, Serialize};

use super::{
    actor::Who,
    chat::{ConversationFacts, StartFacts},
    group_chat::{GroupChatFacts, GroupConversationFacts},
    notes::NoteFacts,
    proof::Denied,
    rights::{self, PatientFacts, Right},
};
use crate::{
    chat::Switches,
    error::Conflict,
    patient::Status,
    practice::PatientAccess,
    user::{User, UserState},
};

/// What a decision rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// The access level includes it.
    Level,
    /// The access level does not include it.
    LevelTooLow,
    /// They treat the patient: an appointment, an invoice or a note says so.
    Automatic,
    /// They were granted the patient.
    Granted,
    /// The patient was hidden from them.
    Revoked,
    /// Their level reaches own patients only, and nothing makes this one theirs.
    NotTheirs,
    /// The user may look, not change.
    ReadOnly,
    /// The user sees no names.
    NamesHidden,
    /// A single setting of the user allows it.
    SettingOn,
    /// A single setting of the user would have to allow it.
    SettingOff,
    /// A single setting of the user forbids it.
    SettingForbids,
    /// Only practitioners have it.
    PractitionersOnly,
    /// They opened it in an emergency, and that is not over.
    Emergency,
    /// They wrote it.
    Author,
    /// Somebody else wrote it.
    NotAuthor,
    /// It was shared with them.
    Shared,
    /// It was not shared with them.
    NotShared,
    /// It was not published yet.
    Draft,
    /// Its author keeps it private.
    Private,
    /// The group does not share notes among colleagues at present.
    SharingOff,
    /// The patient is of another group.
    OtherGroup,
    /// It is for the other side of the house.
    OtherSide,
    /// A temporary password waits to be replaced.
    TemporaryPassword,
    /// They are in no group.
    NoGroup,
    /// They have not accepted yet to join the group.
    NotJoined,
    /// They do not work in the group.
    NotWorking,
    /// The record is their own, or that of somebody they act for.
    Portal,
    /// Their access to the record is not activated, or was suspended.
    PortalShut,
    /// The record was closed.
    RecordClosed,
    /// The group does not invite patients at present.
    InvitationsOff,
    /// The practice opens no records in emergencies.
    EmergenciesOff,
    /// The practice does not chat with patients at present.
    ChatOff,
    /// Chat is switched off for the patient.
    ChatOffForPatient,
    /// The conversation is somebody else's.
    NotTakingPart,
    /// They take part in the conversation.
    TakingPart,
    /// The conversation is between two: nobody joins it, and it has no name.
    BetweenTwo,
    /// Users of the group do not write to each other at present.
    GroupChatOff,
    /// The patient is blocked.
    PatientBlocked,
    /// The patient has died.
    PatientDeceased,
}

/// One right, and whether somebody has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The right's name.
    pub right: String,
    /// May they?
    pub may: bool,
    /// Why, or why not.
    pub because: Because,
    /// May others know that the thing is there? A patient who is hidden is in no list either.
    pub hidden: bool,
}

fn explain<R: Right>(who: &Who, subject: &R::Subject) -> Explanation {
    let (may, because, hidden) = match R::decide(who, subject) {
        Ok(granted) => (true, granted.because, false),
        Err(refused) => (false, refused.because, refused.denied == Denied::NotFound),
    };
    Explanation { right: R::NAME.to_owned(), may, because, hidden }
}

macro_rules! explained {
    ($who:expr, $subject:expr, $($right:ident),+ $(,)?) => {
        vec![$(explain::<rights::$right>($who, $subject)),+]
    };
}

/// Every right in the group at large.
#[must_use]
pub fn in_group(who: &Who) -> Vec<Explanation> {
    // As it is where group chat is on; that it is off stands in the way afterwards.
    let mut all = explained!(who, &GroupChatFacts { on: true }, StartGroupConversation);
    all.extend(explained!(
        who,
        &(),
        EnterGroup,
        ListPatients,
        AddPatient,
        ReviewUpdates,
        InvitePatients,
        ShareNotes,
        ViewHistory,
        ExportData,
        ManageUsers,
        ManageLocations,
        ManageSettings,
        ManageTemplates,
        ManageForms,
        ManageMail,
        SeekInEmergency,
        ReviewEmergencies,
    ));
    all
}

/// Every right over one note, and over its patient's notes at large.
#[must_use]
pub fn on_note(who: &Who, facts: &NoteFacts) -> Vec<Explanation> {
    let mut all = explained!(who, &facts.of, ListNotes, ShareWithColleagues);
    all.extend(explained!(who, facts, ReadNote, EditNote, WithdrawNote, ShareNote));
    all
}

/// Every right over one conversation.
#[must_use]
pub fn on_conversation(who: &Who, facts: &ConversationFacts) -> Vec<Explanation> {
    explained!(who, facts, ReadConversation, WriteConversation)
}

/// Every right over one conversation between users.
#[must_use]
pub fn on_group_conversation(who: &Who, facts: &GroupConversationFacts) -> Vec<Explanation> {
    explained!(who, facts, ReadGroupConversation, WriteGroupConversation, ManageGroupConversation)
}

/// Every right over one patient.
#[must_use]
pub fn on_patient(who: &Who, facts: &PatientFacts) -> Vec<Explanation> {
    // As it is where everything is switched on; what is not stands in the way afterwards.
    let switches = Switches { practice: true, patient: true, reachable: true };
    let mut all = explained!(who, &StartFacts { of: *facts, switches }, StartConversation);
    all.extend(explained!(
        who,
        facts,
        ViewPatient,
        ViewContacts,
        EditPatient,
        ViewPatientAccess,
        InvitePatient,
        ViewAppointments,
        ViewInvoices,
        ViewNotes,
        WriteNotes,
        SendForms,
        ViewForms,
        ViewFormAnswers,
        ViewSocialHistory,
        ReadDocuments,
        WriteDocuments,
        ReadActivities,
        AssignActivities,
        ViewFiles,
        ReadFiles,
        AddFiles,
        ManageFiles,
        ManageRelationships,
        OpenInEmergency,
    ));
    all
}

/// What holds whoever asks: a right to invite is of no use where nobody can be invited. In the group at large the status is
/// that of any patient, `Active`.
pub fn stand_in_the_way(all: &mut [Explanation], settings: &PatientAccess, emergencies: bool, status: Status) {
    // Forms go to whoever can open them, whether others may be invited or not.
    let closed = match status {
        Status::Active | Status::Inactive => None,
        Status::Blocked => Some(Because::PatientBlocked),
        Status::Deceased => Some(Because::PatientDeceased),
    };
    let nobody_invited = match settings.invites_to(status) {
        Ok(()) => None,
        Err(Conflict::InvitationsOff) => Some(Because::InvitationsOff),
        Err(_) => closed,
    };
    let no_chat = (!settings.chats_with_patients()).then_some(Because::ChatOff);
    let no_group_chat = (!settings.group_chat).then_some(Because::GroupChatOff);
    let no_emergencies = (!emergencies).then_some(Because::EmergenciesOff);
    let opening = [rights::OpenInEmergency::NAME, rights::SeekInEmergency::NAME];
    let inviting = [rights::InvitePatient::NAME, rights::InvitePatients::NAME];
    for one in all.iter_mut().filter(|one| one.may) {
        let because = match &*one.right {
            right if inviting.contains(&right) => nobody_invited,
            right if opening.contains(&right) => no_emergencies,
            rights::SendForms::NAME => closed,
            rights::StartConversation::NAME => no_chat.or(closed),
            rights::StartGroupConversation::NAME => no_group_chat,
            _ => None,
        };
        if let Some(because) = because {
            (one.may, one.because) = (false, because);
        }
    }
}

/// What holds for a user whatever the right: one who does not work in the group may nothing.
#[must_use]
pub const fn outside(user: &User) -> Option<Because> {
    match user.state {
        UserState::Active => None,
        UserState::Invited => Some(Because::NotJoined),
        UserState::Rejected | UserState::Deactivated => Some(Because::NotWorking),
    }
}
