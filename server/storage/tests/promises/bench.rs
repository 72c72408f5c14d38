//! What it costs, for the one who wants to know:
//! `scripts/with-postgres cargo test -p storage --release -- --ignored --nocapture bench`.
#![expect(clippy::print_stdout, reason = "measurements are printed")]

use std::time::Duration;

use domain::{
    access::{ManageRelationships, ManageUsers, PatientFacts, Relationship},
    page::PageRequest,
    patient::{DetailsForm, Patient, PatientFilter},
    person::UserName,
    time::{Date, Span},
    user::{Level, User, UserFilter},
};
use storage::testing::{self, TestDatabase};
use tokio::time::Instant;

use crate::world::{NOW, World, account, actor, id, may_add, may_list, patient};

/// Patients in the group. P-09 is at a million; set it there by hand, it takes minutes to fill.
const PATIENTS: usize = 100_000;

const FIRST: [&str; 20] = [
    "Anna",
    "John",
    "Mary",
    "Li",
    "Thị Ánh",
    "Mohammed",
    "Olga",
    "James",
    "Sofia",
    "Noah",
    "Amelie",
    "Jack",
    "Grace",
    "Ethan",
    "Zoë",
    "Liam",
    "Mia",
    "Lucas",
    "Emma",
    "Oscar",
];
const LAST: [&str; 10] =
    ["Smith", "Nguyễn", "Jones", "Williams", "Brown", "Wang", "Taylor", "Singh", "O'Brien", "Kowalski"];

// acknowledged writes a second by eight writers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn bench_writes() {
    for database in testing::databases().await {
        for writers in [1, 8, 64] {
            let started = Instant::now();
            let mut all = tokio::task::JoinSet::new();
            for writer in 0..writers {
                let store = database.store();
                all.spawn(async move {
                    for n in 0..1_000 / writers {
                        let mut work = store.begin().await.unwrap();
                        work.count_try(&format!("{writers} {writer} {n}"), NOW, Span::hours(1)).await.unwrap();
                        work.save().await.unwrap();
                    }
                });
            }
            all.join_all().await;
            let rate = 1_000.0 / started.elapsed().as_secs_f64();
            println!("{}: {writers} writers, {rate:.0} acknowledged writes/s", database.engine());
        }
    }
}

// P-09
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn bench_search() {
    for database in testing::databases().await {
        search(&database).await;
    }
}

fn somebody(n: usize) -> Patient {
    // A spread of rare names beside the common ones.
    let last = if n.is_multiple_of(3) { LAST[n / 3 % LAST.len()].to_owned() } else { rare(n) };
    let form = DetailsForm {
        legal_first: FIRST[n / 7 % FIRST.len()].into(),
        legal_last: last,
        birth_date: format!("{}-{:02}-{:02}", 1930 + n % 90, 1 + n / 90 % 12, 1 + n / 1080 % 28),
        mobile: format!("04{:08}", (n * 7_919) % 100_000_000),
        ..DetailsForm::default()
    };
    let details = form.check(Date::new(2026, 11, 23).unwrap()).unwrap();
    Patient { details, ..patient("x", "y") }
}

fn rare(n: usize) -> String {
    const SYLLABLES: [&str; 16] =
        ["ka", "ro", "mi", "ten", "sal", "vi", "dor", "pe", "lan", "gu", "ser", "bo", "nit", "fa", "zul", "hem"];
    let mut seed = n * 2_654_435_761 % 1_048_573;
    (0..3).fold(String::new(), |name, _| {
        let syllable = SYLLABLES[seed % 16];
        seed /= 16;
        name + syllable
    })
}

async fn search(database: &TestDatabase) {
    let world = World::new(database).await;
    let started = Instant::now();
    for some in (0..PATIENTS).collect::<Vec<_>>().chunks(2_000) {
        let mut work = world.begin().await;
        for n in some {
            work.add_patient(&may_add(&world.mira), &somebody(*n), None).await.unwrap();
        }
        work.save().await.unwrap();
    }
    println!("{}: {PATIENTS} patients in {:?}", database.engine(), started.elapsed());
    let page = PageRequest { after: None, limit: Some(12) };
    for text in [
        "",
        "s",
        "sm",
        "smith",
        "smith anna",
        "anna smith 1950",
        "karomi",
        "k",
        "nguyen",
        "0412",
        "0400 123",
        "1950",
        "28/02/1990",
        "zzz",
        "john zzz",
        "smith kowalski",
        "j s",
    ] {
        let mut times: Vec<Duration> = Vec::new();
        let mut rows = 0;
        for _ in 0..50 {
            let filter = PatientFilter { text: text.into(), status: None };
            let started = Instant::now();
            let answer = world.read().await.list_patients(&may_list(&world.mira), &filter, &page).await.unwrap();
            times.push(started.elapsed());
            rows = answer.rows.len();
        }
        times.sort();
        println!("{}: {text:18} {rows:3} rows, p50 {:?}, max {:?}", database.engine(), times[25], times[49]);
    }
}

/// What a large group costs, in users, patients, and relationships of each practitioner.
const LARGE: [(usize, usize, usize); 2] = [(50, 10_000, 200), (500, 100_000, 2_000)];

// P-09, P-16: lists, search and the Users page of a group with 500 users, 100,000 patients and 1,000,000 relationships, beside
// one with a tenth of its users and patients.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn bench_large_group() {
    for size in LARGE {
        for database in testing::databases().await {
            large_group(&database, size).await;
        }
    }
}

async fn large_group(database: &TestDatabase, (users, patients, each): (usize, usize, usize)) {
    let world = World::new(database).await;
    let started = Instant::now();
    let mut ids = Vec::with_capacity(patients);
    for some in (0..patients).collect::<Vec<_>>().chunks(2_000) {
        let mut work = world.begin().await;
        for n in some {
            let patient = somebody(*n);
            ids.push(patient.id);
            work.add_patient(&may_add(&world.mira), &patient, None).await.unwrap();
        }
        work.save().await.unwrap();
    }
    let mut staff = Vec::with_capacity(users);
    for n in 0..users {
        let user = User { level: Level::Personal, ..world.mira.clone() };
        let account = account(&format!("user{n}@example.org"));
        let name = UserName { title: String::new(), first: FIRST[n % 20].into(), last: rare(n) };
        let user = User { id: id(), account: account.id, name, ..user };
        let mut work = world.begin().await;
        work.add_account(&account, NOW).await.unwrap();
        work.unscoped_add_user(&user, NOW).await.unwrap();
        work.save().await.unwrap();
        staff.push(user);
    }
    for (n, user) in staff.iter().enumerate() {
        let mut work = world.begin().await;
        for k in 0..each {
            let patient = ids[(n * 7_919 + k * 47) % patients];
            let facts = PatientFacts { group: world.group, patient, relationship: None, emergency: false };
            let may = actor(&world.mira).may(ManageRelationships, &facts).unwrap();
            let kind = if k % 50 == 0 { Relationship::Revoked } else { Relationship::Granted };
            work.set_relationship(&may, user.id, kind).await.unwrap();
        }
        work.save().await.unwrap();
    }
    let engine = database.engine();
    println!("{engine}: {users} users, {patients} patients, {} relationships in {:?}", users * each, started.elapsed());

    let own = &staff[users / 2];
    let full = &world.mira;
    let page = PageRequest { after: None, limit: Some(50) };
    let text = |text: &str| PatientFilter { text: text.into(), status: None };
    for (what, user, filter) in [
        ("list, everybody's", full, text("")),
        ("list, own patients", own, text("")),
        ("search, everybody's", full, text("smith anna")),
        ("search, own patients", own, text("smith")),
    ] {
        let may = may_list(user);
        let (p50, p99, rows) = times(async || {
            let mut work = world.read().await;
            work.list_patients(&may, &filter, &page).await.unwrap().rows.len()
        })
        .await;
        println!("{engine}: {what:24} {rows:3} rows, p50 {p50:?}, p99 {p99:?}");
    }
    let may = actor(full).may(ManageUsers, &()).unwrap();
    for (what, filter) in
        [("users", UserFilter::default()), ("users, by name", UserFilter { text: "k".into(), ..UserFilter::default() })]
    {
        let (p50, p99, rows) =
            times(async || world.read().await.list_users(&may, &filter, &page).await.unwrap().rows.len()).await;
        println!("{engine}: {what:24} {rows:3} rows, p50 {p50:?}, p99 {p99:?}");
    }
    let facts = PatientFacts { group: world.group, patient: ids[0], relationship: None, emergency: false };
    let may = actor(full).may(ManageRelationships, &facts).unwrap();
    let (p50, p99, rows) =
        times(async || world.read().await.list_relationships(&may, &PageRequest::default()).await.unwrap().rows.len())
            .await;
    println!("{engine}: {:24} {rows:3} rows, p50 {p50:?}, p99 {p99:?}", "practitioners of one");
}

/// The median and the slowest but one of 200 runs, after a few that warm up.
async fn times(run: impl AsyncFn() -> usize) -> (Duration, Duration, usize) {
    let mut times = Vec::new();
    let mut rows = 0;
    for n in 0..210 {
        let started = Instant::now();
        rows = run().await;
        if n >= 10 {
            times.push(started.elapsed());
        }
    }
    times.sort();
    (times[100], times[198], rows)
}
