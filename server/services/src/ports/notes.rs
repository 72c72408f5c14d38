//! Notes, their versions, with whom they are shared, and who has read them.

use async_trait::async_trait;
use domain::{
    access::{
        Access, EditNote, EnterGroup, ListNotes, NoteFacts, OwnNoteFacts, ReadNote, ReadOwnNote, ShareNote,
        ShareWithColleagues, ViewOwnClinical, WithdrawNote, WriteNotes,
    },
    ids::{AccountId, GroupId, NoteId, PatientId, UserId},
    note::{Category, Note, NoteFilter, NoteState, Share, Version},
    page::{Page, PageRequest},
    person::UserName,
    time::Time,
    user::User,
};

use super::Stored;

/// A note in a list of the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedNote {
    /// Its id.
    pub id: NoteId,
    /// What it is called.
    pub title: String,
    /// What kind it is.
    pub category: Category,
    /// Who wrote it.
    pub author: UserId,
    /// Their name.
    pub author_name: UserName,
    /// Where it stands before the caller: another's draft of a further version is not told.
    pub state: NoteState,
    /// Is it private?
    pub private: bool,
    /// From when on the portal shows it.
    pub patient_from: Option<Time>,
    /// When it was begun.
    pub added_at: Time,
}

/// A note in a list, with what the caller reads in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadableNote {
    /// The note.
    pub listed: ListedNote,
    /// Title and text: of what was published, and of what the caller is writing.
    pub texts: Vec<String>,
}

/// A colleague that a note is shared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteShare {
    /// Who.
    pub user: UserId,
    /// Their name.
    pub name: UserName,
    /// What they do.
    pub profession: String,
    /// This note, or all.
    pub share: Share,
    /// Since when.
    pub at: Time,
}

/// Who has read a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// A user of the practice, by name; none when it was a portal user.
    pub user: Option<UserName>,
    /// A portal user's address.
    pub email: Option<String>,
    /// Which version they read last.
    pub number: i64,
    /// When.
    pub at: Time,
}

/// A note in a list of the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedOwnNote {
    /// Its id.
    pub id: NoteId,
    /// What it is called.
    pub title: String,
    /// What kind it is.
    pub category: Category,
    /// Who wrote it.
    pub author: UserName,
    /// From when on it is shared.
    pub shared_at: Time,
    /// When the latest version was published.
    pub at: Time,
    /// Has this portal user not read that yet?
    pub unread: bool,
}

/// A note as the portal shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedNote {
    /// The latest version.
    pub version: Version,
    /// When the first was published.
    pub written_at: Time,
    /// Who wrote it.
    pub author: UserName,
    /// What they do.
    pub profession: String,
}

/// Notes. What a list holds is what `ReadNote` allows, no more and no less.
#[async_trait]
pub trait Notes {
    /// What is needed to decide about the caller's rights over a note of this patient, but for the group's switch, which is told
    /// as `sharing`.
    async fn note_facts(
        &mut self,
        access: &Access<EnterGroup>,
        patient: PatientId,
        id: NoteId,
        now: Time,
    ) -> Stored<Option<NoteFacts>>;

    /// The patient's notes that the caller may read, latest first. The cursor is the id of the last row.
    async fn list_notes(
        &mut self,
        access: &Access<ListNotes>,
        filter: &NoteFilter,
        page: &PageRequest,
    ) -> Stored<Page<ListedNote>>;

    /// The same, with what is written in them. `filter.text` narrows neither: its words are folded, which no engine does.
    async fn read_notes(
        &mut self,
        access: &Access<ListNotes>,
        filter: &NoteFilter,
        page: &PageRequest,
    ) -> Stored<Page<ReadableNote>>;

    /// A note with its draft, which is for its author only.
    async fn lookup_note(&mut self, access: &Access<ReadNote>) -> Stored<Option<Note>>;

    /// Who wrote it, and what they do.
    async fn lookup_author(&mut self, access: &Access<ReadNote>) -> Stored<Option<(UserName, String)>>;

    /// A new note.
    async fn add_note(&mut self, access: &Access<WriteNotes>, note: &Note, at: Time) -> Stored<()>;

    /// Saves a note, but for its text that was published; false when it was changed meanwhile.
    async fn save_note(&mut self, access: &Access<EditNote>, note: &Note) -> Stored<bool>;

    /// Publishes the version that `note` has by now, and saves the rest of it; false when it was changed meanwhile. The first one
    /// makes the patient one of its author's, unless that was decided otherwise.
    async fn publish_note(&mut self, access: &Access<EditNote>, note: &Note, version: &Version) -> Stored<bool>;

    /// Takes the note back from the patient; false when the patient did not have it.
    async fn withdraw_note(&mut self, access: &Access<WithdrawNote>) -> Stored<bool>;

    /// A draft of the caller's about the patient in which nothing is typed, if there is one.
    async fn find_empty_note(&mut self, access: &Access<WriteNotes>) -> Stored<Option<NoteId>>;

    /// Throws a draft away that was never published; false when it was published or changed meanwhile.
    async fn remove_note(&mut self, access: &Access<EditNote>, version: i64) -> Stored<bool>;

    /// What was published, latest first. The cursor is the number of the last row.
    async fn list_note_versions(&mut self, access: &Access<ReadNote>, page: &PageRequest) -> Stored<Page<Version>>;

    /// With which colleagues the note is shared, by itself or with all; at most twice [`domain::limits::NOTE_SHARES`].
    async fn list_note_shares(&mut self, access: &Access<EditNote>) -> Stored<Vec<NoteShare>>;

    /// Shares the note with a colleague; false when it is already.
    async fn share_note(
        &mut self,
        access: &Access<ShareNote>,
        with: &Access<ShareWithColleagues>,
        user: UserId,
        at: Time,
    ) -> Stored<bool>;

    /// Ends that; false when it was not.
    async fn unshare_note(&mut self, access: &Access<EditNote>, user: UserId) -> Stored<bool>;

    /// With whom the caller shares all notes about the patient; at most [`domain::limits::NOTE_SHARES`].
    async fn list_all_notes_shares(&mut self, access: &Access<ListNotes>) -> Stored<Vec<NoteShare>>;

    /// Shares all notes of the caller about the patient with a colleague; false when they are already.
    async fn share_all_notes(&mut self, access: &Access<ShareWithColleagues>, user: UserId, at: Time) -> Stored<bool>;

    /// Ends that; false when they were not.
    async fn unshare_all_notes(&mut self, access: &Access<WriteNotes>, user: UserId) -> Stored<bool>;

    /// The practitioners whom notes about the patient can be shared with, by name: who work here and may see the patient, and not
    /// the caller; whose name begins with `text`, at most [`domain::limits::RELATIONSHIPS`].
    async fn list_note_colleagues(&mut self, access: &Access<ShareWithColleagues>, text: &str) -> Stored<Vec<User>>;

    /// One of them.
    async fn find_note_colleague(&mut self, access: &Access<ShareWithColleagues>, user: UserId)
    -> Stored<Option<User>>;

    /// Keeps that the caller read this version.
    async fn note_read(&mut self, access: &Access<ReadNote>, number: i64, at: Time) -> Stored<()>;

    /// Who has read it, latest first; at most [`domain::limits::NOTE_READERS`].
    async fn list_note_readers(&mut self, access: &Access<EditNote>) -> Stored<Vec<Reading>>;

    /// What is needed to decide whether this portal user may read a note; `grant` is theirs.
    async fn own_note_facts(
        &mut self,
        access: &Access<ViewOwnClinical>,
        id: NoteId,
        grant: &domain::access::GrantFacts,
    ) -> Stored<Option<OwnNoteFacts>>;

    /// The notes that are shared with the patient by now, what was shared last first.
    async fn list_own_notes(
        &mut self,
        access: &Access<ViewOwnClinical>,
        now: Time,
        page: &PageRequest,
    ) -> Stored<Page<ListedOwnNote>>;

    /// How many of them this portal user has not read in their latest version, counted up to [`domain::limits::QUEUE_COUNTED`].
    async fn count_own_unread_notes(&mut self, access: &Access<ViewOwnClinical>, now: Time) -> Stored<i64>;

    /// Is any of them unread by this account? Asked when a mail about it is to leave.
    async fn unscoped_notes_wait(
        &mut self,
        group: GroupId,
        patient: PatientId,
        account: AccountId,
        now: Time,
    ) -> Stored<bool>;

    /// One of them.
    async fn lookup_own_note(&mut self, access: &Access<ReadOwnNote>) -> Stored<Option<SharedNote>>;

    /// Keeps that this portal user read this version.
    async fn own_note_read(&mut self, access: &Access<ReadOwnNote>, number: i64, at: Time) -> Stored<()>;
}
