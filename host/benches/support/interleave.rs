//! Several sides in turn, in batches of milliseconds.
//!
//! A batch during which a thread of ours had to wait for a processor is no measurement, least of all of
//! what two threads do to each other: it is run again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// What one thread does in one batch: so many operations, from a place in its sequence on.
#[derive(Clone, Copy, Debug)]
pub struct Lap {
    pub thread: usize,
    pub from: usize,
    pub operations: usize,
}

type Work = Arc<dyn Fn(Lap) + Send + Sync>;

/// One of the things to compare.
pub struct Side {
    threads: usize,
    lasting: Duration,
    work: Work,
}

impl Side {
    /// So many threads that do the same at once.
    pub fn new(threads: usize, work: impl Fn(Lap) + Send + Sync + 'static) -> Side {
        Side {
            threads,
            lasting: Duration::from_millis(2),
            work: Arc::new(work),
        }
    }

    /// How long a batch should take: long against what a batch is to show, and short against what else
    /// the machine does.
    pub fn lasting(mut self, lasting: Duration) -> Side {
        self.lasting = lasting;
        self
    }
}

/// What came out, by round and side.
pub struct Rounds {
    /// Nanoseconds an operation, as each of the side's threads saw it.
    nanos: Vec<Vec<f64>>,
    /// Rounds that somebody else's work disturbed, again and again.
    disturbed: usize,
    /// Whether there were enough others, so that these are left out.
    is_reliable: bool,
}

/// A figure with what the middle half of the rounds said.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    pub low: f64,
    pub median: f64,
    pub high: f64,
}

impl Figure {
    pub fn of(mut values: Vec<f64>) -> Figure {
        values.sort_by(f64::total_cmp);
        let at = |share: f64| values[((values.len() - 1) as f64 * share).round() as usize];
        Figure {
            low: at(0.25),
            median: at(0.5),
            high: at(0.75),
        }
    }
}

impl Rounds {
    /// Nanoseconds an operation of one side.
    pub fn nanos(&self, side: usize) -> Figure {
        self.figure(|round| round[side])
    }

    /// How many times as long as the other one side takes.
    pub fn ratio(&self, side: usize, other: usize) -> Figure {
        self.figure(|round| round[side] / round[other])
    }

    /// Whatever can be said of one round.
    pub fn figure(&self, of_round: impl Fn(&[f64]) -> f64) -> Figure {
        Figure::of(self.nanos.iter().map(|round| of_round(round)).collect())
    }

    /// How much there is behind the figures.
    pub fn summary(&self) -> String {
        let rounds = self.nanos.len();
        match self.disturbed {
            0 => format!("{rounds} rounds"),
            disturbed if self.is_reliable => {
                format!("{rounds} rounds, without {disturbed} that other work disturbed")
            }
            disturbed => {
                format!("{rounds} rounds, {disturbed} disturbed by other work: NOT RELIABLE")
            }
        }
    }
}

/// Undisturbed rounds that make a result.
const ROUNDS: usize = 11;
/// How often a batch is tried that other work disturbs.
const TRIES: usize = 20;

/// Runs all sides in turn, each round in another order, for about so long.
pub fn interleave(sides: &[Side], time: Duration) -> Rounds {
    let threads = sides.iter().map(|side| side.threads).max().unwrap_or(0);
    let team = Team::new(threads);
    let operations: Vec<usize> = sides.iter().map(|side| team.fit(side)).collect();
    let mut order: Vec<usize> = (0..sides.len()).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let (mut quiet, mut disturbed) = (Vec::new(), Vec::new());
    let start = Instant::now();
    // For half as long again at most, if the machine is never free.
    while start.elapsed() < time || (quiet.len() < ROUNDS && start.elapsed() < time * 3 / 2) {
        let number = quiet.len() + disturbed.len();
        let mut nanos = vec![0.0; sides.len()];
        let mut is_quiet = true;
        shuffle(&mut order, &mut rng);
        for &side in &order {
            let operations = operations[side];
            // An odd distance: the rounds go through all of a sequence.
            let batch = || team.run(&sides[side], number * 10_007, operations);
            let ran = (1..TRIES).fold(batch(), |ran, _| match ran.was_alone() {
                true => ran,
                false => batch(),
            });
            is_quiet &= ran.was_alone();
            nanos[side] = ran.took.as_nanos() as f64 / operations as f64;
        }
        if is_quiet { &mut quiet } else { &mut disturbed }.push(nanos);
    }
    let is_reliable = quiet.len() >= ROUNDS;
    let count = disturbed.len();
    if !is_reliable {
        quiet.append(&mut disturbed);
    }
    Rounds {
        nanos: quiet,
        disturbed: count,
        is_reliable,
    }
}

/// Another order, in which nobody comes after itself and finds the processor's caches as it left them.
fn shuffle(order: &mut [usize], rng: &mut ChaCha8Rng) {
    let last = order.last().copied();
    order.shuffle(rng);
    if order.len() > 1 && order.first().copied() == last {
        order.rotate_left(1);
    }
}

/// How long a batch took.
#[derive(Clone, Copy)]
struct Ran {
    /// From the first thread's start to the last one's end.
    took: Duration,
    /// The longest that one of them waited for a processor.
    waited: Duration,
}

impl Ran {
    fn was_alone(self) -> bool {
        self.waited * 50 < self.took
    }
}

/// Threads that do what they are told, all at once.
struct Team {
    members: Vec<Sender<Task>>,
    /// Nothing from one that panicked.
    done: Receiver<Option<Report>>,
}

struct Report {
    start: Instant,
    end: Instant,
    waited: Duration,
}

struct Task {
    work: Work,
    lap: Lap,
    line: Arc<Line>,
}

impl Team {
    fn new(threads: usize) -> Team {
        let (report, done) = channel();
        let member = |_| {
            let (give, tasks) = channel::<Task>();
            let report = report.clone();
            thread::spawn(move || {
                for task in tasks {
                    let done = catch_unwind(AssertUnwindSafe(|| task.carry_out()));
                    // Nobody waits for a report any more when the bench is over.
                    let _ = report.send(done.ok());
                }
            });
            give
        };
        let members = (0..threads).map(member).collect();
        Team { members, done }
    }

    fn run(&self, side: &Side, from: usize, operations: usize) -> Ran {
        let line = Arc::new(Line(AtomicUsize::new(side.threads)));
        for thread in 0..side.threads {
            let task = Task {
                work: Arc::clone(&side.work),
                lap: Lap {
                    thread,
                    from,
                    operations,
                },
                line: Arc::clone(&line),
            };
            self.members[thread].send(task).expect("a member lives");
        }
        let reports: Vec<Report> = (0..side.threads)
            .map(|_| self.done.recv().ok().flatten().expect("no member panics"))
            .collect();
        let start = reports.iter().map(|report| report.start).min();
        let end = reports.iter().map(|report| report.end).max();
        Ran {
            took: end
                .zip(start)
                .map_or(Duration::ZERO, |(end, start)| end - start),
            waited: reports
                .iter()
                .map(|report| report.waited)
                .max()
                .unwrap_or_default(),
        }
    }

    /// How many operations take as long as a batch should.
    fn fit(&self, side: &Side) -> usize {
        let mut operations = 16;
        loop {
            // The shortest of some: what else the machine does only makes them longer.
            let took = (0..5)
                .map(|round| self.run(side, round, operations).took)
                .min();
            if took.is_some_and(|took| took * 2 > side.lasting) || operations >= 1 << 24 {
                return operations;
            }
            operations *= 2;
        }
    }
}

impl Task {
    fn carry_out(self) -> Report {
        // Other keys than those to come, untimed: nobody is to pay for what the side before has done
        // to the processor's caches.
        (self.work)(Lap {
            from: self.lap.from + self.lap.operations,
            operations: self.lap.operations.div_ceil(2),
            ..self.lap
        });
        let waited_before = waited_for_a_processor();
        self.line.wait();
        let start = Instant::now();
        (self.work)(self.lap);
        let end = Instant::now();
        Report {
            start,
            end,
            waited: waited_for_a_processor().saturating_sub(waited_before),
        }
    }
}

/// How long this thread has been ready to run and did not, in all. Linux tells; elsewhere every batch
/// passes for undisturbed.
fn waited_for_a_processor() -> Duration {
    // Three numbers: nanoseconds run, nanoseconds waited, times run.
    let known = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let waited = known.and_then(|known| known.split_whitespace().nth(1)?.parse().ok());
    Duration::from_nanos(waited.unwrap_or(0))
}

/// Where threads wait for each other without sleeping, so that they start together.
struct Line(AtomicUsize);

impl Line {
    fn wait(&self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
        let mut turns = 0_u32;
        while self.0.load(Ordering::Acquire) > 0 {
            turns += 1;
            // Somebody else's work may hold the processor that the last one needs.
            if turns.is_multiple_of(1_000) {
                thread::yield_now();
            }
            std::hint::spin_loop();
        }
    }
}
