//! Caches that were still filling when measuring began.

use super::{Doubt, Evidence, Kind};
use crate::report::{Run, Series};

/// What the caches hold may rise by this share after the warm-up.
const RISE: f64 = 0.01;

/// A rise within so many standard deviations of what the caches hold is chance: one case in a thousand.
const DEVIATIONS: f64 = 3.0;

/// Fewer bins do not show how much chance moves what the caches hold.
const LEAST_BINS: usize = 8;

/// Policies whose caches held clearly less at the end of the warm-up than after as much time again, and a
/// warm-up that was to be longer than the run allows.
///
/// The test asks whether twice the warm-up would have made a difference. It compares what is held when
/// measuring begins with what is held in the second half of the time that twice the warm-up would have
/// taken. What a long run holds at its end would tell less: a phase or a fault may have come between.
///
/// A run without a warm-up is not doubted: it measures a cold start, and says so.
pub(super) fn doubts(evidence: Evidence<'_>) -> Vec<Doubt> {
    let mut found = Vec::new();
    let warmup = evidence.warmup;
    if warmup.wanted_us > warmup.used_us {
        found.push(Doubt {
            kind: Kind::ShortWarmup,
            policy: None,
            figure: None,
            what: "the warm-up was cut to half of the run".to_owned(),
            why: format!("{}: a longer `duration` leaves room for it", warmup.why),
            count: warmup.used_us as f64,
            wanted: warmup.wanted_us as f64,
        });
    }
    if warmup.used_us > 0 {
        let rising = evidence.contestants().filter_map(|(policy, runs)| {
            let (before, after) = rise(&runs, warmup.used_us)?;
            Some(still_filling(policy, before, after))
        });
        found.extend(rising);
    }
    found
}

fn still_filling(policy: &str, before: f64, after: f64) -> Doubt {
    Doubt {
        kind: Kind::ShortWarmup,
        policy: Some(policy.to_owned()),
        figure: Some("hit_ratio".to_owned()),
        what: format!(
            "{before:.0} entries after the warm-up and soon {after:.0}"
        ),
        why: "the cache was still filling, or the workload changed: misses of the beginning are in the figures; \
              `warmup = \"auto\"` finds a longer one"
            .to_owned(),
        count: before,
        wanted: after,
    }
}

/// What the caches held when measuring began and some time later, where that is clearly more.
fn rise(runs: &[&Run], warmup_us: u64) -> Option<(f64, f64)> {
    let windows = runs.iter().map(|run| window(&run.series, warmup_us));
    let windows: Vec<(f64, Vec<f64>)> = windows.collect::<Option<_>>()?;
    let n = windows.len() as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let before = windows.iter().map(|(first, _)| first).sum::<f64>() / n;
    let after = windows.iter().map(|(_, later)| mean(later)).sum::<f64>() / n;
    let variance = |values: &[f64]| {
        let middle = mean(values);
        mean(
            &values
                .iter()
                .map(|x| (x - middle).powi(2))
                .collect::<Vec<_>>(),
        )
    };
    let variance = windows
        .iter()
        .map(|(_, later)| variance(later))
        .sum::<f64>()
        / n;
    let chance = DEVIATIONS * (variance / n).sqrt();
    (after - before > chance.max(RISE * after)).then_some((before, after))
}

/// Entries held at the end of the first bin, and in the second half of a time as long as the warm-up.
fn window(series: &Series, warmup_us: u64) -> Option<(f64, Vec<f64>)> {
    let bins = &series.bins;
    let long = (warmup_us / series.bin_us.max(1)) as usize;
    let long = long.max(2 * LEAST_BINS).min(bins.len());
    let held = |bins: &[crate::report::Bin]| -> Vec<f64> {
        bins.iter().map(|bin| bin.entries as f64).collect()
    };
    (long >= LEAST_BINS).then(|| (bins[0].entries as f64, held(&bins[long / 2..long])))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{policies, run};
    use super::*;
    use crate::measure::Summary;
    use crate::report::{Bin, Warmup};

    /// One run after a minute of warm-up, in bins of a second.
    fn found(entries: impl Fn(u64) -> u64, warmup: &Warmup) -> Vec<Doubt> {
        let summary = Summary {
            reads: 1,
            ..Summary::default()
        };
        let mut run = run(0, summary);
        let bin = |number| Bin {
            entries: entries(number),
            ..Bin::default()
        };
        run.series = Series {
            start_us: 60_000_000,
            bin_us: 1_000_000,
            bins: (0..240).map(bin).collect(),
            ..Series::default()
        };
        doubts(Evidence {
            policies: &policies(),
            runs: &[run],
            warmup,
            replayed: false,
        })
    }

    fn minute() -> Warmup {
        Warmup {
            used_us: 60_000_000,
            wanted_us: 60_000_000,
            ..Warmup::default()
        }
    }

    #[test]
    fn a_cache_that_is_still_filling_is_doubted_and_a_full_one_is_not() {
        let filling = found(|second| 1000 + 2 * second.min(100), &minute());
        assert_eq!(filling.len(), 1);
        assert_eq!(filling[0].policy.as_deref(), Some("p"));
        assert_eq!((filling[0].count, filling[0].wanted), (1000.0, 1089.0));
        assert!(found(|_| 1000, &minute()).is_empty());
        let shrinking = found(|second| 1000 - second, &minute());
        assert!(shrinking.is_empty());
    }

    #[test]
    fn what_goes_up_and_down_by_chance_is_not_filling() {
        let noise = |second: u64| 50 + second * 7919 % 13;
        assert!(found(noise, &minute()).is_empty());
    }

    #[test]
    fn what_comes_much_later_is_no_matter_of_the_warm_up() {
        let phase = |second: u64| if second < 60 { 1000 } else { 3000 };
        assert!(found(phase, &minute()).is_empty());
    }

    #[test]
    fn a_cold_start_that_was_asked_for_is_none() {
        assert!(found(|second| 10 * second, &Warmup::default()).is_empty());
    }

    #[test]
    fn a_warm_up_that_was_cut_is_said_once_for_all() {
        let cut = Warmup {
            wanted_us: 90_000_000,
            ..minute()
        };
        let found = found(|_| 1000, &cut);
        assert_eq!((found.len(), found[0].policy.clone()), (1, None));
        assert_eq!(found[0].by_factor(), 1.5);
    }
}
