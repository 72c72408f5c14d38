//! A document as it is read: one sheet for the portal, for the practice, and for a look at it "as the patient would see it", so that
//! the three cannot differ.

use domain::document::DocumentText;
use leptos::prelude::*;

use crate::{notes::paragraphs, words};

/// What a document says.
#[component]
pub fn DocumentSheet(
    /// Its text.
    text: DocumentText,
    /// Who wrote it, and what they do.
    by: String,
    /// When it was completed.
    when: AnyView,
) -> impl IntoView {
    let DocumentText { title, kind, body, .. } = text;
    view! {
        <article class="card note">
            <header class="note-head">
                <p class="note-kind">{words::document_type(kind)}</p>
                <h2 class="note-title" dir="auto">{title}</h2>
                <p class="note-by" dir="auto">{by}</p>
                <p class="note-when">{when}</p>
            </header>
            {paragraphs(&body)}
        </article>
    }
}
