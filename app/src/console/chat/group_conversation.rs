//! One conversation with colleagues: what was written, who takes part, and seeing to it.

use domain::{
    chat::Window,
    group_chat::{GroupConversationPage, GroupNameForm, GroupNews, Member},
    ids::{GroupConversationId, UserId},
};
use leptos::prelude::*;

use super::{
    colleagues::{find, name_field},
    thread::{Colleagues, Shown, Side, Thread, marks, talk},
};
use crate::{
    api,
    components::{Button, Dialog, Icon, Kind, Notice, Tone},
    console::{
        confirm::Confirm,
        desk::{Desk, use_desk},
        form::Form,
        frame::Head,
        load::load,
        nav,
        picker::{Found, picker},
        words,
    },
};

/// One level up.
const UP: (&str, &str) = (nav::COLLEAGUES, words::CHAT);

/// The page.
#[component]
pub fn GroupConversation(id: GroupConversationId) -> impl IntoView {
    // Asked once: what comes after it is added, and nothing that is being written is drawn anew.
    let page = load(move || api::group_chat::open(id, Window::Latest));
    view! {
        {page.title(UP)}
        {page.view(6, |page| view! { <Talk page=page/> }.into_any())}
    }
}

/// What is being done with it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    Adding,
    Renaming,
    Leaving,
}

/// The conversation, once it is there.
#[component]
fn Talk(page: GroupConversationPage) -> impl IntoView {
    let desk = use_desk();
    let GroupConversationPage { id, named, read, now } = page;
    let GroupNews { name, lines, members, on, .. } = now;
    let marks = marks(&members);
    let here = Colleagues { id, name: RwSignal::new(name), members: RwSignal::new(members), on: RwSignal::new(on) };
    let thread = Thread::new(Side::Colleagues(here), desk, lines, marks);
    let closed = Signal::derive(move || (!here.on.get()).then_some(words::GROUP_CHAT_IS_OFF));
    let doing = RwSignal::new(None::<Doing>);
    let dialog = move || match doing.get()? {
        Doing::Adding => Some(view! { <Add thread=thread here=here doing=doing/> }.into_any()),
        Doing::Renaming => Some(view! { <Rename thread=thread here=here doing=doing/> }.into_any()),
        Doing::Leaving => Some(leave(desk, here, doing)),
    };
    view! {
        <Head title=here.name up=UP/>
        <div class="column">{who(here, named, doing)}</div>
        {talk(thread, Shown { read, may_write: on, may_withdraw: on, closed, over: None })}
        {dialog}
    }
}

/// Who takes part, and what a member may do with one of several.
fn who(here: Colleagues, named: bool, doing: RwSignal<Option<Doing>>) -> AnyView {
    let count = move || words::chat_members(here.members.with(Vec::len));
    let member = |member: Member| {
        let Member { name, profession, active, own, .. } = member;
        let note = if own {
            words::YOU
        } else if active {
            ""
        } else {
            words::NOT_ACTIVE_ANY_MORE
        };
        view! {
            <li class="line">
                <Icon name="user"/>
                <span class="line-text"><span dir="auto">{name}</span>" "<span class="muted" dir="auto">{profession}</span></span>
                {(!note.is_empty()).then(|| view! { <span class="badge">{note}</span> })}
            </li>
        }
    };
    let rows = move || here.members.get().into_iter().map(member).collect::<Vec<_>>();
    let begin = move |what: Doing| move |_| doing.set(Some(what));
    let (add, rename, leave) = (begin(Doing::Adding), begin(Doing::Renaming), begin(Doing::Leaving));
    let acts = move || {
        (named && here.on.get()).then(|| {
            view! {
                <div class="buttons">
                    <Button icon="plus" press=add>{words::ADD_COLLEAGUE}</Button>
                    <Button press=rename>{words::RENAME_CONVERSATION}</Button>
                    <Button press=leave>{words::LEAVE_CONVERSATION}</Button>
                </div>
            }
        })
    };
    view! {
        <details class="chat-members">
            <summary><Icon name="chevron-right"/>{count}</summary>
            <ul class="lines">{rows}</ul>
            {acts}
        </details>
    }
    .into_any()
}

/// The dialog that adds a colleague.
#[component]
fn Add(thread: Thread, here: Colleagues, doing: RwSignal<Option<Doing>>) -> impl IntoView {
    let form = Form::new("chat-add", "", Vec::new());
    let chosen = RwSignal::new(None::<Found>);
    let close = move || doing.set(None);
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(user) = chosen.get_untracked().and_then(|found| found.id.parse::<UserId>().ok()) else { return };
        form.send(api::group_chat::add(here.id, user), move |()| {
            close();
            thread.catch_up(false);
        });
    };
    let none = Signal::derive(move || chosen.with(Option::is_none));
    let problem = form.problem("user");
    view! {
        <Dialog title=words::ADD_COLLEAGUE id="chat-add" on_close=move |()| close()>
            <form class=form.class() novalidate on:submit=add>
                <div class="dialog-body">
                    <p>{words::ADD_COLLEAGUE_TEXT}</p>
                    {form.notices()}
                    {picker("chat-add-colleague", words::CHAT_FIND_COLLEAGUE, words::NO_COLLEAGUE, true, Box::new(find), chosen)}
                    {move || chosen.get().map(|found| view! {
                        <p role="status">{words::CHOSEN}" "<strong dir="auto">{found.name}</strong></p>
                    })}
                    {move || problem.get().map(|text| view! {
                        <Notice tone=Tone::Danger live=true><p>{text}</p></Notice>
                    })}
                </div>
                <footer class="dialog-foot">
                    <Button press=move |_| close()>{words::CANCEL}</Button>
                    <Button kind=Kind::Main submit=true busy=form.busy disabled=none>{words::ADD_COLLEAGUE}</Button>
                </footer>
            </form>
        </Dialog>
    }
}

/// The dialog that calls it differently.
#[component]
fn Rename(thread: Thread, here: Colleagues, doing: RwSignal<Option<Doing>>) -> impl IntoView {
    let form = Form::new("chat-rename", &here.id.to_string(), vec![("name", here.name.get_untracked())]);
    let close = move || doing.set(None);
    let rename = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = GroupNameForm { name: form.value("name") };
        form.send(api::group_chat::rename(here.id, typed), move |()| {
            form.discard();
            close();
            thread.catch_up(false);
        });
    };
    view! {
        <Dialog title=words::RENAME_CONVERSATION id="chat-rename" on_close=move |()| close()>
            <form class=form.class() novalidate on:submit=rename>
                <div class="dialog-body">
                    {form.notices()}
                    {name_field(form)}
                </div>
                <footer class="dialog-foot">
                    <Button press=move |_| close()>{words::CANCEL}</Button>
                    <Button kind=Kind::Main submit=true busy=form.busy>{words::RENAME_CONVERSATION}</Button>
                </footer>
            </form>
        </Dialog>
    }
}

/// Asks before somebody leaves.
fn leave(desk: Desk, here: Colleagues, doing: RwSignal<Option<Doing>>) -> AnyView {
    let act = move || api::group_chat::leave(here.id);
    let close = move |done: bool| {
        doing.set(None);
        if done {
            desk.toasts.say(words::CONVERSATION_LEFT);
            desk.nav.go(nav::COLLEAGUES);
        }
    };
    view! {
        <Confirm
            title=words::LEAVE_TITLE
            text=words::LEAVE_TEXT
            button=words::LEAVE_CONVERSATION
            danger=true
            act=act
            on_close=close
        />
    }
    .into_any()
}
