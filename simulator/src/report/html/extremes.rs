//! Which policies are best and worst by a column of the comparison, as far as the run shows it.

use crate::report::Report;
use crate::report::columns::Compared;
use crate::report::digest::Row;
use crate::report::figures::FIGURES;
use crate::statistics::Better;

/// How a cell stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extreme {
    Best,
    Worst,
}

/// For each row whether it is best or worst by the column. Policies that are not shown to be worse than the
/// best are best as well, and likewise at the other end; where best and worst are not shown to differ nobody
/// is either. Baselines are neither.
pub fn extremes(report: &Report, rows: &[Row], column: &Compared) -> Vec<Option<Extreme>> {
    let none = vec![None; rows.len()];
    let figure = FIGURES.iter().find(|figure| figure.name == column.figure);
    let Some(figure) = figure.filter(|figure| figure.better.is_some()) else {
        return none;
    };
    let policies: Vec<&Row> = rows.iter().filter(|row| !row.is_baseline()).collect();
    let has = |row: &Row| column.has(row);
    let (with, without): (Vec<&Row>, Vec<&Row>) = policies.into_iter().partition(|row| has(row));
    let value = |row: &Row| row.mean(column.figure);
    let best = with.iter().copied().reduce(|a, b| {
        if figure.is_better(value(b), value(a)) {
            b
        } else {
            a
        }
    });
    let worst = with.iter().copied().reduce(|a, b| {
        if figure.is_better(value(a), value(b)) {
            b
        } else {
            a
        }
    });
    let (Some(best), Some(worst)) = (best, worst) else {
        return none;
    };
    // Who has no stale answer has no age of one, which is better than any.
    let nobody = !without.is_empty();
    if !nobody && level(report, column, best, worst) {
        return none;
    }
    let of = |row: &Row| {
        if row.is_baseline() {
            return None;
        }
        if !has(row) {
            return Some(Extreme::Best);
        }
        let (like_best, like_worst) = (
            !nobody && level(report, column, row, best),
            level(report, column, row, worst),
        );
        match (like_best, like_worst) {
            (true, false) => Some(Extreme::Best),
            (false, true) => Some(Extreme::Worst),
            _ => None,
        }
    };
    rows.iter().map(of).collect()
}

/// Whether two policies are not shown to differ. Without a paired difference (one replication, or a figure that
/// is not compared) those are level that read the same.
fn level(report: &Report, column: &Compared, a: &Row, b: &Row) -> bool {
    if a.place == b.place {
        return true;
    }
    let (x, y) = (a.info.label.as_str(), b.info.label.as_str());
    let pair = report.differences.iter().find(|pair| {
        let of = (pair.a.as_str(), pair.b.as_str());
        pair.figure == column.figure && pair.replications > 1 && (of == (x, y) || of == (y, x))
    });
    match pair {
        Some(pair) => pair.a_is_better == Better::NotShown,
        None => column.write(a.mean(column.figure)) == column.write(b.mean(column.figure)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::columns::COMPARED;
    use crate::report::{digest, sample};

    fn of(report: &Report, figure: &str) -> Vec<Option<Extreme>> {
        let column = COMPARED.iter().find(|column| column.figure == figure);
        extremes(report, &digest::rows(report), column.unwrap())
    }

    #[test]
    fn the_best_and_the_worst_are_marked_and_no_baseline_is() {
        let marks = of(&sample::report(4), "stale_ratio");
        assert_eq!(marks[4], Some(Extreme::Best), "versions is never stale");
        assert_eq!(marks[0], Some(Extreme::Worst));
        assert_eq!(marks.iter().flatten().count(), 2);
        assert_eq!(marks[6..], [None, None]);
    }

    #[test]
    fn who_is_never_stale_is_best_by_age() {
        let marks = of(&sample::report(4), "stale_age_us.max");
        assert_eq!(marks[4], Some(Extreme::Best));
        assert_eq!(
            marks
                .iter()
                .filter(|mark| **mark == Some(Extreme::Best))
                .count(),
            1
        );
    }

    #[test]
    fn where_all_are_level_nobody_stands_out() {
        let report = sample::nothing_stale();
        assert!(of(&report, "stale_ratio").iter().all(Option::is_none));
        assert!(of(&report, "stale_age_us.p99").iter().all(Option::is_none));
        assert!(of(&sample::empty(), "hit_ratio").is_empty());
    }
}
