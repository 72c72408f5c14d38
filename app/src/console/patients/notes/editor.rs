//! Writing a note. What is typed is kept on the device with every key, and on the server a moment after the last one.

use std::time::Duration;

use domain::{
    ids::{NoteId, PatientId},
    limits,
    note::{Category, NoteForm, NotePage, NoteText},
};
use leptos::{prelude::*, task::spawn_local};

use super::is_overtaken;
use crate::{
    api,
    components::{Button, Choice, Icon, Kind, Notice},
    console::{
        confirm::Confirm,
        desk::use_desk,
        form::{Form, Line, Values},
        words,
    },
    error::AppError,
};

/// How long after the last key it is kept.
const PAUSE: Duration = Duration::from_millis(1_500);

/// What became of what was typed last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Nothing,
    Keeping,
    Done,
    Failed,
}

fn values(text: NoteText) -> Values {
    let NoteForm { title, category, body } = text.into();
    vec![("title", title), ("category", category), ("body", body)]
}

fn typed(form: Form) -> NoteForm {
    NoteForm { title: form.value("title"), category: form.value("category"), body: form.value("body") }
}

/// The editor. `done` is called when it was published or thrown away; false when the note is gone with it.
#[component]
pub fn Editor(id: PatientId, page: NotePage, done: Callback<bool>) -> impl IntoView {
    let desk = use_desk();
    let note = page.id;
    let was_published = page.published.is_some();
    let writing = page.draft.clone().or_else(|| page.published.clone().map(|version| version.text)).unwrap_or_default();
    let form = Form::versioned("note", &note.to_string(), page.version, values(writing));
    form.follow(move || async move {
        let newer = api::notes::open(id, note).await?;
        let text = newer.draft.or_else(|| newer.published.map(|version| version.text)).unwrap_or_default();
        Ok(Some((newer.version, values(text))))
    });
    let kept = RwSignal::new(if page.draft.is_some() { Kept::Done } else { Kept::Nothing });
    keep_typed(id, note, form, kept);
    let discarding = RwSignal::new(false);
    let publish = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        form.send(api::notes::publish(id, note, form.version(), typed(form)), move |_| {
            desk.toasts.say(words::NOTE_PUBLISHED);
            done.run(true);
        });
    };
    let kinds = Category::ALL.into_iter();
    let kinds = kinds.map(|category| Choice::new(category.code(), crate::words::category(category))).collect();
    let keeping = Signal::derive(move || kept.get() == Kept::Keeping);
    let (button, hint) = if was_published { (words::PUBLISH_VERSION, words::CORRECTING) } else { (words::PUBLISH, "") };
    view! {
        <form class=form.class() novalidate on:submit=publish>
            {(!hint.is_empty()).then(|| view! { <Notice><p>{hint}</p></Notice> })}
            {form.notices()}
            <div class="note-line">
                {form.text("title", words::NOTE_TITLE, Line { required: true, longest: limits::NAME, ..Line::of("text") })}
                {form.select("category", words::NOTE_KIND, kinds, "")}
            </div>
            {form.area("body", words::NOTE_BODY, words::NOTE_BODY_HINT, true, limits::NOTE)}
            <div class="form-end">
                <p class="muted kept" role="status">{move || match kept.get() {
                    Kept::Nothing => ().into_any(),
                    Kept::Keeping => words::KEEPING.into_any(),
                    Kept::Done => view! { <Icon name="check"/>{words::KEPT} }.into_any(),
                    Kept::Failed => view! { <Icon name="triangle-alert"/>{words::NOT_KEPT} }.into_any(),
                }}</p>
                <Button icon="trash-2" press=move |_| discarding.set(true)>{words::DISCARD_DRAFT}</Button>
                <Button kind=Kind::Main submit=true icon="check" busy=form.busy disabled=keeping>{button}</Button>
            </div>
        </form>
        {move || discarding.get().then(|| view! {
            <Confirm
                title=words::DISCARD_TITLE
                text=words::DISCARD_TEXT
                button=words::DISCARD_DRAFT
                danger=true
                act=move || discard(id, note, form)
                on_close=move |gone| {
                    discarding.set(false);
                    if gone {
                        form.discard();
                        desk.toasts.say(words::DISCARDED);
                        done.run(was_published);
                    }
                }
            />
        })}
    }
}

/// Of a note that was corrected nothing may have been kept yet: then there is nothing on the server to throw away.
async fn discard(id: PatientId, note: NoteId, form: Form) -> Result<(), AppError> {
    match api::notes::discard(id, note, form.version()).await {
        Err(AppError::Conflict(domain::error::Conflict::NotePublished)) => Ok(()),
        other => other,
    }
}

/// Keeps what is typed, a moment after the last key. While one answer is out, the next waits for it: each knows the version that
/// the one before made.
fn keep_typed(id: PatientId, note: NoteId, form: Form, kept: RwSignal<Kept>) {
    let desk = use_desk();
    let keys = StoredValue::new(0_u32);
    let now = move || NoteForm {
        title: form.field("title").get(),
        category: form.field("category").get(),
        body: form.field("body").get(),
    };
    let later = move || {
        let own = keys.get_value();
        set_timeout(
            move || {
                if keys.try_get_value() == Some(own) {
                    keep(id, note, form, kept, keys, desk);
                }
            },
            PAUSE,
        );
    };
    Effect::new(move |before: Option<NoteForm>| {
        let now = now();
        if before.is_some_and(|before| before != now) {
            keys.update_value(|keys| *keys += 1);
            later();
        }
        now
    });
}

fn keep(
    id: PatientId,
    note: NoteId,
    form: Form,
    kept: RwSignal<Kept>,
    keys: StoredValue<u32>,
    desk: crate::console::desk::Desk,
) {
    if form.busy.get_untracked() || kept.get_untracked() == Kept::Keeping || desk.over.get_untracked() {
        return;
    }
    let own = keys.get_value();
    let sent = typed(form);
    kept.set(Kept::Keeping);
    spawn_local(async move {
        let answer = api::notes::keep(id, note, form.version(), sent.clone()).await;
        if kept.is_disposed() {
            return;
        }
        match answer {
            Ok(version) => {
                kept.set(Kept::Done);
                form.goes_on_from(
                    version,
                    vec![("title", sent.title), ("category", sent.category), ("body", sent.body)],
                );
                // More was typed meanwhile.
                if keys.get_value() != own {
                    keep(id, note, form, kept, keys, desk);
                }
            }
            Err(error) => {
                kept.set(Kept::Failed);
                if is_overtaken(&error) {
                    form.error.set(Some(error));
                } else if !matches!(error, AppError::Invalid(_)) {
                    desk.failed(&error);
                }
            }
        }
    });
}
