//! Promises about how practitioners and patients belong together.

use domain::{
    access::Relationship,
    ids::{PatientId, UserId},
    page::PageRequest,
    patient::PatientFilter,
    user::{Level, User, UserState},
};
use storage::testing::TestDatabase;

use crate::world::{NOW, World, account, id, may_enter, may_list, user};

promises!(
    relationships_are_listed_by_last_name,
    the_unrelated_are_practitioners_at_work,
    a_patient_is_granted_and_taken_back,
    a_patient_is_hidden_and_shown_again,
    what_was_automatic_is_automatic_again,
    own_patients_stay_sorted,
    nothing_is_related_across_groups,
    of_two_who_set_at_once_both_are_heard,
);

async fn add(world: &World, first: &str, last: &str, level: Level, state: UserState) -> User {
    let person = account(&format!("{}@example.org", id::<uuid::Uuid>().simple()));
    let user = User { state, ..user(world.group, &person, first, last, level) };
    let mut work = world.begin().await;
    work.add_account(&person, NOW).await.unwrap();
    work.unscoped_add_user(&user, NOW).await.unwrap();
    work.save().await.unwrap();
    user
}

async fn set(world: &World, patient: PatientId, user: UserId, relationship: Relationship) -> bool {
    let may = world.may_relate(&world.mira, patient).await;
    let mut work = world.begin().await;
    let set = work.set_relationship(&may, user, relationship).await.unwrap();
    work.save().await.unwrap();
    set
}

async fn remove(world: &World, patient: PatientId, user: UserId) -> bool {
    let may = world.may_relate(&world.mira, patient).await;
    let mut work = world.begin().await;
    let removed = work.remove_relationship(&may, user).await.unwrap();
    work.save().await.unwrap();
    removed
}

async fn relationship(world: &World, user: &User, patient: PatientId) -> Option<Relationship> {
    world.read().await.patient_facts(&may_enter(user), patient, NOW).await.unwrap().unwrap().relationship
}

/// Whose patients a user finds.
async fn own(world: &World, user: &User) -> Vec<String> {
    let page = PageRequest { after: None, limit: Some(200) };
    let found = world.read().await.list_patients(&may_list(user), &PatientFilter::default(), &page).await.unwrap();
    found.rows.into_iter().map(|record| record.patient.details.name.shown()).collect()
}

async fn relationships_are_listed_by_last_name(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let zed = add(&world, "Tom", "Zed", Level::Clinical, UserState::Active).await;
    let gone = add(&world, "Ida", "Ångström", Level::Personal, UserState::Deactivated).await;
    for (user, relationship) in
        [(&zed, Relationship::Granted), (&gone, Relationship::Automatic), (&world.noor, Relationship::Revoked)]
    {
        assert!(set(&world, ann.id, user.id, relationship).await);
    }
    let may = world.may_relate(&world.mira, ann.id).await;
    let all =
        [(world.noor.clone(), Relationship::Revoked), (gone, Relationship::Automatic), (zed, Relationship::Granted)];
    let whole = world.read().await.list_relationships(&may, &PageRequest::default()).await.unwrap();
    assert_eq!((whole.rows.as_slice(), whole.next), (&all[..], None));
    let (mut paged, mut page) = (Vec::new(), PageRequest { after: None, limit: Some(1) });
    loop {
        let found = world.read().await.list_relationships(&may, &page).await.unwrap();
        assert_eq!(found.rows.len(), 1);
        paged.extend(found.rows);
        page.after = found.next;
        if page.after.is_none() {
            break;
        }
    }
    assert_eq!(paged, all, "page by page the same");
    for after in ["nonsense".to_owned(), world.other.id.to_string(), id::<UserId>().to_string()] {
        let page = PageRequest { after: Some(after), limit: None };
        assert_eq!(world.read().await.list_relationships(&may, &page).await.unwrap().rows, []);
    }
    let bea = world.patient("Bea", "Lee").await;
    let may = world.may_relate(&world.mira, bea.id).await;
    assert_eq!(world.read().await.list_relationships(&may, &PageRequest::default()).await.unwrap().rows, []);
}

async fn the_unrelated_are_practitioners_at_work(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    for level in Level::ALL {
        for state in UserState::ALL {
            add(&world, "Tom", state.code(), level, state).await;
        }
    }
    let siobhan = add(&world, "Siobhán", "Aaa", Level::OwnAndContacts, UserState::Active).await;
    let may = world.may_relate(&world.mira, ann.id).await;
    let names = async |text: &str| {
        let users = world.read().await.list_unrelated(&may, text).await.unwrap();
        users.into_iter().map(|user| user.name.shown()).collect::<Vec<_>>()
    };
    let all = ["Siobhán Aaa", "Tom active", "Tom active", "Tom active", "Tom active", "Dr mira@example.org Anand"];
    let all: Vec<&str> = all.into_iter().chain(["Dr noor@example.org Anand"]).collect();
    assert_eq!(names("").await, all);
    assert_eq!(names("  ").await, all);
    assert_eq!(names("siob").await, ["Siobhán Aaa"]);
    assert_eq!(names("AA").await, ["Siobhán Aaa"]);
    assert_eq!(names("tom").await.len(), 4);
    assert_eq!(names("...").await, Vec::<String>::new());
    assert_eq!(names("om").await, Vec::<String>::new());
    for relationship in [Relationship::Granted, Relationship::Revoked, Relationship::Automatic] {
        assert!(set(&world, ann.id, siobhan.id, relationship).await);
        assert_eq!(names("").await, all[1..], "{relationship:?}");
    }
}

// S4-05
async fn a_patient_is_granted_and_taken_back(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    assert_eq!(own(&world, &world.noor).await, Vec::<String>::new());
    assert!(set(&world, ann.id, world.noor.id, Relationship::Granted).await);
    assert!(set(&world, ann.id, world.noor.id, Relationship::Granted).await, "twice is once");
    assert_eq!(own(&world, &world.noor).await, ["Ann Lee"]);
    assert_eq!(relationship(&world, &world.noor, ann.id).await, Some(Relationship::Granted));
    assert!(remove(&world, ann.id, world.noor.id).await);
    assert!(!remove(&world, ann.id, world.noor.id).await, "nothing is left to take away");
    assert_eq!(relationship(&world, &world.noor, ann.id).await, None);
    assert_eq!(own(&world, &world.noor).await, Vec::<String>::new());
}

async fn a_patient_is_hidden_and_shown_again(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let tom = add(&world, "Tom", "Okafor", Level::Clinical, UserState::Active).await;
    assert_eq!(own(&world, &tom).await, ["Ann Lee"]);
    assert!(set(&world, ann.id, tom.id, Relationship::Revoked).await);
    assert_eq!(own(&world, &tom).await, Vec::<String>::new());
    assert!(remove(&world, ann.id, tom.id).await);
    assert_eq!((own(&world, &tom).await, relationship(&world, &tom, ann.id).await), (vec!["Ann Lee".into()], None));
    // Granted, then hidden: what is left after both is what the level says.
    assert!(set(&world, ann.id, world.noor.id, Relationship::Granted).await);
    assert!(set(&world, ann.id, world.noor.id, Relationship::Revoked).await);
    assert!(remove(&world, ann.id, world.noor.id).await);
    assert_eq!(relationship(&world, &world.noor, ann.id).await, None);
}

// What appointments, invoices or notes made is hidden, never lost.
async fn what_was_automatic_is_automatic_again(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    world.relate(&world.noor, ann.id, Relationship::Automatic).await;
    assert!(!remove(&world, ann.id, world.noor.id).await, "it cannot be taken away");
    for steps in [
        &[Relationship::Revoked][..],
        &[Relationship::Granted],
        &[Relationship::Revoked, Relationship::Revoked],
        &[Relationship::Granted, Relationship::Revoked, Relationship::Granted],
    ] {
        for step in steps {
            assert!(set(&world, ann.id, world.noor.id, *step).await);
            assert_eq!(relationship(&world, &world.noor, ann.id).await, Some(*step));
        }
        assert!(remove(&world, ann.id, world.noor.id).await, "{steps:?}");
        assert_eq!(relationship(&world, &world.noor, ann.id).await, Some(Relationship::Automatic), "{steps:?}");
        assert!(!remove(&world, ann.id, world.noor.id).await);
    }
    // Made by work after it was granted: from then on as above.
    let bea = world.patient("Bea", "Lee").await;
    assert!(set(&world, bea.id, world.noor.id, Relationship::Granted).await);
    world.relate(&world.noor, bea.id, Relationship::Automatic).await;
    assert!(set(&world, bea.id, world.noor.id, Relationship::Revoked).await);
    assert!(remove(&world, bea.id, world.noor.id).await);
    assert_eq!(relationship(&world, &world.noor, bea.id).await, Some(Relationship::Automatic));
}

async fn own_patients_stay_sorted(database: &TestDatabase) {
    let world = World::new(database).await;
    for (first, last) in [("Cleo", "Zorn"), ("Ann", "Lee"), ("Bea", "Adams")] {
        let patient = world.patient(first, last).await;
        assert!(set(&world, patient.id, world.noor.id, Relationship::Granted).await);
    }
    assert_eq!(own(&world, &world.noor).await, ["Bea Adams", "Ann Lee", "Cleo Zorn"]);
}

// TG-01, TG-02, S4-13
async fn nothing_is_related_across_groups(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    for user in [world.other.id, id()] {
        assert!(!set(&world, ann.id, user, Relationship::Granted).await, "no such user in the group");
    }
    assert!(set(&world, ann.id, world.noor.id, Relationship::Granted).await);
    let strangers = world.stranger_may_relate(ann.id);
    let mut work = world.begin().await;
    assert_eq!(work.list_relationships(&strangers, &PageRequest::default()).await.unwrap().rows, []);
    assert_eq!(work.list_unrelated(&strangers, "").await.unwrap(), std::slice::from_ref(&world.other));
    for user in [world.other.id, world.noor.id] {
        assert!(!work.set_relationship(&strangers, user, Relationship::Revoked).await.unwrap());
        assert!(!work.remove_relationship(&strangers, user).await.unwrap());
    }
    work.save().await.unwrap();
    let may = world.may_relate(&world.mira, ann.id).await;
    let mut view = world.read().await;
    let related = view.list_relationships(&may, &PageRequest::default()).await.unwrap().rows;
    assert_eq!(related, [(world.noor.clone(), Relationship::Granted)]);
    let unrelated = view.list_unrelated(&may, "").await.unwrap();
    assert!(unrelated.iter().all(|user| user.group == world.group));
}

async fn of_two_who_set_at_once_both_are_heard(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let mut both = tokio::task::JoinSet::new();
    for relationship in [Relationship::Granted, Relationship::Revoked] {
        let (store, user) = (database.store(), world.noor.id);
        let may = world.may_relate(&world.mira, ann.id).await;
        both.spawn(async move {
            let mut work = store.begin().await.unwrap();
            assert!(work.set_relationship(&may, user, relationship).await.unwrap());
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            work.save().await.unwrap();
        });
    }
    both.join_all().await;
    assert!(relationship(&world, &world.noor, ann.id).await.is_some());
    assert!(remove(&world, ann.id, world.noor.id).await);
}
