//! Patients: who sees whom, under which name, and that every look leaves a trace.

use domain::{
    audit::Action,
    error::{Conflict, Problem, Refusal},
    page::PageRequest,
    patient::{ContactForm, DetailsForm, PatientFilter, Status},
    user::{AccessSettings, Level, UserState},
};
use services::{Ctx, Error, patients};

use crate::town::{Staff, Town, details};

on_both_engines! {
    two_people_edit_one_profile,
    names_hidden_shows_pseudonyms_everywhere,
    who_sees_whom,
    every_look_leaves_a_trace,
    without_the_trail_nothing_is_shown,
    contacts_come_and_go,
    the_form_is_checked,
    search_finds_people,
}

fn mother() -> ContactForm {
    ContactForm { name: "Ann Lee".to_owned(), relationship: "Mother".to_owned(), ..ContactForm::default() }
}

async fn shown(ctx: &Ctx, text: &str) -> Vec<String> {
    patients::search(ctx, text).await.unwrap().into_iter().map(|row| row.shown).collect()
}

/// RC-05: the second is told; nothing is overwritten silently.
async fn two_people_edit_one_profile(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let colleague = town.user(group, "c@harbour.example", Level::Clinical).await;
    let id = town.patient(&owner, "Ann", "Lee").await;
    let version = patients::profile(&owner, id).await.unwrap().version;
    patients::save(&owner, id, version, &details("Ann", "Li")).await.unwrap();
    let late = patients::save(&colleague, id, version, &details("Ann", "Leigh")).await.unwrap_err();
    assert!(matches!(late, Error::Conflict(Conflict::ChangedMeanwhile)));
    let profile = patients::profile(&colleague, id).await.unwrap();
    assert_eq!(profile.shown, "Ann Li");
    patients::save(&colleague, id, profile.version, &details("Ann", "Leigh")).await.unwrap();
    assert_eq!(patients::profile(&owner, id).await.unwrap().shown, "Ann Leigh");

    let contact = patients::add_contact(&owner, id, &mother()).await.unwrap();
    let version = patients::contacts(&owner, id).await.unwrap()[0].version;
    patients::save_contact(&owner, id, contact, version, &mother()).await.unwrap();
    let late = patients::save_contact(&colleague, id, contact, version, &mother()).await.unwrap_err();
    assert!(matches!(late, Error::Conflict(Conflict::ChangedMeanwhile)));
}

/// Decision 7: the pseudonym in list, search and profile; no birth date, telephone or address; contacts not at all.
async fn names_hidden_shows_pseudonyms_everywhere(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let settings = AccessSettings { hide_names: true, ..AccessSettings::default() };
    let desk = town.user_with(group, "d@harbour.example", Level::AdminFull, settings, UserState::Active).await.unwrap();
    let form = DetailsForm { email: "lien@example.org".to_owned(), ..details("Lien", "Nguyen") };
    let id = patients::add(&owner, &form).await.unwrap();
    patients::add_contact(&owner, id, &mother()).await.unwrap();

    let profile = patients::profile(&desk, id).await.unwrap();
    assert!(profile.shown.starts_with("PT-") && profile.shown.len() == 9, "{}", profile.shown);
    assert!(profile.details.is_none() && profile.age.is_none());
    assert!(!profile.may.edit && !profile.may.invite && profile.may.see_access);
    let row = patients::list(&desk, &PatientFilter::default(), &PageRequest::default()).await.unwrap().rows.remove(0);
    assert_eq!(row.shown, profile.shown);
    assert_eq!((row.birth_date, row.phone.as_str(), row.email.as_str()), (None, "", ""));
    assert!(shown(&desk, "nguyen").await.is_empty());
    assert!(shown(&desk, "0491570156").await.is_empty());
    assert_eq!(shown(&desk, &profile.shown[3..]).await.as_slice(), std::slice::from_ref(&profile.shown));
    assert!(matches!(patients::contacts(&desk, id).await, Err(Error::Forbidden(Refusal::NamesHidden))));
    assert!(matches!(patients::add(&desk, &form).await, Err(Error::Forbidden(Refusal::NamesHidden))));
    let json = format!("{profile:?}{row:?}");
    assert!(!json.contains("Lien") && !json.contains("lien"), "{json}");
}

/// PR-01: Personal sees those they treat; nobody sees another group's; who adds a patient treats them.
async fn who_sees_whom(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let other = town.practice_called("Another Practice", "owner@another.example").await;
    let personal = town.user(group, "p@harbour.example", Level::Personal).await;
    let owners = town.patient(&owner, "Ann", "Lee").await;
    let own = town.patient(&personal, "Bob", "Lee").await;
    assert_eq!(shown(&owner, "lee").await.len(), 2);
    assert_eq!(shown(&personal, "lee").await, ["Bob Lee"]);
    assert!(shown(&other.owner, "lee").await.is_empty());
    assert!(patients::profile(&personal, own).await.is_ok());
    for ctx in [&personal, &other.owner] {
        assert!(matches!(patients::profile(ctx, owners).await, Err(Error::NotFound)));
        assert!(matches!(patients::contacts(ctx, owners).await, Err(Error::NotFound)));
        assert!(matches!(patients::save(ctx, owners, 0, &details("X", "Y")).await, Err(Error::NotFound)));
        assert!(matches!(patients::add_contact(ctx, owners, &mother()).await, Err(Error::NotFound)));
    }
    assert!(matches!(patients::profile(&town.anon(), owners).await, Err(Error::NotSignedIn)));
}

/// Decision 13: each read and change is in the group's chain, with ids and counts, never with what was in it.
async fn every_look_leaves_a_trace(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let id = town.patient(&owner, "Xanthippe", "Quill").await;
    patients::profile(&owner, id).await.unwrap();
    patients::contacts(&owner, id).await.unwrap();
    shown(&owner, "quill").await;
    let contact = patients::add_contact(&owner, id, &mother()).await.unwrap();
    let version = patients::profile(&owner, id).await.unwrap().version;
    patients::save(&owner, id, version, &details("Xanthippe", "Quillon")).await.unwrap();
    let stored = patients::contacts(&owner, id).await.unwrap().remove(0);
    patients::remove_contact(&owner, id, contact, stored.version).await.unwrap();
    let entries = town.engine.chain(&group.to_string()).await;
    for action in [
        Action::PatientAdded,
        Action::PatientViewed,
        Action::PatientsListed,
        Action::ContactAdded,
        Action::ContactRemoved,
    ] {
        assert!(entries.iter().any(|entry| entry.action == action.code()), "{action:?}");
    }
    let me = owner.actor().unwrap().by().actor;
    assert!(entries.iter().all(|entry| entry.actor == me && !entry.origin.is_empty()));
    let viewed = entries.iter().find(|entry| entry.action == "patient_viewed").unwrap();
    assert_eq!(viewed.subject, id.to_string());
    let listed = entries.iter().find(|entry| entry.action == "patients_listed").unwrap();
    assert_eq!(listed.detail, "count=1");
    let all = format!("{entries:?}").to_lowercase();
    assert!(!all.contains("quill") && !all.contains("xanthippe") && !all.contains("ann lee"));
}

/// Decision 17: if the trail cannot be written, records are not shown.
async fn without_the_trail_nothing_is_shown(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let id = town.patient(&owner, "Ann", "Lee").await;
    town.engine.break_the_trail().await;
    assert!(patients::profile(&owner, id).await.is_err());
    assert!(patients::contacts(&owner, id).await.is_err());
    assert!(patients::search(&owner, "lee").await.is_err());
    assert!(patients::list(&owner, &PatientFilter::default(), &PageRequest::default()).await.is_err());
    assert!(services::invitations::start(&owner, id).await.is_err());
    let form = crate::town::form("ann@example.org");
    assert!(services::invitations::invite(&owner, id, &form).await.is_err());
    assert!(town.stored_account("ann@example.org").await.is_none(), "and nothing is done");
}

async fn contacts_come_and_go(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let id = town.patient(&owner, "Kim", "Lee").await;
    let other = town.patient(&owner, "Sam", "Lee").await;
    let contact = patients::add_contact(&owner, id, &mother()).await.unwrap();
    let stored = patients::contacts(&owner, id).await.unwrap().remove(0);
    assert_eq!((stored.id, stored.details.name.as_str()), (contact, "Ann Lee"));
    assert!(matches!(patients::remove_contact(&owner, other, contact, stored.version).await, Err(Error::NotFound)));
    let answer = patients::save_contact(&owner, other, contact, stored.version, &mother()).await;
    assert!(matches!(answer, Err(Error::NotFound)));
    // what somebody else changed meanwhile is not removed unseen.
    patients::save_contact(&owner, id, contact, stored.version, &mother()).await.unwrap();
    let late = patients::remove_contact(&owner, id, contact, stored.version).await;
    assert!(matches!(late, Err(Error::Conflict(domain::error::Conflict::ChangedMeanwhile))), "{late:?}");
    let version = stored.version + 1;
    patients::remove_contact(&owner, id, contact, version).await.unwrap();
    assert!(matches!(patients::remove_contact(&owner, id, contact, version).await, Err(Error::NotFound)), "twice");
    for n in 0..50 {
        patients::add_contact(&owner, id, &ContactForm { name: format!("C{n}"), ..mother() }).await.unwrap();
    }
    let full = patients::add_contact(&owner, id, &mother()).await.unwrap_err();
    assert!(matches!(full, Error::Invalid(invalid) if invalid.of("name") == Some(Problem::TooMany)));
}

async fn the_form_is_checked(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let bad = DetailsForm { legal_first: String::new(), birth_date: "2027-01-01".to_owned(), ..details("", "Lee") };
    let Err(Error::Invalid(invalid)) = patients::add(&owner, &bad).await else { panic!("accepted") };
    assert_eq!(invalid.of("legal_first"), Some(Problem::Missing));
    assert_eq!(invalid.of("birth_date"), Some(Problem::InTheFuture));
    // It is the 23rd in Sydney already, though the 22nd in UTC.
    let newborn = DetailsForm { birth_date: "2026-11-23".to_owned(), ..details("Baby", "Lee") };
    let id = patients::add(&owner, &newborn).await.unwrap();
    assert_eq!(patients::profile(&owner, id).await.unwrap().age, Some(0));
}

async fn search_finds_people(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    for (first, last) in [("Siobhán", "O\u{2019}Brien"), ("Lien", "Nguyễn"), ("محمد", "")] {
        town.patient(&owner, first, last).await;
    }
    let blocked = DetailsForm { status: "blocked".to_owned(), ..details("Bob", "Blocked") };
    patients::add(&owner, &blocked).await.unwrap();
    assert_eq!(shown(&owner, "obrien").await, ["Siobhán O\u{2019}Brien"]);
    assert_eq!(shown(&owner, "nguy li").await, ["Lien Nguyễn"]);
    assert_eq!(shown(&owner, "محم").await, ["محمد"]);
    assert!(shown(&owner, " .,% ").await.is_empty());
    assert!(shown(&owner, &"x".repeat(100_000)).await.is_empty());
    let filter = PatientFilter { text: String::new(), status: Some(Status::Blocked) };
    let rows = patients::list(&owner, &filter, &PageRequest::default()).await.unwrap().rows;
    assert_eq!(rows.len(), 1);
    for n in 0..15 {
        town.patient(&owner, "Many", &format!("Lee{n}")).await;
    }
    assert_eq!(shown(&owner, "many").await.len(), 12);
}
