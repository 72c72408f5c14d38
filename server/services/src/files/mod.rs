//! Files about patients: what portal users and the practice send, and who opens it (S0-21). Who may do what with one is decided in
//! `domain::access::files`.
//!
//! | file | what is in it |
//! |---|---|
//! | this one | the practice's list; name a file anew, show it in the portal, remove it |
//! | `portal` | the patient's list |
//! | `sending` | announce a file, send its pieces, finish or give it up |
//! | `reading` | open one, piece by piece |
//! | `keys` | a file's key, sealed by its group's, sealed by the server's; turn them |
//! | `content`, `picture` | what a file is by its content; a picture without what it tells besides itself |
//! | `upkeep` | the scanner's second try, and what nobody knows of any more |

mod content;
pub mod keys;
mod picture;
mod portal;
mod reading;
mod sending;
mod upkeep;

use std::sync::Arc;

use domain::{
    access::{Access, AddFiles, ManageFiles, ReadFiles, ViewFiles, ViewPatient},
    audit::{Action, Entry},
    error::Conflict,
    file::{FileCategory, FileName, FileRow, FileState, Files, Room, Sender},
    ids::{FileId, PatientId},
    limits,
    page::PageRequest,
};
use tokio::sync::Semaphore;

pub use self::{
    portal::list_own,
    reading::{Download, open, show},
    sending::{begin, finish, give_up, piece, progress},
    upkeep::{scan_waiting, sweep},
};
pub(crate) use self::{portal::look_through, reading::look};
use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    in_portal, patients,
    ports::{FileSender, FilesKept, ListedFile, Scanner, Vault, VaultError, Work},
    unusual,
};

/// What is needed for files besides the database.
pub struct FileRoom {
    /// Where what is in them is kept, sealed.
    pub vault: Arc<dyn Vault>,
    /// Who looks for viruses.
    pub scanner: Arc<dyn Scanner>,
    /// Files that are looked at whole at the same moment.
    pub finishing: Arc<Semaphore>,
}

impl FileRoom {
    /// With this vault and this scanner.
    #[must_use]
    pub fn new(vault: Arc<dyn Vault>, scanner: Arc<dyn Scanner>) -> Self {
        Self { vault, scanner, finishing: Arc::new(Semaphore::new(limits::FILES_FINISHING)) }
    }
}

impl From<VaultError> for Error {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Full => Self::Full,
            VaultError::Unavailable(cause) => Self::Unavailable(Some(cause)),
        }
    }
}

/// What may still be sent.
fn room(kept: &FilesKept) -> Room {
    let bytes = limits::FILES_BYTES.saturating_sub(kept.bytes);
    let of_group = limits::GROUP_BYTES.saturating_sub(kept.group_bytes);
    Room { largest: limits::FILE, bytes: bytes.min(of_group), files: limits::FILES.saturating_sub(kept.files) }
}

async fn may_manage(
    ctx: &Ctx,
    patient: PatientId,
    action: Action,
    detail: String,
) -> Result<(Access<ManageFiles>, Box<dyn Work>)> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(ManageFiles, &facts)?;
    let entry = audit::entry(ctx, access.by(), access.group(), action, patient);
    work.audit(&Entry { detail, ..entry }).await?;
    Ok((access, work))
}

/// The patient's files, latest first. Who may know only that they came is told no names.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn list(ctx: &Ctx, patient: PatientId, page: &PageRequest) -> Result<Files> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(ViewFiles, &facts)?;
    let mut work = unusual::opened(ctx, work, &Access::<ViewPatient>::from(&access), &facts).await?;
    let reads = actor.may(ReadFiles, &facts).ok();
    // Marked, when only an emergency shows what they are called.
    let by = reads.as_ref().map_or_else(|| access.by(), domain::access::Access::by);
    work.audit(&audit::entry(ctx, by, access.group(), Action::FilesListed, patient)).await?;
    let may_read = reads.is_some();
    let may_manage = actor.may(ManageFiles, &facts).is_ok();
    let files = work.list_files(&access, page).await?.map(|file| row(file, may_read));
    let room = match actor.may(AddFiles, &facts) {
        Ok(add) => Some(room(&work.count_files(&(&add).into()).await?)),
        Err(_) => None,
    };
    work.forget_file_news(&access, ctx.now()).await?;
    work.save().await?;
    Ok(Files { files, room, may_read, may_manage })
}

fn row(file: ListedFile, may_read: bool) -> FileRow {
    let by_practice = matches!(file.sender, FileSender::Practice(_));
    let sender = match file.sender {
        FileSender::Practice(name) => Sender::Practice { name: name.shown() },
        FileSender::Portal { is_patient, .. } => Sender::Portal { is_patient },
    };
    FileRow {
        id: file.id,
        name: may_read.then(|| file.name.into()),
        kind: file.kind,
        category: file.category,
        size: file.size,
        state: file.state,
        sender,
        at: file.added_at,
        in_portal: !by_practice || file.shared_at.is_some(),
        by_practice,
    }
}

/// Names a file anew, or says what it is about. Its ending stays what it is.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], or [`Error::Invalid`] with the fields `name` and `category`.
pub async fn rename(ctx: &Ctx, patient: PatientId, id: FileId, name: &str, category: &str) -> Result<()> {
    let (access, mut work) = may_manage(ctx, patient, Action::FileChanged, id.to_string()).await?;
    let file = work.lookup_file(&(&access).into(), id).await?.ok_or(Error::NotFound)?;
    let mut invalid = domain::error::Invalid::default();
    let whole = |name: &str| match FileName::clean(name) {
        Ok((name, kind)) if kind == file.kind => Ok(name),
        Ok(_) => Err(domain::error::Problem::FileNotWhatItSays),
        Err(problem) => Err(problem),
    };
    let name = invalid.check("name", whole(name));
    let category = invalid.check("category", FileCategory::from_code(category));
    let (Some(name), Some(category)) = (name, category) else { return Err(invalid.into()) };
    if !work.save_file(&access, id, &name, category).await? {
        return Err(Error::NotFound);
    }
    work.save().await?;
    Ok(())
}

/// Shows in the portal what the practice added. Whoever sees what is shared is told by mail that there is something new.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], or a [`Conflict`]: it came from the portal, is not one of the record
/// yet, or nobody of the portal could see it.
pub async fn share(ctx: &Ctx, patient: PatientId, id: FileId) -> Result<()> {
    let (access, mut work) = may_manage(ctx, patient, Action::FileShared, id.to_string()).await?;
    let file = work.lookup_file(&(&access).into(), id).await?.ok_or(Error::NotFound)?;
    opens(file.state)?;
    if !file.by_practice {
        return Err(Conflict::FileFromPortal.into());
    }
    if !work.share_file(&access, id, Some(ctx.now())).await? {
        // Somebody shared it a moment ago.
        return Ok(());
    }
    if !in_portal::tell(ctx, work.as_mut(), access.group(), patient, None).await? {
        return Err(Conflict::NobodyInPortal.into());
    }
    work.save().await?;
    Ok(())
}

/// Ends that.
///
/// # Errors
/// As [`share`].
pub async fn unshare(ctx: &Ctx, patient: PatientId, id: FileId) -> Result<()> {
    let (access, mut work) = may_manage(ctx, patient, Action::FileWithdrawn, id.to_string()).await?;
    let file = work.lookup_file(&(&access).into(), id).await?.ok_or(Error::NotFound)?;
    if !file.by_practice {
        return Err(Conflict::FileFromPortal.into());
    }
    if work.share_file(&access, id, None).await? {
        work.save().await?;
    }
    Ok(())
}

/// Takes a file out of the record, for good: its key goes with the row, so that no copy of what was kept can be opened.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn remove(ctx: &Ctx, patient: PatientId, id: FileId) -> Result<()> {
    let (access, mut work) = may_manage(ctx, patient, Action::FileRemoved, id.to_string()).await?;
    if !work.remove_file(&access, id).await? {
        return Err(Error::NotFound);
    }
    work.save().await?;
    // What is left in the vault, should this fail, nobody can open; it is swept away.
    if let Err(error) = ctx.services.files.vault.remove(&whole(id)).await {
        tracing::warn!(%error, file = %id, "a removed file is still in the vault; it will be swept away");
    }
    Ok(())
}

/// A file of this state can be opened.
fn opens(state: FileState) -> Result<()> {
    match state {
        FileState::Kept => Ok(()),
        FileState::Waiting => Err(Conflict::FileWaits.into()),
        FileState::Infected => Err(Conflict::FileInfected.into()),
    }
}

/// What the vault keeps a file under.
fn whole(id: FileId) -> String {
    id.uuid().simple().to_string()
}

/// What it keeps a piece under that came before the file was whole.
fn part(id: FileId, number: u64) -> String {
    format!("{}.{number}", whole(id))
}

/// What a piece is bound to: it opens nowhere else.
fn place(id: FileId, number: u64) -> String {
    format!("{id}.{number}")
}
