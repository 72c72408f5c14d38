//! Templates of notes: written for the group, and filled in for one patient by whoever may write notes about them.

use domain::{
    access::Relationship,
    audit::Action,
    error::{Conflict, Problem, Refusal},
    ids::{NoteTemplateId, PatientId},
    limits,
    note_template::NoteTemplateForm,
    patient::DetailsForm,
    user::{AccessSettings, Level, UserState},
};
use services::{Ctx, notes, notes::templates, patients};

use crate::{
    answers::{conflict, forbidden, not_found, wrong},
    relationships::relate,
    town::{Staff, Town},
};

on_both_engines! {
    a_template_begins_a_note,
    who_writes_them_and_who_begins_with_them,
    two_devices_at_once,
    a_name_is_given_once,
    it_is_there_for_nobody_else,
    the_trail_says_what_was_done,
}

const EVERY: &str = "{{patient.first_name}}|{{patient.full_name}}|{{patient.age}}|{{patient.birth_date}}|\
                     {{author.name}}|{{author.profession}}|{{practice.name}}|{{today}}";

fn form(name: &str, body: &str) -> NoteTemplateForm {
    NoteTemplateForm { name: name.into(), category: "assessment".into(), body: body.into() }
}

/// A patient whose birthday is known.
async fn patient(by: &Ctx) -> PatientId {
    let form = DetailsForm {
        legal_first: "Lien".into(),
        legal_last: "Nguyễn".into(),
        birth_date: "2014-09-03".into(),
        ..DetailsForm::default()
    };
    patients::add(by, &form).await.unwrap()
}

async fn names(by: &Ctx) -> Vec<String> {
    templates::list(by).await.unwrap().into_iter().map(|choice| choice.name).collect()
}

async fn a_template_begins_a_note(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = patient(&owner).await;
    let id = templates::add(&owner, &form("First visit", EVERY)).await.unwrap();
    templates::add(&owner, &form("discharge", "Today: {{today}}")).await.unwrap();
    assert_eq!(names(&owner).await, ["discharge", "First visit"]);
    let offered = templates::offered(&owner, patient).await.unwrap();
    assert_eq!(offered.len(), 2);
    assert_eq!(offered[1].id, id);
    let note = templates::begin(&owner, patient, id).await.unwrap();
    let parts: Vec<_> = note.body.split('|').collect();
    assert_eq!(parts[..2], ["Lien", "Lien Nguyễn"]);
    assert_eq!(parts[3], "3 Sep 2014");
    assert!(parts[2].parse::<u8>().is_ok_and(|age| age >= 10), "{parts:?}");
    assert_eq!(parts[6], "Harbour Health");
    assert!(!parts[4].is_empty() && parts[7].ends_with(char::is_numeric), "{parts:?}");
    assert_eq!((note.title.as_str(), note.category.as_str()), ("First visit", "assessment"));
    // Nothing is kept by it; what it says can be.
    let kept = notes::begin(&owner, patient, &note).await.unwrap();
    let opened = notes::open(&owner, patient, kept).await.unwrap();
    assert_eq!(opened.draft.unwrap().body, note.body);
    // A change does not touch it.
    templates::save(&owner, id, 0, &form("First visit", "Changed")).await.unwrap();
    assert_eq!(notes::open(&owner, patient, kept).await.unwrap().draft.unwrap().body, note.body);
    assert_eq!(templates::begin(&owner, patient, id).await.unwrap().body, "Changed");
    templates::remove(&owner, id, 1).await.unwrap();
    not_found(templates::begin(&owner, patient, id).await);
    not_found(templates::open(&owner, id).await);
    assert_eq!(
        wrong(templates::add(&owner, &form("X", "{{patient.address}}")).await, "body"),
        Some(Problem::UnknownMergeField)
    );
    // What became too long by what is filled in is said, not cut.
    let long = format!("{}{{{{today}}}}", "x".repeat(limits::NOTE - 10));
    let long = templates::add(&owner, &form("Long", &long)).await.unwrap();
    assert_eq!(wrong(templates::begin(&owner, patient, long).await, "template"), Some(Problem::TooLong));
}

// PR-01, PR-02
async fn who_writes_them_and_who_begins_with_them(town: Town) {
    let staff = town.practice().await;
    let owner = &staff.owner;
    let patient = patient(owner).await;
    let id = templates::add(owner, &form("First visit", EVERY)).await.unwrap();
    let plain = AccessSettings::default();
    let with = async |email: &str, level, settings| {
        town.user_with(staff.group, email, level, settings, UserState::Active).await.unwrap()
    };
    let treats = with("treats@harbour.example", Level::Personal, plain).await;
    not_found(templates::offered(&treats, patient).await);
    not_found(templates::begin(&treats, patient, id).await);
    relate(&town, owner, patient, treats.actor().unwrap().user().unwrap().user, Relationship::Granted).await;
    assert_eq!(templates::offered(&treats, patient).await.unwrap().len(), 1);
    assert!(templates::begin(&treats, patient, id).await.unwrap().body.starts_with("Lien|"));
    // Who begins with them does not write them.
    for answer in [
        templates::list(&treats).await.map(drop),
        templates::open(&treats, id).await.map(drop),
        templates::add(&treats, &form("Mine", "x")).await.map(drop),
        templates::save(&treats, id, 0, &form("Mine", "x")).await,
        templates::remove(&treats, id, 0).await,
    ] {
        forbidden(answer);
    }
    // Nor does who sees no names, or nothing of what is written, begin with one.
    let desk = with("desk@harbour.example", Level::CalendarContacts, plain).await;
    let hidden = with("hidden@harbour.example", Level::AdminFull, AccessSettings { hide_names: true, ..plain }).await;
    for nobody in [&desk, &hidden] {
        assert!(templates::offered(nobody, patient).await.is_err());
        assert!(templates::begin(nobody, patient, id).await.is_err());
    }
    let reads = with("reads@harbour.example", Level::Clinical, AccessSettings { read_only: true, ..plain }).await;
    assert_eq!(forbidden(templates::offered(&reads, patient).await), Refusal::ReadOnly);
    assert_eq!(forbidden(templates::begin(&reads, patient, id).await), Refusal::ReadOnly);
}

// RC-05
async fn two_devices_at_once(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let id = templates::add(&owner, &form("First visit", "One")).await.unwrap();
    templates::save(&owner, id, 0, &form("First visit", "Two")).await.unwrap();
    assert_eq!(
        conflict(templates::save(&owner, id, 0, &form("First visit", "Late")).await),
        Conflict::ChangedMeanwhile
    );
    assert_eq!(conflict(templates::remove(&owner, id, 0).await), Conflict::ChangedMeanwhile);
    let kept = templates::open(&owner, id).await.unwrap();
    assert_eq!((kept.body.as_str(), kept.version), ("Two", 1));
}

async fn a_name_is_given_once(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    templates::add(&owner, &form("First visit", "One")).await.unwrap();
    let other = templates::add(&owner, &form("Other", "Two")).await.unwrap();
    assert_eq!(wrong(templates::add(&owner, &form("FIRST VISIT", "x")).await, "name"), Some(Problem::NameTaken));
    assert_eq!(
        wrong(templates::save(&owner, other, 0, &form("first visit", "x")).await, "name"),
        Some(Problem::NameTaken)
    );
    assert_eq!(names(&owner).await, ["First visit", "Other"]);
}

async fn it_is_there_for_nobody_else(town: Town) {
    let staff = town.practice().await;
    let patient = patient(&staff.owner).await;
    let id = templates::add(&staff.owner, &form("First visit", EVERY)).await.unwrap();
    let there = town.practice_called("Other", "boss@other.example").await.owner;
    assert_eq!(names(&there).await, Vec::<String>::new());
    let nothing = NoteTemplateId::from(staff.owner.services.random.id());
    for id in [id, nothing] {
        not_found(templates::open(&there, id).await);
        not_found(templates::save(&there, id, 0, &form("Mine", "x")).await);
        not_found(templates::remove(&there, id, 0).await);
        not_found(templates::begin(&there, patient, id).await);
    }
    not_found(templates::offered(&there, patient).await);
    assert_eq!(templates::open(&staff.owner, id).await.unwrap().version, 0);
}

async fn the_trail_says_what_was_done(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let patient = patient(&owner).await;
    let id = templates::add(&owner, &form("First visit", "Zyzzogeton")).await.unwrap();
    templates::save(&owner, id, 0, &form("First visit", "Zyzzogeton")).await.unwrap();
    templates::begin(&owner, patient, id).await.unwrap();
    templates::remove(&owner, id, 1).await.unwrap();
    let chain = format!("{:?}", town.engine.chain(&group.to_string()).await);
    for action in [Action::TemplateAdded, Action::TemplateChanged, Action::PatientViewed, Action::TemplateRemoved] {
        assert!(chain.contains(action.code()), "{action:?}");
    }
    assert!(chain.contains(&id.to_string()) && !chain.contains("Zyzzogeton"));
}
