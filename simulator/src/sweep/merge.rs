//! The parts of a sweep put together.

use std::path::PathBuf;

use super::folder::{Folder, Found, Results, difference};
use super::plan::Plan;
use super::shard::Shard;
use crate::error::Error;

/// Names at most so many shards that are missing.
const NAMED: usize = 8;

/// Every result of a sweep from the folders that its shards were written to, all to one or each to its own.
///
/// # Errors
///
/// A folder holds no sweep, or another one than the first; results differ; some are missing: says which
/// shards they belong to.
pub fn merge(dirs: &[PathBuf]) -> Result<(Plan, Vec<Found>), Error> {
    let mut plan: Option<Plan> = None;
    let mut results = Results::new();
    let mut shards: Vec<Shard> = Vec::new();
    for dir in dirs {
        let folder = Folder::at(dir)?;
        let Some(there) = folder.plan()? else {
            return Err(Error::usage(format_args!(
                "{}: there is no part of a sweep in it",
                dir.display()
            )));
        };
        let plan = plan.get_or_insert_with(|| there.clone());
        if *plan != there {
            return Err(Error::usage(format_args!(
                "{} is a part of another sweep than {}: it has {}",
                dir.display(),
                dirs[0].display(),
                difference(&there, plan)
            )));
        }
        folder.collect(plan, &mut results)?;
        shards.extend(folder.shards()?);
    }
    let Some(plan) = plan else {
        return Err(Error::usage("name the folders of the parts"));
    };
    let found = complete(&plan, results, &shards)?;
    Ok((plan, found))
}

/// All results, or which are missing.
///
/// # Errors
///
/// Some are: names the shards, as far as `shards` tells into how many the sweep was divided.
pub fn complete(plan: &Plan, results: Results, shards: &[Shard]) -> Result<Vec<Found>, Error> {
    let missing: Vec<usize> = (0..plan.runs.len())
        .filter(|run| results.get(*run).is_none_or(Option::is_none))
        .collect();
    if missing.is_empty() {
        return Ok(results.into_iter().flatten().collect());
    }
    let (count, all) = (missing.len(), plan.runs.len());
    let of = shards.first().map(|shard| shard.of);
    let of = of.filter(|of| shards.iter().all(|shard| shard.of == *of));
    let Some(of) = of else {
        return Err(Error::usage(format_args!(
            "{count} of {all} runs are missing: let the same `shelflife sweep` finish first"
        )));
    };
    let lacking = (0..of).map(|index| Shard { index, of });
    let lacking = lacking.filter_map(|shard| {
        let lacks = missing.iter().filter(|run| shard.has(**run)).count();
        let ours = (0..all).filter(|run| shard.has(*run)).count();
        match lacks {
            0 => None,
            _ if !shards.contains(&shard) => Some(format!("{shard} is missing")),
            _ => Some(format!("{shard} lacks {lacks} of its {ours} runs")),
        }
    });
    let lacking: Vec<String> = lacking.collect();
    let more = match lacking.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let named = &lacking[..lacking.len().min(NAMED)];
    Err(Error::usage(format_args!(
        "the sweep is not complete: shard {}{more}",
        named.join(", shard ")
    )))
}
