//! The practice's side: a single-page application.

use leptos::prelude::*;

/// The whole console.
#[component]
pub fn Console() -> impl IntoView {
    view! { <p>"not built yet"</p> }
}
