//! The portal's handout: a sheet on which a practice tells its patients of the portal and how to reach it (S3-37,
//! S3-38). It is about nobody: its merge fields know the practice and the portal, and no patient.

pub mod words;

use serde::{Deserialize, Serialize};

use crate::{
    error::{Invalid, Problem},
    limits,
    template::fill,
    text,
};

/// What a handout may put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The practice group's name.
    PracticeName,
    /// The practice group's telephone.
    PracticePhone,
    /// Where patients sign in.
    PortalAddress,
    /// The name of its first location.
    LocationName,
    /// The address of its first location.
    LocationAddress,
}

impl Field {
    /// Every field, in the order the editor offers them.
    pub const ALL: [Self; 5] =
        [Self::PracticeName, Self::PracticePhone, Self::PortalAddress, Self::LocationName, Self::LocationAddress];

    /// What stands between the braces.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::PracticeName => "practice.name",
            Self::PracticePhone => "practice.phone",
            Self::PortalAddress => "portal.address",
            Self::LocationName => "location.name",
            Self::LocationAddress => "location.address",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.code() == code)
    }
}

/// What the fields stand for in one practice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Values {
    /// The practice group's name.
    pub practice_name: String,
    /// The practice group's telephone; may be empty.
    pub practice_phone: String,
    /// Where patients sign in.
    pub portal_address: String,
    /// The name of its first location; empty when there is none.
    pub location_name: String,
    /// The address of its first location; may be empty.
    pub location_address: String,
}

impl Values {
    fn of(&self, field: Field) -> &str {
        match field {
            Field::PracticeName => &self.practice_name,
            Field::PracticePhone => &self.practice_phone,
            Field::PortalAddress => &self.portal_address,
            Field::LocationName => &self.location_name,
            Field::LocationAddress => &self.location_address,
        }
    }
}

/// A handout's text with its fields, as typed or as kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Text {
    /// Its heading.
    pub title: String,
    /// Paragraphs under the heading.
    pub introduction: String,
    /// What the portal is good for, a line each.
    pub benefits: String,
    /// The way there, a line for each step.
    pub steps: String,
    /// Paragraphs at the end.
    pub closing: String,
}

impl Text {
    /// The text of a group that has not written its own.
    #[must_use]
    pub fn standard() -> Self {
        Self {
            title: words::TITLE.to_owned(),
            introduction: words::INTRODUCTION.to_owned(),
            benefits: words::BENEFITS.to_owned(),
            steps: words::STEPS.to_owned(),
            closing: words::CLOSING.to_owned(),
        }
    }

    /// The text as it is kept.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn check(&self) -> Result<Self, Invalid> {
        let mut invalid = Invalid::default();
        let known = |text: String| match fill(&text, |code| Field::from_code(code).map(|_| "")) {
            Err(Problem::UnknownMergeField) => Err(Problem::UnknownHandoutField),
            checked => checked.map(|_| text),
        };
        let several = |typed: &str| text::paragraphs(typed, limits::MESSAGE).and_then(known);
        let list = |typed: &str| {
            let text = several(typed)?;
            if filled_lines(&text).count() > limits::HANDOUT_LINES { Err(Problem::TooMany) } else { Ok(text) }
        };
        let title = invalid.check("title", text::line(&self.title, limits::LINE).and_then(known));
        let introduction = invalid.check("introduction", several(&self.introduction));
        let benefits = invalid.check("benefits", list(&self.benefits));
        let steps = invalid.check("steps", list(&self.steps));
        let closing = invalid.check("closing", several(&self.closing));
        match (title, introduction, benefits, steps, closing) {
            (Some(title), Some(introduction), Some(benefits), Some(steps), Some(closing)) => {
                Ok(Self { title, introduction, benefits, steps, closing })
            }
            _ => Err(invalid),
        }
    }

    /// What stands on the sheet of this practice. A line that asks for what the practice has not given, as its telephone,
    /// is left out, so that no sheet says "ring us at" and no number.
    #[must_use]
    pub fn sheet(&self, values: &Values) -> Sheet {
        let lines = |text: &str| filled_lines(text).filter_map(|line| merged(line, values)).collect();
        Sheet {
            title: merged(&self.title, values).unwrap_or_else(|| values.practice_name.clone()),
            introduction: lines(&self.introduction),
            benefits: lines(&self.benefits),
            steps: lines(&self.steps),
            closing: lines(&self.closing),
        }
    }
}

fn filled_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// A line with its fields filled in; none when one of them is empty. What is being typed may not be right yet, and then
/// stands as it is.
fn merged(line: &str, values: &Values) -> Option<String> {
    let empty = std::cell::Cell::new(false);
    let value = |code: &str| {
        let value = Field::from_code(code).map(|field| values.of(field));
        empty.set(empty.get() || value == Some(""));
        value
    };
    let filled = fill(line, value).unwrap_or_else(|_| line.to_owned());
    (!empty.get()).then_some(filled)
}

/// What stands on the paper, its fields filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Its heading.
    pub title: String,
    /// Paragraphs under the heading.
    pub introduction: Vec<String>,
    /// What the portal is good for.
    pub benefits: Vec<String>,
    /// The way there, one step after the other.
    pub steps: Vec<String>,
    /// Paragraphs at the end.
    pub closing: Vec<String>,
}

/// The handout of a group, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handout {
    /// Its text; none while it is the standard one.
    pub text: Option<Text>,
    /// Counts the saves: two people editing at once do not overwrite each other.
    pub version: i64,
}

/// The handout as the console shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// The text with its fields.
    pub text: Text,
    /// What the fields stand for.
    pub values: Values,
    /// The portal's address as a code.
    pub code: Code,
    /// Counts the saves.
    pub version: i64,
}

/// A QR code: an SVG path in a square of `size` units.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// How many units it is wide and high.
    pub size: usize,
    /// The dark squares.
    pub path: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        Values {
            practice_name: "Harbour & Hill".into(),
            practice_phone: "02 9999 1111".into(),
            portal_address: "https://portal.example.org/sign-in".into(),
            location_name: "Harbour".into(),
            location_address: "1 Quay Street".into(),
        }
    }

    // S3-37: nobody has to write a handout to have one.
    #[test]
    fn the_standard_text_is_a_whole_handout() {
        let standard = Text::standard();
        assert_eq!(standard.check().unwrap(), standard);
        let sheet = standard.sheet(&values());
        assert_eq!(sheet.title, "Your patient portal at Harbour & Hill");
        assert!(sheet.introduction[0].starts_with("Harbour & Hill has"), "{sheet:?}");
        assert_eq!((sheet.benefits.len(), sheet.steps.len()), (5, 3));
        assert!(sheet.steps[2].contains("https://portal.example.org/sign-in"), "{sheet:?}");
        assert_eq!(sheet.closing[1..], ["Or ring us: 02 9999 1111", "1 Quay Street"]);
        assert!(!format!("{sheet:?}").contains("{{"));
    }

    #[test]
    fn a_line_with_nothing_to_fill_in_is_left_out() {
        let bare = Values { practice_phone: String::new(), location_address: String::new(), ..values() };
        let sheet = Text::standard().sheet(&bare);
        assert_eq!(sheet.closing, ["Is something not working? Ask at the front desk."]);
    }

    // S3-38, PR-19: the practice writes its own, and reaches no field about a patient.
    #[test]
    fn what_is_wrong_is_said_beside_its_field() {
        let many = "a line\n".repeat(limits::HANDOUT_LINES + 1);
        let wrong = Text {
            title: " ".into(),
            introduction: "Dear {{patient.first_name}}".into(),
            benefits: many.clone(),
            steps: "{{practice.name".into(),
            closing: "x".repeat(limits::MESSAGE + 1),
        };
        let invalid = wrong.check().unwrap_err();
        assert_eq!(invalid.of("title"), Some(Problem::Missing));
        assert_eq!(invalid.of("introduction"), Some(Problem::UnknownHandoutField));
        assert_eq!(invalid.of("benefits"), Some(Problem::TooMany));
        assert_eq!(invalid.of("steps"), Some(Problem::UnclosedMergeField));
        assert_eq!(invalid.of("closing"), Some(Problem::TooLong));
        let right = Text { title: "Ours".into(), introduction: many, ..Text::default() };
        assert!(right.check().is_ok(), "paragraphs are not counted");
    }

    #[test]
    fn a_text_that_is_still_being_typed_is_shown_as_it_is() {
        let typing = Text { introduction: "At {{practice.na\n{{who}}".into(), ..Text::default() };
        assert_eq!(typing.sheet(&values()).introduction, ["At {{practice.na", "{{who}}"]);
    }

    #[test]
    fn braces_in_a_name_stay_braces() {
        let tricky = Values { practice_name: "{{practice.phone}}".into(), ..values() };
        assert_eq!(
            Text { title: "{{practice.name}}".into(), ..Text::default() }.sheet(&tricky).title,
            "{{practice.phone}}"
        );
    }
}
