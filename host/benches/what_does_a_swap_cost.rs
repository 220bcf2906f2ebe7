//! What does a swap cost those who read and write meanwhile?
//!
//! Two threads read, load and announce as fast as they can, while the policy is swapped all the time. What
//! they wait for is the lock of a slot while a state is handed on. And what does it take to load a policy
//! whose code is on disk?

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use shelflife::policy::{Limits, Restored, Runtime, Source};
use shelflife::sync::{Cache, Write};
use support::interleave::Figure;
use support::table::{Table, time};
use support::{Effort, guards, keep, workload};

const LEARNER: &[u8] = include_bytes!("../tests/guests/learner.wasm");
const TIME: Duration = Duration::from_secs(10);

fn main() {
    let Some(effort) = Effort::from_args() else {
        return;
    };
    let folder = std::env::temp_dir().join(format!("shelflife-bench-{}", std::process::id()));
    let mut table = Table::new(&["", "median", "middle half", "longest"]);
    let row = |table: &mut Table, what: &str, values: &[f64]| {
        let figure = Figure::of(values.to_vec());
        table.row([
            what.to_owned(),
            time(figure.median),
            format!("{} to {}", time(figure.low), time(figure.high)),
            time(values.iter().copied().fold(0.0, f64::max)),
        ]);
    };

    let (cold, warm) = loads(&folder, effort.of(200));
    row(&mut table, "load: compiled anew", &cold);
    row(&mut table, "load: code on disk", &warm);
    for (name, source) in [
        ("tags", Source::from("tags").config(guards::CONFIG)),
        ("a policy with a state", Source::bytes("learner", LEARNER)),
    ] {
        let swaps = under_load(&folder, source, effort.time(TIME));
        row(&mut table, &format!("swap of {name}, in all"), &swaps.whole);
        row(
            &mut table,
            &format!("swap of {name}, a slot locked"),
            &swaps.locked,
        );
        row(
            &mut table,
            &format!("longest read of each swap of {name}"),
            &swaps.reads,
        );
        table.note(format!(
            "{name}: {} swaps under {} reads and {} announcements; {} failed, {} changes lost",
            swaps.whole.len(),
            swaps.answered,
            swaps.announced,
            swaps.failed,
            swaps.lost
        ));
    }
    table.note("a slot is to be locked for no more than 50 µs, and code on disk loaded in 1 ms");
    table.note("the longest of all are mostly turns that the system gave to somebody else");
    table.print("What does a swap cost?");
    let _ = std::fs::remove_dir_all(folder);
}

/// Nanoseconds that loading takes: without the code on disk and with it.
fn loads(folder: &std::path::Path, rounds: usize) -> (Vec<f64>, Vec<f64>) {
    let tags = shelflife_policies::find("tags").expect("it is built in");
    let plain = Runtime::new(Limits::default()).expect("components run here");
    let kept = plain
        .clone()
        .keep_compiled_in(folder)
        .expect("the folder is ours");
    kept.compile("tags", tags.component).expect("it is one");
    let load = |runtime: &Runtime, is_cached: bool| {
        let start = Instant::now();
        let compiled = runtime.compile("tags", tags.component).expect("it is one");
        let took = start.elapsed().as_nanos() as f64;
        assert_eq!(compiled.was_cached(), is_cached);
        took
    };
    let cold = (0..rounds.div_ceil(20))
        .map(|_| load(&plain, false))
        .collect();
    let warm = (0..rounds).map(|_| load(&kept, true)).collect();
    (cold, warm)
}

struct Swaps {
    whole: Vec<f64>,
    locked: Vec<f64>,
    /// The longest read that ended during each.
    reads: Vec<f64>,
    answered: u64,
    announced: u64,
    failed: u64,
    lost: u64,
}

fn under_load(folder: &std::path::Path, source: Source, time: Duration) -> Swaps {
    let cache: &'static Cache<u64> = keep(
        Cache::builder()
            .max_capacity(10_000)
            .compiled_code_in(folder)
            .policy(source.clone())
            .build()
            .expect("the settings are right"),
    );
    let keys = workload::keys(20_000);
    let done = Arc::new(AtomicBool::new(false));
    let answered = Arc::new(AtomicU64::new(0));
    let announced = Arc::new(AtomicU64::new(0));
    let lost = Arc::new(AtomicU64::new(0));
    let longest = Arc::new(AtomicU64::new(0));
    let worker = |number: usize| {
        let (done, answered, announced) = (done.clone(), answered.clone(), announced.clone());
        let (lost, longest) = (lost.clone(), longest.clone());
        thread::spawn(move || {
            let mut n = number;
            while !done.load(Ordering::Relaxed) {
                n += 7;
                let key = &keys[n % keys.len()];
                let start = Instant::now();
                cache.get_with(key, |_| n as u64);
                let took = start.elapsed().as_nanos() as u64;
                longest.fetch_max(took, Ordering::Relaxed);
                answered.fetch_add(1, Ordering::Relaxed);
                if n.is_multiple_of(16) {
                    // A key that only this thread writes and reads: an announcement that went unheard
                    // leaves the old value there.
                    let mine = format!("mine:{number}");
                    cache.get_with(&mine, |_| n as u64);
                    cache.announce(Write::of(mine.as_str()));
                    lost.fetch_add(u64::from(cache.get(&mine).is_some()), Ordering::Relaxed);
                    announced.fetch_add(1, Ordering::Relaxed);
                }
            }
        })
    };
    let workers: Vec<_> = (0..2).map(worker).collect();
    let (mut whole, mut locked, mut reads) = (Vec::new(), Vec::new(), Vec::new());
    let start = Instant::now();
    while start.elapsed() < time {
        longest.store(0, Ordering::Relaxed);
        let began = Instant::now();
        let report = cache.swap_policy(source.clone()).expect("it is a good one");
        whole.push(began.elapsed().as_nanos() as f64);
        locked.push(report.locked_for.as_nanos() as f64);
        reads.push(longest.load(Ordering::Relaxed) as f64);
        assert!(!matches!(report.restored, Restored::Refused(_)));
        thread::sleep(Duration::from_millis(2));
    }
    done.store(true, Ordering::Relaxed);
    let failed = workers
        .into_iter()
        .filter_map(|worker| worker.join().err())
        .count() as u64;
    let failures: u64 = cache.policy_info().iter().map(|info| info.failures).sum();
    Swaps {
        whole,
        locked,
        reads,
        answered: answered.load(Ordering::Relaxed),
        announced: announced.load(Ordering::Relaxed),
        failed: failed + failures,
        lost: lost.load(Ordering::Relaxed),
    }
}
