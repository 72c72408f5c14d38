//! Promises about groups and their settings.

use domain::{
    practice::{MessageSettings, PatientAccess, PracticeDetails},
    time::{Span, Time},
};
use services::ports::{Clash, StoreError};
use storage::testing::TestDatabase;

use crate::world::{NOW, World, clash, email, id, later, may_manage_settings, run};

promises!(
    the_first_run_is_claimed_once,
    a_group_begins_with_default_settings,
    settings_are_not_saved_over_each_other,
    the_practice_is_not_saved_over_by_somebody_late,
    messages_are_the_groups_and_not_saved_over_each_other,
    mails_are_counted_by_the_month,
    a_group_of_a_server_of_the_version_before_has_default_messages,
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

// S4-09, S4-10: one row for the group; R-14: the second of two who edit at once is told.
async fn messages_are_the_groups_and_not_saved_over_each_other(database: &TestDatabase) {
    let world = World::new(database).await;
    let may = may_manage_settings(&world.mira);
    let read = world.read().await.lookup_messages(&may, NOW).await.unwrap();
    assert_eq!(read, MessageSettings::default());
    let changed = MessageSettings {
        sender: "Harbour".into(),
        reply_to: Some(email("Desk@example.org")),
        monthly_credit: Some(0),
        used: 0,
        reminders: false,
        reminder_hours: 336,
        version: read.version,
    };
    let mut work = world.begin().await;
    assert!(work.save_messages(&may, &changed, later(1)).await.unwrap());
    assert!(!work.save_messages(&may, &read, later(2)).await.unwrap());
    work.save().await.unwrap();
    let stored = world.read().await.lookup_messages(&may_manage_settings(&world.alex), NOW).await.unwrap();
    assert_eq!(stored, MessageSettings { version: read.version + 1, ..changed });
    // TG-01
    let mut work = world.begin().await;
    let elsewhere = may_manage_settings(&world.other);
    assert_eq!(work.lookup_messages(&elsewhere, NOW).await.unwrap(), MessageSettings::default());
    assert!(work.save_messages(&may, &stored, later(3)).await.unwrap(), "what was read may be saved again");
    assert!(work.save_messages(&elsewhere, &MessageSettings::default(), later(3)).await.unwrap());
    assert_eq!(work.lookup_messages(&may, NOW).await.unwrap().sender, "Harbour");
}

// S4-09
async fn mails_are_counted_by_the_month(database: &TestDatabase) {
    let world = World::new(database).await;
    let used = async |group, at: i64| {
        world.read().await.unscoped_lookup_messages(group, Time::from_millis(at)).await.unwrap().used
    };
    // The last millisecond of November 2026, and the first of December.
    let (november, december) = (1_796_083_199_999, 1_796_083_200_000);
    let mut work = world.begin().await;
    for at in [november, november, december] {
        work.unscoped_count_message(world.group, Time::from_millis(at)).await.unwrap();
    }
    work.save().await.unwrap();
    assert_eq!(used(world.group, november).await, 2);
    assert_eq!(used(world.group, december).await, 1);
    assert_eq!(used(world.group, NOW.millis()).await, 0);
    assert_eq!(used(world.other.group, november).await, 0, "the other group has its own");
    // Two mails leave at once: both are counted.
    let mut both = tokio::task::JoinSet::new();
    for _ in 0..2 {
        let (store, group) = (database.store(), world.group);
        both.spawn(async move {
            let mut work = store.begin().await.unwrap();
            work.unscoped_count_message(group, Time::from_millis(december)).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            work.save().await.unwrap();
        });
    }
    both.join_all().await;
    assert_eq!(used(world.group, december).await, 3);
}

// It knows nothing of the row.
async fn a_group_of_a_server_of_the_version_before_has_default_messages(database: &TestDatabase) {
    let world = World::new(database).await;
    run(&database.url_text(), "DELETE FROM message_settings").await.unwrap();
    let may = may_manage_settings(&world.mira);
    let mut work = world.begin().await;
    let read = work.lookup_messages(&may, NOW).await.unwrap();
    assert_eq!(read, MessageSettings::default());
    assert!(work.save_messages(&may, &read, later(1)).await.unwrap());
    assert!(!work.save_messages(&may, &read, later(2)).await.unwrap());
}
