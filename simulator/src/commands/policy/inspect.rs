//! `policy inspect`: what a component asks and offers.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use shelflife::policy::{Error as PolicyError, Outcome};
use shelflife_sim::error::Error;
use shelflife_workbench::about::{About, Interface, Setting, Share};

use super::{sizes, subject};
use crate::commands::{print, wrong};

/// What follows the help.
pub const EXAMPLES: &str = "\
Built in are ttl, write-through, cdc, tags, versions, semantic and adaptive. A component that could not run is an
error that says what it lacks or what it asks for in vain; one for another host has that in three lists.

Examples:
  shelflife policy inspect tags
  shelflife policy inspect ./mine.wasm
  shelflife policy inspect ./mine.wasm --format json | jq .schema";

#[derive(Args)]
pub struct Inspect {
    /// A component, or the name of a built-in policy
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Prints a table or json
    #[arg(long, value_name = "FORMAT", value_parser = wrong::table_or_json, default_value = "table", hide_default_value = true)]
    format: String,
}

impl Inspect {
    pub fn run(&self) -> Result<(), Error> {
        let name = self.file.display().to_string();
        let bytes = subject::bytes(&self.file)?;
        let about = About::of(&name, &bytes, &subject::runtime()?).map_err(|error| {
            if let Some(lists) = lists(&name, &error) {
                // What comes of it is the error; that nobody reads the lists is none.
                let _ = print(&lists);
            }
            Error::usage(error)
        })?;
        match self.format.as_str() {
            "json" => {
                let json = serde_json::to_string_pretty(&about).map_err(Error::other)?;
                print(&format!("{json}\n"))
            }
            _ => print(&table(&about)),
        }
    }
}

/// What stands between a component of another world and this host, one a line.
fn lists(name: &str, error: &PolicyError) -> Option<String> {
    let Outcome::OtherWorld(mismatch) = error.outcome() else {
        return None;
    };
    let mut text = format!("{name}: no policy for {}\n", shelflife::policy::CONTRACT);
    for (title, names) in mismatch.lists() {
        let _ = writeln!(text, "\n{}", capital(title));
        for name in names {
            let _ = writeln!(text, "  {name}");
        }
        if names.is_empty() {
            text.push_str("  nothing\n");
        }
    }
    let asks_for_a_system = mismatch
        .lacking
        .iter()
        .any(|name| name.starts_with("wasi:"));
    if asks_for_a_system {
        text.push_str(
            "\nA policy has no system under it: what is written in Rust is built for wasm32-unknown-unknown, and \
             `shelflife policy build` leaves out of other languages what they do not need.\n",
        );
    }
    Some(text)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|first| first.to_uppercase().collect::<String>());
    first.unwrap_or_default() + letters.as_str()
}

fn table(about: &About) -> String {
    let mut text = format!(
        "{}: a policy for {}, {} bytes\n\n",
        about.name, about.contract, about.size.is
    );
    let mut line = |what: &str, value: &str| {
        let _ = writeln!(text, "{what:<10} {value}");
    };
    line(
        "world",
        about
            .world
            .as_deref()
            .unwrap_or("none of the contract's: it mixes what two of them hold"),
    );
    line("version", about.version.as_deref().unwrap_or("not said"));
    let written = match (&about.language, &about.sdk) {
        (None, None) => "not said".to_owned(),
        (Some(language), None) => format!("in {language}"),
        (None, Some(sdk)) => format!("with {sdk}"),
        (Some(language), Some(sdk)) => format!("in {language}, with {sdk}"),
    };
    line("written", &written);
    line("size", &share(about.size));
    line(
        "memory",
        &format!("{} before the first call", share(about.memory)),
    );
    line("sha256", &about.sha256);
    let list = |interfaces: &[Interface]| match interfaces {
        [] => "  nothing\n".to_owned(),
        interfaces => interfaces
            .iter()
            .map(|one| format!("  {:<36} {}\n", one.name, one.meaning))
            .collect(),
    };
    let _ = write!(
        text,
        "\nIt asks for\n{}\nIt offers\n{}\nIts settings\n",
        list(&about.imports),
        list(&about.exports)
    );
    match about.settings.as_deref() {
        None => text.push_str("  not said: it has no section `shelflife:settings`\n"),
        Some([]) => text.push_str("  none\n"),
        Some(settings) => settings
            .iter()
            .for_each(|setting| text.push_str(&shown(setting))),
    }
    text
}

fn share(share: Share) -> String {
    format!(
        "{} of {}",
        sizes::binary(share.is),
        sizes::binary(share.limit)
    )
}

/// A setting: what it is called, what can be given, what it is by default; and what it means.
fn shown(setting: &Setting) -> String {
    let default = match (&setting.default, setting.required) {
        (Some(default), _) => format!(" [{default}]"),
        (None, true) => " (must be given)".to_owned(),
        (None, false) => String::new(),
    };
    let mut text = format!("  {:<18} {}{default}\n", setting.name, setting.r#type);
    for line in wrapped(&setting.meaning, 56) {
        let _ = writeln!(text, "{:21}{line}", "");
    }
    text
}

/// Text in lines of at most so many characters, broken at blanks.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
