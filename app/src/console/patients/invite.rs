//! "Invite to the portal": the dialog.

use domain::{
    ids::PatientId,
    invitation::{InviteForm, InviteStart},
    limits,
    template::merge,
};
use leptos::prelude::*;

use crate::{
    api,
    components::{Button, Choice, Dialog, Kind, Notice, Tone, focus_first_field},
    console::{
        desk::use_desk,
        form::{Form, Line},
        load::load,
        words,
    },
};

/// The dialog. `on_close` is told whether an invitation was sent.
#[component]
pub fn Invite(id: PatientId, on_close: impl Fn(bool) + Copy + Send + Sync + 'static) -> impl IntoView {
    let start = load(move || api::invitations::start(id));
    view! {
        <Dialog title=words::INVITE_TO_PORTAL id="invite-title" on_close=move |()| on_close(false)>
            {start.view(5, move |start| view! { <Fields id=id start=start on_close=on_close/> }.into_any())}
        </Dialog>
    }
}

#[component]
fn Fields(id: PatientId, start: InviteStart, on_close: impl Fn(bool) + Copy + Send + Sync + 'static) -> impl IntoView {
    let desk = use_desk();
    let InviteStart { patient, email, link_hours, pending, templates, values } = start;
    let form = Form::new(
        "invite",
        &id.to_string(),
        vec![("email", email), ("email_again", String::new()), ("template", String::new()), ("message", String::new())],
    );
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = InviteForm {
            email: form.value("email"),
            email_again: form.value("email_again"),
            message: form.value("message"),
        };
        let to = typed.email.trim().to_owned();
        form.send(api::invitations::invite(id, typed), move |_| {
            desk.toasts.say(words::invitation_sent(&to));
            on_close(true);
        });
    };
    let give_up = move |_| {
        form.discard();
        on_close(false);
    };

    // Choosing a template fills the message. What was typed by hand is replaced only when the person says so.
    let has_templates = !templates.is_empty();
    let mut choices = vec![Choice::new("", words::NO_TEMPLATE)];
    choices.extend(templates.iter().map(|template| Choice::new(template.id.to_string(), template.name.clone())));
    let templates = StoredValue::new(templates);
    let body_of = move |chosen: &str| {
        templates.with_value(|all| {
            all.iter().find(|template| template.id.to_string() == chosen).map(|template| template.body.clone())
        })
    };
    let (template, message) = (form.field("template"), form.field("message"));
    let filled = StoredValue::new(body_of(&template.get_untracked()).unwrap_or_default());
    let waiting = RwSignal::new(None::<String>);
    let fill = move |body: String| {
        filled.set_value(body.clone());
        message.set(body);
        waiting.set(None);
    };
    Effect::new(move |before: Option<String>| {
        let chosen = template.get();
        if before.is_some_and(|before| before != chosen) {
            let body = body_of(&chosen).unwrap_or_default();
            let by_hand = message.with_untracked(|text| !text.trim().is_empty() && *text != filled.get_value());
            match (by_hand, chosen.is_empty()) {
                (true, true) => waiting.set(None),
                (true, false) => waiting.set(Some(body)),
                (false, _) => fill(body),
            }
        }
        chosen
    });
    let keep = move |_| {
        waiting.set(None);
        template.set(String::new());
    };
    let replace = move || {
        waiting.get().map(|body| {
            view! {
                <Notice tone=Tone::Warn live=true>
                    <p>{words::REPLACE_TYPED}</p>
                    <div class="notice-actions">
                        <Button press=move |_| fill(body.clone())>{words::REPLACE}</Button>
                        <Button kind=Kind::Quiet press=keep>{words::KEEP}</Button>
                    </div>
                </Notice>
            }
        })
    };
    // The server fills the fields in, once; what it will make of them is shown here.
    let reads = move || {
        let text = message.get();
        let read = text.contains("{{").then(|| merge(&text, &values).ok()).flatten();
        read.map(|read| {
            view! {
                <div class="preview">
                    <p class="muted">{words::PREVIEW_FOR}" "<strong dir="auto">{values.patient_full_name.clone()}</strong></p>
                    <div class="preview-text" dir="auto">{read}</div>
                </div>
            }
        })
    };
    Effect::new(move || request_animation_frame(focus_first_field));
    let used = move || message.with(|text| text.chars().count());
    view! {
        <form class=form.class() novalidate on:submit=send>
            <div class="dialog-body">
                {form.notices()}
                <p class="invite-who">{words::INVITE_WHO}" "<strong dir="auto">{patient}</strong>"."</p>
                {pending.then(|| view! { <Notice>{words::PENDING}</Notice> })}
                <div class="fields-pair">
                    {form.text("email", words::PATIENTS_EMAIL, Line::of("email").required())}
                    {form.text("email_again", words::EMAIL_AGAIN, Line::of("email").required())}
                </div>
                {has_templates.then(|| form.select("template", words::TEMPLATE, choices, words::TEMPLATE_HINT))}
                {replace}
                {form.area("message", words::MESSAGE, words::MESSAGE_HINT, false, limits::MESSAGE)}
                <p class="counter" class:counter-near=move || { used() + 100 >= limits::MESSAGE }>
                    {move || words::of_characters(used(), limits::MESSAGE)}
                </p>
                {reads}
                // S3-23
                <Notice tone=Tone::Warn>{words::PHI_WARNING}</Notice>
                <p class="muted">{words::link_lives(link_hours)}</p>
            </div>
            <footer class="dialog-foot">
                <Button press=give_up>{words::CANCEL}</Button>
                <Button kind=Kind::Main icon="send" submit=true busy=form.busy>{words::INVITE}</Button>
            </footer>
        </form>
    }
}
