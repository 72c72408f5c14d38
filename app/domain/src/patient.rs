//! A patient's record in one group, and the people attached to it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    email::Email,
    error::{Invalid, Problem},
    ids::{ContactId, PatientId},
    limits,
    person::{Address, Gender, PatientName},
    text,
    time::{Date, Time},
};

/// Where a patient stands with the practice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Comes to the practice.
    #[default]
    Active,
    /// Comes no more.
    Inactive,
    /// May not book or use the portal.
    Blocked,
    /// Has died.
    Deceased,
}

impl Status {
    /// Every status, in the order forms show them.
    pub const ALL: [Self; 4] = [Self::Active, Self::Inactive, Self::Blocked, Self::Deceased];

    /// The code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Blocked => "blocked",
            Self::Deceased => "deceased",
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`Problem::NotAChoice`].
    pub fn from_code(code: &str) -> Result<Self, Problem> {
        Self::ALL.into_iter().find(|status| status.code() == code).ok_or(Problem::NotAChoice)
    }
}

/// What a patient's record says about the person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// The name.
    pub name: PatientName,
    /// The birth date, if known.
    pub birth_date: Option<Date>,
    /// Administrative gender.
    pub gender: Gender,
    /// The email address, if any. Several patients may share one.
    pub email: Option<Email>,
    /// Mobile telephone; may be empty.
    pub mobile: String,
    /// Another telephone; may be empty.
    pub phone: String,
    /// The postal address.
    pub address: Address,
    /// Where the patient stands.
    pub status: Status,
}

impl Details {
    /// The folded words by which the patient is found: names, telephone digits, birth date.
    #[must_use]
    pub fn search_words(&self) -> Vec<String> {
        let name = &self.name;
        let mut words = text::words(&format!("{} {} {}", name.legal_first, name.legal_last, name.preferred));
        for phone in [&self.mobile, &self.phone] {
            let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
            if !digits.is_empty() {
                // People also know the end of a number: 0412 345 678 is found by 345678.
                let tail = digits.len().saturating_sub(6);
                if tail > 0 {
                    words.push(digits[tail..].to_owned());
                }
                words.push(digits);
            }
        }
        if let Some(date) = self.birth_date {
            words.push(format!("{:04}{:02}{:02}", date.year(), date.month(), date.day()));
            words.push(format!("{:02}{:02}{:04}", date.day(), date.month(), date.year()));
        }
        words.sort_unstable();
        words.dedup();
        words
    }
}

impl fmt::Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Details(…)")
    }
}

/// A patient's record in one group.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patient {
    /// Its id.
    pub id: PatientId,
    /// The number behind the pseudonym, random within the group.
    pub number: i64,
    /// What the record says.
    pub details: Details,
    /// Counts the changes: a second writer is told, not overwritten (RC-05).
    pub version: i64,
    /// When the record was made.
    pub added_at: Time,
}

impl fmt::Debug for Patient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Patient({})", self.id)
    }
}

/// The patient form as typed, for adding and for editing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DetailsForm {
    /// Given names in law.
    pub legal_first: String,
    /// Family name in law.
    pub legal_last: String,
    /// What the person wants to be called.
    pub preferred: String,
    /// `2014-09-03`, or empty.
    pub birth_date: String,
    /// A gender code, or empty.
    pub gender: String,
    /// An address, or empty.
    pub email: String,
    /// Mobile telephone.
    pub mobile: String,
    /// Another telephone.
    pub phone: String,
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
    /// A status code, or empty for active.
    pub status: String,
}

impl DetailsForm {
    /// The form that shows these details.
    #[must_use]
    pub fn of(details: &Details) -> Self {
        Self {
            legal_first: details.name.legal_first.clone(),
            legal_last: details.name.legal_last.clone(),
            preferred: details.name.preferred.clone(),
            birth_date: details.birth_date.map(|date| date.to_string()).unwrap_or_default(),
            gender: details.gender.code().to_owned(),
            email: details.email.as_ref().map(|email| email.as_str().to_owned()).unwrap_or_default(),
            mobile: details.mobile.clone(),
            phone: details.phone.clone(),
            street: details.address.street.clone(),
            city: details.address.city.clone(),
            region: details.address.region.clone(),
            postcode: details.address.postcode.clone(),
            country: details.address.country.clone(),
            status: details.status.code().to_owned(),
        }
    }

    /// Checks every field; `today` is the last day a birth date may be.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn check(&self, today: Date) -> Result<Details, Invalid> {
        let mut invalid = Invalid::default();
        let name = PatientName::check(&mut invalid, &self.legal_first, &self.legal_last, &self.preferred);
        let birth_date = invalid.check("birth_date", birth_date(&self.birth_date, today));
        let gender = invalid.check("gender", blank_or(&self.gender, Gender::from_code));
        let email = invalid.check("email", optional_email(&self.email));
        let mobile = invalid.check("mobile", text::phone(&self.mobile));
        let phone = invalid.check("phone", text::phone(&self.phone));
        let address = Address::check(
            &mut invalid,
            &Address {
                street: self.street.clone(),
                city: self.city.clone(),
                region: self.region.clone(),
                postcode: self.postcode.clone(),
                country: self.country.clone(),
            },
        );
        let status = invalid.check("status", blank_or(&self.status, Status::from_code));
        let details = (|| {
            Some(Details {
                name: name?,
                birth_date: birth_date?,
                gender: gender?,
                email: email?,
                mobile: mobile?,
                phone: phone?,
                address: address?,
                status: status?,
            })
        })();
        match details {
            Some(details) => Ok(details),
            None => Err(invalid),
        }
    }
}

/// A person attached to a patient.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// What the record says.
    pub details: ContactDetails,
    /// Where they stand among those called in an emergency; smaller ones are called first.
    pub rank: i64,
    /// Counts the changes.
    pub version: i64,
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Contact({})", self.id)
    }
}

/// What is known of a contact.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactDetails {
    /// The name, in one line.
    pub name: String,
    /// `Mother`, `Carer` …
    pub relationship: String,
    /// The email address, if any.
    pub email: Option<Email>,
    /// Telephone; may be empty.
    pub phone: String,
    /// Rung in an emergency.
    pub emergency: bool,
}

impl fmt::Debug for ContactDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContactDetails(…)")
    }
}

/// The contact form as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContactForm {
    /// The name.
    pub name: String,
    /// The relationship to the patient.
    pub relationship: String,
    /// An address, or empty.
    pub email: String,
    /// Telephone.
    pub phone: String,
    /// `yes` when called in an emergency.
    pub emergency: String,
}

impl ContactForm {
    /// The form that shows these details.
    #[must_use]
    pub fn of(details: &ContactDetails) -> Self {
        Self {
            name: details.name.clone(),
            relationship: details.relationship.clone(),
            email: details.email.as_ref().map(|email| email.as_str().to_owned()).unwrap_or_default(),
            phone: details.phone.clone(),
            emergency: if details.emergency { "yes".to_owned() } else { String::new() },
        }
    }

    /// Checks every field.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn check(&self) -> Result<ContactDetails, Invalid> {
        let mut invalid = Invalid::default();
        let name = invalid.check("name", text::line(&self.name, limits::NAME));
        let relationship = invalid.check("relationship", text::line(&self.relationship, limits::RELATIONSHIP));
        let email = invalid.check("email", optional_email(&self.email));
        let phone = invalid.check("phone", text::phone(&self.phone));
        let details = (|| {
            Some(ContactDetails {
                name: name?,
                relationship: relationship?,
                email: email?,
                phone: phone?,
                emergency: self.emergency == "yes",
            })
        })();
        match details {
            Some(details) => Ok(details),
            None => Err(invalid),
        }
    }
}

fn birth_date(text: &str, today: Date) -> Result<Option<Date>, Problem> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let date: Date = text.trim().parse().map_err(|_| Problem::NotADate)?;
    if date > today { Err(Problem::InTheFuture) } else { Ok(Some(date)) }
}

pub(crate) fn optional_email(text: &str) -> Result<Option<Email>, Problem> {
    if text.trim().is_empty() { Ok(None) } else { text.parse().map(Some) }
}

fn blank_or<T: Default>(code: &str, read: impl Fn(&str) -> Result<T, Problem>) -> Result<T, Problem> {
    if code.is_empty() { Ok(T::default()) } else { read(code) }
}

/// How a patient's name, contact and birth date are shown to one caller. With names hidden only the pseudonym remains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientRow {
    /// Whose record.
    pub id: PatientId,
    /// The name, or the pseudonym.
    pub shown: String,
    /// The birth date; none when unknown or hidden.
    pub birth_date: Option<Date>,
    /// Mobile or other telephone; empty when there is none or it is hidden.
    pub phone: String,
    /// The email address; empty when there is none or it is hidden.
    pub email: String,
    /// Where the patient stands.
    pub status: Status,
    /// Where the patient stands with the portal.
    pub portal: PortalState,
}

/// Where a patient's own use of the portal stands, for lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PortalState {
    /// Nobody was invited.
    None,
    /// An invitation is out.
    Invited,
    /// Somebody uses the portal for this patient.
    Activated,
}

impl PortalState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::None, Self::Invited, Self::Activated];

    /// The code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Invited => "invited",
            Self::Activated => "activated",
        }
    }

    /// Reads a code; unknown is none.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        match code {
            "invited" => Self::Invited,
            "activated" => Self::Activated,
            _ => Self::None,
        }
    }
}

/// What narrows the patient list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PatientFilter {
    /// Part of a name, telephone or birth date.
    pub text: String,
    /// Only this status; every status when none.
    pub status: Option<Status>,
}

/// A patient's profile as the console shows it to one user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Whose record.
    pub id: PatientId,
    /// The name, or the pseudonym.
    pub shown: String,
    /// Everything else the record says; none when names are hidden.
    pub details: Option<Details>,
    /// Age in whole years, when the birth date is known and shown.
    pub age: Option<i16>,
    /// Where the patient stands.
    pub status: Status,
    /// Where the patient stands with the portal.
    pub portal: PortalState,
    /// How many changes wait that the patient asked for, as far as this user sees them.
    pub updates: usize,
    /// The record's version, to be sent back with a change.
    pub version: i64,
    /// When the record was made.
    pub added_at: Time,
    /// What this user may do here.
    pub may: ProfileRights,
    /// Until when this user holds it open because of an emergency.
    pub emergency: Option<Time>,
}

/// What one user may do with one profile; the page draws only what is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ProfileRights {
    /// Change details and contacts.
    pub edit: bool,
    /// Invite to the portal: the link under the name shows (S1-06, S1-15).
    pub invite: bool,
    /// See the Access tab.
    pub see_access: bool,
    /// See how the patient lives.
    pub see_social: bool,
    /// Know of notes: one's own, those that are shared, or all.
    pub see_notes: bool,
    /// Read documents.
    pub see_documents: bool,
    /// See home activities.
    pub see_activities: bool,
    /// Open the rest of it in an emergency.
    pub emergency: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Date {
        Date::new(2026, 11, 23).unwrap()
    }

    fn form() -> DetailsForm {
        DetailsForm { legal_first: "Lien".into(), legal_last: "Nguyễn".into(), ..DetailsForm::default() }
    }

    #[test]
    fn a_name_is_enough() {
        let details = form().check(today()).unwrap();
        assert_eq!(details.status, Status::Active);
        assert_eq!(details.gender, Gender::Unknown);
        assert_eq!(details.email, None);
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let bad = DetailsForm {
            legal_first: String::new(),
            birth_date: "2030-01-01".into(),
            email: "nobody".into(),
            mobile: "abc".into(),
            status: "gone".into(),
            ..form()
        };
        let invalid = bad.check(today()).unwrap_err();
        assert_eq!(invalid.of("legal_first"), Some(Problem::Missing));
        assert_eq!(invalid.of("birth_date"), Some(Problem::InTheFuture));
        assert_eq!(invalid.of("email"), Some(Problem::NotAnEmail));
        assert_eq!(invalid.of("mobile"), Some(Problem::NotAPhone));
        assert_eq!(invalid.of("status"), Some(Problem::NotAChoice));
    }

    #[test]
    fn a_form_shows_what_was_stored() {
        let typed = DetailsForm {
            birth_date: "1990-02-28".into(),
            gender: "female".into(),
            email: "lien@example.org".into(),
            mobile: "0412 345 678".into(),
            status: "inactive".into(),
            ..form()
        };
        let details = typed.check(today()).unwrap();
        assert_eq!(DetailsForm::of(&details), typed);
        assert_eq!(DetailsForm::of(&details).check(today()), Ok(details));
    }

    #[test]
    fn a_patient_is_found_by_name_telephone_and_birth_date() {
        let typed = DetailsForm { birth_date: "1990-02-28".into(), mobile: "0412 345 678".into(), ..form() };
        let words = typed.check(today()).unwrap().search_words();
        for word in ["lien", "nguyen", "0412345678", "345678", "19900228", "28021990"] {
            assert!(words.iter().any(|w| w == word), "{word} in {words:?}");
        }
    }
}
