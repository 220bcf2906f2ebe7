//! Why an invalidation writes its tick to the group first and publishes the clock second, under a lock.
//!
//! The clock and two slots with nothing around them, in three orders. The engine's is right; the two
//! others are what one would write first, and each serves for ever what was invalidated. That they are
//! caught says that the models of the engine would catch them there.

use loom::sync::atomic::{AtomicU64, Ordering};
use loom::sync::{Arc, Mutex};
use loom::thread;

use crate::explore::{Returned, explore};

/// The clock, and the slots of two groups.
#[derive(Default)]
struct Clock {
    clock: AtomicU64,
    slots: [AtomicU64; 2],
    writer: Mutex<()>,
    reserved: AtomicU64,
}

/// How an invalidation of a group is written.
type Order = fn(&Clock, usize);

fn slot_first(clock: &Clock, group: usize) {
    let _one_at_a_time = clock.writer.lock().unwrap();
    let tick = clock.clock.load(Ordering::Relaxed) + 1;
    clock.slots[group].store(tick, Ordering::Release);
    clock.clock.store(tick, Ordering::Release);
}

fn clock_first(clock: &Clock, group: usize) {
    let _one_at_a_time = clock.writer.lock().unwrap();
    let tick = clock.clock.load(Ordering::Relaxed) + 1;
    clock.clock.store(tick, Ordering::Release);
    clock.slots[group].store(tick, Ordering::Release);
}

/// The slot first, but nobody waits: the later of two publishes the tick of the earlier before that one
/// has written its slot.
fn without_a_lock(clock: &Clock, group: usize) {
    let tick = clock.reserved.fetch_add(1, Ordering::AcqRel) + 1;
    clock.slots[group].fetch_max(tick, Ordering::AcqRel);
    clock.clock.fetch_max(tick, Ordering::AcqRel);
}

/// An entry of group 0, loaded at 0, with its mark.
#[derive(Default)]
struct Entry {
    checked: AtomicU64,
}

impl Entry {
    fn may_be_served(&self, clock: &Clock) -> bool {
        let now = clock.clock.load(Ordering::Acquire);
        if self.checked.load(Ordering::Acquire) == now {
            return true;
        }
        if clock.slots[0].load(Ordering::Acquire) > 0 {
            return false;
        }
        self.checked.store(now, Ordering::Release);
        true
    }
}

/// Both groups are invalidated while the entry is read; then it is read once more.
fn read_during_two_invalidations(order: Order) {
    explore(move || {
        let clock = Arc::new(Clock::default());
        let entry = Entry::default();
        let returned = Arc::new(Returned::default());
        let own = thread::spawn({
            let (clock, returned) = (Arc::clone(&clock), Arc::clone(&returned));
            move || {
                order(&clock, 0);
                returned.note();
            }
        });
        let other = thread::spawn({
            let clock = Arc::clone(&clock);
            move || order(&clock, 1)
        });

        let is_over = returned.is_noted();
        let served = entry.may_be_served(&clock);
        assert!(!(is_over && served), "served after its invalidation");

        own.join().unwrap();
        other.join().unwrap();
        assert!(!entry.may_be_served(&clock), "trusted for ever");
    });
}

#[test]
fn the_slot_first_and_the_clock_second_is_right() {
    read_during_two_invalidations(slot_first);
}

#[test]
#[should_panic(expected = "trusted for ever")]
fn the_clock_first_and_the_slot_second_is_caught() {
    read_during_two_invalidations(clock_first);
}

#[test]
#[should_panic(expected = "trusted for ever")]
fn publishing_without_a_lock_by_a_maximum_is_caught() {
    read_during_two_invalidations(without_a_lock);
}
