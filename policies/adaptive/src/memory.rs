//! The estimates of so many keys, and no more.

use crate::estimate::Estimate;

/// Keys that share a group of places, among which the one written longest ago gives way.
const WAYS: usize = 8;

/// The fewest and the most keys that may be remembered. The most take 768 KiB, and saved 544 KiB, of the
/// mebibyte that hosts allow a saved state.
pub(crate) const FEWEST: usize = WAYS;
pub(crate) const MOST: usize = 32_768;

/// What a saved state begins with: the layout of what follows.
const LAYOUT: u8 = 1;

/// Bytes of a saved estimate: hash, writes, followed, recent.
const SAVED: usize = 8 + 4 + 4 + 1;

/// The estimates of keys, by their hash. Two keys with one hash of 64 bits share an estimate, which costs
/// what a wrong estimate costs and nothing else.
pub(crate) struct Memory {
    places: Vec<Place>,
    /// The number of the current call. It may begin again at 0.
    call: u32,
}

#[derive(Clone, Copy, Default)]
struct Place {
    /// 0 where there is none.
    hash: u64,
    /// The call in which the key was written last.
    written: u32,
    estimate: Estimate,
}

impl Memory {
    /// Room for at least so many keys.
    pub(crate) fn new(keys: usize) -> Self {
        let places = keys.div_ceil(WAYS).max(1) * WAYS;
        Self {
            places: vec![Place::default(); places],
            call: 0,
        }
    }

    /// Keys are told of from here on that were written together.
    pub(crate) fn begin_call(&mut self) {
        self.call = self.call.wrapping_add(1);
    }

    /// The estimate of a key, and whether the current call asks for the first time.
    pub(crate) fn of(&mut self, key: &str) -> (&mut Estimate, bool) {
        self.of_hash(hash(key))
    }

    fn of_hash(&mut self, hash: u64) -> (&mut Estimate, bool) {
        let call = self.call;
        let groups = self.places.len() / WAYS;
        let first = (hash % groups as u64) as usize * WAYS;
        let group = &mut self.places[first..first + WAYS];
        let found = group.iter().position(|place| place.hash == hash);
        let (at, is_first) = match found {
            Some(at) => (at, group[at].written != call),
            None => {
                let at = longest_ago(group, call);
                group[at] = Place {
                    hash,
                    ..Place::default()
                };
                (at, true)
            }
        };
        group[at].written = call;
        (&mut group[at].estimate, is_first)
    }

    /// All estimates, those of each group beginning with the one written longest ago.
    pub(crate) fn save(&self) -> Vec<u8> {
        let mut state = vec![LAYOUT];
        for group in self.places.chunks_exact(WAYS) {
            let mut rest = [Place::default(); WAYS];
            rest.copy_from_slice(group);
            // Selection: eight are too few for a sort, which is 4 KiB of code.
            while let Some(at) = oldest(&rest, self.call) {
                let place = std::mem::take(&mut rest[at]);
                state.extend_from_slice(&place.hash.to_le_bytes());
                state.extend_from_slice(&place.estimate.writes.to_le_bytes());
                state.extend_from_slice(&place.estimate.followed.to_le_bytes());
                state.push(place.estimate.recent);
            }
        }
        state
    }

    /// Takes over what another has saved: of each group those written last, where there is less room than there
    /// was.
    pub(crate) fn restore(&mut self, state: &[u8]) -> Result<(), String> {
        let saved = match state.split_first() {
            Some((&LAYOUT, saved)) if saved.len() % SAVED == 0 => saved,
            _ => return Err("the state is of another policy or of a later version".to_owned()),
        };
        for saved in saved.chunks_exact(SAVED) {
            let (hash, estimate) = read(saved)
                .ok_or_else(|| "the state holds an estimate that none can be".to_owned())?;
            self.begin_call();
            *self.of_hash(hash).0 = estimate;
        }
        Ok(())
    }
}

/// The free place of a group, or that of the key written longest ago.
fn longest_ago(group: &[Place], call: u32) -> usize {
    let free = group.iter().position(|place| place.hash == 0);
    free.or_else(|| oldest(group, call)).unwrap_or(0)
}

/// The key of a group that was written longest ago.
fn oldest(group: &[Place], call: u32) -> Option<usize> {
    let taken = (0..group.len()).filter(|at| group[*at].hash != 0);
    // The first of those written together.
    taken
        .rev()
        .max_by_key(|at| call.wrapping_sub(group[*at].written))
}

fn read(saved: &[u8]) -> Option<(u64, Estimate)> {
    let (hash, saved) = saved.split_first_chunk()?;
    let (writes, saved) = saved.split_first_chunk()?;
    let (followed, saved) = saved.split_first_chunk()?;
    let estimate = Estimate {
        writes: f32::from_le_bytes(*writes),
        followed: f32::from_le_bytes(*followed),
        recent: *saved.first()?,
    };
    let hash = u64::from_le_bytes(*hash);
    let is_one = hash != 0
        && estimate.writes.is_finite()
        && (0.0..=estimate.writes).contains(&estimate.followed);
    is_one.then_some((hash, estimate))
}

/// FNV-1a (Fowler, Noll, Vo), its bits mixed once more, since groups are chosen by the low ones. Never 0.
fn hash(key: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in key.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash = (hash ^ hash >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
    (hash ^ hash >> 32).max(1)
}
