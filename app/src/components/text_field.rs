//! One line of text.

use leptos::prelude::*;

use super::{Field, described_by};

/// A field of one line.
#[component]
pub fn TextField(
    /// The name under which the form sends it.
    #[prop(into)]
    name: String,
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// The control's id; the name when not given. Must be unique on the page.
    #[prop(optional, into)]
    id: String,
    /// `text`, `email`, `tel`, `search`, `date`, `number` …
    #[prop(default = "text")]
    kind: &'static str,
    /// What stands in it.
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
    /// Must be filled in; when not, the label says "(optional)".
    #[prop(optional)]
    required: bool,
    /// The label does not say so: something beside it does.
    #[prop(optional)]
    unmarked: bool,
    /// What a browser may fill in, such as `email`.
    #[prop(optional)]
    autocomplete: &'static str,
    /// Which keys a phone shows, such as `decimal`; those of the kind when empty.
    #[prop(optional)]
    inputmode: &'static str,
    /// Takes the focus when the page opens.
    #[prop(optional)]
    autofocus: bool,
    /// The most characters; none when 0.
    #[prop(optional)]
    longest: usize,
) -> impl IntoView {
    let id = if id.is_empty() { name.clone() } else { id };
    let text = bind.unwrap_or_else(|| RwSignal::new(value));
    let has_hint = !hint.is_empty();
    let described = {
        let id = id.clone();
        move || described_by(&id, has_hint, error.with(Option::is_some))
    };
    // Words that no dictionary knows, and that a keyboard must not change.
    let exact = matches!(kind, "email" | "tel" | "url");
    view! {
        <Field id=id.clone() label=label hint=hint error=error optional=!required && !unmarked>
            <input
                id=id
                name=name
                type=kind
                class="input"
                value=text.get_untracked()
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
                dir=(!exact).then_some("auto")
                required=required
                autofocus=autofocus
                autocomplete=if autocomplete.is_empty() { "off" } else { autocomplete }
                inputmode=(!inputmode.is_empty()).then_some(inputmode)
                autocapitalize=exact.then_some("none")
                spellcheck=exact.then_some("false")
                maxlength=(longest > 0).then(|| longest.to_string())
                aria-describedby=described
                aria-invalid=move || error.with(Option::is_some).then_some("true")
            />
        </Field>
    }
}
