//! Communication templates: texts with merge fields, filled in for one patient (S1-10).
//!
//! A merge field is `{{patient.first_name}}`. The list is closed: a template reaches nothing that is not on it
//! (PR-19), and what it puts in is text, never markup.

use serde::{Deserialize, Serialize};

use crate::{
    error::{Invalid, Problem},
    ids::TemplateId,
    limits, text,
};

/// The fields a template may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MergeField {
    /// What the patient is called.
    PatientFirstName,
    /// The patient's whole name.
    PatientFullName,
    /// The inviting user's name.
    UserName,
    /// The inviting user's profession.
    UserProfession,
    /// The practice group's name.
    PracticeName,
    /// The practice group's telephone.
    PracticePhone,
}

impl MergeField {
    /// Every field, in the order the editor offers them.
    pub const ALL: [Self; 6] = [
        Self::PatientFirstName,
        Self::PatientFullName,
        Self::UserName,
        Self::UserProfession,
        Self::PracticeName,
        Self::PracticePhone,
    ];

    /// What stands between the braces.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::PatientFirstName => "patient.first_name",
            Self::PatientFullName => "patient.full_name",
            Self::UserName => "sender.name",
            Self::UserProfession => "sender.profession",
            Self::PracticeName => "practice.name",
            Self::PracticePhone => "practice.phone",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.code() == code)
    }
}

/// What the merge fields stand for in one mail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeValues {
    /// What the patient is called.
    pub patient_first_name: String,
    /// The patient's whole name.
    pub patient_full_name: String,
    /// The inviting user's name.
    pub user_name: String,
    /// The inviting user's profession.
    pub user_profession: String,
    /// The practice group's name.
    pub practice_name: String,
    /// The practice group's telephone.
    pub practice_phone: String,
}

impl MergeValues {
    fn of(&self, field: MergeField) -> &str {
        match field {
            MergeField::PatientFirstName => &self.patient_first_name,
            MergeField::PatientFullName => &self.patient_full_name,
            MergeField::UserName => &self.user_name,
            MergeField::UserProfession => &self.user_profession,
            MergeField::PracticeName => &self.practice_name,
            MergeField::PracticePhone => &self.practice_phone,
        }
    }
}

/// Is every merge field known and closed?
///
/// # Errors
/// [`Problem::UnknownMergeField`] or [`Problem::UnclosedMergeField`].
pub fn check_merge_fields(body: &str) -> Result<(), Problem> {
    merge(body, &MergeValues::default()).map(drop)
}

/// A custom message as typed, checked: not too long, its merge fields known.
///
/// # Errors
/// As [`check_merge_fields`], or [`Problem::TooLong`].
pub fn checked(typed: &str) -> Result<String, Problem> {
    let message = text::paragraphs(typed, limits::MESSAGE)?;
    check_merge_fields(&message)?;
    Ok(message)
}

/// The text with its merge fields filled in. What a value holds is not looked at again: braces in a name stay braces.
///
/// # Errors
/// As [`check_merge_fields`].
pub fn merge(body: &str, values: &MergeValues) -> Result<String, Problem> {
    fill(body, |code| MergeField::from_code(code).map(|field| values.of(field)))
}

/// The text with what `value` knows for each code between braces.
pub(crate) fn fill<'a>(body: &str, value: impl Fn(&str) -> Option<&'a str>) -> Result<String, Problem> {
    let mut filled = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(start) = rest.find("{{") {
        filled.push_str(&rest[..start]);
        let inside = &rest[start + 2..];
        let end = inside.find("}}").ok_or(Problem::UnclosedMergeField)?;
        filled.push_str(value(inside[..end].trim()).ok_or(Problem::UnknownMergeField)?);
        rest = &inside[end + 2..];
    }
    filled.push_str(rest);
    Ok(filled)
}

/// The message that is mailed: the text with its merge fields filled in, as long as a message may be.
///
/// # Errors
/// As [`check_merge_fields`], or [`Problem::TooLong`].
pub fn message(body: &str, values: &MergeValues) -> Result<String, Problem> {
    let merged = merge(body, values)?;
    if merged.chars().count() > limits::MESSAGE { Err(Problem::TooLong) } else { Ok(merged) }
}

/// A group's template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Its id.
    pub id: TemplateId,
    /// What users choose it by.
    pub name: String,
    /// The text.
    pub body: String,
    /// Counts the changes.
    pub version: i64,
}

/// A template in a list of choices, with its text so that choosing it needs no further call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateChoice {
    /// Its id.
    pub id: TemplateId,
    /// What users choose it by.
    pub name: String,
    /// The text with its merge fields, which are filled in once, when the invitation is sent.
    pub body: String,
}

/// The template form, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TemplateForm {
    /// What users choose it by.
    pub name: String,
    /// The text.
    pub body: String,
}

impl TemplateForm {
    /// Checks both fields: an unknown merge field is refused at saving.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn check(&self) -> Result<(String, String), Invalid> {
        let mut invalid = Invalid::default();
        let name = invalid.check("name", text::line(&self.name, limits::NAME));
        let body = text::paragraphs(&self.body, limits::MESSAGE).and_then(|body| {
            if body.is_empty() {
                return Err(Problem::Missing);
            }
            check_merge_fields(&body).map(|()| body)
        });
        let body = invalid.check("body", body);
        match (name, body) {
            (Some(name), Some(body)) => Ok((name, body)),
            _ => Err(invalid),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values() -> MergeValues {
        MergeValues {
            patient_first_name: "Lien".into(),
            patient_full_name: "Lien Nguyễn".into(),
            user_name: "Dr Mira Anand".into(),
            practice_name: "Harbour & Hill".into(),
            ..MergeValues::default()
        }
    }

    // S1-10: merge fields personalise the invitation.
    #[test]
    fn fields_are_filled_in() {
        let merged =
            merge("Dear {{patient.first_name}}, {{ sender.name }} of {{practice.name}} invites you.", &values());
        assert_eq!(merged.unwrap(), "Dear Lien, Dr Mira Anand of Harbour & Hill invites you.");
    }

    // PR-19: a template reaches no field that is not on the list.
    #[test]
    fn an_unknown_field_is_refused_at_saving() {
        for body in ["{{patient.birth_date}}", "{{ account.password_hash }}", "{{}}", "{{patient}}", "{{#if x}}"] {
            let form = TemplateForm { name: "Welcome".into(), body: body.into() };
            assert_eq!(form.check().unwrap_err().of("body"), Some(Problem::UnknownMergeField), "{body}");
        }
        let form = TemplateForm { name: "Welcome".into(), body: "Hi {{patient.first_name".into() };
        assert_eq!(form.check().unwrap_err().of("body"), Some(Problem::UnclosedMergeField));
    }

    #[test]
    fn a_value_is_not_merged_again() {
        let tricky = MergeValues { patient_first_name: "{{practice.phone}}".into(), ..values() };
        assert_eq!(merge("Hi {{patient.first_name}}", &tricky).unwrap(), "Hi {{practice.phone}}");
    }

    // One limit for what is typed, what a template holds and what is mailed.
    #[test]
    fn a_message_is_measured_after_its_fields_are_filled_in() {
        let long = MergeValues { practice_name: "x".repeat(limits::MESSAGE), ..values() };
        assert_eq!(message("{{practice.name}}", &long).unwrap().len(), limits::MESSAGE);
        assert_eq!(message("{{practice.name}}!", &long), Err(Problem::TooLong));
        let form = TemplateForm { name: "Long".into(), body: "x".repeat(limits::MESSAGE + 1) };
        assert_eq!(form.check().unwrap_err().of("body"), Some(Problem::TooLong));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(body in "[{}a-z. ]{0,60}") {
            prop_assert_eq!(check_merge_fields(&body).is_ok(), merge(&body, &values()).is_ok());
        }

        #[test]
        fn a_text_without_braces_stays_as_it_is(body in "[^{}]{0,60}") {
            prop_assert_eq!(merge(&body, &values()).unwrap(), body);
        }
    }
}
