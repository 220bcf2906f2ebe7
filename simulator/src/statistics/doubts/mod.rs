//! Figures that rest on too little.
//!
//! Each file has one reason to doubt and argues its threshold. A doubt is no error: the figure stands in the
//! report as it was measured. It says how much the figure rests on, and how much would be wanted.

mod cycles;
mod intervals;
mod percentiles;
mod warmup;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::report::{PolicyInfo, PolicyKind, Run, Warmup};

/// A reason to doubt, the gravest first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Nothing tells chance from a difference.
    OneReplication,
    /// The caches were still filling when measuring began.
    ShortWarmup,
    /// Few fill cycles: few independent observations, however many the reads.
    FewCycles,
    /// A percentile with too few values beyond it.
    FewValues,
    /// The replications leave the first digit open.
    WideInterval,
    /// The histogram is coarser than the interval.
    CoarsePercentile,
}

/// A figure that rests on too little.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Doubt {
    pub kind: Kind,
    /// Null where it is about all policies.
    pub policy: Option<String>,
    /// As a summary names it; null where it is about all figures.
    pub figure: Option<String>,
    /// What is so, without policy and figure.
    pub what: String,
    /// Why it matters.
    pub why: String,
    /// How much there is of what `what` names, and how much is wanted.
    pub count: f64,
    pub wanted: f64,
}

impl Doubt {
    /// By what factor it falls short of, or goes beyond, what is wanted: at least 1.
    #[must_use]
    pub fn by_factor(&self) -> f64 {
        let (count, wanted) = (self.count.max(f64::MIN_POSITIVE), self.wanted);
        (count / wanted).max(wanted / count)
    }

    /// In one line: whose figure, and what is so.
    #[must_use]
    pub fn line(&self) -> String {
        let subject = [self.policy.as_deref(), self.figure.as_deref()];
        let subject: Vec<&str> = subject.into_iter().flatten().collect();
        match subject.is_empty() {
            true => self.what.clone(),
            false => format!("{}: {}", subject.join(" "), self.what),
        }
    }
}

/// What doubts are drawn from.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    pub policies: &'a [PolicyInfo],
    pub runs: &'a [Run],
    pub warmup: &'a Warmup,
    /// Whether the replications replay one recorded workload: more of them are no more of it.
    pub replayed: bool,
}

impl<'a> Evidence<'a> {
    /// The policies with their runs, without the baselines, which are what the others are held against,
    /// and without those that no read has asked for anything.
    fn contestants(self) -> impl Iterator<Item = (&'a str, Vec<&'a Run>)> {
        let policies = self
            .policies
            .iter()
            .filter(|policy| policy.kind != PolicyKind::Baseline);
        let with_runs = policies.map(move |policy| {
            let own = self.runs.iter().filter(|run| run.policy == policy.label);
            (policy.label.as_str(), own.collect::<Vec<_>>())
        });
        with_runs.filter(|(_, runs)| runs.iter().any(|run| run.summary.reads > 0))
    }

    fn replications(self) -> usize {
        let runs = self.contestants().map(|(_, runs)| runs.len());
        runs.max().unwrap_or(0)
    }
}

/// Every reason to doubt a figure of these runs, the gravest kind first, policies in their order.
#[must_use]
pub fn doubts(evidence: Evidence<'_>) -> Vec<Doubt> {
    let mut found = Vec::new();
    if evidence.replications() == 1 {
        found.push(one_replication());
    }
    found.extend(warmup::doubts(evidence));
    for (policy, runs) in evidence.contestants() {
        found.extend(cycles::doubts(policy, &runs, evidence.replayed));
        found.extend(percentiles::doubts(policy, &runs));
        found.extend(intervals::doubts(policy, &runs));
    }
    // Stable: within a kind the policies and figures stay in their order.
    found.sort_by_key(|doubt| doubt.kind);
    found
}

fn one_replication() -> Doubt {
    Doubt {
        kind: Kind::OneReplication,
        policy: None,
        figure: None,
        what: "one replication: no figure has an interval and no difference is shown".to_owned(),
        why: "only the spread between replications tells a difference from chance; `replications` \
              sets how many there are, and with 16 an interval is little wider than with any more"
            .to_owned(),
        count: 1.0,
        wanted: 2.0,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::measure::Summary;
    use crate::report::Series;

    /// A run of the policy `p`.
    pub(super) fn run(replication: u32, summary: Summary) -> Run {
        Run {
            policy: "p".to_owned(),
            replication,
            summary,
            series: Series::default(),
            histograms: Vec::new(),
        }
    }

    pub(super) fn policies() -> Vec<PolicyInfo> {
        let policy = |label: &str, kind| PolicyInfo {
            label: label.to_owned(),
            source: label.to_owned(),
            component_sha256: None,
            config: serde_json::Value::Null,
            kind,
        };
        vec![
            policy("p", PolicyKind::Native),
            policy("perfect", PolicyKind::Baseline),
        ]
    }

    fn all(runs: &[Run]) -> Vec<Doubt> {
        let warmup = Warmup::default();
        doubts(Evidence {
            policies: &policies(),
            runs,
            warmup: &warmup,
            replayed: false,
        })
    }

    #[test]
    fn one_replication_is_a_doubt_of_everything_and_two_are_not() {
        let summary = Summary {
            reads: 9,
            ..Summary::default()
        };
        let runs = [run(0, summary.clone()), run(1, summary)];
        let one = all(&runs[..1]);
        assert_eq!(one[0].kind, Kind::OneReplication);
        assert_eq!((one[0].policy.clone(), one[0].figure.clone()), (None, None));
        assert!(all(&runs).iter().all(|d| d.kind != Kind::OneReplication));
    }

    #[test]
    fn nothing_run_and_nothing_read_are_doubted_by_nobody() {
        assert!(all(&[]).is_empty());
        assert!(all(&[run(0, Summary::default())]).is_empty());
    }

    #[test]
    fn a_line_names_whose_figure_it_is() {
        let mut doubt = one_replication();
        assert!(doubt.line().starts_with("one replication"));
        doubt.policy = Some("ttl".to_owned());
        doubt.figure = Some("hit_ratio".to_owned());
        assert!(doubt.line().starts_with("ttl hit_ratio: one"));
        assert_eq!(doubt.by_factor(), 2.0);
    }
}
