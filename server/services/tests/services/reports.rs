//! Reports: who may run them, what they say of whom, and what is written down.

use domain::{
    audit::Action,
    error::{Problem, Refusal},
    page::PageRequest,
    report::CaseLoadForm,
    time::Span,
    user::{AccessSettings, Level, UserState},
};
use services::{Ctx, Error, patients, reports};

use crate::town::{Staff, Town, details};

on_both_engines! {
    a_case_load_shows_whom_the_caller_may_see,
    ages_and_days_are_those_of_the_practice,
    who_sees_no_names_gets_pseudonyms,
    what_is_wrong_is_said_at_its_field,
    an_export_takes_the_right_and_the_password,
    reports_are_kept_by_whoever_kept_them,
    what_was_kept_is_checked_again,
}

async fn run(ctx: &Ctx, form: &CaseLoadForm) -> Vec<String> {
    let page = reports::case_load(ctx, form, &PageRequest::default()).await.unwrap();
    page.rows.into_iter().map(|row| row.shown).collect()
}

// S1-19, PR-02
async fn a_case_load_shows_whom_the_caller_may_see(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let noor = town.user(group, "noor@x.example", Level::Personal).await;
    town.patient(&owner, "Ann", "Abbott").await;
    let own = patients::add(&noor, &details("Bo", "Brown")).await.unwrap();
    assert_eq!(run(&owner, &CaseLoadForm::default()).await, ["Ann Abbott", "Bo Brown"]);
    assert_eq!(run(&noor, &CaseLoadForm::default()).await, ["Bo Brown"]);
    let of_noor = CaseLoadForm {
        practitioner: noor.actor().unwrap().user().unwrap().user.to_string(),
        ..CaseLoadForm::default()
    };
    assert_eq!(run(&owner, &of_noor).await, ["Bo Brown"]);
    let of_owner = CaseLoadForm {
        practitioner: owner.actor().unwrap().user().unwrap().user.to_string(),
        ..CaseLoadForm::default()
    };
    assert_eq!(run(&noor, &of_owner).await, Vec::<String>::new(), "not those of others");
    // Another group's report has nobody of this one.
    let Staff { owner: other, .. } = town.practice_called("Hill Clinic", "owner@hill.example").await;
    assert_eq!(run(&other, &CaseLoadForm::default()).await, Vec::<String>::new());
    assert_eq!(run(&other, &of_noor).await, Vec::<String>::new());
    let _ = own;
    let chain = town.engine.chain(&group.to_string()).await;
    let entry = chain.iter().rfind(|entry| entry.action == Action::ReportRun.code()).unwrap();
    assert!(entry.detail.starts_with("case_load count="), "{}", entry.detail);
}

async fn ages_and_days_are_those_of_the_practice(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let page = reports::case_load(&owner, &CaseLoadForm::default(), &PageRequest::default()).await.unwrap();
    assert!(page.rows.is_empty() && page.next.is_none());
    for (first, born) in [("Ann", "1960-01-01"), ("Bo", "2015-01-01"), ("Cem", "")] {
        let form = domain::patient::DetailsForm { birth_date: born.into(), ..details(first, "Lee") };
        patients::add(&owner, &form).await.unwrap();
    }
    let of =
        |from: &str, to: &str| CaseLoadForm { age_from: from.into(), age_to: to.into(), ..CaseLoadForm::default() };
    assert_eq!(run(&owner, &of("", "18")).await, ["Bo Lee"]);
    assert_eq!(run(&owner, &of("50", "")).await, ["Ann Lee"]);
    assert_eq!(run(&owner, &of("0", "150")).await, ["Ann Lee", "Bo Lee"], "whose birth date is unknown has no age");
    let since = |day: &str| CaseLoadForm { added_since: day.into(), ..CaseLoadForm::default() };
    assert_eq!(run(&owner, &since("2020-01-01")).await.len(), 3);
    assert_eq!(run(&owner, &since("2200-01-01")).await.len(), 0);
}

// S1-03
async fn who_sees_no_names_gets_pseudonyms(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let form = domain::patient::DetailsForm {
        birth_date: "1990-02-03".into(),
        email: "ann@example.org".into(),
        ..details("Ann", "Lee")
    };
    patients::add(&owner, &form).await.unwrap();
    let settings = AccessSettings { hide_names: true, export_data: true, ..AccessSettings::default() };
    let sam =
        town.user_with(group, "sam@x.example", Level::CalendarContacts, settings, UserState::Active).await.unwrap();
    let page = reports::case_load(&sam, &CaseLoadForm::default(), &PageRequest::default()).await.unwrap();
    let row = &page.rows[0];
    assert!(row.shown.starts_with("PT-"), "{row:?}");
    assert_eq!((row.age, row.email.as_str(), row.has_email), (None, "", true));
    for form in [
        CaseLoadForm { text: "lee".into(), ..CaseLoadForm::default() },
        CaseLoadForm { age_from: "36".into(), ..CaseLoadForm::default() },
    ] {
        let refused = reports::case_load(&sam, &form, &PageRequest::default()).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
}

async fn what_is_wrong_is_said_at_its_field(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let form = CaseLoadForm { age_from: "many".into(), added_since: "soon".into(), ..CaseLoadForm::default() };
    let Err(Error::Invalid(invalid)) = reports::case_load(&owner, &form, &PageRequest::default()).await else {
        panic!("not refused")
    };
    assert_eq!(invalid.of("age_from"), Some(Problem::OutOfRange));
    assert_eq!(invalid.of("added_since"), Some(Problem::NotADate));
}

// AD-08, AD-05
async fn an_export_takes_the_right_and_the_password(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let form = domain::patient::DetailsForm { email: "ann@example.org".into(), ..details("=Ann", "Lee") };
    patients::add(&owner, &form).await.unwrap();
    let plain = town.user(group, "tom@x.example", Level::Full).await;
    let refused = reports::export_case_load(&plain, &CaseLoadForm::default()).await;
    assert!(matches!(refused, Err(Error::Forbidden(Refusal::Setting))), "{refused:?}");
    let settings = AccessSettings { export_data: true, ..AccessSettings::default() };
    let may = town.user_with(group, "eve@x.example", Level::Full, settings, UserState::Active).await.unwrap();
    let export = reports::export_case_load(&may, &CaseLoadForm::default()).await.unwrap();
    assert_eq!(export.rows, 1);
    assert_eq!(
        export.csv,
        "patient,age,email,status,portal\r\n\"'=Ann Lee\",\"42\",\"ann@example.org\",\"active\",\"none\"\r\n"
    );
    let chain = town.engine.chain(&group.to_string()).await;
    assert!(chain.iter().any(|entry| entry.action == Action::ReportExported.code()));
    // Long after the password was proved.
    let later = may.clone().proved(Some(town.anon().now() - Span::hours(1)));
    assert!(matches!(reports::export_case_load(&later, &CaseLoadForm::default()).await, Err(Error::StepUp)));
}

fn field(answer: services::Result<impl std::fmt::Debug>, name: &str) -> Option<Problem> {
    match answer.unwrap_err() {
        Error::Invalid(invalid) => invalid.of(name),
        other => panic!("{other:?}"),
    }
}

/// A user keeps reports under names of their own, so many and no more; nobody else sees or touches them.
async fn reports_are_kept_by_whoever_kept_them(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let colleague = town.user(group, "colleague@harbour.example", Level::Full).await;
    let form = CaseLoadForm { email: "yes".into(), text: "lee".into(), ..CaseLoadForm::default() };
    let id = reports::save(&owner, " With an address ", &form).await.unwrap();
    reports::save(&owner, "All", &CaseLoadForm::default()).await.unwrap();
    let kept = reports::saved(&owner).await.unwrap();
    assert_eq!(kept.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["All", "With an address"]);
    assert_eq!((kept[1].id, kept[1].form.as_ref()), (id, Some(&form)));
    assert_eq!(field(reports::save(&owner, "ALL", &form).await, "name"), Some(Problem::NameTaken));
    assert_eq!(field(reports::save(&owner, " ", &form).await, "name"), Some(Problem::Missing));
    let wrong = CaseLoadForm { age_from: "old".into(), ..CaseLoadForm::default() };
    assert_eq!(field(reports::save(&owner, "Wrong", &wrong).await, "age_from"), Some(Problem::OutOfRange));
    assert_eq!(field(reports::rename(&owner, id, "all").await, "name"), Some(Problem::NameTaken));

    assert!(reports::saved(&colleague).await.unwrap().is_empty());
    reports::save(&colleague, "All", &CaseLoadForm::default()).await.unwrap();
    for stranger in [&colleague, &town.practice_called("Hill Clinic", "owner@hill.example").await.owner] {
        assert!(matches!(reports::rename(stranger, id, "Mine").await, Err(Error::NotFound)));
        assert!(matches!(reports::remove(stranger, id).await, Err(Error::NotFound)));
    }
    reports::rename(&owner, id, "Reachable").await.unwrap();
    assert_eq!(reports::saved(&owner).await.unwrap()[1].name, "Reachable");
    reports::remove(&owner, id).await.unwrap();
    assert!(matches!(reports::remove(&owner, id).await, Err(Error::NotFound)));
    for n in 1..domain::limits::SAVED_REPORTS {
        reports::save(&owner, &format!("Report {n}"), &form).await.unwrap();
    }
    assert_eq!(field(reports::save(&owner, "One more", &form).await, "name"), Some(Problem::TooMany));
    assert!(matches!(reports::saved(&town.anon()).await, Err(Error::NotSignedIn)));
}

/// S1-03: who sees no names by now is told no filter that holds one; filters of a newer program leave the list whole.
async fn what_was_kept_is_checked_again(town: Town) {
    let Staff { group, .. } = town.practice().await;
    let hidden = AccessSettings { hide_names: true, ..AccessSettings::default() };
    let sam = town.user_with(group, "sam@x.example", Level::CalendarContacts, hidden, UserState::Active).await.unwrap();
    let named = CaseLoadForm { text: "lee".into(), ..CaseLoadForm::default() };
    assert_eq!(field(reports::save(&sam, "Named", &named).await, "text"), Some(Problem::NotAChoice));
    reports::save(&sam, "Plain", &CaseLoadForm { email: "no".into(), ..CaseLoadForm::default() }).await.unwrap();
    reports::save(&sam, "Newer", &CaseLoadForm::default()).await.unwrap();
    reports::save(&sam, "Old", &CaseLoadForm::default()).await.unwrap();
    let filters = serde_json::to_string(&named).unwrap();
    town.engine.execute(&format!("UPDATE saved_reports SET filters = '{filters}' WHERE name = 'Old'")).await;
    town.engine.execute("UPDATE saved_reports SET filters = '{\"of_tomorrow\":1}' WHERE name = 'Newer'").await;
    let kept = reports::saved(&sam).await.unwrap();
    let kept: Vec<_> = kept.iter().map(|one| (one.name.as_str(), one.form.is_some())).collect();
    assert_eq!(kept, [("Newer", false), ("Old", false), ("Plain", true)]);
}
