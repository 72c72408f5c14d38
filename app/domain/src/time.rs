//! Moments, dates and lengths of time. There is no "now" here: the clock is a parameter.

use std::{
    fmt,
    ops::{Add, Sub},
    str::FromStr,
};

use serde::{Deserialize, Serialize};

/// A moment in UTC, in whole milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(i64);

impl Time {
    /// From milliseconds since 1970, UTC.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970, UTC.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// How long after `earlier` this is; nothing when it is before.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        let gap = self.0.saturating_sub(earlier.0);
        Span(if gap < 0 { 0 } else { gap })
    }
}

/// A length of time, in whole milliseconds, never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Span(i64);

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// So many milliseconds.
    #[must_use]
    pub const fn millis(n: u32) -> Self {
        Self(n as i64)
    }

    /// So many seconds.
    #[must_use]
    pub const fn seconds(n: u32) -> Self {
        Self(n as i64 * 1_000)
    }

    /// So many minutes.
    #[must_use]
    pub const fn minutes(n: u32) -> Self {
        Self(n as i64 * 60_000)
    }

    /// So many hours.
    #[must_use]
    pub const fn hours(n: u32) -> Self {
        Self(n as i64 * 3_600_000)
    }

    /// So many days of 24 hours.
    #[must_use]
    pub const fn days(n: u32) -> Self {
        Self(n as i64 * 86_400_000)
    }

    /// In milliseconds.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// In whole minutes, rounded down.
    #[must_use]
    pub const fn as_minutes(self) -> i64 {
        self.0 / 60_000
    }
}

impl Add<Span> for Time {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Sub<Span> for Time {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

/// The text or the numbers name no day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a date")]
pub struct NotADate;

/// A day of the calendar without a time zone, such as a birth date. Its text is `2014-09-03`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    year: i16,
    month: u8,
    day: u8,
}

impl Date {
    /// A day that exists in the Gregorian calendar, from 1850 to 9999.
    ///
    /// # Errors
    /// [`NotADate`] when there is no such day.
    pub fn new(year: i16, month: u8, day: u8) -> Result<Self, NotADate> {
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return Err(NotADate),
        };
        if (1850..=9999).contains(&year) && (1..=days).contains(&day) {
            Ok(Self { year, month, day })
        } else {
            Err(NotADate)
        }
    }

    /// The year.
    #[must_use]
    pub const fn year(self) -> i16 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub const fn day(self) -> u8 {
        self.day
    }

    /// Whole years lived on `today`; a person born on 29 February turns a year older on 1 March.
    #[must_use]
    pub fn age_on(self, today: Self) -> i16 {
        let had_birthday = (today.month, today.day) >= (self.month, self.day);
        (today.year - self.year - i16::from(!had_birthday)).max(0)
    }

    /// The day on which somebody born on this one is so many years old; born on 29 February that may be 1 March.
    #[must_use]
    pub fn birthday(self, age: u8) -> Option<Self> {
        let year = self.year.checked_add(i16::from(age))?;
        Self::new(year, self.month, self.day).or_else(|_| Self::new(year, 3, 1)).ok()
    }

    /// The first and the last day of birth of those who become so many years old on a day from `first` to `last`.
    #[must_use]
    pub fn born_between(first: Self, last: Self, age: u8) -> Option<(Self, Self)> {
        let years = i16::from(age);
        let (from, to) = (first.year.checked_sub(years)?, last.year.checked_sub(years)?);
        // The year of birth may lack a 29 February that the present one has; and who was born on one has a birthday in March.
        let from_day = Self::new(from, first.month, first.day).or_else(|_| Self::new(from, 3, 1)).ok()?;
        let leapling = Self::new(from, 2, 29).ok().filter(|day| day.birthday(age) == Some(first));
        let to_day = Self::new(to, last.month, last.day).or_else(|_| Self::new(to, 2, 28)).ok()?;
        Some((leapling.unwrap_or(from_day), to_day))
    }

    /// Counts the days since 1 January 1970.
    #[must_use]
    pub fn number(self) -> i32 {
        // <https://howardhinnant.github.io/date_algorithms.html#days_from_civil>
        let (month, day) = (i32::from(self.month), i32::from(self.day));
        let year = i32::from(self.year) - i32::from(month <= 2);
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }

    /// The day before; none before the first day that there is.
    #[must_use]
    pub fn day_before(self) -> Option<Self> {
        if self.day > 1 {
            return Some(Self { day: self.day - 1, ..self });
        }
        let (year, month) = if self.month == 1 { (self.year - 1, 12) } else { (self.year, self.month - 1) };
        (28..=31).rev().find_map(|day| Self::new(year, month, day).ok())
    }

    /// This day and so many before it, the latest first.
    pub fn and_before(self, days: u16) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), |day| day.day_before()).take(usize::from(days) + 1)
    }

    /// For people: `3 Sep 2014`.
    #[must_use]
    pub fn long(self) -> String {
        const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let month = MONTHS.get(usize::from(self.month) - 1).copied().unwrap_or("");
        format!("{} {month} {}", self.day, self.year)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Date {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let bytes = text.as_bytes();
        let shape = bytes.len() == 10
            && bytes.iter().enumerate().all(|(at, byte)| match at {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !shape {
            return Err(NotADate);
        }
        let year = text[0..4].parse().map_err(|_| NotADate)?;
        let month = text[5..7].parse().map_err(|_| NotADate)?;
        let day = text[8..10].parse().map_err(|_| NotADate)?;
        Self::new(year, month, day)
    }
}

impl TryFrom<String> for Date {
    type Error = NotADate;
    fn try_from(text: String) -> Result<Self, NotADate> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in ["2023-02-29", "2024-13-01", "2024-00-10", "2024-04-31", "24-04-01", "2024/04/01", "+024-04-01"] {
            assert_eq!(text.parse::<Date>(), Err(NotADate), "{text}");
        }
        assert!("2024-02-29".parse::<Date>().is_ok());
    }

    #[test]
    fn days_are_counted() {
        assert_eq!(date("1970-01-01").number(), 0);
        assert_eq!(date("2026-11-28").number(), 20_785);
        // Day by day through all that there are.
        let (mut day, mut steps) = (date("9999-12-31"), 0_i32);
        while let Some(before) = day.day_before() {
            assert_eq!(before.number() + 1, day.number(), "{day}");
            (day, steps) = (before, steps + 1);
        }
        assert_eq!((day, steps), (date("1850-01-01"), date("9999-12-31").number() - date("1850-01-01").number()));
        let days: Vec<_> = date("2024-03-01").and_before(2).map(|day| day.to_string()).collect();
        assert_eq!(days, ["2024-03-01", "2024-02-29", "2024-02-28"]);
    }

    #[test]
    fn age_counts_whole_years() {
        assert_eq!(date("2014-09-03").age_on(date("2026-09-02")), 11);
        assert_eq!(date("2014-09-03").age_on(date("2026-09-03")), 12);
        assert_eq!(date("2024-02-29").age_on(date("2025-02-28")), 0);
        assert_eq!(date("2024-02-29").age_on(date("2025-03-01")), 1);
        assert_eq!(date("2030-01-01").age_on(date("2026-01-01")), 0);
    }

    #[test]
    fn a_birthday_is_the_day_on_which_the_age_is_reached() {
        assert_eq!(date("2014-09-03").birthday(16), Some(date("2030-09-03")));
        assert_eq!(date("2024-02-29").birthday(14), Some(date("2038-03-01")));
        assert_eq!(date("2024-02-29").birthday(16), Some(date("2040-02-29")));
    }

    proptest! {
        #[test]
        fn days_of_birth_by_birthdays(
            born in (2000i16..=2004, 1u8..=12, 1u8..=31),
            first in (2014i16..=2020, 1u8..=12, 1u8..=31),
            last in (2014i16..=2020, 1u8..=12, 1u8..=31),
            age in 12u8..=18,
        ) {
            let day = |(year, month, day): (i16, u8, u8)| Date::new(year, month, day).or_else(|_| Date::new(year, 2, 29)).or_else(|_| Date::new(year, 3, 1)).unwrap();
            let (born, first, last) = (day(born), day(first), day(last));
            let (from, to) = Date::born_between(first, last, age).unwrap();
            let birthday = born.birthday(age).unwrap();
            prop_assert_eq!((first..=last).contains(&birthday), (from..=to).contains(&born), "{} {} {} {}", born, first, last, age);
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in ".{0,20}") {
            let _ = text.parse::<Date>();
        }

        #[test]
        fn text_and_back(year in 1850i16..=9999, month in 1u8..=12, day in 1u8..=28) {
            let date = Date::new(year, month, day).unwrap();
            prop_assert_eq!(date.to_string().parse::<Date>(), Ok(date));
        }
    }
}
