//! What stands on paper. Every text is already in words: nothing here knows a language or what it is about.

use serde::{Deserialize, Serialize};

use crate::Code;

/// Something to print.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    /// How to reach the portal.
    Handout(Handout),
    /// A form, empty or filled in; a note, a letter.
    Document(Document),
}

/// A sheet that tells patients of the portal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handout {
    /// The language of its words, as `en`.
    pub language: String,
    /// Whose it is.
    pub practice: String,
    /// Its heading.
    pub title: String,
    /// Paragraphs under the heading.
    pub introduction: Vec<String>,
    /// Heading of the benefits.
    pub benefits_title: String,
    /// What it is good for.
    pub benefits: Vec<String>,
    /// Heading of the way there.
    pub steps_title: String,
    /// The way there, one step after the other.
    pub steps: Vec<String>,
    /// The address under the code.
    pub address: String,
    /// The address as a code.
    pub code: Code,
    /// The code in words, for who cannot see it.
    pub code_name: String,
    /// Paragraphs at the end.
    pub closing: Vec<String>,
}

/// A form: questions with their answers, or with room to write them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The language of its words, as `en`.
    pub language: String,
    /// Its heading, which is also the title of the PDF.
    pub title: String,
    /// Whose it is.
    pub practice: String,
    /// Lines under the heading: whom it is about, when it was filled in.
    pub lines: Vec<String>,
    /// Its parts.
    pub sections: Vec<Section>,
    /// At the foot of every page, beside the page number; may be empty.
    pub footer: String,
}

/// A part of a form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Its heading; may be empty.
    pub title: String,
    /// What stands under it; may be empty.
    pub help: String,
    /// A text in paragraphs, with an empty line between; may be empty.
    #[serde(default)]
    pub text: String,
    /// Its questions.
    pub items: Vec<Item>,
}

/// A question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The question.
    pub label: String,
    /// What stands under it; may be empty.
    pub help: String,
    /// The answer; its lines stay lines.
    pub answer: Option<String>,
    /// Lines to write on by hand.
    pub blank_lines: u8,
}
