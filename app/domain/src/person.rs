//! What a person is called, and how a name is shown to whom.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    error::{Invalid, Problem},
    limits, text,
};

/// A patient's name. Shown as `Preferred (Legal) Last` nowhere: people see [`PatientName::shown`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientName {
    /// Given names in law.
    pub legal_first: String,
    /// Family name in law; empty for people who have one name.
    pub legal_last: String,
    /// What the person wants to be called, if it differs from the first name.
    pub preferred: String,
}

impl PatientName {
    /// Checks the three parts; only the first name must be there.
    pub fn check(invalid: &mut Invalid, legal_first: &str, legal_last: &str, preferred: &str) -> Option<Self> {
        let legal_first = invalid.check("legal_first", text::line(legal_first, limits::NAME));
        let legal_last = invalid.check("legal_last", text::optional_line(legal_last, limits::NAME));
        let preferred = invalid.check("preferred", text::optional_line(preferred, limits::NAME));
        Some(Self { legal_first: legal_first?, legal_last: legal_last?, preferred: preferred? })
    }

    /// What to call the person in speech: the preferred name, or the first.
    #[must_use]
    pub fn called(&self) -> &str {
        if self.preferred.is_empty() { &self.legal_first } else { &self.preferred }
    }

    /// The name as lists and headings show it.
    #[must_use]
    pub fn shown(&self) -> String {
        let called = self.called();
        if self.legal_last.is_empty() { called.to_owned() } else { format!("{called} {}", self.legal_last) }
    }

    /// The folded key by which lists are sorted: family name first.
    #[must_use]
    pub fn sort_key(&self) -> String {
        text::fold(&format!("{} {} {}", self.legal_last, self.legal_first, self.preferred))
    }
}

/// Health data names nobody in a log.
impl fmt::Debug for PatientName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PatientName(…)")
    }
}

/// A user's name: title if any, first, last (S4-17).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserName {
    /// `Dr`, `Prof` …; may be empty.
    pub title: String,
    /// First name.
    pub first: String,
    /// Last name.
    pub last: String,
}

impl UserName {
    /// Checks the three parts; the title may be empty.
    pub fn check(invalid: &mut Invalid, title: &str, first: &str, last: &str) -> Option<Self> {
        let title = invalid.check("title", text::optional_line(title, 20));
        let first = invalid.check("first_name", text::line(first, limits::NAME));
        let last = invalid.check("last_name", text::line(last, limits::NAME));
        Some(Self { title: title?, first: first?, last: last? })
    }

    /// `Dr Mira Anand`.
    #[must_use]
    pub fn shown(&self) -> String {
        let parts = [self.title.as_str(), self.first.as_str(), self.last.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

/// Administrative gender, with FHIR's codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gender {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Neither of the two.
    Other,
    /// Not said.
    #[default]
    Unknown,
}

impl Gender {
    /// Every choice, in the order forms show them.
    pub const ALL: [Self; 4] = [Self::Female, Self::Male, Self::Other, Self::Unknown];

    /// The code, as stored and exchanged.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
            Self::Other => "other",
            Self::Unknown => "unknown",
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`Problem::NotAChoice`].
    pub fn from_code(code: &str) -> Result<Self, Problem> {
        Self::ALL.into_iter().find(|gender| gender.code() == code).ok_or(Problem::NotAChoice)
    }
}

/// A postal address, each line as the person gave it; all may be empty.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Address {
    /// Street and number.
    pub street: String,
    /// Suburb or city.
    pub city: String,
    /// State or region.
    pub region: String,
    /// Postcode.
    pub postcode: String,
    /// Country.
    pub country: String,
}

impl Address {
    /// Checks the five lines.
    pub fn check(invalid: &mut Invalid, raw: &Self) -> Option<Self> {
        let street = invalid.check("street", text::optional_line(&raw.street, limits::LINE));
        let city = invalid.check("city", text::optional_line(&raw.city, limits::NAME));
        let region = invalid.check("region", text::optional_line(&raw.region, limits::NAME));
        let postcode = invalid.check("postcode", text::postcode(&raw.postcode, &raw.country));
        let country = invalid.check("country", text::optional_line(&raw.country, limits::NAME));
        Some(Self { street: street?, city: city?, region: region?, postcode: postcode?, country: country? })
    }

    /// One line for people: the parts that are there, with commas.
    #[must_use]
    pub fn shown(&self) -> String {
        let town = [self.city.as_str(), self.region.as_str(), self.postcode.as_str()];
        let town = town.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let parts = [self.street.as_str(), town.as_str(), self.country.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

/// The stable pseudonym shown instead of a name to users who see no names: `PT-482913`.
#[must_use]
pub fn pseudonym(number: i64) -> String {
    format!("PT-{number:06}")
}

/// Who wrote something, and what they do: under a note or a document.
#[must_use]
pub fn with_profession(name: &str, profession: &str) -> String {
    if profession.is_empty() { name.to_owned() } else { format!("{name}, {profession}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_called_what_they_want() {
        let name = |first: &str, last: &str, preferred: &str| PatientName {
            legal_first: first.into(),
            legal_last: last.into(),
            preferred: preferred.into(),
        };
        assert_eq!(name("Elizabeth", "Tran", "Betty").shown(), "Betty Tran");
        assert_eq!(name("Suharto", "", "").shown(), "Suharto");
        assert_eq!(name("Zoë", "Ångström", "").sort_key(), "angstrom zoe");
    }

    #[test]
    fn a_patients_name_does_not_reach_the_log() {
        let name = PatientName { legal_first: "Ada".into(), legal_last: "Byron".into(), preferred: String::new() };
        assert!(!format!("{name:?}").contains("Ada"));
    }

    #[test]
    fn gender_codes_are_fhirs() {
        for gender in Gender::ALL {
            assert_eq!(Gender::from_code(gender.code()), Ok(gender));
        }
        assert_eq!(Gender::from_code("x"), Err(Problem::NotAChoice));
    }
}
