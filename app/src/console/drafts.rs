//! What was typed survives on the device until it is saved or the person signs out (decision 15).
//!
//! Kept in the tab's own storage: it outlives a reload and a new sign-in, and is gone when the tab is closed, so that a
//! shared computer keeps nothing. Another person who signs in on this tab finds nothing either.

use domain::ids::UserId;
use leptos::{prelude::window, serde_json};

/// What was typed in a form: the version of what it changes, what stood in its fields at first, and what stands in them now.
pub type Draft = (i64, Vec<(String, String)>, Vec<(String, String)>);

const PREFIX: &str = "portico.draft.";
const OWNER: &str = "portico.drafts-of";
const OPEN: &str = "portico.open";

fn storage() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}

/// From now on this user types here; what another one left is dropped.
pub fn belong_to(user: UserId) {
    let Some(storage) = storage() else { return };
    let user = user.to_string();
    if storage.get_item(OWNER).ok().flatten().is_some_and(|owner| owner != user) {
        clear_all();
    }
    let _ = storage.set_item(OWNER, &user);
}

/// Keeps what is typed in a form, field by field.
pub fn keep(form: &str, version: i64, start: &[(&str, String)], values: &[(&str, String)]) {
    if let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(&(version, start, values))) {
        let _ = storage.set_item(&format!("{PREFIX}{form}"), &text);
    }
}

/// What was typed in a form and neither saved nor given up.
#[must_use]
pub fn kept(form: &str) -> Option<Draft> {
    let text = storage()?.get_item(&format!("{PREFIX}{form}")).ok().flatten()?;
    serde_json::from_str(&text).ok()
}

/// Forgets a form: it was saved, or given up.
pub fn drop(form: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&format!("{PREFIX}{form}"));
    }
}

/// Forgets everything: the person signs out.
pub fn clear_all() {
    if let Some(storage) = storage() {
        let _ = storage.clear();
    }
}

/// A form in a dialog was open when the session ended: it opens again after signing in.
pub fn remember_open(form: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(OPEN, form);
    }
}

/// Was this form open when the session ended? True once.
#[must_use]
pub fn was_open(form: &str) -> bool {
    let Some(storage) = storage() else { return false };
    let open = storage.get_item(OPEN).ok().flatten().is_some_and(|open| open == form);
    if open {
        let _ = storage.remove_item(OPEN);
    }
    open
}
