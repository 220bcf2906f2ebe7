//! What the host may do with an entry without asking its policy again.

use std::sync::Arc;

use super::time::Nanos;

/// When an entry that is still fresh is loaded again before its time is up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Refresh {
    /// Never.
    #[default]
    Lazy,
    /// On the first hit past this share of its `ttl`.
    Ahead(f64),
    /// With probability `exp(-g / (beta * load time))` on a hit that comes `g` before the end of its
    /// `ttl`; the value is beta (Vattani et al., PVLDB 8(8), 2015: XFetch).
    Early(f64),
}

/// How long an entry lives and what hides it. The contract's `lease`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lease {
    /// Fresh while `now < stored + ttl`; `None`: until something purges it.
    pub ttl: Option<Nanos>,
    /// No longer fresh once `now > last read + idle`; `None`: for ever.
    pub idle: Option<Nanos>,
    /// Share of `ttl`, of which a random part is taken off when the entry is stored.
    pub jitter: f64,
    /// How long past its end the value may be served while one load replaces it.
    pub grace: Nanos,
    /// How long past its end the value may be served when the load that replaces it fails.
    pub rescue: Nanos,
    /// Whether it is loaded again before its end.
    pub refresh: Refresh,
    /// What it was made from.
    pub tags: Vec<String>,
    /// Counters that must not have moved since the load began.
    pub generations: Vec<String>,
}

impl Lease {
    /// Fresh for so long after the store, and nothing else.
    #[must_use]
    pub fn for_nanos(ttl: Nanos) -> Lease {
        Lease {
            ttl: Some(ttl),
            ..Lease::default()
        }
    }

    /// Says what is wrong with the numbers, if anything is.
    ///
    /// # Errors
    ///
    /// Names the field and what it may be.
    pub fn check(&self) -> Result<(), String> {
        if !(0.0..=1.0).contains(&self.jitter) {
            return Err(format!(
                "jitter is {}: it must be between 0 and 1",
                self.jitter
            ));
        }
        match self.refresh {
            Refresh::Ahead(share) if !(0.0..=1.0).contains(&share) => Err(format!(
                "refresh ahead is {share}: it must be a share between 0 and 1"
            )),
            Refresh::Early(beta) if !(beta.is_finite() && beta > 0.0) => {
                Err(format!("refresh early is {beta}: beta must be above 0"))
            }
            _ => Ok(()),
        }
    }
}

/// How an entry leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PurgeMode {
    /// Hard: never served again.
    Drop,
    /// Soft: stale from now on; grace and rescue apply, counted from now.
    Expire,
    /// A fresh entry takes the change's value; anything else is dropped. For groups: `Expire`.
    Replace,
}

/// Which counter a key is versioned by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One of its own, named like the key.
    EachKey,
    /// Named by so many leading parts of the key, split at `:`.
    LeadingParts(u32),
    /// One with this name.
    Shared(String),
}

impl Scope {
    /// The name of the counter for a key.
    #[must_use]
    pub fn counter<'a>(&'a self, key: &'a str) -> &'a str {
        match self {
            Scope::EachKey => key,
            Scope::LeadingParts(parts) => {
                let end = key.match_indices(':').nth(parts.saturating_sub(1) as usize);
                end.map_or(key, |(at, _)| &key[..at])
            }
            Scope::Shared(name) => name,
        }
    }
}

/// How entries are kept under their key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Keying {
    /// One entry a key.
    #[default]
    InPlace,
    /// One entry a key and counter value.
    ByGeneration {
        /// Which counter.
        scope: Scope,
        /// How long a looked-up counter value may be used without looking again.
        cached_for: Nanos,
    },
}

/// How a read finds its entry.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Lookup {
    /// By its key.
    #[default]
    Exact,
    /// By its key, else the nearest fresh entry with at least this cosine similarity.
    Nearest(f32),
}

/// What holds for every key with a prefix.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rule {
    /// What the keys begin with.
    pub prefix: String,
    /// How entries are kept.
    pub keying: Keying,
    /// How entries are found.
    pub lookup: Lookup,
    /// The lease of every such entry; `None` asks the policy for each.
    pub lease: Option<Arc<Lease>>,
}

/// What the host does without calling the policy. The contract's `plan`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Rules by prefix; the longest that fits wins.
    pub rules: Vec<Rule>,
    /// Names of the feeds that the policy wants to hear.
    pub feeds: Vec<String>,
}

impl Plan {
    /// One lease for every key, and no feeds.
    #[must_use]
    pub fn every_key(lease: Lease) -> Plan {
        let rule = Rule {
            lease: Some(Arc::new(lease)),
            ..Rule::default()
        };
        Plan {
            rules: vec![rule],
            feeds: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_named_by_its_scope() {
        assert_eq!(Scope::EachKey.counter("a:b:c"), "a:b:c");
        assert_eq!(Scope::LeadingParts(1).counter("a:b:c"), "a");
        assert_eq!(Scope::LeadingParts(2).counter("a:b:c"), "a:b");
        assert_eq!(Scope::LeadingParts(3).counter("a:b:c"), "a:b:c");
        assert_eq!(Scope::LeadingParts(9).counter("a:b:c"), "a:b:c");
        assert_eq!(Scope::Shared("schema".into()).counter("a:b:c"), "schema");
    }

    #[test]
    fn numbers_out_of_range_are_named() {
        let lease = Lease {
            jitter: 1.5,
            ..Lease::default()
        };
        assert!(lease.check().unwrap_err().contains("jitter"));
        let lease = Lease {
            jitter: f64::NAN,
            ..Lease::default()
        };
        assert!(lease.check().is_err());
        let lease = Lease {
            refresh: Refresh::Early(0.0),
            ..Lease::default()
        };
        assert!(lease.check().unwrap_err().contains("beta"));
        let lease = Lease {
            refresh: Refresh::Ahead(f64::NAN),
            ..Lease::default()
        };
        assert!(lease.check().unwrap_err().contains("ahead"));
    }
}
