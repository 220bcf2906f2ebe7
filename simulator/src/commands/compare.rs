//! `compare` and `run`: strategies side by side, and their report.

use std::path::{Path, PathBuf};

use clap::Args;
use shelflife_sim::comparison;
use shelflife_sim::error::Error;
use shelflife_sim::report::{self, Companion, Report};
use shelflife_sim::scenario::{self, BUILT_IN_SCENARIOS, Loaded};
use shelflife_sim::workload;

use super::{Common, print, quoted};

/// The six patterns side by side.
#[derive(Args)]
pub struct Compare {
    /// What to run; without it the built-in comparison
    #[arg(value_name = "SCENARIO.toml", conflicts_with = "trace")]
    scenario: Option<PathBuf>,
    /// Runs a recorded trace; the format is recognized
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// Compares this instead of the six: a built-in name, `native:NAME` or a path, with settings
    #[arg(long = "policy", value_name = "SPEC")]
    policies: Vec<String>,
    #[command(flatten)]
    common: Common,
}

impl Compare {
    pub fn run(&self) -> Result<(), Error> {
        let overrides = self.common.overrides(&self.policies);
        let repeat = |what: &str| self.common.to_repeat(what, &self.policies);
        match (&self.scenario, &self.trace) {
            (Some(path), _) => {
                let loaded = scenario::load(path, &overrides)?;
                let command = repeat(&format!("compare {}", quoted(&name_of(path))));
                self.common.carry_out(&loaded, command)
            }
            (None, Some(path)) => {
                let loaded = scenario::load_trace(path, &overrides)?;
                let command = repeat(&format!("compare --trace {}", quoted(&name_of(path))));
                self.common.carry_out(&loaded, command)
            }
            (None, None) => self.built_in(&repeat("compare")),
        }
    }

    /// The shop's trace, and beside it the questions that the semantic pattern is made for.
    fn built_in(&self, command: &str) -> Result<(), Error> {
        let overrides = self.common.overrides(&self.policies);
        let [(main, _), rest @ ..] = BUILT_IN_SCENARIOS;
        let loaded = scenario::load_builtin(main, &overrides)?;
        let dir = self.common.dir(&loaded);
        let mut report = self.common.compare(&loaded, command)?;
        let mut beside = Vec::new();
        for (name, _) in rest {
            let loaded = scenario::load_builtin(name, &overrides)?;
            let other = self.common.compare(&loaded, command)?;
            report.companions.push(Companion {
                title: title(name),
                href: format!("{name}/index.html"),
                summary: summary(&other),
            });
            beside.push((name, other));
        }
        report::write(&report, &dir)?;
        let mut text = report::table(&report);
        for (name, other) in &beside {
            report::write(other, &dir.join(name))?;
            text += &format!("\n{}\n\n{}", title(name), report::table(other));
        }
        self.common.show(&text, &dir)
    }
}

/// What a scenario names.
#[derive(Args)]
pub struct Run {
    /// What to run
    #[arg(value_name = "SCENARIO.toml")]
    scenario: PathBuf,
    #[command(flatten)]
    common: Common,
}

impl Run {
    pub fn run(&self) -> Result<(), Error> {
        let loaded = scenario::load(&self.scenario, &self.common.overrides(&[]))?;
        if loaded.scenario.policies.is_empty() {
            return Err(Error::usage(format!(
                "{}: there is no [[policy]] to run; `shelflife compare` runs the six patterns",
                self.scenario.display()
            )));
        }
        let what = format!("run {}", quoted(&name_of(&self.scenario)));
        self.common.carry_out(&loaded, self.common.to_repeat(&what, &[]))
    }
}

impl Common {
    fn dir(&self, loaded: &Loaded) -> PathBuf {
        let default = || Path::new("reports").join(&loaded.scenario.name);
        self.out.clone().unwrap_or_else(default)
    }

    fn compare(&self, loaded: &Loaded, command: &str) -> Result<Report, Error> {
        let workload = workload::build(loaded)?;
        let mut report = comparison::compare(loaded, &workload, self.effort())?;
        command.clone_into(&mut report.command);
        Ok(report)
    }

    fn carry_out(&self, loaded: &Loaded, command: String) -> Result<(), Error> {
        let report = self.compare(loaded, &command)?;
        let dir = self.dir(loaded);
        report::write(&report, &dir)?;
        self.show(&report::table(&report), &dir)
    }

    fn show(&self, table: &str, dir: &Path) -> Result<(), Error> {
        if self.quiet {
            return Ok(());
        }
        print(table)?;
        use std::io::IsTerminal;
        if std::io::stderr().is_terminal() {
            eprintln!("\nThe report: {}", dir.join("index.html").display());
        }
        Ok(())
    }
}

/// The last part of a path: reports name no folders of the machine they were made on.
fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn title(scenario: &str) -> String {
    match scenario {
        "questions" => "Real questions to a bank, found and invalidated by meaning".to_owned(),
        other => other.to_owned(),
    }
}

/// One line on what the semantic pattern came to.
fn summary(report: &Report) -> String {
    let semantic = report.runs.iter().filter_map(|run| run.summary.semantic.map(|s| (run, s))).next();
    match semantic {
        None => "The same policies on another workload.".to_owned(),
        Some((run, semantic)) => format!(
            "{}: {:.1} % of {} look-ups found an answer, {:.1} % of those to another question; a change \
             purged {:.0} % of the entries that it should have.",
            run.policy,
            100.0 * semantic.hits as f64 / semantic.lookups.max(1) as f64,
            semantic.lookups,
            100.0 * semantic.wrong_hits as f64 / semantic.hits.max(1) as f64,
            100.0 * semantic.purge_recall,
        ),
    }
}
