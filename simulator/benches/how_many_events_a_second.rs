//! How many reads and writes a second one core carries out, everything counted, and what the boundary to the
//! component takes of it.
//!
//! Reads by Zipf 0.99 over a million keys, one event in ten a write of any of them (or, `hot`, of one that is as often
//! read), loads of 20 ms, entries of three tags of 10,000 where the policy has tags; ten million events, every policy as
//! a component and as native code in turn, with the time that the thread ran.

mod support;

use support::{Setting, is_quick, spread};

const ROUNDS: usize = 5;

const WORLD: &str = r#"
seed = 1
duration = "50s"
[workload]
keys = 1000000
reads = { rate = 90000.0, popularity = { zipf = 0.99 } }
writes = { rate = 10000.0WRITES }
TAGS
[origin]
latency = "20ms"
"#;

fn main() {
    let (rounds, seconds) = if is_quick() { (2, 50) } else { (ROUNDS, 100) };
    println!("\nmillions of events a second of one core, {rounds} rounds: median, least, most\n");
    println!(
        "{:<16}{:>20}{:>22}{:>22}{:>8}",
        "policy", "component", "native", "component / native", "hits"
    );
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    const TAGS: &str = "tags = { per_key = 3, of = 10000 }";
    const LIKE_READS: &str = ", popularity = \"same-as-reads\"";
    for (policy, tags, writes) in [
        ("ttl", "", ""),
        ("tags", TAGS, ""),
        ("write-through", "", ""),
        ("versions", "", ""),
        ("ttl", "", LIKE_READS),
        ("tags", TAGS, LIKE_READS),
    ] {
        let what = match writes {
            "" => policy.to_owned(),
            _ => format!("hot-{policy}"),
        };
        if !wanted.is_empty() && !wanted.contains(&what) {
            continue;
        }
        let mut text = WORLD.replace("TAGS", tags).replace("WRITES", writes);
        text = text.replace("50s", &format!("{seconds}s"));
        for uses in [policy.to_owned(), format!("native:{policy}")] {
            text += &format!("[[policy]]\nuse = \"{uses}\"\nconfig = {{ ttl = \"60s\" }}\n");
        }
        let setting = Setting::new(&text);
        let mut rates = [Vec::new(), Vec::new(), Vec::new()];
        let mut hits = 0.0;
        for round in 0..rounds {
            let mut rate = [0.0; 2];
            // In another order each round.
            for side in [round % 2, 1 - round % 2] {
                let timed = setting.run(side);
                rate[side] = timed.rate();
                hits = timed.hit_ratio;
            }
            rates[0].push(rate[0]);
            rates[1].push(rate[1]);
            rates[2].push(rate[0] / rate[1]);
        }
        let [component, native, ratio] = rates.map(|rates| {
            let (median, least, most) = spread(rates);
            format!("{median:.2} ({least:.2}-{most:.2})")
        });
        println!("{what:<16}{component:>20}{native:>22}{ratio:>22}{hits:>8.3}");
    }
}
