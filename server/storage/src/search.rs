//! What was typed into a search field, as the words that are looked for.
//!
//! # How patients are found
//! `patient_words` holds a row for each word of a patient; its primary key is (group, word, sort name, patient). The rows
//! of "begins with smi" therefore lie side by side and are already in order: by the word, then by family name. A page
//! reads as many rows as it shows, whether fifty people match or fifty thousand, and nothing is ever sorted. That is why
//! a search in the whole group comes in the order of the word found, and by family name within it.
//!
//! Of several words one leads, the one with the fewest rows (counted up to [`RARE`]; the longest when all have more),
//! and each row it gives is asked for the others: `all_words`, which stands beside every word and every relationship, holds
//! all words of the patient, each after a space.

use domain::text;

/// How many words are looked for; of more the longest count.
pub(crate) const WORDS: usize = 6;

/// Up to here the rows of a word are counted to see which word leads.
pub(crate) const RARE: i64 = 1_000;

/// Characters of a word that are stored and looked for. Keeps keys well within what PostgreSQL can index.
const WORD: usize = 64;

/// Characters of a sort name that are stored.
const SORT_NAME: usize = 128;

/// A word as it is stored.
pub(crate) fn stored_word(word: &str) -> String {
    word.chars().take(WORD).collect()
}

/// A sort name as it is stored.
pub(crate) fn stored_sort_name(name: &str) -> String {
    name.chars().take(SORT_NAME).collect()
}

/// All words of a patient in one text.
pub(crate) fn all(words: &[String]) -> String {
    words.iter().flat_map(|word| [" ", word]).collect()
}

/// How one finds whether a word of [`all`] begins like this. Words are letters and digits: nothing in them has a meaning of
/// its own in a pattern. For no word the pattern of everything.
pub(crate) fn among_all(word: Option<&String>) -> String {
    word.map_or_else(|| "%".to_owned(), |word| format!("% {word}%"))
}

/// The words to look for, longest first; none when the text has no word in it.
///
/// A number may be typed with gaps and a date with strokes: neighbouring groups of digits are one word, and in a date a
/// single digit gets its nought.
pub(crate) fn words(text: &str) -> Vec<String> {
    let folded = text::fold(text);
    let mut words: Vec<String> = Vec::new();
    let mut digits: Vec<&str> = Vec::new();
    for word in folded.split(' ').filter(|word| !word.is_empty()) {
        if word.bytes().all(|byte| byte.is_ascii_digit()) {
            digits.push(word);
        } else {
            words.extend(number(&digits));
            digits.clear();
            words.push(stored_word(word));
        }
    }
    words.extend(number(&digits));
    words.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
    words.dedup();
    words.truncate(WORDS);
    words
}

fn number(groups: &[&str]) -> Option<String> {
    let date =
        matches!(groups, [a, b, c] if (a.len() <= 2 && c.len() == 4 || a.len() == 4 && c.len() <= 2) && b.len() <= 2);
    let joined: String = groups
        .iter()
        .map(|group| if date && group.len() == 1 { format!("0{group}") } else { (*group).to_owned() })
        .collect();
    (!joined.is_empty()).then(|| stored_word(&joined))
}

/// The beginning of a pseudonym's number: `PT-4829` → `4829`. None when the text is no such thing; empty for no text.
pub(crate) fn pseudonym(text: &str) -> Option<String> {
    let folded = text::fold(text);
    if folded.is_empty() {
        return text.trim().is_empty().then(String::new);
    }
    let digits: String = folded.strip_prefix("pt").unwrap_or(&folded).split(' ').collect();
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| stored_word(&digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_the_longest_leads() {
        assert_eq!(words("  Ánh NGUYỄN "), ["nguyen", "anh"]);
        assert_eq!(words("O'Brien-Smith"), ["obrien", "smith"]);
        assert_eq!(words("..."), Vec::<String>::new());
        assert_eq!(words("ann ann"), ["ann"]);
        assert_eq!(words("a b c d e f g h").len(), WORDS);
    }

    #[test]
    fn numbers_and_dates_as_people_type_them() {
        assert_eq!(words("0412 345 678"), ["0412345678"]);
        assert_eq!(words("28/02/1990"), ["28021990"]);
        assert_eq!(words("3/9/2014"), ["03092014"]);
        assert_eq!(words("1990-2-28"), ["19900228"]);
        assert_eq!(words("lien 0412 345"), ["0412345", "lien"]);
        assert_eq!(words("1 2 3"), ["123"]);
    }

    #[test]
    fn pseudonyms() {
        assert_eq!(pseudonym("PT-482913").as_deref(), Some("482913"));
        assert_eq!(pseudonym("pt 48").as_deref(), Some("48"));
        assert_eq!(pseudonym("48").as_deref(), Some("48"));
        assert_eq!(pseudonym("PT-").as_deref(), Some(""));
        assert_eq!(pseudonym("  ").as_deref(), Some(""));
        assert_eq!(pseudonym("smith"), None);
        assert_eq!(pseudonym("!?"), None);
    }
}
