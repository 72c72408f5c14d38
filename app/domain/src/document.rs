//! Documents: letters, reports, plans and the like, which the practice writes for a patient (S3-07 … S3-10; in FHIR R4 a
//! *Composition* with its status).
//!
//! A draft is the practice's alone. A completed document never changes: the portal shows it, unless the practice hides its type
//! there, and it can be taken back. Who may read which one is decided in `access/documents.rs`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    error::{Invalid, Problem},
    form::Completeness,
    ids::{DocumentId, PatientId, UserId},
    limits,
    note::PortalReader,
    page::Page,
    text,
    time::Time,
};

/// What kind of document it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentType {
    /// A letter, to the patient or about them.
    #[default]
    Letter,
    /// What was found.
    Report,
    /// What is to be done.
    Plan,
    /// That something is so: a certificate.
    Certificate,
    /// That something was paid.
    Receipt,
    /// A form that was filled in at the practice.
    Form,
    /// Anything else.
    Other,
}

impl DocumentType {
    /// Every type, in the order of a list.
    pub const ALL: [Self; 7] =
        [Self::Letter, Self::Report, Self::Plan, Self::Certificate, Self::Receipt, Self::Form, Self::Other];

    /// The code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Letter => "letter",
            Self::Report => "report",
            Self::Plan => "plan",
            Self::Certificate => "certificate",
            Self::Receipt => "receipt",
            Self::Form => "form",
            Self::Other => "other",
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`Problem::NotAChoice`].
    pub fn from_code(code: &str) -> Result<Self, Problem> {
        Self::ALL.into_iter().find(|kind| kind.code() == code).ok_or(Problem::NotAChoice)
    }
}

/// Some of the types: those that the portal does not show (S3-09).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<DocumentType>", into = "Vec<DocumentType>")]
pub struct DocumentTypes(u8);

impl DocumentTypes {
    /// Is it one of them?
    #[must_use]
    pub const fn contains(self, kind: DocumentType) -> bool {
        self.0 & 1 << kind as u8 != 0
    }

    /// Them, in the order of a list.
    pub fn iter(self) -> impl Iterator<Item = DocumentType> {
        DocumentType::ALL.into_iter().filter(move |kind| self.contains(*kind))
    }

    /// Reads codes with spaces between them.
    ///
    /// # Errors
    /// [`Problem::NotAChoice`].
    pub fn from_codes(codes: &str) -> Result<Self, Problem> {
        codes.split_ascii_whitespace().map(DocumentType::from_code).collect()
    }

    /// Their codes with spaces between them, as stored.
    #[must_use]
    pub fn codes(self) -> String {
        self.iter().map(DocumentType::code).collect::<Vec<_>>().join(" ")
    }
}

impl FromIterator<DocumentType> for DocumentTypes {
    fn from_iter<I: IntoIterator<Item = DocumentType>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |all, kind| all | 1 << kind as u8))
    }
}

impl From<Vec<DocumentType>> for DocumentTypes {
    fn from(kinds: Vec<DocumentType>) -> Self {
        kinds.into_iter().collect()
    }
}

impl From<DocumentTypes> for Vec<DocumentType> {
    fn from(kinds: DocumentTypes) -> Self {
        kinds.iter().collect()
    }
}

/// What a document says.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentText {
    /// What it is called.
    pub title: String,
    /// What kind it is.
    pub kind: DocumentType,
    /// The text, in paragraphs.
    pub body: String,
    /// Is whoever reads it in the portal asked to say so?
    pub asks: bool,
}

/// The editor's form, as typed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DocumentForm {
    /// What it is called.
    pub title: String,
    /// A type's code.
    pub kind: String,
    /// The text.
    pub body: String,
    /// `yes` when whoever reads it is asked to say so.
    pub asks: String,
}

impl DocumentForm {
    /// Checks all of it. A draft may lack its text; what is completed may not.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn check(&self, completeness: Completeness) -> Result<DocumentText, Invalid> {
        let mut invalid = Invalid::default();
        let whole = |kept: String| match completeness {
            Completeness::Whole if kept.is_empty() => Err(Problem::Missing),
            Completeness::Whole | Completeness::Draft => Ok(kept),
        };
        let title = invalid.check("title", text::line(&self.title, limits::NAME));
        let kind = invalid.check("kind", DocumentType::from_code(&self.kind));
        let body = invalid.check("body", text::paragraphs(&self.body, limits::NOTE).and_then(whole));
        match (title, kind, body) {
            (Some(title), Some(kind), Some(body)) => Ok(DocumentText { title, kind, body, asks: self.asks == "yes" }),
            _ => Err(invalid),
        }
    }
}

impl From<DocumentText> for DocumentForm {
    fn from(text: DocumentText) -> Self {
        let asks = if text.asks { "yes".to_owned() } else { String::new() };
        Self { title: text.title, kind: text.kind.code().to_owned(), body: text.body, asks }
    }
}

/// Where a document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum DocumentState {
    /// It is being written.
    Draft,
    /// It is done, and never changes.
    Completed {
        /// Since when.
        at: Time,
    },
    /// It was done, and taken back.
    Withdrawn {
        /// Since when.
        at: Time,
    },
}

impl DocumentState {
    /// The code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Completed { .. } => "completed",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }
}

/// A document about a patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// Whom it is about.
    pub patient: PatientId,
    /// Who began it; who completes it signs it.
    pub author: UserId,
    /// What it says.
    pub text: DocumentText,
    /// Where it stands.
    pub state: DocumentState,
    /// Counts the saves: two people writing at once do not overwrite each other.
    pub version: i64,
}

/// A document in a list of the console.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentRow {
    /// Its id.
    pub id: DocumentId,
    /// What it is called.
    pub title: String,
    /// What kind it is.
    pub kind: DocumentType,
    /// Who wrote it.
    pub author: String,
    /// Where it stands.
    pub state: DocumentState,
    /// When it was begun.
    pub at: Time,
    /// Is whoever reads it asked to say so?
    pub asks: bool,
    /// How many have.
    pub acknowledged: i64,
    /// Is the patient one of them?
    pub by_patient: bool,
}

/// The console's list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Documents {
    /// The documents, latest first.
    pub documents: Page<DocumentRow>,
    /// May the caller write further ones?
    pub may_write: bool,
    /// The types that the portal does not show.
    pub hidden: DocumentTypes,
}

/// What the caller may do with a document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentActs {
    /// Go on writing it, complete it, throw it away.
    pub edit: bool,
    /// Take it back.
    pub withdraw: bool,
}

/// Who read a document in the portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentReader {
    /// Their address.
    pub email: String,
    /// Are they the patient, or somebody else (PX-07)?
    pub own: bool,
    /// When they read it last.
    pub read_at: Time,
    /// When they said so, if they did.
    pub acknowledged_at: Option<Time>,
}

/// One document in the console.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentPage {
    /// Its id.
    pub id: DocumentId,
    /// What it says.
    pub text: DocumentText,
    /// Who completed it, or began the draft.
    pub author: String,
    /// What they do.
    pub profession: String,
    /// Where it stands.
    pub state: DocumentState,
    /// For the next save.
    pub version: i64,
    /// What the caller may do.
    pub may: DocumentActs,
    /// The types that the portal does not show.
    pub hidden: DocumentTypes,
    /// Who of the portal could see it.
    pub portal: Vec<PortalReader>,
    /// Who has read it there.
    pub readers: Vec<DocumentReader>,
}

/// A document in a list of the portal.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnDocumentRow {
    /// Its id.
    pub id: DocumentId,
    /// What it is called.
    pub title: String,
    /// What kind it is.
    pub kind: DocumentType,
    /// Who wrote it.
    pub author: String,
    /// Since when it is here.
    pub at: Time,
    /// Has this portal user not read it?
    pub unread: bool,
    /// Is this portal user asked to say that they have, and has not?
    pub asks: bool,
}

/// The portal's list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnDocuments {
    /// The documents, latest first.
    pub documents: Page<OwnDocumentRow>,
    /// The time zone of the practice.
    pub time_zone: String,
}

/// One document in the portal, or before it is there.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnDocument {
    /// Its id.
    pub id: DocumentId,
    /// What it says.
    pub text: DocumentText,
    /// Who wrote it.
    pub author: String,
    /// What they do.
    pub profession: String,
    /// Since when it is here.
    pub at: Time,
    /// When this portal user said that they have read it.
    pub acknowledged_at: Option<Time>,
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

untold!(DocumentText, DocumentForm, DocumentRow, Documents, DocumentPage, OwnDocumentRow, OwnDocuments, OwnDocument);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_go_to_codes_and_back() {
        for bits in 0..=0x7F_u8 {
            let kinds: DocumentTypes =
                DocumentType::ALL.into_iter().filter(|kind| bits & 1 << *kind as u8 != 0).collect();
            assert_eq!(DocumentTypes::from_codes(&kinds.codes()), Ok(kinds));
            assert_eq!(DocumentTypes::from(Vec::from(kinds)), kinds);
            assert_eq!(kinds.iter().count(), bits.count_ones() as usize);
        }
        assert_eq!(DocumentTypes::from_codes("letter x").map(drop), Err(Problem::NotAChoice));
    }

    #[test]
    fn a_draft_may_lack_its_text_and_a_document_may_not() {
        let form = DocumentForm { title: "To Dr Lee".to_owned(), kind: "letter".to_owned(), ..DocumentForm::default() };
        assert!(form.check(Completeness::Draft).is_ok());
        assert_eq!(form.check(Completeness::Whole).unwrap_err().of("body"), Some(Problem::Missing));
        let wrong = DocumentForm { kind: "x".to_owned(), ..DocumentForm::default() }.check(Completeness::Draft);
        let wrong = wrong.unwrap_err();
        assert_eq!((wrong.of("title"), wrong.of("kind")), (Some(Problem::Missing), Some(Problem::NotAChoice)));
    }
}
