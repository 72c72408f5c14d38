//! What it costs, for the one who wants to know:
//! `scripts/with-postgres cargo test -p storage --release -- --ignored --nocapture bench`.
#![expect(clippy::print_stdout, reason = "measurements are printed")]

use std::time::Duration;

use domain::{
    page::PageRequest,
    patient::{DetailsForm, Patient, PatientFilter},
    time::{Date, Span},
};
use storage::testing::{self, TestDatabase};
use tokio::time::Instant;

use crate::world::{NOW, World, may_add, may_list, patient};

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
