//! Whatever a policy may be or answer, drawn at random from fixed seeds: nothing of it panics, and what is
//! taken keeps the limits.

mod support;

use std::sync::Arc;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use shelflife::engine::{
    Engine, Instant, Keying, Lease, LeaseSource, Lookup, Options, Plan, Purge, PurgeMode, Refresh,
    Rule, Scope,
};
use shelflife::policy::{
    Calls, Change, Error, Exports, Factory, Guard, Limits, Loaded, Policy, Runtime, Surroundings,
};
use support::{EVIL, LEARNER};

fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

fn loaded(key: &str) -> Loaded<'_> {
    Loaded {
        key,
        now: 0,
        size: 0,
        load_time: 0,
        depends_on: &[],
    }
}

/// A component with something wrong about it.
fn damaged(rng: &mut ChaCha8Rng) -> Vec<u8> {
    let tags = shelflife_policies::find("tags").unwrap().component;
    let whole = [tags, EVIL, LEARNER][rng.random_range(0..3)];
    let mut bytes = whole.to_vec();
    for _ in 0..rng.random_range(1..8) {
        let at = rng.random_range(0..bytes.len());
        match rng.random_range(0..5) {
            0 => bytes[at] = rng.random(),
            1 => bytes[at] ^= 1 << rng.random_range(0..8),
            2 => bytes.truncate(at.max(8)),
            3 => {
                let from = rng.random_range(0..whole.len());
                let length = rng.random_range(0..64).min(whole.len() - from);
                bytes.splice(at..at, whole[from..from + length].iter().copied());
            }
            _ => {
                let end = (at + rng.random_range(0..64)).min(bytes.len());
                bytes.drain(at..end);
            }
        }
        if bytes.len() < 9 {
            break;
        }
    }
    bytes
}

#[test]
fn a_damaged_component_is_refused_or_runs_within_its_limits() {
    let runtime = Runtime::new(Limits::deterministic()).unwrap();
    let (mut refused, mut ran) = (0, 0);
    for seed in 0..300 {
        let bytes = damaged(&mut rng(seed));
        let compiled = match runtime.compile("damaged", &bytes) {
            Ok(compiled) => compiled,
            Err(error) => {
                assert!(
                    error.to_string().starts_with("policy damaged"),
                    "seed {seed}: {error}"
                );
                refused += 1;
                continue;
            }
        };
        ran += 1;
        let mut instance = compiled.instantiate(Surroundings::default()).unwrap();
        if instance.configure("{}").is_ok() {
            let _ = instance.on_fill(&loaded("a"));
            let _ = instance.on_changes(&[Change::write("a")], 0);
            let _ = instance.save();
        }
    }
    assert!(refused > 100 && ran > 0, "{refused} refused, {ran} ran");
}

#[test]
fn bytes_that_are_no_component_at_all_are_refused() {
    let runtime = Runtime::new(Limits::deterministic()).unwrap();
    for seed in 0..2_000 {
        let mut rng = rng(seed);
        let mut bytes: Vec<u8> = match rng.random_range(0..3) {
            0 => Vec::new(),
            1 => b"\0asm\x0d\0\x01\0".to_vec(),
            _ => b"\0asm".to_vec(),
        };
        bytes.extend((0..rng.random_range(0..40)).map(|_| rng.random::<u8>()));
        assert!(runtime.compile("bytes", &bytes).is_err(), "seed {seed}");
    }
}

#[test]
fn any_bytes_may_be_restored_and_the_policy_answers_or_is_refused() {
    let runtime = Runtime::new(Limits::deterministic()).unwrap();
    let compiled = runtime.compile("learner", LEARNER).unwrap();
    for seed in 0..200 {
        let mut rng = rng(seed);
        let mut instance = compiled.instantiate(Surroundings::default()).unwrap();
        instance.configure("{}").unwrap();
        let length = match rng.random_range(0..4) {
            0 => 8,
            1 => rng.random_range(0..20),
            2 => rng.random_range(0..100_000),
            _ => 0,
        };
        let state: Vec<u8> = (0..length).map(|_| rng.random()).collect();
        let restored = instance.restore("another", &state);
        assert_eq!(restored.is_ok(), length == 8, "seed {seed}: {restored:?}");
        // A count near the end of its range makes the next fill trap, or gives a lease.
        let _ = instance.on_fill(&loaded("a"));
    }
}

/// Answers what it was given.
struct Answers {
    plan: Plan,
    leases: Vec<Lease>,
}

impl Policy for Answers {
    fn name(&self) -> &str {
        "answers"
    }
    fn exports(&self) -> Exports {
        Exports {
            leases: true,
            reactions: true,
            snapshots: false,
        }
    }
    fn configure(&mut self, _: &str) -> Result<Plan, Error> {
        Ok(self.plan.clone())
    }
    fn on_fill(&mut self, _: &Loaded<'_>) -> Result<Lease, Error> {
        Ok(self.leases.pop().unwrap_or_default())
    }
    fn on_changes(&mut self, _: &[Change], _: Instant) -> Result<Vec<Purge>, Error> {
        Ok(Vec::new())
    }
    fn calls(&self) -> Calls {
        Calls::default()
    }
}

/// A number that somebody may have forgotten to check.
fn number(rng: &mut ChaCha8Rng) -> f64 {
    let odd = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        -0.0,
        -1.0,
        0.0,
        1.0,
        2.0,
        1e300,
    ];
    match rng.random_range(0..3) {
        0 => odd[rng.random_range(0..odd.len())],
        _ => rng.random(),
    }
}

fn time(rng: &mut ChaCha8Rng) -> u64 {
    match rng.random_range(0..4) {
        0 => 0,
        1 => u64::MAX,
        2 => rng.random(),
        _ => rng.random_range(0..1_000_000_000_000),
    }
}

fn names(rng: &mut ChaCha8Rng) -> Vec<String> {
    let count = [0, 1, 3, 64, 65, 200][rng.random_range(0..6)];
    (0..count).map(|_| name(rng)).collect()
}

fn name(rng: &mut ChaCha8Rng) -> String {
    match rng.random_range(0..20) {
        0 => String::new(),
        1 => "x".repeat(rng.random_range(1_000..1_050)),
        2 => "\u{0}\n🦀".to_owned(),
        _ => format!(
            "{}:{}",
            ["a", "b"][rng.random_range(0..2)],
            rng.random_range(0..5)
        ),
    }
}

fn lease(rng: &mut ChaCha8Rng) -> Lease {
    Lease {
        ttl: rng.random_bool(0.7).then(|| time(rng)),
        idle: rng.random_bool(0.3).then(|| time(rng)),
        jitter: number(rng),
        grace: time(rng),
        rescue: time(rng),
        refresh: match rng.random_range(0..3) {
            0 => Refresh::Lazy,
            1 => Refresh::Ahead(number(rng)),
            _ => Refresh::Early(number(rng)),
        },
        tags: names(rng),
        generations: names(rng),
    }
}

fn plan(rng: &mut ChaCha8Rng) -> Plan {
    let rule = |rng: &mut ChaCha8Rng| Rule {
        prefix: name(rng),
        keying: match rng.random_range(0..4) {
            0 => Keying::ByGeneration {
                scope: match rng.random_range(0..3) {
                    0 => Scope::EachKey,
                    1 => Scope::LeadingParts(rng.random_range(0..3)),
                    _ => Scope::Shared(name(rng)),
                },
                cached_for: time(rng),
            },
            _ => Keying::InPlace,
        },
        lookup: match rng.random_range(0..4) {
            0 => Lookup::Nearest(number(rng) as f32),
            _ => Lookup::Exact,
        },
        lease: rng.random_bool(0.5).then(|| Arc::new(lease(rng))),
    };
    let count = rng.random_range(0..4);
    Plan {
        rules: (0..count).map(|_| rule(rng)).collect(),
        feeds: match rng.random_range(0..5) {
            0 => vec!["nowhere".to_owned()],
            _ => vec!["writes".to_owned()],
        },
    }
}

#[test]
fn any_plan_and_any_lease_are_refused_or_kept() {
    let mut taken = 0;
    for seed in 0..5_000 {
        let mut rng = rng(seed);
        let plan = plan(&mut rng);
        let leases: Vec<Lease> = (0..4).map(|_| lease(&mut rng)).collect();
        let answers = plan.clone();
        let factory: Factory = Box::new(move || {
            Ok(Box::new(Answers {
                plan: answers.clone(),
                leases: leases.clone(),
            }))
        });
        let Ok(mut guard) = Guard::configure(factory, "{}", &["writes"], Limits::default()) else {
            continue;
        };
        taken += 1;
        let engine: Engine<u64> = Engine::new(&Options::default());
        engine.install(guard.plan());
        for n in 0..4 {
            let key = name(&mut rng);
            let key = engine.key(&key);
            let given = guard.lease(&LeaseSource::Policy, &loaded(key.text()));
            assert_eq!(given.check(), Ok(()), "seed {seed}");
            assert!(given.tags.len() <= 64 + 1, "seed {seed}");
            let fill = shelflife::engine::Fill {
                now: n,
                ..Default::default()
            };
            let _ = engine.insert(key, n, &given, &fill, &mut || 0.5);
            let _ = engine.get(key, n);
            let _ = engine.get(key, u64::MAX);
        }
    }
    assert!(taken > 250, "{taken} plans were taken");
}

#[test]
fn any_journal_can_be_carried_out() {
    for seed in 0..500 {
        let mut rng = rng(seed);
        let engine: Engine<u64> = Engine::new(&Options::default());
        for n in 0..20 {
            let fill = shelflife::engine::Fill {
                now: n,
                vector: rng.random_bool(0.5).then(|| vector(&mut rng)),
                ..Default::default()
            };
            let key = name(&mut rng);
            let lease = Lease {
                tags: names(&mut rng),
                ..Lease::for_nanos(1_000)
            };
            let _ = engine.insert(engine.key(&key), n, &lease, &fill, &mut || 0.5);
        }
        for now in 0..20 {
            let mode = [PurgeMode::Drop, PurgeMode::Expire, PurgeMode::Replace];
            let mode = mode[rng.random_range(0..3)];
            let purge = match rng.random_range(0..7) {
                0 => Purge::Keys {
                    keys: names(&mut rng),
                    mode,
                },
                1 => Purge::Tags {
                    tags: names(&mut rng),
                    mode,
                },
                2 => Purge::Prefix {
                    prefix: name(&mut rng),
                    mode,
                },
                3 if mode == PurgeMode::Drop => Purge::Bump {
                    generation: name(&mut rng),
                },
                3 => Purge::ExpireGeneration {
                    generation: name(&mut rng),
                },
                4 => Purge::Everything { mode },
                5 => Purge::KeysAgain {
                    keys: names(&mut rng),
                    mode,
                    after: time(&mut rng),
                },
                _ => Purge::Within {
                    centre: vector(&mut rng),
                    at_least: number(&mut rng) as f32,
                    mode,
                },
            };
            let _ = engine.purge(&purge, now);
        }
        let _ = engine.purge(
            &Purge::Everything {
                mode: PurgeMode::Drop,
            },
            100,
        );
        for n in 0..5 {
            assert!(
                engine.get(engine.key(&format!("a:{n}")), 101).is_none(),
                "seed {seed}"
            );
        }
    }
}

fn vector(rng: &mut ChaCha8Rng) -> Arc<[f32]> {
    let length = [0, 1, 4, 4, 4][rng.random_range(0..5)];
    (0..length).map(|_| number(rng) as f32).collect()
}
