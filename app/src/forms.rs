//! Real forms: they post to a door with or without scripts, and come back with what was typed and what is wrong with it.

use leptos::prelude::*;

use crate::{
    components::{Notice, Tone},
    error::AppError,
    shell::Typed,
    words,
};

/// What a door said to a form of this page, if it was just refused.
#[derive(Debug, Clone, Default)]
pub struct Answer(Option<Typed>);

impl Answer {
    /// Of the door with this path, such as `/api/account/sign_in`.
    #[must_use]
    pub fn of(door: &str) -> Self {
        Self(use_context::<Typed>().filter(|typed| typed.door == door))
    }

    /// What was typed into a field; empty on a fresh page and for passwords.
    #[must_use]
    pub fn value(&self, field: &str) -> String {
        self.typed(field).unwrap_or_default().to_owned()
    }

    /// What was typed into a field, or on a fresh page what stands there at first.
    #[must_use]
    pub fn value_or(&self, field: &str, first: &str) -> String {
        if self.0.is_some() { self.value(field) } else { first.to_owned() }
    }

    /// What is wrong with a field, in words.
    #[must_use]
    pub fn error(&self, field: &str) -> Option<String> {
        self.refusal()?.problem(field).map(|problem| words::problem(problem).to_owned())
    }

    /// Why the whole form was refused.
    #[must_use]
    pub fn refusal(&self) -> Option<&AppError> {
        self.0.as_ref().map(|typed| &typed.error)
    }

    /// Was this one of the values that were sent under a name?
    #[must_use]
    pub fn has(&self, field: &str, value: &str) -> bool {
        self.0.as_ref().is_some_and(|typed| typed.values.iter().any(|(name, sent)| name == field && sent == value))
    }

    /// What was sent under a name; nothing when nothing was, or on a fresh page.
    #[must_use]
    pub fn sent(&self, field: &str) -> Option<String> {
        self.typed(field).map(str::to_owned)
    }

    fn typed(&self, field: &str) -> Option<&str> {
        let values = &self.0.as_ref()?.values;
        values.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str())
    }
}

/// The notice at the top of a form that was refused. It takes the focus, so that nobody has to look for it.
#[component]
pub fn Refused(
    /// What the door said.
    answer: Answer,
) -> impl IntoView {
    answer.refusal().map(words::error).map(|text| {
        view! {
            <Notice tone=Tone::Danger live=true focus=true>
                <p>{text}</p>
            </Notice>
        }
    })
}

/// A form that posts to a door. When it is refused, the page is drawn again with what was typed.
#[component]
pub fn DoorForm(
    /// The door's path, such as `/api/account/sign_in`.
    door: &'static str,
    /// The page the form stands on.
    #[prop(into)]
    page: String,
    /// Fields and buttons.
    children: Children,
) -> impl IntoView {
    // Our own messages say all that is wrong at once, and stand beside the fields: the browser's would hide them.
    view! {
        <form method="post" action=format!("{door}?page={page}") novalidate=true class="form">
            {children()}
        </form>
    }
}

/// A value that is sent but not typed.
#[component]
pub fn Hidden(
    /// The name under which the form sends it.
    name: &'static str,
    /// What is sent.
    #[prop(into)]
    value: String,
) -> impl IntoView {
    view! { <input type="hidden" name=name value=value/> }
}
