//! What does a fill cost whose policy is a component, beside the same policy as native code?
//!
//! The tags policy gives each entry its lease: the key's own tag and those that the loader named. Both
//! sides run under the guard, with all limits of production; what lies between them is the boundary.

mod support;

use std::hint::black_box;
use std::sync::Mutex;
use std::time::Duration;

use shelflife::engine::LeaseSource;
use shelflife::policy::{Guard, Loaded};
use support::interleave::{Side, interleave};
use support::table::{Table, ratio, time};
use support::{Effort, guards, workload};

const KEYS: usize = 10_000;
const TIME: Duration = Duration::from_secs(12);

fn main() {
    let Some(effort) = Effort::from_args() else {
        return;
    };
    let sides = [
        fills(guards::component(), 0),
        fills(guards::native(), 0),
        fills(guards::component(), 4),
        fills(guards::native(), 4),
    ];
    let rounds = interleave(&sides, effort.time(TIME));
    let mut table = Table::new(&[
        "the lease of",
        "component",
        "native",
        "apart",
        "ratio",
        "middle half",
    ]);
    for (name, component, native) in [("an entry", 0, 1), ("an entry with four tags", 2, 3)] {
        let apart = rounds.figure(|round| round[component] - round[native]);
        let [median, span] = ratio(rounds.ratio(component, native));
        table.row([
            name.to_owned(),
            time(rounds.nanos(component).median),
            time(rounds.nanos(native).median),
            time(apart.median),
            median,
            span,
        ]);
    }
    table.note("no more than 1 µs is to lie between them");
    table.note(rounds.summary());
    table.print("What does a fill through a component cost?");
}

fn fills(guard: Guard, tags: usize) -> Side {
    let keys = workload::keys(KEYS);
    let tags: Vec<String> = (0..tags).map(|n| format!("product:{n}")).collect();
    // One thread takes the lock, and nobody else wants it.
    let guard = Mutex::new(guard);
    Side::new(1, move |lap| {
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        let mut guard = guard.lock().expect("nobody panics");
        for n in lap.from..lap.from + lap.operations {
            let loaded = Loaded {
                key: &keys[n % keys.len()],
                now: n as u64,
                size: 100,
                load_time: 1_000_000,
                depends_on: &tags,
            };
            black_box(guard.lease(&LeaseSource::Policy, &loaded));
        }
        assert_eq!(guard.last_error(), None);
    })
}
