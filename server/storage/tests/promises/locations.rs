//! Promises about locations.

use domain::{
    limits,
    location::{Location, Opening, OpeningHours},
    user::User,
};
use storage::testing::TestDatabase;

use crate::world::{NOW, World, id, may_enter, may_manage_locations};

promises!(
    a_location_is_kept_whole,
    locations_are_the_groups_own_by_name,
    the_second_of_two_who_edit_is_told,
    another_groups_proof_changes_nothing,
    no_more_are_listed_than_a_group_may_have,
);

fn place(name: &str) -> Location {
    let mut hours = OpeningHours::default();
    hours.0[0] = vec![Opening { from: 510, to: 750 }, Opening { from: 810, to: 1_440 }];
    hours.0[6] = vec![Opening { from: 0, to: 60 }];
    Location {
        id: id(),
        name: name.into(),
        time_zone: "Europe/Zurich".into(),
        address: "1 Street".into(),
        phone: "044 000 00 00".into(),
        hours,
        version: 0,
    }
}

async fn listed(world: &World, user: &User) -> Vec<Location> {
    world.read().await.list_locations(&may_enter(user)).await.unwrap()
}

async fn save(world: &World, user: &User, location: &Location) -> bool {
    let mut work = world.begin().await;
    let saved = work.save_location(&may_manage_locations(user), location).await.unwrap();
    work.save().await.unwrap();
    saved
}

async fn add(world: &World, user: &User, location: &Location) {
    let mut work = world.begin().await;
    work.add_location(&may_manage_locations(user), location, NOW).await.unwrap();
    work.save().await.unwrap();
}

// S4-06
async fn a_location_is_kept_whole(database: &TestDatabase) {
    let world = World::new(database).await;
    let beach = place("Beach Road");
    add(&world, &world.mira, &beach).await;
    let stored = |all: Vec<Location>| all.into_iter().find(|location| location.id == beach.id).unwrap();
    assert_eq!(stored(listed(&world, &world.noor).await), beach);
    let moved = Location {
        name: "Hill Road".into(),
        time_zone: "Europe/London".into(),
        address: String::new(),
        phone: String::new(),
        hours: OpeningHours::default(),
        ..beach.clone()
    };
    assert!(save(&world, &world.mira, &moved).await);
    assert_eq!(stored(listed(&world, &world.mira).await), Location { version: 1, ..moved });
}

async fn locations_are_the_groups_own_by_name(database: &TestDatabase) {
    let world = World::new(database).await;
    for name in ["zürich street", "Älplerweg", "Beach Road"] {
        add(&world, &world.mira, &place(name)).await;
    }
    let names = async |user| listed(&world, user).await.into_iter().map(|one| one.name).collect::<Vec<_>>();
    assert_eq!(names(&world.mira).await, ["Älplerweg", "Beach Road", "Harbour & Hill Main", "zürich street"]);
    // TG-01
    assert_eq!(names(&world.other).await, ["Elsewhere Main"]);
    let first = listed(&world, &world.mira).await.remove(0);
    assert!(save(&world, &world.mira, &Location { name: "Ost".into(), ..first }).await);
    assert_eq!(names(&world.mira).await, ["Beach Road", "Harbour & Hill Main", "Ost", "zürich street"]);
}

//
async fn the_second_of_two_who_edit_is_told(database: &TestDatabase) {
    let world = World::new(database).await;
    let read = listed(&world, &world.mira).await.remove(0);
    let first = Location { phone: "044 111 11 11".into(), ..read.clone() };
    assert!(save(&world, &world.mira, &first).await);
    assert!(!save(&world, &world.alex, &Location { address: "2 Street".into(), ..read.clone() }).await);
    assert_eq!(listed(&world, &world.mira).await, [Location { version: read.version + 1, ..first }]);
    let saves = |n: u32| {
        let (store, may) = (database.store(), may_manage_locations(&world.mira));
        let location = Location { phone: format!("044 222 22 {n:02}"), version: 1, ..read.clone() };
        tokio::spawn(async move {
            let mut work = store.begin().await.unwrap();
            let saved = work.save_location(&may, &location).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            work.save().await.unwrap();
            saved
        })
    };
    let (one, two) = (saves(1), saves(2));
    assert_ne!(one.await.unwrap(), two.await.unwrap());
}

// TG-02, S4-13
async fn another_groups_proof_changes_nothing(database: &TestDatabase) {
    let world = World::new(database).await;
    let read = listed(&world, &world.mira).await;
    let taken = Location { name: "Taken".into(), ..read[0].clone() };
    assert!(!save(&world, &world.other, &taken).await);
    assert!(!save(&world, &world.mira, &place("Not there")).await);
    assert_eq!(listed(&world, &world.mira).await, read);
}

async fn no_more_are_listed_than_a_group_may_have(database: &TestDatabase) {
    let world = World::new(database).await;
    let mut work = world.begin().await;
    for n in 0..=limits::LOCATIONS {
        work.unscoped_add_location(world.group, &place(&format!("Room {n}")), NOW).await.unwrap();
    }
    work.save().await.unwrap();
    assert_eq!(listed(&world, &world.mira).await.len(), limits::LOCATIONS);
}
