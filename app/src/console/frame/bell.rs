//! The bell: what is new, from anywhere.

use domain::{notification::NotificationRow, page::PageRequest};
use leptos::{prelude::*, task::spawn_local};

use super::offers::Offers;
use crate::{
    api,
    components::{Icon, Menu, Skeleton, When},
    console::{
        desk::{Desk, use_desk},
        nav, words,
    },
    error::AppError,
};

/// Lines under the bell.
const LINES: u32 = 8;

/// The bell and the list under it.
#[component]
pub fn Bell() -> impl IntoView {
    let desk = use_desk();
    let open = RwSignal::new(false);
    let rows = RwSignal::new(None::<Result<Vec<NotificationRow>, AppError>>);
    let offered = RwSignal::new(false);
    let rung = desk.rung();
    Effect::new(move || {
        let by_itself = rung.again();
        if !open.get() {
            return;
        }
        spawn_local(async move {
            let page = PageRequest { after: None, limit: Some(LINES) };
            let answer = api::refresh(by_itself, api::notifications::list(page)).await;
            if let Err(error) = &answer {
                desk.failed(error);
            }
            rows.set(Some(answer.map(|page| page.rows)));
        });
    });
    let read_all = move |_| {
        spawn_local(async move {
            match api::notifications::mark_read(None).await {
                Ok(()) => {
                    desk.look_at_bell();
                    rows.update(|rows| {
                        if let Some(Ok(rows)) = rows {
                            rows.iter_mut().for_each(|row| row.read = true);
                        }
                    });
                }
                Err(error) => {
                    desk.failed(&error);
                    desk.toasts.say(words::error(&error));
                }
            }
        });
    };
    let label = Signal::derive(move || words::bell(desk.unread.get()));
    let button = move || {
        let unread = desk.unread.get();
        view! {
            <Icon name="bell"/>
            {(unread > 0).then(|| view! { <span class="count" aria-hidden="true">{words::count(unread)}</span> })}
        }
    };
    let list = move || match rows.get() {
        None => view! { <Skeleton lines=3/> }.into_any(),
        Some(Err(error)) => view! { <p class="menu-note" role="alert">{words::error(&error)}</p> }.into_any(),
        Some(Ok(rows)) if rows.is_empty() && offered.get() => ().into_any(),
        Some(Ok(rows)) if rows.is_empty() => view! { <p class="menu-note">{words::NOTHING_NEW}</p> }.into_any(),
        Some(Ok(rows)) => {
            let lines: Vec<_> = rows.into_iter().map(|row| view! { <Line row=row/> }).collect();
            view! { <ul class="lines">{lines}</ul> }.into_any()
        }
    };
    view! {
        <Menu label=label button=button open=open class="bell">
            <header class="menu-head">
                <h2>{words::NOTIFICATIONS}</h2>
                {move || (desk.unread.get() > 0).then(|| view! {
                    <button type="button" class="link-button" on:click=read_all>{words::READ_ALL}</button>
                })}
            </header>
            <Offers some=offered/>
            {list}
            <a class="menu-foot" href="/console/notifications">{words::SEE_ALL}</a>
        </Menu>
    }
}

/// One line: what happened, as a link to whom it is about.
#[component]
pub fn Line(row: NotificationRow) -> impl IntoView {
    let desk = use_desk();
    let read = RwSignal::new(row.read);
    let id = row.id;
    let mark = move || mark_read(desk, id, read);
    let to = nav::news(&row.news);
    let text = words::news(&row);
    let name = words::mark_read(&text);
    view! {
        <li class="line" class:line-bad=words::is_bad_news(&row.news) class:line-unread=move || !read.get()>
            <Icon name=words::news_icon(&row.news)/>
            <a href=to on:click=move |_| mark()>
                <span class="line-text" dir="auto">{text}</span>
                {move || (!read.get()).then(|| view! { <span class="unseen">{words::UNREAD}</span> })}
                <When at=row.at/>
            </a>
            {move || (!read.get()).then(|| view! {
                <button type="button" class="icon-button" aria-label=name.clone() title=words::MARK_READ on:click=move |_| mark()>
                    <Icon name="check"/>
                </button>
            })}
        </li>
    }
}

fn mark_read(desk: Desk, id: domain::ids::NotificationId, read: RwSignal<bool>) {
    if read.get_untracked() {
        return;
    }
    read.set(true);
    spawn_local(async move {
        match api::notifications::mark_read(Some(id)).await {
            Ok(()) => desk.look_at_bell(),
            Err(error) => {
                let _ = read.try_set(false);
                desk.failed(&error);
                desk.toasts.say(words::error(&error));
            }
        }
    });
}
