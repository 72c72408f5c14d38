//! `/portal/:patient/download`: the whole record to keep (PT-26), and how each part of it reads as a text.

use domain::{
    access_log::AccessLog,
    activity::{OwnActivity, OwnDoing},
    document::OwnDocument,
    file::OwnFileRow,
    form::OwnForm,
    note::OwnNote,
    profile_history::ProfileHistory,
    time::Time,
    update::{OwnProfile, OwnState},
    views::PortalFrame,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    frame::{Frame, Place, trouble},
    profile_history, words as say,
    words::download as words,
};
use crate::{account::gate::CallPractice, api, components::Icon, dates::moment, error::AppError};

/// The page.
#[component]
pub fn DownloadPage() -> impl IntoView {
    let patient = use_params_map().with_untracked(|params| params.get("patient")).unwrap_or_default();
    Suspend::new(async move {
        let Ok(patient) = patient.parse() else { return trouble(AppError::NotFound).into_any() };
        match api::portal::frame(patient).await {
            // Who is here for appointments has nothing to take along that is not theirs anyway.
            Ok(frame) if !Place::Download.opens_to(frame.record.reach.level) => trouble(AppError::NotFound).into_any(),
            Ok(frame) => view! { <DownloadView frame=frame/> }.into_any(),
            Err(error) => trouble(error).into_any(),
        }
    })
}

/// The page, once everything is known.
#[component]
pub fn DownloadView(
    /// Whose record, and what stands around it.
    frame: PortalFrame,
) -> impl IntoView {
    let PortalFrame { record, records, practice_phone, .. } = frame;
    let href = format!("/download/{}", record.patient);
    let parts = words::PARTS.map(|part| view! { <li>{part}</li> });
    view! {
        <Frame title=words::TITLE place=Place::Download record=Some(record.clone()) records=records>
            <header class="page-head">
                <h1>{words::TITLE}</h1>
                <p class="page-lead" dir="auto">{words::lead(&record.shown, record.kind)}</p>
            </header>
            <div class="card">
                <h2>{words::WHAT}</h2>
                <ul class="parts">{parts}</ul>
                <p>{words::CARE}</p>
                // A file and no page: nothing may fetch it beforehand, and it counts.
                <p><a class="button button-main" href=href download=true rel="nofollow"><Icon name="download"/>{words::NOW}</a></p>
            </div>
            <section class="card practice" aria-labelledby="more">
                <h2 id="more">{words::MORE}</h2>
                <p>{words::MORE_TEXT}</p>
                <CallPractice phone=practice_phone/>
            </section>
        </Frame>
    }
}

/// What stands at the beginning of what was taken along.
#[must_use]
pub fn read_me(whose: &str, practice: &str, at: Time, zone: &str) -> String {
    words::read_me(whose, practice, &moment(at, zone, at))
}

/// What the record says of the person.
#[must_use]
pub fn details(profile: &OwnProfile) -> String {
    let mut text = Text::new(say::DETAILS);
    text.fact(say::LEGAL_NAME, &profile.legal_name);
    text.fact(say::BORN, &profile.birth_date.map(domain::time::Date::long).unwrap_or_default());
    for field in &profile.fields {
        let label = say::detail(field.field).0;
        text.fact(label, &say::detail_value(field.field, &field.value));
        if let Some(asked) = field.last.as_ref().filter(|last| last.state == OwnState::Waiting) {
            text.fact(&words::asked_for(label), &say::detail_value(field.field, &asked.wanted));
        }
    }
    text.heading(say::CONTACTS);
    for contact in &profile.emergency_contacts {
        let known = [&*contact.relationship, &contact.phone].into_iter().filter(|part| !part.is_empty());
        text.fact(&contact.name, &known.collect::<Vec<_>>().join(", "));
    }
    text.0
}

/// A page of what the record said before.
#[must_use]
pub fn changes(history: &ProfileHistory, now: Time) -> String {
    let mut text = Text::new(say::PROFILE_HISTORY);
    for row in &history.changes.rows {
        let (before, after) = profile_history::values(row);
        text.heading(&format!("{}: {}", moment(row.at, &history.time_zone, now), say::changed(row.what)));
        text.paragraphs(&after);
        text.paragraphs(&say::before(&before));
        text.paragraphs(&say::changed_by(&row.by, row.approved_by.as_ref()));
    }
    text.0
}

/// A note.
#[must_use]
pub fn note(note: &OwnNote, now: Time) -> String {
    let mut text = Text::new(&note.text.title);
    text.fact(words::WRITTEN_BY, &domain::person::with_profession(&note.author, &note.profession));
    text.fact(say::WRITTEN_ON, &moment(note.written_at, &note.time_zone, now));
    text.paragraphs(&note.text.body);
    text.0
}

/// A document.
#[must_use]
pub fn document(document: &OwnDocument, now: Time) -> String {
    let mut text = Text::new(&document.text.title);
    text.fact(words::WRITTEN_BY, &domain::person::with_profession(&document.author, &document.profession));
    text.fact(say::WRITTEN_ON, &moment(document.at, &document.time_zone, now));
    if let Some(at) = document.acknowledged_at {
        text.fact(words::CONFIRMED, &moment(at, &document.time_zone, now));
    }
    text.paragraphs(&document.text.body);
    text.0
}

/// A home activity, and the days on which it was done.
#[must_use]
pub fn activity(activity: &OwnActivity, done: &[OwnDoing]) -> String {
    let mut text = Text::new(&activity.text.title);
    text.fact(words::ASSIGNED_BY, &domain::person::with_profession(&activity.author, &activity.profession));
    text.paragraphs(&activity.text.dose);
    text.paragraphs(&crate::words::schedule(&activity.text.schedule));
    text.paragraphs(&activity.text.instructions);
    for one in done {
        text.fact(&crate::words::whole_day(one.day), if one.note.is_empty() { words::DONE } else { &one.note });
    }
    text.0
}

/// A form, with what was answered.
#[must_use]
pub fn form(form: &OwnForm, now: Time) -> String {
    let mut text = Text::new(&form.title);
    text.fact(say::ASKED_ON, &moment(form.asked_at, &form.time_zone, now));
    text.paragraphs(&form.message);
    let answers = form.filled.answers.as_deref().unwrap_or_default();
    for section in &form.definition.sections {
        text.heading(&section.title);
        for question in &section.questions {
            let answer = answers.iter().find(|one| one.key == question.key).map(|one| &one.answer);
            let typed = form.filled.draft.get(&question.key).map(|typed| typed.join(", ")).unwrap_or_default();
            let answer = domain::form::words::answer(question, answer).unwrap_or(typed);
            let answer = if answer.is_empty() { domain::form::words::NOT_ANSWERED.to_owned() } else { answer };
            text.fact(&question.label, &answer);
        }
    }
    text.0
}

/// In place of a file that cannot be opened at present.
#[must_use]
pub fn missing(file: &OwnFileRow) -> String {
    words::missing(file.name.as_str())
}

/// A page of who looked at the record.
#[must_use]
pub fn visits(log: &AccessLog, now: Time) -> String {
    let mut text = Text::new(say::ACCESS_LOG);
    for visit in &log.visits.rows {
        let who = [say::visitor(&visit.who), say::visitor_more(&visit.who)];
        let who = who.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        let mark = if visit.emergency { format!(" ({})", say::IN_EMERGENCY) } else { String::new() };
        text.fact(
            &moment(visit.at, &log.time_zone, now),
            &format!("{who}: {}{mark}", say::visit(visit.what, visit.part)),
        );
    }
    text.0
}

/// A text in the making: lines as every device shows them.
struct Text(String);

impl Text {
    fn new(title: &str) -> Self {
        Self(format!("{title}\r\n{}\r\n", "=".repeat(title.chars().count().min(72))))
    }

    fn heading(&mut self, heading: &str) {
        if !heading.is_empty() {
            self.0.push_str(&format!("\r\n{heading}\r\n{}\r\n", "-".repeat(heading.chars().count().min(72))));
        }
    }

    fn fact(&mut self, label: &str, value: &str) {
        if !value.is_empty() {
            self.0.push_str(&format!("{label}: {}\r\n", value.replace('\n', "\r\n")));
        }
    }

    fn paragraphs(&mut self, paragraphs: &str) {
        if !paragraphs.is_empty() {
            self.0.push_str(&format!("\r\n{}\r\n", paragraphs.replace('\n', "\r\n")));
        }
    }
}
