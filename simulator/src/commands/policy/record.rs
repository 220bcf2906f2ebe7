//! `policy record`: every exchange of a run between a policy and its host, as lines of a file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;
use shelflife_sim::error::Error;
use shelflife_sim::interrupt;
use shelflife_workbench::drive::Drive;
use shelflife_workbench::record::{Line, Session, Sink, VERSION, recorded};

use super::played::{Happening, Played, play};
use super::subject;
use crate::commands::print;

/// What follows the help.
pub const EXAMPLES: &str = "\
A line a call of the policy with its arguments, a line a call that it makes of its host with the answer, and
a line with what the policy answered. Nothing depends on the clock: the same run gives the same file.

Examples:
  shelflife policy record ./mine.wasm --trace my.csv -o session.jsonl
  shelflife policy replay ./other-build.wasm session.jsonl";

#[derive(Args)]
pub struct Record {
    /// A component, the name of a built-in policy, or native:NAME
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    played: Played,
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl Record {
    pub fn run(&self) -> Result<(), Error> {
        let subject = subject::subject(&self.file)?;
        let config = self.played.config()?;
        let workload = self.played.workload()?;
        let session = Line::Session(Session {
            version: VERSION,
            policy: subject.name().to_owned(),
            sha256: subject
                .compiled()
                .map(|compiled| compiled.sha256().to_owned()),
        });
        // Nothing is written of a policy that cannot be configured.
        Drive::new(&subject.maker(), &config, 0).map_err(Error::usage)?;
        let lines = write_whole(&self.output, |file| {
            writeln!(file, "{}", session.text())?;
            let written = Arc::new(Mutex::new(Vec::new()));
            let sink: Sink = {
                let written = Arc::clone(&written);
                Arc::new(Mutex::new(move |line: Line| {
                    let mut written = written.lock().unwrap_or_else(PoisonError::into_inner);
                    written.push(line);
                }))
            };
            let maker = recorded(&subject.maker(), &sink);
            let mut drive = Drive::new(&maker, &config, self.played.capacity)
                .map_err(|error| std::io::Error::other(error.to_string()))?;
            let feed = drive.guard().plan().feeds.first();
            let feed = feed.map_or("writes", String::as_str).to_owned();
            let mut count = 1;
            let mut put = || {
                let lines =
                    std::mem::take(&mut *written.lock().unwrap_or_else(PoisonError::into_inner));
                count += lines.len();
                lines
                    .iter()
                    .try_for_each(|line| writeln!(file, "{}", line.text()))
            };
            play(&workload, &feed, |happening, now| {
                match happening {
                    Happening::Read(reading) => drop(drive.read(&reading, now)),
                    Happening::Changes(changes) => drop(drive.tell(&changes, now)),
                }
                put().map_err(Error::other)
            })
            .map_err(|error| std::io::Error::other(error.to_string()))?;
            put()?;
            Ok(count)
        })?;
        print(&format!(
            "{lines} lines written to {}\n",
            self.output.display()
        ))
    }
}

/// Writes a file as a whole: whoever looks meanwhile finds the old one or none.
fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<usize>,
) -> Result<usize, Error> {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.unfinished", std::process::id()));
    let unfinished = path.with_file_name(name);
    let _removed_by_a_signal = interrupt::unfinished(&unfinished);
    let written = File::create(&unfinished).and_then(|file| {
        let mut file = BufWriter::new(file);
        let lines = write(&mut file)?;
        file.flush()?;
        let _whole = interrupt::whole();
        std::fs::rename(&unfinished, path)?;
        interrupt::complete(format!("{} is complete", path.display()));
        Ok(lines)
    });
    written.map_err(|error| {
        let _ = std::fs::remove_file(&unfinished);
        Error::usage(format!("{}: {error}", path.display()))
    })
}
