//! Do two threads fill faster than one, where a component gives each entry its lease?
//!
//! Every read is of a key that is not there any more, so that each loads, asks the policy and stores.
//! A cache without a policy is beside it: what two threads gain there is what the engine lets them.

mod support;

use std::hint::black_box;
use std::time::Duration;

use shelflife::policy::Source;
use shelflife::sync::Cache;
use support::interleave::{Side, interleave};
use support::table::{Table, digits, time, times};
use support::{Effort, guards, keep, workload};

/// So many more than there is room for that none is there when its turn comes again.
const KEYS: usize = 400_000;
const ROOM: u64 = 4_000;
const TIME: Duration = Duration::from_secs(20);

fn main() {
    let Some(effort) = Effort::from_args() else {
        return;
    };
    let tags = Source::from("tags").config(guards::CONFIG);
    let asked = keep(cache(Some(tags.clone()), None));
    let of_one = keep(cache(Some(tags), Some(1)));
    let without = keep(cache(None, None));
    let sides = [
        fills(1, asked),
        fills(2, asked),
        fills(1, of_one),
        fills(2, of_one),
        fills(1, without),
        fills(2, without),
        nothing_shared(1),
        nothing_shared(2),
    ];
    let rounds = interleave(&sides, effort.time(TIME));
    let gained = |one: usize| rounds.figure(|round| 2.0 * round[one] / round[one + 1]);
    let mut table = Table::new(&[
        "fills",
        "by one thread",
        "by two at once",
        "as many",
        "middle half",
    ]);
    for (name, one) in [
        ("through a component, an instance a core", 0),
        ("through a component, one instance", 2),
        ("without a policy", 4),
    ] {
        let gain = gained(one);
        table.row([
            name.to_owned(),
            time(rounds.nanos(one).median),
            time(rounds.nanos(one + 1).median),
            times(gain.median),
            format!("{} to {}", digits(gain.low), digits(gain.high)),
        ]);
    }
    table.note("times are those of one fill in one thread; at least × 1.5 is to be gained");
    table.note(format!(
        "arithmetic that shares nothing is {} times as fast by two threads here and now",
        digits(gained(6).median)
    ));
    table.note(rounds.summary());
    table.print("Do two threads fill faster than one?");
}

fn cache(policy: Option<Source>, slots: Option<usize>) -> Cache<u64> {
    let mut builder = Cache::builder().max_capacity(ROOM);
    if let Some(policy) = policy {
        builder = builder.policy(policy);
    }
    if let Some(slots) = slots {
        builder = builder.policy_slots(slots);
    }
    builder.build().expect("the settings are right")
}

fn fills(threads: usize, cache: &'static Cache<u64>) -> Side {
    let keys = workload::keys(KEYS);
    Side::new(threads, move |lap| {
        // Threads go through halves of their own.
        let start = lap.from + lap.thread * KEYS / 2;
        for n in start..start + lap.operations {
            black_box(cache.get_with(&keys[n % KEYS], |_| n as u64));
        }
    })
}

fn nothing_shared(threads: usize) -> Side {
    Side::new(threads, |lap| {
        let mut word = lap.from as u64;
        for _ in 0..lap.operations * 16 {
            word = black_box(word.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (word >> 29));
        }
    })
}
