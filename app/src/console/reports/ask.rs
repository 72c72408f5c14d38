//! The dialog that asks for a report: its type, and the filters that narrow it (S1-19, S1-20).

use domain::{
    patient::{PortalState, Status},
    report::{CaseLoadForm, ReportChoices, ReportType},
};
use leptos::prelude::*;

use crate::{
    api,
    components::{Button, Choice, Dialog, Kind, focus_first_field},
    console::{
        desk::use_desk,
        drafts,
        form::{Form, Line},
        load::load,
        nav::Nav,
        words,
    },
    error::AppError,
};

/// The name under which the form keeps what is typed, while its session may end.
pub const DRAFT: &str = "report:";
/// Where a case load is shown.
const CASE_LOAD: &str = "/console/reports/case-load";

/// The names of the filters, in the address as in the form.
pub const FILTERS: [&str; 9] =
    ["practitioner", "location", "status", "portal", "email", "age_from", "age_to", "added_since", "text"];

/// What the filters say: `value` gives each by its name.
pub fn case_load(value: impl Fn(&'static str) -> String) -> CaseLoadForm {
    CaseLoadForm {
        practitioner: value("practitioner"),
        location: value("location"),
        status: value("status"),
        portal: value("portal"),
        email: value("email"),
        age_from: value("age_from"),
        age_to: value("age_to"),
        added_since: value("added_since"),
        text: value("text"),
    }
}

/// The filters that who sees no names is not asked for: they would say who is behind a pseudonym (S1-03).
const NAMING: [&str; 3] = ["age_from", "age_to", "text"];

/// The dialog. It starts with the filters in the address.
#[component]
pub fn NewReport(on_close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let choices = load(api::reports::choices);
    // Filters are chosen quickly: what was left half done does not come back in place of those in the address.
    let leave = move || {
        drafts::drop(DRAFT);
        on_close();
    };
    view! {
        <Dialog title=words::NEW_REPORT id="report-title" wide=true on_close=move |()| leave()>
            <div class="loaded">
                {choices.view(8, move |choices| view! { <Fields choices=choices on_close=on_close/> }.into_any())}
            </div>
        </Dialog>
    }
}

#[component]
fn Fields(choices: ReportChoices, on_close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let desk = use_desk();
    let nav = desk.nav;
    let hidden = desk.start().may.names_hidden;
    let mut start = vec![("type", ReportType::CaseLoad.code().to_owned())];
    let of_address = |name| if hidden && NAMING.contains(&name) { String::new() } else { untrack(|| nav.query(name)) };
    start.extend(FILTERS.map(|name| (name, of_address(name))));
    let form = Form::new("report", "", start);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = case_load(|name| form.value(name));
        let values = FILTERS.map(|name| (name, form.value(name).trim().to_owned()));
        // What is wrong is said here; the server checks it again when the report is run.
        let checked = async move { typed.check(hidden).map_err(AppError::Invalid) };
        form.send(checked, move |_| {
            on_close();
            show(nav, &values);
        });
    };
    let give_up = move |_| {
        form.discard();
        on_close();
    };
    Effect::new(move || request_animation_frame(focus_first_field));
    let types = ReportType::ALL.into_iter().map(|of| Choice::new(of.code(), words::report_type(of).0)).collect();
    let mut practitioners = vec![Choice::new("", words::EVERY_PRACTITIONER)];
    practitioners.extend(choices.practitioners.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)));
    let mut locations = vec![Choice::new("", words::EVERY_LOCATION)];
    locations.extend(choices.locations.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)));
    let mut statuses = vec![Choice::new("", words::EVERY_STATUS)];
    statuses.extend(Status::ALL.into_iter().map(|status| Choice::new(status.code(), words::status(status))));
    let mut portals = vec![Choice::new("", words::WHEREVER)];
    portals.extend(PortalState::ALL.into_iter().map(|state| Choice::new(state.code(), words::portal(state))));
    let emails = vec![
        Choice::new("", words::WITH_OR_WITHOUT),
        Choice::new("yes", words::WITH_EMAIL),
        Choice::new("no", words::WITHOUT_EMAIL),
    ];
    let ages = (!hidden).then(|| {
        view! {
            <div class="fields-pair">
                {form.text("age_from", words::AGE_FROM, Line::of("number").hint(words::AGE_HINT))}
                {form.text("age_to", words::AGE_TO, Line::of("number").hint(words::AGE_HINT))}
            </div>
        }
    });
    let text = (!hidden).then(|| form.text("text", words::FILTER_TEXT, Line::default()));
    view! {
        <form class=form.class() novalidate on:submit=send>
            <div class="dialog-body">
                {form.notices()}
                {form.select("type", words::REPORT_TYPE, types, "")}
                <fieldset class="fieldset">
                    <legend>{words::NARROW}</legend>
                    <div class="fields-pair">
                        {form.select("practitioner", words::PRACTITIONER, practitioners, "")}
                        {form.select("location", words::LOCATION, locations, words::LOCATION_HINT)}
                    </div>
                    <div class="fields-pair">
                        {form.select("status", words::STATUS, statuses, "")}
                        {form.select("portal", words::PORTAL, portals, "")}
                    </div>
                    <div class="fields-pair">
                        {form.select("email", words::EMAIL, emails, "")}
                        {form.text("added_since", words::ADDED_SINCE, Line::of("date"))}
                    </div>
                    {ages}
                    {text}
                </fieldset>
            </div>
            <footer class="dialog-foot">
                <Button press=give_up>{words::CANCEL}</Button>
                <Button kind=Kind::Main submit=true busy=form.busy>{words::RUN}</Button>
            </footer>
        </form>
    }
}

/// Runs it: the report is an address, which can be kept and given to a colleague.
fn show(nav: Nav, values: &[(&'static str, String)]) {
    if untrack(|| nav.path()) == CASE_LOAD {
        let values: Vec<_> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        nav.set_query(&values);
        return;
    }
    nav.go(&with_query(values.iter().map(|(name, value)| (*name, value.as_str()))));
}

/// The address of a case load with these filters.
pub fn address(form: &CaseLoadForm) -> String {
    let CaseLoadForm { practitioner, location, status, portal, email, age_from, age_to, added_since, text } = form;
    let values = [practitioner, location, status, portal, email, age_from, age_to, added_since, text];
    with_query(FILTERS.into_iter().zip(values.map(|value| value.trim())))
}

fn with_query<'a>(values: impl Iterator<Item = (&'static str, &'a str)>) -> String {
    let Ok(all) = web_sys::UrlSearchParams::new() else { return CASE_LOAD.to_owned() };
    for (name, value) in values.filter(|(_, value)| !value.is_empty()) {
        all.set(name, value);
    }
    let query: String = all.to_string().into();
    if query.is_empty() { CASE_LOAD.to_owned() } else { format!("{CASE_LOAD}?{query}") }
}
