//! Makes the PDF: our template, the paper as data, our fonts, and nothing else within reach.

use std::{path::PathBuf, sync::LazyLock};

use typst::{
    Library, LibraryExt as _, World, comemo,
    diag::{FileError, FileResult, SourceDiagnostic},
    foundations::{Bytes, Datetime, Duration},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};
use typst_pdf::PdfOptions;

use crate::{Code, Paper};

/// The most that is printed at once, in bytes of data: about two hundred pages of text.
const MOST: usize = 400_000;

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum Unprinted {
    /// More than is printed at once.
    #[error("{0} bytes are more than is printed at once")]
    TooMuch(usize),
    /// A fault of ours: a template, a font.
    #[error("{0}")]
    Fault(String),
}

/// The paper as a tagged PDF. Takes a core for some milliseconds a page: call it off the async threads, a few at a time.
///
/// # Errors
/// [`Unprinted`].
pub fn pdf(paper: &Paper) -> Result<Vec<u8>, Unprinted> {
    let (template, data) = match paper {
        Paper::Handout(handout) => (include_str!("templates/handout.typ"), serde_json::to_vec(handout)),
        Paper::Document(document) => (include_str!("templates/document.typ"), serde_json::to_vec(document)),
    };
    let data = data.map_err(|error| Unprinted::Fault(error.to_string()))?;
    if data.len() > MOST {
        return Err(Unprinted::TooMuch(data.len()));
    }
    let code = match paper {
        Paper::Handout(handout) => handout.code.svg(),
        Paper::Document(_) => Code::default().svg(),
    };
    let house = &*HOUSE;
    let desk = Desk {
        house,
        source: Source::new(house.main, template.to_owned()),
        data: Bytes::new(data),
        code: Bytes::from_string(code),
    };
    let made = typst::compile(&desk).output.and_then(|document| {
        let creator = typst::foundations::Smart::Custom(Some("Portico".to_owned()));
        typst_pdf::pdf(&document, &PdfOptions { creator, ..PdfOptions::default() })
    });
    // What was printed is not kept in memory for a next time: it may be about a patient.
    comemo::evict(0);
    made.map_err(|errors| Unprinted::Fault(said(&errors)))
}

/// What typst found wrong. It may quote the data, which is not for logs, so only what is said of the template is told.
fn said(errors: &[SourceDiagnostic]) -> String {
    let first = errors.first().map(|error| error.message.chars().take(120).collect::<String>());
    format!("{} errors in a template: {}", errors.len(), first.unwrap_or_default())
}

/// What every print shares.
struct House {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    main: FileId,
    data: FileId,
    code: FileId,
}

static HOUSE: LazyLock<House> = LazyLock::new(|| {
    let files: [&'static [u8]; 2] =
        [include_bytes!("../fonts/DejaVuSans.ttf"), include_bytes!("../fonts/DejaVuSans-Bold.ttf")];
    let fonts: Vec<Font> = files.into_iter().flat_map(|file| Font::iter(Bytes::new(file))).collect();
    House {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        main: file("main.typ"),
        data: file("data.json"),
        code: file("code.svg"),
    }
});

#[expect(clippy::expect_used, reason = "called with our own three names, which a test prints with")]
fn file(name: &str) -> FileId {
    RootedPath::new(VirtualRoot::Project, VirtualPath::new(name).expect("a plain name")).intern()
}

/// One print: the only files there are.
struct Desk {
    house: &'static House,
    source: Source,
    data: Bytes,
    code: Bytes,
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &self.house.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.house.book
    }

    fn main(&self) -> FileId {
        self.house.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.house.main { Ok(self.source.clone()) } else { Err(nowhere()) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        match id {
            id if id == self.house.data => Ok(self.data.clone()),
            id if id == self.house.code => Ok(self.code.clone()),
            _ => Err(nowhere()),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.house.fonts.get(index).cloned()
    }

    /// Paper says when it was made in its own words, if at all.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn nowhere() -> FileError {
    FileError::NotFound(PathBuf::new())
}
