//! With every safeguard in place nothing is served that should not be.

use std::hash::{BuildHasher, RandomState};

use shelflife_history::{Config, run};

fn assert_kept(config: &Config) {
    let report = run(config);
    assert_eq!(report.violations, Vec::<String>::new(), "{config:?}");
    assert!(report.operations >= config.operations);
}

#[test]
#[cfg_attr(miri, ignore = "two million operations take Miri a day")]
fn the_promises_hold_under_one_thread_and_several() {
    for (operations, threads) in [(400_000, 1), (1_000_000, 2), (300_000, 3), (300_000, 4)] {
        assert_kept(&Config::new(operations, threads, 7));
    }
}

/// Miri interrupts threads anywhere and shows them values as old as the memory model allows. What it draws
/// for that, and the history, its own seed decides: `cargo xtask miri` runs many.
#[test]
fn the_promises_hold_in_rounds_of_a_few_operations() {
    let seed = if cfg!(miri) {
        RandomState::new().hash_one("history")
    } else {
        7
    };
    let config = Config {
        round: 30,
        ..Config::new(60, 3, seed)
    };
    assert_kept(&config);
}
