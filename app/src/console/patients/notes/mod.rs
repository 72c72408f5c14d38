//! The Notes tab: the notes about a patient that the caller may read.
//!
//! | file | what is in it |
//! |---|---|
//! | this one | the list, and sharing all of one's own |
//! | `begin` | a note that begins with a template |
//! | `note` | one note: read it, change it, publish it, keep it private |
//! | `editor` | writing: what is typed is kept while it is typed |
//! | `sharing` | with whom it is shared, and a look at it as the patient would see it |

mod begin;
mod editor;
mod note;
mod sharing;

use domain::{
    ids::PatientId,
    limits,
    note::{Category, NoteFilter, NoteForm, NoteRow, NoteState},
    page::{Page, PageRequest},
};
use leptos::{prelude::*, task::spawn_local};

use self::begin::BeginWith;
pub use self::note::Note;
use crate::{
    api,
    components::{Button, Card, Choice, Empty, Icon, Kind, SelectField, Table, TextField, When, column, lesser},
    console::{desk::use_desk, filters::Filters, load::Pages, nav, words},
    error::AppError,
};

/// The tab.
#[component]
pub fn Notes(id: PatientId) -> impl IntoView {
    let desk = use_desk();
    let filters = Filters::of(desk.nav, &["kind", "which"]);
    let last = desk.sought.with_value(|last| match last {
        Some((patient, text)) if *patient == id => text.clone(),
        _ => String::new(),
    });
    let typed = RwSignal::new(last.clone());
    let sought = RwSignal::new(last);
    let seek = move || {
        let text = typed.with_untracked(|typed| typed.trim().to_owned());
        desk.sought.set_value((!text.is_empty()).then(|| (id, text.clone())));
        if sought.with_untracked(|sought| *sought != text) {
            sought.set(text);
        }
    };
    // An emptied field looks for nothing, without being sent.
    Effect::new(move || {
        if typed.with(String::is_empty) {
            seek();
        }
    });
    let may = RwSignal::new((false, false));
    let pages = Pages::new();
    let filter = Memo::new(move |_| {
        let which = desk.nav.query("which");
        NoteFilter {
            category: Category::from_code(&desk.nav.query("kind")).ok(),
            own: which == "own",
            drafts: which == "drafts",
            with_patient: which == "patient",
            text: sought.get(),
        }
    });
    let fetch = move |page: PageRequest| async move {
        let notes = api::notes::list(id, filter.get_untracked(), page).await?;
        let _ = may.try_set((notes.may_write, notes.may_share_all));
        Ok::<Page<NoteRow>, AppError>(notes.notes)
    };
    let ask = move |after: bool| {
        let page = if after { pages.following() } else { pages.first() };
        pages.take(after, fetch(page));
    };
    pages.follow(move || format!("{:?}", filter.get()), ask);
    let sharing = RwSignal::new(false);
    let choosing = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let begin = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let form = NoteForm { category: Category::default().code().to_owned(), ..NoteForm::default() };
            let begun = api::notes::begin(id, form).await;
            let _ = busy.try_set(false);
            match begun {
                Ok(note) => desk.nav.go(&nav::note(id, note)),
                Err(error) => desk.refused(&error),
            }
        });
    };
    let write = move || {
        may.get()
            .0
            .then(|| view! { <Button kind=Kind::Main icon="plus" busy=busy press=begin>{words::NEW_NOTE}</Button> })
    };
    let actions: Children = Box::new(move || {
        view! {
            {move || may.get().1.then(|| view! {
                <Button icon="users" press=move |_| sharing.set(true)>{words::SHARE_ALL_NOTES}</Button>
            })}
            {move || may.get().0.then(|| view! {
                <Button press=move |_| choosing.set(true)>{words::BEGIN_WITH_TEMPLATE}</Button>
            })}
            {write}
        }
        .into_any()
    });
    let draw = move |rows: Vec<NoteRow>| {
        if rows.is_empty() {
            let narrowed = filters.any() || sought.with(|sought| !sought.is_empty());
            let (title, text) = match (narrowed, pages.next.with(Option::is_some)) {
                (true, true) => (words::NO_NOTES_FIT_YET, words::NO_NOTES_FIT_YET_TEXT),
                (true, false) => (words::NO_NOTES_FIT, words::NO_NOTES_FIT_TEXT),
                (false, _) => (words::NO_NOTES, words::NO_NOTES_TEXT),
            };
            let show_all = move |_| {
                typed.set(String::new());
                filters.clear();
            };
            return view! {
                <Empty title=title>
                    <p>{text}</p>
                    {narrowed.then(|| view! { <Button press=show_all>{words::SHOW_ALL_NOTES}</Button> })}
                </Empty>
            }
            .into_any();
        }
        let columns =
            vec![column(words::NOTE), lesser(words::NOTE_KIND), lesser(words::NOTE_AUTHOR), column(words::NOTE_WHEN)];
        let rows: Vec<_> = rows.into_iter().map(|row| self::row(id, row)).collect();
        view! { <Table caption=words::NOTES columns=columns>{rows}</Table> }.into_any()
    };
    let kinds = {
        let mut choices = vec![Choice::new("", words::ALL_KINDS)];
        let kind = |category: Category| Choice::new(category.code(), crate::words::category(category));
        choices.extend(Category::ALL.into_iter().map(kind));
        choices
    };
    let which = vec![
        Choice::new("", words::ALL_NOTES),
        Choice::new("own", words::OWN_NOTES),
        Choice::new("drafts", words::NOTE_DRAFTS),
        Choice::new("patient", words::NOTES_WITH_PATIENT),
    ];
    view! {
        <Card title=words::NOTES id="notes" actions=actions>
            <p class="card-text">{words::NOTES_TEXT}</p>
            <form class="filters" role="search" aria-label=words::SEARCH_NOTES on:submit=move |event| {
                event.prevent_default();
                seek();
            }>
                <TextField name="text" id="notes-text" kind="search" label=words::WORDS_IN_NOTES bind=typed longest=limits::SEARCH_TEXT autocomplete="off" unmarked=true/>
                <Button icon="search" submit=true>{words::SEARCH}</Button>
                <SelectField name="kind" label=words::NOTE_KIND id="notes-kind" choices=kinds bind=filters.field("kind") unmarked=true/>
                <SelectField name="which" label=words::WHICH_NOTES id="notes-which" choices=which bind=filters.field("which") unmarked=true/>
            </form>
            {pages.view(4, ask, draw)}
        </Card>
        {move || choosing.get().then(|| view! { <BeginWith patient=id on_close=move || choosing.set(false)/> })}
        {move || sharing.get().then(|| sharing::share_all(id, sharing))}
    }
}

fn row(patient: PatientId, row: NoteRow) -> AnyView {
    let NoteRow { id, title, category, author, state, private, patient_from, at, .. } = row;
    view! {
        <tr>
            <th scope="row" class="wrap" dir="auto"><a href=nav::note(patient, id)>{words::note_title(&title)}</a>{badges(state, private, patient_from)}</th>
            <td class="lesser">{crate::words::category(category)}</td>
            <td class="lesser" dir="auto">{author}</td>
            <td><When at=at/></td>
        </tr>
    }
    .into_any()
}

/// Where it stands, and who sees it.
fn badges(state: NoteState, private: bool, patient_from: Option<domain::time::Time>) -> AnyView {
    view! {
        {words::note_state(state).map(|word| view! { " "<span class="badge badge-info"><Icon name="pencil"/>{word}</span> })}
        {private.then(|| view! { " "<span class="badge badge-warn"><Icon name="lock"/>{words::PRIVATE}</span> })}
        {patient_from.map(|from| match sharing::is_to_come(from) {
            true => view! { " "<span class="badge badge-info"><Icon name="clock"/>{words::WITH_PATIENT_LATER}" "<When at=from/></span> }.into_any(),
            false => view! { " "<span class="badge badge-good"><Icon name="user-check"/>{words::WITH_PATIENT}</span> }.into_any(),
        })}
    }
    .into_any()
}
