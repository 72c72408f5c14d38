//! A mailbox in a folder, for the demo and for tests: mail is caught, nothing leaves the machine.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use domain::{email::Email, ids::MailId, mail::Failure};
use services::ports::{Letter, Mailer};

use super::message::message;

/// A folder of caught mail.
pub struct Mailbox {
    folder: PathBuf,
    host: String,
}

/// A caught mail as the mailbox page lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caught {
    /// Its id.
    pub id: MailId,
    /// To whom.
    pub to: String,
    /// From whom.
    pub from: String,
    /// The subject.
    pub subject: String,
}

impl Mailbox {
    /// The mailbox in this folder, which is made if need be.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(folder: &Path, host: &str) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned(), host: host.to_owned() })
    }

    /// What was caught, latest first.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn list(&self) -> std::io::Result<Vec<Caught>> {
        let mut all = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let Some(id) = name.strip_suffix(".eml").and_then(|id| id.parse().ok()) else { continue };
            let to_from_subject = std::fs::read_to_string(self.file(id, "txt"))?;
            let mut lines = to_from_subject.lines().map(str::to_owned);
            all.push(Caught {
                id,
                to: lines.next().unwrap_or_default(),
                from: lines.next().unwrap_or_default(),
                subject: lines.next().unwrap_or_default(),
            });
        }
        // Ids sort by the time they were made.
        all.sort_by_key(|caught| std::cmp::Reverse(caught.id));
        Ok(all)
    }

    /// The HTML part of a caught mail.
    ///
    /// # Errors
    /// When there is no such mail.
    pub fn html(&self, id: MailId) -> std::io::Result<String> {
        std::fs::read_to_string(self.file(id, "html"))
    }

    fn file(&self, id: MailId, ending: &str) -> PathBuf {
        self.folder.join(format!("{id}.{ending}"))
    }

    fn keep(&self, letter: &Letter) -> std::io::Result<()> {
        let from: Email = "portico@demo.example".parse().map_err(|_| std::io::ErrorKind::InvalidInput)?;
        let message = message(letter, &from, &self.host).map_err(std::io::Error::other)?;
        let line = |text: &str| text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
        let summary = [letter.to.as_str(), &letter.from_name, &letter.subject].map(line).join("\n");
        write_atomically(&self.file(letter.id, "html"), letter.html.as_bytes())?;
        write_atomically(&self.file(letter.id, "txt"), summary.as_bytes())?;
        // Last: what has an .eml is whole.
        write_atomically(&self.file(letter.id, "eml"), &message.formatted())
    }
}

#[async_trait]
impl Mailer for Mailbox {
    async fn send(&self, letter: &Letter) -> Result<(), Failure> {
        self.keep(letter).map_err(|error| {
            tracing::warn!(%error, "the mailbox cannot be written");
            Failure::Unreachable
        })
    }
}

/// Writes a file that is there whole or not at all, also after a power cut.
///
/// # Errors
/// The file system's.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let part = path.with_extension("part");
    let mut file = private_file(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&part, path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(folder)?.sync_all()
}

fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::message::letter;

    #[tokio::test]
    async fn a_caught_mail_is_listed_and_readable() {
        let folder = tempfile::tempdir().unwrap();
        let mailbox = Mailbox::open(folder.path(), "127.0.0.1").unwrap();
        assert_eq!(mailbox.list().unwrap(), []);
        mailbox.send(&letter()).await.unwrap();
        // The same mail again, as after a crash, is still one mail.
        mailbox.send(&letter()).await.unwrap();
        let all = mailbox.list().unwrap();
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].to.as_str(), all[0].subject.as_str()), ("ann@example.org", "An invitation"));
        assert_eq!(mailbox.html(all[0].id).unwrap(), "<p>Hello</p>");
        assert!(mailbox.html(uuid::Uuid::nil().into()).is_err());
    }
}
