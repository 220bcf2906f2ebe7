//! With many keys reads are served what is at hand: what they would be served without.

use super::*;

/// Enough keys that they are worth having at hand; `capacity` is more than there are, or none at all.
fn run_many(strategy: &Strategy, capacity: u32, rest: &str) -> Summary {
    let toml = format!(
        r#"
        seed = 5
        duration = "60s"
        warmup = "1s"
        [workload]
        keys = 20000
        reads = {{ rate = 2000.0, popularity = {{ zipf = 0.99 }} }}
        writes = {{ rate = 200.0, popularity = {{ zipf = 0.99 }} }}
        tags = {{ per_key = 2, of = 50 }}
        {rest}
        [cache]
        capacity = {capacity}
        [[faults]]
        at = "20s"
        what = "flush"
        [[faults]]
        at = "40s"
        what = "restart"
        "#
    );
    let base = std::path::Path::new(".");
    let loaded = from_str(&toml, "test.toml", base, &Overrides::default()).unwrap();
    let workload = build(&loaded).unwrap();
    run(&loaded.scenario, &workload, strategy, 0, &AtomicU64::new(0))
        .unwrap()
        .summary
}

#[test]
fn what_is_served_at_hand_is_what_a_look_up_finds() {
    let strategies = [
        native("ttl", r#"{"ttl":"10s"}"#),
        native("ttl", r#"{"ttl":"10s","grace":"5s"}"#),
        native("ttl", r#"{"idle":"2s","ttl":"10s"}"#),
        native("write-through", r#"{"ttl":"10s"}"#),
        native("write-through", r#"{"ttl":"10s","on_write":"replace"}"#),
        native("tags", r#"{"ttl":"10s"}"#),
        native("adaptive", "{}"),
        Strategy::Perfect,
    ];
    for (number, strategy) in strategies.iter().enumerate() {
        for rest in ["", "write_targets = \"tag\""] {
            let at_hand = run_many(strategy, 0, rest);
            let hits = at_hand.fresh_hits + at_hand.stale_hits;
            assert!(hits > 10_000, "{number} {rest} {at_hand:?}");
            let looked_up = run_many(strategy, 100_000, rest);
            // What is reckoned of the table differs with its room.
            let told = |summary: &Summary| {
                let summary = Summary {
                    index_bytes_max: 0,
                    ..summary.clone()
                };
                format!("{summary:?}")
            };
            assert_eq!(told(&at_hand), told(&looked_up), "{number} {rest}");
        }
    }
}
