//! What is typed into a form of the portal stays in this tab until it is saved, or the person signs out: a lost network, a
//! refusal or a session that ran out loses nothing.
//!
//! A script of its own, on the few pages that need it: as an island it would weigh five times as much on every page. The form
//! stands in an element with `data-draft`, whose value names the grant and what the form is about: another person who signs in
//! on this tab finds nothing. What tells that it was saved has `data-draft-done`, the beginning of the names that are over.

use leptos::{nonce::use_nonce, prelude::*};

use super::words as say;

const SCRIPT: &str = include_str!("draft.js");

/// The script, and the words it shows when something was found.
#[component]
pub fn Draft() -> impl IntoView {
    let nonce = use_nonce();
    view! {
        <div role="status">
            <p id="draft" class="draft" hidden>
                {say::DRAFT}" "<button type="button" class="link-button">{say::DROP_DRAFT}</button>
            </p>
        </div>
        <script type="module" nonce=nonce>{SCRIPT}</script>
    }
}
