//! Promises about counts of tries.

use domain::time::Span;
use storage::testing::TestDatabase;

use crate::world::{NOW, later};

promises!(tries_are_counted_in_a_window, none_is_missed_when_many_try_at_once, ended_windows_are_swept);

const MINUTE: Span = Span::minutes(1);

async fn tries_are_counted_in_a_window(database: &TestDatabase) {
    let store = database.store();
    let mut work = store.begin().await.unwrap();
    assert_eq!(work.tries("a", NOW).await.unwrap(), None);
    let end = NOW + MINUTE;
    assert_eq!(work.count_try("a", NOW, MINUTE).await.unwrap(), (1, end));
    assert_eq!(work.count_try("a", later(59_999), MINUTE).await.unwrap(), (2, end));
    assert_eq!(work.count_try("b", later(59_999), MINUTE).await.unwrap().0, 1);
    assert_eq!(work.tries("a", later(59_999)).await.unwrap(), Some((2, end)));
    assert_eq!(work.tries("a", end).await.unwrap(), None);
    assert_eq!(work.count_try("a", end, MINUTE).await.unwrap(), (1, end + MINUTE));
    work.save().await.unwrap();
}

// AN-08: several servers, one count.
async fn none_is_missed_when_many_try_at_once(database: &TestDatabase) {
    let mut people = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let store = database.store();
        people.spawn(async move {
            let mut work = store.begin().await.unwrap();
            let (tries, _) = work.count_try("key", NOW, MINUTE).await.unwrap();
            work.save().await.unwrap();
            tries
        });
    }
    let mut counted = people.join_all().await;
    counted.sort_unstable();
    assert_eq!(counted, (1..=40).collect::<Vec<u32>>());
}

async fn ended_windows_are_swept(database: &TestDatabase) {
    let store = database.store();
    let mut work = store.begin().await.unwrap();
    work.count_try("old", NOW, MINUTE).await.unwrap();
    work.count_try("new", later(1), MINUTE).await.unwrap();
    assert_eq!(work.sweep_tries(NOW + MINUTE).await.unwrap(), 0);
    assert_eq!(work.sweep_tries(later(60_001)).await.unwrap(), 1);
    assert_eq!(work.count_try("new", later(2), MINUTE).await.unwrap().0, 2);
}
