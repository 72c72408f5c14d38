//! The forms of the demo group: what a patient is asked before the first visit.

use domain::form::{Definition, FormDraft, Kind, Question, Section};

/// Both forms, in the order in which they are sent.
pub(super) fn all() -> [FormDraft; 2] {
    [
        FormDraft { title: "New patient questionnaire".to_owned(), definition: questionnaire() },
        FormDraft { title: "Consent to treatment and contact".to_owned(), definition: consent() },
    ]
}

fn section(title: &str, help: &str, questions: Vec<Question>) -> Section {
    Section { title: title.to_owned(), help: help.to_owned(), questions }
}

fn asks(key: &str, label: &str, kind: Kind) -> Question {
    Question { key: key.to_owned(), label: label.to_owned(), help: String::new(), required: false, kind }
}

fn needs(key: &str, label: &str, kind: Kind) -> Question {
    Question { required: true, ..asks(key, label, kind) }
}

fn helped(question: Question, help: &str) -> Question {
    Question { help: help.to_owned(), ..question }
}

fn one_of(options: &[&str]) -> Kind {
    Kind::Choice { options: options.iter().map(|&option| option.to_owned()).collect() }
}

fn any_of(options: &[&str]) -> Kind {
    Kind::Choices { options: options.iter().map(|&option| option.to_owned()).collect() }
}

fn number(least: &str, most: &str, unit: &str) -> Kind {
    Kind::Number { least: least.to_owned(), most: most.to_owned(), unit: unit.to_owned() }
}

fn questionnaire() -> Definition {
    let about = vec![
        needs("reason", "What brings you to us?", Kind::LongText),
        asks("since", "When did it begin?", Kind::Date),
        helped(
            asks("pain", "How strong is your pain at its worst?", number("0", "10", "")),
            "0 means none, 10 the worst you can imagine.",
        ),
        asks("side", "Where do you feel it?", one_of(&["Left", "Right", "Both sides", "In the middle"])),
    ];
    let health = vec![
        asks(
            "conditions",
            "Do you have, or have you had, any of these?",
            any_of(&["High blood pressure", "Diabetes", "Heart disease", "Asthma", "Cancer", "Epilepsy"]),
        ),
        helped(
            asks("medicines", "Which medicines do you take?", Kind::LongText),
            "One per line, with the dose if you know it. Include what you buy without a prescription.",
        ),
        needs("allergic", "Are you allergic to anything?", Kind::YesNo),
        asks("allergies", "If yes, to what, and what happens?", Kind::Text),
        asks("weight", "Your weight", number("2", "350", "kg")),
        asks("smokes", "Do you smoke?", one_of(&["No, never", "I used to", "Yes"])),
    ];
    let more = vec![
        asks("gp", "Your usual doctor or clinic", Kind::Text),
        asks("hopes", "What would you like to be able to do again?", Kind::LongText),
    ];
    Definition {
        sections: vec![
            section("Why you are coming", "Your practitioner reads this before they see you.", about),
            section("Your health", "Leave out what you would rather talk about in person.", health),
            section("Anything else", "", more),
        ],
    }
}

fn consent() -> Definition {
    let treatment = vec![
        needs("explained", "I was told what to expect, and could ask questions.", Kind::YesNo),
        helped(
            needs("treatment", "I agree to be examined and treated.", Kind::YesNo),
            "You can change your mind at any time, also during a visit.",
        ),
    ];
    let contact = vec![
        asks("reach", "How may we reach you?", any_of(&["Telephone", "Text message", "Email", "Letter"])),
        asks("voicemail", "May we leave a message when you do not answer?", Kind::YesNo),
        asks("emergency", "Whom should we ring in an emergency? Name and number", Kind::Text),
    ];
    let signed = vec![
        needs("date", "Today’s date", Kind::Date),
        helped(
            needs("signature", "Your full name", Kind::Signature),
            "Typing your name here counts as your signature.",
        ),
    ];
    Definition {
        sections: vec![
            section("Treatment", "", treatment),
            section("Contact", "What you tick here is used for nothing but your care.", contact),
            section("Signature", "", signed),
        ],
    }
}

#[cfg(test)]
mod tests {
    use domain::form::Completeness;

    use super::*;

    #[test]
    fn the_forms_of_the_demo_are_whole() {
        for form in all() {
            assert_eq!(form.check(Completeness::Whole), Ok(form.clone()));
        }
    }
}
