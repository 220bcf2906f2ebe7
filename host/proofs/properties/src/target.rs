//! The keys, their leases, and what an invalidation names.

use std::sync::Arc;

use crate::engine::{Keying, Lease, Nanos, Plan, Purge, PurgeMode, Refresh, Rule, Scope};

/// How many keys and leases there are.
pub const KEYS: usize = 4;
pub const LEASES: usize = 5;

/// A step of time: some of a sweep's units.
pub const STEP: Nanos = 1 << 28;

const NAMES: [&str; KEYS] = ["a:1", "a:2", "b:1", "g:1"];

/// The key that is kept under a counter, and the one that has a vector.
pub const UNDER_COUNTER: usize = 3;
const WITH_VECTOR: usize = 2;

pub fn name(key: usize) -> &'static str {
    NAMES[key]
}

pub fn vector(key: usize) -> Option<Arc<[f32]>> {
    (key == WITH_VECTOR).then(|| Arc::from([0.8, 0.6]))
}

/// What the engine under test goes by.
pub fn rules() -> Plan {
    let rule = Rule {
        prefix: "g:".into(),
        keying: Keying::ByGeneration {
            scope: Scope::LeadingParts(1),
            cached_for: 0,
        },
        ..Rule::default()
    };
    Plan {
        rules: vec![rule],
        feeds: Vec::new(),
    }
}

/// Each kind of lease.
pub fn lease(number: usize) -> Lease {
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let for_steps = |steps| Lease::for_nanos(steps * STEP);
    match number {
        0 => for_steps(100),
        1 => Lease {
            grace: 50 * STEP,
            tags: names(&["red"]),
            ..for_steps(100)
        },
        2 => Lease {
            rescue: 80 * STEP,
            tags: names(&["red", "blue"]),
            generations: names(&["schema"]),
            ..for_steps(40)
        },
        3 => Lease {
            idle: Some(20 * STEP),
            grace: 10 * STEP,
            tags: names(&["blue"]),
            ..Lease::default()
        },
        _ => Lease {
            grace: 30 * STEP,
            tags: names(&["red"]),
            refresh: Refresh::Ahead(0.5),
            ..for_steps(60)
        },
    }
}

/// What an invalidation names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    Key(usize),
    Tag(&'static str),
    Prefix(&'static str),
    Counter(&'static str),
    Within(f32),
    Everything,
}

impl From<u8> for Target {
    fn from(byte: u8) -> Target {
        let pick = usize::from(byte / 16);
        match byte % 16 {
            0..=4 => Target::Key(pick % KEYS),
            5..=8 => Target::Tag(["red", "blue"][pick % 2]),
            9..=10 => Target::Prefix(["a:", "b:1", "g", "c"][pick % 4]),
            11..=12 => Target::Counter(["schema", "g"][pick % 2]),
            13..=14 => Target::Within([0.9, 0.7][pick % 2]),
            _ => Target::Everything,
        }
    }
}

impl Target {
    /// Whether it covers what is stored under a key with a lease.
    pub fn covers(self, key: usize, lease: &Lease) -> bool {
        let names = |names: &[String], name: &str| names.iter().any(|other| other == name);
        match self {
            Target::Key(other) => other == key,
            Target::Tag(tag) => names(&lease.tags, tag),
            Target::Prefix(prefix) => name(key).starts_with(prefix),
            Target::Counter(counter) => names(&lease.generations, counter) || self.is_of_place(key),
            // Seen from [1, 0].
            Target::Within(at_least) => vector(key).is_some_and(|vector| vector[0] >= at_least),
            Target::Everything => true,
        }
    }

    /// Whether a key has another place after it.
    pub fn moves(self, mode: PurgeMode, key: usize) -> bool {
        self.is_of_place(key) && !self.is_soft(mode)
    }

    /// Whether it is of the counter that a key is kept under.
    fn is_of_place(self, key: usize) -> bool {
        self == Target::Counter("g") && key == UNDER_COUNTER
    }

    /// Whether it hides many entries at once.
    pub fn is_group(self) -> bool {
        !matches!(self, Target::Key(_))
    }

    /// Whether what it covers may be served for a while.
    pub fn is_soft(self, mode: PurgeMode) -> bool {
        match self {
            Target::Key(_) => mode == PurgeMode::Expire,
            _ => mode != PurgeMode::Drop,
        }
    }

    pub fn purge(self, mode: PurgeMode) -> Purge {
        match self {
            Target::Key(key) => Purge::Keys {
                keys: vec![name(key).into()],
                mode,
            },
            Target::Tag(tag) => Purge::Tags {
                tags: vec![tag.into()],
                mode,
            },
            Target::Prefix(prefix) => Purge::Prefix {
                prefix: prefix.into(),
                mode,
            },
            Target::Counter(generation) => {
                let generation = generation.into();
                match self.is_soft(mode) {
                    true => Purge::ExpireGeneration { generation },
                    false => Purge::Bump { generation },
                }
            }
            Target::Within(at_least) => Purge::Within {
                centre: Arc::from([1.0, 0.0]),
                at_least,
                mode,
            },
            Target::Everything => Purge::Everything { mode },
        }
    }
}
