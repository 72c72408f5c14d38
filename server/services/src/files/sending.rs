//! A file comes: announced, in pieces, and looked at when all of it is here. Each step asks anew whether the sender may, so that
//! access which ends meanwhile ends this too (UP-12). Nothing of it is one of the record before the last step, and every piece is
//! sealed before it is kept.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use domain::{
    access::{Access, AddFiles, PatientFacts, SendOwnFiles, SendingFiles, ViewOwnRecord, explain},
    account::Door,
    audit::{Action, Entry},
    error::{Conflict, Problem},
    file::{Announced, FileForm, FileState, Sent, Underway, Upload, piece_size, pieces},
    ids::{FileId, PatientId},
    limits,
    notification::{News, Notification},
    user::{Role, User},
};
use futures::{StreamExt as _, stream};
use memmap2::MmapMut;
use sha2::{Digest as _, Sha256};

use super::{content, content::Unfit, keys, part, picture, place, portal, room, whole};
use crate::{
    audit,
    context::{Ctx, Services},
    error::{Error, Result},
    patients,
    ports::{BoxError, FilesKept, Key, NewFile, Pieces, Unscanned, Verdict, Work},
    users,
};

/// Whoever sends, on either side.
enum By {
    Practice(Access<AddFiles>),
    Portal(Access<SendOwnFiles>),
}

impl By {
    fn sending(&self) -> SendingFiles {
        match self {
            Self::Practice(access) => access.into(),
            Self::Portal(access) => access.into(),
        }
    }
}

async fn may_send(ctx: &Ctx, work: &mut dyn Work, patient: PatientId) -> Result<By> {
    let actor = ctx.actor()?;
    match actor.door() {
        Door::Portal => {
            let facts = portal::grant(ctx, work, patient).await?;
            Ok(By::Portal(actor.may(SendOwnFiles, &facts)?))
        }
        Door::Console => {
            let facts = patients::facts(ctx, work, patient).await?;
            Ok(By::Practice(actor.may(AddFiles, &facts)?))
        }
    }
}

/// Opens the unit of work that this side takes: a portal user's may be of any group.
async fn begin_work(ctx: &Ctx) -> Result<Box<dyn Work>> {
    match ctx.actor()?.door() {
        Door::Portal => Ok(ctx.services.store.begin().await?),
        Door::Console => ctx.begin().await,
    }
}

async fn read_work(ctx: &Ctx) -> Result<Box<dyn Work>> {
    match ctx.actor()?.door() {
        Door::Portal => Ok(ctx.services.store.read().await?),
        Door::Console => ctx.read().await,
    }
}

/// Announces a file: refused before a byte is sent when it is of a type that is not taken, too large, or has no room (UP-08).
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Invalid`] with the fields `file` and `category`, a [`Conflict`], or
/// [`Error::Full`].
pub async fn begin(ctx: &Ctx, patient: PatientId, form: &FileForm) -> Result<Upload> {
    // Before the unit of work: a slow disk shall not hold up everybody who writes.
    let free = ctx.services.files.vault.room().await?;
    let mut work = begin_work(ctx).await?;
    let access = may_send(ctx, work.as_mut(), patient).await?.sending();
    let announced = form.check()?;
    work.lock_files(&access).await?;
    has_room(&work.count_files(&access).await?, announced.size)?;
    // As much again while it is put together.
    if free.is_some_and(|free| free < limits::DISK_KEPT + 2 * announced.size) {
        return Err(Error::Full);
    }
    let id = FileId::from(ctx.services.random.id());
    let key = keys::add(&ctx.services, work.as_mut(), access.group(), id).await?;
    let underway = Underway { id, patient, announced, pieces: 0, key };
    work.add_upload(&access, &underway, ctx.now()).await?;
    work.save().await?;
    Ok(upload(&underway))
}

fn has_room(kept: &FilesKept, size: u64) -> Result<()> {
    let room = room(kept);
    if room.files == 0 || room.bytes < size {
        return Err(Conflict::NoRoomForFile.into());
    }
    if kept.own_uploads >= limits::UPLOADS || kept.group_uploads >= limits::GROUP_UPLOADS {
        return Err(Conflict::TooManyUploads.into());
    }
    Ok(())
}

const fn upload(underway: &Underway) -> Upload {
    let Underway { id, announced: Announced { size, .. }, pieces, .. } = underway;
    Upload { id: *id, size: *size, piece: limits::FILE_PIECE, pieces: *pieces }
}

/// How far a file has come: asked after a network was lost.
///
/// # Errors
/// [`Error::NotFound`], also for a file that somebody else sends.
pub async fn progress(ctx: &Ctx, patient: PatientId, id: FileId) -> Result<Upload> {
    let mut work = read_work(ctx).await?;
    let access = may_send(ctx, work.as_mut(), patient).await?.sending();
    let underway = work.lookup_upload(&access, id).await?.ok_or(Error::NotFound)?;
    Ok(upload(&underway))
}

/// One piece. One that is here already is taken as sent: its answer was lost.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Conflict::NotTheNextPiece`], [`Error::Full`] or [`Error::Unavailable`].
pub async fn piece(ctx: &Ctx, patient: PatientId, id: FileId, number: u64, bytes: Bytes) -> Result<Upload> {
    let services = &ctx.services;
    let (underway, key) = {
        let mut work = read_work(ctx).await?;
        let access = may_send(ctx, work.as_mut(), patient).await?.sending();
        let underway = work.lookup_upload(&access, id).await?.ok_or(Error::NotFound)?;
        let key = keys::open(services, work.as_mut(), access.group(), id, &underway.key).await?;
        (underway, key)
    };
    if number < underway.pieces {
        return Ok(upload(&underway));
    }
    let size = piece_size(underway.announced.size, number);
    if number > underway.pieces || size == 0 || size != bytes.len() as u64 {
        return Err(Conflict::NotTheNextPiece.into());
    }
    // What is kept first counts only when the row says so: of two that come at once, the later one says the same or is refused.
    let sealed = services.safe.seal_by(&key, &bytes, &place(id, number));
    services.files.vault.put(&part(id, number), sealed.into()).await?;
    let mut work = begin_work(ctx).await?;
    let access = may_send(ctx, work.as_mut(), patient).await?.sending();
    if !work.upload_advanced(&access, id, number + 1, ctx.now()).await? {
        return Err(Conflict::NotTheNextPiece.into());
    }
    work.save().await?;
    Ok(upload(&Underway { pieces: number + 1, ..underway }))
}

/// Gives a file up. What came of it is gone.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn give_up(ctx: &Ctx, patient: PatientId, id: FileId) -> Result<()> {
    let mut work = begin_work(ctx).await?;
    let access = may_send(ctx, work.as_mut(), patient).await?.sending();
    let underway = work.lookup_upload(&access, id).await?.ok_or(Error::NotFound)?;
    if !work.remove_upload(&access, id).await? {
        return Err(Error::NotFound);
    }
    work.save().await?;
    forget_pieces(&ctx.services, &underway).await;
    Ok(())
}

/// What is left of it, should this fail, is swept away.
async fn forget_pieces(services: &Services, underway: &Underway) {
    for number in 0..underway.pieces {
        if let Err(error) = services.files.vault.remove(&part(underway.id, number)).await {
            tracing::warn!(%error, file = %underway.id, "pieces of a file are left in the vault; they will be swept away");
            return;
        }
    }
}

/// All of it is here: looks what it is, cleans a picture, has it scanned, and makes it one of the record. When the answer was lost
/// and it is asked again, says the same.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Invalid`] with the field `file` for what is not taken, of which nothing is
/// kept; [`Conflict::PiecesMissing`]; [`Error::Full`] or [`Error::Unavailable`], after which it can be
/// asked again.
pub async fn finish(ctx: &Ctx, patient: PatientId, id: FileId) -> Result<Sent> {
    let services = &ctx.services;
    let (underway, key) = {
        let mut work = read_work(ctx).await?;
        let access = may_send(ctx, work.as_mut(), patient).await?.sending();
        let Some(underway) = work.lookup_upload(&access, id).await? else {
            let state = work.find_sent_file(&access, id).await?.ok_or(Error::NotFound)?;
            return Ok(Sent { id, state });
        };
        let key = keys::open(services, work.as_mut(), access.group(), id, &underway.key).await?;
        (underway, key)
    };
    if underway.pieces < pieces(underway.announced.size) {
        return Err(Conflict::PiecesMissing.into());
    }
    // A file is whole in memory here, so few are at a time; each waits its turn.
    let turn = services.files.finishing.acquire().await.map_err(|_| Error::Unavailable(None))?;
    let bytes = match together(services, &underway, &key).await {
        Ok(bytes) => bytes,
        // Another may have finished it meanwhile and taken the pieces away: it is said as they were told.
        Err(error) => return find_sent(ctx, patient, id).await?.ok_or(error),
    };
    let looked = {
        let (name, key) = (underway.announced.name.clone(), key.clone());
        // All of it at once: not on the threads that answer requests.
        tokio::task::spawn_blocking(move || {
            let kind = content::kind_of(name.as_str(), &bytes)?;
            let bytes = picture::cleaned(kind, bytes)?;
            let digest = Sha256::new().chain_update(key.0).chain_update(&bytes).finalize().into();
            Ok::<_, Unfit>((kind, bytes, digest))
        })
        .await
        .map_err(|error| Error::Fault(Box::new(error)))?
    };
    let (kind, bytes, digest) = match looked {
        Ok(looked) => looked,
        Err(unfit) => {
            give_up(ctx, patient, id).await?;
            return Err(Error::field("file", problem(unfit)));
        }
    };
    let size = bytes.len() as u64;
    let (state, found) = scanned(services, id, &bytes).await?;
    if state != FileState::Infected {
        services.files.vault.put_pieces(&whole(id), sealed(Arc::clone(services), id, key, bytes)).await?;
    }
    let file = NewFile {
        name: underway.announced.name.clone(),
        kind,
        category: underway.announced.category,
        size,
        digest,
        key: underway.key.clone(),
        state,
        found,
    };
    drop(turn);
    let state = keep(ctx, patient, id, &file).await?;
    forget_pieces(services, &underway).await;
    Ok(Sent { id, state })
}

/// What became of a file that is one of the record already.
async fn find_sent(ctx: &Ctx, patient: PatientId, id: FileId) -> Result<Option<Sent>> {
    let mut work = read_work(ctx).await?;
    let access = may_send(ctx, work.as_mut(), patient).await?.sending();
    Ok(work.find_sent_file(&access, id).await?.map(|state| Sent { id, state }))
}

/// One of the record, from here on, and where it stands. The key is looked up again: it may have been sealed anew meanwhile.
async fn keep(ctx: &Ctx, patient: PatientId, id: FileId, file: &NewFile) -> Result<FileState> {
    let mut work = begin_work(ctx).await?;
    let by = may_send(ctx, work.as_mut(), patient).await?;
    let access = by.sending();
    let entry = audit::entry(ctx, access.by(), access.group(), Action::FileAdded, patient);
    let found = if file.state == FileState::Infected { " infected" } else { "" };
    work.audit(&Entry { detail: format!("{id}{found}"), ..entry }).await?;
    let Some(underway) = work.lookup_upload(&access, id).await? else {
        // Of two who finish it at once, one did: the other says the same.
        return work.find_sent_file(&access, id).await?.ok_or(Error::NotFound);
    };
    let file = NewFile { key: underway.key, ..file.clone() };
    if !work.add_file(&access, id, &file, ctx.now()).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    if let By::Portal(access) = &by {
        tell(ctx, work.as_mut(), access).await?;
    }
    work.save().await?;
    Ok(file.state)
}

/// Tells those who are to know: who treats the patient and the front desk.
async fn tell(ctx: &Ctx, work: &mut dyn Work, access: &Access<SendOwnFiles>) -> Result<()> {
    let seen = Access::<ViewOwnRecord>::from(access);
    for (user, relationship) in work.list_file_receivers(&access.into()).await? {
        let near = relationship.is_some() || user.level.role() == Role::Administrator || user.level.is_full();
        let facts = PatientFacts { group: user.group, patient: access.patient(), relationship, emergency: false };
        if !near || !may_know(&user, &facts) {
            continue;
        }
        let news = News::FileCame { patient: access.patient() };
        let notification = Notification { id: ctx.services.random.id().into(), news, at: ctx.now(), read_at: None };
        work.notify_practice(&seen, user.id, &notification).await?;
    }
    Ok(())
}

fn may_know(user: &User, facts: &PatientFacts) -> bool {
    explain::on_patient(&users::who(user), facts).iter().any(|one| one.right == "ViewFiles" && one.may)
}

const fn problem(unfit: Unfit) -> Problem {
    match unfit {
        Unfit::Empty => Problem::FileEmpty,
        Unfit::NotAllowed => Problem::FileType,
        Unfit::NotWhatItSays => Problem::FileNotWhatItSays,
        Unfit::Damaged => Problem::FileDamaged,
        Unfit::TooLarge => Problem::FileTooLarge,
    }
}

/// The pieces, opened and put together, in memory of their own: an allocator would keep what it had to give for such a file, for
/// each of its threads.
async fn together(services: &Services, underway: &Underway, key: &Key) -> Result<Bytes> {
    let size = underway.announced.size;
    let room = usize::try_from(size).ok().and_then(|size| MmapMut::map_anon(size).ok());
    let mut room = room.ok_or(Error::Unavailable(Some("there is no memory for a file".into())))?;
    let mut rest = &mut *room;
    for number in 0..pieces(size) {
        let most = piece_size(size, number) + super::reading::SEALED;
        let sealed = services.files.vault.get(&part(underway.id, number), 0, most).await?;
        let opened = sealed.and_then(|sealed| services.safe.open_by(key, &sealed, &place(underway.id, number)));
        let opened = opened.ok_or_else(|| Error::Fault(format!("a piece of {} is not there", underway.id).into()))?;
        let (piece, behind) = rest
            .split_at_mut_checked(opened.len())
            .ok_or_else(|| Error::Fault(format!("the pieces of {} are longer than it", underway.id).into()))?;
        piece.copy_from_slice(&opened);
        rest = behind;
    }
    if !rest.is_empty() {
        return Err(Error::Fault(format!("the pieces of {} are shorter than it", underway.id).into()));
    }
    Ok(Bytes::from_owner(room))
}

/// What the vault keeps: every piece sealed by itself, when it is asked for.
fn sealed(services: Arc<Services>, id: FileId, key: Key, bytes: Bytes) -> Pieces {
    let (piece, size) = (limits::FILE_PIECE as usize, bytes.len());
    Box::new((0..).zip((0..size).step_by(piece)).map(move |(number, from)| {
        let piece = bytes.get(from..size.min(from + piece)).unwrap_or_default();
        services.safe.seal_by(&key, piece, &place(id, number)).into()
    }))
}

/// The scanner's word. When there is one and it does not answer, the file waits for it, and nobody opens it until then.
async fn scanned(services: &Services, id: FileId, bytes: &Bytes) -> Result<(FileState, Option<String>)> {
    let scanner = &services.files.scanner;
    if !scanner.configured() {
        return Ok((FileState::Kept, None));
    }
    let size = bytes.len();
    let pieces = (0..size)
        .step_by(limits::FILE_PIECE as usize)
        .map(move |from| Ok::<_, BoxError>(bytes.slice(from..size.min(from + limits::FILE_PIECE as usize))));
    let scan = scanner.scan(stream::iter(pieces).boxed());
    let patience = Duration::from_millis(limits::SCAN_AT_ONCE.as_millis().unsigned_abs());
    let late = |_| Err(Unscanned::Unavailable("it takes long".into()));
    match tokio::time::timeout(patience, scan).await.unwrap_or_else(late) {
        Ok(Verdict::Clean) => Ok((FileState::Kept, None)),
        Ok(Verdict::Infected { what }) => {
            tracing::warn!(file = %id, %what, "a virus was found in a file; what was in it is not kept");
            Ok((FileState::Infected, Some(what)))
        }
        Err(Unscanned::Unavailable(cause)) => {
            tracing::warn!(file = %id, %cause, "a file could not be scanned; nobody opens it until it is");
            Ok((FileState::Waiting, None))
        }
    }
}
