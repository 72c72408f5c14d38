//! Files about a patient: referrals, letters, results and pictures that came from outside (S0-21; in FHIR R4 a
//! *DocumentReference*).
//!
//! A file comes in pieces of [`limits::FILE_PIECE`], so that a broken connection costs one piece. When all of it is there it is
//! looked at (what it is, a picture's hidden data, a virus) and only then it is one of the record. Who may do what with one is
//! decided in `access/files.rs`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    error::{Invalid, Problem},
    ids::{FileId, PatientId},
    limits,
    page::Page,
    time::Time,
};

/// What a file is, by its content. What is not in this list is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileType {
    /// A PDF.
    Pdf,
    /// A JPEG picture, as phones take it.
    Jpeg,
    /// A PNG picture.
    Png,
    /// A WebP picture.
    Webp,
    /// A Word document (OOXML, without macros).
    Docx,
    /// Plain text in UTF-8.
    Text,
}

impl FileType {
    /// Every type, in the order of a list.
    pub const ALL: [Self; 6] = [Self::Pdf, Self::Jpeg, Self::Png, Self::Webp, Self::Docx, Self::Text];

    /// The code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Docx => "docx",
            Self::Text => "text",
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`Problem::NotAChoice`].
    pub fn from_code(code: &str) -> Result<Self, Problem> {
        Self::ALL.into_iter().find(|kind| kind.code() == code).ok_or(Problem::NotAChoice)
    }

    /// How names of such files end, in small letters; the first is the usual one.
    #[must_use]
    pub const fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Png => &["png"],
            Self::Webp => &["webp"],
            Self::Docx => &["docx"],
            Self::Text => &["txt"],
        }
    }

    /// The media type it is sent with.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Text => "text/plain; charset=utf-8",
        }
    }

    /// Is it one of those that every browser shows, and that cannot run anything there?
    #[must_use]
    pub const fn is_shown(self) -> bool {
        matches!(self, Self::Pdf | Self::Jpeg | Self::Png | Self::Webp)
    }

    /// The type that a name promises.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        Self::ALL.into_iter().find(|kind| kind.endings().iter().any(|known| known.eq_ignore_ascii_case(ending)))
    }
}

/// What a file is about, as whoever sends it says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileCategory {
    /// A referral to the practice.
    Referral,
    /// A letter from another practitioner.
    Letter,
    /// A result: of a laboratory, an X-ray, a test.
    Result,
    /// A picture of what is to be seen.
    Picture,
    /// Anything else.
    #[default]
    Other,
}

impl FileCategory {
    /// Every category, in the order of a list.
    pub const ALL: [Self; 5] = [Self::Referral, Self::Letter, Self::Result, Self::Picture, Self::Other];

    /// The code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Referral => "referral",
            Self::Letter => "letter",
            Self::Result => "result",
            Self::Picture => "picture",
            Self::Other => "other",
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`Problem::NotAChoice`].
    pub fn from_code(code: &str) -> Result<Self, Problem> {
        Self::ALL.into_iter().find(|category| category.code() == code).ok_or(Problem::NotAChoice)
    }
}

/// A name of a file that can be shown, stored and offered to any computer: one part of a path, without what is not seen.
/// What a file is kept under has nothing to do with it.
#[derive(Clone, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    /// Makes one of whatever a browser sends (UP-06): the last part of a path; no control characters, nothing that turns the
    /// direction of reading, none of the characters and names that some computers keep for themselves; not longer than
    /// [`limits::FILE_NAME`], its ending kept.
    ///
    /// # Errors
    /// [`Problem::Missing`] when nothing is left before the ending; [`Problem::FileType`] when the ending is of no type that is taken.
    pub fn clean(raw: &str) -> Result<(Self, FileType), Problem> {
        let last = raw.rsplit(['/', '\\']).next().unwrap_or_default();
        let shown: String = last.chars().filter(|c| !unseen(*c)).map(|c| if reserved(c) { '_' } else { c }).collect();
        let shown = shown.trim().trim_matches('.').trim();
        let kind =
            FileType::of_name(shown).ok_or(if shown.is_empty() { Problem::Missing } else { Problem::FileType })?;
        let (stem, ending) = shown.rsplit_once('.').ok_or(Problem::FileType)?;
        let room = limits::FILE_NAME.saturating_sub(ending.len() + 1);
        let stem: String = stem.trim().chars().take(room).collect();
        let stem = stem.trim_end_matches(['.', ' ']);
        if stem.is_empty() {
            return Err(Problem::Missing);
        }
        let device = stem.split('.').next().unwrap_or_default().trim_end();
        let prefix = if DEVICES.iter().any(|kept| kept.eq_ignore_ascii_case(device)) { "_" } else { "" };
        Ok((Self(format!("{prefix}{stem}.{ending}")), kind))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A name tells of health: it stands in no log.
impl fmt::Debug for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileName(…)")
    }
}

impl TryFrom<String> for FileName {
    type Error = Problem;

    fn try_from(raw: String) -> Result<Self, Problem> {
        let (name, _) = Self::clean(&raw)?;
        if name.0 == raw { Ok(name) } else { Err(Problem::BadCharacters) }
    }
}

impl From<FileName> for String {
    fn from(name: FileName) -> Self {
        name.0
    }
}

/// Names that Windows keeps for devices, whatever ending follows.
const DEVICES: [&str; 22] = [
    "CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "LPT1", "LPT2",
    "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
];

/// Characters that are not seen, or turn others round: a name must look like what it is.
fn unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{FEFF}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// Characters that some computers do not take in a name.
const fn reserved(c: char) -> bool {
    matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*')
}

/// Where a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// Nobody could look for viruses yet; until then nobody opens it.
    Waiting,
    /// It is one of the record.
    Kept,
    /// A virus was found; what was in it is gone.
    Infected,
}

impl FileState {
    /// The code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Kept => "kept",
            Self::Infected => "infected",
        }
    }

    /// Reads a code. An unknown one is not opened: fail closed.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        match code {
            "kept" => Self::Kept,
            "infected" => Self::Infected,
            _ => Self::Waiting,
        }
    }
}

/// What is said of a file before it is sent.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FileForm {
    /// What it is called where it comes from.
    pub name: String,
    /// A category's code.
    pub category: String,
    /// How many bytes will be sent.
    pub size: u64,
}

/// The same, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// What it is called.
    pub name: FileName,
    /// What the name promises it is.
    pub kind: FileType,
    /// What it is about.
    pub category: FileCategory,
    /// How many bytes will be sent.
    pub size: u64,
}

impl FileForm {
    /// Checks all of it, before a single byte is taken.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn check(&self) -> Result<Announced, Invalid> {
        let mut invalid = Invalid::default();
        let name = invalid.check("file", FileName::clean(&self.name));
        let size = match self.size {
            0 => Err(Problem::FileEmpty),
            size if size > limits::FILE => Err(Problem::FileTooLarge),
            size => Ok(size),
        };
        let size = if name.is_some() { invalid.check("file", size) } else { None };
        let category = invalid.check("category", FileCategory::from_code(&self.category));
        match (name, size, category) {
            (Some((name, kind)), Some(size), Some(category)) => Ok(Announced { name, kind, category, size }),
            _ => Err(invalid),
        }
    }
}

/// How many pieces a file of so many bytes has.
#[must_use]
pub const fn pieces(size: u64) -> u64 {
    size.div_ceil(limits::FILE_PIECE)
}

/// How many bytes the piece of this number has, from 0.
#[must_use]
pub const fn piece_size(size: u64, number: u64) -> u64 {
    let rest = size.saturating_sub(number.saturating_mul(limits::FILE_PIECE));
    if rest < limits::FILE_PIECE { rest } else { limits::FILE_PIECE }
}

/// A file on its way, as its sender asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// The id that the file will have.
    pub id: FileId,
    /// How many bytes it will have.
    pub size: u64,
    /// How many bytes a piece has, but for the last.
    pub piece: u64,
    /// How many pieces are here already: the next one has this number.
    pub pieces: u64,
}

/// What came of a file that is all here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The file.
    pub id: FileId,
    /// Where it stands.
    pub state: FileState,
}

/// How much may be sent, said beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// The largest file, in bytes.
    pub largest: u64,
    /// So many bytes may still be sent about this patient.
    pub bytes: u64,
    /// So many files may still be sent about this patient.
    pub files: u64,
}

/// Who sent a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "from")]
pub enum Sender {
    /// A user of the practice, by name.
    Practice {
        /// Their name.
        name: String,
    },
    /// A portal user.
    Portal {
        /// The patient, or somebody for them.
        is_patient: bool,
    },
}

/// A file in a list of the console.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRow {
    /// Its id.
    pub id: FileId,
    /// What it is called; none for who may know only that it came.
    pub name: Option<String>,
    /// What it is.
    pub kind: FileType,
    /// What it is about.
    pub category: FileCategory,
    /// How many bytes it has.
    pub size: u64,
    /// Where it stands.
    pub state: FileState,
    /// Who sent it.
    pub sender: Sender,
    /// When it came.
    pub at: Time,
    /// Does the portal show it?
    pub in_portal: bool,
    /// Can the practice end that, or begin it? What came from the portal stays there.
    pub by_practice: bool,
}

/// The console's list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Files {
    /// The files, latest first.
    pub files: Page<FileRow>,
    /// What may be sent, when the caller may add files.
    pub room: Option<Room>,
    /// May the caller open them?
    pub may_read: bool,
    /// May the caller change, share and remove them?
    pub may_manage: bool,
}

/// A file in a list of the portal.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnFileRow {
    /// Its id.
    pub id: FileId,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub kind: FileType,
    /// What it is about.
    pub category: FileCategory,
    /// How many bytes it has.
    pub size: u64,
    /// Where it stands.
    pub state: FileState,
    /// Did this portal user send it?
    pub own: bool,
    /// Did it come from the practice?
    pub from_practice: bool,
    /// When it came, or was shared.
    pub at: Time,
    /// Has this portal user not opened what the practice shared?
    pub unread: bool,
}

/// The portal's list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnFiles {
    /// The files, latest first.
    pub files: Page<OwnFileRow>,
    /// What may be sent, when this person may send any.
    pub room: Option<Room>,
    /// The time zone of the practice.
    pub time_zone: String,
}

/// Health data stands in no log.
macro_rules! untold {
    ($($name:ident),+) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        })+
    };
}

untold!(FileForm, FileRow, Files, OwnFileRow, OwnFiles);

/// A file that is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Underway {
    /// The id that the file will have.
    pub id: FileId,
    /// About whom.
    pub patient: PatientId,
    /// What was said beforehand.
    pub announced: Announced,
    /// How many pieces are here.
    pub pieces: u64,
    /// The file's own key, sealed by its group's.
    pub key: SealedKey,
}

/// The key of one file, sealed by a key of its group.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedKey {
    /// Which of the group's keys sealed it.
    pub number: i64,
    /// The sealed bytes.
    pub sealed: Vec<u8>,
}

impl fmt::Debug for SealedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedKey({})", self.number)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clean(raw: &str) -> String {
        FileName::clean(raw).map(|(name, _)| name.0).unwrap_or_default()
    }

    // UP-06: whatever a name says, what is kept of it is one harmless line.
    #[test]
    fn hostile_names_become_harmless() {
        assert_eq!(clean("../../etc/passwd.txt"), "passwd.txt");
        assert_eq!(clean("C:\\Users\\ann\\referral.PDF"), "referral.PDF");
        assert_eq!(clean("a\0b\r\nc.pdf"), "abc.pdf");
        assert_eq!(clean("CON.pdf"), "_CON.pdf");
        assert_eq!(clean("nul.tar.pdf"), "_nul.tar.pdf");
        assert_eq!(clean("fdp.\u{202E}gpj.jpg"), "fdp.gpj.jpg");
        assert_eq!(clean("<img onerror=\"x\">.png"), "_img onerror=_x__.png");
        assert_eq!(clean("Überweisung 🦵.jpeg"), "Überweisung 🦵.jpeg");
        let long = clean(&format!("{}.docx", "x".repeat(10_000)));
        assert_eq!(long.chars().count(), limits::FILE_NAME);
        assert!(long.ends_with(".docx"));
    }

    // UP-02: only the types of the list, by name.
    #[test]
    fn other_endings_are_refused() {
        for name in ["a.html", "a.svg", "a.xml", "a.js", "a.exe", "a.hta", "a.lnk", "a.docm", "a.pdf.exe", "pdf", "a."]
        {
            assert_eq!(FileName::clean(name).map(drop), Err(Problem::FileType), "{name}");
        }
        for name in ["", ".", "..", "/", " .pdf", "\u{200B}"] {
            assert!(FileName::clean(name).is_err(), "{name}");
        }
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let form = FileForm { name: "a.exe".to_owned(), category: "x".to_owned(), size: 1 };
        let invalid = form.check().unwrap_err();
        assert_eq!(invalid.of("file"), Some(Problem::FileType));
        assert_eq!(invalid.of("category"), Some(Problem::NotAChoice));
        let form = |size| FileForm { name: "a.pdf".to_owned(), category: "letter".to_owned(), size };
        assert_eq!(form(0).check().unwrap_err().of("file"), Some(Problem::FileEmpty));
        assert_eq!(form(2 << 30).check().unwrap_err().of("file"), Some(Problem::FileTooLarge));
        assert!(form(limits::FILE).check().is_ok());
    }

    proptest! {
        #[test]
        fn a_clean_name_stays_as_it_is(raw in ".{0,200}", ending in prop::sample::select(vec!["pdf", "JPG", "txt"])) {
            if let Ok((name, _)) = FileName::clean(&format!("{raw}.{ending}")) {
                prop_assert_eq!(clean(&name.0), name.0.clone());
                prop_assert!(name.0.chars().count() <= limits::FILE_NAME + 1);
                prop_assert!(!name.0.contains(['/', '\\', '\0', '\n', '"']));
            }
        }

        #[test]
        fn pieces_add_up(size in 1..=limits::FILE) {
            let sizes: Vec<u64> = (0..pieces(size)).map(|number| piece_size(size, number)).collect();
            prop_assert_eq!(sizes.iter().sum::<u64>(), size);
            prop_assert!(sizes.iter().all(|size| (1..=limits::FILE_PIECE).contains(size)));
            prop_assert_eq!(piece_size(size, pieces(size)), 0);
        }
    }
}
