//! The cases: which scenario, which policy, which figure, and what is expected of it.
//!
//! To add one: a scenario in `scenarios/verify` that `shelflife run` takes, a [`Setting`] of it in the
//! file of its subject, a row with a figure (`figures.rs`), and a form in [`super::theory`].

mod announced;
mod capacity;
mod captured;
mod clusters;
mod costs;
mod figures;
mod leases;
mod left_out;
mod loads;
mod meaning;
mod sessions;
mod skew;
mod tags;
mod titles;
mod together;
mod updates;
mod versions;

use std::collections::HashMap;

use super::case::{Expectation, Form, Setting};

pub use left_out::{LEFT_OUT, LeftOut};
pub use titles::{TITLES, Title};

/// How far the approximations of the theory may be off.
const APPROXIMATION: f64 = 0.05;

/// A scenario under `scenarios/verify`: its file and its text.
macro_rules! scenario {
    ($name:literal) => {
        (
            concat!($name, ".toml"),
            include_str!(concat!("../../../scenarios/verify/", $name, ".toml")),
        )
    };
}
use scenario;

/// A form that holds exactly.
fn exact(form: Form) -> Expectation {
    Expectation::Exact(form)
}

/// A form that the parameters come near to.
fn limit(form: Form) -> Expectation {
    Expectation::Limit(form)
}

/// A form that is good to some percent.
fn about(form: Form) -> Expectation {
    Expectation::About(APPROXIMATION, form)
}

/// Never.
fn none() -> Expectation {
    Expectation::Exact(|_| 0.0)
}

/// Every setting, in the order of the scenarios.
#[must_use]
pub fn settings() -> Vec<Setting> {
    let mut settings: Vec<Setting> = [
        announced::settings(),
        capacity::settings(),
        captured::settings(),
        clusters::settings(),
        costs::settings(),
        leases::settings(),
        loads::settings(),
        meaning::settings(),
        sessions::settings(),
        skew::settings(),
        tags::settings(),
        together::settings(),
        updates::settings(),
        versions::settings(),
    ]
    .into_iter()
    .flatten()
    .collect();
    // Stable: within a scenario they stay as they are listed.
    settings.sort_by_key(|setting| setting.id);
    let mut files: HashMap<&str, u64> = HashMap::new();
    for setting in &mut settings {
        let settings_before = files.entry(setting.scenario.0).or_default();
        setting.shift = *settings_before;
        *settings_before += 1;
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Overrides, from_str};
    use std::collections::BTreeSet;
    use std::path::Path;

    #[test]
    fn every_setting_is_a_scenario_that_can_be_run_with_the_policies_of_its_rows() {
        for setting in settings() {
            let (name, text) = setting.scenario;
            let overrides = Overrides {
                set: setting.set.clone(),
                ..Overrides::default()
            };
            let loaded = from_str(text, name, Path::new(""), &overrides);
            let scenario = loaded.unwrap_or_else(|error| panic!("{error}")).scenario;
            assert_eq!(format!("{}.toml", scenario.name), name);
            assert!(scenario.replications >= 2, "{name}: an interval needs two");
            for row in &setting.rows {
                for label in [Some(row.policy), row.less].into_iter().flatten() {
                    let mut policies = scenario.policies.iter();
                    let known = policies.any(|policy| policy.label == label);
                    assert!(known, "{name}: no policy {label}");
                }
            }
        }
    }

    #[test]
    fn every_file_of_scenarios_is_run() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/verify");
        let files = std::fs::read_dir(folder).unwrap();
        let names: BTreeSet<String> = files
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        let run: BTreeSet<String> = settings()
            .iter()
            .map(|setting| setting.scenario.0.to_owned())
            .collect();
        assert_eq!(names, run);
    }

    #[test]
    fn what_a_row_says_fits_its_column_and_is_said_once() {
        let mut seen = BTreeSet::new();
        for setting in settings() {
            for row in &setting.rows {
                assert!(row.what.chars().count() <= 40, "{}", row.what);
                let what = row.what.clone();
                assert!(seen.insert((setting.id, what)), "{}", row.what);
            }
        }
    }

    #[test]
    fn every_scenario_is_there_or_it_is_said_why_not() {
        let mut ids: BTreeSet<&str> = settings().iter().map(|setting| setting.id).collect();
        ids.extend(LEFT_OUT.iter().map(|one| one.id));
        let all: Vec<String> = (1..=25).map(|number| format!("S{number:02}")).collect();
        assert!(ids.iter().copied().eq(all.iter().map(String::as_str)));
        let titled = TITLES.iter().map(|title| title.id);
        assert!(titled.eq(all.iter().map(String::as_str)));
    }
}
