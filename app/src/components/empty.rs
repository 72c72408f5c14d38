//! What a list shows when there is nothing in it.

use leptos::prelude::*;

use super::Arch;

/// An empty state: what the list is for, and the first step.
#[component]
pub fn Empty(
    /// In a few words.
    #[prop(into)]
    title: String,
    /// What will be here, and what to do now; a button may be among it.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Arch class="arch-large"/>
            <p class="empty-title">{title}</p>
            <div class="empty-text">{children()}</div>
        </div>
    }
}
