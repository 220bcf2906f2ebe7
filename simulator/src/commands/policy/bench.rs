//! `policy bench`: what a policy costs, hook by hook, beside the built-in that it resembles.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use shelflife::policy::Limits;
use shelflife_sim::error::Error;
use shelflife_sim::report::units;
use shelflife_workbench::Subject;
use shelflife_workbench::bench::{self, Figures, Hook, Start};

use super::{played, sizes, subject};
use crate::commands::{print, wrong};

/// What follows the help.
pub const EXAMPLES: &str = "\
Both are measured in turns, in one run, and the medians count; a built-in policy stands beside its own native
code, which shows what the boundary costs. Fuel is the same on every machine, times are not.

Examples:
  shelflife policy bench ./mine.wasm
  shelflife policy bench ./mine.wasm --config ttl=60s --beside tags
  shelflife policy bench tags --format json | jq '.policies[0].hooks'";

#[derive(Args)]
pub struct Bench {
    /// A component, the name of a built-in policy, or native:NAME
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The policy's settings: a JSON object, or `ttl=60s,jitter=0.1`
    #[arg(long, value_name = "SETTINGS")]
    config: Option<String>,
    /// What it is held against: a component or a built-in policy [default: the built-in it resembles]
    #[arg(long, value_name = "FILE")]
    beside: Option<PathBuf>,
    /// Prints a table or json
    #[arg(long, value_name = "FORMAT", value_parser = wrong::table_or_json, default_value = "table", hide_default_value = true)]
    format: String,
}

/// All that was measured.
#[derive(Serialize)]
struct Report {
    /// The policy, and the one beside it.
    policies: Vec<Figures>,
    /// How long the component takes to be ready; nothing for native code.
    start: Option<Start>,
    limits: Of,
}

/// The limits that figures stand beside.
#[derive(Serialize)]
struct Of {
    fuel: u64,
    configure_fuel: u64,
    memory: usize,
    component: usize,
}

impl Bench {
    pub fn run(&self) -> Result<(), Error> {
        let subject = subject::measured(&self.file)?;
        let config = played::config(self.config.as_deref())?;
        let other = match &self.beside {
            Some(file) => Some(subject::measured(file)?),
            None => resembled(&subject)?,
        };
        let mut subjects = vec![(&subject, config.as_str())];
        subjects.extend(other.as_ref().map(|other| (other, "{}")));
        let policies = bench::measure(&subjects).map_err(Error::usage)?;
        let start = match subject.bytes() {
            Some(bytes) => Some(start(subject.name(), bytes)?),
            None => None,
        };
        let limits = Limits::deterministic();
        let report = Report {
            policies,
            start,
            limits: Of {
                fuel: limits.fuel,
                configure_fuel: limits.configure_fuel,
                memory: limits.memory,
                component: limits.component,
            },
        };
        match self.format.as_str() {
            "json" => {
                let json = serde_json::to_string_pretty(&report).map_err(Error::other)?;
                print(&format!("{json}\n"))
            }
            _ => print(&table(&report)),
        }
    }
}

/// How long the component takes to be ready, with a folder for compiled code that goes again.
fn start(name: &str, bytes: &[u8]) -> Result<Start, Error> {
    let folder = std::env::temp_dir().join(format!("shelflife-bench-{}", std::process::id()));
    let start = bench::start(name, bytes, &folder).map_err(Error::other);
    let _ = std::fs::remove_dir_all(&folder);
    start
}

/// The native code of a built-in policy; of others the built-in that exports the same, and of those the one
/// that imports most nearly the same.
fn resembled(subject: &Subject) -> Result<Option<Subject>, Error> {
    if let Some(twin) = subject.twin() {
        return Ok(match subject.compiled() {
            Some(_) => Subject::native(twin),
            None => None,
        });
    }
    let Some(compiled) = subject.compiled() else {
        return Ok(None);
    };
    let runtime = subject::runtime()?;
    let imports = &compiled.interfaces().imports;
    let mut best: Option<(usize, Subject)> = None;
    for built_in in shelflife_policies::all() {
        let other = Subject::component(built_in.name, built_in.component, &runtime);
        let other = other.map_err(Error::other)?;
        let Some(of_other) = other.compiled() else {
            continue;
        };
        if of_other.exports() != compiled.exports() {
            continue;
        }
        let theirs = &of_other.interfaces().imports;
        let apart = imports.iter().filter(|name| !theirs.contains(name)).count()
            + theirs.iter().filter(|name| !imports.contains(name)).count();
        if best.as_ref().is_none_or(|(least, _)| apart < *least) {
            best = Some((apart, other));
        }
    }
    Ok(best.map(|(_, other)| other))
}

fn nanos(ns: f64) -> String {
    match ns {
        ns if ns < 999.5 => format!("{ns:.0} ns"),
        ns => units::duration(ns / 1e3),
    }
}

fn table(report: &Report) -> String {
    let Some(own) = report.policies.first() else {
        return String::new();
    };
    let other = report.policies.get(1);
    let beside = other.map_or(String::new(), |other| format!(" beside {}", other.name));
    let mut text = format!(
        "{}{beside}: medians of {} turns\n\n",
        own.name,
        bench::TURNS
    );
    let mut head = format!(
        "{:<17} {:>9} {:>9} {:>8} {:>7} {:>7}",
        "", "time", "fuel", "of limit", "bytes →", "← bytes"
    );
    if let Some(other) = other {
        let _ = write!(head, " {:>10} {:>6}", units::clip(&other.name, 10), "times");
    }
    let _ = writeln!(text, "{head}");
    for hook in &own.hooks {
        let name = match hook.name {
            "on-changes-batch" => "  a change of 64",
            name => name,
        };
        let limit = match hook.name {
            "configure" => report.limits.configure_fuel,
            _ => report.limits.fuel,
        };
        let mut line = format!(
            "{name:<17} {:>9} {:>9} {:>8} {:>7.0} {:>7.0}",
            nanos(hook.ns),
            units::count(hook.fuel),
            units::share(hook.most_fuel as f64 / limit as f64),
            hook.bytes_in,
            hook.bytes_out,
        );
        let same = |other: &Figures| {
            other
                .hooks
                .iter()
                .find(|one| one.name == hook.name)
                .map(|one| one.ns)
        };
        if let Some(ns) = other.and_then(same) {
            let _ = write!(line, " {:>10} {:>6.2}", nanos(ns), hook.ns / ns.max(1.0));
        }
        let _ = writeln!(text, "{line}");
    }
    text.push('\n');
    let mut line = |what: &str, of: &dyn Fn(&Figures) -> Option<String>, limit: &str| {
        let Some(value) = of(own) else {
            return;
        };
        let beside = other
            .and_then(of)
            .map_or(String::new(), |other| format!(" ({other})"));
        let _ = writeln!(text, "{what:<18} {value:>9}{limit}{beside}");
    };
    let of = |limit: usize| format!(" of {}", sizes::binary(limit));
    line(
        "component",
        &|figures| figures.size.map(sizes::binary),
        &of(report.limits.component),
    );
    line(
        "memory",
        &|figures| figures.memory.map(sizes::binary),
        &of(report.limits.memory),
    );
    line(
        "an instance",
        &|figures| Some(nanos(figures.instance_ns)),
        "",
    );
    if let Some(start) = report.start {
        let _ = writeln!(
            text,
            "{:<18} {:>9}\n{:<18} {:>9}",
            "compiled in",
            units::duration(start.compile_ms * 1e3),
            "loaded from disk",
            units::duration(start.load_ms * 1e3)
        );
    }
    let _ = writeln!(text, "\n{}", host_calls(&own.hooks));
    text
}

/// How often each hook calls the host.
fn host_calls(hooks: &[Hook]) -> String {
    let each = hooks
        .iter()
        .map(|hook| format!("{} {:.2}", hook.name, hook.host_calls));
    format!("calls of the host: {}", each.collect::<Vec<_>>().join(", "))
}
