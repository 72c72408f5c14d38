//! Forms: what a practice asks people to fill in, such as an intake form (S3-13, S3-14).
//!
//! | file | what is in it |
//! |---|---|
//! | this one | a form and its versions, a form that was sent to a person, and what is shown of both |
//! | [`definition`] | sections and questions, and what is wrong with them |
//! | [`answers`] | what a person answered, checked against the definition |
//! | [`words`] | the words of a form on a screen and on paper: its choices, its answers |
//! | [`number`] | numbers as people type them, exact |
//!
//! In the words of FHIR R4 a form is a *Questionnaire* and a form that was sent to somebody a *QuestionnaireResponse*.

pub mod answers;
pub mod definition;
pub mod number;
pub mod words;

use serde::{Deserialize, Serialize};

pub use self::{
    answers::{Answer, Answered, Completeness, Raw},
    definition::{Definition, Kind, Question, Section},
    number::Number,
};
use crate::{
    error::{Conflict, Invalid, Problem},
    grant,
    ids::{FormId, FormRequestId, GrantId, UserId},
    limits, text,
    time::Time,
};

/// A group's form (FHIR `Questionnaire`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Its id.
    pub id: FormId,
    /// What it is called; people who are asked to fill it in read it too.
    pub title: String,
    /// What is being written and not published; none when everything is.
    pub draft: Option<Definition>,
    /// The number of the latest version that can be sent; none before the first is published.
    pub published: Option<i64>,
    /// When it was put away.
    pub archived_at: Option<Time>,
    /// Counts the changes.
    pub version: i64,
}

impl Form {
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> FormState {
        match (self.archived_at, self.published) {
            (Some(_), _) => FormState::Archived,
            (None, None) => FormState::Draft,
            (None, Some(number)) => FormState::Published { number, changed: self.draft.is_some() },
        }
    }

    /// The number of the version that can be sent.
    ///
    /// # Errors
    /// [`Conflict::FormNotPublished`] or [`Conflict::FormArchived`].
    pub const fn sendable(&self) -> Result<i64, Conflict> {
        match self.state() {
            FormState::Published { number, .. } => Ok(number),
            FormState::Draft => Err(Conflict::FormNotPublished),
            FormState::Archived => Err(Conflict::FormArchived),
        }
    }

    /// May it be changed and published?
    ///
    /// # Errors
    /// [`Conflict::FormArchived`].
    pub const fn writable(&self) -> Result<(), Conflict> {
        match self.archived_at {
            None => Ok(()),
            Some(_) => Err(Conflict::FormArchived),
        }
    }
}

/// Where a form stands (FHIR `publication-status`: draft, active, retired).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormState {
    /// Never published.
    Draft,
    /// Can be sent.
    Published {
        /// The number of the version that is sent.
        number: i64,
        /// Was it changed since, without being published?
        changed: bool,
    },
    /// Put away: cannot be sent any more. What was sent stays.
    Archived,
}

/// A published version of a form: it never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its number, from 1.
    pub number: i64,
    /// What the form was called then.
    pub title: String,
    /// What is asked.
    pub definition: Definition,
}

/// A form in the list of forms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormRow {
    /// Its id.
    pub id: FormId,
    /// What it is called.
    pub title: String,
    /// Where it stands.
    pub state: FormState,
}

/// A form as its editor shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormPage {
    /// Its id.
    pub id: FormId,
    /// What it is called.
    pub title: String,
    /// Where it stands.
    pub state: FormState,
    /// The draft, or what was published when there is none.
    pub definition: Definition,
    /// Counts the changes.
    pub version: i64,
}

/// A form in a list of choices: one that can be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormChoice {
    /// Its id.
    pub id: FormId,
    /// What it is called.
    pub title: String,
}

/// The editor's form, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormDraft {
    /// What it is called.
    pub title: String,
    /// What is asked.
    pub definition: Definition,
}

impl FormDraft {
    /// Checks all of it. A draft needs a title only; a form that is published must be whole.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn check(&self, completeness: Completeness) -> Result<Self, Invalid> {
        let mut invalid = Invalid::default();
        let title = invalid.check("title", text::line(&self.title, limits::NAME));
        let definition = match self.definition.check(completeness) {
            Ok(definition) => Some(definition),
            Err(wrong) => {
                invalid.fields.extend(wrong.fields);
                None
            }
        };
        match (title, definition) {
            (Some(title), Some(definition)) => Ok(Self { title, definition }),
            _ => Err(invalid),
        }
    }
}

/// A form that was sent to a person (FHIR `QuestionnaireResponse`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormRequest {
    /// Its id; later ones sort after earlier ones.
    pub id: FormRequestId,
    /// Which form.
    pub form: FormId,
    /// Which version of it.
    pub number: i64,
    /// What the form was called in that version.
    pub title: String,
    /// The one grant whose portal user is asked.
    pub grant: GrantId,
    /// What the practice says to it (S3-30); may be empty.
    pub message: String,
    /// The user who asked, and who hears of the answer.
    pub asked_by: UserId,
    /// When.
    pub asked_at: Time,
    /// Where it stands.
    pub state: RequestState,
}

/// Where a form that was sent stands (FHIR: in-progress, completed, stopped).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// Nothing was filled in yet.
    Asked,
    /// Some of it was, last at this time; the practice sees none of it.
    Started {
        /// When the draft was kept last.
        at: Time,
    },
    /// It was returned.
    Submitted {
        /// When.
        at: Time,
    },
    /// The practice took it back.
    Withdrawn {
        /// When.
        at: Time,
    },
}

impl RequestState {
    /// From the moments that are stored.
    #[must_use]
    pub const fn of(saved_at: Option<Time>, submitted_at: Option<Time>, withdrawn_at: Option<Time>) -> Self {
        match (withdrawn_at, submitted_at, saved_at) {
            (Some(at), ..) => Self::Withdrawn { at },
            (None, Some(at), _) => Self::Submitted { at },
            (None, None, Some(at)) => Self::Started { at },
            (None, None, None) => Self::Asked,
        }
    }

    /// Is an answer still waited for?
    ///
    /// # Errors
    /// [`Conflict::FormReturned`] or [`Conflict::FormWithdrawn`].
    pub const fn open(self) -> Result<(), Conflict> {
        match self {
            Self::Asked | Self::Started { .. } => Ok(()),
            Self::Submitted { .. } => Err(Conflict::FormReturned),
            Self::Withdrawn { .. } => Err(Conflict::FormWithdrawn),
        }
    }
}

/// What a portal user has filled in of a form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filled {
    /// As it was typed, valid or not.
    pub draft: Raw,
    /// As it was returned; none before.
    pub answers: Option<Vec<Answered>>,
}

/// A form that was sent, on the patient's tab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormRequestRow {
    /// Its id.
    pub id: FormRequestId,
    /// What the form was called.
    pub title: String,
    /// Which version.
    pub number: i64,
    /// The address of the portal user who is asked; empty for users who see no names.
    pub email: String,
    /// Who that is to the patient.
    pub kind: grant::Kind,
    /// The user who asked.
    pub asked_by: String,
    /// When.
    pub asked_at: Time,
    /// Where it stands.
    pub state: RequestState,
    /// May the caller read the answers?
    pub may_view: bool,
    /// May the caller take it back?
    pub may_withdraw: bool,
}

/// A returned form with its answers, as the practice reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormAnswers {
    /// What the form was called.
    pub title: String,
    /// Which version.
    pub number: i64,
    /// The address of the portal user who returned it.
    pub email: String,
    /// Who that is to the patient.
    pub kind: grant::Kind,
    /// When.
    pub submitted_at: Time,
    /// What was asked.
    pub definition: Definition,
    /// What was answered.
    pub answers: Vec<Answered>,
}

/// What the dialog that sends forms starts with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendChoices {
    /// The forms that can be sent.
    pub forms: Vec<FormChoice>,
    /// The portal users they can be sent to.
    pub people: Vec<Recipient>,
}

/// A portal user of the patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// Their grant.
    pub grant: GrantId,
    /// Their address.
    pub email: String,
    /// Who they are to the patient.
    pub kind: grant::Kind,
    /// Have they accepted the invitation? If not, they see the forms as soon as they do.
    pub active: bool,
}

/// The dialog that sends forms, as filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SendForm {
    /// To whom: a grant's id.
    pub to: String,
    /// Which forms.
    pub forms: Vec<FormId>,
    /// What the practice says to them (S3-30).
    pub message: String,
}

impl SendForm {
    /// Checks all fields.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn check(&self) -> Result<(GrantId, Vec<FormId>, String), Invalid> {
        let mut invalid = Invalid::default();
        let to = match self.to.is_empty() {
            true => Err(Problem::NoneChosen),
            false => self.to.parse().map_err(|_| Problem::NotAChoice),
        };
        let to = invalid.check("to", to);
        let forms = invalid.check("forms", several(&self.forms));
        let message = invalid.check("message", text::paragraphs(&self.message, limits::MESSAGE));
        match (to, forms, message) {
            (Some(to), Some(forms), Some(message)) => Ok((to, forms, message)),
            _ => Err(invalid),
        }
    }
}

/// The forms that are sent at once: one at least, each once.
///
/// # Errors
/// [`Problem::NoneChosen`] or [`Problem::TooMany`].
pub fn several(forms: &[FormId]) -> Result<Vec<FormId>, Problem> {
    let mut each = Vec::new();
    for form in forms {
        if !each.contains(form) {
            each.push(*form);
        }
    }
    match each.len() {
        0 => Err(Problem::NoneChosen),
        some if some > limits::FORMS_AT_ONCE => Err(Problem::TooMany),
        _ => Ok(each),
    }
}

/// A form in a portal user's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnFormRow {
    /// Its id.
    pub id: FormRequestId,
    /// What the form is called.
    pub title: String,
    /// What the practice says to it (S3-30).
    pub message: String,
    /// When it was asked.
    pub asked_at: Time,
    /// Where it stands.
    pub state: RequestState,
}

/// A portal user's forms: first what is asked, then what was returned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnForms {
    /// What is asked, oldest first.
    pub asked: Vec<OwnFormRow>,
    /// What was returned, latest first.
    pub returned: crate::page::Page<OwnFormRow>,
    /// The time zone of the practice, in which times are shown.
    pub time_zone: String,
}

/// What a portal user wants done with what they typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// Kept, to go on later.
    Save,
    /// Returned to the practice.
    Submit,
}

/// One form of a portal user: to be filled in, or as it was returned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnForm {
    /// Its id.
    pub id: FormRequestId,
    /// What the form is called.
    pub title: String,
    /// What the practice says to it (S3-30).
    pub message: String,
    /// When it was asked.
    pub asked_at: Time,
    /// Where it stands.
    pub state: RequestState,
    /// What is asked.
    pub definition: Definition,
    /// What was filled in.
    pub filled: Filled,
    /// May this portal user fill it in and return it?
    pub may_answer: bool,
    /// The time zone of the practice, in which times are shown.
    pub time_zone: String,
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn form() -> Form {
        Form {
            id: Uuid::from_u128(1).into(),
            title: "New patient".into(),
            draft: Some(Definition::default()),
            published: None,
            archived_at: None,
            version: 0,
        }
    }

    #[test]
    fn only_a_published_form_is_sent() {
        assert_eq!(form().sendable(), Err(Conflict::FormNotPublished));
        assert_eq!(Form { published: Some(2), ..form() }.sendable(), Ok(2));
        let archived = Form { published: Some(2), archived_at: Some(Time::from_millis(5)), ..form() };
        assert_eq!(archived.sendable(), Err(Conflict::FormArchived));
        assert_eq!(archived.writable(), Err(Conflict::FormArchived));
        assert_eq!(archived.state(), FormState::Archived);
        let unchanged = Form { published: Some(2), draft: None, ..form() };
        assert_eq!(unchanged.state(), FormState::Published { number: 2, changed: false });
    }

    // PT-14: twice, and after it was closed.
    #[test]
    fn a_request_is_answered_once_and_not_after_it_was_withdrawn() {
        let at = Some(Time::from_millis(1));
        assert!(RequestState::of(None, None, None).open().is_ok());
        assert!(RequestState::of(at, None, None).open().is_ok());
        assert_eq!(RequestState::of(at, at, None).open(), Err(Conflict::FormReturned));
        assert_eq!(RequestState::of(at, None, at).open(), Err(Conflict::FormWithdrawn));
    }

    #[test]
    fn whom_and_what_is_sent_must_be_said() {
        let wrong = SendForm { message: "x".repeat(limits::MESSAGE + 1), ..SendForm::default() }.check().unwrap_err();
        assert_eq!(wrong.of("to"), Some(Problem::NoneChosen));
        assert_eq!(wrong.of("forms"), Some(Problem::NoneChosen));
        assert_eq!(wrong.of("message"), Some(Problem::TooLong));
        let id = |n: usize| FormId::from_uuid(Uuid::from_u128(n as u128));
        assert_eq!(several(&[id(1), id(2), id(1)]), Ok(vec![id(1), id(2)]));
        let many: Vec<_> = (0..=limits::FORMS_AT_ONCE).map(id).collect();
        assert_eq!(several(&many), Err(Problem::TooMany));
    }
}
