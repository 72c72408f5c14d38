//! The Home activities tab: what the patient is asked to do at home (S3-11).
//!
//! | file | what is in it |
//! |---|---|
//! | this one | the list |
//! | `form` | the dialog that assigns one or changes it |
//! | `activity` | one activity: what it says, and how often it was done |

mod activity;
mod form;

use domain::{
    activity::{ActivityRow, ActivityState},
    ids::PatientId,
    page::{Page, PageRequest},
    time::Date,
};
use leptos::prelude::*;

pub use self::activity::Activity;
use self::form::{ActivityDialog, Start};
use crate::{
    api,
    components::{Button, Card, Empty, Kind, Table, column, lesser},
    console::{desk::use_desk, load::Pages, nav, words},
    error::AppError,
};

/// The tab.
#[component]
pub fn Activities(id: PatientId) -> impl IntoView {
    let desk = use_desk();
    let pages = Pages::new();
    // May the caller assign any, and from which day on, to begin with?
    let may = RwSignal::new(None::<Date>);
    let rung = desk.rung_about(id);
    let by_itself = StoredValue::new(false);
    let fetch = move |page: PageRequest| async move {
        let found = api::refresh(by_itself.get_value(), api::activities::list(id, page)).await?;
        let _ = may.try_set(found.may_assign.then_some(found.today));
        Ok::<Page<ActivityRow>, AppError>(found.activities)
    };
    let ask = move |after: bool| {
        let page = if after { pages.following() } else { pages.first() };
        pages.take(after, fetch(page));
    };
    pages.follow(
        move || {
            by_itself.set_value(rung.again());
            String::new()
        },
        ask,
    );
    let assigning = RwSignal::new(None::<Date>);
    let actions: Children = Box::new(move || {
        view! {
            {move || may.get().map(|today| view! {
                <Button kind=Kind::Main icon="plus" press=move |_| assigning.set(Some(today))>{words::ASSIGN_ACTIVITY}</Button>
            })}
        }
        .into_any()
    });
    let draw = move |rows: Vec<ActivityRow>| {
        if rows.is_empty() {
            return view! { <Empty title=words::NO_ACTIVITIES><p>{words::NO_ACTIVITIES_TEXT}</p></Empty> }.into_any();
        }
        let columns =
            vec![column(words::ACTIVITY_TITLE), lesser(words::ACTIVITY_WHEN), column(words::ACTIVITY_ADHERENCE)];
        let rows: Vec<_> = rows.into_iter().map(|activity| row(id, activity)).collect();
        view! { <Table caption=words::ACTIVITIES columns=columns>{rows}</Table> }.into_any()
    };
    let done = move |activity| {
        assigning.set(None);
        if let Some(activity) = activity {
            desk.toasts.say(words::ACTIVITY_ASSIGNED);
            desk.nav.go(&nav::activity(id, activity));
        }
    };
    view! {
        <div class="column column-wide">
            <Card title=words::ACTIVITIES id="activities" actions=actions>
                <p class="card-text">{words::ACTIVITIES_TEXT}</p>
                {pages.view(4, ask, draw)}
            </Card>
        </div>
        {move || assigning.get().map(|today| view! { <ActivityDialog patient=id start=Start::New(today) on_close=done/> })}
    }
}

fn row(patient: PatientId, activity: ActivityRow) -> AnyView {
    let ActivityRow { id, title, schedule, state, over, adherence } = activity;
    let (class, text) = words::activity_state(state, over);
    let goes_on = state == ActivityState::Assigned && !over;
    view! {
        <tr>
            <th scope="row" class="wrap" dir="auto">
                <a href=nav::activity(patient, id)>{title}</a>
                {(!goes_on).then(|| view! { " "<span class=class>{text}</span> })}
            </th>
            <td class="lesser">{crate::words::schedule(&schedule)}</td>
            <td>{words::adherence(state, adherence)}</td>
        </tr>
    }
    .into_any()
}
