//! One document: a draft is written and completed; what is completed is read, saved as a PDF and taken back.

use domain::{
    document::{DocumentForm, DocumentPage, DocumentReader, DocumentState, DocumentType, OwnDocument},
    error::Conflict,
    grant,
    ids::{DocumentId, PatientId},
    limits,
    note::PortalReader,
    person::with_profession,
};
use leptos::prelude::*;

use super::kinds;
use crate::{
    api,
    components::{Button, Card, Dialog, Empty, Icon, Kind, LinkButton, Notice, Tone, When},
    console::{
        confirm::Confirm,
        desk::use_desk,
        download,
        form::{Form, Line, Values},
        load::{Load, load},
        nav::{self, Tab},
        patients::seen_as::seen_as,
        words,
    },
    documents::DocumentSheet,
    error::AppError,
};

/// The page.
#[component]
pub fn Document(id: PatientId, document: DocumentId) -> impl IntoView {
    let desk = use_desk();
    let rung = desk.rung_about(id);
    let page = load(move || api::refresh(rung.again(), api::documents::open(id, document)));
    let gone = Memo::new(move |_| page.failure().with(|error| *error == Some(AppError::NotFound)));
    // A look that only brings further readers must not take what is typed away.
    let state = Memo::new(move |_| page.value().with(|page| page.as_ref().map(|page| (page.state, page.may))));
    let sheet = move || match state.get().zip(page.value().get_untracked()) {
        Some(((DocumentState::Draft, may), now)) if may.edit => {
            view! { <Draft patient=id start=now page=page/> }.into_any()
        }
        Some((_, now)) => view! { <Read patient=id document=now page=page/> }.into_any(),
        None => ().into_any(),
    };
    view! {
        <p class="note-back"><a href=nav::patient(id, Tab::Documents)><Icon name="arrow-left"/>{words::BACK_TO_DOCUMENTS}</a></p>
        {move || if gone.get() {
            view! {
                <Empty title=words::NO_SUCH_DOCUMENT>
                    <LinkButton href=nav::patient(id, Tab::Documents)>{words::BACK_TO_DOCUMENTS}</LinkButton>
                </Empty>
            }.into_any()
        } else {
            view! { <div class="column column-wide">{page.around(8, sheet)}</div> }.into_any()
        }}
    }
}

fn fields(form: DocumentForm) -> Values {
    vec![("title", form.title), ("kind", form.kind), ("body", form.body), ("asks", form.asks)]
}

fn typed(form: Form) -> DocumentForm {
    DocumentForm {
        title: form.value("title"),
        kind: form.value("kind"),
        body: form.value("body"),
        asks: form.value("asks"),
    }
}

/// A draft, being written. What is typed is kept on the device; somebody else's newer version is shown, never written over.
#[component]
fn Draft(patient: PatientId, start: DocumentPage, page: Load<DocumentPage>) -> impl IntoView {
    let desk = use_desk();
    let (id, hidden) = (start.id, start.hidden);
    let form = Form::versioned("document", &id.to_string(), start.version, fields(start.text.clone().into()));
    form.follow(move || async move {
        let newer = api::documents::open(patient, id).await?;
        Ok(Some((newer.version, fields(newer.text.into()))))
    });
    let looking = RwSignal::new(None::<OwnDocument>);
    let completing = RwSignal::new(false);
    let discarding = RwSignal::new(false);
    let save = move |then: Callback<i64>| {
        let (version, text) = (form.version(), typed(form));
        form.send(async move { api::documents::save(patient, id, version, text).await }, move |version| {
            form.saved_as(version);
            then.run(version);
        });
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        save(Callback::new(move |_| {
            desk.toasts.say(words::DRAFT_SAVED);
        }));
    };
    // What is looked at and completed is what is typed: it is saved before.
    let look = move |_| {
        save(Callback::new(move |_| {
            leptos::task::spawn_local(async move {
                match api::documents::as_patient(patient, id).await {
                    Ok(document) => looking.set(Some(document)),
                    Err(error) => desk.refused(&error),
                }
            });
        }));
    };
    let complete = move |_| {
        let (version, text) = (form.version(), typed(form));
        form.send(
            async move {
                api::documents::complete(patient, id, version, text).await?;
                Ok(())
            },
            move |()| {
                completing.set(false);
                desk.toasts.say(words::DOCUMENT_COMPLETED);
                page.again();
            },
        );
    };
    // What is typed stays until they have seen to it.
    let overtaken = move || form.error.with(|error| *error == Some(AppError::Conflict(Conflict::DocumentCompleted)));
    let title = Line { longest: limits::NAME, ..Line::default() };
    // As it is when the question is asked: somebody may have been let in meanwhile.
    let what_follows = move || {
        let now = page.value().get();
        let hidden = now.as_ref().map_or(hidden, |now| now.hidden);
        let sees = now.and_then(|now| seen_by(&now.portal));
        if DocumentType::from_code(&form.value("kind")).is_ok_and(|kind| hidden.contains(kind)) {
            view! { <p>{words::COMPLETE_HIDDEN_TEXT}</p> }.into_any()
        } else if let Some(sees) = sees {
            view! { <p>{words::COMPLETE_DOCUMENT_TEXT}</p><p>{words::DOCUMENT_SEEN_BY}": "{sees}</p> }.into_any()
        } else {
            view! { <p>{words::COMPLETE_FOR_NOBODY_TEXT}</p> }.into_any()
        }
    };
    let ask = move |_| {
        page.again();
        completing.set(true);
    };
    view! {
        <Card title=words::DOCUMENT id="document">
            <form class=form.class() novalidate on:submit=send>
                {form.notices()}
                {move || overtaken().then(|| view! {
                    <Notice tone=Tone::Warn>
                        <p>{words::COMPLETED_MEANWHILE}</p>
                        <Button press=move |_| page.again()>{words::SEE_COMPLETED}</Button>
                    </Notice>
                })}
                {form.text("title", words::DOCUMENT_TITLE, title.required())}
                {form.select("kind", words::DOCUMENT_TYPE, kinds().collect(), "")}
                {form.area("body", words::DOCUMENT_BODY, words::DOCUMENT_BODY_HINT, true, limits::NOTE)}
                {form.tick("asks", words::DOCUMENT_ASKS, "")}
                <div class="buttons">
                    <Button kind=Kind::Main icon="check" busy=form.busy press=ask>{words::COMPLETE_DOCUMENT}</Button>
                    <Button submit=true busy=form.busy>{words::SAVE_DRAFT}</Button>
                    <Button icon="eye" press=look>{words::AS_PATIENT}</Button>
                    <Button kind=Kind::Quiet press=move |_| discarding.set(true)>{words::DISCARD_DOCUMENT}</Button>
                </div>
            </form>
        </Card>
        {move || looking.get().map(|document| preview(document, page, looking))}
        {move || completing.get().then(|| view! {
            <Dialog title=words::COMPLETE_DOCUMENT_TITLE id="complete-document" on_close=move |()| completing.set(false)>
                <div class="dialog-body">{what_follows}</div>
                <footer class="dialog-foot">
                    <Button press=move |_| completing.set(false)>{words::CANCEL}</Button>
                    <Button kind=Kind::Main busy=form.busy press=move |event| { completing.set(false); complete(event) }>{words::COMPLETE_DOCUMENT}</Button>
                </footer>
            </Dialog>
        })}
        {move || discarding.get().then(|| view! {
            <Confirm title=words::DISCARD_DOCUMENT_TITLE text=words::DISCARD_DOCUMENT_TEXT button=words::DISCARD_DOCUMENT danger=true
                act=move || api::documents::discard(patient, id, form.version())
                on_close=move |done| {
                    discarding.set(false);
                    if done {
                        form.discard();
                        desk.toasts.say(words::DOCUMENT_DISCARDED);
                        desk.nav.go(&nav::patient(patient, Tab::Documents));
                    }
                }/>
        })}
    }
}

/// The document as the patient sees it, or would, and those who act for them.
fn preview(document: OwnDocument, page: Load<DocumentPage>, looking: RwSignal<Option<OwnDocument>>) -> AnyView {
    let OwnDocument { text, author, profession, at, .. } = document;
    let by = with_profession(&author, &profession);
    let now = page.value().get_untracked();
    let is_hidden = now.as_ref().is_some_and(|now| now.hidden.contains(text.kind));
    let portal = now.map(|now| now.portal).unwrap_or_default();
    let sheet = view! { <DocumentSheet text=text by=by when=view! { <When at=at/> }.into_any()/> }.into_any();
    view! {
        <Dialog title=words::AS_PATIENT id="as-patient" wide=true on_close=move |()| looking.set(None)>
            <div class="dialog-body">
                {is_hidden.then(|| view! { <Notice tone=Tone::Warn><p>{words::DOCUMENT_HIDDEN}</p></Notice> })}
                {seen_as(&portal, sheet)}
            </div>
        </Dialog>
    }
    .into_any()
}

/// A document that is done.
#[component]
fn Read(patient: PatientId, document: DocumentPage, page: Load<DocumentPage>) -> impl IntoView {
    let desk = use_desk();
    let id = document.id;
    let withdrawing = RwSignal::new(false);
    let name = format!("{}.pdf", document.text.title);
    let (class, text) = words::document_state(document.state);
    let at = match document.state {
        DocumentState::Completed { at } | DocumentState::Withdrawn { at } => Some(at),
        DocumentState::Draft => None,
    };
    let by = with_profession(&document.author, &document.profession);
    let when = view! { <span class=class>{text}</span>{at.map(|at| view! { " "<When at=at/> })} }.into_any();
    let may_withdraw = document.may.withdraw;
    let shown = matches!(document.state, DocumentState::Completed { .. });
    let readers = move || page.value().get().map(readers);
    let looking = RwSignal::new(None::<OwnDocument>);
    let look = move |_| {
        leptos::task::spawn_local(async move {
            match api::documents::as_patient(patient, id).await {
                Ok(document) => looking.set(Some(document)),
                Err(error) => desk.refused(&error),
            }
        });
    };
    view! {
        <DocumentSheet text=document.text by=by when=when/>
        <div class="buttons">
            {shown.then(|| download::paper(name, move || api::documents::pdf(patient, id)))}
            {shown.then(|| view! { <Button icon="eye" press=look>{words::AS_PATIENT}</Button> })}
            {may_withdraw.then(|| view! {
                <Button press=move |_| withdrawing.set(true)>{words::WITHDRAW_DOCUMENT}</Button>
            })}
        </div>
        {readers}
        {move || looking.get().map(|document| preview(document, page, looking))}
        {move || withdrawing.get().then(|| view! {
            <Confirm title=words::WITHDRAW_DOCUMENT_TITLE text=words::WITHDRAW_DOCUMENT_TEXT button=words::WITHDRAW_DOCUMENT danger=true
                act=move || api::documents::withdraw(patient, id)
                on_close=move |done| {
                    withdrawing.set(false);
                    if done {
                        desk.toasts.say(words::DOCUMENT_WITHDRAWN);
                    }
                    page.again();
                }/>
        })}
    }
}

/// Who of the portal sees what is completed; none when nobody does.
fn seen_by(portal: &[PortalReader]) -> Option<String> {
    let own = |reader: &PortalReader| words::document_reader(&reader.email, reader.kind == grant::Kind::Own);
    let sees: Vec<_> = portal.iter().filter(|reader| reader.sees).map(own).collect();
    (!sees.is_empty()).then(|| sees.join(", "))
}

/// Who of the portal sees it, and who has read it.
fn readers(page: DocumentPage) -> AnyView {
    let who = match page.state {
        DocumentState::Draft => view! { <p class="card-text">{words::DOCUMENT_IS_DRAFT}</p> }.into_any(),
        DocumentState::Withdrawn { .. } => view! { <p class="card-text">{words::DOCUMENT_NOT_SHOWN}</p> }.into_any(),
        DocumentState::Completed { .. } if page.hidden.contains(page.text.kind) => {
            view! { <Notice tone=Tone::Warn><p>{words::DOCUMENT_HIDDEN}</p></Notice> }.into_any()
        }
        DocumentState::Completed { .. } => match seen_by(&page.portal) {
            Some(sees) => view! { <p class="card-text">{words::DOCUMENT_SEEN_BY}": "{sees}</p> }.into_any(),
            None => view! { <p class="card-text">{words::DOCUMENT_SEEN_BY_NOBODY}</p> }.into_any(),
        },
    };
    let rows = page.readers.into_iter().map(|reader| {
        let DocumentReader { email, own, read_at, acknowledged_at } = reader;
        view! {
            <li>
                {words::document_reader(&email, own)}": "{words::READ_AT}" "<When at=read_at/>
                {acknowledged_at.map(|at| view! { ", "{words::CONFIRMED_AT}" "<When at=at/> })}
            </li>
        }
    });
    let rows: Vec<_> = rows.collect();
    let list = if rows.is_empty() {
        view! { <p class="muted">{words::NO_DOCUMENT_READERS}</p> }.into_any()
    } else {
        view! { <ul class="plain-list">{rows}</ul> }.into_any()
    };
    view! {
        <Card title=words::DOCUMENT_READERS id="readers">
            {who}
            {list}
        </Card>
    }
    .into_any()
}
