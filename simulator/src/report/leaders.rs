//! The best policy by a figure, and which of the others it is shown to beat.

use super::units::{clip, figure as written};
use super::{PolicyKind, Report};
use crate::statistics::{Better, HEADLINES, Headline, interval};

/// Where a policy stands behind the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The best is shown to be better.
    Behind,
    /// Chance could explain the difference.
    NotShown,
    /// The same figure in every replication.
    Equal,
}

/// A policy beside the best.
pub struct Follower<'a> {
    pub policy: &'a str,
    /// Its figure less that of the best, over the replications that both have.
    pub difference: f64,
    pub ci95: Option<f64>,
    pub standing: Standing,
}

/// The best policy by a figure, and all others that have it.
pub struct Leader<'a> {
    pub headline: &'static Headline,
    pub best: &'a str,
    pub followers: Vec<Follower<'a>>,
}

impl Leader<'_> {
    fn those(&self, standing: Standing) -> Vec<&str> {
        let followers = self.followers.iter();
        let those = followers.filter(|follower| follower.standing == standing);
        those.map(|follower| follower.policy).collect()
    }

    /// Whether the figure tells no policy from another.
    pub fn all_equal(&self) -> bool {
        self.those(Standing::Equal).len() == self.followers.len()
    }
}

/// The best by each headline figure that several policies have, by the mean over the replications; of equals
/// the first. The baselines stand apart. None where a single replication shows nothing.
pub fn leaders(report: &Report) -> Vec<Leader<'_>> {
    if report.runs.iter().all(|run| run.replication == 0) {
        return Vec::new();
    }
    let of_headline = |headline| leader(report, headline);
    HEADLINES.iter().filter_map(of_headline).collect()
}

fn leader<'a>(report: &'a Report, headline: &'static Headline) -> Option<Leader<'a>> {
    let policies = report.policies.iter();
    let contestants = policies.filter(|policy| policy.kind != PolicyKind::Baseline);
    let means: Vec<(&str, f64)> = contestants
        .filter_map(|policy| {
            let own = report.runs.iter().filter(|run| run.policy == policy.label);
            let figures: Vec<f64> = own.filter_map(|run| headline.of(&run.summary)).collect();
            (!figures.is_empty()).then(|| (policy.label.as_str(), interval(&figures).mean))
        })
        .collect();
    let mut best = means.first()?;
    for other in &means[1..] {
        if headline.direction.prefers(other.1 - best.1) {
            best = other;
        }
    }
    let best = best.0;
    let others = means.iter().map(|(policy, _)| *policy);
    let followers: Vec<Follower> = others
        .filter(|policy| *policy != best)
        .filter_map(|policy| follower(report, headline.name, best, policy))
        .collect();
    (!followers.is_empty()).then_some(Leader {
        headline,
        best,
        followers,
    })
}

fn follower<'a>(
    report: &'a Report,
    figure: &str,
    best: &str,
    policy: &'a str,
) -> Option<Follower<'a>> {
    let mut pairs = report.differences.iter();
    let pair = pairs.find(|pair| {
        let both = (pair.a.as_str(), pair.b.as_str());
        pair.figure == figure && (both == (best, policy) || both == (policy, best))
    })?;
    let standing = match pair.a_is_better {
        Better::NotShown if pair.mean == 0.0 && pair.ci95 == Some(0.0) => Standing::Equal,
        Better::NotShown => Standing::NotShown,
        Better::Yes | Better::No => Standing::Behind,
    };
    Some(Follower {
        policy,
        difference: if pair.a == best {
            -pair.mean
        } else {
            pair.mean
        },
        ci95: pair.ci95,
        standing,
    })
}

/// What the terminal tells, and in what words.
const TOLD: [(&str, &str); 3] = [
    ("stale_ratio", "fewest stale"),
    ("hit_ratio", "most hits"),
    ("origin_loads", "fewest loads"),
];

/// A line for each of the three figures that decide most, at most `width` characters wide. Empty where there
/// is nobody to compare, or no replication to compare by.
pub fn lines(report: &Report, width: usize) -> Vec<String> {
    let leaders = leaders(report);
    let told = TOLD.into_iter().filter_map(|(figure, words)| {
        let leader = leaders
            .iter()
            .find(|leader| leader.headline.name == figure)?;
        Some(line(leader, words, width))
    });
    told.collect()
}

fn line(leader: &Leader, words: &str, width: usize) -> String {
    let start = format!("  {words:12}  ");
    if leader.all_equal() {
        return start + "all equal";
    }
    let mut line = start + &clip(leader.best, 24);
    let (equal, open) = (
        leader.those(Standing::Equal),
        leader.those(Standing::NotShown),
    );
    if !equal.is_empty() {
        line = listed(line + ", equal to ", &equal, width);
    }
    if open.is_empty() {
        line + if equal.is_empty() {
            ", shown against all others"
        } else {
            ""
        }
    } else {
        listed(line + "; not shown against ", &open, width)
    }
}

/// As many names as there is room for, and how many are left out.
fn listed(mut line: String, names: &[&str], width: usize) -> String {
    const MORE: usize = " and 999 more".len();
    for (index, name) in names.iter().enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        let next = format!("{separator}{}", clip(name, 24));
        let left = names.len() - index;
        let room = width.saturating_sub(line.chars().count() + next.chars().count());
        if room < if left > 1 { MORE } else { 0 } {
            let and = if index == 0 { "" } else { " and " };
            let more = if index == 0 { "" } else { " more" };
            return clip(&format!("{line}{and}{left}{more}"), width);
        }
        line += &next;
    }
    line
}

/// A difference as people read it, with its sign.
pub fn signed(figure: &str, difference: f64) -> String {
    let size = written(figure, difference.abs());
    match difference {
        d if d > 0.0 => format!("+{size}"),
        d if d < 0.0 => format!("−{size}"),
        _ => size,
    }
}

/// A difference and the half-width of its interval. Of shares, in points, so many digits that the interval has two:
/// rounded to one, what is not shown would look as if it were, and the other way round.
pub fn signed_within(figure: &str, difference: f64, ci95: f64) -> (String, String) {
    if !figure.ends_with("_ratio") {
        let interval = signed(figure, ci95);
        return (
            signed(figure, difference),
            interval.trim_start_matches('+').to_owned(),
        );
    }
    let (points, half) = (100.0 * difference, 100.0 * ci95);
    let digits = (1.0 - half.log10().floor()).clamp(2.0, 9.0) as usize;
    let sign = if points < 0.0 { '−' } else { '+' };
    (
        format!("{sign}{:.digits$}", points.abs()),
        format!("{half:.digits$}"),
    )
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_best_is_named_with_those_it_is_not_shown_to_beat() {
        let mut report = sample::report(4);
        let lines_of = |report: &Report| lines(report, 80).join("\n");
        let text = lines_of(&report);
        assert!(
            text.contains("fewest stale  versions, shown against all others"),
            "{text}"
        );
        for run in report.runs.iter_mut().filter(|run| run.policy == "cdc") {
            run.summary.stale_ratio = f64::from(run.replication % 2) * 1e-9;
        }
        sample::conclude(&mut report);
        let text = lines_of(&report);
        assert!(
            text.contains("fewest stale  versions; not shown against cdc"),
            "{text}"
        );
        for run in report.runs.iter_mut().filter(|run| run.policy == "cdc") {
            run.summary.stale_ratio = 0.0;
        }
        sample::conclude(&mut report);
        let text = lines_of(&report);
        assert!(
            text.contains("fewest stale  cdc, equal to versions"),
            "{text}"
        );
    }

    #[test]
    fn where_nothing_differs_all_are_equal_and_one_replication_shows_nothing() {
        assert!(lines(&sample::nothing_stale(), 80)[0].ends_with("all equal"));
        assert!(lines(&sample::report(1), 80).is_empty());
        assert!(lines(&sample::empty(), 80).is_empty());
    }

    #[test]
    fn names_that_do_not_fit_are_counted() {
        let names = vec!["a policy with a long name"; 12];
        let text = listed(
            "  most hits     x; not shown against ".to_owned(),
            &names,
            80,
        );
        assert!(
            text.chars().count() <= 80 && text.ends_with(" and 11 more"),
            "{text}"
        );
        let text = listed(
            "  most hits     x; not shown against ".to_owned(),
            &names,
            40,
        );
        assert!(text.ends_with("against 12"), "{text}");
        assert_eq!(listed("x: ".to_owned(), &["a", "b"], 20), "x: a, b");
    }

    #[test]
    fn a_difference_has_the_unit_of_its_figure_and_its_sign() {
        assert_eq!(signed("hit_ratio", -0.284), "−28.40");
        assert_eq!(signed("stale_age_us.p99", 1_500_000.0), "+1.5 s");
        assert_eq!(signed("origin_loads", 0.0), "0");
        // As one digit both would be 0.001.
        let (difference, interval) = signed_within("stale_ratio", 0.8e-5, 1.5e-5);
        assert_eq!((&*difference, &*interval), ("+0.0008", "0.0015"));
        let (difference, interval) = signed_within("hit_ratio", -0.284, 0.021);
        assert_eq!((&*difference, &*interval), ("−28.40", "2.10"));
        let (difference, interval) = signed_within("stale_age_us.p99", 3e3, 8e3);
        assert_eq!((&*difference, &*interval), ("+3 ms", "8 ms"));
    }
}
