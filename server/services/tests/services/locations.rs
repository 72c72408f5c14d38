//! Locations of a group.

use domain::{
    error::{Conflict, Problem, Refusal},
    location::LocationForm,
    user::Level,
};
use services::{Error, locations};

use crate::town::{Staff, Town};

on_both_engines! {
    added_and_changed,
    of_the_own_group_only,
}

fn form(name: &str) -> LocationForm {
    LocationForm { name: name.to_owned(), time_zone: "Australia/Perth".to_owned(), ..LocationForm::default() }
}

// S4-06, R-14
async fn added_and_changed(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let mut typed = form("Hill Road");
    typed.hours[0] = "9-12, 13:30-17".to_owned();
    let id = locations::add(&owner, &typed).await.unwrap();
    let all = locations::list(&owner).await.unwrap();
    let hill = all.iter().find(|one| one.id == id).unwrap();
    assert_eq!(LocationForm::of(hill).hours[0], "9:00–12:00, 13:30–17:00");
    locations::save(&owner, id, hill.version, &form("Hill Street")).await.unwrap();
    let late = locations::save(&owner, id, hill.version, &form("Hill Lane")).await;
    assert!(matches!(late, Err(Error::Conflict(Conflict::ChangedMeanwhile))));
    // A colleague sees the same.
    let second = town.user(group, "second@harbour.example", Level::AdminFull).await;
    assert!(locations::list(&second).await.unwrap().iter().any(|one| one.name == "Hill Street"));
    let wrong = LocationForm { time_zone: "Mars/Olympus".to_owned(), ..form("") };
    match locations::add(&owner, &wrong).await.unwrap_err() {
        Error::Invalid(invalid) => {
            assert_eq!(invalid.of("time_zone"), Some(Problem::NotATimeZone));
            assert_eq!(invalid.of("name"), Some(Problem::Missing));
        }
        other => panic!("{other:?}"),
    }
    let clinical = town.user(group, "c@harbour.example", Level::Clinical).await;
    assert!(matches!(locations::add(&clinical, &form("X")).await, Err(Error::Forbidden(Refusal::Level))));
}

// AD-01
async fn of_the_own_group_only(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let Staff { owner: other, .. } = town.practice_called("Hill Clinic", "owner@hill.example").await;
    let theirs = locations::list(&other).await.unwrap()[0].clone();
    assert!(locations::list(&owner).await.unwrap().iter().all(|one| one.id != theirs.id));
    let refused = locations::save(&owner, theirs.id, theirs.version, &form("Mine now")).await;
    assert!(matches!(refused, Err(Error::NotFound)));
    assert_eq!(locations::list(&other).await.unwrap()[0].name, theirs.name);
}
