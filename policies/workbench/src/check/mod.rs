//! Holds a policy against its cases: alone, in the engine, in a cache, and where there is one against the
//! native code of the same policy.

mod alone;
mod bless;
mod built_in;
mod cache;
mod in_engine;
mod told;

use std::fmt;
use std::path::Path;

use shelflife_policy::testing::cases::{self, Case, Difference, Observed};

use crate::subject::Subject;

pub use built_in::built_in;

/// What a case is run in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runner {
    /// The native code of the same policy, without a host.
    Native,
    /// The component, without a cache.
    Alone,
    /// The component in the engine, in virtual time.
    Engine,
    /// The component in a cache, with a clock that stands still between the steps.
    Cache,
}

impl fmt::Display for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Runner::Native => "native",
            Runner::Alone => "alone",
            Runner::Engine => "in the engine",
            Runner::Cache => "in a cache",
        })
    }
}

/// What came of one case.
#[derive(Clone, Debug)]
pub struct Report {
    /// The name of the case.
    pub case: String,
    /// What it is about.
    pub about: String,
    /// Where it was run.
    pub runners: Vec<Runner>,
    /// Where it could not be run, and why.
    pub left_out: Vec<(Runner, String)>,
    /// What is not as the case or as another runner has it.
    pub differences: Vec<(Runner, Difference)>,
}

impl Report {
    /// Whether the policy does what the case says, everywhere.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.differences.is_empty()
    }
}

/// Runs a case everywhere, and holds what is seen against the case and against each other.
#[must_use]
pub fn check(subject: &Subject, case: &Case) -> Report {
    let mut report = Report {
        case: case.name.clone(),
        about: case.about.clone(),
        runners: Vec::new(),
        left_out: Vec::new(),
        differences: Vec::new(),
    };
    let mut first: Option<Observed> = None;
    for (runner, observed) in runs(subject, case) {
        let observed = match observed {
            Ok(observed) => observed,
            Err(why) => {
                report.left_out.push((runner, why));
                continue;
            }
        };
        report.runners.push(runner);
        let mut differences = cases::compare(case, &observed);
        // What the case leaves open, all must answer alike; what it says is compared already.
        if let Some(first) = &first
            && differences.is_empty()
            && case.refused.is_none()
        {
            differences = cases::compare_runs(case, first, &observed);
        }
        first.get_or_insert(observed);
        let differences = differences.into_iter();
        report
            .differences
            .extend(differences.map(|difference| (runner, difference)));
    }
    report
}

fn runs(subject: &Subject, case: &Case) -> Vec<(Runner, Result<Observed, String>)> {
    let mut runs = vec![(Runner::Alone, Ok(alone::run(subject, case)))];
    let twin = subject.twin().and_then(shelflife_policies::native);
    if let Some(mut twin) = twin {
        runs.push((Runner::Native, Ok(cases::run(case, &mut *twin))));
    }
    runs.push((Runner::Engine, Ok(in_engine::run(subject, case))));
    if let Some(compiled) = subject.compiled() {
        runs.push((Runner::Cache, cache::run(compiled, case)));
    }
    runs
}

/// Writes into the file of a case what the policy does, in the places of what is expected of it. What is
/// not compared is left as it is, comments too. Whether anything was changed.
///
/// # Errors
///
/// One line: a file that cannot be read or written, a policy that refuses the settings of a case with
/// steps.
pub fn bless(subject: &Subject, file: &Path) -> Result<bool, String> {
    let case = Case::read(file)?;
    bless::write(
        file,
        &case,
        &alone::run(subject, &case),
        &in_engine::run(subject, &case),
    )
}
