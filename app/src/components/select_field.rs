//! One of a list.

use leptos::prelude::*;

use super::{Field, described_by};

/// One choice: what is sent, and what is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What people read.
    pub text: String,
    /// The heading it stands under; none when empty. Choices of one heading must stand together.
    pub group: &'static str,
}

impl Choice {
    /// A choice without a heading.
    #[must_use]
    pub fn new(value: impl Into<String>, text: impl Into<String>) -> Self {
        Self { value: value.into(), text: text.into(), group: "" }
    }
}

/// A field that offers a list.
#[component]
pub fn SelectField(
    /// The name under which the form sends it.
    name: &'static str,
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// The choices, in order.
    choices: Vec<Choice>,
    /// The control's id; the name when not given. Must be unique on the page.
    #[prop(optional, into)]
    id: String,
    /// The chosen value.
    #[prop(optional, into)]
    value: String,
    /// Read and written instead of `value`.
    #[prop(optional)]
    bind: Option<RwSignal<String>>,
    /// Help that always stands there.
    #[prop(optional, into)]
    hint: String,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Must be chosen; when not, the label says "(optional)".
    #[prop(optional)]
    required: bool,
    /// The label does not say so: something beside it does.
    #[prop(optional)]
    unmarked: bool,
) -> impl IntoView {
    let id = if id.is_empty() { name.to_owned() } else { id };
    let chosen = bind.unwrap_or_else(|| RwSignal::new(value));
    let has_hint = !hint.is_empty();
    let described = {
        let id = id.clone();
        move || described_by(&id, has_hint, error.with(Option::is_some))
    };
    let mut rest = choices.into_iter().peekable();
    let mut parts = Vec::new();
    while let Some(first) = rest.next() {
        let group = first.group;
        let mut options = vec![option(first, chosen)];
        while let Some(next) = rest.next_if(|next| !group.is_empty() && next.group == group) {
            options.push(option(next, chosen));
        }
        parts.push(if group.is_empty() {
            options.into_any()
        } else {
            view! { <optgroup label=group>{options}</optgroup> }.into_any()
        });
    }
    view! {
        <Field id=id.clone() label=label hint=hint error=error optional=!required && !unmarked>
            <select
                id=id
                name=name
                class="input select"
                required=required
                on:change=move |event| chosen.set(event_target_value(&event))
                aria-describedby=described
                aria-invalid=move || error.with(Option::is_some).then_some("true")
            >
                {parts}
            </select>
        </Field>
    }
}

fn option(choice: Choice, chosen: RwSignal<String>) -> impl IntoView + use<> {
    let Choice { value, text, .. } = choice;
    let own = value.clone();
    let is_chosen = move || chosen.with(|chosen| *chosen == own);
    view! { <option value=value selected=is_chosen.clone() prop:selected=is_chosen>{text}</option> }
}
