//! What stands where something will be. The style sheet shows it only after 200 ms: what comes sooner never flickers.

use leptos::prelude::*;

/// Grey lines.
#[component]
pub fn Skeleton(
    /// How many.
    #[prop(default = 3)]
    lines: usize,
) -> impl IntoView {
    view! {
        <div class="skeleton" aria-hidden="true">
            {(0..lines).map(|_| view! { <div class="skeleton-line"></div> }).collect::<Vec<_>>()}
        </div>
    }
}
