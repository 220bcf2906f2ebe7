//! `recommend`: the cheapest pattern that keeps what is asked for.

use std::path::PathBuf;

use clap::Args;
use shelflife_sim::error::Error;
use shelflife_sim::recommend::{self, Allowed, Bound, Request};
use shelflife_sim::report::figures::{FigureKind, to_compare_by};
use shelflife_sim::report::write_files;
use shelflife_sim::scenario::{self, BUILT_IN_POLICIES, Nanos, Overrides, did_you_mean};
use shelflife_sim::workload;

use super::compare::name_of;
use super::format::Forms;
use super::{Common, quoted};

const EXAMPLES: &str = "\
It tries the policies that come with it, searches for how long entries may live, and answers with the
cheapest that meets the bounds: the fewest origin loads, or the best of another figure (--cost). What a
scenario names under [[policy]] is tried instead, as it is set but for its `ttl`.

A bound is met if the upper end of the 95 % interval over the replications is within it, on replications
that the search has not seen; of a maximum, every replication has to be too. The status is 0 also where
nothing meets the bounds: the answer is then what comes closest, and `met` in recommendation.json false.

Examples:
  shelflife recommend --trace my.csv --max-stale-age 5s --max-stale-ratio 0.001
  shelflife recommend --trace my.csv --max-stale-ratio 0.1% --writes-announced 0.9 --without cdc
  shelflife recommend scenario.toml --max-stale-age 5s --at p99 --origin-limit 500/s
  shelflife recommend scenario.toml --max-stale-ratio 1% --format md >> comment.md
  shelflife recommend scenario.toml --max-stale-ratio 1% --cost read_latency_us.p99";

/// The fewest to judge an interval by.
const REPLICATIONS: u32 = 8;

/// The cheapest pattern, with its settings, that keeps what is asked for.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Recommend {
    /// The traffic and the world; what it names under [[policy]] is tried instead of ours
    #[arg(
        value_name = "SCENARIO.toml",
        conflicts_with = "trace",
        required_unless_present = "trace"
    )]
    scenario: Option<PathBuf>,
    /// The traffic is a recorded trace; the format is recognized
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// How long outdated an answer may be, such as 5s
    #[arg(long, value_name = "DURATION")]
    max_stale_age: Option<Nanos>,
    /// Which figure of the ages: mean, p50, p90, p99, p999 or max
    #[arg(
        long,
        value_name = "QUANTILE",
        default_value = "max",
        requires = "max_stale_age"
    )]
    at: String,
    /// Which share of all reads may be answered stale, such as 0.001 or 0.1%
    #[arg(long, value_name = "SHARE", value_parser = share, allow_hyphen_values = true)]
    max_stale_ratio: Option<f64>,
    /// How many loads the origin bears, such as 500/s
    #[arg(long, value_name = "RATE", value_parser = rate, allow_hyphen_values = true)]
    origin_limit: Option<f64>,
    /// Which figure of the loads in windows of 100 ms: mean, p99 or max
    #[arg(
        long,
        value_name = "QUANTILE",
        default_value = "max",
        requires = "origin_limit"
    )]
    origin_at: String,
    /// What is to be least, or most: a figure of report.json
    #[arg(long, value_name = "FIGURE", default_value = "origin_loads", value_parser = figure)]
    cost: &'static FigureKind,
    /// Which share of the writes tells the cache: sets writes.announced
    #[arg(long, value_name = "SHARE", value_parser = share, allow_hyphen_values = true)]
    writes_announced: Option<f64>,
    /// Tries this pattern and no other; may be given several times
    #[arg(long = "pattern", value_name = "NAME")]
    patterns: Vec<String>,
    /// Does not try this pattern; may be given several times
    #[arg(long, value_name = "NAME")]
    without: Vec<String>,
    /// Of each trial, and again of what is found [default: 8, or more as the scenario says]
    #[arg(long, value_name = "N", value_parser = at_least_two, allow_hyphen_values = true)]
    replications: Option<u32>,
    #[command(flatten)]
    common: Common,
}

impl Recommend {
    pub fn run(&self) -> Result<(), Error> {
        let overrides = self.overrides();
        let (loaded, what) = match (&self.scenario, &self.trace) {
            (_, Some(path)) => {
                let loaded = scenario::load_trace(path, &overrides)?;
                (
                    loaded,
                    format!("recommend --trace {}", quoted(&name_of(path))),
                )
            }
            (Some(path), None) => {
                let loaded = scenario::load(path, &overrides)?;
                (loaded, format!("recommend {}", quoted(&name_of(path))))
            }
            // clap has refused it.
            (None, None) => return Err(Error::usage("name a scenario or a trace")),
        };
        if loaded.scenario.sweep.is_some() {
            return Err(loaded.sweep_error("a [sweep] is carried out by `shelflife sweep`"));
        }
        let request = self.request(loaded.scenario.replications)?;
        self.check_patterns(&loaded)?;
        let dir = self.common.dir(&loaded);
        shelflife_sim::report::check_place(&dir)?;
        let workload = workload::build(&loaded)?;
        let advice = recommend::recommend(&loaded, &workload, &request, self.common.effort())?;
        let command = self.to_repeat(&what);
        let json = recommend::document(&advice, &request, &loaded, &workload, &command)?;
        write_files(&[("recommendation.json".to_owned(), json.clone())], &dir)?;
        let forms = Forms {
            table: &|| recommend::text(&advice, &request),
            json: &|| Ok(json.clone()),
            csv: &|| recommend::csv(&advice, &request),
            md: &|| recommend::markdown(&advice, &request),
        };
        forms.print(self.common.output, self.common.quiet)
    }

    fn overrides(&self) -> Overrides {
        let mut overrides = self.common.overrides();
        let announced = self.writes_announced;
        overrides
            .set
            .extend(announced.map(|share| format!("writes.announced={share:?}")));
        overrides
    }

    fn request(&self, of_scenario: u32) -> Result<Request, Error> {
        let one_of = |option: &str, value: &str, known: &[&str]| match known.contains(&value) {
            true => Ok(()),
            false => Err(Error::usage(format_args!(
                "{option} {value}: write {}{}",
                known.join(", "),
                did_you_mean(value, known.iter().copied())
            ))),
        };
        one_of(
            "--at",
            &self.at,
            &["mean", "p50", "p90", "p99", "p999", "max"],
        )?;
        one_of("--origin-at", &self.origin_at, &["mean", "p99", "max"])?;
        let mut bounds = Vec::new();
        let mut bound = |name: &str, most: f64| {
            bounds.push(Bound::new(name, most).map_err(Error::usage)?);
            Ok::<(), Error>(())
        };
        if let Some(age) = self.max_stale_age {
            bound(&format!("stale_age_us.{}", self.at), age.0 as f64 / 1e3)?;
        }
        if let Some(share) = self.max_stale_ratio {
            bound("stale_ratio", share)?;
        }
        if let Some(limit) = self.origin_limit {
            if limit < 10.0 && self.origin_at != "mean" {
                return Err(Error::usage(format_args!(
                    "--origin-limit {limit}/s: by windows of 100 ms a single load is 10/s; judge the mean, \
                     with --origin-at mean"
                )));
            }
            bound(&format!("origin_rate.{}", self.origin_at), limit)?;
        }
        if bounds.is_empty() {
            return Err(Error::usage(
                "there is nothing to keep: give --max-stale-age, --max-stale-ratio or --origin-limit \
                 (see `shelflife recommend --help`)",
            ));
        }
        Ok(Request {
            bounds,
            cost: self.cost,
            replications: self.replications.unwrap_or(REPLICATIONS.max(of_scenario)),
            allowed: Allowed {
                only: self.patterns.clone(),
                without: self.without.clone(),
            },
        })
    }

    /// A pattern that there is none of would silently leave out nothing, or all.
    fn check_patterns(&self, loaded: &scenario::Loaded) -> Result<(), Error> {
        let policies = loaded.scenario.policies.iter();
        let own =
            policies.map(|policy| policy.uses.strip_prefix("native:").unwrap_or(&policy.uses));
        let known: Vec<&str> = BUILT_IN_POLICIES.into_iter().chain(own).collect();
        let named = self.patterns.iter().map(|name| ("--pattern", name));
        for (option, name) in named.chain(self.without.iter().map(|name| ("--without", name))) {
            if !known.contains(&name.as_str()) {
                return Err(Error::usage(format_args!(
                    "{option} {name}: there is no such pattern{}",
                    did_you_mean(name, known.iter().copied())
                )));
            }
        }
        Ok(())
    }

    /// The part of the command line that decides what is found.
    fn to_repeat(&self, what: &str) -> String {
        let mut words = vec![what.to_owned()];
        let mut say = |option: &str, value: Option<String>| {
            words.extend(value.map(|value| format!("{option} {}", quoted(&value))));
        };
        let age = self.max_stale_age;
        say("--max-stale-age", age.map(|age| age.to_string()));
        say("--at", age.map(|_| self.at.clone()));
        say(
            "--max-stale-ratio",
            self.max_stale_ratio.map(|share| share.to_string()),
        );
        let limit = self.origin_limit;
        say("--origin-limit", limit.map(|limit| format!("{limit}/s")));
        say("--origin-at", limit.map(|_| self.origin_at.clone()));
        say("--cost", Some(self.cost.name.to_owned()));
        say(
            "--writes-announced",
            self.writes_announced.map(|share| share.to_string()),
        );
        for pattern in &self.patterns {
            say("--pattern", Some(pattern.clone()));
        }
        for pattern in &self.without {
            say("--without", Some(pattern.clone()));
        }
        say("--replications", self.replications.map(|n| n.to_string()));
        self.common.to_repeat(&words.join(" "), &[])
    }
}

/// Reads a share: `0.001` or `0.1%`.
fn share(text: &str) -> Result<f64, String> {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let share = match text.strip_suffix('%') {
        Some(percent) => number(percent).map(|percent| percent / 100.0),
        None => number(text),
    };
    share
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| "a share is between 0 and 1, or between 0% and 100%".to_owned())
}

/// Reads a rate, a second: `500/s`, `500`, `30000/min`.
fn rate(text: &str) -> Result<f64, String> {
    let (number, seconds) = match text.split_once('/') {
        None => (text, Some(1.0)),
        Some((number, unit)) => {
            let seconds = match unit.trim() {
                "s" => Some(1.0),
                "min" => Some(60.0),
                "h" => Some(3600.0),
                _ => None,
            };
            (number, seconds)
        }
    };
    let number = number.trim().parse::<f64>().ok();
    number
        .zip(seconds)
        .map(|(number, seconds)| number / seconds)
        .filter(|rate| *rate > 0.0 && rate.is_finite())
        .ok_or_else(|| "write a number above 0 with /s, /min or /h, such as 500/s".to_owned())
}

fn figure(name: &str) -> Result<&'static FigureKind, String> {
    to_compare_by(name)
}

/// Reads `--replications`.
fn at_least_two(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(replications) if (2..=1000).contains(&replications) => Ok(replications),
        _ => Err("write a whole number from 2 to 1000: one has no interval".to_owned()),
    }
}
