//! Settings > Emergency access: which records were opened in an emergency, and that somebody looked at it (PR-04).

use domain::{
    emergency_access::{EmergencyRow, Reviewed},
    history::Shown,
    ids::EmergencyId,
};
use leptos::{prelude::*, task::spawn_local};

use super::NotForYou;
use crate::{
    api,
    components::{Button, Card, Empty, Kind, Table, acts, column},
    console::{
        confirm::Confirm,
        desk::use_desk,
        frame::Head,
        load::Pages,
        nav::{self, Tab},
        words,
    },
};

/// The page.
#[component]
pub fn Emergencies() -> impl IntoView {
    let desk = use_desk();
    if !desk.start().may.manage {
        return view! { <NotForYou/> }.into_any();
    }
    let pages = Pages::new();
    let look = move |after: bool, by_itself: bool| {
        let page = if after { pages.following() } else { pages.first() };
        pages.take(after, api::refresh(by_itself, api::emergency_access::list(page)));
    };
    let ask = move |after: bool| look(after, false);
    let rung = desk.rung();
    Effect::new(move || look(false, rung.again()));
    let busy = RwSignal::new(None::<EmergencyId>);
    let ending = RwSignal::new(None::<(EmergencyId, String)>);
    let review = move |id: EmergencyId| {
        if busy.get_untracked().is_some() {
            return;
        }
        busy.set(Some(id));
        spawn_local(async move {
            let answer = api::emergency_access::review(id).await;
            let _ = busy.try_set(None);
            match answer {
                Ok(()) => desk.toasts.say(words::LOOKED_AT_DONE),
                Err(error) => {
                    desk.failed(&error);
                    desk.toasts.say(words::error(&error));
                }
            }
            ask(false);
        });
    };
    let row = move |row: EmergencyRow| {
        let (id, by) = (row.id, row.by.clone());
        let (look, end) = (words::look_at(&by), words::end_emergency_of(&by));
        let state = match row.ended_at {
            _ if row.open => view! {
                <span class="badge badge-warn">{words::STILL_OPEN}</span>
                <span class="muted">{words::open_till(&desk.clock.full(row.until))}</span>
            }
            .into_any(),
            Some(at) => view! { <span class="muted">{words::closed(&desk.clock.full(at))}</span> }.into_any(),
            None => view! { <span class="muted">{words::ended(&desk.clock.full(row.until))}</span> }.into_any(),
        };
        let looked = match &row.reviewed {
            Some(Reviewed { by, at }) => view! { <span class="muted">{words::reviewed(by, &desk.clock.full(*at))}</span> }.into_any(),
            None if row.own => view! { <span class="muted">{words::OWN_EMERGENCY}</span> }.into_any(),
            None => view! {
                <Button icon="circle-check" name=look busy=Signal::derive(move || busy.get() == Some(id)) press=move |_| review(id)>
                    {words::LOOKED_AT}
                </Button>
            }
            .into_any(),
        };
        let whose = match row.patient {
            Some(Shown { id, name }) => {
                view! { <a href=nav::patient(id, Tab::Summary) dir="auto">{name}</a> }.into_any()
            }
            None => view! { <span class="muted">{words::HIDDEN_FROM_YOU}</span> }.into_any(),
        };
        let reason = match row.reason {
            Some(reason) => view! { <span class="kept" dir="auto">{reason}</span> }.into_any(),
            None => view! { <span class="muted">{words::REASON_HIDDEN}</span> }.into_any(),
        };
        view! {
            <tr>
                <th scope="row" class="wrap" dir="auto">{row.by}</th>
                <td class="wrap">{whose}</td>
                <td class="wrap">{reason}</td>
                <td class="wrap opened">{desk.clock.full(row.opened_at)} {state}</td>
                <td class="acts">
                    <div class="buttons">
                        {looked}
                        {row.open.then(|| view! {
                            <Button kind=Kind::Quiet icon="x" name=end press=move |_| ending.set(Some((id, by.clone())))>{words::END_EMERGENCY}</Button>
                        })}
                    </div>
                </td>
            </tr>
        }
    };
    let draw = move |rows: Vec<EmergencyRow>| {
        if rows.is_empty() {
            return view! { <Empty title=words::NO_EMERGENCIES><p>{words::NO_EMERGENCIES_TEXT}</p></Empty> }.into_any();
        }
        let columns = vec![
            column(words::OPENED_BY),
            column(words::WHOSE_RECORD),
            column(words::WHY),
            column(words::OPENED),
            acts(words::ACTIONS),
        ];
        let rows: Vec<_> = rows.into_iter().map(row).collect();
        view! {
            <Card>
                <p class="card-text">{words::EMERGENCIES_TEXT}</p>
                <Table caption=words::EMERGENCY_ACCESS columns=columns>{rows}</Table>
            </Card>
        }
        .into_any()
    };
    view! {
        <Head title=words::EMERGENCY_ACCESS up=("/console/settings", words::SETTINGS)/>
        {pages.view(4, ask, draw)}
        {move || ending.get().map(|(id, by)| view! {
            <Confirm title=words::END_EMERGENCY text=words::end_emergency_text(&by) button=words::END_EMERGENCY danger=true
                act=move || api::emergency_access::end(id)
                on_close=move |done| {
                    ending.set(None);
                    if done {
                        desk.toasts.say(words::EMERGENCY_ENDED);
                    }
                    ask(false);
                }/>
        })}
    }
    .into_any()
}
