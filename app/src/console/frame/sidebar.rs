//! The sidebar: the places that exist. Folds to icons, and remembers it.

use leptos::prelude::*;

use crate::{
    components::{Arch, Icon},
    console::{desk::use_desk, words},
};

const FOLDED: &str = "portico.sidebar";

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// Was it folded when last seen on this device?
pub fn was_folded() -> bool {
    storage().and_then(|storage| storage.get_item(FOLDED).ok().flatten()).as_deref() == Some("folded")
}

/// The sidebar.
#[component]
pub fn Sidebar(folded: RwSignal<bool>) -> impl IntoView {
    let desk = use_desk();
    let start = desk.start();
    let place = move |href: &'static str, icon: &'static str, name: &'static str| {
        let here = move || {
            let path = desk.nav.path();
            let under = path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/') && href != "/console");
            match (path == href, under) {
                (true, _) => Some("page"),
                (false, true) => Some("true"),
                (false, false) => None,
            }
        };
        view! {
            <li>
                <a href=href title=name aria-current=here>
                    <Icon name=icon/>
                    <span>{name}</span>
                </a>
            </li>
        }
    };
    let fold = move |_| {
        let now = !folded.get_untracked();
        folded.set(now);
        if let Some(storage) = storage() {
            let _ = storage.set_item(FOLDED, if now { "folded" } else { "open" });
        }
    };
    let fold_name = move || if folded.get() { words::UNFOLD } else { words::FOLD };
    view! {
        <nav class="sidebar" aria-label=words::PLACES>
            <p class="sidebar-mark" title=move || desk.practice.get()>
                <Arch/>
                <span dir="auto">{move || desk.practice.get()}</span>
            </p>
            <ul>
                {place("/console", "house", words::HOME)}
                {place("/console/patients", "users", words::PATIENTS)}
                {place("/console/chat", "message-circle", words::CHAT)}
                {place("/console/reports", "file-text", words::REPORTS)}
                {start.may.view_history.then(|| place("/console/history", "history", words::HISTORY))}
                {start.may.manage.then(|| place("/console/settings", "settings", words::SETTINGS))}
            </ul>
            <button
                type="button"
                class="sidebar-fold"
                aria-expanded=move || if folded.get() { "false" } else { "true" }
                title=fold_name
                on:click=fold
            >
                <Icon name="panel-left"/>
                <span>{fold_name}</span>
            </button>
        </nav>
    }
}
