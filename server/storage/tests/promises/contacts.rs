//! Promises about contacts.

use domain::patient::{Contact, ContactForm};
use storage::testing::TestDatabase;

use crate::world::{World, id, later};

promises!(
    contacts_are_the_patients_own_by_name,
    whoever_is_rung_comes_first_and_in_order,
    the_second_of_two_who_edit_is_told,
    a_stranger_touches_none
);

fn contact(name: &str) -> Contact {
    let form = ContactForm {
        name: name.into(),
        relationship: "Mother".into(),
        email: "Mum@example.org".into(),
        phone: "0412 345 678".into(),
        emergency: "yes".into(),
    };
    Contact { id: id(), details: form.check().unwrap(), rank: 0, version: 1 }
}

async fn contacts_are_the_patients_own_by_name(database: &TestDatabase) {
    let world = World::new(database).await;
    let (ann, bea) = (world.patient("Ann", "Lee").await, world.patient("Bea", "Lee").await);
    let may = world.may_edit(&world.mira, ann.id).await;
    let contacts = [contact("zoe"), contact("Ámbar"), contact("Bob")];
    let mut work = world.begin().await;
    for contact in &contacts {
        work.add_contact(&may, contact, later(1)).await.unwrap();
    }
    work.save().await.unwrap();
    let [zoe, ambar, bob] = contacts;
    let mut work = world.begin().await;
    assert_eq!(work.list_contacts(&(&may).into()).await.unwrap(), [ambar.clone(), bob.clone(), zoe.clone()]);
    let beas = world.may_edit(&world.mira, bea.id).await;
    assert!(work.list_contacts(&(&beas).into()).await.unwrap().is_empty());
    assert!(!work.remove_contact(&beas, bob.id, bob.version).await.unwrap(), "not by a proof for another patient");
    assert!(work.remove_contact(&may, bob.id, bob.version).await.unwrap());
    assert!(!work.remove_contact(&may, bob.id, bob.version).await.unwrap());
    assert_eq!(work.list_contacts(&(&may).into()).await.unwrap(), [ambar, zoe]);
}

// S0-18: one call adds, saves, removes and puts in order, or does nothing when one of them moved on.
async fn whoever_is_rung_comes_first_and_in_order(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let may = world.may_edit(&world.mira, ann.id).await;
    let (mut zoe, mut bob, mut ada) = (contact("Zoe"), contact("Bob"), contact("Ada"));
    ada.details.emergency = false;
    let mut work = world.begin().await;
    assert!(work.save_contacts(&may, &[], &[zoe.clone(), bob.clone(), ada.clone()], later(1)).await.unwrap());
    work.save().await.unwrap();
    let listed = world.read().await.list_contacts(&(&may).into()).await.unwrap();
    assert_eq!(listed, [bob.clone(), zoe.clone(), ada.clone()]);
    let before = listed;
    (zoe.rank, bob.rank) = (0, 1);
    ada.details.phone = "0400 000 009".into();
    let mut work = world.begin().await;
    let after = [zoe.clone(), bob.clone(), ada.clone()];
    assert!(work.save_contacts(&may, &before, &after, later(2)).await.unwrap());
    work.save().await.unwrap();
    let listed = world.read().await.list_contacts(&(&may).into()).await.unwrap();
    let versions: Vec<_> = listed.iter().map(|one| (one.details.name.as_str(), one.version)).collect();
    assert_eq!(versions, [("Zoe", 1), ("Bob", 2), ("Ada", 2)], "who is as before is not touched");
    let mut work = world.begin().await;
    assert!(!work.save_contacts(&may, &before, &before[..1], later(3)).await.unwrap(), "they moved on");
    drop(work);
    let mut work = world.begin().await;
    assert!(work.save_contacts(&may, &listed, &listed[..1], later(3)).await.unwrap());
    assert_eq!(work.list_contacts(&(&may).into()).await.unwrap(), listed[..1]);
}

async fn the_second_of_two_who_edit_is_told(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let may = world.may_edit(&world.mira, ann.id).await;
    let read = contact("Bob");
    let mut work = world.begin().await;
    work.add_contact(&may, &read, later(1)).await.unwrap();
    let mut changed = read.clone();
    changed.details.name = "Rob".into();
    changed.details.email = None;
    changed.details.emergency = false;
    assert!(work.save_contact(&may, &changed, later(2)).await.unwrap());
    assert!(!work.save_contact(&may, &read, later(3)).await.unwrap());
    assert!(!work.save_contact(&may, &contact("Nobody"), later(3)).await.unwrap());
    let stored = work.list_contacts(&(&may).into()).await.unwrap();
    assert_eq!(stored, [Contact { version: 2, ..changed }]);
}

async fn a_stranger_touches_none(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let may = world.may_edit(&world.mira, ann.id).await;
    let bob = contact("Bob");
    let mut work = world.begin().await;
    work.add_contact(&may, &bob, later(1)).await.unwrap();
    work.save().await.unwrap();
    let forged = world.stranger_may_edit(ann.id);
    let mut work = world.begin().await;
    assert!(work.list_contacts(&(&forged).into()).await.unwrap().is_empty());
    assert!(!work.save_contact(&forged, &bob, later(2)).await.unwrap());
    assert!(!work.remove_contact(&forged, bob.id, bob.version).await.unwrap());
    // The second wall: a row of one group cannot point to a patient of another.
    assert!(work.add_contact(&forged, &contact("Eve"), later(2)).await.is_err());
    drop(work);
    assert_eq!(world.read().await.list_contacts(&(&may).into()).await.unwrap(), [bob]);
}
