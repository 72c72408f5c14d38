//! Opening a record in an emergency (PR-04): with a reason, for a time, to read it. Who may is decided in
//! [`crate::access::emergency`].

use serde::{Deserialize, Serialize};

use crate::{
    error::{Invalid, Problem},
    history::Shown,
    ids::{EmergencyId, PatientId},
    limits, text,
    time::{Date, Time},
};

/// Why a record must be opened, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReasonForm {
    /// The reason.
    pub reason: String,
}

impl ReasonForm {
    /// Checks it.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(&self) -> Result<String, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check("reason", reason(&self.reason)).ok_or(invalid)
    }
}

/// Whose record must be opened, of somebody whom the list does not show; and why. As typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SeekForm {
    /// The first name, the legal or the preferred one.
    pub first_name: String,
    /// The legal last name.
    pub last_name: String,
    /// The birth date.
    pub birth_date: String,
    /// The reason.
    pub reason: String,
}

/// Whose record must be opened, and why.
#[derive(Clone, PartialEq, Eq)]
pub struct Sought {
    /// The first name, folded.
    pub first: String,
    /// The last name, folded.
    pub last: String,
    /// The birth date.
    pub born: Date,
    /// The reason.
    pub reason: String,
}

impl SeekForm {
    /// Checks the fields.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn check(&self) -> Result<Sought, Invalid> {
        let mut invalid = Invalid::default();
        let first = invalid.check("first_name", name(&self.first_name));
        let last = invalid.check("last_name", name(&self.last_name));
        let born = match self.birth_date.trim() {
            "" => Err(Problem::Missing),
            date => date.parse().map_err(|_| Problem::NotADate),
        };
        let born = invalid.check("birth_date", born);
        let reason = invalid.check("reason", reason(&self.reason));
        match (first, last, born, reason) {
            (Some(first), Some(last), Some(born), Some(reason)) => Ok(Sought { first, last, born, reason }),
            _ => Err(invalid),
        }
    }
}

/// Folded. One without a letter is none: it would be like every preferred name that is not there.
fn name(typed: &str) -> Result<String, Problem> {
    let name = text::fold(&text::line(typed, limits::NAME)?);
    if name.is_empty() { Err(Problem::Missing) } else { Ok(name) }
}

/// A few words at least: somebody reads them afterwards.
fn reason(typed: &str) -> Result<String, Problem> {
    let reason = text::paragraphs(typed, limits::EMERGENCY_REASON)?;
    match reason.trim().chars().filter(|c| c.is_alphanumeric()).count() {
        0 => Err(Problem::Missing),
        short if short < limits::EMERGENCY_REASON_LEAST => Err(Problem::TooShort),
        _ => Ok(reason),
    }
}

/// A record that was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// Whose.
    pub patient: PatientId,
    /// Until when.
    pub until: Time,
}

/// A record that the caller holds open because of an emergency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnEmergency {
    /// Whose.
    pub patient: PatientId,
    /// What the patient is called.
    pub shown: String,
    /// Until when.
    pub until: Time,
}

/// What the page of somebody who may open records in an emergency needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Emergencies {
    /// For how many hours a record is opened; none when the practice does not do it.
    pub hours: Option<u32>,
    /// What the caller holds open.
    pub open: Vec<OwnEmergency>,
}

/// A record that was opened in an emergency, as those see it who look at what was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyRow {
    /// Which one.
    pub id: EmergencyId,
    /// Who opened it.
    pub by: String,
    /// Whose record, and what the patient is called before the reader; none when the patient is hidden from the reader.
    pub patient: Option<Shown<PatientId>>,
    /// Why. None for who sees no names, and when the patient is hidden: it may hold one.
    pub reason: Option<String>,
    /// When.
    pub opened_at: Time,
    /// When it ends by itself.
    pub until: Time,
    /// When it was ended before that.
    pub ended_at: Option<Time>,
    /// Is it open now?
    pub open: bool,
    /// Is it the reader's own? It is for somebody else to look at.
    pub own: bool,
    /// Who looked at it, and when.
    pub reviewed: Option<Reviewed>,
}

/// That somebody looked at an opening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reviewed {
    /// Who.
    pub by: String,
    /// When.
    pub at: Time,
}

#[cfg(test)]
mod tests {
    use super::*;

    // PR-04: no reason, no record.
    #[test]
    fn a_reason_is_a_few_words() {
        let check = |reason: &str| ReasonForm { reason: reason.to_owned() }.check().map_err(|wrong| wrong.of("reason"));
        assert_eq!(check(""), Err(Some(Problem::Missing)));
        assert_eq!(check(" \n ... "), Err(Some(Problem::Missing)));
        assert_eq!(check("urgent"), Err(Some(Problem::TooShort)));
        assert_eq!(check(&"a".repeat(limits::EMERGENCY_REASON + 1)), Err(Some(Problem::TooLong)));
        assert_eq!(check(" Collapsed in the waiting room. "), Ok("Collapsed in the waiting room.".to_owned()));
    }

    #[test]
    fn whoever_is_sought_has_a_name_a_birth_date_and_a_reason() {
        let form = SeekForm {
            first_name: " Zoë ".into(),
            last_name: "O'Brien".into(),
            birth_date: "1980-02-29".into(),
            reason: "Found unconscious.".into(),
        };
        let sought = form.check().unwrap();
        assert_eq!((&*sought.first, &*sought.last), (&*text::fold("zoe"), &*text::fold("o'brien")));
        let wrong = SeekForm { birth_date: "29.2.1980".into(), ..SeekForm::default() }.check().err().unwrap();
        assert_eq!(wrong.of("first_name"), Some(Problem::Missing));
        assert_eq!(wrong.of("last_name"), Some(Problem::Missing));
        assert_eq!(wrong.of("birth_date"), Some(Problem::NotADate));
        assert_eq!(wrong.of("reason"), Some(Problem::Missing));
        let signs = SeekForm { first_name: "%".into(), ..form };
        assert_eq!(signs.check().err().unwrap().of("first_name"), Some(Problem::Missing));
    }
}
