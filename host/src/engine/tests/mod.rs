//! The promises P1–P5, one interleaving a test. Values say which state of the origin they hold.

mod copies;
mod counters;
mod loads;
mod meaning;
mod memory;
mod origin;
mod predicates;
mod purges;
mod sightings;
mod updates;

use super::*;

type TestEngine = Engine<&'static str>;

/// So many, or fewer where Miri interprets the test, which takes a thousand times as long.
fn sized<T>(usually: T, under_miri: T) -> T {
    if cfg!(miri) { under_miri } else { usually }
}

fn engine(plan: &Plan) -> TestEngine {
    let engine = Engine::new(&Options::default());
    engine.install(plan);
    engine
}

fn plain() -> TestEngine {
    engine(&Plan::every_key(Lease::for_nanos(1_000)))
}

fn read(engine: &TestEngine, key: &str, now: Instant) -> Read<&'static str> {
    read_near(engine, key, None, now)
}

fn read_near(
    engine: &TestEngine,
    key: &str,
    vector: Option<&[f32]>,
    now: Instant,
) -> Read<&'static str> {
    let draw = &mut || 0.5;
    engine.read(
        engine.key(key),
        &mut Reader {
            now,
            vector,
            coalesce: true,
            draw,
        },
    )
}

/// Begins a load that nobody else may be carrying out.
fn begin(engine: &TestEngine, key: &str, now: Instant) -> Ticket {
    match read(engine, key, now) {
        Read::Load(ticket, ()) => ticket,
        other => panic!("{key} was not to be loaded: {other:?}"),
    }
}

fn finish(engine: &TestEngine, ticket: Ticket, value: &'static str, lease: &Lease) -> bool {
    finish_near(engine, ticket, value, lease, None)
}

fn finish_near(
    engine: &TestEngine,
    ticket: Ticket,
    value: &'static str,
    lease: &Lease,
    vector: Option<&[f32]>,
) -> bool {
    let fill = Fill {
        now: ticket.began(),
        vector: vector.map(Arc::from),
        ..Fill::default()
    };
    engine
        .complete(ticket, value, lease, &fill, &mut || 0.5)
        .is_stored()
}

fn fill(engine: &TestEngine, key: &str, value: &'static str, lease: &Lease, now: Instant) {
    let ticket = begin(engine, key, now);
    assert!(finish(engine, ticket, value, lease));
}

/// The same near `[1, 0]`.
fn fill_near(engine: &TestEngine, key: &str, value: &'static str, lease: &Lease, now: Instant) {
    let ticket = begin(engine, key, now);
    assert!(finish_near(engine, ticket, value, lease, Some(&[1.0, 0.0])));
}

fn hit(engine: &TestEngine, key: &str, now: Instant) -> Option<&'static str> {
    match read(engine, key, now) {
        Read::Hit { entry, refresh, .. } => {
            refresh
                .iter()
                .for_each(|(ticket, ())| engine.abandon(ticket));
            Some(*entry.value())
        }
        Read::Load(ticket, ()) => {
            engine.abandon(&ticket);
            None
        }
        Read::Join { .. } => None,
    }
}

fn tagged(tag: &str) -> Lease {
    Lease {
        tags: vec![tag.into()],
        ..Lease::for_nanos(1_000)
    }
}

/// Every purge that reaches `key`, tagged `tag`, near `[1, 0]`.
fn every_purge(mode: PurgeMode) -> Vec<Purge> {
    vec![
        Purge::Keys {
            keys: vec!["user:1".into()],
            mode,
        },
        Purge::Tags {
            tags: vec!["tag".into()],
            mode,
        },
        Purge::Prefix {
            prefix: "user:".into(),
            mode,
        },
        Purge::Everything { mode },
        Purge::Within {
            centre: Arc::from([1.0, 0.0]),
            at_least: 0.9,
            mode,
        },
    ]
}
