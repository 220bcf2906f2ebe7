//! What is wrong with a command line, in one line.

use clap::error::ErrorKind;
use shelflife_sim::error::Error;

/// What clap says over several lines, in one: what is wrong, what was probably meant, and where to
/// read on.
pub fn command_line(error: &clap::Error) -> Error {
    let text = error.to_string();
    let help = help(&text);
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let known = commands(&text).join(", ");
        return Error::usage(format_args!("a command is missing: {known}{help}"));
    }
    let mut said = String::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("Usage:") || line.starts_with("For more information") {
            break;
        }
        let line = line.strip_prefix("error: ").unwrap_or(line);
        let line = line.strip_prefix("tip: ").unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        match said.chars().last() {
            None => {}
            Some(':') => said.push(' '),
            Some(_) => said.push_str(": "),
        }
        said.push_str(line);
    }
    Error::usage(format_args!("{said}{help}"))
}

/// Where the help of the command that was meant is found, as far as the message tells.
fn help(text: &str) -> String {
    let usage = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("Usage: "));
    let Some(usage) = usage else {
        return String::new();
    };
    let is_command = |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase());
    let words: Vec<&str> = usage.split_whitespace().take_while(is_command).collect();
    format!(" (see `{} --help`)", words.join(" "))
}

/// The names under the heading of the commands.
fn commands(text: &str) -> Vec<&str> {
    text.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect()
}

/// Reads `--jobs`.
pub fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(jobs) if jobs > 0 => Ok(jobs),
        _ => Err("write a whole number from 1 up".to_owned()),
    }
}

/// Reads a format of what has no columns.
pub fn table_or_json(text: &str) -> Result<String, String> {
    match text {
        "table" | "json" => Ok(text.to_owned()),
        _ => Err("write table or json".to_owned()),
    }
}

/// Reads `--seed`.
pub fn whole_number(text: &str) -> Result<u64, String> {
    let wrong = |_| format!("write a whole number from 0 to {}", u64::MAX);
    text.parse().map_err(wrong)
}
