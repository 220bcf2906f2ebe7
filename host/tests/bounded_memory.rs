//! What a process may come to hold while hostile policies are called again and again: so much and no more,
//! of the heap and of linear memory, whatever the policy does.
//!
//! SECURITY.md says what the bounds are made of. Those that a limit makes are shown to be its doing: with
//! the limit raised, the same policy takes more.

mod support;

#[path = "../benches/support/heap.rs"]
#[allow(dead_code, reason = "a bench needs the rest")]
mod heap;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use heap::Counting;
use shelflife::policy::{Limits, Source};
use shelflife::sync::{Cache, Write};
use support::{evil, folder};

#[global_allocator]
static COUNTING: Counting = Counting;

const MIB: usize = 1 << 20;
const ENTRIES: usize = 100;
/// Threads, and instances of a policy.
const SLOTS: usize = 2;

/// A process that policies may take little of, so that little more is noticed. No deadline: a machine that
/// is busy must not decide what a policy gets done.
fn limits() -> Limits {
    Limits::deterministic()
        .memory(4 * MIB)
        .transfer(MIB)
        .purges(1_000)
        .patience(u32::MAX)
}

/// A way to take memory.
struct Harm {
    call: &'static str,
    does: &'static str,
    /// How often each thread has it done.
    times: usize,
    /// What of it the engine may remember, in bytes.
    remembered: usize,
}

const fn harm(call: &'static str, does: &'static str) -> Harm {
    Harm {
        call,
        does,
        times: 6,
        remembered: 0,
    }
}

/// All of them. What the engine remembers at most: 16 MiB of names of either kind beside those that entries
/// carry, which may be a quarter more than that; 16 MiB of regions; 64 MiB of keys to be purged once more.
const HARMS: [Harm; 22] = [
    harm("on-fill", "nothing"),
    harm("on-fill", "loop"),
    harm("on-fill", "recurse"),
    harm("on-fill", "grow"),
    Harm {
        times: 25,
        ..harm("on-fill", "hoard")
    },
    harm("on-fill", "panic"),
    harm("on-fill", "refuse"),
    harm("on-fill", "log-for-ever"),
    harm("on-fill", "log-too-much"),
    harm("on-fill", "too-many"),
    harm("on-fill", "long-name"),
    Harm {
        times: 250,
        remembered: 2 * 16 * MIB + ENTRIES * 2 * 64 * 1_200 * 5 / 4,
        ..harm("on-fill", "new-names")
    },
    harm("on-changes", "grow"),
    Harm {
        times: 25,
        ..harm("on-changes", "hoard")
    },
    harm("on-changes", "refuse"),
    harm("on-changes", "log-for-ever"),
    harm("on-changes", "long-name"),
    harm("on-changes", "million-purges"),
    harm("on-changes", "five-megabytes"),
    Harm {
        times: 16,
        remembered: 17 * MIB,
        ..harm("on-changes", "new-prefixes")
    },
    Harm {
        times: 16,
        remembered: 17 * MIB,
        ..harm("on-changes", "new-vectors")
    },
    Harm {
        times: 40,
        remembered: 65 * MIB,
        ..harm("on-changes", "in-a-year")
    },
];

/// What may be in flight: what each thread's call passes to the host, which is `transfer` at most; what it has
/// noted to be purged, which is as much again, where one thread at a time tells of changes; and a swap.
const IN_FLIGHT: usize = (SLOTS + 1) * MIB + MIB;

/// Instances of the policy and of the one before it, which is kept for a rollback.
const LINEAR: usize = 2 * SLOTS * 4 * MIB;

/// What a process takes beside: stacks of the threads, and what the allocator keeps of what it was given back.
const BESIDE: usize = 16 * MIB;

/// What a process came to hold beyond what it held before, at most.
#[derive(Clone, Copy, Debug, Default)]
struct Taken {
    /// Bytes on the heap.
    heap: usize,
    /// Bytes that it may write to, wherever they are: linear memories too.
    writable: usize,
}

/// Puts the policy in place and has it do its harm, from as many threads as it has instances, while a load
/// is in flight all the time.
fn suffer(harm: &Harm, limits: Limits) -> Taken {
    let cache = Cache::<u64>::builder()
        .max_capacity(ENTRIES as u64)
        .compiled_code_in(folder("compiled"))
        .policy(Source::from("tags"))
        .policy_slots(SLOTS)
        .policy_limits(limits)
        .build()
        .unwrap();
    heap::forget_peak();
    let before = (heap::live_bytes(), writable());
    cache.swap_policy(evil(harm.call, harm.does)).unwrap();
    let most = AtomicUsize::new(0);
    cache.get_with("in flight", |_| {
        thread::scope(|scope| {
            for number in 0..SLOTS {
                let (cache, most) = (&cache, &most);
                scope.spawn(move || {
                    for time in 0..harm.times {
                        let key = format!("{number}:{time}");
                        assert_eq!(cache.get_with(&key, |_| time as u64), time as u64);
                        cache.announce(Write::of(key.as_str()));
                        most.fetch_max(writable(), Ordering::Relaxed);
                    }
                });
            }
        });
        0
    });
    Taken {
        heap: heap::peak_bytes().saturating_sub(before.0),
        writable: most.into_inner().saturating_sub(before.1),
    }
}

/// What the process may write to, in bytes, as the kernel has it.
#[cfg(target_os = "linux")]
fn writable() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    let data = pages.split_whitespace().nth(5).unwrap();
    data.parse::<usize>().unwrap() * 4096
}

/// Elsewhere the heap alone is looked at.
#[cfg(not(target_os = "linux"))]
fn writable() -> usize {
    0
}

/// The counts are of the whole program: one test at a time. What is made once and kept is made before.
fn alone<T>(test: impl FnOnce() -> T) -> T {
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    suffer(&harm("on-fill", "nothing"), limits());
    test()
}

#[test]
fn no_hostile_policy_takes_more_memory_than_its_limits_say() {
    alone(|| {
        let mut wrong = Vec::new();
        for harm in &HARMS {
            let taken = suffer(harm, limits());
            let heap = IN_FLIGHT + harm.remembered;
            if taken.heap > heap || taken.writable > heap + LINEAR + BESIDE {
                wrong.push((harm.call, harm.does, taken));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    });
}

#[test]
fn what_hostile_policies_took_is_given_back() {
    alone(|| {
        let round = || {
            for harm in &HARMS {
                suffer(&Harm { times: 2, ..*harm }, limits());
            }
            heap::live_bytes()
        };
        let (once, twice) = (round(), round());
        assert!(twice <= once + MIB / 16, "{once} and then {twice}");
    });
}

/// The bounds above would be worth nothing if they held in any case.
#[test]
fn without_its_limit_a_hostile_policy_takes_more() {
    alone(|| {
        let fuel = limits().fuel(u64::MAX).memory(1 << 30);
        let cases = [
            (
                "on-changes",
                "million-purges",
                fuel.clone().purges(usize::MAX).transfer(usize::MAX),
            ),
            (
                "on-changes",
                "five-megabytes",
                fuel.clone().purges(10_000).transfer(16 * MIB),
            ),
        ];
        for (call, does, limits) in cases {
            let taken = suffer(&harm(call, does), limits);
            assert!(taken.heap > IN_FLIGHT, "{call} {does}: {taken:?}");
        }
        let hoard = Harm {
            times: 25,
            ..harm("on-fill", "hoard")
        };
        let taken = suffer(&hoard, fuel);
        let most = IN_FLIGHT + LINEAR + BESIDE;
        assert!(
            taken.writable > most || cfg!(not(target_os = "linux")),
            "{taken:?}"
        );
    });
}
