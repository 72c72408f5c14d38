//! "Invite to the portal": the dialog, for the patient, a contact (S3-28) or somebody else (S3-34).

use domain::{
    grant::TermsForm,
    ids::PatientId,
    invitation::{InviteForm, InviteStart, Whom},
    limits,
    patient::Contact,
    template::merge,
};
use leptos::prelude::*;

use super::terms;
use crate::{
    api,
    components::{Button, Choice, Dialog, Kind, Notice, Tone, focus_first_field},
    console::{
        desk::use_desk,
        form::{Form, Line},
        load::load,
        message, words,
    },
};

/// Who is to be invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The patient.
    Patient,
    /// A contact, at the address on the record.
    Contact(Contact),
    /// Somebody else; what is known of them stands in the fields already.
    Other {
        /// Their name.
        name: String,
        /// What they are to the patient.
        relationship: String,
        /// Their address.
        email: String,
    },
}

impl Target {
    /// Somebody of whom nothing is known yet.
    pub const NOBODY: Self = Self::Other { name: String::new(), relationship: String::new(), email: String::new() };

    /// What the draft of the dialog is kept under.
    #[must_use]
    pub fn key(&self, patient: PatientId) -> String {
        match self {
            Self::Patient => patient.to_string(),
            Self::Contact(contact) => format!("{patient}/{}", contact.id),
            Self::Other { email, .. } => format!("{patient}/{email}"),
        }
    }

    fn whom(&self) -> Whom {
        match self {
            Self::Patient => Whom::Patient,
            Self::Contact(contact) => Whom::Contact(contact.id),
            Self::Other { .. } => Whom::Other,
        }
    }
}

/// The dialog. `on_close` is told whether an invitation was sent.
#[component]
pub fn Invite(id: PatientId, target: Target, on_close: impl Fn(bool) + Copy + Send + Sync + 'static) -> impl IntoView {
    let start = load(move || api::invitations::start(id));
    let title = match target {
        Target::Patient | Target::Contact(_) => words::INVITE_TO_PORTAL,
        Target::Other { .. } => words::ADD_PORTAL_USER,
    };
    view! {
        <Dialog title=title id="invite-title" on_close=move |()| on_close(false)>
            {start.view(5, move |start| view! { <Fields id=id target=target.clone() start=start on_close=on_close/> }.into_any())}
        </Dialog>
    }
}

#[component]
fn Fields(
    id: PatientId,
    target: Target,
    start: InviteStart,
    on_close: impl Fn(bool) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let desk = use_desk();
    let InviteStart { patient, email, link_hours, pending, templates, values, forms, steps_down_on, grown_up_on } =
        start;
    let (name, relationship, address) = match &target {
        Target::Patient => (String::new(), String::new(), email),
        Target::Contact(contact) => {
            let email = contact.details.email.as_ref().map(|email| email.as_str().to_owned());
            (contact.details.name.clone(), contact.details.relationship.clone(), email.unwrap_or_default())
        }
        Target::Other { name, relationship, email } => (name.clone(), relationship.clone(), email.clone()),
    };
    let mut first = vec![
        ("name", name.clone()),
        ("relationship", relationship.clone()),
        ("email", address.clone()),
        ("email_again", String::new()),
        ("confirmed", String::new()),
        ("template", String::new()),
        ("message", String::new()),
        ("forms", String::new()),
        ("forms_message", String::new()),
    ];
    first.extend(terms::fresh());
    let form = Form::new("invite", &target.key(id), first);
    let whom = target.whom();
    let contacts_address = matches!(whom, Whom::Contact(_)).then(|| address.clone());
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = InviteForm {
            whom,
            name: form.value("name"),
            relationship: form.value("relationship"),
            email: contacts_address.clone().unwrap_or_else(|| form.value("email")),
            email_again: form.value("email_again"),
            confirmed: form.value("confirmed"),
            terms: if whom == Whom::Patient { TermsForm::default() } else { terms::typed(form) },
            message: form.value("message"),
            forms: form.value("forms").split(' ').filter_map(|id| id.parse().ok()).collect(),
            forms_message: form.value("forms_message"),
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
    let who = match &target {
        Target::Patient => {
            view! { <p class="invite-who">{words::INVITE_WHO}" "<strong dir="auto">{patient}</strong>"."</p> }
                .into_any()
        }
        Target::Contact(_) => view! {
            <p class="invite-who">
                {words::INVITE_WHO}" "<strong dir="auto">{name}</strong>" ("<span dir="auto">{relationship}</span>") "
                {words::INVITE_TO_RECORD_OF}" "<strong dir="auto">{patient}</strong>"."
            </p>
        }
        .into_any(),
        Target::Other { .. } => view! {
            <p class="invite-who">{words::INVITE_SOMEBODY_TO}" "<strong dir="auto">{patient}</strong>"."</p>
        }
        .into_any(),
    };
    let address = match &target {
        Target::Patient => addresses(form, words::PATIENTS_EMAIL),
        // S3-27: the address on the record is looked at, not typed; a wrong one is mended on the record.
        Target::Contact(_) => view! {
            <div class="invite-address">
                <p class="muted">{words::INVITATION_GOES_TO}</p>
                <p class="invite-email">{address}</p>
                {form.ticks("confirmed", words::CHECK_ADDRESS, vec![Choice::new("yes", words::ADDRESS_IS_RIGHT)])}
            </div>
        }
        .into_any(),
        Target::Other { .. } => view! {
            <div class="fields-pair">
                {form.text("name", words::NAME, Line { longest: limits::NAME, ..Line::default() }.required())}
                {form.text("relationship", words::RELATIONSHIP, Line { longest: limits::RELATIONSHIP, ..Line::default() }.hint(words::RELATIONSHIP_HINT))}
            </div>
            {addresses(form, words::EMAIL)}
        }
        .into_any(),
    };
    let how_far = (whom != Whom::Patient).then(|| terms::fields(form, steps_down_on, grown_up_on));
    let pending = pending && whom == Whom::Patient;
    let button = if matches!(whom, Whom::Patient) {
        words::INVITE
    } else if matches!(whom, Whom::Contact(_)) {
        words::INVITE_CONTACT
    } else {
        words::SAVE_PORTAL_USER
    };
    // S3-29, S3-30, S3-31
    let choices: Vec<_> = forms.into_iter().map(|one| Choice::new(one.id.to_string(), one.title)).collect();
    let ticked = form.field("forms");
    let intake = (!choices.is_empty()).then(move || {
        view! {
            {form.ticks("forms", words::INTAKE_FORMS, choices)}
            {move || ticked.with(|all| !all.trim().is_empty()).then(|| {
                form.area("forms_message", words::INTAKE_FORMS_MESSAGE, words::INTAKE_FORMS_MESSAGE_HINT, false, limits::MESSAGE)
            })}
        }
    });
    Effect::new(move || request_animation_frame(focus_first_field));
    view! {
        <form class=form.class() novalidate on:submit=send>
            <div class="dialog-body">
                {form.notices()}
                {who}
                // S3-23, S3-36
                <Notice tone=Tone::Warn>{words::PHI_WARNING}</Notice>
                {pending.then(|| view! { <Notice>{words::PENDING}</Notice> })}
                {address}
                {how_far}
                {message::fields(form, templates, words::MESSAGE_HINT)}
                {reads}
                {intake}
                <p class="muted">{words::link_lives(link_hours)}</p>
            </div>
            <footer class="dialog-foot">
                <Button press=give_up>{words::CANCEL}</Button>
                <Button kind=Kind::Main icon="send" submit=true busy=form.busy>{button}</Button>
            </footer>
        </form>
    }
}

fn addresses(form: Form, label: &'static str) -> AnyView {
    view! {
        {form.text("email", label, Line::of("email").required())}
        {form.text("email_again", words::EMAIL_AGAIN, Line::of("email").required())}
    }
    .into_any()
}
