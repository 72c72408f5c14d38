//! What stands around every page of the console: sidebar, top bar, toasts, keyboard.

mod bell;
mod head;
mod keys;
mod person;
mod search;
mod sidebar;

use leptos::prelude::*;

pub use self::{bell::Line, head::Head, person::apply_theme};
use super::{
    desk::{sign_in, use_desk},
    words,
};
use crate::components::Toaster;

/// The frame around a page.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    let desk = use_desk();
    let folded = RwSignal::new(sidebar::was_folded());
    keys::listen(desk);
    let over = move || {
        desk.over.get().then(|| {
            view! {
                <div class="over-bar" role="alert">
                    <p>{words::OVER}</p>
                    <a href=sign_in(&desk.nav.path())>{words::SIGN_IN_AGAIN}</a>
                </div>
            }
        })
    };
    view! {
        <a class="skip" href="#main">{words::SKIP}</a>
        <div class="desk" class:desk-folded=move || folded.get()>
            <header class="top-bar">
                <search::Search/>
                <div class="top-tools">
                    <bell::Bell/>
                    <person::Person/>
                </div>
            </header>
            <sidebar::Sidebar folded=folded/>
            <div class="desk-page">
                {over}
                <main id="main" tabindex="-1">{children()}</main>
            </div>
        </div>
        <Toaster toasts=desk.toasts dismiss=words::DISMISS/>
        <keys::Shortcuts/>
    }
}
