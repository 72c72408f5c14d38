//! The card "Messages" on Settings > General: how the group writes to its patients, one row for all its users (S4-09,
//! S4-10).

use domain::{
    limits,
    practice::{MessageForm, MessageSettings},
};
use leptos::prelude::*;

use crate::{
    api,
    components::{Button, Card, Dialog, Kind},
    console::{
        desk::use_desk,
        drafts,
        form::{Form, Line, Values},
        load::{Load, load},
        words,
    },
};

/// The card.
pub fn card() -> AnyView {
    let messages = load(api::settings::messages);
    let editing = RwSignal::new(drafts::was_open("messages:"));
    let there = Memo::new(move |_| messages.value().with(Option::is_some));
    let action: Children = Box::new(move || {
        view! { <Button icon="pencil" name=words::EDIT_MESSAGES press=move |_| editing.set(true)>{words::EDIT}</Button> }
            .into_any()
    });
    view! {
        <Card title=words::MESSAGES id="messages" actions=action>
            <p class="card-subtitle">{words::MESSAGES_TEXT}</p>
            {messages.view(4, |messages| {
                let reply_to = messages.reply_to.as_ref().map(|email| email.as_str()).unwrap_or_default();
                let sender = if messages.sender.is_empty() { words::PRACTICE_NAME } else { messages.sender.as_str() };
                let reminders = match messages.reminders {
                    true => words::before_appointment(messages.reminder_hours),
                    false => words::OFF.to_owned(),
                };
                view! {
                    <dl class="facts">
                        {words::fact(words::SENDER, sender)}
                        {words::fact(words::REPLY_TO, reply_to)}
                        {words::fact(words::MONTHLY_CREDIT, &words::used_of(messages.used, messages.monthly_credit))}
                        {words::fact(words::REMINDERS, &reminders)}
                    </dl>
                }.into_any()
            })}
        </Card>
        {move || (editing.get() && there.get()).then(|| messages.value().get_untracked().map(|start| edit(start, messages, editing)))}
    }
    .into_any()
}

fn shown(messages: MessageSettings) -> (i64, Values) {
    let MessageSettings { sender, reply_to, monthly_credit, reminders, reminder_hours, version, .. } = messages;
    let values = vec![
        ("sender", sender),
        ("reply_to", reply_to.map(|email| email.as_str().to_owned()).unwrap_or_default()),
        ("monthly_credit", monthly_credit.map(|most| most.to_string()).unwrap_or_default()),
        ("reminders", if reminders { "yes".to_owned() } else { String::new() }),
        ("reminder_hours", reminder_hours.to_string()),
    ];
    (version, values)
}

fn edit(start: MessageSettings, messages: Load<MessageSettings>, editing: RwSignal<bool>) -> AnyView {
    let desk = use_desk();
    let (version, start) = shown(start);
    let form = Form::versioned("messages", "", version, start);
    form.follow(|| async { api::settings::messages().await.map(|newer| Some(shown(newer))) });
    // After a look at the newer version the page behind is old.
    let close = move || {
        if form.version() != version {
            messages.again();
        }
        editing.set(false);
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = MessageForm {
            sender: form.value("sender"),
            reply_to: form.value("reply_to"),
            monthly_credit: form.value("monthly_credit"),
            reminders: form.value("reminders"),
            reminder_hours: form.value("reminder_hours"),
        };
        form.send(api::settings::save_messages(form.version(), typed), move |()| {
            desk.toasts.say(words::SETTINGS_SAVED);
            messages.again();
            editing.set(false);
        });
    };
    let give_up = move |_| {
        form.discard();
        close();
    };
    let sender = Line { longest: limits::NAME, ..Line::default() };
    let credit = Line { kind: "text", longest: 7, ..Line::default() };
    view! {
        <Dialog title=words::EDIT_MESSAGES id="messages-title" on_close=move |()| close()>
            <form class=form.class() novalidate on:submit=send>
                <div class="dialog-body">
                    {form.notices()}
                    <p class="muted">{words::FOR_EVERYONE}</p>
                    {form.text("sender", words::SENDER, sender.hint(words::SENDER_HINT))}
                    {form.text("reply_to", words::REPLY_TO, Line::of("email").hint(words::REPLY_TO_HINT))}
                    {form.text("monthly_credit", words::MONTHLY_CREDIT, credit.hint(words::MONTHLY_CREDIT_HINT))}
                    {form.tick("reminders", words::REMINDERS_TICK, "")}
                    {form.text("reminder_hours", words::REMINDER_HOURS, Line::of("text").required().hint(words::REMINDER_HOURS_HINT))}
                </div>
                <footer class="dialog-foot">
                    <Button press=give_up>{words::CANCEL}</Button>
                    <Button kind=Kind::Main submit=true busy=form.busy>{words::SAVE}</Button>
                </footer>
            </form>
        </Dialog>
    }
    .into_any()
}
