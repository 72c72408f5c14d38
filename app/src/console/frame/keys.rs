//! The keyboard: `/` searches, `g` then a letter goes, `?` shows this list.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::{
    components::{Button, CheckField, Dialog},
    console::{
        desk::{Desk, use_desk},
        words,
    },
};

/// How long `g` waits for its letter, in milliseconds.
const PATIENCE: f64 = 1_500.0;

/// Where this device remembers that single keys do nothing.
const SILENT: &str = "portico.keys";

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// May single keys act on this device? Who speaks to the computer turns them off.
pub fn are_on() -> bool {
    storage().and_then(|storage| storage.get_item(SILENT).ok().flatten()).is_none()
}

fn turn(on: bool) {
    if let Some(storage) = storage() {
        let _ = if on { storage.remove_item(SILENT) } else { storage.set_item(SILENT, "off") };
    }
}

/// Listens to keys that are not typed into a field.
pub fn listen(desk: Desk) {
    let may = desk.start().may;
    let going = StoredValue::new(f64::MIN);
    let listener = window_event_listener(ev::keydown, move |event| {
        if event.default_prevented()
            || event.ctrl_key()
            || event.meta_key()
            || event.alt_key()
            || elsewhere(&event)
            || !are_on()
        {
            return;
        }
        let now = js_sys::Date::now();
        let key = event.key();
        if now - going.get_value() < PATIENCE {
            going.set_value(f64::MIN);
            let to = match key.as_str() {
                "h" => "/console",
                "p" => "/console/patients",
                "n" => "/console/notifications",
                "s" if may.manage => "/console/settings",
                "u" if may.manage => "/console/settings/users",
                "y" if may.view_history => "/console/history",
                _ => return,
            };
            event.prevent_default();
            desk.nav.go(to);
            return;
        }
        match key.as_str() {
            "g" => going.set_value(now),
            "?" => desk.shortcuts.set(true),
            "/" => {
                event.prevent_default();
                let field = document().get_element_by_id("search");
                if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
                    let _ = field.focus();
                }
            }
            _ => {}
        }
    });
    on_cleanup(move || listener.remove());
}

/// Typed into a field, or while a dialog is open?
fn elsewhere(event: &ev::KeyboardEvent) -> bool {
    let field = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .is_some_and(|element| element.matches("input:not([type=radio]), textarea, select").unwrap_or_default());
    field || document().query_selector("dialog[open]").ok().flatten().is_some()
}

/// The list of shortcuts, when it is asked for.
#[component]
pub fn Shortcuts() -> impl IntoView {
    let desk = use_desk();
    let may = desk.start().may;
    let close = move || desk.shortcuts.set(false);
    let on = RwSignal::new(are_on());
    Effect::new(move || turn(on.get()));
    move || {
        desk.shortcuts.get().then(|| {
            let rows: Vec<_> = words::SHORTCUT_LIST
                .iter()
                .filter(|(keys, _)| match *keys {
                    "g s" | "g u" => may.manage,
                    "g y" => may.view_history,
                    _ => true,
                })
                .map(|(keys, what)| {
                    let keys: Vec<_> = keys.split(' ').map(|key| view! { <kbd>{key}</kbd> }).collect();
                    view! { <div><dt>{keys}</dt><dd>{*what}</dd></div> }
                })
                .collect();
            view! {
                <Dialog title=words::SHORTCUTS id="shortcuts-title" on_close=move |()| close()>
                    <div class="dialog-body">
                        <dl class="shortcuts">{rows}</dl>
                        <CheckField name="keys" id="single-keys" label=words::SINGLE_KEYS bind=on/>
                    </div>
                    <footer class="dialog-foot"><Button press=move |_| close()>{words::CLOSE}</Button></footer>
                </Dialog>
            }
        })
    }
}
