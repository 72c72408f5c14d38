//! Promises about accounts and links that set a password.

use std::time::Duration;

use domain::{
    account::{Door, PasswordHash},
    ids::AccountId,
    time::Span,
    user::{Level, Role, User, UserState},
};
use services::ports::{Clash, PasswordLink};
use storage::testing::TestDatabase;

use crate::world::{NOW, World, account, clash, email, id, later, may_manage_users, token};

promises!(
    an_account_is_found_by_id_and_by_address_in_any_case,
    an_address_has_one_account_whatever_its_case,
    a_password_is_set,
    a_password_is_set_in_place_of_the_expected_one_only,
    a_locked_account_stays_as_it_is,
    old_password_links_are_swept,
    practitioners_are_known_by_their_levels,
    who_is_only_asked_to_practise_is_no_practitioner,
    a_temporary_password_ends_with_the_next_one,
    a_mailbox_is_proved_once,
    tips_are_stopped_and_wanted_again,
    a_new_password_link_ends_the_earlier_ones,
    a_password_link_is_used_once,
);

async fn an_account_is_found_by_id_and_by_address_in_any_case(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = account("Ann.Lee@Example.org");
    let mut work = world.begin().await;
    work.add_account(&ann, NOW).await.unwrap();
    assert_eq!(work.lookup_account(ann.id).await.unwrap(), Some(ann.clone()));
    work.save().await.unwrap();
    let mut view = world.read().await;
    let found = view.find_account(&email("ann.lee@example.ORG")).await.unwrap().unwrap();
    assert_eq!(found, ann);
    assert_eq!(found.email.as_str(), "Ann.Lee@Example.org", "as the person gave it");
    assert_eq!(view.find_account(&email("nobody@example.org")).await.unwrap(), None);
    assert_eq!(view.lookup_account(id()).await.unwrap(), None);
}

async fn an_address_has_one_account_whatever_its_case(database: &TestDatabase) {
    let world = World::new(database).await;
    let mut work = world.begin().await;
    let again = work.add_account(&account("MIRA@example.org"), NOW).await;
    assert_eq!(clash(again), Clash::AccountEmail);
}

async fn a_password_is_set(database: &TestDatabase) {
    let world = World::new(database).await;
    let mut ann = account("ann@example.org");
    ann.password_hash = None;
    let mut work = world.begin().await;
    work.add_account(&ann, NOW).await.unwrap();
    assert_eq!(work.lookup_account(ann.id).await.unwrap().unwrap().password_hash, None);
    let hash = PasswordHash("$argon2id$new".into());
    assert!(work.set_password(ann.id, None, &hash, later(1)).await.unwrap());
    work.save().await.unwrap();
    assert_eq!(world.read().await.lookup_account(ann.id).await.unwrap().unwrap().password_hash, Some(hash));
}

// AN-24, DB-02: the last one to write does not win.
async fn a_password_is_set_in_place_of_the_expected_one_only(database: &TestDatabase) {
    let world = World::new(database).await;
    let (old, new, other) = ["old", "new", "other"].map(|text| PasswordHash(text.into())).into();
    let mut ann = account("ann@example.org");
    ann.password_hash = None;
    let mut work = world.begin().await;
    work.add_account(&ann, NOW).await.unwrap();
    assert!(!work.set_password(ann.id, Some(&old), &new, later(1)).await.unwrap());
    assert!(work.set_password(ann.id, None, &old, later(1)).await.unwrap());
    assert!(!work.set_password(ann.id, None, &other, later(2)).await.unwrap());
    assert!(!work.set_password(id(), None, &other, later(2)).await.unwrap());
    work.save().await.unwrap();
    // Two at once, both begun with the old one: one of them sees that it came too late.
    let set = |hash: PasswordHash| {
        let (store, old) = (database.store(), old.clone());
        tokio::spawn(async move {
            let mut work = store.begin().await.unwrap();
            let set = work.set_password(ann.id, Some(&old), &hash, later(3)).await.unwrap();
            tokio::time::sleep(Duration::from_millis(100)).await;
            work.save().await.unwrap();
            set
        })
    };
    let (one, two) = (set(new), set(other));
    assert_ne!(one.await.unwrap(), two.await.unwrap());
}

// SS-02: who holds an account sees its password as it is and as it stays; rows that only refer to it may come meanwhile.
async fn a_locked_account_stays_as_it_is(database: &TestDatabase) {
    let world = World::new(database).await;
    let account = world.mira.account;
    let mut work = world.begin().await;
    let held = work.lock_account(account).await.unwrap().unwrap();
    assert_eq!(work.lock_account(id()).await.unwrap(), None);
    let store = database.store();
    let hash = PasswordHash("newer".into());
    let second = {
        let old = held.password_hash.clone();
        tokio::spawn(async move {
            let mut work = store.begin().await.unwrap();
            // Waits here, or at `begin`.
            let seen = work.lock_account(account).await.unwrap().unwrap();
            (seen.password_hash, work.set_password(account, old.as_ref(), &PasswordHash("late".into()), NOW).await)
        })
    };
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!second.is_finished());
    assert!(work.set_password(account, held.password_hash.as_ref(), &hash, later(1)).await.unwrap());
    work.save().await.unwrap();
    let (seen, set) = second.await.unwrap();
    assert_eq!(seen, Some(hash));
    assert!(!set.unwrap());
}

async fn old_password_links_are_swept(database: &TestDatabase) {
    let world = World::new(database).await;
    let link = link(world.mira.account, 0);
    let token = token();
    let mut work = world.begin().await;
    work.add_password_link(&link, &token).await.unwrap();
    assert_eq!(work.unscoped_sweep_password_links(link.expires_at).await.unwrap(), 0);
    assert_eq!(work.unscoped_sweep_password_links(link.expires_at + Span::millis(1)).await.unwrap(), 1);
    assert_eq!(work.find_password_link(&token).await.unwrap(), None);
}

// S1-04: an address linked to a practitioner, active or not, in any group.
async fn practitioners_are_known_by_their_levels(database: &TestDatabase) {
    let world = World::new(database).await;
    for level in Level::ALL {
        for state in [UserState::Active, UserState::Deactivated] {
            let person = account(&format!("{}.{}@example.org", level.code(), state == UserState::Active));
            let mut work = world.begin().await;
            work.add_account(&person, NOW).await.unwrap();
            assert!(!work.is_practitioner(person.id).await.unwrap());
            let user = User { id: id(), account: person.id, level, state, ..world.other.clone() };
            work.unscoped_add_user(&user, NOW).await.unwrap();
            assert_eq!(work.is_practitioner(person.id).await.unwrap(), level.role() == Role::Practitioner, "{level:?}");
            work.save().await.unwrap();
        }
    }
}

// S1-04: else any group could shut a stranger out of every portal, by asking them to join.
async fn who_is_only_asked_to_practise_is_no_practitioner(database: &TestDatabase) {
    let world = World::new(database).await;
    let person = account("tom@example.org");
    let mut work = world.begin().await;
    work.add_account(&person, NOW).await.unwrap();
    let asked = User { id: id(), account: person.id, state: UserState::Invited, ..world.other.clone() };
    work.unscoped_add_user(&asked, NOW).await.unwrap();
    assert!(!work.is_practitioner(person.id).await.unwrap());
    assert!(work.answer_own_membership(&asked.clone().reject(later(1)).unwrap()).await.unwrap().is_some());
    assert!(!work.is_practitioner(person.id).await.unwrap());
    let again = User { id: id(), group: world.group, ..asked };
    work.unscoped_add_user(&again, NOW).await.unwrap();
    assert!(work.answer_own_membership(&again.accept(later(1)).unwrap()).await.unwrap().is_some());
    assert!(work.is_practitioner(person.id).await.unwrap());
}

// S4-24
async fn a_temporary_password_ends_with_the_next_one(database: &TestDatabase) {
    let world = World::new(database).await;
    let may = may_manage_users(&world.mira);
    let noor = world.noor.account;
    let mut work = world.begin().await;
    let old = work.lookup_account(noor).await.unwrap().unwrap().password_hash;
    work.mark_temporary_password(noor, NOW).await.unwrap();
    assert!(work.lookup_user(&may, world.noor.id).await.unwrap().unwrap().temporary_password);
    assert!(!work.lookup_user(&may, world.mira.id).await.unwrap().unwrap().temporary_password);
    let hash = PasswordHash("new".into());
    assert!(!work.set_password(noor, None, &hash, later(1)).await.unwrap());
    assert!(work.lookup_user(&may, world.noor.id).await.unwrap().unwrap().temporary_password, "nothing was set");
    assert!(work.set_password(noor, old.as_ref(), &hash, later(1)).await.unwrap());
    assert!(!work.lookup_user(&may, world.noor.id).await.unwrap().unwrap().temporary_password);
}

// PR-21
async fn a_mailbox_is_proved_once(database: &TestDatabase) {
    let world = World::new(database).await;
    let (mira, noor) = (world.mira.account, world.noor.account);
    let mut work = world.begin().await;
    assert!(!work.mailbox_proved(mira).await.unwrap());
    work.prove_mailbox(mira, NOW).await.unwrap();
    work.prove_mailbox(mira, later(1)).await.unwrap();
    assert!(work.mailbox_proved(mira).await.unwrap());
    assert!(!work.mailbox_proved(noor).await.unwrap());
    assert!(!work.mailbox_proved(id()).await.unwrap(), "nobody has none");
}

// S4-30
async fn tips_are_stopped_and_wanted_again(database: &TestDatabase) {
    let world = World::new(database).await;
    let (mira, noor) = (world.mira.account, world.noor.account);
    let mut work = world.begin().await;
    assert!(!work.tips_stopped(mira).await.unwrap());
    work.stop_tips(mira, Some(NOW)).await.unwrap();
    assert!(work.tips_stopped(mira).await.unwrap());
    assert!(!work.tips_stopped(noor).await.unwrap());
    work.stop_tips(mira, None).await.unwrap();
    assert!(!work.tips_stopped(mira).await.unwrap());
    assert!(work.tips_stopped(id()).await.unwrap(), "nobody is there to read one");
}

fn link(account: AccountId, made: i64) -> PasswordLink {
    let made_at = later(made);
    PasswordLink { id: id(), account, made_at, expires_at: made_at + Span::hours(1), used_at: None, door: Door::Portal }
}

async fn a_new_password_link_ends_the_earlier_ones(database: &TestDatabase) {
    let world = World::new(database).await;
    let account = world.mira.account;
    let (first, second) = (link(account, 0), link(account, 1_000));
    let (first_token, second_token, others) = (token(), token(), token());
    let other = link(world.noor.account, 0);
    let mut work = world.begin().await;
    work.add_password_link(&first, &first_token).await.unwrap();
    work.add_password_link(&other, &others).await.unwrap();
    work.add_password_link(&second, &second_token).await.unwrap();
    work.save().await.unwrap();
    let mut work = world.begin().await;
    let ended = work.find_password_link(&first_token).await.unwrap().unwrap();
    assert!(ended.expires_at <= second.made_at, "the first one stopped working");
    assert!(!work.use_password_link(first.id, later(1_001)).await.unwrap());
    assert_eq!(work.find_password_link(&second_token).await.unwrap(), Some(second));
    assert_eq!(work.find_password_link(&others).await.unwrap(), Some(other), "another account's stays");
    assert_eq!(work.find_password_link(&token()).await.unwrap(), None);
}

async fn a_password_link_is_used_once(database: &TestDatabase) {
    let world = World::new(database).await;
    let link = link(world.mira.account, 0);
    let token = token();
    let mut work = world.begin().await;
    work.add_password_link(&link, &token).await.unwrap();
    assert!(!work.use_password_link(link.id, later(3_600_000)).await.unwrap(), "not when its life is over");
    assert!(work.use_password_link(link.id, later(5)).await.unwrap());
    assert!(!work.use_password_link(link.id, later(6)).await.unwrap());
    assert_eq!(work.find_password_link(&token).await.unwrap().unwrap().used_at, Some(later(5)));
}
