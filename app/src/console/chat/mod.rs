//! Chat: what practitioners and their patients write to each other, and what colleagues do.
//!
//! | file | what is in it |
//! |---|---|
//! | this one | the list with patients, and the dialog that begins a conversation |
//! | `conversation` | one of them |
//! | `colleagues` | the list with colleagues, and its dialog |
//! | `group_conversation` | one of those, who takes part in it, and seeing to it |
//! | `thread` | what both have in common: what was written, and writing |

mod colleagues;
mod conversation;
mod group_conversation;
mod thread;

use domain::{
    chat::{ConversationFilter, ConversationRow},
    ids::PatientId,
    page::{Page, PageRequest},
    time::Time,
};
use leptos::prelude::*;

pub use self::{colleagues::Colleagues, conversation::Conversation, group_conversation::GroupConversation};
use super::{
    desk::use_desk,
    filters::Filters,
    form::Form,
    frame::Head,
    load::Pages,
    nav,
    picker::{Finding, Found, picker},
    words,
};
use crate::{
    api,
    components::{Button, Card, Dialog, Empty, Icon, Kind, Notice, Tabs, TextField, Tone, When},
    error::AppError,
};

/// The names of the filters in the address.
const FILTERS: [&str; 4] = ["text", "oldest", "inactive", "waiting"];
/// What a filter that is a toggle holds when it was turned.
const TURNED: &str = "yes";

/// The page.
#[component]
pub fn Chats() -> impl IntoView {
    let desk = use_desk();
    let address = desk.nav;
    let filter = Memo::new(move |_| ConversationFilter {
        text: address.query("text"),
        oldest_first: address.query("oldest") == TURNED,
        inactive: address.query("inactive") == TURNED,
        waiting: address.query("waiting") == TURNED,
    });
    let filters = Filters::of(address, &FILTERS);
    let pages = Pages::new();
    // Does the practice chat, and may the caller begin?
    let found = RwSignal::new(None::<(bool, bool)>);
    let off = Memo::new(move |_| found.get().is_some_and(|(on, _)| !on));
    let may_start = Memo::new(move |_| found.get().is_some_and(|(_, may_start)| may_start));
    let written = desk.written();
    let by_itself = StoredValue::new(false);
    let fetch = move |page: PageRequest| {
        // Said now: it may be another's turn when the question is sent.
        let (quiet, filter) = (by_itself.get_value(), filter.get_untracked());
        async move {
            let answer = api::refresh(quiet, api::chat::list(filter, page)).await?;
            let _ = found.try_set(Some((answer.on, answer.may_start)));
            Ok::<Page<ConversationRow>, AppError>(answer.rows)
        }
    };
    let ask = move |after: bool| {
        let page = if after { pages.following() } else { pages.first() };
        pages.take(after, fetch(page));
    };
    pages.follow(
        move || {
            by_itself.set_value(written.again());
            filter.with(|filter| format!("{filter:?}"))
        },
        move |after| {
            ask(after);
            // Whatever is asked for from here on a person asks for.
            by_itself.set_value(false);
        },
    );
    let starting = RwSignal::new(false);
    let begin = move || {
        may_start.get().then(|| {
            view! { <Button kind=Kind::Main icon="plus" press=move |_| starting.set(true)>{words::NEW_CHAT}</Button> }
        })
    };
    let draw = move |rows: Vec<ConversationRow>| {
        if !rows.is_empty() {
            let lines: Vec<_> = rows.into_iter().map(line).collect();
            return view! { <Card><ul class="lines">{lines}</ul></Card> }.into_any();
        }
        if filter.with_untracked(|filter| filter.text.is_empty() && !filter.waiting) {
            return view! { <Empty title=words::NO_CHATS><p>{words::NO_CHATS_TEXT}</p>{begin}</Empty> }.into_any();
        }
        let waiting = filter.with_untracked(|filter| filter.text.is_empty());
        let (title, text) = match waiting {
            true => (words::NO_CHATS_WAITING, words::NO_CHATS_WAITING_TEXT),
            false => (words::NO_CHATS_MATCH, words::NO_CHATS_MATCH_TEXT),
        };
        view! {
            <Empty title=title>
                <p>{text}</p>
                <Button press=move |_| show_all(filters)>{words::SHOW_ALL_CHATS}</Button>
            </Empty>
        }
        .into_any()
    };
    let action = Box::new(move || begin.into_any());
    view! {
        <Head title=words::CHAT action=action/>
        <div class="column">
            {tabs(nav::CHAT)}
            {move || off.get().then(|| view! { <Notice tone=Tone::Warn><p>{words::CHAT_IS_OFF}</p></Notice> })}
            <div class="chat-list">
                <form class="filters" role="search" aria-label=words::CHAT_FILTERS on:submit=|event| event.prevent_default()>
                    <TextField name="text" id="find-chat" kind="search" label=words::CHAT_FIND bind=filters.field("text") required=true/>
                    <div class="chat-toggles">
                        {toggle("arrow-up", words::CHAT_OLDEST_FIRST, filters.field("oldest"), true)}
                        {toggle("filter", words::CHAT_HIDE_INACTIVE, filters.field("inactive"), false)}
                        {toggle("clock", words::CHAT_ONLY_WAITING, filters.field("waiting"), true)}
                    </div>
                </form>
                {pages.view(6, ask, draw)}
            </div>
        </div>
        {move || starting.get().then(|| view! { <NewChat on_close=move || starting.set(false)/> })}
    }
}

/// With whom one writes; `current` is the address of the list shown.
fn tabs(current: &'static str) -> AnyView {
    let tab = |(to, text): (&str, &str)| (to.to_owned(), text.to_owned());
    let tabs = [(nav::CHAT, words::PATIENTS), (nav::COLLEAGUES, words::PRACTICE)].map(tab).to_vec();
    view! { <Tabs label=words::CHAT tabs=tabs current=current/> }.into_any()
}

/// Nothing is looked for any more, and nothing is hidden.
fn show_all(filters: Filters) {
    filters.field("text").set(String::new());
    filters.field("waiting").set(String::new());
    filters.field("inactive").set(TURNED.to_owned());
}

/// A button that stays pressed. Its name stays as well: only the state says whether it holds. `pressed` is the state when
/// the field was turned.
fn toggle(icon: &'static str, name: &'static str, field: RwSignal<String>, pressed: bool) -> AnyView {
    let holds = move || field.with(|value| (value == TURNED) == pressed);
    let turn = move |_| {
        let turned = field.with_untracked(|value| value == TURNED);
        field.set(if turned { String::new() } else { TURNED.to_owned() });
    };
    let state = move || if holds() { "true" } else { "false" };
    view! {
        <button type="button" class="icon-button" aria-label=name title=name aria-pressed=state on:click=turn>
            <Icon name=icon/>
        </button>
    }
    .into_any()
}

fn line(row: ConversationRow) -> AnyView {
    let ConversationRow { id, name, last, withdrawn, at, unread, standing, waits_since, .. } = row;
    let mark = words::chat_standing(standing);
    listed(Listed {
        href: nav::conversation(id),
        icon: "message-circle",
        name,
        last,
        withdrawn,
        at,
        unread,
        mark,
        waits: waits_since,
    })
}

/// A conversation in a list, whoever takes part.
struct Listed {
    href: String,
    icon: &'static str,
    name: String,
    last: Option<String>,
    withdrawn: bool,
    at: Time,
    unread: i64,
    /// What is said of it beside.
    mark: Option<&'static str>,
    /// Since when somebody waits for an answer, if somebody does.
    waits: Option<Time>,
}

fn listed(row: Listed) -> AnyView {
    let Listed { href, icon, name, last, withdrawn, at, unread, mark, waits } = row;
    let last = match last {
        Some(last) => view! { <span class="chat-last" dir="auto">{last}</span> }.into_any(),
        None => view! { <span class="chat-last">{if withdrawn { words::CHAT_WITHDRAWN } else { words::CHAT_NO_MESSAGES }}</span> }.into_any(),
    };
    let any = unread > 0;
    let count = any.then(|| {
        view! { <span class="badge badge-info" aria-hidden="true">{words::count(unread)}</span> }
    });
    let mark = mark.map(|text| view! { <span class="badge">{text}</span> });
    view! {
        <li class="line chat-line" class:line-unread=any>
            <Icon name=icon/>
            <a href=href>
                <span class="line-text" dir="auto">{name}</span>
                {any.then(|| view! { <span class="unseen">{words::chat_unread(unread)}</span> })}
                {last}
                <When at=at/>
                {waits.map(|since| view! { <span class="chat-waits">{words::CHAT_WAITS}" "<When at=since/></span> })}
            </a>
            <span class="chat-marks">{mark}{count}</span>
        </li>
    }
    .into_any()
}

/// The dialog that begins a conversation, or opens the one that there is.
#[component]
fn NewChat(on_close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let desk = use_desk();
    let form = Form::new("new-chat", "", Vec::new());
    let chosen = RwSignal::new(None::<Found>);
    // Whoever was found cannot be reached.
    let uninvited = RwSignal::new(false);
    let search = move |text: String| -> Finding {
        Box::pin(async move {
            let all = api::chat::partners(text).await?;
            let found: Vec<_> = all
                .iter()
                .filter(|partner| partner.reachable)
                .map(|partner| Found {
                    id: partner.patient.to_string(),
                    name: partner.name.shown(),
                    more: partner.birth_date.map(|date| date.long()).unwrap_or_default(),
                })
                .collect();
            let _ = uninvited.try_set(found.is_empty() && !all.is_empty());
            Ok(found)
        })
    };
    let start = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(patient) = chosen.get_untracked().and_then(|found| found.id.parse::<PatientId>().ok()) else {
            return;
        };
        form.send(api::chat::start(patient), move |id| {
            on_close();
            desk.nav.go(&nav::conversation(id));
        });
    };
    let none = Signal::derive(move || chosen.with(Option::is_none));
    let problem = form.problem("patient");
    view! {
        <Dialog title=words::NEW_CHAT id="new-chat" on_close=move |()| on_close()>
            <form class=form.class() novalidate on:submit=start>
                <div class="dialog-body">
                    <p>{words::NEW_CHAT_TEXT}</p>
                    {form.notices()}
                    {picker("chat-patient", words::CHAT_FIND_PATIENT, words::CHAT_NOBODY, false, Box::new(search), chosen)}
                    {move || (uninvited.get() && none.get()).then(|| view! {
                        <Notice live=true><p>{words::CHAT_INVITE_FIRST}</p></Notice>
                    })}
                    {move || chosen.get().map(|found| view! {
                        <p role="status">{words::CHOSEN}" "<strong dir="auto">{found.name}</strong></p>
                    })}
                    {move || problem.get().map(|text| view! {
                        <Notice tone=Tone::Danger live=true><p>{text}</p></Notice>
                    })}
                </div>
                <footer class="dialog-foot">
                    <Button press=move |_| on_close()>{words::CANCEL}</Button>
                    <Button kind=Kind::Main submit=true icon="message-circle" busy=form.busy disabled=none>{words::START_CHAT}</Button>
                </footer>
            </form>
        </Dialog>
    }
}
