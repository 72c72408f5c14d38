//! Promises about patients' records: who finds them, and who changes them.

use domain::{
    access::{PatientFacts, Relationship},
    patient::{DetailsForm, Patient, PortalState},
    time::Date,
};
use services::ports::Clash;
use storage::testing::TestDatabase;

use crate::world::{NOW, World, clash, details, id, later, may_add, may_enter, patient};

promises!(
    a_record_is_kept_whole,
    a_number_is_given_once_in_a_group,
    the_second_of_two_who_edit_is_told,
    another_groups_proof_finds_and_changes_nothing,
    a_proof_for_one_patient_does_not_change_another,
    facts_tell_the_relationship,
    the_one_who_adds_treats_the_patient,
    some_patients_are_those_one_may_see,
);

async fn a_record_is_kept_whole(database: &TestDatabase) {
    let world = World::new(database).await;
    let form = DetailsForm {
        legal_first: "Thị Ánh".into(),
        legal_last: "Nguyễn".into(),
        preferred: "Lien".into(),
        birth_date: "1990-02-28".into(),
        gender: "female".into(),
        email: "Lien@Example.org".into(),
        mobile: "0412 345 678".into(),
        phone: "02 9999 1111".into(),
        street: "1 O'Brien St".into(),
        city: "Sydney".into(),
        region: "NSW".into(),
        postcode: "2000".into(),
        country: "Australia".into(),
        status: "inactive".into(),
    };
    let details = form.check(Date::new(2026, 11, 23).unwrap()).unwrap();
    let patient = Patient { details, ..patient("x", "y") };
    world.add(&patient, None).await;
    let may = world.may_view(&world.mira, patient.id).await;
    let stored = world.read().await.lookup_patient(&may).await.unwrap().unwrap();
    assert_eq!(stored.patient, patient);
    assert_eq!(stored.patient.details.email.unwrap().as_str(), "Lien@Example.org");
    assert_eq!(stored.portal, PortalState::None);
}

// TG-05
async fn a_number_is_given_once_in_a_group(database: &TestDatabase) {
    let world = World::new(database).await;
    let first = world.patient("Ann", "Lee").await;
    let same = Patient { number: first.number, ..patient("Bea", "Lee") };
    // Another group may use the number.
    let mut work = world.begin().await;
    let elsewhere = Patient { id: id(), ..same.clone() };
    work.add_patient(&may_add(&world.other), &elsewhere, None).await.unwrap();
    work.save().await.unwrap();
    let mut work = world.begin().await;
    assert_eq!(clash(work.add_patient(&may_add(&world.mira), &same, None).await), Clash::PatientNumber);
}

// RC-05, R-14
async fn the_second_of_two_who_edit_is_told(database: &TestDatabase) {
    let world = World::new(database).await;
    let read = world.patient("Ann", "Lee").await;
    let may = world.may_edit(&world.mira, read.id).await;
    let mut first = world.begin().await;
    let married = Patient { details: details("Ann", "Byron"), ..read.clone() };
    assert!(first.save_patient(&may, &married, later(1)).await.unwrap());
    first.save().await.unwrap();
    let mut second = world.begin().await;
    let moved = Patient { details: details("Anna", "Lee"), ..read.clone() };
    assert!(!second.save_patient(&may, &moved, later(2)).await.unwrap());
    second.save().await.unwrap();
    let may = world.may_view(&world.mira, read.id).await;
    let stored = world.read().await.lookup_patient(&may).await.unwrap().unwrap().patient;
    assert_eq!(stored.details, married.details);
    assert_eq!(stored.version, read.version + 1);
}

// TG-: data never crosses groups.
async fn another_groups_proof_finds_and_changes_nothing(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    assert_eq!(world.read().await.patient_facts(&may_enter(&world.other), ann.id, NOW).await.unwrap(), None);
    let forged = world.stranger_may_edit(ann.id);
    assert!(world.read().await.lookup_patient(&(&forged).into()).await.unwrap().is_none());
    let mut work = world.begin().await;
    let changed = Patient { details: details("Changed", "By stranger"), ..ann.clone() };
    assert!(!work.save_patient(&forged, &changed, later(1)).await.unwrap());
    work.save_relationship(&forged, Relationship::Granted).await.unwrap();
    work.save().await.unwrap();
    assert!(world.read().await.some_patients(&may_enter(&world.other), &[ann.id]).await.unwrap().is_empty());
    let may = world.may_view(&world.mira, ann.id).await;
    assert_eq!(world.read().await.lookup_patient(&may).await.unwrap().unwrap().patient, ann);
}

async fn a_proof_for_one_patient_does_not_change_another(database: &TestDatabase) {
    let world = World::new(database).await;
    let (ann, bea) = (world.patient("Ann", "Lee").await, world.patient("Bea", "Lee").await);
    let for_ann = world.may_edit(&world.mira, ann.id).await;
    let mut work = world.begin().await;
    let changed = Patient { details: details("Changed", "Lee"), ..bea.clone() };
    assert!(!work.save_patient(&for_ann, &changed, later(1)).await.unwrap());
}

async fn facts_tell_the_relationship(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let may = may_enter(&world.noor);
    let facts =
        |relationship| Some(PatientFacts { group: world.group, patient: ann.id, relationship, emergency: false });
    assert_eq!(world.read().await.patient_facts(&may, ann.id, NOW).await.unwrap(), facts(None));
    for relationship in [Relationship::Automatic, Relationship::Granted, Relationship::Revoked] {
        world.relate(&world.noor, ann.id, relationship).await;
        assert_eq!(world.read().await.patient_facts(&may, ann.id, NOW).await.unwrap(), facts(Some(relationship)));
    }
    let miras = world.read().await.patient_facts(&may_enter(&world.mira), ann.id, NOW).await.unwrap();
    assert_eq!(miras, facts(None), "Noor's relationship is not Mira's");
    assert_eq!(world.read().await.patient_facts(&may, id(), NOW).await.unwrap(), None);
}

async fn the_one_who_adds_treats_the_patient(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = patient("Ann", "Lee");
    let mut work = world.begin().await;
    work.add_patient(&may_add(&world.noor), &ann, Some(Relationship::Automatic)).await.unwrap();
    work.save().await.unwrap();
    let facts = world.read().await.patient_facts(&may_enter(&world.noor), ann.id, NOW).await.unwrap().unwrap();
    assert_eq!(facts.relationship, Some(Relationship::Automatic));
}

async fn some_patients_are_those_one_may_see(database: &TestDatabase) {
    let world = World::new(database).await;
    let mut work = world.begin().await;
    let mut ids = Vec::new();
    for n in 0..60 {
        let patient = patient("Ann", &format!("Lee{n}"));
        work.add_patient(&may_add(&world.mira), &patient, None).await.unwrap();
        ids.push(patient.id);
    }
    work.save().await.unwrap();
    ids.push(id());
    let seen = async |user| world.read().await.some_patients(&may_enter(user), &ids).await.unwrap().len();
    assert_eq!(seen(&world.mira).await, 60);
    assert_eq!(seen(&world.alex).await, 60);
    assert_eq!(seen(&world.noor).await, 0, "own patients only");
    assert_eq!(seen(&world.other).await, 0);
    world.relate(&world.noor, ids[3], Relationship::Granted).await;
    world.relate(&world.mira, ids[3], Relationship::Revoked).await;
    assert_eq!(seen(&world.noor).await, 1);
    assert_eq!(seen(&world.mira).await, 59);
    assert!(world.read().await.some_patients(&may_enter(&world.mira), &[]).await.unwrap().is_empty());
    let _ = NOW;
}
