//! `/portal/:patient/documents` and `/portal/:patient/documents/:document`: what the practice completed for the patient, to be read,
//! printed, saved as a PDF and acknowledged (S3-07, S3-08).

use domain::{
    document::{OwnDocument, OwnDocumentRow, OwnDocuments},
    ids::PatientId,
    person::with_profession,
    time::Time,
    views::PortalFrame,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    Print,
    frame::{Frame, Place, moment, now, paged, trouble},
    words::{self as say_all, documents as say},
};
use crate::{
    account::gate::CallPractice,
    api,
    components::{Button, Empty, Icon, Kind, LinkButton, Notice, Tone},
    documents::DocumentSheet,
    error::AppError,
    forms::{Answer, DoorForm, Hidden, Refused},
    words,
};

const ACKNOWLEDGE: &str = "/api/documents/acknowledge";

/// The list's page.
#[component]
pub fn DocumentsPage() -> impl IntoView {
    paged(api::documents::own, |frame, documents, later, now| {
        view! { <DocumentsView frame=frame documents=documents later=later now=now/> }
    })
}

/// The list's page, once everything is known.
#[component]
pub fn DocumentsView(
    /// Whose record, and what stands around it.
    frame: PortalFrame,
    /// The documents.
    documents: OwnDocuments,
    /// Is this a further page?
    #[prop(optional)]
    later: bool,
    /// What time it is.
    now: Time,
) -> impl IntoView {
    let PortalFrame { record, records, practice_phone, .. } = frame;
    let OwnDocuments { documents, time_zone } = documents;
    let patient = record.patient;
    let here = Place::Documents.path(patient);
    let earlier = documents.next.map(|next| format!("{here}?after={next}"));
    let list = if documents.rows.is_empty() && later {
        view! { <div class="card"><Empty title=say::NO_EARLIER><p>{say::NO_EARLIER_TEXT}</p></Empty></div> }.into_any()
    } else if documents.rows.is_empty() {
        view! {
            <div class="card">
                <Empty title=say_all::DOCUMENTS_PLACE.empty>
                    <p>{say_all::DOCUMENTS_PLACE.will}</p>
                    <p>{say_all::DOCUMENTS_PLACE.now}</p>
                    <CallPractice phone=practice_phone/>
                </Empty>
            </div>
        }
        .into_any()
    } else {
        let rows = documents
            .rows
            .into_iter()
            .map(|row| view! { <Row patient=patient row=row zone=time_zone.clone() now=now/> });
        view! {
            <h2 class="unseen">{say::LIST}</h2>
            <ul class="places places-wide">{rows.collect_view()}</ul>
        }
        .into_any()
    };
    view! {
        <Frame title=say_all::DOCUMENTS_PLACE.title place=Place::Documents record=Some(record) records=records>
            {later.then(|| view! { <p class="back"><a href=here><Icon name="arrow-left"/>{say::LATEST}</a></p> })}
            <header class="page-head">
                <h1>{say_all::DOCUMENTS_PLACE.title}</h1>
                <p class="page-lead">{say::LEAD}</p>
            </header>
            {list}
            {earlier.map(|href| view! { <p class="form-more"><a href=href>{say::EARLIER}</a></p> })}
        </Frame>
    }
}

#[component]
fn Row(patient: PatientId, row: OwnDocumentRow, zone: String, now: Time) -> impl IntoView {
    let OwnDocumentRow { id, title, kind, author, at, unread, asks } = row;
    let href = format!("{}/{id}", Place::Documents.path(patient));
    view! {
        <li class="place">
            <span class="place-icon"><Icon name="file-text"/></span>
            <div>
                <h3>
                    <a class="place-link" href=href dir="auto">{title}</a>
                    {unread.then(|| view! { " "<span class="chip">{say_all::UNREAD}</span> })}
                </h3>
                <p class="place-text" dir="auto">{words::document_type(kind)}", "{author}</p>
                <p class="place-text">{moment(at, &zone, now)}</p>
                {asks.then(|| view! { <p class="place-text">{say::ASKS}</p> })}
            </div>
            <Icon name="chevron-right"/>
        </li>
    }
}

/// One document's page.
#[component]
pub fn DocumentPage() -> impl IntoView {
    let (patient, document) = use_params_map().with_untracked(|params| {
        (params.get("patient").unwrap_or_default(), params.get("document").unwrap_or_default())
    });
    let now = now();
    Suspend::new(async move {
        let drawn = async {
            let patient = patient.parse().map_err(|_| AppError::NotFound)?;
            let id = document.parse().map_err(|_| AppError::NotFound)?;
            let frame = api::portal::frame(patient).await?;
            let document = api::documents::read(patient, id).await?;
            Ok(view! { <DocumentView frame=frame document=document now=now/> })
        };
        match drawn.await {
            Ok(page) => page.into_any(),
            Err(error) => trouble(error).into_any(),
        }
    })
}

/// One document's page, once everything is known.
#[component]
pub fn DocumentView(
    /// Whose record, and what stands around it.
    frame: PortalFrame,
    /// The document.
    document: OwnDocument,
    /// What time it is.
    now: Time,
) -> impl IntoView {
    let PortalFrame { record, records, practice_phone, .. } = frame;
    let OwnDocument { id, text, author, profession, at, acknowledged_at, time_zone } = document;
    let patient = record.patient;
    let by = format!("{}, {}", with_profession(&author, &profession), record.practice);
    let about = record.shown.clone();
    let title = text.title.clone();
    let here = format!("{}/{id}", Place::Documents.path(patient));
    let when = moment(at, &time_zone, now).into_any();
    let acknowledged = acknowledged_at.map(|at| {
        view! { <Notice tone=Tone::Success><p>{say::ACKNOWLEDGED}" "{moment(at, &time_zone, now)}</p></Notice> }
    });
    let asked = (text.asks && acknowledged_at.is_none()).then(|| {
        view! {
            <section class="card asked" aria-labelledby="acknowledge">
                <h2 id="acknowledge">{say::PLEASE_ACKNOWLEDGE}</h2>
                <p>{say::ACKNOWLEDGE_TEXT}</p>
                <DoorForm door=ACKNOWLEDGE page=here>
                    <Refused answer=Answer::of(ACKNOWLEDGE)/>
                    <Hidden name="patient" value=patient.to_string()/>
                    <Hidden name="id" value=id.to_string()/>
                    <Button kind=Kind::Main submit=true icon="check">{say::ACKNOWLEDGE}</Button>
                </DoorForm>
            </section>
        }
    });
    view! {
        <Frame title=title place=Place::Documents record=Some(record.clone()) records=records>
            <header class="page-head">
                <p class="back"><a href=Place::Documents.path(patient)><Icon name="arrow-left"/>{say::ALL}</a></p>
                <h1 dir="auto">{say::document_of(&about)}</h1>
            </header>
            <DocumentSheet text=text by=by when=when/>
            {asked}
            {acknowledged}
            <div class="buttons">
                <Print/>
                <LinkButton href=format!("/pdf/{patient}/{id}") icon="download">{say_all::SAVE_PDF}</LinkButton>
            </div>
            <section class="card practice">
                <p>{say::QUESTIONS}</p>
                <CallPractice phone=practice_phone/>
            </section>
        </Frame>
    }
}
