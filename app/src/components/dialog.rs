//! A pop-up: the native `<dialog>`, shown over the page.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::Icon;

/// A pop-up, open from when it is drawn until its owner takes it away. The focus goes to its first field and comes back
/// when it closes. `Esc` closes; a click beside it does nothing, so that nothing typed is lost.
#[component]
pub fn Dialog(
    /// What it is for: its heading.
    #[prop(into)]
    title: String,
    /// Its heading's id; must be unique on the page.
    #[prop(default = "dialog-title")]
    id: &'static str,
    /// Called when the person closes it.
    #[prop(into)]
    on_close: Callback<()>,
    /// What the closing button is called.
    #[prop(default = "Close")]
    close: &'static str,
    /// Wide, for two things side by side.
    #[prop(optional)]
    wide: bool,
    /// What is in it.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let opener =
        StoredValue::new_local(document().active_element().and_then(|element| element.dyn_into::<HtmlElement>().ok()));
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        let _ = dialog.show_modal();
        focus_first(&dialog);
    });
    on_cleanup(move || {
        let opener = opener.try_get_value().flatten();
        request_animation_frame(move || {
            if let Some(opener) = opener.filter(|opener| opener.is_connected()) {
                let _ = opener.focus();
            }
        });
    });
    view! {
        <dialog
            node_ref=node
            class=if wide { "dialog dialog-wide" } else { "dialog" }
            aria-labelledby=id
            on:cancel=move |event: web_sys::Event| {
                event.prevent_default();
                on_close.run(());
            }
            on:close=move |_| on_close.run(())
        >
            <header class="dialog-head">
                <h2 id=id tabindex="-1">{title}</h2>
                <button type="button" class="icon-button" aria-label=close title=close on:click=move |_| on_close.run(())>
                    <Icon name="x"/>
                </button>
            </header>
            {children()}
        </dialog>
    }
}

/// For a dialog whose fields came after it was opened: the focus goes to the first of them, as if they had been there.
pub fn focus_first_field() {
    let open = document().query_selector("dialog[open]").ok().flatten();
    if let Some(dialog) = open.and_then(|element| element.dyn_into::<web_sys::HtmlDialogElement>().ok()) {
        focus_first(&dialog);
    }
}

fn focus_first(dialog: &web_sys::HtmlDialogElement) {
    let fields = ".dialog-body :is(input:not([type=hidden]), select, textarea)";
    let first = [fields, ".dialog-foot button", "h2"]
        .into_iter()
        .find_map(|selector| dialog.query_selector(selector).ok().flatten())
        .and_then(|element| element.dyn_into::<HtmlElement>().ok());
    if let Some(first) = first {
        let _ = first.focus();
    }
}
