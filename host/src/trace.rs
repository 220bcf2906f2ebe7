//! What a cache tells `tracing` of: a span for each load, an event for each decision that somebody who
//! operates it asks about. Nothing on the path of a hit.
//!
//! Without the feature `tracing` the same calls compile to nothing, so that nobody who calls needs to know.

use crate::engine::KeyRef;
use crate::policy::{Error, SwapReport};

/// How spans and events name a key, for [`Builder::trace_keys`](crate::Builder::trace_keys).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(
    not(feature = "tracing"),
    expect(dead_code, reason = "only the builder's `trace_keys` chooses")
)]
pub enum TracedKeys {
    /// By a number that is the same for the same key for as long as the cache lives, and tells nobody what
    /// the key is: keys hold names and addresses of people, and logs are kept for long.
    #[default]
    Hashed,
    /// In full.
    Plain,
    /// Not at all.
    Omitted,
}

/// Why a reader loads.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cause {
    /// There was nothing to serve.
    Miss,
    /// What is there is to be replaced.
    Refresh,
    /// What is there is being changed.
    Change,
}

/// Why a value that was loaded is not stored, though nobody asked for that.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Discard {
    /// It was invalidated or replaced while it was loaded.
    Overtaken,
    /// It had not seen what an invalidation demands, or is of an older version than one that is known.
    Behind,
    /// Its embedding has other dimensions than those that are held.
    Unsearchable,
}

/// How a load ended. The names are what spans carry.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ending {
    Stored,
    Discarded,
    Skipped,
    Failed,
    Rescued,
    Removed,
    Panicked,
    GivenUp,
}

/// What happened to the policies of a cache.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Swap,
    Rollback,
    Promotion,
}

#[cfg(feature = "tracing")]
mod told {
    use std::sync::Arc;

    use tracing::field::{Empty, display};
    pub(crate) use tracing::span::Entered as Inside;
    use tracing::{Level, Span, debug, enabled, info, span, warn};

    use super::{Cause, Discard, Ending, Error, KeyRef, Step, SwapReport, TracedKeys};

    /// Tells of one cache.
    #[derive(Clone, Debug, Default)]
    pub(crate) struct Tracer {
        pub(crate) cache: Option<Arc<str>>,
        pub(crate) keys: TracedKeys,
    }

    /// The span of a load.
    #[derive(Debug)]
    pub(crate) struct LoadSpan(Span);

    impl Tracer {
        pub(crate) fn new(cache: Option<&str>, keys: TracedKeys) -> Tracer {
            Tracer {
                cache: cache.map(Arc::from),
                keys,
            }
        }

        /// Begins with the current span as its parent: the request whose reader loads.
        pub(crate) fn load(&self, key: KeyRef<'_>, cause: Cause) -> LoadSpan {
            let cause = match cause {
                Cause::Miss => "miss",
                Cause::Refresh => "refresh",
                Cause::Change => "change",
            };
            let span = span!(
                target: "shelflife",
                Level::DEBUG,
                "load",
                cache = self.cache.as_deref(),
                key = Empty,
                cause,
                outcome = Empty,
            );
            if !span.is_disabled()
                && let Some(key) = self.named(key)
            {
                span.record("key", display(key));
            }
            LoadSpan(span)
        }

        fn named(&self, key: KeyRef<'_>) -> Option<String> {
            match self.keys {
                TracedKeys::Hashed => Some(format!("{:016x}", key.hash())),
                TracedKeys::Plain => Some(key.text().to_owned()),
                TracedKeys::Omitted => None,
            }
        }

        /// In the span of its load, if it has one.
        pub(crate) fn discarded(&self, key: KeyRef<'_>, load: Option<&LoadSpan>, cause: Discard) {
            if !enabled!(target: "shelflife", Level::DEBUG) {
                return;
            }
            let cause = match cause {
                Discard::Overtaken => "overtaken",
                Discard::Behind => "behind",
                Discard::Unsearchable => "unsearchable",
            };
            let _entered = load.map(LoadSpan::enter);
            debug!(
                target: "shelflife",
                cache = self.cache.as_deref(),
                key = self.named(key),
                cause,
                "a loaded value is not stored"
            );
        }

        pub(crate) fn exchanged(&self, step: Step, outcome: Result<&SwapReport, &Error>) {
            let step = match step {
                Step::Swap => "swap",
                Step::Rollback => "rollback",
                Step::Promotion => "promotion",
            };
            match outcome {
                Ok(report) => info!(
                    target: "shelflife",
                    cache = self.cache.as_deref(),
                    policy = report.name,
                    version = report.version,
                    sha256 = report.sha256,
                    before = report.before,
                    entries = ?report.entries,
                    prepared_s = report.prepared_in.as_secs_f64(),
                    locked_s = report.locked_for.as_secs_f64(),
                    step,
                    "a policy is in place"
                ),
                Err(error) => warn!(
                    target: "shelflife",
                    cache = self.cache.as_deref(),
                    policy = error.policy(),
                    error = %error,
                    step,
                    "a policy was refused"
                ),
            }
        }

        pub(crate) fn canary_began(&self, policy: &str) {
            info!(
                target: "shelflife",
                cache = self.cache.as_deref(),
                policy,
                "a candidate runs beside the policy"
            );
        }

        pub(crate) fn canary_went(&self, policy: &str, differing: u64) {
            info!(
                target: "shelflife",
                cache = self.cache.as_deref(),
                policy,
                differing,
                "a candidate was dropped"
            );
        }

        /// Once for a policy, or for a candidate.
        pub(crate) fn stands_in(&self, error: Option<&Error>) {
            warn!(
                target: "shelflife",
                cache = self.cache.as_deref(),
                policy = error.map(Error::policy),
                error = error.map(display),
                "a policy has failed too often in a row: the safety net stands in for it"
            );
        }

        pub(crate) fn failed(&self, error: &Error) {
            debug!(
                target: "shelflife",
                cache = self.cache.as_deref(),
                policy = error.policy(),
                error = %error,
                "a call of a policy failed"
            );
        }
    }

    impl LoadSpan {
        /// While the loader runs, or its future is polled.
        pub(crate) fn enter(&self) -> Inside<'_> {
            self.0.enter()
        }

        pub(crate) fn ended(&self, ending: Ending) {
            self.0.record(
                "outcome",
                match ending {
                    Ending::Stored => "stored",
                    Ending::Discarded => "discarded",
                    Ending::Skipped => "skipped",
                    Ending::Failed => "failed",
                    Ending::Rescued => "rescued",
                    Ending::Removed => "removed",
                    Ending::Panicked => "panicked",
                    Ending::GivenUp => "given_up",
                },
            );
        }
    }
}

#[cfg(not(feature = "tracing"))]
mod told {
    use std::marker::PhantomData;

    use super::{Cause, Discard, Ending, Error, KeyRef, Step, SwapReport, TracedKeys};

    /// Tells nobody.
    #[derive(Clone, Debug, Default)]
    pub(crate) struct Tracer(());

    /// The span of a load, which there is none of.
    #[derive(Debug)]
    pub(crate) struct LoadSpan;

    /// Inside of no span.
    pub(crate) struct Inside<'a>(PhantomData<&'a LoadSpan>);

    impl Tracer {
        pub(crate) fn new(_: Option<&str>, _: TracedKeys) -> Tracer {
            Tracer(())
        }

        #[inline]
        pub(crate) fn load(&self, _: KeyRef<'_>, _: Cause) -> LoadSpan {
            LoadSpan
        }

        #[inline]
        pub(crate) fn discarded(&self, _: KeyRef<'_>, _: Option<&LoadSpan>, _: Discard) {}

        pub(crate) fn exchanged(&self, _: Step, _: Result<&SwapReport, &Error>) {}

        pub(crate) fn canary_began(&self, _: &str) {}

        pub(crate) fn canary_went(&self, _: &str, _: u64) {}

        pub(crate) fn stands_in(&self, _: Option<&Error>) {}

        pub(crate) fn failed(&self, _: &Error) {}
    }

    impl LoadSpan {
        #[inline]
        pub(crate) fn enter(&self) -> Inside<'_> {
            Inside(PhantomData)
        }

        #[inline]
        pub(crate) fn ended(&self, _: Ending) {}
    }
}

pub(crate) use told::{Inside, LoadSpan, Tracer};
