//! Settings > Mail: what does not get through, why, and trying again.

use domain::{
    ids::MailId,
    mail::{StuckMail, Trouble},
};
use leptos::{prelude::*, task::spawn_local};

use super::NotForYou;
use crate::{
    api,
    components::{Button, Card, Empty, Kind, Notice, Table, Tone, When, acts, column, lesser},
    console::{desk::use_desk, frame::Head, load::Pages, words},
};

/// The Mail page.
#[component]
pub fn Mail() -> impl IntoView {
    let desk = use_desk();
    if !desk.start().may.manage {
        return view! { <NotForYou/> }.into_any();
    }
    let pages = Pages::new();
    let configured = RwSignal::new(true);
    let look = move |after: bool, by_itself: bool| {
        let page = if after { pages.following() } else { pages.first() };
        pages.take(after, async move {
            let answer = api::refresh(by_itself, api::mails::list(page)).await?;
            let _ = configured.try_set(answer.configured);
            Ok(answer.page)
        });
    };
    let ask = move |after: bool| look(after, false);
    let rung = desk.rung();
    Effect::new(move || look(false, rung.again()));
    let trying = RwSignal::new(None::<MailId>);
    let retry = move |id: MailId| {
        if trying.get_untracked().is_some() {
            return;
        }
        trying.set(Some(id));
        spawn_local(async move {
            let answer = api::mails::retry(id).await;
            let _ = trying.try_set(None);
            match answer {
                Ok(()) => desk.toasts.say(words::ON_ITS_WAY),
                Err(error) => {
                    desk.failed(&error);
                    desk.toasts.say(words::error(&error));
                }
            }
            ask(false);
        });
    };
    let row = move |mail: StuckMail| {
        let id = mail.id;
        let about = if mail.about.is_empty() { words::NONE.to_owned() } else { mail.about };
        let parked = matches!(mail.trouble, Trouble::Parked { .. });
        let trouble = match mail.trouble {
            Trouble::Parked { at } => view! { <When at=at/> }.into_any(),
            Trouble::Waiting { next_try } => view! { {words::NEXT_TRY} <When at=next_try/> }.into_any(),
        };
        view! {
            <tr>
                <th scope="row">{words::mail_kind(mail.kind)}</th>
                <td dir="auto">{about}</td>
                <td class="wrap">{words::failure(mail.failure)}<span class="muted">{words::tries(mail.tries)}</span></td>
                <td class="lesser">{trouble}</td>
                <td class="acts">{parked.then(|| view! {
                    <Button
                        kind=Kind::Quiet
                        icon="refresh-cw"
                        busy=Signal::derive(move || trying.get() == Some(id))
                        press=move |_| retry(id)
                    >{words::TRY_AGAIN}</Button>
                })}</td>
            </tr>
        }
    };
    let draw = move |rows: Vec<StuckMail>| {
        if rows.is_empty() && !configured.get() {
            return ().into_any();
        }
        if rows.is_empty() {
            return view! { <Empty title=words::ALL_MAIL_LEFT><p>{words::ALL_MAIL_LEFT_TEXT}</p></Empty> }.into_any();
        }
        let columns = vec![
            column(words::MAIL),
            column(words::FOR_WHOM),
            column(words::WHY),
            lesser(words::GIVEN_UP),
            acts(words::ACTIONS),
        ];
        let rows: Vec<_> = rows.into_iter().map(row).collect();
        view! {
            <Card>
                <p class="card-text">{words::STUCK_TEXT}</p>
                <Table caption=words::MAIL columns=columns>{rows}</Table>
            </Card>
        }
        .into_any()
    };
    view! {
        <Head title=words::MAIL up=("/console/settings", words::SETTINGS)/>
        {move || (!configured.get()).then(|| view! {
            <Notice tone=Tone::Danger title=words::NO_MAIL_SERVER><p>{words::NO_MAIL_SERVER_TEXT}</p></Notice>
        })}
        {pages.view(4, ask, draw)}
    }
    .into_any()
}
