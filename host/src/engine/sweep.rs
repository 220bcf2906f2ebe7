//! Giving memory back.

use std::sync::Arc;

use super::Engine;
use super::entry::Entry;
use super::roster::Pace;
use super::shim::Ordering;
use super::standing::Standing;
use super::time::Instant;

impl<V, W: Clone + Default> Engine<V, W> {
    /// Removes entries that nothing can serve any more, their lease over with grace and rescue or hidden
    /// by an invalidation, and gives up the regions whose older loads have all come home. Goes on where
    /// the sweep before ended; with [`Pace::ROUND`], over every entry. Returns what went.
    ///
    /// Whoever drives the engine sweeps beside its loads, at [`Pace::BESIDE_A_LOAD`], or from a timer: never on
    /// the path of a hit.
    pub fn sweep(&self, now: Instant, pace: Pace) -> Vec<Arc<Entry<V>>> {
        let mut gone = Vec::new();
        let parts = self.store.parts();
        if pace == Pace::ROUND {
            (0..parts).for_each(|part| self.sweep_part(part, now, pace, &mut gone));
        } else {
            let part = self.next_part.fetch_add(1, Ordering::Relaxed) as usize % parts;
            self.sweep_part(part, now, pace, &mut gone);
        }
        gone.extend(self.settle_regions(now));
        gone
    }

    fn sweep_part(&self, part: usize, now: Instant, pace: Pace, gone: &mut Vec<Arc<Entry<V>>>) {
        let candidates = self.store.candidates(part, now, self.groups.now(), pace);
        for entry in candidates.due {
            if entry.gone_at() <= now {
                self.sweep_away(entry, gone);
            } else {
                // One that was read since it was listed has a later end.
                self.store.note_end(&entry);
            }
        }
        for entry in candidates.to_look_at {
            if matches!(self.standing(&entry, now), Standing::Hidden) || entry.gone_at() <= now {
                self.sweep_away(entry, gone);
            }
        }
    }

    fn sweep_away(&self, entry: Arc<Entry<V>>, gone: &mut Vec<Arc<Entry<V>>>) {
        if self.store.remove_entry(&entry) {
            self.forget_vector(&entry);
            gone.push(entry);
        }
    }
}
