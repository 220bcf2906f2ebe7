//! What a policy costs, hook by hook, beside another: time, fuel, memory, bytes across the boundary.
//!
//! Subjects are measured in turns within one run, so that what else the machine does meets all of them alike,
//! and the median of the turns counts. Inputs are the same for all and in every run.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use serde::Serialize;
use shelflife::policy::{Change, Error, Limits, Loaded, Policy, Row, Runtime, Surroundings};

use crate::meter::{Cost, Meter};
use crate::subject::Subject;

/// Turns, of which the median counts.
pub const TURNS: usize = 31;
/// Changes in a large call.
pub const BATCH: usize = 64;
/// How long a turn takes about.
const TURN: Duration = Duration::from_millis(2);
/// Keys that fills and changes are about.
const KEYS: usize = 512;

/// What one policy costs.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    /// What it is called.
    pub name: String,
    /// Bytes of the component; nothing for native code.
    pub size: Option<usize>,
    /// How long it takes to make an instance, in nanoseconds, configuration left aside.
    pub instance_ns: f64,
    /// Bytes of linear memory after all calls.
    pub memory: Option<usize>,
    /// What each hook costs, in the order of the contract; those left out that it does not export.
    pub hooks: Vec<Hook>,
}

/// What one hook costs.
#[derive(Clone, Debug, Serialize)]
pub struct Hook {
    /// Which: `configure`, `on-fill`, `on-changes`, `on-changes-batch` (a change of a call of 64), `save`,
    /// `restore`.
    pub name: &'static str,
    /// Nanoseconds a call, or of a batch a change: the median.
    pub ns: f64,
    /// Fuel of a call, or of a batch a change; 0 of native code.
    pub fuel: f64,
    /// The most fuel that one call took.
    pub most_fuel: u64,
    /// Calls of the host.
    pub host_calls: f64,
    /// Bytes to the policy.
    pub bytes_in: f64,
    /// Bytes from it.
    pub bytes_out: f64,
}

/// How long a component takes to be ready for its first instance, in milliseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Start {
    /// Compiled.
    pub compile_ms: f64,
    /// Loaded from disk, where it was compiled before.
    pub load_ms: f64,
}

/// Compiles a component, and loads what was compiled from this folder, which is left with it.
///
/// # Errors
///
/// What there is against the component or the folder.
pub fn start(name: &str, bytes: &[u8], folder: &Path) -> Result<Start, Error> {
    let took = |runtime: &Runtime| {
        let began = Clock::now();
        runtime.compile(name, bytes)?;
        Ok::<f64, Error>(began.elapsed().as_secs_f64() * 1e3)
    };
    let compile_ms = took(&Runtime::new(Limits::deterministic())?)?;
    let kept = Runtime::new(Limits::deterministic())?.keep_compiled_in(folder)?;
    took(&kept)?;
    let mut loads = Vec::new();
    for _ in 0..5 {
        loads.push(took(&kept)?);
    }
    Ok(Start {
        compile_ms,
        load_ms: median(&mut loads),
    })
}

/// Measures policies in turns; each with settings of its own, as JSON text.
///
/// # Errors
///
/// What one of them answers with an error.
pub fn measure(subjects: &[(&Subject, &str)]) -> Result<Vec<Figures>, Error> {
    let mut all = Vec::new();
    for (subject, config) in subjects {
        all.push(Bench::new(subject, config)?);
    }
    let mut making = vec![Vec::new(); all.len()];
    let mut configuring = vec![Vec::new(); all.len()];
    for _ in 0..TURNS {
        for (n, bench) in all.iter_mut().enumerate() {
            let (made, configured) = bench.begin()?;
            making[n].push(made);
            configuring[n].push(configured);
        }
    }
    for (n, bench) in all.iter_mut().enumerate() {
        bench.figures.instance_ns = median(&mut making[n]);
        let ns = median(&mut configuring[n]);
        bench.note("configure", "configure", ns, 1);
    }
    let inputs = Inputs::new();
    for hook in [
        Call::Fill,
        Call::Change,
        Call::Changes,
        Call::Save,
        Call::Restore,
    ] {
        turns(&mut all, hook, &inputs)?;
    }
    Ok(all.into_iter().map(Bench::finish).collect())
}

fn turns(all: &mut [Bench<'_>], call: Call, inputs: &Inputs) -> Result<(), Error> {
    let mut samples = vec![Vec::new(); all.len()];
    let mut times = vec![1; all.len()];
    for (n, bench) in all
        .iter_mut()
        .enumerate()
        .filter(|(_, bench)| bench.takes(call))
    {
        // The first calls find nothing in the processor's caches; they also say how many make a turn.
        bench.repeat(call, 3, inputs)?;
        let one = bench.repeat(call, 8, inputs)?.max(1.0);
        times[n] = (TURN.as_nanos() as f64 / one).clamp(1.0, 100_000.0) as usize;
    }
    for _ in 0..TURNS {
        for (n, bench) in all
            .iter_mut()
            .enumerate()
            .filter(|(_, bench)| bench.takes(call))
        {
            samples[n].push(bench.repeat(call, times[n], inputs)?);
        }
    }
    for (n, bench) in all
        .iter_mut()
        .enumerate()
        .filter(|(_, bench)| bench.takes(call))
    {
        let (name, function, of) = match call {
            Call::Fill => ("on-fill", "on-fill", 1),
            Call::Change => ("on-changes", "on-changes", 1),
            Call::Changes => ("on-changes-batch", "on-changes", BATCH),
            Call::Save => ("save", "save", 1),
            Call::Restore => ("restore", "restore", 1),
        };
        bench.meter(call, inputs)?;
        let ns = median(&mut samples[n]) / of as f64;
        bench.note(name, function, ns, of);
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Call {
    Fill,
    Change,
    Changes,
    Save,
    Restore,
}

/// What calls are about.
struct Inputs {
    keys: Vec<String>,
    names: Vec<[String; 2]>,
    changes: Vec<Change>,
}

impl Inputs {
    fn new() -> Inputs {
        let numbers = 0..KEYS;
        let change = |number: usize| Change {
            feed: "writes".into(),
            position: number as u64,
            collection: "products".into(),
            row: Some(Arc::new(Product(number))),
            ..Change::write(format!("product:{number}"))
        };
        Inputs {
            keys: numbers
                .clone()
                .map(|number| format!("page:product:{number}"))
                .collect(),
            names: numbers
                .clone()
                .map(|number| [format!("product:{number}"), format!("reviews:{number}")])
                .collect(),
            changes: numbers.map(change).collect(),
        }
    }
}

struct Product(usize);

impl Row for Product {
    fn after(&self, column: &str) -> Option<String> {
        matches!(column, "id" | "key").then(|| self.0.to_string())
    }

    fn before(&self, column: &str) -> Option<String> {
        self.after(column)
    }
}

struct Bench<'s> {
    subject: &'s Subject,
    config: &'s str,
    policy: Box<dyn Policy>,
    metered: Box<dyn Policy>,
    meter: Meter,
    saved: Vec<u8>,
    next: usize,
    figures: Figures,
}

impl<'s> Bench<'s> {
    fn new(subject: &'s Subject, config: &'s str) -> Result<Bench<'s>, Error> {
        let mut policy = subject.instance(Surroundings::default())?;
        policy.configure(config)?;
        let meter = Meter::new();
        let surroundings = meter.watching(Surroundings::default());
        let mut metered = meter.metered(subject.instance(surroundings)?);
        metered.configure(config)?;
        Ok(Bench {
            figures: Figures {
                name: subject.name().to_owned(),
                size: subject.bytes().map(<[u8]>::len),
                instance_ns: 0.0,
                memory: None,
                hooks: Vec::new(),
            },
            subject,
            config,
            policy,
            metered,
            meter,
            saved: Vec::new(),
            next: 0,
        })
    }

    /// A new instance, configured: how long each took, in nanoseconds.
    fn begin(&mut self) -> Result<(f64, f64), Error> {
        let began = Clock::now();
        let mut policy = self.subject.instance(Surroundings::default())?;
        let made = began.elapsed();
        let began = Clock::now();
        policy.configure(self.config)?;
        Ok((made.as_nanos() as f64, began.elapsed().as_nanos() as f64))
    }

    fn takes(&self, call: Call) -> bool {
        let exports = self.policy.exports();
        match call {
            Call::Fill => exports.leases,
            Call::Change | Call::Changes => exports.reactions,
            Call::Save | Call::Restore => exports.snapshots,
        }
    }

    /// Nanoseconds of a call, on average of so many.
    fn repeat(&mut self, what: Call, times: usize, inputs: &Inputs) -> Result<f64, Error> {
        let began = Clock::now();
        for _ in 0..times {
            call(&mut *self.policy, what, self.next, inputs, &mut self.saved)?;
            self.next = (self.next + 1) % KEYS;
        }
        Ok(began.elapsed().as_nanos() as f64 / times as f64)
    }

    /// Calls once more, to see what crosses the boundary.
    fn meter(&mut self, what: Call, inputs: &Inputs) -> Result<(), Error> {
        self.meter.reset();
        (0..BATCH).try_for_each(|at| call(&mut *self.metered, what, at, inputs, &mut self.saved))
    }

    fn note(&mut self, name: &'static str, function: &str, ns: f64, of: usize) {
        let usage = self.meter.usage();
        let cost = usage.functions.get(function).copied().unwrap_or_default();
        let each = |sum: u64| Cost::a_call(&cost, sum) / of as f64;
        self.figures.hooks.push(Hook {
            name,
            ns,
            fuel: each(cost.fuel),
            most_fuel: cost.most_fuel,
            host_calls: each(cost.host_calls),
            bytes_in: each(cost.bytes_in),
            bytes_out: each(cost.bytes_out),
        });
    }

    fn finish(self) -> Figures {
        Figures {
            memory: self.policy.memory(),
            ..self.figures
        }
    }
}

fn call(
    policy: &mut dyn Policy,
    what: Call,
    at: usize,
    inputs: &Inputs,
    saved: &mut Vec<u8>,
) -> Result<(), Error> {
    match what {
        Call::Fill => {
            let [one, other] = &inputs.names[at];
            let loaded = Loaded {
                key: &inputs.keys[at],
                now: at as u64 * 1_000_000,
                size: 512,
                load_time: 5_000_000,
                depends_on: &[one, other],
            };
            policy.on_fill(&loaded).map(drop)
        }
        Call::Change => policy
            .on_changes(&inputs.changes[at..=at], at as u64 * 1_000_000)
            .map(drop),
        Call::Changes => {
            let from = at % (KEYS / BATCH) * BATCH;
            policy
                .on_changes(&inputs.changes[from..from + BATCH], at as u64 * 1_000_000)
                .map(drop)
        }
        Call::Save => {
            if let Some(state) = policy.save()? {
                *saved = state;
            }
            Ok(())
        }
        Call::Restore => {
            let name = policy.name().to_owned();
            policy.restore(&name, saved)
        }
    }
}

fn median(samples: &mut [f64]) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples.get(samples.len() / 2).copied().unwrap_or(0.0)
}
