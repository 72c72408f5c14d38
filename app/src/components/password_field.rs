//! A password, with a button that shows what was typed.

use leptos::prelude::*;

use super::{Field, Icon, described_by};

/// A field for a password. What was typed is never sent back to it.
#[component]
pub fn PasswordField(
    /// The name under which the form sends it.
    name: &'static str,
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// The control's id; the name when not given. Must be unique on the page.
    #[prop(optional, into)]
    id: String,
    /// Is this a password to be made up now? Then password managers offer a new one.
    #[prop(optional)]
    new: bool,
    /// May be left empty: the label says so.
    #[prop(optional)]
    optional: bool,
    /// The label does not say so: the hint says when.
    #[prop(optional)]
    unmarked: bool,
    /// Read and written.
    #[prop(optional)]
    bind: Option<RwSignal<String>>,
    /// Help that always stands there.
    #[prop(optional, into)]
    hint: String,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let id = if id.is_empty() { name.to_owned() } else { id };
    let text = bind.unwrap_or_default();
    let has_hint = !hint.is_empty();
    let described = {
        let id = id.clone();
        move || described_by(&id, has_hint, error.with(Option::is_some))
    };
    view! {
        <Field id=id.clone() label=label hint=hint error=error optional=optional && !unmarked>
            <div class="password">
                <input
                    id=id
                    name=name
                    type="password"
                    class="input"
                    prop:value=move || text.get()
                    on:input=move |event| text.set(event_target_value(&event))
                    autocomplete=if new { "new-password" } else { "current-password" }
                    required=!optional
                    autocapitalize="none"
                    spellcheck="false"
                    aria-describedby=described
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                />
                <Reveal/>
            </div>
        </Field>
    }
}

/// Tells a password manager whose password is being changed; nobody sees it, and nothing is sent.
#[component]
pub fn Username(
    /// The email that is signed in with.
    email: String,
) -> impl IntoView {
    view! { <input type="text" autocomplete="username" value=email readonly=true hidden=true/> }
}

/// The button beside the field. It appears with the scripts, without which it could do nothing.
#[cfg(any(feature = "ssr", feature = "portal"))]
#[island]
fn Reveal() -> impl IntoView {
    view! { <RevealButton/> }
}

#[cfg(not(any(feature = "ssr", feature = "portal")))]
#[component]
fn Reveal() -> impl IntoView {
    view! { <RevealButton/> }
}

#[component]
fn RevealButton() -> impl IntoView {
    let awake = RwSignal::new(false);
    let shown = RwSignal::new(false);
    Effect::new(move || awake.set(true));
    view! {
        <button
            type="button"
            class="password-reveal"
            hidden=move || !awake.get()
            aria-pressed=move || if shown.get() { "true" } else { "false" }
            on:click=move |event| toggle(&event, shown)
        >
            <span class="password-eye"><Icon name="eye" label="Show password"/></span>
            <span class="password-eye-off"><Icon name="eye-off" label="Show password"/></span>
        </button>
    }
}

#[cfg(any(feature = "portal", feature = "console"))]
fn toggle(event: &leptos::ev::MouseEvent, shown: RwSignal<bool>) {
    use wasm_bindgen::JsCast as _;
    use web_sys::{Element, HtmlInputElement};

    let input = event
        .current_target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .and_then(|button| button.closest(".password").ok().flatten())
        .and_then(|frame| frame.query_selector("input").ok().flatten())
        .and_then(|input| input.dyn_into::<HtmlInputElement>().ok());
    if let Some(input) = input {
        let show = !shown.get_untracked();
        input.set_type(if show { "text" } else { "password" });
        shown.set(show);
    }
}

#[cfg(not(any(feature = "portal", feature = "console")))]
fn toggle(_event: &leptos::ev::MouseEvent, _shown: RwSignal<bool>) {}
