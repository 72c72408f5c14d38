//! Notes: what a practitioner writes about a patient, and who may read it (decision 9; in FHIR R4 a *Composition*).
//!
//! A note has at most one draft, which only its author sees, and any number of published versions, which never change: whoever
//! corrects a published note publishes a further version. Who may read which note is decided in `access/notes.rs`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    error::{Conflict, Invalid, Problem},
    form::Completeness,
    grant,
    ids::{GrantId, NoteId, PatientId, UserId},
    limits,
    page::Page,
    text,
    time::{Date, Time},
};

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

untold!(NoteText, NoteForm, NoteRow, OwnNoteRow);

/// What kind of note it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// What was seen and done at an appointment.
    #[default]
    Consultation,
    /// What was found out, at the beginning or anew.
    Assessment,
    /// What is to be done.
    Plan,
    /// A summary for the patient.
    Summary,
    /// A call, or what was talked over with somebody.
    Call,
    /// Anything else.
    Other,
}

impl Category {
    /// Every category, in the order of a list.
    pub const ALL: [Self; 6] =
        [Self::Consultation, Self::Assessment, Self::Plan, Self::Summary, Self::Call, Self::Other];

    /// The code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Consultation => "consultation",
            Self::Assessment => "assessment",
            Self::Plan => "plan",
            Self::Summary => "summary",
            Self::Call => "call",
            Self::Other => "other",
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`Problem::NotAChoice`].
    pub fn from_code(code: &str) -> Result<Self, Problem> {
        Self::ALL.into_iter().find(|category| category.code() == code).ok_or(Problem::NotAChoice)
    }
}

/// What a note says.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteText {
    /// What it is called.
    pub title: String,
    /// What kind it is.
    pub category: Category,
    /// The text, in paragraphs.
    pub body: String,
}

/// The editor's form, as typed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NoteForm {
    /// What it is called.
    pub title: String,
    /// A category's code.
    pub category: String,
    /// The text.
    pub body: String,
}

impl NoteForm {
    /// Checks all of it. A draft may be empty; what is published has a title and a text.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn check(&self, completeness: Completeness) -> Result<NoteText, Invalid> {
        let mut invalid = Invalid::default();
        let whole = |kept: String| match completeness {
            Completeness::Whole if kept.is_empty() => Err(Problem::Missing),
            Completeness::Whole | Completeness::Draft => Ok(kept),
        };
        let title = invalid.check("title", text::optional_line(&self.title, limits::NAME).and_then(whole));
        let category = invalid.check("category", Category::from_code(&self.category));
        let body = invalid.check("body", text::paragraphs(&self.body, limits::NOTE).and_then(whole));
        match (title, category, body) {
            (Some(title), Some(category), Some(body)) => Ok(NoteText { title, category, body }),
            _ => Err(invalid),
        }
    }
}

impl From<NoteText> for NoteForm {
    fn from(text: NoteText) -> Self {
        Self { title: text.title, category: text.category.code().to_owned(), body: text.body }
    }
}

/// A version that was published: it never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Its number, from 1.
    pub number: i64,
    /// What it says.
    pub text: NoteText,
    /// When it was published.
    pub at: Time,
}

/// A note about a patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its id; later ones sort after earlier ones.
    pub id: NoteId,
    /// Whom it is about.
    pub patient: PatientId,
    /// Who wrote it.
    pub author: UserId,
    /// What is being written and not published; none when everything is.
    pub draft: Option<NoteText>,
    /// When the draft was kept last.
    pub saved_at: Option<Time>,
    /// The latest version; none before the first is published.
    pub published: Option<Version>,
    /// Is it kept from colleagues it was not shared with by itself, and from the patient?
    pub private: bool,
    /// From when on the patient's portal shows it; none when it is not shared with the patient.
    pub patient_from: Option<Time>,
    /// Counts the changes.
    pub version: i64,
}

impl Note {
    /// What its author goes on writing: the draft, or the latest version where there is none.
    #[must_use]
    pub fn writing(&self) -> NoteText {
        let published = || self.published.as_ref().map(|version| version.text.clone());
        self.draft.clone().or_else(published).unwrap_or_default()
    }

    /// Publishes what is given as the next version. Nothing of an earlier one is lost.
    ///
    /// # Errors
    /// [`Conflict::NothingChanged`] when the latest version says the same.
    pub fn publish(self, text: NoteText, at: Time) -> Result<Self, Conflict> {
        let number = match &self.published {
            Some(latest) if latest.text == text => return Err(Conflict::NothingChanged),
            Some(latest) => latest.number + 1,
            None => 1,
        };
        Ok(Self { draft: None, saved_at: None, published: Some(Version { number, text, at }), ..self })
    }

    /// Keeps it from others, or lets them read it again. What is private is not in the patient's portal either.
    #[must_use]
    pub fn keep_private(self, private: bool) -> Self {
        let patient_from = if private { None } else { self.patient_from };
        Self { private, patient_from, ..self }
    }

    /// Shares it with the patient from a moment on, or not any more.
    ///
    /// # Errors
    /// [`Conflict::NoteNotPublished`] or [`Conflict::NoteIsPrivate`].
    pub fn share_with_patient(self, from: Option<Time>) -> Result<Self, Conflict> {
        if from.is_some() {
            if self.published.is_none() {
                return Err(Conflict::NoteNotPublished);
            }
            if self.private {
                return Err(Conflict::NoteIsPrivate);
            }
        }
        Ok(Self { patient_from: from, ..self })
    }
}

/// Where a note stands before its readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteState {
    /// Never published: only the author sees it.
    Draft,
    /// It can be read.
    Published {
        /// The number of the latest version.
        number: i64,
        /// When that was published.
        at: Time,
        /// Is the caller, who wrote it, changing it?
        changing: bool,
    },
}

/// Why somebody may read a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Share {
    /// This note was shared with them.
    This,
    /// All notes of its author about this patient were.
    All,
}

/// Which notes are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NoteFilter {
    /// Of this kind only.
    pub category: Option<Category>,
    /// Only what the caller wrote.
    pub own: bool,
    /// Only drafts, which are the caller's own.
    pub drafts: bool,
    /// Only what the patient's portal shows, or will.
    pub with_patient: bool,
    /// Only notes with these words in title or text, as the caller reads them.
    pub text: String,
}

/// A note in a list of the console.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteRow {
    /// Its id.
    pub id: NoteId,
    /// What it is called; of a draft what was typed so far.
    pub title: String,
    /// What kind it is.
    pub category: Category,
    /// Who wrote it.
    pub author: String,
    /// Did the caller write it?
    pub own: bool,
    /// Where it stands.
    pub state: NoteState,
    /// Is it private?
    pub private: bool,
    /// From when on the patient's portal shows it.
    pub patient_from: Option<Time>,
    /// When it was begun: lists are in this order.
    pub at: Time,
}

/// A page of a patient's notes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notes {
    /// The notes, latest first.
    pub notes: Page<NoteRow>,
    /// May the caller write one?
    pub may_write: bool,
    /// May the caller share all of theirs with colleagues?
    pub may_share_all: bool,
}

/// A note as the console shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotePage {
    /// Its id.
    pub id: NoteId,
    /// Who wrote it.
    pub author: String,
    /// What they do.
    pub profession: String,
    /// Did the caller?
    pub own: bool,
    /// The latest version; none of a draft.
    pub published: Option<Version>,
    /// What its author has typed since; of another's note there is none.
    pub draft: Option<NoteText>,
    /// When that was kept last.
    pub saved_at: Option<Time>,
    /// Is it private?
    pub private: bool,
    /// From when on the patient's portal shows it.
    pub patient_from: Option<Time>,
    /// Counts the changes; 0 for whoever did not write it, who learns nothing of what is being typed.
    pub version: i64,
    /// What the caller may do.
    pub may: NoteActs,
    /// With whom it is shared, and who has read it; for its author.
    pub sharing: Option<NoteSharing>,
}

/// What a reader of a note may do with it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteActs {
    /// Change it, publish a further version, keep it private.
    pub edit: bool,
    /// Take it back from the patient.
    pub withdraw: bool,
    /// Share it with the patient.
    pub share_with_patient: bool,
    /// Share it with colleagues.
    pub share_with_colleagues: bool,
}

/// With whom a note is shared, and who has read it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteSharing {
    /// The colleagues, by name.
    pub colleagues: Vec<SharedWith>,
    /// Does the group share among colleagues at present? When not, what is shared with them is not readable.
    pub open: bool,
    /// The portal users of the patient and whether each can see it, or could once it is shared.
    pub portal: Vec<PortalReader>,
    /// Who has read it, latest first.
    pub readers: Vec<Reader>,
}

/// A colleague a note is shared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedWith {
    /// Who.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// What they do.
    pub profession: String,
    /// This note, or all of its author about this patient?
    pub share: Share,
    /// Since when.
    pub at: Time,
}

/// A portal user of the patient, before a note is shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalReader {
    /// Their grant.
    pub grant: GrantId,
    /// Their address.
    pub email: String,
    /// Who they are to the patient.
    pub kind: grant::Kind,
    /// Can they see what is shared? Not those who were invited only, or are here for appointments.
    pub sees: bool,
}

/// Somebody who has read a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reader {
    /// Their name, or the address of a portal user.
    pub name: String,
    /// A portal user?
    pub in_portal: bool,
    /// Which version they read last.
    pub number: i64,
    /// When.
    pub at: Time,
}

/// When a patient's portal begins to show a note, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ShareForm {
    /// A day, from its beginning on; now when empty.
    pub on: String,
}

impl ShareForm {
    /// The day; none for now.
    ///
    /// # Errors
    /// [`Problem::NotADate`], or [`Problem::OutOfRange`] for a day that is not after `today` or later than next year.
    pub fn check(&self, today: Date) -> Result<Option<Date>, Invalid> {
        let mut invalid = Invalid::default();
        let on = match self.on.trim() {
            "" => return Ok(None),
            typed => invalid.check("on", typed.parse::<Date>().map_err(|_| Problem::NotADate)),
        };
        match on {
            Some(on) if on <= today || on.year() > today.year() + 1 => Err(Invalid::field("on", Problem::OutOfRange)),
            Some(on) => Ok(Some(on)),
            None => Err(invalid),
        }
    }
}

/// A note in the patient's portal.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnNoteRow {
    /// Its id.
    pub id: NoteId,
    /// What it is called.
    pub title: String,
    /// What kind it is.
    pub category: Category,
    /// Who wrote it.
    pub author: String,
    /// When it was shared.
    pub shared_at: Time,
    /// When the latest version was published.
    pub at: Time,
    /// Has this portal user not read the latest version yet?
    pub unread: bool,
}

/// What the portal shows of a record's notes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnNotes {
    /// What was shared, latest first.
    pub notes: Page<OwnNoteRow>,
    /// The practice's time zone.
    pub time_zone: String,
}

/// A note as the portal shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnNote {
    /// Its id.
    pub id: NoteId,
    /// What it says.
    pub text: NoteText,
    /// Who wrote it.
    pub author: String,
    /// What they do.
    pub profession: String,
    /// When the first version was published.
    pub written_at: Time,
    /// When the one that is shown was, where that is another.
    pub changed_at: Option<Time>,
    /// The practice's time zone.
    pub time_zone: String,
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn text(title: &str, body: &str) -> NoteText {
        NoteText { title: title.to_owned(), body: body.to_owned(), ..NoteText::default() }
    }

    fn note() -> Note {
        Note {
            id: Uuid::from_u128(1).into(),
            patient: Uuid::from_u128(2).into(),
            author: Uuid::from_u128(3).into(),
            draft: Some(text("Ann", "Ankle")),
            saved_at: Some(Time::from_millis(1)),
            published: None,
            private: false,
            patient_from: None,
            version: 0,
        }
    }

    #[test]
    fn categories_read_back() {
        for category in Category::ALL {
            assert_eq!(Category::from_code(category.code()), Ok(category));
        }
        assert_eq!(Category::from_code("diagnosis"), Err(Problem::NotAChoice));
    }

    #[test]
    fn a_draft_may_be_empty_and_what_is_published_not() {
        let empty = NoteForm { category: "plan".to_owned(), ..NoteForm::default() };
        assert!(empty.check(Completeness::Draft).is_ok());
        let wrong = empty.check(Completeness::Whole).unwrap_err();
        assert_eq!(wrong.fields.len(), 2);
        let long = NoteForm { body: "a".repeat(limits::NOTE + 1), ..NoteForm::from(text("t", "b")) };
        assert!(long.check(Completeness::Draft).is_err());
    }

    #[test]
    fn what_is_written_stands_in_no_log() {
        let version = Version { number: 1, text: text("Ann", "Ankle"), at: Time::from_millis(1) };
        let told = format!("{:?} {:?} {version:?}", note(), NoteForm::from(text("Ann", "Ankle")));
        assert!(!told.contains("Ann") && !told.contains("Ankle"), "{told}");
    }

    // Decision 9: editing a published note keeps every earlier version.
    #[test]
    fn a_version_is_followed_never_replaced() {
        let first = note().publish(text("Ann", "Ankle"), Time::from_millis(2)).unwrap();
        assert_eq!((first.draft.clone(), first.published.as_ref().unwrap().number), (None, 1));
        assert_eq!(first.clone().publish(text("Ann", "Ankle"), Time::from_millis(3)), Err(Conflict::NothingChanged));
        let second = first.publish(text("Ann", "Knee"), Time::from_millis(3)).unwrap();
        assert_eq!(second.published.as_ref().unwrap().number, 2);
        assert_eq!(second.writing(), text("Ann", "Knee"));
    }

    // PT-03: what is private is not in the portal, whatever came first.
    #[test]
    fn private_and_shared_with_the_patient_exclude_each_other() {
        let now = Time::from_millis(5);
        assert_eq!(note().share_with_patient(Some(now)), Err(Conflict::NoteNotPublished));
        let published = note().publish(text("Ann", "Ankle"), now).unwrap();
        let shared = published.share_with_patient(Some(now)).unwrap();
        let private = shared.keep_private(true);
        assert_eq!(private.patient_from, None);
        assert_eq!(private.clone().share_with_patient(Some(now)), Err(Conflict::NoteIsPrivate));
        assert!(private.share_with_patient(None).is_ok());
    }

    #[test]
    fn a_note_is_shared_now_or_on_a_day_to_come() {
        let today: Date = "2026-11-28".parse().unwrap();
        let on = |on: &str| ShareForm { on: on.to_owned() }.check(today);
        assert_eq!(on(" "), Ok(None));
        assert_eq!(on("2026-12-01"), Ok(Some("2026-12-01".parse().unwrap())));
        for wrong in ["2026-11-28", "2026-11-01", "2031-01-01", "soon"] {
            assert!(on(wrong).is_err(), "{wrong}");
        }
    }
}
