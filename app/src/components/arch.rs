//! The mark of the portico: a calm arch. Logo, and in empty states; nowhere else.

use leptos::prelude::*;

/// The arch, drawn in the text's colours. It says nothing, so it is hidden from screen readers.
#[component]
pub fn Arch(
    /// The size class: none for the logo's size, `arch-large` in empty states.
    #[prop(optional, into)]
    class: String,
) -> impl IntoView {
    view! {
        <svg class=format!("arch {class}") viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
            <path class="arch-light" d="M10.5 27V16a5.5 5.5 0 0 1 11 0v11z"/>
            <path class="arch-stone" d="M4 27V15a12 12 0 0 1 24 0v12h-4.5V15a7.5 7.5 0 0 0-15 0v12z"/>
            <path class="arch-stone" d="M3 28.25h26a.75.75 0 0 1 .75.75v.25a.75.75 0 0 1-.75.75H3a.75.75 0 0 1-.75-.75V29a.75.75 0 0 1 .75-.75z"/>
        </svg>
    }
}
