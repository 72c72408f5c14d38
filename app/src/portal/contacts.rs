//! `/portal/:patient/contacts`: whom to call in an emergency, and in what order (S0-18). The same after something was done
//! (`…/saved`), and the form for one of them (`…/new`, `…/:contact`).

use domain::{
    emergency::{self, EmergencyContact},
    grant::Kind as Whose,
    ids::{ContactId, PatientId},
    time::Time,
    update::{Mode, OwnContact, OwnContacts, OwnState},
    views::PortalFrame,
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    details::{LATELY, also, standing_line},
    draft::Draft,
    frame::{Frame, Place, moment, now, trouble},
    words as say,
};
use crate::{
    api,
    components::{Button, Card, Empty, Icon, Kind, LinkButton, Notice, TextField, Tone},
    error::AppError,
    forms::{Answer, DoorForm, Hidden, Refused},
};

const PUT: &str = "/api/updates/put_contact";
const REMOVE: &str = "/api/updates/remove_contact";
const ORDER: &str = "/api/updates/order_contacts";

async fn fetch(patient: &str) -> Result<(PortalFrame, OwnContacts), AppError> {
    let patient: PatientId = patient.parse().map_err(|_| AppError::NotFound)?;
    let frame = api::portal::frame(patient).await?;
    let page = api::updates::contacts(patient).await?;
    Ok((frame, page))
}

fn parameter(name: &str) -> String {
    use_params_map().with_untracked(|params| params.get(name)).unwrap_or_default()
}

/// The list.
#[component]
pub fn ContactsPage(
    /// Was something saved just now?
    #[prop(optional)]
    saved: bool,
) -> impl IntoView {
    let patient = parameter("patient");
    let (answers, now) = ([Answer::of(REMOVE), Answer::of(ORDER)], now());
    let form = use_query_map().with_untracked(|query| query.get("form")).unwrap_or_default();
    Suspend::new(async move {
        match fetch(&patient).await {
            Ok((frame, page)) => {
                view! { <ContactsView frame=frame page=page answers=answers saved=saved form=form now=now/> }.into_any()
            }
            Err(error) => trouble(error).into_any(),
        }
    })
}

/// The form that adds somebody, or changes one of them.
#[component]
pub fn ContactPage(
    /// Somebody new?
    #[prop(optional)]
    new: bool,
) -> impl IntoView {
    let (patient, contact) = (parameter("patient"), parameter("contact"));
    let answer = Answer::of(PUT);
    Suspend::new(async move {
        let drawn = async {
            let (frame, page) = fetch(&patient).await?;
            if !page.may_edit {
                return Err(AppError::NotFound);
            }
            let contact = match new {
                true => None,
                false => {
                    let id: ContactId = contact.parse().map_err(|_| AppError::NotFound)?;
                    let found = page.contacts.iter().find(|one| one.id == id).cloned();
                    // Taken off the list by the practice meanwhile: what was typed is still shown.
                    let refused = answer.refusal().map(|_| OwnContact { id, value: None, last: None });
                    Some(found.or(refused).ok_or(AppError::NotFound)?)
                }
            };
            Ok(view! { <ContactView frame=frame page=page contact=contact answer=answer/> })
        };
        match drawn.await {
            Ok(page) => page.into_any(),
            Err(error) => trouble(error).into_any(),
        }
    })
}

/// The list, once everything is known.
#[component]
pub fn ContactsView(
    /// Whose record, and what stands around it.
    frame: PortalFrame,
    /// Who is called, and what is asked for.
    page: OwnContacts,
    /// What came back of the forms.
    answers: [Answer; 2],
    /// Was something saved just now?
    saved: bool,
    /// Which form was, if one was: `new`, or a contact's id.
    #[prop(optional, into)]
    form: String,
    /// What time it is.
    now: Time,
) -> impl IntoView {
    let PortalFrame { record, records, practice_phone, .. } = frame;
    let patient = record.patient;
    // Which form was saved: somebody new, or one of them.
    let over = if form.is_empty() { String::new() } else { format!("{}.contact.{form}", record.grant) };
    let known = records.clone();
    let OwnContacts { contacts, order, order_last, mode, may_edit, time_zone, .. } = page;
    let lead = if record.kind == Whose::Own { say::CONTACT_LEAD } else { say::CONTACT_LEAD_OTHER };
    let more = match (may_edit, mode) {
        (true, Mode::Auto) => String::new(),
        (true, _) => say::CONTACT_BY_APPROVAL.to_owned(),
        (false, Mode::Disabled) => say::updates_off(&practice_phone),
        (false, _) => say::DETAILS_TO_READ.to_owned(),
    };
    let waits = |state: &OwnState| *state == OwnState::Waiting;
    let some_wait =
        contacts.iter().filter_map(|one| one.last.as_ref()).chain(&order_last).any(|last| waits(&last.state));
    let done = saved.then_some(if some_wait { say::DETAILS_SENT } else { say::DETAILS_SAVED });
    let refused = answers.into_iter().map(|answer| view! { <Refused answer=answer/> }).collect_view();
    let ordered = order_last.as_ref().and_then(|last| {
        let names = say::still_calls(&names(&contacts, &order));
        let (class, icon, text, at) = match &last.state {
            OwnState::Waiting => ("standing standing-waits", "clock", say::ORDER_WAITS, last.at),
            OwnState::Rejected { at, .. } if now.since(*at) < LATELY => {
                ("standing standing-bad", "circle-alert", say::ORDER_REJECTED, *at)
            }
            OwnState::Rejected { .. } | OwnState::Accepted { .. } | OwnState::Edited { .. } => return None,
        };
        let more = match &last.state {
            OwnState::Rejected { reason, .. } => reason.clone(),
            OwnState::Waiting | OwnState::Accepted { .. } | OwnState::Edited { .. } => names,
        };
        Some(standing_line((class, icon), text, moment(at, &time_zone, now), &more))
    });
    let wanted = order_last.as_ref().filter(|last| waits(&last.state)).map(|last| last.wanted.clone());
    let list = shown(contacts, &wanted.unwrap_or_else(|| order.clone()));
    // Whom the practice did not take on is told for a while, apart from those who are called.
    let is_refused =
        |one: &OwnContact| one.value.is_none() && !one.last.as_ref().is_some_and(|last| waits(&last.state));
    let (refused_ones, list): (Vec<_>, Vec<_>) = list.into_iter().partition(is_refused);
    let lately = refused_ones.into_iter().filter(|one| match one.last.as_ref().map(|last| &last.state) {
        Some(OwnState::Rejected { at, .. }) => now.since(*at) < LATELY,
        _ => false,
    });
    let lately: Vec<_> = lately.collect();
    let sheet = Sheet { patient, order, ids: list.iter().map(|one| one.id).collect(), may_edit, zone: time_zone, now };
    let none = list.is_empty();
    let rows: Vec<_> = list.into_iter().enumerate().map(|(at, contact)| sheet.row(at, contact)).collect();
    let not_taken: Vec<_> = lately.into_iter().map(|contact| sheet.row(0, contact)).collect();
    let nobody = if may_edit { say::NO_CONTACTS_TEXT } else { say::NO_CONTACTS_TO_READ };
    let back = Place::Details.path(patient);
    view! {
        <Frame title=say::CONTACTS place=Place::Contacts record=Some(record) records=records>
            <p class="back"><a href=back><Icon name="arrow-left"/>{say::DETAILS}</a></p>
            <header class="page-head">
                <h1>{say::CONTACTS}</h1>
                <p class="page-lead" dir="auto">{lead}" "{more}</p>
            </header>
            {done.map(|text| view! {
                <Notice tone=Tone::Success live=true focus=true><p>{text}</p></Notice>
                <Draft records=known.clone() saved=over.clone()/>
            })}
            {refused}
            <div class="card">
                {ordered}
                {if none {
                    view! { <Empty title=say::NO_CONTACTS><p>{nobody}</p></Empty> }.into_any()
                } else {
                    view! { <ol class="people in-order">{rows}</ol> }.into_any()
                }}
                {(!not_taken.is_empty()).then(|| view! { <ul class="people">{not_taken}</ul> })}
                {may_edit.then(|| view! {
                    <div class="form-end"><LinkButton href=format!("/portal/{patient}/contacts/new")>{say::ADD_CONTACT}</LinkButton></div>
                })}
            </div>
        </Frame>
    }
}

/// In the order that is asked for; who is not in it comes last.
fn shown(mut contacts: Vec<OwnContact>, order: &str) -> Vec<OwnContact> {
    let order = emergency::order_from_code(order).unwrap_or_default();
    contacts.sort_by_key(|one| order.iter().position(|id| *id == one.id).unwrap_or(order.len()));
    contacts
}

/// Whom the practice rings now.
fn names(contacts: &[OwnContact], order: &str) -> String {
    let order = emergency::order_from_code(order).unwrap_or_default();
    let of = |id: &ContactId| contacts.iter().find(|one| one.id == *id)?.value.as_ref().map(|value| value.name.clone());
    order.iter().filter_map(of).collect::<Vec<_>>().join(", ")
}

/// What every row needs.
struct Sheet {
    patient: PatientId,
    /// As the record has it.
    order: String,
    /// Those shown, in their order.
    ids: Vec<ContactId>,
    may_edit: bool,
    zone: String,
    now: Time,
}

impl Sheet {
    fn row(&self, at: usize, contact: OwnContact) -> AnyView {
        let id = contact.id;
        // Who is to go, or was not taken on, is still named.
        let wanted = contact.last.as_ref().and_then(|last| EmergencyContact::from_code(&last.wanted).ok());
        let Some(EmergencyContact { name, relationship, phone }) =
            contact.shown().or_else(|| contact.value.clone()).or(wanted)
        else {
            return ().into_any();
        };
        let waiting = contact.last.as_ref().is_some_and(|last| last.state == OwnState::Waiting);
        // Somebody who was not accepted is there to be read, and can be asked for again.
        let refused = contact.value.is_none() && !waiting;
        let here = Place::Contacts.path(self.patient);
        let (patient, page, seen) = (self.patient.to_string(), here.clone(), self.order.clone());
        let named = say::call_earlier(&name);
        let earlier = (self.may_edit && at > 0 && !refused).then(|| {
            let mut order = self.ids.clone();
            order.swap(at, at - 1);
            let order = emergency::order_code(&order);
            view! {
                <DoorForm door=ORDER page=page>
                    <Hidden name="patient" value=patient/>
                    <Hidden name="seen" value=seen/>
                    <Hidden name="order" value=order/>
                    <Button submit=true kind=Kind::Quiet icon="arrow-up" name=named>{say::CALL_EARLIER}</Button>
                </DoorForm>
            }
        });
        let change = (self.may_edit && !refused).then(|| {
            let href = format!("{here}/{id}");
            view! { <a class="link-button" href=href aria-label=say::edit_contact(&name)><Icon name="pencil"/>{say::EDIT_ONE}</a> }
        });
        let leaving = contact.shown().is_none();
        let remove = (self.may_edit && !refused && !leaving).then(|| self.remove(&contact, &name));
        let standing = self.standing(&contact);
        view! {
            <li class="person">
                <span class="place-icon"><Icon name="phone"/></span>
                <div class="person-text">
                    <p class="person-name"><b dir="auto">{name}</b></p>
                    <p class="person-more" dir="auto">{relationship}" · "{phone}</p>
                    {standing}
                    <div class="person-acts">{earlier}{change}</div>
                    {remove}
                </div>
            </li>
        }
        .into_any()
    }

    /// Taking somebody off the list takes two presses, also without scripts.
    fn remove(&self, contact: &OwnContact, name: &str) -> AnyView {
        let (ask, text, button) = match contact.value {
            Some(_) => (say::remove_contact_named(name), say::REMOVE_CONTACT_TEXT, say::REMOVE_CONTACT),
            None => (say::take_back_contact(name), say::TAKE_BACK_CONTACT_TEXT, say::TAKE_BACK_CONTACT),
        };
        let (patient, seen, id) = (self.patient, contact.code(), contact.id.to_string());
        view! {
            <details class="sure">
                <summary class="link-button">{ask}</summary>
                <p>{text}</p>
                <DoorForm door=REMOVE page=Place::Contacts.path(patient)>
                    <Hidden name="patient" value=patient.to_string()/>
                    <Hidden name="contact" value=id/>
                    <Hidden name="seen" value=seen/>
                    <Button submit=true kind=Kind::Danger>{button}</Button>
                </DoorForm>
            </details>
        }
        .into_any()
    }

    fn standing(&self, contact: &OwnContact) -> Option<AnyView> {
        let last = contact.last.as_ref()?;
        let wanted = EmergencyContact::from_code(&last.wanted).ok();
        let (class, icon, text, at, more) = match (&last.state, &contact.value, &wanted) {
            (OwnState::Waiting, value, wanted) => {
                let more = match (value, wanted) {
                    (Some(_), None) => say::TO_BE_REMOVED.to_owned(),
                    (None, _) => say::TO_BE_ADDED.to_owned(),
                    (Some(value), Some(_)) => say::still_says(&say::contact_line(value)),
                };
                ("standing standing-waits", "clock", say::WAITS_SINCE, last.at, more)
            }
            (OwnState::Accepted { at }, ..) if self.now.since(*at) < LATELY => {
                ("standing standing-good", "circle-check", say::ACCEPTED_ON, *at, String::new())
            }
            (OwnState::Edited { at }, ..) if self.now.since(*at) < LATELY => {
                ("standing standing-good", "circle-check", say::EDITED_ON, *at, String::new())
            }
            (OwnState::Rejected { at, reason }, value, wanted) if self.now.since(*at) < LATELY => {
                let more = match (value, wanted) {
                    (Some(_), None) => say::and_why(say::NOT_REMOVED, reason),
                    (None, _) => say::and_why(say::NOT_ADDED, reason),
                    (Some(_), Some(wanted)) => say::not_accepted(&say::contact_line(wanted), reason),
                };
                ("standing standing-bad", "circle-alert", say::REJECTED_ON, *at, more)
            }
            (OwnState::Accepted { .. } | OwnState::Edited { .. } | OwnState::Rejected { .. }, ..) => return None,
        };
        Some(standing_line((class, icon), text, moment(at, &self.zone, self.now), &more))
    }
}

/// The form, once everything is known.
#[component]
pub fn ContactView(
    /// Whose record, and what stands around it.
    frame: PortalFrame,
    /// The list it belongs to.
    page: OwnContacts,
    /// Which one; nobody for somebody new.
    contact: Option<OwnContact>,
    /// What came back of the form.
    answer: Answer,
) -> impl IntoView {
    let PortalFrame { record, records, .. } = frame;
    let patient = record.patient;
    let title = if contact.is_some() { say::EDIT_CONTACT } else { say::ADD_CONTACT };
    let back = Place::Contacts.path(patient);
    let own = record.kind == Whose::Own;
    let about = contact.as_ref().map_or_else(|| "new".to_owned(), |contact| contact.id.to_string());
    let (draft, known) = (format!("{}.contact.{about}", record.grant), records.clone());
    let relationship = if own { say::CONTACT_RELATIONSHIP } else { say::CONTACT_RELATIONSHIP_OTHER };
    let start = contact.as_ref().and_then(OwnContact::shown).unwrap_or_default();
    // What the first page said, also on one that is drawn anew.
    let first = contact.as_ref().map(OwnContact::code).unwrap_or_default();
    let seen = answer.sent("seen").unwrap_or(first);
    let address = match &contact {
        Some(contact) => format!("{back}/{}", contact.id),
        None => format!("{back}/new"),
    };
    let button = if page.mode == Mode::Auto { say::SAVE_DETAILS } else { say::SEND_DETAILS };
    let elsewhere = if contact.is_none() { also(page.elsewhere, &answer) } else { None };
    view! {
        <Frame title=title place=Place::Contacts record=Some(record) records=records>
            <p class="back"><a href=back><Icon name="arrow-left"/>{say::CONTACTS}</a></p>
            <header class="page-head"><h1>{title}</h1></header>
            <Draft records=known about=draft/>
            <DoorForm door=PUT page=address>
                <Refused answer=answer.clone()/>
                <Hidden name="patient" value=patient.to_string()/>
                {contact.map(|contact| view! { <Hidden name="contact" value=contact.id.to_string()/> })}
                <Hidden name="seen" value=seen/>
                <div class="card">
                    <div class="fields">
                        <TextField name="name" label=say::CONTACT_NAME required=true autocomplete="off" value=answer.value_or("name", &start.name) error=answer.error("name")/>
                        <TextField name="relationship" label=relationship hint=say::CONTACT_RELATIONSHIP_HINT required=true autocomplete="off" value=answer.value_or("relationship", &start.relationship) error=answer.error("relationship")/>
                        <TextField name="phone" kind="tel" label=say::CONTACT_PHONE required=true autocomplete="off" value=answer.value_or("phone", &start.phone) error=answer.error("phone")/>
                    </div>
                </div>
                {elsewhere}
                <div class="form-end"><Button kind=Kind::Main submit=true>{button}</Button></div>
            </DoorForm>
        </Frame>
    }
}

/// The card on the page of the details.
pub(super) fn card(patient: PatientId, contacts: &[EmergencyContact], wait: bool, may_edit: bool) -> AnyView {
    let rows: Vec<_> =
        contacts.iter().map(|contact| view! { <li dir="auto">{say::contact_line(contact)}</li> }).collect();
    let link = if may_edit { say::CHANGE_CONTACT } else { say::SEE_CONTACT };
    let href = Place::Contacts.path(patient);
    view! {
        <Card title=say::CONTACTS id="emergency-contacts">
            {if rows.is_empty() {
                view! { <p class="card-lead">{say::NO_CONTACTS}"."</p> }.into_any()
            } else {
                view! { <ol class="in-order-short">{rows}</ol> }.into_any()
            }}
            {wait.then(|| view! {
                <p class="standing standing-waits"><Icon name="clock"/><span>{say::CONTACTS_WAIT}</span></p>
            })}
            <div><LinkButton href=href icon="phone">{link}</LinkButton></div>
        </Card>
    }
    .into_any()
}
