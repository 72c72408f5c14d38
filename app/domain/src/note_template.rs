//! Templates of notes: texts with merge fields that a practitioner begins a note with, filled in for one patient.
//!
//! The list of fields is closed, as in [`crate::template`]: a template reaches nothing that is not on it (PR-19), and what it puts
//! in is text, never markup.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    error::{Invalid, Problem},
    ids::NoteTemplateId,
    limits,
    note::{Category, NoteForm},
    template::fill,
    text,
    time::Date,
};

/// The fields a note's template may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteField {
    /// What the patient is called.
    PatientFirstName,
    /// The patient's whole name.
    PatientFullName,
    /// How many years old the patient is.
    PatientAge,
    /// When the patient was born.
    PatientBirthDate,
    /// The name of whoever writes the note.
    AuthorName,
    /// What they do.
    AuthorProfession,
    /// The practice group's name.
    PracticeName,
    /// What day it is at the practice.
    Today,
}

impl NoteField {
    /// Every field, in the order the editor offers them.
    pub const ALL: [Self; 8] = [
        Self::PatientFirstName,
        Self::PatientFullName,
        Self::PatientAge,
        Self::PatientBirthDate,
        Self::AuthorName,
        Self::AuthorProfession,
        Self::PracticeName,
        Self::Today,
    ];

    /// What stands between the braces.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::PatientFirstName => "patient.first_name",
            Self::PatientFullName => "patient.full_name",
            Self::PatientAge => "patient.age",
            Self::PatientBirthDate => "patient.birth_date",
            Self::AuthorName => "author.name",
            Self::AuthorProfession => "author.profession",
            Self::PracticeName => "practice.name",
            Self::Today => "today",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.code() == code)
    }
}

/// What the fields stand for in one note.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct NoteValues {
    patient_first_name: String,
    patient_full_name: String,
    patient_age: String,
    patient_birth_date: String,
    author_name: String,
    author_profession: String,
    practice_name: String,
    today: String,
}

/// Whom a note is about and who writes it, to fill a template in.
#[derive(Clone, PartialEq, Eq)]
pub struct NoteContext<'a> {
    /// What the patient is called.
    pub called: &'a str,
    /// The patient's whole name.
    pub full_name: &'a str,
    /// When the patient was born, if that is known.
    pub birth_date: Option<Date>,
    /// The name of whoever writes.
    pub author: &'a str,
    /// What they do.
    pub profession: &'a str,
    /// The practice group's name.
    pub practice: &'a str,
    /// What day it is at the practice.
    pub today: Date,
}

impl From<NoteContext<'_>> for NoteValues {
    fn from(context: NoteContext<'_>) -> Self {
        let NoteContext { called, full_name, birth_date, author, profession, practice, today } = context;
        Self {
            patient_first_name: called.to_owned(),
            patient_full_name: full_name.to_owned(),
            patient_age: birth_date.map(|born| born.age_on(today).to_string()).unwrap_or_default(),
            patient_birth_date: birth_date.map(Date::long).unwrap_or_default(),
            author_name: author.to_owned(),
            author_profession: profession.to_owned(),
            practice_name: practice.to_owned(),
            today: today.long(),
        }
    }
}

impl NoteValues {
    fn of(&self, field: NoteField) -> &str {
        match field {
            NoteField::PatientFirstName => &self.patient_first_name,
            NoteField::PatientFullName => &self.patient_full_name,
            NoteField::PatientAge => &self.patient_age,
            NoteField::PatientBirthDate => &self.patient_birth_date,
            NoteField::AuthorName => &self.author_name,
            NoteField::AuthorProfession => &self.author_profession,
            NoteField::PracticeName => &self.practice_name,
            NoteField::Today => &self.today,
        }
    }

    /// The text with its fields filled in. What a value holds is not looked at again: braces in a name stay braces.
    ///
    /// # Errors
    /// [`Problem::UnknownMergeField`] or [`Problem::UnclosedMergeField`].
    pub fn fill(&self, body: &str) -> Result<String, Problem> {
        fill(body, |code| NoteField::from_code(code).map(|field| self.of(field)))
    }
}

/// A group's template of notes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteTemplate {
    /// Its id.
    pub id: NoteTemplateId,
    /// What users choose it by; the note is called so to begin with.
    pub name: String,
    /// What kind of note it begins.
    pub category: Category,
    /// The text.
    pub body: String,
    /// Counts the changes.
    pub version: i64,
}

impl NoteTemplate {
    /// The note that it begins.
    ///
    /// # Errors
    /// As [`NoteValues::fill`], or [`Problem::TooLong`] when what is filled in makes it longer than a note may be.
    pub fn begin(&self, values: &NoteValues) -> Result<NoteForm, Problem> {
        let body = values.fill(&self.body)?;
        if body.chars().count() > limits::NOTE {
            return Err(Problem::TooLong);
        }
        Ok(NoteForm { title: self.name.clone(), category: self.category.code().to_owned(), body })
    }
}

/// A template in a list of choices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteTemplateChoice {
    /// Its id.
    pub id: NoteTemplateId,
    /// What users choose it by.
    pub name: String,
    /// What kind of note it begins.
    pub category: Category,
}

/// The form of a template, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NoteTemplateForm {
    /// What users choose it by.
    pub name: String,
    /// A category's code.
    pub category: String,
    /// The text.
    pub body: String,
}

impl NoteTemplateForm {
    /// Checks all of it: an unknown field is refused at saving.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn check(&self) -> Result<(String, Category, String), Invalid> {
        let mut invalid = Invalid::default();
        let name = invalid.check("name", text::line(&self.name, limits::NAME));
        let category = invalid.check("category", Category::from_code(&self.category));
        let body = text::paragraphs(&self.body, limits::NOTE).and_then(|body| {
            if body.is_empty() {
                return Err(Problem::Missing);
            }
            NoteValues::default().fill(&body).map(|_| body)
        });
        let body = invalid.check("body", body);
        match (name, category, body) {
            (Some(name), Some(category), Some(body)) => Ok((name, category, body)),
            _ => Err(invalid),
        }
    }
}

/// Health data stands in no log.
macro_rules! untold {
    ($($name:ident $(<$life:lifetime>)?),+) => {
        $(impl fmt::Debug for $name $(<$life>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        })+
    };
}

untold!(NoteValues, NoteContext<'_>);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn context() -> NoteContext<'static> {
        NoteContext {
            called: "Lien",
            full_name: "Lien Nguyễn",
            birth_date: Date::new(2014, 9, 3).ok(),
            author: "Dr Mira Anand",
            profession: "Physiotherapist",
            practice: "Harbour & Hill",
            today: Date::new(2026, 9, 2).unwrap(),
        }
    }

    fn template(body: &str) -> NoteTemplateForm {
        NoteTemplateForm { name: "First visit".into(), category: "consultation".into(), body: body.into() }
    }

    #[test]
    fn fields_are_filled_in() {
        let every: Vec<_> = NoteField::ALL.iter().map(|field| format!("{{{{ {} }}}}", field.code())).collect();
        let filled = NoteValues::from(context()).fill(&every.join("|")).unwrap();
        let wanted = "Lien|Lien Nguyễn|11|3 Sep 2014|Dr Mira Anand|Physiotherapist|Harbour & Hill|2 Sep 2026";
        assert_eq!(filled, wanted);
        let unknown = NoteValues::from(NoteContext { birth_date: None, ..context() });
        assert_eq!(unknown.fill("born {{patient.birth_date}}, {{patient.age}}").unwrap(), "born , ");
    }

    // PR-19: a template reaches no field that is not on the list, those of mails among them.
    #[test]
    fn an_unknown_field_is_refused_at_saving() {
        for body in ["{{patient.address}}", "{{sender.name}}", "{{}}", "{{patient}}", "{{#if x}}"] {
            assert_eq!(template(body).check().unwrap_err().of("body"), Some(Problem::UnknownMergeField), "{body}");
        }
        assert_eq!(template("{{today").check().unwrap_err().of("body"), Some(Problem::UnclosedMergeField));
        let wrong = NoteTemplateForm::default().check().unwrap_err();
        let said = ["name", "category", "body"].map(|field| wrong.of(field));
        assert_eq!(said, [Some(Problem::Missing), Some(Problem::NotAChoice), Some(Problem::Missing)]);
    }

    #[test]
    fn a_note_begins_with_what_is_filled_in_and_no_longer_than_it_may_be() {
        let (name, category, body) = template("{{patient.first_name}}, {{today}}").check().unwrap();
        let template = NoteTemplate { id: uuid::Uuid::from_u128(1).into(), name, category, body, version: 0 };
        let values = NoteValues::from(context());
        let note = template.begin(&values).unwrap();
        assert_eq!((note.title.as_str(), note.category.as_str()), ("First visit", "consultation"));
        assert_eq!(note.body, "Lien, 2 Sep 2026");
        let tricky = NoteValues::from(NoteContext { called: "{{today}}", ..context() });
        assert_eq!(template.begin(&tricky).unwrap().body, "{{today}}, 2 Sep 2026");
        let long = NoteTemplate { body: format!("{}{{{{today}}}}", "x".repeat(limits::NOTE)), ..template };
        assert_eq!(long.begin(&values).map(drop), Err(Problem::TooLong));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(body in "[{}a-z. ]{0,60}") {
            let checked = template(&body).check().map_err(|wrong| wrong.of("body"));
            let filled = NoteValues::from(context()).fill(&body);
            prop_assert!(filled.is_ok() || checked.is_err());
        }
    }
}
