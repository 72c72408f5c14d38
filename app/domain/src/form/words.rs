//! What stands on a form that was filled in, on a page as on paper.

use super::{Answer, Kind, Question};

/// An answer, and a choice.
pub const YES: &str = "Yes";
/// An answer, and a choice.
pub const NO: &str = "No";
/// In place of an answer.
pub const NOT_ANSWERED: &str = "Not answered";

/// An answer as it is read, in its lines; none when there is none.
#[must_use]
pub fn answer(question: &Question, answer: Option<&Answer>) -> Option<String> {
    let unit = match &question.kind {
        Kind::Number { unit, .. } => unit.as_str(),
        _ => "",
    };
    Some(match answer? {
        Answer::YesNo(true) => YES.to_owned(),
        Answer::YesNo(false) => NO.to_owned(),
        Answer::Number(number) => format!("{number} {unit}").trim().to_owned(),
        Answer::Date(date) => date.long(),
        Answer::Chosen(all) => all.join(", "),
        Answer::Text(text) | Answer::Signature(text) => text.clone(),
    })
}

/// On paper: whom it is about.
#[must_use]
pub fn about(name: &str, birth_date: Option<&str>) -> String {
    match birth_date {
        Some(day) => format!("About {name}, born {day}"),
        None => format!("About {name}"),
    }
}

/// On paper: who returned it, and on which day.
#[must_use]
pub fn returned(email: &str, day: &str) -> String {
    format!("Returned by {email} on {day}")
}

/// At the foot of the paper.
#[must_use]
pub fn footer(title: &str, version: i64, name: &str) -> String {
    format!("{title}, version {version} · {name}")
}
