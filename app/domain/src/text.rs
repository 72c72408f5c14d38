//! Text as people type it: checked once, folded for search.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::error::Problem;

/// Folds text for search: no accents, no case, no punctuation, single spaces. `Ñ Ó'Brien` → `n o brien`.
///
/// Done here and not in the database, because the engines fold differently.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match character {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ł' => folded.push('l'),
            'ı' => folded.push('i'),
            'þ' => folded.push_str("th"),
            // An apostrophe inside a name joins: O'Brien is found as obrien.
            '\'' | '\u{2019}' | '\u{02bc}' => {}
            c if c.is_alphanumeric() => folded.push(c),
            _ => {
                if !folded.is_empty() && !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// The folded words of a text, without repeats.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = fold(text).split(' ').filter(|w| !w.is_empty()).map(str::to_owned).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// A required single line: trimmed, with something in it, no control characters, at most `most` characters.
///
/// # Errors
/// [`Problem::Missing`], [`Problem::TooLong`] or [`Problem::BadCharacters`].
pub fn line(text: &str, most: usize) -> Result<String, Problem> {
    let kept = optional_line(text, most)?;
    if kept.is_empty() { Err(Problem::Missing) } else { Ok(kept) }
}

/// Like [`line()`], but may be empty.
///
/// # Errors
/// [`Problem::TooLong`] or [`Problem::BadCharacters`].
pub fn optional_line(text: &str, most: usize) -> Result<String, Problem> {
    let kept = text.trim();
    if kept.chars().any(forbidden) {
        return Err(Problem::BadCharacters);
    }
    within(kept, most)
}

/// Several lines: line ends become `\n`, no other control characters, may be empty.
///
/// # Errors
/// [`Problem::TooLong`] or [`Problem::BadCharacters`].
pub fn paragraphs(text: &str, most: usize) -> Result<String, Problem> {
    let kept = text.replace("\r\n", "\n").replace(['\r', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
    let kept = kept.trim();
    if kept.chars().any(|c| forbidden(c) && c != '\n' && c != '\t') {
        return Err(Problem::BadCharacters);
    }
    within(kept, most)
}

/// A telephone number as given: digits, spaces and `+ - ( ) . /`, 6 to 20 digits; empty is fine.
///
/// # Errors
/// [`Problem::NotAPhone`].
pub fn phone(text: &str) -> Result<String, Problem> {
    let kept = text.trim();
    if kept.is_empty() {
        return Ok(String::new());
    }
    let digits = kept.chars().filter(char::is_ascii_digit).count();
    let clean = kept.chars().all(|c| c.is_ascii_digit() || " +-()./".contains(c));
    if clean && (6..=20).contains(&digits) && kept.len() <= 40 { Ok(kept.to_owned()) } else { Err(Problem::NotAPhone) }
}

/// Control characters, line ends of any kind, and marks that reorder text around them.
fn forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn within(text: &str, most: usize) -> Result<String, Problem> {
    if text.chars().count() > most { Err(Problem::TooLong) } else { Ok(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn folding_finds_names_as_people_type_them() {
        assert_eq!(fold("  Siobhán O\u{2019}Brien-Łukaszewska "), "siobhan obrien lukaszewska");
        assert_eq!(fold("Nguyễn Thị Ánh"), "nguyen thi anh");
        assert_eq!(fold("Weiß"), "weiss");
        assert_eq!(fold("محمد"), "محمد");
        assert_eq!(fold("..."), "");
        assert_eq!(words("Anna anna ANNA Lee"), ["anna", "lee"]);
    }

    #[test]
    fn a_line_holds_no_line_end_of_any_kind() {
        for text in ["a\nb", "a\rb", "a\u{2028}b", "a\u{85}b", "a\0b", "\u{202e}evil"] {
            assert_eq!(line(text, 50), Err(Problem::BadCharacters), "{text:?}");
        }
        assert_eq!(line("   ", 50), Err(Problem::Missing));
        assert_eq!(line("ab", 1), Err(Problem::TooLong));
        assert_eq!(line(" é ", 1), Ok("é".to_owned()));
    }

    #[test]
    fn phones() {
        assert_eq!(phone(""), Ok(String::new()));
        assert_eq!(phone("+61 (0)2 9999-0000"), Ok("+61 (0)2 9999-0000".to_owned()));
        assert_eq!(phone("call me"), Err(Problem::NotAPhone));
        assert_eq!(phone("12345"), Err(Problem::NotAPhone));
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in ".{0,60}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn kept_paragraphs_have_one_kind_of_line_end(text in ".{0,60}") {
            if let Ok(kept) = paragraphs(&text, 100) {
                let strange = ['\r', '\u{2028}', '\u{2029}', '\u{85}'];
                prop_assert!(!kept.contains(strange));
            }
        }
    }
}
