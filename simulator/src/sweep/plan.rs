//! Which runs a sweep is made of, and what decides each of them.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::inputs::{Hashes, Inputs};
use crate::comparison::{Components, Contender, hex};
use crate::error::{Error, Kind};
use crate::report::{PolicyInfo, figures};
use crate::scenario::{Point, Swept, Warmup, at_point};

/// Raised when a field changes its meaning or goes.
pub const SCHEMA_VERSION: u32 = 1;

/// Compared by where a sweep says nothing.
const PARETO: [&str; 2] = ["stale_ratio", "origin_loads"];

/// Points are compared over the same reads and writes.
const TO_SAY: &str = "every point is measured over the same time, which `auto` would make different: say \
     how long, or which share of the run";

/// More would take a farm for weeks, and is a slip of the finger.
const MOST_RUNS: usize = 1_000_000;

/// Hexadecimal digits of the name of a run: 128 bits.
const NAME: usize = 32;

/// What a sweep goes through, as its folder keeps it. Two folders with the same text hold the same sweep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub schema_version: u32,
    /// The version of this program: another one may find something else.
    pub program: String,
    /// What begins this sweep, or goes on with it.
    pub command: String,
    /// As resolved, all defaults filled in, without the settings of any point.
    pub scenario: Value,
    /// The figures that points are compared by, two or more.
    pub pareto: Vec<String>,
    /// The keys of all settings.
    pub settings: Vec<String>,
    pub points: Vec<PlannedPoint>,
    /// The names of all different runs: the hash of everything that decides one.
    pub runs: Vec<String>,
}

impl Plan {
    /// Whether results of another plan are results of this one, all of them and at the same points. Other
    /// figures to compare by make no other runs.
    #[must_use]
    pub fn has_the_runs_of(&self, other: &Plan) -> bool {
        self.schema_version == other.schema_version
            && self.program == other.program
            && self.settings == other.settings
            && self.points == other.points
            && self.runs == other.runs
    }

    /// What a run is, for an error: the first point that it belongs to.
    #[must_use]
    pub fn describe(&self, run: usize) -> String {
        let points = self.points.iter().enumerate();
        let mut places = points.flat_map(|(number, point)| {
            let policies = point.policies.iter();
            policies.map(move |policy| (number, policy))
        });
        let found = places.find_map(|(number, policy)| {
            let replication = policy.runs.iter().position(|other| *other == run)?;
            Some((number, policy, replication))
        });
        match found {
            None => format!("run {run}"),
            Some((number, policy, replication)) => format!(
                "point {number}, policy {}, replication {replication}",
                policy.policy.label
            ),
        }
    }
}

/// One point of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedPoint {
    /// Values by the keys of [`Plan::settings`]. A key that is not in it is as the scenario says.
    pub settings: Map<String, Value>,
    /// Points with the same number differ in what one may choose, `policy` and `cache`, and in nothing of
    /// what is given: traffic, origin, ways of hearing.
    pub world: usize,
    /// SHA-256 of each file that the point reads, by the name that the scenario has for it.
    pub files: Hashes,
    /// In the order of a comparison, baselines last.
    pub policies: Vec<PlannedPolicy>,
}

/// One policy at one point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedPolicy {
    pub policy: PolicyInfo,
    /// By replication, indices into [`Plan::runs`]. The same run may belong to many points: what a setting
    /// does not concern is run once.
    pub runs: Vec<usize>,
}

/// One of [`Plan::runs`], as it can be carried out.
#[derive(Clone, Copy, Debug)]
pub struct PlannedRun {
    pub point: usize,
    /// Among the contenders of its point.
    pub contender: usize,
    pub replication: u32,
    /// Runs with the same number share their workload.
    pub workload: usize,
}

/// A plan with what it takes to carry it out.
pub struct Planned<'a> {
    pub plan: Plan,
    /// In the order of [`Plan::runs`].
    pub runs: Vec<PlannedRun>,
    pub points: &'a [Point],
    /// By point.
    pub contenders: Vec<Vec<Contender>>,
    pub workloads: usize,
}

impl<'a> Planned<'a> {
    /// Checks and compiles everything that the points name. `command` is what repeats the sweep.
    ///
    /// # Errors
    ///
    /// A policy or one of its settings is wrong, a file cannot be read, a figure to compare by is none,
    /// there are too many runs.
    pub fn new(swept: &'a Swept, command: &str) -> Result<Self, Error> {
        let base = &swept.base;
        let pareto = figures_of(swept)?;
        let mut components = Components::new()?;
        let mut inputs = Inputs::default();
        let (mut worlds, mut workloads) = (Numbers::default(), Numbers::default());
        let mut names = Numbers::default();
        let mut runs = Vec::new();
        let mut planned_points = Vec::with_capacity(swept.points.len());
        let mut contenders = Vec::with_capacity(swept.points.len());
        for (number, point) in swept.points.iter().enumerate() {
            let within = |error: Error| match error.kind() {
                Kind::Usage => at_point(&error, number, &point.settings),
                Kind::Other => error,
            };
            if point.loaded.scenario.warmup == Some(Warmup::Auto) {
                return Err(within(point.loaded.warmup_error(TO_SAY)));
            }
            let of_point = components.contenders(&point.loaded).map_err(within)?;
            let given = Given::of(point, &mut inputs).map_err(within)?;
            let workload = workloads.of(given.workload());
            let mut policies = Vec::with_capacity(of_point.len());
            for (contender, Contender { info, .. }) in of_point.iter().enumerate() {
                let replications = 0..point.loaded.scenario.replications.max(1);
                let indices = replications.map(|replication| {
                    let index = names.of(given.name(info, replication));
                    if index == runs.len() {
                        runs.push(PlannedRun {
                            point: number,
                            contender,
                            replication,
                            workload,
                        });
                    }
                    index
                });
                policies.push(PlannedPolicy {
                    policy: info.clone(),
                    runs: indices.collect(),
                });
            }
            if runs.len() > MOST_RUNS {
                return Err(Error::usage(format_args!(
                    "more than {MOST_RUNS} runs: leave out points, policies or replications"
                )));
            }
            let settings = point.settings.iter();
            let settings = settings.map(|setting| {
                let value = serde_json::to_value(&setting.value);
                Ok((setting.key(), value.map_err(Error::other)?))
            });
            planned_points.push(PlannedPoint {
                settings: settings.collect::<Result<_, Error>>()?,
                world: worlds.of(given.world.to_string()),
                files: given.files,
                policies,
            });
            contenders.push(of_point);
        }
        let plan = Plan {
            schema_version: SCHEMA_VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            command: command.to_owned(),
            scenario: serde_json::to_value(&base.scenario).map_err(Error::other)?,
            pareto,
            settings: swept.keys.clone(),
            points: planned_points,
            runs: names.into_names(),
        };
        Ok(Self {
            plan,
            runs,
            points: &swept.points,
            contenders,
            workloads: workloads.0.len(),
        })
    }
}

/// The figures to compare by, which are known and have a better way.
fn figures_of(swept: &Swept) -> Result<Vec<String>, Error> {
    let named = swept.base.scenario.sweep.as_ref();
    let named = named
        .map(|sweep| sweep.pareto.as_slice())
        .unwrap_or_default();
    if named.is_empty() {
        return Ok(PARETO.map(str::to_owned).to_vec());
    }
    let wrong = |why: String| swept.pareto_error(format_args!("`pareto` in [sweep]: {why}"));
    for (index, name) in named.iter().enumerate() {
        figures::to_compare_by(name).map_err(wrong)?;
        if named[..index].contains(name) {
            return Err(wrong(format!("`{name}` is named twice")));
        }
    }
    if named.len() == 1 {
        return Err(wrong(
            "name two figures or more: by one alone there is one best point".to_owned(),
        ));
    }
    Ok(named.to_vec())
}

/// What decides the runs of a point.
struct Given {
    /// What is given: everything but the policies and the caches, which one may choose.
    world: Value,
    cache: Value,
    files: Hashes,
}

impl Given {
    fn of(point: &Point, inputs: &mut Inputs) -> Result<Self, Error> {
        let scenario = serde_json::to_value(&point.loaded.scenario).map_err(Error::other)?;
        let Value::Object(mut fields) = scenario else {
            return Err(Error::other("a scenario is not a table"));
        };
        let cache = fields.remove("cache").unwrap_or_default();
        for other in ["name", "policy", "replications"] {
            fields.remove(other);
        }
        let scenario = Value::Object(fields);
        let files = inputs.of(&point.loaded, &scenario)?;
        let world = json!({ "scenario": scenario, "files": files });
        Ok(Self {
            world,
            cache,
            files,
        })
    }

    /// What decides the reads and writes.
    fn workload(&self) -> String {
        let keys = ["workload", "trace", "duration", "warmup", "seed"];
        let scenario = &self.world["scenario"];
        let parts: BTreeMap<&str, &Value> = keys
            .into_iter()
            .filter_map(|key| Some((key, scenario.get(key)?)))
            .collect();
        json!({ "parts": parts, "files": self.files }).to_string()
    }

    /// The name of a run: a hash of the scenario, the files that it reads, the component with its settings,
    /// the replication and the version of this program. What a policy is called decides nothing.
    fn name(&self, policy: &PolicyInfo, replication: u32) -> String {
        let strategy = match &policy.component_sha256 {
            Some(hash) => hash,
            None => &policy.source,
        };
        let decides = json!({
            "program": env!("CARGO_PKG_VERSION"),
            "world": self.world,
            "cache": self.cache,
            "kind": policy.kind,
            "strategy": strategy,
            "config": policy.config,
            "replication": replication,
        });
        let mut name = hex(&Sha256::digest(decides.to_string().as_bytes()));
        name.truncate(NAME);
        name
    }
}

/// Numbers for texts, in the order in which they are first met.
#[derive(Default)]
struct Numbers(FxHashMap<String, usize>);

impl Numbers {
    fn of(&mut self, text: String) -> usize {
        let next = self.0.len();
        *self.0.entry(text).or_insert(next)
    }

    fn into_names(self) -> Vec<String> {
        let mut names: Vec<(usize, String)> = self
            .0
            .into_iter()
            .map(|(text, number)| (number, text))
            .collect();
        names.sort_unstable();
        names.into_iter().map(|(_, text)| text).collect()
    }
}
