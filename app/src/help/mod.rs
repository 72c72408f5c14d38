//! Two guides, apart from each other (S0-42): `/help` for patients and who acts for them, `/help/practice` for who works in a
//! practice. Neither needs a sign-in: whoever cannot get in reads it, too.

mod words;

use leptos::prelude::*;

use self::words::{self as say, Guide};
use crate::account::gate::Gate;

/// The patients' guide.
#[component]
pub fn PatientHelp() -> impl IntoView {
    page(&say::PATIENTS)
}

/// The practice's guide.
#[component]
pub fn PracticeHelp() -> impl IntoView {
    page(&say::PRACTICE)
}

fn page(guide: &'static Guide) -> impl IntoView {
    let topics: Vec<_> = guide
        .topics
        .iter()
        .map(|topic| {
            let lines: Vec<_> = topic.lines.iter().map(|line| view! { <p>{*line}</p> }).collect();
            view! { <details class="help-topic"><summary>{topic.title}</summary><div class="help-text">{lines}</div></details> }
        })
        .collect();
    let (href, text) = guide.door;
    view! {
        <Gate title=guide.title lead=guide.lead wide=true>
            {(!guide.warning.is_empty()).then(|| view! { <p class="help-warning">{guide.warning}</p> })}
            <div class="help">{topics}</div>
            <p><a href=href>{text}</a></p>
        </Gate>
    }
}
