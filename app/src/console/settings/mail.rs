//! Settings > Mail: what could not be delivered, why, and trying again.

use domain::{ids::MailId, mail::ParkedMail};
use leptos::{prelude::*, task::spawn_local};

use super::NotForYou;
use crate::{
    api,
    components::{Button, Card, Empty, Kind, Table, When, acts, column, lesser},
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
    let ask = move |after: bool| {
        let page = if after { pages.following() } else { pages.first() };
        pages.take(after, api::mails::parked(page));
    };
    Effect::new(move || {
        desk.rings.track();
        ask(false);
    });
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
                    desk.toasts.say(crate::words::error(&error));
                }
            }
            ask(false);
        });
    };
    let row = move |mail: ParkedMail| {
        let id = mail.id;
        let about = if mail.patient.is_empty() { words::NONE.to_owned() } else { mail.patient };
        view! {
            <tr>
                <th scope="row">{words::mail_kind(mail.kind)}</th>
                <td dir="auto">{about}</td>
                <td class="wrap">{words::failure(mail.failure)}<span class="muted">{words::tries(mail.tries)}</span></td>
                <td class="lesser"><When at=mail.parked_at/></td>
                <td class="acts">
                    <Button
                        kind=Kind::Quiet
                        icon="refresh-cw"
                        busy=Signal::derive(move || trying.get() == Some(id))
                        on:click=move |_| retry(id)
                    >{words::TRY_AGAIN}</Button>
                </td>
            </tr>
        }
    };
    let draw = move |rows: Vec<ParkedMail>| {
        if rows.is_empty() {
            return view! { <Empty title=words::ALL_MAIL_LEFT><p>{words::ALL_MAIL_LEFT_TEXT}</p></Empty> }.into_any();
        }
        let columns = vec![
            column(words::MAIL),
            column(words::PATIENT),
            column(words::WHY),
            lesser(words::GIVEN_UP),
            acts(words::ACTIONS),
        ];
        let rows: Vec<_> = rows.into_iter().map(row).collect();
        view! {
            <Card>
                <p class="card-text">{words::PARKED_TEXT}</p>
                <Table caption=words::MAIL columns=columns>{rows}</Table>
            </Card>
        }
        .into_any()
    };
    view! {
        <Head title=words::MAIL up=("/console/settings", words::SETTINGS)/>
        {pages.view(4, ask, draw)}
    }
    .into_any()
}
