//! Keys in three steps: the server's, which is kept outside the database, seals each group's; a group's seals each file's; a file's
//! seals what is in it. So a key is turned without touching a single file, and a removed row leaves nothing that can be opened.

use domain::{
    error::Conflict,
    file::SealedKey,
    ids::{FileId, GroupId},
};

use crate::{
    context::Services,
    error::{Error, Result},
    ports::{GroupKey, Key, SealedBy, Work},
};

/// Keys that are sealed anew in one unit of work.
const STEP: u32 = 100;

fn of_group(group: GroupId, number: i64) -> String {
    format!("group-key:{group}.{number}")
}

fn of_file(id: FileId) -> String {
    format!("file-key:{id}")
}

/// What is said where a key is not there: nothing is lost by it, and nothing is written over.
fn missing(what: impl std::fmt::Display) -> Error {
    tracing::error!(%what, "cannot be opened: the key that sealed it is not among the server's; see `portico keys list`");
    Conflict::FileKeyMissing.into()
}

fn open_group_key(services: &Services, group: GroupId, key: &GroupKey) -> Result<Key> {
    let opened = services.safe.open(&key.sealed, &of_group(group, key.number));
    let opened = opened.ok_or_else(|| missing(of_group(group, key.number)))?;
    Ok(Key(opened.try_into().map_err(|_| Error::fault("a group's key of another length"))?))
}

fn seal_group_key(services: &Services, group: GroupId, number: i64, key: &Key) -> GroupKey {
    GroupKey { number, sealed: services.safe.seal(&key.0, &of_group(group, number)) }
}

/// The group's latest key; made when it has none.
async fn latest(services: &Services, work: &mut dyn Work, group: GroupId) -> Result<(i64, Key)> {
    if let Some(key) = work.unscoped_group_key(group, None).await? {
        return Ok((key.number, open_group_key(services, group, &key)?));
    }
    let key = Key(services.random.secret());
    if work.unscoped_add_group_key(group, &seal_group_key(services, group, 1, &key), services.clock.now()).await? {
        return Ok((1, key));
    }
    // Another server made it meanwhile.
    let key = work.unscoped_group_key(group, None).await?.ok_or_else(|| Error::fault("a group's key went away"))?;
    Ok((key.number, open_group_key(services, group, &key)?))
}

/// A key for a new file, sealed.
pub(super) async fn add(services: &Services, work: &mut dyn Work, group: GroupId, id: FileId) -> Result<SealedKey> {
    let (number, by) = latest(services, work, group).await?;
    let key = Key(services.random.secret());
    Ok(SealedKey { number, sealed: services.safe.seal_by(&by, &key.0, &of_file(id)) })
}

/// A file's key, opened.
pub(super) async fn open(
    services: &Services,
    work: &mut dyn Work,
    group: GroupId,
    id: FileId,
    sealed: &SealedKey,
) -> Result<Key> {
    let by = work.unscoped_group_key(group, Some(sealed.number)).await?;
    let by = by.ok_or_else(|| Error::fault("a file's key without its group's"))?;
    let by = open_group_key(services, group, &by)?;
    let key = services.safe.open_by(&by, &sealed.sealed, &of_file(id)).ok_or_else(|| missing(id))?;
    Ok(Key(key.try_into().map_err(|_| Error::fault("a file's key of another length"))?))
}

/// How the keys of all groups are sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyReport {
    /// By the key that seals now.
    pub current: u64,
    /// By an older one that is kept.
    pub older: u64,
    /// By keys that are not there: of which groups, and the id of the key.
    pub missing: Vec<(GroupId, [u8; 4])>,
}

/// Looks at every group's keys; opens none.
///
/// # Errors
/// Storage's.
pub async fn report(services: &Services) -> Result<KeyReport> {
    let mut report = KeyReport::default();
    let mut after = None;
    loop {
        let mut work = services.store.look().await?;
        let keys = work.unscoped_list_group_keys(after, STEP).await?;
        let Some((group, last)) = keys.last() else { return Ok(report) };
        after = Some((*group, last.number));
        for (group, key) in keys {
            match services.safe.sealed_by(&key.sealed) {
                SealedBy::Current => report.current += 1,
                SealedBy::Older => report.older += 1,
                SealedBy::Missing(id) => report.missing.push((group, id)),
            }
        }
    }
}

/// Seals every group's keys by the server's present one; tells how many were not yet. What an absent key sealed stays as it is.
///
/// # Errors
/// Storage's.
pub async fn seal_anew(services: &Services) -> Result<u64> {
    let mut sealed = 0;
    let mut after = None;
    loop {
        let mut work = services.store.begin().await?;
        let keys = work.unscoped_list_group_keys(after, STEP).await?;
        let Some((group, last)) = keys.last() else { return Ok(sealed) };
        after = Some((*group, last.number));
        for (group, key) in &keys {
            if services.safe.sealed_by(&key.sealed) != SealedBy::Older {
                continue;
            }
            let opened = open_group_key(services, *group, key)?;
            work.unscoped_save_group_key(*group, &seal_group_key(services, *group, key.number, &opened)).await?;
            sealed += 1;
        }
        work.save().await?;
    }
}

/// Gives every group a further key, and seals its files' keys by that one; tells how many files. What is in the files is not
/// touched. May be broken off and run again.
///
/// # Errors
/// Storage's, or [`Conflict::FileKeyMissing`].
pub async fn turn_group_keys(services: &Services) -> Result<u64> {
    let mut groups: Vec<(GroupId, i64)> = Vec::new();
    let mut after = None;
    loop {
        let mut work = services.store.look().await?;
        let keys = work.unscoped_list_group_keys(after, STEP).await?;
        let Some((group, last)) = keys.last() else { break };
        after = Some((*group, last.number));
        for (group, key) in keys {
            match groups.last_mut() {
                Some((known, latest)) if *known == group => *latest = key.number,
                _ => groups.push((group, key.number)),
            }
        }
    }
    let mut files = 0;
    for (group, latest) in groups {
        let number = latest + 1;
        let key = Key(services.random.secret());
        let mut work = services.store.begin().await?;
        work.unscoped_add_group_key(group, &seal_group_key(services, group, number, &key), services.clock.now())
            .await?;
        work.save().await?;
        files += seal_files_anew(services, group).await?;
    }
    Ok(files)
}

async fn seal_files_anew(services: &Services, group: GroupId) -> Result<u64> {
    let mut files = 0;
    loop {
        let mut work = services.store.begin().await?;
        let (number, by) = latest(services, work.as_mut(), group).await?;
        let old = work.unscoped_list_old_file_keys(group, number, STEP).await?;
        if old.is_empty() {
            return Ok(files);
        }
        for (id, sealed) in old {
            let key = open(services, work.as_mut(), group, id, &sealed).await?;
            let sealed = SealedKey { number, sealed: services.safe.seal_by(&by, &key.0, &of_file(id)) };
            work.unscoped_save_file_key(group, id, &sealed).await?;
            files += 1;
        }
        work.save().await?;
    }
}
