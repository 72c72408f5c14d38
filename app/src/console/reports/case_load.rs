//! A case load: the patients that its filters leave, growing page by page.

use domain::{
    limits,
    report::{CaseLoadForm, CaseLoadRow, ReportChoices},
};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::{
    NewReport,
    ask::{DRAFT, FILTERS, case_load},
};
use crate::{
    api,
    components::{Button, Empty, Icon, Table, column, lesser},
    console::{
        confirm::Confirm,
        desk::use_desk,
        download, drafts,
        frame::Head,
        load::{Pages, load},
        nav::{self, Tab},
        words,
    },
    error::AppError,
};

/// The page.
#[component]
pub fn CaseLoad() -> impl IntoView {
    let desk = use_desk();
    let (nav, may) = (desk.nav, desk.start().may);
    let form = move || case_load(|name| nav.query(name));
    let pages = Pages::new();
    let ask = move |after: bool| {
        let page = if after { pages.following() } else { pages.first() };
        pages.take(after, api::reports::case_load(untrack(form), page));
    };
    let wanted = RwSignal::new(limits::PAGE as usize);
    let count = move || pages.rows.with(|rows| rows.as_ref().map_or(0, Vec::len));
    let key = move || FILTERS.map(|name| nav.query(name)).join("|");
    pages.follow(key, move |after| {
        wanted.set(limits::PAGE as usize);
        ask(after);
    });
    // What is rare stands far apart: the server looks a stretch at a time, and is asked on until so many are there as are
    // wanted.
    Effect::new(move || {
        let short = pages.rows.with(Option::is_some) && count() < wanted.get();
        if short && pages.next.with(Option::is_some) && !pages.busy.get() && !pages.failed() {
            ask(true);
        }
    });
    // "Show more" wants a page more; "Try again" goes on where the answer stayed away.
    let further = move |after: bool| {
        if after {
            wanted.set(untrack(count) + limits::PAGE as usize);
        }
        ask(after || pages.next.with_untracked(Option::is_some));
    };
    let looking = move || pages.next.with(Option::is_some) && count() == 0 && !pages.failed();

    let asking = RwSignal::new(drafts::was_open(DRAFT));
    let exporting = RwSignal::new(false);
    let draw = move |rows: Vec<CaseLoadRow>| {
        if !rows.is_empty() {
            return table(rows, may.names_hidden);
        }
        if looking() {
            return view! { <p class="muted" role="status">{words::STILL_LOOKING}</p> }.into_any();
        }
        view! {
            <Empty title=words::NOTHING_MATCHES>
                <p>{words::NO_CASE_TEXT}</p>
                <Button press=move |_| asking.set(true)>{words::CHANGE_FILTERS}</Button>
            </Empty>
        }
        .into_any()
    };
    let shown = move || {
        let more = pages.next.with(Option::is_some);
        if more && count() == 0 {
            return None;
        }
        pages.rows.with(|rows| rows.as_ref().map(|rows| words::patients_shown(rows.len(), more)))
    };
    let action = Box::new(move || {
        view! {
            <div class="buttons">
                <Button icon="filter" press=move |_| asking.set(true)>{words::CHANGE_FILTERS}</Button>
                {may.export_data.then(|| view! {
                    <Button icon="download" press=move |_| exporting.set(true)>{words::EXPORT}</Button>
                })}
            </div>
        }
        .into_any()
    });
    view! {
        <Head title=words::CASE_LOAD up=("/console/reports", words::REPORTS) action=action/>
        <div class="filters">
            {chips(form)}
            <p class="filters-count" role="status">{shown}</p>
        </div>
        {pages.view(10, further, draw)}
        {move || asking.get().then(|| view! { <NewReport on_close=move || asking.set(false)/> })}
        {move || exporting.get().then(|| view! {
            <Confirm
                title=words::EXPORT_TITLE
                text=words::EXPORT_TEXT
                button=words::EXPORT
                act=move || async move {
                    let export = api::reports::export_case_load(untrack(form)).await?;
                    download::save(&export, words::CASE_LOAD_FILE).ok_or(AppError::Fault { reference: String::new() })?;
                    desk.toasts.say(words::exported(export.rows, export.more));
                    Ok(())
                }
                on_close=move |_: bool| exporting.set(false)
            />
        })}
    }
}

/// What narrows the report, each to be taken back by a press.
fn chips(form: impl Fn() -> CaseLoadForm + Copy + Send + Sync + 'static) -> AnyView {
    let nav = use_desk().nav;
    let choices = load(api::reports::choices).value();
    let all = move || {
        let form = form();
        choices.with(|choices| {
            let chips = words::case_load_filters(&form, choices.as_ref().unwrap_or(&ReportChoices::default()));
            chips
                .into_iter()
                .map(|(name, text)| {
                    view! {
                        <button
                            type="button"
                            class="chip"
                            title=words::TAKE_FILTER_AWAY
                            on:click=move |_| {
                                nav.set_query(&[(name, "")]);
                                // The chip is gone: the focus goes on from the page's title.
                                request_animation_frame(focus_on_title);
                            }
                        >
                            <Icon name="x"/>
                            <span dir="auto">{text}</span>
                        </button>
                    }
                })
                .collect::<Vec<_>>()
        })
    };
    all.into_any()
}

fn table(rows: Vec<CaseLoadRow>, names_hidden: bool) -> AnyView {
    let clock = use_desk().clock;
    let rows: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let to = nav::patient(row.id, Tab::Summary);
            let named = (!names_hidden).then(|| view! { <td class="number">{row.age}</td> });
            let email = match (row.has_email, row.email.is_empty()) {
                (true, false) => view! { <span>{row.email.clone()}</span> }.into_any(),
                (true, true) => words::WITH_EMAIL.into_any(),
                (false, _) => view! { <span class="muted">{words::WITHOUT_EMAIL}</span> }.into_any(),
            };
            view! {
                <tr class="row-link">
                    <th scope="row" class="long" title=row.shown.clone()><a href=to dir="auto">{row.shown.clone()}</a></th>
                    {named}
                    <td class="long lesser" title=row.email.clone()>{email}</td>
                    <td>{words::status_badge(row.status)}</td>
                    <td>{words::portal_badge(row.portal)}</td>
                    <td class="number lesser">{clock.day(row.added_at)}</td>
                </tr>
            }
        })
        .collect();
    let mut columns = vec![column(words::NAME)];
    if !names_hidden {
        columns.push(column(words::AGE));
    }
    columns.extend([lesser(words::EMAIL), column(words::STATUS), column(words::PORTAL), lesser(words::ADDED)]);
    view! { <Table caption=words::CASE_LOAD columns=columns>{rows}</Table> }.into_any()
}

fn focus_on_title() {
    let title = document().query_selector("#main h1").ok().flatten();
    if let Some(title) = title.and_then(|title| title.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = title.focus();
    }
}
