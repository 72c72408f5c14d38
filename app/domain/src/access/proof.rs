//! The proof that a right was granted. Its fields are private to this room: it cannot be forged, only earned.
//!
//! A proof cannot be built elsewhere:
//! ```compile_fail
//! use domain::access::{Access, InGroup, ViewPatient};
//! let forged: Access<ViewPatient> = Access { scope: todo!(), by: todo!(), right: std::marker::PhantomData };
//! ```
//! A right cannot be invented elsewhere:
//! ```compile_fail
//! struct Everything;
//! impl domain::access::Right for Everything {}
//! ```
//! A proof of one right does not pass for another:
//! ```compile_fail
//! use domain::access::{Access, EditPatient, ViewPatient};
//! fn swap(view: Access<ViewPatient>) -> Access<EditPatient> { view }
//! ```

use std::{marker::PhantomData, ops::Deref};

use super::{actor::By, explain::Because, rights::Right};
use crate::{
    error::Refusal,
    ids::{
        AccountId, ActivityId, ConversationId, DocumentId, FileId, GrantId, GroupConversationId, GroupId, NoteId,
        PatientId, UserId,
    },
};

/// "This caller holds the right `R` within this scope."
pub struct Access<R: Right> {
    pub(super) scope: R::Scope,
    pub(super) by: By,
    pub(super) right: PhantomData<R>,
}

impl<R: Right> Access<R> {
    /// Who earned it, for the audit trail.
    pub const fn by(&self) -> &By {
        &self.by
    }
}

/// A proof shows how far it reaches: `access.group()`, `access.patient()`.
impl<R: Right> Deref for Access<R> {
    type Target = R::Scope;

    fn deref(&self) -> &R::Scope {
        &self.scope
    }
}

/// A right that reaches over a group.
#[derive(Debug, Clone, Copy)]
pub struct InGroup {
    pub(super) group: GroupId,
    pub(super) user: UserId,
    pub(super) own_only: bool,
    pub(super) names_hidden: bool,
}

impl InGroup {
    /// The only group whose rows may be touched.
    #[must_use]
    pub const fn group(&self) -> GroupId {
        self.group
    }

    /// The user who earned it.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// Only patients whom this user treats, or every patient of the group?
    #[must_use]
    pub const fn own_only(&self) -> bool {
        self.own_only
    }

    /// Must pseudonyms be shown instead of names?
    #[must_use]
    pub const fn names_hidden(&self) -> bool {
        self.names_hidden
    }
}

/// A right over one patient's record, held by a user of the console.
#[derive(Debug, Clone, Copy)]
pub struct OnPatient {
    pub(super) group: GroupId,
    pub(super) patient: PatientId,
    pub(super) user: UserId,
    pub(super) names_hidden: bool,
}

impl OnPatient {
    /// The only group whose rows may be touched.
    #[must_use]
    pub const fn group(&self) -> GroupId {
        self.group
    }

    /// The only patient whose rows may be touched.
    #[must_use]
    pub const fn patient(&self) -> PatientId {
        self.patient
    }

    /// The user who earned it.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// Must the pseudonym be shown instead of the name?
    #[must_use]
    pub const fn names_hidden(&self) -> bool {
        self.names_hidden
    }
}

/// A right over one patient's record, held by a portal user.
#[derive(Debug, Clone, Copy)]
pub struct OwnRecord {
    pub(super) group: GroupId,
    pub(super) patient: PatientId,
    pub(super) grant: GrantId,
    pub(super) account: AccountId,
}

impl OwnRecord {
    /// The patient's group.
    #[must_use]
    pub const fn group(&self) -> GroupId {
        self.group
    }

    /// The only patient whose rows may be touched.
    #[must_use]
    pub const fn patient(&self) -> PatientId {
        self.patient
    }

    /// The grant it rests on.
    #[must_use]
    pub const fn grant(&self) -> GrantId {
        self.grant
    }

    /// The portal user's account.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }
}

/// How far a user of the console reaches among a patient's notes: always their own; besides what these say.
#[derive(Debug, Clone, Copy)]
pub struct NotesReach {
    pub(super) on: OnPatient,
    pub(super) all: bool,
    pub(super) shared: bool,
}

impl NotesReach {
    /// Every published note that is not private, whoever wrote it?
    #[must_use]
    pub const fn all(&self) -> bool {
        self.all
    }

    /// What colleagues share with this user?
    #[must_use]
    pub const fn shared(&self) -> bool {
        self.shared
    }
}

impl Deref for NotesReach {
    type Target = OnPatient;

    fn deref(&self) -> &OnPatient {
        &self.on
    }
}

/// A right over one note, held by a user of the console.
#[derive(Debug, Clone, Copy)]
pub struct OnNote {
    pub(super) on: OnPatient,
    pub(super) note: NoteId,
    pub(super) author: UserId,
}

impl OnNote {
    /// The only note whose rows may be touched.
    #[must_use]
    pub const fn note(&self) -> NoteId {
        self.note
    }

    /// Did whoever earned it write it?
    #[must_use]
    pub fn own(&self) -> bool {
        self.author == self.on.user
    }
}

impl Deref for OnNote {
    type Target = OnPatient;

    fn deref(&self) -> &OnPatient {
        &self.on
    }
}

/// A right over one note that was shared with the patient, held by a portal user.
#[derive(Debug, Clone, Copy)]
pub struct OwnNote {
    pub(super) of: OwnRecord,
    pub(super) note: NoteId,
}

impl OwnNote {
    /// The only note whose rows may be touched.
    #[must_use]
    pub const fn note(&self) -> NoteId {
        self.note
    }
}

impl Deref for OwnNote {
    type Target = OwnRecord;

    fn deref(&self) -> &OwnRecord {
        &self.of
    }
}

/// How far a portal user reaches among a patient's files: always what they sent; besides what this says.
#[derive(Debug, Clone, Copy)]
pub struct OwnFilesReach {
    pub(super) of: OwnRecord,
    pub(super) all: bool,
}

impl OwnFilesReach {
    /// Everything that came through the portal or is shared?
    #[must_use]
    pub const fn all(&self) -> bool {
        self.all
    }
}

impl Deref for OwnFilesReach {
    type Target = OwnRecord;

    fn deref(&self) -> &OwnRecord {
        &self.of
    }
}

/// A right over one conversation with a patient, held by a user of the console.
#[derive(Debug, Clone, Copy)]
pub struct OnConversation {
    pub(super) on: OnPatient,
    pub(super) conversation: ConversationId,
}

impl OnConversation {
    /// The only conversation whose rows may be touched.
    #[must_use]
    pub const fn conversation(&self) -> ConversationId {
        self.conversation
    }
}

impl Deref for OnConversation {
    type Target = OnPatient;

    fn deref(&self) -> &OnPatient {
        &self.on
    }
}

/// A right over one conversation about the record, held by a portal user.
#[derive(Debug, Clone, Copy)]
pub struct OwnConversation {
    pub(super) of: OwnRecord,
    pub(super) conversation: ConversationId,
}

impl OwnConversation {
    /// The only conversation whose rows may be touched.
    #[must_use]
    pub const fn conversation(&self) -> ConversationId {
        self.conversation
    }
}

impl Deref for OwnConversation {
    type Target = OwnRecord;

    fn deref(&self) -> &OwnRecord {
        &self.of
    }
}

/// A right over one conversation between users of the group.
#[derive(Debug, Clone, Copy)]
pub struct OnGroupConversation {
    pub(super) of: InGroup,
    pub(super) conversation: GroupConversationId,
}

impl OnGroupConversation {
    /// The only conversation whose rows may be touched.
    #[must_use]
    pub const fn conversation(&self) -> GroupConversationId {
        self.conversation
    }
}

impl Deref for OnGroupConversation {
    type Target = InGroup;

    fn deref(&self) -> &InGroup {
        &self.of
    }
}

/// A right over one home activity of the record, held by a portal user.
#[derive(Debug, Clone, Copy)]
pub struct OwnActivity {
    pub(super) of: OwnRecord,
    pub(super) activity: ActivityId,
}

impl OwnActivity {
    /// The only activity whose rows may be touched.
    #[must_use]
    pub const fn activity(&self) -> ActivityId {
        self.activity
    }
}

impl Deref for OwnActivity {
    type Target = OwnRecord;

    fn deref(&self) -> &OwnRecord {
        &self.of
    }
}

/// A right over one document of the record, held by a portal user.
#[derive(Debug, Clone, Copy)]
pub struct OwnDocument {
    pub(super) of: OwnRecord,
    pub(super) document: DocumentId,
}

impl OwnDocument {
    /// The only document whose rows may be touched.
    #[must_use]
    pub const fn document(&self) -> DocumentId {
        self.document
    }
}

impl Deref for OwnDocument {
    type Target = OwnRecord;

    fn deref(&self) -> &OwnRecord {
        &self.of
    }
}

/// A right over one file of the record, held by a portal user.
#[derive(Debug, Clone, Copy)]
pub struct OwnFile {
    pub(super) of: OwnRecord,
    pub(super) file: FileId,
}

impl OwnFile {
    /// The only file whose row may be touched.
    #[must_use]
    pub const fn file(&self) -> FileId {
        self.file
    }
}

impl Deref for OwnFile {
    type Target = OwnRecord;

    fn deref(&self) -> &OwnRecord {
        &self.of
    }
}

/// That somebody may change who uses one patient's portal: a user of the console, or a portal user. Earned only by
/// [`InvitePatient`](super::InvitePatient), [`ManageOwnAccess`](super::ManageOwnAccess) or, for one's own access,
/// [`LeaveRecord`](super::LeaveRecord).
#[derive(Debug, Clone)]
pub struct Inviting {
    group: GroupId,
    patient: PatientId,
    by: By,
    given_by: Option<GrantId>,
}

impl Inviting {
    /// The only group whose rows may be touched.
    #[must_use]
    pub const fn group(&self) -> GroupId {
        self.group
    }

    /// The only patient whose rows may be touched.
    #[must_use]
    pub const fn patient(&self) -> PatientId {
        self.patient
    }

    /// Who earned it, for the audit trail.
    #[must_use]
    pub const fn by(&self) -> &By {
        &self.by
    }

    /// The portal user's grant that it rests on, when it is no user of the console.
    #[must_use]
    pub const fn given_by(&self) -> Option<GrantId> {
        self.given_by
    }
}

impl From<&Access<super::InvitePatient>> for Inviting {
    fn from(access: &Access<super::InvitePatient>) -> Self {
        Self { group: access.group(), patient: access.patient(), by: access.by.clone(), given_by: None }
    }
}

impl From<&Access<super::ManageOwnAccess>> for Inviting {
    fn from(access: &Access<super::ManageOwnAccess>) -> Self {
        Self::of_portal_user(&access.scope, &access.by)
    }
}

/// Who gives up their access ends with it what hangs on it.
impl From<&Access<super::LeaveRecord>> for Inviting {
    fn from(access: &Access<super::LeaveRecord>) -> Self {
        Self::of_portal_user(&access.scope, &access.by)
    }
}

impl Inviting {
    fn of_portal_user(scope: &OwnRecord, by: &By) -> Self {
        Self { group: scope.group, patient: scope.patient, by: by.clone(), given_by: Some(scope.grant) }
    }
}

/// A right was not granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Denied {
    /// The caller must not learn that it exists.
    NotFound,
    /// The caller knows that it exists and may be told why not.
    Forbidden(Refusal),
}

/// A right was granted: how far it reaches, and what that rests on.
#[derive(Debug, Clone, Copy)]
pub struct Granted<S> {
    pub(super) scope: S,
    /// What it rests on.
    pub because: Because,
}

/// A right was not granted: what the caller may be told, and what that rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// What the caller may be told.
    pub denied: Denied,
    /// What it rests on; for those who may know, not for the caller.
    pub because: Because,
}
