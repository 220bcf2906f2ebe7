//! Searches over made-up trials, whose staleness rises and whose loads fall with the rung.

use super::*;
use crate::measure::Summary;
use crate::recommend::{Allowed, Bound, Measured};
use crate::report::figures::to_compare_by;
use serde_json::Map;

const TOP: usize = 720;

fn request(cost: &str, stale: f64, origin: f64) -> Request {
    Request {
        bounds: vec![
            Bound::new("stale_ratio", stale).unwrap(),
            Bound::new("origin_rate.max", origin).unwrap(),
        ],
        cost: to_compare_by(cost).unwrap(),
        replications: 2,
        allowed: Allowed::default(),
    }
}

/// Staleness `rung`, loads `1000 - rung`, and a latency with its minimum at 300.
fn trial(rung: usize, request: &Request) -> Trial {
    let x = rung as f64;
    let mut summary = Summary {
        stale_ratio: x,
        origin_loads: 1000 - rung as u64,
        peak_to_mean: (x - 300.0).abs(),
        ..Summary::default()
    };
    summary.origin_rate.max = 1000.0 - x;
    let summaries = vec![summary; 2];
    let bounds = request.bounds.iter();
    Trial {
        rung,
        config: Map::new(),
        measured: bounds
            .map(|bound| Measured::of(bound.figure, &summaries))
            .collect(),
        cost: Measured::of(request.cost, &summaries),
        summaries,
        policy_error: None,
    }
}

fn searched(cost: &str, stale: f64, origin: f64) -> (Option<usize>, usize) {
    let request = request(cost, stale, origin);
    let found = search(TOP, &request, |rung| Ok(trial(rung, &request))).unwrap();
    (found.best, found.trials.len())
}

#[test]
fn loads_are_fewest_at_the_longest_life_that_is_fresh_enough() {
    for stale in [0, 1, 7, 300, 719, 720, 5000] {
        let (best, looks) = searched("origin_loads", stale as f64, 1e9);
        assert_eq!(best, Some(stale.min(TOP)));
        assert!(looks <= 12, "{looks} looks");
    }
    let (best, looks) = searched("origin_loads", -1.0, 1e9);
    assert_eq!((best, looks), (None, 2));
}

#[test]
fn what_the_origin_bears_is_a_bound_from_below() {
    // From 600 on it bears it, up to 650 it is fresh enough.
    assert_eq!(searched("origin_loads", 650.0, 400.0).0, Some(650));
    assert_eq!(searched("origin_loads", 599.0, 400.0).0, None);
    // The stalest allowed is not the best for a cost that rises.
    assert_eq!(searched("stale_ratio", 650.0, 400.0).0, Some(600));
}

#[test]
fn the_minimum_of_another_cost_is_found_within_the_bounds() {
    assert_eq!(searched("peak_to_mean", 650.0, 1e9).0, Some(300));
    assert_eq!(searched("peak_to_mean", 200.0, 1e9).0, Some(200));
    assert_eq!(searched("peak_to_mean", 650.0, 600.0).0, Some(400));
    let (_, looks) = searched("peak_to_mean", 650.0, 1e9);
    assert!(looks <= 45, "{looks} looks");
}

#[test]
fn what_was_met_by_chance_is_stepped_down_from_until_it_is_met_again() {
    let request = request("origin_loads", 297.0, 1e9);
    let confirmed = |found: Option<usize>, request: &Request| {
        let trial = confirm(found, request, |rung| Ok(trial(rung, request)));
        trial.unwrap().map(|trial| trial.rung)
    };
    // One, two and four rungs down: 300, 299, 297.
    assert_eq!(confirmed(Some(300), &request), Some(297));
    assert_eq!(confirmed(Some(296), &request), Some(296));
    assert_eq!(confirmed(None, &request), None);
    let never = self::request("origin_loads", -1.0, 1e9);
    assert_eq!(confirmed(Some(300), &never), None);
}
