//! G2: a name that gets a slot of its own, or loses it, keeps its ticks.
//!
//! With a bound of one, a second name has the first one retired, as soon as nobody carries it.

use loom::sync::Arc;
use loom::thread::{self, JoinHandle};

use crate::entry::{Entry, HARD, soft};
use crate::explore::explore;
use crate::groups::{Groups, Kind, Slot};

fn groups(bound: usize) -> Arc<Groups> {
    Arc::new(Groups::new(bound))
}

fn carry(groups: &Groups, name: &str) -> Arc<Slot> {
    groups.carry(Kind::Tag, name)
}

/// A thread that drops what carries a name.
fn invalidation(groups: &Arc<Groups>, name: &'static str) -> JoinHandle<()> {
    let groups = Arc::clone(groups);
    thread::spawn(move || groups.invalidate(|writing| writing.mark(Kind::Tag, name, HARD)))
}

#[test]
fn a_name_that_gets_its_slot_while_it_is_invalidated_keeps_the_tick() {
    explore(|| {
        let groups = groups(8);
        let start = groups.now();
        let writers = [invalidation(&groups, "a"), invalidation(&groups, "a")];
        let slot = carry(&groups, "a");
        for writer in writers {
            writer.join().unwrap();
        }
        assert!(Entry::new(start, [Arc::clone(&slot)]).is_hidden(&groups));
        assert_eq!(slot.hard(), 2, "the second tick is lost");
        assert!(Arc::ptr_eq(&slot, &groups.find(Kind::Tag, "a")));
    });
}

#[test]
fn a_name_that_gets_its_slot_while_it_is_expired_keeps_the_time() {
    explore(|| {
        let groups = groups(8);
        let start = groups.now();
        let writer = thread::spawn({
            let groups = Arc::clone(&groups);
            move || {
                groups.invalidate(|writing| writing.mark(Kind::Tag, "a", soft(7)));
                groups.invalidate(|writing| writing.mark(Kind::Tag, "a", soft(8)));
            }
        });
        let slot = carry(&groups, "a");
        writer.join().unwrap();
        assert_eq!(slot.stale_since(start, 0), Some(7));
    });
}

#[test]
fn a_name_that_two_loads_carry_at_once_has_one_slot() {
    explore(|| {
        let groups = groups(8);
        let writer = invalidation(&groups, "a");
        let other = thread::spawn({
            let groups = Arc::clone(&groups);
            move || carry(&groups, "a")
        });
        let slot = carry(&groups, "a");
        writer.join().unwrap();
        assert!(Arc::ptr_eq(&slot, &other.join().unwrap()));
        assert_eq!(slot.hard(), 1);
    });
}

/// The name is invalidated, loses its slot to another name and is named by a load, all at once.
#[test]
fn a_name_that_is_retired_while_it_is_invalidated_keeps_the_tick() {
    explore(|| {
        let groups = groups(1);
        let start = groups.now();
        drop(carry(&groups, "cold"));
        let writer = invalidation(&groups, "cold");
        let other = thread::spawn({
            let groups = Arc::clone(&groups);
            move || drop(carry(&groups, "warm"))
        });
        let slot = carry(&groups, "cold");
        writer.join().unwrap();
        other.join().unwrap();
        assert!(Entry::new(start, [slot]).is_hidden(&groups));
        assert!(Entry::new(start, [carry(&groups, "cold")]).is_hidden(&groups));
    });
}

/// The last entry with a name goes while another name wants its slot.
#[test]
fn a_name_whose_last_entry_goes_while_it_is_retired_keeps_the_tick() {
    explore(|| {
        let groups = groups(1);
        let start = groups.now();
        let entry = Entry::new(start, [carry(&groups, "cold")]);
        let writer = invalidation(&groups, "cold");
        let other = thread::spawn({
            let groups = Arc::clone(&groups);
            move || drop(carry(&groups, "warm"))
        });
        drop(entry);
        writer.join().unwrap();
        other.join().unwrap();
        assert!(Entry::new(start, [carry(&groups, "cold")]).is_hidden(&groups));
    });
}

/// A name that had to share a slot gets one of its own, beside an entry that carries the shared one.
#[test]
fn an_entry_in_a_shared_slot_is_hidden_after_its_name_has_one_of_its_own() {
    explore(|| {
        let groups = groups(1);
        let first = carry(&groups, "first");
        let entry = Entry::new(groups.now(), [carry(&groups, "a")]);
        drop(first);
        let writer = invalidation(&groups, "a");
        let own = carry(&groups, "a");
        writer.join().unwrap();
        assert!(
            !entry.may_be_served(&groups),
            "only the new slot was marked"
        );
        assert_eq!(own.hard(), 1);
    });
}

/// The same in the life of an engine: a load in place before, one that gives the name its slot after.
#[test]
fn an_entry_in_a_shared_slot_stays_hidden_however_its_name_moves() {
    explore(|| {
        let groups = groups(1);
        let first = carry(&groups, "first");
        let start = groups.now();
        let loader = thread::spawn({
            let groups = Arc::clone(&groups);
            move || Entry::new(start, [carry(&groups, "a")])
        });
        let writer = invalidation(&groups, "a");
        drop(first);
        drop(carry(&groups, "a"));
        let entry = loader.join().unwrap();
        writer.join().unwrap();
        assert!(!entry.may_be_served(&groups));
    });
}
