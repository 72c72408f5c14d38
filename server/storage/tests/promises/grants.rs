//! Promises about portal grants.

use domain::{
    access::{GrantFacts, ViewOwnRecord},
    grant::{Grant, State},
    patient::{PortalState, Status},
};
use services::ports::Clash;
use storage::testing::TestDatabase;

use crate::world::{NOW, World, clash, id, later, portal_actor};

promises!(
    a_grant_is_found_by_patient_and_account,
    an_account_has_one_grant_for_a_patient,
    a_grant_is_activated_and_suspended,
    accepting_does_not_revive_a_suspended_grant,
    the_portal_state_follows_the_grants,
    an_accounts_own_grants,
    the_own_record_needs_its_proof,
    a_stranger_grants_nothing,
);

async fn a_grant_is_found_by_patient_and_account(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let may = world.may_invite(&world.mira, ann.id).await;
    let mut view = world.read().await;
    assert_eq!(view.find_grant(&may, grant.account).await.unwrap(), Some(grant.clone()));
    assert_eq!(view.find_grant(&may, world.mira.account).await.unwrap(), None);
    let facts = GrantFacts { grant: grant.clone(), status: Status::Active };
    assert_eq!(view.unscoped_lookup_grant(grant.id).await.unwrap(), Some(facts));
    assert_eq!(view.unscoped_lookup_grant(id()).await.unwrap(), None);
    assert_eq!(view.unscoped_lookup_patient_name(grant.id).await.unwrap(), Some(ann.details.name));
    assert_eq!(view.unscoped_lookup_patient_name(id()).await.unwrap(), None);
}

// RC-04: one account, one grant.
async fn an_account_has_one_grant_for_a_patient(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let may = world.may_invite(&world.mira, ann.id).await;
    let again = Grant { id: id(), ..grant };
    let mut work = world.begin().await;
    assert_eq!(clash(work.add_grant(&may, &again, NOW).await), Clash::GrantOfAccount);
}

async fn a_grant_is_activated_and_suspended(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    for state in [State::Activated { at: later(1) }, State::Suspended { at: later(2) }] {
        let changed = Grant { state, ..grant.clone() };
        let mut work = world.begin().await;
        assert!(work.unscoped_save_grant(&changed, later(3)).await.unwrap());
        work.save().await.unwrap();
        let stored = world.read().await.unscoped_lookup_grant(grant.id).await.unwrap().unwrap();
        assert_eq!(stored.grant, changed);
    }
    let nobody = Grant { id: id(), ..grant };
    assert!(!world.begin().await.unscoped_save_grant(&nobody, later(3)).await.unwrap());
}

async fn accepting_does_not_revive_a_suspended_grant(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let mut work = world.begin().await;
    let suspended = Grant { state: State::Suspended { at: later(1) }, ..grant.clone() };
    assert!(work.unscoped_save_grant(&suspended, later(1)).await.unwrap());
    // Read before it was suspended, saved after.
    assert!(!work.unscoped_save_grant(&grant.clone().activate(later(2)), later(2)).await.unwrap());
    assert_eq!(work.unscoped_lookup_grant(grant.id).await.unwrap().unwrap().grant, suspended);
}

async fn the_portal_state_follows_the_grants(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let may = world.may_view(&world.mira, ann.id).await;
    let portal = async || world.read().await.lookup_patient(&may).await.unwrap().unwrap().portal;
    let grant = world.grant(ann.id, "ann@example.org").await;
    assert_eq!(portal().await, PortalState::None, "a grant alone invites nobody");
    world.invitation(&grant).await;
    assert_eq!(portal().await, PortalState::Invited);
    for (state, expected) in [
        (State::Activated { at: later(1) }, PortalState::Activated),
        (State::Suspended { at: later(2) }, PortalState::Invited),
    ] {
        let mut work = world.begin().await;
        assert!(work.unscoped_save_grant(&Grant { state, ..grant.clone() }, later(2)).await.unwrap());
        work.save().await.unwrap();
        assert_eq!(portal().await, expected);
    }
}

async fn an_accounts_own_grants(database: &TestDatabase) {
    let world = World::new(database).await;
    let (ann, bea) = (world.patient("Ann", "Lee").await, world.patient("Bea", "Lee").await);
    let first = world.grant(ann.id, "mum@example.org").await;
    let second = Grant { id: id(), patient: bea.id, ..first.clone() };
    let may = world.may_invite(&world.mira, bea.id).await;
    let mut work = world.begin().await;
    work.add_grant(&may, &second, later(1)).await.unwrap();
    work.save().await.unwrap();
    world.grant(ann.id, "dad@example.org").await;
    let mut view = world.read().await;
    let own: Vec<Grant> = view.list_grants(first.account).await.unwrap().into_iter().map(|facts| facts.grant).collect();
    assert_eq!(own, [first.clone(), second.clone()]);
    let records = view.list_own_records(first.account).await.unwrap();
    assert_eq!(records.iter().map(|record| record.facts.grant.clone()).collect::<Vec<_>>(), own);
    assert_eq!((&records[1].name, records[1].practice.as_str()), (&bea.details.name, "Harbour & Hill"));
    assert_eq!(view.find_own_grant(first.account, bea.id).await.unwrap().unwrap().grant, second);
    assert_eq!(view.find_own_grant(world.mira.account, bea.id).await.unwrap(), None);
    assert!(view.list_grants(world.mira.account).await.unwrap().is_empty());
}

async fn the_own_record_needs_its_proof(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let mut work = world.begin().await;
    work.unscoped_save_grant(&grant.clone().activate(later(1)), later(1)).await.unwrap();
    work.save().await.unwrap();
    let facts = world.read().await.find_own_grant(grant.account, ann.id).await.unwrap().unwrap();
    let may = portal_actor(grant.account).may(ViewOwnRecord, &facts).unwrap();
    let (patient, group) = world.read().await.lookup_own_record(&may).await.unwrap().unwrap();
    assert_eq!(patient, ann);
    assert_eq!(group.id, world.group);
    // Facts that name another group lead nowhere.
    let moved = GrantFacts { grant: Grant { group: world.other.group, ..facts.grant }, status: facts.status };
    let forged = portal_actor(grant.account).may(ViewOwnRecord, &moved).unwrap();
    assert!(world.read().await.lookup_own_record(&forged).await.unwrap().is_none());
}

async fn a_stranger_grants_nothing(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let forged = world.stranger_may_invite(ann.id);
    assert_eq!(world.read().await.find_grant(&forged, grant.account).await.unwrap(), None);
    let own = Grant { id: id(), group: world.other.group, account: world.other.account, ..grant };
    let mut work = world.begin().await;
    assert!(work.add_grant(&forged, &own, NOW).await.is_err(), "the second wall");
}
