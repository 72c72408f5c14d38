//! The dialog that assigns a home activity or changes one, with a look at it as the patient will see it (B-04).

use domain::{
    activity::{ActivityFile, ActivityForm, ActivityText, Weekday, Weekdays},
    file::FileState,
    ids::{ActivityId, PatientId},
    limits,
    page::PageRequest,
    time::Date,
};
use leptos::prelude::*;

use crate::{
    activities::{ActivitySheet, file},
    api,
    components::{Button, Choice, Dialog, Kind},
    console::{
        desk::use_desk,
        form::{Form, Line, Values},
        load::load,
        words,
    },
    error::AppError,
};

/// What the dialog begins with.
#[derive(Clone)]
pub enum Start {
    /// A new activity, from this day on.
    New(Date),
    /// One that is there, of a version, with what belongs to it.
    Change(ActivityId, i64, ActivityText, Vec<ActivityFile>),
}

fn fields(form: ActivityForm) -> Values {
    vec![
        ("title", form.title),
        ("dose", form.dose),
        ("instructions", form.instructions),
        ("days", form.days),
        ("from", form.from),
        ("until", form.until),
        ("files", form.files),
    ]
}

fn typed(form: Form) -> ActivityForm {
    ActivityForm {
        title: form.value("title"),
        dose: form.value("dose"),
        instructions: form.value("instructions"),
        days: form.value("days"),
        from: form.value("from"),
        until: form.value("until"),
        files: form.value("files"),
    }
}

/// The files that an activity can have: those that belong to it already, and the patient's latest.
async fn offered(patient: PatientId, first: Vec<ActivityFile>) -> Result<Vec<ActivityFile>, AppError> {
    let found = api::files::list(patient, PageRequest::default()).await?;
    let mut all = first;
    for row in found.files.rows {
        let (Some(name), FileState::Kept) = (row.name, row.state) else { continue };
        if all.iter().all(|file| file.id != row.id) {
            all.push(ActivityFile { id: row.id, name, kind: row.kind, size: row.size });
        }
    }
    Ok(all)
}

/// The dialog; `on_close` gets the activity when it was assigned or changed.
#[component]
pub fn ActivityDialog(
    patient: PatientId,
    start: Start,
    on_close: impl Fn(Option<ActivityId>) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let desk = use_desk();
    let user = desk.start().user.to_string();
    let (form, change, heading, button, files) = match start {
        Start::New(today) => {
            let begun =
                ActivityForm { days: Weekdays::EVERY.codes(), from: today.to_string(), ..ActivityForm::default() };
            let form = Form::new("activity", &format!("{patient}/new"), fields(begun));
            (form, None, words::ASSIGN_ACTIVITY_TITLE, words::ASSIGN_ACTIVITY, Vec::new())
        }
        Start::Change(id, version, text, files) => {
            let ids: Vec<_> = files.iter().map(|file| file.id).collect();
            let form = Form::versioned("activity", &id.to_string(), version, fields(ActivityForm::of(text, &ids)));
            form.follow(move || async move {
                let newer = api::activities::open(patient, id).await?;
                let ids: Vec<_> = newer.files.iter().map(|file| file.id).collect();
                Ok(Some((newer.version, fields(ActivityForm::of(newer.text, &ids)))))
            });
            (form, Some(id), words::CHANGE_ACTIVITY_TITLE, words::CHANGE_ACTIVITY, files)
        }
    };
    let offers = load(move || offered(patient, files.clone()));
    // A file that was removed meanwhile cannot belong to it any more.
    Effect::new(move || {
        let Some(files) = offers.value().get() else { return };
        let kept = form.value("files");
        let there = kept.split(' ').filter(|id| files.iter().any(|file| file.id.to_string() == *id));
        let there = there.collect::<Vec<_>>().join(" ");
        if there != kept {
            form.field("files").set(there);
        }
    });
    let looking = RwSignal::new(None::<ActivityText>);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        // What is wrong is said beside the fields.
        looking.set(None);
        let (version, text) = (form.version(), typed(form));
        form.send(
            async move {
                match change {
                    None => api::activities::assign(patient, text).await,
                    Some(id) => api::activities::save(patient, id, version, text).await.map(|_| id),
                }
            },
            move |id| on_close(Some(id)),
        );
    };
    let give_up = move |_| {
        form.discard();
        on_close(None);
    };
    // What is wrong is said beside the fields here too, and only what could be assigned is looked at.
    let look = move |_| match typed(form).check() {
        Ok((text, _)) => looking.set(Some(text)),
        Err(invalid) => form.refuse_all(invalid),
    };
    let title = Line { longest: limits::NAME, ..Line::default() };
    let dose = Line { longest: limits::NAME, ..Line::default() };
    let day = Line { kind: "date", ..Line::default() };
    let days = Weekday::ALL.into_iter().map(|day| Choice::new(day.code(), crate::words::weekday(day)));
    let days: Vec<_> = days.collect();
    let attach = move || {
        let files = offers.value().get().unwrap_or_default();
        if files.is_empty() {
            return view! { <p class="muted">{words::ACTIVITY_NO_FILES}</p> }.into_any();
        }
        let choices = files.into_iter().map(|file| Choice::new(file.id.to_string(), file.name)).collect();
        view! {
            {form.ticks("files", words::ACTIVITY_FILES, choices)}
            <p class="muted">{words::ACTIVITY_FILES_TEXT}</p>
        }
        .into_any()
    };
    let chosen = move || {
        let ids = form.value("files");
        let files = offers.value().get_untracked().unwrap_or_default();
        let files = files.into_iter().filter(|file| ids.split(' ').any(|id| id == file.id.to_string()));
        files
            .map(|of| {
                let href = format!("/files/{patient}/{}?as={user}", of.id);
                file(of, href)
            })
            .collect::<Vec<_>>()
    };
    let fields_shown = move || looking.with(Option::is_none);
    view! {
        <Dialog title=heading id="activity" wide=true on_close=move |()| on_close(None)>
            <form class=form.class() novalidate on:submit=send>
                <div class="dialog-body" hidden=move || !fields_shown()>
                    {form.notices()}
                    {form.text("title", words::ACTIVITY_TITLE, title.required())}
                    {form.text("dose", words::ACTIVITY_DOSE, dose.hint(words::ACTIVITY_DOSE_HINT))}
                    {form.area("instructions", words::ACTIVITY_INSTRUCTIONS, words::ACTIVITY_INSTRUCTIONS_HINT, true, limits::INSTRUCTIONS)}
                    {form.ticks("days", words::ACTIVITY_DAYS, days)}
                    <div class="fields-pair">
                        {form.text("from", words::ACTIVITY_FROM, day.required())}
                        {form.text("until", words::ACTIVITY_UNTIL, day.hint(words::ACTIVITY_UNTIL_HINT))}
                    </div>
                    {offers.around(2, move || attach().into_any())}
                </div>
                {move || looking.get().map(|text| view! {
                    <div class="dialog-body"><ActivitySheet text=text by=String::new() files=chosen()/></div>
                })}
                <footer class="dialog-foot">
                    {move || if fields_shown() {
                        view! { <Button icon="eye" press=look>{words::AS_PATIENT}</Button> }.into_any()
                    } else {
                        view! { <Button icon="pencil" press=move |_| looking.set(None)>{words::BACK_TO_FORM}</Button> }.into_any()
                    }}
                    <Button press=give_up>{words::CANCEL}</Button>
                    <Button kind=Kind::Main submit=true busy=form.busy>{button}</Button>
                </footer>
            </form>
        </Dialog>
    }
}
