//! One home activity: what it says, as the patient sees it, and how often it was done.

use domain::{
    activity::{ActivityPage, ActivityState, Doing},
    grant,
    ids::{ActivityId, PatientId},
    note::PortalReader,
    page::{Page, PageRequest},
    person::with_profession,
};
use leptos::prelude::*;

use super::form::{ActivityDialog, Start};
use crate::{
    activities::{ActivitySheet, file},
    api,
    components::{Button, Card, Empty, Icon, LinkButton, Table, When, column, lesser},
    console::{
        confirm::Confirm,
        desk::use_desk,
        load::{Pages, load},
        nav::{self, Tab},
        words,
    },
    error::AppError,
};

/// The page.
#[component]
pub fn Activity(id: PatientId, activity: ActivityId) -> impl IntoView {
    let desk = use_desk();
    let rung = desk.rung_about(id);
    let page = load(move || api::refresh(rung.again(), api::activities::open(id, activity)));
    let gone = Memo::new(move |_| page.failure().with(|error| *error == Some(AppError::NotFound)));
    // A look that only brings further ticks must not take an open dialog away, nor what is typed in it.
    let acting = RwSignal::new(None::<Act>);
    let done = move |toast: &'static str| {
        move |done: bool| {
            acting.set(None);
            if done {
                desk.toasts.say(toast);
            }
            page.again();
        }
    };
    let changed = move |saved: Option<ActivityId>| {
        acting.set(None);
        if saved.is_some() {
            desk.toasts.say(words::ACTIVITY_CHANGED);
            page.again();
        }
    };
    view! {
        <p class="note-back"><a href=nav::patient(id, Tab::Activities)><Icon name="arrow-left"/>{words::BACK_TO_ACTIVITIES}</a></p>
        {move || if gone.get() {
            view! {
                <Empty title=words::NO_SUCH_ACTIVITY>
                    <LinkButton href=nav::patient(id, Tab::Activities)>{words::BACK_TO_ACTIVITIES}</LinkButton>
                </Empty>
            }.into_any()
        } else {
            let sheet = move || view! {
                {move || page.value().get().map(|shown| view! { <Sheet patient=id shown=shown acting=acting/> })}
            }.into_any();
            view! { <div class="column column-wide">{page.around(8, sheet)}</div> }.into_any()
        }}
        {move || acting.get().map(|act| match act {
            Act::Change(start) => view! { <ActivityDialog patient=id start=*start on_close=changed/> }.into_any(),
            Act::End => view! {
                <Confirm title=words::END_ACTIVITY_TITLE text=words::END_ACTIVITY_TEXT button=words::END_ACTIVITY
                    act=move || api::activities::end(id, activity) on_close=done(words::ACTIVITY_ENDED)/>
            }.into_any(),
            Act::Withdraw => view! {
                <Confirm title=words::WITHDRAW_ACTIVITY_TITLE text=words::WITHDRAW_ACTIVITY_TEXT button=words::WITHDRAW_ACTIVITY danger=true
                    act=move || api::activities::withdraw(id, activity) on_close=done(words::ACTIVITY_WITHDRAWN)/>
            }.into_any(),
        })}
    }
}

/// What is being done with it.
#[derive(Clone)]
enum Act {
    Change(Box<Start>),
    End,
    Withdraw,
}

#[component]
fn Sheet(patient: PatientId, shown: ActivityPage, acting: RwSignal<Option<Act>>) -> impl IntoView {
    let desk = use_desk();
    let user = desk.start().user.to_string();
    let id = shown.id;
    let (class, state) = words::activity_state(shown.state, shown.over);
    let by = with_profession(&shown.author, &shown.profession);
    let files = shown.files.iter().cloned().map(|of| {
        let href = format!("/files/{patient}/{}?as={user}", of.id);
        file(of, href)
    });
    let files = files.collect();
    let change = Act::Change(Box::new(Start::Change(id, shown.version, shown.text.clone(), shown.files.clone())));
    let goes_on = shown.may_change && shown.state == ActivityState::Assigned;
    let is_there = shown.may_change && !matches!(shown.state, ActivityState::Withdrawn { .. });
    let button = move |act: Act, text: &'static str| {
        view! { <Button press=move |_| acting.set(Some(act.clone()))>{text}</Button> }
    };
    view! {
        <p class="activity-state"><span class=class>{state}</span>" "{words::ACTIVITY_SINCE}" "<When at=shown.at/></p>
        <ActivitySheet text=shown.text by=by files=files/>
        <div class="buttons not-printed">
            <Button icon="printer" press=move |_| drop(window().print())>{words::PRINT}</Button>
            {goes_on.then(|| button(change, words::CHANGE_ACTIVITY))}
            {goes_on.then(|| button(Act::End, words::END_ACTIVITY))}
            {is_there.then(|| button(Act::Withdraw, words::WITHDRAW_ACTIVITY))}
        </div>
        <div class="not-printed">
        <Card title=words::DOINGS id="doings">
            <p class="card-text">{words::adherence_sentence(shown.adherence)}</p>
            <Doings patient=patient id=id first=shown.doings/>
            {seen_by(shown.state, &shown.portal).map(|text| view! { <p class="card-text">{text}</p> })}
        </Card>
        </div>
    }
}

/// The days on which it was done.
#[component]
fn Doings(patient: PatientId, id: ActivityId, first: Page<Doing>) -> impl IntoView {
    let pages = Pages::new();
    pages.rows.set(Some(first.rows));
    pages.next.set(first.next);
    let ask = move |after: bool| {
        let page: PageRequest = if after { pages.following() } else { pages.first() };
        pages.take(after, api::activities::doings(patient, id, page));
    };
    let draw = move |rows: Vec<Doing>| {
        if rows.is_empty() {
            return view! { <p class="muted">{words::NO_DOINGS}</p> }.into_any();
        }
        let columns = vec![column(words::DOING_DAY), column(words::DOING_NOTE), lesser(words::DOING_BY)];
        let rows: Vec<_> = rows.into_iter().map(doing).collect();
        view! { <Table caption=words::DOINGS columns=columns>{rows}</Table> }.into_any()
    };
    view! { {pages.view(3, ask, draw)} }
}

fn doing(doing: Doing) -> AnyView {
    let Doing { day, note, at, by, own } = doing;
    view! {
        <tr>
            <th scope="row"><time datetime=day.to_string()>{crate::words::whole_day(day)}</time></th>
            <td class="wrap" dir="auto">{note}</td>
            <td class="lesser">{words::document_reader(&by, own)}", "<When at=at/></td>
        </tr>
    }
    .into_any()
}

/// Who of the portal sees it; nothing of one that was taken back.
fn seen_by(state: ActivityState, portal: &[PortalReader]) -> Option<String> {
    if matches!(state, ActivityState::Withdrawn { .. }) {
        return None;
    }
    let own = |reader: &PortalReader| words::document_reader(&reader.email, reader.kind == grant::Kind::Own);
    let sees: Vec<_> = portal.iter().filter(|reader| reader.sees).map(own).collect();
    Some(if sees.is_empty() {
        words::ACTIVITY_SEEN_BY_NOBODY.to_owned()
    } else {
        format!("{}: {}", words::ACTIVITY_SEEN_BY, sees.join(", "))
    })
}
