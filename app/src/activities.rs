//! A home activity as it is read: one sheet for the portal, for the practice, and for a look at it before it is assigned, so that the
//! three cannot differ.

use domain::activity::{ActivityFile, ActivityText};
use leptos::prelude::*;

use crate::{components::Icon, notes::paragraphs, words};

/// What an activity says.
#[component]
pub fn ActivitySheet(
    /// What is to be done.
    text: ActivityText,
    /// Who assigned it, and what they do; empty where nobody has yet.
    by: String,
    /// What belongs to it, as links.
    files: Vec<AnyView>,
) -> impl IntoView {
    let ActivityText { title, dose, instructions, schedule } = text;
    let dose =
        (!dose.is_empty()).then(|| view! { <p class="note-text" dir="auto"><b>{words::HOW_MUCH}</b>" "{dose}</p> });
    let files = (!files.is_empty()).then(|| {
        view! {
            <div class="activity-files">
                <p><b>{words::BELONGS_TO_IT}</b></p>
                <ul class="activity-list">{files}</ul>
            </div>
        }
    });
    view! {
        <article class="card note">
            <header class="note-head">
                <p class="note-kind">{words::HOME_ACTIVITY}</p>
                <h2 class="note-title" dir="auto">{title}</h2>
                {(!by.is_empty()).then(|| view! { <p class="note-by" dir="auto">{by}</p> })}
            </header>
            {dose}
            <p class="note-text"><b>{words::WHEN}</b>" "{words::schedule(&schedule)}</p>
            {paragraphs(&instructions)}
            {files}
        </article>
    }
}

/// A file that belongs to an activity: its name opens it at this address.
pub fn file(file: ActivityFile, href: String) -> AnyView {
    let ActivityFile { name, kind, size, .. } = file;
    let about = format!("{}, {}", words::file_type(kind), words::file_size(size));
    view! {
        <li>
            <Icon name="paperclip"/>
            <span><a href=href rel="external" download=true dir="auto">{name}</a>" ("{about}")"</span>
        </li>
    }
    .into_any()
}
