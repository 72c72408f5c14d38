//! One conversation with a patient.

use domain::{
    chat::{ConversationPage, Standing, Window},
    ids::ConversationId,
};
use leptos::{prelude::*, task::spawn_local};

use super::thread::{Mark, Shown, Side, Thread, WithPatient, focus_on_field, lines, talk};
use crate::{
    api,
    components::{Button, Kind, When},
    console::{
        desk::{Desk, use_desk},
        frame::Head,
        load::load,
        nav::{self, Tab},
        words,
    },
};

/// One level up.
const UP: (&str, &str) = (nav::CHAT, words::CHAT);

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

/// The conversation, once it is there.
#[component]
fn Talk(page: ConversationPage) -> impl IntoView {
    let ConversationPage { id, patient, name, standing: at_first, may_write, read, messages, marks, waits_since } =
        page;
    let (desk, standing) = (use_desk(), RwSignal::new(at_first));
    let with = WithPatient { id, standing, waits: RwSignal::new(waits_since) };
    let marks = marks.into_iter().map(Mark::from).collect();
    let thread = Thread::new(Side::Patient(with), desk, lines(messages), marks);
    let closed = Signal::derive(move || {
        let standing = standing.get();
        (!may_write || standing != Standing::Open).then(|| words::chat_closed(standing))
    });
    // The server refuses it where nothing may be written, but for a want of readers.
    let may_withdraw = may_write || at_first == Standing::NotInPortal;
    let under: Children = Box::new(move || {
        let to = nav::patient(patient, Tab::Summary);
        view! { <a class="chat-profile" href=to>{words::CHAT_TO_PROFILE}</a> }.into_any()
    });
    view! {
        <Head title=name up=UP under=under/>
        {talk(thread, Shown { read, may_write, may_withdraw, closed, over: may_write.then(|| waiting(with, thread, desk)) })}
    }
}

/// That somebody of the portal waits for an answer, and that none need be written.
fn waiting(with: WithPatient, thread: Thread, desk: Desk) -> AnyView {
    let busy = RwSignal::new(false);
    let settle = move |_| {
        // What comes at this moment was not meant.
        let Some(last) = thread.last().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        spawn_local(async move {
            let answer = api::chat::settle(with.id, last).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(()) => {
                    let _ = with.waits.try_set(None);
                    desk.toasts.say(words::CHAT_SETTLED);
                    // The button that had the focus is gone.
                    request_animation_frame(focus_on_field);
                }
                Err(error) => desk.refused(&error),
            }
        });
    };
    let bar = move || {
        with.waits.get().map(|since| {
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
