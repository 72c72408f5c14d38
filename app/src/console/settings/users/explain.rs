//! Explain access (B-16): for a user, and for a user and a patient, "may, because …" and "may not, because …". The answers
//! come from the code that decides.

use domain::{
    access::{Because, Explanation},
    ids::{PatientId, UserId},
    page::PageRequest,
    user::{UserFilter, UserRow},
};
use leptos::prelude::*;

use crate::{
    api,
    components::{Card, Icon, Notice, Table, column},
    console::{
        load::load,
        picker::{Finding, Found, patients, picker},
        words,
    },
};

/// The answers.
fn table(rows: Vec<Explanation>) -> AnyView {
    // Who is not in the practice yet, or not any more, may do nothing whatever their access: the reason is said once.
    let refused = rows.iter().find(|one| !one.may).map(|one| one.because);
    if let Some(because @ (Because::TemporaryPassword | Because::NotJoined | Because::NotWorking)) = refused {
        return view! { <Notice>{words::nothing_because(because)}</Notice> }.into_any();
    }
    let rows: Vec<_> = rows
        .into_iter()
        .map(|Explanation { right, may, because, hidden }| {
            let (class, icon, word) =
                if may { ("badge badge-good", "check", words::MAY) } else { ("badge", "ban", words::MAY_NOT) };
            view! {
                <tr>
                    <th scope="row" class="wrap">{words::right(&right)}</th>
                    <td><span class=class><Icon name=icon/>{word}</span></td>
                    <td class="wrap">{words::because(because)}{hidden.then(|| view! { <span class="muted">{words::NOT_TOLD}</span> })}</td>
                </tr>
            }
        })
        .collect();
    let columns = vec![column(words::WHAT), column(words::ANSWER), column(words::WHY)];
    view! { <Table caption=words::WHAT_THEY_MAY columns=columns>{rows}</Table> }.into_any()
}

/// The answers for one user, over one patient.
fn answers(user: UserId, patient: PatientId, name: String) -> AnyView {
    let rows = load(move || api::users::explain(user, Some(patient)));
    view! {
        <h3 class="explain-of">{words::EXPLAINED_FOR}" "<strong dir="auto">{name}</strong></h3>
        {rows.view(8, table)}
    }
    .into_any()
}

/// On a user's page: in the group at large, and with a patient that is chosen. Asks again when `version` changes.
pub fn of_user(user: UserId, version: Signal<i64>) -> AnyView {
    let rows = load(move || {
        version.track();
        api::users::explain(user, None)
    });
    let chosen = RwSignal::new(None::<Found>);
    let over = move || {
        version.track();
        chosen.get().and_then(|found| Some(answers(user, found.id.parse().ok()?, found.name)))
    };
    view! {
        <Card title=words::WHAT_THEY_MAY id="what-they-may">
            <p class="card-text">{words::WHAT_THEY_MAY_TEXT}</p>
            {rows.view(8, table)}
            <div class="explain">
                {picker("explain-patient", words::EXPLAIN_PATIENT, words::none_found(crate::console::desk::use_desk().start().may.names_hidden), false, Box::new(patients), chosen)}
                {over}
            </div>
        </Card>
    }
    .into_any()
}

/// On a patient's page: with a user that is chosen. Asks again when `changed` does.
pub fn on_patient(patient: PatientId, changed: RwSignal<u32>) -> AnyView {
    let chosen = RwSignal::new(None::<Found>);
    let over = move || {
        changed.track();
        chosen.get().and_then(|found| Some(answers(found.id.parse().ok()?, patient, found.name)))
    };
    view! {
        <Card title=words::EXPLAIN_ACCESS id="explain-access">
            <p class="card-text">{words::EXPLAIN_ACCESS_TEXT}</p>
            <div class="explain">
                {picker("explain-user", words::FIND_USER, words::NO_USER_FOUND, false, Box::new(users), chosen)}
                {over}
            </div>
        </Card>
    }
    .into_any()
}

fn users(text: String) -> Finding {
    Box::pin(async move {
        let filter = UserFilter { text, ..UserFilter::default() };
        let page = api::users::list(filter, PageRequest { after: None, limit: Some(6) }).await?;
        let found =
            |row: UserRow| Found { id: row.id.to_string(), name: row.name, more: words::role_and_level(row.level) };
        Ok(page.rows.into_iter().map(found).collect())
    })
}
