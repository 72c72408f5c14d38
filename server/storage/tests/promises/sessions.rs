//! Promises about sessions.

use domain::{
    account::{Door, SessionClock},
    ids::{AccountId, SessionId, UserId},
    limits::KNOWN_DEVICES,
    practice::PracticeDetails,
    time::{Span, Time},
    user::{AccessSettings, Level, User},
};
use services::ports::{Familiar, FoundSession, Hint, NewSession, TokenHash};
use storage::testing::TestDatabase;

use crate::world::{NOW, World, count, id, later, may_manage_settings, may_manage_users, run, token};

promises!(
    a_session_is_found_by_its_token_with_its_user,
    an_act_moves_the_time_forward_only,
    an_ended_session_is_not_found_and_hints,
    all_but_one_are_ended,
    devices_are_the_accounts_own_latest_first,
    old_sessions_are_swept,
    a_device_is_known_once_it_was_used,
    only_the_last_devices_are_remembered,
    a_session_goes_from_group_to_group_and_its_tabs_stay,
    a_membership_that_was_not_entered_is_outside,
    nobody_elses_membership_is_entered,
    who_is_in_no_group_is_outside_until_one_is_entered,
    a_membership_is_read_anew_each_time,
    a_proof_of_the_password_is_remembered,
    a_temporary_password_is_told,
    a_session_has_the_strictest_of_its_groups_clocks,
    a_swept_session_takes_what_it_entered_along,
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
    let found = view.find_session(&console_token, None).await.unwrap().unwrap();
    assert_eq!((found.id, found.account, found.clock), (console.id, console.account, console.clock));
    assert_eq!(found.user, Some(world.mira.clone()));
    let found = view.find_session(&portal_token, None).await.unwrap().unwrap();
    assert_eq!(found.clock.door, Door::Portal);
    assert_eq!(found.user, None);
    assert!(view.find_session(&token(), None).await.unwrap().is_none());
}

async fn an_act_moves_the_time_forward_only(database: &TestDatabase) {
    let world = World::new(database).await;
    let (session, token) = session(world.mira.account, None, NOW);
    add(&world, &session).await;
    let mut work = world.begin().await;
    work.touch_session(session.id, later(60_000)).await.unwrap();
    work.touch_session(session.id, later(30_000)).await.unwrap();
    let found = work.find_session(&token, None).await.unwrap().unwrap();
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
    assert!(world.read().await.find_session(&token, None).await.unwrap().is_none());
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
        alive.push(view.find_session(token, None).await.unwrap().is_some());
    }
    assert_eq!(alive, [false, true, false]);
    assert!(view.find_session(&others_token, None).await.unwrap().is_some());
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
    assert!(work.find_session(&sessions[1].1, None).await.unwrap().is_none());
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
    assert!(work.find_session(&old_token, None).await.unwrap().is_none());
    assert!(work.find_session(&new_token, None).await.unwrap().is_some());
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

/// Mira's membership in the other group.
async fn second(world: &World) -> User {
    let second = User { id: id(), group: world.other.group, level: Level::Clinical, ..world.mira.clone() };
    let mut work = world.begin().await;
    work.unscoped_add_user(&second, later(1)).await.unwrap();
    work.save().await.unwrap();
    second
}

async fn enter(world: &World, session: SessionId, user: UserId) {
    let mut work = world.begin().await;
    work.enter_membership(session, user).await.unwrap();
    work.save().await.unwrap();
}

async fn found(world: &World, token: &TokenHash, as_user: Option<UserId>) -> FoundSession {
    world.read().await.find_session(token, as_user).await.unwrap().unwrap()
}

// S4-11, S4-12, S4-34: one sign-in, several groups, and each tab in its own.
async fn a_session_goes_from_group_to_group_and_its_tabs_stay(database: &TestDatabase) {
    let world = World::new(database).await;
    let second = second(&world).await;
    let (session, token) = session(world.mira.account, Some(world.mira.id), NOW);
    add(&world, &session).await;
    assert_eq!(
        found(&world, &token, Some(world.mira.id)).await.user,
        Some(world.mira.clone()),
        "its own needs no entering"
    );
    enter(&world, session.id, second.id).await;
    for (asked, expected) in [(None, &second), (Some(second.id), &second), (Some(world.mira.id), &world.mira)] {
        let found = found(&world, &token, asked).await;
        assert_eq!((found.user.as_ref(), found.outside), (Some(expected), false), "{asked:?}");
    }
    enter(&world, session.id, world.mira.id).await;
    enter(&world, session.id, world.mira.id).await;
    for (asked, expected) in [(None, &world.mira), (Some(second.id), &second), (Some(world.mira.id), &world.mira)] {
        let found = found(&world, &token, asked).await;
        assert_eq!((found.user.as_ref(), found.outside), (Some(expected), false), "{asked:?}");
    }
}

// PR-20, S4-13
async fn a_membership_that_was_not_entered_is_outside(database: &TestDatabase) {
    let world = World::new(database).await;
    let second = second(&world).await;
    let (session, token) = session(world.mira.account, Some(world.mira.id), NOW);
    add(&world, &session).await;
    for asked in [second.id, world.noor.id, world.other.id, id()] {
        let found = found(&world, &token, Some(asked)).await;
        assert_eq!((found.user, found.outside), (None, true), "{asked:?}");
    }
    // What one session entered, another one of the same person has not.
    enter(&world, session.id, second.id).await;
    let (phone, phone_token) = self::session(world.mira.account, Some(world.mira.id), NOW);
    add(&world, &phone).await;
    assert!(found(&world, &phone_token, Some(second.id)).await.outside);
    assert!(!found(&world, &token, Some(second.id)).await.outside);
}

// PR-20
async fn nobody_elses_membership_is_entered(database: &TestDatabase) {
    let world = World::new(database).await;
    let (session, token) = session(world.mira.account, Some(world.mira.id), NOW);
    add(&world, &session).await;
    for user in [world.noor.id, world.other.id, id()] {
        enter(&world, session.id, user).await;
        assert_eq!(found(&world, &token, None).await.user, Some(world.mira.clone()));
        assert!(found(&world, &token, Some(user)).await.outside);
    }
    let mut work = world.begin().await;
    assert!(work.end_session(world.mira.account, session.id, later(1)).await.unwrap());
    work.save().await.unwrap();
    let second = second(&world).await;
    enter(&world, session.id, second.id).await;
    assert!(world.read().await.find_session(&token, Some(second.id)).await.unwrap().is_none(), "it is over");
}

// S4-33
async fn who_is_in_no_group_is_outside_until_one_is_entered(database: &TestDatabase) {
    let world = World::new(database).await;
    let (mut lobby, token) = session(world.mira.account, None, NOW);
    lobby.clock = SessionClock::open(Door::Console, NOW);
    add(&world, &lobby).await;
    let outside = found(&world, &token, None).await;
    assert_eq!((outside.user, outside.outside), (None, true));
    assert!(found(&world, &token, Some(world.mira.id)).await.outside, "not entered");
    enter(&world, lobby.id, world.mira.id).await;
    for asked in [None, Some(world.mira.id)] {
        let inside = found(&world, &token, asked).await;
        assert_eq!((inside.user, inside.outside), (Some(world.mira.clone()), false));
    }
}

// PR-18: an open session holds no rights of its own.
async fn a_membership_is_read_anew_each_time(database: &TestDatabase) {
    let world = World::new(database).await;
    let (session, token) = session(world.noor.account, Some(world.noor.id), NOW);
    add(&world, &session).await;
    let settings = AccessSettings { read_only: true, no_note_sharing: true, ..AccessSettings::default() };
    let changed = User { level: Level::Clinical, settings, ..world.noor.clone() };
    let mut work = world.begin().await;
    assert!(work.save_user(&may_manage_users(&world.mira), &changed).await.unwrap());
    work.save().await.unwrap();
    assert_eq!(found(&world, &token, None).await.user, Some(User { version: 1, ..changed.clone() }));
    let gone = User { version: 1, ..changed }.deactivate(later(5)).unwrap();
    let mut work = world.begin().await;
    assert!(work.save_user(&may_manage_users(&world.mira), &gone).await.unwrap());
    work.save().await.unwrap();
    assert_eq!(found(&world, &token, None).await.user, Some(User { version: 2, ..gone }));
}

// AD-08
async fn a_proof_of_the_password_is_remembered(database: &TestDatabase) {
    let world = World::new(database).await;
    let (session, token) = session(world.mira.account, Some(world.mira.id), NOW);
    add(&world, &session).await;
    assert_eq!(found(&world, &token, None).await.proved_at, NOW, "it was proved when the session was opened");
    let mut work = world.begin().await;
    work.prove_session(session.id, later(60_000)).await.unwrap();
    work.touch_session(session.id, later(90_000)).await.unwrap();
    work.save().await.unwrap();
    assert_eq!(found(&world, &token, None).await.proved_at, later(60_000));
}

// PR-21
async fn a_temporary_password_is_told(database: &TestDatabase) {
    let world = World::new(database).await;
    let (session, token) = session(world.mira.account, Some(world.mira.id), NOW);
    add(&world, &session).await;
    assert!(!found(&world, &token, None).await.temporary_password);
    let mut work = world.begin().await;
    work.mark_temporary_password(world.mira.account, NOW).await.unwrap();
    work.save().await.unwrap();
    assert!(found(&world, &token, None).await.temporary_password);
}

// Decision 15: what one group is strict about, a tab in another one does not soften.
async fn a_session_has_the_strictest_of_its_groups_clocks(database: &TestDatabase) {
    let world = World::new(database).await;
    let second = second(&world).await;
    let (session, token) = session(world.mira.account, Some(world.mira.id), NOW);
    add(&world, &session).await;
    let minutes = async |user: &User, idle_minutes: u32| {
        let may = may_manage_settings(user);
        let mut work = world.begin().await;
        let details = work.lookup_practice_details(&may).await.unwrap().unwrap();
        assert!(work.save_practice_details(&may, &PracticeDetails { idle_minutes, ..details }).await.unwrap());
        work.save().await.unwrap();
    };
    let usual = Door::Console.idle();
    assert_eq!(found(&world, &token, None).await.clock.idle, usual);
    enter(&world, session.id, second.id).await;
    for (here, there, expected) in [(5, 60, 5), (60, 7, 7), (60, 60, 60)] {
        minutes(&world.mira, here).await;
        minutes(&world.other, there).await;
        for asked in [None, Some(world.mira.id), Some(second.id), Some(world.noor.id)] {
            assert_eq!(
                found(&world, &token, asked).await.clock.idle,
                Span::minutes(expected),
                "{here} {there} {asked:?}"
            );
        }
        let devices = world.read().await.list_devices(world.mira.account).await.unwrap();
        assert_eq!(devices[0].idle, Span::minutes(expected));
    }
    // A group that says nothing means the usual time.
    run(&database.url_text(), "UPDATE practice_groups SET console_idle_minutes = NULL WHERE name = 'Elsewhere'")
        .await
        .unwrap();
    assert_eq!(found(&world, &token, None).await.clock.idle, usual.min(Span::minutes(60)));
}

async fn a_swept_session_takes_what_it_entered_along(database: &TestDatabase) {
    let world = World::new(database).await;
    let second = second(&world).await;
    let (session, _) = session(world.mira.account, Some(world.mira.id), NOW);
    add(&world, &session).await;
    enter(&world, session.id, second.id).await;
    let url = database.url_text();
    assert_eq!(count(&url, "SELECT COUNT(*) FROM session_users").await, 2);
    let mut work = world.begin().await;
    assert_eq!(work.sweep_sessions(later(10)).await.unwrap(), 1);
    work.save().await.unwrap();
    assert_eq!(count(&url, "SELECT COUNT(*) FROM session_users").await, 0);
}
