//! Promises about the portal's handout.

use domain::handout::{Handout, Text};
use storage::testing::TestDatabase;

use crate::world::{World, later, may_enter, may_manage_settings};

promises!(a_handout_is_the_groups_own, the_second_of_two_who_save_is_told);

fn written(title: &str, version: i64) -> Handout {
    Handout { text: Some(Text { title: title.into(), closing: "a\nb".into(), ..Text::default() }), version }
}

async fn a_handout_is_the_groups_own(database: &TestDatabase) {
    let world = World::new(database).await;
    let (may, may_other) = (may_enter(&world.mira), may_enter(&world.other));
    let mut work = world.begin().await;
    assert_eq!(work.lookup_handout(&may).await.unwrap(), Handout { text: None, version: 0 });
    assert!(work.save_handout(&may_manage_settings(&world.mira), &written("Ours", 0), later(1)).await.unwrap());
    work.save().await.unwrap();
    let mut work = world.begin().await;
    assert_eq!(work.lookup_handout(&may).await.unwrap(), written("Ours", 1));
    assert_eq!(work.lookup_handout(&may_other).await.unwrap(), Handout { text: None, version: 0 });
    // The standard text again: the version goes on.
    let standard = Handout { text: None, version: 1 };
    assert!(work.save_handout(&may_manage_settings(&world.mira), &standard, later(2)).await.unwrap());
    assert_eq!(work.lookup_handout(&may).await.unwrap(), Handout { text: None, version: 2 });
}

async fn the_second_of_two_who_save_is_told(database: &TestDatabase) {
    let world = World::new(database).await;
    let may = may_manage_settings(&world.mira);
    let mut work = world.begin().await;
    assert!(work.save_handout(&may, &written("First", 0), later(1)).await.unwrap());
    assert!(!work.save_handout(&may, &written("Second", 0), later(2)).await.unwrap());
    assert!(work.save_handout(&may, &written("Third", 1), later(3)).await.unwrap());
    assert_eq!(work.lookup_handout(&may_enter(&world.mira)).await.unwrap(), written("Third", 2));
}
