//! `/portal/:patient/files`: send files to the practice (S0-21), and see those that were sent or shared.

use domain::{
    file::{FileState, OwnFileRow, OwnFiles},
    ids::PatientId,
    time::Time,
    views::PortalFrame,
};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_router::hooks::use_query_map;

use super::{
    draft::Draft,
    frame::{Frame, Place, moment, paged},
    words::files as say,
};
use crate::{
    api,
    components::{Empty, Icon, Notice, Tone},
    files::FileSender,
    shell::Assets,
    words,
};

/// The page.
#[component]
pub fn FilesPage() -> impl IntoView {
    paged(api::files::own, |frame, files, later, now| {
        view! { <FilesView frame=frame files=files later=later now=now/> }
    })
}

/// The page, once everything is known.
#[component]
pub fn FilesView(
    /// Whose record, and what stands around it.
    frame: PortalFrame,
    /// The files, and what may be sent.
    files: OwnFiles,
    /// Is this a further page?
    #[prop(optional)]
    later: bool,
    /// What time it is.
    now: Time,
) -> impl IntoView {
    let PortalFrame { record, records, .. } = frame;
    let OwnFiles { files, room, time_zone } = files;
    let patient = record.patient;
    let here = Place::Files.path(patient);
    let earlier = files.next.map(|next| format!("{here}?after={next}"));
    let may_send = room.is_some();
    let sent = use_query_map().with_untracked(|query| query.get("sent").is_some());
    let send = room.filter(|_| !later).map(|room| {
        let script = use_context::<Assets>().map(|assets| assets.url("sender.js"));
        let nonce = use_nonce();
        view! {
            <Draft records=records.clone()/>
            <section class="card" aria-labelledby="send">
                <h2 id="send">{say::SEND}</h2>
                <p>{say::send_to(&record.practice)}</p>
                <FileSender patient=patient room=room next=format!("{here}?sent=yes")/>
            </section>
            <script type="module" src=script nonce=nonce></script>
        }
    });
    let list = if files.rows.is_empty() {
        let (title, text) = match (later, may_send) {
            (true, _) => (say::NO_EARLIER, say::NO_EARLIER_TEXT),
            (false, true) => (say::NONE, say::NONE_TEXT),
            (false, false) => (say::NONE, say::NONE_TEXT_READ_ONLY),
        };
        view! { <div class="card"><Empty title=title><p>{text}</p></Empty></div> }.into_any()
    } else {
        let rows =
            files.rows.into_iter().map(|row| view! { <Row patient=patient row=row zone=time_zone.clone() now=now/> });
        view! { <ul class="places places-wide">{rows.collect_view()}</ul> }.into_any()
    };
    view! {
        <Frame title=say::TITLE place=Place::Files record=Some(record) records=records>
            {later.then(|| view! { <p class="back"><a href=here><Icon name="arrow-left"/>{say::LATEST}</a></p> })}
            <header class="page-head">
                <h1>{say::TITLE}</h1>
                <p class="page-lead">{say::LEAD}</p>
            </header>
            {sent.then(|| view! { <Notice tone=Tone::Success><p>{say::SENT}</p></Notice> })}
            {send}
            <section aria-labelledby="list">
                <h2 id="list" class="section-title">{say::LIST}</h2>
                {list}
            </section>
            {earlier.map(|href| view! { <p class="form-more"><a href=href>{say::EARLIER}</a></p> })}
        </Frame>
    }
}

#[component]
fn Row(patient: PatientId, row: OwnFileRow, zone: String, now: Time) -> impl IntoView {
    let OwnFileRow { id, name, kind, category, size, state, own, from_practice, at, unread } = row;
    let href = format!("/files/{patient}/{id}");
    let about = format!("{}, {}, {}", words::file_category(category), words::file_type(kind), words::file_size(size));
    let who = match (own, from_practice) {
        (true, _) => say::BY_YOU,
        (false, true) => say::BY_PRACTICE,
        (false, false) => say::BY_OTHERS,
    };
    let title = match state {
        FileState::Kept => view! { <a class="place-link" href=href download=true dir="auto">{name}</a> }.into_any(),
        FileState::Waiting | FileState::Infected => view! { <span dir="auto">{name}</span> }.into_any(),
    };
    let note = match state {
        FileState::Kept => None,
        FileState::Waiting => Some(say::WAITING),
        FileState::Infected => Some(say::INFECTED),
    };
    let look = (state == FileState::Kept && kind.is_shown()).then(|| {
        let href = format!("/files/{patient}/{id}/view");
        let name = say::look_at(&about);
        view! { <p class="place-text place-act"><a href=href target="_blank" aria-label=name><Icon name="eye"/>{say::LOOK}</a></p> }
    });
    view! {
        <li class="place">
            <span class="place-icon"><Icon name="paperclip"/></span>
            <div>
                <h3>{title}{unread.then(|| view! { " "<span class="chip">{super::words::UNREAD}</span> })}</h3>
                <p class="place-text">{about}</p>
                <p class="place-text">{who}" "{moment(at, &zone, now)}</p>
                {note.map(|text| view! { <p class="place-text"><Icon name="info"/>" "{text}</p> })}
                {look}
            </div>
            {(state == FileState::Kept).then(|| view! { <Icon name="download"/> })}
        </li>
    }
}
