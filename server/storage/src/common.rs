//! Small things both engines share: time limits, clashes, and reading stored text back into the domain's types.

use std::time::Duration;

use domain::{person::UserName, time::Time};
use serde::{Serialize, Serializer};
use services::ports::{Clash, StoreError, Stored};
use uuid::Uuid;

/// Nobody waits longer than this for a connection, a lock or an answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// How many hints a slow listener may lag behind before it misses some.
pub(crate) const HINTS: usize = 1_024;

/// Sorts after every text there is: the end of "everything that begins with …".
pub(crate) const LAST: &str = "\u{10FFFF}";

/// The promise of uniqueness that an index keeps. Both engines' names for a broken one end up here.
pub(crate) fn clash(index: &str) -> Clash {
    match index {
        "accounts_email" => Clash::AccountEmail,
        "portal_grants_account" => Clash::GrantOfAccount,
        "templates_name" => Clash::TemplateName,
        "note_templates_name" => Clash::NoteTemplateName,
        "saved_reports_name" => Clash::SavedReportName,
        "forms_title" => Clash::FormTitle,
        "installation_pkey" => Clash::SetUp,
        "patients_number" => Clash::PatientNumber,
        "profile_updates_waiting" => Clash::UpdateWaiting,
        "users_account" => Clash::UserOfAccount,
        _ => Clash::Other,
    }
}

/// A user's name beside what they wrote.
#[derive(sqlx::FromRow)]
pub(crate) struct NameRow {
    user_title: String,
    first_name: String,
    last_name: String,
}

impl From<NameRow> for UserName {
    fn from(row: NameRow) -> Self {
        Self { title: row.user_title, first: row.first_name, last: row.last_name }
    }
}

/// The same, and what they do.
#[derive(sqlx::FromRow)]
pub(crate) struct AuthorRow {
    #[sqlx(flatten)]
    pub name: NameRow,
    pub profession: String,
}

/// A row that the domain cannot read: somebody else wrote it, or a newer program.
#[derive(Debug, thiserror::Error)]
#[error("a stored {0} cannot be read")]
struct Unreadable(&'static str);

/// Turns what the domain says about stored text into storage's error. The text itself is not told: it may be health data.
pub(crate) fn readable<T, E>(read: Result<T, E>, what: &'static str) -> Stored<T> {
    read.map_err(|_| StoreError::Fault(Box::new(Unreadable(what))))
}

/// The same for an `Option`.
pub(crate) fn known<T>(read: Option<T>, what: &'static str) -> Stored<T> {
    read.ok_or_else(|| StoreError::Fault(Box::new(Unreadable(what))))
}

/// A count or number that the domain keeps smaller than the database does.
pub(crate) fn small(number: i64, what: &'static str) -> Stored<u32> {
    readable(u32::try_from(number), what)
}

/// An age in whole years.
pub(crate) fn age(years: Option<i64>) -> Stored<Option<u8>> {
    years.map(|years| readable(u8::try_from(years), "age")).transpose()
}

/// How many rows a statement reads at most.
pub(crate) fn rows(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

/// The month in which a moment lies, in UTC: `2026-11`.
pub(crate) fn month(at: Time) -> String {
    // Years begin in March here, and eras of 400 years on a 1st of March: the day that comes and goes is the last.
    let days = at.millis().div_euclid(86_400_000) + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_is_0 = (5 * day_of_year + 2) / 153;
    let month = if march_is_0 < 10 { march_is_0 + 3 } else { march_is_0 - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}")
}

/// A unit of work went on after a statement of it had failed.
#[derive(Debug, thiserror::Error)]
#[error("an earlier statement of this unit of work failed or was given up")]
pub(crate) struct Dead;

/// Something in this crate that cannot happen did.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Bug(pub(crate) &'static str);

/// The first key of a list: every id is after it.
pub(crate) const FIRST: uuid::Uuid = uuid::Uuid::nil();

/// Before the first key of a list read backwards: every id is before it.
pub(crate) const BEYOND: uuid::Uuid = uuid::Uuid::max();

/// Many rows for one statement: an array of objects, which the statement unfolds (`each!`).
pub(crate) fn elements<T: Serialize>(rows: &[T]) -> Stored<String> {
    serde_json::to_string(rows).map_err(|error| StoreError::Fault(Box::new(error)))
}

/// The same of ids alone, each under the key `id`.
pub(crate) fn ids(all: impl Iterator<Item = Uuid>) -> Stored<String> {
    #[derive(Serialize)]
    struct Element {
        id: Hex,
    }
    elements(&all.map(|id| Element { id: Hex(id) }).collect::<Vec<_>>())
}

/// An id as an element of such an array gives it.
pub(crate) struct Hex(pub(crate) Uuid);

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.simple().encode_lower(&mut Uuid::encode_buffer()))
    }
}

/// Bytes as an element of such an array gives them.
pub(crate) struct HexBytes<'a>(pub(crate) &'a [u8]);

impl Serialize for HexBytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digit = |nibble: u8| char::from(DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0'));
        let hex: String = self.0.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
        serializer.serialize_str(&hex)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // As `date --utc` says.
    #[test]
    fn the_month_of_a_moment() {
        for (seconds, expected) in [
            (0, "1970-01"),
            (-1, "1969-12"),
            (951_782_399, "2000-02"),
            (951_868_799, "2000-02"),
            (951_868_800, "2000-03"),
            (1_709_251_199, "2024-02"),
            (1_709_251_200, "2024-03"),
            (1_798_761_599, "2026-12"),
            (1_798_761_600, "2027-01"),
            (4_107_542_399, "2100-02"),
            (4_107_542_400, "2100-03"),
        ] {
            assert_eq!(month(Time::from_millis(seconds * 1_000)), expected, "{seconds}");
        }
    }
}
