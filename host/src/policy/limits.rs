//! What a policy may use.

use std::time::Duration;

/// What one call of a policy may use. Breaking a limit fails the call with an error that names it.
///
/// ```
/// use shelflife::policy::Limits;
///
/// let limits = Limits::default().fuel(1_000_000).tags(16);
/// assert_eq!(limits.tags, 16);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Fuel of one call: about one a WebAssembly instruction. Default 10 million.
    pub fuel: u64,
    /// Fuel of `configure`. Default 50 million.
    pub configure_fuel: u64,
    /// How long one call may take by the clock on the wall, beside its fuel, which does not see what the
    /// host does for the policy. A call that is past it ends as soon as it has also used a millisecond
    /// of the processor since: one that was merely kept waiting goes on. Time that the host spends on
    /// searches among the vectors is not the policy's, and is not counted. `None`: as long as its fuel
    /// lasts, which is the same on every machine. Default 5 ms.
    pub deadline: Option<Duration>,
    /// The same for `configure`, which comes once. Default 100 ms.
    pub configure_deadline: Option<Duration>,
    /// Memory of an instance, in bytes: an engine for a dynamic language needs some 20 MB. Default 64 MiB.
    pub memory: usize,
    /// Size of a component, in bytes: a language that brings its interpreter takes 18 MB. Default 64 MiB.
    pub component: usize,
    /// Tags, and likewise generations, of one lease. Default 64.
    pub tags: usize,
    /// Rules of a plan. Default 1,024.
    pub rules: usize,
    /// Bytes of one key, tag, prefix or counter name that a policy passes. Default 1,024.
    pub name: usize,
    /// Keys, tags, counters, prefixes and regions that one call may purge. Default 10,000.
    pub purges: usize,
    /// Searches among the vectors that one call may make (`nearest`) or order (`purge-within`),
    /// together: fuel does not see them, and each compares with every row. Default 512.
    pub searches: usize,
    /// Keys that one call may ask about (`observe`). Default 10,000.
    pub sightings: usize,
    /// Lines that one call may log; more are dropped and counted. Default 64.
    pub log_lines: usize,
    /// Bytes of a logged line; more are cut off. Default 4,096.
    pub log_line: usize,
    /// Bytes of the strings and lists that may cross from the policy to the host at once: by one call
    /// of an import, or in one answer. The names and vectors of all purges of a call together may come
    /// to as much. Default 4 MiB.
    pub transfer: usize,
    /// Bytes of what a policy may save for its successor. Default 1 MiB.
    pub snapshot: usize,
    /// Failures in a row after which the safety net stands in for the policy. Default 8.
    pub patience: u32,
}

/// One method a limit, of the same name.
macro_rules! setters {
    ($($limit:ident: $type:ty),+ $(,)?) => {
        impl Limits {
            $(
                #[doc = concat!("Sets [`", stringify!($limit), "`](field@Limits::", stringify!($limit), ").")]
                #[must_use]
                pub fn $limit(mut self, limit: $type) -> Limits {
                    self.$limit = limit;
                    self
                }
            )+
        }
    };
}

setters! {
    fuel: u64,
    configure_fuel: u64,
    deadline: Option<Duration>,
    configure_deadline: Option<Duration>,
    memory: usize,
    component: usize,
    tags: usize,
    rules: usize,
    name: usize,
    purges: usize,
    searches: usize,
    sightings: usize,
    log_lines: usize,
    log_line: usize,
    transfer: usize,
    snapshot: usize,
    patience: u32,
}

impl Limits {
    /// The default limits but for those of wall-clock time, which no two runs would agree on: what the
    /// simulator runs with. What runs dry here runs dry in production.
    #[must_use]
    pub fn deterministic() -> Limits {
        Limits::default().deadline(None).configure_deadline(None)
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            fuel: 10_000_000,
            configure_fuel: 50_000_000,
            deadline: Some(Duration::from_millis(5)),
            configure_deadline: Some(Duration::from_millis(100)),
            memory: 64 << 20,
            component: 64 << 20,
            tags: 64,
            rules: 1_024,
            name: 1_024,
            purges: 10_000,
            searches: 512,
            sightings: 10_000,
            log_lines: 64,
            log_line: 4_096,
            transfer: 4 << 20,
            snapshot: 1 << 20,
            patience: 8,
        }
    }
}
