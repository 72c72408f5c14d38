//! `/portal/:patient/download`: the whole record to keep (PT-26), and how each part of it reads as a text.

use domain::{
    access_log::AccessLog,
    activity::{OwnActivity, OwnDoing},
    document::OwnDocument,
    file::OwnFileRow,
    form::{OwnForm, RequestState},
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
use crate::{
    account::gate::CallPractice,
    api,
    components::{Button, Icon, Kind, PasswordField},
    dates::whole_moment,
    error::AppError,
    forms::{Answer, DoorForm, Refused},
};

/// The door that proves the password.
const STEP_UP: &str = "/api/account/step_up";

/// The page.
#[component]
pub fn DownloadPage() -> impl IntoView {
    let patient = use_params_map().with_untracked(|params| params.get("patient")).unwrap_or_default();
    Suspend::new(async move {
        let Ok(patient) = patient.parse() else { return trouble(AppError::NotFound).into_any() };
        match api::portal::frame(patient).await {
            // Who is here for appointments has nothing to take along that is not theirs anyway.
            Ok(frame) if !Place::Download.opens_to(frame.record.reach.level) => trouble(AppError::NotFound).into_any(),
            Ok(frame) => match api::account::is_proved().await {
                Ok(ready) => view! { <DownloadView frame=frame ready=ready answer=Answer::of(STEP_UP)/> }.into_any(),
                Err(error) => trouble(error).into_any(),
            },
            Err(error) => trouble(error).into_any(),
        }
    })
}

/// The page, once everything is known.
#[component]
pub fn DownloadView(
    /// Whose record, and what stands around it.
    frame: PortalFrame,
    /// Was the password proved a short time ago?
    ready: bool,
    /// What came back of the password.
    answer: Answer,
) -> impl IntoView {
    let PortalFrame { record, records, practice_phone, .. } = frame;
    let href = format!("/download/{}", record.patient);
    let take = if ready {
        view! {
            <div class="card">
                <p class="card-lead">{words::READY}</p>
                // A file and no page: nothing may fetch it beforehand, and it counts.
                <p><a class="button button-main" href=href download=true rel="nofollow"><Icon name="download"/>{words::NOW}</a></p>
            </div>
        }
        .into_any()
    } else {
        view! {
            <section class="card" aria-labelledby="first">
                <h2 id="first">{words::FIRST}</h2>
                <p class="card-lead">{words::FIRST_TEXT}</p>
                <DoorForm door=STEP_UP page=Place::Download.path(record.patient)>
                    <Refused answer=answer.clone()/>
                    <PasswordField name="password" label=words::PASSWORD error=answer.error("password")/>
                    <div class="form-end"><Button kind=Kind::Main submit=true>{words::GO_ON}</Button></div>
                </DoorForm>
            </section>
        }
        .into_any()
    };
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
            </div>
            {take}
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
    words::read_me(whose, practice, &whole_moment(at, zone), zone)
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
        let Some(asked) = &field.last else { continue };
        let wanted = say::detail_value(field.field, &asked.wanted);
        match &asked.state {
            OwnState::Waiting => text.fact(&words::asked_for(label), &wanted),
            OwnState::Rejected { reason, .. } => text.fact(&words::not_accepted(label), &say::and_why(&wanted, reason)),
            OwnState::Accepted { .. } | OwnState::Edited { .. } => {}
        }
    }
    text.heading(say::CONTACTS);
    for contact in &profile.emergency_contacts {
        let known = [&*contact.relationship, &contact.phone].into_iter().filter(|part| !part.is_empty());
        text.fact(&contact.name, &known.collect::<Vec<_>>().join(", "));
    }
    if profile.contacts_wait {
        text.paragraphs(words::CONTACTS_WAIT);
    }
    text.0
}

/// A page of what the record said before.
#[must_use]
pub fn changes(history: &ProfileHistory) -> String {
    let mut text = Text::new(say::PROFILE_HISTORY);
    for row in &history.changes.rows {
        let (before, after) = profile_history::values(row);
        text.heading(&format!("{}: {}", whole_moment(row.at, &history.time_zone), say::changed(row.what)));
        text.paragraphs(&after);
        text.paragraphs(&say::before(&before));
        text.paragraphs(&say::changed_by(&row.by, row.approved_by.as_ref()));
    }
    text.0
}

/// A note.
#[must_use]
pub fn note(note: &OwnNote) -> String {
    let mut text = Text::new(&note.text.title);
    text.fact(words::WRITTEN_BY, &domain::person::with_profession(&note.author, &note.profession));
    text.fact(words::KIND, crate::words::category(note.text.category));
    text.fact(say::WRITTEN_ON, &whole_moment(note.written_at, &note.time_zone));
    if let Some(at) = note.changed_at {
        text.fact(words::CHANGED, &whole_moment(at, &note.time_zone));
    }
    text.paragraphs(&note.text.body);
    text.0
}

/// A document.
#[must_use]
pub fn document(document: &OwnDocument) -> String {
    let mut text = Text::new(&document.text.title);
    text.fact(words::WRITTEN_BY, &domain::person::with_profession(&document.author, &document.profession));
    text.fact(words::KIND, crate::words::document_type(document.text.kind));
    text.fact(say::WRITTEN_ON, &whole_moment(document.at, &document.time_zone));
    if let Some(at) = document.acknowledged_at {
        text.fact(words::CONFIRMED, &whole_moment(at, &document.time_zone));
    }
    text.paragraphs(&document.text.body);
    text.0
}

/// A home activity, and the days on which it was done.
#[must_use]
pub fn activity(activity: &OwnActivity, done: &[OwnDoing]) -> String {
    let mut text = Text::new(&activity.text.title);
    text.fact(words::ASSIGNED_BY, &domain::person::with_profession(&activity.author, &activity.profession));
    if !activity.current {
        text.paragraphs(words::IS_OVER);
    }
    text.paragraphs(&activity.text.dose);
    text.paragraphs(&crate::words::schedule(&activity.text.schedule));
    text.paragraphs(&activity.text.instructions);
    let files = activity.files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join(", ");
    text.fact(words::FILES_OF_IT, &files);
    for one in done {
        text.fact(&crate::words::whole_day(one.day), if one.note.is_empty() { words::DONE } else { &one.note });
    }
    text.0
}

/// A form, with what was answered.
#[must_use]
pub fn form(form: &OwnForm) -> String {
    let mut text = Text::new(&form.title);
    text.fact(say::ASKED_ON, &whole_moment(form.asked_at, &form.time_zone));
    let answers = form.filled.answers.as_deref();
    match form.state {
        RequestState::Submitted { at } => text.fact(words::RETURNED, &whole_moment(at, &form.time_zone)),
        // What is typed and not returned is for whoever may return it.
        RequestState::Started { .. } if form.may_answer => text.fact(words::NOT_RETURNED, words::ONLY_A_DRAFT),
        _ => text.fact(words::NOT_RETURNED, words::NOTHING_TYPED),
    }
    text.paragraphs(&form.message);
    if answers.is_none() && !form.may_answer {
        return text.0;
    }
    for section in &form.definition.sections {
        text.heading(&section.title);
        for question in &section.questions {
            let answer = match answers {
                Some(answers) => {
                    let answer = answers.iter().find(|one| one.key == question.key).map(|one| &one.answer);
                    domain::form::words::answer(question, answer).unwrap_or_default()
                }
                None => form.filled.draft.get(&question.key).map(|typed| typed.join(", ")).unwrap_or_default(),
            };
            let answer = if answer.is_empty() { domain::form::words::NOT_ANSWERED.to_owned() } else { answer };
            text.fact(&question.label, &answer);
        }
    }
    text.0
}

/// In place of a file that cannot be opened at present.
#[must_use]
pub fn missing(file: &OwnFileRow) -> String {
    words::missing(file.name.as_str(), file.state)
}

/// A page of who looked at the record.
#[must_use]
pub fn visits(log: &AccessLog) -> String {
    let mut text = Text::new(say::ACCESS_LOG);
    for visit in &log.visits.rows {
        let who = [say::visitor(&visit.who), say::visitor_more(&visit.who)];
        let who = who.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        let mark = if visit.emergency { format!(" ({})", say::IN_EMERGENCY) } else { String::new() };
        text.fact(
            &whole_moment(visit.at, &log.time_zone),
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
