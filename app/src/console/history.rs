//! What users did, for those who may see it: filtered, latest first, and as a file for a spreadsheet.

use domain::{
    audit::Action,
    history::{Chosen, Doer, HistoryFilter, HistoryRow, Shown, UserChoice},
    ids::UserId,
};
use leptos::prelude::*;

use super::{
    desk::use_desk,
    download,
    filters::Filters,
    frame::Head,
    load::{Pages, load},
    nav::{self, Tab},
    picker::{Finding, Found, Search, patients, picker},
    words,
};
use crate::{
    api,
    components::{Button, Choice, Empty, SelectField, Table, TextField, column, lesser},
};

/// The names of the filters in the address.
const FILTERS: [&str; 5] = ["user", "patient", "action", "from", "to"];

/// The page.
#[component]
pub fn History() -> impl IntoView {
    let desk = use_desk();
    let may = desk.start().may;
    if !may.view_history {
        return view! {
            <Head title=words::HISTORY/>
            <Empty title=words::NOT_FOR_YOU><p>{crate::words::refusal(domain::error::Refusal::Setting)}</p></Empty>
        }
        .into_any();
    }
    let nav = desk.nav;
    let filters = Filters::of(nav, &FILTERS);
    let filter = move || HistoryFilter {
        user: nav.query("user").parse().ok(),
        patient: nav.query("patient").parse().ok(),
        action: Action::from_code(&nav.query("action")),
        from: nav.query("from").parse().ok(),
        to: nav.query("to").parse().ok(),
    };
    let pages = Pages::new();
    let ask = move |after: bool| {
        let page = if after { pages.following() } else { pages.first() };
        pages.take(after, api::history::list(untrack(filter), page));
    };
    pages.follow(move || FILTERS.map(|name| nav.query(name)).join("|"), ask);
    let exporting = RwSignal::new(false);
    let close = move || exporting.set(false);
    let draw = move |rows: Vec<HistoryRow>| {
        if rows.is_empty() {
            let (title, text) = if filters.any() {
                (words::NO_HISTORY_MATCHES, words::NO_HISTORY_MATCHES_TEXT)
            } else {
                (words::NO_HISTORY, words::NO_HISTORY_TEXT)
            };
            return view! {
                <Empty title=title>
                    <p>{text}</p>
                    {filters.any().then(|| view! { <Button press=move |_| filters.clear()>{words::SHOW_ALL_HISTORY}</Button> })}
                </Empty>
            }
            .into_any();
        }
        table(rows, may.manage)
    };
    // By whom, and about whom: found by name here, or chosen by following a name in the list; taken back by the chip.
    let names = load(move || {
        let (user, patient) = (nav.query("user").parse().ok(), nav.query("patient").parse().ok());
        async move {
            if user.is_none() && patient.is_none() {
                return Ok(Chosen::default());
            }
            api::history::chosen(user, patient).await
        }
    });
    let find =
        move |name: &'static str, id: &'static str, label: &'static str, nobody: &'static str, search: Search| {
            let found = RwSignal::new(None::<Found>);
            Effect::new(move || {
                if let Some(one) = found.get() {
                    filters.field(name).set(one.id);
                    found.set(None);
                }
            });
            picker(id, label, nobody, false, search, found)
        };
    let chip = move |name: &'static str, text: &'static str| {
        move || {
            (!nav.query(name).is_empty()).then(|| {
                let who = move || {
                    let chosen = names.value().get()?;
                    let found = if name == "user" { chosen.user } else { chosen.patient };
                    Some(found.unwrap_or_else(|| words::NOBODY_KNOWN.to_owned()))
                };
                let take_back = move |_| filters.field(name).set(String::new());
                view! {
                    <button type="button" class="chip" title=words::SHOW_EVERYBODY on:click=take_back>
                        <crate::components::Icon name="x"/>
                        {text}" "<span dir="auto">{who}</span>
                    </button>
                }
            })
        }
    };
    let mut actions: Vec<_> = Action::ALL
        .into_iter()
        .filter(|action| action.is_of_a_group())
        .map(|action| Choice::new(action.code(), words::action(action)))
        .collect();
    actions.sort_by(|one, other| one.text.cmp(&other.text));
    actions.insert(0, Choice::new("", words::EVERY_ACTION));
    let action = Box::new(move || {
        may.export_data
            .then(|| view! { <Button icon="download" press=move |_| exporting.set(true)>{words::EXPORT}</Button> })
            .into_any()
    });
    view! {
        <Head title=words::HISTORY action=action/>
        <form class="filters" role="search" aria-label=words::FILTER_HISTORY on:submit=|event| event.prevent_default()>
            <SelectField name="action" id="filter-action" label=words::WHAT choices=actions bind=filters.field("action") required=true/>
            <TextField name="from" id="filter-from" kind="date" label=words::FROM bind=filters.field("from") required=true/>
            <TextField name="to" id="filter-to" kind="date" label=words::UP_TO bind=filters.field("to") required=true/>
            {find("user", "filter-user", words::FIND_BY, words::NO_USER_FOUND, Box::new(users))}
            {find("patient", "filter-patient", words::FIND_ABOUT, words::none_found(may.names_hidden), Box::new(patients))}
            {chip("user", words::ONLY_BY)}
            {chip("patient", words::ONLY_ABOUT)}
        </form>
        {pages.view(10, ask, draw)}
        {move || exporting.get().then(|| download::dialog(move || api::history::export(untrack(filter)), words::EXPORT_FILE, close))}
    }
    .into_any()
}

/// Users of the group by the beginning of their name, whether they still work there or not.
fn users(text: String) -> Finding {
    Box::pin(async move {
        let found = |one: UserChoice| Found { id: one.id.to_string(), name: one.name, more: one.profession };
        Ok(api::history::users(text).await?.into_iter().map(found).collect())
    })
}

fn table(rows: Vec<HistoryRow>, manage: bool) -> AnyView {
    let clock = use_desk().clock;
    let rows: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let who = match row.who {
                Doer::User(Shown { id, name }) => link(format!("/console/history?user={id}"), name),
                Doer::PortalUser => words::PORTAL_USER.into_any(),
                Doer::Nobody => words::NOBODY.into_any(),
            };
            let about = match (row.patient, row.user) {
                (Some(patient), Some(user)) => view! {
                    {link(nav::patient(patient.id, Tab::Summary), patient.name)}", "{user_link(user, manage)}
                }
                .into_any(),
                (Some(patient), None) => link(nav::patient(patient.id, Tab::Summary), patient.name),
                (None, Some(user)) => user_link(user, manage),
                (None, None) => words::or_none(String::new()),
            };
            let what = row.action.map_or(words::NEWER_ACTION, words::action);
            let detail = match row.action {
                Some(Action::Denied) => words::refused(&row.detail),
                _ => words::detail(&row.detail),
            };
            view! {
                <tr class="stacked">
                    <td class="number">{clock.full(row.at)}</td>
                    <th scope="row" class="name">{who}</th>
                    <td class="opened">{what}{row.emergency.then(|| view! { <span class="badge badge-warn">{words::IN_EMERGENCY}</span> })}</td>
                    <td class="wrap">{about}</td>
                    <td class="wrap lesser muted">{detail}</td>
                    <td class="number lesser">{row.origin}</td>
                </tr>
            }
        })
        .collect();
    let columns = vec![
        column(words::WHEN),
        column(words::WHO),
        column(words::WHAT),
        column(words::ABOUT_WHOM),
        lesser(words::DETAIL),
        lesser(words::NETWORK_ADDRESS),
    ];
    view! { <Table caption=words::HISTORY columns=columns>{rows}</Table> }.into_any()
}

fn link(to: String, name: String) -> AnyView {
    view! { <a href=to dir="auto">{name}</a> }.into_any()
}

fn user_link(user: Shown<UserId>, manage: bool) -> AnyView {
    if manage { link(nav::user(user.id), user.name) } else { view! { <span dir="auto">{user.name}</span> }.into_any() }
}
