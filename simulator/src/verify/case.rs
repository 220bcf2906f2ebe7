//! What a case is, and the parameters of the scenario that it runs.

use std::borrow::Cow;

use serde_json::Value;

use super::judge::{EXACT, Expected};
use super::theory::math::zipf;
use crate::measure::Summary;
use crate::scenario::{Distribution, Nanos, Policy, Popularity, Scenario};

/// A scenario with some of its keys set, and what is looked at in it.
pub struct Setting {
    /// `S01` to `S25`.
    pub id: &'static str,
    /// The file under `scenarios/verify`, and its text.
    pub scenario: (&'static str, &'static str),
    /// As `--set` takes them.
    pub set: Vec<String>,
    /// Whether it belongs to the half that is quick enough for every test run.
    pub fast: bool,
    /// Whether each replication builds its workload anew from a seed of its own: where the keys
    /// themselves are drawn.
    pub reseeded: bool,
    /// Added to the seed of the scenario, so that two settings of one draw different numbers.
    pub shift: u64,
    pub rows: Vec<Row>,
}

/// One figure of one policy, and what is expected of it.
pub struct Row {
    pub what: Cow<'static, str>,
    /// The label in the scenario.
    pub policy: &'static str,
    /// Another policy, whose figure is taken off in each replication: both see the same reads and writes.
    pub less: Option<&'static str>,
    pub figure: Figure,
    pub expected: Expectation,
    /// What a reader should know: a form that is not exact, or a cache that is not the textbook's.
    pub note: Option<&'static str>,
}

/// Takes a figure from what one replication found.
pub type Figure = fn(&Summary, &Params<'_>) -> f64;

/// Computes what is expected from the parameters of the scenario.
pub type Form = fn(&Params<'_>) -> f64;

/// What is expected of a figure, with the tolerance that the kind of the form brings.
#[derive(Clone, Copy)]
pub enum Expectation {
    /// The form holds exactly for what is run.
    Exact(Form),
    /// The form is a limit that the parameters come near to: held to the same tolerance, but its
    /// deviation need not look normal.
    Limit(Form),
    /// An approximation that is this good, as a share.
    About(f64, Form),
    /// What an oracle that knows the rates would have, which nobody can be sure to reach: held to this share.
    Oracle(f64, Form),
    /// Off by at most so much, whatever the value: figures read off a plot.
    Near(f64, Form),
    /// A bound.
    AtMost(Form),
    /// Two bounds.
    Between(Form, Form),
}

impl Expectation {
    /// The expectation for the parameters that were run.
    #[must_use]
    pub fn of(&self, params: &Params<'_>) -> Expected {
        let relative = |share: f64, form: Form, exact| {
            let value = form(params);
            let tolerance = share * value.abs();
            Expected::Value {
                value,
                tolerance,
                exact,
            }
        };
        match *self {
            Expectation::Exact(form) => relative(EXACT, form, true),
            Expectation::Limit(form) => relative(EXACT, form, false),
            Expectation::About(share, form) | Expectation::Oracle(share, form) => {
                relative(share, form, false)
            }
            Expectation::Near(tolerance, form) => Expected::Value {
                value: form(params),
                tolerance,
                exact: false,
            },
            Expectation::AtMost(form) => Expected::AtMost(form(params)),
            Expectation::Between(low, high) => Expected::Between(low(params), high(params)),
        }
    }

    /// What kind of form it is, in a word.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Expectation::Exact(_) => "exact",
            Expectation::Limit(_) => "limit",
            Expectation::About(..) => "approximation",
            Expectation::Oracle(..) => "oracle",
            Expectation::Near(..) => "read off a plot",
            Expectation::AtMost(_) => "bound",
            Expectation::Between(..) => "range",
        }
    }
}

impl Setting {
    /// A scenario as it stands.
    #[must_use]
    pub fn new(id: &'static str, scenario: (&'static str, &'static str)) -> Setting {
        Setting {
            id,
            scenario,
            set: Vec::new(),
            fast: false,
            reseeded: false,
            shift: 0,
            rows: Vec::new(),
        }
    }

    /// Sets a key of it.
    #[must_use]
    pub fn with(mut self, set: impl Into<String>) -> Setting {
        self.set.push(set.into());
        self
    }

    /// Puts it into the quick half.
    #[must_use]
    pub fn fast(mut self) -> Setting {
        self.fast = true;
        self
    }

    /// Draws the keys of each replication anew.
    #[must_use]
    pub fn reseeded(mut self) -> Setting {
        self.reseeded = true;
        self
    }

    /// Looks at a figure of a policy.
    #[must_use]
    pub fn row(
        mut self,
        what: impl Into<Cow<'static, str>>,
        policy: &'static str,
        figure: Figure,
        expected: Expectation,
    ) -> Setting {
        self.rows.push(Row {
            what: what.into(),
            policy,
            less: None,
            figure,
            expected,
            note: None,
        });
        self
    }

    /// Takes the figure of another policy off that of the row before.
    #[must_use]
    pub fn less(mut self, policy: &'static str) -> Setting {
        if let Some(row) = self.rows.last_mut() {
            row.less = Some(policy);
        }
        self
    }

    /// Explains the row before.
    #[must_use]
    pub fn note(mut self, note: &'static str) -> Setting {
        if let Some(row) = self.rows.last_mut() {
            row.note = Some(note);
        }
        self
    }
}

/// What the forms are computed from: the scenario as it was run, and one policy of it.
#[derive(Clone, Copy)]
pub struct Params<'a> {
    pub scenario: &'a Scenario,
    pub policy: &'a Policy,
}

impl Params<'_> {
    /// How many keys there are.
    #[must_use]
    pub fn keys(&self) -> f64 {
        f64::from(self.scenario.workload.keys)
    }

    /// Reads a second, all keys together; those of the last phase where there are phases.
    #[must_use]
    pub fn all_reads(&self) -> f64 {
        let workload = &self.scenario.workload;
        let phases = workload.phases.iter();
        let last = phases.filter_map(|phase| phase.reads.rate).next_back();
        last.unwrap_or(workload.reads.rate)
    }

    /// Writes a second, all keys together.
    #[must_use]
    pub fn all_writes(&self) -> f64 {
        self.scenario.workload.writes.rate
    }

    /// λ: reads a second of a key, all being read alike.
    #[must_use]
    pub fn read(&self) -> f64 {
        self.all_reads() / self.keys()
    }

    /// μ: writes a second of a key, all being written alike.
    #[must_use]
    pub fn write(&self) -> f64 {
        self.all_writes() / self.keys()
    }

    /// Reads a second of each key, by rank.
    #[must_use]
    pub fn read_rates(&self) -> Vec<f64> {
        let popularity = &self.scenario.workload.reads.popularity;
        self.rates(popularity, self.all_reads())
    }

    /// Writes a second of each key, by rank.
    #[must_use]
    pub fn write_rates(&self) -> Vec<f64> {
        let workload = &self.scenario.workload;
        let popularity = match &workload.writes.popularity {
            Popularity::SameAsReads => &workload.reads.popularity,
            other => other,
        };
        self.rates(popularity, self.all_writes())
    }

    fn rates(&self, popularity: &Popularity, total: f64) -> Vec<f64> {
        let exponent = match popularity {
            Popularity::Zipf(exponent) => *exponent,
            _ => 0.0,
        };
        let shares = zipf(self.scenario.workload.keys, exponent);
        shares.into_iter().map(|share| share * total).collect()
    }

    /// D: what a load takes on average.
    #[must_use]
    pub fn load(&self) -> f64 {
        mean(&self.scenario.origin.latency)
    }

    /// From the snapshot of a load to its store.
    #[must_use]
    pub fn tail(&self) -> f64 {
        self.load() * (1.0 - self.scenario.origin.snapshot_at)
    }

    /// The measured part of a run.
    #[must_use]
    pub fn measured(&self) -> f64 {
        let duration = self.scenario.duration.unwrap_or_default();
        duration.as_secs_f64() - self.warmup()
    }

    /// What comes before that.
    #[must_use]
    pub fn warmup(&self) -> f64 {
        let duration = self.scenario.duration.unwrap_or_default();
        let warmup = self.scenario.warmup.unwrap_or_default();
        Nanos(warmup.of(duration.0)).as_secs_f64()
    }

    /// Share of the writes that nobody tells of.
    #[must_use]
    pub fn missed(&self) -> f64 {
        1.0 - self.scenario.writes.announced
    }

    /// Mean delay of the feed.
    #[must_use]
    pub fn lag(&self) -> f64 {
        mean(&self.scenario.feed.delay)
    }

    /// A setting of the policy that is a duration; without limit where it is `"none"`.
    ///
    /// # Panics
    ///
    /// The policy has no such setting: the suite asks for what its scenarios say.
    #[must_use]
    pub fn time(&self, setting: &str) -> f64 {
        match self.policy.config.get(setting) {
            Some(Value::String(text)) if text == "none" => f64::INFINITY,
            Some(Value::String(text)) => match text.parse::<Nanos>() {
                Ok(time) => time.as_secs_f64(),
                Err(why) => panic!("{}: {setting}: {why}", self.policy.label),
            },
            other => panic!("{}: {setting} is {other:?}", self.policy.label),
        }
    }

    /// A setting of the policy that is a number.
    ///
    /// # Panics
    ///
    /// As [`Params::time`].
    #[must_use]
    pub fn number(&self, setting: &str) -> f64 {
        let value = self.policy.config.get(setting).and_then(Value::as_f64);
        value.unwrap_or_else(|| panic!("{}: no number {setting}", self.policy.label))
    }

    /// T: the lease.
    #[must_use]
    pub fn ttl(&self) -> f64 {
        self.time("ttl")
    }
}

/// The mean of a distribution, in seconds.
#[must_use]
pub fn mean(distribution: &Distribution) -> f64 {
    distribution.mean() / 1e9
}
