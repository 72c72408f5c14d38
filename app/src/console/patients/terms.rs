//! How far somebody's access to a patient's portal reaches, and until when: the fields of the dialogs.

use domain::{
    grant::{Level, PortalUser, Role, TermsForm},
    time::Date,
};
use leptos::prelude::*;

use crate::{
    components::Choice,
    console::{
        form::{Form, Line, Values},
        words,
    },
};

/// The fields as they stand in a fresh dialog: everything shared with the patient, to act for them.
#[must_use]
pub fn fresh() -> Values {
    values(Role::Edit, Level::Clinical, false, None)
}

/// The fields as somebody's access stands.
#[must_use]
pub fn of(user: &PortalUser) -> Values {
    let terms = user.terms;
    values(terms.role, terms.level, terms.manages, user.given_until)
}

fn values(role: Role, level: Level, manages: bool, last_day: Option<Date>) -> Values {
    vec![
        ("level", level.code().to_owned()),
        ("role", role.code().to_owned()),
        ("manages", if manages { "yes".to_owned() } else { String::new() }),
        ("last_day", last_day.map(|day| day.to_string()).unwrap_or_default()),
    ]
}

/// What was typed.
#[must_use]
pub fn typed(form: Form) -> TermsForm {
    TermsForm {
        role: form.value("role"),
        level: form.value("level"),
        manages: form.value("manages"),
        last_day: form.value("last_day"),
    }
}

/// The fields. The birthdays are those that narrow and end access by the group's rules, when they are to come.
pub fn fields(form: Form, steps_down_on: Option<Date>, grown_up_on: Option<Date>) -> AnyView {
    let levels = Level::ALL.iter().rev().map(|level| Choice::new(level.code(), words::sees(*level))).collect();
    let roles = Role::ALL.iter().rev().map(|role| Choice::new(role.code(), words::may_do(*role))).collect();
    let ages = words::age_rules(steps_down_on, grown_up_on);
    view! {
        <div class="fields-pair">
            {form.select("level", words::SEES, levels, "")}
            {form.select("role", words::MAY_DO, roles, "")}
        </div>
        {form.text("last_day", words::ACCESS_UNTIL, Line::of("date").hint(words::ACCESS_UNTIL_HINT))}
        {ages.map(|text| view! { <p class="muted">{text}</p> })}
        {form.tick("manages", words::MANAGES, words::MANAGES_HINT)}
    }
    .into_any()
}
