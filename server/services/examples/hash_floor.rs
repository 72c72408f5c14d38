//! How long one password hash takes here, alone and two at a time: the floor beside which `make bench` puts signing in.
#![expect(clippy::print_stdout, clippy::expect_used, reason = "a measuring program")]

use services::hashing::Hasher;
use tokio::{runtime::Runtime, time::Instant};

/// Hashes per measurement.
const ROUNDS: u32 = 40;

fn main() {
    let runtime = Runtime::new().expect("a runtime");
    let hasher = Hasher::new();
    let hash = runtime.block_on(hasher.hash("a password nobody has")).expect("a hash");
    let verify = || hasher.verify("a password nobody has", Some(&hash));

    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            runtime.block_on(verify()).expect("an answer");
            started.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);

    let started = Instant::now();
    runtime.block_on(async {
        let all = (0..ROUNDS).map(|_| verify());
        futures::future::join_all(all).await.into_iter().for_each(|answer| assert!(answer.expect("an answer")));
    });
    let rate = f64::from(ROUNDS) / started.elapsed().as_secs_f64();
    let p = |share: f64| times[(share * (times.len() - 1) as f64) as usize];
    println!(r#"{{"p50":{:.3},"p99":{:.3},"per_second":{rate:.1}}}"#, p(0.5), p(0.99));
}
