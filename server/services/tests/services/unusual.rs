//! Access out of the ordinary: it is let through, or asks for the password, and stands in the history at once.

use domain::{
    activity::ActivityForm,
    audit::Action,
    history::{HistoryFilter, HistoryRow},
    ids::PatientId,
    limits::RECORDS_AN_HOUR,
    page::PageRequest,
    patient::DetailsForm,
    time::Span,
    user::{AccessSettings, Level, UserState},
};
use services::{Ctx, Error, activities, history, invitations, patients, templates};

use crate::town::{Staff, Town};

on_both_engines! {
    many_records_within_an_hour_ask_for_the_password,
    whoever_is_close_is_told_of,
    whom_one_treats_is_nothing_unusual,
    every_way_to_a_record_counts,
    who_sees_no_names_is_not_told_whose_it_was,
}

/// What the history says was unusual, latest first.
async fn unusual(town: &Town, owner: &Ctx) -> Vec<HistoryRow> {
    let group = owner.actor().unwrap().user().unwrap().group;
    let settings = AccessSettings { view_history: true, ..AccessSettings::default() };
    let email = format!("reader.{}@harbour.example", town.anon().now().millis());
    town.clock.pass(Span::millis(1));
    let reader = town.user_with(group, &email, Level::Full, settings, UserState::Active).await.unwrap();
    let filter = HistoryFilter { action: Some(Action::UnusualAccess), ..HistoryFilter::default() };
    history::list(&reader, &filter, &PageRequest::default()).await.unwrap().rows
}

// PR-14
async fn many_records_within_an_hour_ask_for_the_password(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let user = town.user(group, "noor@harbour.example", Level::Full).await;
    let mut all = Vec::new();
    for n in 0..=RECORDS_AN_HOUR {
        all.push(town.patient(&owner, &format!("P{n}"), "Quark").await);
    }
    let (last, usual) = all.split_last().unwrap();
    let long_ago = user.clone().proved(Some(town.anon().now() - Span::hours(1)));
    for patient in usual {
        patients::profile(&long_ago, *patient).await.unwrap();
    }
    // The same ones again are no more of them.
    for patient in usual.iter().take(3) {
        patients::profile(&long_ago, *patient).await.unwrap();
    }
    assert!(unusual(&town, &owner).await.is_empty());

    for _ in 0..2 {
        assert!(matches!(patients::profile(&long_ago, *last).await, Err(Error::StepUp)));
    }
    // Nor does a way to write about them; and the trail does not say that something was written.
    let form = ActivityForm {
        title: "Walks".into(),
        instructions: "Slowly".into(),
        days: "mon".into(),
        from: "2026-01-01".into(),
        ..ActivityForm::default()
    };
    assert!(matches!(activities::assign(&long_ago, *last, &form).await, Err(Error::StepUp)));
    let chain = town.engine.chain(&group.to_string()).await;
    assert!(chain.iter().all(|row| !format!("{row:?}").contains(Action::ActivityAssigned.code())));
    let rows = unusual(&town, &owner).await;
    assert_eq!(rows.len(), 1, "said once: {rows:?}");
    assert_eq!((rows[0].detail.as_str(), rows[0].patient.as_ref().unwrap().id), ("many_records", *last));

    // With the password it goes on; and so it does an hour later, and for others all the time.
    let proved = user.clone().proved(Some(town.anon().now()));
    patients::profile(&proved, *last).await.unwrap();
    patients::profile(&owner.clone().proved(None), *last).await.unwrap();
    town.clock.pass(Span::hours(1));
    patients::profile(&long_ago, *last).await.unwrap();
}

async fn with_email(town: &Town, by: &Ctx, last: &str, email: &str) -> PatientId {
    let form = DetailsForm {
        legal_first: "Ada".to_owned(),
        legal_last: last.to_owned(),
        email: email.to_owned(),
        ..DetailsForm::default()
    };
    let id = patients::add(by, &form).await.unwrap();
    town.clock.pass(Span::seconds(1));
    id
}

// PR-14: a colleague's record, one's own, and that of somebody who may be a relative.
async fn whoever_is_close_is_told_of(town: Town) {
    let Staff { owner, group } = town.practice().await;
    town.user(group, "noor@harbour.example", Level::Clinical).await;
    let other = town.user(group, "lee@harbour.example", Level::Full).await;
    let colleague = with_email(&town, &owner, "Smith", "Noor@Harbour.example").await;
    let own = with_email(&town, &owner, "Jones", "lee@harbour.example").await;
    // All users of this town have the same family name.
    let name = "ANAND";
    let relative = with_email(&town, &owner, name, "").await;
    let nobody = with_email(&town, &owner, "Brown", "brown@example.org").await;
    // Looked at again, it is said once.
    for patient in [colleague, own, relative, nobody, own, relative] {
        patients::profile(&other, patient).await.unwrap();
    }
    let rows = unusual(&town, &owner).await;
    let said: Vec<_> = rows.iter().map(|row| (row.detail.as_str(), row.patient.as_ref().unwrap().id)).collect();
    assert_eq!(said, [("same_name", relative), ("own_record", own), ("colleague", colleague)]);
}

async fn whom_one_treats_is_nothing_unusual(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    // Added by the practitioner, who thereby treats them.
    let patient = with_email(&town, &owner, "Anand", "").await;
    patients::profile(&owner, patient).await.unwrap();
    assert!(unusual(&town, &owner).await.is_empty());
}

// PR-14: not the profile alone shows who somebody is.
async fn every_way_to_a_record_counts(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let user = town.user(group, "noor@harbour.example", Level::Full).await;
    let mut all = Vec::new();
    for n in 0..RECORDS_AN_HOUR + 3 {
        all.push(town.patient(&owner, &format!("P{n}"), "Quark").await);
    }
    let (more, usual) = all.split_at(3);
    let long_ago = user.clone().proved(Some(town.anon().now() - Span::hours(1)));
    for patient in usual {
        patients::contacts(&long_ago, *patient).await.unwrap();
    }
    assert!(matches!(patients::contacts(&long_ago, more[0]).await, Err(Error::StepUp)));
    assert!(matches!(invitations::start(&long_ago, more[1]).await, Err(Error::StepUp)));
    assert!(matches!(templates::preview(&long_ago, "Hello", more[2]).await, Err(Error::StepUp)));
    // What is open already stays open.
    patients::profile(&long_ago, usual[0]).await.unwrap();
}

// PR-01: the history would give away what the number hides.
async fn who_sees_no_names_is_not_told_whose_it_was(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let other = town.user(group, "lee@harbour.example", Level::Full).await;
    let relative = with_email(&town, &owner, "Anand", "").await;
    patients::profile(&other, relative).await.unwrap();
    let hidden = AccessSettings { hide_names: true, view_history: true, ..AccessSettings::default() };
    let alex =
        town.user_with(group, "alex@harbour.example", Level::AdminFull, hidden, UserState::Active).await.unwrap();
    let own = with_email(&town, &owner, "Jones", "alex@harbour.example").await;
    patients::profile(&alex, own).await.unwrap();

    let filter = HistoryFilter { action: Some(Action::UnusualAccess), ..HistoryFilter::default() };
    let rows = history::list(&alex, &filter, &PageRequest::default()).await.unwrap().rows;
    assert_eq!(rows.iter().map(|row| row.detail.as_str()).collect::<Vec<_>>(), [""]);
    assert_eq!(unusual(&town, &owner).await[0].detail, "same_name", "others read it");
}
