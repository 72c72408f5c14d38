//! What a person answered. A draft is kept as it was typed, valid or not; what is returned is checked and typed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Definition, Kind, Number, Question};
use crate::{
    error::{Invalid, Problem},
    limits, text,
    time::Date,
};

/// What was typed, by the keys of the questions; of several ticks each.
pub type Raw = BTreeMap<String, Vec<String>>;

/// How much must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// What is there so far.
    Draft,
    /// Everything.
    Whole,
}

/// A typed answer (FHIR `QuestionnaireResponse.item.answer`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Text of one line or several.
    Text(String),
    /// What was chosen, in the order of the options.
    Chosen(Vec<String>),
    /// A number.
    Number(Number),
    /// A day.
    Date(Date),
    /// Yes or no.
    YesNo(bool),
    /// The name that was typed as a signature.
    Signature(String),
}

/// A question's key, and what was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    /// The question's key.
    pub key: String,
    /// The answer.
    pub answer: Answer,
}

impl Answer {
    /// As it would be typed.
    #[must_use]
    pub fn raw(&self) -> Vec<String> {
        match self {
            Self::Text(text) | Self::Signature(text) => vec![text.clone()],
            Self::Chosen(all) => all.clone(),
            Self::Number(number) => vec![number.to_string()],
            Self::Date(date) => vec![date.to_string()],
            Self::YesNo(yes) => vec![if *yes { "yes" } else { "no" }.to_owned()],
        }
    }
}

impl Definition {
    /// The answers, in the form's order; questions that were left out have none. Of a draft what is not valid yet is passed
    /// over: it is still being typed. What the form does not ask, or offer, is no answer to it, whole or not.
    ///
    /// # Errors
    /// Everything that is wrong, at once, each under its question's key; what is outside the form under `answers`.
    pub fn answers(&self, raw: &Raw, completeness: Completeness) -> Result<Vec<Answered>, Invalid> {
        let mut invalid = Invalid::default();
        let keys: Vec<&str> = self.questions().map(|question| question.key.as_str()).collect();
        if raw.keys().any(|key| !keys.contains(&key.as_str())) {
            return Err(Invalid::field(OUTSIDE, Problem::NotInForm));
        }
        let size: usize = raw.values().flatten().map(|typed| typed.chars().count()).sum();
        if size > limits::FORM_ANSWERS {
            return Err(Invalid::field(OUTSIDE, Problem::TooLong));
        }
        let mut answers = Vec::new();
        for question in self.questions() {
            let typed = raw.get(&question.key).map(Vec::as_slice).unwrap_or_default();
            match (question.answer(typed), completeness) {
                (Ok(Some(answer)), _) => answers.push(Answered { key: question.key.clone(), answer }),
                (Ok(None), Completeness::Whole) if question.required => invalid.add(&question.key, question.missing()),
                (Ok(None), _) => {}
                (Err(problem @ (Problem::NotAChoice | Problem::NotInForm)), _)
                | (Err(problem), Completeness::Whole) => {
                    invalid.add(&question.key, problem);
                }
                (Err(_), Completeness::Draft) => {}
            }
        }
        invalid.into_result()?;
        Ok(answers)
    }
}

/// Under what a problem stands that belongs to no question.
pub const OUTSIDE: &str = "answers";

impl Question {
    /// What to say when nothing was answered.
    const fn missing(&self) -> Problem {
        match self.kind {
            Kind::Choice { .. } | Kind::Choices { .. } | Kind::YesNo => Problem::NoneChosen,
            Kind::Text | Kind::LongText | Kind::Number { .. } | Kind::Date | Kind::Signature => Problem::Missing,
        }
    }

    /// The typed answer; none when nothing was answered.
    fn answer(&self, typed: &[String]) -> Result<Option<Answer>, Problem> {
        if let Kind::Choices { options } = &self.kind {
            // An empty value is no tick: a page without scripts may send one to say that the question was there.
            let ticked: Vec<&String> = typed.iter().filter(|one| !one.is_empty()).collect();
            if ticked.len() > options.len() || ticked.iter().any(|one| !options.contains(one)) {
                return Err(Problem::NotAChoice);
            }
            let chosen: Vec<String> = options.iter().filter(|option| ticked.contains(option)).cloned().collect();
            return Ok((!chosen.is_empty()).then_some(Answer::Chosen(chosen)));
        }
        let one = match typed {
            [] => return Ok(None),
            [one] => one,
            // One question, one answer.
            _ => return Err(Problem::NotInForm),
        };
        if one.trim().is_empty() {
            return Ok(None);
        }
        match &self.kind {
            Kind::Text => text::line(one, limits::LINE).map(Answer::Text),
            Kind::LongText => text::paragraphs(one, limits::FORM_LONG_ANSWER).map(Answer::Text),
            Kind::Signature => text::line(one, limits::LINE).map(Answer::Signature),
            Kind::Choice { options } | Kind::Choices { options } => match options.contains(one) {
                true => Ok(Answer::Chosen(vec![one.clone()])),
                false => Err(Problem::NotAChoice),
            },
            Kind::Number { .. } => {
                let number: Number = one.parse()?;
                let (least, most) = self.kind.range();
                let below = least.is_some_and(|least| number < least);
                let above = most.is_some_and(|most| number > most);
                if below || above { Err(Problem::OutOfRange) } else { Ok(Answer::Number(number)) }
            }
            Kind::Date => one.trim().parse().map(Answer::Date).map_err(|_| Problem::NotADate),
            Kind::YesNo => match one.as_str() {
                "yes" => Ok(Answer::YesNo(true)),
                "no" => Ok(Answer::YesNo(false)),
                _ => Err(Problem::NotAChoice),
            },
        }
        .map(Some)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::definition::tests::{any_definition, every_kind},
        *,
    };

    fn raw(pairs: &[(&str, &[&str])]) -> Raw {
        let values = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect();
        pairs.iter().map(|(key, all)| ((*key).to_owned(), values(all))).collect()
    }

    fn full() -> Raw {
        raw(&[
            ("name", &[" Lien "]),
            ("story", &["One\r\ntwo"]),
            ("side", &["Left"]),
            ("symptoms", &["Other", "Pain"]),
            ("weight", &["62,5"]),
            ("since", &["2026-02-01"]),
            ("smoker", &["no"]),
            ("signed", &["Lien Nguyen"]),
        ])
    }

    #[test]
    fn answers_are_typed_and_in_the_forms_order() {
        let answers = every_kind().answers(&full(), Completeness::Whole).unwrap();
        let keys: Vec<_> = answers.iter().map(|one| one.key.as_str()).collect();
        assert_eq!(keys, ["name", "story", "side", "symptoms", "weight", "since", "smoker", "signed"]);
        let raws: Vec<_> = answers.iter().map(|one| one.answer.raw().join("|")).collect();
        assert_eq!(raws, ["Lien", "One\ntwo", "Left", "Pain|Other", "62.5", "2026-02-01", "no", "Lien Nguyen"]);
    }

    // PT-14: answers outside the form's definition.
    #[test]
    fn what_the_form_does_not_ask_or_offer_is_no_answer_to_it() {
        let form = every_kind();
        for completeness in [Completeness::Draft, Completeness::Whole] {
            let refused = |typed: Raw, field: &str| form.answers(&typed, completeness).unwrap_err().of(field);
            assert_eq!(refused(raw(&[("diagnosis", &["x"])]), OUTSIDE), Some(Problem::NotInForm));
            assert_eq!(refused(raw(&[("side", &["Middle"])]), "side"), Some(Problem::NotAChoice));
            assert_eq!(refused(raw(&[("side", &["Left", "Right"])]), "side"), Some(Problem::NotInForm));
            assert_eq!(refused(raw(&[("symptoms", &["Pain", "Joy"])]), "symptoms"), Some(Problem::NotAChoice));
            assert_eq!(refused(raw(&[("smoker", &["maybe"])]), "smoker"), Some(Problem::NotAChoice));
            assert_eq!(refused(raw(&[("name", &["a", "b"])]), "name"), Some(Problem::NotInForm));
            let long = "x".repeat(limits::FORM_ANSWERS + 1);
            assert_eq!(refused(raw(&[("story", &[&long])]), OUTSIDE), Some(Problem::TooLong));
        }
    }

    #[test]
    fn a_draft_may_be_wrong_and_a_whole_one_may_not() {
        let mut form = every_kind();
        for question in &mut form.sections[0].questions {
            question.required = true;
        }
        let typed = raw(&[("name", &["a\u{0}b"]), ("weight", &["500"]), ("since", &["30 February"]), ("side", &[""])]);
        assert_eq!(form.answers(&typed, Completeness::Draft), Ok(Vec::new()));
        let wrong = form.answers(&typed, Completeness::Whole).unwrap_err();
        let found: Vec<_> = wrong.fields.iter().map(|one| (one.field.as_str(), one.problem)).collect();
        let expected = [
            ("name", Problem::BadCharacters),
            ("story", Problem::Missing),
            ("side", Problem::NoneChosen),
            ("symptoms", Problem::NoneChosen),
            ("weight", Problem::OutOfRange),
            ("since", Problem::NotADate),
            ("smoker", Problem::NoneChosen),
            ("signed", Problem::Missing),
        ];
        assert_eq!(found, expected);
    }

    /// Anything typed for this form: sometimes what it asks and offers, sometimes not.
    fn any_raw(form: &Definition) -> impl Strategy<Value = Raw> + use<> {
        let keys: Vec<String> = form.questions().map(|question| question.key.clone()).chain(["zz".into()]).collect();
        let offered: Vec<String> = form.questions().flat_map(|question| question.kind.options().to_vec()).collect();
        let value = prop_oneof![
            proptest::sample::select(offered.into_iter().chain(["yes".into()]).collect::<Vec<_>>()),
            ".{0,12}",
            "[0-9]{1,3}",
            Just("2026-02-01".to_owned()),
            Just(String::new()),
        ];
        let values = proptest::collection::vec(value, 0..3);
        proptest::collection::btree_map(proptest::sample::select(keys), values, 0..8)
    }

    proptest! {
        /// Nothing outside the definition gets through, and what gets through comes through again as it is.
        #[test]
        fn only_what_is_asked_and_offered_gets_through(
            (form, typed) in any_definition().prop_flat_map(|form| { let raw = any_raw(&form); (Just(form), raw) })
        ) {
            for completeness in [Completeness::Draft, Completeness::Whole] {
                let Ok(answers) = form.answers(&typed, completeness) else { continue };
                let questions: Vec<_> = form.questions().collect();
                let mut last = 0;
                for Answered { key, answer } in &answers {
                    let at = questions.iter().position(|question| question.key == *key).unwrap();
                    prop_assert!(at >= last);
                    last = at;
                    if let Answer::Chosen(chosen) = answer {
                        prop_assert!(chosen.iter().all(|one| questions[at].kind.options().contains(one)));
                    }
                    if let Answer::Number(number) = answer {
                        let (least, most) = questions[at].kind.range();
                        prop_assert!(least.is_none_or(|least| *number >= least) && most.is_none_or(|most| *number <= most));
                    }
                }
                let json = serde_json::to_string(&answers).unwrap();
                prop_assert_eq!(&serde_json::from_str::<Vec<Answered>>(&json).unwrap(), &answers);
                let again: Raw = answers.iter().map(|one| (one.key.clone(), one.answer.raw())).collect();
                prop_assert_eq!(form.answers(&again, completeness), Ok(answers));
            }
        }

        #[test]
        fn any_text_is_read_without_a_panic(typed in proptest::collection::btree_map("[a-z]{0,9}", proptest::collection::vec(".{0,9}", 0..3), 0..6)) {
            let _ = every_kind().answers(&typed, Completeness::Whole);
        }
    }
}
