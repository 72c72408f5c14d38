//! The dialog that begins a note with a template.

use domain::{
    ids::{NoteTemplateId, PatientId},
    note_template::NoteTemplateChoice,
};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api,
    components::{Button, Dialog, Empty},
    console::{desk::use_desk, load::load, nav, words},
};

/// The dialog.
#[component]
pub fn BeginWith(patient: PatientId, on_close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let desk = use_desk();
    let templates = load(move || api::note_templates::offered(patient));
    let busy = RwSignal::new(false);
    let begin = move |id: NoteTemplateId| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let begun = async { api::notes::begin(patient, api::note_templates::begin(patient, id).await?).await };
            let begun = begun.await;
            let _ = busy.try_set(false);
            match begun {
                Ok(note) => desk.nav.go(&nav::note(patient, note)),
                Err(error) => desk.refused(&error),
            }
        });
    };
    let draw = move |list: Vec<NoteTemplateChoice>| {
        if list.is_empty() {
            let text =
                if desk.start().may.manage { words::NO_NOTE_TEMPLATES_MANAGE } else { words::NO_NOTE_TEMPLATES_ASK };
            return view! { <Empty title=words::NO_NOTE_TEMPLATES><p>{text}</p></Empty> }.into_any();
        }
        let choice = |template: NoteTemplateChoice| {
            let NoteTemplateChoice { id, name, category } = template;
            view! {
                <li>
                    <button type="button" class="link-button" dir="auto" on:click=move |_| begin(id)>{name}</button>
                    " "<span class="muted">{crate::words::category(category)}</span>
                </li>
            }
        };
        let choices: Vec<_> = list.into_iter().map(choice).collect();
        view! { <ul class="plain-list template-choices">{choices}</ul> }.into_any()
    };
    view! {
        <Dialog title=words::BEGIN_WITH_TEMPLATE id="begin-note" on_close=move |()| on_close()>
            <div class="dialog-body">
                <p class="card-text">{words::BEGIN_WITH_TEMPLATE_TEXT}</p>
                {templates.view(3, draw)}
            </div>
            <footer class="dialog-foot">
                <Button press=move |_| on_close()>{words::CANCEL}</Button>
            </footer>
        </Dialog>
    }
}
