//! G1: what a group hides stays hidden, whatever reads and invalidates at the same time.
//!
//! The dangerous reader is not the one that comes afterwards. It is the one before it, which marks the
//! entry as checked while an invalidation is half written, and whose mark is trusted later.

use loom::sync::Arc;
use loom::sync::atomic::{AtomicU64, Ordering};
use loom::thread::{self, JoinHandle};

use crate::entry::{Entry, HARD, soft};
use crate::explore::{Returned, explore};
use crate::groups::{Groups, Kind, Writing};
use crate::shim::Mutex;

fn groups() -> Arc<Groups> {
    Arc::new(Groups::new(8))
}

/// A thread with one invalidation.
fn invalidation(
    groups: &Arc<Groups>,
    returned: &Arc<Returned>,
    write: impl FnOnce(&Writing<'_>) + 'static,
) -> JoinHandle<()> {
    let (groups, returned) = (Arc::clone(groups), Arc::clone(returned));
    thread::spawn(move || {
        groups.invalidate(write);
        returned.note();
    })
}

/// A thread that looks at the entry, beside the caller, who looks in the same way.
fn read_by_two(
    groups: &Arc<Groups>,
    entry: &Arc<Entry>,
    returned: &Arc<Returned>,
    read: impl Fn(&Groups, &Entry, &Returned) + Copy + 'static,
) -> JoinHandle<()> {
    let reader = thread::spawn({
        let (groups, entry, returned) =
            (Arc::clone(groups), Arc::clone(entry), Arc::clone(returned));
        move || read(&groups, &entry, &returned)
    });
    read(groups, entry, returned);
    reader
}

/// An entry with a tag is read while that tag and something else are invalidated, and then once more.
fn read_during(other: impl Fn(&Writing<'_>) + Copy + Send + Sync + 'static) {
    explore(move || {
        let groups = groups();
        let entry = Entry::new(groups.now(), [groups.carry(Kind::Tag, "own")]);
        let returned = Arc::new(Returned::default());
        let writers = [
            invalidation(&groups, &returned, |writing| {
                writing.mark(Kind::Tag, "own", HARD);
            }),
            invalidation(&groups, &Arc::default(), other),
        ];

        let is_over = returned.is_noted();
        let served = entry.may_be_served(&groups);
        assert!(!(is_over && served), "served after its invalidation");

        for writer in writers {
            writer.join().unwrap();
        }
        assert!(!entry.may_be_served(&groups), "trusted for ever");
    });
}

#[test]
fn a_hidden_entry_stays_hidden_while_another_tag_moves_the_clock() {
    read_during(|writing| writing.mark(Kind::Tag, "other", HARD));
}

#[test]
fn a_hidden_entry_stays_hidden_while_its_tag_is_invalidated_twice() {
    read_during(|writing| writing.mark(Kind::Tag, "own", HARD));
}

#[test]
fn a_hidden_entry_stays_hidden_while_its_tag_is_expired() {
    read_during(|writing| writing.mark(Kind::Tag, "own", soft(7)));
}

#[test]
fn a_hidden_entry_stays_hidden_while_everything_is_expired() {
    read_during(|writing| writing.mark_all(soft(7)));
}

#[test]
fn one_invalidation_of_several_groups_shows_none_of_them_too_early() {
    explore(|| {
        let groups = groups();
        let entries =
            ["a", "b"].map(|name| Entry::new(groups.now(), [groups.carry(Kind::Tag, name)]));
        let returned = Arc::new(Returned::default());
        let writer = invalidation(&groups, &returned, |writing| {
            writing.mark(Kind::Tag, "a", HARD);
            writing.mark(Kind::Tag, "b", HARD);
        });

        let is_over = returned.is_noted();
        for entry in &entries {
            let served = entry.may_be_served(&groups);
            assert!(!(is_over && served), "served after its invalidation");
        }

        writer.join().unwrap();
        for entry in &entries {
            assert!(!entry.may_be_served(&groups), "trusted for ever");
        }
    });
}

#[test]
fn a_mark_is_trusted_by_another_reader_only_as_far_as_it_goes() {
    explore(|| {
        let groups = groups();
        let entry = Arc::new(Entry::new(groups.now(), [groups.carry(Kind::Tag, "own")]));
        let returned = Arc::new(Returned::default());
        let writer = thread::spawn({
            let (groups, returned) = (Arc::clone(&groups), Arc::clone(&returned));
            move || {
                groups.invalidate(|writing| writing.mark(Kind::Tag, "other", HARD));
                groups.invalidate(|writing| writing.mark(Kind::Tag, "own", HARD));
                returned.note();
            }
        });
        let read = |groups: &Groups, entry: &Entry, returned: &Returned| {
            let is_over = returned.is_noted();
            let served = entry.may_be_served(groups);
            assert!(!(is_over && served), "served after its invalidation");
        };
        let reader = read_by_two(&groups, &entry, &returned, read);
        writer.join().unwrap();
        reader.join().unwrap();
        assert!(!entry.may_be_served(&groups), "trusted for ever");
    });
}

#[test]
fn what_was_expired_is_not_fresh_for_anybody_who_reads_afterwards() {
    explore(|| {
        let groups = groups();
        let entry = Arc::new(Entry::new(groups.now(), [groups.carry(Kind::Tag, "own")]));
        // The clock has moved, so that nobody can trust the mark that the entry came with.
        groups.invalidate(|writing| writing.mark(Kind::Tag, "other", HARD));
        let returned = Arc::new(Returned::default());
        let writer = invalidation(&groups, &returned, |writing| {
            writing.mark(Kind::Tag, "own", soft(7));
        });
        let read = |groups: &Groups, entry: &Entry, returned: &Returned| {
            let is_over = returned.is_noted();
            assert!(entry.may_be_served(groups), "within its grace");
            let since = entry.expired_at();
            assert!(since.is_none_or(|since| since == 7));
            assert!(!(is_over && since.is_none()), "fresh after it expired");
        };
        let reader = read_by_two(&groups, &entry, &returned, read);
        writer.join().unwrap();
        reader.join().unwrap();
        assert!(entry.may_be_served(&groups));
        assert_eq!(entry.expired_at(), Some(7), "fresh for ever");
    });
}

/// A write goes to the origin and is announced, while a load reads the origin, names its tag only then
/// and stores.
#[test]
fn a_load_that_missed_a_write_is_not_served_after_its_announcement() {
    explore(|| {
        let groups = groups();
        let origin = Arc::new(AtomicU64::new(1));
        let store = Arc::new(Mutex::<Option<(u64, Entry)>>::default());
        let announced = Arc::new(Returned::default());
        let writer = thread::spawn({
            let (groups, origin, announced) = (
                Arc::clone(&groups),
                Arc::clone(&origin),
                Arc::clone(&announced),
            );
            move || {
                origin.store(2, Ordering::Relaxed);
                groups.invalidate(|writing| writing.mark(Kind::Tag, "row", HARD));
                announced.note();
            }
        });
        let loader = thread::spawn({
            let (groups, origin, store) =
                (Arc::clone(&groups), Arc::clone(&origin), Arc::clone(&store));
            move || {
                let start = groups.now();
                let value = origin.load(Ordering::Relaxed);
                let entry = Entry::new(start, [groups.carry(Kind::Tag, "row")]);
                if entry.may_be_served(&groups) {
                    *store.lock() = Some((value, entry));
                }
            }
        });
        let served = || {
            let store = store.lock();
            let (value, entry) = store.as_ref()?;
            entry.may_be_served(&groups).then_some(*value)
        };

        let is_over = announced.is_noted();
        assert!(
            !(is_over && served() == Some(1)),
            "served after its announcement"
        );

        writer.join().unwrap();
        loader.join().unwrap();
        assert_ne!(served(), Some(1), "trusted for ever");
    });
}
