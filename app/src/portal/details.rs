//! `/portal/:patient/details`: what the record says of the person, changing it, and where the changes stand (S0-04, S0-17,
//! S0-02, S0-19). The same after something was saved (`…/saved`).

use domain::{
    ids::PatientId,
    limits,
    person::Gender,
    time::{Span, Time},
    update::{Elsewhere, Field, Mode, OwnField, OwnProfile, OwnState, Section},
    views::PortalFrame,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    contacts,
    draft::Draft,
    frame::{Frame, Place, moment, now, trouble},
    words as say,
};
use crate::{
    api,
    components::{Button, Card, Choice, Icon, Kind, Notice, SelectField, TextArea, TextField, Tone},
    error::AppError,
    forms::{Answer, DoorForm, Hidden, Refused},
};

const CHANGE: &str = "/api/updates/change";

/// For so long the page says what became of a change.
pub(super) const LATELY: Span = Span::days(30);

/// The page.
#[component]
pub fn DetailsPage(
    /// Was something saved just now?
    #[prop(optional)]
    saved: bool,
) -> impl IntoView {
    let patient = use_params_map().with_untracked(|params| params.get("patient")).unwrap_or_default();
    let (answer, now) = (Answer::of(CHANGE), now());
    Suspend::new(async move {
        let drawn = async {
            let patient: PatientId = patient.parse().map_err(|_| AppError::NotFound)?;
            let frame = api::portal::frame(patient).await?;
            let profile = api::updates::own(patient).await?;
            Ok(view! { <DetailsView frame=frame profile=profile answer=answer saved=saved now=now/> })
        };
        match drawn.await {
            Ok(page) => page.into_any(),
            Err(error) => trouble(error).into_any(),
        }
    })
}

/// The page, once everything is known.
#[component]
pub fn DetailsView(
    /// Whose record, and what stands around it.
    frame: PortalFrame,
    /// What the record says.
    profile: OwnProfile,
    /// What came back of the form.
    answer: Answer,
    /// Was something saved just now?
    saved: bool,
    /// What time it is.
    now: Time,
) -> impl IntoView {
    let PortalFrame { record, records, practice_phone, .. } = frame;
    let here = Place::Details.path(record.patient);
    let (patient, practice) = (record.patient, record.practice.clone());
    let (about, known) = (format!("{}.details", record.grant), records.clone());
    let title = say::details(record.kind);
    let OwnProfile {
        legal_name,
        birth_date,
        fields,
        emergency_contacts,
        contacts_wait,
        mode,
        may_edit,
        elsewhere,
        time_zone,
    } = profile;
    let waits = fields.iter().any(|field| field.last.as_ref().is_some_and(|last| last.state == OwnState::Waiting));
    let done = saved.then_some(if waits { say::DETAILS_SENT } else { say::DETAILS_SAVED });
    let lead = match (may_edit, mode) {
        (true, Mode::Auto) => say::details_at_once(&practice),
        (true, _) => say::details_by_approval(&practice),
        (false, Mode::Disabled) => say::details_off(&practice, &practice_phone),
        (false, _) => say::DETAILS_TO_READ.to_owned(),
    };
    let sheet = Sheet { answer: answer.clone(), zone: time_zone, now };
    let cards: Vec<_> = Section::ALL
        .into_iter()
        .map(|section| {
            let fields: Vec<_> = fields.iter().filter(|field| field.field.section() == section).cloned().collect();
            sheet.card(section, fields)
        })
        .collect();
    let body = if may_edit {
        view! {
            <DoorForm door=CHANGE page=here>
                <Refused answer=answer.clone()/>
                <Hidden name="patient" value=patient.to_string()/>
                {cards}
                {also(elsewhere, &answer)}
                <div class="form-end">
                    <Button kind=Kind::Main submit=true>{if mode == Mode::Auto { say::SAVE_DETAILS } else { say::SEND_DETAILS }}</Button>
                </div>
            </DoorForm>
        }
        .into_any()
    } else {
        cards.into_any()
    };
    view! {
        <Frame title=title place=Place::Details record=Some(record) records=records>
            <header class="page-head">
                <h1>{title}</h1>
                <p class="page-lead" dir="auto">{lead}</p>
            </header>
            {done.map(|text| view! { <Notice tone=Tone::Success live=true focus=true><p>{text}</p></Notice> })}
            <Draft records=known about=if may_edit { about.clone() } else { String::new() } saved=if saved { about } else { String::new() }/>
            <Card title=say::NAME_AND_BIRTH id="name-and-birth">
                <p class="card-lead">{say::ONLY_THE_PRACTICE}</p>
                <dl class="answers">
                    <dt>{say::LEGAL_NAME}</dt><dd dir="auto">{legal_name}</dd>
                    <dt>{say::BORN}</dt><dd>{birth_date.map_or_else(|| say::NOT_KNOWN.to_owned(), |day| day.long())}</dd>
                </dl>
            </Card>
            {contacts::card(patient, &emergency_contacts, contacts_wait, may_edit)}
            {body}
            <p class="beside"><a href=format!("{}/history", Place::Details.path(patient))><Icon name="history"/>{say::PROFILE_HISTORY}</a></p>
        </Frame>
    }
}

/// What every field of the page needs.
struct Sheet {
    answer: Answer,
    zone: String,
    now: Time,
}

impl Sheet {
    fn card(&self, section: Section, fields: Vec<OwnField>) -> AnyView {
        let (title, id, lead) = say::details_section(section);
        let (to_change, to_read): (Vec<_>, Vec<_>) = fields.into_iter().partition(|field| field.may_edit);
        let rows: Vec<_> = to_change.into_iter().map(|field| self.field(field)).collect();
        let facts: Vec<_> = to_read
            .into_iter()
            .map(|field| {
                let (label, value) = (say::detail(field.field).0, say::detail_value(field.field, &field.value));
                let standing = self.standing(&field);
                view! { <dt>{label}</dt><dd dir="auto">{value}{standing}</dd> }
            })
            .collect();
        view! {
            <Card title=title id=id>
                {(!lead.is_empty()).then(|| view! { <p class="card-lead">{lead}</p> })}
                <div class="fields">{rows}</div>
                {(!facts.is_empty()).then(|| view! { <dl class="answers">{facts}</dl> })}
            </Card>
        }
        .into_any()
    }

    /// The control, what stood in it, and under it where the last change stands.
    fn field(&self, own: OwnField) -> AnyView {
        let field = own.field;
        let (label, hint) = say::detail(field);
        let name = format!("values[{}]", field.code());
        let shown = own.shown().to_owned();
        let value = self.answer.value_or(&name, &shown);
        let error = self.answer.error(field.code());
        let id = field.code();
        let control = match field {
            Field::Gender => {
                let choices =
                    Gender::ALL.into_iter().map(|gender| Choice::new(gender.code(), say::gender(gender))).collect();
                view! { <SelectField name="values[gender]" id=id label=label choices=choices value=value error=error unmarked=true/> }
                    .into_any()
            }
            _ if field.is_social() => {
                view! { <TextArea name=name id=id label=label hint=hint value=value error=error rows=2 longest=limits::SOCIAL unmarked=true/> }
                    .into_any()
            }
            _ => {
                let (kind, autocomplete) = say::detail_control(field);
                view! { <TextField name=name id=id label=label hint=hint kind=kind autocomplete=autocomplete value=value error=error unmarked=true/> }
                    .into_any()
            }
        };
        // What the page showed goes along: a change is told from it, and a conflict from what the record said.
        let seen = format!("seen[{}]", field.code());
        let had = format!("had[{}]", field.code());
        // On a page that is drawn anew, what stood on the first one. Without a word of its own the record said the same.
        let (seen_value, had_value) = match self.answer.sent(&seen) {
            Some(seen) => (seen.clone(), self.answer.sent(&had).unwrap_or(seen)),
            None => (shown, own.value.clone()),
        };
        let differs = had_value != seen_value;
        let standing = self.standing(&own);
        view! {
            <div class="detail">
                {control}
                <input type="hidden" name=seen value=seen_value/>
                {differs.then(|| view! { <input type="hidden" name=had value=had_value/> })}
                {standing}
            </div>
        }
        .into_any()
    }

    /// Where the last change of a field stands.
    fn standing(&self, own: &OwnField) -> Option<AnyView> {
        let last = own.last.as_ref()?;
        let (zone, now) = (&self.zone, self.now);
        let record = say::detail_value(own.field, &own.value);
        let (class, icon, text, at, more) = match &last.state {
            OwnState::Waiting => {
                ("standing standing-waits", "clock", say::WAITS_SINCE, last.at, say::still_says(&record))
            }
            OwnState::Accepted { at } if now.since(*at) < LATELY => {
                ("standing standing-good", "circle-check", say::ACCEPTED_ON, *at, String::new())
            }
            OwnState::Edited { at } if now.since(*at) < LATELY => {
                ("standing standing-good", "circle-check", say::EDITED_ON, *at, String::new())
            }
            OwnState::Rejected { at, reason } if now.since(*at) < LATELY => {
                let wanted = say::detail_value(own.field, &last.wanted);
                ("standing standing-bad", "circle-alert", say::REJECTED_ON, *at, say::not_accepted(&wanted, reason))
            }
            OwnState::Accepted { .. } | OwnState::Edited { .. } | OwnState::Rejected { .. } => return None,
        };
        Some(standing_line((class, icon), text, moment(at, zone, now), &more))
    }
}

/// Where a change stands: when, and what more is to be said.
pub(super) fn standing_line(
    (class, icon): (&'static str, &'static str),
    text: &'static str,
    moment: AnyView,
    more: &str,
) -> AnyView {
    let more = (!more.is_empty()).then(|| format!(" {more}"));
    view! { <p class=class dir="auto"><Icon name=icon/><span>{text}" "{moment}"."{more}</span></p> }.into_any()
}

/// Which other practices are to know as well (decision 8).
pub(super) fn also(elsewhere: Vec<Elsewhere>, answer: &Answer) -> Option<AnyView> {
    if elsewhere.is_empty() {
        return None;
    }
    let rows = elsewhere.into_iter().map(|other| {
        let id = format!("also-{}", other.patient);
        let value = other.patient.to_string();
        let ticked = answer.has("also[]", &value);
        let hint = if other.mode == Mode::Auto { say::ALSO_AT_ONCE } else { say::ALSO_BY_APPROVAL };
        view! {
            <div class="field field-check">
                <input type="checkbox" id=id.clone() name="also[]" value=value checked=ticked/>
                <label for=id dir="auto">{other.practice}</label>
                <p class="field-hint">{hint}</p>
            </div>
        }
    });
    let rows: Vec<_> = rows.collect();
    let view = view! {
        <fieldset class="card also">
            <legend>{say::ALSO}</legend>
            <p class="card-lead">{say::ALSO_LEAD}</p>
            {rows}
        </fieldset>
    };
    Some(view.into_any())
}
