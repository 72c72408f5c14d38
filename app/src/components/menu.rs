//! A button that opens a small sheet under it: `<details>`, closed by `Esc`, by a click elsewhere and by following a link.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// A menu or a popover list.
#[component]
pub fn Menu(
    /// The name of its button, read out.
    #[prop(into)]
    label: Signal<String>,
    /// What its button shows.
    #[prop(into)]
    button: ViewFn,
    /// Is it open? May be read to fetch what is in it, and set to close it.
    #[prop(optional)]
    open: RwSignal<bool>,
    /// A class of its own.
    #[prop(optional)]
    class: &'static str,
    /// The class of its button.
    #[prop(optional)]
    looks: &'static str,
    /// What is in it; drawn when it opens.
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Details>::new();
    let beside = window_event_listener(ev::click, move |event| {
        let Some(menu) = node.try_get_untracked().flatten() else { return };
        // As it was when it was clicked: what went away with the click is still on the way.
        if !event.composed_path().includes(&menu, 0) {
            open.set(false);
        }
    });
    on_cleanup(move || beside.remove());
    let close_by_key = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && open.get_untracked() {
            event.stop_propagation();
            open.set(false);
            if let Some(button) = node.get_untracked().and_then(|menu| menu.query_selector("summary").ok().flatten())
                && let Ok(button) = button.dyn_into::<HtmlElement>()
            {
                let _ = button.focus();
            }
        }
    };
    let close_by_link = move |event: ev::MouseEvent| {
        let link = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .and_then(|element| element.closest("a[href]").ok().flatten());
        if link.is_some() {
            open.set(false);
        }
    };
    view! {
        <details
            node_ref=node
            class=format!("menu {class}")
            prop:open=move || open.get()
            on:toggle=move |_| {
                if let Some(menu) = node.get_untracked() {
                    open.set(menu.open());
                }
            }
            on:keydown=close_by_key
        >
            <summary class=looks aria-label=move || label.get() title=move || label.get()>{move || button.run()}</summary>
            {move || open.get().then(|| view! { <div class="menu-sheet" on:click=close_by_link>{children()}</div> })}
        </details>
    }
}
