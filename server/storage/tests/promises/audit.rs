//! Promises about the audit trail.

use domain::{
    access::{Access, GrantFacts, ViewAccessLog},
    audit::{Action, Entry},
    grant::{Birthdays, Grant, State},
    ids::GroupId,
    page::PageRequest,
    patient::Status,
    user::User,
};
use services::ports::TrailFilter;
use storage::testing::TestDatabase;

use crate::world::{NOW, World, id, later, may_view_history, portal_actor, run};

promises!(
    entries_are_chained_without_gaps,
    chains_do_not_fork_when_many_write_at_once,
    an_undone_unit_leaves_no_entry_and_no_gap,
    chains_are_locked_in_one_order,
    entries_are_never_changed_or_removed,
    the_trail_is_read_latest_first_and_pages_without_a_gap,
    the_trail_is_narrowed_by_whom_what_and_to_whom,
    a_time_of_the_trail_is_found_although_clocks_differ,
    each_group_reads_its_own_trail,
    a_patient_reads_what_is_about_them,
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
        // Some are marked (PR-04).
        emergency: n % 3 == 0,
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
                emergency: row.emergency,
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

/// The numbers found, page by page.
async fn trail(world: &World, user: &User, filter: &TrailFilter, limit: u32) -> Vec<i64> {
    let mut found = Vec::new();
    let mut page = PageRequest { after: None, limit: Some(limit) };
    loop {
        let answer = world.read().await.list_trail(&may_view_history(user), filter, &page).await.unwrap();
        assert!(answer.rows.len() <= limit as usize);
        found.extend(answer.rows.iter().map(|row| row.seq));
        match answer.next {
            None => return found,
            Some(_) => page.after = answer.next,
        }
    }
}

async fn write(world: &World, entries: impl IntoIterator<Item = Entry>) {
    let mut work = world.begin().await;
    for entry in entries {
        work.audit(&entry).await.unwrap();
    }
    work.save().await.unwrap();
}

async fn the_trail_is_read_latest_first_and_pages_without_a_gap(database: &TestDatabase) {
    let world = World::new(database).await;
    write(&world, (1..=7).map(|n| entry(Some(world.group), n))).await;
    for limit in [1, 3, 7, 200] {
        assert_eq!(trail(&world, &world.mira, &TrailFilter::default(), limit).await, [7, 6, 5, 4, 3, 2, 1]);
    }
    let may = may_view_history(&world.mira);
    let filter = TrailFilter::default();
    let first = world.read().await.list_trail(&may, &filter, &PageRequest::default()).await.unwrap().rows.remove(0);
    assert_eq!((first.actor.as_str(), first.action.as_str(), first.at), ("usr_1", "patient_viewed", later(7).millis()));
    assert_eq!(
        (first.subject.as_str(), first.detail.as_str(), first.origin.as_str()),
        ("pat_7", "detail", "127.0.0.1")
    );
    for after in ["", "x", "1.5", "99999999999999999999"] {
        let page = PageRequest { after: Some(after.into()), limit: None };
        assert!(world.read().await.list_trail(&may, &filter, &page).await.unwrap().rows.is_empty(), "{after}");
    }
    for after in [i64::MIN, -1, 0, 1] {
        let page = PageRequest { after: Some(after.to_string()), limit: None };
        assert!(world.read().await.list_trail(&may, &filter, &page).await.unwrap().rows.is_empty(), "{after}");
    }
}

async fn the_trail_is_narrowed_by_whom_what_and_to_whom(database: &TestDatabase) {
    let world = World::new(database).await;
    let people = ["usr_a", "usr_b"];
    let actions = [Action::PatientViewed, Action::PatientChanged, Action::UserAdded];
    let subjects = ["pat_x", "pat_y", "usr_a", ""];
    let mut all = Vec::new();
    for n in 0..48 {
        let (actor, action) = (people[n % 2].to_owned(), actions[n / 2 % 3]);
        let subject = subjects[n / 6 % 4].to_owned();
        let n = i64::try_from(n).unwrap();
        all.push(Entry { actor, action, subject, ..entry(Some(world.group), n) });
    }
    write(&world, all.clone()).await;
    let times = [None, Some(later(0)), Some(later(13)), Some(later(30)), Some(later(48))];
    for actor in ["", "usr_a", "usr_c"] {
        for subject in ["", "pat_y", "usr_a", "pat_z"] {
            for action in [None, Some(Action::UserAdded), Some(Action::SignedIn)] {
                for (from, to) in times.iter().flat_map(|from| times.iter().map(|to| (*from, *to))) {
                    let filter = TrailFilter { actor: actor.into(), subject: subject.into(), action, from, to };
                    let expected: Vec<i64> = (1..=48)
                        .zip(&all)
                        .filter(|(_, entry)| {
                            (actor.is_empty() || entry.actor == actor)
                                && (subject.is_empty() || entry.subject == subject)
                                && action.is_none_or(|action| entry.action == action)
                                && from.is_none_or(|from| entry.at >= from)
                                && to.is_none_or(|to| entry.at < to)
                        })
                        .map(|(seq, _)| seq)
                        .collect::<Vec<_>>()
                        .into_iter()
                        .rev()
                        .collect();
                    assert_eq!(trail(&world, &world.mira, &filter, 200).await, expected, "{filter:?}");
                }
            }
        }
    }
    let filter = TrailFilter { actor: "usr_a".into(), action: Some(Action::UserAdded), ..TrailFilter::default() };
    let whole = trail(&world, &world.mira, &filter, 200).await;
    assert_eq!((whole.len(), trail(&world, &world.mira, &filter, 3).await), (8, whole));
}

// Two servers write at once, and one's clock is ahead.
async fn a_time_of_the_trail_is_found_although_clocks_differ(database: &TestDatabase) {
    let world = World::new(database).await;
    // 1 2 3 4 5 6 are written at 0 13 2 15 4 17, and so on.
    write(&world, (0..20).map(|n| entry(Some(world.group), if n % 2 == 0 { n } else { n + 12 }))).await;
    let filter = TrailFilter { from: Some(later(8)), to: Some(later(16)), ..TrailFilter::default() };
    assert_eq!(trail(&world, &world.mira, &filter, 2).await, [15, 13, 11, 9, 4, 2]);
}

// TG-01: nor does a group see what belongs to none.
async fn each_group_reads_its_own_trail(database: &TestDatabase) {
    let world = World::new(database).await;
    write(&world, [entry(Some(world.group), 1), entry(None, 2)]).await;
    assert_eq!(trail(&world, &world.mira, &TrailFilter::default(), 9).await, [1]);
    for filter in [
        TrailFilter::default(),
        TrailFilter { actor: "usr_1".into(), ..TrailFilter::default() },
        TrailFilter { subject: "pat_1".into(), ..TrailFilter::default() },
        TrailFilter { action: Some(Action::PatientViewed), ..TrailFilter::default() },
    ] {
        assert_eq!(trail(&world, &world.other, &filter, 9).await, Vec::<i64>::new(), "{filter:?}");
    }
}

pub fn may_see_log(grant: &Grant) -> Access<ViewAccessLog> {
    let grant = Grant { state: State::Activated { at: NOW }, ..grant.clone() };
    let (account, ages) = (grant.account, Birthdays::default());
    let facts = GrantFacts { grant, status: Status::Active, ages, patient_uses_portal: true, now: NOW };
    portal_actor(account).may(ViewAccessLog, &facts).unwrap()
}

// B-01, PT-33, TG-01: of one patient in one group.
async fn a_patient_reads_what_is_about_them(database: &TestDatabase) {
    let world = World::new(database).await;
    let [ann, bea] = [world.patient("Ann", "Lee").await, world.patient("Bea", "Lee").await];
    let grant = world.grant(ann.id, "ann@example.org").await;
    let about = |group: GroupId, patient: String, n| Entry { subject: patient, ..entry(Some(group), n) };
    let one = |n: i64| about(world.group, if n % 3 == 0 { bea.id } else { ann.id }.to_string(), n);
    write(&world, (1..=9).map(one)).await;
    write(&world, [about(world.other.group, ann.id.to_string(), 10)]).await;
    let may = may_see_log(&grant);
    for limit in [1, 2, 200] {
        let (mut found, mut page) = (Vec::new(), PageRequest { after: None, limit: Some(limit) });
        loop {
            let answer = world.read().await.list_own_trail(&may, &page).await.unwrap();
            assert!(answer.rows.len() <= limit as usize);
            found.extend(answer.rows.iter().map(|row| row.seq));
            match answer.next {
                None => break,
                Some(_) => page.after = answer.next,
            }
        }
        assert_eq!(found, [8, 7, 5, 4, 2, 1]);
    }
    // A proof of the other group finds what stands in the other group's trail, and no more.
    let moved = may_see_log(&Grant { group: world.other.group, ..grant });
    let answer = world.read().await.list_own_trail(&moved, &PageRequest::default()).await.unwrap();
    assert_eq!(answer.rows.iter().map(|row| row.at).collect::<Vec<_>>(), [later(10).millis()]);
}
