//! The list of patients: filtered by text and status, growing page by page, the same when one comes back.

use domain::{
    patient::{PatientFilter, PatientRow, Status},
    user::Level,
};
use leptos::prelude::*;

use crate::{
    api,
    components::{Button, Choice, Empty, Kind, LinkButton, SelectField, Table, TextField, column, lesser},
    console::{
        desk::{ShownPatients, use_desk},
        filters::Filters,
        frame::Head,
        load::Pages,
        nav::{self, Tab},
        words,
    },
};

/// The page of patients.
#[component]
pub fn Patients() -> impl IntoView {
    let desk = use_desk();
    let (nav, may) = (desk.nav, desk.start().may);
    let filter = Memo::new(move |_| PatientFilter {
        text: nav.query("text"),
        status: Status::from_code(&nav.query("status")).ok(),
    });
    let filters = Filters::of(nav, &["text", "status"]);

    let pages = Pages::new();
    let ask = move |after: bool| {
        let page = if after { pages.following() } else { pages.first() };
        pages.take(after, api::patients::list(filter.get_untracked(), page));
    };
    let key = move || filter.with(|filter| format!("{}|{:?}", filter.text, filter.status));
    if nav.came_back()
        && let Some(shown) = desk.shown.get_value()
        && shown.query == untrack(key)
    {
        pages.rows.set(Some(shown.rows));
        pages.next.set(shown.next);
    }
    pages.follow(key, ask);
    Effect::new(move || {
        if let Some(rows) = pages.rows.get() {
            desk.shown.set_value(Some(ShownPatients { query: key(), rows, next: pages.next.get() }));
        }
    });

    let filtered = move || filter.with(|filter| *filter != PatientFilter::default());
    let draw = move |rows: Vec<PatientRow>| {
        if !rows.is_empty() {
            return rows_view(rows, may.names_hidden);
        }
        if filtered() {
            view! {
                <Empty title=words::NOTHING_MATCHES>
                    <p>{words::NOTHING_MATCHES_TEXT}</p>
                    <Button press=move |_| filters.clear()>{words::SHOW_ALL}</Button>
                </Empty>
            }
            .into_any()
        } else {
            // The practice may have many.
            let (title, text) = if desk.start().level == Level::Personal {
                (words::NO_OWN_PATIENTS, words::NO_OWN_PATIENTS_TEXT)
            } else {
                (words::NO_PATIENTS, words::NO_PATIENTS_TEXT)
            };
            view! {
                <Empty title=title>
                    <p>{text}</p>
                    {may.add_patients.then(|| view! {
                        <LinkButton href="/console/patients/new" kind=Kind::Main icon="user-plus">{words::ADD_PATIENT}</LinkButton>
                    })}
                </Empty>
            }
            .into_any()
        }
    };
    let shown = move || {
        let more = pages.next.with(Option::is_some);
        pages.rows.with(|rows| rows.as_ref().map(|rows| words::patients_shown(rows.len(), more)))
    };
    let action = Box::new(move || {
        view! {
            <div class="buttons">
                {may.emergency.then(|| view! {
                    <LinkButton href="/console/emergency" icon="triangle-alert">{words::EMERGENCY_ACCESS}</LinkButton>
                })}
                {may.review_updates.then(|| view! {
                    <LinkButton href="/console/updates" icon="contact">{words::QUEUE}</LinkButton>
                })}
                {may.add_patients.then(|| view! {
                    <LinkButton href="/console/patients/new" kind=Kind::Main icon="user-plus">{words::ADD_PATIENT}</LinkButton>
                })}
            </div>
        }
        .into_any()
    });
    let mut statuses = vec![Choice::new("", words::EVERY_STATUS)];
    statuses.extend(Status::ALL.into_iter().map(|status| Choice::new(status.code(), words::status(status))));
    view! {
        <Head title=words::PATIENTS action=action/>
        <form class="filters" role="search" aria-label=words::FILTER_PATIENTS on:submit=|event| event.prevent_default()>
            <TextField name="text" id="filter-text" kind="search" label=if may.names_hidden { words::FILTER_NUMBER } else { words::FILTER_TEXT } bind=filters.field("text") required=true/>
            <SelectField name="status" id="filter-status" label=words::STATUS choices=statuses bind=filters.field("status") required=true/>
            <p class="filters-count" role="status">{shown}</p>
        </form>
        {pages.view(10, ask, draw)}
    }
}

fn rows_view(rows: Vec<PatientRow>, names_hidden: bool) -> AnyView {
    let rows: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let to = nav::patient(row.id, Tab::Summary);
            let named = (!names_hidden).then(|| {
                view! {
                    <td class="number lesser">{row.birth_date.map(|date| date.long())}</td>
                    <td class="number lesser">{row.phone}</td>
                    <td class="lesser long" title=row.email.clone()>{row.email.clone()}</td>
                }
            });
            view! {
                <tr class="row-link">
                    <th scope="row" class="long" title=row.shown.clone()><a href=to dir="auto">{row.shown.clone()}</a></th>
                    {named}
                    <td>{words::status_badge(row.status)}</td>
                    <td class="lesser">{words::portal_badge(row.portal)}</td>
                </tr>
            }
        })
        .collect();
    let mut columns = vec![column(if names_hidden { words::NUMBER } else { words::NAME })];
    if !names_hidden {
        columns.extend([lesser(words::BIRTH_DATE), lesser(words::PHONE), lesser(words::EMAIL)]);
    }
    columns.extend([column(words::STATUS), lesser(words::PORTAL)]);
    view! { <Table caption=words::PATIENTS columns=columns>{rows}</Table> }.into_any()
}
