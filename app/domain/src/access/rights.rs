//! Every right there is, and who holds it. One `match` for each.

use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use super::{
    activities::{self, OwnActivityFacts},
    actor::{Actor, By, Face, UserFace, Waits, Who},
    chat::{self, ConversationFacts, OwnConversationFacts, StartFacts},
    documents::{self, OwnDocumentFacts},
    emergency,
    explain::Because,
    files::{self, OwnFileFacts},
    group_chat::{self, GroupChatFacts, GroupConversationFacts},
    notes::{self, NoteFacts, NotesFacts, OwnNoteFacts},
    proof::{
        Access, Denied, Granted, InGroup, NotesReach, OnConversation, OnGroupConversation, OnNote, OnPatient,
        OwnActivity, OwnConversation, OwnDocument, OwnFile, OwnFilesReach, OwnNote, OwnRecord, Refused,
    },
};
use crate::{
    error::Refusal,
    grant::{self, Birthdays, Grant, Kind, Reach, State},
    ids::{GroupId, PatientId},
    patient::Status,
    time::Time,
    user::{Level, Role},
};

mod sealed {
    pub trait Sealed {}
}

/// What a decision comes to.
pub type Decision<S> = Result<Granted<S>, Refused>;

/// A right. The list is closed: it is the one below.
pub trait Right: sealed::Sealed + Copy {
    /// What must be known to decide.
    type Subject;
    /// How far a proof of it reaches.
    type Scope;
    /// Its name in the printed matrix and in the audit trail.
    const NAME: &'static str;

    /// Who holds it, and why.
    ///
    /// # Errors
    /// [`Refused`], with what the caller may be told.
    fn decide(who: &Who, subject: &Self::Subject) -> Decision<Self::Scope>;
}

/// How a practitioner and a patient belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relationship {
    /// Made by an appointment, an invoice or a note.
    Automatic,
    /// Given by somebody who may.
    Granted,
    /// Taken away: hides the patient from the practitioner entirely.
    Revoked,
}

impl Relationship {
    /// The code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::Granted => "granted",
            Self::Revoked => "revoked",
        }
    }

    /// Reads a code. An unknown one hides the patient: fail closed.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        match code {
            "automatic" => Self::Automatic,
            "granted" => Self::Granted,
            _ => Self::Revoked,
        }
    }
}

/// What must be known of a patient to decide about a user's rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatientFacts {
    /// The patient's group, from the row.
    pub group: GroupId,
    /// Which patient.
    pub patient: PatientId,
    /// How the asking user and the patient belong together, if they do.
    pub relationship: Option<Relationship>,
    /// Did the asking user open the record in an emergency, and is that not over yet (PR-04)?
    pub emergency: bool,
}

/// What must be known to decide about a portal user's rights, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantFacts {
    /// The grant, from the row.
    pub grant: Grant,
    /// Where the patient stands with the practice.
    pub status: Status,
    /// The patient's birthdays that matter.
    pub ages: Birthdays,
    /// Does the patient use the portal with an account of their own?
    pub patient_uses_portal: bool,
    /// The moment for which is asked.
    pub now: Time,
}

impl GrantFacts {
    /// How far the grant reaches, when it is open.
    #[must_use]
    pub fn reach(&self) -> Option<Reach> {
        self.grant.reach(&self.ages, self.now)
    }

    /// The same, and nothing while the record is closed: what mail about it goes by.
    #[must_use]
    pub fn open(&self) -> Option<Reach> {
        self.reach().filter(|_| !self.record_closed())
    }

    /// Is it over, or the record closed? Whoever is invited only has a grant that is neither open nor closed.
    #[must_use]
    pub fn closed(&self) -> bool {
        self.record_closed()
            || matches!(self.grant.state, State::Suspended { .. } | State::Ended { .. })
            || self.grant.last_moment(&self.ages).is_some_and(|end| self.now >= end)
    }

    const fn record_closed(&self) -> bool {
        matches!(self.status, Status::Blocked | Status::Deceased)
    }
}

impl Actor {
    /// Asks for a right; what comes back is the proof that storage wants.
    ///
    /// # Errors
    /// [`Denied`], with what the caller may be told.
    pub fn may<R: Right>(&self, _right: R, subject: &R::Subject) -> Result<Access<R>, Denied> {
        match R::decide(self.who(), subject) {
            Ok(granted) => {
                let by = By { emergency: granted.because == Because::Emergency, ..self.by() };
                Ok(Access { scope: granted.scope, by, right: PhantomData })
            }
            Err(refused) => Err(refused.denied),
        }
    }
}

macro_rules! rights {
    ($($(#[$doc:meta])* $name:ident($subject:ty) -> $scope:ty = $decide:path;)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            pub struct $name;

            impl sealed::Sealed for $name {}

            impl Right for $name {
                type Subject = $subject;
                type Scope = $scope;
                const NAME: &'static str = stringify!($name);

                fn decide(who: &Who, subject: &$subject) -> Decision<$scope> {
                    $decide(who, subject)
                }
            }
        )+

        /// The names of all rights, for the test that compares the matrix.
        pub const NAMES: &[&str] = &[$(stringify!($name)),+];
    };
}

rights! {
    /// Be in the console of the group the session is in; see one's own notifications.
    EnterGroup(()) -> InGroup = enter_group;
    /// See the list of patients and search it.
    ListPatients(()) -> InGroup = enter_group;
    /// Add a patient.
    AddPatient(()) -> InGroup = changes_patients;
    /// Decide about what patients changed in the portal, across the group.
    ReviewUpdates(()) -> InGroup = changes_patients;
    /// Open a record in an emergency that one does not reach otherwise: to read it, for a time (PR-04).
    OpenInEmergency(PatientFacts) -> OnPatient = emergency::open_in_emergency;
    /// Look for somebody whose record to open in an emergency.
    SeekInEmergency(()) -> InGroup = emergency::seek_in_emergency;
    /// See which records were opened in an emergency; end that; say that it was looked at.
    ReviewEmergencies(()) -> InGroup = manage_settings;
    /// See a patient's contact details and profile.
    ViewPatient(PatientFacts) -> OnPatient = view_patient;
    /// See a patient's contacts: people with names, which give the patient's away.
    ViewContacts(PatientFacts) -> OnPatient = view_contacts;
    /// Change a patient's details and contacts.
    EditPatient(PatientFacts) -> OnPatient = edit_patient;
    /// See who was invited to the patient's portal and what became of it.
    ViewPatientAccess(PatientFacts) -> OnPatient = view_patient;
    /// Invite to the patient's portal; resend, revoke; change, suspend and restore what portal users may.
    InvitePatient(PatientFacts) -> OnPatient = invite_patient;
    /// Invite many patients at once; each of them takes [`InvitePatient`] as well.
    InvitePatients(()) -> InGroup = changes_patients;
    /// See a patient's appointments in anybody's calendar.
    ViewAppointments(PatientFacts) -> OnPatient = view_patient;
    /// See a patient's invoices, whoever wrote them.
    ViewInvoices(PatientFacts) -> OnPatient = view_invoices;
    /// See a patient's clinical notes and tools, whoever wrote them; one's own and those shared are a note's own matter.
    ViewNotes(PatientFacts) -> OnPatient = view_notes;
    /// Know of a patient's notes: one's own, those that are shared, or all.
    ListNotes(NotesFacts) -> NotesReach = notes::list_notes;
    /// Write notes about a patient.
    WriteNotes(PatientFacts) -> OnPatient = notes::write_notes;
    /// Read a note.
    ReadNote(NoteFacts) -> OnNote = notes::read_note;
    /// Change one's own note, publish it, keep it private, end that it is shared.
    EditNote(NoteFacts) -> OnNote = notes::edit_note;
    /// End that the patient sees a note.
    WithdrawNote(NoteFacts) -> OnNote = notes::withdraw_note;
    /// Share one's own note, with the patient or (with [`ShareWithColleagues`]) with colleagues.
    ShareNote(NoteFacts) -> OnNote = notes::share_note;
    /// Share one's notes about a patient with colleagues.
    ShareWithColleagues(NotesFacts) -> OnPatient = notes::share_with_colleagues;
    /// Share one's notes with colleagues and patients.
    ShareNotes(()) -> InGroup = share_notes;
    /// Read a patient's documents, drafts among them.
    ReadDocuments(PatientFacts) -> OnPatient = documents::read_documents;
    /// Write documents, complete them, take them back.
    WriteDocuments(PatientFacts) -> OnPatient = documents::write_documents;
    /// See which home activities a patient has, and how often they did them.
    ReadActivities(PatientFacts) -> OnPatient = activities::read_activities;
    /// Assign home activities, change and end them.
    AssignActivities(PatientFacts) -> OnPatient = activities::assign_activities;
    /// Begin a conversation with a patient; it switches chat on for them.
    StartConversation(StartFacts) -> OnPatient = chat::start_conversation;
    /// Read a conversation with a patient: one's own.
    ReadConversation(ConversationFacts) -> OnConversation = chat::read_conversation;
    /// Write in it.
    WriteConversation(ConversationFacts) -> OnConversation = chat::write_conversation;
    /// Begin a conversation with colleagues.
    StartGroupConversation(GroupChatFacts) -> InGroup = group_chat::start_group_conversation;
    /// Read a conversation between users: one that one takes part in.
    ReadGroupConversation(GroupConversationFacts) -> OnGroupConversation = group_chat::read_group_conversation;
    /// Write in it.
    WriteGroupConversation(GroupConversationFacts) -> OnGroupConversation = group_chat::write_group_conversation;
    /// Call it differently, add colleagues, leave it.
    ManageGroupConversation(GroupConversationFacts) -> OnGroupConversation = group_chat::manage_group_conversation;
    /// Know that a patient has files, of what kind and how large: neither their names nor what is in them.
    ViewFiles(PatientFacts) -> OnPatient = files::view_files;
    /// Open a patient's files.
    ReadFiles(PatientFacts) -> OnPatient = files::read_files;
    /// Add files to a patient's record.
    AddFiles(PatientFacts) -> OnPatient = files::add_files;
    /// Name a file anew, show it in the portal, remove it.
    ManageFiles(PatientFacts) -> OnPatient = files::manage_files;
    /// Grant a patient to practitioners and hide one from them.
    ManageRelationships(PatientFacts) -> OnPatient = manage_relationships;
    /// See, add and change users and their access; explain it.
    ManageUsers(()) -> InGroup = manage_settings;
    /// See and change locations.
    ManageLocations(()) -> InGroup = manage_settings;
    /// See and change the group's settings.
    ManageSettings(()) -> InGroup = manage_settings;
    /// See and change communication templates.
    ManageTemplates(()) -> InGroup = manage_settings;
    /// Make, change, publish and put away forms.
    ManageForms(()) -> InGroup = manage_settings;
    /// Send forms to the patient's portal users; take them back.
    SendForms(PatientFacts) -> OnPatient = invite_patient;
    /// See which forms were sent and where they stand, without the answers.
    ViewForms(PatientFacts) -> OnPatient = view_patient;
    /// Read what was answered.
    ViewFormAnswers(PatientFacts) -> OnPatient = view_form_answers;
    /// See how the patient lives: the social history. It is for those who treat the patient, as answers are.
    ViewSocialHistory(PatientFacts) -> OnPatient = view_form_answers;
    /// See mail that cannot be delivered, and try it again.
    ManageMail(()) -> InGroup = manage_settings;
    /// See what users did.
    ViewHistory(()) -> InGroup = view_history;
    /// Take what one may see out of the program.
    ExportData(()) -> InGroup = export_data;
    /// See one's own record in the portal, or that of a person one acts for: what it is called, appointments, invoices.
    ViewOwnRecord(GrantFacts) -> OwnRecord = view_own_record;
    /// See what was shared of it: notes, documents, conversations, health.
    ViewOwnClinical(GrantFacts) -> OwnRecord = view_own_clinical;
    /// Read a note that was shared with the patient.
    ReadOwnNote(OwnNoteFacts) -> OwnNote = notes::read_own_note;
    /// Read a completed document of it.
    ReadOwnDocument(OwnDocumentFacts) -> OwnDocument = documents::read_own_document;
    /// Read a home activity that was assigned.
    ReadOwnActivity(OwnActivityFacts) -> OwnActivity = activities::read_own_activity;
    /// Tick it off.
    DoOwnActivity(OwnActivityFacts) -> OwnActivity = activities::do_own_activity;
    /// Read a conversation about it.
    ReadOwnConversation(OwnConversationFacts) -> OwnConversation = chat::read_own_conversation;
    /// Write in it.
    WriteOwnConversation(OwnConversationFacts) -> OwnConversation = chat::write_own_conversation;
    /// Know of the files of it: those one sent, or all that the portal shows.
    ListOwnFiles(GrantFacts) -> OwnFilesReach = files::list_own_files;
    /// Open one of them.
    ReadOwnFile(OwnFileFacts) -> OwnFile = files::read_own_file;
    /// Send files to the practice (S0-21).
    SendOwnFiles(GrantFacts) -> OwnRecord = files::send_own_files;
    /// Act in it: answer forms, write, book.
    EditOwnRecord(GrantFacts) -> OwnRecord = edit_own_record;
    /// See who else may open it, invite others, and end what one gave.
    ManageOwnAccess(GrantFacts) -> OwnRecord = manage_own_access;
    /// See who opened and changed it.
    ViewAccessLog(GrantFacts) -> OwnRecord = view_access_log;
    /// Give up one's own access to somebody else's record.
    LeaveRecord(GrantFacts) -> OwnRecord = leave_record;
}

pub(super) fn yes<S>(scope: S, because: Because) -> Decision<S> {
    Ok(Granted { scope, because })
}

pub(super) const fn no(refusal: Refusal, because: Because) -> Refused {
    Refused { denied: Denied::Forbidden(refusal), because }
}

pub(super) const fn hidden(because: Because) -> Refused {
    Refused { denied: Denied::NotFound, because }
}

pub(super) fn user(who: &Who) -> Result<&UserFace, Refused> {
    match &who.face {
        Face::User(user) => Ok(user),
        Face::Lobby(Waits::Password) => Err(no(Refusal::TemporaryPassword, Because::TemporaryPassword)),
        Face::Lobby(Waits::Group) => Err(no(Refusal::NoGroup, Because::NoGroup)),
        Face::Portal => Err(no(Refusal::Door, Because::OtherSide)),
    }
}

pub(super) fn in_group(user: &UserFace) -> InGroup {
    InGroup {
        group: user.group,
        user: user.user,
        own_only: user.level == Level::Personal,
        names_hidden: names_hidden(user),
    }
}

/// Only an administrator's names can be hidden; who treats a patient knows the name.
pub(super) fn names_hidden(user: &UserFace) -> bool {
    match user.level.role() {
        Role::Practitioner => false,
        Role::Administrator => user.settings.hide_names,
    }
}

pub(super) fn writes(user: &UserFace) -> Result<(), Refused> {
    if user.settings.read_only { Err(no(Refusal::ReadOnly, Because::ReadOnly)) } else { Ok(()) }
}

fn knows_names(user: &UserFace) -> Result<(), Refused> {
    if names_hidden(user) { Err(no(Refusal::NamesHidden, Because::NamesHidden)) } else { Ok(()) }
}

fn reaches_all(user: &UserFace) -> Result<(), Refused> {
    if user.level.is_full() { Ok(()) } else { Err(no(Refusal::Level, Because::LevelTooLow)) }
}

fn enter_group(who: &Who, (): &()) -> Decision<InGroup> {
    yes(in_group(user(who)?), Because::Level)
}

fn changes_patients(who: &Who, (): &()) -> Decision<InGroup> {
    let user = user(who)?;
    writes(user)?;
    knows_names(user)?;
    yes(in_group(user), Because::Level)
}

fn manage_settings(who: &Who, (): &()) -> Decision<InGroup> {
    let user = user(who)?;
    reaches_all(user)?;
    writes(user)?;
    yes(in_group(user), Because::Level)
}

pub(super) fn share_notes(who: &Who, (): &()) -> Decision<InGroup> {
    let user = user(who)?;
    match user.level.role() {
        Role::Practitioner => {}
        Role::Administrator => return Err(no(Refusal::Level, Because::PractitionersOnly)),
    }
    writes(user)?;
    if user.settings.no_note_sharing {
        return Err(no(Refusal::Setting, Because::SettingForbids));
    }
    yes(in_group(user), Because::Level)
}

fn view_history(who: &Who, (): &()) -> Decision<InGroup> {
    let user = user(who)?;
    if !user.settings.view_history {
        return Err(no(Refusal::Setting, Because::SettingOff));
    }
    yes(in_group(user), Because::SettingOn)
}

fn export_data(who: &Who, (): &()) -> Decision<InGroup> {
    let user = user(who)?;
    if !user.settings.export_data {
        return Err(no(Refusal::Setting, Because::SettingOff));
    }
    yes(in_group(user), Because::SettingOn)
}

pub(super) fn view_patient(who: &Who, facts: &PatientFacts) -> Decision<OnPatient> {
    let user = user(who)?;
    if user.group != facts.group {
        return Err(hidden(Because::OtherGroup));
    }
    let because = match (user.level, facts.relationship) {
        (_, Some(Relationship::Revoked)) => return Err(hidden(Because::Revoked)),
        (Level::Personal, None) if facts.emergency => Because::Emergency,
        (Level::Personal, None) => return Err(hidden(Because::NotTheirs)),
        (Level::Personal, Some(Relationship::Automatic)) => Because::Automatic,
        (Level::Personal, Some(Relationship::Granted)) => Because::Granted,
        (
            Level::OwnAndContacts
            | Level::Clinical
            | Level::Full
            | Level::CalendarContacts
            | Level::CalendarContactsFinance
            | Level::AdminFull,
            _,
        ) => Because::Level,
    };
    let scope =
        OnPatient { group: facts.group, patient: facts.patient, user: user.user, names_hidden: names_hidden(user) };
    yes(scope, because)
}

fn view_contacts(who: &Who, facts: &PatientFacts) -> Decision<OnPatient> {
    let seen = view_patient(who, facts)?;
    knows_names(user(who)?)?;
    Ok(seen)
}

pub(super) fn edit_patient(who: &Who, facts: &PatientFacts) -> Decision<OnPatient> {
    let seen = view_patient(who, facts)?;
    let user = user(who)?;
    writes(user)?;
    only_read(&seen)?;
    knows_names(user)?;
    Ok(seen)
}

/// What is open because of an emergency is read and not changed: to write would make the patient one's own for good (PR-04).
pub(super) fn only_read<S>(seen: &Granted<S>) -> Result<(), Refused> {
    if seen.because == Because::Emergency { Err(no(Refusal::ReadOnly, Because::Emergency)) } else { Ok(()) }
}

fn invite_patient(who: &Who, facts: &PatientFacts) -> Decision<OnPatient> {
    edit_patient(who, facts)
}

/// An emergency is no reason to see what somebody owes.
fn view_invoices(who: &Who, facts: &PatientFacts) -> Decision<OnPatient> {
    let seen = view_patient(who, &PatientFacts { emergency: false, ..*facts })?;
    match user(who)?.level {
        Level::Personal
        | Level::OwnAndContacts
        | Level::Clinical
        | Level::Full
        | Level::CalendarContactsFinance
        | Level::AdminFull => Ok(seen),
        Level::CalendarContacts => Err(no(Refusal::Level, Because::LevelTooLow)),
    }
}

/// Refused without a word that there are any: who may not see notes does not know of them.
fn view_notes(who: &Who, facts: &PatientFacts) -> Decision<OnPatient> {
    let seen = view_patient(who, facts)?;
    let user = user(who)?;
    if names_hidden(user) {
        return Err(hidden(Because::NamesHidden));
    }
    match user.level {
        Level::Clinical | Level::Full | Level::AdminFull => Ok(seen),
        Level::Personal | Level::OwnAndContacts if facts.emergency => {
            Ok(Granted { because: Because::Emergency, ..seen })
        }
        Level::Personal | Level::OwnAndContacts | Level::CalendarContacts | Level::CalendarContactsFinance => {
            Err(hidden(Because::LevelTooLow))
        }
    }
}

/// As for notes, and for a practitioner of any level who treats the patient: the answers are for them. Refused without a word,
/// as notes are; answers hold names, so who sees no names reads none.
pub(super) fn view_form_answers(who: &Who, facts: &PatientFacts) -> Decision<OnPatient> {
    let seen = view_patient(who, facts)?;
    let user = user(who)?;
    if names_hidden(user) {
        return Err(hidden(Because::NamesHidden));
    }
    let because = match (user.level, facts.relationship) {
        (Level::Clinical | Level::Full | Level::AdminFull, _) => return Ok(seen),
        (Level::Personal | Level::OwnAndContacts, None) if facts.emergency => Because::Emergency,
        (Level::CalendarContacts | Level::CalendarContactsFinance, _)
        | (Level::Personal | Level::OwnAndContacts, None) => {
            return Err(hidden(Because::LevelTooLow));
        }
        (Level::Personal | Level::OwnAndContacts, Some(Relationship::Revoked)) => return Err(hidden(Because::Revoked)),
        (Level::Personal | Level::OwnAndContacts, Some(Relationship::Automatic)) => Because::Automatic,
        (Level::Personal | Level::OwnAndContacts, Some(Relationship::Granted)) => Because::Granted,
    };
    Ok(Granted { because, ..seen })
}

fn manage_relationships(who: &Who, facts: &PatientFacts) -> Decision<OnPatient> {
    let seen = view_patient(who, facts)?;
    let user = user(who)?;
    reaches_all(user)?;
    writes(user)?;
    knows_names(user)?;
    Ok(seen)
}

pub(super) fn view_own_record(who: &Who, facts: &GrantFacts) -> Decision<OwnRecord> {
    match who.face {
        Face::Portal => {}
        Face::User(_) => return Err(no(Refusal::Door, Because::OtherSide)),
        Face::Lobby(Waits::Password) => return Err(no(Refusal::TemporaryPassword, Because::TemporaryPassword)),
        Face::Lobby(Waits::Group) => return Err(no(Refusal::Door, Because::OtherSide)),
    }
    let grant = &facts.grant;
    if grant.account != who.account || facts.reach().is_none() {
        return Err(hidden(Because::PortalShut));
    }
    match facts.status {
        Status::Active | Status::Inactive => {}
        Status::Blocked | Status::Deceased => return Err(hidden(Because::RecordClosed)),
    }
    let scope = OwnRecord { group: grant.group, patient: grant.patient, grant: grant.id, account: grant.account };
    yes(scope, Because::Portal)
}

/// Refused without a word that there is anything: who is here for appointments does not learn of what was shared.
pub(super) fn view_own_clinical(who: &Who, facts: &GrantFacts) -> Decision<OwnRecord> {
    let seen = view_own_record(who, facts)?;
    match facts.reach().map(|reach| reach.level) {
        Some(grant::Level::Clinical) => Ok(seen),
        Some(grant::Level::Administrative) | None => Err(hidden(Because::PortalShut)),
    }
}

pub(super) fn edit_own_record(who: &Who, facts: &GrantFacts) -> Decision<OwnRecord> {
    let seen = view_own_record(who, facts)?;
    match facts.reach().map(|reach| reach.role) {
        Some(grant::Role::Edit) => Ok(seen),
        Some(grant::Role::View) => Err(no(Refusal::ReadOnly, Because::ReadOnly)),
        None => Err(hidden(Because::PortalShut)),
    }
}

/// The patient; and for a patient without an account whoever the practice let manage it (PX-12).
fn manage_own_access(who: &Who, facts: &GrantFacts) -> Decision<OwnRecord> {
    let seen = view_own_record(who, facts)?;
    match facts.grant.kind {
        Kind::Own => Ok(seen),
        Kind::Contact | Kind::Other if facts.grant.terms.manages && !facts.patient_uses_portal => Ok(seen),
        Kind::Contact | Kind::Other => Err(no(Refusal::NotYours, Because::PortalShut)),
    }
}

/// Whoever manages it and sees what is shared of it: what was done tells of health. Refused without a word, as that is (PT-33).
fn view_access_log(who: &Who, facts: &GrantFacts) -> Decision<OwnRecord> {
    view_own_clinical(who, facts)?;
    match manage_own_access(who, facts) {
        Err(Refused { denied: Denied::Forbidden(Refusal::NotYours), because }) => Err(hidden(because)),
        decided => decided,
    }
}

fn leave_record(who: &Who, facts: &GrantFacts) -> Decision<OwnRecord> {
    let seen = view_own_record(who, facts)?;
    match facts.grant.kind {
        Kind::Contact | Kind::Other => Ok(seen),
        Kind::Own => Err(no(Refusal::OwnRecord, Because::PortalShut)),
    }
}

// A stronger right over a patient contains the weaker one.
macro_rules! contains {
    ($($strong:ident => $weak:ident;)+) => {
        $(impl From<&Access<$strong>> for Access<$weak> {
            fn from(strong: &Access<$strong>) -> Self {
                Self { scope: strong.scope, by: strong.by.clone(), right: PhantomData }
            }
        })+
    };
}

// The same, where the stronger one reaches over something within the patient's record.
macro_rules! contains_patient {
    ($($strong:ident => $weak:ident;)+) => {
        $(impl From<&Access<$strong>> for Access<$weak> {
            fn from(strong: &Access<$strong>) -> Self {
                Self { scope: strong.scope.on, by: strong.by.clone(), right: PhantomData }
            }
        })+
    };
}

contains_patient! {
    ListNotes => ViewPatient;
    ReadNote => ViewPatient;
    ReadConversation => ViewPatient;
}

contains! {
    SeekInEmergency => EnterGroup;
    ReviewEmergencies => EnterGroup;
    ReadDocuments => ViewPatient;
    WriteDocuments => ReadDocuments;
    ReadActivities => ViewPatient;
    AssignActivities => ReadActivities;
    DoOwnActivity => ReadOwnActivity;
    ReadFiles => ViewFiles;
    ReadFiles => ViewPatient;
    ViewFiles => ViewPatient;
    ManageFiles => ReadFiles;
    AddFiles => ViewFiles;
    AddFiles => ViewPatient;
    SendOwnFiles => ViewOwnRecord;
    EditPatient => ViewPatient;
    InvitePatient => ViewPatient;
    InvitePatient => ViewPatientAccess;
    InvitePatients => ListPatients;
    InvitePatients => EnterGroup;
    ViewPatientAccess => ViewPatient;
    AddPatient => ListPatients;
    ReviewUpdates => ListPatients;
    ReviewUpdates => EnterGroup;
    ManageMail => EnterGroup;
    ManageTemplates => EnterGroup;
    ManageForms => EnterGroup;
    InvitePatient => SendForms;
    SendForms => ViewForms;
    SendForms => ViewPatient;
    ViewForms => ViewPatient;
    ViewFormAnswers => ViewForms;
    ViewFormAnswers => ViewPatient;
    ViewSocialHistory => ViewPatient;
    ManageSettings => EnterGroup;
    ManageUsers => EnterGroup;
    ManageLocations => EnterGroup;
    ViewHistory => EnterGroup;
    ExportData => EnterGroup;
    ManageRelationships => ViewPatient;
    ManageRelationships => ViewPatientAccess;
    ViewContacts => ViewPatient;
    ListPatients => EnterGroup;
    WriteNotes => ViewPatient;
    ShareNote => EditNote;
    EditNote => ReadNote;
    WithdrawNote => ReadNote;
    StartConversation => ViewPatient;
    WriteConversation => ReadConversation;
    StartGroupConversation => EnterGroup;
    WriteGroupConversation => ReadGroupConversation;
    ManageGroupConversation => ReadGroupConversation;
    WriteOwnConversation => ReadOwnConversation;
    ViewOwnClinical => ViewOwnRecord;
    EditOwnRecord => ViewOwnRecord;
    ManageOwnAccess => ViewOwnRecord;
    ViewAccessLog => ManageOwnAccess;
    ViewAccessLog => ViewOwnRecord;
    LeaveRecord => ViewOwnRecord;
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use uuid::Uuid;

    use super::*;
    use crate::{
        access::{Face, explain},
        chat::Switches,
        grant::{State, Terms},
        user::AccessSettings,
    };

    fn group(n: u128) -> GroupId {
        Uuid::from_u128(n).into()
    }

    fn user_actor(level: Level, settings: AccessSettings) -> Actor {
        let face = UserFace { group: group(1), user: Uuid::from_u128(2).into(), level, settings };
        Actor::unscoped_from_session(
            Uuid::from_u128(3).into(),
            Uuid::from_u128(4).into(),
            String::new(),
            Face::User(face),
        )
    }

    fn actor_as(account: u128, face: Face) -> Actor {
        Actor::unscoped_from_session(Uuid::from_u128(account).into(), Uuid::from_u128(4).into(), String::new(), face)
    }

    fn portal_actor(account: u128) -> Actor {
        actor_as(account, Face::Portal)
    }

    fn facts(group_number: u128, relationship: Option<Relationship>) -> PatientFacts {
        PatientFacts { group: group(group_number), patient: Uuid::from_u128(9).into(), relationship, emergency: false }
    }

    fn grant_facts(account: u128, state: State, status: Status) -> GrantFacts {
        let id = Uuid::from_u128(1);
        let account = Uuid::from_u128(account).into();
        let grant = Grant { state, ..Grant::own(id.into(), id.into(), id.into(), account, Time::from_millis(0)) };
        let now = Time::from_millis(10);
        GrantFacts { grant, status, ages: Birthdays::default(), patient_uses_portal: true, now }
    }

    /// The same for somebody else than the patient.
    fn proxy_facts(terms: Terms, patient_uses_portal: bool) -> GrantFacts {
        let facts = grant_facts(7, State::Activated { at: Time::from_millis(0) }, Status::Active);
        let grant = Grant { kind: Kind::Contact, terms, ..facts.grant };
        GrantFacts { grant, patient_uses_portal, ..facts }
    }

    /// The printed policy, which `docs/rights.md` must repeat to the letter.
    fn matrix() -> String {
        let mut out = String::from("| who | relationship |");
        for name in NAMES {
            let _ = write!(out, " {name} |");
        }
        out.push_str("\n|---|---|");
        out.push_str(&"---|".repeat(NAMES.len()));
        out.push('\n');
        let variants = [
            ("", AccessSettings::default()),
            (", read-only", AccessSettings { read_only: true, ..AccessSettings::default() }),
            (", names hidden", AccessSettings { hide_names: true, ..AccessSettings::default() }),
            (", sees history", AccessSettings { view_history: true, ..AccessSettings::default() }),
            (", exports", AccessSettings { export_data: true, ..AccessSettings::default() }),
            (", shares no notes", AccessSettings { no_note_sharing: true, ..AccessSettings::default() }),
        ];
        for level in Level::ALL {
            for (suffix, settings) in variants {
                for (related, relationship, emergency) in [
                    ("none", None, false),
                    ("none, emergency", None, true),
                    ("automatic", Some(Relationship::Automatic), false),
                    ("automatic, emergency", Some(Relationship::Automatic), true),
                    ("granted", Some(Relationship::Granted), false),
                    ("revoked", Some(Relationship::Revoked), false),
                    ("revoked, emergency", Some(Relationship::Revoked), true),
                ] {
                    let actor = user_actor(level, settings);
                    let on = PatientFacts { emergency, ..facts(1, relationship) };
                    let _ = write!(out, "| {}{suffix} | {related} |", level.code());
                    row(&mut out, &actor, &on, &grant_facts(3, State::Invited, Status::Active));
                }
            }
        }
        let at = Time::from_millis(0);
        for (who, state) in [
            ("portal, invited", State::Invited),
            ("portal, activated", State::Activated { at }),
            ("portal, suspended", State::Suspended { at }),
        ] {
            for status in Status::ALL {
                let _ = write!(out, "| {who} | patient {} |", status.code());
                row(&mut out, &portal_actor(7), &facts(1, None), &grant_facts(7, state, status));
            }
        }
        for role in grant::Role::ALL {
            for level in grant::Level::ALL {
                for (manages, uses, note) in [(false, false, ""), (true, false, ", manages"), (true, true, ", manages")]
                {
                    let beside = if uses { "patient uses the portal" } else { "patient has no account" };
                    let _ = write!(out, "| portal, acts for: {} {}{note} | {beside} |", role.code(), level.code());
                    let terms = Terms { role: *role, level: *level, manages, ends_at: None };
                    row(&mut out, &portal_actor(7), &facts(1, None), &proxy_facts(terms, uses));
                }
            }
        }
        for (who, waits) in [("temporary password", Waits::Password), ("in no group", Waits::Group)] {
            let _ = write!(out, "| {who} | none |");
            let grant = grant_facts(7, State::Activated { at }, Status::Active);
            row(&mut out, &actor_as(7, Face::Lobby(waits)), &facts(1, None), &grant);
        }
        out
    }

    fn row(out: &mut String, actor: &Actor, on: &PatientFacts, grant: &GrantFacts) {
        fn cell<T>(answer: Result<T, Denied>) -> &'static str {
            match answer {
                Ok(_) => "yes",
                Err(Denied::NotFound) => "not found",
                Err(Denied::Forbidden(Refusal::Level)) => "no: level",
                Err(Denied::Forbidden(Refusal::ReadOnly)) => "no: read-only",
                Err(Denied::Forbidden(Refusal::NamesHidden)) => "no: names hidden",
                Err(Denied::Forbidden(Refusal::Door)) => "no: other side",
                Err(Denied::Forbidden(Refusal::TemporaryPassword)) => "no: temporary password",
                Err(Denied::Forbidden(Refusal::NoGroup)) => "no: in no group",
                Err(Denied::Forbidden(Refusal::Setting)) => "no: setting",
                Err(Denied::Forbidden(Refusal::NotYours)) => "no: the patient's",
                Err(Denied::Forbidden(Refusal::OwnRecord | Refusal::OwnUpdate)) => "no: one's own",
                Err(Denied::Forbidden(Refusal::UpdatesOff)) => "no: updates are off",
                Err(Denied::Forbidden(Refusal::NotAuthor)) => "no: the author's",
                Err(Denied::Forbidden(Refusal::SharingOff)) => "no: sharing is off",
                Err(Denied::Forbidden(Refusal::NotNeeded)) => "no: reads it anyway",
                Err(Denied::Forbidden(Refusal::ChatOff | Refusal::ChatOffForPatient)) => "no: chat is off",
            }
        }
        // Of a colleague's note that was published and is shared with nobody; and in the portal of one that is shared.
        let note = NoteFacts {
            of: NotesFacts { patient: *on, sharing: true },
            note: Uuid::from_u128(5).into(),
            author: Uuid::from_u128(6).into(),
            published: true,
            private: false,
            shared: None,
        };
        let shared = OwnNoteFacts {
            grant: grant.clone(),
            note: Uuid::from_u128(5).into(),
            published: true,
            private: false,
            patient_from: Some(Time::from_millis(0)),
        };
        // Of a completed document of a type that is shown.
        let document = OwnDocumentFacts {
            grant: grant.clone(),
            document: Uuid::from_u128(5).into(),
            completed: true,
            hidden: false,
        };
        // Of a home activity that was assigned.
        let activity = OwnActivityFacts { grant: grant.clone(), activity: Uuid::from_u128(5).into(), withdrawn: false };
        // Of a conversation of whoever asks, with chat switched on.
        let switches = Switches { practice: true, patient: true, reachable: true };
        let start = StartFacts { of: *on, switches };
        let conversation = ConversationFacts {
            of: *on,
            conversation: Uuid::from_u128(5).into(),
            practitioner: Uuid::from_u128(2).into(),
            switches,
        };
        let own_conversation =
            OwnConversationFacts { grant: grant.clone(), conversation: Uuid::from_u128(5).into(), switches };
        // Of a conversation of several that whoever asks takes part in, with group chat switched on.
        let group_chat = GroupChatFacts { on: true };
        let group_conversation = GroupConversationFacts {
            group: on.group,
            conversation: Uuid::from_u128(5).into(),
            member: Some(Uuid::from_u128(2).into()),
            named: true,
            on: true,
        };
        // Of a file that somebody else sent through the portal.
        let file = OwnFileFacts {
            grant: grant.clone(),
            file: Uuid::from_u128(5).into(),
            sent_by: Some(Uuid::from_u128(8).into()),
            shared: false,
        };
        let cells = [
            cell(actor.may(EnterGroup, &())),
            cell(actor.may(ListPatients, &())),
            cell(actor.may(AddPatient, &())),
            cell(actor.may(ReviewUpdates, &())),
            cell(actor.may(OpenInEmergency, on)),
            cell(actor.may(SeekInEmergency, &())),
            cell(actor.may(ReviewEmergencies, &())),
            cell(actor.may(ViewPatient, on)),
            cell(actor.may(ViewContacts, on)),
            cell(actor.may(EditPatient, on)),
            cell(actor.may(ViewPatientAccess, on)),
            cell(actor.may(InvitePatient, on)),
            cell(actor.may(InvitePatients, &())),
            cell(actor.may(ViewAppointments, on)),
            cell(actor.may(ViewInvoices, on)),
            cell(actor.may(ViewNotes, on)),
            cell(actor.may(ListNotes, &note.of)),
            cell(actor.may(WriteNotes, on)),
            cell(actor.may(ReadNote, &note)),
            cell(actor.may(EditNote, &note)),
            cell(actor.may(WithdrawNote, &note)),
            cell(actor.may(ShareNote, &note)),
            cell(actor.may(ShareWithColleagues, &note.of)),
            cell(actor.may(ShareNotes, &())),
            cell(actor.may(ReadDocuments, on)),
            cell(actor.may(WriteDocuments, on)),
            cell(actor.may(ReadActivities, on)),
            cell(actor.may(AssignActivities, on)),
            cell(actor.may(StartConversation, &start)),
            cell(actor.may(ReadConversation, &conversation)),
            cell(actor.may(WriteConversation, &conversation)),
            cell(actor.may(StartGroupConversation, &group_chat)),
            cell(actor.may(ReadGroupConversation, &group_conversation)),
            cell(actor.may(WriteGroupConversation, &group_conversation)),
            cell(actor.may(ManageGroupConversation, &group_conversation)),
            cell(actor.may(ViewFiles, on)),
            cell(actor.may(ReadFiles, on)),
            cell(actor.may(AddFiles, on)),
            cell(actor.may(ManageFiles, on)),
            cell(actor.may(ManageRelationships, on)),
            cell(actor.may(ManageUsers, &())),
            cell(actor.may(ManageLocations, &())),
            cell(actor.may(ManageSettings, &())),
            cell(actor.may(ManageTemplates, &())),
            cell(actor.may(ManageForms, &())),
            cell(actor.may(SendForms, on)),
            cell(actor.may(ViewForms, on)),
            cell(actor.may(ViewFormAnswers, on)),
            cell(actor.may(ViewSocialHistory, on)),
            cell(actor.may(ManageMail, &())),
            cell(actor.may(ViewHistory, &())),
            cell(actor.may(ExportData, &())),
            cell(actor.may(ViewOwnRecord, grant)),
            cell(actor.may(ViewOwnClinical, grant)),
            cell(actor.may(ReadOwnNote, &shared)),
            cell(actor.may(ReadOwnDocument, &document)),
            cell(actor.may(ReadOwnActivity, &activity)),
            cell(actor.may(DoOwnActivity, &activity)),
            cell(actor.may(ReadOwnConversation, &own_conversation)),
            cell(actor.may(WriteOwnConversation, &own_conversation)),
            cell(actor.may(ListOwnFiles, grant)),
            cell(actor.may(ReadOwnFile, &file)),
            cell(actor.may(SendOwnFiles, grant)),
            cell(actor.may(EditOwnRecord, grant)),
            cell(actor.may(ManageOwnAccess, grant)),
            cell(actor.may(ViewAccessLog, grant)),
            cell(actor.may(LeaveRecord, grant)),
        ];
        assert_eq!(cells.len(), NAMES.len(), "a right is missing from the matrix");
        for cell in cells {
            let _ = write!(out, " {cell} |");
        }
        out.push('\n');
    }

    #[test]
    fn the_printed_matrix_is_the_policy() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/rights.md");
        let page = format!(
            "# Who may what\n\nPrinted by a test of `app/domain/src/access/rights.rs` from the code that decides; \
             do not edit. After a change of policy run the test with `UPDATE=1` and review the difference.\n\n{}",
            matrix()
        );
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &page).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(kept == page, "docs/rights.md differs from the policy: run this test with UPDATE=1 and review");
    }

    // PR-05: another group's patient is not there, whatever the level and the relationship.
    #[test]
    fn another_groups_patient_is_not_found() {
        for level in Level::ALL {
            for relationship in [None, Some(Relationship::Automatic), Some(Relationship::Granted)] {
                let actor = user_actor(level, AccessSettings::default());
                let other = facts(2, relationship);
                assert_eq!(actor.may(ViewPatient, &other).err(), Some(Denied::NotFound));
                assert_eq!(actor.may(InvitePatient, &other).err(), Some(Denied::NotFound));
                assert_eq!(actor.may(EditPatient, &other).err(), Some(Denied::NotFound));
            }
        }
    }

    #[test]
    fn a_grant_opens_only_to_its_own_account() {
        let at = Time::from_millis(0);
        let facts = grant_facts(7, State::Activated { at }, Status::Active);
        assert!(portal_actor(7).may(ViewOwnRecord, &facts).is_ok());
        assert_eq!(portal_actor(8).may(ViewOwnRecord, &facts).err(), Some(Denied::NotFound));
    }

    // PX-05, PX-12: who acts for a patient manages nobody's access, unless the practice said so and the patient cannot.
    #[test]
    fn a_proxy_does_not_let_others_in() {
        let may = |terms, uses| portal_actor(7).may(ManageOwnAccess, &proxy_facts(terms, uses)).map(drop);
        let refused = Err(Denied::Forbidden(Refusal::NotYours));
        assert_eq!(may(Terms::OWN, false), refused);
        assert_eq!(may(Terms { manages: true, ..Terms::OWN }, false), Ok(()));
        assert_eq!(may(Terms { manages: true, ..Terms::OWN }, true), refused);
    }

    // B-01, PX-06, PT-33: the patient, and a parent who manages it and sees what is shared; nobody else learns that there is one.
    #[test]
    fn the_access_log_is_for_the_patient_and_who_manages_it() {
        let own = grant_facts(7, State::Activated { at: Time::from_millis(0) }, Status::Active);
        assert!(portal_actor(7).may(ViewAccessLog, &own).is_ok());
        assert_eq!(portal_actor(8).may(ViewAccessLog, &own).err(), Some(Denied::NotFound));
        let may = |terms, uses| portal_actor(7).may(ViewAccessLog, &proxy_facts(terms, uses)).map(drop);
        let parent = Terms { manages: true, ..Terms::OWN };
        assert_eq!(may(parent, false), Ok(()));
        for (terms, uses) in [
            (parent, true),
            (Terms::OWN, false),
            (Terms { role: grant::Role::View, ..Terms::OWN }, false),
            (Terms { level: grant::Level::Administrative, ..parent }, false),
        ] {
            assert_eq!(may(terms, uses), Err(Denied::NotFound), "{terms:?} {uses}");
        }
    }

    #[test]
    fn appointments_only_is_appointments_only() {
        let facts =
            proxy_facts(Terms { level: grant::Level::Administrative, role: grant::Role::View, ..Terms::OWN }, true);
        assert!(portal_actor(7).may(ViewOwnRecord, &facts).is_ok());
        assert_eq!(portal_actor(7).may(ViewOwnClinical, &facts).err(), Some(Denied::NotFound));
        assert_eq!(portal_actor(7).may(EditOwnRecord, &facts).err(), Some(Denied::Forbidden(Refusal::ReadOnly)));
    }

    // B-16: what is explained is what is decided, for every right, level, setting and relationship.
    #[test]
    fn every_right_is_explained_as_it_is_decided() {
        let relationships =
            [None, Some(Relationship::Automatic), Some(Relationship::Granted), Some(Relationship::Revoked)];
        let mut pairs = 0;
        for level in Level::ALL {
            for bits in 0..32_u8 {
                let settings = AccessSettings {
                    hide_names: bits & 1 != 0,
                    read_only: bits & 2 != 0,
                    view_history: bits & 4 != 0,
                    export_data: bits & 8 != 0,
                    no_note_sharing: bits & 16 != 0,
                };
                let actor = user_actor(level, settings);
                for relationship in relationships {
                    for (group, emergency) in [(1, false), (1, true), (2, false), (2, true)] {
                        let on = PatientFacts { emergency, ..facts(group, relationship) };
                        let all: Vec<_> = explain::in_group(actor.who())
                            .into_iter()
                            .chain(explain::on_patient(actor.who(), &on))
                            .collect();
                        // Everything but the rights that are held in the portal only, and those over one note, one conversation or by the
                        // group's switch, which are explained where the note is.
                        assert_eq!(all.len(), NAMES.len() - 15 - 11);
                        for one in all {
                            let decided = decided(&actor, &on, &one.right);
                            assert_eq!(one.may, decided.is_ok(), "{level:?} {settings:?} {relationship:?} {one:?}");
                            assert_eq!(one.hidden, decided == Err(Denied::NotFound), "{one:?}");
                            pairs += 1;
                        }
                    }
                }
            }
        }
        assert!(pairs > 30_000, "{pairs}");
    }

    fn decided(actor: &Actor, on: &PatientFacts, right: &str) -> Result<(), Denied> {
        match right {
            "EnterGroup" => actor.may(EnterGroup, &()).map(drop),
            "ListPatients" => actor.may(ListPatients, &()).map(drop),
            "AddPatient" => actor.may(AddPatient, &()).map(drop),
            "ReviewUpdates" => actor.may(ReviewUpdates, &()).map(drop),
            "InvitePatients" => actor.may(InvitePatients, &()).map(drop),
            "ShareNotes" => actor.may(ShareNotes, &()).map(drop),
            "ViewHistory" => actor.may(ViewHistory, &()).map(drop),
            "ExportData" => actor.may(ExportData, &()).map(drop),
            "ManageUsers" => actor.may(ManageUsers, &()).map(drop),
            "ManageLocations" => actor.may(ManageLocations, &()).map(drop),
            "ManageSettings" => actor.may(ManageSettings, &()).map(drop),
            "ManageTemplates" => actor.may(ManageTemplates, &()).map(drop),
            "ManageForms" => actor.may(ManageForms, &()).map(drop),
            "SendForms" => actor.may(SendForms, on).map(drop),
            "ViewForms" => actor.may(ViewForms, on).map(drop),
            "ViewFormAnswers" => actor.may(ViewFormAnswers, on).map(drop),
            "ReadDocuments" => actor.may(ReadDocuments, on).map(drop),
            "WriteDocuments" => actor.may(WriteDocuments, on).map(drop),
            "ReadActivities" => actor.may(ReadActivities, on).map(drop),
            "AssignActivities" => actor.may(AssignActivities, on).map(drop),
            "ViewFiles" => actor.may(ViewFiles, on).map(drop),
            "ReadFiles" => actor.may(ReadFiles, on).map(drop),
            "AddFiles" => actor.may(AddFiles, on).map(drop),
            "ManageFiles" => actor.may(ManageFiles, on).map(drop),
            "ViewSocialHistory" => actor.may(ViewSocialHistory, on).map(drop),
            "StartConversation" => {
                let switches = Switches { practice: true, patient: true, reachable: true };
                actor.may(StartConversation, &StartFacts { of: *on, switches }).map(drop)
            }
            "ManageMail" => actor.may(ManageMail, &()).map(drop),
            "OpenInEmergency" => actor.may(OpenInEmergency, on).map(drop),
            "SeekInEmergency" => actor.may(SeekInEmergency, &()).map(drop),
            "StartGroupConversation" => actor.may(StartGroupConversation, &GroupChatFacts { on: true }).map(drop),
            "ReviewEmergencies" => actor.may(ReviewEmergencies, &()).map(drop),
            "ViewPatient" => actor.may(ViewPatient, on).map(drop),
            "ViewContacts" => actor.may(ViewContacts, on).map(drop),
            "EditPatient" => actor.may(EditPatient, on).map(drop),
            "ViewPatientAccess" => actor.may(ViewPatientAccess, on).map(drop),
            "InvitePatient" => actor.may(InvitePatient, on).map(drop),
            "ViewAppointments" => actor.may(ViewAppointments, on).map(drop),
            "ViewInvoices" => actor.may(ViewInvoices, on).map(drop),
            "ViewNotes" => actor.may(ViewNotes, on).map(drop),
            "WriteNotes" => actor.may(WriteNotes, on).map(drop),
            "ManageRelationships" => actor.may(ManageRelationships, on).map(drop),
            other => panic!("{other} is not decided here"),
        }
    }

    // Decision 7's table, line by line and level by level (S4-03, S4-05, S4-07, S4-08, AD-06).
    #[test]
    fn the_table_of_decision_7() {
        let levels = Level::ALL;
        let holds = |right: &str, relationship: Option<Relationship>| -> Vec<bool> {
            let on = facts(1, relationship);
            let actor = |level| user_actor(level, AccessSettings::default());
            levels.into_iter().map(|level| decided(&actor(level), &on, right).is_ok()).collect()
        };
        let (automatic, granted) = (Some(Relationship::Automatic), Some(Relationship::Granted));
        //                                       Personal Own  Clinical Full Calendar Finance AdminFull
        assert_eq!(holds("ViewPatient", automatic), [true, true, true, true, true, true, true]);
        assert_eq!(holds("ViewPatient", granted), [true, true, true, true, true, true, true]);
        assert_eq!(holds("ViewPatient", None), [false, true, true, true, true, true, true]);
        assert_eq!(holds("ViewAppointments", None), [false, true, true, true, true, true, true]);
        assert_eq!(holds("ViewAppointments", granted), [true, true, true, true, true, true, true]);
        assert_eq!(holds("ViewInvoices", None), [false, true, true, true, false, true, true]);
        assert_eq!(holds("ViewInvoices", granted), [true, true, true, true, false, true, true]);
        assert_eq!(holds("ViewNotes", None), [false, false, true, true, false, false, true]);
        // Answers are read by who may read notes, and by the practitioners who treat the patient.
        for treats in [automatic, granted] {
            assert_eq!(holds("ViewFormAnswers", treats), [true, true, true, true, false, false, true]);
            assert_eq!(holds("ViewSocialHistory", treats), [true, true, true, true, false, false, true]);
        }
        assert_eq!(holds("ViewFormAnswers", None), [false, false, true, true, false, false, true]);
        assert_eq!(holds("ViewSocialHistory", None), [false, false, true, true, false, false, true]);
        assert_eq!(holds("ViewFormAnswers", Some(Relationship::Revoked)), [false; 7]);
        for right in ["ManageUsers", "ManageLocations", "ManageSettings", "ManageRelationships"] {
            assert_eq!(holds(right, None), [false, false, false, true, false, false, true], "{right}");
        }
    }

    // PR-21: with a temporary password there is one thing to do, and it is no right over anything.
    #[test]
    fn the_lobby_has_no_rights() {
        for waits in [Waits::Password, Waits::Group] {
            let actor = actor_as(7, Face::Lobby(waits));
            let on = facts(1, Some(Relationship::Automatic));
            let all: Vec<_> =
                explain::in_group(actor.who()).into_iter().chain(explain::on_patient(actor.who(), &on)).collect();
            assert!(all.iter().all(|one| !one.may), "{all:?}");
            let grant = grant_facts(7, State::Activated { at: Time::from_millis(0) }, Status::Active);
            assert!(actor.may(ViewOwnRecord, &grant).is_err());
        }
    }
}
