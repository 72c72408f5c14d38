//! Communication templates (S1-10, PR-19).

use domain::{
    error::{Conflict, Problem},
    template::TemplateForm,
    user::{AccessSettings, Level, UserState},
};
use services::{Error, templates};

use crate::town::{Staff, Town};

on_both_engines! {
    create_edit_remove,
    preview_with_a_real_patient,
    who_may,
}

fn form(name: &str, body: &str) -> TemplateForm {
    TemplateForm { name: name.to_owned(), body: body.to_owned() }
}

async fn create_edit_remove(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let other = town.practice_called("Another Practice", "owner@another.example").await;
    let id = templates::add(&owner, &form("Welcome", "Dear {{patient.first_name}}")).await.unwrap();
    let taken = templates::add(&owner, &form("WELCOME", "x")).await.unwrap_err();
    assert!(matches!(taken, Error::Invalid(invalid) if invalid.of("name") == Some(Problem::NameTaken)));
    templates::add(&other.owner, &form("Welcome", "theirs")).await.unwrap();
    // PR-19: a template reaches no field that is not on the list.
    let reach = templates::add(&owner, &form("Bad", "{{account.password_hash}}")).await.unwrap_err();
    assert!(matches!(reach, Error::Invalid(invalid) if invalid.of("body") == Some(Problem::UnknownMergeField)));

    let version = templates::list(&owner).await.unwrap()[0].version;
    templates::save(&owner, id, version, &form("Welcome", "Hello")).await.unwrap();
    let late = templates::save(&owner, id, version, &form("Welcome", "Hi")).await.unwrap_err();
    assert!(matches!(late, Error::Conflict(Conflict::ChangedMeanwhile)));
    assert!(matches!(templates::save(&other.owner, id, version + 1, &form("W", "Hi")).await, Err(Error::NotFound)));
    assert!(matches!(templates::remove(&other.owner, id, version + 1).await, Err(Error::NotFound)));
    let kept = templates::list(&owner).await.unwrap();
    assert_eq!(kept.iter().map(|one| one.body.as_str()).collect::<Vec<_>>(), ["Hello"]);
    // nor is what somebody else wrote meanwhile removed with it.
    let late = templates::remove(&owner, id, version).await.unwrap_err();
    assert!(matches!(late, Error::Conflict(Conflict::ChangedMeanwhile)));
    templates::remove(&owner, id, version + 1).await.unwrap();
    assert!(matches!(templates::remove(&owner, id, version + 1).await, Err(Error::NotFound)));
    assert_eq!(templates::list(&other.owner).await.unwrap().len(), 1);
}

async fn preview_with_a_real_patient(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let patient = town.patient(&owner, "Lien", "Nguyen").await;
    let body = "{{patient.full_name}} — {{sender.name}}, {{sender.profession}}, {{practice.name}} {{practice.phone}}";
    let read = templates::preview(&owner, body, patient).await.unwrap();
    assert_eq!(read, "Lien Nguyen — Dr Mira Anand, Physiotherapist, Harbour Health 02 5550 0001");
    let unclosed = templates::preview(&owner, "{{patient", patient).await.unwrap_err();
    assert!(matches!(unclosed, Error::Invalid(invalid) if invalid.of("body") == Some(Problem::UnclosedMergeField)));
    let other = town.practice_called("Another Practice", "owner@another.example").await;
    assert!(matches!(templates::preview(&other.owner, body, patient).await, Err(Error::NotFound)));
    let hidden = AccessSettings { hide_names: true, ..AccessSettings::default() };
    let hidden = town.user_with(group, "h@harbour.example", Level::AdminFull, hidden, UserState::Active).await.unwrap();
    let read = templates::preview(&hidden, "Dear {{patient.first_name}}", patient).await.unwrap();
    assert!(read.starts_with("Dear PT-"), "{read}");
}

async fn who_may(town: Town) {
    let Staff { group, .. } = town.practice().await;
    let clinical = town.user(group, "c@harbour.example", Level::Clinical).await;
    assert!(matches!(templates::list(&clinical).await, Err(Error::Forbidden(_))));
    assert!(matches!(templates::add(&clinical, &form("X", "x")).await, Err(Error::Forbidden(_))));
}
