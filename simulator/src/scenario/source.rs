//! Where each key of a scenario stands in its text, so that errors can name the line.

use std::collections::HashMap;
use std::fmt;

use toml::de::{DeTable, DeValue};

use super::overrides::Written;
use crate::error::Error;

/// Where a scenario came from: its name, and the line of each key and element by its path.
pub(super) struct Source<'a> {
    name: &'a str,
    positions: HashMap<Vec<String>, Position>,
    /// The `--policy` of the command line, where they stand instead of what the text says.
    specs: Option<&'a [String]>,
}

/// Where something stands in a text.
#[derive(Clone, Copy)]
struct Position {
    /// From 1.
    line: usize,
    /// In bytes from the beginning.
    offset: usize,
}

impl Position {
    fn new(text: &str, offset: usize) -> Self {
        let line = line_at(text, offset);
        Self { line, offset }
    }
}

/// The line of a byte, from 1.
pub(super) fn line_at(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    text.as_bytes()[..offset]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
        + 1
}

fn note_table(
    table: &DeTable<'_>,
    path: &mut Vec<String>,
    text: &str,
    positions: &mut HashMap<Vec<String>, Position>,
) {
    for (key, value) in table {
        path.push(key.get_ref().to_string());
        // The first mention counts: a table may be spread over dotted keys.
        positions
            .entry(path.clone())
            .or_insert_with(|| Position::new(text, key.span().start));
        note_value(value.get_ref(), path, text, positions);
        path.pop();
    }
}

fn note_value(
    value: &DeValue<'_>,
    path: &mut Vec<String>,
    text: &str,
    positions: &mut HashMap<Vec<String>, Position>,
) {
    match value {
        DeValue::Table(table) => note_table(table, path, text, positions),
        DeValue::Array(array) => {
            for (index, element) in array.iter().enumerate() {
                path.push(index.to_string());
                positions
                    .entry(path.clone())
                    .or_insert_with(|| Position::new(text, element.span().start));
                note_value(element.get_ref(), path, text, positions);
                path.pop();
            }
        }
        _ => {}
    }
}

impl<'a> Source<'a> {
    /// A text that was parsed; errors call it by `name`.
    pub(super) fn of(name: &'a str, text: &str, table: &DeTable<'_>) -> Self {
        let mut positions = HashMap::new();
        note_table(table, &mut Vec::new(), text, &mut positions);
        Self {
            name,
            positions,
            specs: None,
        }
    }

    /// A scenario without a text of its own.
    pub(super) fn without_text(name: &'a str) -> Self {
        Self {
            name,
            positions: HashMap::new(),
            specs: None,
        }
    }

    /// The policies come from the command line, whatever the text says.
    pub(super) fn policies_from(&mut self, specs: &'a [String]) {
        self.specs = Some(specs);
    }

    /// The line at which the key or element at `path` is first named.
    pub(super) fn line(&self, path: &[String]) -> Option<usize> {
        self.positions.get(path).map(|position| position.line)
    }

    /// How far into the text the key or element at `path` is first named, to tell what was written first.
    pub(super) fn offset(&self, path: &[String]) -> Option<usize> {
        self.positions.get(path).map(|position| position.offset)
    }

    /// Whether the text or anything `written` over it says what stands at `path`.
    pub(super) fn says(&self, path: &[String], written: &Written) -> bool {
        self.positions.contains_key(path) || written.by(path).is_some()
    }

    /// An error about what stands at `path`: where that was written, and what is wrong.
    pub(super) fn error(
        &self,
        path: &[String],
        written: &Written,
        message: impl fmt::Display,
    ) -> Error {
        let place = self.place(path, written);
        Error::usage(format_args!("{place}: {message}"))
    }

    /// Where what stands at `path` was written: `shop.toml:3`, `--set seed=x`, `--policy ttl`.
    pub(super) fn place(&self, path: &[String], written: &Written) -> String {
        if let Some(set) = written.by(path) {
            return set.to_owned();
        }
        let is_policy = path.first().is_some_and(|key| key == "policy");
        if let Some(specs) = self.specs.filter(|_| is_policy) {
            let index = path.get(1).and_then(|index| index.parse::<usize>().ok());
            return match index.and_then(|index| specs.get(index)) {
                Some(spec) => format!("--policy {spec}"),
                None => "--policy".to_owned(),
            };
        }
        let known = (0..=path.len()).rev();
        match known.filter_map(|n| self.positions.get(&path[..n])).next() {
            Some(position) => format!("{}:{}", self.name, position.line),
            None => written
                .below(path)
                .filter(|_| !path.is_empty())
                .map_or_else(|| self.name.to_owned(), str::to_owned),
        }
    }
}

/// How people write the place of a table: `[origin]`, `[[policy]]`, nothing for the top.
pub(super) fn table_name(path: &[String]) -> String {
    let is_index = |part: &String| part.bytes().all(|byte| byte.is_ascii_digit());
    let names: Vec<&str> = path
        .iter()
        .filter(|part| !is_index(part))
        .map(String::as_str)
        .collect();
    match path.last() {
        None => String::new(),
        Some(last) if is_index(last) => format!("[[{}]]", names.join(".")),
        Some(_) => format!("[{}]", names.join(".")),
    }
}
