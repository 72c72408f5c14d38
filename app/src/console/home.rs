//! Home: what is new, and in a new practice the first steps.

use domain::{page::PageRequest, patient::PatientFilter};
use leptos::prelude::*;

use super::{
    desk::use_desk,
    frame::{Head, Line, OffersCard},
    load::load,
    words,
};
use crate::{
    api,
    components::{Card, Empty, Icon, LinkButton},
};

/// Lines under "What is new".
const LINES: u32 = 12;

/// Home.
#[component]
pub fn Home() -> impl IntoView {
    let desk = use_desk();
    let start = desk.start();
    let add = start.may.add_patients;
    let begins = add || start.may.invite_patients;
    let rung = desk.rung();
    let news = load(move || {
        api::refresh(rung.again(), api::notifications::list(PageRequest { after: None, limit: Some(LINES) }))
    });
    let offered = RwSignal::new(false);
    let action = Box::new(move || {
        add.then(
            || view! { <LinkButton href="/console/patients/new" icon="user-plus">{words::ADD_PATIENT}</LinkButton> },
        )
        .into_any()
    });
    view! {
        <Head title=words::greeting(&start.user_name) action=action/>
        <div class="column home-offers"><OffersCard some=offered/></div>
        {start.may.review_updates.then(|| view! { <ChangesWait/> })}
        {news.view(5, move |page| {
            if page.rows.is_empty() {
                if offered.get() {
                    return ().into_any();
                }
                // The steps are for a practice that has just begun and who may take them, not for whoever has no news.
                return if begins && desk.nobody_invited.get() {
                    view! { <FirstSteps/> }.into_any()
                } else {
                    view! { <div class="column"><Empty title=words::NOTHING_NEW><p>{words::NOTHING_NEW_TEXT}</p></Empty></div> }.into_any()
                };
            }
            let more = page.next.is_some();
            let lines: Vec<_> = page.rows.into_iter().map(|row| view! { <Line row=row/> }).collect();
            view! {
                <div class="column">
                    <Card title=words::WHATS_NEW id="whats-new">
                        <ul class="lines">{lines}</ul>
                        {more.then(|| view! { <a class="card-foot" href="/console/notifications">{words::SEE_ALL}</a> })}
                    </Card>
                </div>
            }
            .into_any()
        })}
    }
}

/// What patients changed and nobody has decided about.
#[component]
fn ChangesWait() -> impl IntoView {
    let rung = use_desk().rung();
    let count = load(move || api::refresh(rung.again(), api::updates::count()));
    let total = Memo::new(move |_| count.value().get().unwrap_or_default());
    move || {
        (total.get() > 0).then(|| {
            view! {
                <div class="column home-changes">
                    <Card title=words::QUEUE id="changes-wait">
                        <p class="card-text">{words::changes_wait(total.get())}</p>
                        <div class="buttons"><LinkButton href="/console/updates" icon="contact">{words::TO_QUEUE}</LinkButton></div>
                    </Card>
                </div>
            }
        })
    }
}

/// What to do in a practice where nothing has happened yet.
#[component]
fn FirstSteps() -> impl IntoView {
    let may = use_desk().start().may;
    let some = load(|| {
        let one = PageRequest { after: None, limit: Some(1) };
        api::patients::list(PatientFilter::default(), one)
    });
    some.view(4, move |page| {
        let none_yet = page.rows.is_empty();
        let step = |done: bool, title: &'static str, text: &'static str, href: &'static str, link: &'static str| {
            let icon = if done { "circle-check" } else { "arrow-right" };
            let link = (!done && !href.is_empty()).then(|| view! { <LinkButton href=href>{link}</LinkButton> });
            view! {
                <li class="step" class:step-done=done>
                    <Icon name=icon label=if done { words::DONE } else { "" }/>
                    <div><h3>{title}</h3><p>{text}</p>{link}</div>
                </li>
            }
        };
        view! {
            <div class="column">
                <Card title=words::FIRST_STEPS id="first-steps">
                    <ol class="steps">
                        {may.add_patients.then(|| step(
                            !none_yet,
                            words::STEP_ADD,
                            words::STEP_ADD_TEXT,
                            "/console/patients/new",
                            words::ADD_PATIENT,
                        ))}
                        {may.invite_patients.then(|| view! {
                            {step(false, words::STEP_INVITE, words::STEP_INVITE_TEXT,
                                if none_yet { "" } else { "/console/patients" }, words::CHOOSE_PATIENT)}
                            {step(false, words::STEP_BELL, words::STEP_BELL_TEXT, "", "")}
                        })}
                    </ol>
                </Card>
            </div>
        }
        .into_any()
    })
}
