//! Buttons, and links that look like them.

use leptos::prelude::*;

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

/// A button. Events are given to it as to an element: `<Button on:click=…>`.
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
    /// What it says; always a word.
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            class=kind.class()
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
