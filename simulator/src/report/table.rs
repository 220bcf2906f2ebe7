//! The table in the terminal.

use serde_json::Value;

use super::digest::{Row, rows, twins};
use super::units::{clip, count, duration, percent};
use super::{PolicyKind, Report, doubted, grid, leaders};

/// Fits the narrowest terminal that people still use.
pub const WIDTH: usize = 80;
const BETWEEN: usize = 2;
/// Labels are cut to this before any column goes.
const LABEL: usize = 16;

struct Column {
    heads: [&'static str; 2],
    cells: Vec<String>,
}

impl Column {
    fn width(&self) -> usize {
        let heads = self.heads.iter().map(|h| h.chars().count());
        let cells = self.cells.iter().map(|c| c.chars().count());
        heads.chain(cells).max().unwrap_or(0)
    }
}

/// The report as a table of at most 80 columns: a row a policy, the baselines last below a line,
/// then what the columns mean, which policy is shown to be best by what, what is to be doubted, the
/// settings where they are short, and the speed.
///
/// Has no colour and no escape sequence, so that it reads the same in a file.
pub fn table(report: &Report) -> String {
    let rows = rows(report);
    let replications = rows.iter().map(|row| row.runs.len()).max().unwrap_or(0);
    let (columns, plus_minus) = fitting(&rows, replications > 1);
    let widths: Vec<usize> = columns.iter().map(Column::width).collect();
    let numbers: usize = widths.iter().map(|w| w + BETWEEN).sum();
    let longest = rows.iter().map(|row| row.info.label.chars().count()).max();
    let first = longest
        .unwrap_or(0)
        .clamp("policy".len(), WIDTH.saturating_sub(numbers));

    let line = |label: &str, cells: &mut dyn Iterator<Item = &str>| {
        let mut line = format!("{:first$}", clip(label, first));
        for (cell, width) in cells.zip(&widths) {
            line += &format!("{:BETWEEN$}{cell:>width$}", "");
        }
        line.truncate(line.trim_end().len());
        line.push('\n');
        line
    };
    let rule = "─".repeat(first + numbers) + "\n";
    let mut out = line("", &mut columns.iter().map(|c| c.heads[0]));
    out += &line("policy", &mut columns.iter().map(|c| c.heads[1]));
    let mut before = None;
    for (i, row) in rows.iter().enumerate() {
        if before != Some(row.is_baseline()) {
            out += &rule;
        }
        before = Some(row.is_baseline());
        let mut cells = columns.iter().map(|c| c.cells[i].as_str());
        out += &line(&row.info.label, &mut cells);
    }
    out.push('\n');
    let has = |head: &str| columns.iter().any(|c| c.heads[1] == head);
    out += &notes(replications, plus_minus, has("herd"), has("fills"));
    out += &section(
        "Best, by paired differences at 95 %",
        &leaders::lines(report, WIDTH),
    );
    out += &section("Doubts", &doubted::lines(report, WIDTH));
    out += &settings(&rows, first);
    out += &speed(report);
    out
}

/// The same table as Markdown, whole: every column, with the intervals; then what is to be doubted.
pub fn markdown(report: &Report) -> String {
    let rows = rows(report);
    let labels = rows.iter().map(|row| row.info.label.clone());
    let mut grid = vec![grid::Column::new("policy", true, labels)];
    let replicated = rows.iter().any(|row| row.runs.len() > 1);
    grid.extend(columns(&rows, [replicated; 2]).into_iter().map(|column| {
        let head = column.heads.map(str::trim).join(" ");
        grid::Column::new(&head, false, column.cells.into_iter())
    }));
    let doubts = doubted::lines(report, usize::MAX);
    let doubts = doubts.iter().map(|line| format!("- {}\n", line.trim()));
    let doubts: String = doubts.collect();
    let doubts = match doubts.is_empty() {
        true => doubts,
        false => format!("\nDoubts:\n\n{doubts}"),
    };
    grid::markdown(&grid) + &doubts
}

/// The widest set of columns that fits beside the labels: first the intervals go, then the columns
/// that say least about freshness.
fn fitting(rows: &[Row], replicated: bool) -> (Vec<Column>, bool) {
    let longest = rows.iter().map(|row| row.info.label.chars().count()).max();
    let label = longest.unwrap_or(0).clamp("policy".len(), LABEL);
    let room = |columns: &[Column]| -> bool {
        label + columns.iter().map(|c| c.width() + BETWEEN).sum::<usize>() <= WIDTH
    };
    if replicated {
        for with in [[true, true], [true, false]] {
            let columns = columns(rows, with);
            if room(&columns) {
                return (columns, true);
            }
        }
    }
    let mut columns = columns(rows, [false, false]);
    for least in ["fills", "p99 ", "herd", "peak/s"] {
        if room(&columns) {
            break;
        }
        columns.retain(|c| c.heads[1] != least);
    }
    (columns, false)
}

/// `intervals`: whether the stale share and the hit ratio have theirs.
fn columns(rows: &[Row], intervals: [bool; 2]) -> Vec<Column> {
    let column = |heads, cell: &dyn Fn(&Row) -> String| Column {
        heads,
        cells: rows.iter().map(cell).collect(),
    };
    let ratio = |row: &Row, name: &str, interval: bool| match row.figure(name) {
        None => "–".to_owned(),
        Some(figure) => match figure.ci95.filter(|_| interval) {
            Some(ci) => format!("{} ±{}", percent(figure.mean), percent(ci)),
            None => percent(figure.mean),
        },
    };
    let age = |row: &Row, name: &str| {
        if row.has_stale() {
            duration(row.mean(name))
        } else {
            "–".to_owned()
        }
    };
    vec![
        column(["hit", "%"], &|r| ratio(r, "hit_ratio", intervals[1])),
        column(["stale", "%"], &|r| ratio(r, "stale_ratio", intervals[0])),
        column(["age", "p99"], &|r| age(r, "stale_age_us.p99")),
        column(["age", "max"], &|r| age(r, "stale_age_us.max")),
        column(["origin", "loads"], &|r| count(r.mean("origin_loads"))),
        column(["origin", "peak/s"], &|r| count(r.mean("origin_rate.max"))),
        column(["max", "herd"], &|r| count(r.mean("herd.max"))),
        column(["read", "p99 "], &|r| {
            duration(r.mean("read_latency_us.p99"))
        }),
        column(["lost", "fills"], &|r| count(r.mean("discarded_fills"))),
    ]
}

fn notes(replications: usize, plus_minus: bool, herd: bool, fills: bool) -> String {
    let mut text =
        "hit: answered at once. stale: answered with an older value than the origin had; \
        age: for how long it had been outdated. origin: loads, and the most in a second by windows \
        of 100 ms. read: latency."
            .to_owned();
    if herd {
        text += " max herd: reads that waited for one key.";
    }
    if fills {
        text += " lost fills: loads overtaken by an invalidation and not stored.";
    }
    if replications > 1 {
        text += &format!(" Means of {replications} replications");
        text += if plus_minus {
            ", ± 95 % confidence."
        } else {
            "; intervals in report.json."
        };
    }
    wrap(&text)
}

fn section(title: &str, lines: &[String]) -> String {
    match lines {
        [] => String::new(),
        lines => format!("\n{title}\n{}\n", lines.join("\n")),
    }
}

/// The settings of each policy that has some and whose line is short enough.
fn settings(rows: &[Row], width: usize) -> String {
    let lines: Vec<String> = rows
        .iter()
        .filter_map(|row| {
            let words = config(&row.info.config)?;
            let line = format!("  {:width$}  {words}", clip(&row.info.label, width));
            (line.chars().count() <= WIDTH).then_some(line)
        })
        .collect();
    section("Settings", &lines)
}

/// `ttl=60s jitter=0.1`; None without settings.
pub fn config(config: &Value) -> Option<String> {
    let words: Vec<String> = config
        .as_object()?
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(key, value)| match value {
            Value::String(text) => format!("{key}={text}"),
            other => format!("{key}={other}"),
        })
        .collect();
    (!words.is_empty()).then(|| clip(&words.join(" "), usize::MAX))
}

fn speed(report: &Report) -> String {
    let timing = &report.timing;
    if timing.events_per_second <= 0.0 {
        return String::new();
    }
    let mut text = format!(
        "{} events/s, {} in all",
        count(timing.events_per_second),
        duration(timing.seconds * 1e6)
    );
    if timing.guest_calls > 0 {
        text += &match timing.guest_calls {
            1 => "; 1 guest call".to_owned(),
            calls => format!("; {} guest calls", count(calls as f64)),
        };
        // A few calls are none that were timed.
        if timing.ns_per_guest_call > 0.0 {
            text += &format!(" of {:.0} ns", timing.ns_per_guest_call);
        }
    }
    for (component, native) in twins(report) {
        if let Some(ratio) = ratio(report, component, native) {
            text += &format!(
                "; {} runs at {ratio:.2} times the speed of {}",
                report.policies[component].label, report.policies[native].label
            );
        }
    }
    format!("\n{}", wrap(&(text + ".")))
}

/// Events a second of the component over those of its native twin.
pub fn ratio(report: &Report, component: usize, native: usize) -> Option<f64> {
    debug_assert!(report.policies[native].kind == PolicyKind::Native);
    let speed = |i: usize| {
        let label = &report.policies[i].label;
        let timing = report.timing.policies.iter().find(|t| t.policy == *label)?;
        (timing.events_per_second > 0.0).then_some(timing.events_per_second)
    };
    Some(speed(component)? / speed(native)?)
}

/// Lines of at most 80 characters, broken between words.
pub fn wrap(text: &str) -> String {
    wrap_at(text, WIDTH)
}

/// Lines of at most `width` characters, broken between words.
pub fn wrap_at(text: &str, width: usize) -> String {
    let mut out = String::new();
    let mut line = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if line > 0 && line + 1 + length > width {
            out.push('\n');
            line = 0;
        }
        if line > 0 {
            out.push(' ');
            line += 1;
        }
        out.push_str(word);
        line += length;
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn fits(text: &str) {
        for line in text.lines() {
            assert!(line.chars().count() <= WIDTH, "{line}");
        }
    }

    #[test]
    fn a_table_fits_eighty_columns_whatever_the_labels_and_figures() {
        for replications in [1, 4] {
            let mut report = sample::report(replications);
            fits(&table(&report));
            for run in &mut report.runs {
                run.summary.herd.max = 123_456_789.0;
                run.summary.discarded_fills = 987_654;
                run.summary.origin_rate.max = 1.5e7;
                run.summary.stale_ratio = 0.123_456;
            }
            sample::conclude(&mut report);
            fits(&table(&report));
            let long = "a label that is much too long for a table of eighty columns";
            for run in report.runs.iter_mut().filter(|r| r.policy == "cdc") {
                run.policy = long.to_owned();
            }
            for policy in report.policies.iter_mut().filter(|p| p.label == "cdc") {
                policy.label = long.to_owned();
            }
            sample::conclude(&mut report);
            let text = table(&report);
            fits(&text);
            assert!(text.contains("a label that"), "{text}");
        }
        fits(&table(&sample::empty()));
        fits(&table(&sample::nothing_read()));
    }

    #[test]
    fn baselines_stand_below_a_line_of_their_own() {
        let text = table(&sample::report(1));
        let lines: Vec<&str> = text.lines().collect();
        let rules: Vec<usize> = (0..lines.len())
            .filter(|i| lines[*i].starts_with('─'))
            .collect();
        assert_eq!(rules.len(), 2, "{text}");
        assert!(lines[rules[1] + 1].starts_with("perfect"), "{text}");
        assert!(lines[rules[0]].chars().count() > 60);
    }

    #[test]
    fn a_policy_without_stale_answers_has_no_age() {
        let text = table(&sample::nothing_stale());
        let row = text.lines().find(|l| l.starts_with("ttl")).unwrap();
        assert_eq!(row.matches('–').count(), 2, "{row}");
    }

    #[test]
    fn the_cost_of_the_boundary_is_named_where_a_native_twin_ran() {
        let mut report = sample::report(1);
        assert!(!table(&report).contains("times the speed"));
        let mut native = report.policies[0].clone();
        native.kind = PolicyKind::Native;
        native.label = "native:ttl".to_owned();
        native.source = "native:ttl".to_owned();
        report.policies.push(native);
        let mut timing = report.timing.policies[0].clone();
        timing.policy = "native:ttl".to_owned();
        timing.events_per_second *= 2.0;
        report.timing.policies.push(timing);
        let text = table(&report).replace('\n', " ");
        assert!(
            text.contains("0.50 times the speed of native:ttl"),
            "{text}"
        );
    }

    #[test]
    fn intervals_are_shown_or_said_to_be_elsewhere() {
        let text = table(&sample::report(4));
        assert!(text.contains("± 95 %") || text.contains("intervals in report.json"));
        let one = table(&sample::report(1));
        assert!(!one.contains("Means of"));
        assert!(
            one.contains("\nDoubts\n  one replication: no figure has an interval"),
            "{one}"
        );
    }

    #[test]
    fn the_best_are_named_below_the_table_where_replications_show_them() {
        let text = table(&sample::report(4));
        assert!(
            text.contains("\nBest, by paired differences at 95 %\n  fewest stale  versions"),
            "{text}"
        );
        assert!(!table(&sample::report(1)).contains("Best, by"));
    }
}
