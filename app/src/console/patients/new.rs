//! A new patient.

use domain::patient::DetailsForm;
use leptos::prelude::*;

use super::details;
use crate::{
    api,
    components::{Button, Kind},
    console::{
        desk::use_desk,
        form::Form,
        frame::Head,
        nav::{self, Tab},
        words,
    },
};

/// The form that adds a patient.
#[component]
pub fn NewPatient() -> impl IntoView {
    let desk = use_desk();
    let blank = DetailsForm { gender: "unknown".to_owned(), status: "active".to_owned(), ..DetailsForm::default() };
    let form = Form::new("new-patient", "", details::fields(blank));
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if details::half_typed_date(form) {
            return;
        }
        form.send(api::patients::add(details::typed(form)), move |id| {
            desk.patients_changed();
            desk.toasts.say(words::PATIENT_ADDED);
            desk.nav.go(&nav::patient(id, Tab::Summary));
        });
    };
    let cancel = move |_| {
        form.discard();
        desk.nav.go("/console/patients");
    };
    view! {
        <Head title=words::NEW_PATIENT up=("/console/patients", words::PATIENTS)/>
        <form class=format!("{} column card", form.class()) novalidate on:submit=send>
            <p class="card-text">{words::NEW_PATIENT_TEXT}</p>
            {form.notices()}
            {details::view(form)}
            <div class="form-end">
                <Button kind=Kind::Main submit=true busy=form.busy>{words::ADD_PATIENT}</Button>
                <Button kind=Kind::Quiet press=cancel>{words::CANCEL}</Button>
            </div>
        </form>
    }
}
