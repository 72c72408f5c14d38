//! One conversation. Messages are known by their numbers, which have no gaps: whoever asks for those after the last one
//! shown misses none, however often the line to the server broke.

use std::time::Duration;

use domain::{
    chat::{Author, ConversationPage, Message, MessageForm, Messages, News, ReadMark, Standing, Window},
    ids::{ConversationId, MessageId},
    limits,
    time::Time,
};
use leptos::{ev, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::VisibilityState;

use crate::{
    api,
    components::{Button, Kind, Notice, TextArea, When},
    console::{
        confirm::Confirm,
        desk::{Desk, use_desk},
        form::{Form, Values},
        frame::{Head, focus_on_title},
        load::load,
        nav::{self, Tab},
        words,
    },
    error::AppError,
};

/// One level up.
const UP: (&str, &str) = (super::LIST, words::CHAT);
/// When a look that did not get through is made again.
const AGAIN: Duration = Duration::from_secs(5);
/// So near to the end of the page somebody reads what comes, in pixels.
const NEAR: f64 = 160.0;

/// The page.
#[component]
pub fn Conversation(id: ConversationId) -> impl IntoView {
    // Asked once: what comes after it is added, and nothing that is being written is drawn anew.
    let page = load(move || api::chat::open(id, Window::Latest));
    view! {
        {page.title(UP)}
        {page.view(6, |page| view! { <Talk page=page/> }.into_any())}
    }
}

/// The messages that are shown.
#[derive(Clone, Copy)]
struct Thread {
    id: ConversationId,
    desk: Desk,
    /// In the order of their numbers, each once.
    rows: RwSignal<Vec<Message>>,
    earlier: RwSignal<bool>,
    later: RwSignal<bool>,
    /// How far each person of the portal has read.
    marks: RwSignal<Vec<ReadMark>>,
    /// Can it go on?
    standing: RwSignal<Standing>,
    /// Since when a message waits for an answer.
    waits: RwSignal<Option<Time>>,
    /// More of them was asked for by hand.
    busy: RwSignal<bool>,
    /// What just came, read out.
    came: RwSignal<String>,
    /// A look for new ones is under way.
    looking: StoredValue<bool>,
    /// Something happened since that look began.
    missed: StoredValue<bool>,
}

impl Thread {
    /// Takes from the page what is shown and may change.
    fn new(desk: Desk, page: ConversationPage) -> Self {
        let ConversationPage { id, messages, marks, standing, waits_since, .. } = page;
        Self {
            id,
            desk,
            rows: RwSignal::new(messages.rows),
            earlier: RwSignal::new(messages.earlier),
            later: RwSignal::new(messages.later),
            marks: RwSignal::new(marks),
            standing: RwSignal::new(standing),
            waits: RwSignal::new(waits_since),
            busy: RwSignal::new(false),
            came: RwSignal::new(String::new()),
            looking: StoredValue::new(false),
            missed: StoredValue::new(false),
        }
    }

    fn first(self) -> i64 {
        self.rows.with_untracked(|rows| rows.first().map_or(0, |row| row.number))
    }

    /// None when the page was left.
    fn last(self) -> Option<i64> {
        self.rows.try_with_untracked(|rows| rows.last().map_or(0, |row| row.number))
    }

    fn add(self, window: Window, news: News) {
        let News { messages: found, marks, withdrawn, standing, waits_since } = news;
        let _ = self.waits.try_set(waits_since);
        let _ = self.marks.try_set(marks);
        let _ = self.standing.try_set(standing);
        let gone = |row: &Message| !row.withdrawn && withdrawn.contains(&row.number);
        if self.rows.try_with_untracked(|rows| rows.iter().any(gone)) == Some(true) {
            let _ = self.rows.try_update(|rows| {
                for row in rows.iter_mut().filter(|row| gone(row)) {
                    row.withdrawn = true;
                    row.body.clear();
                }
            });
        }
        let _ = match window {
            Window::Before(_) => self.earlier.try_set(found.earlier),
            Window::After(_) | Window::Latest => self.later.try_set(found.later),
        };
        if found.rows.is_empty() {
            return;
        }
        let _ = self.rows.try_update(|all| {
            for row in found.rows {
                match all.binary_search_by_key(&row.number, |shown| shown.number) {
                    Ok(at) => all[at] = row,
                    Err(at) => all.insert(at, row),
                }
            }
        });
    }

    /// Shows more of them because somebody asks for it.
    fn show(self, window: Window) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            let answer = api::chat::more(self.id, window).await;
            let _ = self.busy.try_set(false);
            match answer {
                Ok(found) => self.add(window, found),
                Err(error) => self.desk.refused(&error),
            }
        });
    }

    /// Shows whatever came after the last message. One look at a time: what happens meanwhile is looked for after it.
    fn catch_up(self, by_itself: bool) {
        match self.looking.try_get_value() {
            Some(false) => {}
            Some(true) => {
                let _ = self.missed.try_set_value(true);
                return;
            }
            None => return,
        }
        self.looking.set_value(true);
        spawn_local(async move {
            let answer = self.look(by_itself).await;
            let _ = self.looking.try_set_value(false);
            match answer {
                Ok(()) => {}
                Err(AppError::NotSignedIn) if by_itself => self.desk.end(),
                Err(AppError::Offline | AppError::Unavailable) => {
                    set_timeout(move || self.catch_up(by_itself), AGAIN);
                }
                Err(error) => self.desk.failed(&error),
            }
        });
    }

    async fn look(self, by_itself: bool) -> Result<(), AppError> {
        while let Some(last) = self.last() {
            let _ = self.missed.try_set_value(false);
            let window = Window::After(last);
            let found = api::refresh(by_itself, api::chat::more(self.id, window)).await?;
            let (later, any) = (found.messages.later, !found.messages.rows.is_empty());
            let others = found.messages.rows.iter().filter(|row| row.author != Author::Own).count();
            let follow = any && (!by_itself || is_at_end());
            self.add(window, found);
            if others > 0 {
                // Said anew, though the words may be the same.
                let _ = self.came.try_set(String::new());
                set_timeout(move || drop(self.came.try_set(words::chat_came(others))), Duration::from_millis(50));
            }
            if follow {
                go_to_end();
            }
            // An answer without messages ends it in any case: asked once more it would say the same.
            if !(later && any) && self.missed.try_get_value() != Some(true) {
                break;
            }
        }
        Ok(())
    }
}

/// The conversation, once it is there.
#[component]
fn Talk(page: ConversationPage) -> impl IntoView {
    let desk = use_desk();
    let ConversationPage { patient, standing, may_write, read, .. } = page;
    let name = page.name.clone();
    let mut others = page.messages.rows.iter().filter(|row| row.author != Author::Own);
    let first_new = others.find(|row| row.number > read).map(|row| row.number);
    let thread = Thread::new(desk, page);
    let written = desk.written();
    Effect::new(move |before: Option<()>| {
        // Whoever reads far back goes on by hand, and nothing runs ahead of them.
        if written.again() && before.is_some() && !thread.later.get_untracked() {
            thread.catch_up(true);
        }
    });
    tell_read(thread, read);
    Effect::new(move || request_animation_frame(move || show_newest(first_new.is_some())));
    let withdrawing = RwSignal::new(None::<i64>);
    let about = About {
        first_new,
        // The server refuses it where nothing may be written, but for a want of readers.
        may_withdraw: may_write || standing == Standing::NotInPortal,
        withdrawing,
        seen: seen(thread),
    };
    let under: Children = Box::new(move || {
        let to = nav::patient(patient, Tab::Summary);
        view! { <a class="chat-profile" href=to>{words::CHAT_TO_PROFILE}</a> }.into_any()
    });
    let earlier = move || {
        thread.earlier.get().then(|| {
            let press = move |_| thread.show(Window::Before(thread.first()));
            view! { <div class="more"><Button busy=thread.busy press=press>{words::CHAT_EARLIER}</Button></div> }
        })
    };
    let later = move || {
        thread.later.get().then(|| {
            let press = move |_| thread.show(Window::After(thread.last().unwrap_or_default()));
            view! { <div class="more"><Button busy=thread.busy press=press>{words::CHAT_LATER}</Button></div> }
        })
    };
    let empty = Memo::new(move |_| thread.rows.with(Vec::is_empty));
    let rows = move || thread.rows.get();
    let key = |row: &Message| (row.number, row.withdrawn);
    let draw = move |row: Message| message(row, about);
    // What is typed stays when it is switched off meanwhile.
    let foot = may_write.then(|| view! { <Composer thread=thread/> });
    let closed = move || {
        let standing = thread.standing.get();
        (!may_write || standing != Standing::Open)
            .then(|| view! { <Notice><p>{words::chat_closed(standing)}</p></Notice> })
    };
    view! {
        <Head title=name up=UP under=under/>
        <div class="column">
            {earlier}
            {move || empty.get().then(|| view! { <p class="muted">{words::CHAT_NO_MESSAGES}</p> })}
            <ol class="chat">
                <For each=rows key=key children=draw/>
            </ol>
            <p class="unseen" role="status">{move || thread.came.get()}</p>
            {later}
            {closed}
            {may_write.then(|| waiting(thread))}
            {foot}
        </div>
        {move || withdrawing.get().map(|number| withdraw(thread, number, withdrawing))}
    }
}

/// That somebody of the portal waits for an answer, and that none need be written.
fn waiting(thread: Thread) -> AnyView {
    let busy = RwSignal::new(false);
    let settle = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = api::chat::settle(thread.id).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(()) => {
                    let _ = thread.waits.try_set(None);
                    thread.desk.toasts.say(words::CHAT_SETTLED);
                    // The button that had the focus is gone.
                    request_animation_frame(focus_on_field);
                }
                Err(error) => thread.desk.refused(&error),
            }
        });
    };
    let bar = move || {
        thread.waits.get().map(|since| {
            view! {
                <div class="chat-waiting">
                    <p>{words::CHAT_WAITS}" "<When at=since/></p>
                    <Button kind=Kind::Quiet icon="check" busy=busy press=settle>{words::CHAT_SETTLE}</Button>
                </div>
            }
        })
    };
    view! { {bar} }.into_any()
}

/// What a message needs to know of the conversation.
#[derive(Clone, Copy)]
struct About {
    /// The first message that was unread when the page was opened.
    first_new: Option<i64>,
    may_withdraw: bool,
    withdrawing: RwSignal<Option<i64>>,
    seen: Memo<Vec<(i64, ReadMark)>>,
}

/// Under which message stands who has read: under the last of one's own that they read.
fn seen(thread: Thread) -> Memo<Vec<(i64, ReadMark)>> {
    Memo::new(move |_| {
        thread.rows.with(|rows| {
            let under = |mark: &ReadMark| {
                let mut own = rows.iter().rev().filter(|row| row.author == Author::Own && !row.withdrawn);
                own.find(|row| row.number <= mark.number).map(|row| (row.number, mark.clone()))
            };
            thread.marks.with(|marks| marks.iter().filter_map(under).collect())
        })
    })
}

/// One message, and before the first unread one a line that says so.
fn message(row: Message, about: About) -> AnyView {
    let Message { number, author, body, sent_at, withdrawn, automatic, .. } = row;
    let own = author == Author::Own;
    let class = if own { "chat-message is-own" } else { "chat-message" };
    let (name, who) = words::chat_author(author);
    let text = if withdrawn {
        view! { <p class="chat-gone">{words::CHAT_WITHDRAWN}</p> }.into_any()
    } else {
        view! { <p class="chat-text" dir="auto">{body}</p> }.into_any()
    };
    let take_back = (own && !withdrawn && about.may_withdraw).then(|| {
        let press = move |_| about.withdrawing.set(Some(number));
        view! { <Button kind=Kind::Quiet press=press>{words::CHAT_WITHDRAW}</Button> }
    });
    let read_by = move || {
        about.seen.with(|seen| {
            let here = seen.iter().filter(|(under, _)| *under == number);
            here.map(|(_, mark)| {
                let (text, at) = (words::chat_read_by(&mark.person), mark.at);
                view! { <span><span dir="auto">{text}</span>" "<When at=at/></span> }
            })
            .collect_view()
        })
    };
    let separator = (about.first_new == Some(number))
        .then(|| view! { <li class="chat-new" id="chat-new"><span>{words::CHAT_NEW}</span></li> });
    view! {
        {separator}
        <li class=class>
            <p class="chat-by">
                <b dir="auto">{name}</b>
                {(!who.is_empty()).then(|| view! { " ("<span dir="auto">{who}</span>")" })}
                " "<When at=sent_at/>
                {automatic.then(|| view! { " "<span>{words::CHAT_AUTOMATIC}</span> })}
            </p>
            {text}
            {own.then(|| view! { <div class="chat-foot">{read_by}{take_back}</div> })}
        </li>
    }
    .into_any()
}

/// Asks before a message is withdrawn.
fn withdraw(thread: Thread, number: i64, withdrawing: RwSignal<Option<i64>>) -> AnyView {
    let act = move || api::chat::withdraw(thread.id, number);
    let close = move |done: bool| {
        withdrawing.set(None);
        if !done {
            return;
        }
        thread.rows.update(|rows| {
            if let Some(row) = rows.iter_mut().find(|row| row.number == number) {
                row.withdrawn = true;
                row.body.clear();
            }
        });
        thread.desk.toasts.say(words::CHAT_IS_WITHDRAWN);
        // The button that had the focus is gone.
        request_animation_frame(focus_on_field);
    };
    view! {
        <Confirm
            title=words::CHAT_WITHDRAW_TITLE
            text=words::CHAT_WITHDRAW_TEXT
            button=words::CHAT_WITHDRAW
            danger=true
            act=act
            on_close=close
        />
    }
    .into_any()
}

/// The focus goes to where one writes, or to the title where nobody may.
fn focus_on_field() {
    let field = document().get_element_by_id("chat-body");
    match field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
        Some(field) => drop(field.focus()),
        None => focus_on_title(),
    }
}

/// Tells the server how far was read, when there is somebody to read: a page in the background shows its messages to
/// nobody.
fn tell_read(thread: Thread, read: i64) {
    let shown = Memo::new(move |_| thread.rows.with(|rows| rows.last().map_or(0, |row| row.number)));
    let visible = RwSignal::new(is_visible());
    let listener = window_event_listener(ev::Custom::<web_sys::Event>::new("visibilitychange"), move |_| {
        let _ = visible.try_set(is_visible());
    });
    on_cleanup(move || listener.remove());
    let told = StoredValue::new(read);
    Effect::new(move || {
        let number = shown.get();
        let before = told.get_value();
        if !visible.get() || number <= before {
            return;
        }
        told.set_value(number);
        spawn_local(async move {
            if api::refresh(true, api::chat::read(thread.id, number)).await.is_err() {
                // The next message, or the next look at this page, tells it again.
                let _ = told.try_update_value(|told| {
                    if *told == number {
                        *told = before;
                    }
                });
            }
        });
    });
}

fn start() -> Values {
    vec![("body", String::new()), ("message", String::new())]
}

/// Where a message is written. What is typed is kept as in every form, and with it the id under which it was sent: after
/// a failure nobody knows whether the server has it, and the same id again is the same message, after a reload as well.
#[component]
fn Composer(thread: Thread) -> impl IntoView {
    let form = Form::new("chat", &thread.id.to_string(), start());
    let (body, message) = (form.field("body"), form.field("message"));
    // Another text is another message.
    Effect::new(move |before: Option<String>| {
        let now = body.get();
        if before.is_some_and(|before| before != now) && message.with_untracked(|id| !id.is_empty()) {
            message.set(String::new());
        }
        now
    });
    let send = move || {
        if form.busy.get_untracked() {
            return;
        }
        let known = message.with_untracked(|id| id.parse::<MessageId>().ok());
        let Some(id) = known.or_else(new_id) else {
            form.error.set(Some(AppError::Unavailable));
            return;
        };
        message.set(id.to_string());
        let sent = body.get_untracked();
        let typed = MessageForm { body: sent.clone() };
        form.send(api::chat::send(thread.id, id, typed), move |_| {
            // Whoever went on typing keeps what came after.
            let now = body.get_untracked();
            let rest = now.strip_prefix(sent.as_str()).map_or(now.as_str(), str::trim_start).to_owned();
            body.set(rest);
            message.set(String::new());
            form.goes_on_from(0, start());
            // The button that was pressed could not keep the focus while it was busy.
            focus_on_field();
            thread.catch_up(false);
        });
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        send();
    };
    let by_key = move |event: ev::KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            send();
        }
    };
    view! {
        <form class=format!("{} chat-write", form.class()) novalidate on:submit=submit on:keydown=by_key>
            {form.notices()}
            <TextArea
                name="body"
                label=words::CHAT_MESSAGE
                id=form.id("body")
                bind=body
                hint=words::CHAT_MESSAGE_HINT
                error=form.problem("body")
                required=true
                longest=limits::CHAT_MESSAGE
                rows=3
            />
            <div class="buttons">
                <Button kind=Kind::Main submit=true icon="send" busy=form.busy>{words::CHAT_SEND}</Button>
            </div>
        </form>
    }
}

/// A new id, by the browser's own chance: `randomUUID` is not there on a plain connection, this is.
fn new_id() -> Option<MessageId> {
    let crypto = js_sys::Reflect::get(&js_sys::global(), &"crypto".into()).ok()?;
    let fill = js_sys::Reflect::get(&crypto, &"getRandomValues".into()).ok()?;
    let random = js_sys::Uint8Array::new_with_length(16);
    fill.dyn_into::<js_sys::Function>().ok()?.call1(&crypto, &random).ok()?;
    let mut bytes = [0_u8; 16];
    random.copy_to(&mut bytes);
    format!("{}_{:032x}", MessageId::PREFIX, u128::from_be_bytes(bytes)).parse().ok()
}

fn is_visible() -> bool {
    document().visibility_state() == VisibilityState::Visible
}

/// Does the page show its end?
fn is_at_end() -> bool {
    document().document_element().is_none_or(|page| {
        let most = f64::from(page.scroll_height() - page.client_height());
        most - window().scroll_y().unwrap_or_default() < NEAR
    })
}

fn go_to_end() {
    request_animation_frame(|| {
        if let Some(page) = document().document_element() {
            window().scroll_to_with_x_and_y(0.0, f64::from(page.scroll_height()));
        }
    });
}

/// A conversation opens where it goes on: at what is new, else at its end.
fn show_newest(any_new: bool) {
    match document().get_element_by_id("chat-new").filter(|_| any_new) {
        Some(line) => line.scroll_into_view(),
        None => go_to_end(),
    }
}
