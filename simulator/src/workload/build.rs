//! From a scenario to a workload that is ready to run.

use std::sync::Arc;

use super::synthetic::Synthetic;
use super::{Source, Workload, trace};
use crate::error::Error;
use crate::scenario::Loaded;

/// Builds the workload of a scenario: the tables of a synthetic one, or a whole trace read into memory,
/// so that what is wrong with it is known before anything runs.
///
/// # Errors
///
/// A trace or an embedding set that cannot be read or is not what the scenario says.
pub fn build(loaded: &Loaded) -> Result<Workload, Error> {
    let scenario = &loaded.scenario;
    let warmup = scenario.warmup.unwrap_or_default();
    if let Some(trace) = &scenario.trace {
        trace::check_place(&trace.path, &loaded.base_dir)
            .map_err(|error| loaded.input_error(error))?;
        let read = trace::read(trace, &loaded.base_dir)?;
        let mut events = read.events;
        if let Some(duration) = scenario.duration {
            events.truncate(events.partition_point(|event| event.at <= duration.0));
        }
        let last = events.last().map_or(0, |event| event.at);
        let duration = scenario.duration.map_or(last, |duration| duration.0);
        let warmup = warmup.of(duration);
        if warmup >= duration && warmup > 0 {
            return Err(loaded.warmup_error(format_args!(
                "{} of warm-up leave nothing to measure of {}, whose last event is at {}",
                scenario.warmup.unwrap_or_default(),
                trace.path.display(),
                crate::scenario::Nanos(last)
            )));
        }
        return Ok(Workload {
            catalogue: Arc::new(read.catalogue),
            duration,
            warmup,
            trace: Some(Arc::new(read.info)),
            source: Source::Trace(Arc::new(events)),
        });
    }
    let duration = scenario.duration.unwrap_or_default().0;
    let synthetic = Synthetic::new(
        &scenario.workload,
        duration,
        scenario.seed,
        &loaded.base_dir,
    )
    .map_err(|error| loaded.input_error(error))?;
    Ok(Workload {
        catalogue: synthetic.catalogue().clone(),
        duration,
        warmup: warmup.of(duration),
        trace: None,
        source: Source::Synthetic(Arc::new(synthetic)),
    })
}
