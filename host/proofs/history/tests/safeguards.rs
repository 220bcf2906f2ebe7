//! Every safeguard is missed when it is removed: the engine has none too many, and the check sees what it
//! is there to see.
//!
//! A removal holds for the whole process: one test, alone in its program.

use shelflife_history::engine::{SAFEGUARDS, remove_safeguard};
use shelflife_history::{Config, run};

/// Operations until a safeguard must have been missed. Most take one round, and one that protects against
/// a thread that is interrupted between two instructions takes some ten: a hundred times that.
const BOUND: u64 = 60_000_000;

#[test]
fn each_safeguard_is_missed() {
    for safeguard in SAFEGUARDS {
        remove_safeguard(Some(safeguard));
        let report = run(&Config::new(BOUND, 2, 11));
        remove_safeguard(None);
        let Some(what) = report.violations.first() else {
            panic!(
                "nobody missed {safeguard:?} in {} operations",
                report.operations
            );
        };
        println!(
            "{safeguard:?}, after {} operations: {what}",
            report.operations
        );
    }
    let report = run(&Config::new(100_000, 2, 11));
    assert_eq!(report.violations, Vec::<String>::new(), "all are back");
}
