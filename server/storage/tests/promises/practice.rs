//! Promises about groups, locations, users and settings.

use domain::{
    practice::{Location, PatientAccess, PracticeDetails, User, UserState},
    time::Span,
};
use services::ports::{Clash, StoreError};
use storage::testing::TestDatabase;

use crate::world::{NOW, World, clash, id, later, may_enter, may_manage_settings};

promises!(
    the_first_run_is_claimed_once,
    a_group_begins_with_default_settings,
    settings_are_not_saved_over_each_other,
    the_practice_is_not_saved_over_by_somebody_late,
    memberships_are_the_accounts_active_ones,
    a_user_is_shown_only_with_their_group,
    locations_are_the_groups_own_by_name,
);

// RC-10: a hundred at once, one claims.
async fn the_first_run_is_claimed_once(database: &TestDatabase) {
    let store = database.store();
    assert!(!store.read().await.unwrap().unscoped_any_group().await.unwrap());
    let mut claims = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let store = database.store();
        claims.spawn(async move {
            let mut work = store.begin().await.unwrap();
            match work.unscoped_claim_set_up(NOW).await {
                Ok(()) => work.save().await.map(|()| true),
                Err(StoreError::Clash(Clash::SetUp)) => Ok(false),
                Err(other) => Err(other),
            }
        });
    }
    let claimed = claims.join_all().await.into_iter().filter(|claim| *claim.as_ref().unwrap()).count();
    assert_eq!(claimed, 1);
    World::new(database).await;
    assert!(store.read().await.unwrap().unscoped_any_group().await.unwrap());
    let again = store.begin().await.unwrap().unscoped_claim_set_up(later(1)).await;
    assert_eq!(clash(again), Clash::SetUp);
}

async fn a_group_begins_with_default_settings(database: &TestDatabase) {
    let world = World::new(database).await;
    let mut view = world.read().await;
    // S0-06
    assert_eq!(view.unscoped_lookup_patient_access(world.group).await.unwrap(), PatientAccess::default());
    let group = view.unscoped_lookup_group(world.group).await.unwrap().unwrap();
    assert_eq!((group.name.as_str(), group.phone.as_str()), ("Harbour & Hill", "02 9999 0000"));
    assert_eq!(view.unscoped_lookup_group(id()).await.unwrap(), None);
}

// S0-30: one row for the group; RC-05: the second of two who edit at once is told.
async fn settings_are_not_saved_over_each_other(database: &TestDatabase) {
    let world = World::new(database).await;
    let may = may_manage_settings(&world.mira);
    let read = world.read().await.unscoped_lookup_patient_access(world.group).await.unwrap();
    let changed = PatientAccess { invitations: false, link_life: Span::days(30), ..read };
    let mut work = world.begin().await;
    assert!(work.save_patient_access(&may, &changed, later(1)).await.unwrap());
    assert!(!work.save_patient_access(&may, &read, later(2)).await.unwrap());
    work.save().await.unwrap();
    let mut view = world.read().await;
    let stored = view.unscoped_lookup_patient_access(world.group).await.unwrap();
    assert_eq!((stored.invitations, stored.link_life), (false, Span::days(30)));
    assert_ne!(stored.version, read.version);
    let others = view.unscoped_lookup_patient_access(world.other.group).await.unwrap();
    assert_eq!(others, PatientAccess::default(), "the other group keeps its own");
}

// RC-05, and only the own group.
async fn the_practice_is_not_saved_over_by_somebody_late(database: &TestDatabase) {
    let world = World::new(database).await;
    let may = may_manage_settings(&world.mira);
    let read = world.read().await.lookup_practice_details(&may).await.unwrap().unwrap();
    let changed = PracticeDetails { name: "Hill & Harbour".to_owned(), phone: String::new(), ..read.clone() };
    let mut work = world.begin().await;
    assert!(work.save_practice_details(&may, &changed).await.unwrap());
    assert!(!work.save_practice_details(&may, &read).await.unwrap());
    work.save().await.unwrap();
    let mut view = world.read().await;
    let stored = view.lookup_practice_details(&may).await.unwrap().unwrap();
    assert_eq!((&*stored.name, &*stored.phone), ("Hill & Harbour", ""));
    assert_ne!(stored.version, read.version);
    let other = view.unscoped_lookup_group(world.other.group).await.unwrap().unwrap();
    assert_ne!(other.name, "Hill & Harbour");
}

async fn memberships_are_the_accounts_active_ones(database: &TestDatabase) {
    let world = World::new(database).await;
    let mut work = world.begin().await;
    let second = User { id: id(), group: world.other.group, ..world.mira.clone() };
    work.unscoped_add_user(&second, later(1)).await.unwrap();
    let gone = User { id: id(), group: world.other.group, state: UserState::Deactivated, ..world.noor.clone() };
    work.unscoped_add_user(&gone, later(1)).await.unwrap();
    work.save().await.unwrap();
    let mut view = world.read().await;
    assert_eq!(view.list_memberships(world.mira.account).await.unwrap(), [world.mira.clone(), second]);
    assert_eq!(view.list_memberships(world.noor.account).await.unwrap(), std::slice::from_ref(&world.noor));
    assert_eq!(view.unscoped_lookup_user(gone.group, gone.id).await.unwrap(), Some(gone));
}

async fn a_user_is_shown_only_with_their_group(database: &TestDatabase) {
    let world = World::new(database).await;
    let mut view = world.read().await;
    assert_eq!(view.unscoped_lookup_user(world.group, world.mira.id).await.unwrap(), Some(world.mira.clone()));
    assert_eq!(view.unscoped_lookup_user(world.other.group, world.mira.id).await.unwrap(), None);
}

async fn locations_are_the_groups_own_by_name(database: &TestDatabase) {
    let world = World::new(database).await;
    let mut work = world.begin().await;
    for name in ["zürich street", "Älplerweg", "Beach Road"] {
        let location = Location {
            id: id(),
            name: name.into(),
            time_zone: "Europe/Zurich".into(),
            address: "1 Street".into(),
            phone: "044 000 00 00".into(),
        };
        work.unscoped_add_location(world.group, &location, NOW).await.unwrap();
    }
    work.save().await.unwrap();
    let locations = world.read().await.list_locations(&may_enter(&world.mira)).await.unwrap();
    let names: Vec<&str> = locations.iter().map(|location| location.name.as_str()).collect();
    assert_eq!(names, ["Älplerweg", "Beach Road", "Harbour & Hill Main", "zürich street"]);
}
