//! `/portal/:patient/forms`: what is asked of this person, then what they returned (S3-13, S3-14, S3-30).
//!
//! | file | what is in it |
//! |---|---|
//! | this one | the list |
//! | `fill_in` | one form: to be filled in, or as it was returned |

mod fill_in;

use domain::{
    form::{OwnFormRow, OwnForms, RequestState},
    ids::PatientId,
    time::Time,
    views::PortalFrame,
};
use leptos::prelude::*;

pub use self::fill_in::{FormPage, FormView};
use super::{
    frame::{Frame, Place, moment, paged},
    words as say,
};
use crate::{
    api,
    components::{Empty, Icon},
};

/// The page.
#[component]
pub fn FormsPage() -> impl IntoView {
    paged(
        api::forms::own,
        |frame, forms, later, now| view! { <FormsView frame=frame forms=forms later=later now=now/> },
    )
}

/// The page, once everything is known.
#[component]
pub fn FormsView(
    /// Whose record, and what stands around it.
    frame: PortalFrame,
    /// What is asked and what was returned.
    forms: OwnForms,
    /// Is this a further page of what was returned?
    #[prop(optional)]
    later: bool,
    /// What time it is.
    now: Time,
) -> impl IntoView {
    let PortalFrame { record, records, .. } = frame;
    let OwnForms { asked, returned, time_zone } = forms;
    let patient = record.patient;
    let nothing = asked.is_empty() && returned.rows.is_empty();
    let row = |row: OwnFormRow| view! { <Row patient=patient row=row zone=time_zone.clone() now=now/> };
    let asked = (!later && !asked.is_empty()).then(|| {
        view! {
            <section aria-labelledby="asked">
                <h2 id="asked" class="section-title">{say::ASKED}</h2>
                <ul class="places places-wide">{asked.into_iter().map(row).collect_view()}</ul>
            </section>
        }
    });
    let next = returned.next.map(|next| format!("/portal/{patient}/forms?after={next}"));
    let returned = (!returned.rows.is_empty()).then(|| {
        view! {
            <section aria-labelledby="returned">
                <h2 id="returned" class="section-title">{say::RETURNED}</h2>
                <ul class="places places-wide">{returned.rows.into_iter().map(row).collect_view()}</ul>
                {next.map(|next| view! { <p class="form-more"><a href=next>{say::EARLIER_FORMS}</a></p> })}
            </section>
        }
    });
    view! {
        <Frame title=say::FORMS place=Place::Forms record=Some(record) records=records>
            <header class="page-head">
                <h1>{say::FORMS}</h1>
                <p class="page-lead">{say::FORMS_LEAD}</p>
            </header>
            {nothing.then(|| view! {
                <div class="card">
                    <Empty title=say::FORMS_PLACE.empty>
                        <p>{say::FORMS_PLACE.will}</p>
                        <p>{say::FORMS_PLACE.now}</p>
                    </Empty>
                </div>
            })}
            {asked}
            {returned}
        </Frame>
    }
}

#[component]
fn Row(patient: PatientId, row: OwnFormRow, zone: String, now: Time) -> impl IntoView {
    let OwnFormRow { id, title, message, asked_at, state } = row;
    let href = format!("/portal/{patient}/forms/{id}");
    let (icon, word, at) = match state {
        RequestState::Asked => ("clipboard-list", say::ASKED_ON, asked_at),
        RequestState::Started { at } => ("pencil", say::STARTED_ON, at),
        RequestState::Submitted { at } => ("circle-check", say::RETURNED_ON, at),
        RequestState::Withdrawn { at } => ("ban", say::WITHDRAWN_ON, at),
    };
    let message = state.open().is_ok().then_some(message).filter(|message| !message.is_empty());
    view! {
        <li class="place">
            <span class="place-icon"><Icon name=icon/></span>
            <div>
                <h3><a class="place-link" href=href dir="auto">{title}</a></h3>
                <p class="place-text">{word}" "{moment(at, &zone, now)}</p>
                {message.map(|message| view! { <p class="said" dir="auto">{message}</p> })}
            </div>
            <Icon name="chevron-right"/>
        </li>
    }
}
