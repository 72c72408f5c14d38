//! Bulk invitations: how far one is, what became of whom, and the list of those that were started (B-05).

use std::time::Duration;

use domain::{
    bulk::{BulkPatient, BulkView, Outcome, Stage},
    ids::BulkId,
};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};

use super::invite::started;
use crate::{
    api,
    components::{Button, Card, Empty, Table, column, lesser},
    console::{
        confirm::Confirm,
        desk::use_desk,
        download,
        frame::{Head, focus_on_title},
        load::{Load, Pages, load},
        nav::{self, Tab},
        words,
    },
};

/// How long after an answer the server is asked again while it is at work.
const PAUSE: Duration = Duration::from_millis(700);

/// The address of one.
pub fn address(id: BulkId) -> String {
    format!("/console/reports/bulk/{id}")
}

/// As [`PAUSE`], after no answer came.
const LONGER: Duration = Duration::from_secs(4);

/// How far one is, asked again and again while the server is at work on it. To ask by itself is no human act.
pub fn watched(id: BulkId) -> Load<BulkView> {
    let by_itself = StoredValue::new(false);
    let view = load(move || api::refresh(by_itself.get_value(), api::bulk::view(id)));
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(handle) = waiting.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    Effect::new(move || {
        let at_work = view.value().with(|view| view.as_ref().is_some_and(|view| view.stage.is_at_work()));
        let failed = view.failure().with(Option::is_some);
        stop();
        if at_work {
            let again = move || {
                by_itself.set_value(true);
                view.again();
            };
            waiting.set_value(set_timeout_with_handle(again, if failed { LONGER } else { PAUSE }).ok());
        }
    });
    on_cleanup(stop);
    view
}

/// The page of one.
#[component]
pub fn Bulk(id: BulkId) -> impl IntoView {
    let desk = use_desk();
    let (nav, may) = (desk.nav, desk.start().may);
    let view = watched(id);
    let stage = Memo::new(move |_| view.value().with(|view| view.as_ref().map(|view| view.stage)));
    let wanted = move || Outcome::from_code(&nav.query("outcome"));
    let pages = Pages::new();
    let ask = move |after: bool| {
        let page = if after { pages.following() } else { pages.first() };
        pages.take(after, api::bulk::patients(id, untrack(wanted), page));
    };
    // Anew for another outcome, and once more when everybody was seen to.
    pages.follow(move || format!("{:?} {:?}", wanted(), stage.get()), ask);

    let stopping = RwSignal::new(false);
    let exporting = RwSignal::new(false);
    let close = move || exporting.set(false);
    let go_on = move |_| {
        leptos::task::spawn_local(async move {
            if let Err(error) = api::bulk::go_on(id).await {
                desk.failed(&error);
                desk.toasts.say(words::error(&error));
            }
            view.again();
            // The button is gone by now.
            request_animation_frame(focus_on_title);
        });
    };
    let buttons = move || {
        let turn = match stage.get() {
            Some(Stage::Running) => {
                Some(view! { <Button press=move |_| stopping.set(true)>{words::STOP}</Button> }.into_any())
            }
            Some(Stage::Stopped) => Some(view! { <Button press=go_on>{words::GO_ON}</Button> }.into_any()),
            _ => None,
        };
        let export = (may.export_data && stage.get().is_some_and(started)).then(|| {
            view! { <Button icon="download" press=move |_| exporting.set(true)>{words::EXPORT}</Button> }
        });
        view! { <div class="buttons">{turn}{export}</div> }
    };
    let action = Box::new(move || buttons.into_any());
    let choices = move || {
        let seen = view.value().get()?;
        let chip = |code: &'static str, text: String| {
            let pressed = move || nav.query("outcome") == code;
            view! {
                <button type="button" class="chip" aria-pressed=move || pressed().to_string() on:click=move |_| nav.set_query(&[("outcome", code)])>
                    {text}
                </button>
            }
        };
        let mut chips = vec![chip("", words::everybody(seen.total))];
        let done = seen.stage == Stage::Done;
        chips.extend(seen.outcomes.iter().map(|(of, count)| chip(of.code(), words::counted_by_now(*of, *count, done))));
        Some(view! { <div class="filters" role="group" aria-label=words::WHICH_OUTCOME>{chips}</div> })
    };
    let draw = move |rows: Vec<BulkPatient>| {
        if rows.is_empty() {
            return view! { <Empty title=words::NOBODY_OF_THIS><p>{words::NOTHING_MATCHES}</p></Empty> }.into_any();
        }
        // As far as it is by now, without asking for the rows again.
        let seen = Signal::derive(move || view.value().with(|view| view.as_ref().map_or(0, |view| view.seen)));
        let rows: Vec<_> = rows.into_iter().map(|of| row(of, seen)).collect();
        let columns =
            vec![column(words::NAME), lesser(words::EMAIL), column(words::WHAT_CAME), column(words::INVITATION_NOW)];
        view! { <Table caption=words::BULK columns=columns>{rows}</Table> }.into_any()
    };
    view! {
        <Head title=words::BULK up=("/console/reports", words::REPORTS) action=action/>
        {view.view(3, progress)}
        {choices}
        {pages.view(10, ask, draw)}
        {move || stopping.get().then(|| view! {
            <Confirm
                title=words::STOP_TITLE
                text=words::STOP_TEXT
                button=words::STOP
                act=move || api::bulk::stop(id)
                on_close=move |done: bool| {
                    stopping.set(false);
                    view.again();
                    if done {
                        request_animation_frame(focus_on_title);
                    }
                }
            />
        })}
        {move || exporting.get().then(|| download::dialog(move || api::bulk::export(id, untrack(wanted)), words::BULK_FILE, close))}
    }
}

fn progress(view: BulkView) -> AnyView {
    let clock = use_desk().clock;
    let note = match view.stage {
        Stage::Running => Some(words::LEAVE_NOTE),
        Stage::Stopped => Some(words::STOPPED_NOTE),
        Stage::Gathering | Stage::Ready | Stage::Done => None,
    };
    // Said aloud when it begins, stops and ends, not at every step.
    let live = if view.stage.is_at_work() { "off" } else { "polite" };
    view! {
        <div class="progress">
            <p role="status" aria-live=live>{words::progress(&view)}</p>
            <progress max=view.total.max(1) value=view.seen aria-label=words::BULK></progress>
            <p class="muted">{words::STARTED}" "{clock.full(view.made_at)}{note.map(|note| format!(". {note}"))}</p>
        </div>
    }
    .into_any()
}

fn row(row: BulkPatient, seen: Signal<u32>) -> AnyView {
    let name = match row.patient {
        Some((id, name)) => view! { <a href=nav::patient(id, Tab::Access) dir="auto">{name}</a> }.into_any(),
        None => view! { <span class="muted">{words::UNSEEN_PATIENT}</span> }.into_any(),
    };
    let (place, of) = (row.place, row.outcome);
    let waits = Memo::new(move |_| of == Outcome::Invited && place > seen.get());
    let class = move || match (of, waits.get()) {
        (Outcome::Invited, true) => "badge",
        (Outcome::Invited, false) => "badge badge-good",
        _ => "badge badge-warn",
    };
    let outcome = move || if waits.get() { words::WAITS_ITS_TURN } else { words::outcome(of) };
    let now = row.invitation.map_or(words::NONE, |(_, state)| words::state(state));
    view! {
        <tr>
            <th scope="row" class="long">{name}</th>
            <td class="long lesser">{row.email}</td>
            <td><span class=class>{outcome}</span></td>
            <td>{now}</td>
        </tr>
    }
    .into_any()
}

/// Those that were started, latest first.
pub fn section() -> AnyView {
    let clock = use_desk().clock;
    let pages = Pages::new();
    let ask = move |after: bool| {
        let page = if after { pages.following() } else { pages.first() };
        pages.take(after, api::bulk::list(page));
    };
    pages.follow(String::new, ask);
    let draw = move |rows: Vec<BulkView>| {
        if rows.is_empty() {
            return view! { <p class="muted">{words::NO_BULKS}</p> }.into_any();
        }
        let row = |bulk: BulkView| {
            view! {
                <tr>
                    <th scope="row"><a href=address(bulk.id)>{clock.full(bulk.made_at)}</a></th>
                    <td class="number">{words::came_to(&bulk)}</td>
                    <td>{words::stage(bulk.stage)}</td>
                </tr>
            }
        };
        let rows: Vec<_> = rows.into_iter().map(row).collect();
        let columns = vec![column(words::STARTED), column(words::INVITED_OF), column(words::STAGE)];
        view! { <Table caption=words::BULKS columns=columns>{rows}</Table> }.into_any()
    };
    view! { <Card title=words::BULKS id="bulks">{pages.view(3, ask, draw)}</Card> }.into_any()
}
