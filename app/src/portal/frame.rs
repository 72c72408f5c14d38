//! The bars around every page of the portal.

use domain::{
    grant::Level,
    ids::PatientId,
    time::Time,
    views::{PortalFrame, PortalRecord},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use services::Ctx;

use super::{
    Live,
    words::{self as say, PlaceWords},
};
use crate::{
    account::{gate::DocumentTitle, words::SKIP},
    api,
    components::{Arch, Icon},
    dates,
    error::AppError,
    shell::Trouble,
};

/// Where on a record's pages somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// What is new and what is asked.
    Home,
    /// When to come.
    Appointments,
    /// What was shared.
    Records,
    /// What the practice completed.
    Documents,
    /// What is to be done at home.
    Activities,
    /// Files that were sent or shared.
    Files,
    /// Conversations.
    Messages,
    /// How it goes over time.
    Health,
    /// What is to be paid.
    Invoices,
    /// Who can see it.
    People,
    /// Who looked at it.
    AccessLog,
    /// All of it, to keep.
    Download,
    /// What is asked to be filled in.
    Forms,
    /// What the record says of the person.
    Details,
    /// Whom to call in an emergency.
    Contacts,
    /// Sign-in, devices, the way out.
    Account,
}

impl Place {
    /// Its address.
    #[must_use]
    pub fn path(self, patient: PatientId) -> String {
        match self {
            Self::Home => format!("/portal/{patient}"),
            Self::Appointments => format!("/portal/{patient}/appointments"),
            Self::Records => format!("/portal/{patient}/records"),
            Self::Documents => format!("/portal/{patient}/documents"),
            Self::Activities => format!("/portal/{patient}/activities"),
            Self::Files => format!("/portal/{patient}/files"),
            Self::Messages => format!("/portal/{patient}/messages"),
            Self::Health => format!("/portal/{patient}/health"),
            Self::Invoices => format!("/portal/{patient}/invoices"),
            Self::People => format!("/portal/{patient}/people"),
            Self::AccessLog => format!("/portal/{patient}/access-log"),
            Self::Download => format!("/portal/{patient}/download"),
            Self::Forms => format!("/portal/{patient}/forms"),
            Self::Details => format!("/portal/{patient}/details"),
            Self::Contacts => format!("/portal/{patient}/contacts"),
            // The record stays chosen while its owner looks at the account.
            Self::Account => format!("/portal/account?record={patient}"),
        }
    }

    /// What it says about itself; Home and Account say other things.
    #[must_use]
    pub const fn words(self) -> Option<PlaceWords> {
        match self {
            Self::Appointments => Some(say::APPOINTMENTS_PLACE),
            Self::Records => Some(say::RECORDS_PLACE),
            Self::Documents => Some(say::DOCUMENTS_PLACE),
            Self::Activities => Some(say::ACTIVITIES_PLACE),
            Self::Files => Some(say::FILES_PLACE),
            Self::Messages => Some(say::MESSAGES_PLACE),
            Self::Health => Some(say::HEALTH_PLACE),
            Self::Invoices => Some(say::INVOICES_PLACE),
            Self::Forms => Some(say::FORMS_PLACE),
            Self::Details => Some(say::DETAILS_PLACE),
            Self::Home | Self::People | Self::AccessLog | Self::Download | Self::Contacts | Self::Account => None,
        }
    }

    /// Its icon.
    #[must_use]
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Home => "house",
            Self::Appointments => "calendar-days",
            Self::Records => "folder-heart",
            Self::Documents => "file-text",
            Self::Activities => "list-checks",
            Self::Files => "paperclip",
            Self::Messages => "message-circle",
            Self::Health => "heart-pulse",
            Self::Invoices => "receipt-text",
            Self::People => "users",
            Self::AccessLog => "eye",
            Self::Download => "download",
            Self::Forms => "clipboard-list",
            Self::Details => "contact",
            Self::Contacts => "phone",
            Self::Account => "user",
        }
    }

    /// Is it part of what was shared with the patient? Who is here for appointments does not learn of it.
    #[must_use]
    pub const fn is_clinical(self) -> bool {
        matches!(
            self,
            Self::Records
                | Self::Documents
                | Self::Activities
                | Self::Messages
                | Self::Health
                | Self::Forms
                | Self::Details
                | Self::Contacts
                | Self::AccessLog
                | Self::Download
        )
    }

    /// Is what stands at this part of an address, behind the record's, part of what was shared?
    #[must_use]
    pub fn is_clinical_path(part: &str) -> bool {
        let open = ["", "appointments", "files", "invoices", "people"];
        !open.contains(&part)
    }

    /// Is it open to somebody whose access reaches so far?
    #[must_use]
    pub fn opens_to(self, level: Level) -> bool {
        level == Level::Clinical || !self.is_clinical()
    }

    /// The way in the bar that leads towards it.
    const fn under(self) -> Self {
        match self {
            Self::Health
            | Self::Documents
            | Self::Activities
            | Self::Files
            | Self::Invoices
            | Self::Forms
            | Self::People
            | Self::AccessLog
            | Self::Download
            | Self::Details
            | Self::Contacts => Self::Home,
            other => other,
        }
    }

    /// Is it reached from Home only?
    #[must_use]
    pub fn is_beyond_home(self) -> bool {
        self.under() != self
    }

    const fn way(self) -> &'static str {
        match self {
            Self::Home => say::HOME,
            Self::Appointments => say::APPOINTMENTS,
            Self::Records => say::RECORDS,
            Self::Documents => say::DOCUMENTS_PLACE.title,
            Self::Activities => say::ACTIVITIES_PLACE.title,
            Self::Files => say::files::TITLE,
            Self::Messages => say::MESSAGES,
            Self::Health => say::HEALTH,
            Self::Invoices => say::INVOICES,
            Self::People => say::PEOPLE,
            Self::AccessLog => say::ACCESS_LOG,
            Self::Download => say::download::TITLE,
            Self::Forms => say::FORMS,
            Self::Details => say::DETAILS,
            Self::Contacts => say::CONTACTS,
            Self::Account => say::ACCOUNT,
        }
    }
}

/// The bar's ways, in order.
const WAYS: [Place; 5] = [Place::Home, Place::Appointments, Place::Records, Place::Messages, Place::Account];

/// Fetches the frame of the record in the address and draws a page with it. Whoever may not open the record gets the same
/// "not found" as for one that does not exist.
pub fn with_record<V: IntoView + 'static>(draw: impl FnOnce(PortalFrame) -> V + Send + 'static) -> impl IntoView {
    let patient = use_params_map().with_untracked(|params| params.get("patient")).unwrap_or_default();
    Suspend::new(async move {
        let frame = match patient.parse() {
            Ok(patient) => api::portal::frame(patient).await,
            Err(_) => Err(AppError::NotFound),
        };
        match frame {
            Ok(frame) => draw(frame).into_any(),
            Err(error) => trouble(error).into_any(),
        }
    })
}

/// What time it is; the beginning of time where nobody knows.
pub fn now() -> Time {
    use_context::<Ctx>().map_or(Time::from_millis(0), |ctx| ctx.now())
}

/// A moment, as it is shown and as machines read it.
pub fn moment(at: Time, zone: &str, now: Time) -> AnyView {
    view! { <time datetime=dates::machine(at)>{dates::moment(at, zone, now)}</time> }.into_any()
}

/// Draws a page of a list about the record in the address, from `?after=` on: `draw` gets the frame, the list, whether it is a
/// further page, and the time. Whoever may not open the record gets "not found", as above.
pub fn paged<List, Fetch, Page>(
    list: impl FnOnce(PatientId, String) -> Fetch + Send + 'static,
    draw: impl FnOnce(PortalFrame, List, bool, Time) -> Page + Send + 'static,
) -> impl IntoView
where
    List: Send + 'static,
    Fetch: Future<Output = Result<List, AppError>> + Send,
    Page: IntoView + 'static,
{
    let patient = use_params_map().with_untracked(|params| params.get("patient")).unwrap_or_default();
    let after = use_query_map().with_untracked(|query| query.get("after")).unwrap_or_default();
    let now = now();
    Suspend::new(async move {
        let later = !after.is_empty();
        let fetched = async {
            let patient = patient.parse().map_err(|_| AppError::NotFound)?;
            Ok((api::portal::frame(patient).await?, list(patient, after).await?))
        };
        match fetched.await {
            Ok((frame, list)) => draw(frame, list, later, now).into_any(),
            Err(error) => trouble(error).into_any(),
        }
    })
}

/// A page that cannot be given: nobody is signed in, or something else.
pub fn trouble(error: AppError) -> impl IntoView {
    if error == AppError::NotSignedIn {
        leptos_axum::redirect(domain::account::Door::Portal.sign_in());
    }
    view! { <Trouble error=error/> }
}

/// The bars, and between them the page.
#[component]
pub fn Frame(
    /// The document's title.
    #[prop(into)]
    title: String,
    /// Where somebody is.
    place: Place,
    /// The record the bars lead to; none when this person has none.
    record: Option<PortalRecord>,
    /// All records this person may open.
    records: Vec<PortalRecord>,
    /// The page.
    children: Children,
) -> impl IntoView {
    let patient = record.as_ref().map(|record| record.patient);
    let level = record.as_ref().map(|record| record.reach.level);
    let ways = WAYS
        .into_iter()
        .filter(|way| match level {
            Some(level) => way.opens_to(level),
            None => matches!(way, Place::Home | Place::Account),
        })
        .map(|way| {
            let href = match (patient, way) {
                (Some(patient), way) => way.path(patient),
                (None, Place::Account) => "/portal/account".to_owned(),
                (None, _) => "/portal".to_owned(),
            };
            let current = if way == place { Some("page") } else { (way == place.under()).then_some("true") };
            view! {
                <li>
                    <a class="way" href=href aria-current=current>
                        <Icon name=way.icon()/>
                        <span>{way.way()}</span>
                    </a>
                </li>
            }
        })
        .collect_view();
    let several = records.len() > 1 || (record.is_none() && !records.is_empty());
    let home = patient.map_or_else(|| "/portal".to_owned(), |patient| Place::Home.path(patient));
    let news = home.clone();
    view! {
        <DocumentTitle title=title/>
        <a class="skip" href="#main">{SKIP}</a>
        <div class="portal">
            <header class="top">
                <a class="top-record" href=home>
                    <Arch/>
                    <Whose record=record.clone()/>
                </a>
                {several.then(|| view! { <Switcher place=place record=patient records=records/> })}
            </header>
            <nav class="ways" aria-label=say::WAYS>
                <ul class="ways-list">{ways}</ul>
            </nav>
            <main id="main" class="page" tabindex="-1">{children()}</main>
            <div class="something-new" role="status"><a hidden data-news href=news>{say::SOMETHING_NEW}</a></div>
            <Live/>
        </div>
    }
}

#[component]
fn Whose(record: Option<PortalRecord>) -> impl IntoView {
    match record {
        Some(record) => view! {
            <span class="whose">
                <b class="whose-name" dir="auto">{record.shown}</b>
                <span class="whose-practice" dir="auto">{record.practice}</span>
            </span>
        }
        .into_any(),
        None => view! {
            <span class="whose"><b class="whose-name">{crate::account::words::PRODUCT}</b></span>
        }
        .into_any(),
    }
}

/// Leads to the same page of another record.
#[component]
fn Switcher(place: Place, record: Option<PatientId>, records: Vec<PortalRecord>) -> impl IntoView {
    let rows = records
        .into_iter()
        .map(|other| {
            let here = record == Some(other.patient);
            let open = match place {
                Place::People => other.manages,
                Place::AccessLog => other.sees_log,
                place => place.opens_to(other.reach.level),
            };
            let place = if open { place } else { Place::Home };
            view! {
                <li>
                    <a class="switch-row" href=place.path(other.patient) aria-current=here.then_some("true")>
                        <span class="whose">
                            <b class="whose-name" dir="auto">{other.shown}</b>
                            <span class="whose-practice" dir="auto">{say::kind(other.kind)}" · "{other.practice}</span>
                        </span>
                        {here.then(|| view! { <Icon name="check"/> })}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <details class="switch">
            <summary class="button button-quiet" aria-label=say::SWITCH_LONG>
                <Icon name="users"/>
                <span>{say::SWITCH}</span>
                <Icon name="chevron-down"/>
            </summary>
            <nav class="switch-list" aria-label=say::WHOSE>
                <p class="switch-head" aria-hidden="true">{say::WHOSE}</p>
                <ul class="switch-rows">{rows}</ul>
            </nav>
        </details>
    }
}
