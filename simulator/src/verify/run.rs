//! Carries out the suite.

use std::path::Path;

use rayon::prelude::*;

use super::case::{Params, Row, Setting};
use super::judge::judge;
use super::output::{Found, Verification};
use super::suite;
use crate::comparison::{Components, Contender, Progress};
use crate::error::{Error, Kind};
use crate::measure::Summary;
use crate::scenario::{Loaded, Overrides, Policy, did_you_mean, from_str};
use crate::workload;
use crate::world;

/// What is run and how.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only these scenarios, `S07`; all where it is empty.
    pub only: Vec<String>,
    /// Only the quick half.
    pub fast: bool,
    /// In place of the seeds that the scenarios have.
    pub seed: Option<u64>,
    /// Runs at the same time; 0: as many as there are cores. Changes no figure.
    pub jobs: usize,
    /// Whether to show how far it is.
    pub progress: bool,
}

/// Runs the suite, or the part that is asked for.
///
/// # Errors
///
/// A scenario is asked for that there is none of, or one of them cannot be run.
pub fn run(options: &Options) -> Result<Verification, Error> {
    let settings = suite::settings();
    for asked in &options.only {
        let is_asked = |setting: &Setting| setting.id.eq_ignore_ascii_case(asked);
        if !settings.iter().any(is_asked) {
            let mut ids: Vec<&str> = settings.iter().map(|setting| setting.id).collect();
            ids.dedup();
            let hint = did_you_mean(asked, ids.iter().copied());
            let ids = ids.join(", ");
            return Err(Error::usage(format!(
                "--only {asked}: no such scenario{hint} (there are {ids})"
            )));
        }
    }
    let wanted = |setting: &Setting| {
        let named = |asked: &String| setting.id.eq_ignore_ascii_case(asked);
        let is_asked = options.only.is_empty() || options.only.iter().any(named);
        is_asked && (setting.fast || !options.fast)
    };
    let chosen: Vec<Setting> = settings.into_iter().filter(wanted).collect();
    if chosen.is_empty() {
        let only = options.only.join(", ");
        return Err(Error::usage(format!(
            "--only {only} --fast: nothing of it is in the quick half; leave out --fast"
        )));
    }
    run_settings(&chosen, options)
}

/// Runs settings, whatever suite they are of.
///
/// # Errors
///
/// One of the scenarios cannot be run.
pub fn run_settings(settings: &[Setting], options: &Options) -> Result<Verification, Error> {
    let loaded: Vec<Loaded> = settings
        .iter()
        .map(|setting| load(setting, options.seed, 0))
        .collect::<Result<_, _>>()?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.jobs)
        .build();
    let pool = pool.map_err(|error| Error::other(format!("no threads to run on: {error}")))?;
    let all = || settings.iter().zip(&loaded);
    let runs = all().map(|(setting, loaded)| runs_of(setting, loaded));
    let events = all().map(|pair| runs_of(pair.0, pair.1) * expected_events(pair.1));
    let progress = Progress::of(runs.sum(), Some(events.sum()));
    let mut components = Components::new()?;
    let found = progress.watch(options.progress, || {
        let pairs = settings.iter().zip(&loaded);
        let of_each = pairs.map(|(setting, loaded)| {
            let figures = pool
                .install(|| carry_out(setting, loaded, options.seed, &mut components, &progress))?;
            Ok(rows(setting, loaded, &figures))
        });
        of_each.collect::<Result<Vec<Vec<Found>>, Error>>()
    })?;
    let found = found.into_iter().flatten().collect();
    Ok(Verification::new(found, options))
}

/// The labels of the policies that a setting looks at, each once.
fn labels(setting: &Setting) -> Vec<&'static str> {
    let mut labels: Vec<&str> = Vec::new();
    for policy in setting
        .rows
        .iter()
        .flat_map(|row| [Some(row.policy), row.less])
    {
        labels.extend(policy.filter(|policy| !labels.contains(policy)));
    }
    labels
}

/// `replication`: of a setting that draws its keys anew for each.
fn load(setting: &Setting, seed: Option<u64>, replication: u64) -> Result<Loaded, Error> {
    let (name, text) = setting.scenario;
    let overrides = Overrides {
        seed,
        set: setting.set.clone(),
        ..Overrides::default()
    };
    let mut loaded = from_str(text, name, Path::new(""), &overrides)?;
    let shift = setting.shift + SEEDS_APART * replication;
    loaded.scenario.seed = loaded.scenario.seed.wrapping_add(shift);
    Ok(loaded)
}

/// Seeds of replications, where each has one, lie further apart than those of settings.
const SEEDS_APART: u64 = 1000;

fn runs_of(setting: &Setting, loaded: &Loaded) -> u64 {
    labels(setting).len() as u64 * u64::from(loaded.scenario.replications)
}

/// Of one run.
fn expected_events(loaded: &Loaded) -> u64 {
    let scenario = &loaded.scenario;
    let seconds = scenario.duration.unwrap_or_default().as_secs_f64();
    let workload = &scenario.workload;
    // About: phases and follow-ups left aside. It is for a bar.
    ((workload.reads.rate + workload.writes.rate) * seconds) as u64
}

/// What every replication of every policy found, in the order of the labels.
type Figures = Vec<(&'static str, Vec<Summary>)>;

fn carry_out(
    setting: &Setting,
    loaded: &Loaded,
    seed: Option<u64>,
    components: &mut Components,
    progress: &Progress,
) -> Result<Figures, Error> {
    let replications = loaded.scenario.replications;
    let contenders: Vec<(&'static str, Contender)> = labels(setting)
        .into_iter()
        .map(|label| {
            let policies = &loaded.scenario.policies;
            let index = policies.iter().position(|policy| policy.label == label);
            let index = index.ok_or_else(|| {
                Error::other(format!(
                    "{}: no policy is called {label}",
                    setting.scenario.0
                ))
            })?;
            let policy = &policies[index];
            let contender = components.contender_called(loaded, policy, &policy.uses);
            let contender = contender.map_err(|error| match error.kind() {
                Kind::Usage => loaded.policy_error(index, error),
                Kind::Other => error,
            })?;
            Ok((label, contender))
        })
        .collect::<Result<_, Error>>()?;
    let workload = workload::build(loaded)?;
    let jobs: Vec<(usize, u32)> = (0..contenders.len())
        .flat_map(|index| (0..replications).map(move |replication| (index, replication)))
        .collect();
    let summaries: Vec<Summary> = jobs
        .par_iter()
        .with_max_len(1)
        .map(|(index, replication)| {
            let (label, contender) = &contenders[*index];
            let strategy = &contender.strategy;
            let label = format!(
                "{} {label}, {} of {replications}",
                setting.id,
                replication + 1
            );
            let task = progress.task(label, expected_events(loaded));
            let done = task.events();
            let outcome = if setting.reseeded {
                let loaded = load(setting, seed, u64::from(*replication))?;
                let workload = workload::build(&loaded)?;
                world::run(&loaded.scenario, &workload, strategy, *replication, done)
            } else {
                world::run(&loaded.scenario, &workload, strategy, *replication, done)
            };
            let outcome = outcome.map_err(Error::usage)?;
            match outcome.policy_error {
                None => Ok(outcome.summary),
                Some(error) => Err(Error::other(format!("{}: {error}", setting.scenario.0))),
            }
        })
        .collect::<Result<_, Error>>()?;
    let by_policy = summaries.chunks(replications as usize);
    let labels = contenders.iter().map(|(label, _)| *label);
    Ok(labels.zip(by_policy.map(<[Summary]>::to_vec)).collect())
}

fn rows(setting: &Setting, loaded: &Loaded, figures: &Figures) -> Vec<Found> {
    let rows = setting.rows.iter().filter_map(|row| {
        let (policy, mut sample) = sample(row, row.policy, loaded, figures)?;
        if let Some(other) = row.less {
            let (_, others) = self::sample(row, other, loaded, figures)?;
            for (value, other) in sample.iter_mut().zip(others) {
                *value -= other;
            }
        }
        let params = Params {
            scenario: &loaded.scenario,
            policy,
        };
        let expected = row.expected.of(&params);
        let judgement = judge(expected, &sample);
        let seed = loaded.scenario.seed;
        Some(Found::new(setting, row, seed, expected, &judgement, sample))
    });
    rows.collect()
}

/// The row's figure of a policy in each replication.
fn sample<'a>(
    row: &Row,
    label: &str,
    loaded: &'a Loaded,
    figures: &Figures,
) -> Option<(&'a Policy, Vec<f64>)> {
    let (_, summaries) = figures.iter().find(|(known, _)| *known == label)?;
    let scenario = &loaded.scenario;
    let policy = scenario
        .policies
        .iter()
        .find(|policy| policy.label == label)?;
    let params = Params { scenario, policy };
    let sample = summaries
        .iter()
        .map(|summary| (row.figure)(summary, &params));
    Some((policy, sample.collect()))
}
