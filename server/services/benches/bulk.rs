//! P-10 without a server: 5,000 who are invited at once, on SQLite. `cargo bench -p services --bench bulk`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "a measurement")]
#![allow(dead_code, unused_macros, reason = "the town of the tests, of which little is needed here")]

#[macro_use]
#[path = "../tests/services/engines.rs"]
mod engines;
#[path = "../tests/services/town.rs"]
mod town;
#[path = "../tests/services/vault.rs"]
mod vault;
#[path = "../tests/services/world.rs"]
mod world;

use domain::{
    bulk::{Outcome, Selection},
    patient::DetailsForm,
    report::CaseLoadForm,
};
use services::{bulk, patients};
use tokio::time::Instant;

use crate::{
    engines::Engine,
    town::{Staff, Town, details},
};

const COUNT: u32 = 5_000;

#[tokio::main(worker_threads = 2)]
async fn main() {
    let town = Town::new(Engine::sqlite().await).await;
    let Staff { owner, .. } = town.practice().await;
    for n in 0..COUNT {
        let form = DetailsForm { email: format!("p{n}@y.example"), ..details(&format!("P{n}"), "Quark") };
        patients::add(&owner, &form).await.unwrap();
    }
    let report = CaseLoadForm { text: "quark".into(), ..CaseLoadForm::default() };
    let everybody = Selection::All { report: Box::new(report), but: Vec::new() };
    let began = Instant::now();
    let id = bulk::open(&owner, &everybody).await.unwrap().id;
    bulk::work(&town.services, &|| false).await.unwrap();
    let foreseen = began.elapsed();
    bulk::start(&owner, id, "Dear {{patient.first_name}}").await.unwrap();
    let began = Instant::now();
    bulk::work(&town.services, &|| false).await.unwrap();
    println!("{COUNT}: foreseen in {foreseen:?}, invited in {:?}", began.elapsed());
    assert_eq!(bulk::view(&owner, id).await.unwrap().count(Outcome::Invited), COUNT);
}
