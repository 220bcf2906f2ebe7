//! From the text of a scenario to its resolved form, or to one line that says what is wrong and where.

use std::path::{Path, PathBuf};

use serde_path_to_error::Segment;
use toml::de::DeTable;
use toml::{Table, Value};

use super::places::Places;
use super::points::Setting;
use super::preset;
use super::source::{Source, line_at, table_name};
use super::suggest::{LARGEST, in_plain_words};
use super::tables::array_for_table;
use super::{FaultKind, Overrides, Policy, Scenario, TraceFormat, builtin, defaults, validate};
use crate::error::Error;
use crate::workload::trace;

/// A scenario and the folders that its paths are relative to.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    pub scenario: Scenario,
    /// What the paths in the scenario are relative to.
    pub base_dir: PathBuf,
    /// What the paths of components are relative to: `base_dir`, or the working directory where the
    /// policies come from the command line.
    pub policy_dir: PathBuf,
    pub(super) places: Places,
}

impl Loaded {
    /// Where the component of a policy lies; `None` for a built-in or native one.
    #[must_use]
    pub fn component_path(&self, policy: &Policy) -> Option<PathBuf> {
        super::is_component_path(&policy.uses).then(|| self.policy_dir.join(&policy.uses))
    }

    /// An error about the policy at `index`, or about a setting that the message names, with where
    /// that was written.
    #[must_use]
    pub fn policy_error(&self, index: usize, message: impl std::fmt::Display) -> Error {
        self.places.policy_error(index, &message.to_string())
    }

    /// An error about the warm-up, with where that was written.
    #[must_use]
    pub fn warmup_error(&self, message: impl std::fmt::Display) -> Error {
        self.places.warmup_error(message)
    }

    /// An error about the sweep, with where that was written.
    #[must_use]
    pub fn sweep_error(&self, message: impl std::fmt::Display) -> Error {
        self.places.sweep_error(message)
    }

    /// Checks that the warm-up is known before anything runs, for whoever runs policies one by one.
    ///
    /// # Errors
    ///
    /// It is `auto`, which only a comparison finds.
    pub fn check_warmup_is_known(&self) -> Result<(), Error> {
        match self.scenario.warmup {
            Some(super::Warmup::Auto) => Err(self.warmup_error(
                "`auto` is found by trying all policies together, as `compare` and `run` do: say how long, \
                 or what share of the run",
            )),
            _ => Ok(()),
        }
    }

    /// An error about the file that the workload comes from, with where that file was named.
    #[must_use]
    pub fn input_error(&self, message: impl std::fmt::Display) -> Error {
        self.places.input_error(message)
    }
}

/// Loads a scenario from a file.
///
/// # Errors
///
/// The file cannot be read, or says something wrong: one line with file, line and key.
pub fn load(path: &Path, overrides: &Overrides) -> Result<Loaded, Error> {
    let (text, name) = read(path)?;
    let base_dir = path.parent().unwrap_or(Path::new(""));
    from_str(&text, &name, base_dir, overrides)
}

/// The text of a scenario, and what errors call it.
pub(super) fn read(path: &Path) -> Result<(String, String), Error> {
    let name = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => Ok((text, name)),
        Err(error) => Err(Error::usage(format_args!("{name}: {error}"))),
    }
}

/// Loads a scenario that comes with the program: one of [`super::BUILT_IN_SCENARIOS`].
///
/// # Errors
///
/// There is none of this name, or the overrides do not fit it.
pub fn load_builtin(name: &str, overrides: &Overrides) -> Result<Loaded, Error> {
    from_str(
        builtin::text(name)?,
        &format!("{name}.toml"),
        Path::new(""),
        overrides,
    )
}

/// The scenario that replays one trace, with the defaults for everything else.
///
/// # Errors
///
/// The file cannot be read, its format cannot be told, or the overrides do not fit.
pub fn load_trace(path: &Path, overrides: &Overrides) -> Result<Loaded, Error> {
    if path.to_str().is_none() {
        // A report could not say what was run.
        return Err(Error::usage(format_args!(
            "{}: the name of the file is not UTF-8: give it another one",
            path.display()
        )));
    }
    let format = match overrides
        .set
        .iter()
        .any(|set| set.trim_start().starts_with("trace.format"))
    {
        true => TraceFormat::default(),
        false => trace::detect(path)?,
    };
    let stem = path
        .file_name()
        .map_or_else(|| "trace".into(), |name| name.to_string_lossy());
    // A report tells of the trace, not of the machine it lay on.
    let (base_dir, written) = match path.parent() {
        Some(parent) if path.is_absolute() => (parent, stem.clone()),
        _ => (Path::new(""), path.to_string_lossy()),
    };
    let name = stem
        .trim_start_matches('.')
        .split('.')
        .next()
        .filter(|name| !name.trim().is_empty())
        .unwrap_or("trace");
    let format = Value::try_from(format).map_err(Error::other)?;
    let trace = Table::from_iter([
        ("path".to_owned(), Value::from(written.as_ref())),
        ("format".to_owned(), format),
    ]);
    let tree = Table::from_iter([
        ("name".to_owned(), Value::from(name)),
        ("trace".to_owned(), Value::Table(trace)),
    ]);
    let mut source = Source::without_text("--trace");
    resolve(tree, &mut source, base_dir, overrides, None)
}

/// Loads a scenario from its text. `origin_name` is what errors call it; paths in it are relative to
/// `base_dir`.
///
/// # Errors
///
/// One line with `origin_name`, line and key, and what would be right.
pub fn from_str(
    text: &str,
    origin_name: &str,
    base_dir: &Path,
    overrides: &Overrides,
) -> Result<Loaded, Error> {
    let (tree, mut source) = parse(text, origin_name)?;
    resolve(tree, &mut source, base_dir, overrides, None)
}

/// What a text says, and where in it.
pub(super) fn parse<'a>(text: &str, origin_name: &'a str) -> Result<(Table, Source<'a>), Error> {
    let syntax = |error: toml::de::Error| {
        let span = error.span().unwrap_or_default();
        let line = line_at(text, span.start);
        let number = text.get(span).unwrap_or_default();
        // What TOML's own types cannot hold is a matter of syntax to its reader.
        match number.trim_start_matches(['+', '-']).replace('_', "") {
            digits if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Error::usage(format_args!(
                    "{origin_name}:{line}: {number} is too large: whole numbers go up to {LARGEST}"
                ))
            }
            _ => Error::usage(format_args!("{origin_name}:{line}: {}", error.message())),
        }
    };
    let spanned = DeTable::parse(text).map_err(syntax)?;
    let source = Source::of(origin_name, text, spanned.get_ref());
    let tree: Table = toml::from_str(text).map_err(syntax)?;
    Ok((tree, source))
}

/// From what a text says, or a command line instead of one, to the resolved form.
///
/// `point` are the settings of one point of a sweep. Without them it is the scenario itself, with its sweep.
pub(super) fn resolve<'a>(
    mut tree: Table,
    source: &mut Source<'a>,
    base_dir: &Path,
    overrides: &'a Overrides,
    point: Option<&[Setting]>,
) -> Result<Loaded, Error> {
    let policy_dir = match overrides.choose_policies(&mut tree) {
        false => base_dir.to_owned(),
        true => {
            source.policies_from(&overrides.policies);
            PathBuf::new()
        }
    };
    let source = &*source;
    let mut written = overrides.apply(&mut tree)?;
    if let Some(settings) = point {
        tree.remove("sweep");
        for setting in settings {
            let value = setting.value.clone();
            written.put(&mut tree, &setting.path, value, &setting.place)?;
        }
    }
    let at = |parts: &[&str]| {
        parts
            .iter()
            .map(|part| (*part).to_owned())
            .collect::<Vec<_>>()
    };
    if tree.contains_key("trace") && tree.contains_key("workload") {
        let message = "[trace] and [workload] exclude each other: a trace stands instead of a synthetic workload";
        let later = ["trace", "workload"]
            .into_iter()
            .max_by_key(|key| source.line(&at(&[key])).unwrap_or(usize::MAX));
        return Err(source.error(&at(&[later.unwrap_or("trace")]), &written, message));
    }
    if let Some(path) = array_for_table(&tree) {
        let (key, parents) = path
            .split_last()
            .map_or(("", &[][..]), |(key, parents)| (key, parents));
        let table = table_name(parents);
        let place = if table.is_empty() {
            table
        } else {
            format!(" in {table}")
        };
        let message = format!("`{key}`{place}: an array where a table belongs");
        return Err(source.error(&path, &written, message));
    }
    preset::fill_in(&mut tree).map_err(|(key, why)| {
        let path = at(&["workload", key]);
        source.error(
            &path,
            &written,
            format_args!("`{key}` in [workload]: {why}"),
        )
    })?;
    let replications_given = tree.contains_key("replications");
    let keys_given = tree
        .get("workload")
        .is_some_and(|workload| workload.get("keys").is_some());

    let mut scenario: Scenario =
        serde_path_to_error::deserialize(Value::Table(tree)).map_err(|error| {
            let mut path: Vec<String> = error
                .path()
                .iter()
                .filter_map(|segment| match segment {
                    Segment::Map { key } => Some(key.clone()),
                    Segment::Seq { index } => Some(index.to_string()),
                    Segment::Enum { variant } => Some(variant.clone()),
                    Segment::Unknown => None,
                })
                .collect();
            let message = error.inner().message().to_owned();
            let is_table = path
                .last()
                .is_none_or(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
            let (table, key) = match path.split_last() {
                Some((last, parents)) if !is_table => (table_name(parents), Some(last.as_str())),
                _ => (table_name(&path), None),
            };
            // A key that is missing, or that only the reader of a law has met, is one of the table that
            // the whole path names.
            let is_field = |last: &String| message.starts_with(&format!("unknown field `{last}`"));
            let of_table = message.starts_with("missing field ")
                || (message.starts_with("unknown field ") && !path.last().is_some_and(is_field));
            let plain = match of_table {
                true => in_plain_words(&message, &table_name(&path), None),
                false => in_plain_words(&message, &table, key),
            };
            // Which a `--set` may have written, and not what stands around it.
            if let Some(name) = message
                .strip_prefix("unknown field `")
                .filter(|_| of_table)
                .and_then(|rest| rest.split('`').next())
            {
                path.push(name.to_owned());
            }
            source.error(&path, &written, plain)
        })?;

    if let Some(seed) = overrides.seed {
        scenario.seed = seed;
    }
    fill_in(&mut scenario, replications_given, keys_given);
    for (path, distribution) in distributions(&mut scenario) {
        distribution.read_files(base_dir).map_err(|why| {
            let [table, key] = path;
            source.error(
                &at(&path),
                &written,
                format_args!("`{key}` in [{table}]: {why}"),
            )
        })?;
    }
    for (index, policy) in scenario.policies.iter_mut().enumerate() {
        resolve_policy(policy).map_err(|why| {
            let path = at(&["policy", &index.to_string(), "use"]);
            source.error(&path, &written, format_args!("`use` in [[policy]]: {why}"))
        })?;
    }
    validate::check(&scenario).map_err(|wrong| {
        let path = match &wrong.or {
            Some(or) if !source.says(&wrong.path, &written) => or,
            _ => &wrong.path,
        };
        let (key, parents) = path
            .split_last()
            .map_or((None, &[][..]), |(key, parents)| (Some(key), parents));
        let table = table_name(parents);
        let subject = match (key, table.as_str()) {
            (Some(key), "") => format!("`{key}`: "),
            (Some(key), table) => format!("`{key}` in {table}: "),
            (None, _) => String::new(),
        };
        source.error(path, &written, format_args!("{subject}{}", wrong.message))
    })?;
    let places = Places::of(&scenario, source, &written);
    Ok(Loaded {
        scenario,
        base_dir: base_dir.to_owned(),
        policy_dir,
        places,
    })
}

/// Defaults that depend on what else the scenario says.
fn fill_in(scenario: &mut Scenario, replications_given: bool, keys_given: bool) {
    match &mut scenario.trace {
        None => {
            scenario.duration.get_or_insert(defaults::DURATION);
            let duration = scenario.duration.unwrap_or_default();
            // A short run without a word about its warm-up is meant to be measured.
            let warmup = if duration > defaults::WARMUP {
                defaults::WARMUP
            } else {
                super::Nanos(duration.0 / 12)
            };
            scenario.warmup.get_or_insert(warmup.into());
        }
        Some(trace) => {
            scenario.warmup.get_or_insert_default();
            if !replications_given {
                scenario.replications = 1;
            }
            if trace.format.is_untimed() {
                trace.rate.get_or_insert(defaults::TRACE_RATE);
            }
            if matches!(trace.format, TraceFormat::Csv | TraceFormat::Jsonl) {
                if trace.columns.unit.is_none() {
                    trace.columns.unit = trace.unit.take();
                }
                trace.columns = std::mem::take(&mut trace.columns).filled();
            }
        }
    }
    match &mut scenario.workload.embeddings {
        Some(set) if set.is_synthetic() => set.fill_in(scenario.workload.keys),
        Some(_) if !keys_given => scenario.workload.keys = 0,
        _ => {}
    }
    for fault in &mut scenario.faults {
        match fault.what {
            FaultKind::OriginSlow => {
                fault.by.get_or_insert(defaults::SLOW_BY);
                fault.lasts.get_or_insert(defaults::SLOW_FOR);
            }
            FaultKind::OriginDown => {
                fault.lasts.get_or_insert(defaults::DOWN_FOR);
            }
            FaultKind::Flush | FaultKind::Restart => {}
        }
    }
}

fn distributions(scenario: &mut Scenario) -> [([&'static str; 2], &mut super::Distribution); 10] {
    let Scenario {
        workload,
        origin,
        cache,
        writes,
        bus,
        feed,
        ..
    } = scenario;
    [
        (["workload", "read_back"], &mut workload.read_back),
        (["workload", "read_again"], &mut workload.read_again),
        (["origin", "latency"], &mut origin.latency),
        (["origin", "replica_lag"], &mut origin.replica_lag),
        (["origin", "visible_after"], &mut origin.visible_after),
        (["cache", "scan"], &mut cache.scan),
        (["cache", "counter_life"], &mut cache.counter_life),
        (["writes", "announce_delay"], &mut writes.announce_delay),
        (["bus", "delay"], &mut bus.delay),
        (["feed", "delay"], &mut feed.delay),
    ]
}

/// `use` may be a whole SPEC; settings under `config` win over those in it.
fn resolve_policy(policy: &mut Policy) -> Result<(), String> {
    let spec = Policy::parse(&policy.uses)?;
    if policy.label.is_empty() {
        policy.label = spec.label;
    }
    policy.uses = spec.uses;
    for (key, value) in spec.config {
        policy.config.entry(key).or_insert(value);
    }
    Ok(())
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod tests_of_faults;
