use super::super::{Event, Op};
use super::*;
use crate::scenario::{Overrides, Scenario, from_str};
use std::path::Path;

fn scenario(text: &str) -> Scenario {
    from_str(text, "test.toml", Path::new(""), &Overrides::default())
        .unwrap()
        .scenario
}

fn synthetic(text: &str) -> Synthetic {
    let scenario = scenario(text);
    Synthetic::new(
        &scenario.workload,
        scenario.duration.unwrap().0,
        scenario.seed,
        Path::new(""),
    )
    .unwrap()
}

fn events(text: &str) -> Vec<Event> {
    synthetic(text).events(7, 0).collect()
}

const SHORT: &str = "duration = \"200s\"\n[workload]\n";

#[test]
fn events_come_in_order_and_writes_before_reads_at_one_instant() {
    let events = events(&format!(
        "{SHORT}keys = 10\nreads = {{ rate = 10.0, arrivals = \"even\" }}\nwrites = {{ rate = 5.0, arrivals = \"even\" }}"
    ));
    assert!(events.is_sorted_by_key(|event| (event.at, event.op == Op::Read)));
    let first: Vec<_> = events
        .iter()
        .take(4)
        .map(|event| (event.at, event.op))
        .collect();
    let tenth = 100_000_000;
    assert_eq!(
        first,
        [
            (tenth, Op::Read),
            (2 * tenth, Op::Write),
            (2 * tenth, Op::Read),
            (3 * tenth, Op::Read)
        ]
    );
    assert_eq!(events.len(), 1999 + 999);
    assert!(
        events
            .iter()
            .all(|event| event.bytes == 512 && event.client == 0 && event.at < 200_000_000_000)
    );
}

#[test]
fn the_number_of_events_is_what_the_rates_say() {
    let synthetic = synthetic(SHORT);
    assert_eq!(synthetic.expected_events(), 202_000);
    let count = synthetic.events(7, 0).count();
    // Four standard deviations of a Poisson count.
    assert!(
        (count as f64 - 202_000.0).abs() < 4.0 * 202_000_f64.sqrt(),
        "{count}"
    );
}

#[test]
fn a_replication_repeats_itself_and_differs_from_the_next() {
    let synthetic = synthetic(SHORT);
    let some = |seed, replication| {
        synthetic
            .events(seed, replication)
            .take(100)
            .collect::<Vec<_>>()
    };
    assert_eq!(some(7, 0), some(7, 0));
    assert_ne!(some(7, 0), some(7, 1));
    assert_ne!(some(7, 0), some(8, 0));
}

#[test]
fn gaps_of_poisson_arrivals_are_exponential() {
    let events = events(&format!("{SHORT}writes.rate = 0"));
    let gaps: Vec<f64> = events
        .windows(2)
        .map(|pair| (pair[1].at - pair[0].at) as f64 / 1e9)
        .collect();
    let n = gaps.len() as f64;
    let mean = gaps.iter().sum::<f64>() / n;
    let squares = gaps.iter().map(|gap| gap * gap).sum::<f64>() / n;
    assert!((mean * 1000.0 - 1.0).abs() < 0.02, "{mean}");
    assert!(
        (squares / (2.0 * mean * mean) - 1.0).abs() < 0.03,
        "{squares}"
    );
    let beyond_mean = gaps.iter().filter(|gap| **gap > 0.001).count() as f64 / n;
    assert!((beyond_mean - (-1_f64).exp()).abs() < 0.01, "{beyond_mean}");
}

#[test]
fn a_phase_changes_what_it_names_and_nothing_else() {
    let plain = format!("{SHORT}keys = 100\n");
    let phased = format!(
        "{plain}[[workload.phase]]\nat = \"100s\"\nreads.rate = 5000.0\nreads.popularity = {{ zipf = 8.0 }}\n"
    );
    let (plain, phased) = (events(&plain), events(&phased));
    let writes = |events: &[Event]| {
        events
            .iter()
            .filter(|event| event.op == Op::Write)
            .copied()
            .collect::<Vec<_>>()
    };
    assert_eq!(writes(&plain), writes(&phased));
    let half = 100_000_000_000;
    let before = |events: &[Event]| {
        events
            .iter()
            .filter(|event| event.at < half)
            .copied()
            .collect::<Vec<_>>()
    };
    assert_eq!(before(&plain), before(&phased));
    let after: Vec<_> = phased
        .iter()
        .filter(|event| event.at >= half && event.op == Op::Read)
        .collect();
    assert!(
        (after.len() as f64 - 500_000.0).abs() < 4_000.0,
        "{}",
        after.len()
    );
    assert!(
        after.iter().filter(|event| event.subject == 0).count() as f64 > 0.99 * after.len() as f64
    );
    let silent = events_after_silence();
    assert!(
        silent
            .iter()
            .all(|event| !(50_000_000_000..half).contains(&event.at))
    );
    assert!(silent.iter().any(|event| event.at >= half));
}

fn events_after_silence() -> Vec<Event> {
    let pause = "[[workload.phase]]\nat = \"50s\"\nreads.rate = 0\n[[workload.phase]]\nat = \"100s\"\nreads.rate = 10\n";
    events(&format!("{SHORT}keys = 10\nwrites.rate = 0\n{pause}"))
}

#[test]
fn keys_have_as_many_different_tags_as_asked_for() {
    for tags in [
        "{ per_key = 3, of = 10000 }",
        "{ per_key = 5, of = 5, popularity = { zipf = 3.0 } }",
        "{ per_key = 4, of = 9, popularity = \"uniform\" }",
    ] {
        let synthetic = synthetic(&format!("{SHORT}keys = 200\ntags = {tags}"));
        let per_key = scenario(&format!("{SHORT}tags = {tags}"))
            .workload
            .tags
            .unwrap()
            .per_key as usize;
        let catalogue = synthetic.catalogue();
        assert!(
            (0..200).all(|key| catalogue.tags_of(key).len() == per_key),
            "{tags}"
        );
    }
}

#[test]
fn writes_of_tags_name_tags() {
    for popularity in [
        "\"uniform\"",
        "{ zipf = 0.9 }",
        "\"same-as-reads\"",
        "\"latest\"",
    ] {
        let text = format!(
            "{SHORT}keys = 50\nwrite_targets = \"tag\"\ntags = {{ per_key = 2, of = 20 }}\nwrites.popularity = {popularity}"
        );
        let events = events(&text);
        assert!(
            events
                .iter()
                .all(|event| event.op == Op::Read
                    || (event.op == Op::WriteTag && event.subject < 20))
        );
        assert!(events.iter().any(|event| event.op == Op::WriteTag));
    }
}

#[test]
fn writes_drawn_like_the_reads_go_to_the_same_keys() {
    let events = events(&format!(
        "{SHORT}keys = 1000\nwrites = {{ rate = 1000.0, popularity = \"same-as-reads\" }}"
    ));
    let share = |op| {
        let of: Vec<_> = events.iter().filter(|event| event.op == op).collect();
        of.iter().filter(|event| event.subject == 0).count() as f64 / of.len() as f64
    };
    assert!((share(Op::Read) - share(Op::Write)).abs() < 0.005);
    assert!(share(Op::Write) > 0.1);
}

#[test]
fn the_latest_written_key_is_read_most() {
    let events = events(&format!(
        "{SHORT}keys = 1000\nreads = {{ rate = 1000.0, popularity = \"latest\" }}"
    ));
    let (mut last, mut hits, mut reads) = (999, 0, 0);
    for event in events {
        if event.op == Op::Write {
            last = event.subject;
        } else {
            reads += 1;
            hits += u32::from(event.subject == last);
        }
    }
    // The first of a thousand ranks at an exponent of 0.99 has a share of 1 / 7.73.
    let share = f64::from(hits) / f64::from(reads);
    assert!((share - 0.129).abs() < 0.005, "{share}");
}

#[test]
fn questions_are_read_and_their_topics_are_written() {
    let text =
        format!("{SHORT}embeddings = {{ set = \"builtin:banking77\" }}\nwrite_targets = \"tag\"");
    let synthetic = synthetic(&text);
    let catalogue = synthetic.catalogue();
    assert_eq!(catalogue.keys(), 5002);
    for event in synthetic.events(7, 0).take(5_000) {
        match event.op {
            Op::Read => assert!(catalogue.vector_of(event.subject).is_some()),
            Op::WriteTag => assert!(
                catalogue.vector_of_tag(event.subject).is_some()
                    && !catalogue.keys_of_tag(event.subject).is_empty()
            ),
            other => panic!("{other:?}"),
        }
    }
}
