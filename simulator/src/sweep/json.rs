//! `sweep.json`: what a sweep found, for programs.

use serde::Serialize;
use serde_json::{Map, Value};

use super::findings::{Findings, Row};
use super::inputs::Hashes;
use crate::error::Error;
use crate::report::PolicyInfo;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    program: &'a str,
    scenario: &'a Value,
    settings: &'a [String],
    /// The figures that points are compared by.
    pareto: &'a [String],
    points: Vec<Point<'a>>,
    command: &'a str,
}

#[derive(Serialize)]
struct Point<'a> {
    settings: &'a Map<String, Value>,
    /// Points of one number differ in `policy` and `cache` alone, and are compared with each other.
    world: usize,
    files: &'a Hashes,
    policies: Vec<Policy<'a>>,
}

#[derive(Serialize)]
struct Policy<'a> {
    #[serde(flatten)]
    info: &'a PolicyInfo,
    replications: usize,
    /// Whether no policy of a point of the same world beats it.
    pareto: bool,
    /// Whether none of any point does.
    overall: bool,
    totals: &'a Value,
}

impl<'a> Policy<'a> {
    fn of(row: &'a Row<'_>) -> Self {
        Self {
            info: &row.policy.policy,
            replications: row.policy.runs.len(),
            pareto: row.in_set,
            overall: row.overall,
            totals: &row.totals,
        }
    }
}

pub fn render(findings: &Findings<'_>) -> Result<String, Error> {
    let plan = findings.plan;
    let points = plan.points.iter().enumerate();
    let mut rows = findings.rows.iter().peekable();
    let points = points.map(|(number, point)| {
        let mut policies = Vec::with_capacity(point.policies.len());
        while let Some(row) = rows.next_if(|row| row.point == number) {
            policies.push(Policy::of(row));
        }
        Point {
            settings: &point.settings,
            world: point.world,
            files: &point.files,
            policies,
        }
    });
    let document = Document {
        schema_version: plan.schema_version,
        program: &plan.program,
        scenario: &plan.scenario,
        settings: &plan.settings,
        pareto: &plan.pareto,
        points: points.collect(),
        command: &plan.command,
    };
    let text = serde_json::to_string_pretty(&document)
        .map_err(|error| Error::other(format_args!("sweep.json cannot be written: {error}")))?;
    Ok(text + "\n")
}
