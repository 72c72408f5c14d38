//! What was typed survives on the device until it is saved or the person signs out (decision 15), and which of the
//! person's groups this tab is in.
//!
//! Kept in the tab's own storage: it outlives a reload and a new sign-in, and is gone when the tab is closed, so that a
//! shared computer keeps nothing. Each group has drafts of its own; another person who signs in on this tab finds nothing.
//! Signing out in one tab leaves a mark on the device, by which every tab forgets, on this side and in the portal
//! (`portal/draft.js`).

use std::cell::RefCell;

use domain::ids::UserId;
use leptos::{
    ev,
    prelude::{window, window_event_listener},
    serde_json,
};
use web_sys::Storage;

/// What was typed in a form: the version of what it changes, what stood in its fields at first, and what stands in them now.
pub type Draft = (i64, Vec<(String, String)>, Vec<(String, String)>);

const PREFIX: &str = "portico.draft.";
const OWNER: &str = "portico.drafts-of";
const OPEN: &str = "portico.open.";
const MEMBERSHIP: &str = "portico.membership";
const SIGNED_OUT: &str = "portico.signed-out";

thread_local! {
    /// As whom this tab acts: of whom the drafts are that are looked for.
    static USER: RefCell<String> = const { RefCell::new(String::new()) };
}

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

fn key(prefix: &str, form: &str) -> String {
    USER.with_borrow(|user| format!("{prefix}{user}.{form}"))
}

fn read(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

fn write(key: &str, text: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(key, text);
    }
}

fn remove(key: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(key);
    }
}

/// When somebody signed out in this browser last.
fn signed_out() -> Option<String> {
    local()?.get_item(SIGNED_OUT).ok().flatten()
}

fn local() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// From now on this account types here, as this user; what another account left is dropped, and what was typed before somebody
/// signed out in another tab.
pub fn belong_to(email: &str, user: UserId) {
    if read(SIGNED_OUT) != signed_out() {
        forget();
    }
    let _ = window_event_listener(ev::storage, |event| {
        if event.key().as_deref() == Some(SIGNED_OUT) {
            forget();
        }
    });
    if read(OWNER).is_some_and(|owner| owner != email) {
        forget();
    }
    write(OWNER, email);
    USER.replace(user.to_string());
    stay_in(user);
}

/// The membership that this tab acts as, from here on and after a reload (S4-12).
pub fn stay_in(user: UserId) {
    write(MEMBERSHIP, &user.to_string());
}

/// The membership that this tab acted as before it was loaded anew.
#[must_use]
pub fn membership() -> Option<UserId> {
    read(MEMBERSHIP)?.parse().ok()
}

/// This tab acts as nobody any more: the session says who comes next.
pub fn leave_group() {
    remove(MEMBERSHIP);
}

/// Keeps what is typed in a form, field by field.
pub fn keep(form: &str, version: i64, start: &[(&str, String)], values: &[(&str, String)]) {
    if let Ok(text) = serde_json::to_string(&(version, start, values)) {
        write(&key(PREFIX, form), &text);
    }
}

/// What was typed in a form and neither saved nor given up.
#[must_use]
pub fn kept(form: &str) -> Option<Draft> {
    serde_json::from_str(&read(&key(PREFIX, form))?).ok()
}

/// Forgets a form: it was saved, or given up.
pub fn drop(form: &str) {
    remove(&key(PREFIX, form));
}

/// Forgets everything, in each tab: the person signs out.
pub fn clear_all() {
    if let Some(local) = local() {
        let _ = local.set_item(SIGNED_OUT, &js_sys::Date::now().to_string());
    }
    forget();
}

fn forget() {
    if let Some(storage) = storage() {
        let _ = storage.clear();
    }
    if let Some(at) = signed_out() {
        write(SIGNED_OUT, &at);
    }
}

/// A form in a dialog was open when the session ended: it opens again after signing in.
pub fn remember_open(form: &str) {
    write(&key(OPEN, ""), form);
}

/// Was this form open when the session ended? True once.
#[must_use]
pub fn was_open(form: &str) -> bool {
    let open = read(&key(OPEN, "")).is_some_and(|open| open == form);
    if open {
        remove(&key(OPEN, ""));
    }
    open
}
