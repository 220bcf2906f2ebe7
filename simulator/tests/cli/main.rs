//! The program as a user meets it: what it takes, what it says, what it leaves behind.

mod authors;
mod changed;
mod components;
mod explained;
mod formats;
#[cfg(unix)]
mod interrupts;
mod one_policy;
mod policies;
mod recommendations;
mod reports;
mod scenarios;
mod schemas;
mod sweeps;
mod terminal;
mod traces;
mod verify;
mod wrong_commands;
mod wrong_scenarios;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// The six policies that are compared where nobody says which.
pub const SIX: [&str; 6] = [
    "ttl",
    "write-through",
    "cdc",
    "tags",
    "versions",
    "semantic",
];

/// A minute of a few keys: runs in a moment.
pub const SMALL: &str = r#"
name = "small"
replications = 2
duration = "60s"
warmup = "5s"
[workload]
keys = 50
reads = { rate = 50.0 }
writes = { rate = 2.0 }
"#;

/// A working directory of one test's own, gone when the test ends.
pub struct Dir(PathBuf);

impl Dir {
    /// `name` is the test's.
    pub fn new(name: &str) -> Self {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("cli-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).unwrap();
        Self(dir)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> &Self {
        std::fs::write(self.path(name), contents).unwrap();
        self
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }

    /// The names in it, in order, hidden ones too.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_shelflife"));
        command.args(args).current_dir(&self.0);
        command
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs what must succeed without a word of complaint; gives what it prints.
    #[track_caller]
    pub fn succeeds(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{args:?}: {complaint}");
        assert_eq!(complaint, "", "{args:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs what must fail with this status: nothing on standard output, one line on standard error,
    /// and no file that was not there before. Gives the line without `error: `.
    #[track_caller]
    pub fn fails(&self, status: i32, args: &[&str]) -> String {
        let before = self.names();
        let output = self.run(args);
        let line = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{args:?}: {line}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{args:?}");
        assert_eq!(line.lines().count(), 1, "{args:?}: {line}");
        assert_eq!(self.names(), before, "{args:?} left something behind");
        let line = line.strip_prefix("error: ");
        line.unwrap_or_else(|| panic!("{args:?}: {line:?}"))
            .trim_end()
            .to_owned()
    }

    /// Runs what the user has got wrong; the line says so in these words.
    #[track_caller]
    pub fn is_wrong(&self, args: &[&str], says: &str) {
        let line = self.fails(2, args);
        assert!(
            line.contains(says),
            "{args:?} says\n  {line}\nnot\n  {says}"
        );
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The labels of the rows of a report's `policies`, `totals` and so on.
pub fn texts(rows: &Value, key: &str) -> Vec<String> {
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| row[key].as_str().unwrap().to_owned())
        .collect()
}
