//! What colleagues write to each other: the list, and the dialog that begins a conversation.

use domain::{
    group_chat::{GroupConversationForm, GroupConversationRow},
    ids::UserId,
    limits,
    page::{Page, PageRequest},
};
use leptos::prelude::*;

use super::{Listed, listed, tabs};
use crate::{
    api,
    components::{Button, Card, Dialog, Empty, Icon, Kind, Notice, TextField, Tone},
    console::{
        desk::use_desk,
        form::Form,
        frame::Head,
        load::Pages,
        nav,
        picker::{Finding, Found, picker},
        words,
    },
    error::AppError,
};

/// The page.
#[component]
pub fn Colleagues() -> impl IntoView {
    let desk = use_desk();
    let pages = Pages::new();
    let on = RwSignal::new(None::<bool>);
    let written = desk.written();
    let by_itself = StoredValue::new(false);
    let fetch = move |page: PageRequest| {
        // Said now: it may be another's turn when the question is sent.
        let quiet = by_itself.get_value();
        async move {
            let answer = api::refresh(quiet, api::group_chat::list(page)).await?;
            let _ = on.try_set(Some(answer.on));
            Ok::<Page<GroupConversationRow>, AppError>(answer.rows)
        }
    };
    let ask = move |after: bool| {
        let page = if after { pages.following() } else { pages.first() };
        pages.take(after, fetch(page));
    };
    pages.follow(
        move || {
            by_itself.set_value(written.again());
            String::new()
        },
        move |after| {
            ask(after);
            // Whatever is asked for from here on a person asks for.
            by_itself.set_value(false);
        },
    );
    let off = Memo::new(move |_| on.get() == Some(false));
    let may_start = Memo::new(move |_| on.get() == Some(true));
    let starting = RwSignal::new(false);
    let begin = move || {
        may_start.get().then(|| {
            view! { <Button kind=Kind::Main icon="plus" press=move |_| starting.set(true)>{words::NEW_CONVERSATION}</Button> }
        })
    };
    let draw = move |rows: Vec<GroupConversationRow>| {
        if rows.is_empty() {
            return view! {
                <Empty title=words::NO_CHATS><p>{words::NO_GROUP_CHATS_TEXT}</p>{begin}</Empty>
            }
            .into_any();
        }
        let lines: Vec<_> = rows.into_iter().map(line).collect();
        view! { <Card><ul class="lines">{lines}</ul></Card> }.into_any()
    };
    let action = Box::new(move || begin.into_any());
    view! {
        <Head title=words::CHAT action=action/>
        <div class="column">
            {tabs(nav::COLLEAGUES)}
            {move || off.get().then(|| view! { <Notice tone=Tone::Warn><p>{words::GROUP_CHAT_IS_OFF}</p></Notice> })}
            <div class="chat-list">{pages.view(6, ask, draw)}</div>
        </div>
        {move || starting.get().then(|| view! { <NewConversation on_close=move || starting.set(false)/> })}
    }
}

fn line(row: GroupConversationRow) -> AnyView {
    let GroupConversationRow { id, name, named, last, withdrawn, at, unread, mentioned } = row;
    let icon = if named { "users" } else { "message-circle" };
    let mark = mentioned.then_some(words::CHAT_MENTIONED);
    listed(Listed { href: nav::group_conversation(id), icon, name, last, withdrawn, at, unread, mark, waits: None })
}

/// Colleagues who work in the practice, as a picker offers them.
pub(super) fn find(text: String) -> Finding {
    Box::pin(async move {
        let rows = api::group_chat::colleagues(text).await?;
        Ok(rows.into_iter().map(|row| Found { id: row.id.to_string(), name: row.name, more: row.profession }).collect())
    })
}

/// The field for what a conversation is called.
pub(super) fn name_field(form: Form) -> AnyView {
    view! {
        <TextField
            name="name"
            label=words::CONVERSATION_NAME
            id=form.id("name")
            bind=form.field("name")
            error=form.problem("name")
            required=true
            longest=limits::GROUP_CHAT_NAME
        />
    }
    .into_any()
}

/// The dialog that begins a conversation: with one colleague, or with several under a name.
#[component]
fn NewConversation(on_close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let desk = use_desk();
    let form = Form::new("new-group-chat", "", vec![("name", String::new())]);
    let found = RwSignal::new(None::<Found>);
    let people = RwSignal::new(Vec::<Found>::new());
    // Whoever is picked is put with the others, and the field is free for the next.
    Effect::new(move || {
        let Some(one) = found.get() else { return };
        people.update(|people| {
            if people.iter().all(|other| other.id != one.id) {
                people.push(one);
            }
        });
        found.set(None);
    });
    let start = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let members: Vec<UserId> =
            people.with_untracked(|people| people.iter().filter_map(|one| one.id.parse().ok()).collect());
        let done = move |id| {
            form.discard();
            on_close();
            desk.nav.go(&nav::group_conversation(id));
        };
        match *members.as_slice() {
            [] => {}
            [with] => form.send(api::group_chat::start(with), done),
            _ => {
                let typed = GroupConversationForm { name: form.value("name"), members };
                form.send(api::group_chat::begin(typed), done);
            }
        }
    };
    let none = Signal::derive(move || people.with(Vec::is_empty));
    let several = Memo::new(move |_| people.with(Vec::len) > 1);
    let problems = [form.problem("with"), form.problem("members")];
    let chosen = move || {
        let rows = people.get();
        (!rows.is_empty()).then(|| {
            let row = |one: Found| {
                let id = one.id;
                let take_out = move |_| people.update(|people| people.retain(|other| other.id != id));
                view! {
                    <li class="line">
                        <Icon name="user"/>
                        <span class="line-text" dir="auto">{one.name.clone()}</span>
                        <Button kind=Kind::Quiet name=words::take_out(&one.name) press=take_out>{words::TAKE_OUT}</Button>
                    </li>
                }
            };
            let rows: Vec<_> = rows.into_iter().map(row).collect();
            view! { <ul class="lines" aria-label=words::CHOSEN_COLLEAGUES>{rows}</ul> }
        })
    };
    let name = move || several.get().then(|| name_field(form));
    view! {
        <Dialog title=words::NEW_CONVERSATION id="new-group-chat" on_close=move |()| on_close()>
            <form class=form.class() novalidate on:submit=start>
                <div class="dialog-body">
                    <p>{words::NEW_CONVERSATION_TEXT}</p>
                    {form.notices()}
                    {picker("chat-colleague", words::CHAT_FIND_COLLEAGUE, words::NO_COLLEAGUE, true, Box::new(find), found)}
                    {chosen}
                    {name}
                    {problems.map(|problem| move || problem.get().map(|text| view! {
                        <Notice tone=Tone::Danger live=true><p>{text}</p></Notice>
                    }))}
                </div>
                <footer class="dialog-foot">
                    <Button press=move |_| on_close()>{words::CANCEL}</Button>
                    <Button kind=Kind::Main submit=true icon="message-circle" busy=form.busy disabled=none>{words::START_CONVERSATION}</Button>
                </footer>
            </form>
        </Dialog>
    }
}
