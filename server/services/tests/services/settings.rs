//! Settings > General: Patient Access, and what patients know the practice by.

use domain::{
    audit::Action,
    error::{Conflict, Problem},
    practice::PracticeForm,
    time::Span,
    user::Level,
};
use services::{Error, settings};

use crate::town::{Staff, Town, access_form};

on_both_engines! {
    saved_for_the_whole_group,
    who_may_change_them,
    the_practice_is_renamed,
}

/// S0-30, S0-41: one row for the group; two people who save at once do not overwrite each other.
async fn saved_for_the_whole_group(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let manager = town.user(group, "m@harbour.example", Level::AdminFull).await;
    let seen = settings::patient_access(&owner).await.unwrap();
    assert_eq!((seen.invitations, seen.link_life), (true, Span::hours(24)));
    settings::save_patient_access(&owner, seen.version, &access_form(false, 72)).await.unwrap();
    let late = settings::save_patient_access(&manager, seen.version, &access_form(true, 24)).await.unwrap_err();
    assert!(matches!(late, Error::Conflict(Conflict::ChangedMeanwhile)));
    let now = settings::patient_access(&manager).await.unwrap();
    assert_eq!((now.invitations, now.link_life), (false, Span::hours(72)));
    for hours in [0, 721, u32::MAX] {
        let wrong = settings::save_patient_access(&owner, now.version, &access_form(true, hours)).await.unwrap_err();
        assert!(matches!(wrong, Error::Invalid(invalid) if invalid.of("link_hours") == Some(Problem::OutOfRange)));
    }
    assert_eq!(town.engine.audited(Action::SettingsChanged).await, 1);
}

/// PR-13.
async fn who_may_change_them(town: Town) {
    let Staff { group, .. } = town.practice().await;
    for level in [Level::Personal, Level::OwnAndContacts, Level::Clinical, Level::CalendarContacts] {
        let user = town.user(group, &format!("{}@harbour.example", level.code()), level).await;
        assert!(matches!(settings::patient_access(&user).await, Err(Error::Forbidden(_))));
        assert!(matches!(
            settings::save_patient_access(&user, 0, &access_form(false, 24)).await,
            Err(Error::Forbidden(_))
        ));
    }
    assert!(matches!(settings::patient_access(&town.anon()).await, Err(Error::NotSignedIn)));
}

/// What was typed at the first run can be changed, by whoever may change settings; the trail says that it was.
async fn the_practice_is_renamed(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let clinical = town.user(group, "clinical@harbour.example", Level::Clinical).await;
    let seen = settings::practice(&owner).await.unwrap();
    let form = PracticeForm {
        name: " Hill Street ".to_owned(),
        phone: "02 9999 1111".to_owned(),
        idle_minutes: "5".to_owned(),
        emergency_hours: None,
    };
    assert!(matches!(settings::practice(&clinical).await, Err(Error::Forbidden(_))));
    assert!(matches!(settings::save_practice(&clinical, seen.version, &form).await, Err(Error::Forbidden(_))));
    settings::save_practice(&owner, seen.version, &form).await.unwrap();
    let now = settings::practice(&owner).await.unwrap();
    assert_eq!((&*now.name, &*now.phone), ("Hill Street", "02 9999 1111"));
    let late = settings::save_practice(&owner, seen.version, &form).await.unwrap_err();
    assert!(matches!(late, Error::Conflict(Conflict::ChangedMeanwhile)));
    assert_eq!((seen.idle_minutes, now.idle_minutes), (15, 5));
    let blank = PracticeForm {
        name: "  ".to_owned(),
        phone: "call me".to_owned(),
        idle_minutes: "61".to_owned(),
        emergency_hours: Some("25".to_owned()),
    };
    let Error::Invalid(wrong) = settings::save_practice(&owner, now.version, &blank).await.unwrap_err() else {
        panic!()
    };
    assert_eq!(wrong.of("name"), Some(Problem::Missing));
    assert_eq!(wrong.of("phone"), Some(Problem::NotAPhone));
    assert_eq!(wrong.of("idle_minutes"), Some(Problem::OutOfRange));
    assert_eq!(town.engine.audited(Action::SettingsChanged).await, 1);
}
