//! Colour: on a terminal only, and not where somebody would rather have none.
//!
//! What is printed is made without it. Here its lines are told apart by their shape, so that a table in a
//! file and one on a terminal have the same characters.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::sync::OnceLock;

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use shelflife_sim::error::Error;

use super::print;

/// When there is colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, unless NO_COLOR is set or TERM is `dumb`
    #[default]
    Auto,
    /// Also in a pipe
    Always,
    /// Nowhere
    Never,
}

static WHEN: OnceLock<When> = OnceLock::new();

/// What the command line says, which is known only once it is read.
pub fn choose(when: When) {
    // It is read once.
    let _ = WHEN.set(when);
}

/// Whether there is colour. `NO_COLOR` counts where it is not empty (no-color.org).
fn decide(when: When, is_terminal: bool, variable: impl Fn(&str) -> Option<OsString>) -> bool {
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto => {
            let says_no = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
            let is_dumb = variable("TERM").is_some_and(|term| term == "dumb");
            is_terminal && !says_no && !is_dumb
        }
    }
}

fn wanted(is_terminal: bool) -> bool {
    let when = WHEN.get().copied().unwrap_or_default();
    decide(when, is_terminal, |name| std::env::var_os(name))
}

/// Prints what people read, in colour where there is some.
pub fn print_painted(text: &str) -> Result<(), Error> {
    match wanted(std::io::stdout().is_terminal()) {
        true => print(&painted(text)),
        false => print(text),
    }
}

/// `error: …`, for standard error.
pub fn error_line(error: &Error) -> String {
    let word = match wanted(std::io::stderr().is_terminal()) {
        true => paint("error:", BAD.bold()),
        false => "error:".to_owned(),
    };
    format!("{word} {error}")
}

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const OPEN: Style = AnsiColor::Yellow.on_default();

fn paint(text: &str, style: Style) -> String {
    format!("{style}{text}{style:#}")
}

/// Verdicts, as tables have them.
fn verdict(word: &str) -> Option<Style> {
    match word {
        "pass" | "met" | "better" => Some(GOOD),
        "FAIL" | "missed" | "worse" | "!" => Some(BAD),
        "open" => Some(OPEN),
        _ => None,
    }
}

/// What a line is, by its shape and by those around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    Plain,
    Rule,
    /// The heads of a table, or a heading.
    Head,
    /// A row of a table.
    Row,
}

/// The same characters, with heads bold, rules dim and verdicts in their colours.
fn painted(text: &str) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let kinds = kinds(&lines);
    let painted = lines.iter().zip(kinds).map(|(line, kind)| {
        let (body, end) = match line.strip_suffix('\n') {
            Some(body) => (body, "\n"),
            None => (*line, ""),
        };
        let body = match kind {
            Line::Plain => body.to_owned(),
            Line::Rule => paint(body, DIM),
            Line::Head => paint(body, BOLD),
            Line::Row => row(body),
        };
        body + end
    });
    painted.collect()
}

fn is_rule(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && line.chars().all(|c| c == '─')
}

fn kinds(lines: &[&str]) -> Vec<Line> {
    let is_blank = |line: &str| line.trim().is_empty();
    let mut kinds = vec![Line::Plain; lines.len()];
    let mut block = 0;
    let mut in_table = false;
    for (at, line) in lines.iter().enumerate() {
        if is_blank(line) {
            (block, in_table) = (at + 1, false);
        } else if is_rule(line) {
            // What stands between a blank line and the first rule of a table are its heads.
            if !in_table {
                kinds[block..at].fill(Line::Head);
            }
            kinds[at] = Line::Rule;
            in_table = true;
        } else if in_table {
            kinds[at] = Line::Row;
        } else {
            let next = lines.get(at + 1).copied().unwrap_or_default();
            let is_first = at == block && !line.starts_with(' ');
            if is_first && next.starts_with("  ") && !line.trim_end().ends_with('.') {
                kinds[at] = Line::Head;
            }
        }
    }
    kinds
}

/// A row with its verdicts painted.
fn row(line: &str) -> String {
    let words = line.split_inclusive(' ');
    let words = words.map(|piece| {
        let word = piece.trim_end_matches(' ');
        match verdict(word) {
            Some(style) => paint(word, style) + &piece[word.len()..],
            None => piece.to_owned(),
        }
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "       hit  stale\npolicy   %      %\n─────────────────\nttl   34.65  pass\n\
                         cdc   63.01  FAIL\n─────────────────\nperfect 83  open\n\nhit: a pass of all.\n\n\
                         Settings\n  ttl  ttl=60s\n";

    #[test]
    fn there_is_colour_on_a_terminal_unless_somebody_would_rather_have_none() {
        let none = |_: &str| None;
        let says = |name: &'static str, value: &'static str| {
            move |asked: &str| (asked == name).then(|| OsString::from(value))
        };
        assert!(decide(When::Auto, true, none));
        assert!(!decide(When::Auto, false, none));
        assert!(!decide(When::Auto, true, says("NO_COLOR", "1")));
        assert!(decide(When::Auto, true, says("NO_COLOR", "")));
        assert!(!decide(When::Auto, true, says("TERM", "dumb")));
        assert!(decide(When::Always, false, says("NO_COLOR", "1")));
        assert!(!decide(When::Never, true, none));
    }

    #[test]
    fn a_painted_table_has_the_characters_of_the_plain_one() {
        let mut plain = String::new();
        let mut in_escape = false;
        for c in painted(TABLE).chars() {
            match (in_escape, c) {
                (false, '\u{1b}') => in_escape = true,
                (false, c) => plain.push(c),
                (true, 'm') => in_escape = false,
                (true, _) => {}
            }
        }
        assert_eq!(plain, TABLE);
    }

    #[test]
    fn heads_are_bold_rules_dim_and_verdicts_of_rows_in_their_colours() {
        let text = painted(TABLE);
        let line = |n: usize| text.lines().nth(n).unwrap();
        assert!(line(0).starts_with("\u{1b}[1m") && line(1).starts_with("\u{1b}[1m"));
        assert!(line(2).starts_with("\u{1b}[2m") && line(5).starts_with("\u{1b}[2m"));
        assert!(line(3).ends_with("\u{1b}[32mpass\u{1b}[0m"), "{}", line(3));
        assert!(line(4).ends_with("\u{1b}[31mFAIL\u{1b}[0m"));
        assert!(line(6).ends_with("\u{1b}[33mopen\u{1b}[0m"));
        assert_eq!(line(8), "hit: a pass of all.", "prose has no verdicts");
        assert!(line(10).starts_with("\u{1b}[1mSettings"));
    }
}
