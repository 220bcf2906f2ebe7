//! How often a key is read between its writes.

/// How often a key is read between its writes, by what was seen at each write: whether its entry had been
/// read since the write before.
///
/// The share of writes that a read follows, of which the reciprocal is the mean number `E[W]` of writes in a
/// row: HotNets 2024, section 3.3, by exact counters. Writes over reads, which the paper's sketches count,
/// is one less than that for independent requests, and decides wrongly where the share lies between
/// `c_u / (c_u + c_m + c_i)` and `c_u / (c_m + c_i)`.
///
/// Two memories, since one is either too slow or too rash. The long one fades, write by write. The short
/// one is the last eight writes; where they differ from the long one by more than chance would have them
/// differ, the key has changed its ways, and the long one begins anew from them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Estimate {
    /// Writes, those longer ago counting less.
    pub(crate) writes: f32,
    /// Of these, the ones that a read followed.
    pub(crate) followed: f32,
    /// Of each of the last eight writes, whether a read followed it, the last one lowest.
    pub(crate) recent: u8,
}

/// Writes in the short memory.
const RECENT: f64 = 8.0;

/// Below this weight the long memory holds little else than the short one.
const LONG_ENOUGH: f64 = 12.0;

/// By so many writes, and by so many standard deviations, the short memory must be off. Chance does that to
/// a key that does not change once in some ten thousand writes. The first of the two is for shares near 0
/// and 1, at which a single write is many deviations off.
const OFF: f64 = 4.0;
const DEVIATIONS: f64 = 4.0;

impl Estimate {
    /// Notes a write: whether the entry had been read since the one before. `window` is at least 1.
    pub fn note(&mut self, was_read: bool, window: f64) {
        let outcome = f64::from(u8::from(was_read));
        let fading = 1.0 - 1.0 / window;
        let writes = f64::from(self.writes) * fading + 1.0;
        let followed = f64::from(self.followed) * fading + outcome;
        self.recent = self.recent << 1 | u8::from(was_read);
        let recent = f64::from(self.recent.count_ones());
        let jumped = writes >= LONG_ENOUGH && is_at_odds(recent, writes, followed);
        let (writes, followed) = if jumped {
            (RECENT, recent)
        } else {
            (writes, followed)
        };
        self.writes = writes as f32;
        self.followed = followed as f32;
    }

    /// The share of writes that a read follows, from 0 to 1. 1 where nothing is known.
    #[must_use]
    pub fn read_share(&self) -> f64 {
        if self.writes > 0.0 {
            f64::from(self.followed) / f64::from(self.writes)
        } else {
            1.0
        }
    }
}

/// Whether so many of the last eight are more or fewer than the long memory can explain.
fn is_at_odds(recent: f64, writes: f64, followed: f64) -> bool {
    // As if it had seen one more write, half followed: a share of exactly 0 or 1 would explain nothing else.
    let share = (followed + 0.5) / (writes + 1.0);
    let off = recent - RECENT * share;
    let variance = RECENT * share * (1.0 - share);
    off.abs() >= OFF && off * off > DEVIATIONS * DEVIATIONS * variance
}
