//! What a form asks: sections of questions, and what is wrong with them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Completeness, Number};
use crate::{
    error::{Invalid, Problem},
    limits, text,
};

/// What a form asks (FHIR `Questionnaire.item`). Its JSON is strict: what it does not know it does not take.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Its parts, in order.
    pub sections: Vec<Section>,
}

/// Questions under one heading.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// The heading.
    pub title: String,
    /// Help under it; may be empty.
    #[serde(default)]
    pub help: String,
    /// What is asked, in order.
    pub questions: Vec<Question>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Tells it apart through all versions of the form, whatever its words become.
    pub key: String,
    /// The question.
    pub label: String,
    /// Help that always stands there; may be empty.
    #[serde(default)]
    pub help: String,
    /// Must be answered.
    #[serde(default)]
    pub required: bool,
    /// How it is answered.
    pub kind: Kind,
}

/// How a question is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Kind {
    /// One line of text.
    Text,
    /// Several lines of text.
    LongText,
    /// One of these.
    Choice {
        /// What can be chosen.
        options: Vec<String>,
    },
    /// Any of these.
    Choices {
        /// What can be chosen.
        options: Vec<String>,
    },
    /// A number.
    Number {
        /// The least; empty when there is none.
        #[serde(default)]
        least: String,
        /// The most; empty when there is none.
        #[serde(default)]
        most: String,
        /// What is counted, such as `kg`; may be empty.
        #[serde(default)]
        unit: String,
    },
    /// A day.
    Date,
    /// Yes or no.
    YesNo,
    /// The person's full name, typed in place of a signature.
    Signature,
}

impl Kind {
    /// The code of the kind, as the editor's list sends it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::LongText => "long_text",
            Self::Choice { .. } => "choice",
            Self::Choices { .. } => "choices",
            Self::Number { .. } => "number",
            Self::Date => "date",
            Self::YesNo => "yes_no",
            Self::Signature => "signature",
        }
    }

    /// What can be chosen; nothing for other kinds.
    #[must_use]
    pub fn options(&self) -> &[String] {
        match self {
            Self::Choice { options } | Self::Choices { options } => options,
            Self::Text | Self::LongText | Self::Number { .. } | Self::Date | Self::YesNo | Self::Signature => &[],
        }
    }

    /// The least and the most that a number may be.
    #[must_use]
    pub fn range(&self) -> (Option<Number>, Option<Number>) {
        match self {
            Self::Number { least, most, .. } => (least.parse().ok(), most.parse().ok()),
            Self::Text
            | Self::LongText
            | Self::Choice { .. }
            | Self::Choices { .. }
            | Self::Date
            | Self::YesNo
            | Self::Signature => (None, None),
        }
    }
}

/// Where a problem is, as the editor names it: `sections.0.questions.2.label`.
struct Place<'a> {
    invalid: &'a mut Invalid,
    path: String,
    whole: bool,
}

impl Place<'_> {
    fn wrong(&mut self, field: &str, problem: Problem) {
        let path = if self.path.is_empty() { field.to_owned() } else { format!("{}.{field}", self.path) };
        self.invalid.add(&path, problem);
    }

    /// The checked value, or nothing and a note of what is wrong.
    fn kept<T: Default>(&mut self, field: &str, value: Result<T, Problem>) -> T {
        value.unwrap_or_else(|problem| {
            self.wrong(field, problem);
            T::default()
        })
    }

    fn line(&mut self, field: &str, typed: &str, most: usize) -> String {
        let line = match self.whole {
            true => text::line(typed, most),
            false => text::optional_line(typed, most),
        };
        self.kept(field, line)
    }

    fn limit(&mut self, field: &str, count: usize, most: usize) {
        match count {
            0 if self.whole => self.wrong(field, Problem::Missing),
            some if some > most => self.wrong(field, Problem::TooMany),
            _ => {}
        }
    }
}

impl Definition {
    /// Every question, in order.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.sections.iter().flat_map(|section| &section.questions)
    }

    /// The form as it is kept: trimmed, every size within its limit, every key of its own. A draft may still lack words; a
    /// form that is published must be whole.
    ///
    /// # Errors
    /// Everything that is wrong, at once, each under its path, such as `sections.0.questions.2.label`.
    pub fn check(&self, completeness: Completeness) -> Result<Self, Invalid> {
        let mut invalid = Invalid::default();
        let whole = completeness == Completeness::Whole;
        let mut place = Place { invalid: &mut invalid, path: String::new(), whole };
        place.limit("sections", self.sections.len(), limits::FORM_SECTIONS);
        if self.questions().count() > limits::FORM_QUESTIONS {
            place.wrong("sections", Problem::TooMany);
        }
        if self.size() > limits::FORM_TEXT {
            place.wrong("sections", Problem::TooLong);
        }
        if !invalid.fields.is_empty() {
            // Too large to be gone through in detail.
            return Err(invalid);
        }
        let mut keys = BTreeSet::new();
        let mut sections = Vec::with_capacity(self.sections.len());
        for (at, section) in self.sections.iter().enumerate() {
            let path = format!("sections.{at}");
            let mut place = Place { invalid: &mut invalid, path: path.clone(), whole };
            let title = place.line("title", &section.title, limits::NAME);
            let help = place.kept("help", text::paragraphs(&section.help, limits::FORM_HELP));
            place.limit("questions", section.questions.len(), limits::FORM_QUESTIONS);
            let mut questions = Vec::with_capacity(section.questions.len());
            for (at, question) in section.questions.iter().enumerate() {
                let path = format!("{path}.questions.{at}");
                let mut place = Place { invalid: &mut invalid, path, whole };
                questions.push(question.checked(&mut place, &mut keys));
            }
            sections.push(Section { title, help, questions });
        }
        invalid.into_result()?;
        Ok(Self { sections })
    }

    /// Characters in all.
    fn size(&self) -> usize {
        let section = |section: &Section| section.title.len() + section.help.len();
        let question = |question: &Question| {
            let options: usize = question.kind.options().iter().map(String::len).sum();
            question.key.len() + question.label.len() + question.help.len() + options
        };
        self.sections.iter().map(section).sum::<usize>() + self.questions().map(question).sum::<usize>()
    }
}

impl Question {
    fn checked<'a>(&'a self, place: &mut Place<'_>, keys: &mut BTreeSet<&'a str>) -> Self {
        if !is_key(&self.key) {
            place.wrong("key", Problem::BadCharacters);
        } else if !keys.insert(&self.key) {
            place.wrong("key", Problem::NameTaken);
        }
        Self {
            key: self.key.clone(),
            label: place.line("label", &self.label, limits::FORM_LABEL),
            help: place.kept("help", text::paragraphs(&self.help, limits::FORM_HELP)),
            required: self.required,
            kind: self.kind.checked(place),
        }
    }
}

impl Kind {
    fn checked(&self, place: &mut Place<'_>) -> Self {
        match self {
            Self::Choice { options } => Self::Choice { options: checked_options(options, place) },
            Self::Choices { options } => Self::Choices { options: checked_options(options, place) },
            Self::Number { least, most, unit } => {
                let unit = place.kept("unit", text::optional_line(unit, limits::FORM_UNIT));
                let (least, most) = (checked_end("least", least, place), checked_end("most", most, place));
                if let (Some(low), Some(high)) = (least, most)
                    && low > high
                {
                    place.wrong("most", Problem::OutOfRange);
                }
                let text = |end: Option<Number>| end.map(|end| end.to_string()).unwrap_or_default();
                Self::Number { least: text(least), most: text(most), unit }
            }
            Self::Text | Self::LongText | Self::Date | Self::YesNo | Self::Signature => self.clone(),
        }
    }
}

fn checked_end(field: &str, typed: &str, place: &mut Place<'_>) -> Option<Number> {
    if typed.trim().is_empty() {
        return None;
    }
    place.kept(field, typed.parse().map(Some))
}

/// Lines without a word are passed over: who types a list leaves some.
fn checked_options(typed: &[String], place: &mut Place<'_>) -> Vec<String> {
    let mut options: Vec<String> = Vec::new();
    for option in typed.iter().filter(|option| !option.trim().is_empty()) {
        match text::line(option, limits::FORM_OPTION) {
            Ok(option) if options.contains(&option) => place.wrong("options", Problem::Repeated),
            Ok(option) => options.push(option),
            Err(problem) => place.wrong("options", problem),
        }
    }
    place.limit("options", options.len(), limits::FORM_OPTIONS);
    options
}

/// May this tell a question apart? It is the name of a field in a page.
fn is_key(key: &str) -> bool {
    let letters = key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    letters && key.len() <= limits::FORM_KEY && key.starts_with(|first: char| first.is_ascii_lowercase())
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn question(key: &str, kind: Kind) -> Question {
        Question { key: key.into(), label: format!("About {key}"), help: String::new(), required: false, kind }
    }

    pub(crate) fn options(all: &[&str]) -> Vec<String> {
        all.iter().map(|&option| option.to_owned()).collect()
    }

    pub(crate) fn number(least: &str, most: &str) -> Kind {
        Kind::Number { least: least.into(), most: most.into(), unit: "kg".into() }
    }

    /// A form with a question of each kind.
    pub(crate) fn every_kind() -> Definition {
        let questions = vec![
            question("name", Kind::Text),
            question("story", Kind::LongText),
            question("side", Kind::Choice { options: options(&["Left", "Right"]) }),
            question("symptoms", Kind::Choices { options: options(&["Pain", "Numbness", "Other"]) }),
            question("weight", number("2", "300")),
            question("since", Kind::Date),
            question("smoker", Kind::YesNo),
            question("signed", Kind::Signature),
        ];
        Definition { sections: vec![Section { title: "About you".into(), help: String::new(), questions }] }
    }

    /// Any whole form.
    pub(crate) fn any_definition() -> impl Strategy<Value = Definition> {
        let some_options = || {
            proptest::collection::btree_set("[A-Za-z<>&é]{1,8}", 1..5)
                .prop_map(|options| options.into_iter().collect::<Vec<_>>())
        };
        let kind = prop_oneof![
            Just(Kind::Text),
            Just(Kind::LongText),
            some_options().prop_map(|options| Kind::Choice { options }),
            some_options().prop_map(|options| Kind::Choices { options }),
            (0_i32..50, 50_i32..100).prop_map(|(least, most)| number(&least.to_string(), &most.to_string())),
            Just(number("", "")),
            Just(Kind::Date),
            Just(Kind::YesNo),
            Just(Kind::Signature),
        ];
        let questions = proptest::collection::vec((kind, any::<bool>()), 1..5);
        proptest::collection::vec(questions, 1..4).prop_map(|sections| {
            let mut count = 0;
            let sections = sections.into_iter().map(|questions| {
                let questions = questions.into_iter().map(|(kind, required)| {
                    count += 1;
                    Question { required, ..question(&format!("q{count}"), kind) }
                });
                Section { title: "Part".into(), help: String::new(), questions: questions.collect() }
            });
            Definition { sections: sections.collect() }
        })
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once_under_its_path() {
        let mut form = every_kind();
        form.sections[0].title = " ".into();
        form.sections[0].questions[0].label = String::new();
        form.sections[0].questions[1].key = "name".into();
        form.sections[0].questions[2].kind = Kind::Choice { options: options(&["", "  "]) };
        form.sections[0].questions[3].kind = Kind::Choices { options: options(&["Pain", " Pain "]) };
        form.sections[0].questions[4].kind = number("9", "2");
        form.sections[0].questions[5].key = "Not A Key".into();
        form.sections.push(Section { title: "Empty".into(), ..Section::default() });
        let wrong = form.check(Completeness::Whole).unwrap_err();
        let expected = [
            ("sections.0.title", Problem::Missing),
            ("sections.0.questions.0.label", Problem::Missing),
            ("sections.0.questions.1.key", Problem::NameTaken),
            ("sections.0.questions.2.options", Problem::Missing),
            ("sections.0.questions.3.options", Problem::Repeated),
            ("sections.0.questions.4.most", Problem::OutOfRange),
            ("sections.0.questions.5.key", Problem::BadCharacters),
            ("sections.1.questions", Problem::Missing),
        ];
        let found: Vec<_> = wrong.fields.iter().map(|one| (one.field.as_str(), one.problem)).collect();
        assert_eq!(found, expected);
        assert_eq!(
            Definition::default().check(Completeness::Whole).unwrap_err().of("sections"),
            Some(Problem::Missing)
        );
    }

    #[test]
    fn a_draft_may_lack_words_but_not_exceed_a_limit() {
        let mut form = every_kind();
        form.sections[0].title = String::new();
        form.sections[0].questions[0].label = String::new();
        form.sections[0].questions[2].kind = Kind::Choice { options: Vec::new() };
        assert!(form.check(Completeness::Draft).is_ok());
        assert!(Definition::default().check(Completeness::Draft).is_ok());
        form.sections[0].questions[0].label = "x".repeat(limits::FORM_LABEL + 1);
        let wrong = form.check(Completeness::Draft).unwrap_err();
        assert_eq!(wrong.of("sections.0.questions.0.label"), Some(Problem::TooLong));
    }

    #[test]
    fn a_form_is_bounded() {
        let section = |count: usize| Section {
            title: "Part".into(),
            help: String::new(),
            questions: (0..count).map(|n| question(&format!("q{n}"), Kind::Text)).collect(),
        };
        let many = Definition { sections: vec![section(limits::FORM_QUESTIONS + 1)] };
        assert_eq!(many.check(Completeness::Draft).unwrap_err().of("sections"), Some(Problem::TooMany));
        let sections = Definition { sections: vec![section(0); limits::FORM_SECTIONS + 1] };
        assert_eq!(sections.check(Completeness::Draft).unwrap_err().of("sections"), Some(Problem::TooMany));
        let mut long = Definition { sections: vec![section(1)] };
        long.sections[0].questions[0].help = "x".repeat(limits::FORM_TEXT);
        assert_eq!(long.check(Completeness::Draft).unwrap_err().of("sections"), Some(Problem::TooLong));
        let listed = (0..=limits::FORM_OPTIONS).map(|n| n.to_string()).collect();
        let listed = vec![question("q", Kind::Choice { options: listed })];
        let listed = Definition { sections: vec![Section { questions: listed, ..section(0) }] };
        let wrong = listed.check(Completeness::Draft).unwrap_err();
        assert_eq!(wrong.of("sections.0.questions.0.options"), Some(Problem::TooMany));
    }

    #[test]
    fn json_that_is_not_of_a_form_is_refused() {
        let read = serde_json::from_str::<Definition>;
        assert!(read(r#"{"sections":[{"title":"A","questions":[{"key":"a","label":"A","kind":"text"}]}]}"#).is_ok());
        for json in [
            r#"{"sections":[],"script":1}"#,
            r#"{"sections":[{"title":"A","questions":[],"x":1}]}"#,
            r#"{"sections":[{"title":"A","questions":[{"key":"a","label":"A","kind":"text","x":1}]}]}"#,
            r#"{"sections":[{"title":"A","questions":[{"key":"a","label":"A","kind":{"choice":{"options":[],"x":1}}}]}]}"#,
            r#"{"sections":[{"title":"A","questions":[{"key":"a","label":"A","kind":"canvas"}]}]}"#,
        ] {
            assert!(read(json).is_err(), "{json}");
        }
    }

    proptest! {
        #[test]
        fn a_checked_form_is_as_it_was_after_a_way_through_json(form in any_definition()) {
            let kept = form.check(Completeness::Whole).unwrap();
            let json = serde_json::to_string(&kept).unwrap();
            let read: Definition = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(&read, &kept);
            prop_assert_eq!(read.check(Completeness::Whole), Ok(kept));
        }

        #[test]
        fn a_key_is_a_plain_name(key in ".{0,12}") {
            if is_key(&key) {
                prop_assert!(key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'));
            }
        }
    }
}
