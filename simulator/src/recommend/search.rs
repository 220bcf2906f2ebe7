//! How long entries may live: the rung at which a candidate meets the bounds at the least cost.

use std::collections::BTreeMap;

use super::Request;
use super::trial::Trial;
use crate::error::Error;
use crate::report::figures::FigureKind;

/// What a search came to.
#[derive(Debug)]
pub struct Searched {
    /// Everything that was run, by rung.
    pub trials: BTreeMap<usize, Trial>,
    /// The best rung that meets all bounds; none if no rung does.
    pub best: Option<usize>,
}

/// Costs that fall as entries live longer, and hits, which rise: the longest that is fresh enough is the
/// cheapest. Of any other cost the minimum is looked for.
fn falls(cost: &FigureKind) -> bool {
    let names = [
        "origin_loads",
        "origin_rate.mean",
        "misses",
        "hit_ratio",
        "read_latency_us.",
    ];
    names.iter().any(|name| cost.name.starts_with(name))
}

/// Searches the rungs from 0 to `top`, each of which `run` carries out.
///
/// Entries that live longer are never fresher and never loaded more often, but for chance. So the rungs that
/// are fresh enough are those up to one of them, which halving finds, and those that the origin bears are
/// those from another one on. Between the two the cost has its minimum at the upper end, or is looked for by
/// golden sections, as if it had one minimum only.
///
/// # Errors
///
/// Those of `run`.
pub fn search(
    top: usize,
    request: &Request,
    mut run: impl FnMut(usize) -> Result<Trial, Error>,
) -> Result<Searched, Error> {
    let mut trials: BTreeMap<usize, Trial> = BTreeMap::new();
    let mut at = |rung: usize, trials: &mut BTreeMap<usize, Trial>| -> Result<(), Error> {
        if let std::collections::btree_map::Entry::Vacant(vacant) = trials.entry(rung) {
            vacant.insert(run(rung)?);
        }
        Ok(())
    };
    let fresh = |rung: usize, trials: &BTreeMap<usize, Trial>| trials[&rung].meets(request, true);
    let borne = |rung: usize, trials: &BTreeMap<usize, Trial>| trials[&rung].meets(request, false);

    at(top, &mut trials)?;
    let mut high = top;
    if !fresh(top, &trials) {
        at(0, &mut trials)?;
        if !fresh(0, &trials) {
            return Ok(Searched { trials, best: None });
        }
        // `high` is fresh enough, `not` is not.
        high = 0;
        let mut not = top;
        while not - high > 1 {
            let middle = high + (not - high) / 2;
            at(middle, &mut trials)?;
            match fresh(middle, &trials) {
                true => high = middle,
                false => not = middle,
            }
        }
    }
    if !borne(high, &trials) {
        return Ok(Searched { trials, best: None });
    }
    if falls(request.cost) {
        let best = Some(high);
        return Ok(Searched { trials, best });
    }
    at(0, &mut trials)?;
    let mut low = 0;
    if !borne(0, &trials) {
        let mut not = 0;
        low = high;
        while low - not > 1 {
            let middle = not + (low - not) / 2;
            at(middle, &mut trials)?;
            match borne(middle, &trials) {
                true => low = middle,
                false => not = middle,
            }
        }
    }
    at(low, &mut trials)?;
    golden(
        low,
        high,
        |rung| at(rung, &mut trials).map(|()| trials[&rung].cost.mean),
        request.cost,
    )?;
    let within = trials.range(low..=high);
    let met = within.filter(|(_, trial)| trial.meets_all(request));
    let best = met.reduce(|best, other| {
        // Of two that cost the same the longer one.
        match request.cost.is_better(best.1.cost.mean, other.1.cost.mean) {
            true => best,
            false => other,
        }
    });
    let best = best.map(|(rung, _)| *rung);
    Ok(Searched { trials, best })
}

/// Looks once more at the rung that a search has found, with what it has not seen: `run` has other random
/// numbers. Where the bounds are missed there it steps down until they are met, in steps that get longer:
/// what is not met well below was met by chance alone.
///
/// # Errors
///
/// Those of `run`.
pub fn confirm(
    found: Option<usize>,
    request: &Request,
    mut run: impl FnMut(usize) -> Result<Trial, Error>,
) -> Result<Option<Trial>, Error> {
    let mut step = 1;
    let mut next = found;
    while let Some(rung) = next {
        let trial = run(rung)?;
        if trial.meets_all(request) {
            return Ok(Some(trial));
        }
        next = rung.checked_sub(step);
        step *= 2;
    }
    Ok(None)
}

/// Narrows `low..=high` down to the minimum of a cost that has one only; looks at both ends as well.
fn golden(
    mut low: usize,
    mut high: usize,
    mut cost: impl FnMut(usize) -> Result<f64, Error>,
    figure: &FigureKind,
) -> Result<(), Error> {
    const SECTION: f64 = 0.381_966_011_250_105;
    cost(low)?;
    cost(high)?;
    while high - low > 2 {
        let step = (((high - low) as f64 * SECTION) as usize).max(1);
        let (left, mut right) = (low + step, high - step);
        if left >= right {
            right = left + 1;
        }
        let (at_left, at_right) = (cost(left)?, cost(right)?);
        match figure.is_better(at_left, at_right) {
            true => high = right,
            false => low = left,
        }
    }
    if high - low == 2 {
        cost(low + 1)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
