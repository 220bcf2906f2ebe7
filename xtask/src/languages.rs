//! `cargo xtask languages`: the same two policies in four languages, held against the same cases and measured in one
//! run.
//!
//! No part of `cargo xtask test`: the tools of JavaScript and Python are hundreds of megabytes, and a component with an
//! interpreter takes tens of seconds to build and as long to compile.

mod lines;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use shelflife_author::languages::{self, Language};
use shelflife_author::run;
use shelflife_author::whole;

use crate::Outcome;
use crate::component::read;
use crate::toolchain::{cargo, output, target_directory};
use crate::tools;

/// Both have these cases, and a built-in policy in Rust.
const POLICIES: [&str; 2] = ["ttl", "tags"];

/// The page with the table, and what stands around it.
const PAGE: &str = "policies/languages/README.md";
const BEGIN: &str = "<!-- ANCHOR: table -->\n";
const END: &str = "<!-- ANCHOR_END: table -->\n";

/// What `policy bench --format json` says.
#[derive(Deserialize)]
struct Report {
    policies: Vec<Figures>,
    start: Option<Start>,
}

#[derive(Deserialize)]
struct Figures {
    size: Option<usize>,
    memory: Option<usize>,
    hooks: Vec<Hook>,
}

#[derive(Deserialize)]
struct Hook {
    name: String,
    ns: f64,
    fuel: f64,
}

#[derive(Deserialize)]
struct Start {
    compile_ms: f64,
    load_ms: f64,
}

/// Builds all, checks them, measures them, and writes the table.
pub fn run(root: &Path) -> Outcome {
    let mut lacking = Vec::new();
    for language in Language::ALL {
        if let Err(why) = prepare(language) {
            lacking.push(format!("{language} is left out: {why}"));
        }
    }
    let there = |language: &Language| {
        let left_out = format!("{language} is left out");
        !lacking.iter().any(|line| line.starts_with(&left_out))
    };
    let program = program(root)?;
    let mut rows = Vec::new();
    for policy in POLICIES {
        for language in Language::ALL.into_iter().filter(there) {
            println!("{policy} in {language}");
            rows.push(row(root, &program, policy, language)?);
        }
    }
    let table = table(&rows);
    print!("\n{table}");
    if !lacking.is_empty() {
        return Err(format!("{}\n{PAGE} is as it was", lacking.join("\n")));
    }
    let file = root.join(PAGE);
    let page = String::from_utf8_lossy(&read(&file)?).into_owned();
    let page = with_table(&page, &table)
        .ok_or_else(|| format!("{PAGE} lacks the lines {} and {}", BEGIN.trim(), END.trim()))?;
    whole::write(&file, page.as_bytes()).map_err(|error| error.to_string())
}

/// Makes sure that a language's own tools are there; what a build installs by itself, it does.
fn prepare(language: Language) -> Outcome {
    let packages: &[&str] = match language {
        Language::C if !languages::is_ready(Language::C) => &["clang", "lld"],
        Language::JavaScript if !(run::is_there("node") && run::is_there("npm")) => {
            &["nodejs", "npm"]
        }
        Language::Python if !languages::is_ready(Language::Python) => &["python3-venv"],
        _ => return Ok(()),
    };
    eprintln!("installing {}", packages.join(", "));
    tools::install(packages)
}

/// The program that runs, checks and measures policies.
fn program(root: &Path) -> Outcome<PathBuf> {
    let mut build = cargo(root);
    build.args(["build", "--release", "--locked"]);
    crate::test::succeed(&mut build)?;
    let name = format!("shelflife{}", std::env::consts::EXE_SUFFIX);
    Ok(target_directory(root)?.join("release").join(name))
}

/// Builds one, checks it and measures it.
fn row(root: &Path, program: &Path, policy: &str, language: Language) -> Outcome<Row> {
    let (folder, library) = sources(root, policy, language);
    let component = match language {
        // What is committed is what is measured.
        Language::Rust => root.join(format!("policies/dist/{policy}.wasm")),
        _ => {
            let say = |line: &str| eprintln!("{line}");
            let built = languages::build(&folder, &say).map_err(|error| error.to_string())?;
            let file = built.file_in(&folder);
            built.write(&file).map_err(|error| error.to_string())?;
            file
        }
    };
    // What takes long to compile is compiled once for the cases; `policy bench` measures that by itself.
    let compiled = target_directory(root)?.join("languages");
    let command = |name: &str| {
        let mut command = Command::new(program);
        command.args(["policy", name]).arg(&component);
        command.env("SHELFLIFE_COMPILED", &compiled);
        command
    };
    output(&mut command("compile"))?;
    let mut check = command("check");
    check.arg("--cases");
    output(check.arg(root.join("policies/cases").join(policy)))?;
    let mut bench = command("bench");
    let json = output(bench.args(["--beside", policy, "--format", "json"]))?;
    let report: Report = serde_json::from_str(&json)
        .map_err(|error| format!("policy bench said something else: {error}"))?;
    let figures = report.policies.into_iter().next();
    let figures = figures.ok_or("policy bench measured nothing")?;
    Ok(Row {
        policy: policy.to_owned(),
        language,
        lines: lines::of(&folder)?,
        library: library.map(|folder| lines::of(&folder)).transpose()?,
        figures,
        start: report.start,
    })
}

/// Where a policy's sources are, and those that it shares with others of its language.
fn sources(root: &Path, policy: &str, language: Language) -> (PathBuf, Option<PathBuf>) {
    let policies = root.join("policies");
    let name = match language {
        Language::Rust => return (policies.join(policy).join("src"), None),
        Language::C => "c",
        Language::JavaScript => "javascript",
        Language::Python => "python",
    };
    let folder = policies.join("languages").join(name);
    (folder.join(policy), Some(folder.join("sdk")))
}

/// What is known of one policy in one language.
struct Row {
    policy: String,
    language: Language,
    lines: usize,
    library: Option<usize>,
    figures: Figures,
    start: Option<Start>,
}

fn table(rows: &[Row]) -> String {
    let mut text = "\
| policy | language | lines | component | compile | load | memory | ns a fill | ns a change | fuel a fill | fuel a change |
|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|
"
    .to_owned();
    for row in rows {
        let hook = |name: &str| row.figures.hooks.iter().find(|hook| hook.name == name);
        let of = |name: &str, value: fn(&Hook) -> f64| {
            hook(name).map_or("–".to_owned(), |hook| thousands(value(hook)))
        };
        let milliseconds = |value: fn(&Start) -> f64| {
            row.start
                .as_ref()
                .map_or("–".to_owned(), |start| duration(value(start)))
        };
        let cells = [
            row.policy.clone(),
            row.language.to_string(),
            match row.library {
                Some(library) => format!("{} + {library}", row.lines),
                None => row.lines.to_string(),
            },
            row.figures.size.map_or("–".to_owned(), bytes),
            milliseconds(|start| start.compile_ms),
            milliseconds(|start| start.load_ms),
            row.figures.memory.map_or("–".to_owned(), bytes),
            of("on-fill", |hook| hook.ns),
            of("on-changes-batch", |hook| hook.ns),
            of("on-fill", |hook| hook.fuel),
            of("on-changes-batch", |hook| hook.fuel),
        ];
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    text
}

/// Bytes with three digits or so.
fn bytes(bytes: usize) -> String {
    let bytes = bytes as f64;
    match bytes {
        _ if bytes < 1e3 => format!("{bytes} B"),
        _ if bytes < 1e6 => format!("{:.0} kB", bytes / 1e3),
        _ => format!("{:.1} MB", bytes / 1e6),
    }
}

fn duration(milliseconds: f64) -> String {
    match milliseconds {
        _ if milliseconds < 0.995 => format!("{:.0} µs", milliseconds * 1e3),
        _ if milliseconds < 9.95 => format!("{milliseconds:.1} ms"),
        _ if milliseconds < 999.5 => format!("{milliseconds:.0} ms"),
        _ => format!("{:.1} s", milliseconds / 1e3),
    }
}

/// A whole number with a space at each thousand.
fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// The page with another table.
fn with_table(page: &str, table: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{table}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_a_page_is_replaced_and_nothing_else() {
        let page = format!("a\n{BEGIN}\nold\n\n{END}b\n");
        let other = with_table(&page, "new\n").unwrap();
        assert_eq!(other, format!("a\n{BEGIN}\nnew\n\n{END}b\n"));
        assert_eq!(with_table(&other, "old\n").unwrap(), page);
        assert!(with_table("a\n", "new\n").is_none());
    }

    #[test]
    fn figures_are_short() {
        assert_eq!(thousands(1_234_567.4), "1\u{202f}234\u{202f}567");
        assert_eq!(thousands(360.0), "360");
        assert_eq!(
            [0.04, 3.25, 48.0, 25_300.0].map(duration),
            ["40 µs", "3.2 ms", "48 ms", "25.3 s"]
        );
        assert_eq!([14_437, 18_396_420].map(bytes), ["14 kB", "18.4 MB"]);
    }

    #[test]
    fn the_page_has_a_place_for_the_table() {
        let page = include_str!("../../policies/languages/README.md");
        assert!(with_table(page, "").is_some());
    }
}
