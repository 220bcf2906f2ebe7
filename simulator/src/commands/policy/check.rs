//! `policy check`: a policy against its cases.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use shelflife_policy::testing::cases::{self, Case};
use shelflife_sim::error::Error;
use shelflife_workbench::Subject;
use shelflife_workbench::check::{self, Report, Runner};

use super::subject;
use crate::commands::print;

/// What follows the help.
pub const EXAMPLES: &str = "\
A case is a TOML file: settings, then what is read and what changes, and what must come of it. Each is run
against the component alone, in the engine and in a cache, and for a built-in policy as native code too.

Examples:
  shelflife policy check tags
  shelflife policy check ./mine.wasm                   the cases in cases/, beside the file
  shelflife policy check ./mine.wasm --cases policies/cases/ttl
  shelflife policy check ./mine.wasm --bless           writes what it does into the cases

Exit status: 0 all cases are kept; 1 some are not; 2 the component or a case is wrong.";

#[derive(Args)]
pub struct Check {
    /// A component, or the name of a built-in policy
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The folder of the cases [default: cases/ beside the file; a built-in policy has its own]
    #[arg(long, value_name = "DIR")]
    cases: Option<PathBuf>,
    /// Writes into the cases what the policy does
    #[arg(long)]
    bless: bool,
}

impl Check {
    pub fn run(&self) -> Result<(), Error> {
        let subject = subject::subject(&self.file)?;
        let (place, cases) = self.read()?;
        if self.bless {
            return self.bless(&subject, &cases);
        }
        let reports: Vec<Report> = cases
            .iter()
            .map(|case| check::check(&subject, case))
            .collect();
        print(&table(subject.name(), &place, &reports))?;
        let broken = reports.iter().filter(|report| !report.is_kept()).count();
        match broken {
            0 => Ok(()),
            _ => Err(Error::other(format!(
                "{broken} of {} cases {} not kept",
                reports.len(),
                if broken == 1 { "is" } else { "are" }
            ))),
        }
    }

    /// The cases, and where they come from.
    fn read(&self) -> Result<(String, Vec<Case>), Error> {
        let name = self.file.display().to_string();
        let name = name.strip_prefix("native:").unwrap_or(&name);
        let folder = match &self.cases {
            Some(folder) => folder.clone(),
            None if shelflife_policies::find(name).is_some() => {
                let cases = check::built_in(name).map_err(Error::other)?;
                return Ok(("its own".to_owned(), cases));
            }
            None => self.file.parent().unwrap_or(Path::new("")).join("cases"),
        };
        let cases = cases::read_folder(&folder).map_err(|error| {
            match self.cases.is_none() && !folder.is_dir() {
                true => Error::usage(format!("{error}; --cases names another folder")),
                false => Error::usage(error),
            }
        })?;
        Ok((folder.display().to_string(), cases))
    }

    fn bless(&self, subject: &Subject, cases: &[Case]) -> Result<(), Error> {
        let beside = || self.file.parent().unwrap_or(Path::new("")).join("cases");
        let folder = self.cases.clone().unwrap_or_else(beside);
        if !folder.is_dir() {
            return Err(Error::usage(
                "--bless writes into files: name their folder with --cases",
            ));
        }
        let mut text = String::new();
        for case in cases {
            let file = folder.join(format!("{}.toml", case.name));
            let changed = check::bless(subject, &file).map_err(Error::usage)?;
            let what = if changed { "written" } else { "as it was" };
            let _ = writeln!(text, "{what:<10} {}", file.display());
        }
        print(&text)
    }
}

fn table(name: &str, place: &str, reports: &[Report]) -> String {
    let mut text = format!("{name}: {} cases ({place})\n\n", reports.len());
    for report in reports {
        let verdict = if report.is_kept() { "kept" } else { "NOT KEPT" };
        let runners: Vec<String> = report.runners.iter().map(Runner::to_string).collect();
        let _ = writeln!(text, "{verdict:<9} {}", report.case);
        if report.is_kept() {
            continue;
        }
        let _ = writeln!(text, "          {}", report.about);
        for (runner, difference) in &report.differences {
            let _ = writeln!(
                text,
                "          {}, {runner}: {}\n            expected  {}\n            got       {}",
                difference.place, difference.what, difference.expected, difference.got
            );
        }
        let _ = writeln!(text, "          (run {})", runners.join(", "));
    }
    for report in reports {
        for (runner, why) in &report.left_out {
            let _ = writeln!(text, "\n{} was not run {runner}: {why}", report.case);
        }
    }
    let kept = reports.iter().filter(|report| report.is_kept()).count();
    let everywhere: Vec<String> = runners(reports).iter().map(Runner::to_string).collect();
    let _ = writeln!(
        text,
        "\n{kept} of {} kept: {}",
        reports.len(),
        everywhere.join(", ")
    );
    text
}

/// Where any of them was run.
fn runners(reports: &[Report]) -> Vec<Runner> {
    let mut all = Vec::new();
    for runner in reports.iter().flat_map(|report| &report.runners) {
        if !all.contains(runner) {
            all.push(*runner);
        }
    }
    all
}
