//! Files about patients: their rows, the keys they are sealed by, the vault that keeps their bytes, the scanner.

use async_trait::async_trait;
use bytes::Bytes;
use domain::{
    access::{
        Access, GrantFacts, ListOwnFiles, ManageFiles, OwnFileFacts, ReadFiles, ReadOwnFile, Relationship,
        SendingFiles, ViewFiles, ViewOwnRecord,
    },
    file::{FileCategory, FileName, FileState, FileType, SealedKey, Underway},
    ids::{AccountId, FileId, GroupId, PatientId},
    page::{Page, PageRequest},
    person::UserName,
    time::Time,
    user::User,
};
use futures::stream::BoxStream;

use super::{BoxError, Stored};

/// What is kept and on its way already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FilesKept {
    /// Files about the patient, those on their way counted.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Bytes of all files of the group, those on their way counted.
    pub group_bytes: u64,
    /// Files that the caller has on the way.
    pub own_uploads: u32,
    /// Files that the group has on the way.
    pub group_uploads: u32,
}

/// A file that is one of the record from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// What it is called.
    pub name: FileName,
    /// What it is.
    pub kind: FileType,
    /// What it is about.
    pub category: FileCategory,
    /// How many bytes it has.
    pub size: u64,
    /// SHA-256 of what the vault keeps.
    pub digest: [u8; 32],
    /// Its key.
    pub key: SealedKey,
    /// Where it stands.
    pub state: FileState,
    /// What the scanner called what it found.
    pub found: Option<String>,
}

/// Who sent a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileSender {
    /// A user of the practice.
    Practice(UserName),
    /// A portal user; the patient?
    Portal {
        /// The account.
        account: AccountId,
        /// Is it the patient's own?
        is_patient: bool,
    },
}

/// A file in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFile {
    /// Its id.
    pub id: FileId,
    /// What it is called.
    pub name: FileName,
    /// What it is.
    pub kind: FileType,
    /// What it is about.
    pub category: FileCategory,
    /// How many bytes it has.
    pub size: u64,
    /// Where it stands.
    pub state: FileState,
    /// Who sent it.
    pub sender: FileSender,
    /// Since when the practice shows it in the portal.
    pub shared_at: Option<Time>,
    /// When it came.
    pub added_at: Time,
    /// Has the asking portal user not opened what the practice shared? In the console always false.
    pub unread: bool,
}

/// What is needed to open a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// Its id.
    pub id: FileId,
    /// What it is called.
    pub name: FileName,
    /// What it is.
    pub kind: FileType,
    /// How many bytes it has.
    pub size: u64,
    /// Where it stands.
    pub state: FileState,
    /// Did the practice add it? Otherwise it came from the portal.
    pub by_practice: bool,
    /// Its key.
    pub key: SealedKey,
}

/// A file that nobody could look for viruses in yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingFile {
    /// Its group.
    pub group: GroupId,
    /// About whom.
    pub patient: PatientId,
    /// Its id.
    pub id: FileId,
    /// How many bytes it has.
    pub size: u64,
    /// Its key.
    pub key: SealedKey,
}

/// A key of a group, sealed by the server's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupKey {
    /// Which one, from 1.
    pub number: i64,
    /// The sealed bytes.
    pub sealed: Vec<u8>,
}

/// The rows of files.
#[async_trait]
pub trait Files {
    /// The group's latest key, or the one of this number.
    async fn unscoped_group_key(&mut self, group: GroupId, number: Option<i64>) -> Stored<Option<GroupKey>>;

    /// A further key of a group; false when it has one of this number already.
    async fn unscoped_add_group_key(&mut self, group: GroupId, key: &GroupKey, at: Time) -> Stored<bool>;

    /// Keys of all groups, in the order of group and number, behind this place.
    async fn unscoped_list_group_keys(
        &mut self,
        after: Option<(GroupId, i64)>,
        most: u32,
    ) -> Stored<Vec<(GroupId, GroupKey)>>;

    /// Seals a group's key anew; false when it is not there.
    async fn unscoped_save_group_key(&mut self, group: GroupId, key: &GroupKey) -> Stored<bool>;

    /// Files, and those on their way, whose keys another key of the group sealed than its latest; at most `most`.
    async fn unscoped_list_old_file_keys(
        &mut self,
        group: GroupId,
        latest: i64,
        most: u32,
    ) -> Stored<Vec<(FileId, SealedKey)>>;

    /// Seals a file's key anew.
    async fn unscoped_save_file_key(&mut self, group: GroupId, id: FileId, key: &SealedKey) -> Stored<()>;

    /// Holds what is counted until the unit of work ends, so that two who begin at once do not both find room (UP-08).
    async fn lock_files(&mut self, access: &SendingFiles) -> Stored<()>;

    /// What is kept and on its way.
    async fn count_files(&mut self, access: &SendingFiles) -> Stored<FilesKept>;

    /// A file begins to come.
    async fn add_upload(&mut self, access: &SendingFiles, upload: &Underway, at: Time) -> Stored<()>;

    /// A file that the caller is sending.
    async fn lookup_upload(&mut self, access: &SendingFiles, id: FileId) -> Stored<Option<Underway>>;

    /// One more piece is here; false when another was meanwhile.
    async fn upload_advanced(&mut self, access: &SendingFiles, id: FileId, pieces: u64, at: Time) -> Stored<bool>;

    /// Gives up what the caller was sending; false when there is nothing of it.
    async fn remove_upload(&mut self, access: &SendingFiles, id: FileId) -> Stored<bool>;

    /// What was on its way is a file of the record; false when it is one already or was given up.
    async fn add_file(&mut self, access: &SendingFiles, id: FileId, file: &NewFile, at: Time) -> Stored<bool>;

    /// Is this a file that the caller sent? Asked when an answer to its last piece was lost.
    async fn find_sent_file(&mut self, access: &SendingFiles, id: FileId) -> Stored<Option<FileState>>;

    /// Active users who are to know that a file came and whose bell does not say so already, those who treat the patient first;
    /// at most [`domain::limits::REVIEWERS`]. Who may is not storage's to say.
    async fn list_file_receivers(&mut self, access: &SendingFiles) -> Stored<Vec<(User, Option<Relationship>)>>;

    /// The patient's files, latest first. The cursor is the id of the last row.
    async fn list_files(&mut self, access: &Access<ViewFiles>, page: &PageRequest) -> Stored<Page<ListedFile>>;

    /// The caller has seen that files came.
    async fn forget_file_news(&mut self, access: &Access<ViewFiles>, at: Time) -> Stored<()>;

    /// One of them.
    async fn lookup_file(&mut self, access: &Access<ReadFiles>, id: FileId) -> Stored<Option<StoredFile>>;

    /// Names a file anew; false when it is not there.
    async fn save_file(
        &mut self,
        access: &Access<ManageFiles>,
        id: FileId,
        name: &FileName,
        category: FileCategory,
    ) -> Stored<bool>;

    /// Shows in the portal what the practice added, or not any more; false when that changed nothing.
    async fn share_file(&mut self, access: &Access<ManageFiles>, id: FileId, from: Option<Time>) -> Stored<bool>;

    /// Takes a file out of the record; false when it is not there.
    async fn remove_file(&mut self, access: &Access<ManageFiles>, id: FileId) -> Stored<bool>;

    /// What is needed to decide whether this portal user may open a file; `grant` is theirs.
    async fn own_file_facts(
        &mut self,
        access: &Access<ViewOwnRecord>,
        id: FileId,
        grant: &GrantFacts,
    ) -> Stored<Option<OwnFileFacts>>;

    /// The files that this portal user sees, latest first. The cursor is the id of the last row.
    async fn list_own_files(&mut self, access: &Access<ListOwnFiles>, page: &PageRequest) -> Stored<Page<ListedFile>>;

    /// How many that the practice shared they have not opened, counted up to [`domain::limits::QUEUE_COUNTED`].
    async fn count_own_unread_files(&mut self, access: &Access<ListOwnFiles>) -> Stored<i64>;

    /// Is there any such file? Asked when a mail about it is to leave.
    async fn unscoped_files_wait(&mut self, group: GroupId, patient: PatientId, account: AccountId) -> Stored<bool>;

    /// One of them.
    async fn lookup_own_file(&mut self, access: &Access<ReadOwnFile>) -> Stored<Option<StoredFile>>;

    /// Keeps that this portal user opened it.
    async fn own_file_read(&mut self, access: &Access<ReadOwnFile>, at: Time) -> Stored<()>;

    /// Files that wait for the scanner, oldest first, behind this one.
    async fn unscoped_list_waiting_files(&mut self, after: Option<FileId>, most: u32) -> Stored<Vec<WaitingFile>>;

    /// The scanner's word; false when the file does not wait any more.
    async fn unscoped_file_scanned(&mut self, file: &WaitingFile, found: Option<&str>) -> Stored<bool>;

    /// Gives up what nothing came of since; tells how much.
    async fn unscoped_sweep_uploads(&mut self, before: Time) -> Stored<u64>;

    /// What is known of an id that the vault keeps something under.
    async fn unscoped_file_known(&mut self, id: FileId) -> Stored<Known>;
}

/// What is known of an id that the vault keeps something under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// A file of a record whose content is kept.
    File,
    /// A file on its way.
    Upload,
    /// Nothing: what is kept under it is swept away.
    Nothing,
}

/// Why the vault could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// No room.
    #[error("the disk is full")]
    Full,
    /// Anything else; trying again later may help.
    #[error("the files do not answer")]
    Unavailable(#[source] BoxError),
}

/// What the vault holds under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The name.
    pub name: String,
    /// When it was written.
    pub at: Time,
}

/// What is kept together, each made when it is asked for.
pub type Pieces = Box<dyn Iterator<Item = Bytes> + Send>;

/// Keeps sealed bytes by name. Names are our own: small letters, digits, dot, dash; at most 64 characters.
#[async_trait]
pub trait Vault: Send + Sync + 'static {
    /// Keeps the pieces, one behind the other, under `name`, in place of what was there; when this returns they are on the disk,
    /// whole (F4). They are asked for as they are written, where that is possible.
    async fn put_pieces(&self, name: &str, pieces: Pieces) -> Result<(), VaultError>;

    /// The same for what is one piece.
    async fn put(&self, name: &str, bytes: Bytes) -> Result<(), VaultError> {
        self.put_pieces(name, Box::new(std::iter::once(bytes))).await
    }

    /// The bytes from `from` on, at most `most` of them; none when there is nothing of this name.
    async fn get(&self, name: &str, from: u64, most: u64) -> Result<Option<Bytes>, VaultError>;

    /// Takes it away; nothing happens when it is not there.
    async fn remove(&self, name: &str) -> Result<(), VaultError>;

    /// What is there whose name sorts behind `after`, in the order of names, at most `most`.
    async fn list(&self, after: &str, most: usize) -> Result<Vec<Kept>, VaultError>;

    /// How many bytes are free, where that is known.
    async fn room(&self) -> Result<Option<u64>, VaultError>;
}

/// What a scanner says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It found nothing.
    Clean,
    /// It found something.
    Infected {
        /// The scanner's name for it.
        what: String,
    },
}

/// Why a file was not scanned.
#[derive(Debug)]
pub enum Unscanned {
    /// The scanner does not answer, or not as one does.
    Unavailable(BoxError),
}

/// Looks for viruses.
#[async_trait]
pub trait Scanner: Send + Sync + 'static {
    /// Is there one? Without one files are taken as they are.
    fn configured(&self) -> bool;

    /// Scans a file, piece by piece.
    async fn scan(&self, pieces: BoxStream<'_, Result<Bytes, BoxError>>) -> Result<Verdict, Unscanned>;
}
