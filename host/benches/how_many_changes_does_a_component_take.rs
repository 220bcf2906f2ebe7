//! How many changes does a component take a second?
//!
//! The tags policy turns each change into a purge of one tag. In batches, as a feed delivers them: what a
//! call costs before it does anything is shared by a batch.

mod support;

use std::hint::black_box;
use std::sync::Mutex;
use std::time::Duration;

use shelflife::policy::{Change, Guard};
use support::interleave::{Side, interleave};
use support::table::{Table, digits, ratio, time};
use support::{Effort, guards, workload};

const KEYS: usize = 10_000;
const BATCHES: [usize; 3] = [1, 64, 256];
const TIME: Duration = Duration::from_secs(12);

fn main() {
    let Some(effort) = Effort::from_args() else {
        return;
    };
    let sides: Vec<Side> = BATCHES
        .iter()
        .flat_map(|&batch| {
            [
                changes(guards::component(), batch),
                changes(guards::native(), batch),
            ]
        })
        .collect();
    let rounds = interleave(&sides, effort.time(TIME));
    let mut table = Table::new(&[
        "changes a call",
        "component",
        "million a second",
        "native",
        "ratio",
        "middle half",
    ]);
    for (n, batch) in BATCHES.into_iter().enumerate() {
        let (component, native) = (2 * n, 2 * n + 1);
        let [median, span] = ratio(rounds.ratio(component, native));
        let nanos = rounds.nanos(component).median;
        table.row([
            batch.to_string(),
            time(nanos),
            digits(1e3 / nanos),
            time(rounds.nanos(native).median),
            median,
            span,
        ]);
    }
    table.note("times are those of one change; at least 1.5 million a second are to go through");
    table.note(rounds.summary());
    table.print("How many changes does a component take?");
}

fn changes(guard: Guard, batch: usize) -> Side {
    let changes: Vec<Change> = workload::keys(KEYS)
        .iter()
        .map(|key| Change::write(key.as_str()))
        .collect();
    let guard = Mutex::new(guard);
    Side::new(1, move |lap| {
        let mut guard = guard.lock().expect("nobody panics");
        let mut left = lap.operations;
        let mut at = lap.from;
        while left > 0 {
            let from = at % (KEYS - batch);
            let now = left.min(batch);
            let reaction = guard.react(&changes[from..from + now], 0);
            assert!(!reaction.failed);
            black_box(reaction.purges);
            left -= now;
            at += now;
        }
    })
}
