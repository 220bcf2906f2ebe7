//! The folder of a sweep: its plan, and the results of its runs as they come, a line each.
//!
//! ```text
//! sweep-plan.json      what is gone through; the same text for every shard
//! runs.jsonl           the results of a sweep that is carried out as a whole
//! runs-0-of-4.jsonl    the results of one shard
//! ```
//!
//! A line is written at once and never again. A program that is killed leaves at most one half-written
//! line behind, the last one, which is cut off by the next that writes to the file. A line that cannot be
//! read counts as not there, and its run is carried out again.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::plan::Plan;
use super::shard::Shard;
use crate::error::Error;
use crate::measure::Summary;
use crate::report::check_place;

/// The name of the plan.
const PLAN: &str = "sweep-plan.json";

/// What one run found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// One of [`Plan::runs`].
    pub run: String,
    pub summary: Summary,
    /// What went wrong in its policy last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_error: Option<String>,
}

/// Results by the index of their run.
pub type Results = Vec<Option<Found>>;

/// The folder of a sweep.
pub struct Folder {
    dir: PathBuf,
}

/// The text of a plan as it is kept.
fn text_of(plan: &Plan) -> Result<String, Error> {
    let text = serde_json::to_string(plan);
    text.map(|text| text + "\n")
        .map_err(|error| Error::other(format_args!("the plan cannot be written: {error}")))
}

impl Folder {
    /// A folder that there is or will be.
    ///
    /// # Errors
    ///
    /// A file stands where it would be made.
    pub fn at(dir: &Path) -> Result<Self, Error> {
        check_place(dir)?;
        let dir = dir.to_owned();
        Ok(Self { dir })
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The plan that it holds; none where there is none.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is none.
    pub fn plan(&self) -> Result<Option<Plan>, Error> {
        let path = self.dir.join(PLAN);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(cannot("read", &path, &error)),
        };
        let plan = serde_json::from_str(&text).map_err(|error| {
            Error::usage(format_args!(
                "{}: it is no plan of a sweep: {error}",
                path.display()
            ))
        })?;
        Ok(Some(plan))
    }

    /// Checks that nothing of another sweep lies in it.
    ///
    /// # Errors
    ///
    /// Another sweep does: says in what it differs.
    pub fn check(&self, plan: &Plan) -> Result<(), Error> {
        let Some(there) = self.plan()? else {
            return Ok(());
        };
        if there.has_the_runs_of(plan) {
            return Ok(());
        }
        let dir = self.dir.display();
        Err(Error::usage(format_args!(
            "{dir} holds another sweep, with {}: name another folder with --out, or remove this one",
            difference(&there, plan)
        )))
    }

    /// The names of the files that hold results, in order.
    fn names(&self) -> Result<Vec<String>, Error> {
        let entries = match fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(cannot("read", &self.dir, &error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| cannot("read", &self.dir, &error))?;
            if let Ok(name) = entry.file_name().into_string()
                && shard_of(&name).is_some()
            {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    /// The shards that have written results here.
    ///
    /// # Errors
    ///
    /// The folder cannot be read.
    pub fn shards(&self) -> Result<Vec<Shard>, Error> {
        let names = self.names()?;
        Ok(names.iter().filter_map(|name| shard_of(name)?).collect())
    }

    /// Takes every result that it holds into `results`, which have their place in the order of the plan.
    ///
    /// # Errors
    ///
    /// A file cannot be read; two results of one run differ.
    pub fn collect(&self, plan: &Plan, results: &mut Results) -> Result<(), Error> {
        let numbers = plan.runs.iter().enumerate();
        let numbers: FxHashMap<&str, usize> = numbers
            .map(|(number, run)| (run.as_str(), number))
            .collect();
        results.resize(plan.runs.len(), None);
        for name in self.names()? {
            let path = self.dir.join(&name);
            let bytes = fs::read(&path).map_err(|error| cannot("read", &path, &error))?;
            // What has no line break is half a line, also where all but that is there: it will be cut off.
            let end = bytes.iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
            for line in bytes[..end].split(|byte| *byte == b'\n') {
                let Ok(found) = serde_json::from_slice::<Found>(line) else {
                    continue;
                };
                // What is not in the plan is none of ours.
                let Some(number) = numbers.get(found.run.as_str()) else {
                    continue;
                };
                match &results[*number] {
                    Some(other) if *other != found => {
                        return Err(Error::usage(format_args!(
                            "{}: it has another result of {} than was read before: the parts were \
                             not made by the same program",
                            path.display(),
                            plan.describe(*number)
                        )));
                    }
                    Some(_) => {}
                    None => results[*number] = Some(found),
                }
            }
        }
        Ok(())
    }

    /// Opens the file that this program writes results to, and puts the plan beside it.
    ///
    /// # Errors
    ///
    /// The folder cannot be written to, or another program writes to the file at this time.
    pub fn open(&self, plan: &Plan, shard: Option<Shard>) -> Result<Lines, Error> {
        fs::create_dir_all(&self.dir).map_err(|error| cannot("make", &self.dir, &error))?;
        let path = self.dir.join(name_of(shard));
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        let mut file = options
            .open(&path)
            .map_err(|error| cannot("write", &path, &error))?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                let path = path.display();
                return Err(Error::usage(format_args!(
                    "{path}: another program is carrying out this sweep at the moment"
                )));
            }
            // A file system without locks: whoever starts it twice there does its runs twice.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        cut_half_line(&mut file).map_err(|error| cannot("write", &path, &error))?;
        // Shards on other machines write the same text at the same time.
        let partial = self.dir.join(format!(".{PLAN}-{}", name_of(shard)));
        let place = self.dir.join(PLAN);
        fs::write(&partial, text_of(plan)?)
            .and_then(|()| fs::rename(&partial, &place))
            .map_err(|error| cannot("write", &place, &error))?;
        Ok(Lines { file, path })
    }
}

/// A file of results that is being written.
pub struct Lines {
    file: File,
    path: PathBuf,
}

impl Lines {
    /// Adds a result: all of its line at once. Gives it as it will be read, which is what counts: whoever
    /// goes on with a sweep knows no more.
    ///
    /// # Errors
    ///
    /// The disk is full, say.
    pub fn add(&mut self, found: &Found) -> Result<Found, Error> {
        let unreadable = |error: serde_json::Error| {
            Error::other(format_args!("a result cannot be written: {error}"))
        };
        let mut line = serde_json::to_vec(found).map_err(unreadable)?;
        let read = serde_json::from_slice(&line).map_err(unreadable)?;
        line.push(b'\n');
        self.file
            .write_all(&line)
            .map_err(|error| cannot("write", &self.path, &error))?;
        Ok(read)
    }
}

/// Cuts off what follows the last line break: a line whose writer was killed.
fn cut_half_line(file: &mut File) -> io::Result<()> {
    const PIECE: u64 = 1 << 16;
    let length = file.seek(SeekFrom::End(0))?;
    let mut end = length;
    let mut piece = Vec::new();
    while end > 0 {
        let begin = end.saturating_sub(PIECE);
        file.seek(SeekFrom::Start(begin))?;
        piece.clear();
        Read::by_ref(file)
            .take(end - begin)
            .read_to_end(&mut piece)?;
        if let Some(at) = piece.iter().rposition(|byte| *byte == b'\n') {
            end = begin + at as u64 + 1;
            break;
        }
        end = begin;
    }
    if end < length {
        file.set_len(end)?;
    }
    Ok(())
}

fn name_of(shard: Option<Shard>) -> String {
    match shard {
        None => "runs.jsonl".to_owned(),
        Some(shard) => format!("runs-{}-of-{}.jsonl", shard.index, shard.of),
    }
}

/// Whether a file holds results, and of which shard.
fn shard_of(name: &str) -> Option<Option<Shard>> {
    let middle = name.strip_prefix("runs")?.strip_suffix(".jsonl")?;
    if middle.is_empty() {
        return Some(None);
    }
    let (index, of) = middle.strip_prefix('-')?.split_once("-of-")?;
    let shard = format!("{index}/{of}").parse().ok()?;
    Some(Some(shard))
}

/// In what one plan differs from another that was expected.
pub(super) fn difference(there: &Plan, wanted: &Plan) -> String {
    if there.schema_version != wanted.schema_version || there.program != wanted.program {
        return format!(
            "results of version {} of this program, which is {}",
            there.program, wanted.program
        );
    }
    if there.points.len() != wanted.points.len() {
        let (there, wanted) = (there.points.len(), wanted.points.len());
        return format!("{there} points and not {wanted}");
    }
    let name = |plan: &Plan| {
        plan.scenario["name"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    if name(there) != name(wanted) {
        return format!("the name `{}` and not `{}`", name(there), name(wanted));
    }
    if there.settings != wanted.settings {
        return format!(
            "the settings {} and not {}",
            there.settings.join(", "),
            wanted.settings.join(", ")
        );
    }
    let files = |plan: &Plan| -> Vec<_> {
        plan.points
            .iter()
            .map(|point| point.files.clone())
            .collect()
    };
    if files(there) != files(wanted) {
        return "another content of the files that it reads".to_owned();
    }
    if there.runs != wanted.runs {
        return "other values in its scenario or in its settings".to_owned();
    }
    if there.pareto != wanted.pareto {
        return "other figures to compare by".to_owned();
    }
    match there.command == wanted.command {
        true => "other policies".to_owned(),
        false => format!("another command, `{}`", there.command),
    }
}

fn cannot(what: &str, path: &Path, error: &io::Error) -> Error {
    Error::other(format_args!("cannot {what} {}: {error}", path.display()))
}

#[cfg(test)]
mod tests;
