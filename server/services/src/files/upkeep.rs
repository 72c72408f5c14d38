//! What is done for files beside the requests: what waits for the scanner is scanned, and what nobody knows of any more is swept
//! out of the vault (UP-10).

use std::sync::atomic::{AtomicBool, Ordering};

use domain::{
    audit::{Action, Entry},
    ids::FileId,
    limits,
};
use futures::{StreamExt as _, stream};
use uuid::Uuid;

use super::{keys, reading::whole_piece, whole};
use crate::{
    context::Services,
    error::{Error, Result},
    ports::{BoxError, Known, Unscanned, Verdict, WaitingFile},
};

/// Files that are looked at in one go.
const STEP: u32 = 20;
/// Names that are looked at in one go: a folder is read whole for each.
const NAMES: usize = 5_000;

/// Scans what waits for it, oldest first, until nothing does or the scanner does not answer; tells how many.
///
/// # Errors
/// Storage's.
pub async fn scan_waiting(services: &Services, stopping: &(dyn Fn() -> bool + Sync)) -> Result<u64> {
    let (mut scanned, mut after) = (0, None);
    loop {
        let waiting = services.store.look().await?.unscoped_list_waiting_files(after, STEP).await?;
        let Some(last) = waiting.last() else { return Ok(scanned) };
        after = Some(last.id);
        for file in waiting {
            if stopping() {
                return Ok(scanned);
            }
            match scan(services, &file).await? {
                Scan::Done => scanned += 1,
                Scan::Unreadable => {}
                Scan::Silent => return Ok(scanned),
            }
        }
    }
}

/// What came of a try.
enum Scan {
    Done,
    /// What is kept of this file, or its key, is not what it was: it goes on waiting, and holds up no other.
    Unreadable,
    /// The scanner does not answer.
    Silent,
}

async fn scan(services: &Services, file: &WaitingFile) -> Result<Scan> {
    let key = {
        let mut work = services.store.look().await?;
        match keys::open(services, work.as_mut(), file.group, file.id, &file.key).await {
            Err(Error::Conflict(_)) => return Ok(Scan::Unreadable),
            key => key?,
        }
    };
    let (key, unreadable) = (&key, &AtomicBool::new(false));
    let pieces = stream::iter(0..domain::file::pieces(file.size)).then(move |number| async move {
        let piece = whole_piece(services, file.id, key, file.size, number).await;
        unreadable.fetch_or(matches!(piece, Err(Error::Fault(_))), Ordering::Relaxed);
        piece.map_err(|error| Box::new(error) as BoxError)
    });
    let found = if services.files.scanner.configured() {
        match services.files.scanner.scan(pieces.boxed()).await {
            Ok(Verdict::Clean) => None,
            Ok(Verdict::Infected { what }) => Some(what),
            Err(Unscanned::Unavailable(cause)) if unreadable.load(Ordering::Relaxed) => {
                tracing::error!(file = %file.id, %cause, "a file that waits for the scanner cannot be read");
                return Ok(Scan::Unreadable);
            }
            Err(Unscanned::Unavailable(cause)) => {
                tracing::warn!(file = %file.id, %cause, "files still wait for the scanner");
                return Ok(Scan::Silent);
            }
        }
    } else {
        None
    };
    let mut work = services.store.begin().await?;
    if found.is_some() {
        work.audit(&Entry {
            group: Some(file.group),
            at: services.clock.now(),
            actor: "scanner".to_owned(),
            action: Action::FileInfected,
            subject: file.patient.to_string(),
            detail: file.id.to_string(),
            origin: String::new(),
            emergency: false,
        })
        .await?;
    }
    if !work.unscoped_file_scanned(file, found.as_deref()).await? {
        // Another server said it meanwhile, or somebody removed the file: there is nothing to be written down.
        return Ok(Scan::Done);
    }
    work.save().await?;
    if found.is_some() {
        tracing::warn!(file = %file.id, "a virus was found in a file that waited; what was in it is removed");
        services.files.vault.remove(&whole(file.id)).await?;
    }
    Ok(Scan::Done)
}

/// Gives up files of which nothing came for a while, and takes out of the vault what no row knows of: what was broken off, what was
/// removed, and pieces of files that are whole. Tells how much.
///
/// # Errors
/// Storage's and the vault's.
pub async fn sweep(services: &Services, stopping: &(dyn Fn() -> bool + Sync)) -> Result<u64> {
    let before = services.clock.now() - limits::UPLOAD_REST;
    loop {
        let mut work = services.store.begin().await?;
        let swept = work.unscoped_sweep_uploads(before).await?;
        work.save().await?;
        if swept < u64::from(limits::SWEPT) || stopping() {
            break;
        }
    }
    let mut swept = 0;
    let mut after = String::new();
    while !stopping() {
        let _turn = services.courtesy.turn().await;
        let names = services.files.vault.list(&after, NAMES).await?;
        let Some(last) = names.last() else { break };
        after.clone_from(&last.name);
        for kept in names {
            // What is being written now has no row yet.
            if kept.at > before || is_known(services, &kept.name).await? {
                continue;
            }
            services.files.vault.remove(&kept.name).await?;
            swept += 1;
        }
    }
    Ok(swept)
}

async fn is_known(services: &Services, name: &str) -> Result<bool> {
    let (id, is_piece) = match name.split_once('.') {
        Some((id, _)) => (id, true),
        None => (name, false),
    };
    // Whatever else somebody put there is not ours to remove.
    let Ok(id) = Uuid::try_parse(id) else { return Ok(true) };
    let known = services.store.look().await?.unscoped_file_known(FileId::from(id)).await?;
    Ok(match known {
        Known::File => !is_piece,
        Known::Upload => true,
        Known::Nothing => false,
    })
}
