//! The head of a page: its title, what stands under it, its main action at top right.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

use crate::console::desk::{name_page, use_desk};

/// The head of a page. Names the browser's tab, and takes the focus when the person has just come here.
#[component]
pub fn Head(
    /// The page's title.
    #[prop(into)]
    title: Signal<String>,
    /// Where one level up leads, and its name.
    #[prop(optional)]
    up: Option<(&'static str, &'static str)>,
    /// What stands beside the title.
    #[prop(optional)]
    beside: Option<Children>,
    /// What stands under the title.
    #[prop(optional)]
    under: Option<Children>,
    /// The main action.
    #[prop(optional)]
    action: Option<Children>,
) -> impl IntoView {
    let desk = use_desk();
    let nav = desk.nav;
    // On a narrow screen the switcher has no room for the name of the practice one is in.
    let several = Memo::new(move |_| desk.memberships.with(|all| all.len() > 1));
    let practice =
        move || several.get().then(|| view! { <p class="page-practice" dir="auto">{move || desk.practice.get()}</p> });
    let node = NodeRef::<html::H1>::new();
    Effect::new(move || name_page(&title.get()));
    Effect::new(move || {
        let Some(heading) = node.get() else { return };
        if nav.take_heading() && !typing() {
            let _ = heading.focus();
        }
    });
    view! {
        <header class="page-head">
            <div class="page-title">
                {practice}
                {up.map(|(href, text)| view! { <p class="page-up"><a href=href>{text}</a></p> })}
                <div class="page-name">
                    <h1 node_ref=node tabindex="-1" dir="auto">{move || title.get()}</h1>
                    {beside.map(|beside| beside())}
                </div>
                {under.map(|under| view! { <div class="page-under">{under()}</div> })}
            </div>
            {action.map(|action| view! { <div class="page-action">{action()}</div> })}
        </header>
    }
}

/// The focus goes to the page's title: for when what had it went away.
pub fn focus_on_title() {
    let title = document().query_selector("#main h1").ok().flatten();
    if let Some(title) = title.and_then(|title| title.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = title.focus();
    }
}

/// Does somebody type right now? Then the focus stays where it is.
pub fn typing() -> bool {
    document()
        .active_element()
        .and_then(|element| element.dyn_into::<web_sys::Element>().ok())
        .is_some_and(|element| element.matches("input, textarea, select").unwrap_or_default())
}
