//! Sealed files in a folder of this machine.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, DirBuilder, DirEntry, File, OpenOptions},
    hash::{BuildHasher as _, RandomState},
    io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, UNIX_EPOCH},
};

use async_trait::async_trait;
use bytes::Bytes;
use domain::time::Time;
use services::ports::{Kept, Pieces, Vault, VaultError};

use super::{check, is_name};

/// Stands in the name of what is still being written, and in no name of ours.
const PART: char = '~';
/// After this long nobody writes it any more: a crash left it.
const PART_IS_LEFT: Duration = Duration::from_secs(60 * 60);

/// A folder of sealed files, in at most 256 sub-folders.
#[derive(Debug, Clone)]
pub struct LocalVault {
    folder: PathBuf,
    /// The sub-folders that are surely on the disk, not only in memory.
    safe: Arc<Mutex<BTreeSet<PathBuf>>>,
}

impl LocalVault {
    /// The vault in this folder, which is made if need be.
    ///
    /// # Errors
    /// When the folder cannot be made or read.
    pub fn open(folder: PathBuf) -> io::Result<Self> {
        if !folder.try_exists()? {
            DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
            sync(&folder.join(".."))?;
        }
        sync(&folder)?;
        Ok(Self { folder, safe: Arc::default() })
    }

    /// All pieces of one file share a sub-folder, named after the last two digits of its id: the first ones tell the
    /// time, so that all of a month would share one.
    fn home(&self, name: &str) -> PathBuf {
        let id = name.split('.').next().unwrap_or_default();
        let ending = id.len().checked_sub(2).and_then(|at| id.get(at..)).filter(|ending| is_home(ending));
        self.folder.join(ending.unwrap_or("00"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home(name).join(name)
    }

    /// Makes the sub-folder of a name. Also one that was there may be new and not on the disk yet.
    fn make_home(&self, name: &str) -> io::Result<PathBuf> {
        let home = self.home(name);
        let mut safe = self.safe.lock().unwrap_or_else(PoisonError::into_inner);
        match DirBuilder::new().mode(0o700).create(&home) {
            Ok(()) => _ = safe.remove(&home),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        if !safe.contains(&home) {
            sync(&self.folder)?;
            safe.insert(home.clone());
        }
        Ok(home)
    }

    /// In this order, a crash at any moment leaves the old bytes or the new ones, and nothing in between.
    fn put_pieces(&self, name: &str, mut pieces: Pieces) -> io::Result<()> {
        let home = self.make_home(name)?;
        // Unlike any other, also one of another server in the same folder.
        let part = home.join(format!("{name}{PART}{:016x}", RandomState::new().hash_one(name)));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?;
        let written = pieces.try_for_each(|piece| file.write_all(&piece));
        let kept = written.and_then(|()| file.sync_all()).and_then(|()| fs::rename(&part, home.join(name)));
        if kept.is_err() {
            // A full disk needs its room back at once.
            let _ = fs::remove_file(&part);
        }
        kept?;
        sync(&home)
    }

    fn get(&self, name: &str, from: u64, most: u64) -> io::Result<Option<Bytes>> {
        let Some(mut file) = self.if_there(File::open(self.path(name)))? else { return Ok(None) };
        let size = file.metadata()?.len().saturating_sub(from).min(most);
        if size == 0 {
            return Ok(Some(Bytes::new()));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).map_err(io::Error::other)?);
        file.seek(SeekFrom::Start(from))?;
        file.take(size).read_to_end(&mut bytes)?;
        Ok(Some(bytes.into()))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        match self.if_there(fs::remove_file(self.path(name)))? {
            // What was taken away does not come back after a power cut.
            Some(()) => sync(&self.home(name)),
            None => Ok(()),
        }
    }

    /// Looks at every name, but holds no more than the first `most` of them.
    fn list(&self, after: &str, most: usize) -> io::Result<Vec<Kept>> {
        let mut first = BTreeMap::<String, Time>::new();
        for home in fs::read_dir(&self.folder)? {
            let home = home?;
            // Such as `lost+found`.
            if !home.file_name().to_str().is_some_and(is_home) {
                continue;
            }
            for entry in fs::read_dir(home.path())? {
                let entry = entry?;
                let name = entry.file_name();
                let Some(name) = name.to_str() else { continue };
                if name.contains(PART) {
                    sweep(&entry);
                    continue;
                }
                let too_late =
                    first.len() >= most && first.last_key_value().is_none_or(|(last, _)| name > last.as_str());
                if name <= after || too_late || !is_name(name) {
                    continue;
                }
                // Somebody else may take it away meanwhile.
                let Some(at) = self.if_there(written(&entry))? else { continue };
                first.insert(name.to_owned(), at);
                if first.len() > most {
                    first.pop_last();
                }
            }
        }
        Ok(first.into_iter().map(|(name, at)| Kept { name, at }).collect())
    }

    fn room(&self) -> io::Result<u64> {
        let disk = rustix::fs::statvfs(&self.folder)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// None when it is not there. A disk that is gone as a whole is an error: its files are not lost.
    fn if_there<T>(&self, result: io::Result<T>) -> io::Result<Option<T>> {
        match result {
            Ok(there) => Ok(Some(there)),
            Err(error) if error.kind() == ErrorKind::NotFound => fs::metadata(&self.folder).map(|_| None),
            Err(error) => Err(error),
        }
    }

    /// Disks make one wait: never on the threads that answer requests.
    async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> io::Result<T> + Send + 'static,
    ) -> Result<T, VaultError> {
        let vault = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&vault)).await;
        done.unwrap_or_else(|gone| Err(io::Error::other(gone))).map_err(failure)
    }
}

#[async_trait]
impl Vault for LocalVault {
    async fn put_pieces(&self, name: &str, pieces: Pieces) -> Result<(), VaultError> {
        check(name)?;
        let name = name.to_owned();
        self.aside(move |vault| vault.put_pieces(&name, pieces)).await
    }

    async fn get(&self, name: &str, from: u64, most: u64) -> Result<Option<Bytes>, VaultError> {
        check(name)?;
        let name = name.to_owned();
        self.aside(move |vault| vault.get(&name, from, most)).await
    }

    async fn remove(&self, name: &str) -> Result<(), VaultError> {
        check(name)?;
        let name = name.to_owned();
        self.aside(move |vault| vault.remove(&name)).await
    }

    async fn list(&self, after: &str, most: usize) -> Result<Vec<Kept>, VaultError> {
        let after = after.to_owned();
        self.aside(move |vault| vault.list(&after, most)).await
    }

    async fn room(&self) -> Result<Option<u64>, VaultError> {
        self.aside(|vault| vault.room().map(Some)).await
    }
}

/// Is it the name of a sub-folder: two digits of an id?
fn is_home(name: &str) -> bool {
    name.len() == 2 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Puts on the disk what a folder says it holds.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn written(entry: &DirEntry) -> io::Result<Time> {
    let age = entry.metadata()?.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(Time::from_millis(i64::try_from(age.as_millis()).unwrap_or(i64::MAX)))
}

/// Takes away what a crash left half written. The file system stamped it, so the machine's own clock tells its age.
fn sweep(part: &DirEntry) {
    let written = part.metadata().and_then(|of| of.modified());
    if written.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > PART_IS_LEFT)) {
        // If it cannot be done now, the next list does it.
        let _ = fs::remove_file(part.path());
    }
}

/// A quota that is used up is a full disk to whoever meets it.
fn failure(error: io::Error) -> VaultError {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => VaultError::Full,
        _ => VaultError::Unavailable(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::{iter, os::unix::fs::PermissionsExt as _, time::SystemTime};

    use super::*;

    const NAME: &str = "0192f3c4d5e67890abcdef12345678a7";

    fn put(vault: &LocalVault, name: &str, bytes: &'static [u8]) -> io::Result<()> {
        vault.put_pieces(name, Box::new(iter::once(Bytes::from_static(bytes))))
    }

    fn vault() -> (tempfile::TempDir, LocalVault) {
        let folder = tempfile::tempdir().unwrap();
        let vault = LocalVault::open(folder.path().join("files")).unwrap();
        (folder, vault)
    }

    fn files(vault: &LocalVault, home: &str) -> Vec<String> {
        let entries = fs::read_dir(vault.folder.join(home)).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn all_pieces_of_a_file_share_a_folder_that_nobody_else_can_read() {
        let (_folder, vault) = vault();
        let piece = format!("{NAME}.17");
        put(&vault, NAME, b"a").unwrap();
        put(&vault, &piece, b"b").unwrap();
        put(&vault, "other", b"c").unwrap();
        assert_eq!(files(&vault, "a7"), [NAME, &piece]);
        assert_eq!(files(&vault, "00"), ["other"]);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&vault.folder), 0o700);
        assert_eq!(mode(&vault.home(NAME)), 0o700);
        assert_eq!(mode(&vault.path(&piece)), 0o600);
    }

    // a crash while writing leaves a part beside the file, never in its place.
    #[test]
    fn a_put_that_was_cut_off_changes_nothing_and_is_swept() {
        let (_folder, vault) = vault();
        put(&vault, NAME, b"old").unwrap();
        for (ending, age) in [("1", 2 * 60 * 60), ("2", 60)] {
            let part = File::create(vault.home(NAME).join(format!("{NAME}{PART}{ending}"))).unwrap();
            #[expect(clippy::disallowed_methods, reason = "the file system's clock is the machine's")]
            part.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
        }
        assert_eq!(vault.get(NAME, 0, 9).unwrap().unwrap(), "old");
        let names: Vec<_> = vault.list("", 9).unwrap().into_iter().map(|kept| kept.name).collect();
        assert_eq!(names, [NAME]);
        // The young one may be somebody's who is still writing.
        assert_eq!(files(&vault, "a7"), [NAME.to_owned(), format!("{NAME}{PART}2")]);
    }

    #[test]
    fn a_put_that_fails_leaves_nothing_behind() {
        let (_folder, vault) = vault();
        fs::create_dir_all(vault.path(NAME).join("in the way")).unwrap();
        assert!(put(&vault, NAME, b"new").is_err());
        assert_eq!(files(&vault, "a7"), [NAME]);
    }

    // F4
    #[test]
    fn a_full_disk_and_a_used_up_quota_are_told_apart_from_the_rest() {
        use rustix::io::Errno;
        for (errno, full) in [(Errno::NOSPC, true), (Errno::DQUOT, true), (Errno::IO, false)] {
            assert_eq!(matches!(failure(errno.into()), VaultError::Full), full, "{errno}");
        }
    }

    #[test]
    fn a_disk_that_is_gone_is_no_empty_vault() {
        let (folder, vault) = vault();
        put(&vault, NAME, b"a").unwrap();
        fs::rename(&vault.folder, folder.path().join("elsewhere")).unwrap();
        assert!(vault.get(NAME, 0, 1).is_err());
        assert!(vault.remove(NAME).is_err());
        assert!(vault.list("", 1).is_err());
        assert!(put(&vault, NAME, b"b").is_err());
    }

    #[tokio::test]
    async fn the_room_on_the_disk_is_known() {
        let (_folder, vault) = vault();
        assert!(Vault::room(&vault).await.unwrap().unwrap() > 0);
    }
}
