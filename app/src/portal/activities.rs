//! `/portal/:patient/activities` and `/portal/:patient/activities/:activity`: what the practice asks the patient to do at home, to be
//! read, printed and ticked off (S3-11, S3-12).

use domain::{
    activity::{OwnActivities, OwnActivity, OwnActivityRow, OwnDay, Schedule, Weekday},
    ids::{ActivityId, PatientId},
    limits,
    person::with_profession,
    time::Date,
    views::PortalFrame,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    Print,
    frame::{Frame, Place, paged, trouble},
    words::{self as say_all, activities as say},
};
use crate::{
    account::gate::CallPractice,
    activities::{ActivitySheet, file},
    api,
    components::{Button, Choice, Empty, Icon, Kind, Notice, SelectField, TextArea},
    error::AppError,
    forms::{Answer, DoorForm, Hidden, Refused},
    words,
};

const DONE: &str = "/api/activities/done";
const NOT_DONE: &str = "/api/activities/not_done";
/// Weeks of the table on paper.
const WEEKS: u32 = 4;

/// The list's page.
#[component]
pub fn ActivitiesPage() -> impl IntoView {
    paged(api::activities::own, |frame, activities, later, _| {
        view! { <ActivitiesView frame=frame activities=activities later=later/> }
    })
}

/// The list's page, once everything is known.
#[component]
pub fn ActivitiesView(
    /// Whose record, and what stands around it.
    frame: PortalFrame,
    /// The activities.
    activities: OwnActivities,
    /// Is this a further page?
    #[prop(optional)]
    later: bool,
) -> impl IntoView {
    let PortalFrame { record, records, practice_phone, .. } = frame;
    let OwnActivities { activities } = activities;
    let patient = record.patient;
    let here = Place::Activities.path(patient);
    let further = activities.next.map(|next| format!("{here}?after={next}"));
    let list = if activities.rows.is_empty() && later {
        view! { <div class="card"><Empty title=say::NO_EARLIER><p>{say::NO_EARLIER_TEXT}</p></Empty></div> }.into_any()
    } else if activities.rows.is_empty() {
        view! {
            <div class="card">
                <Empty title=say_all::ACTIVITIES_PLACE.empty>
                    <p>{say_all::ACTIVITIES_PLACE.will}</p>
                    <p>{say_all::ACTIVITIES_PLACE.now}</p>
                    <CallPractice phone=practice_phone/>
                </Empty>
            </div>
        }
        .into_any()
    } else {
        let (current, over): (Vec<_>, Vec<_>) = activities.rows.into_iter().partition(|row| row.current);
        let part = |id: &'static str, title: &'static str, rows: Vec<OwnActivityRow>| {
            (!rows.is_empty()).then(|| {
                let rows = rows.into_iter().map(|row| view! { <Row patient=patient row=row/> });
                view! {
                    <section aria-labelledby=id>
                        <h2 id=id class="section-title">{title}</h2>
                        <ul class="places places-wide">{rows.collect_view()}</ul>
                    </section>
                }
            })
        };
        view! { {part("goes-on", say::GOES_ON, current)}{part("over", say::OVER, over)} }.into_any()
    };
    view! {
        <Frame title=say_all::ACTIVITIES_PLACE.title place=Place::Activities record=Some(record) records=records>
            {later.then(|| view! { <p class="back"><a href=here><Icon name="arrow-left"/>{say::LATEST}</a></p> })}
            <header class="page-head">
                <h1>{say_all::ACTIVITIES_PLACE.title}</h1>
                <p class="page-lead">{say::LEAD}</p>
            </header>
            {list}
            {further.map(|href| view! { <p class="form-more"><a href=href>{say::EARLIER}</a></p> })}
        </Frame>
    }
}

#[component]
fn Row(patient: PatientId, row: OwnActivityRow) -> impl IntoView {
    let OwnActivityRow { id, title, dose, schedule, current, due, done, unread } = row;
    let href = format!("{}/{id}", Place::Activities.path(patient));
    let today = match (current, done, due) {
        (false, ..) => None,
        (true, true, _) => Some(view! { <p class="place-text">{say::DONE}</p> }.into_any()),
        (true, false, true) => Some(view! { <p class="place-text"><b>{say::TO_DO}</b></p> }.into_any()),
        (true, false, false) => None,
    };
    view! {
        <li class="place">
            <span class="place-icon"><Icon name="list-checks"/></span>
            <div>
                <h3>
                    <a class="place-link" href=href dir="auto">{title}</a>
                    {unread.then(|| view! { " "<span class="chip">{say_all::UNREAD}</span> })}
                    {(!current).then(|| view! { " "<span class="chip chip-quiet">{say::IS_OVER}</span> })}
                </h3>
                {(!dose.is_empty()).then(|| view! { <p class="place-text" dir="auto">{dose}</p> })}
                <p class="place-text">{words::schedule(&schedule)}</p>
                {today}
            </div>
            <Icon name="chevron-right"/>
        </li>
    }
}

/// One activity's page.
#[component]
pub fn ActivityPage() -> impl IntoView {
    let (patient, activity) = use_params_map().with_untracked(|params| {
        (params.get("patient").unwrap_or_default(), params.get("activity").unwrap_or_default())
    });
    Suspend::new(async move {
        let drawn = async {
            let patient = patient.parse().map_err(|_| AppError::NotFound)?;
            let id = activity.parse().map_err(|_| AppError::NotFound)?;
            let frame = api::portal::frame(patient).await?;
            let activity = api::activities::read(patient, id).await?;
            Ok(view! { <ActivityView frame=frame activity=activity/> })
        };
        match drawn.await {
            Ok(page) => page.into_any(),
            Err(error) => trouble(error).into_any(),
        }
    })
}

/// One activity's page, once everything is known.
#[component]
pub fn ActivityView(
    /// Whose record, and what stands around it.
    frame: PortalFrame,
    /// The activity.
    activity: OwnActivity,
) -> impl IntoView {
    let PortalFrame { record, records, practice_phone, .. } = frame;
    let OwnActivity { id, text, files, author, profession, current, days, today, may_do } = activity;
    let patient = record.patient;
    let by = format!("{}, {}", with_profession(&author, &profession), record.practice);
    let (about, title) = (record.shown.clone(), text.title.clone());
    let here = format!("{}/{id}", Place::Activities.path(patient));
    let schedule = text.schedule;
    let files = files.into_iter().map(|of| {
        let href = format!("/files/{patient}/{}", of.id);
        file(of, href)
    });
    let files = files.collect();
    let tick = match (may_do, days.is_empty()) {
        (_, true) if !current => None,
        (true, _) => {
            Some(view! { <TickOff patient=patient id=id days=days.clone() today=today page=here.clone()/> }.into_any())
        }
        (false, _) => {
            Some(view! { <p class="calm not-printed"><Icon name="info"/><span>{say::ONLY_LOOK}</span></p> }.into_any())
        }
    };
    view! {
        <Frame title=title place=Place::Activities record=Some(record.clone()) records=records>
            <header class="page-head">
                <p class="back"><a href=Place::Activities.path(patient)><Icon name="arrow-left"/>{say::ALL}</a></p>
                <h1 dir="auto">{say::activity_of(&about)}</h1>
            </header>
            {(!current).then(|| view! { <Notice><p>{say::OVER_TEXT}</p></Notice> })}
            <ActivitySheet text=text by=by files=files/>
            {tick}
            {(!days.is_empty()).then(|| view! { <Days patient=patient id=id days=days today=today may_do=may_do page=here/> })}
            {current.then(|| on_paper(&schedule))}
            <div class="buttons"><Print/></div>
            <section class="card practice">
                <p>{say::QUESTIONS}</p>
                <CallPractice phone=practice_phone/>
            </section>
        </Frame>
    }
}

/// The form that ticks a day off.
#[component]
fn TickOff(patient: PatientId, id: ActivityId, days: Vec<OwnDay>, today: Date, page: String) -> impl IntoView {
    let answer = Answer::of(DONE);
    let mut open: Vec<_> = days.iter().filter(|day| day.done.is_none()).map(|day| day.day).collect();
    let choice = |day: &Date| Choice::new(day.to_string(), words::day(*day, today));
    let mut choices: Vec<_> = open.iter().map(choice).collect();
    // Of a day that somebody else ticked off meanwhile what was typed is not lost, nor said of another day.
    let typed = answer.sent("day").and_then(|day| day.parse::<Date>().ok());
    if let Some(typed) = typed.filter(|typed| !open.contains(typed)) {
        choices.insert(0, Choice::new(typed.to_string(), format!("{}, {}", words::day(typed, today), say::MEANWHILE)));
        open.insert(0, typed);
    }
    let Some(first) = open.first() else {
        let text = if days.is_empty() { say::NOTHING_DUE } else { say::ALL_DONE };
        return view! { <p class="calm not-printed"><Icon name="circle-check"/><span>{text}</span></p> }.into_any();
    };
    // What is to be done today is asked first; of a day before only who comes to say so is.
    let is_today = *first == today;
    let (class, title, kind) = match is_today {
        true => ("card asked activity-form not-printed", say::DID_YOU, Kind::Main),
        false => ("card activity-form not-printed", say::DID_YOU_BEFORE, Kind::Plain),
    };
    let value = answer.value_or("day", &first.to_string());
    view! {
        <section class=class aria-labelledby="tick-off">
            <h2 id="tick-off">{title}</h2>
            <p>{say::DID_YOU_TEXT}</p>
            <DoorForm door=DONE page=page>
                <Refused answer=answer.clone()/>
                <Hidden name="patient" value=patient.to_string()/>
                <Hidden name="id" value=id.to_string()/>
                <SelectField name="day" label=say::DAY choices=choices value=value error=answer.error("day") required=true/>
                <TextArea name="note" label=say::NOTE hint=say::NOTE_HINT value=answer.value("note") error=answer.error("note") rows=2 longest=limits::DOING_NOTE/>
                <Button kind=kind submit=true icon="check">{say::TICK_OFF}</Button>
            </DoorForm>
        </section>
    }
    .into_any()
}

/// The days that may still be ticked off or not.
#[component]
fn Days(
    patient: PatientId,
    id: ActivityId,
    days: Vec<OwnDay>,
    today: Date,
    may_do: bool,
    page: String,
) -> impl IntoView {
    let rows = days.into_iter().map(|OwnDay { day, done, is_own }| {
        let (class, icon, text) = match done {
            Some(_) => ("activity-day is-done", "circle-check", say::DAY_DONE),
            None => ("activity-day", "clock", say::DAY_OPEN),
        };
        let undo = (may_do && is_own && done.is_some()).then(|| {
            view! {
                <DoorForm door=NOT_DONE page=page.clone()>
                    <Hidden name="patient" value=patient.to_string()/>
                    <Hidden name="id" value=id.to_string()/>
                    <Hidden name="day" value=day.to_string()/>
                    <Button submit=true kind=Kind::Quiet name=say::take_back_of(day, today)>{say::TAKE_BACK}</Button>
                </DoorForm>
            }
        });
        let note = done.filter(|note| !note.is_empty());
        view! {
            <li class=class>
                <Icon name=icon/>
                <div>
                    <p><time datetime=day.to_string()>{words::day(day, today)}</time>": "{text}</p>
                    {note.map(|note| view! { <p class="place-text" dir="auto">{note}</p> })}
                </div>
                {undo}
            </li>
        }
    });
    view! {
        <section class="card not-printed" aria-labelledby="days">
            <h2 id="days">{say::LAST_DAYS}</h2>
            <Refused answer=Answer::of(NOT_DONE)/>
            <ul class="activity-days">{rows.collect_view()}</ul>
        </section>
    }
}

/// On paper: a table to tick off with a pen.
fn on_paper(schedule: &Schedule) -> impl IntoView + use<> {
    let days = schedule.days;
    let heads = Weekday::ALL.map(|day| view! { <th scope="col">{words::weekday_short(day)}</th> });
    let week = |number: u32| {
        let cells = Weekday::ALL.map(|day| view! { <td>{if days.contains(day) { "" } else { "–" }}</td> });
        view! { <tr><th scope="row">{number}</th>{cells.collect_view()}</tr> }
    };
    view! {
        <div class="only-printed" aria-hidden="true">
            <table class="activity-table">
                <caption>{say::ON_PAPER}</caption>
                <thead><tr><th scope="col">{say::WEEK}</th>{heads.collect_view()}</tr></thead>
                <tbody>{(1..=WEEKS).map(week).collect_view()}</tbody>
            </table>
        </div>
    }
}
