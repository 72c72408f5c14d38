//! Tabs that are links: each has its own address.

use leptos::prelude::*;

/// Tabs. `tabs` gives each one's address and text; `current` is the address shown now.
#[component]
pub fn Tabs(
    /// What they are tabs of, read out.
    label: &'static str,
    /// Address and text of each.
    tabs: Vec<(String, String)>,
    /// The address shown now.
    #[prop(into)]
    current: Signal<String>,
) -> impl IntoView {
    let links = tabs
        .into_iter()
        .map(|(href, text)| {
            let own = href.clone();
            let here = move || current.with(|current| *current == own).then_some("page");
            view! { <li><a href=href aria-current=here>{text}</a></li> }
        })
        .collect::<Vec<_>>();
    view! { <nav class="tabs" aria-label=label><ul>{links}</ul></nav> }
}
