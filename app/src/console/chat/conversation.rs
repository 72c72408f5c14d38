//! One conversation with a patient.

use domain::{
    chat::{ConversationPage, Standing, Window},
    ids::ConversationId,
};
use leptos::prelude::*;

use super::thread::{Mark, Shown, Side, Thread, lines, talk};
use crate::{
    api,
    console::{
        desk::use_desk,
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
    let ConversationPage { id, patient, name, standing: at_first, may_write, read, messages, marks } = page;
    let standing = RwSignal::new(at_first);
    let marks = marks.into_iter().map(Mark::from).collect();
    let thread = Thread::new(Side::Patient(id, standing), use_desk(), lines(messages), marks);
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
        {talk(thread, Shown { read, may_write, may_withdraw, closed })}
    }
}
