//! The speech bubble: unread messages, from anywhere.

use domain::chat::Unread;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api,
    components::Icon,
    console::{desk::use_desk, nav, words},
    error::AppError,
};

/// The bubble, and how many messages wait behind it.
#[component]
pub fn Bubble() -> impl IntoView {
    let desk = use_desk();
    let unread = RwSignal::new(Unread::default());
    let turn = StoredValue::new(0_u32);
    Effect::new(move || {
        turn.set_value(desk.chats.get());
        let own = turn.get_value();
        spawn_local(async move {
            let answer = api::refresh(true, api::chat::unread()).await;
            // An older answer than the latest question says what was.
            if turn.try_get_value() != Some(own) {
                return;
            }
            match answer {
                Ok(count) => {
                    let _ = unread.try_set(count);
                }
                Err(AppError::NotSignedIn) => desk.end(),
                // The next event counts again.
                Err(_) => {}
            }
        });
    });
    let label = move || words::chat_bubble(unread.get().all());
    let count = move || {
        let unread = unread.get().all();
        (unread > 0).then(|| view! { <span class="count" aria-hidden="true">{words::count(unread)}</span> })
    };
    // Where something waits; where both do, patients come first.
    let href = move || {
        let Unread { patients, colleagues } = unread.get();
        if patients == 0 && colleagues > 0 { nav::COLLEAGUES } else { nav::CHAT }
    };
    view! {
        <a class="bubble" href=href aria-label=label title=label>
            <Icon name="message-circle"/>
            {count}
        </a>
    }
}
