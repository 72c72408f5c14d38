//! `/portal/:patient/details/history`: what the record said before, when it was changed and by whom, latest first (B-01).

use domain::{
    ids::ContactId,
    profile_history::{ChangeRow, ProfileHistory, What},
    time::{Date, Time},
    update::Subject,
    views::PortalFrame,
};
use leptos::prelude::*;

use super::{
    frame::{Frame, Place, moment, paged},
    words as say,
};
use crate::{
    api,
    components::{Empty, Icon},
};

/// The page.
#[component]
pub fn ProfileHistoryPage() -> impl IntoView {
    paged(
        api::updates::own_history,
        |frame, history, later, now| view! { <ProfileHistoryView frame=frame history=history later=later now=now/> },
    )
}

/// The page, once everything is known.
#[component]
pub fn ProfileHistoryView(
    /// Whose record, and what stands around it.
    frame: PortalFrame,
    /// What was changed.
    history: ProfileHistory,
    /// Is this a further page?
    #[prop(optional)]
    later: bool,
    /// What time it is.
    now: Time,
) -> impl IntoView {
    let PortalFrame { record, records, .. } = frame;
    let ProfileHistory { changes, added_at, time_zone } = history;
    let details = Place::Details.path(record.patient);
    let here = format!("{details}/history");
    let earlier = changes.next.map(|next| format!("{here}?after={next}"));
    let none = changes.rows.is_empty();
    let rows = changes.rows.into_iter().map(|row| view! { <Row row=row zone=time_zone.clone() now=now/> });
    let rows = rows.collect_view();
    let end = earlier.is_none().then(|| {
        view! { <p class="card-lead">{say::RECORD_MADE}" "{moment(added_at, &time_zone, now)}"."{(!none).then(|| format!(" {}", say::RECORD_MADE_MORE))}</p> }
    });
    view! {
        <Frame title=say::PROFILE_HISTORY place=Place::Details record=Some(record) records=records>
            <p class="back"><a href=if later { here } else { details }><Icon name="arrow-left"/>{if later { say::LATEST_CHANGES } else { say::DETAILS }}</a></p>
            <header class="page-head">
                <h1>{say::PROFILE_HISTORY}</h1>
                <p class="page-lead">{say::PROFILE_HISTORY_LEAD}</p>
            </header>
            <div class="card">
                {if none {
                    view! { <Empty title=say::NO_CHANGES><p>{say::NO_CHANGES_TEXT}</p></Empty> }.into_any()
                } else {
                    view! { <ul class="people">{rows}</ul> }.into_any()
                }}
                {earlier.map(|href| view! { <p class="beside"><a href=href>{say::EARLIER_CHANGES}</a></p> })}
                {end}
            </div>
        </Frame>
    }
}

#[component]
fn Row(row: ChangeRow, zone: String, now: Time) -> impl IntoView {
    let (before, after) = values(&row);
    let ChangeRow { what, at, by, approved_by, .. } = row;
    let by = say::changed_by(&by, approved_by.as_ref());
    view! {
        <li class="person">
            <span class="place-icon"><Icon name="history"/></span>
            <div class="person-text">
                <p class="person-name"><b>{say::changed(what)}</b></p>
                <p class="lines-kept" dir="auto">{after}</p>
                <p class="person-more lines-kept" dir="auto">{say::before(&before)}</p>
                <p class="person-more" dir="auto">{moment(at, &zone, now)}", "{by}</p>
            </div>
        </li>
    }
}

/// What a change was from and to, as people read it.
pub(super) fn values(row: &ChangeRow) -> (String, String) {
    (value(row.what, &row.people, &row.before), value(row.what, &row.people, &row.after))
}

/// A value as people read it.
fn value(what: What, people: &[(ContactId, String)], value: &str) -> String {
    match what {
        What::LegalName => say::or_nothing(value),
        What::BirthDate => value.parse::<Date>().map_or_else(|_| say::or_nothing(value), Date::long),
        What::Subject(Subject::Field(field)) => say::detail_value(field, value),
        What::Subject(Subject::Contact(_)) => say::contact_value(value),
        What::Subject(Subject::Order) => say::contact_order(people, value),
    }
}
