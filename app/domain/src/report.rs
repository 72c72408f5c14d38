//! Reports: patients, found by what is known of them. A case load asks who a practitioner's patients are; what other types
//! of report there will be stands beside it.

use serde::{Deserialize, Serialize};

use crate::{
    error::{Invalid, Problem},
    ids::{LocationId, PatientId, SavedReportId, UserId},
    limits,
    patient::{PortalState, Status},
    time::{Date, Time},
};

/// What a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportType {
    /// The patients of the group, or of one practitioner (S1-19).
    CaseLoad,
}

impl ReportType {
    /// Every type, in the order in which they are offered.
    pub const ALL: [Self; 1] = [Self::CaseLoad];

    /// The code, as in an address.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::CaseLoad => "case-load",
        }
    }
}

/// The filters of a case load as somebody chooses and types them. Each that is empty leaves everybody in (S1-20); one that
/// cannot be read is refused: it must not widen what was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CaseLoadForm {
    /// The id of a practitioner: only their patients.
    pub practitioner: String,
    /// The id of a location: only patients of somebody who works there.
    pub location: String,
    /// The code of a status.
    pub status: String,
    /// The code of where the portal stands.
    pub portal: String,
    /// Only with an email address (`yes`), or only without one (`no`).
    pub email: String,
    /// The least age, in whole years.
    pub age_from: String,
    /// The greatest age, in whole years.
    pub age_to: String,
    /// Only records made on this day or later.
    pub added_since: String,
    /// Part of a name, telephone or birth date.
    pub text: String,
}

/// The same, checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseLoad {
    /// Only this practitioner's patients.
    pub practitioner: Option<UserId>,
    /// Only patients of somebody who works there.
    pub location: Option<LocationId>,
    /// Only of this status.
    pub status: Option<Status>,
    /// Only where the portal stands like this.
    pub portal: Option<PortalState>,
    /// Only with an email address, or only without one.
    pub email: Option<bool>,
    /// The least age.
    pub age_from: Option<i16>,
    /// The greatest age.
    pub age_to: Option<i16>,
    /// The first day of the records.
    pub added_since: Option<Date>,
    /// Part of a name, telephone or birth date.
    pub text: String,
}

impl CaseLoadForm {
    /// Checks it. Who sees no names cannot ask for what would give somebody away: an age, or a part of a name (S1-03).
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn check(&self, names_hidden: bool) -> Result<CaseLoad, Invalid> {
        let mut invalid = Invalid::default();
        let practitioner = invalid.check("practitioner", choice(&self.practitioner, |id| id.parse().ok())).flatten();
        let location = invalid.check("location", choice(&self.location, |id| id.parse().ok())).flatten();
        let status = invalid.check("status", choice(&self.status, |code| Status::from_code(code).ok())).flatten();
        let portal = |code: &str| PortalState::ALL.into_iter().find(|state| state.code() == code);
        let portal = invalid.check("portal", choice(&self.portal, portal)).flatten();
        let email = |code: &str| [("yes", true), ("no", false)].into_iter().find(|(own, _)| *own == code);
        let email = invalid.check("email", choice(&self.email, email)).flatten().map(|(_, has)| has);
        let age_from = invalid.check("age_from", age(&self.age_from)).flatten();
        let age_to = invalid.check("age_to", age(&self.age_to)).flatten();
        if let (Some(from), Some(to)) = (age_from, age_to)
            && from > to
        {
            invalid.add("age_to", Problem::OutOfRange);
        }
        let day = match self.added_since.trim() {
            "" => Ok(None),
            day => day.parse().map(Some).map_err(|_| Problem::NotADate),
        };
        let added_since = invalid.check("added_since", day).flatten();
        if names_hidden {
            for (name, value) in [("age_from", &self.age_from), ("age_to", &self.age_to), ("text", &self.text)] {
                if !value.trim().is_empty() && invalid.of(name).is_none() {
                    invalid.add(name, Problem::NotAChoice);
                }
            }
        }
        if !invalid.fields.is_empty() {
            return Err(invalid);
        }
        Ok(CaseLoad {
            practitioner,
            location,
            status,
            portal,
            email,
            age_from,
            age_to,
            added_since,
            // Not folded yet: a text without a letter in it finds nobody, rather than everybody.
            text: self.text.trim().chars().take(limits::SEARCH_TEXT).collect(),
        })
    }
}

/// One of several; none when nothing was chosen.
fn choice<T>(code: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Problem> {
    match code.trim() {
        "" => Ok(None),
        code => read(code).map(Some).ok_or(Problem::NotAChoice),
    }
}

/// An age in whole years; none when nothing was typed.
fn age(text: &str) -> Result<Option<i16>, Problem> {
    match text.trim() {
        "" => Ok(None),
        text => match text.parse() {
            Ok(age) if (0..=limits::AGE_MOST).contains(&age) => Ok(Some(age)),
            _ => Err(Problem::OutOfRange),
        },
    }
}

/// A patient of a case load, as one caller is shown them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseLoadRow {
    /// Whose record.
    pub id: PatientId,
    /// The name, or the pseudonym.
    pub shown: String,
    /// The age in whole years; none when unknown or hidden.
    pub age: Option<i16>,
    /// The email address; empty when there is none or it is hidden.
    pub email: String,
    /// Is there an email address?
    pub has_email: bool,
    /// Where the patient stands.
    pub status: Status,
    /// Where the patient stands with the portal.
    pub portal: PortalState,
    /// When the record was made.
    pub added_at: Time,
}

/// A report that a user keeps under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedReport {
    /// Its id.
    pub id: SavedReportId,
    /// What its user calls it.
    pub name: String,
    /// Its filters; none when they are not to be asked for any more: who sees no names by now, or a newer program wrote them.
    pub form: Option<CaseLoadForm>,
}

/// The choices of the dialog that asks for a report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportChoices {
    /// The practitioners at work, by name, each with the profession.
    pub practitioners: Vec<(UserId, String)>,
    /// The locations, by name.
    pub locations: Vec<(LocationId, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(age_from: &str, age_to: &str, added_since: &str, text: &str) -> CaseLoadForm {
        CaseLoadForm {
            age_from: age_from.into(),
            age_to: age_to.into(),
            added_since: added_since.into(),
            text: text.into(),
            ..CaseLoadForm::default()
        }
    }

    // S1-20: every filter is optional.
    #[test]
    fn nothing_is_required() {
        assert_eq!(CaseLoadForm::default().check(false), Ok(CaseLoad::default()));
        assert_eq!(form(" ", "", " ", " ").check(true), Ok(CaseLoad::default()));
    }

    #[test]
    fn what_is_wrong_is_said_at_its_field() {
        let problems = |form: CaseLoadForm| {
            let invalid = form.check(false).unwrap_err();
            invalid.fields.into_iter().map(|entry| (entry.field, entry.problem)).collect::<Vec<_>>()
        };
        assert_eq!(problems(form("ten", "", "", "")), [("age_from".to_owned(), Problem::OutOfRange)]);
        assert_eq!(problems(form("", "-1", "", "")), [("age_to".to_owned(), Problem::OutOfRange)]);
        assert_eq!(problems(form("", "151", "", "")), [("age_to".to_owned(), Problem::OutOfRange)]);
        assert_eq!(problems(form("12", "5", "", "")), [("age_to".to_owned(), Problem::OutOfRange)]);
        assert_eq!(problems(form("", "", "30 Feb", "")), [("added_since".to_owned(), Problem::NotADate)]);
        for name in ["practitioner", "location", "status", "portal", "email"] {
            let form: CaseLoadForm = serde_json::from_value(serde_json::json!({ name: "x" })).unwrap();
            assert_eq!(problems(form), [(name.to_owned(), Problem::NotAChoice)], "what cannot be read widens nothing");
        }
        let both = problems(form("x", "", "y", ""));
        assert_eq!(both.len(), 2, "all at once");
    }

    // S1-03: an age or a part of a name would say who is behind a pseudonym.
    #[test]
    fn who_sees_no_names_asks_for_none() {
        for form in [form("5", "", "", ""), form("", "5", "", ""), form("", "", "", "lee")] {
            assert!(form.check(false).is_ok());
            assert!(form.check(true).is_err());
        }
        assert!(form("", "", "2026-01-01", "").check(true).is_ok());
    }
}
