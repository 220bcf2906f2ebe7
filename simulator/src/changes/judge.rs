//! Every figure of every policy before and after, and its verdict.

use serde::Serialize;

use super::inputs::{Given, Pair, differing, pairs};
use super::thresholds::{FailOn, Threshold};
use crate::error::Error;
use crate::measure::Summary;
use crate::report::figures::{FIGURES, FigureKind};
use crate::report::{Report, Run};
use crate::statistics::{Change, HEADLINES, Samples, Test, shown, step_of};

/// What became of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Better,
    Worse,
    /// Chance could explain it, it is below its threshold, or it is no change.
    NotShown,
    /// It is another, and one replication tells no change from chance.
    Untested,
}

impl Verdict {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::NotShown => "not shown",
            Self::Untested => "untested",
        }
    }
}

/// One figure of one policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// `before → after` where both are called otherwise.
    pub policy: String,
    pub figure: &'static FigureKind,
    pub change: Change,
    /// The share of [`Change::p`], corrected for all comparisons.
    pub p: Option<f64>,
    /// Whether it is larger than its threshold; where it has none, whether it is any change.
    pub counts: bool,
    pub has_threshold: bool,
    pub verdict: Verdict,
}

impl Compared {
    /// Whether it is worse by its size, shown or not.
    fn looks_worse(&self) -> bool {
        self.figure.is_better(self.change.before, self.change.after)
    }

    /// Whether it fails: what is shown does, and where nothing can be shown what exceeds a threshold.
    #[must_use]
    pub fn fails(&self, on: FailOn) -> bool {
        let is_untested = self.verdict == Verdict::Untested && self.has_threshold;
        match on {
            FailOn::Never => false,
            FailOn::Worse => self.verdict == Verdict::Worse || (is_untested && self.looks_worse()),
            FailOn::Changed => {
                matches!(self.verdict, Verdict::Better | Verdict::Worse) || is_untested
            }
        }
    }
}

/// All that differs between two reports.
#[derive(Clone, Debug)]
pub struct Changes {
    pub before: Side,
    pub after: Side,
    /// In what the worlds differ; empty for one world.
    pub worlds: Vec<String>,
    /// What of the policies differs: `ttl: ttl: "60s" and "30s"`.
    pub policies: Vec<String>,
    pub only_before: Vec<String>,
    pub only_after: Vec<String>,
    pub test: Test,
    /// By policy, in the order of the first report, and figure.
    pub compared: Vec<Compared>,
}

/// One of the reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Side {
    pub path: String,
    pub seed: u64,
    pub replications: usize,
    pub command: String,
}

impl Side {
    fn of(given: &Given) -> Self {
        let replications = given.report.runs.iter().map(|run| run.replication + 1);
        Self {
            path: given.path.clone(),
            seed: given.report.seed,
            replications: replications.max().unwrap_or(0) as usize,
            command: given.report.command.clone(),
        }
    }
}

impl Changes {
    /// Those with a verdict of this kind.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        let all = self.compared.iter();
        all.filter(|compared| compared.verdict == verdict).count()
    }

    /// Those that fail.
    #[must_use]
    pub fn failures(&self, on: FailOn) -> Vec<&Compared> {
        let all = self.compared.iter();
        all.filter(|compared| compared.fails(on)).collect()
    }
}

/// Compares two reports by the headline figures and, beside them, by `figures` and those of `thresholds`.
///
/// # Errors
///
/// The reports are of two worlds, unless that is `allowed`; no policy is in both.
pub fn between(
    before: &Given,
    after: &Given,
    figures: &[&'static FigureKind],
    thresholds: &[Threshold],
    allowed: bool,
) -> Result<Changes, Error> {
    let worlds = differing(&before.report, &after.report);
    if let [first, rest @ ..] = &worlds[..]
        && !allowed
    {
        let more = match rest.len() {
            0 => String::new(),
            1 => " and one more key".to_owned(),
            n => format!(" and {n} more keys"),
        };
        return Err(Error::usage(format_args!(
            "{} and {} are of different scenarios: {first}{more}; with --anyway they are compared all the \
             same",
            before.path, after.path
        )));
    }
    let pairs = pairs(&before.report, &after.report);
    if pairs.is_empty() {
        return Err(Error::usage(format_args!(
            "{} and {} have no policy in common",
            before.path, after.path
        )));
    }
    let test = match worlds.is_empty() && before.report.seed == after.report.seed {
        true => Test::Paired,
        false => Test::Welch,
    };
    let figures = chosen(figures, thresholds);
    let mut compared = Vec::new();
    for pair in &pairs {
        for figure in &figures {
            compared.extend(compare(pair, figure, before, after, test, thresholds));
        }
    }
    judge(&mut compared);
    let missing = |in_pairs: &dyn Fn(&Pair<'_>) -> String, report: &Report| {
        let paired: Vec<String> = pairs.iter().map(in_pairs).collect();
        let labels = report.policies.iter().map(|policy| policy.label.clone());
        labels.filter(|label| !paired.contains(label)).collect()
    };
    let policies = pairs.iter().flat_map(|pair| {
        let label = pair.label();
        let differing = pair.differing().into_iter();
        differing.map(move |what| format!("{label}: {what}"))
    });
    Ok(Changes {
        policies: policies.collect(),
        only_before: missing(&|pair| pair.before.label.clone(), &before.report),
        only_after: missing(&|pair| pair.after.label.clone(), &after.report),
        before: Side::of(before),
        after: Side::of(after),
        worlds,
        test,
        compared,
    })
}

/// The figures in the order of a summary.
fn chosen(figures: &[&'static FigureKind], thresholds: &[Threshold]) -> Vec<&'static FigureKind> {
    let wanted = |figure: &&FigureKind| {
        let is_headline = HEADLINES
            .iter()
            .any(|headline| headline.name == figure.name);
        let has_threshold = thresholds
            .iter()
            .any(|threshold| threshold.figure == *figure);
        is_headline || has_threshold || figures.contains(figure)
    };
    FIGURES.iter().filter(wanted).collect()
}

fn compare(
    pair: &Pair<'_>,
    figure: &'static FigureKind,
    before: &Given,
    after: &Given,
    test: Test,
    thresholds: &[Threshold],
) -> Option<Compared> {
    let runs = |report: &'_ Report, label: &str| -> Vec<Run> {
        let runs = report.runs.iter();
        runs.filter(|run| run.policy == label).cloned().collect()
    };
    let old = runs(&before.report, &pair.before.label);
    let new = runs(&after.report, &pair.after.label);
    let all: Vec<&Summary> = old.iter().chain(&new).map(|run| &run.summary).collect();
    let samples = Samples {
        before: sample(figure, &old),
        after: sample(figure, &new),
        step: step_of(figure.name, &all),
    };
    let change = Change::of(&samples, test)?;
    let threshold = thresholds.iter().rev();
    let threshold = threshold
        .into_iter()
        .find(|threshold| threshold.figure == figure);
    let fine = resolution(figure.name) * change.before.abs().max(change.after.abs());
    let is_change = (change.after - change.before).abs() > fine;
    Some(Compared {
        policy: pair.label(),
        figure,
        change,
        p: None,
        counts: is_change && threshold.is_none_or(|it| it.is_exceeded(change.before, change.after)),
        has_threshold: threshold.is_some(),
        verdict: Verdict::NotShown,
    })
}

/// The figure of each run that has it: a headline only where it means something.
fn sample(figure: &FigureKind, runs: &[Run]) -> Vec<(u32, f64)> {
    let headline = HEADLINES
        .iter()
        .find(|headline| headline.name == figure.name);
    let of = |run: &Run| match headline {
        Some(headline) => headline.of(&run.summary),
        None => {
            let summary = serde_json::to_value(&run.summary).ok()?;
            let mut path = figure.name.split('.');
            path.try_fold(&summary, |value, key| value.get(key))?
                .as_f64()
        }
    };
    let figures = runs.iter().map(|run| Some((run.replication, of(run)?)));
    figures.flatten().collect()
}

/// How finely a percentile is known, as a share of its value: a report does not say which had to be read off
/// a histogram, whose buckets are at most so wide.
fn resolution(figure: &str) -> f64 {
    let is_percentile = figure.contains(".p") && !figure.starts_with("semantic.");
    if is_percentile { 0.001 } else { 0.0 }
}

/// Gives the verdicts: all tests are corrected together.
fn judge(compared: &mut [Compared]) {
    let tested: Vec<usize> = (0..compared.len())
        .filter(|at| compared[*at].change.p.is_some())
        .collect();
    let shares: Vec<f64> = tested
        .iter()
        .filter_map(|at| compared[*at].change.p)
        .collect();
    for (at, (p, is_shown)) in tested.into_iter().zip(shown(&shares)) {
        let compared = &mut compared[at];
        compared.p = Some(p);
        let counts = is_shown && compared.counts;
        compared.verdict = match (counts, compared.looks_worse()) {
            (false, _) => Verdict::NotShown,
            (true, true) => Verdict::Worse,
            (true, false) => Verdict::Better,
        };
    }
    for compared in compared {
        if compared.change.p.is_none() && compared.counts {
            compared.verdict = Verdict::Untested;
        }
    }
}

#[cfg(test)]
mod tests;
