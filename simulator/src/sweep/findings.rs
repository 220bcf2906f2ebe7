//! What a sweep found: the figures of every policy at every point, and which no other beats.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;
use serde_json::Value;

use super::folder::Found;
use super::pareto::unbeaten;
use super::plan::{Plan, PlannedPoint, PlannedPolicy};
use crate::error::Error;
use crate::measure::Summary;
use crate::report::figures::{FigureKind, to_compare_by};
use crate::report::{PolicyKind, totals};

/// One policy at one point.
#[derive(Debug)]
pub struct Row<'a> {
    /// The index of its point.
    pub point: usize,
    pub planned: &'a PlannedPoint,
    pub policy: &'a PlannedPolicy,
    /// Its place among the policies of its point that are no baselines, or among the baselines.
    pub index: usize,
    /// The figures, as a report has them.
    pub totals: Value,
    /// Whether it has the runs of a row before it: no setting that is gone through concerns it. It is then
    /// not in the set once more.
    pub repeats: bool,
    /// Whether no policy at any point of the same world beats it.
    pub in_set: bool,
    /// Whether none at any point does, whatever its world.
    pub overall: bool,
}

impl Row<'_> {
    pub fn is_baseline(&self) -> bool {
        self.policy.policy.kind == PolicyKind::Baseline
    }

    pub fn label(&self) -> &str {
        &self.policy.policy.label
    }

    /// Whether a setting is one of this row, and not of another policy.
    pub fn is_concerned_by(&self, key: &str) -> bool {
        let Some(rest) = key.strip_prefix("policy.") else {
            return true;
        };
        let number = rest.split('.').next().and_then(|part| part.parse().ok());
        !self.is_baseline() && number.is_none_or(|number: usize| number == self.index)
    }
}

/// All rows, in the order of the points and of their policies.
#[derive(Debug)]
pub struct Findings<'a> {
    pub plan: &'a Plan,
    /// What rows are compared by.
    pub figures: Vec<&'static FigureKind>,
    pub rows: Vec<Row<'a>>,
    /// What went wrong in policies, by their labels, once each.
    pub policy_errors: BTreeSet<(String, String)>,
}

impl<'a> Findings<'a> {
    /// From the results of all runs, in the order of the plan.
    ///
    /// # Errors
    ///
    /// The plan names a figure that there is none of, or a run that it does not have.
    pub fn new(plan: &'a Plan, results: &[Found]) -> Result<Self, Error> {
        let figures = plan.pareto.iter().map(|name| to_compare_by(name));
        let figures = figures
            .collect::<Result<Vec<_>, _>>()
            .map_err(Error::usage)?;
        let mut rows = Vec::new();
        let mut seen = FxHashSet::default();
        let mut policy_errors = BTreeSet::new();
        for (point, planned) in plan.points.iter().enumerate() {
            let mut kinds = [0, 0];
            for policy in &planned.policies {
                let of_policy = policy.runs.iter().map(|run| results.get(*run));
                let found: Option<Vec<&Found>> = of_policy.collect();
                let found = found.ok_or_else(|| Error::usage("a plan names runs that it lacks"))?;
                let summaries: Vec<Summary> =
                    found.iter().map(|found| found.summary.clone()).collect();
                let label = &policy.policy.label;
                let error = found.iter().find_map(|found| found.policy_error.clone());
                policy_errors.extend(error.map(|error| (label.clone(), error)));
                let is_baseline = policy.policy.kind == PolicyKind::Baseline;
                let kind = &mut kinds[usize::from(is_baseline)];
                *kind += 1;
                rows.push(Row {
                    point,
                    planned,
                    policy,
                    index: *kind - 1,
                    totals: totals(label, &summaries),
                    repeats: !seen.insert((label, &policy.runs)),
                    in_set: false,
                    overall: false,
                });
            }
        }
        let mut findings = Self {
            plan,
            figures,
            rows,
            policy_errors,
        };
        findings.mark();
        Ok(findings)
    }

    /// The means that a row is compared by. A baseline is no choice that one has.
    fn means(&self, row: &Row<'_>) -> Option<Vec<f64>> {
        if row.is_baseline() || row.repeats {
            return None;
        }
        let means = self
            .figures
            .iter()
            .map(|figure| Some(figure.of(&row.totals)?.0));
        means.collect()
    }

    fn mark(&mut self) {
        let worlds = self.worlds();
        let means: Vec<Option<Vec<f64>>> = self.rows.iter().map(|row| self.means(row)).collect();
        for (row, is_in) in self.rows.iter_mut().zip(unbeaten(&means, &self.figures)) {
            row.overall = is_in;
        }
        for world in 0..worlds {
            let of_world: Vec<usize> = (0..self.rows.len())
                .filter(|index| self.rows[*index].planned.world == world)
                .collect();
            let means: Vec<Option<Vec<f64>>> =
                of_world.iter().map(|index| means[*index].clone()).collect();
            for (index, is_in) in of_world.iter().zip(unbeaten(&means, &self.figures)) {
                self.rows[*index].in_set = is_in;
            }
        }
    }

    /// How many worlds there are.
    pub fn worlds(&self) -> usize {
        let worlds = self.plan.points.iter().map(|point| point.world + 1);
        worlds.max().unwrap_or(0)
    }

    /// The rows that none of their world beats: world by world, from the best first figure on.
    pub fn set(&self) -> Vec<&Row<'a>> {
        let mut set: Vec<&Row> = self.rows.iter().filter(|row| row.in_set).collect();
        set.sort_by(|a, b| {
            let worlds = a.planned.world.cmp(&b.planned.world);
            let by_figure = self.figures.iter().map(|figure| {
                let mean = |row: &Row| figure.of(&row.totals).map_or(f64::NAN, |(mean, _)| mean);
                let (a, b) = (mean(a), mean(b));
                match figure.is_better(b, a) {
                    true => std::cmp::Ordering::Greater,
                    false if figure.is_better(a, b) => std::cmp::Ordering::Less,
                    false => std::cmp::Ordering::Equal,
                }
            });
            by_figure.fold(worlds, std::cmp::Ordering::then)
        });
        set
    }
}
