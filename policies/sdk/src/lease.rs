//! What the host may do with one entry without asking again.

use std::time::Duration;

/// What the host may do with one entry without asking the policy again.
///
/// Every hit is decided from the entry's lease alone; no hit calls the policy. The builder methods
/// set one field each and leave the others as they are:
///
/// ```
/// use shelflife_policy::Lease;
/// use std::time::Duration;
///
/// let lease = Lease::for_duration(Duration::from_secs(60))
///     .jitter(0.1)
///     .grace(Duration::from_secs(5))
///     .tag("product:17");
/// assert_eq!(lease.ttl, Some(Duration::from_secs(60)));
/// ```
///
/// The host checks the numbers when it takes the lease over and refuses one that breaks a limit; the
/// SDK does not check them a second time. Durations reach the host in whole nanoseconds; one that
/// 64 bits of nanoseconds cannot hold (584 years) is cut to the longest that they can.
#[derive(Debug, Clone, PartialEq)]
pub struct Lease {
    /// How long the entry is fresh, from the moment it is stored: fresh while `now < stored + ttl`.
    /// `None`: until something purges it.
    pub ttl: Option<Duration>,
    /// How long the entry may go unread: no longer fresh once `now > last read + idle`. `None`: for
    /// ever.
    pub idle: Option<Duration>,
    /// The share of `ttl`, between 0 and 1, of which a random part is taken off when the entry is
    /// stored.
    pub jitter: f64,
    /// How long past `ttl` the value may still be served while one load replaces it.
    pub grace: Duration,
    /// How long past `ttl` the value may still be served when the load that should replace it fails.
    pub rescue: Duration,
    /// Whether the entry is loaded again before its `ttl` is up.
    pub refresh: Refresh,
    /// What the entry was made from. Purging any of these tags hides it.
    pub tags: Vec<String>,
    /// Counters that must not have moved since the load began.
    pub generations: Vec<String>,
    /// Settings that this version of the contract has no field for. A host refuses a name it does not
    /// know.
    pub hints: Vec<Hint>,
}

impl Lease {
    /// A lease with this time to live and nothing else.
    pub fn for_duration(ttl: Duration) -> Self {
        Self::within(Some(ttl))
    }

    /// A lease without a limit of time: the entry is fresh until something purges it.
    pub fn until_purged() -> Self {
        Self {
            ttl: None,
            idle: None,
            jitter: 0.0,
            grace: Duration::ZERO,
            rescue: Duration::ZERO,
            refresh: Refresh::Lazy,
            tags: Vec::new(),
            generations: Vec::new(),
            hints: Vec::new(),
        }
    }

    /// A lease with this time to live, or without a limit of time where there is none: takes an
    /// `Option<Duration>` and a [`Limit`](crate::config::Limit).
    pub fn within(limit: impl Into<Option<Duration>>) -> Self {
        Self {
            ttl: limit.into(),
            ..Self::until_purged()
        }
    }

    /// Ends the entry when it has not been read for so long.
    pub fn idle(mut self, idle: Duration) -> Self {
        self.idle = Some(idle);
        self
    }

    /// Takes a random part of this share of `ttl` off, so that entries that were filled together do
    /// not expire together. Between 0 and 1.
    pub fn jitter(mut self, share: f64) -> Self {
        self.jitter = share;
        self
    }

    /// Lets the value be served so long past `ttl` while one load replaces it
    /// (stale-while-revalidate).
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Lets the value be served so long past `ttl` when the load that should replace it fails
    /// (stale-if-error).
    pub fn rescue(mut self, rescue: Duration) -> Self {
        self.rescue = rescue;
        self
    }

    /// Says whether the entry is loaded again before its `ttl` is up.
    pub fn refresh(mut self, refresh: Refresh) -> Self {
        self.refresh = refresh;
        self
    }

    /// Adds a tag, unless the lease carries it already.
    pub fn tag(self, tag: impl Into<String>) -> Self {
        self.tags([tag])
    }

    /// Adds tags, each unless the lease carries it already.
    pub fn tags<T: Into<String>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        let tags = tags.into_iter();
        self.tags.reserve(tags.size_hint().0);
        for tag in tags {
            let tag = tag.into();
            if !self.tags.iter().any(|carried| is_same(carried, &tag)) {
                self.tags.push(tag);
            }
        }
        self
    }

    /// Adds a counter that must not have moved since the load began.
    pub fn generation(mut self, generation: impl Into<String>) -> Self {
        self.generations.push(generation.into());
        self
    }

    /// Adds a setting that this version of the contract has no field for.
    pub fn hint(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.hints.push(Hint {
            name: name.into(),
            value: value.into(),
        });
        self
    }
}

/// Whether two names are one. Names of records differ at their ends, and a component compares byte by byte
/// from the front; so the ends come first.
fn is_same(one: &str, other: &str) -> bool {
    let end = |name: &str| {
        name.as_bytes()
            .last_chunk()
            .copied()
            .map(u64::from_le_bytes)
    };
    one.len() == other.len() && end(one) == end(other) && one == other
}

/// When an entry that is still fresh is loaded again before its time is up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Refresh {
    /// Never: it is loaded again when it is no longer fresh.
    Lazy,
    /// In the background, on the first hit past this share of its `ttl`, between 0 and 1.
    Ahead(f64),
    /// In the background, with a probability that rises towards the end of its `ttl` (XFetch). The
    /// payload is beta, above 0; 1 is the optimum of the published analysis.
    Early(f64),
}

/// A setting that this version of the contract has no field for. A host refuses a lease or a plan
/// with a name that it does not know; version 0.1.0 knows none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// What is set.
    pub name: String,
    /// What it is set to.
    pub value: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_carried_once_and_in_the_order_in_which_it_came() {
        let tags = [
            "a",
            "b",
            "a",
            "",
            "product:1",
            "product:2",
            "product:1",
            "x:product:1",
            "",
        ];
        let lease = Lease::until_purged().tag("b").tags(tags).tag("product:2");
        let carried = ["b", "a", "", "product:1", "product:2", "x:product:1"];
        assert_eq!(lease.tags, carried);
    }
}
