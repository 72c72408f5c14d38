//! `/portal/:patient/people`: who can see this record, and letting somebody in (S0-26). The same after something was done
//! (`…/invited`, `…/sent-again`, `…/ended`).

use domain::{
    family::{FamilyPage, FamilyPerson},
    grant::{Level, Role, Standing},
    ids::{GrantId, PatientId},
    invitation,
    views::PortalFrame,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    frame::{Frame, Place, trouble, with_record},
    words as say,
};
use crate::{
    api,
    components::{Button, Card, Choice, Empty, Icon, Kind, LinkButton, Notice, SelectField, TextField, Tone},
    error::AppError,
    forms::{Answer, DoorForm, Hidden, Refused},
};

const INVITE: &str = "/api/family/invite";
const END: &str = "/api/family/end";
const SEND_AGAIN: &str = "/api/family/send_again";

/// What was done just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// Nothing yet.
    Nothing,
    /// Somebody was invited.
    Invited,
    /// Somebody was sent a new link.
    SentAgain,
    /// Somebody's access was ended.
    Ended,
}

/// The page.
#[component]
pub fn People(
    /// What was done just now.
    done: Done,
) -> impl IntoView {
    // Here, not in the page below: there it is not known any more which form was posted.
    let answers = [Answer::of(END), Answer::of(SEND_AGAIN)];
    with_people(move |frame, page| view! { <PeopleView frame=frame page=page done=done answers=answers/> })
}

/// The form that lets somebody in.
#[component]
pub fn LetIn() -> impl IntoView {
    let answer = Answer::of(INVITE);
    with_people(move |frame, page| view! { <LetInView frame=frame page=page answer=answer/> })
}

/// The record's frame, and who can see it.
fn with_people<V: IntoView + 'static>(
    draw: impl FnOnce(PortalFrame, FamilyPage) -> V + Send + 'static,
) -> impl IntoView {
    let patient = use_params_map().with_untracked(|params| params.get("patient")).unwrap_or_default();
    Suspend::new(async move {
        let Ok(patient) = patient.parse::<PatientId>() else { return trouble(AppError::NotFound).into_any() };
        let page = match api::family::people(patient).await {
            Ok(page) => page,
            Err(error) => return trouble(error).into_any(),
        };
        with_record(move |frame| draw(frame, page)).into_any()
    })
}

/// The page, once everything is known.
#[component]
pub fn PeopleView(
    /// Whose record, and what stands around it.
    frame: PortalFrame,
    /// Who can see it.
    page: FamilyPage,
    /// What was done just now.
    done: Done,
    /// What came back of the forms.
    answers: [Answer; 2],
) -> impl IntoView {
    let PortalFrame { record, records, .. } = frame;
    let patient = record.patient;
    let here = Place::People.path(patient);
    let whose = say::people_lead(&record.shown, record.kind);
    let may_invite = page.may_invite;
    let (now, before): (Vec<_>, Vec<_>) = page.people.into_iter().partition(|one| !one.person.standing.is_over());
    let row =
        move |one: FamilyPerson| view! { <PersonRow one=one patient=patient page=here.clone() may_invite=may_invite/> };
    let none = now.is_empty();
    let now = now.into_iter().map(row.clone()).collect_view();
    let several = before.len();
    let before = before.into_iter().map(row).collect_view();
    let done = match done {
        Done::Nothing => "",
        Done::Invited => say::PERSON_INVITED,
        Done::SentAgain => say::PERSON_SENT_AGAIN,
        Done::Ended => say::PERSON_ENDED,
    };
    let refused = answers.into_iter().map(|answer| view! { <Refused answer=answer/> }).collect_view();
    view! {
        <Frame title=say::PEOPLE place=Place::People record=Some(record) records=records>
            <header class="page-head">
                <h1>{say::PEOPLE}</h1>
                <p class="page-lead" dir="auto">{whose}</p>
            </header>
            {(!done.is_empty()).then(|| view! {
                <Notice tone=Tone::Success live=true focus=true><p>{done}</p></Notice>
            })}
            {refused}
            <Card title=say::PEOPLE_NOW id="people-now">
                {if none {
                    view! { <Empty title=say::NO_PEOPLE><p>{say::NO_PEOPLE_TEXT}</p></Empty> }.into_any()
                } else {
                    view! { <ul class="people">{now}</ul> }.into_any()
                }}
                {if may_invite {
                    view! { <div class="form-end"><LinkButton href=format!("/portal/{patient}/people/invite")>{say::LET_SOMEBODY_IN}</LinkButton></div> }.into_any()
                } else {
                    view! { <p class="card-lead">{say::NOBODY_LETS_IN}</p> }.into_any()
                }}
            </Card>
            {(several > 0).then(|| view! {
                <details class="card people-before">
                    <summary>{say::people_before(several)}</summary>
                    <ul class="people">{before}</ul>
                </details>
            })}
        </Frame>
    }
}

#[component]
fn PersonRow(one: FamilyPerson, patient: PatientId, page: String, may_invite: bool) -> impl IntoView {
    let FamilyPerson { person, may_end, mine } = one;
    let (id, name, standing) = (person.id, person.name.clone(), person.standing);
    let invited = matches!(standing, Standing::Invited(_));
    let who = say::who(&person.relationship, &person.email);
    let by = if mine { say::LET_IN_BY_YOU.to_owned() } else { say::let_in_by(person.given_by.as_deref()) };
    let until = say::until(person.last_day, person.steps_down_on);
    let send_again = (invited && may_end && may_invite).then(|| say::send_again_to(&name));
    view! {
        <li class="person">
            <span class="place-icon"><Icon name="user"/></span>
            <div class="person-text">
                <p class="person-name"><b dir="auto">{name.clone()}</b>" "{chip(standing)}</p>
                <p class="person-more" dir="auto">{who}</p>
                {(!standing.is_over()).then(|| view! {
                    <p class="person-more">{say::may(person.terms.level, person.terms.role)}</p>
                    <p class="person-more">{until}</p>
                })}
                <p class="person-more">{by}</p>
                {send_again.map(|full| view! {
                    <DoorForm door=SEND_AGAIN page=page.clone()>
                        <Hidden name="patient" value=patient.to_string()/>
                        <Hidden name="id" value=id.to_string()/>
                        <Button submit=true kind=Kind::Quiet icon="refresh-cw" name=full>{say::SEND_AGAIN}</Button>
                    </DoorForm>
                })}
                {(may_end && !standing.is_over()).then(|| view! { <End id=id name=name patient=patient page=page invited=invited/> })}
            </div>
        </li>
    }
}

/// Ending somebody's access takes two presses, also without scripts.
#[component]
fn End(id: GrantId, name: String, patient: PatientId, page: String, invited: bool) -> impl IntoView {
    let (ask, text, button) = if invited {
        (say::take_back_of(&name), say::TAKE_BACK_TEXT, say::TAKE_BACK)
    } else {
        (say::end_of(&name), say::END_TEXT, say::END)
    };
    view! {
        <details class="sure">
            <summary class="link-button">{ask}</summary>
            <p>{text}</p>
            <DoorForm door=END page=page>
                <Hidden name="patient" value=patient.to_string()/>
                <Hidden name="id" value=id.to_string()/>
                <Button submit=true kind=Kind::Danger>{button}</Button>
            </DoorForm>
        </details>
    }
}

fn chip(standing: Standing) -> impl IntoView {
    let (class, text) = match standing {
        Standing::Invited(invitation::State::Expired(_) | invitation::State::Failed(_)) => {
            ("chip chip-warn", say::NOT_REACHED)
        }
        Standing::Invited(_) => ("chip chip-quiet", say::PENDING),
        Standing::Active(_) => ("chip", say::CAN_SEE),
        Standing::Suspended(_) => ("chip chip-warn", say::SUSPENDED),
        Standing::Ended(_) => ("chip chip-quiet", say::ENDED),
    };
    view! { <span class=class>{text}</span> }
}

/// The form, once everything is known.
#[component]
pub fn LetInView(
    /// Whose record, and what stands around it.
    frame: PortalFrame,
    /// How far the reader's own access reaches.
    page: FamilyPage,
    /// What came back of the form.
    answer: Answer,
) -> impl IntoView {
    let PortalFrame { record, records, .. } = frame;
    let patient = record.patient;
    let lead = say::let_in_lead(&record.shown, record.kind);
    let back = Place::People.path(patient);
    let levels = Level::ALL.iter().filter(|level| **level <= page.most.level);
    let levels: Vec<_> = levels.map(|level| Choice::new(level.code(), say::level(*level))).collect();
    let roles = Role::ALL.iter().filter(|role| **role <= page.most.role);
    let roles: Vec<_> = roles.map(|role| Choice::new(role.code(), say::role(*role))).collect();
    view! {
        <Frame title=say::LET_SOMEBODY_IN place=Place::People record=Some(record) records=records>
            <p class="back"><a href=back.clone()><Icon name="arrow-left"/>{say::PEOPLE}</a></p>
            <header class="page-head">
                <h1>{say::LET_SOMEBODY_IN}</h1>
                <p class="page-lead" dir="auto">{lead}</p>
            </header>
            {if page.may_invite { view! {
                <div class="card">
                    <DoorForm door=INVITE page=format!("/portal/{patient}/people/invite")>
                        <Refused answer=answer.clone()/>
                        <Hidden name="patient" value=patient.to_string()/>
                        <TextField name="name" label=say::THEIR_NAME required=true value=answer.value("name") error=answer.error("name")/>
                        <TextField name="relationship" label=say::THEIR_RELATIONSHIP hint=say::THEIR_RELATIONSHIP_HINT value=answer.value("relationship") error=answer.error("relationship")/>
                        <TextField name="email" kind="email" label=say::THEIR_EMAIL required=true value=answer.value("email") error=answer.error("email")/>
                        <TextField name="email_again" kind="email" label=say::EMAIL_AGAIN required=true value=answer.value("email_again") error=answer.error("email_again")/>
                        <SelectField name="level" label=say::THEY_SEE required=true choices=levels value=answer.value_or("level", Level::Administrative.code()) error=answer.error("level")/>
                        <SelectField name="role" label=say::THEY_MAY required=true choices=roles value=answer.value_or("role", Role::View.code()) error=answer.error("role")/>
                        <TextField name="last_day" kind="date" label=say::LAST_DAY hint=say::LAST_DAY_HINT value=answer.value("last_day") error=answer.error("last_day")/>
                        <Notice tone=Tone::Warn><p>{say::LET_IN_WARNING}</p></Notice>
                        <div class="form-end"><Button kind=Kind::Main submit=true icon="send">{say::SEND_INVITATION}</Button></div>
                    </DoorForm>
                </div>
            }.into_any() } else { view! {
                <div class="card"><Empty title=say::NOBODY_LETS_IN><p>{say::NOBODY_LETS_IN_TEXT}</p></Empty></div>
            }.into_any() }}
        </Frame>
    }
}
