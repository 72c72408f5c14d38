//! Promises about portal grants.

use domain::{
    access::{GrantFacts, Relationship, ViewOwnRecord},
    grant::{AgeRules, Grant, Kind, Level, Role, State, Terms},
    patient::{PortalState, Status},
    practice::PatientAccess,
    time::Date,
    user::User,
};
use services::ports::{About, Clash};
use storage::testing::TestDatabase;

use crate::world::{NOW, World, clash, email, id, later, may_enter, may_manage_settings, patient, portal_actor};

promises!(
    a_grant_is_found_by_patient_and_account,
    an_account_has_one_grant_for_a_patient,
    a_grant_is_activated_and_suspended,
    accepting_does_not_revive_a_suspended_grant,
    the_portal_state_follows_the_grants,
    an_accounts_own_grants,
    the_own_record_needs_its_proof,
    a_stranger_grants_nothing,
    what_was_given_is_what_is_found,
    a_grant_is_given_again,
    what_changed_meanwhile_is_not_overwritten,
    portal_users_with_their_last_invitation,
    an_address_finds_only_whom_one_could_know,
    a_removed_contact_leaves_nobody_a_contact,
    ages_are_moments_where_the_practice_is,
);

async fn a_grant_is_found_by_patient_and_account(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let may = world.may_invite(&world.mira, ann.id).await;
    let mut view = world.read().await;
    assert_eq!(view.find_grant(&(&may).into(), grant.account).await.unwrap(), Some(grant.clone()));
    assert_eq!(view.find_grant(&(&may).into(), world.mira.account).await.unwrap(), None);
    let found = view.unscoped_lookup_grant(grant.id).await.unwrap().unwrap();
    assert_eq!((found.grant, found.about.status), (grant.clone(), Status::Active));
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
    assert_eq!(clash(work.add_grant(&(&may).into(), &again, NOW).await), Clash::GrantOfAccount);
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
    work.add_grant(&(&may).into(), &second, later(1)).await.unwrap();
    work.save().await.unwrap();
    world.grant(ann.id, "dad@example.org").await;
    let mut view = world.read().await;
    let own: Vec<Grant> = view.list_grants(first.account).await.unwrap().into_iter().map(|facts| facts.grant).collect();
    assert_eq!(own, [first.clone(), second.clone()]);
    let records = view.list_own_records(first.account).await.unwrap();
    assert_eq!(records.iter().map(|record| record.record.grant.clone()).collect::<Vec<_>>(), own);
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
    let facts = world.read().await.find_own_grant(grant.account, ann.id).await.unwrap().unwrap().at(later(1));
    let may = portal_actor(grant.account).may(ViewOwnRecord, &facts).unwrap();
    let (patient, group) = world.read().await.lookup_own_record(&may).await.unwrap().unwrap();
    assert_eq!(patient, ann);
    assert_eq!(group.id, world.group);
    // Facts that name another group lead nowhere.
    let moved = GrantFacts { grant: Grant { group: world.other.group, ..facts.grant }, ..facts };
    let forged = portal_actor(grant.account).may(ViewOwnRecord, &moved).unwrap();
    assert!(world.read().await.lookup_own_record(&forged).await.unwrap().is_none());
}

async fn a_stranger_grants_nothing(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let forged = world.stranger_may_invite(ann.id);
    assert_eq!(world.read().await.find_grant(&(&forged).into(), grant.account).await.unwrap(), None);
    let own = Grant { id: id(), group: world.other.group, account: world.other.account, ..grant };
    let mut work = world.begin().await;
    assert!(work.add_grant(&(&forged).into(), &own, NOW).await.is_err(), "the second wall");
}

/// Somebody who acts for the patient.
fn proxy(grant: &Grant) -> Grant {
    Grant {
        kind: Kind::Contact,
        contact: Some(id()),
        name: "Ada Lee".into(),
        relationship: "mother".into(),
        terms: Terms { role: Role::View, level: Level::Administrative, manages: true, ends_at: Some(later(90)) },
        given_by: Some(id()),
        given_at: later(4),
        ..grant.clone()
    }
}

async fn what_was_given_is_what_is_found(database: &TestDatabase) {
    let world = World::new(database).await;
    let (ann, bea) = (world.patient("Ann", "Lee").await, world.patient("Bea", "Lee").await);
    let own = world.grant(ann.id, "ada@example.org").await;
    let given = Grant { id: id(), patient: bea.id, ..proxy(&own) };
    let may = (&world.may_invite(&world.mira, bea.id).await).into();
    let mut work = world.begin().await;
    work.add_grant(&may, &given, later(4)).await.unwrap();
    assert_eq!(work.find_grant(&may, own.account).await.unwrap(), Some(given));
}

// S3-36: who was in before is invited anew, with what is given now; what the practice suspended is not.
async fn a_grant_is_given_again(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ada@example.org").await;
    let may = (&world.may_invite(&world.mira, ann.id).await).into();
    let again = proxy(&grant);
    for (state, given) in [
        (State::Activated { at: later(1) }, true),
        (State::Ended { at: later(2) }, true),
        (State::Suspended { at: later(3) }, false),
    ] {
        let mut work = world.begin().await;
        assert!(work.unscoped_save_grant(&Grant { state, ..grant.clone() }, later(3)).await.unwrap());
        assert_eq!(work.give_grant_again(&may, &again, later(4)).await.unwrap(), given, "{state:?}");
        let found = work.find_grant(&may, grant.account).await.unwrap().unwrap();
        assert_eq!(found == again, given, "{state:?} {found:?}");
    }
}

async fn what_changed_meanwhile_is_not_overwritten(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let invited = world.grant(ann.id, "ada@example.org").await;
    let may = (&world.may_invite(&world.mira, ann.id).await).into();
    let open = Grant { state: State::Activated { at: later(1) }, ..invited.clone() };
    let mut work = world.begin().await;
    assert!(work.unscoped_save_grant(&open, later(1)).await.unwrap());
    let narrow = Grant { terms: Terms { level: Level::Administrative, ..Terms::OWN }, ..open.clone() };
    assert!(!work.save_grant(&may, &narrow, &invited, later(2)).await.unwrap(), "it was accepted meanwhile");
    assert!(work.save_grant(&may, &narrow, &open, later(2)).await.unwrap());
    let suspended = Grant { state: State::Suspended { at: later(3) }, ..narrow.clone() };
    assert!(work.save_grant(&may, &suspended, &narrow, later(3)).await.unwrap());
    assert!(!work.save_grant(&may, &open, &narrow, later(4)).await.unwrap(), "it was suspended meanwhile");
    // Restored: since when it was used is known again.
    let restored = Grant { state: State::Activated { at: later(5) }, ..narrow.clone() };
    assert!(work.save_grant(&may, &restored, &suspended, later(5)).await.unwrap());
    assert_eq!(work.find_grant(&may, open.account).await.unwrap(), Some(narrow.clone()));
    let ended = Grant { state: State::Ended { at: later(6) }, ..narrow.clone() };
    assert!(work.save_grant(&may, &ended, &narrow, later(6)).await.unwrap());
    assert!(!work.save_grant(&may, &narrow, &narrow, later(7)).await.unwrap(), "it ended meanwhile");
    assert_eq!(work.find_grant(&may, open.account).await.unwrap(), Some(ended));
}

async fn portal_users_with_their_last_invitation(database: &TestDatabase) {
    let world = World::new(database).await;
    let (ann, bea) = (world.patient("Ann", "Lee").await, world.patient("Bea", "Lee").await);
    let [first, second] = [world.grant(ann.id, "ann@example.org").await, world.grant(ann.id, "ada@example.org").await];
    world.grant(bea.id, "bea@example.org").await;
    world.invitation(&first).await;
    let (last, _) = world.invitation(&first).await;
    let mut work = world.begin().await;
    assert!(
        work.unscoped_save_grant(&Grant { state: State::Ended { at: later(1) }, ..first.clone() }, later(1))
            .await
            .unwrap()
    );
    work.save().await.unwrap();
    let may = world.may_see_access(&world.mira, ann.id).await;
    let users = world.read().await.list_portal_users(&may).await.unwrap().unwrap().users;
    let listed: Vec<_> = users.iter().map(|user| (user.grant.id, user.invitation.as_ref().map(|one| one.id))).collect();
    assert_eq!(listed, [(second.id, None), (first.id, Some(last.id))], "whose access is over comes last");
    assert_eq!(users[0].email.as_str(), "ada@example.org");
    let inviting = (&world.may_invite(&world.mira, ann.id).await).into();
    let same = world.read().await.list_changeable_portal_users(&inviting).await.unwrap().unwrap().users;
    assert_eq!(same, users);
    let forged = (&world.stranger_may_invite(ann.id)).into();
    assert_eq!(world.read().await.list_changeable_portal_users(&forged).await.unwrap(), None);
}

// S3-35
async fn an_address_finds_only_whom_one_could_know(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let find = async |user: &User, address: &str| {
        world.read().await.find_portal_user(&may_enter(user), &email(address)).await.unwrap()
    };
    assert_eq!(find(&world.mira, "ANN@example.org").await.as_deref(), Some("Ann Lee"));
    assert_eq!(find(&world.mira, "an@example.org").await, None);
    // Of another group nothing is known; nor of a patient who is hidden.
    assert_eq!(find(&world.other, "ann@example.org").await, None);
    world.relate(&world.mira, grant.patient, Relationship::Revoked).await;
    assert_eq!(find(&world.mira, "ann@example.org").await, None);
}

async fn a_removed_contact_leaves_nobody_a_contact(database: &TestDatabase) {
    let world = World::new(database).await;
    let (ann, bea) = (world.patient("Ann", "Lee").await, world.patient("Bea", "Lee").await);
    let own = world.grant(bea.id, "ada@example.org").await;
    let given = Grant { id: id(), patient: ann.id, ..proxy(&own) };
    let may = (&world.may_invite(&world.mira, ann.id).await).into();
    let edit = world.may_edit(&world.mira, ann.id).await;
    let mut work = world.begin().await;
    work.add_grant(&may, &given, NOW).await.unwrap();
    work.forget_contact(&edit, id()).await.unwrap();
    assert_eq!(work.find_grant(&may, own.account).await.unwrap(), Some(given.clone()));
    work.forget_contact(&edit, given.contact.unwrap()).await.unwrap();
    let stays = Grant { kind: Kind::Other, contact: None, ..given };
    assert_eq!(work.find_grant(&may, own.account).await.unwrap(), Some(stays));
}

// PX-03: a birthday begins where the practice is, not where the server stands.
async fn ages_are_moments_where_the_practice_is(database: &TestDatabase) {
    let world = World::new(database).await;
    let mut child = patient("Bo", "Lee");
    child.details.birth_date = Some(Date::new(2012, 12, 1).unwrap());
    world.add(&child, None).await;
    let grant = world.grant(child.id, "ada@example.org").await;
    let settings = may_manage_settings(&world.mira);
    let mut work = world.begin().await;
    let rules = AgeRules { steps_down: Some(14), ends: Some(16) };
    let before = work.unscoped_lookup_patient_access(world.group).await.unwrap();
    assert!(work.save_patient_access(&settings, &PatientAccess { ages: rules, ..before }, NOW).await.unwrap());
    work.save().await.unwrap();
    let about = world.read().await.unscoped_lookup_grant(grant.id).await.unwrap().unwrap().about;
    assert_eq!((about.birth_date, about.rules), (child.details.birth_date, rules));
    let start = |zone: &str| {
        let about = About { time_zone: Some(zone.to_owned()), ..about.clone() };
        about.birthdays().steps_down_at.unwrap().millis()
    };
    // 2026-12-01T00:00Z, and eleven hours before it.
    assert_eq!(start("UTC"), 1_796_083_200_000);
    assert_eq!(start("Australia/Sydney"), start("UTC") - 11 * 3_600_000);
}
