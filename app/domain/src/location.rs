//! Locations: the places where a group sees patients, with their time zone and opening hours.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::{
    error::{Invalid, Problem},
    ids::LocationId,
    limits, text,
};

/// A place where a group sees patients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// Its id.
    pub id: LocationId,
    /// What patients know it by.
    pub name: String,
    /// IANA time zone, in which its times are shown (decision 12).
    pub time_zone: String,
    /// Address in one line; may be empty.
    pub address: String,
    /// Telephone; may be empty.
    pub phone: String,
    /// When it is open.
    pub hours: OpeningHours,
    /// Counts the saves: two people editing at once do not overwrite each other.
    pub version: i64,
}

/// When a place is open, by the wall clock of its time zone; Monday first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningHours(pub [Vec<Opening>; 7]);

/// From one time of the day to another, in minutes after midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// Opens.
    pub from: u16,
    /// Closes.
    pub to: u16,
}

/// The names of the fields of a week, Monday first.
pub const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

const DAY: u16 = 24 * 60;

impl OpeningHours {
    /// Reads one day: `9:00-12:30, 13:30-17:00`; nothing when it is closed.
    ///
    /// # Errors
    /// [`Problem::NotHours`].
    pub fn day(typed: &str) -> Result<Vec<Opening>, Problem> {
        let mut day: Vec<Opening> = Vec::new();
        for part in typed.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (from, to) = part.split_once(['-', '–']).ok_or(Problem::NotHours)?;
            let opening = Opening { from: time(from)?, to: time(to)? };
            let after_the_last = day.last().is_none_or(|last| last.to < opening.from);
            if opening.from >= opening.to || !after_the_last || day.len() >= limits::OPENINGS {
                return Err(Problem::NotHours);
            }
            day.push(opening);
        }
        Ok(day)
    }

    /// One day as it is typed.
    #[must_use]
    pub fn shown(day: &[Opening]) -> String {
        let mut text = String::new();
        for (at, opening) in day.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            // Writing to a String cannot fail.
            let _ = write!(
                text,
                "{comma}{}:{:02}–{}:{:02}",
                opening.from / 60,
                opening.from % 60,
                opening.to / 60,
                opening.to % 60
            );
        }
        text
    }

    /// Does anything say when it is open?
    #[must_use]
    pub fn are_known(&self) -> bool {
        self.0.iter().any(|day| !day.is_empty())
    }

    /// Is it open on this day of the week, Monday being 0, so many minutes after midnight?
    #[must_use]
    pub fn open_at(&self, day: usize, minute: u16) -> bool {
        self.0.get(day).is_some_and(|day| day.iter().any(|open| (open.from..open.to).contains(&minute)))
    }

    /// As stored: the days as typed, one a line.
    #[must_use]
    pub fn code(&self) -> String {
        self.0.iter().map(|day| Self::shown(day)).collect::<Vec<_>>().join("\n")
    }

    /// Reads what [`OpeningHours::code`] wrote; days that are missing are closed.
    ///
    /// # Errors
    /// [`Problem::NotHours`].
    pub fn from_code(code: &str) -> Result<Self, Problem> {
        let mut hours = Self::default();
        for (day, line) in hours.0.iter_mut().zip(code.lines()) {
            *day = Self::day(line)?;
        }
        Ok(hours)
    }
}

/// `9:00`, `09.00` or `9`.
fn time(typed: &str) -> Result<u16, Problem> {
    let typed = typed.trim();
    let (hours, minutes) = typed.split_once([':', '.']).unwrap_or((typed, "00"));
    let number = |text: &str| {
        let plain = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if plain { text.parse::<u16>().map_err(|_| Problem::NotHours) } else { Err(Problem::NotHours) }
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let time = hours * 60 + minutes;
    if minutes < 60 && time <= DAY { Ok(time) } else { Err(Problem::NotHours) }
}

/// The dialog of a location, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LocationForm {
    /// Its name.
    pub name: String,
    /// Its time zone; the server checks that it exists.
    pub time_zone: String,
    /// Its address.
    pub address: String,
    /// Its telephone.
    pub phone: String,
    /// The days of the week, Monday first, in the order of [`DAYS`].
    pub hours: [String; 7],
}

impl LocationForm {
    /// The form that would give this location.
    #[must_use]
    pub fn of(location: &Location) -> Self {
        Self {
            name: location.name.clone(),
            time_zone: location.time_zone.clone(),
            address: location.address.clone(),
            phone: location.phone.clone(),
            hours: location.hours.0.each_ref().map(|day| OpeningHours::shown(day)),
        }
    }

    /// Checks every field, noting what is wrong.
    pub fn check(&self, invalid: &mut Invalid, id: LocationId, version: i64) -> Option<Location> {
        let name = invalid.check("name", text::line(&self.name, limits::NAME));
        let time_zone = invalid.check("time_zone", text::line(&self.time_zone, limits::TIME_ZONE));
        let address = invalid.check("address", text::optional_line(&self.address, limits::LINE));
        let phone = invalid.check("phone", text::phone(&self.phone));
        let mut hours = Some(OpeningHours::default());
        for ((field, typed), day) in DAYS.iter().zip(&self.hours).zip(0..) {
            let found = invalid.check(field, OpeningHours::day(typed));
            match (found, hours.as_mut().and_then(|hours| hours.0.get_mut(day))) {
                (Some(found), Some(day)) => *day = found,
                _ => hours = None,
            }
        }
        Some(Location {
            id,
            name: name?,
            time_zone: time_zone?,
            address: address?,
            phone: phone?,
            hours: hours?,
            version,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hours_are_read_as_people_write_them() {
        let day = |typed: &str| OpeningHours::day(typed).map(|day| OpeningHours::shown(&day));
        assert_eq!(day("9-17").unwrap(), "9:00–17:00");
        assert_eq!(day(" 08:30 - 12.30 , 13:30–24:00 ").unwrap(), "8:30–12:30, 13:30–24:00");
        assert_eq!(day("").unwrap(), "");
        for wrong in ["9", "17-9", "9-9", "9-25", "9:60-10", "9-12, 11-13", "9-12,12-13", "nine-ten", "-", "9-+10"] {
            assert_eq!(day(wrong), Err(Problem::NotHours), "{wrong}");
        }
    }

    #[test]
    fn a_wrong_day_is_named() {
        let mut form =
            LocationForm { name: "Hill Road".into(), time_zone: "Europe/London".into(), ..Default::default() };
        form.hours[2] = "late".into();
        let mut invalid = Invalid::default();
        assert!(form.check(&mut invalid, uuid::Uuid::nil().into(), 0).is_none());
        assert_eq!(invalid.of("wednesday"), Some(Problem::NotHours));
        form.hours[2] = "9-12".into();
        let location = form.check(&mut Invalid::default(), uuid::Uuid::nil().into(), 0).unwrap();
        assert_eq!(LocationForm::of(&location).hours[2], "9:00–12:00");
    }

    proptest! {
        #[test]
        fn what_is_stored_reads_back(days in proptest::array::uniform7(proptest::collection::btree_set(0u16..=1440, 0..6))) {
            let hours = OpeningHours(days.map(|times| {
                let times: Vec<u16> = times.into_iter().collect();
                times.chunks_exact(2).map(|pair| Opening { from: pair[0], to: pair[1] }).collect()
            }));
            prop_assert_eq!(OpeningHours::from_code(&hours.code()), Ok(hours));
        }

        #[test]
        fn no_text_panics(typed in ".*") {
            let _ = OpeningHours::day(&typed);
        }
    }
}
