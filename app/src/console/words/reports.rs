//! Words about reports.

use domain::{
    patient::{PortalState, Status},
    report::{CaseLoadForm, ReportChoices, ReportType},
};

use super::{portal, status};

pub const REPORTS: &str = "Reports";
pub const PATIENT_REPORTS: &str = "Patient reports";
pub const REPORTS_TEXT: &str =
    "A report lists patients by what is known of them, and shows nobody whom you may not see.";
pub const NEW_REPORT: &str = "New Report";
pub const REPORT_TYPE: &str = "Report type";
pub const CASE_LOAD: &str = "Case Load";
pub const CASE_LOAD_FILE: &str = "portico-case-load.csv";
pub const NARROW: &str = "Narrow the list";
pub const PRACTITIONER: &str = "Practitioner";
pub const EVERY_PRACTITIONER: &str = "Every practitioner";
pub const LOCATION: &str = "Location";
pub const EVERY_LOCATION: &str = "Every location";
pub const LOCATION_HINT: &str = "Patients of somebody who works there.";
pub const WHEREVER: &str = "Used or not";
pub const WITH_OR_WITHOUT: &str = "With or without";
pub const WITH_EMAIL: &str = "Has an email";
pub const WITHOUT_EMAIL: &str = "No email";
pub const ADDED_SINCE: &str = "Added since";
pub const AGE: &str = "Age";
pub const AGE_FROM: &str = "Age from";
pub const AGE_TO: &str = "Age to";
pub const RUN: &str = "Run";
pub const CHANGE_FILTERS: &str = "Change filters";
pub const TAKE_FILTER_AWAY: &str = "Take this filter away";
pub const NO_CASE_TEXT: &str = "No patient fits all of the filters. Take one away, or change them.";
pub const STILL_LOOKING: &str = "Looking further\u{2026}";

/// A type of report: what it is called, and what it is for.
pub fn report_type(of: ReportType) -> (&'static str, &'static str) {
    match of {
        ReportType::CaseLoad => (
            CASE_LOAD,
            "The patients of the practice or of one practitioner: by status, age, email, portal, and when they were added.",
        ),
    }
}

/// What narrows a case load, in words, by the names of the filters.
pub fn case_load_filters(form: &CaseLoadForm, choices: &ReportChoices) -> Vec<(&'static str, String)> {
    // What cannot be read is shown as it is, and the server says that it is no choice.
    fn named<T: ToString>(of: &str, all: &[(T, String)]) -> String {
        all.iter().find(|(id, _)| id.to_string() == of).map_or_else(|| of.to_owned(), |(_, name)| name.clone())
    }
    let typed = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let mut all = Vec::new();
    let mut add = |name, text: Option<String>| all.extend(text.map(|text| (name, text)));
    let of_status = |code: &str| Status::from_code(code).map_or_else(|_| code.to_owned(), |of| status(of).to_owned());
    let of_portal = |code: &str| {
        let found = PortalState::ALL.into_iter().find(|state| state.code() == code);
        found.map_or_else(|| code.to_owned(), |of| portal(of).to_owned())
    };
    let of_email = |code: String| match code.as_str() {
        "yes" => WITH_EMAIL.to_owned(),
        "no" => WITHOUT_EMAIL.to_owned(),
        _ => code,
    };
    add(
        "practitioner",
        typed(&form.practitioner).map(|id| format!("{PRACTITIONER}: {}", named(&id, &choices.practitioners))),
    );
    add("location", typed(&form.location).map(|id| format!("{LOCATION}: {}", named(&id, &choices.locations))));
    add("status", typed(&form.status).map(|code| format!("{}: {}", super::STATUS, of_status(&code))));
    add("portal", typed(&form.portal).map(|code| format!("{}: {}", super::PORTAL, of_portal(&code))));
    add("email", typed(&form.email).map(of_email));
    add("age_from", typed(&form.age_from).map(|age| format!("{AGE_FROM} {age}")));
    add("age_to", typed(&form.age_to).map(|age| format!("{AGE_TO} {age}")));
    add("added_since", typed(&form.added_since).map(|day| format!("{ADDED_SINCE} {day}")));
    add("text", typed(&form.text).map(|text| format!("\u{201c}{text}\u{201d}")));
    all
}
