//! Writing a note. What is typed is kept on the device with every key, and on the server a moment after the last one.

use std::{task::Poll, time::Duration};

use domain::{
    error::Conflict,
    form::Completeness,
    ids::{NoteId, PatientId},
    limits,
    note::{Category, NoteForm, NotePage, NoteText},
};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api,
    components::{Button, Choice, Icon, Kind, Notice},
    console::{
        confirm::Confirm,
        desk::{Desk, use_desk},
        form::{Form, Line, Values},
        words,
    },
    error::AppError,
};

/// How long after the last key it is kept.
const PAUSE: Duration = Duration::from_millis(1_500);

/// How long after it could not be kept that is tried again.
const AGAIN: Duration = Duration::from_secs(8);

/// A moment of waiting.
async fn moment() {
    let mut asked = false;
    std::future::poll_fn(move |context| {
        if asked {
            return Poll::Ready(());
        }
        asked = true;
        let waker = context.waker().clone();
        set_timeout(move || waker.wake(), Duration::from_millis(50));
        Poll::Pending
    })
    .await;
}

/// What became of what was typed last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Nothing,
    Typed,
    Keeping,
    Done,
    Failed,
}

fn values(text: NoteText) -> Values {
    let NoteForm { title, category, body } = text.into();
    vec![("title", title), ("category", category), ("body", body)]
}

fn saved(form: NoteForm) -> Values {
    let NoteForm { title, category, body } = form;
    vec![("title", title), ("category", category), ("body", body)]
}

fn typed(form: Form) -> NoteForm {
    NoteForm { title: form.value("title"), category: form.value("category"), body: form.value("body") }
}

/// The editor. `done` is called when it was published or thrown away; false when the note is gone with it.
#[component]
pub fn Editor(page: NotePage, present: Present, done: Callback<bool>) -> impl IntoView {
    let desk = use_desk();
    let Present { patient: id, note, .. } = present;
    let was_published = page.published.is_some();
    let writing = page.draft.clone().or_else(|| page.published.clone().map(|version| version.text)).unwrap_or_default();
    let form = Form::versioned("note", &note.to_string(), page.version, values(writing));
    form.follow(move || async move {
        let newer = api::notes::open(id, note).await?;
        let text = newer.draft.or_else(|| newer.published.map(|version| version.text)).unwrap_or_default();
        Ok(Some((newer.version, values(text))))
    });
    let kept = present.kept;
    keep_typed(form, present);
    let discarding = RwSignal::new(false);
    let publish = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let sent = typed(form);
        let text = sent.clone();
        let publish = async move {
            present.settled().await;
            api::notes::publish(id, note, form.version(), text).await
        };
        form.send(publish, move |version| {
            desk.toasts.say(words::NOTE_PUBLISHED);
            if typed(form) == sent {
                return done.run(true);
            }
            // Somebody went on typing meanwhile: that is a draft over what was published.
            form.goes_on_from(version, saved(sent));
            kept.set(Kept::Typed);
        });
    };
    let kinds = Category::ALL.into_iter();
    let kinds = kinds.map(|category| Choice::new(category.code(), crate::words::category(category))).collect();
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
                // Read out is only what somebody has to know.
                <p class="muted kept" aria-hidden=move || (kept.get() != Kept::Failed).then_some("true")>{move || match kept.get() {
                    Kept::Nothing | Kept::Typed => ().into_any(),
                    Kept::Keeping => words::KEEPING.into_any(),
                    Kept::Done => view! { <Icon name="check"/>{words::KEPT} }.into_any(),
                    Kept::Failed => view! { <Icon name="triangle-alert"/><span role="status">{words::NOT_KEPT}</span> }.into_any(),
                }}</p>
                <Button icon="trash-2" press=move |_| discarding.set(true)>{words::DISCARD_DRAFT}</Button>
                <Button kind=Kind::Main submit=true icon="check" busy=form.busy>{button}</Button>
            </div>
        </form>
        {move || discarding.get().then(|| view! {
            <Confirm
                title=words::DISCARD_TITLE
                text=words::DISCARD_TEXT
                button=words::DISCARD_DRAFT
                danger=true
                act=move || discard(present, form)
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
async fn discard(present: Present, form: Form) -> Result<(), AppError> {
    present.settled().await;
    match api::notes::discard(present.patient, present.note, form.version()).await {
        Err(AppError::Conflict(Conflict::NotePublished)) => Ok(()),
        other => other,
    }
}

/// A note while it is shown: its version, and what is typed into it, if it is being written.
#[derive(Clone, Copy)]
pub struct Present {
    pub patient: PatientId,
    pub note: NoteId,
    version: i64,
    form: RwSignal<Option<Form>>,
    kept: RwSignal<Kept>,
}

impl Present {
    /// A note that was just read.
    pub fn of(patient: PatientId, page: &NotePage) -> Self {
        let kept = if page.draft.is_some() { Kept::Done } else { Kept::Nothing };
        Self { patient, note: page.id, version: page.version, form: RwSignal::new(None), kept: RwSignal::new(kept) }
    }

    /// The version to act on, once what was typed is kept: nothing older than what is on the screen is shown or shared.
    pub async fn kept(self) -> Result<i64, AppError> {
        let Some(form) = self.form.get_untracked() else { return Ok(self.version) };
        self.settled().await;
        if form.is_changed() {
            self.keep(form).await?;
        }
        Ok(form.version())
    }

    /// Until no answer about what is kept is out: each call knows the version that the one before made.
    async fn settled(self) {
        while self.kept.try_get_untracked() == Some(Kept::Keeping) {
            moment().await;
        }
    }

    /// May it be published as it stands, to be shared? If not, the editor says at its fields what is missing.
    pub fn is_whole(self) -> bool {
        let Some(form) = self.form.get_untracked() else { return true };
        match typed(form).check(Completeness::Whole) {
            Ok(_) => true,
            Err(invalid) => {
                form.refuse_all(invalid);
                false
            }
        }
    }

    /// Keeps what stands in the form. What is typed while the answer is out is kept after it.
    async fn keep(self, form: Form) -> Result<(), AppError> {
        let sent = typed(form);
        self.kept.set(Kept::Keeping);
        let answer = api::notes::keep(self.patient, self.note, form.version(), sent.clone()).await;
        if self.kept.is_disposed() {
            return answer.map(drop);
        }
        match answer {
            Ok(version) => {
                self.kept.set(if typed(form) == sent { Kept::Done } else { Kept::Typed });
                form.goes_on_from(version, saved(sent));
                Ok(())
            }
            Err(error) => {
                self.kept.set(Kept::Failed);
                Err(error)
            }
        }
    }
}

/// Keeps what is typed, a moment after the last key. While one answer is out, the next waits for it: each knows the version that
/// the one before made.
fn keep_typed(form: Form, present: Present) {
    let desk = use_desk();
    present.form.set(Some(form));
    on_cleanup(move || {
        let _ = present.form.try_set(None);
    });
    let keys = StoredValue::new(0_u32);
    let now = move || NoteForm {
        title: form.field("title").get(),
        category: form.field("category").get(),
        body: form.field("body").get(),
    };
    // What comes back from the device was not kept on the server.
    if form.is_changed() {
        present.kept.set(Kept::Typed);
        later(form, present, keys, desk, PAUSE);
    }
    Effect::new(move |before: Option<NoteForm>| {
        let now = now();
        if before.is_some_and(|before| before != now) {
            keys.update_value(|keys| *keys += 1);
            if present.kept.get_untracked() != Kept::Keeping {
                present.kept.set(Kept::Typed);
            }
            later(form, present, keys, desk, PAUSE);
        }
        now
    });
}

fn later(form: Form, present: Present, keys: StoredValue<u32>, desk: Desk, pause: Duration) {
    let own = keys.get_value();
    let due = move || {
        // Another key came after this one, or the editor is gone.
        if keys.try_get_value() != Some(own) || form.busy.get_untracked() || desk.over.get_untracked() {
            return;
        }
        spawn_local(async move {
            present.settled().await;
            // Kept meanwhile, on the way to sharing it, or given up.
            if keys.try_get_value() != Some(own) || !form.is_changed() {
                return;
            }
            match present.keep(form).await {
                Ok(()) | Err(AppError::Invalid(_)) => {}
                // The network, or the server: it is tried again by itself.
                Err(AppError::Offline | AppError::Unavailable | AppError::Full | AppError::Fault { .. }) => {
                    later(form, present, keys, desk, AGAIN);
                }
                Err(error) => {
                    desk.failed(&error);
                    let _ = form.error.try_set(Some(error));
                }
            }
        });
    };
    set_timeout(due, pause);
}
