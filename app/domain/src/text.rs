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

/// Does each of the folded words occur in a text? In the middle of a word as well: notes hold long words, and languages without
/// gaps between them.
#[must_use]
pub fn holds(text: &str, words: &[String]) -> bool {
    let folded = fold(text);
    words.iter().all(|word| folded.contains(word))
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

/// The number of a membership or card: letters, digits, spaces and `- / .`, at most 30 characters; empty is fine.
///
/// # Errors
/// [`Problem::NotACardNumber`].
pub fn card_number(text: &str) -> Result<String, Problem> {
    let kept = text.trim();
    let clean = kept.chars().all(|c| c.is_ascii_alphanumeric() || " -/.".contains(c));
    let some = kept.is_empty() || kept.chars().any(|c| c.is_ascii_alphanumeric());
    if clean && some && kept.len() <= 30 { Ok(kept.to_owned()) } else { Err(Problem::NotACardNumber) }
}

/// A postcode of a country, as far as its shape is known here: letters, digits, spaces and `-` otherwise; empty is fine.
///
/// # Errors
/// [`Problem::NotAPostcode`].
pub fn postcode(text: &str, country: &str) -> Result<String, Problem> {
    let kept = text.trim();
    if kept.is_empty() {
        return Ok(String::new());
    }
    let clean = kept.len() <= 20 && kept.chars().all(|c| c.is_ascii_alphanumeric() || " -".contains(c));
    let fits = match POSTCODES.iter().find(|(names, _)| names.contains(&fold(country).as_str())) {
        None => true,
        Some((_, shapes)) => {
            let bare = kept.chars().filter(|c| !" -".contains(*c));
            let shape: String = bare.map(|c| if c.is_ascii_digit() { '0' } else { 'A' }).collect();
            shapes.contains(&shape.as_str())
        }
    };
    if clean && fits { Ok(kept.to_owned()) } else { Err(Problem::NotAPostcode) }
}

/// Countries by the names people give them, folded, and the shapes of their postcodes without spaces: `0` a digit, `A` a letter.
/// Source: the Universal Postal Union's addressing pages.
const POSTCODES: &[(&[&str], &[&str])] = &[
    (&["australia", "au"], &["0000"]),
    (&["new zealand", "aotearoa", "nz"], &["0000"]),
    (
        &["united kingdom", "uk", "gb", "great britain", "england", "scotland", "wales", "northern ireland"],
        &["A00AA", "A000AA", "AA00AA", "AA000AA", "A0A0AA", "AA0A0AA"],
    ),
    (&["united states", "united states of america", "usa", "us"], &["00000", "000000000"]),
    (&["canada", "ca"], &["A0A0A0"]),
    (&["germany", "deutschland", "de"], &["00000"]),
    (&["france", "fr"], &["00000"]),
    (&["spain", "espana", "es"], &["00000"]),
    (&["italy", "italia", "it"], &["00000"]),
    (&["austria", "osterreich", "at"], &["0000"]),
    (&["switzerland", "schweiz", "suisse", "svizzera", "ch"], &["0000"]),
    (&["netherlands", "the netherlands", "nederland", "nl"], &["0000AA"]),
    (&["india", "in"], &["000000"]),
    (&["singapore", "sg"], &["000000"]),
];

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
    fn a_postcode_fits_its_country() {
        for (code, country) in [
            ("2041", "Australia"),
            ("sw1a 1aa", "United Kingdom"),
            ("10115", "Deutschland"),
            ("12345-6789", "USA"),
            ("K1A 0B1", "Canada"),
            ("anything 7", "Atlantis"),
            ("2041 x", ""),
            ("", "Australia"),
        ] {
            assert_eq!(postcode(&format!(" {code} "), country).as_deref(), Ok(code), "{code} in {country}");
        }
        for (code, country) in
            [("20411", "australia"), ("204A", "AU"), ("12345", "Österreich"), ("2041<", ""), ("1234", "us")]
        {
            assert_eq!(postcode(code, country), Err(Problem::NotAPostcode), "{code} in {country}");
        }
    }

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
