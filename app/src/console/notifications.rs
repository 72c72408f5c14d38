//! All that the bell said.

use leptos::{prelude::*, task::spawn_local};

use super::{
    desk::use_desk,
    frame::{Head, Line, OffersCard},
    load::Pages,
    words,
};
use crate::{
    api,
    components::{Button, Card, Empty},
};

/// The page of all notifications.
#[component]
pub fn Notifications() -> impl IntoView {
    let desk = use_desk();
    let pages = Pages::new();
    let look = move |after: bool, by_itself: bool| {
        let page = if after { pages.following() } else { pages.first() };
        pages.take(after, api::refresh(by_itself, api::notifications::list(page)));
    };
    let ask = move |after: bool| look(after, false);
    let rung = desk.rung();
    Effect::new(move || look(false, rung.again()));
    let read_all = move |_| {
        spawn_local(async move {
            match api::notifications::mark_read(None).await {
                Ok(()) => {
                    desk.look_at_bell();
                    ask(false);
                }
                Err(error) => {
                    desk.failed(&error);
                    desk.toasts.say(words::error(&error));
                }
            }
        });
    };
    let offered = RwSignal::new(false);
    let action = Box::new(move || {
        (move || {
            (desk.unread.get() > 0).then(|| view! { <Button icon="check" press=read_all>{words::READ_ALL}</Button> })
        })
        .into_any()
    });
    view! {
        <Head title=words::NOTIFICATIONS action=action/>
        <div class="column">
            <OffersCard some=offered/>
            {pages.view(6, ask, move |rows| {
                if rows.is_empty() && offered.get() {
                    return ().into_any();
                }
                if rows.is_empty() {
                    return view! { <Empty title=words::NOTHING_NEW><p>{words::NOTHING_NEW_TEXT}</p></Empty> }.into_any();
                }
                let lines: Vec<_> = rows.into_iter().map(|row| view! { <Line row=row/> }).collect();
                view! { <Card><ul class="lines">{lines}</ul></Card> }.into_any()
            })}
        </div>
    }
}
