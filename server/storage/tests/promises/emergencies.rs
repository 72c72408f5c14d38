//! Promises about records that are opened in an emergency (PR-04).

use domain::{
    access::{Access, OpenInEmergency, ReviewEmergencies, SeekInEmergency, ViewPatient},
    emergency_access::{SeekForm, Sought},
    ids::{EmergencyId, PatientId},
    page::PageRequest,
    practice::PracticeForm,
    time::Time,
    user::{Level, User},
};
use storage::testing::TestDatabase;

use crate::world::{NOW, World, account, actor, id, later, may_enter, may_manage_settings, patient, user};

promises!(
    it_opens_to_its_user_until_it_ends,
    it_is_ended_before_its_time,
    it_is_looked_at_once,
    openings_are_listed_latest_first,
    people_are_found_by_name_and_birth_date,
    hours_are_the_groups_own,
    a_stranger_touches_none,
);

/// A practitioner whose level reaches own patients only.
async fn near(world: &World) -> User {
    let person = account(&format!("{}@example.org", id::<uuid::Uuid>().simple()));
    let near = user(world.group, &person, "Sol", "Near", Level::Personal);
    let mut work = world.begin().await;
    work.add_account(&person, NOW).await.unwrap();
    work.unscoped_add_user(&near, NOW).await.unwrap();
    work.save().await.unwrap();
    near
}

async fn may_open(world: &World, by: &User, patient: PatientId) -> Access<OpenInEmergency> {
    let facts = world.read().await.patient_facts(&may_enter(by), patient, NOW).await.unwrap().unwrap();
    actor(by).may(OpenInEmergency, &facts).unwrap()
}

fn may_review(by: &User) -> Access<ReviewEmergencies> {
    actor(by).may(ReviewEmergencies, &()).unwrap()
}

async fn open(world: &World, by: &User, patient: PatientId, at: Time, until: Time) -> EmergencyId {
    let (may, opened) = (may_open(world, by, patient).await, id());
    let mut work = world.begin().await;
    work.open_emergency(&may, opened, "Found unconscious; Ärztin 'x'", at, until).await.unwrap();
    work.save().await.unwrap();
    opened
}

/// Does this user reach the record at this time, and is that because of an emergency?
async fn reaches(world: &World, by: &User, patient: PatientId, at: Time) -> Option<bool> {
    let facts = world.read().await.patient_facts(&may_enter(by), patient, at).await.unwrap().unwrap();
    actor(by).may(ViewPatient, &facts).ok().map(|access| access.by().emergency)
}

async fn it_opens_to_its_user_until_it_ends(database: &TestDatabase) {
    let world = World::new(database).await;
    let [ann, bea] = [world.patient("Ann", "Lee").await, world.patient("Bea", "Lee").await];
    let (sol, other) = (near(&world).await, near(&world).await);
    assert_eq!(reaches(&world, &sol, ann.id, NOW).await, None);
    open(&world, &sol, ann.id, NOW, later(100)).await;
    for at in [NOW, later(99)] {
        assert_eq!(reaches(&world, &sol, ann.id, at).await, Some(true));
    }
    // From that moment on, without a job having to run.
    assert_eq!(reaches(&world, &sol, ann.id, later(100)).await, None);
    assert_eq!(reaches(&world, &sol, bea.id, NOW).await, None);
    assert_eq!(reaches(&world, &other, ann.id, NOW).await, None);
    open(&world, &sol, bea.id, later(1), later(50)).await;
    let may = may_open(&world, &sol, ann.id).await;
    let mut work = world.read().await;
    assert_eq!(
        work.list_own_emergencies(&may_enter(&sol), later(2)).await.unwrap(),
        [(bea.id, later(50)), (ann.id, later(100))]
    );
    assert_eq!(work.list_own_emergencies(&may_enter(&sol), later(50)).await.unwrap(), [(ann.id, later(100))]);
    assert_eq!(work.list_own_emergencies(&may_enter(&other), later(2)).await.unwrap(), []);
    assert_eq!(work.count_own_emergencies(&may, later(-1)).await.unwrap(), 2);
    assert_eq!(work.count_own_emergencies(&may, NOW).await.unwrap(), 1);
    assert_eq!(work.emergency_reviewers(&may).await.unwrap(), [world.mira.id, world.alex.id]);
}

async fn it_is_ended_before_its_time(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let (sol, other) = (near(&world).await, near(&world).await);
    let first = open(&world, &sol, ann.id, NOW, later(100)).await;
    let mut work = world.begin().await;
    assert!(!work.end_emergencies_of(&may_enter(&other), other.id, Some(ann.id), later(5)).await.unwrap());
    assert!(work.end_emergencies_of(&may_enter(&sol), sol.id, Some(ann.id), later(5)).await.unwrap());
    assert!(!work.end_emergencies_of(&may_enter(&sol), sol.id, Some(ann.id), later(6)).await.unwrap());
    assert!(!work.end_emergency(&may_review(&world.mira), first, later(6)).await.unwrap());
    work.save().await.unwrap();
    assert_eq!(reaches(&world, &sol, ann.id, later(7)).await, None);
    let second = open(&world, &sol, ann.id, later(8), later(100)).await;
    let mut work = world.begin().await;
    assert!(work.end_emergency(&may_review(&world.mira), second, later(9)).await.unwrap());
    assert!(!work.end_emergency(&may_review(&world.mira), second, later(10)).await.unwrap());
    work.save().await.unwrap();
    assert_eq!(reaches(&world, &sol, ann.id, later(11)).await, None);
    // What ended by itself cannot be ended.
    let third = open(&world, &sol, ann.id, later(12), later(13)).await;
    let mut work = world.begin().await;
    assert!(!work.end_emergencies_of(&may_enter(&sol), sol.id, Some(ann.id), later(13)).await.unwrap());
    assert!(!work.end_emergency(&may_review(&world.mira), third, later(13)).await.unwrap());
    drop(work);
    // All that one user holds open, and nobody else's.
    let bea = world.patient("Bea", "Lee").await;
    for (user, patient) in [(&sol, ann.id), (&sol, bea.id), (&other, bea.id)] {
        open(&world, user, patient, later(14), later(100)).await;
    }
    let mut work = world.begin().await;
    assert!(work.end_emergencies_of(&may_enter(&world.mira), sol.id, None, later(15)).await.unwrap());
    assert!(!work.end_emergencies_of(&may_enter(&world.other), other.id, None, later(15)).await.unwrap());
    work.save().await.unwrap();
    for (user, patient, open) in [(&sol, ann.id, None), (&sol, bea.id, None), (&other, bea.id, Some(true))] {
        assert_eq!(reaches(&world, user, patient, later(16)).await, open);
    }
}

async fn it_is_looked_at_once(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let sol = near(&world).await;
    let opened = open(&world, &sol, ann.id, NOW, later(100)).await;
    let may = may_review(&world.mira);
    let mut work = world.begin().await;
    assert_eq!(work.lookup_emergency(&may, opened).await.unwrap().unwrap().reviewed, None);
    assert!(work.review_emergency(&may, opened, later(1)).await.unwrap());
    assert!(!work.review_emergency(&may, opened, later(2)).await.unwrap());
    assert!(!work.review_emergency(&may, id(), later(2)).await.unwrap());
    let kept = work.lookup_emergency(&may, opened).await.unwrap().unwrap();
    assert_eq!((kept.user, kept.patient, &*kept.reason), (sol.id, ann.id, "Found unconscious; Ärztin 'x'"));
    assert_eq!((kept.opened_at, kept.until, kept.ended_at), (NOW, later(100), None));
    assert_eq!(kept.reviewed, Some((world.mira.id, later(1))));
}

async fn openings_are_listed_latest_first(database: &TestDatabase) {
    let world = World::new(database).await;
    let sol = near(&world).await;
    let mut opened = Vec::new();
    for n in 0..5 {
        let who = world.patient("Ann", "Lee").await;
        opened.push(open(&world, &sol, who.id, later(n), later(100)).await);
    }
    opened.reverse();
    let may = may_review(&world.mira);
    let (mut seen, mut page) = (Vec::new(), PageRequest { after: None, limit: Some(2) });
    loop {
        let found = world.read().await.list_emergencies(&may, &page).await.unwrap();
        seen.extend(found.rows.iter().map(|row| row.id));
        page.after = found.next;
        if page.after.is_none() {
            break;
        }
    }
    assert_eq!(seen, opened);
    let nonsense = PageRequest { after: Some("x".into()), limit: None };
    assert_eq!(world.read().await.list_emergencies(&may, &nonsense).await.unwrap().rows, []);
}

fn sought(first: &str, last: &str, born: &str) -> Sought {
    let [first_name, last_name, birth_date] = [first, last, born].map(str::to_owned);
    SeekForm { first_name, last_name, birth_date, reason: "Found unconscious".into() }.check().unwrap()
}

async fn people_are_found_by_name_and_birth_date(database: &TestDatabase) {
    let world = World::new(database).await;
    let born = |first: &str, last: &str, preferred: &str, date: Option<&str>| {
        let mut patient = patient(first, last);
        patient.details.name.preferred = preferred.into();
        patient.details.birth_date = date.map(|date| date.parse().unwrap());
        patient
    };
    let zoe = born("Zoë", "O'Brien", "Zed", Some("1980-02-29"));
    let twin = born("Zac", "O'Brien", "", Some("1980-02-29"));
    let twice = [born("Ann", "Lee", "", Some("1990-01-01")), born("Ann", "Lee", "", Some("1990-01-01"))];
    let unknown = born("Ann", "Lee", "", None);
    for one in [&zoe, &twin, &twice[0], &twice[1], &unknown] {
        world.add(one, None).await;
    }
    let sol = near(&world).await;
    let may = actor(&sol).may(SeekInEmergency, &()).unwrap();
    let find = async |first: &str, last: &str, date: &str| {
        world.read().await.seek_in_emergency(&may, &sought(first, last, date)).await.unwrap()
    };
    assert_eq!(find("zoe", "o'brien", "1980-02-29").await, [zoe.id]);
    assert_eq!(find("ZED", "O'BRIEN", "1980-02-29").await, [zoe.id]);
    assert_eq!(find("Zac", "O'Brien", "1980-02-29").await, [twin.id]);
    for (first, last, date) in
        [("Zo", "O'Brien", "1980-02-29"), ("Zoë", "Brien", "1980-02-29"), ("Zoë", "O'Brien", "1980-02-28")]
    {
        assert_eq!(find(first, last, date).await, [], "{first} {last} {date}");
    }
    assert_eq!(find("Ann", "Lee", "1990-01-01").await.len(), 2);
}

async fn hours_are_the_groups_own(database: &TestDatabase) {
    let world = World::new(database).await;
    let hours = async |of: &User| world.read().await.emergency_hours(&may_enter(of)).await.unwrap();
    assert_eq!(hours(&world.mira).await, Some(4));
    for (typed, kept) in [("24", Some(24)), ("0", None)] {
        let may = may_manage_settings(&world.mira);
        let mut work = world.begin().await;
        let now = work.lookup_practice_details(&may).await.unwrap().unwrap();
        let form = PracticeForm {
            name: now.name.clone(),
            phone: now.phone.clone(),
            idle_minutes: now.idle_minutes.to_string(),
            emergency_hours: Some(typed.into()),
        };
        assert!(work.save_practice_details(&may, &form.check(now.version).unwrap()).await.unwrap());
        let again = work.lookup_practice_details(&may).await.unwrap().unwrap();
        assert_eq!(Some(again.emergency_hours).filter(|hours| *hours > 0), kept);
        work.save().await.unwrap();
        assert_eq!(hours(&world.mira).await, kept);
        assert_eq!(hours(&world.other).await, Some(4));
    }
}

// TG-01: with proofs of another group.
async fn a_stranger_touches_none(database: &TestDatabase) {
    let world = World::new(database).await;
    let mut ann = patient("Ann", "Lee");
    ann.details.birth_date = Some("1990-01-01".parse().unwrap());
    world.add(&ann, None).await;
    let sol = near(&world).await;
    let opened = open(&world, &sol, ann.id, NOW, later(100)).await;
    let may = may_review(&world.other);
    let mut work = world.begin().await;
    assert_eq!(work.list_emergencies(&may, &PageRequest::default()).await.unwrap().rows, []);
    assert_eq!(work.lookup_emergency(&may, opened).await.unwrap(), None);
    assert!(!work.end_emergency(&may, opened, later(1)).await.unwrap());
    assert!(!work.review_emergency(&may, opened, later(1)).await.unwrap());
    assert!(!work.end_emergencies_of(&may_enter(&world.other), world.other.id, Some(ann.id), later(1)).await.unwrap());
    assert_eq!(work.list_own_emergencies(&may_enter(&world.other), later(1)).await.unwrap(), []);
    let stranger = User { level: Level::Personal, ..world.other.clone() };
    let seeks = actor(&stranger).may(SeekInEmergency, &()).unwrap();
    assert_eq!(work.seek_in_emergency(&seeks, &sought("Ann", "Lee", "1990-01-01")).await.unwrap(), []);
    let theirs = actor(&stranger).may(OpenInEmergency, &world.stranger_facts(ann.id)).unwrap();
    assert_eq!(work.count_own_emergencies(&theirs, NOW).await.unwrap(), 0);
    drop(work);
    // The patient is not of their group: there is nothing to open.
    let mut work = world.begin().await;
    assert!(work.open_emergency(&theirs, id(), "x", NOW, later(100)).await.is_err());
    drop(work);
    assert_eq!(reaches(&world, &sol, ann.id, later(1)).await, Some(true));
}
