//! What stands around every page of the console: sidebar, top bar, toasts, keyboard.

mod bell;
mod bubble;
mod groups;
mod head;
mod keys;
mod offers;
mod person;
mod search;
mod sidebar;

use leptos::{html, prelude::*, task::spawn_local};

pub use self::{
    bell::Line,
    head::{Head, focus_on_title, typing},
    offers::OffersCard,
    person::apply_theme,
};
use super::{
    desk::{Ending, sign_in, use_desk},
    words,
};
use crate::{
    api,
    components::{Button, Dialog, Kind, LinkButton, Toaster},
    error::AppError,
};

/// The frame around a page.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    let desk = use_desk();
    let folded = RwSignal::new(sidebar::was_folded());
    keys::listen(desk);
    view! {
        // SS-01: when the session is over nothing of it is drawn any more, dialogs and toasts included; it is all still there
        // for what was typed.
        <div hidden=move || desk.over.get()>
            <a class="skip" href="#main">{words::SKIP}</a>
            <div class="desk" class:desk-folded=move || folded.get()>
                <header class="top-bar">
                    <search::Search/>
                    <div class="top-tools">
                        <groups::Groups/>
                        <bubble::Bubble/>
                        <bell::Bell/>
                        <person::Person/>
                    </div>
                </header>
                <sidebar::Sidebar folded=folded/>
                <div class="desk-page">
                    <main id="main" tabindex="-1">{children()}</main>
                </div>
            </div>
            <Toaster toasts=desk.toasts dismiss=words::DISMISS/>
            <keys::Shortcuts/>
        </div>
        {move || desk.ending.get().map(|why| view! { <AlmostOver why=why/> })}
        {move || desk.over.get().then(|| view! { <Over/> })}
    }
}

/// Two minutes before the session ends: one key, and it does not (WCAG 2.2.1).
#[component]
fn AlmostOver(why: Ending) -> impl IntoView {
    let desk = use_desk();
    let stay = move || {
        desk.ending.set(None);
        spawn_local(async move {
            match api::account::stay().await {
                Err(AppError::NotSignedIn) => desk.end(),
                Err(error) => desk.toasts.say(words::error(&error)),
                Ok(()) => {}
            }
        });
    };
    let (title, text, button) = match why {
        Ending::Soon => (words::ENDING, words::ENDING_TEXT, words::STAY),
        Ending::Last => (words::LAST, words::LAST_TEXT, words::CLOSE),
    };
    view! {
        <Dialog title=title id="almost-over" on_close=move |()| stay()>
            <div class="dialog-body"><p>{text}</p></div>
            <footer class="dialog-foot">
                <Button press=move |_| desk.sign_out()>{words::SIGN_OUT}</Button>
                <Button kind=Kind::Main press=move |_| stay()>{button}</Button>
            </footer>
        </Dialog>
    }
}

/// The session is over.
#[component]
fn Over() -> impl IntoView {
    let desk = use_desk();
    let node = NodeRef::<html::Dialog>::new();
    let show = move || {
        if let Some(dialog) = node.get() {
            let _ = dialog.show_modal();
        }
    };
    Effect::new(show);
    view! {
        // There is nothing to go back to: when it is closed it comes again.
        <dialog node_ref=node class="dialog" role="alertdialog" aria-labelledby="over" aria-describedby="over-text" on:close=move |_| show()>
            <header class="dialog-head"><h2 id="over">{words::OVER}</h2></header>
            <div class="dialog-body"><p id="over-text">{words::OVER_TEXT}</p></div>
            <footer class="dialog-foot">
                <LinkButton kind=Kind::Main href=sign_in(&desk.nav.address())>{words::SIGN_IN_AGAIN}</LinkButton>
            </footer>
        </dialog>
    }
}
