//! A case load: the patients that its filters leave, growing page by page.

use domain::{
    limits,
    report::{CaseLoadForm, CaseLoadRow, ReportChoices},
};
use leptos::prelude::*;

use super::{
    NewReport,
    ask::{DRAFT, FILTERS, case_load},
    invite::InviteMany,
    picks::Picks,
    saved,
};
use crate::{
    api,
    components::{Button, Empty, Icon, Kind, Menu, Notice, Table, Tone, column, lesser, ticks},
    console::{
        desk::use_desk,
        download, drafts,
        frame::{Head, focus_on_title},
        load::{Pages, load},
        nav::{self, Tab},
        words,
    },
};

/// The page.
#[component]
pub fn CaseLoad() -> impl IntoView {
    let desk = use_desk();
    let (nav, may) = (desk.nav, desk.start().may);
    let form = move || case_load(|name| nav.query(name));
    let choices = load(api::reports::choices).value();
    let pages = Pages::new();
    let ask = move |after: bool| {
        let page = if after { pages.following() } else { pages.first() };
        pages.take(after, api::reports::case_load(untrack(form), page));
    };
    let wanted = RwSignal::new(limits::PAGE as usize);
    let count = move || pages.rows.with(|rows| rows.as_ref().map_or(0, Vec::len));
    let key = move || FILTERS.map(|name| nav.query(name)).join("|");
    // Who is ticked is of this report: another one begins with nobody.
    let picks = Picks::new();
    pages.follow(key, move |after| {
        picks.clear();
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
    let keeping = RwSignal::new(drafts::was_open(&format!("{}new", saved::DRAFT)));
    let close = move || exporting.set(false);
    let draw = move |rows: Vec<CaseLoadRow>| {
        if !rows.is_empty() {
            return table(rows, may.names_hidden, may.invite_patients.then_some(picks));
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
    let inviting = RwSignal::new(false);
    let acts = RwSignal::new(false);
    let act = move || {
        let invite = move |_| {
            acts.set(false);
            inviting.set(true);
        };
        view! {
            <ul class="menu-list">
                <li>
                    <button type="button" disabled=move || picks.none() on:click=invite>
                        <Icon name="send"/>
                        {words::INVITE_MANY}
                    </button>
                </li>
            </ul>
            {move || picks.none().then(|| view! { <p class="menu-note muted">{words::TICK_FIRST}</p> })}
        }
    };
    let action = Box::new(move || {
        view! {
            <div class="buttons">
                <Button icon="filter" press=move |_| asking.set(true)>{words::CHANGE_FILTERS}</Button>
                <Button icon="star" press=move |_| keeping.set(true)>{words::SAVE_REPORT}</Button>
                {may.export_data.then(|| view! {
                    <Button icon="download" press=move |_| exporting.set(true)>{words::EXPORT}</Button>
                })}
                {may.invite_patients.then(|| view! {
                    <Menu label=words::ACTIONS_MENU button=acts_button open=acts looks="button">{act()}</Menu>
                })}
            </div>
        }
        .into_any()
    });
    view! {
        <Head title=words::CASE_LOAD up=("/console/reports", words::REPORTS) action=action/>
        {gone(form, choices)}
        <div class="filters">
            {chips(form, choices)}
            <p class="filters-count" role="status">{shown}</p>
        </div>
        {may.invite_patients.then(|| bar(pages, picks))}
        {pages.view(10, further, draw)}
        {move || inviting.get().then(|| view! {
            <InviteMany selection=picks.selection(untrack(form)) on_close=move || inviting.set(false)/>
        })}
        {move || asking.get().then(|| view! { <NewReport on_close=move || asking.set(false)/> })}
        {move || keeping.get().then(|| saved::keep(untrack(form), move |_| keeping.set(false)))}
        {move || exporting.get().then(|| download::dialog(move || api::reports::export_case_load(untrack(form)), words::CASE_LOAD_FILE, close))}
    }
}

/// What the button of the menu shows.
fn acts_button() -> AnyView {
    view! { <span>{words::ACTIONS_MENU}</span><Icon name="chevron-down"/> }.into_any()
}

/// How many are ticked, and ways to tick many.
fn bar(pages: Pages<CaseLoadRow>, picks: Picks) -> AnyView {
    let ids = move || pages.rows.with(|rows| rows.iter().flatten().map(|row| row.id).collect::<Vec<_>>());
    let ticked = Memo::new(move |_| ids().into_iter().filter(|id| picks.has(*id)).count());
    let count = Memo::new(move |_| ids().len());
    let more = move || pages.next.with(Option::is_some);
    let some = move || (1..count.get()).contains(&ticked.get());
    let says = move || {
        if picks.all() { words::all_ticked(picks.count()) } else { words::ticked(picks.count()) }
    };
    (move || {
        (count.get() > 0).then(|| {
            view! {
                <div class="pick-bar">
                    <label class="pick-all">
                        <input
                            type="checkbox"
                            prop:checked=move || ticked.get() == count.get()
                            prop:indeterminate=some
                            on:change=move |event| picks.set(untrack(ids), event_target_checked(&event))
                        />
                        {words::TICK_SHOWN}
                    </label>
                    <p role="status">{says}</p>
                    // They stay where they are when they are pressed, and so does the focus.
                    {move || (more() || count.get() > limits::BULK_CHOSEN).then(|| view! {
                        <Button kind=Kind::Quiet press=move |_| picks.everybody()>{words::TICK_ALL}</Button>
                    })}
                    <Button kind=Kind::Quiet press=move |_| picks.clear()>{words::TICK_NONE}</Button>
                </div>
            }
        })
    })
    .into_any()
}

/// Says that a report asks for somebody who is gone, or for a place that is: it was kept, or its address was.
fn gone(
    form: impl Fn() -> CaseLoadForm + Copy + Send + Sync + 'static,
    choices: Signal<Option<ReportChoices>>,
) -> AnyView {
    let text = move || {
        let form = form();
        choices.with(|choices| words::gone(&form, choices.as_ref()?))
    };
    (move || text().map(|text| view! { <Notice tone=Tone::Warn>{text}</Notice> })).into_any()
}

/// What narrows the report, each to be taken back by a press.
fn chips(
    form: impl Fn() -> CaseLoadForm + Copy + Send + Sync + 'static,
    choices: Signal<Option<ReportChoices>>,
) -> AnyView {
    let nav = use_desk().nav;
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

fn table(rows: Vec<CaseLoadRow>, names_hidden: bool, picks: Option<Picks>) -> AnyView {
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
            let id = row.id;
            let tick = picks.map(|picks| {
                view! {
                    <td class="tick">
                        <input
                            type="checkbox"
                            aria-label=words::tick(&row.shown)
                            prop:checked=move || picks.has(id)
                            on:change=move |event| picks.set([id], event_target_checked(&event))
                        />
                    </td>
                }
            });
            view! {
                <tr class="row-link">
                    {tick}
                    <th scope="row" class="long" title=row.shown.clone()><a href=to dir="auto">{row.shown.clone()}</a></th>
                    {named}
                    <td class="long lesser" title=row.email.clone()>{email}</td>
                    <td class="lesser">{words::status_badge(row.status)}</td>
                    <td>{words::portal_badge(row.portal)}</td>
                    <td class="number lesser">{clock.day(row.added_at)}</td>
                </tr>
            }
        })
        .collect();
    let mut columns = Vec::new();
    if picks.is_some() {
        columns.push(ticks(words::TICKED));
    }
    columns.push(column(if names_hidden { words::NUMBER } else { words::NAME }));
    if !names_hidden {
        columns.push(column(words::AGE));
    }
    columns.extend([lesser(words::EMAIL), lesser(words::STATUS), column(words::PORTAL), lesser(words::ADDED)]);
    view! { <Table caption=words::CASE_LOAD columns=columns>{rows}</Table> }.into_any()
}
