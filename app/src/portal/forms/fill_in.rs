//! `/portal/:patient/forms/:request`: one form, to be filled in, or as it was returned. Either prints well: a form that is not
//! filled in shows empty lines (S3-13).

use domain::{
    error::{FieldError, Invalid},
    form::{Definition, OwnForm, RequestState, Section},
    time::Time,
    views::PortalFrame,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::super::{
    Autosave, Print,
    frame::{Frame, Place, moment, now, trouble},
    words as say,
};
use crate::{
    api,
    components::{Button, Icon, Kind, Notice, Tone},
    error::AppError,
    forms::{Answer, DoorForm, Hidden},
    questions, words,
};

/// The door that the form posts to.
const ANSWER: &str = "/api/forms/answer";

/// The page.
#[component]
pub fn FormPage() -> impl IntoView {
    let (patient, request) = use_params_map().with_untracked(|params| {
        (params.get("patient").unwrap_or_default(), params.get("request").unwrap_or_default())
    });
    let now = now();
    let answer = Answer::of(ANSWER);
    Suspend::new(async move {
        let drawn = async {
            let patient = patient.parse().map_err(|_| AppError::NotFound)?;
            let request = request.parse().map_err(|_| AppError::NotFound)?;
            let frame = api::portal::frame(patient).await?;
            let form = api::forms::fill_in(patient, request).await?;
            Ok(view! { <FormView frame=frame form=form answer=answer now=now/> })
        };
        match drawn.await {
            Ok(page) => page.into_any(),
            Err(error) => trouble(error).into_any(),
        }
    })
}

/// The page, once everything is known.
#[component]
pub fn FormView(
    /// Whose record, and what stands around it.
    frame: PortalFrame,
    /// The form.
    form: OwnForm,
    /// What came back of the form.
    answer: Answer,
    /// What time it is.
    now: Time,
) -> impl IntoView {
    let PortalFrame { record, records, .. } = frame;
    let practice = record.practice.clone();
    let title = form.title.clone();
    let list = Place::Forms.path(record.patient);
    let said = (form.state.open().is_ok() && !form.message.is_empty()).then(|| form.message.clone());
    let state = standing(form.state, &form.time_zone, now);
    let trouble = summary(&answer, &form.definition);
    let sheet = if form.may_answer {
        let page = format!("{list}/{}", form.id);
        view! {
            <DoorForm door=ANSWER page=page>
                <Hidden name="patient" value=record.patient.to_string()/>
                <Hidden name="id" value=form.id.to_string()/>
                {sections(&form, &answer)}
                <div class="form-end">
                    // First, so that the key that ends a line keeps what was typed, and never returns half a form.
                    <Button submit=true attr:name="wish" attr:value="save">{say::SAVE_FOR_LATER}</Button>
                    <Button kind=Kind::Main submit=true icon="send" attr:name="wish" attr:value="submit">{say::RETURN_FORM}</Button>
                </div>
                <Autosave/>
            </DoorForm>
        }
        .into_any()
    } else if matches!(form.state, RequestState::Submitted { .. }) {
        returned(form).into_any()
    } else if form.state.open().is_ok() {
        view! { <p class="card">{say::FORM_NOT_YOURS}</p> }.into_any()
    } else {
        ().into_any()
    };
    view! {
        <Frame title=title.clone() place=Place::Forms record=Some(record) records=records>
            <header class="page-head">
                <p class="back"><a href=list><Icon name="arrow-left"/>{say::ALL_FORMS}</a></p>
                <h1 dir="auto">{title}</h1>
                <p class="page-lead" dir="auto">{say::form_of(&practice)}</p>
            </header>
            {trouble}
            {said.map(|said| view! {
                <section class="card said-card" aria-labelledby="said">
                    <h2 id="said">{say::THEY_SAY}</h2>
                    <p class="said" dir="auto">{said}</p>
                </section>
            })}
            {state}
            {sheet}
            <Print/>
        </Frame>
    }
}

/// Where the form stands, where that needs saying.
fn standing(state: RequestState, zone: &str, now: Time) -> Option<AnyView> {
    let (class, icon, text, at) = match state {
        RequestState::Asked => return None,
        RequestState::Started { at } => ("calm standing-open", "pencil", say::SAVED_ON, at),
        RequestState::Submitted { at } => ("calm", "circle-check", say::RETURNED_BY_YOU, at),
        RequestState::Withdrawn { at } => ("calm", "ban", say::TAKEN_BACK, at),
    };
    let more = match state {
        RequestState::Started { .. } => say::SAVED_MORE,
        RequestState::Withdrawn { .. } => say::TAKEN_BACK_MORE,
        RequestState::Asked | RequestState::Submitted { .. } => "",
    };
    let view = view! {
        <p class=class><Icon name=icon/><span>{text}" "{moment(at, zone, now)}"."{(!more.is_empty()).then(|| format!(" {more}"))}</span></p>
    };
    Some(view.into_any())
}

/// All that is wrong, with ways to the fields: the first thing on the page, and read out.
fn summary(answer: &Answer, definition: &Definition) -> Option<AnyView> {
    let error = answer.refusal()?;
    let AppError::Invalid(Invalid { fields }) = error else {
        let text = words::error(error);
        return Some(view! { <Notice tone=Tone::Danger live=true focus=true><p>{text}</p></Notice> }.into_any());
    };
    let row = |wrong: &FieldError| {
        let question = definition.questions().find(|question| question.key == wrong.field)?;
        let href = format!("#{}", questions::id(&question.key));
        let (label, problem) = (question.label.clone(), words::problem(wrong.problem));
        Some(view! { <li><a href=href dir="auto">{label}</a>": "{problem}</li> })
    };
    let rows: Vec<_> = fields.iter().filter_map(row).collect();
    let (title, lead) = match rows.is_empty() {
        true => (say::FORM_NOT_KEPT, say::FORM_NOT_KEPT_LEAD),
        false => (say::FORM_NOT_RETURNED, say::FORM_NOT_RETURNED_LEAD),
    };
    let view = view! {
        <Notice tone=Tone::Danger title=title live=true focus=true>
            <p>{lead}</p>
            <ul class="wrongs">{rows}</ul>
        </Notice>
    };
    Some(view.into_any())
}

fn sections(form: &OwnForm, answer: &Answer) -> Vec<AnyView> {
    let section = |section: &Section| {
        let rows = section.questions.iter().map(|question| {
            let typed = form.filled.draft.get(&question.key).cloned().unwrap_or_default();
            questions::field(question.clone(), typed, answer.error(&question.key))
        });
        let (title, help) = (section.title.clone(), section.help.clone());
        view! {
            <section class="card questions">
                <h2 dir="auto">{title}</h2>
                {(!help.is_empty()).then(|| view! { <p class="card-lead said" dir="auto">{help}</p> })}
                {rows.collect_view()}
            </section>
        }
        .into_any()
    };
    form.definition.sections.iter().map(section).collect()
}

/// The form as it was returned.
fn returned(form: OwnForm) -> impl IntoView {
    let answers = form.filled.answers.unwrap_or_default();
    form.definition
        .sections
        .into_iter()
        .map(|Section { title, questions, .. }| {
            let rows = questions.into_iter().map(|question| {
                let answer = answers.iter().find(|one| one.key == question.key).map(|one| &one.answer);
                questions::answered(question, answer)
            });
            view! {
                <section class="card">
                    <h2 dir="auto">{title}</h2>
                    <dl class="answers">{rows.collect_view()}</dl>
                </section>
            }
        })
        .collect_view()
}
