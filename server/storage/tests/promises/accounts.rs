//! Promises about accounts and links that set a password.

use domain::{
    account::PasswordHash,
    ids::AccountId,
    practice::{Level, Role, User, UserState},
    time::Span,
};
use services::ports::{Clash, PasswordLink};
use storage::testing::TestDatabase;

use crate::world::{NOW, World, account, clash, email, id, later, token};

promises!(
    an_account_is_found_by_id_and_by_address_in_any_case,
    an_address_has_one_account_whatever_its_case,
    a_password_is_set,
    practitioners_are_known_by_their_levels,
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
    work.set_password(ann.id, &hash, later(1)).await.unwrap();
    work.save().await.unwrap();
    assert_eq!(world.read().await.lookup_account(ann.id).await.unwrap().unwrap().password_hash, Some(hash));
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

fn link(account: AccountId, made: i64) -> PasswordLink {
    let made_at = later(made);
    PasswordLink { id: id(), account, made_at, expires_at: made_at + Span::hours(1), used_at: None }
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
