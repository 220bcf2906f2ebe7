//! `compare` and `run`: strategies side by side, and their report.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use shelflife_sim::comparison;
use shelflife_sim::error::Error;
use shelflife_sim::interrupt;
use shelflife_sim::report::{self, Companion, Images, Report};
use shelflife_sim::scenario::{self, BUILT_IN_SCENARIOS, Loaded, Overrides};
use shelflife_sim::workload;

use super::format::{Format, Forms, Output};
use super::{Common, quoted};

const COMPARE_EXAMPLES: &str = "\
A policy SPEC is a built-in name (ttl, write-through, cdc, tags, versions, semantic, adaptive),
native:NAME for the same policy without WebAssembly, or the path of a component; then, after a colon,
its settings.

What is compared is what --policy says, else what the scenario names under [[policy]], else the six.

Examples:
  shelflife compare
  shelflife compare --trace my.csv --set writes.announced=0.9
  shelflife compare scenario.toml --out reports/mine
  shelflife compare --policy ttl:ttl=60s,jitter=0.1 --policy native:ttl:ttl=60s
  shelflife compare --format json --quiet | jq '.totals[].stale_ratio.mean'
  shelflife compare scenario.toml --policy './mine.wasm:{\"ttl\":\"60s\"}' --policy tags

A trace is a CSV file with the header ts_us,op,key (times in microseconds, op R, W or D), or of any
other format that `shelflife trace stat` reads. The report is a folder: open its index.html. Of the two
reports that `compare` makes without a scenario, --format json prints one after the other.";

/// The six patterns side by side.
#[derive(Args)]
#[command(after_help = COMPARE_EXAMPLES)]
pub struct Compare {
    /// What to run; without it a shop's trace and questions to a bank, which are built in
    #[arg(value_name = "SCENARIO.toml", conflicts_with = "trace")]
    scenario: Option<PathBuf>,
    /// Runs a recorded trace; the format is recognized
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// What to compare, with its settings; may be given several times
    #[arg(long = "policy", value_name = "SPEC")]
    policies: Vec<String>,
    #[command(flatten)]
    figures: Figures,
    #[command(flatten)]
    common: Common,
}

/// How figures are written.
#[derive(Args)]
struct Figures {
    /// Writes the figures as images too, plots/NAME.png
    #[arg(long)]
    png: bool,
}

impl Figures {
    fn images(&self) -> Images {
        match self.png {
            true => Images::Png,
            false => Images::None,
        }
    }
}

impl Compare {
    pub fn run(&self) -> Result<(), Error> {
        let overrides = self.overrides();
        let repeat = |what: &str| self.common.to_repeat(what, &self.policies);
        match (&self.scenario, &self.trace) {
            (Some(path), _) => {
                let loaded = scenario::load(path, &overrides)?;
                let command = repeat(&format!("compare {}", quoted(&name_of(path))));
                self.common
                    .carry_out(&loaded, command, self.figures.images())
            }
            (None, Some(path)) => {
                let loaded = scenario::load_trace(path, &overrides)?;
                let command = repeat(&format!("compare --trace {}", quoted(&name_of(path))));
                self.common
                    .carry_out(&loaded, command, self.figures.images())
            }
            (None, None) => self.built_in(&repeat("compare")),
        }
    }

    fn overrides(&self) -> Overrides {
        Overrides {
            policies: self.policies.clone(),
            or_all_built_in: true,
            ..self.common.overrides()
        }
    }

    /// The shop's trace, and beside it the questions that the semantic pattern is made for.
    fn built_in(&self, command: &str) -> Result<(), Error> {
        let overrides = self.overrides();
        let [(main, _), rest @ ..] = BUILT_IN_SCENARIOS;
        let loaded = scenario::load_builtin(main, &overrides)?;
        // A `--set` that is right for the main one, such as the speed of its trace, may be wrong for
        // another, which is then left out.
        let rest = rest.into_iter().filter_map(|(name, _)| {
            let loaded = scenario::load_builtin(name, &overrides).ok()?;
            Some((name, loaded))
        });
        let dir = self.common.dir(&loaded);
        let mut report = self.common.compare(&loaded, command, &dir)?;
        let mut beside = Vec::new();
        for (name, loaded) in rest {
            let dir = dir.join(name);
            let other = self.common.compare(&loaded, command, &dir)?;
            report.companions.push(Companion {
                title: title(name),
                href: format!("{name}/index.html"),
                summary: summary(&other),
            });
            beside.push((name, other, dir));
        }
        let whole = interrupt::whole();
        report::write(&report, &dir, self.figures.images())?;
        for (_, other, dir) in &beside {
            report::write(other, dir, self.figures.images())?;
        }
        drop(whole);
        let titled: Vec<(String, &Report)> = beside
            .iter()
            .map(|(name, other, _)| (title(name), other))
            .collect();
        self.common.show_reports(&report, &titled, &dir)
    }
}

const RUN_EXAMPLES: &str = "\
Examples:
  shelflife run scenario.toml
  shelflife run scenario.toml --out reports/mine --set policy.0.config.ttl=5s --seed 8

A small scenario:
  duration = \"10m\"                          # of virtual time
  [workload]
  keys = 1000
  reads = { rate = 500.0, popularity = { zipf = 0.99 } }
  writes = { rate = 5.0 }
  [[policy]]
  use = \"ttl\"
  config = { ttl = \"60s\" }";

/// What a scenario names.
#[derive(Args)]
#[command(after_help = RUN_EXAMPLES)]
pub struct Run {
    /// What to run: workload or trace, origin, cache, faults, and what is compared under [[policy]]
    #[arg(value_name = "SCENARIO.toml")]
    scenario: PathBuf,
    #[command(flatten)]
    figures: Figures,
    #[command(flatten)]
    common: Common,
}

impl Run {
    pub fn run(&self) -> Result<(), Error> {
        let loaded = scenario::load(&self.scenario, &self.common.overrides())?;
        if loaded.scenario.policies.is_empty() {
            return Err(Error::usage(format!(
                "{}: there is no [[policy]] to run; `shelflife compare` runs the six patterns",
                self.scenario.display()
            )));
        }
        let what = format!("run {}", quoted(&name_of(&self.scenario)));
        self.common.carry_out(
            &loaded,
            self.common.to_repeat(&what, &[]),
            self.figures.images(),
        )
    }
}

impl Common {
    pub(super) fn dir(&self, loaded: &Loaded) -> PathBuf {
        let default = || Path::new("reports").join(&loaded.scenario.name);
        self.out.clone().unwrap_or_else(default)
    }

    fn compare(&self, loaded: &Loaded, command: &str, dir: &Path) -> Result<Report, Error> {
        if loaded.scenario.sweep.is_some() {
            return Err(loaded.sweep_error("a [sweep] is carried out by `shelflife sweep`"));
        }
        // Before it runs for an hour.
        report::check_place(dir)?;
        let workload = workload::build(loaded)?;
        let mut report = comparison::compare(loaded, &workload, self.effort())?;
        command.clone_into(&mut report.command);
        Ok(report)
    }

    fn carry_out(&self, loaded: &Loaded, command: String, images: Images) -> Result<(), Error> {
        let dir = self.dir(loaded);
        let report = self.compare(loaded, &command, &dir)?;
        report::write(&report, &dir, images)?;
        self.show_reports(&report, &[], &dir)
    }

    /// Prints a report, and others with their titles below it.
    fn show_reports(
        &self,
        report: &Report,
        others: &[(String, &Report)],
        dir: &Path,
    ) -> Result<(), Error> {
        let all = || {
            [report]
                .into_iter()
                .chain(others.iter().map(|(_, other)| *other))
        };
        let below = |of: &dyn Fn(&Report) -> String, heading: &str| {
            let others = others.iter();
            let others =
                others.map(|(title, other)| format!("\n{heading}{title}\n\n{}", of(other)));
            others.fold(of(report), |text, other| text + &other)
        };
        let forms = Forms {
            table: &|| below(&report::table, ""),
            json: &|| all().map(report::json).collect(),
            csv: &|| report::totals_csv(&all().collect::<Vec<_>>()),
            md: &|| below(&report::markdown, "## "),
        };
        self.show(&forms, dir)
    }

    /// Prints what was found, and where its page is.
    pub(super) fn show(&self, forms: &Forms<'_>, dir: &Path) -> Result<(), Error> {
        forms.print(self.output, self.quiet)?;
        point_to_page(self.output, self.quiet, dir)
    }
}

/// Says on a terminal where the page is, unless standard output is for a program.
pub(super) fn point_to_page(output: Output, quiet: bool, dir: &Path) -> Result<(), Error> {
    let for_people = output.format == Format::Table && !quiet;
    if for_people && std::io::stderr().is_terminal() {
        let page = dir.join("index.html");
        // A reader that has gone away is no error.
        let _ = writeln!(std::io::stderr(), "\nThe report: {}", page.display());
    }
    Ok(())
}

/// The last part of a path: reports name no folders of the machine they were made on.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn title(scenario: &str) -> String {
    match scenario {
        "questions" => "Real questions to a bank, found and invalidated by meaning".to_owned(),
        other => other.to_owned(),
    }
}

/// One line on what the semantic pattern came to.
fn summary(report: &Report) -> String {
    let semantic = report
        .runs
        .iter()
        .filter_map(|run| run.summary.semantic.map(|s| (run, s)))
        .next();
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
