//! A document or a note as a PDF, for either side: by the same decision that opens it.

use docgen::{Document as Sheet, Section};
use domain::{
    access::{EnterGroup, ExportData, ViewOwnRecord, ViewPatient},
    audit::Action,
    document::DocumentState,
    error::Conflict,
    ids::{DocumentId, NoteId, PatientId},
    paper::File,
    person::with_profession,
    time::{Date, Time},
};

use super::{bytes, print as handed_out};
use crate::{
    context::Ctx,
    days, documents,
    error::{Error, Result},
    notes, patients,
    ports::Work,
    throttle,
};

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// A note.
    Note(NoteId),
    /// A document.
    Document(DocumentId),
}

/// What it says.
struct Said {
    title: String,
    body: String,
    by: String,
    at: Time,
}

/// For the practice: what is published or completed, for those who may take what they see out of the program.
///
/// # Errors
/// As opening it, and [`Error::NotFound`] for a note that was never published; [`Conflict::DocumentNotCompleted`] for a draft and for
/// what was taken back; [`Error::Forbidden`] without the right to export; [`Error::StepUp`] (AD-08); [`Error::TooMany`] when too much
/// is being printed already.
pub async fn print(ctx: &Ctx, patient: PatientId, what: Paper) -> Result<File> {
    let actor = ctx.actor()?;
    let (said, mut work) = match what {
        Paper::Note(id) => published(ctx, patient, id).await?,
        Paper::Document(id) => completed(ctx, patient, id).await?,
    };
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(ViewPatient, &facts)?;
    let enter = actor.may(EnterGroup, &())?;
    let practice = work.lookup_group(&enter).await?.ok_or(Error::NotFound)?.name;
    let record = work.lookup_patient(&access).await?.ok_or(Error::NotFound)?;
    let zone = work.list_locations(&enter).await?.into_iter().next().map(|location| location.time_zone);
    work.save().await?;
    let details = record.patient.details;
    handed_out(ctx, sheet(said, practice, &details.name.shown(), details.birth_date, zone.as_deref())).await
}

/// Asked after the right to see it, so that nobody learns by it what is there.
fn may_take_out(ctx: &Ctx) -> Result<()> {
    ctx.actor()?.may(ExportData, &())?;
    ctx.proved_lately()
}

async fn published(ctx: &Ctx, patient: PatientId, id: NoteId) -> Result<(Said, Box<dyn Work>)> {
    let (access, _, mut work) = notes::may_read(ctx, patient, id).await?;
    may_take_out(ctx)?;
    notes::note_it(ctx, work.as_mut(), &access, Action::RecordPrinted, "").await?;
    let note = work.lookup_note(&access).await?.ok_or(Error::NotFound)?;
    let (author, profession) = work.lookup_author(&access).await?.ok_or(Error::NotFound)?;
    let version = note.published.ok_or(Error::NotFound)?;
    if !access.own() {
        work.note_read(&access, version.number, ctx.now()).await?;
    }
    let by = with_profession(&author.shown(), &profession);
    Ok((Said { title: version.text.title, body: version.text.body, by, at: version.at }, work))
}

async fn completed(ctx: &Ctx, patient: PatientId, id: DocumentId) -> Result<(Said, Box<dyn Work>)> {
    let (access, _, mut work) = documents::may_read(ctx, patient).await?;
    let document = work.lookup_document(&access, id).await?.ok_or(Error::NotFound)?;
    may_take_out(ctx)?;
    let DocumentState::Completed { at } = document.state else { return Err(Conflict::DocumentNotCompleted.into()) };
    documents::note_it(ctx, work.as_mut(), &access, Action::RecordPrinted, id.to_string()).await?;
    let (author, profession) = work.lookup_document_author(&access, id).await?.ok_or(Error::NotFound)?;
    let by = with_profession(&author.shown(), &profession);
    Ok((Said { title: document.text.title, body: document.text.body, by, at }, work))
}

/// For the portal: what it shows, as a file, and what to call that. That it was read is kept once it is printed.
///
/// # Errors
/// As opening it; [`Error::TooMany`] when too much is being printed already, or by this person.
pub async fn print_own(ctx: &Ctx, patient: PatientId, what: Paper) -> Result<(String, Vec<u8>)> {
    let mut view = ctx.services.store.read().await?;
    let said = match what {
        Paper::Note(id) => {
            let (_, note, _) = notes::look(ctx, view.as_mut(), patient, id).await?;
            let by = with_profession(&note.author, &note.profession);
            Said { title: note.text.title, body: note.text.body, by, at: note.written_at }
        }
        Paper::Document(id) => {
            let (_, document) = documents::look(ctx, view.as_mut(), patient, id).await?;
            let by = with_profession(&document.author, &document.profession);
            Said { title: document.text.title, body: document.text.body, by, at: document.at }
        }
    };
    let title = said.title.clone();
    let actor = ctx.actor()?;
    let grant = view.find_own_grant(actor.account(), patient).await?.ok_or(Error::NotFound)?.at(ctx.now());
    let access = actor.may(ViewOwnRecord, &grant)?;
    let (record, group) = view.lookup_own_record(&access).await?.ok_or(Error::NotFound)?;
    let zone = view.own_time_zone(&access).await?;
    drop(view);
    throttle::count_print(ctx, actor.account()).await?;
    let details = record.details;
    let paper = sheet(said, group.name, &details.name.shown(), details.birth_date, zone.as_deref());
    let printed = bytes(ctx, paper).await?;
    // Decided anew: it may have been taken back meanwhile.
    let mut work = ctx.services.store.begin().await?;
    match what {
        Paper::Note(id) => {
            let (access, _, number) = notes::look(ctx, work.as_mut(), patient, id).await?;
            notes::said_read(ctx, work.as_mut(), &access, number, Action::RecordPrinted).await?;
        }
        Paper::Document(id) => {
            let (access, _) = documents::look(ctx, work.as_mut(), patient, id).await?;
            documents::said_read(ctx, work.as_mut(), &access, Action::RecordPrinted).await?;
        }
    }
    work.save().await?;
    Ok((title, printed))
}

fn sheet(said: Said, practice: String, name: &str, born: Option<Date>, zone: Option<&str>) -> docgen::Paper {
    let Said { title, body, by, at } = said;
    let born = born.map(Date::long);
    let on = days::day_in(at, zone).map(Date::long).unwrap_or_default();
    docgen::Paper::Document(Sheet {
        language: "en".to_owned(),
        practice,
        lines: vec![domain::form::words::about(name, born.as_deref()), format!("{by}, {on}")],
        sections: vec![Section { text: body, ..Section::default() }],
        footer: format!("{title} · {name}"),
        title,
    })
}
