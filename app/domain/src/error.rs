//! What can be wrong with what a person typed or asked for: closed lists, no free text.
//! The words people read stand in `app/src/words.rs`.

use serde::{Deserialize, Serialize};

/// What is wrong with one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// Nothing was given where something must be.
    Missing,
    /// More characters than are kept.
    TooLong,
    /// Too few words to tell anything.
    TooShort,
    /// Control characters or the like.
    BadCharacters,
    /// Not the shape of an email address.
    NotAnEmail,
    /// The two entries differ.
    Differs,
    /// The two passwords differ.
    PasswordsDiffer,
    /// Not the code that the server printed.
    WrongCode,
    /// None is chosen where one at least must be.
    NoneChosen,
    /// Not a day of the calendar.
    NotADate,
    /// A day that has not come yet, where it must have.
    InTheFuture,
    /// A day that is over, where it must not be.
    InThePast,
    /// A last day that comes before the first.
    BeforeTheFirst,
    /// Two values stand the wrong way round.
    OutOfOrder,
    /// The address of the contact was not looked at and found right (S3-27).
    NotConfirmed,
    /// Not a telephone number.
    NotAPhone,
    /// Not a number such as stands on a card.
    NotACardNumber,
    /// Not a postcode of that country.
    NotAPostcode,
    /// Not one of the choices.
    NotAChoice,
    /// Outside the range that is allowed.
    OutOfRange,
    /// A password of too few characters.
    PasswordTooShort,
    /// A password of too many characters.
    PasswordTooLong,
    /// A password that is guessed too easily.
    PasswordTooWeak,
    /// The present password is not this one.
    WrongPassword,
    /// The temporary password again, which somebody else chose.
    SamePassword,
    /// The address is linked to a practitioner (S1-04).
    PractitionerEmail,
    /// The address belongs to a contact of the same patient (PX-14).
    ContactEmail,
    /// The address already uses the portal for this patient.
    AlreadyInPortal,
    /// The address cannot be invited; why is not for whoever asks.
    CannotBeInvited,
    /// Forms go to who sees what is shared and may act for the patient.
    NotForThem,
    /// A merge field that does not exist.
    UnknownMergeField,
    /// A field in double braces that the handout does not know.
    UnknownHandoutField,
    /// Braces that are not closed.
    UnclosedMergeField,
    /// Another entry has this name.
    NameTaken,
    /// It stands there twice.
    Repeated,
    /// Not a number.
    NotANumber,
    /// The form does not ask this.
    NotInForm,
    /// No more of these can be kept.
    TooMany,
    /// Not opening hours.
    NotHours,
    /// Not a time zone that there is.
    NotATimeZone,
    /// The address uses a patient portal, so it cannot be a practitioner's (decision 5).
    PortalEmail,
    /// The address is a user's of this group already.
    AlreadyUser,
    /// A file of a type that is not taken.
    FileType,
    /// A file that holds something else than its name says.
    FileNotWhatItSays,
    /// A file with nothing in it.
    FileEmpty,
    /// A file of more bytes than are taken.
    FileTooLarge,
    /// A picture that cannot be read.
    FileDamaged,
    /// Chat with patients wants group chat to be on (S2-08).
    NeedsGroupChat,
    /// Nobody uses this patient's portal who would see a message (S2-04, S2-05).
    NotInPortal,
}

/// One field and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field's name in the form.
    pub field: String,
    /// What is wrong.
    pub problem: Problem,
}

/// Everything that is wrong with a form, all at once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Invalid {
    /// One entry for each field at fault, in the form's order.
    pub fields: Vec<FieldError>,
}

impl Invalid {
    /// One field at fault.
    #[must_use]
    pub fn field(field: &str, problem: Problem) -> Self {
        let mut invalid = Self::default();
        invalid.add(field, problem);
        invalid
    }

    /// Notes another field at fault.
    pub fn add(&mut self, field: &str, problem: Problem) {
        self.fields.push(FieldError { field: field.to_owned(), problem });
    }

    /// Keeps the value, or notes the problem under the field's name.
    pub fn check<T>(&mut self, field: &str, value: Result<T, Problem>) -> Option<T> {
        match value {
            Ok(value) => Some(value),
            Err(problem) => {
                self.add(field, problem);
                None
            }
        }
    }

    /// What is wrong with this field, if anything.
    #[must_use]
    pub fn of(&self, field: &str) -> Option<Problem> {
        self.fields.iter().find(|entry| entry.field == field).map(|entry| entry.problem)
    }

    /// `Ok` when nothing is wrong.
    ///
    /// # Errors
    /// The list itself when it names a field.
    pub fn into_result(self) -> Result<(), Self> {
        if self.fields.is_empty() { Ok(()) } else { Err(self) }
    }
}

/// Why the present state does not allow what was asked (409). Existence is already known to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conflict {
    /// Patient Invitations is off for the group (S0-32).
    InvitationsOff,
    /// The caller sees pseudonyms instead of names (S1-03).
    NamesHidden,
    /// The patient is blocked.
    PatientBlocked,
    /// The patient has died.
    PatientDeceased,
    /// The invitation was accepted before.
    AlreadyAccepted,
    /// The invitation was taken back.
    Revoked,
    /// The link's life is over.
    Expired,
    /// The invited address became a practitioner's meanwhile.
    PractitionerNow,
    /// Signed in as somebody else than the person invited.
    OtherAccount,
    /// The person invited has an account: sign in and confirm.
    SignInFirst,
    /// Somebody else changed it meanwhile (RC-05).
    ChangedMeanwhile,
    /// The first-run page was used already (RC-10).
    AlreadySetUp,
    /// The person was not asked to join the group, or answered already.
    NotInvited,
    /// The group has users who manage it.
    Managed,
    /// Nobody has used a link yet that was mailed to the account's address (PR-21).
    MailboxUnproven,
    /// A user who may do everything is lowered before access ends.
    LowerFirst,
    /// Nobody else could change settings and users any more (AD-04).
    LastFull,
    /// One's own access is for somebody else to change.
    Yourself,
    /// Relationships are between practitioners and patients.
    NotAPractitioner,
    /// The address became a portal user's meanwhile (decision 5).
    PortalNow,
    /// No temporary password waits to be replaced.
    NoTemporaryPassword,
    /// Nobody was ticked.
    NobodyChosen,
    /// More were ticked one by one than one list holds.
    TooManyChosen,
    /// The access was ended, so there is nothing to suspend, restore or change.
    AccessEnded,
    /// A contact without an address cannot be invited.
    NoEmail,
    /// A patient's access to the own record is whole.
    OwnRecord,
    /// The form was never published, so it cannot be sent.
    FormNotPublished,
    /// The form was put away.
    FormArchived,
    /// Another form is called so now.
    FormTitleTaken,
    /// The form was returned already (PT-14).
    FormReturned,
    /// The practice took the form back (PT-14).
    FormWithdrawn,
    /// Only what was published can be shared.
    NoteNotPublished,
    /// A private note is not shared with the patient.
    NoteIsPrivate,
    /// What was published stays: it is corrected by a further version (PR-07).
    NotePublished,
    /// The latest version says the same already.
    NothingChanged,
    /// Nobody of the patient's portal could see it.
    NobodyInPortal,
    /// No more colleagues can be added.
    TooManyShares,
    /// The portal user's access was taken away.
    AccessSuspended,
    /// So many forms are asked of the portal user already that no more can be.
    TooManyForms,
    /// Somebody else decided about this change meanwhile (RC-02).
    DecidedMeanwhile,
    /// An order names somebody about whom nobody has decided yet: they come first.
    PeopleFirst,
    /// It is too late to take the decision back.
    TooLateToUndo,
    /// What was completed stays: it is taken back, and another one is written.
    DocumentCompleted,
    /// Only what is completed, and was not taken back, becomes a paper, or is taken back.
    DocumentNotCompleted,
    /// What was ended or taken back is not changed any more, nor ticked off.
    ActivityOver,
    /// It is not to be done on that day, or the day is too long ago.
    NotThatDay,
    /// So many files, or so large ones, are kept about the patient or by the practice already that this one has no room.
    NoRoomForFile,
    /// The caller sends so many files at once that no more can begin.
    TooManyUploads,
    /// The pieces of a file come one after the other, and this is not the next one.
    NotTheNextPiece,
    /// Some of the file has not come yet.
    PiecesMissing,
    /// Nobody could look for viruses in the file yet.
    FileWaits,
    /// A virus was found in the file, and what was in it is gone.
    FileInfected,
    /// The file came from the patient's portal, so the portal goes on showing it.
    FileFromPortal,
    /// The key that opens the file is not on the server; nothing is lost.
    FileKeyMissing,
    /// The practice opens no records in emergencies.
    EmergencyOff,
    /// The caller holds the record open because of an emergency already: nobody makes that longer (PR-04).
    EmergencyOpen,
    /// The caller holds so many records open that no more is opened.
    TooManyEmergencies,
    /// Nobody of that name and birth date is known whose record the caller may open.
    NobodyFound,
    /// More than one patient has that name and birth date.
    SeveralFound,
}

/// The caller is known and may know that the thing exists, but may not do this (403).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The access level does not reach that far.
    Level,
    /// The user may look but not change.
    ReadOnly,
    /// The user sees no names, so cannot act on a named person.
    NamesHidden,
    /// This door is for others.
    Door,
    /// A temporary password must be replaced first (PR-21).
    TemporaryPassword,
    /// Signed in, but in no group.
    NoGroup,
    /// A single setting of the user is missing.
    Setting,
    /// That is the patient's own to decide.
    NotYours,
    /// Nobody gives up the own record.
    OwnRecord,
    /// The practice takes no changes of records from the portal (S0-38).
    UpdatesOff,
    /// Whoever wrote it changes it, nobody else (PR-07).
    NotAuthor,
    /// The group does not share notes among colleagues at present (S0-40).
    SharingOff,
    /// One's own change is for somebody else to decide about (PT-13).
    OwnUpdate,
    /// The record is open to the caller as it is: no emergency is needed.
    NotNeeded,
    /// The practice does not chat with patients at present (S2-06).
    ChatOff,
    /// Chat is switched off for this patient (S2-16).
    ChatOffForPatient,
}
