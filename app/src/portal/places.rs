//! Appointments, health, invoices: each says plainly what will be there, until its noun has come.

use domain::views::PortalFrame;
use leptos::prelude::*;

use super::{
    frame::{Frame, Place, trouble, with_record},
    words as say,
};
use crate::{account::gate::CallPractice, components::Empty, error::AppError};

/// The page.
#[component]
pub fn PlacePage(
    /// Which of them.
    place: Place,
) -> impl IntoView {
    with_record(move |frame| {
        if place.opens_to(frame.record.reach.level) {
            view! { <PlaceView place=place frame=frame/> }.into_any()
        } else {
            trouble(AppError::NotFound).into_any()
        }
    })
}

/// The page, once it is known whose record it is.
#[component]
pub fn PlaceView(
    /// Which of them.
    place: Place,
    /// Whose record, and what stands around it.
    frame: PortalFrame,
) -> impl IntoView {
    let PortalFrame { record, practice_phone, records, .. } = frame;
    let home = Place::Home.path(record.patient);
    let back = place.is_beyond_home().then(|| view! { <p class="page-up"><a href=home>{say::BACK_HOME}</a></p> });
    place.words().map(|words| {
        view! {
            <Frame title=words.title place=place record=Some(record) records=records>
                <header class="page-head">{back}<h1>{words.title}</h1></header>
                <div class="card">
                    <Empty title=words.empty>
                        <p>{words.will}</p>
                        <p>{words.now}</p>
                        <CallPractice phone=practice_phone/>
                    </Empty>
                </div>
            </Frame>
        }
    })
}
