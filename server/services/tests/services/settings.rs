//! Settings > General > Patient Access.

use domain::{
    audit::Action,
    error::{Conflict, Problem},
    practice::Level,
    time::Span,
};
use services::{Error, settings};

use crate::town::{Staff, Town};

on_both_engines! {
    saved_for_the_whole_group,
    who_may_change_them,
}

/// S0-30, S0-41: one row for the group; two people who save at once do not overwrite each other.
async fn saved_for_the_whole_group(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let manager = town.user(group, "m@harbour.example", Level::AdminFull).await;
    let seen = settings::patient_access(&owner).await.unwrap();
    assert_eq!((seen.invitations, seen.link_life), (true, Span::hours(24)));
    settings::save_patient_access(&owner, seen.version, false, 72).await.unwrap();
    let late = settings::save_patient_access(&manager, seen.version, true, 24).await.unwrap_err();
    assert!(matches!(late, Error::Conflict(Conflict::ChangedMeanwhile)));
    let now = settings::patient_access(&manager).await.unwrap();
    assert_eq!((now.invitations, now.link_life), (false, Span::hours(72)));
    for hours in [0, 721, u32::MAX] {
        let wrong = settings::save_patient_access(&owner, now.version, true, hours).await.unwrap_err();
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
        assert!(matches!(settings::save_patient_access(&user, 0, false, 24).await, Err(Error::Forbidden(_))));
    }
    assert!(matches!(settings::patient_access(&town.anon()).await, Err(Error::NotSignedIn)));
}
