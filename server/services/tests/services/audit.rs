//! The trail: unbroken after work, and every kind of tampering is named (B-02, DB-04).

use domain::audit::Action;
use services::{audit, audit::ChainReport, patients};

use crate::town::{Staff, Town};

on_both_engines! {
    unbroken_after_work,
    an_unknown_action_verifies,
    a_changed_entry,
    a_removed_entry,
    a_removed_first_entry,
    a_cut_tail,
    two_entries_swapped,
    an_inserted_entry,
    refusals_are_written_down,
}

/// A practice in which a little was done; the chain of its group.
async fn busy(town: &Town) -> String {
    let Staff { owner, group } = town.practice().await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    town.portal_user(&owner, patient, "ann@example.org").await;
    for _ in 0..10 {
        patients::profile(&owner, patient).await.unwrap();
    }
    group.to_string()
}

async fn report(town: &Town, chain: &str) -> ChainReport {
    let reports = audit::verify(&*town.services.store).await.unwrap();
    reports.into_iter().find(|report| report.chain == chain).unwrap()
}

/// B-02.
async fn unbroken_after_work(town: Town) {
    let chain = busy(&town).await;
    let reports = audit::verify(&*town.services.store).await.unwrap();
    assert_eq!(reports.len(), 2, "the group's and the system's");
    assert!(reports.iter().all(|report| report.fault.is_none() && report.entries > 0), "{reports:?}");
    let entries = town.engine.chain(&chain).await;
    let report = report(&town, &chain).await;
    assert_eq!(report.entries, i64::try_from(entries.len()).unwrap());
    assert_eq!(report.head, entries.last().unwrap().hash);
}

async fn an_unknown_action_verifies(town: Town) {
    // An entry of a newer program: its action means nothing to this one, its hash does.
    use domain::audit::{Place, canonical};
    let chain = busy(&town).await;
    let last = town.engine.chain(&chain).await.pop().unwrap();
    let place = Place { chain: &chain, seq: last.seq, previous: &last.previous };
    let hash = audit::hash(&canonical(
        &place,
        last.at,
        [&last.actor, "newer", &last.subject, &last.detail, &last.origin],
        last.emergency,
    ));
    town.engine.tamper(&chain, &format!("SET action = 'newer', hash = '{hash}' WHERE seq = {}", last.seq)).await;
    let report = report(&town, &chain).await;
    assert_eq!(report.fault.map(|(seq, what)| (seq, what.contains("not the end"))), Some((last.seq, true)));
}

/// DB-04.
async fn a_changed_entry(town: Town) {
    let chain = busy(&town).await;
    town.engine.tamper(&chain, "SET actor = 'usr_somebody' WHERE seq = 5").await;
    town.engine.tamper(&chain, "SET detail = 'x' WHERE seq = 7").await;
    let report = report(&town, &chain).await;
    assert_eq!(report.fault, Some((5, "it was changed".to_owned())));
    assert_eq!(report.entries, 4);
}

/// DB-04.
async fn a_removed_entry(town: Town) {
    let chain = busy(&town).await;
    town.engine.tamper_remove(&chain, "seq = 6").await;
    assert_eq!(report(&town, &chain).await.fault, Some((6, "an entry is missing".to_owned())));
}

async fn a_removed_first_entry(town: Town) {
    let chain = busy(&town).await;
    town.engine.tamper_remove(&chain, "seq = 1").await;
    assert_eq!(report(&town, &chain).await.fault, Some((1, "an entry is missing".to_owned())));
}

/// DB-04.
async fn a_cut_tail(town: Town) {
    let chain = busy(&town).await;
    let last = town.engine.chain(&chain).await.pop().unwrap().seq;
    town.engine.tamper_remove(&chain, &format!("seq > {}", last - 3)).await;
    assert_eq!(report(&town, &chain).await.fault, Some((last - 2, "the end was cut off".to_owned())));
    town.engine.tamper_remove(&chain, "seq > 0").await;
    assert_eq!(report(&town, &chain).await.fault, Some((1, "the end was cut off".to_owned())));
}

/// DB-04.
async fn two_entries_swapped(town: Town) {
    let chain = busy(&town).await;
    town.engine.tamper(&chain, "SET seq = -4 WHERE seq = 4").await;
    town.engine.tamper(&chain, "SET seq = 4 WHERE seq = 5").await;
    town.engine.tamper(&chain, "SET seq = 5 WHERE seq = -4").await;
    assert_eq!(report(&town, &chain).await.fault, Some((4, "it does not follow the entry before".to_owned())));
}

/// DB-04: put in between, with everything behind it moved up and nothing rehashed.
async fn an_inserted_entry(town: Town) {
    let chain = busy(&town).await;
    let last = town.engine.chain(&chain).await.pop().unwrap().seq;
    town.engine.tamper(&chain, &format!("SET seq = {} WHERE seq = {last}", last + 1)).await;
    assert_eq!(report(&town, &chain).await.fault, Some((last, "an entry is missing".to_owned())));
}

async fn refusals_are_written_down(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let object = format!("pat_0123\n{}", "x".repeat(5_000));
    audit::denied(&owner, "patients/profile", &object, "not found").await.unwrap();
    audit::denied(&town.anon(), "patients/profile", "pat_1", "not signed in").await.unwrap();
    assert_eq!(town.engine.audited(Action::Denied).await, 1);
    let entry = town.engine.chain(&group.to_string()).await.pop().unwrap();
    assert_eq!(entry.detail, "patients/profile not found");
    assert!(entry.subject.starts_with("pat_0123xxx") && entry.subject.len() == 100);
    assert_eq!(entry.actor, owner.actor().unwrap().by().actor);
}
