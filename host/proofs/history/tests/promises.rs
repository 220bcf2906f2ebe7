//! With every safeguard in place nothing is served that should not be.

use shelflife_history::{Config, run};

fn assert_kept(config: &Config) {
    let report = run(config);
    assert_eq!(report.violations, Vec::<String>::new(), "{config:?}");
    assert!(report.operations >= config.operations);
}

#[test]
fn the_promises_hold_under_one_thread_and_several() {
    for (operations, threads) in [(400_000, 1), (1_000_000, 2), (300_000, 3), (300_000, 4)] {
        assert_kept(&Config::new(operations, threads, 7));
    }
}
