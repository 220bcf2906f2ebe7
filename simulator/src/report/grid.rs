//! Columns of text side by side, for a terminal.

const BETWEEN: usize = 2;

/// A column with its head.
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
}

/// The columns under their heads, with a line between.
pub fn grid(columns: &[Column]) -> String {
    let width = |column: &Column| {
        let cells = column.cells.iter().chain([&column.head]);
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = columns.iter().map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut line = String::new();
        for ((cell, column), width) in cells.zip(columns).zip(&widths) {
            if !line.is_empty() {
                line += &" ".repeat(BETWEEN);
            }
            let room = " ".repeat(width.saturating_sub(cell.chars().count()));
            line += &match column.is_text {
                true => format!("{cell}{room}"),
                false => format!("{room}{cell}"),
            };
        }
        line.truncate(line.trim_end().len());
        line + "\n"
    };
    let mut out = line(&mut columns.iter().map(|column| column.head.as_str()));
    let all = widths.iter().sum::<usize>() + BETWEEN * widths.len().saturating_sub(1);
    out += &("─".repeat(all) + "\n");
    let rows = columns.first().map_or(0, |column| column.cells.len());
    for row in 0..rows {
        out += &line(&mut columns.iter().map(|column| column.cells[row].as_str()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_begins_at_the_left_and_numbers_end_at_the_right() {
        let cells = |cells: [&str; 2]| cells.map(str::to_owned).into_iter();
        let columns = [
            Column::new("name", true, cells(["a", "longer"])),
            Column::new("n", false, cells(["5", "10"])),
        ];
        assert_eq!(
            grid(&columns),
            "name     n\n──────────\na        5\nlonger  10\n"
        );
        assert_eq!(grid(&[]), "\n\n");
    }
}
