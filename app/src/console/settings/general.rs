//! Settings > General: Patient Access (S0-29), the practice itself, and how it writes to its patients.

use domain::{
    document::DocumentType,
    practice::{PatientAccess, PatientAccessForm},
    update::{Mode, Waiting},
};
use leptos::prelude::*;

use super::{NotForYou, messages, practice::PracticeCard, replies};
use crate::{
    api,
    components::{Button, Card, Choice, Dialog, Kind},
    console::{
        desk::use_desk,
        drafts,
        form::{Form, Line, Values},
        frame::Head,
        load::{Load, load},
        words,
    },
};

/// Link lives to choose from, in hours.
const LIVES: [i64; 11] = [1, 2, 4, 8, 12, 24, 48, 72, 168, 336, 720];

/// The General page.
#[component]
pub fn General() -> impl IntoView {
    if !use_desk().start().may.manage {
        return view! { <NotForYou/> }.into_any();
    }
    let settings = load(api::settings::patient_access);
    let editing = RwSignal::new(drafts::was_open("patient-access:"));
    let edit: Children = Box::new(move || {
        view! { <Button icon="pencil" name=words::EDIT_PATIENT_ACCESS press=move |_| editing.set(true)>{words::EDIT}</Button> }
            .into_any()
    });
    view! {
        <Head title=words::GENERAL up=("/console/settings", words::SETTINGS)/>
        <div class="column">
            <Card title=words::PATIENT_ACCESS id="patient-access" actions=edit>
                <p class="card-subtitle">{words::PATIENT_PORTAL}</p>
                {settings.view(2, |settings| view! {
                    <dl class="facts">
                        {words::fact(words::PATIENT_INVITATIONS, if settings.invitations { words::ON } else { words::OFF })}
                        {words::fact(words::LINK_LIFE, &words::hours(hours(&settings)))}
                        {words::fact(words::STEPS_DOWN, &words::at_age(settings.ages.steps_down))}
                        {words::fact(words::GROWN_UP, &words::at_age(settings.ages.ends))}
                        {words::fact(words::LINK_REMINDERS, if settings.reminders { words::ON } else { words::OFF })}
                        {words::fact(words::PATIENT_UPDATES, words::mode(settings.updates))}
                        {words::fact(words::NOTE_SHARING, if settings.note_sharing { words::ON } else { words::OFF })}
                        {words::fact(words::GROUP_CHAT, if settings.group_chat { words::ON } else { words::OFF })}
                        {words::fact(words::CHAT, if settings.patient_chat { words::ON } else { words::OFF })}
                        {words::fact(words::HIDDEN_DOCUMENTS, &hidden(&settings))}
                    </dl>
                }.into_any())}
            </Card>
            <PracticeCard/>
            {messages::card()}
            {replies::card()}
        </div>
        {move || editing.get().then(|| {
            settings.value().get().map(|start| view! {
                <Edit start=start settings=settings on_close=move || editing.set(false)/>
            })
        })}
    }
    .into_any()
}

fn hours(settings: &PatientAccess) -> i64 {
    settings.link_life.as_minutes() / 60
}

fn fields(settings: &PatientAccess) -> Values {
    vec![
        ("invitations", if settings.invitations { "yes".to_owned() } else { String::new() }),
        ("link_hours", hours(settings).to_string()),
        ("steps_down", age(settings.ages.steps_down)),
        ("ends", age(settings.ages.ends)),
        ("reminders", if settings.reminders { "yes".to_owned() } else { String::new() }),
        ("updates", settings.updates.code().to_owned()),
        ("hidden_documents", settings.hidden_documents.codes()),
        ("note_sharing", if settings.note_sharing { "yes".to_owned() } else { String::new() }),
        ("group_chat", if settings.group_chat { "yes".to_owned() } else { String::new() }),
        ("patient_chat", if settings.patient_chat { "yes".to_owned() } else { String::new() }),
        ("waiting", String::new()),
    ]
}

fn age(age: Option<u8>) -> String {
    age.map(|age| age.to_string()).unwrap_or_default()
}

/// The dialog of decision 1.
#[component]
fn Edit(
    start: PatientAccess,
    settings: Load<PatientAccess>,
    on_close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let desk = use_desk();
    let version = start.version;
    let form = Form::versioned("patient-access", "", version, fields(&start));
    form.follow(|| async { api::settings::patient_access().await.map(|newer| Some((newer.version, fields(&newer)))) });
    // After a look at the newer version the page behind is old.
    let close = move || {
        if form.version() != version {
            settings.again();
        }
        on_close();
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = PatientAccessForm {
            invitations: form.value("invitations"),
            link_hours: form.value("link_hours"),
            steps_down: form.value("steps_down"),
            ends: form.value("ends"),
            reminders: form.value("reminders"),
            updates: form.value("updates"),
            note_sharing: Some(form.value("note_sharing")),
            hidden_documents: Some(form.value("hidden_documents")),
            group_chat: Some(form.value("group_chat")),
            patient_chat: Some(form.value("patient_chat")),
            waiting: form.value("waiting"),
        };
        form.send(api::settings::save_patient_access(form.version(), typed), move |()| {
            desk.toasts.say(words::SETTINGS_SAVED);
            settings.again();
            on_close();
        });
    };
    let modes = Mode::ALL.into_iter().map(|mode| Choice::new(mode.code(), words::mode_long(mode))).collect();
    // Whoever does not want to be asked any more says what becomes of what waits.
    let waiting = load(api::settings::waiting_updates);
    let waiting = move || {
        let count = waiting.value().get().unwrap_or_default();
        let other = form.field("updates").get() != Mode::Approval.code();
        (other && count > 0).then(|| {
            let mut choices = vec![Choice::new("", words::CHOOSE)];
            choices.extend(Waiting::ALL.into_iter().map(|choice| Choice::new(choice.code(), words::waiting(choice))));
            view! {
                <p class="muted">{words::waiting_count(count)}</p>
                {form.select("waiting", words::WAITING_UPDATES, choices, "")}
            }
        })
    };
    let give_up = move |_| {
        form.discard();
        close();
    };
    let now = hours(&start);
    let mut lives = LIVES.to_vec();
    if !lives.contains(&now) {
        lives.push(now);
        lives.sort_unstable();
    }
    let lives = lives.into_iter().map(|life| Choice::new(life.to_string(), words::hours(life))).collect();
    view! {
        <Dialog title=words::PATIENT_ACCESS id="patient-access-title" on_close=move |()| close()>
            <form class=form.class() novalidate on:submit=send>
                <div class="dialog-body">
                    {form.notices()}
                    // S0-30
                    <p class="muted">{words::FOR_EVERYONE}</p>
                    {form.tick("invitations", words::PATIENT_INVITATIONS, words::PATIENT_INVITATIONS_HINT)}
                    {form.select("link_hours", words::LINK_LIFE, lives, words::LINK_LIFE_HINT)}
                    {form.text("steps_down", words::STEPS_DOWN, Line { longest: 2, ..Line::of("number") }.hint(words::STEPS_DOWN_HINT))}
                    {form.text("ends", words::GROWN_UP, Line { longest: 2, ..Line::of("number") }.hint(words::GROWN_UP_HINT))}
                    {form.tick("reminders", words::LINK_REMINDERS, words::LINK_REMINDERS_HINT)}
                    {form.select("updates", words::PATIENT_UPDATES, modes, words::PATIENT_UPDATES_HINT)}
                    {waiting}
                    {form.tick("note_sharing", words::NOTE_SHARING, words::NOTE_SHARING_HINT)}
                    {form.tick("group_chat", words::GROUP_CHAT, words::GROUP_CHAT_HINT)}
                    {form.tick("patient_chat", words::CHAT, words::PATIENT_CHAT_HINT)}
                    {form.ticks("hidden_documents", words::HIDDEN_DOCUMENTS, kinds())}
                </div>
                <footer class="dialog-foot">
                    <Button press=give_up>{words::CANCEL}</Button>
                    <Button kind=Kind::Main submit=true busy=form.busy>{words::SAVE}</Button>
                </footer>
            </form>
        </Dialog>
    }
}

/// The types that the portal does not show, to be read.
fn hidden(settings: &PatientAccess) -> String {
    let hidden: Vec<_> = settings.hidden_documents.iter().map(crate::words::document_type).collect();
    if hidden.is_empty() { words::NONE_HIDDEN.to_owned() } else { hidden.join(", ") }
}

fn kinds() -> Vec<Choice> {
    DocumentType::ALL.into_iter().map(|kind| Choice::new(kind.code(), crate::words::document_type(kind))).collect()
}
