//! Buttons, and links that look like them.

use leptos::{ev::MouseEvent, prelude::*};

use super::Icon;

/// How much a button stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// The one thing to do next.
    Main,
    /// Everything else.
    #[default]
    Plain,
    /// Ends or takes away something; its text names what.
    Danger,
    /// No frame until it is pointed at: for bars and rows.
    Quiet,
}

impl Kind {
    const fn class(self) -> &'static str {
        match self {
            Self::Main => "button button-main",
            Self::Plain => "button",
            Self::Danger => "button button-danger",
            Self::Quiet => "button button-quiet",
        }
    }
}

/// A button. Events are given to it as to an element: `<Button press=…>`.
#[component]
pub fn Button(
    /// How much it stands out.
    #[prop(optional)]
    kind: Kind,
    /// Sends the form it is in.
    #[prop(optional)]
    submit: bool,
    /// An icon before the text.
    #[prop(optional)]
    icon: &'static str,
    /// Cannot be used now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Its work is under way: it cannot be used twice, and says so.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// What a click does.
    #[prop(optional, into)]
    press: Option<Callback<MouseEvent>>,
    /// What it is called, where the word on it is not enough.
    #[prop(optional, into)]
    name: Option<String>,
    /// What it says; always a word.
    children: Children,
) -> impl IntoView {
    let click = move |event: MouseEvent| {
        if let Some(press) = press {
            press.run(event);
        }
    };
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            class=kind.class()
            aria-label=name
            on:click=click
            disabled=move || disabled.get() || busy.get()
            aria-busy=move || busy.get().then_some("true")
        >
            {(!icon.is_empty()).then(|| view! { <Icon name=icon/> })}
            <span>{children()}</span>
        </button>
    }
}

/// A link that looks like a button: it leads somewhere, and changes nothing.
#[component]
pub fn LinkButton(
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// How much it stands out.
    #[prop(optional)]
    kind: Kind,
    /// An icon before the text.
    #[prop(optional)]
    icon: &'static str,
    /// What it says.
    children: Children,
) -> impl IntoView {
    view! {
        <a href=href class=kind.class()>
            {(!icon.is_empty()).then(|| view! { <Icon name=icon/> })}
            <span>{children()}</span>
        </a>
    }
}
