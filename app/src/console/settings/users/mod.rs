//! Settings > Users: who works here, and how far their access reaches (S4-02, S4-16).
//!
//! | file | what it is |
//! |---|---|
//! | here | the list |
//! | [`add`] | the dialog that adds a user |
//! | [`page`] | one user: details, access, and ending it |
//! | [`fields`] | the fields that both have |
//! | [`levels`] | what each level may do |
//! | [`explain`] | what somebody may do, and why (B-16) |

mod add;
pub mod explain;
mod fields;
mod levels;
mod page;

use domain::user::{Role, UserFilter, UserRow, UserState};
use leptos::prelude::*;

pub use self::page::User;
use super::NotForYou;
use crate::{
    api,
    components::{Button, Choice, Empty, Kind, SelectField, Table, TextField, When, column, lesser},
    console::{desk::use_desk, drafts, filters::Filters, frame::Head, load::Pages, nav, words},
};

/// The Users page.
#[component]
pub fn Users() -> impl IntoView {
    let desk = use_desk();
    if !desk.start().may.manage {
        return view! { <NotForYou/> }.into_any();
    }
    let nav = desk.nav;
    let filters = Filters::of(nav, &["text", "role", "state"]);
    let filter = move || UserFilter {
        text: nav.query("text"),
        role: Role::from_code(&nav.query("role")).ok(),
        state: UserState::from_code(&nav.query("state")).ok(),
    };
    let pages = Pages::new();
    let ask = move |after: bool| {
        let page = if after { pages.following() } else { pages.first() };
        pages.take(after, api::users::list(untrack(filter), page));
    };
    pages.follow(move || ["text", "role", "state"].map(|name| nav.query(name)).join("|"), ask);
    let adding = RwSignal::new(drafts::was_open(add::DRAFT));
    let draw = move |rows: Vec<UserRow>| {
        if rows.is_empty() {
            // There is always a user: whoever looks at this. So something is filtered.
            return view! {
                <Empty title=words::NOTHING_MATCHES>
                    <p>{words::NO_USER_MATCHES}</p>
                    <Button press=move |_| filters.clear()>{words::SHOW_ALL_USERS}</Button>
                </Empty>
            }
            .into_any();
        }
        let only_one = rows.len() == 1 && !filters.any();
        view! {
            {table(rows)}
            {only_one.then(|| view! { <p class="card-text">{words::ONLY_YOU}</p> })}
        }
        .into_any()
    };
    let shown = move || {
        let more = pages.next.with(Option::is_some);
        pages.rows.with(|rows| rows.as_ref().map(|rows| words::users_shown(rows.len(), more)))
    };
    let mut roles = vec![Choice::new("", words::EVERY_ROLE)];
    roles.extend(Role::ALL.into_iter().map(|role| Choice::new(role.code(), words::role(role))));
    let mut states = vec![Choice::new("", words::EVERY_STATE)];
    states.extend(UserState::ALL.into_iter().map(|state| Choice::new(state.code(), words::user_state(state))));
    let action = Box::new(move || {
        view! { <Button kind=Kind::Main icon="user-plus" press=move |_| adding.set(true)>{words::ADD_USER}</Button> }
            .into_any()
    });
    let under = Box::new(move || view! { <p class="muted" dir="auto">{move || desk.practice.get()}</p> }.into_any());
    view! {
        <Head title=words::USERS up=("/console/settings", words::SETTINGS) under=under action=action/>
        {levels::view()}
        <form class="filters" role="search" aria-label=words::FILTER_USERS on:submit=|event| event.prevent_default()>
            <TextField name="text" id="filter-text" kind="search" label=words::FIRST_OR_LAST bind=filters.field("text") required=true/>
            <SelectField name="role" id="filter-role" label=words::ROLE choices=roles bind=filters.field("role") required=true/>
            <SelectField name="state" id="filter-state" label=words::STATE choices=states bind=filters.field("state") required=true/>
            <p class="filters-count" role="status">{shown}</p>
        </form>
        {pages.view(6, ask, draw)}
        {move || adding.get().then(|| add::dialog(Callback::new(move |added: bool| {
            adding.set(false);
            if added {
                ask(false);
            }
        })))}
    }
    .into_any()
}

fn table(rows: Vec<UserRow>) -> AnyView {
    let rows: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let to = nav::user(row.id);
            view! {
                <tr class="row-link">
                    <th scope="row" class="long" title=row.name.clone()><a href=to dir="auto">{row.name.clone()}</a></th>
                    <td class="lesser long" title=row.email.clone()>{row.email.clone()}</td>
                    <td class="wrap">
                        <span class="row-line" dir="auto">{row.profession}</span>
                        <span class="row-line muted">{words::role_and_level(row.level)}</span>
                    </td>
                    <td>{words::user_state_badge(row.state, row.temporary_password)}</td>
                    <td class="lesser"><When at=row.since/></td>
                </tr>
            }
        })
        .collect();
    let columns = vec![
        column(words::NAME),
        lesser(words::EMAIL),
        column(words::PROFESSION_AND_ACCESS),
        column(words::STATE),
        lesser(words::SINCE),
    ];
    view! { <Table caption=words::USERS columns=columns>{rows}</Table> }.into_any()
}
