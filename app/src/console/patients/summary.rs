//! What the record says, and changing it.

use domain::{
    ids::PatientId,
    patient::{Details, DetailsForm, Profile},
};
use leptos::prelude::*;

use super::{background::BackgroundCards, details};
use crate::{
    api,
    components::{Button, Card, Dialog, Empty, Kind},
    console::{desk::use_desk, drafts, form::Form, load::Load, words},
};

/// The Summary tab.
#[component]
pub fn Summary(id: PatientId, profile: Load<Profile>, may_edit: bool) -> impl IntoView {
    let record = profile.value();
    let names_hidden = use_desk().start().may.names_hidden;
    let editing = RwSignal::new(may_edit && drafts::was_open(&format!("patient:{id}")));
    view! {
        {move || record.get().map(|record| match record.details.clone() {
            Some(details) => view! { <Facts record=record details=details editing=editing/> }.into_any(),
            None => view! { <Empty title=words::NAMES_HIDDEN><p>{words::NAMES_HIDDEN_TEXT}</p></Empty> }.into_any(),
        })}
        {(!names_hidden).then(|| view! { <BackgroundCards id=id profile=profile may_edit=may_edit/> })}
        {move || editing.get().then(|| view! { <Edit id=id profile=profile on_close=move || editing.set(false)/> })}
    }
}

#[component]
fn Facts(record: Profile, details: Details, editing: RwSignal<bool>) -> impl IntoView {
    let desk = use_desk();
    let may_edit = record.may.edit;
    let born = details.birth_date.map(|date| match record.age {
        Some(age) => format!("{} ({})", date.long(), words::age(age)),
        None => date.long(),
    });
    let edit: Children = Box::new(move || {
        may_edit
            .then(|| view! { <Button icon="pencil" press=move |_| editing.set(true)>{words::EDIT}</Button> })
            .into_any()
    });
    let mail = details.email.as_ref().map(|email| email.as_str().to_owned());
    view! {
        <div class="cards">
            <Card title=words::ABOUT_PATIENT id="about-patient" actions=edit>
                <dl class="facts">
                    {words::fact(words::LEGAL_NAME, format!("{} {}", details.name.legal_first, details.name.legal_last).trim())}
                    {words::fact(words::PREFERRED, &details.name.preferred)}
                    {words::fact(words::BIRTH_DATE, &born.unwrap_or_default())}
                    {words::fact(words::GENDER, words::gender(details.gender))}
                    {words::fact(words::STATUS, words::status(details.status))}
                    {words::fact(words::ADDED, &desk.clock.full(record.added_at))}
                </dl>
            </Card>
            <Card title=words::HOW_TO_REACH id="how-to-reach">
                <dl class="facts">
                    {words::linked_fact(words::EMAIL, mail.unwrap_or_default(), "mailto:")}
                    {words::linked_fact(words::MOBILE, details.mobile, "tel:")}
                    {words::linked_fact(words::OTHER_PHONE, details.phone, "tel:")}
                    {words::fact(words::ADDRESS, &details.address.shown())}
                </dl>
            </Card>
        </div>
    }
}

/// The dialog that changes the record.
#[component]
fn Edit(id: PatientId, profile: Load<Profile>, on_close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let desk = use_desk();
    let shown = move |record: &Profile| {
        let typed = record.details.as_ref().map(DetailsForm::of).unwrap_or_default();
        (record.version, details::fields(typed))
    };
    let (version, start) = profile.value().with_untracked(|record| record.as_ref().map(shown)).unwrap_or_default();
    let form = Form::versioned("patient", &id.to_string(), version, start);
    form.follow(move || async move { api::patients::profile(id).await.map(|record| Some(shown(&record))) });
    // After a look at the newer version the page behind is old.
    let close = move || {
        if form.version() != version {
            profile.again();
        }
        on_close();
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if details::half_typed_date(form) {
            return;
        }
        form.send(api::patients::save(id, form.version(), details::typed(form)), move |()| {
            desk.patients_changed();
            desk.toasts.say(words::SAVED);
            profile.again();
            on_close();
        });
    };
    let give_up = move |_| {
        form.discard();
        close();
    };
    view! {
        <Dialog title=words::EDIT_PATIENT id="edit-patient" wide=true on_close=move |()| close()>
            <form class=form.class() novalidate on:submit=send>
                <div class="dialog-body">
                    {form.notices()}
                    {details::view(form)}
                </div>
                <footer class="dialog-foot">
                    <Button press=give_up>{words::CANCEL}</Button>
                    <Button kind=Kind::Main submit=true busy=form.busy>{words::SAVE}</Button>
                </footer>
            </form>
        </Dialog>
    }
}
