//! `/portal/:patient/records`: what the practice shared, what came last first (S0-22).
//!
//! | file | what is in it |
//! |---|---|
//! | this one | the list |
//! | `note` | one note, to be read and printed |

mod note;

use domain::{
    ids::PatientId,
    note::{OwnNoteRow, OwnNotes},
    time::Time,
    views::PortalFrame,
};
use leptos::prelude::*;

pub use self::note::{NotePage, NoteView};
use super::{
    frame::{Frame, Place, moment, paged},
    words as say,
};
use crate::{
    account::gate::CallPractice,
    api,
    components::{Empty, Icon},
    words,
};

/// The page.
#[component]
pub fn RecordsPage() -> impl IntoView {
    paged(api::notes::own, |frame, notes, later, now| {
        view! { <RecordsView frame=frame notes=notes later=later now=now/> }
    })
}

/// The page, once everything is known.
#[component]
pub fn RecordsView(
    /// Whose record, and what stands around it.
    frame: PortalFrame,
    /// What was shared.
    notes: OwnNotes,
    /// Is this a further page?
    #[prop(optional)]
    later: bool,
    /// What time it is.
    now: Time,
) -> impl IntoView {
    let PortalFrame { record, records, practice_phone, .. } = frame;
    let OwnNotes { notes, time_zone } = notes;
    let patient = record.patient;
    let here = Place::Records.path(patient);
    let earlier = notes.next.map(|next| format!("{here}?after={next}"));
    let list = if notes.rows.is_empty() && later {
        view! { <div class="card"><Empty title=say::NO_EARLIER_RECORDS><p>{say::NO_EARLIER_RECORDS_TEXT}</p></Empty></div> }
            .into_any()
    } else if notes.rows.is_empty() {
        view! {
            <div class="card">
                <Empty title=say::RECORDS_PLACE.empty>
                    <p>{say::RECORDS_PLACE.will}</p>
                    <p>{say::RECORDS_PLACE.now}</p>
                    <CallPractice phone=practice_phone/>
                </Empty>
            </div>
        }
        .into_any()
    } else {
        let rows =
            notes.rows.into_iter().map(|row| view! { <Row patient=patient row=row zone=time_zone.clone() now=now/> });
        view! { <ul class="places places-wide">{rows.collect_view()}</ul> }.into_any()
    };
    view! {
        <Frame title=say::RECORDS_PLACE.title place=Place::Records record=Some(record) records=records>
            {later.then(|| view! { <p class="back"><a href=here><Icon name="arrow-left"/>{say::LATEST_RECORDS}</a></p> })}
            <header class="page-head">
                <h1>{say::RECORDS_PLACE.title}</h1>
                <p class="page-lead">{say::RECORDS_LEAD}</p>
            </header>
            {list}
            {earlier.map(|href| view! { <p class="form-more"><a href=href>{say::EARLIER_RECORDS}</a></p> })}
        </Frame>
    }
}

#[component]
fn Row(patient: PatientId, row: OwnNoteRow, zone: String, now: Time) -> impl IntoView {
    let OwnNoteRow { id, title, category, author, shared_at, unread, .. } = row;
    let href = format!("{}/{id}", Place::Records.path(patient));
    view! {
        <li class="place">
            <span class="place-icon"><Icon name="file-text"/></span>
            <div>
                <h3>
                    <a class="place-link" href=href dir="auto">{title}</a>
                    {unread.then(|| view! { " "<span class="chip">{say::UNREAD}</span> })}
                </h3>
                <p class="place-text" dir="auto">{words::category(category)}", "{author}</p>
                <p class="place-text">{say::SHARED_ON}" "{moment(shared_at, &zone, now)}</p>
            </div>
            <Icon name="chevron-right"/>
        </li>
    }
}
