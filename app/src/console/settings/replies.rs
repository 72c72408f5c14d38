//! The card "Answers in chat" on Settings > General: what patients are told about when they are answered.

use domain::{
    chat::{Replies, RepliesForm},
    limits,
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
    let replies = load(api::chat::replies);
    let editing = RwSignal::new(drafts::was_open("replies:"));
    let there = Memo::new(move |_| replies.value().with(Option::is_some));
    let action: Children = Box::new(move || {
        view! { <Button icon="pencil" name=words::EDIT_REPLIES press=move |_| editing.set(true)>{words::EDIT}</Button> }
            .into_any()
    });
    view! {
        <Card title=words::REPLIES id="replies" actions=action>
            <p class="card-subtitle">{words::REPLIES_TEXT}</p>
            {replies.view(3, |replies| {
                let within = match replies.promised_hours {
                    0 => words::REPLY_NOT_SAID.to_owned(),
                    hours => words::hours(hours.into()),
                };
                let away = if replies.away.is_empty() { words::OFF } else { &replies.away };
                view! {
                    <dl class="facts">
                        {words::fact(words::REPLY_USUALLY, &within)}
                        {words::fact(words::EMERGENCY_NUMBER, &replies.emergency_number)}
                        {words::fact(words::AWAY, away)}
                    </dl>
                }.into_any()
            })}
        </Card>
        {move || (editing.get() && there.get()).then(|| replies.value().get_untracked().map(|start| edit(start, replies, editing)))}
    }
    .into_any()
}

fn shown(replies: Replies) -> (i64, Values) {
    let Replies { promised_hours, emergency_number, away, version } = replies;
    let hours = if promised_hours == 0 { String::new() } else { promised_hours.to_string() };
    (version, vec![("promised_hours", hours), ("emergency_number", emergency_number), ("away", away)])
}

fn edit(start: Replies, replies: Load<Replies>, editing: RwSignal<bool>) -> AnyView {
    let desk = use_desk();
    let (version, start) = shown(start);
    let form = Form::versioned("replies", "", version, start);
    form.follow(|| async { api::chat::replies().await.map(|newer| Some(shown(newer))) });
    // After a look at the newer version the page behind is old.
    let close = move || {
        if form.version() != version {
            replies.again();
        }
        editing.set(false);
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = RepliesForm {
            promised_hours: form.value("promised_hours"),
            emergency_number: form.value("emergency_number"),
            away: form.value("away"),
        };
        form.send(api::chat::save_replies(form.version(), typed), move |()| {
            desk.toasts.say(words::SETTINGS_SAVED);
            replies.again();
            editing.set(false);
        });
    };
    let give_up = move |_| {
        form.discard();
        close();
    };
    let number = Line { longest: limits::CHAT_EMERGENCY_NUMBER, ..Line::default() };
    view! {
        <Dialog title=words::EDIT_REPLIES id="replies-title" on_close=move |()| close()>
            <form class=form.class() novalidate on:submit=send>
                <div class="dialog-body">
                    {form.notices()}
                    <p class="muted">{words::FOR_EVERYONE}</p>
                    {form.text("promised_hours", words::REPLY_WITHIN, Line::of("text").hint(words::REPLY_WITHIN_HINT))}
                    {form.text("emergency_number", words::EMERGENCY_NUMBER, number.hint(words::EMERGENCY_NUMBER_HINT))}
                    {form.area("away", words::AWAY, words::AWAY_HINT, false, limits::CHAT_AWAY)}
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
