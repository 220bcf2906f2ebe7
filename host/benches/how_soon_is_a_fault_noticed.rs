//! How soon is it noticed that a policy does what it must not?
//!
//! A request waits for that long at most: the call ends with an error then, and the request goes on under
//! the safety net. By the default limits.

mod support;

use std::time::Instant;

use shelflife::policy::{Change, CompiledPolicy, Limits, Loaded, Policy, Runtime, Surroundings};
use support::Effort;
use support::interleave::Figure;
use support::table::{Table, time};

const EVIL: &[u8] = include_bytes!("../tests/guests/evil.wasm");
const ROUNDS: usize = 30;

const FAULTS: [(&str, &str); 17] = [
    ("on-fill", "loop"),
    ("on-fill", "recurse"),
    ("on-fill", "grow"),
    ("on-fill", "panic"),
    ("on-fill", "refuse"),
    ("on-fill", "log-for-ever"),
    ("on-fill", "too-many"),
    ("on-fill", "long-name"),
    ("on-fill", "not-a-number"),
    ("on-changes", "loop"),
    ("on-changes", "long-name"),
    ("on-changes", "not-a-number"),
    ("on-changes", "million-purges"),
    ("on-changes", "five-megabytes"),
    ("on-changes", "trap-in-the-journal"),
    ("on-changes", "search"),
    ("configure", "loop"),
];

fn main() {
    let Some(effort) = Effort::from_args() else {
        return;
    };
    let runtime = Runtime::new(Limits::default()).expect("components run here");
    let compiled = runtime.compile("evil", EVIL).expect("it is a component");
    let mut table = Table::new(&["fault", "noticed after", "longest", "as"]);
    for (call, does) in FAULTS {
        let mut said = String::new();
        let times: Vec<f64> = (0..effort.of(ROUNDS).max(3))
            .map(|_| {
                let (took, error) = provoke(&compiled, call, does);
                said = error;
                took
            })
            .collect();
        table.row([
            format!("{call}: {does}"),
            time(Figure::of(times.clone()).median),
            time(times.iter().copied().fold(0.0, f64::max)),
            said.chars().take(60).collect(),
        ]);
    }
    table.note("no more than 10 ms are to pass, but for `configure`, which no request waits for");
    table.print("How soon is a fault noticed?");
}

/// Nanoseconds until the host has the error, and what it says.
fn provoke(compiled: &CompiledPolicy, call: &str, does: &str) -> (f64, String) {
    let mut instance = compiled
        .instantiate(Surroundings::default())
        .expect("it can be made");
    let config = format!(r#"{{ "in": "{call}", "does": "{does}" }}"#);
    let configured = Instant::now();
    match instance.configure(&config) {
        Ok(_) => {}
        Err(error) => {
            return (
                configured.elapsed().as_nanos() as f64,
                error.outcome().to_string(),
            );
        }
    }
    let tags = ["product:1"];
    let loaded = Loaded {
        key: "page:1",
        now: 0,
        size: 100,
        load_time: 1_000_000,
        depends_on: &tags,
    };
    let changes = [Change::write("product:1")];
    let start = Instant::now();
    let error = match call {
        "on-fill" => instance.on_fill(&loaded).map(drop),
        _ => instance.on_changes(&changes, 0).map(drop),
    };
    let took = start.elapsed().as_nanos() as f64;
    (
        took,
        error.map_or_else(
            |error| error.outcome().to_string(),
            |()| "nothing".to_owned(),
        ),
    )
}
