//! The Documents tab: what the practice writes for the patient, and files that came or were added.
//!
//! | file | what is in it |
//! |---|---|
//! | this one | the list of documents, and the files under it |
//! | `document` | one document: write it, complete it, take it back |
//! | `files` | files |

mod document;
mod files;

use domain::{
    document::{DocumentForm, DocumentRow, DocumentState, DocumentType, DocumentTypes},
    ids::PatientId,
    page::{Page, PageRequest},
};
use leptos::prelude::*;

pub use self::document::Document;
use self::files::Files;
use crate::{
    api,
    components::{Button, Card, Choice, Dialog, Empty, Icon, Kind, SelectField, Table, When, column, lesser},
    console::{
        desk::use_desk,
        filters::Filters,
        form::{Form, Line},
        load::Pages,
        nav, words,
    },
    error::AppError,
};

/// The tab. Who may know only that files came is shown nothing of documents.
#[component]
pub fn Documents(id: PatientId, may_read: bool) -> impl IntoView {
    view! {
        <div class="column column-wide">
            {may_read.then(|| view! { <Written id=id/> })}
            <Files id=id/>
        </div>
    }
}

/// The documents that the practice wrote.
#[component]
fn Written(id: PatientId) -> impl IntoView {
    let desk = use_desk();
    let filters = Filters::of(desk.nav, &["type"]);
    let pages = Pages::new();
    // May the caller write, and which types does the portal hide?
    let may = RwSignal::new((false, DocumentTypes::default()));
    let fetch = move |page: PageRequest| async move {
        let kind = DocumentType::from_code(&desk.nav.query("type")).ok();
        let documents = api::documents::list(id, kind, page).await?;
        let _ = may.try_set((documents.may_write, documents.hidden));
        Ok::<Page<DocumentRow>, AppError>(documents.documents)
    };
    let ask = move |after: bool| {
        let page = if after { pages.following() } else { pages.first() };
        pages.take(after, fetch(page));
    };
    pages.follow(move || desk.nav.query("type"), ask);
    let beginning = RwSignal::new(false);
    let actions: Children = Box::new(move || {
        view! {
            {move || may.get().0.then(|| view! {
                <Button kind=Kind::Main icon="plus" press=move |_| beginning.set(true)>{words::NEW_DOCUMENT}</Button>
            })}
        }
        .into_any()
    });
    let draw = move |rows: Vec<DocumentRow>| {
        if rows.is_empty() {
            let title = if filters.any() { words::NO_DOCUMENTS_FIT } else { words::NO_DOCUMENTS };
            let text = if filters.any() { words::NO_DOCUMENTS_FIT_TEXT } else { words::NO_DOCUMENTS_TEXT };
            return view! { <Empty title=title><p>{text}</p></Empty> }.into_any();
        }
        let columns = vec![
            column(words::DOCUMENT_TITLE),
            lesser(words::DOCUMENT_TYPE),
            lesser(words::DOCUMENT_AUTHOR),
            column(words::DOCUMENT_WHEN),
        ];
        let hidden = may.with_untracked(|(_, hidden)| *hidden);
        let rows: Vec<_> = rows.into_iter().map(|document| row(id, document, hidden)).collect();
        view! { <Table caption=words::DOCUMENTS columns=columns>{rows}</Table> }.into_any()
    };
    let mut choices = vec![Choice::new("", words::ALL_TYPES)];
    choices.extend(kinds());
    view! {
        <Card title=words::DOCUMENTS id="documents" actions=actions>
            <p class="card-text">{words::DOCUMENTS_TEXT}</p>
            <div class="filters">
                <SelectField name="type" label=words::DOCUMENT_TYPE id="documents-type" choices=choices bind=filters.field("type") unmarked=true/>
            </div>
            {pages.view(4, ask, draw)}
        </Card>
        {move || beginning.get().then(|| view! { <Begin id=id on_close=move || beginning.set(false)/> })}
    }
}

fn kinds() -> impl Iterator<Item = Choice> {
    DocumentType::ALL.into_iter().map(|kind| Choice::new(kind.code(), crate::words::document_type(kind)))
}

fn row(patient: PatientId, document: DocumentRow, hidden: DocumentTypes) -> AnyView {
    let DocumentRow { id, title, kind, author, state, at, asks, acknowledged, by_patient } = document;
    let (class, text) = words::document_state(state);
    let is_hidden = hidden.contains(kind);
    let confirmed =
        (asks && matches!(state, DocumentState::Completed { .. })).then(|| words::confirmed(acknowledged, by_patient));
    view! {
        <tr>
            <th scope="row" class="wrap" dir="auto">
                <a href=nav::document(patient, id)>{title}</a>
                " "<span class=class>{text}</span>
                {is_hidden.then(|| view! { " "<span class="badge badge-info"><Icon name="eye-off"/>{words::HIDDEN_IN_PORTAL}</span> })}
                {confirmed.map(|text| view! { " "<span class="badge badge-info">{text}</span> })}
            </th>
            <td class="lesser">{crate::words::document_type(kind)}</td>
            <td class="lesser" dir="auto">{author}</td>
            <td><When at=at/></td>
        </tr>
    }
    .into_any()
}

/// The dialog that begins a document.
#[component]
fn Begin(id: PatientId, on_close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let desk = use_desk();
    let start = vec![("title", String::new()), ("kind", DocumentType::default().code().to_owned())];
    let form = Form::new("document", &format!("{id}/new"), start);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = DocumentForm { title: form.value("title"), kind: form.value("kind"), ..DocumentForm::default() };
        form.send(async move { api::documents::begin(id, typed).await }, move |document| {
            desk.nav.go(&nav::document(id, document));
        });
    };
    let give_up = move |_| {
        form.discard();
        on_close();
    };
    let title = Line { longest: domain::limits::NAME, ..Line::default() };
    view! {
        <Dialog title=words::NEW_DOCUMENT_TITLE id="new-document" on_close=move |()| on_close()>
            <form class=form.class() novalidate on:submit=send>
                <div class="dialog-body">
                    {form.notices()}
                    {form.text("title", words::DOCUMENT_TITLE, title.required())}
                    {form.select("kind", words::DOCUMENT_TYPE, kinds().collect(), "")}
                </div>
                <footer class="dialog-foot">
                    <Button press=give_up>{words::CANCEL}</Button>
                    <Button kind=Kind::Main submit=true busy=form.busy>{words::NEW_DOCUMENT}</Button>
                </footer>
            </form>
        </Dialog>
    }
}
