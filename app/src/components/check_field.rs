//! One tick with its label.

use leptos::prelude::*;

use super::{Icon, described_by};

/// A tick. The form sends `yes` when it is set, and nothing when it is not.
#[component]
pub fn CheckField(
    /// The name under which the form sends it.
    name: &'static str,
    /// What it says.
    #[prop(into)]
    label: String,
    /// The control's id; the name when not given. Must be unique on the page.
    #[prop(optional, into)]
    id: String,
    /// Whether it is set.
    #[prop(optional)]
    value: bool,
    /// Read and written instead of `value`.
    #[prop(optional)]
    bind: Option<RwSignal<bool>>,
    /// Help that always stands there.
    #[prop(optional, into)]
    hint: String,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let id = if id.is_empty() { name.to_owned() } else { id };
    let set = bind.unwrap_or_else(|| RwSignal::new(value));
    let has_hint = !hint.is_empty();
    let described = {
        let id = id.clone();
        move || described_by(&id, has_hint, error.with(Option::is_some))
    };
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    view! {
        <div class="field field-check">
            <input
                type="checkbox"
                id=id.clone()
                name=name
                value="yes"
                checked=set.get_untracked()
                prop:checked=move || set.get()
                on:change=move |event| set.set(event_target_checked(&event))
                aria-describedby=described
                aria-invalid=move || error.with(Option::is_some).then_some("true")
            />
            <label for=id>{label}</label>
            {has_hint.then(|| view! { <p class="field-hint" id=hint_id>{hint}</p> })}
            {move || {
                let id = error_id.clone();
                error.get().map(|text| view! {
                    <p class="field-error" id=id><Icon name="circle-alert"/><span>{text}</span></p>
                })
            }}
        </div>
    }
}
