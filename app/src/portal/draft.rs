//! What is typed into a form of the portal stays in this tab until it is saved, or the person signs out: a lost network, a
//! refusal or a session that ran out loses nothing. (`console/drafts.rs` does the same for the console.)
//!
//! A script of its own, on the few pages that need it: as an island every page would carry it. It stands before the form. Names
//! begin with the grant, which is one person's way to one record: another person on this tab finds nothing, and what belongs to
//! a grant that is not theirs goes when a page with a draft is opened.
//!
//! Signing out in one tab forgets what was typed in all: the page it leads to leaves a mark on the device, of which a tab that is
//! open hears at once (`shell/loader.js`), and one that sleeps when it wakes up. The console does alike, with the same mark.

use domain::views::PortalRecord;
use leptos::{nonce::use_nonce, prelude::*};

use super::words as say;

const SCRIPT: &str = include_str!("draft.js");

/// The script, and the words it shows when something was found.
#[component]
pub fn Draft(
    /// What this person may open.
    records: Vec<PortalRecord>,
    /// What the form that follows is about; nothing where there is none.
    #[prop(optional, into)]
    about: String,
    /// What was saved just now.
    #[prop(optional, into)]
    saved: String,
    /// Somebody signed out just now.
    #[prop(optional)]
    signed_out: bool,
) -> impl IntoView {
    let nonce = use_nonce();
    let own = [about.as_str(), &saved].into_iter().filter_map(|name| name.split('.').next()).map(str::to_owned);
    let grants: Vec<_> = records.iter().map(|record| record.grant.to_string()).chain(own).collect();
    let grants = grants.join(" ");
    view! {
        <div role="status" data-drafts=grants data-about=about data-saved=saved data-signed-out=signed_out>
            <p id="draft" class="draft" hidden>
                {say::DRAFT}" "<button type="button" class="link-button">{say::DROP_DRAFT}</button>
            </p>
        </div>
        <script type="module" nonce=nonce>{SCRIPT}</script>
    }
}
