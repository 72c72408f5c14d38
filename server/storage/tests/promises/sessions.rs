//! Promises about sessions.

use domain::{
    account::{Door, SessionClock},
    ids::{AccountId, SessionId, UserId},
    limits::KNOWN_DEVICES,
    time::Time,
};
use services::ports::{Familiar, Hint, NewSession, TokenHash};
use storage::testing::TestDatabase;

use crate::world::{NOW, World, id, later, token};

promises!(
    a_session_is_found_by_its_token_with_its_user,
    an_act_moves_the_time_forward_only,
    an_ended_session_is_not_found_and_hints,
    all_but_one_are_ended,
    devices_are_the_accounts_own_latest_first,
    old_sessions_are_swept,
    a_device_is_known_once_it_was_used,
    only_the_last_devices_are_remembered,
);

fn session(account: AccountId, user: Option<UserId>, opened_at: Time) -> (NewSession, TokenHash) {
    let token = token();
    let door = if user.is_some() { Door::Console } else { Door::Portal };
    let session = NewSession {
        id: id(),
        token,
        account,
        clock: SessionClock::open(door, opened_at),
        user,
        origin: "127.0.0.1".into(),
        agent: "Firefox".into(),
    };
    (session, token)
}

async fn add(world: &World, session: &NewSession) {
    let mut work = world.begin().await;
    work.add_session(session).await.unwrap();
    work.save().await.unwrap();
}

async fn a_session_is_found_by_its_token_with_its_user(database: &TestDatabase) {
    let world = World::new(database).await;
    let (console, console_token) = session(world.mira.account, Some(world.mira.id), NOW);
    let (portal, portal_token) = session(world.mira.account, None, NOW);
    add(&world, &console).await;
    add(&world, &portal).await;
    let mut view = world.read().await;
    let found = view.find_session(&console_token).await.unwrap().unwrap();
    assert_eq!((found.id, found.account, found.clock), (console.id, console.account, console.clock));
    assert_eq!(found.user, Some(world.mira.clone()));
    let found = view.find_session(&portal_token).await.unwrap().unwrap();
    assert_eq!(found.clock.door, Door::Portal);
    assert_eq!(found.user, None);
    assert!(view.find_session(&token()).await.unwrap().is_none());
}

async fn an_act_moves_the_time_forward_only(database: &TestDatabase) {
    let world = World::new(database).await;
    let (session, token) = session(world.mira.account, None, NOW);
    add(&world, &session).await;
    let mut work = world.begin().await;
    work.touch_session(session.id, later(60_000)).await.unwrap();
    work.touch_session(session.id, later(30_000)).await.unwrap();
    let found = work.find_session(&token).await.unwrap().unwrap();
    assert_eq!((found.clock.opened_at, found.clock.last_act_at), (NOW, later(60_000)));
}

async fn an_ended_session_is_not_found_and_hints(database: &TestDatabase) {
    let world = World::new(database).await;
    let mut hints = world.store.hints();
    let (session, token) = session(world.mira.account, None, NOW);
    add(&world, &session).await;
    let mut work = world.begin().await;
    assert!(!work.end_session(world.noor.account, session.id, later(1)).await.unwrap(), "not somebody else's");
    assert!(work.end_session(world.mira.account, session.id, later(1)).await.unwrap());
    assert!(!work.end_session(world.mira.account, session.id, later(2)).await.unwrap(), "ended already");
    work.save().await.unwrap();
    assert!(world.read().await.find_session(&token).await.unwrap().is_none());
    assert_eq!(hints.recv().await, Ok(Hint::SessionEnded(session.id)));
}

async fn all_but_one_are_ended(database: &TestDatabase) {
    let world = World::new(database).await;
    let mut hints = world.store.hints();
    let mut sessions = Vec::new();
    for _ in 0..3 {
        let one = session(world.mira.account, None, NOW);
        add(&world, &one.0).await;
        sessions.push(one);
    }
    let (others, others_token) = session(world.noor.account, None, NOW);
    add(&world, &others).await;
    let mut work = world.begin().await;
    work.end_sessions(world.mira.account, Some(sessions[1].0.id), later(1)).await.unwrap();
    work.save().await.unwrap();
    let mut view = world.read().await;
    let mut alive = Vec::new();
    for (_, token) in &sessions {
        alive.push(view.find_session(token).await.unwrap().is_some());
    }
    assert_eq!(alive, [false, true, false]);
    assert!(view.find_session(&others_token).await.unwrap().is_some());
    let mut hinted: Vec<SessionId> = Vec::new();
    while hinted.len() < 2 {
        if let Hint::SessionEnded(id) = hints.recv().await.unwrap() {
            hinted.push(id);
        }
    }
    hinted.sort_unstable();
    assert_eq!(hinted, [sessions[0].0.id, sessions[2].0.id]);
    drop(view);
    let mut work = world.begin().await;
    work.end_sessions(world.mira.account, None, later(2)).await.unwrap();
    assert!(work.find_session(&sessions[1].1).await.unwrap().is_none());
}

async fn devices_are_the_accounts_own_latest_first(database: &TestDatabase) {
    let world = World::new(database).await;
    for minutes in [3, 1, 2] {
        add(&world, &session(world.mira.account, None, later(minutes * 60_000)).0).await;
    }
    add(&world, &session(world.noor.account, None, NOW).0).await;
    let devices = world.read().await.list_devices(world.mira.account).await.unwrap();
    let acts: Vec<i64> = devices.iter().map(|device| (device.last_act_at.millis() - NOW.millis()) / 60_000).collect();
    assert_eq!(acts, [3, 2, 1]);
    assert_eq!(devices[0].agent, "Firefox");
}

async fn old_sessions_are_swept(database: &TestDatabase) {
    let world = World::new(database).await;
    let (old, old_token) = session(world.mira.account, None, NOW);
    let (new, new_token) = session(world.mira.account, None, later(10));
    add(&world, &old).await;
    add(&world, &new).await;
    let mut work = world.begin().await;
    assert_eq!(work.sweep_sessions(later(10)).await.unwrap(), 1);
    assert!(work.find_session(&old_token).await.unwrap().is_none());
    assert!(work.find_session(&new_token).await.unwrap().is_some());
}

// SS-16
async fn a_device_is_known_once_it_was_used(database: &TestDatabase) {
    let world = World::new(database).await;
    let (mira, noor) = (world.mira.account, world.noor.account);
    let mut work = world.begin().await;
    assert_eq!(work.lookup_device(mira, "phone").await.unwrap(), Familiar::First);
    work.remember_device(mira, "phone", NOW).await.unwrap();
    assert_eq!(work.lookup_device(mira, "phone").await.unwrap(), Familiar::Known);
    assert_eq!(work.lookup_device(mira, "desk").await.unwrap(), Familiar::New);
    assert_eq!(work.lookup_device(noor, "phone").await.unwrap(), Familiar::First, "another account's");
    work.remember_device(mira, "desk", NOW).await.unwrap();
    work.remember_device(mira, "phone", later(10)).await.unwrap();
    assert_eq!(work.unscoped_sweep_devices(later(10)).await.unwrap(), 1, "what was used again stays");
    assert_eq!(work.lookup_device(mira, "phone").await.unwrap(), Familiar::Known);
    assert_eq!(work.lookup_device(mira, "desk").await.unwrap(), Familiar::New);
}

// SS-16: a browser that forgets its cookies does not fill the table, and pushes nobody else's devices out.
async fn only_the_last_devices_are_remembered(database: &TestDatabase) {
    let world = World::new(database).await;
    let (mira, noor) = (world.mira.account, world.noor.account);
    let mut work = world.begin().await;
    work.remember_device(noor, "phone", NOW).await.unwrap();
    work.remember_device(mira, "phone", NOW).await.unwrap();
    let most = i64::from(KNOWN_DEVICES);
    for n in 1..most {
        work.remember_device(mira, &format!("desk {n}"), later(n)).await.unwrap();
    }
    work.remember_device(mira, "phone", later(most)).await.unwrap();
    assert_eq!(work.lookup_device(mira, "desk 1").await.unwrap(), Familiar::Known, "as many as there may be");
    work.remember_device(mira, "tablet", later(most)).await.unwrap();
    work.remember_device(mira, "a very old one", NOW).await.unwrap();
    for (device, familiar) in [
        ("desk 1", Familiar::New),
        ("desk 2", Familiar::New),
        ("desk 3", Familiar::Known),
        ("phone", Familiar::Known),
        ("tablet", Familiar::Known),
        ("a very old one", Familiar::Known),
    ] {
        assert_eq!(work.lookup_device(mira, device).await.unwrap(), familiar, "{device}");
    }
    assert_eq!(work.lookup_device(noor, "phone").await.unwrap(), Familiar::Known);
}
