//! `/portal`: on to the first record; without one, what to do.

use leptos::prelude::*;

use super::{
    frame::{Frame, Place, trouble},
    words as say,
};
use crate::{api, components::Empty};

/// The page.
#[component]
pub fn Start() -> impl IntoView {
    Suspend::new(async move {
        match api::portal::start().await {
            Ok(start) => match start.records.first() {
                Some(first) => {
                    let home = Place::Home.path(first.patient);
                    leptos_axum::redirect(&home);
                    // For browsers that show what comes with a redirect.
                    view! { <p><a href=home>{say::HOME}</a></p> }.into_any()
                }
                None => view! { <StartView/> }.into_any(),
            },
            Err(error) => trouble(error).into_any(),
        }
    })
}

/// What is shown to somebody without a record.
#[component]
pub fn StartView() -> impl IntoView {
    view! {
        <Frame title=say::NO_RECORD_TITLE place=Place::Home record=None records=Vec::new()>
            <header class="page-head"><h1>{say::NO_RECORD_TITLE}</h1></header>
            <div class="card">
                <Empty title=say::NO_RECORD_EMPTY>
                    <p>{say::NO_RECORD_WILL}</p>
                    <p>{say::NO_RECORD_NOW}</p>
                </Empty>
            </div>
        </Frame>
    }
}
