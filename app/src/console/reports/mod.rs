//! Reports: which there are, the dialog that asks for one, and what each shows.

mod ask;
mod bulk;
mod case_load;
mod invite;
mod picks;
mod saved;

use domain::report::ReportType;
use leptos::prelude::*;

use self::ask::NewReport;
pub use self::{bulk::Bulk, case_load::CaseLoad};
use super::{desk::use_desk, drafts, frame::Head, words};
use crate::components::{Button, Icon, Kind};

/// Reports about patients: the types there are, and the way to a new one (S1-18).
#[component]
pub fn Reports() -> impl IntoView {
    let asking = RwSignal::new(drafts::was_open(ask::DRAFT));
    let action = Box::new(move || {
        view! { <Button kind=Kind::Main icon="plus" press=move |_| asking.set(true)>{words::NEW_REPORT}</Button> }
            .into_any()
    });
    let types: Vec<_> = ReportType::ALL
        .into_iter()
        .map(|of| {
            let (title, about) = words::report_type(of);
            view! {
                <li>
                    <button type="button" class="section-link" on:click=move |_| asking.set(true)>
                        <Icon name="users"/>
                        <span>
                            <strong>{title}</strong>
                            <span class="section-about muted">{about}</span>
                        </span>
                        <Icon name="chevron-right"/>
                    </button>
                </li>
            }
        })
        .collect();
    view! {
        <Head title=words::PATIENT_REPORTS action=action/>
        <div class="column">
            <p class="muted">{words::REPORTS_TEXT}</p>
            <ul class="sections">{types}</ul>
            {saved::section()}
            {use_desk().start().may.invite_patients.then(bulk::section)}
        </div>
        {move || asking.get().then(|| view! { <NewReport on_close=move || asking.set(false)/> })}
    }
}
