//! Opens a file for whoever may, piece by piece: no more than one of them is in memory.

use bytes::Bytes;
use domain::{
    access::{ReadFiles, ReadOwnFile, ViewOwnRecord, ViewPatient},
    account::Door,
    audit::{Action, Entry},
    file::{FileName, FileType, piece_size, pieces},
    ids::{FileId, PatientId},
    limits,
};

use super::{keys, opens, place, portal, whole};
use crate::{
    audit,
    context::{Ctx, Services},
    error::{Error, Result},
    patients,
    ports::{Key, StoredFile, Work},
    unusual,
};

/// What sealing adds to a piece, in bytes: the version, the nonce, the tag.
pub(super) const SEALED: u64 = 1 + 24 + 16;

/// A file that is being opened.
#[derive(Debug, Clone)]
pub struct Download {
    /// Which one.
    pub id: FileId,
    /// What it is called.
    pub name: FileName,
    /// What it is.
    pub kind: FileType,
    /// How many bytes it has.
    pub size: u64,
    key: Key,
}

impl Download {
    /// How many pieces it has.
    #[must_use]
    pub const fn pieces(&self) -> u64 {
        pieces(self.size)
    }

    /// One of its pieces, from 0. Whatever was changed, cut or put elsewhere does not open.
    ///
    /// # Errors
    /// [`Error::Unavailable`], or [`Error::Fault`] for a file that is not there or not what was kept.
    pub async fn piece(&self, services: &Services, number: u64) -> Result<Bytes> {
        whole_piece(services, self.id, &self.key, self.size, number).await
    }
}

/// One piece of what is kept whole.
pub(super) async fn whole_piece(services: &Services, id: FileId, key: &Key, size: u64, number: u64) -> Result<Bytes> {
    let (from, most) = (number * (limits::FILE_PIECE + SEALED), piece_size(size, number) + SEALED);
    let sealed = services.files.vault.get(&whole(id), from, most).await?;
    let sealed = sealed.ok_or_else(|| Error::Fault(format!("what is in {id} is not there").into()))?;
    let opened = services.safe.open_by(key, &sealed, &place(id, number));
    opened.map(Bytes::from).ok_or_else(|| Error::Fault(format!("what is kept of {id} is not what was kept").into()))
}

/// Opens a file, on either side. That it was opened is in the trail, and for the portal it is read.
///
/// # Errors
/// [`Error::NotFound`] for whoever may not (PT-06), or a [`Conflict`](domain::error::Conflict): it waits for the scanner, held a
/// virus, or its key is missing.
pub async fn open(ctx: &Ctx, patient: PatientId, id: FileId) -> Result<Download> {
    opened(ctx, patient, id, |_| true).await
}

/// The same for one that is shown in place. Any other is not there: nobody sees it, so it counts as opened by nobody.
///
/// # Errors
/// As [`open`].
pub async fn show(ctx: &Ctx, patient: PatientId, id: FileId) -> Result<Download> {
    opened(ctx, patient, id, FileType::is_shown).await
}

/// The same in the portal with nothing written down, as for a record that is taken along whole.
///
/// # Errors
/// As [`open`].
pub(crate) async fn look(ctx: &Ctx, work: &mut dyn Work, patient: PatientId, id: FileId) -> Result<Download> {
    let actor = ctx.actor()?;
    let grant = portal::grant(ctx, work, patient).await?;
    let seen = actor.may(ViewOwnRecord, &grant)?;
    let facts = work.own_file_facts(&seen, id, &grant).await?.ok_or(Error::NotFound)?;
    let access = actor.may(ReadOwnFile, &facts)?;
    let file = work.lookup_own_file(&access).await?.ok_or(Error::NotFound)?;
    opens(file.state)?;
    let key = keys::open(&ctx.services, work, access.group(), id, &file.key).await?;
    Ok(download(file, key))
}

async fn opened(ctx: &Ctx, patient: PatientId, id: FileId, fits: fn(FileType) -> bool) -> Result<Download> {
    let actor = ctx.actor()?;
    let detail = id.to_string();
    match actor.door() {
        Door::Portal => {
            let mut work = ctx.services.store.begin().await?;
            let grant = portal::grant(ctx, work.as_mut(), patient).await?;
            let seen = actor.may(ViewOwnRecord, &grant)?;
            let facts = work.own_file_facts(&seen, id, &grant).await?.ok_or(Error::NotFound)?;
            let access = actor.may(ReadOwnFile, &facts)?;
            let entry = audit::entry(ctx, access.by(), access.group(), Action::FileOpened, patient);
            work.audit(&Entry { detail, ..entry }).await?;
            let file = work.lookup_own_file(&access).await?.filter(|file| fits(file.kind)).ok_or(Error::NotFound)?;
            opens(file.state)?;
            work.own_file_read(&access, ctx.now()).await?;
            let key = keys::open(&ctx.services, work.as_mut(), access.group(), id, &file.key).await?;
            work.save().await?;
            Ok(download(file, key))
        }
        Door::Console => {
            let mut work = ctx.begin().await?;
            let facts = patients::facts(ctx, work.as_mut(), patient).await?;
            let access = actor.may(ReadFiles, &facts)?;
            let seen = domain::access::Access::<ViewPatient>::from(&access);
            let mut work = unusual::opened(ctx, work, &seen, &facts).await?;
            let entry = audit::entry(ctx, access.by(), access.group(), Action::FileOpened, patient);
            work.audit(&Entry { detail, ..entry }).await?;
            let file = work.lookup_file(&access, id).await?.filter(|file| fits(file.kind)).ok_or(Error::NotFound)?;
            opens(file.state)?;
            let key = keys::open(&ctx.services, work.as_mut(), access.group(), id, &file.key).await?;
            work.save().await?;
            Ok(download(file, key))
        }
    }
}

fn download(file: StoredFile, key: Key) -> Download {
    Download { id: file.id, name: file.name, kind: file.kind, size: file.size, key }
}
