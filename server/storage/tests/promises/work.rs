//! Promises about the unit of work itself.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use domain::time::Span;
use services::ports::{Clash, Hint, Store, StoreError, Stored};
use storage::testing::TestDatabase;
use tokio::time::{sleep, timeout};

use crate::world::{NOW, World, account, clash, later};

promises!(
    a_dropped_unit_leaves_nothing,
    a_dropped_unit_does_not_take_others_along,
    a_view_writes_nothing,
    a_view_stays_as_it_was,
    after_a_failure_a_unit_is_dead,
    hints_are_heard_after_the_save,
    many_writers_lose_nothing,
    units_given_up_half_way_leave_the_store_in_order,
    a_closed_store_answers,
    the_store_answers,
);

const HOUR: Span = Span::hours(1);

/// Writes one thing under this key.
async fn write(store: &dyn Store, key: &str) -> Stored<()> {
    let mut work = store.begin().await?;
    work.count_try(key, NOW, HOUR).await?;
    work.save().await
}

/// Is it there?
async fn is_there(store: &dyn Store, key: &str) -> bool {
    store.read().await.unwrap().tries(key, NOW).await.unwrap().is_some()
}

async fn a_dropped_unit_leaves_nothing(database: &TestDatabase) {
    let store = database.store();
    let mut work = store.begin().await.unwrap();
    work.count_try("dropped", NOW, HOUR).await.unwrap();
    drop(work);
    assert!(!is_there(&*store, "dropped").await);
    write(&*store, "next").await.unwrap();
    assert!(is_there(&*store, "next").await);
    assert!(!is_there(&*store, "dropped").await);
}

async fn a_dropped_unit_does_not_take_others_along(database: &TestDatabase) {
    let store = database.store();
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..200 {
        let store = database.store();
        tasks.spawn(async move {
            let mut work = store.begin().await.unwrap();
            work.count_try(&format!("unit {n}"), NOW, HOUR).await.unwrap();
            // Every third is dropped, every seventh dies of a clash.
            if n % 7 == 0 {
                let again = account("same@example.org");
                work.add_account(&again, NOW).await.unwrap();
                let _ = work.add_account(&again, NOW).await.unwrap_err();
                assert!(work.save().await.is_err());
            } else if n % 3 != 0 {
                work.save().await.unwrap();
            }
        });
    }
    tasks.join_all().await;
    for n in 0..200 {
        assert_eq!(is_there(&*store, &format!("unit {n}")).await, n % 3 != 0 && n % 7 != 0, "{n}");
    }
}

async fn a_view_writes_nothing(database: &TestDatabase) {
    let store = database.store();
    let mut view = store.read().await.unwrap();
    assert!(view.count_try("x", NOW, HOUR).await.is_err());
    drop(view);
    assert!(!is_there(&*store, "x").await);
}

async fn a_view_stays_as_it_was(database: &TestDatabase) {
    let store = database.store();
    write(&*store, "before").await.unwrap();
    let mut view = store.read().await.unwrap();
    assert!(view.tries("before", NOW).await.unwrap().is_some());
    // A view does not keep others from writing.
    write(&*store, "after").await.unwrap();
    assert_eq!(view.tries("after", NOW).await.unwrap(), None);
    drop(view);
    assert!(is_there(&*store, "after").await);
}

async fn after_a_failure_a_unit_is_dead(database: &TestDatabase) {
    let world = World::new(database).await;
    let mut work = world.begin().await;
    work.count_try("before", NOW, HOUR).await.unwrap();
    assert_eq!(clash(work.add_account(&account("mira@example.org"), NOW).await), Clash::AccountEmail);
    assert!(matches!(work.count_try("after", NOW, HOUR).await, Err(StoreError::Fault(_))));
    assert!(matches!(work.save().await, Err(StoreError::Fault(_))), "what is half done is never saved");
    assert!(!is_there(&*world.store, "before").await);
}

async fn hints_are_heard_after_the_save(database: &TestDatabase) {
    let world = World::new(database).await;
    let mut hints = world.store.hints();
    let (bell, mail) = (Hint::Bell(world.mira.account), Hint::Mail);
    let mut dropped = world.begin().await;
    dropped.hint(bell);
    drop(dropped);
    let mut work = world.begin().await;
    work.count_try("said", NOW, HOUR).await.unwrap();
    work.hint(mail);
    work.hint(mail);
    assert!(timeout(Duration::from_millis(100), hints.recv()).await.is_err(), "not before the save");
    work.save().await.unwrap();
    assert_eq!(hints.recv().await, Ok(mail));
    assert!(is_there(&*world.store, "said").await, "what is hinted at is there");
    assert!(timeout(Duration::from_millis(200), hints.recv()).await.is_err(), "said once");
}

// eight writers, nobody is turned away, everything acknowledged is there.
async fn many_writers_lose_nothing(database: &TestDatabase) {
    const EACH: usize = 250;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8 {
        let store = database.store();
        writers.spawn(async move {
            for n in 0..EACH {
                write(&*store, &format!("{writer} {n}")).await.unwrap();
            }
        });
    }
    writers.join_all().await;
    let mut view = database.store().read().await.unwrap();
    for writer in 0..8 {
        for n in 0..EACH {
            assert_eq!(view.tries(&format!("{writer} {n}"), NOW).await.unwrap().unwrap().0, 1);
        }
    }
}

// A request can be given up at any moment: what was acknowledged is there, nobody waits for ever, and writing goes on.
async fn units_given_up_half_way_leave_the_store_in_order(database: &TestDatabase) {
    let acknowledged: Arc<std::sync::Mutex<HashSet<usize>>> = Arc::default();
    let given_up = Arc::new(AtomicUsize::new(0));
    let mut requests = tokio::task::JoinSet::new();
    for n in 0..400_usize {
        let store = database.store();
        let (acknowledged, given_up) = (Arc::clone(&acknowledged), Arc::clone(&given_up));
        requests.spawn(async move {
            // Spread over the life of a unit, with its wait in the queue: many short ones, some up to two seconds.
            let patience = Duration::from_micros(2 * ((n * 7919) % 1_000).pow(2) as u64);
            sleep(Duration::from_millis((n / 20) as u64)).await;
            let request = async {
                let mut work = store.begin().await.unwrap();
                work.count_try(&format!("request {n}"), NOW, HOUR).await.unwrap();
                work.count_try(&format!("request {n} too"), NOW, HOUR).await.unwrap();
                work.save().await.unwrap();
                acknowledged.lock().unwrap().insert(n);
            };
            if timeout(patience, request).await.is_err() {
                given_up.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
    timeout(Duration::from_secs(30), requests.join_all()).await.expect("nobody waits for ever");
    let store = database.store();
    timeout(Duration::from_secs(6), write(&*store, "afterwards")).await.expect("the line goes on").unwrap();
    // What was given up in the midst of its save may be there or not, but wholly.
    sleep(Duration::from_millis(300)).await;
    let acknowledged = acknowledged.lock().unwrap().clone();
    assert!(given_up.load(Ordering::SeqCst) > 20, "enough were given up for this to prove something");
    assert!(acknowledged.len() > 20, "and enough were not: {}", acknowledged.len());
    for n in 0..400 {
        let (one, two) =
            (is_there(&*store, &format!("request {n}")).await, is_there(&*store, &format!("request {n} too")).await);
        assert_eq!(one, two, "half of {n}");
        assert!(one || !acknowledged.contains(&n), "{n} was acknowledged and is lost");
    }
}

async fn a_closed_store_answers(_: &TestDatabase) {
    for mut database in [storage::testing::sqlite().await, storage::testing::postgres().await] {
        let store = database.store();
        write(&*store, "x").await.unwrap();
        database.close().await;
        for answer in [store.begin().await.map(drop), store.read().await.map(drop), store.ping().await] {
            assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
        }
    }
}

async fn the_store_answers(database: &TestDatabase) {
    database.store().ping().await.unwrap();
    let _ = later(0);
}
