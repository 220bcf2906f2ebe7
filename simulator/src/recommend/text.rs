//! The answer for the terminal.

use super::answer::{Advice, Outcome, Proposal};
use super::trial::Trial;
use super::{Bound, Measured, Request, words};
use crate::report::figures::FigureKind;
use crate::report::grid::{self, Column, grid};
use crate::report::table::{WIDTH, wrap, wrap_at};
use crate::report::units::share;
use crate::statistics::Direction;

/// The whole answer: what it is, what it rests on, what comes next, what else was tried and why it is not
/// that, and what to put into the application.
#[must_use]
pub fn text(advice: &Advice, request: &Request) -> String {
    let Some(best) = advice.best() else {
        return nothing(advice, request);
    };
    let mut out = wrap(&use_it(best, request));
    out += &format!("\n{}", grid(&bounds(best.trial, request)));
    out += &format!("\n{}", confidence(advice, best, request));
    out += &format!("\n{}", runner_up(advice, best, request));
    out += &format!("\n{}", what_was_tried(advice, request));
    out += &list("Taken for granted:", &advice.assumptions);
    if let Some(paste) = &advice.paste {
        out += &format!("\nTo paste, as code\n\n{}", indented(&paste.rust));
        out += &format!(
            "\nor as a file for shelflife::Config\n\n{}",
            indented(&paste.toml)
        );
        out += &list("Besides:", &paste.notes);
    }
    out
}

fn use_it(best: Proposal<'_>, request: &Request) -> String {
    format!(
        "Use {} with {}: {}, the {} of what meets the bounds.",
        best.candidate.name(),
        words::settings(best.trial),
        amount(request.cost, &best.trial.cost),
        match request.cost.better {
            Some(Direction::Higher) => "most",
            _ => "least",
        }
    )
}

/// That nothing meets the bounds, and what comes closest, a line each.
fn nothing_meets(request: &Request, closest: Option<Proposal<'_>>) -> String {
    let asked: Vec<String> = request.bounds.iter().map(Bound::words).collect();
    let mut out = format!("Nothing that was tried meets {}.", asked.join(" and "));
    if let Some(closest) = closest {
        let misses = match &closest.trial.policy_error {
            Some(error) => format!("its policy failed: {error}"),
            None => words::misses(closest.trial, request).join(" and "),
        };
        out += &format!(
            "\nClosest is {} with {}: {misses}.",
            closest.candidate.name(),
            words::settings(closest.trial),
        );
    }
    out
}

fn nothing(advice: &Advice, request: &Request) -> String {
    let closest = advice.closest(request);
    let said = nothing_meets(request, closest);
    let mut out: String = said.lines().map(wrap).collect();
    if let Some(closest) = closest {
        out += &format!("\n{}", grid(&bounds(closest.trial, request)));
    }
    out += &format!("\n{}", what_was_tried(advice, request));
    out += &list("Taken for granted:", &advice.assumptions);
    out
}

fn amount(figure: &FigureKind, measured: &Measured) -> String {
    format!("{} {}", with_interval(figure, measured), figure.name)
}

fn with_interval(figure: &FigureKind, measured: &Measured) -> String {
    match measured.ci95 > 0.0 {
        true => format!(
            "{} ± {}",
            figure.write(measured.mean),
            figure.write(measured.ci95)
        ),
        false => figure.write(measured.mean),
    }
}

/// The answer as Markdown: what it is, what it keeps, what else was tried, and what to paste.
#[must_use]
pub fn markdown(advice: &Advice, request: &Request) -> String {
    let (answer, trial) = match (advice.best(), advice.closest(request)) {
        (Some(best), _) => (use_it(best, request), Some(best.trial)),
        (None, closest) => (
            nothing_meets(request, closest),
            closest.map(|closest| closest.trial),
        ),
    };
    let mut out = format!("{answer}\n");
    if let Some(trial) = trial {
        out += &format!("\n{}", grid::markdown(&bounds(trial, request)));
    }
    out += &format!("\n{}", grid::markdown(&tried(advice, request)));
    if let Some(paste) = &advice.paste {
        out += &format!("\n```rust\n{}\n```\n", paste.rust.trim_end());
        out += &format!("\n```toml\n{}\n```\n", paste.toml.trim_end());
    }
    out
}

/// Each bound with what was measured beside it, and the cost.
fn bounds(trial: &Trial, request: &Request) -> [Column; 5] {
    let rows: Vec<(&Bound, &Measured)> = request.bounds.iter().zip(&trial.measured).collect();
    let cost = request.cost;
    let with_cost = |of: &dyn Fn(&Bound, &Measured) -> String, last: String| {
        let cells: Vec<String> = rows
            .iter()
            .map(|(bound, measured)| of(bound, measured))
            .collect();
        cells.into_iter().chain([last])
    };
    [
        Column::new(
            "figure",
            true,
            with_cost(
                &|bound, _| bound.figure.name.to_owned(),
                cost.name.to_owned(),
            ),
        ),
        Column::new(
            "bound",
            false,
            with_cost(
                &|bound, _| format!("≤ {}", bound.figure.write(bound.most)),
                "–".to_owned(),
            ),
        ),
        Column::new(
            "measured",
            false,
            with_cost(
                &|bound, measured| with_interval(bound.figure, measured),
                with_interval(cost, &trial.cost),
            ),
        ),
        Column::new(
            "worst",
            false,
            with_cost(
                &|bound, measured| bound.figure.write(measured.worst),
                String::new(),
            ),
        ),
        Column::new(
            "",
            true,
            with_cost(
                &|bound, measured| match bound.is_met(measured) {
                    true => "met".to_owned(),
                    false => "missed".to_owned(),
                },
                String::new(),
            ),
        ),
    ]
}

fn confidence(advice: &Advice, best: Proposal<'_>, request: &Request) -> String {
    let replications = request.replications as usize;
    let met_in: Vec<usize> = request
        .bounds
        .iter()
        .map(|bound| bound.met_in(&best.trial.summaries))
        .collect();
    let met = match met_in.iter().min() {
        Some(least) if *least < replications => request
            .bounds
            .iter()
            .zip(&met_in)
            .map(|(bound, met)| format!("{} met in {met} of {replications}", bound.figure.name))
            .collect::<Vec<_>>()
            .join(", "),
        _ => format!("met in {replications} of {replications}"),
    };
    let mut out = wrap(&format!(
        "Confidence: {met} replications that the search had not seen; the upper end of each 95 % interval \
         is within its bound. ± is that interval."
    ));
    out += &list("Not covered:", &advice.not_covered);
    out
}

fn runner_up(advice: &Advice, best: Proposal<'_>, request: &Request) -> String {
    let Some(other) = advice.runner_up() else {
        return "Runner-up: no other pattern meets the bounds.\n".to_owned();
    };
    let cost = request.cost;
    let margin = advice.margin(request);
    let margin = margin.map(|(mean, ci95)| format!(", {}", beside(best, other, mean, ci95, cost)));
    let margin = margin.unwrap_or_default();
    wrap(&format!(
        "Runner-up: {} with {}, {}{margin}.",
        other.candidate.name(),
        words::settings(other.trial),
        amount(cost, &other.trial.cost)
    ))
}

/// How much the runner-up costs beside the best: `15.7 % more`, `3.9 times as much`, and whether that can be
/// told from nothing.
fn beside(
    best: Proposal<'_>,
    other: Proposal<'_>,
    mean: f64,
    ci95: f64,
    cost: &FigureKind,
) -> String {
    let (least, most) = (best.trial.cost.mean, other.trial.cost.mean);
    let words = match cost.better {
        _ if mean == 0.0 => return "the same".to_owned(),
        Some(Direction::Lower) if least > 0.0 && most >= 2.0 * least => {
            format!("{:.1} times as much", most / least)
        }
        better => {
            // A mean difference below nothing is possible where the best was chosen by chance.
            let is_more = (mean > 0.0) == (better != Some(Direction::Higher));
            let relative = match least > 0.0 {
                true => format!("{} ", share(mean.abs() / least)),
                false => String::new(),
            };
            format!("{relative}{}", if is_more { "more" } else { "less" })
        }
    };
    match mean > ci95 {
        true => words,
        false => format!("{words}, which these replications do not tell from none"),
    }
}

/// A row for each candidate: where it meets the bounds at the least cost, or comes closest.
fn tried(advice: &Advice, request: &Request) -> Vec<Column> {
    let shown: Vec<(&Outcome, &Trial)> = advice
        .outcomes
        .iter()
        .filter_map(|outcome| {
            let trial = outcome.confirmed.as_ref();
            Some((outcome, trial.or_else(|| outcome.closest(request))?))
        })
        .collect();
    let mut columns = vec![Column::new(
        "tried",
        true,
        shown
            .iter()
            .map(|(outcome, _)| outcome.candidate.policy.label.clone()),
    )];
    columns.push(Column::new(
        "ttl",
        false,
        shown.iter().map(|(_, trial)| {
            let ttl = trial.config.get("ttl").and_then(serde_json::Value::as_str);
            ttl.unwrap_or("–").to_owned()
        }),
    ));
    for (index, bound) in request.bounds.iter().enumerate() {
        let cells = shown.iter().map(|(_, trial)| {
            let measured = &trial.measured[index];
            let mark = if bound.is_met(measured) { "" } else { " !" };
            format!("{}{mark}", bound.figure.write(bound.judged(measured)))
        });
        columns.push(Column::new(bound.figure.name, false, cells));
    }
    let cost = shown
        .iter()
        .map(|(_, trial)| request.cost.write(trial.cost.mean));
    columns.push(Column::new(request.cost.name, false, cost));
    let runs = shown
        .iter()
        .map(|(outcome, _)| outcome.trials.len().to_string());
    columns.push(Column::new("looks", false, runs));
    columns
}

/// The same as text, with why the others are not it.
fn what_was_tried(advice: &Advice, request: &Request) -> String {
    let mut out = grid(&tried(advice, request));
    out += "Bounded figures by the upper end of their interval; ! misses the bound.\n";
    let why = advice
        .outcomes
        .iter()
        .filter(|outcome| outcome.confirmed.is_none());
    let why = why.map(|outcome| {
        format!(
            "{}: {}.",
            outcome.candidate.policy.label,
            outcome.why_not(request)
        )
    });
    let left_out = advice
        .left_out
        .iter()
        .map(|left| format!("{}: {}.", left.pattern, left.why));
    out += &list("Why not:", &why.chain(left_out).collect::<Vec<_>>());
    out
}

fn list(heading: &str, items: &[String]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let items = items.iter().map(|item| {
        let lines = wrap_at(item, WIDTH - 2);
        let mut lines = lines.lines();
        let first = format!("- {}\n", lines.next().unwrap_or_default());
        lines.fold(first, |text, line| text + "  " + line + "\n")
    });
    format!("\n{heading}\n{}", items.collect::<String>())
}

fn indented(text: &str) -> String {
    let lines = text.lines().map(|line| match line {
        "" => "\n".to_owned(),
        line => format!("  {line}\n"),
    });
    lines.collect()
}
