//! The card "Practice" on Settings > General: what patients know the practice by.

use domain::{
    limits,
    practice::{PracticeDetails, PracticeForm},
};
use leptos::prelude::*;

use crate::{
    api,
    components::{Button, Card, Choice, Dialog, Kind},
    console::{
        desk::use_desk,
        drafts,
        form::{Form, Line, Values},
        load::{Load, load},
        words,
    },
};

/// The times that are offered, in minutes; what was set otherwise is offered too (decision 15).
const IDLE: [u32; 7] = [5, 10, 15, 20, 30, 45, 60];

/// For how many hours a record may be opened in an emergency, to choose from; 0 for not at all.
const HOURS: [u32; 6] = [0, 1, 2, 4, 8, 24];

/// The card.
#[component]
pub fn PracticeCard() -> impl IntoView {
    let practice = load(api::settings::practice);
    let editing = RwSignal::new(drafts::was_open("practice:"));
    let edit: Children = Box::new(move || {
        view! { <Button icon="pencil" name=words::EDIT_PRACTICE press=move |_| editing.set(true)>{words::EDIT}</Button> }
            .into_any()
    });
    view! {
        <Card title=words::PRACTICE id="practice" actions=edit>
            <p class="card-subtitle">{words::PRACTICE_TEXT}</p>
            {practice.view(2, |practice| view! {
                <dl class="facts">
                    {words::fact(words::PRACTICE_NAME, &practice.name)}
                    {words::fact(words::PRACTICE_PHONE, &practice.phone)}
                    {words::fact(words::IDLE, &words::minutes(practice.idle_minutes))}
                    {words::fact(words::EMERGENCY_HOURS, &words::emergency_hours(practice.emergency_hours))}
                </dl>
            }.into_any())}
        </Card>
        {move || editing.get().then(|| {
            practice.value().get().map(|start| view! {
                <Edit start=start practice=practice on_close=move || editing.set(false)/>
            })
        })}
    }
}

fn shown(practice: PracticeDetails) -> (i64, Values) {
    let (idle, hours) = (practice.idle_minutes.to_string(), practice.emergency_hours.to_string());
    let fields =
        vec![("name", practice.name), ("phone", practice.phone), ("idle_minutes", idle), ("emergency_hours", hours)];
    (practice.version, fields)
}

#[component]
fn Edit(
    start: PracticeDetails,
    practice: Load<PracticeDetails>,
    on_close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let desk = use_desk();
    let mut lives: Vec<u32> = IDLE.into();
    lives.push(start.idle_minutes);
    lives.sort_unstable();
    lives.dedup();
    let lives = lives.into_iter().map(|minutes| Choice::new(minutes.to_string(), words::minutes(minutes))).collect();
    let mut hours: Vec<u32> = HOURS.into();
    hours.push(start.emergency_hours);
    hours.sort_unstable();
    hours.dedup();
    let hours = hours.into_iter().map(|hours| Choice::new(hours.to_string(), words::emergency_hours(hours))).collect();
    let (version, start) = shown(start);
    let form = Form::versioned("practice", "", version, start);
    form.follow(|| async { api::settings::practice().await.map(|newer| Some(shown(newer))) });
    // After a look at the newer version the page behind is old.
    let close = move || {
        if form.version() != version {
            practice.again();
        }
        on_close();
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = PracticeForm {
            name: form.value("name"),
            phone: form.value("phone"),
            idle_minutes: form.value("idle_minutes"),
            emergency_hours: Some(form.value("emergency_hours")),
        };
        let name = typed.name.trim().to_owned();
        form.send(api::settings::save_practice(form.version(), typed), move |()| {
            desk.practice.set(name);
            desk.toasts.say(words::SETTINGS_SAVED);
            practice.again();
            on_close();
        });
    };
    let give_up = move |_| {
        form.discard();
        close();
    };
    let name = Line { longest: limits::NAME, ..Line::default() };
    view! {
        <Dialog title=words::EDIT_PRACTICE id="practice-title" on_close=move |()| close()>
            <form class=form.class() novalidate on:submit=send>
                <div class="dialog-body">
                    {form.notices()}
                    {form.text("name", words::PRACTICE_NAME, name.required())}
                    {form.text("phone", words::PRACTICE_PHONE, Line::of("tel").hint(words::PRACTICE_PHONE_HINT))}
                    {form.select("idle_minutes", words::IDLE, lives, words::IDLE_HINT)}
                    {form.select("emergency_hours", words::EMERGENCY_HOURS, hours, words::EMERGENCY_HOURS_HINT)}
                </div>
                <footer class="dialog-foot">
                    <Button press=give_up>{words::CANCEL}</Button>
                    <Button kind=Kind::Main submit=true busy=form.busy>{words::SAVE}</Button>
                </footer>
            </form>
        </Dialog>
    }
}
