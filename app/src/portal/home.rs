//! `/portal/:patient`: what is new and what is asked, then the ways to everything else (S1-01).

use domain::views::PortalFrame;
use leptos::prelude::*;

use super::{
    frame::{Frame, Place, with_record},
    words as say,
};
use crate::{
    account::gate::CallPractice,
    components::{Icon, Kind, LinkButton, Notice},
};

/// The four places of S1-01, the forms and the details. Messages are in the bar.
const PLACES: [Place; 9] = [
    Place::Health,
    Place::Appointments,
    Place::Records,
    Place::Documents,
    Place::Activities,
    Place::Files,
    Place::Forms,
    Place::Invoices,
    Place::Details,
];

/// The page.
#[component]
pub fn Home() -> impl IntoView {
    with_record(|frame| view! { <HomeView frame=frame/> })
}

/// The page, once it is known whose record it is.
#[component]
pub fn HomeView(
    /// Whose record, and what stands around it.
    frame: PortalFrame,
) -> impl IntoView {
    let PortalFrame {
        record,
        asked_forms,
        unread_notes,
        unread_documents,
        unconfirmed_documents,
        unread_messages,
        unread_activities,
        due_activities,
        unread_files,
        answered_details,
        answered_contacts,
        practice_phone,
        greet,
        records,
        ..
    } = frame;
    let (heading, lead) = if greet.is_empty() {
        (record.shown.clone(), say::with_for(&record.practice))
    } else {
        (say::hello(&greet), say::with(&record.practice))
    };
    let patient = record.patient;
    // What will change by an end or an age is said beforehand.
    let ending = say::ending(record.last_day, record.steps_down_on);
    let beside = [
        (Place::People, say::PEOPLE, record.manages),
        (Place::AccessLog, say::ACCESS_LOG, record.sees_log),
        (Place::Download, say::download::TITLE, Place::Download.opens_to(record.reach.level)),
    ];
    let beside: Vec<_> = beside
        .into_iter()
        .filter(|(.., opens)| *opens)
        .map(|(place, text, _)| {
            view! { <p class="beside"><a href=place.path(patient)><Icon name=place.icon()/>{text}</a></p> }
        })
        .collect();
    let places = PLACES
        .into_iter()
        .filter(|place| place.opens_to(record.reach.level))
        .filter_map(|place| place.words().map(|words| (place, words)))
        .map(|(place, words)| {
            view! {
                <li class="place">
                    <span class="place-icon"><Icon name=place.icon()/></span>
                    <div>
                        <h3><a class="place-link" href=place.path(patient)>{words.title}</a></h3>
                        <p class="place-text">{words.card}</p>
                    </div>
                    <Icon name="chevron-right"/>
                </li>
            }
        })
        .collect_view();
    let practice = record.practice.clone();
    let contact = if practice_phone.is_empty() { say::PRACTICE_NO_PHONE } else { say::PRACTICE_LEAD };
    let answered = (answered_details + answered_contacts > 0).then(|| {
        let to_details = (answered_details > 0).then(|| {
            view! {
                <LinkButton href=Place::Details.path(patient) icon="contact">{say::TO_DETAILS}</LinkButton>
            }
        });
        let to_contacts = (answered_contacts > 0).then(|| {
            view! {
                <LinkButton href=Place::Contacts.path(patient) icon="phone">{say::TO_CONTACTS}</LinkButton>
            }
        });
        view! {
            <section class="card asked" aria-labelledby="answered">
                <h2 id="answered">{say::ANSWERED}</h2>
                <p>{say::answered(answered_details + answered_contacts)}</p>
                <div class="buttons">{to_details}{to_contacts}</div>
            </section>
        }
    });
    let fresh =
        |count: i64, id: &'static str, title: &'static str, text: fn(i64) -> String, to: Place, link: &'static str| {
            (count > 0).then(|| {
                view! {
                    <section class="card asked" aria-labelledby=id>
                        <h2 id=id>{title}</h2>
                        <p>{text(count)}</p>
                        <LinkButton href=to.path(patient) kind=Kind::Main icon=to.icon()>{link}</LinkButton>
                    </section>
                }
            })
        };
    let notes = fresh(unread_notes, "unread", say::NEW_RECORDS, say::unread, Place::Records, say::TO_RECORDS);
    let documents = fresh(
        unread_documents,
        "unread-documents",
        say::documents::NEW,
        say::documents::unread,
        Place::Documents,
        say::documents::TO_DOCUMENTS,
    );
    let unconfirmed = fresh(
        unconfirmed_documents,
        "unconfirmed-documents",
        say::documents::PLEASE_ACKNOWLEDGE,
        say::documents::unconfirmed,
        Place::Documents,
        say::documents::TO_DOCUMENTS,
    );
    let messages = fresh(
        unread_messages,
        "unread-messages",
        say::messages::NEW_ON_HOME,
        say::messages::unread_on_home,
        Place::Messages,
        say::messages::TO_MESSAGES,
    );
    let activities = fresh(
        unread_activities,
        "unread-activities",
        say::activities::NEW,
        say::activities::unread,
        Place::Activities,
        say::activities::TO_ACTIVITIES,
    );
    let today = fresh(
        due_activities,
        "due-activities",
        say::activities::TODAY,
        say::activities::due,
        Place::Activities,
        say::activities::TO_ACTIVITIES,
    );
    let files =
        fresh(unread_files, "unread-files", say::files::NEW, say::files::unread, Place::Files, say::files::TO_FILES);
    let anything_new = answered.is_some()
        || [&messages, &notes, &documents, &unconfirmed, &activities, &today, &files].into_iter().any(Option::is_some);
    let news = if asked_forms == 0 && anything_new {
        ().into_any()
    } else if asked_forms == 0 {
        view! { <p class="calm"><Icon name="circle-check"/><span>{say::NOTHING_NEW}</span></p> }.into_any()
    } else {
        view! {
            <section class="card asked" aria-labelledby="asked">
                <h2 id="asked">{say::ASKED_OF_YOU}</h2>
                <p>{say::forms_wait(asked_forms)}</p>
                <LinkButton href=Place::Forms.path(patient) kind=Kind::Main icon="clipboard-list">{say::TO_FORMS}</LinkButton>
            </section>
        }
        .into_any()
    };
    view! {
        <Frame title=say::HOME place=Place::Home record=Some(record) records=records>
            <header class="page-head">
                <h1 dir="auto">{heading}</h1>
                <p class="page-lead" dir="auto">{lead}</p>
            </header>
            {messages}
            {notes}
            {documents}
            {unconfirmed}
            {activities}
            {today}
            {files}
            {news}
            {answered}
            {ending.map(|text| view! { <Notice><p>{text}</p></Notice> })}
            <section aria-labelledby="places">
                <h2 id="places" class="section-title">{say::PLACES}</h2>
                <ul class="places">{places}</ul>
            </section>
            <div>
                {beside}
                <p class="beside"><a href="/help"><Icon name="info"/>{say::HELP}</a></p>
            </div>
            <section class="card practice" aria-labelledby="practice">
                <h2 id="practice" dir="auto">{practice}</h2>
                <p>{contact}</p>
                <CallPractice phone=practice_phone/>
                <p class="practice-note">{say::EMERGENCY}</p>
            </section>
        </Frame>
    }
}
