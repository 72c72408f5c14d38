//! Promises about the audit trail.

use domain::{
    audit::{Action, Entry},
    ids::GroupId,
};
use sqlx::Connection as _;
use storage::testing::TestDatabase;

use crate::world::{World, id, later};

promises!(
    entries_are_chained_without_gaps,
    chains_do_not_fork_when_many_write_at_once,
    an_undone_unit_leaves_no_entry_and_no_gap,
    chains_are_locked_in_one_order,
    entries_are_never_changed_or_removed,
);

fn entry(group: Option<GroupId>, n: i64) -> Entry {
    Entry {
        group,
        at: later(n),
        actor: "usr_1".into(),
        action: Action::PatientViewed,
        subject: format!("pat_{n}"),
        detail: "detail".into(),
        origin: "127.0.0.1".into(),
    }
}

/// What `portico verify` does, from the storage side: every hash follows from its entry and the one before.
async fn check(database: &TestDatabase, chain: &str) -> i64 {
    let mut view = database.store().read().await.unwrap();
    let head = view.unscoped_chain_heads().await.unwrap().into_iter().find(|head| head.chain == chain).unwrap();
    let (mut seq, mut previous) = (0, String::new());
    loop {
        let some = view.unscoped_chain(chain, seq, 7).await.unwrap();
        if some.is_empty() {
            assert_eq!((head.seq, head.hash), (seq, previous));
            return seq;
        }
        for row in some {
            assert_eq!((row.seq, &row.previous), (seq + 1, &previous));
            let text = Entry { ..entry(None, 0) };
            let again = Entry {
                at: domain::time::Time::from_millis(row.at),
                actor: row.actor.clone(),
                subject: row.subject.clone(),
                detail: row.detail.clone(),
                origin: row.origin.clone(),
                ..text
            };
            assert_eq!(row.action, again.action.code());
            assert_eq!(row.hash, services::audit::hash(&again.canonical(chain, row.seq, &row.previous)));
            (seq, previous) = (row.seq, row.hash);
        }
    }
}

// B-02, DB-04 (the storage side)
async fn entries_are_chained_without_gaps(database: &TestDatabase) {
    let store = database.store();
    let group: GroupId = id();
    for n in 0..10 {
        let mut work = store.begin().await.unwrap();
        work.audit(&entry(Some(group), n)).await.unwrap();
        work.audit(&entry(Some(group), n)).await.unwrap();
        work.audit(&entry(None, n)).await.unwrap();
        work.save().await.unwrap();
    }
    assert_eq!(check(database, &group.to_string()).await, 20);
    assert_eq!(check(database, "system").await, 10);
    let mut view = store.read().await.unwrap();
    let some = view.unscoped_chain(&group.to_string(), 5, 3).await.unwrap();
    assert_eq!(some.iter().map(|row| row.seq).collect::<Vec<_>>(), [6, 7, 8]);
}

// One writes the group's entry first, the other one nobody's: neither waits for what the other holds.
async fn chains_are_locked_in_one_order(database: &TestDatabase) {
    let group: GroupId = id();
    let mut people = tokio::task::JoinSet::new();
    for person in 0..8 {
        let store = database.store();
        people.spawn(async move {
            let mut work = store.begin().await?;
            let (first, second) = if person % 2 == 0 { (Some(group), None) } else { (None, Some(group)) };
            work.audit(&entry(first, person)).await?;
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            work.audit(&entry(second, person)).await?;
            work.save().await
        });
    }
    for answer in people.join_all().await {
        answer.unwrap();
    }
    assert_eq!(check(database, &group.to_string()).await, 8);
    assert_eq!(check(database, "system").await, 8);
}

async fn chains_do_not_fork_when_many_write_at_once(database: &TestDatabase) {
    let group: GroupId = id();
    let mut people = tokio::task::JoinSet::new();
    for person in 0..8 {
        let store = database.store();
        people.spawn(async move {
            for n in 0..20 {
                let mut work = store.begin().await.unwrap();
                work.audit(&entry(Some(group), person * 100 + n)).await.unwrap();
                work.save().await.unwrap();
            }
        });
    }
    people.join_all().await;
    assert_eq!(check(database, &group.to_string()).await, 160);
}

async fn an_undone_unit_leaves_no_entry_and_no_gap(database: &TestDatabase) {
    let store = database.store();
    for n in 0..6 {
        let mut work = store.begin().await.unwrap();
        work.audit(&entry(None, n)).await.unwrap();
        if n % 2 == 0 {
            work.save().await.unwrap();
        }
    }
    assert_eq!(check(database, "system").await, 3);
}

// DB-05: through the app's own connection, so by its own user.
async fn entries_are_never_changed_or_removed(database: &TestDatabase) {
    World::new(database).await;
    let store = database.store();
    for n in 0..3 {
        let mut work = store.begin().await.unwrap();
        work.audit(&entry(None, n)).await.unwrap();
        work.save().await.unwrap();
    }
    let url = database.url_text();
    let mut refused = Vec::new();
    for sql in [
        "UPDATE audit_entries SET actor = 'somebody else' WHERE seq = 2",
        "DELETE FROM audit_entries WHERE seq = 3",
        "DELETE FROM audit_entries",
        "INSERT INTO audit_entries SELECT * FROM audit_entries WHERE seq = 1",
    ] {
        refused.push((sql, run(&url, sql).await));
    }
    if database.engine() == "sqlite" {
        let sql = "INSERT OR REPLACE INTO audit_entries SELECT * FROM audit_entries WHERE seq = 1";
        refused.push((sql, run(&url, sql).await));
    } else {
        let sql = "TRUNCATE audit_entries";
        refused.push((sql, run(&url, sql).await));
    }
    for (sql, answer) in refused {
        assert!(answer.is_err(), "{sql}");
    }
    assert_eq!(check(database, "system").await, 3);
}

async fn run(url: &str, sql: &'static str) -> Result<(), sqlx::Error> {
    if url.starts_with("sqlite") {
        let mut connection = sqlx::SqliteConnection::connect(url).await?;
        sqlx::query(sql).execute(&mut connection).await.map(|_| ())
    } else {
        let mut connection = sqlx::PgConnection::connect(url).await?;
        sqlx::query(sql).execute(&mut connection).await.map(|_| ())
    }
}
