//! What differs between what a test expects and what it gets, in lines.

use std::fmt::Display;

use super::Effect;
use crate::lease::{Lease, Refresh};

/// Panics where the lines are not the same, and shows both.
#[track_caller]
pub(super) fn of_lines(what: &str, expected: &[impl Display], found: &[impl Display]) {
    let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    if expected != found {
        panic!(
            "{what} are not the expected ones (- expected, + found):\n{}",
            shown(&expected, &found)
        );
    }
}

/// Panics where the leases are not the same, and shows the settings in which they differ.
#[track_caller]
pub(super) fn of_leases(expected: &Lease, found: Option<&Lease>) {
    let Some(found) = found else {
        panic!("there is no lease: it is asked for on fill");
    };
    let (expected, found) = (settings(expected), settings(found));
    if expected != found {
        panic!(
            "the lease is not the expected one (- expected, + found):\n{}",
            shown(&expected, &found)
        );
    }
}

/// Panics where the effects are not the same, and shows both.
#[track_caller]
pub(super) fn of_effects(expected: &[Effect], found: &[Effect]) {
    let line = |effect: &Effect| in_order(effect).to_string();
    let (expected, found): (Vec<_>, Vec<_>) = (
        expected.iter().map(line).collect(),
        found.iter().map(line).collect(),
    );
    if expected != found {
        panic!(
            "the policy asks for something else (- expected, + found):\n{}",
            shown(&expected, &found)
        );
    }
}

/// The lines of both: those in the longest sequence that both have stand once.
fn shown(expected: &[String], found: &[String]) -> String {
    let mut common = vec![vec![0_usize; found.len() + 1]; expected.len() + 1];
    for (row, line) in expected.iter().enumerate().rev() {
        for (column, other) in found.iter().enumerate().rev() {
            common[row][column] = match line == other {
                true => common[row + 1][column + 1] + 1,
                false => common[row + 1][column].max(common[row][column + 1]),
            };
        }
    }
    let (mut row, mut column) = (0, 0);
    let mut lines = Vec::new();
    while row < expected.len() || column < found.len() {
        if row < expected.len() && column < found.len() && expected[row] == found[column] {
            lines.push(format!("    {}", expected[row]));
            (row, column) = (row + 1, column + 1);
        } else if column == found.len()
            || (row < expected.len() && common[row + 1][column] >= common[row][column + 1])
        {
            lines.push(format!("  - {}", expected[row]));
            row += 1;
        } else {
            lines.push(format!("  + {}", found[column]));
            column += 1;
        }
    }
    if lines.is_empty() {
        lines.push("    nothing".to_owned());
    }
    lines.join("\n")
}

/// A lease, a line for each of its settings.
fn settings(lease: &Lease) -> Vec<String> {
    let limit = |limit: Option<_>| limit.map_or("none".to_owned(), |time| format!("{time:?}"));
    let names = |names: &[String]| {
        let mut names = names.to_vec();
        names.sort_unstable();
        format!("{names:?}")
    };
    let refresh = match lease.refresh {
        Refresh::Lazy => "lazy".to_owned(),
        Refresh::Ahead(share) => format!("ahead, past {share} of ttl"),
        Refresh::Early(beta) => format!("early, with beta {beta}"),
    };
    let mut lines = vec![
        format!("ttl: {}", limit(lease.ttl)),
        format!("idle: {}", limit(lease.idle)),
        format!("jitter: {}", lease.jitter),
        format!("grace: {:?}", lease.grace),
        format!("rescue: {:?}", lease.rescue),
        format!("refresh: {refresh}"),
        format!("tags: {}", names(&lease.tags)),
        format!("generations: {}", names(&lease.generations)),
    ];
    lines.extend(
        lease
            .hints
            .iter()
            .map(|hint| format!("hint: {}={}", hint.name, hint.value)),
    );
    lines
}

/// The same effect, its names in the order of the alphabet.
fn in_order(effect: &Effect) -> Effect {
    let mut effect = effect.clone();
    if let Effect::Keys(names, _) | Effect::Tags(names, _) | Effect::KeysAgain(names, _, _) =
        &mut effect
    {
        names.sort_unstable();
    }
    effect
}
