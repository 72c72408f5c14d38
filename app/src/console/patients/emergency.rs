//! Opening a record in an emergency (PR-04): a page for whoever cannot see the patient, a dialog on the profile of one whose
//! record is not all open, and the notice while it is.

use domain::{
    emergency_access::{Emergencies, Opened, OwnEmergency, ReasonForm, SeekForm},
    ids::PatientId,
    limits,
    time::Time,
};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api,
    components::{Button, Card, Dialog, Empty, Icon, Kind, Notice, Tone},
    console::{
        desk::use_desk,
        form::{Form, Line},
        frame::Head,
        load::{Load, load},
        nav::{self, Tab},
        words,
    },
};

/// The page.
#[component]
pub fn Emergency() -> impl IntoView {
    let desk = use_desk();
    if !desk.start().may.emergency {
        return view! {
            <Head title=words::EMERGENCY_ACCESS up=("/console/patients", words::PATIENTS)/>
            <Empty title=words::EMERGENCY_NOT_NEEDED>
                <p>{crate::words::refusal(domain::error::Refusal::NotNeeded)}</p>
            </Empty>
        }
        .into_any();
    }
    let rung = desk.rung();
    let state = load(move || api::refresh(rung.again(), api::emergency_access::own()));
    // The form stays while what is open is drawn anew.
    let hours = Memo::new(move |_| state.value().with(|state| state.as_ref().map(|state| state.hours)));
    let form = move || {
        hours.get().map(|hours| match hours {
            Some(hours) => view! { <Seek hours=hours/> }.into_any(),
            None => view! { <Empty title=words::EMERGENCY_OFF><p>{words::EMERGENCY_OFF_TEXT}</p></Empty> }.into_any(),
        })
    };
    view! {
        <Head title=words::EMERGENCY_ACCESS up=("/console/patients", words::PATIENTS)/>
        <div class="column">
            <p class="card-text">{words::EMERGENCY_TEXT}</p>
            {state.view(3, move |Emergencies { open, .. }| {
                (!open.is_empty()).then(|| view! { <OpenNow open=open state=state/> }).into_any()
            })}
            {form}
        </div>
    }
    .into_any()
}

/// What the caller holds open.
#[component]
fn OpenNow(open: Vec<OwnEmergency>, state: Load<Emergencies>) -> impl IntoView {
    let desk = use_desk();
    let lines: Vec<_> = open
        .into_iter()
        .map(|OwnEmergency { patient, shown, until }| {
            view! {
                <li class="line">
                    <Icon name="triangle-alert"/>
                    <span class="line-record">
                        <a href=nav::patient(patient, Tab::Summary) dir="auto">{shown.clone()}</a>
                        <span class="muted">{move || match desk.clock.is_past(until) {
                            false => words::open_till(&desk.clock.full(until)),
                            true => words::ended(&desk.clock.full(until)),
                        }}</span>
                    </span>
                    <CloseNow patient=patient name=words::close_record_of(&shown) closed=move || state.again()/>
                </li>
            }
        })
        .collect();
    view! { <Card title=words::OPEN_NOW id="open-now"><ul class="lines">{lines}</ul></Card> }
}

/// Closes a record before its time.
#[component]
fn CloseNow(
    patient: PatientId,
    #[prop(into)] name: String,
    closed: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let desk = use_desk();
    let busy = RwSignal::new(false);
    let close = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = api::emergency_access::close(patient).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(()) => desk.toasts.say(words::RECORD_IS_CLOSED),
                Err(error) => {
                    desk.failed(&error);
                    desk.toasts.say(words::error(&error));
                }
            }
            closed();
        });
    };
    view! { <Button icon="x" name=name busy=busy press=close>{words::CLOSE_RECORD}</Button> }
}

/// Opens the record of somebody whom the list does not show.
#[component]
fn Seek(hours: u32) -> impl IntoView {
    let desk = use_desk();
    let form = Form::new(
        "emergency",
        "",
        ["first_name", "last_name", "birth_date", "reason"].map(|name| (name, String::new())).into(),
    );
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = SeekForm {
            first_name: form.value("first_name"),
            last_name: form.value("last_name"),
            birth_date: form.value("birth_date"),
            reason: form.value("reason"),
        };
        form.send(api::emergency_access::seek(typed), move |Opened { patient, .. }| {
            desk.toasts.say(words::RECORD_OPENED);
            desk.nav.go(&nav::patient(patient, Tab::Summary));
        });
    };
    let name = || Line { longest: limits::NAME, ..Line::default() };
    view! {
        <Card title=words::OPEN_A_RECORD id="open-record">
            <form class=form.class() novalidate on:submit=send>
                <p class="card-text">{words::OPEN_A_RECORD_TEXT}</p>
                {form.notices()}
                {form.text("first_name", words::THEIR_FIRST_NAME, name().required())}
                {form.text("last_name", words::THEIR_LAST_NAME, name().required())}
                {form.text("birth_date", words::BIRTH_DATE, Line::of("date").required())}
                {form.area("reason", words::EMERGENCY_REASON, words::EMERGENCY_REASON_HINT, true, limits::EMERGENCY_REASON)}
                <p class="muted">{words::open_for(hours)}</p>
                <div class="buttons">
                    <Button kind=Kind::Main submit=true icon="key-round" busy=form.busy>{words::OPEN_RECORD}</Button>
                </div>
            </form>
        </Card>
    }
}

/// The dialog on a profile: opens the rest of it.
#[component]
pub fn OpenRecord(
    id: PatientId,
    /// Done, or given up.
    on_close: impl Fn(bool) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let desk = use_desk();
    let form = Form::new("emergency", &id.to_string(), vec![("reason", String::new())]);
    let state = load(api::emergency_access::own);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = ReasonForm { reason: form.value("reason") };
        form.send(api::emergency_access::open(id, typed), move |_| {
            desk.toasts.say(words::RECORD_OPENED);
            on_close(true);
        });
    };
    let give_up = move |_| {
        form.discard();
        on_close(false);
    };
    view! {
        <Dialog title=words::OPEN_ALL_OF_IT id="open-in-emergency" on_close=move |()| on_close(false)>
            <form class=form.class() novalidate on:submit=send>
                <div class="dialog-body">
                    <p>{words::OPEN_ALL_OF_IT_TEXT}</p>
                    {form.notices()}
                    {form.area("reason", words::EMERGENCY_REASON, words::EMERGENCY_REASON_HINT, true, limits::EMERGENCY_REASON)}
                    {move || state.value().get().and_then(|state| state.hours).map(|hours| view! {
                        <p class="muted">{words::open_for(hours)}</p>
                    })}
                </div>
                <footer class="dialog-foot">
                    <Button press=give_up>{words::CANCEL}</Button>
                    <Button kind=Kind::Main submit=true icon="key-round" busy=form.busy>{words::OPEN_RECORD}</Button>
                </footer>
            </form>
        </Dialog>
    }
}

/// While a record is open because of an emergency, and a look at it when that ends by itself.
#[component]
pub fn OpenedNotice(
    id: PatientId,
    until: Time,
    /// The caller closed it.
    closed: impl Fn() + Copy + Send + Sync + 'static,
    /// It may be over without the caller's doing.
    over: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let desk = use_desk();
    let rung = desk.rung();
    // It ends by itself, or an administrator ends it. This clock may be fast or slow: it looks at the end and a few times after it,
    // and not with every tick, since each look stands in the patient's log.
    let late = Memo::new(move |_| desk.clock.minutes_past(until).map(|minutes| minutes / 5));
    Effect::new(move || {
        if late.get().is_some() || rung.again() {
            over();
        }
    });
    view! {
        <Notice tone=Tone::Warn title=words::OPENED_IN_EMERGENCY>
            <p>{words::open_until(&desk.clock.full(until))}</p>
            <div class="buttons"><CloseNow patient=id name=words::CLOSE_RECORD closed=closed/></div>
        </Notice>
    }
}
