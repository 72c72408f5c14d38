//! What a conversation looks like and how it goes on, whoever takes part. Lines are known by their numbers, which have no gaps:
//! whoever asks for those after the last one shown misses none, however often the line to the server broke.

use std::time::Duration;

use domain::{
    chat::{Author, Message, MessageForm, Messages, ReadMark, Sent, Standing, Window},
    group_chat::{Done, GroupNews, Line, Member, Trace},
    ids::{ConversationId, GroupConversationId, MessageId},
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
        desk::Desk,
        form::{Form, Values},
        frame::focus_on_title,
        words,
    },
    error::AppError,
};

/// When a look that did not get through is made again.
const AGAIN: Duration = Duration::from_secs(5);
/// So near to the end of the page somebody reads what comes, in pixels.
const NEAR: f64 = 160.0;

/// With whom, and what changes while one looks on. What differs between the two is asked here.
#[derive(Clone, Copy)]
pub(super) enum Side {
    /// With a patient's portal.
    Patient(WithPatient),
    /// With colleagues.
    Colleagues(Colleagues),
}

/// A conversation with a patient, as it is by now.
#[derive(Clone, Copy)]
pub(super) struct WithPatient {
    /// Which.
    pub id: ConversationId,
    /// Can it go on?
    pub standing: RwSignal<Standing>,
    /// Since when a message waits for an answer.
    pub waits: RwSignal<Option<Time>>,
}

/// A conversation with colleagues, as it is by now.
#[derive(Clone, Copy)]
pub(super) struct Colleagues {
    /// Which.
    pub id: GroupConversationId,
    /// What it is called.
    pub name: RwSignal<String>,
    /// Who takes part.
    pub members: RwSignal<Vec<Member>>,
    /// Is group chat switched on?
    pub on: RwSignal<bool>,
}

impl Colleagues {
    /// Takes what is new, and gives what the thread shows of it.
    fn take(self, news: GroupNews) -> Found {
        let GroupNews { name, lines, members, withdrawn, on } = news;
        let marks = marks(&members);
        if self.name.try_with_untracked(|shown| *shown != name) == Some(true) {
            let _ = self.name.try_set(name);
        }
        let _ = self.members.try_set(members);
        let _ = self.on.try_set(on);
        Found { lines, marks, withdrawn }
    }
}

/// How far the others have read.
pub(super) fn marks(members: &[Member]) -> Vec<Mark> {
    let others = members.iter().filter(|member| !member.own);
    others
        .filter_map(|member| Some(Mark { name: member.name.clone(), number: member.read, at: member.read_at? }))
        .collect()
}

/// Messages as lines.
pub(super) fn lines(messages: Messages) -> Messages<Line> {
    let Messages { rows, earlier, later } = messages;
    Messages { rows: rows.into_iter().map(Line::Message).collect(), earlier, later }
}

/// Somebody who has read, up to a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    /// Who.
    pub name: String,
    /// Up to which line.
    pub number: i64,
    /// When.
    pub at: Time,
}

impl From<ReadMark> for Mark {
    fn from(mark: ReadMark) -> Self {
        Self { name: mark.person.name, number: mark.number, at: mark.at }
    }
}

/// What an answer brings.
struct Found {
    lines: Messages<Line>,
    marks: Vec<Mark>,
    withdrawn: Vec<i64>,
}

impl Side {
    /// Under which name what is typed is kept.
    fn draft(self) -> (&'static str, String) {
        match self {
            Self::Patient(with) => ("chat", with.id.to_string()),
            Self::Colleagues(here) => ("group-chat", here.id.to_string()),
        }
    }

    async fn more(self, window: Window) -> Result<Found, AppError> {
        match self {
            Self::Patient(WithPatient { id, standing, waits }) => {
                let news = api::chat::more(id, window).await?;
                let _ = standing.try_set(news.standing);
                let _ = waits.try_set(news.waits_since);
                let marks = news.marks.into_iter().map(Mark::from).collect();
                Ok(Found { lines: lines(news.messages), marks, withdrawn: news.withdrawn })
            }
            Self::Colleagues(here) => Ok(here.take(api::group_chat::more(here.id, window).await?)),
        }
    }

    async fn send(self, id: MessageId, form: MessageForm) -> Result<Sent, AppError> {
        match self {
            Self::Patient(with) => api::chat::send(with.id, id, form).await,
            Self::Colleagues(here) => api::group_chat::send(here.id, id, form).await,
        }
    }

    async fn withdraw(self, number: i64) -> Result<(), AppError> {
        match self {
            Self::Patient(with) => api::chat::withdraw(with.id, number).await,
            Self::Colleagues(here) => api::group_chat::withdraw(here.id, number).await,
        }
    }

    async fn read(self, number: i64) -> Result<(), AppError> {
        match self {
            Self::Patient(with) => api::chat::read(with.id, number).await,
            Self::Colleagues(here) => api::group_chat::read(here.id, number).await,
        }
    }

    const fn withdraw_text(self) -> &'static str {
        match self {
            Self::Patient(_) => words::CHAT_WITHDRAW_TEXT,
            Self::Colleagues(_) => words::GROUP_CHAT_WITHDRAW_TEXT,
        }
    }
}

/// A message that somebody else wrote.
fn others(line: &Line) -> bool {
    matches!(line, Line::Message(message) if message.author != Author::Own)
}

/// The lines that are shown.
#[derive(Clone, Copy)]
pub(super) struct Thread {
    side: Side,
    desk: Desk,
    /// In the order of their numbers, each once.
    rows: RwSignal<Vec<Line>>,
    earlier: RwSignal<bool>,
    later: RwSignal<bool>,
    /// How far each of the others has read.
    marks: RwSignal<Vec<Mark>>,
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
    pub(super) fn new(side: Side, desk: Desk, lines: Messages<Line>, marks: Vec<Mark>) -> Self {
        Self {
            side,
            desk,
            rows: RwSignal::new(lines.rows),
            earlier: RwSignal::new(lines.earlier),
            later: RwSignal::new(lines.later),
            marks: RwSignal::new(marks),
            busy: RwSignal::new(false),
            came: RwSignal::new(String::new()),
            looking: StoredValue::new(false),
            missed: StoredValue::new(false),
        }
    }

    fn first(self) -> i64 {
        self.rows.with_untracked(|rows| rows.first().map_or(0, Line::number))
    }

    /// None when the page was left.
    pub(super) fn last(self) -> Option<i64> {
        self.rows.try_with_untracked(|rows| rows.last().map_or(0, Line::number))
    }

    fn add(self, window: Window, found: Found) {
        let Found { lines: found, marks, withdrawn } = found;
        let _ = self.marks.try_set(marks);
        self.gone(&withdrawn);
        let _ = match window {
            Window::Before(_) => self.earlier.try_set(found.earlier),
            Window::After(_) | Window::Latest => self.later.try_set(found.later),
        };
        if found.rows.is_empty() {
            return;
        }
        let _ = self.rows.try_update(|all| {
            for row in found.rows {
                match all.binary_search_by_key(&row.number(), Line::number) {
                    Ok(at) => all[at] = row,
                    Err(at) => all.insert(at, row),
                }
            }
        });
    }

    /// These were withdrawn.
    fn gone(self, withdrawn: &[i64]) {
        let gone = |line: &Line| matches!(line, Line::Message(message) if !message.withdrawn && withdrawn.contains(&message.number));
        if self.rows.try_with_untracked(|rows| rows.iter().any(gone)) != Some(true) {
            return;
        }
        let _ = self.rows.try_update(|rows| {
            for row in rows.iter_mut().filter(|row| gone(row)) {
                if let Line::Message(message) = row {
                    message.withdrawn = true;
                    message.body.clear();
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
            let answer = self.side.more(window).await;
            let _ = self.busy.try_set(false);
            match answer {
                Ok(found) => self.add(window, found),
                Err(error) => self.desk.refused(&error),
            }
        });
    }

    /// Shows whatever came after the last message. One look at a time: what happens meanwhile is looked for after it.
    pub(super) fn catch_up(self, by_itself: bool) {
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
            let found = api::refresh(by_itself, self.side.more(window)).await?;
            let (later, any) = (found.lines.later, !found.lines.rows.is_empty());
            let others = found.lines.rows.iter().filter(|row| others(row)).count();
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
            // An answer without lines ends it in any case: asked once more it would say the same.
            if !(later && any) && self.missed.try_get_value() != Some(true) {
                break;
            }
        }
        Ok(())
    }
}

/// How a conversation stands for whoever looks.
pub(super) struct Shown {
    /// How far they had read before.
    pub read: i64,
    /// May they write?
    pub may_write: bool,
    /// May they withdraw what they wrote?
    pub may_withdraw: bool,
    /// Why nothing can be written, while nothing can.
    pub closed: Signal<Option<&'static str>>,
    /// What stands over the field.
    pub over: Option<AnyView>,
}

/// The lines, and under them where one writes.
pub(super) fn talk(thread: Thread, shown: Shown) -> AnyView {
    let Shown { read, may_write, may_withdraw, closed, over } = shown;
    let first_new =
        thread.rows.with_untracked(|rows| rows.iter().find(|row| others(row) && row.number() > read).map(Line::number));
    let written = thread.desk.written();
    Effect::new(move |before: Option<()>| {
        // Whoever reads far back goes on by hand, and nothing runs ahead of them.
        if written.again() && before.is_some() && !thread.later.get_untracked() {
            thread.catch_up(true);
        }
    });
    tell_read(thread, read);
    Effect::new(move || request_animation_frame(move || show_newest(first_new.is_some())));
    let withdrawing = RwSignal::new(None::<i64>);
    let about = About { first_new, may_withdraw, withdrawing, seen: seen(thread) };
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
    let key = |row: &Line| (row.number(), matches!(row, Line::Message(message) if message.withdrawn));
    let draw = move |row: Line| match row {
        Line::Message(row) => message(row, about),
        Line::Trace(row) => trace(row),
    };
    // What is typed stays when it is switched off meanwhile.
    let foot = may_write.then(|| view! { <Composer thread=thread/> });
    let closed = move || closed.get().map(|text| view! { <Notice><p>{text}</p></Notice> });
    view! {
        <div class="column">
            {earlier}
            {move || empty.get().then(|| view! { <p class="muted">{words::CHAT_NO_MESSAGES}</p> })}
            <ol class="chat">
                <For each=rows key=key children=draw/>
            </ol>
            <p class="unseen" role="status">{move || thread.came.get()}</p>
            {later}
            {closed}
            {over}
            {foot}
        </div>
        {move || withdrawing.get().map(|number| withdraw(thread, number, withdrawing))}
    }
    .into_any()
}

/// What a message needs to know of the conversation.
#[derive(Clone, Copy)]
struct About {
    /// The first message that was unread when the page was opened.
    first_new: Option<i64>,
    may_withdraw: bool,
    withdrawing: RwSignal<Option<i64>>,
    seen: Memo<Vec<(i64, Mark)>>,
}

/// Under which message stands who has read: under the last of one's own that they read.
fn seen(thread: Thread) -> Memo<Vec<(i64, Mark)>> {
    Memo::new(move |_| {
        thread.rows.with(|rows| {
            let own = |line: &Line| {
                matches!(line, Line::Message(message) if message.author == Author::Own && !message.withdrawn)
            };
            let under = |mark: &Mark| {
                let mut own = rows.iter().rev().filter(|row| own(row)).map(Line::number);
                own.find(|number| *number <= mark.number).map(|number| (number, mark.clone()))
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
                let (text, at) = (words::chat_read_by(&mark.name), mark.at);
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

/// What somebody did with the conversation.
fn trace(row: Trace) -> AnyView {
    let Trace { by, what, at, .. } = row;
    let text = match what {
        Done::Added(who) => words::chat_added(by.as_deref(), who.as_deref()),
        Done::Left => words::chat_left(by.as_deref()),
        Done::Renamed(name) => words::chat_renamed(by.as_deref(), &name),
    };
    view! { <li class="chat-trace"><span dir="auto">{text}</span>" "<When at=at/></li> }.into_any()
}

/// Asks before a message is withdrawn.
fn withdraw(thread: Thread, number: i64, withdrawing: RwSignal<Option<i64>>) -> AnyView {
    let act = move || thread.side.withdraw(number);
    let close = move |done: bool| {
        withdrawing.set(None);
        if !done {
            return;
        }
        thread.gone(&[number]);
        thread.desk.toasts.say(words::CHAT_IS_WITHDRAWN);
        // The button that had the focus is gone.
        request_animation_frame(focus_on_field);
    };
    view! {
        <Confirm
            title=words::CHAT_WITHDRAW_TITLE
            text=thread.side.withdraw_text()
            button=words::CHAT_WITHDRAW
            danger=true
            act=act
            on_close=close
        />
    }
    .into_any()
}

/// The focus goes to where one writes, or to the title where nobody may.
pub(super) fn focus_on_field() {
    let field = document().query_selector(".chat-write textarea").ok().flatten();
    match field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
        Some(field) => drop(field.focus()),
        None => focus_on_title(),
    }
}

/// Tells the server how far was read, when there is somebody to read: a page in the background shows its messages to
/// nobody.
fn tell_read(thread: Thread, read: i64) {
    let shown = Memo::new(move |_| thread.rows.with(|rows| rows.last().map_or(0, Line::number)));
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
            if api::refresh(true, thread.side.read(number)).await.is_err() {
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
    let (kind, about) = thread.side.draft();
    let form = Form::new(kind, &about, start());
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
        form.send(thread.side.send(id, typed), move |_| {
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
    let (offers, hint) = match thread.side {
        Side::Patient(..) => (None, words::CHAT_MESSAGE_HINT),
        Side::Colleagues(here) => (Some(offers(here, body)), words::GROUP_CHAT_MESSAGE_HINT),
    };
    view! {
        <form class=format!("{} chat-write", form.class()) novalidate on:submit=submit on:keydown=by_key>
            {form.notices()}
            <TextArea
                name="body"
                label=words::CHAT_MESSAGE
                id=form.id("body")
                bind=body
                hint=hint
                error=form.problem("body")
                required=true
                longest=limits::CHAT_MESSAGE
                rows=3
            />
            {offers}
            <div class="buttons">
                <Button kind=Kind::Main submit=true icon="send" busy=form.busy>{words::CHAT_SEND}</Button>
            </div>
        </form>
    }
}

/// The most members that are offered.
const OFFERED: usize = 6;

/// Whoever types `@` at the end is offered the members whose names go on as it does.
fn offers(here: Colleagues, body: RwSignal<String>) -> AnyView {
    let fitting = Memo::new(move |_| {
        let typed = body.get();
        let Some((before, begun)) = typed.rsplit_once('@') else { return Vec::new() };
        // What stands in the middle of a word is an address.
        if before.ends_with(char::is_alphanumeric) {
            return Vec::new();
        }
        let begun = begun.to_lowercase();
        here.members.with(|members| {
            let others = members.iter().filter(|member| !member.own && member.active);
            let fits = others
                .filter(|member| member.name.to_lowercase().starts_with(&begun) && begun.len() < member.name.len());
            fits.take(OFFERED).map(|member| member.name.clone()).collect()
        })
    });
    let buttons = move || {
        let offer = |name: String| {
            let text = format!("@{name}");
            let press = move |_| {
                body.update(|typed| {
                    typed.truncate(typed.rfind('@').unwrap_or(typed.len()));
                    typed.push('@');
                    typed.push_str(&name);
                    typed.push(' ');
                });
                focus_on_field();
            };
            view! { <Button press=press>{text}</Button> }
        };
        let names = fitting.get();
        (!names.is_empty()).then(|| {
            let buttons: Vec<_> = names.into_iter().map(offer).collect();
            view! { <div class="chat-offers" role="group" aria-label=words::CHAT_MENTION>{buttons}</div> }
        })
    };
    buttons.into_any()
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
