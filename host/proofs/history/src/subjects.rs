//! The keys of a history, what they are made from, and what invalidates them.

use std::sync::Arc;

use crate::engine::{Keying, Lease, Lookup, Nanos, Plan, Purge, PurgeMode, Refresh, Rule, Scope};

/// How many keys there are: few, so that threads meet.
pub const KEYS: usize = 6;

/// A step of the clock: some of a sweep's units of time, so that sweeps have something to do.
pub const STEP: Nanos = 1 << 28;

/// How long values are fresh.
pub const TTL: Nanos = 40 * STEP;

/// How long values may answer for a load that fails.
pub const RESCUE: Nanos = 60 * STEP;

struct Subject {
    name: &'static str,
    tags: &'static [&'static str],
    generations: &'static [&'static str],
    vector: Option<[f32; 2]>,
    grace: Nanos,
    refresh: Refresh,
}

const SUBJECTS: [Subject; KEYS] = [
    Subject {
        name: "a:1",
        tags: &["red"],
        generations: &[],
        vector: None,
        grace: 0,
        refresh: Refresh::Lazy,
    },
    Subject {
        name: "a:2",
        tags: &["red", "green"],
        generations: &["schema"],
        vector: None,
        grace: 20 * STEP,
        refresh: Refresh::Ahead(0.5),
    },
    Subject {
        name: "b:1",
        tags: &["green"],
        generations: &[],
        vector: Some([1.0, 0.0]),
        grace: 20 * STEP,
        refresh: Refresh::Lazy,
    },
    Subject {
        name: "b:2",
        tags: &["blue"],
        generations: &["schema"],
        vector: Some([0.8, 0.6]),
        grace: 0,
        refresh: Refresh::Early(1.0),
    },
    Subject {
        name: "g:1",
        tags: &["red"],
        generations: &["g"],
        vector: None,
        grace: 20 * STEP,
        refresh: Refresh::Lazy,
    },
    Subject {
        name: "g:2",
        tags: &[],
        generations: &["g"],
        vector: None,
        grace: 0,
        refresh: Refresh::Ahead(0.8),
    },
];

/// The name of a key.
pub fn name(key: usize) -> &'static str {
    SUBJECTS[key].name
}

/// Its embedding.
pub fn vector(key: usize) -> Option<&'static [f32; 2]> {
    SUBJECTS[key].vector.as_ref()
}

/// How long it may be served past its end.
pub fn grace(key: usize) -> Nanos {
    SUBJECTS[key].grace
}

/// The rules under which the last two keys are kept under a counter and the two before are found by meaning.
pub fn rules() -> Plan {
    let by_counter = Rule {
        prefix: "g:".into(),
        keying: Keying::ByGeneration {
            scope: Scope::LeadingParts(1),
            cached_for: 0,
        },
        ..Rule::default()
    };
    let by_meaning = Rule {
        prefix: "b:".into(),
        lookup: Lookup::Nearest(0.7),
        ..Rule::default()
    };
    Plan {
        rules: vec![by_counter, by_meaning],
        feeds: Vec::new(),
    }
}

/// The lease of a key. One that is kept under its counter need not name it.
pub fn lease(key: usize, is_plain: bool) -> Lease {
    let subject = &SUBJECTS[key];
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let by_place = !is_plain && is_by_counter(key);
    Lease {
        grace: subject.grace,
        rescue: RESCUE,
        refresh: subject.refresh,
        tags: owned(subject.tags),
        generations: owned(if by_place { &[] } else { subject.generations }),
        ..Lease::for_nanos(TTL)
    }
}

/// Whether a key is kept under a counter, where the rules say so.
pub fn is_by_counter(key: usize) -> bool {
    key >= 4
}

/// Some of the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Members(u32);

impl Members {
    /// All of them.
    pub const ALL: Members = Members((1 << KEYS) - 1);

    /// None of them.
    pub const NONE: Members = Members(0);

    /// One of them.
    pub fn one(key: usize) -> Members {
        Members(1 << key)
    }

    /// Those that something holds for.
    fn those(holds: impl Fn(&Subject) -> bool) -> Members {
        let bits = SUBJECTS.iter().enumerate();
        Members(
            bits.map(|(key, subject)| u32::from(holds(subject)) << key)
                .sum(),
        )
    }

    /// Which.
    pub fn keys(self) -> impl Iterator<Item = usize> {
        (0..KEYS).filter(move |key| self.0 & (1 << key) != 0)
    }
}

/// A purge of a key.
pub fn purge_of_key(key: usize, mode: PurgeMode) -> Purge {
    Purge::Keys {
        keys: vec![name(key).into()],
        mode,
    }
}

/// A purge of many keys at once, and which it hides.
pub fn purge_of_many(random: &mut fastrand::Rng, mode: PurgeMode) -> (Purge, Members) {
    match random.u8(0..16) {
        0..=5 => {
            let tags = ["red", "green", "blue"];
            let first = tags[random.usize(0..3)];
            let second = tags[random.usize(0..3)];
            let carries =
                |subject: &Subject| subject.tags.contains(&first) || subject.tags.contains(&second);
            let named = vec![first.into(), second.into()];
            (Purge::Tags { tags: named, mode }, Members::those(carries))
        }
        6..=8 => {
            let prefix = ["a:", "b:", "g:", "g:1", "a:2"][random.usize(0..5)];
            let members = Members::those(|subject| subject.name.starts_with(prefix));
            let prefix = prefix.into();
            (Purge::Prefix { prefix, mode }, members)
        }
        9..=11 => {
            let generation = ["schema", "g"][random.usize(0..2)];
            let members = Members::those(|subject| subject.generations.contains(&generation));
            let generation = generation.into();
            let purge = match mode {
                PurgeMode::Drop => Purge::Bump { generation },
                PurgeMode::Expire | PurgeMode::Replace => Purge::ExpireGeneration { generation },
            };
            (purge, members)
        }
        12..=13 => {
            let at_least = [0.9, 0.7][random.usize(0..2)];
            // Distances from [1, 0] are first coordinates.
            let lies_within =
                |subject: &Subject| subject.vector.is_some_and(|vector| vector[0] >= at_least);
            let purge = Purge::Within {
                centre: Arc::from([1.0, 0.0]),
                at_least,
                mode,
            };
            (purge, Members::those(lies_within))
        }
        _ => (Purge::Everything { mode }, Members::ALL),
    }
}
