//! The fields of a user, for adding and for editing.

use domain::{
    limits,
    location::Location,
    user::{AccessSettings, Level, Role, TITLES, UserForm},
};
use leptos::prelude::*;

use crate::{
    components::Choice,
    console::{
        form::{Form, Line, Values},
        words,
    },
};

/// What stands in the fields at first.
pub fn values(form: UserForm) -> Values {
    let UserForm { title, first_name, last_name, profession, registration, level, settings, locations } = form;
    let yes = |on: bool| if on { "yes".to_owned() } else { String::new() };
    let locations: Vec<_> = locations.iter().map(ToString::to_string).collect();
    vec![
        ("title", title),
        ("first_name", first_name),
        ("last_name", last_name),
        ("profession", profession),
        ("registration", registration),
        ("level", level),
        ("hide_names", yes(settings.hide_names)),
        ("no_note_sharing", yes(settings.no_note_sharing)),
        ("read_only", yes(settings.read_only)),
        ("view_history", yes(settings.view_history)),
        ("export_data", yes(settings.export_data)),
        ("locations", locations.join(" ")),
    ]
}

/// What stands in the fields now.
pub fn typed(form: Form) -> UserForm {
    let on = |name| form.value(name) == "yes";
    UserForm {
        title: form.value("title"),
        first_name: form.value("first_name"),
        last_name: form.value("last_name"),
        profession: form.value("profession"),
        registration: form.value("registration"),
        level: form.value("level"),
        settings: AccessSettings {
            hide_names: on("hide_names"),
            read_only: on("read_only"),
            view_history: on("view_history"),
            export_data: on("export_data"),
            no_note_sharing: on("no_note_sharing"),
        },
        locations: form.value("locations").split(' ').filter_map(|id| id.parse().ok()).collect(),
    }
}

/// Title, first and last name.
pub fn name(form: Form) -> AnyView {
    let before = form.value("title");
    let mut titles = vec![Choice::new("", words::NO_TITLE)];
    titles.extend(TITLES.map(|title| Choice::new(title, title)));
    if !before.is_empty() && !TITLES.contains(&before.as_str()) {
        titles.push(Choice::new(before.clone(), before));
    }
    let line = Line { longest: limits::NAME, ..Line::default() }.required();
    view! {
        <div class="fields-name">
            {form.select("title", words::TITLE, titles, "")}
            {form.text("first_name", words::FIRST_NAME, line)}
            {form.text("last_name", words::LAST_NAME, line)}
        </div>
    }
    .into_any()
}

/// What they practise or do, and for practitioners under which number (S4-19, S4-20). One that is not on the list any more
/// may stay.
pub fn work(form: Form, role: Role) -> AnyView {
    let before = untrack(|| form.value("profession"));
    let mut professions = vec![Choice::new("", words::CHOOSE)];
    let listed = role.professions();
    if !before.is_empty() && !listed.contains(&before.as_str()) {
        professions.push(Choice::new(before.clone(), before));
    }
    professions.extend(listed.iter().map(|name| Choice::new(*name, *name)));
    let registration = match role {
        Role::Practitioner => {
            let line = Line { longest: limits::REGISTRATION, ..Line::default() };
            Some(form.text("registration", words::REGISTRATION, line))
        }
        Role::Administrator => None,
    };
    view! {
        <div class="fields-pair">
            {form.select("profession", words::PROFESSION, professions, "")}
            {registration}
        </div>
    }
    .into_any()
}

/// The level, what it means, and the single settings on top (S4-26).
pub fn access(form: Form, role: Role) -> AnyView {
    let levels = Level::ALL.into_iter().filter(|level| level.role() == role);
    let levels = levels.map(|level| Choice::new(level.code(), words::level(level))).collect();
    let level = form.field("level");
    let about = move || level.with(|code| Level::from_code(code).map(words::level_about).unwrap_or_default());
    let own = match role {
        Role::Practitioner => form.tick("no_note_sharing", words::NO_NOTE_SHARING, words::NO_NOTE_SHARING_HINT),
        Role::Administrator => form.tick("hide_names", words::HIDE_NAMES, words::HIDE_NAMES_HINT),
    };
    view! {
        <fieldset class="fieldset">
            <legend>{words::ACCESS}</legend>
            <div class="fields-pair">
                {form.select("level", words::ACCESS_LEVEL, levels, "")}
                <p class="level-about muted" aria-live="polite">{about}</p>
            </div>
            <div class="fields-ticks">
                {own}
                {form.tick("read_only", words::READ_ONLY, words::READ_ONLY_HINT)}
                {form.tick("view_history", words::VIEW_HISTORY, words::VIEW_HISTORY_HINT)}
                {form.tick("export_data", words::EXPORT_DATA, words::EXPORT_DATA_HINT)}
            </div>
        </fieldset>
    }
    .into_any()
}

/// Where they work (S4-27).
pub fn places(form: Form, locations: &[Location]) -> AnyView {
    let choices = locations.iter().map(|place| Choice::new(place.id.to_string(), place.name.clone())).collect();
    form.ticks("locations", words::ASSIGN_LOCATIONS, choices)
}
