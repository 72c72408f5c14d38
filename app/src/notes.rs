//! A note as it is read: one sheet for the portal, for the practice, and for a look at it "as the patient would see it", so that
//! the three cannot differ.

use domain::note::NoteText;
use leptos::prelude::*;

use crate::words;

/// What a note says.
#[component]
pub fn NoteSheet(
    /// Its text.
    text: NoteText,
    /// Who wrote it, and what they do.
    by: String,
    /// When it was written, and changed.
    when: AnyView,
) -> impl IntoView {
    let NoteText { title, category, body } = text;
    view! {
        <article class="card note">
            <header class="note-head">
                <p class="note-kind">{words::category(category)}</p>
                <h2 class="note-title" dir="auto">{title}</h2>
                <p class="note-by" dir="auto">{by}</p>
                <p class="note-when">{when}</p>
            </header>
            {paragraphs(&body)}
        </article>
    }
}

/// A text in its paragraphs; lines within one stay lines.
pub fn paragraphs(body: &str) -> impl IntoView + use<> {
    let paragraph = |text: &str| view! { <p class="note-text" dir="auto">{text.trim_matches('\n').to_owned()}</p> };
    body.split("\n\n").filter(|text| !text.trim().is_empty()).map(paragraph).collect_view()
}
