//! Runs a history and says what came of it.

use std::process::ExitCode;
use std::time::Instant;

use shelflife_history::{Config, run};

fn main() -> ExitCode {
    let mut config = Config::new(10_000_000, 2, 1);
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().and_then(|value| value.parse().ok());
        match (name.as_str(), value) {
            ("--operations", Some(operations)) => config.operations = operations,
            ("--threads", Some(threads @ 1..=64)) => config.threads = threads as usize,
            ("--seed", Some(seed)) => config.seed = seed,
            _ => {
                eprintln!("usage: [--operations NUMBER] [--threads 1..64] [--seed NUMBER]");
                return ExitCode::from(2);
            }
        }
    }
    let began = Instant::now();
    let report = run(&config);
    println!(
        "{} operations of {} threads in {:.1} s: {} violations",
        report.operations,
        config.threads,
        began.elapsed().as_secs_f64(),
        report.violations.len(),
    );
    report.violations.iter().for_each(|what| println!("{what}"));
    if report.violations.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
