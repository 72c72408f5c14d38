//! `/portal/:patient/access-log`: who opened and changed this record, latest first (B-01).

use domain::{
    access_log::{AccessLog, Visit, Visitor},
    time::Time,
    views::PortalFrame,
};
use leptos::prelude::*;

use super::{
    frame::{Frame, Place, moment, paged},
    words as say,
};
use crate::{
    account::gate::CallPractice,
    api,
    components::{Empty, Icon},
};

/// The page.
#[component]
pub fn AccessLogPage() -> impl IntoView {
    paged(
        api::access_log::list,
        |frame, log, later, now| view! { <AccessLogView frame=frame log=log later=later now=now/> },
    )
}

/// The page, once everything is known.
#[component]
pub fn AccessLogView(
    /// Whose record, and what stands around it.
    frame: PortalFrame,
    /// Who did what.
    log: AccessLog,
    /// Is this a further page?
    #[prop(optional)]
    later: bool,
    /// What time it is.
    now: Time,
) -> impl IntoView {
    let PortalFrame { record, records, practice_phone, .. } = frame;
    let AccessLog { visits, time_zone } = log;
    let here = Place::AccessLog.path(record.patient);
    let whose = say::access_log_lead(&record.shown, record.kind);
    let earlier = visits.next.map(|next| format!("{here}?after={next}"));
    let rows = visits.rows;
    let list = if rows.is_empty() {
        let (title, text) = match (&earlier, later) {
            (None, false) => (say::NO_VISITS, say::NO_VISITS_TEXT),
            (None, true) => (say::NO_EARLIER_VISITS, say::NO_EARLIER_VISITS_TEXT),
            (Some(_), _) => (say::NO_VISITS_HERE, say::NO_VISITS_HERE_TEXT),
        };
        view! { <Empty title=title><p>{text}</p></Empty> }.into_any()
    } else {
        let rows = rows.into_iter().map(|visit| view! { <Row visit=visit zone=time_zone.clone() now=now/> });
        view! { <ul class="people">{rows.collect_view()}</ul> }.into_any()
    };
    view! {
        <Frame title=say::ACCESS_LOG place=Place::AccessLog record=Some(record) records=records>
            {later.then(|| view! { <p class="back"><a href=here><Icon name="arrow-left"/>{say::LATEST_VISITS}</a></p> })}
            <header class="page-head">
                <h1>{say::ACCESS_LOG}</h1>
                <p class="page-lead" dir="auto">{whose}</p>
            </header>
            <div class="card">
                {list}
                {earlier.map(|href| view! { <p class="beside"><a href=href>{say::EARLIER_VISITS}</a></p> })}
            </div>
            <section class="card practice" aria-labelledby="unexpected">
                <h2 id="unexpected">{say::UNEXPECTED}</h2>
                <p>{say::UNEXPECTED_TEXT}</p>
                <CallPractice phone=practice_phone/>
                <p class="practice-note">{say::ACCESS_LOG_NOTE}</p>
            </section>
        </Frame>
    }
}

#[component]
fn Row(visit: Visit, zone: String, now: Time) -> impl IntoView {
    let Visit { at, who, what, part, emergency } = visit;
    let icon = match who {
        Visitor::User { .. } | Visitor::Program => "building-2",
        Visitor::You | Visitor::PortalUser { .. } | Visitor::Somebody => "user",
    };
    let more = say::visitor_more(&who);
    view! {
        <li class="person">
            <span class="place-icon"><Icon name=icon/></span>
            <div class="person-text">
                <p class="person-name"><b dir="auto">{say::visitor(&who)}</b></p>
                {(!more.is_empty()).then(|| view! { <p class="person-more" dir="auto">{more}</p> })}
                <p>{say::visit(what, part)}</p>
                {emergency.then(|| view! { <p class="standing standing-waits"><Icon name="triangle-alert"/><span>{say::IN_EMERGENCY}</span></p> })}
                <p class="person-more">{moment(at, &zone, now)}</p>
            </div>
        </li>
    }
}
