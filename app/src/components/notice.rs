//! Something to know, said with an icon, a colour and a word.

use leptos::prelude::*;

use super::Icon;

/// How serious it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Good to know.
    #[default]
    Info,
    /// It worked.
    Success,
    /// Take care.
    Warn,
    /// It did not work, or something will be lost.
    Danger,
}

impl Tone {
    const fn parts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Info => ("notice notice-info", "info", "Note"),
            Self::Success => ("notice notice-success", "circle-check", "Done"),
            Self::Warn => ("notice notice-warn", "triangle-alert", "Please note"),
            Self::Danger => ("notice notice-danger", "circle-alert", "Problem"),
        }
    }
}

/// A notice.
#[component]
pub fn Notice(
    /// How serious it is.
    #[prop(optional)]
    tone: Tone,
    /// The first line; may be empty.
    #[prop(optional, into)]
    title: String,
    /// Read out at once (`alert` when danger, else `status`): for what just happened, not for what always stands there.
    #[prop(optional)]
    live: bool,
    /// Takes the focus when the page opens: for the answer to what was just sent.
    #[prop(optional)]
    focus: bool,
    /// What happened, what it means, what to do.
    children: Children,
) -> impl IntoView {
    let (class, icon, word) = tone.parts();
    let role = live.then_some(if tone == Tone::Danger { "alert" } else { "status" });
    let title = (!title.is_empty()).then(|| view! { <p class="notice-title">{title}</p> });
    view! {
        <div class=class role=role tabindex=focus.then_some("-1") autofocus=focus>
            <Icon name=icon label=word/>
            <div class="notice-text">{title} {children()}</div>
        </div>
    }
}
