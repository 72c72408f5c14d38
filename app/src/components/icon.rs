//! One icon of the sprite `public/icons.svg`.

use leptos::prelude::*;

/// An icon. Without `label` it is decoration, and the text beside it speaks.
#[component]
pub fn Icon(
    /// Its name in the sprite.
    name: &'static str,
    /// What it says when no text stands beside it.
    #[prop(optional, into)]
    label: String,
) -> impl IntoView {
    let address = format!("/icons.svg#{name}");
    let (role, hidden) = if label.is_empty() { (None, Some("true")) } else { (Some("img"), None) };
    let label = (!label.is_empty()).then_some(label);
    view! {
        <svg class="icon" viewBox="0 0 24 24" width="24" height="24" role=role aria-label=label aria-hidden=hidden focusable="false">
            <use href=address></use>
        </svg>
    }
}
