//! Settings: the index with its search, and a file for each page.

mod emergencies;
mod forms;
mod general;
mod handout;
mod locations;
mod mail;
mod messages;
mod note_templates;
mod practice;
mod replies;
mod templates;
mod users;

use leptos::prelude::*;

pub use self::{
    emergencies::Emergencies,
    forms::{FormEditor, Forms},
    general::General,
    handout::Handout,
    locations::Locations,
    mail::Mail,
    templates::Templates,
    users::{User, Users, explain},
};
use super::{desk::use_desk, frame::Head, words};
use crate::components::{Empty, Icon, TextField};

/// One section that can be found: title, subtitle, what it is for, more words that find it, address, icon.
type Section = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

/// The index of settings.
#[component]
pub fn Settings() -> impl IntoView {
    if !use_desk().start().may.manage {
        return view! { <NotForYou/> }.into_any();
    }
    let text = RwSignal::new(String::new());
    let list = move || {
        let wanted = text.get().trim().to_ascii_lowercase();
        let found: Vec<_> = words::SETTINGS_SECTIONS
            .iter()
            .filter(|section| matches(section, &wanted))
            .map(|(title, subtitle, about, _, href, icon)| {
                view! {
                    <li>
                        <a class="section-link" href=*href>
                            <Icon name=icon/>
                            <span>
                                <strong>{*title}</strong>
                                <span class="muted">{*subtitle}</span>
                                <span class="section-about">{*about}</span>
                            </span>
                            <Icon name="chevron-right"/>
                        </a>
                    </li>
                }
            })
            .collect();
        if found.is_empty() {
            view! { <Empty title=words::NO_SETTING><p>{words::NO_SETTING_TEXT}</p></Empty> }.into_any()
        } else {
            view! { <ul class="sections">{found}</ul> }.into_any()
        }
    };
    view! {
        <Head title=words::SETTINGS/>
        <div class="column">
            <form class="filters" role="search" aria-label=words::SEARCH_SETTINGS on:submit=|event| event.prevent_default()>
                <TextField name="text" id="settings-text" kind="search" label=words::SEARCH_SETTINGS bind=text required=true/>
            </form>
            {list}
        </div>
    }
    .into_any()
}

fn matches(section: &Section, wanted: &str) -> bool {
    let (title, subtitle, about, more, ..) = section;
    let all = format!("{title} {subtitle} {about} {more}").to_ascii_lowercase();
    wanted.split_whitespace().all(|word| all.contains(word))
}

/// For those whose level does not include settings.
#[component]
fn NotForYou() -> impl IntoView {
    view! {
        <Head title=words::SETTINGS/>
        <Empty title=words::NOT_FOR_YOU><p>{crate::words::refusal(domain::error::Refusal::Level)}</p></Empty>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Decision 1: searching for the title or the subtitle finds the section.
    #[test]
    fn portal_and_patient_access_find_the_same_section() {
        for wanted in ["portal", "patient access", "patient portal", "invitations"] {
            let found: Vec<_> = words::SETTINGS_SECTIONS.iter().filter(|section| matches(section, wanted)).collect();
            assert!(found.iter().any(|section| section.4 == "/console/settings/general"), "{wanted}");
        }
        assert!(!words::SETTINGS_SECTIONS.iter().any(|section| matches(section, "spaceship")));
    }
}
