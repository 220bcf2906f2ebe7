//! Columns of text side by side: for a terminal, or as Markdown.

use super::table::WIDTH;
use super::units::clip;

const BETWEEN: usize = 2;

/// A head may be broken into so many lines.
const HEAD_LINES: usize = 3;

/// Text is cut to this where nothing else helps.
const TEXT: usize = 10;

/// A column with its head.
#[derive(Clone)]
pub struct Column {
    pub head: String,
    /// As many as every other column has.
    pub cells: Vec<String>,
    /// Text begins at the left; numbers end at the right.
    pub is_text: bool,
}

impl Column {
    pub fn new(head: &str, is_text: bool, cells: impl Iterator<Item = String>) -> Self {
        Self {
            head: head.to_owned(),
            cells: cells.collect(),
            is_text,
        }
    }

    fn longest_cell(&self) -> usize {
        let cells = self.cells.iter().map(|cell| cell.chars().count());
        cells.max().unwrap_or(0)
    }
}

/// A column as it is drawn.
struct Drawn<'a> {
    column: &'a Column,
    head: Vec<String>,
    width: usize,
}

impl<'a> Drawn<'a> {
    fn new(column: &'a Column, lines: usize) -> Self {
        let cells = column.longest_cell();
        let whole = column.head.chars().count();
        // The narrowest that takes no more lines than it may.
        let widths = (cells.min(whole)..=whole).chain([whole]);
        let broken = widths.map(|width| broken(&column.head, width));
        let head = broken.into_iter().find(|head| head.len() <= lines);
        let head = head.unwrap_or_else(|| vec![column.head.clone()]);
        let longest = head.iter().map(|line| line.chars().count()).max();
        Self {
            column,
            width: longest.unwrap_or(0).max(cells),
            head,
        }
    }
}

/// A head in lines of about `width`, broken after dots and underscores, and between words.
fn broken(head: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for part in head.split_inclusive(['.', '_', ' ']) {
        let line = lines.last_mut().expect("there is one from the beginning");
        let is_full = line.chars().count() + part.trim_end().chars().count() > width;
        if is_full && !line.is_empty() {
            lines.push(part.to_owned());
        } else {
            line.push_str(part);
        }
    }
    lines
        .iter()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

/// The columns under their heads, with a line between; at most 80 characters wide. To fit, heads are broken
/// into lines, then texts cut, then columns go to a second table below, with the first one before them.
pub fn grid(columns: &[Column]) -> String {
    for lines in 1..=HEAD_LINES {
        let drawn: Vec<Drawn> = columns.iter().map(|c| Drawn::new(c, lines)).collect();
        if width(&drawn) <= WIDTH {
            return draw(&drawn);
        }
    }
    let mut columns = columns.to_vec();
    let drawn = |columns: &[Column]| -> usize {
        let drawn: Vec<Drawn> = columns.iter().map(|c| Drawn::new(c, HEAD_LINES)).collect();
        width(&drawn)
    };
    while drawn(&columns) > WIDTH {
        let texts = columns.iter_mut().filter(|column| column.is_text);
        let widest = texts.max_by_key(|column| column.longest_cell());
        let Some(widest) = widest.filter(|column| column.longest_cell() > TEXT) else {
            break;
        };
        let shorter = widest.longest_cell() - 1;
        for cell in &mut widest.cells {
            *cell = clip(cell, shorter);
        }
    }
    if drawn(&columns) > WIDTH {
        // As many as fit; one at least beside the first, however wide.
        let fit = (2..columns.len())
            .rev()
            .find(|n| drawn(&columns[..*n]) <= WIDTH);
        let rest = columns.split_off(fit.unwrap_or(2).min(columns.len()));
        if !rest.is_empty() {
            let below: Vec<Column> = columns[..1].iter().cloned().chain(rest).collect();
            return format!("{}\n{}", grid(&columns), grid(&below));
        }
    }
    let drawn: Vec<Drawn> = columns.iter().map(|c| Drawn::new(c, HEAD_LINES)).collect();
    draw(&drawn)
}

fn width(drawn: &[Drawn<'_>]) -> usize {
    let widths = drawn.iter().map(|drawn| drawn.width).sum::<usize>();
    widths + BETWEEN * drawn.len().saturating_sub(1)
}

fn draw(drawn: &[Drawn<'_>]) -> String {
    let line = |cell: &dyn Fn(&Drawn<'_>) -> String| {
        let mut line = String::new();
        for (index, column) in drawn.iter().enumerate() {
            if index > 0 {
                line += &" ".repeat(BETWEEN);
            }
            let cell = cell(column);
            let room = " ".repeat(column.width.saturating_sub(cell.chars().count()));
            line += &match column.column.is_text {
                true => format!("{cell}{room}"),
                false => format!("{room}{cell}"),
            };
        }
        line.truncate(line.trim_end().len());
        line + "\n"
    };
    let lines = drawn.iter().map(|column| column.head.len()).max();
    let lines = lines.unwrap_or(1);
    let mut out = String::new();
    for number in 0..lines {
        // From the bottom: a head of one line stands directly above its cells.
        out += &line(&|column| {
            let above = lines - column.head.len();
            let at = number.checked_sub(above);
            at.map(|at| column.head[at].clone()).unwrap_or_default()
        });
    }
    out += &("─".repeat(width(drawn)) + "\n");
    let rows = drawn.first().map_or(0, |column| column.column.cells.len());
    for row in 0..rows {
        out += &line(&|column| column.column.cells[row].clone());
    }
    out
}

/// The columns as a table of Markdown.
pub fn markdown(columns: &[Column]) -> String {
    let cell = |text: &str| clip(text, usize::MAX).replace('|', "\\|");
    let line = |cells: &mut dyn Iterator<Item = String>| {
        let cells: Vec<String> = cells.collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let mut out = line(&mut columns.iter().map(|column| cell(&column.head)));
    out += &line(&mut columns.iter().map(|column| match column.is_text {
        true => "---".to_owned(),
        false => "---:".to_owned(),
    }));
    let rows = columns.first().map_or(0, |column| column.cells.len());
    for row in 0..rows {
        out += &line(&mut columns.iter().map(|column| cell(&column.cells[row])));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(head: &str, is_text: bool, cells: [&str; 2]) -> Column {
        Column::new(head, is_text, cells.map(str::to_owned).into_iter())
    }

    #[test]
    fn text_begins_at_the_left_and_numbers_end_at_the_right() {
        let columns = [
            column("name", true, ["a", "longer"]),
            column("n", false, ["5", "10"]),
        ];
        assert_eq!(
            grid(&columns),
            "name     n\n──────────\na        5\nlonger  10\n"
        );
        assert_eq!(
            markdown(&columns),
            "| name | n |\n| --- | ---: |\n| a | 5 |\n| longer | 10 |\n"
        );
    }

    #[test]
    fn a_bar_in_a_cell_does_not_end_it_in_markdown() {
        let columns = [column("name", true, ["a|b", "c"])];
        assert!(markdown(&columns).contains("| a\\|b |"));
    }

    #[test]
    fn the_widest_text_is_cut_and_only_as_far_as_it_has_to_be() {
        let columns = [
            column(
                "policy",
                true,
                [
                    "a label that is far too long for any table of this kind at all",
                    "b",
                ],
            ),
            column("figure", true, ["read_latency_us.mean", "hit_ratio"]),
            column("n", false, ["1", "2"]),
        ];
        let text = grid(&columns);
        assert!(text.contains("…  read_latency_us.mean  1"), "{text}");
        let longest = text.lines().map(|line| line.chars().count()).max();
        assert!(
            longest.is_some_and(|longest| longest <= WIDTH && longest > WIDTH - 3),
            "{text}"
        );
    }

    #[test]
    fn heads_are_broken_only_where_the_table_would_be_too_wide() {
        let figures = [
            "stale_age_us.p999",
            "origin_rate.max",
            "read_latency_us.p999",
        ];
        let wide = |n: usize| -> Vec<Column> {
            let mut columns = vec![column("tried", true, ["write-through", "ttl"])];
            let numbers = (0..n).map(|i| column(figures[i % 3], false, ["5.3 min", "1 k"]));
            columns.extend(numbers);
            columns
        };
        assert!(
            grid(&wide(3))
                .lines()
                .next()
                .unwrap()
                .contains("read_latency_us.p999")
        );
        let five = grid(&wide(5));
        assert!(
            five.starts_with("               stale_age_"),
            "broken after a dot or an underscore:\n{five}"
        );
        for n in 1..12 {
            let text = grid(&wide(n));
            for line in text.lines() {
                assert!(line.chars().count() <= WIDTH, "{text}");
            }
            assert_eq!(
                text.matches("5.3 min").count(),
                n,
                "a column is lost:\n{text}"
            );
        }
    }
}
