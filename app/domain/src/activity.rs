//! Home activities: what the practice asks a patient to do at home, on which days, and whether it was done (S3-11, S3-12; in
//! FHIR R4 a *ServiceRequest* whose doings are *Procedure*s).
//!
//! An activity is assigned, can be changed, and ends by its last day or when the practice ends it; one that was assigned by
//! mistake is taken back. Who may read and tick off which one is decided in `access/activities.rs`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    error::{Invalid, Problem},
    file::FileType,
    ids::{ActivityId, FileId, PatientId, UserId},
    limits,
    note::PortalReader,
    page::Page,
    text,
    time::{Date, Time},
};

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl Weekday {
    /// Every day, from Monday on.
    pub const ALL: [Self; 7] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];

    /// The code, as typed in a form; FHIR's `DaysOfWeek`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Mon => "mon",
            Self::Tue => "tue",
            Self::Wed => "wed",
            Self::Thu => "thu",
            Self::Fri => "fri",
            Self::Sat => "sat",
            Self::Sun => "sun",
        }
    }

    /// The day of the week of a date.
    #[must_use]
    pub fn of(day: Date) -> Self {
        // Day 0, 1 January 1970, was a Thursday.
        let place = usize::try_from((day.number() + 3).rem_euclid(7)).unwrap_or_default();
        Self::ALL.get(place).copied().unwrap_or(Self::Mon)
    }
}

/// Some days of the week.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Weekday>", into = "Vec<Weekday>")]
pub struct Weekdays(u8);

impl Weekdays {
    /// All of them.
    pub const EVERY: Self = Self(0x7F);

    /// Is it one of them?
    #[must_use]
    pub const fn contains(self, day: Weekday) -> bool {
        self.0 & 1 << day as u8 != 0
    }

    /// Them, from Monday on.
    pub fn iter(self) -> impl Iterator<Item = Weekday> {
        Weekday::ALL.into_iter().filter(move |day| self.contains(*day))
    }

    /// A bit for each, Monday the lowest: as stored.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Reads what is stored.
    ///
    /// # Errors
    /// [`Problem::NotAChoice`].
    pub fn from_bits(bits: i64) -> Result<Self, Problem> {
        match u8::try_from(bits) {
            Ok(bits @ 1..=0x7F) => Ok(Self(bits)),
            _ => Err(Problem::NotAChoice),
        }
    }

    /// Reads codes with spaces between them.
    ///
    /// # Errors
    /// [`Problem::NotAChoice`], or [`Problem::NoneChosen`] when there is none.
    pub fn from_codes(codes: &str) -> Result<Self, Problem> {
        let read = |code: &str| Weekday::ALL.into_iter().find(|day| day.code() == code).ok_or(Problem::NotAChoice);
        let days: Self = codes.split_ascii_whitespace().map(read).collect::<Result<_, _>>()?;
        if days == Self::default() { Err(Problem::NoneChosen) } else { Ok(days) }
    }

    /// Their codes with spaces between them.
    #[must_use]
    pub fn codes(self) -> String {
        self.iter().map(Weekday::code).collect::<Vec<_>>().join(" ")
    }
}

impl FromIterator<Weekday> for Weekdays {
    fn from_iter<I: IntoIterator<Item = Weekday>>(days: I) -> Self {
        Self(days.into_iter().fold(0, |all, day| all | 1 << day as u8))
    }
}

impl From<Vec<Weekday>> for Weekdays {
    fn from(days: Vec<Weekday>) -> Self {
        days.into_iter().collect()
    }
}

impl From<Weekdays> for Vec<Weekday> {
    fn from(days: Weekdays) -> Self {
        days.iter().collect()
    }
}

/// On which days it is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// From which day on.
    pub from: Date,
    /// To which day, that one included; none for as long as it is not ended.
    pub until: Option<Date>,
    /// On which days of the week.
    pub days: Weekdays,
}

impl Schedule {
    /// Is it to be done on this day?
    #[must_use]
    pub fn is_due(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until) && self.days.contains(Weekday::of(day))
    }

    /// Is its last day over?
    #[must_use]
    pub fn is_over(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }

    /// The days on which it is due among those that may still be ticked off: this one and [`limits::ACTIVITY_BACK`] before it,
    /// the latest first.
    pub fn open_days(self, today: Date) -> impl Iterator<Item = Date> {
        today.and_before(limits::ACTIVITY_BACK).filter(move |day| self.is_due(*day))
    }
}

/// How often it was done of how often it was due.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adherence {
    /// On how many days it was due.
    pub due: u32,
    /// On how many of them it was done.
    pub done: u32,
}

impl Adherence {
    /// Over the last [`limits::ACTIVITY_WINDOW`] days. Today counts once it is done: the day is not over. An activity that was
    /// ended is not due from then on.
    #[must_use]
    pub fn of(schedule: &Schedule, ended: Option<Date>, today: Date, done: &[Date]) -> Self {
        let window = today.and_before(limits::ACTIVITY_WINDOW - 1);
        let counts = |day: &Date| {
            schedule.is_due(*day) && (*day < today && ended.is_none_or(|ended| *day < ended) || done.contains(day))
        };
        window.filter(counts).fold(Self::default(), |sum, day| Self {
            due: sum.due + 1,
            done: sum.done + u32::from(done.contains(&day)),
        })
    }
}

/// What is to be done.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityText {
    /// What it is called.
    pub title: String,
    /// How much of it: "3 times 10, morning and evening".
    pub dose: String,
    /// How it is done, in paragraphs.
    pub instructions: String,
    /// When.
    pub schedule: Schedule,
}

/// The form that assigns or changes one, as typed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ActivityForm {
    /// What it is called.
    pub title: String,
    /// How much of it.
    pub dose: String,
    /// How it is done.
    pub instructions: String,
    /// Codes of days of the week, with spaces between.
    pub days: String,
    /// The first day.
    pub from: String,
    /// The last day, or empty.
    pub until: String,
    /// Ids of files of the record, with spaces between.
    pub files: String,
}

impl ActivityForm {
    /// Checks all of it.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn check(&self) -> Result<(ActivityText, Vec<FileId>), Invalid> {
        let mut invalid = Invalid::default();
        let title = invalid.check("title", text::line(&self.title, limits::NAME));
        let dose = invalid.check("dose", text::optional_line(&self.dose, limits::NAME));
        let whole = |kept: String| if kept.is_empty() { Err(Problem::Missing) } else { Ok(kept) };
        let instructions = text::paragraphs(&self.instructions, limits::INSTRUCTIONS).and_then(whole);
        let instructions = invalid.check("instructions", instructions);
        let days = invalid.check("days", Weekdays::from_codes(&self.days));
        let from = invalid.check("from", date(&self.from).and_then(|day| day.ok_or(Problem::Missing)));
        let until = date(&self.until).and_then(|until| match until {
            Some(until) if from.is_some_and(|from| until < from) => Err(Problem::BeforeTheFirst),
            until => Ok(until),
        });
        let until = invalid.check("until", until);
        let files = invalid.check("files", files(&self.files));
        match (title, dose, instructions, days, from, until, files) {
            (Some(title), Some(dose), Some(instructions), Some(days), Some(from), Some(until), Some(files)) => {
                let schedule = Schedule { from, until, days };
                Ok((ActivityText { title, dose, instructions, schedule }, files))
            }
            _ => Err(invalid),
        }
    }

    /// What is there, to be changed.
    #[must_use]
    pub fn of(text: ActivityText, files: &[FileId]) -> Self {
        let Schedule { from, until, days } = text.schedule;
        Self {
            title: text.title,
            dose: text.dose,
            instructions: text.instructions,
            days: days.codes(),
            from: from.to_string(),
            until: until.map(|day| day.to_string()).unwrap_or_default(),
            files: files.iter().map(FileId::to_string).collect::<Vec<_>>().join(" "),
        }
    }
}

fn date(typed: &str) -> Result<Option<Date>, Problem> {
    match typed.trim() {
        "" => Ok(None),
        typed => typed.parse().map(Some).map_err(|_| Problem::NotADate),
    }
}

fn files(typed: &str) -> Result<Vec<FileId>, Problem> {
    let read = |id: &str| id.parse::<FileId>().map_err(|_| Problem::NotAChoice);
    let mut files = typed.split_ascii_whitespace().map(read).collect::<Result<Vec<_>, _>>()?;
    files.sort_unstable();
    files.dedup();
    if files.len() > limits::ACTIVITY_FILES { Err(Problem::TooMany) } else { Ok(files) }
}

/// Where an activity stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum ActivityState {
    /// It is to be done, as its schedule says.
    Assigned,
    /// The practice ended it: it stays to be read.
    Ended {
        /// Since when.
        at: Time,
    },
    /// It was assigned by mistake: the portal shows it no longer.
    Withdrawn {
        /// Since when.
        at: Time,
    },
}

/// An activity of a patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Its id.
    pub id: ActivityId,
    /// Whose it is.
    pub patient: PatientId,
    /// Who assigned it, or changed it last.
    pub author: UserId,
    /// What is to be done.
    pub text: ActivityText,
    /// Where it stands.
    pub state: ActivityState,
    /// Counts the changes.
    pub version: i64,
}

/// A file that belongs to an activity.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityFile {
    /// Its id.
    pub id: FileId,
    /// What it is called.
    pub name: String,
    /// What it holds.
    pub kind: FileType,
    /// Its size, in bytes.
    pub size: u64,
}

/// An activity in a list of the console.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityRow {
    /// Its id.
    pub id: ActivityId,
    /// What it is called.
    pub title: String,
    /// When it is to be done.
    pub schedule: Schedule,
    /// Where it stands.
    pub state: ActivityState,
    /// Is its last day over?
    pub over: bool,
    /// How often it was done lately.
    pub adherence: Adherence,
}

/// The console's list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activities {
    /// The activities: those that go on first, then the others, latest first.
    pub activities: Page<ActivityRow>,
    /// May the caller assign further ones?
    pub may_assign: bool,
    /// What day it is at the practice.
    pub today: Date,
}

/// That it was done on a day.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doing {
    /// On which.
    pub day: Date,
    /// What whoever ticked it off says of it.
    pub note: String,
    /// When they did.
    pub at: Time,
    /// Their address.
    pub by: String,
    /// Are they the patient, or somebody else (PX-07)?
    pub own: bool,
}

/// One activity in the console.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityPage {
    /// Its id.
    pub id: ActivityId,
    /// What is to be done.
    pub text: ActivityText,
    /// What belongs to it.
    pub files: Vec<ActivityFile>,
    /// Who assigned it, or changed it last.
    pub author: String,
    /// What they do.
    pub profession: String,
    /// When it was assigned.
    pub at: Time,
    /// Where it stands.
    pub state: ActivityState,
    /// Is its last day over?
    pub over: bool,
    /// For the next change.
    pub version: i64,
    /// May the caller change it, end it, take it back?
    pub may_change: bool,
    /// How often it was done lately.
    pub adherence: Adherence,
    /// On which days it was done, the latest first.
    pub doings: Page<Doing>,
    /// Who of the portal could see it.
    pub portal: Vec<PortalReader>,
}

/// An activity in a list of the portal.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnActivityRow {
    /// Its id.
    pub id: ActivityId,
    /// What it is called.
    pub title: String,
    /// How much of it.
    pub dose: String,
    /// When it is to be done.
    pub schedule: Schedule,
    /// Does it go on?
    pub current: bool,
    /// Is it due today?
    pub due: bool,
    /// Was it done today?
    pub done: bool,
    /// Has this portal user not read it as it is now?
    pub unread: bool,
}

/// The portal's list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnActivities {
    /// The activities: those that go on first, then the others, latest first.
    pub activities: Page<OwnActivityRow>,
}

/// A day in the portal on which an activity is due.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnDay {
    /// Which.
    pub day: Date,
    /// The note with which it was ticked off, if it was.
    pub done: Option<String>,
    /// May this portal user take that back? Not when somebody else said something of it.
    pub is_own: bool,
}

/// A day on which it was done, as the portal tells it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnDoing {
    /// Which.
    pub day: Date,
    /// What whoever ticked it off says of it.
    pub note: String,
}

/// One activity in the portal.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnActivity {
    /// Its id.
    pub id: ActivityId,
    /// What is to be done.
    pub text: ActivityText,
    /// What belongs to it and this portal user may open.
    pub files: Vec<ActivityFile>,
    /// Who assigned it.
    pub author: String,
    /// What they do.
    pub profession: String,
    /// Does it go on?
    pub current: bool,
    /// The days on which it is due that may be ticked off or not any more, the latest first; none when it ended.
    pub days: Vec<OwnDay>,
    /// What day it is at the practice.
    pub today: Date,
    /// May this portal user tick it off?
    pub may_do: bool,
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

untold!(
    ActivityText,
    ActivityForm,
    ActivityFile,
    ActivityRow,
    Activities,
    Doing,
    ActivityPage,
    OwnActivityRow,
    OwnDoing,
    OwnActivities,
    OwnDay,
    OwnActivity
);

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn weekdays_go_to_codes_and_bits_and_back() {
        for bits in 1..=0x7F_u8 {
            let days = Weekdays::from_bits(bits.into()).unwrap();
            assert_eq!(Weekdays::from_codes(&days.codes()), Ok(days));
            assert_eq!(Weekdays::from(Vec::from(days)), days);
            assert_eq!((days.bits(), days.iter().count()), (bits, bits.count_ones() as usize));
        }
        for bits in [-1, 0, 0x80, 300] {
            assert_eq!(Weekdays::from_bits(bits), Err(Problem::NotAChoice), "{bits}");
        }
        assert_eq!(Weekdays::from_codes("mon x"), Err(Problem::NotAChoice));
        assert_eq!(Weekdays::from_codes(" "), Err(Problem::NoneChosen));
    }

    #[test]
    fn a_date_has_its_day_of_the_week() {
        for (text, weekday) in [
            ("2026-11-28", Weekday::Sat),
            ("1970-01-01", Weekday::Thu),
            ("1969-12-31", Weekday::Wed),
            ("2024-02-29", Weekday::Thu),
            ("1900-01-01", Weekday::Mon),
        ] {
            assert_eq!(Weekday::of(day(text)), weekday, "{text}");
        }
    }

    // The last week, and no day on which it is not due.
    #[test]
    fn a_week_back_may_be_ticked_off() {
        let schedule = Schedule {
            from: day("2026-11-23"),
            until: Some(day("2026-11-27")),
            days: [Weekday::Mon, Weekday::Fri, Weekday::Sat].into_iter().collect(),
        };
        let open = |today| schedule.open_days(day(today)).map(|day| day.to_string()).collect::<Vec<_>>();
        assert_eq!(open("2026-11-28"), ["2026-11-27", "2026-11-23"]);
        assert_eq!(open("2026-11-29"), ["2026-11-27", "2026-11-23"]);
        assert_eq!(open("2026-11-30"), ["2026-11-27"]);
        assert!(open("2026-11-22").is_empty() && open("2026-12-04").is_empty());
    }

    #[test]
    fn adherence_counts_due_days_of_four_weeks_and_today_once_it_is_done() {
        let every = Schedule { from: day("2026-01-01"), until: None, days: Weekdays::EVERY };
        let today = day("2026-11-28");
        let of = |schedule: &Schedule, ended: Option<&str>, done: &[&str]| {
            let done: Vec<_> = done.iter().map(|text| day(text)).collect();
            let Adherence { due, done } = Adherence::of(schedule, ended.map(day), today, &done);
            (done, due)
        };
        assert_eq!(of(&every, None, &[]), (0, 27));
        assert_eq!(of(&every, None, &["2026-11-28", "2026-11-27", "2026-10-31"]), (2, 28));
        assert_eq!(of(&every, None, &["2026-11-01", "2026-11-29"]), (1, 27));
        // What was ended on the 27th was due on the 26th for the last time, unless it was done.
        assert_eq!(of(&every, Some("2026-11-27"), &[]), (0, 26));
        assert_eq!(of(&every, Some("2026-11-27"), &["2026-11-27"]), (1, 27));
        let fridays = Schedule { from: day("2026-11-20"), days: [Weekday::Fri].into_iter().collect(), ..every };
        // Done on a Thursday, as the schedule was once, is not counted.
        assert_eq!(of(&fridays, None, &["2026-11-20", "2026-11-26"]), (1, 2));
    }

    #[test]
    fn a_form_says_all_that_is_wrong() {
        let form = ActivityForm { from: "2026-11-28".into(), until: "2026-11-27".into(), ..ActivityForm::default() };
        let wrong = form.check().unwrap_err();
        let said = ["title", "dose", "instructions", "days", "from", "until", "files"].map(|name| wrong.of(name));
        let missing = Some(Problem::Missing);
        assert_eq!(
            said,
            [missing, None, missing, Some(Problem::NoneChosen), None, Some(Problem::BeforeTheFirst), None]
        );
        let file = FileId::from(uuid::Uuid::from_u128(1));
        let files =
            |n: u128| (0..n).map(|n| FileId::from(uuid::Uuid::from_u128(n)).to_string()).collect::<Vec<_>>().join(" ");
        let whole = ActivityForm {
            title: "Calf raises".into(),
            instructions: "Slowly.".into(),
            days: "mon fri".into(),
            until: String::new(),
            files: format!("{file} {file}"),
            ..form
        };
        let (text, kept) = whole.check().unwrap();
        assert_eq!(kept, [file]);
        assert_eq!(ActivityForm::of(text, &kept).check().map(|(_, kept)| kept), Ok(vec![file]));
        let most = u128::try_from(limits::ACTIVITY_FILES).unwrap();
        assert!(ActivityForm { files: files(most), ..whole.clone() }.check().is_ok());
        let more = ActivityForm { files: files(most + 1), from: "x".into(), ..whole }.check().unwrap_err();
        assert_eq!(more.of("files"), Some(Problem::TooMany));
        assert_eq!(more.of("from"), Some(Problem::NotADate));
    }
}
