//! Sections and questions while they are written: signals, so that moving one keeps what is typed in it.

use domain::form::{Definition, Kind, Question, Section};
use leptos::prelude::*;

/// A section.
#[derive(Clone, Copy)]
pub(super) struct Part {
    /// Tells it apart while it is moved about.
    pub(super) id: u32,
    pub(super) title: RwSignal<String>,
    pub(super) help: RwSignal<String>,
    pub(super) questions: RwSignal<Vec<Ask>>,
}

/// A question.
#[derive(Clone, Copy)]
pub(super) struct Ask {
    pub(super) key: StoredValue<String>,
    pub(super) id: u32,
    pub(super) label: RwSignal<String>,
    pub(super) help: RwSignal<String>,
    pub(super) required: RwSignal<bool>,
    /// The code of its kind.
    pub(super) kind: RwSignal<String>,
    /// One on each line.
    pub(super) options: RwSignal<String>,
    pub(super) least: RwSignal<String>,
    pub(super) most: RwSignal<String>,
    pub(super) unit: RwSignal<String>,
}

/// A number that no other part of this page has.
fn next_id() -> u32 {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A key that no question of this form has had: answers are kept under it for good, so none is ever used again.
fn new_key() -> String {
    format!("q{:012x}", js_sys::Math::random().to_bits() & 0xffff_ffff_ffff)
}

impl Part {
    pub(super) fn of(section: Section) -> Self {
        Self {
            id: next_id(),
            title: RwSignal::new(section.title),
            help: RwSignal::new(section.help),
            questions: RwSignal::new(section.questions.into_iter().map(Ask::of).collect()),
        }
    }

    /// A section without words, with a question without words.
    pub(super) fn new() -> Self {
        let part = Self::of(Section::default());
        part.questions.set(vec![Ask::new()]);
        part
    }

    /// As it stands now, tracked.
    pub(super) fn section(self) -> Section {
        Section {
            title: self.title.get(),
            help: self.help.get(),
            questions: self.questions.get().into_iter().map(Ask::question).collect(),
        }
    }
}

impl Ask {
    fn of(question: Question) -> Self {
        let code = question.kind.code().to_owned();
        let options = question.kind.options().join("\n");
        let (least, most, unit) = match question.kind {
            Kind::Number { least, most, unit } => (least, most, unit),
            _ => Default::default(),
        };
        Self {
            key: StoredValue::new(question.key),
            id: next_id(),
            label: RwSignal::new(question.label),
            help: RwSignal::new(question.help),
            required: RwSignal::new(question.required),
            kind: RwSignal::new(code),
            options: RwSignal::new(options),
            least: RwSignal::new(least),
            most: RwSignal::new(most),
            unit: RwSignal::new(unit),
        }
    }

    pub(super) fn new() -> Self {
        let empty = String::new;
        Self::of(Question { key: new_key(), label: empty(), help: empty(), required: false, kind: Kind::Text })
    }

    fn question(self) -> Question {
        let options = || self.options.with(|text| text.split('\n').map(str::to_owned).collect());
        let kind = match self.kind.get().as_str() {
            "long_text" => Kind::LongText,
            "choice" => Kind::Choice { options: options() },
            "choices" => Kind::Choices { options: options() },
            "number" => Kind::Number { least: self.least.get(), most: self.most.get(), unit: self.unit.get() },
            "date" => Kind::Date,
            "yes_no" => Kind::YesNo,
            "signature" => Kind::Signature,
            _ => Kind::Text,
        };
        Question {
            key: self.key.get_value(),
            label: self.label.get(),
            help: self.help.get(),
            required: self.required.get(),
            kind,
        }
    }
}

/// The whole form as it stands now, tracked.
pub(super) fn definition(parts: RwSignal<Vec<Part>>) -> Definition {
    Definition { sections: parts.get().into_iter().map(Part::section).collect() }
}

/// One place up or down; at an end it stays.
pub(super) fn shift<T>(list: &mut [T], at: usize, up: bool) {
    let other = if up { at.checked_sub(1) } else { Some(at + 1).filter(|next| *next < list.len()) };
    if let Some(other) = other
        && at < list.len()
    {
        list.swap(at, other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_move_and_stay_at_the_ends() {
        let mut list = vec![1, 2, 3];
        shift(&mut list, 0, true);
        shift(&mut list, 2, false);
        assert_eq!(list, [1, 2, 3]);
        shift(&mut list, 2, true);
        shift(&mut list, 0, false);
        assert_eq!(list, [3, 1, 2]);
    }
}
