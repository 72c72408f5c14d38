//! One note: read, corrected by its author, and beside it who sees it and who has read it.

use domain::{
    ids::{NoteId, PatientId},
    note::{NotePage, Version},
    person::with_profession,
};
use leptos::prelude::*;

use super::{
    editor::{Editor, Present},
    sharing,
};
use crate::{
    api,
    components::{Button, Card, Empty, Icon, Kind, LinkButton, When},
    console::{
        confirm::Confirm,
        desk::use_desk,
        download,
        load::{Load, Pages, load},
        nav::{self, Tab},
        words,
    },
    error::AppError,
    notes::{NoteSheet, paragraphs},
};

/// The note.
#[component]
pub fn Note(id: PatientId, note: NoteId) -> impl IntoView {
    let desk = use_desk();
    let page = load(move || api::notes::open(id, note));
    let gone = Memo::new(move |_| page.failure().with(|error| *error == Some(AppError::NotFound)));
    let correcting = RwSignal::new(false);
    let done = Callback::new(move |stays: bool| {
        correcting.set(false);
        if stays {
            page.again();
        } else {
            desk.nav.go(&nav::patient(id, Tab::Notes));
        }
    });
    let draw = move |shown: NotePage| {
        let present = Present::of(id, &shown);
        // A draft is written on; what was published is read until its author corrects it.
        let writing = shown.may.edit && (shown.draft.is_some() || shown.published.is_none());
        let sheet = {
            let shown = shown.clone();
            move || match writing || correcting.get() {
                true => {
                    let page = shown.clone();
                    view! { <Card title=words::NOTE id="note"><Editor page=page present=present done=done/></Card> }
                        .into_any()
                }
                false => read(shown.clone()),
            }
        };
        let corrects = shown.may.edit && !writing;
        let correct = move || {
            (corrects && !correcting.get()).then(|| {
                view! { <Button icon="pencil" press=move |_| correcting.set(true)>{words::CHANGE_NOTE}</Button> }
            })
        };
        let beside = shown.sharing.is_some().then(|| sharing::card(shown.clone(), present, page));
        let latest = shown.published.as_ref().map_or(0, |latest| latest.number);
        let versions = (shown.may.edit && latest > 1).then(|| versions(id, note, latest));
        // Its author has the card for it.
        let withdraw = (shown.may.withdraw && !shown.own).then(|| sharing::withdraw(present, page));
        let privacy = shown.may.edit.then(|| privacy(&shown, present, page));
        let paper = shown
            .published
            .as_ref()
            .map(|latest| download::paper(format!("{}.pdf", latest.text.title), move || api::notes::pdf(id, note)));
        view! { <div class="note-page"><div class="column">{sheet}<div class="buttons">{correct}{paper}{privacy}{withdraw}</div>{versions}</div>{beside}</div> }.into_any()
    };
    view! {
        <p class="note-back"><a href=nav::patient(id, Tab::Notes)><Icon name="arrow-left"/>{words::BACK_TO_NOTES}</a></p>
        {move || if gone.get() {
            view! {
                <Empty title=words::NO_SUCH_NOTE>
                    <LinkButton href=nav::patient(id, Tab::Notes)>{words::BACK_TO_NOTES}</LinkButton>
                </Empty>
            }.into_any()
        } else {
            page.view(8, draw).into_any()
        }}
    }
}

fn read(page: NotePage) -> AnyView {
    let NotePage { published, draft, saved_at, author, profession, .. } = page;
    // Whoever may only look reads their own draft as it stands.
    let (text, when) = match (published, draft, saved_at) {
        (Some(Version { text, at, .. }), ..) => (text, view! { <When at=at/> }.into_any()),
        (None, Some(text), Some(at)) => (text, view! { {words::NOTE_DRAFT}", "<When at=at/> }.into_any()),
        _ => return ().into_any(),
    };
    view! { <NoteSheet text=text by=with_profession(&author, &profession) when=when/> }.into_any()
}

/// The button that keeps a note private, or not any more.
fn privacy(shown: &NotePage, present: Present, page: Load<NotePage>) -> AnyView {
    let desk = use_desk();
    let asking = RwSignal::new(false);
    let private = shown.private;
    let (title, text, button, icon) = match private {
        true => (words::OPEN_TITLE, words::OPEN_TEXT, words::MAKE_OPEN, "eye"),
        false => (words::PRIVATE_TITLE, words::PRIVATE_TEXT, words::MAKE_PRIVATE, "lock"),
    };
    view! {
        {private.then(|| view! { <span class="badge badge-warn"><Icon name="lock"/>{words::PRIVATE}</span> })}
        <Button kind=Kind::Quiet icon=icon press=move |_| asking.set(true)>{button}</Button>
        {move || asking.get().then(|| view! {
            <Confirm
                title=title
                text=text
                button=button
                act=move || async move {
                    api::notes::set_private(present.patient, present.note, !private).await.map(drop)
                }
                on_close=move |done| {
                    asking.set(false);
                    if done {
                        desk.toasts.say(words::PRIVACY_CHANGED);
                        page.again();
                    }
                }
            />
        })}
    }
    .into_any()
}

/// What was published before.
fn versions(id: PatientId, note: NoteId, latest: i64) -> AnyView {
    let pages = Pages::new();
    let ask = move |after: bool| {
        let page = if after { pages.following() } else { pages.first() };
        pages.take(after, api::notes::versions(id, note, page));
    };
    pages.follow(String::new, ask);
    let draw = move |rows: Vec<Version>| {
        let rows = rows.into_iter().filter(|version| version.number < latest).map(|version| {
            view! {
                <li>
                    <details>
                        <summary>{words::note_version(version.number)}", "<When at=version.at/></summary>
                        <p class="note-title" dir="auto"><b>{version.text.title}</b></p>
                        {paragraphs(&version.text.body)}
                    </details>
                </li>
            }
        });
        view! { <ul class="note-versions">{rows.collect_view()}</ul> }.into_any()
    };
    view! { <Card title=words::VERSIONS id="versions">{pages.view(2, ask, draw)}</Card> }.into_any()
}
