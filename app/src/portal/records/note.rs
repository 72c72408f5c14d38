//! `/portal/:patient/records/:note`: one note, to be read and printed.

use domain::{note::OwnNote, person::with_profession, time::Time, views::PortalFrame};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::super::{
    Print,
    frame::{Frame, Place, moment, now, trouble},
    words as say,
};
use crate::{
    account::gate::CallPractice,
    api,
    components::{Icon, LinkButton},
    error::AppError,
    notes::NoteSheet,
};

/// The page.
#[component]
pub fn NotePage() -> impl IntoView {
    let (patient, note) = use_params_map()
        .with_untracked(|params| (params.get("patient").unwrap_or_default(), params.get("note").unwrap_or_default()));
    let now = now();
    Suspend::new(async move {
        let drawn = async {
            let patient = patient.parse().map_err(|_| AppError::NotFound)?;
            let id = note.parse().map_err(|_| AppError::NotFound)?;
            let frame = api::portal::frame(patient).await?;
            let note = api::notes::read(patient, id).await?;
            Ok(view! { <NoteView frame=frame note=note now=now/> })
        };
        match drawn.await {
            Ok(page) => page.into_any(),
            Err(error) => trouble(error).into_any(),
        }
    })
}

/// The page, once everything is known.
#[component]
pub fn NoteView(
    /// Whose record, and what stands around it.
    frame: PortalFrame,
    /// The note.
    note: OwnNote,
    /// What time it is.
    now: Time,
) -> impl IntoView {
    let PortalFrame { record, records, practice_phone, .. } = frame;
    let OwnNote { id, text, author, profession, written_at, changed_at, time_zone, .. } = note;
    let by = format!("{}, {}", with_profession(&author, &profession), record.practice);
    let about = record.shown.clone();
    let title = text.title.clone();
    let when = view! {
        {say::WRITTEN_ON}" "{moment(written_at, &time_zone, now)}
        {changed_at.map(|at| view! { ". "{say::CHANGED_ON}" "{moment(at, &time_zone, now)} })}
    };
    view! {
        <Frame title=title place=Place::Records record=Some(record.clone()) records=records>
            <header class="page-head">
                <p class="back"><a href=Place::Records.path(record.patient)><Icon name="arrow-left"/>{say::ALL_RECORDS}</a></p>
                <h1 dir="auto">{say::record_of(&about)}</h1>
            </header>
            <NoteSheet text=text by=by when=when.into_any()/>
            <div class="buttons">
                <Print/>
                <LinkButton href=format!("/pdf/{}/{id}", record.patient) icon="download">{say::SAVE_PDF}</LinkButton>
            </div>
            <section class="card practice">
                <p>{say::NOTE_QUESTIONS}</p>
                <CallPractice phone=practice_phone/>
            </section>
        </Frame>
    }
}
