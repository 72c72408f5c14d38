//! The practice's side: a single-page application.
//!
//! | file | what it is |
//! |---|---|
//! | [`nav`] | the address: which page is shown |
//! | [`desk`] | what every page has at hand: who is signed in, the bell, toasts |
//! | [`live`] | the line to the server |
//! | [`load`], [`form`], [`drafts`] | asking, sending, and never losing what was typed |
//! | [`download`] | files that the browser keeps |
//! | [`filters`], [`picker`] | finding: lists that are filtered, one of many |
//! | [`confirm`], [`proof`] | asking back, and for the password again |
//! | [`pages`] | which page is at an address; each is fetched when it is first shown |
//! | [`frame`] | sidebar, top bar, keyboard |
//! | [`home`], [`patients`], [`chat`], [`reports`], [`history`], [`notifications`], [`settings`], [`account`] | the pages, one folder or file per noun |
//! | [`words`] | every text that people read here |
//!
//! To add a page: its line in `routes.rs`, its name and path in [`nav::Place`], its file, its function and its arm in [`pages`].

mod account;
mod chat;
mod confirm;
mod desk;
mod download;
mod drafts;
mod filters;
mod form;
mod frame;
mod history;
mod home;
mod live;
mod load;
mod message;
mod nav;
mod notifications;
mod pages;
mod patients;
mod picker;
mod proof;
mod reports;
mod settings;
mod words;

use domain::{error::Refusal, views::ConsoleStart};
use leptos::{prelude::*, task::spawn_local};

use self::{desk::Desk, nav::Nav};
use crate::{
    api,
    components::{Button, Empty, LinkButton, Skeleton},
    error::AppError,
};

/// The whole console.
#[component]
pub fn Console() -> impl IntoView {
    frame::apply_theme();
    let nav = Nav::start();
    let start = RwSignal::new(None::<Result<ConsoleStart, AppError>>);
    let ask = move || {
        start.set(None);
        spawn_local(async move {
            let mut answer = api::console::start().await;
            // A new session has entered no group but its own: this tab goes back to the one it was in (S4-12).
            if answer == Err(AppError::Forbidden(Refusal::NoGroup))
                && let Some(user) = drafts::membership()
                && api::memberships::switch(user).await.is_ok()
            {
                answer = api::console::start().await;
            }
            if let Some(elsewhere) = elsewhere(&answer, nav) {
                let _ = window().location().replace(&elsewhere);
                return;
            }
            if let Ok(start) = &answer {
                // From now on this tab stays in its group, wherever other tabs go (S4-12).
                api::act_as(start.user);
            }
            start.set(Some(answer));
        });
    };
    if let Some(user) = drafts::membership() {
        api::act_as(user);
    }
    ask();
    move || match start.get() {
        None => view! { <main class="console-wait"><Skeleton lines=6/></main> }.into_any(),
        Some(Ok(start)) => view! { <Room start=start nav=nav/> }.into_any(),
        Some(Err(error)) => view! {
            <main class="console-wait">
                <Empty title=words::CANNOT_START>
                    <p role="alert">{words::error(&error)}</p>
                    <Button press=move |_| ask()>{words::TRY_AGAIN}</Button>
                </Empty>
            </main>
        }
        .into_any(),
    }
}

/// Where somebody who is not let in goes.
fn elsewhere(answer: &Result<ConsoleStart, AppError>, nav: Nav) -> Option<String> {
    match answer {
        Err(AppError::NotSignedIn) => Some(desk::sign_in(&nav.address())),
        // The group that this tab was in is none of theirs, or not any more: the session knows another one, or none.
        Err(AppError::Forbidden(Refusal::NoGroup)) if drafts::membership().is_some() => {
            drafts::leave_group();
            Some(nav.address())
        }
        Err(AppError::Forbidden(Refusal::NoGroup | Refusal::TemporaryPassword)) => Some("/welcome".to_owned()),
        _ => None,
    }
}

/// The console of the person signed in.
#[component]
fn Room(start: ConsoleStart, nav: Nav) -> impl IntoView {
    let desk = Desk::set(start, nav);
    provide_context(desk);
    provide_context(desk.clock);
    live::listen(desk);
    view! { <frame::Frame><pages::Page/></frame::Frame> }
}

/// No such page.
#[component]
fn Nowhere() -> impl IntoView {
    view! {
        <frame::Head title=words::NOWHERE/>
        <Empty title=words::NOWHERE_TITLE>
            <p>{words::NOWHERE_TEXT}</p>
            <LinkButton href="/console">{words::GO_HOME}</LinkButton>
        </Empty>
    }
}
