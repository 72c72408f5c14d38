//! "Invite to the portal": the dialog.

use domain::{
    ids::PatientId,
    invitation::{InviteForm, InviteStart},
    template::merge,
};
use leptos::prelude::*;

use crate::{
    api,
    components::{Button, Dialog, Kind, Notice, Tone, focus_first_field},
    console::{
        desk::use_desk,
        form::{Form, Line},
        load::load,
        message, words,
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

    let typed = form.field("message");
    // The server fills the fields in, once; what it will make of them is shown here.
    let reads = move || {
        let text = typed.get();
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
    view! {
        <form class=form.class() novalidate on:submit=send>
            <div class="dialog-body">
                {form.notices()}
                <p class="invite-who">{words::INVITE_WHO}" "<strong dir="auto">{patient}</strong>"."</p>
                {pending.then(|| view! { <Notice>{words::PENDING}</Notice> })}
                {form.text("email", words::PATIENTS_EMAIL, Line::of("email").required())}
                {form.text("email_again", words::EMAIL_AGAIN, Line::of("email").required())}
                // S3-23: above the message, which may be long.
                <Notice tone=Tone::Warn>{words::PHI_WARNING}</Notice>
                {message::fields(form, templates, words::MESSAGE_HINT)}
                {reads}
                <p class="muted">{words::link_lives(link_hours)}</p>
            </div>
            <footer class="dialog-foot">
                <Button press=give_up>{words::CANCEL}</Button>
                <Button kind=Kind::Main icon="send" submit=true busy=form.busy>{words::INVITE}</Button>
            </footer>
        </form>
    }
}
