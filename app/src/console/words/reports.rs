//! Words about reports.

use std::str::FromStr;

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
pub const AGE_HINT: &str = "In years, up to 150.";
pub const RUN: &str = "Run";
pub const CHANGE_FILTERS: &str = "Change filters";
pub const TAKE_FILTER_AWAY: &str = "Take this filter away";
pub const NO_CASE_TEXT: &str = "No patient fits all of the filters. Take one away, or change them.";
pub const STILL_LOOKING: &str = "Looking further\u{2026}";

pub const SAVE_REPORT: &str = "Save report";
pub const SAVE_REPORT_HINT: &str =
    "It keeps the filters, not the patients: whoever fits on the day it is opened is in it.";
pub const REPORT_SAVED: &str = "Report saved";
pub const SAVED_REPORTS: &str = "Saved reports";
pub const NO_SAVED_REPORTS: &str = "None yet. Run a report, and save it under a name to come back to it.";
pub const FILTERS: &str = "Filters";
pub const EVERY_PATIENT: &str = "Every patient";
pub const SAVED_UNUSABLE: &str = "It asks for what you cannot ask for any more. Remove it, and save a new one.";
pub const RENAME_REPORT: &str = "Rename report";
pub const REMOVE_REPORT: &str = "Remove this report";
pub const REMOVE_REPORT_TEXT: &str = "Only what you saved is removed. Nothing happens to any patient.";
pub const REPORT_REMOVED: &str = "Report removed";
const PRACTITIONER_GONE: &str = "somebody who does not practise here any more";
const LOCATION_GONE: &str = "a location that is not there any more";

/// The name of a button that renames.
pub fn rename_named(name: &str) -> String {
    format!("Rename {name}")
}

/// The title of the question before a report is removed.
pub fn remove_report(name: &str) -> String {
    format!("Remove the report \u{201c}{name}\u{201d}?")
}

/// Of a report that asks for somebody or some place that cannot be chosen any more: what to do. Not of what is no id at all.
pub fn gone(form: &CaseLoadForm, choices: &ReportChoices) -> Option<String> {
    fn gone<T: ToString + FromStr>(of: &str, all: &[(T, String)]) -> bool {
        of.parse::<T>().is_ok() && !all.iter().any(|(id, _)| id.to_string() == of)
    }
    let who = gone(form.practitioner.trim(), &choices.practitioners).then_some(PRACTITIONER_GONE);
    let place = gone(form.location.trim(), &choices.locations).then_some(LOCATION_GONE);
    who.or(place).map(|what| format!("This report asks for {what}. Change its filters and save it again."))
}

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
    // What cannot be read is shown as it is, and the server says that it is no choice. Of what is gone no id is shown.
    fn named<T: ToString + FromStr>(of: &str, all: &[(T, String)], gone: &str) -> String {
        match all.iter().find(|(id, _)| id.to_string() == of) {
            Some((_, name)) => name.clone(),
            None if !all.is_empty() && of.parse::<T>().is_ok() => gone.to_owned(),
            None => of.to_owned(),
        }
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
        typed(&form.practitioner)
            .map(|id| format!("{PRACTITIONER}: {}", named(&id, &choices.practitioners, PRACTITIONER_GONE))),
    );
    add(
        "location",
        typed(&form.location).map(|id| format!("{LOCATION}: {}", named(&id, &choices.locations, LOCATION_GONE))),
    );
    add("status", typed(&form.status).map(|code| format!("{}: {}", super::STATUS, of_status(&code))));
    add("portal", typed(&form.portal).map(|code| format!("{}: {}", super::PORTAL, of_portal(&code))));
    add("email", typed(&form.email).map(of_email));
    add("age_from", typed(&form.age_from).map(|age| format!("{AGE_FROM} {age}")));
    add("age_to", typed(&form.age_to).map(|age| format!("{AGE_TO} {age}")));
    add("added_since", typed(&form.added_since).map(|day| format!("{ADDED_SINCE} {day}")));
    add("text", typed(&form.text).map(|text| format!("\u{201c}{text}\u{201d}")));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_of_somebody_who_is_gone_says_so() {
        let here = ("usr_00000000000000000000000000000001".parse::<domain::ids::UserId>().unwrap(), "Mira".to_owned());
        let choices = ReportChoices { practitioners: vec![here.clone()], locations: Vec::new() };
        let of = |practitioner: &str| CaseLoadForm { practitioner: practitioner.into(), ..CaseLoadForm::default() };
        assert_eq!(gone(&of(&here.0.to_string()), &choices), None);
        assert_eq!(gone(&of(""), &choices), None);
        assert_eq!(gone(&of("mended by hand"), &choices), None);
        let left = of("usr_0000000000000000000000000000000f");
        assert!(gone(&left, &choices).unwrap().contains("does not practise here"));
        let chip = &case_load_filters(&left, &choices)[0].1;
        assert!(!chip.contains("usr_"), "{chip}");
    }
}
