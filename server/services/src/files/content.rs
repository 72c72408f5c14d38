//! What a file is, by what is in it. The name and what a browser says of it count for nothing until they agree with that.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use domain::{file::FileType, limits};

/// The part of a Word document that holds its macros.
const MACROS: &[u8] = b"vbaProject.bin";
/// The end of a zip archive, without its comment; the comment's length is the last two bytes of it.
const ZIP_END: usize = 22;

/// Text that begins so is run or drawn by some program, whatever it is called.
const BEGINNINGS: [&str; 8] =
    ["#!", "@echo", "[internetshortcut]", "[autorun]", "{\\rtf", "%!ps", "mime-version:", "windows registry editor"];
/// Nobody writes these to a practice, but programs and pages that stand in for a text do.
const MARKS: &str = "<!doctype|<?xml|<html|<svg|<script|<iframe|<object|<embed|<hta:|%pdf-|javascript:\
    |vbscript:|function()|\"use strict\"|alert(1)|alert('|document.cookie|activexobject|createobject(";

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// There is nothing in it.
    Empty,
    /// By its name or its content it is of a type that is not on the list.
    NotAllowed,
    /// Its name promises another type than its content is.
    NotWhatItSays,
    /// A picture whose structure cannot be read.
    Damaged,
    /// A picture with more points, or longer sides, than the limits allow.
    TooLarge,
}

/// What a file is: its content decides, and its name must promise the same.
///
/// # Errors
/// [`Unfit::Empty`], [`Unfit::NotAllowed`] or [`Unfit::NotWhatItSays`].
pub fn kind_of(name: &str, bytes: &[u8]) -> Result<FileType, Unfit> {
    if bytes.is_empty() {
        return Err(Unfit::Empty);
    }
    let promised = FileType::of_name(name).ok_or(Unfit::NotAllowed)?;
    let kind = by_content(bytes).ok_or(Unfit::NotAllowed)?;
    if kind == promised { Ok(kind) } else { Err(Unfit::NotWhatItSays) }
}

/// The type, if it is one of the list. Of a picture only the beginning is looked at: what else is in it is read, and what
/// hangs on behind its end dropped, in `picture.rs`.
fn by_content(bytes: &[u8]) -> Option<FileType> {
    if bytes.starts_with(b"\xff\xd8\xff") {
        return Some(FileType::Jpeg);
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some(FileType::Png);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Some(FileType::Webp);
    }
    if bytes.starts_with(b"%PDF-") {
        // Zip archives are read from their end: such a file would be a PDF to one program and a Java program to another.
        return zip_end(bytes).is_none().then_some(FileType::Pdf);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return is_docx(bytes).then_some(FileType::Docx);
    }
    is_text(bytes).then_some(FileType::Text)
}

/// Where the end record of a zip archive begins, if the file ends with one.
fn zip_end(bytes: &[u8]) -> Option<usize> {
    let last = bytes.len().checked_sub(ZIP_END)?;
    (last.saturating_sub(usize::from(u16::MAX))..=last).rev().find(|at| {
        let record = bytes.get(*at..).unwrap_or_default();
        record.starts_with(b"PK\x05\x06")
            && number::<2>(record, ZIP_END - 2).is_some_and(|comment| record.len() == ZIP_END + comment)
    })
}

/// Is this archive a Word document without macros? Its list of contents is read, and nothing unpacked.
fn is_docx(bytes: &[u8]) -> bool {
    // Names stand in an archive as they are: here one is found in whichever place a program may look for it.
    if bytes.windows(MACROS.len()).any(|name| name.eq_ignore_ascii_case(MACROS)) {
        return false;
    }
    let Some(names) = zip_names(bytes) else { return false };
    names.contains(&b"[Content_Types].xml".as_slice()) && names.iter().any(|name| name.starts_with(b"word/"))
}

/// The names in an archive's list. `None` if the list does not hold together, has too many entries, would unpack to too much, or
/// has an entry with a password, into which no virus scanner can look.
fn zip_names(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let end = zip_end(bytes)?;
    let record = bytes.get(end..)?;
    let (entries, size, start) = (number::<2>(record, 10)?, number::<4>(record, 12)?, number::<4>(record, 16)?);
    if entries > limits::ARCHIVE_ENTRIES {
        return None;
    }
    let mut rest = bytes.get(..end)?.get(start..start.checked_add(size)?)?;
    let (mut names, mut unpacked) = (Vec::new(), 0);
    while !rest.is_empty() {
        if !rest.starts_with(b"PK\x01\x02") || names.len() == entries || number::<2>(rest, 8)? & 1 != 0 {
            return None;
        }
        unpacked += number::<4>(rest, 24)? as u64;
        if unpacked > limits::ARCHIVE_UNPACKED {
            return None;
        }
        let (name, extra, comment) = (number::<2>(rest, 28)?, number::<2>(rest, 30)?, number::<2>(rest, 32)?);
        names.push(rest.get(46..46 + name)?);
        rest = rest.get(46 + name + extra + comment..)?;
    }
    (names.len() == entries).then_some(names)
}

/// What finds them, large or small, without a copy of the text.
fn marks() -> &'static AhoCorasick {
    static FINDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
        let finds = AhoCorasick::builder().ascii_case_insensitive(true).build(MARKS.split('|'));
        finds.unwrap_or_else(|error| unreachable!("a short list of words: {error}"))
    });
    &FINDS
}

/// A number of `N` bytes, the lowest first.
fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<usize> {
    let number = bytes.get(at..)?.first_chunk::<N>()?;
    Some(number.iter().rev().fold(0, |sum, byte| (sum << 8) | usize::from(*byte)))
}

/// Is it text that people write, and nothing that a browser or a shell could take for a page or a program? Rather too much is
/// refused here than too little: it can be sent as a PDF.
fn is_text(bytes: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(bytes) else { return false };
    if text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) {
        return false;
    }
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    // "<5 mg/l" is a result, "<b" and "<!--" are markup.
    let markup = start
        .strip_prefix('<')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || "!?/%".contains(c)));
    let begins = |mark: &str| start.get(..mark.len()).is_some_and(|begins| begins.eq_ignore_ascii_case(mark));
    !markup && !BEGINNINGS.iter().any(|mark| begins(mark)) && !marks().is_match(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive with these names and nothing in them, and with these flags on each.
    fn zip(names: &[&str], flags: u16) -> Vec<u8> {
        let (mut bytes, mut list) = (Vec::new(), Vec::new());
        for name in names {
            let length = u16::try_from(name.len()).unwrap().to_le_bytes();
            let at = u32::try_from(bytes.len()).unwrap().to_le_bytes();
            bytes.extend([b"PK\x03\x04".as_slice(), &[0; 22], &length, &[0; 2], name.as_bytes()].concat());
            let flags = flags.to_le_bytes();
            list.extend([b"PK\x01\x02".as_slice(), &[0; 4], &flags, &[0; 18], &length, &[0; 12], &at].concat());
            list.extend(name.as_bytes());
        }
        let count = u16::try_from(names.len()).unwrap().to_le_bytes();
        let (size, start) = (u32::try_from(list.len()).unwrap(), u32::try_from(bytes.len()).unwrap());
        bytes.extend(list);
        let numbers = [&count[..], &count, &size.to_le_bytes(), &start.to_le_bytes()].concat();
        bytes.extend([b"PK\x05\x06".as_slice(), &[0; 4], &numbers, &[0; 2]].concat());
        bytes
    }

    const WORD: [&str; 3] = ["_rels/.rels", "[Content_Types].xml", "word/document.xml"];
    const PDF: &[u8] = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj";

    #[test]
    fn what_is_on_the_list_is_known_by_its_content() {
        assert_eq!(kind_of("Letter.PDF", PDF), Ok(FileType::Pdf));
        assert_eq!(kind_of("arm.jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF"), Ok(FileType::Jpeg));
        assert_eq!(kind_of("arm.png", b"\x89PNG\r\n\x1a\n\0\0\0\x0d"), Ok(FileType::Png));
        assert_eq!(kind_of("arm.webp", b"RIFF\x04\0\0\0WEBPVP8 "), Ok(FileType::Webp));
        assert_eq!(kind_of("letter.docx", &zip(&WORD, 8)), Ok(FileType::Docx));
        assert_eq!(kind_of("note.txt", "\u{feff}Señora Núñez\r\n\tCRP <5 mg/l".as_bytes()), Ok(FileType::Text));
        assert_eq!(
            kind_of(
                "note.txt",
                b"<5 mg/l CRP; liver function(s) normal, BP => high; use strict bed rest, dose <body weight"
            ),
            Ok(FileType::Text)
        );
        assert_eq!(kind_of("note.txt", b""), Err(Unfit::Empty));
    }

    // UP-02: pages, drawings with scripts and programs, under the name of a picture or a text.
    #[test]
    fn what_is_not_on_the_list_is_refused_under_any_name() {
        let bad: [&[u8]; 16] = [
            b"<!DOCTYPE html><title>x</title>",
            b" \r\n\t<HtMl><body onload=x()>",
            b"\xef\xbb\xbf  <svg xmlns='http://www.w3.org/2000/svg'/>",
            b"<b onmouseover=x()>",
            b"<!-- a --><script>alert(2)</script>",
            b"Dear doctor <ScRiPt src=//evil.example></script>",
            b"<hta:application id=x>",
            b"alert(document.cookie)",
            b"(function() { return 1 })()",
            b"#!/bin/sh\nrm -rf /",
            b"[InternetShortcut]\r\nURL=file://x",
            b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0\xb8\0",
            b"\x4c\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F",
            b"GIF89a/*\x01\0\x80\0\0*/=1;",
            b"text, then %PDF-1.4 for a reader that looks further on",
            b"RIFF\x04\0\0\0WAVEfmt ",
        ];
        for bytes in bad {
            for name in ["a.jpg", "a.png", "a.webp", "a.txt", "a.pdf", "a.docx", "a.html", "a.svg", "a.exe", "a"] {
                assert_eq!(kind_of(name, bytes), Err(Unfit::NotAllowed), "{name} {}", bytes.escape_ascii());
            }
        }
        for name in ["a.pdf.exe", "a.pdf.", "pdf", "a.htm", "a.docm", ""] {
            assert_eq!(kind_of(name, PDF), Err(Unfit::NotAllowed), "{name}");
        }
        for text in ["a\0b", "a\u{7f}b", "a\u{85}b", "a\u{1b}[2Jb"] {
            assert_eq!(kind_of("a.txt", text.as_bytes()), Err(Unfit::NotAllowed), "{text:?}");
        }
        assert_eq!(kind_of("a.txt", b"Se\xf1ora"), Err(Unfit::NotAllowed), "not UTF-8");
    }

    // UP-02: one type of the list under the name of another.
    #[test]
    fn a_name_must_promise_what_is_in_it() {
        assert_eq!(kind_of("a.jpg", PDF), Err(Unfit::NotWhatItSays));
        assert_eq!(kind_of("a.pdf", b"\xff\xd8\xff\xe0"), Err(Unfit::NotWhatItSays));
        assert_eq!(kind_of("a.png", b"var a = 1;"), Err(Unfit::NotWhatItSays));
        assert_eq!(kind_of("a.txt", &zip(&WORD, 0)), Err(Unfit::NotWhatItSays));
    }

    // UP-02: other archives, macros, too many parts, passwords, lists that lie.
    #[test]
    fn of_archives_only_a_plain_word_document_is_taken() {
        let docx = |bytes: &[u8]| kind_of("a.docx", bytes);
        assert_eq!(docx(&zip(&["META-INF/MANIFEST.MF", "A.class"], 0)), Err(Unfit::NotAllowed));
        assert_eq!(docx(&zip(&["[Content_Types].xml", "xl/workbook.xml"], 0)), Err(Unfit::NotAllowed));
        assert_eq!(docx(&zip(&[&WORD[..], &["word/VBAproject.BIN"]].concat(), 0)), Err(Unfit::NotAllowed));
        assert_eq!(docx(&zip(&WORD, 1)), Err(Unfit::NotAllowed), "with a password");
        assert_eq!(docx(&zip(&[WORD[1], "word/a"].repeat(500), 0)), Ok(FileType::Docx));
        assert_eq!(docx(&zip(&[WORD[1], "word/a"].repeat(501), 0)), Err(Unfit::NotAllowed));
        let good = zip(&WORD, 0);
        for cut in 1..good.len() {
            assert!(docx(&good[..cut]).is_err(), "cut at {cut}");
        }
        let mut lying = good.clone();
        let count = lying.len() - 12;
        lying[count] = 2;
        assert_eq!(docx(&lying), Err(Unfit::NotAllowed));
        assert_eq!(kind_of("a.pdf", &[PDF, &good].concat()), Err(Unfit::NotAllowed), "a PDF and an archive at once");
    }
}
