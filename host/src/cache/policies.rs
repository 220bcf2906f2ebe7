//! What can be done about the policies of a cache while it runs.

use super::shared::Shared;
use crate::engine::{Plan, PurgeMode};
use crate::policy::{CanaryReport, Error, Exchange, PolicyInfo, PolicySet, Source, SwapReport};
use crate::trace::Step;

impl<V: Clone + Send + Sync + 'static> Exchange for Shared<V> {
    fn install(&self, plan: &Plan, purge: Option<PurgeMode>) {
        self.engine.install(plan);
        if let Some(mode) = purge {
            self.purge_all(mode);
        }
    }
}

impl<V: Clone + Send + Sync + 'static> Shared<V> {
    fn policies(&self) -> Result<&PolicySet, Error> {
        self.policies.as_ref().ok_or_else(|| {
            let reason = "the cache was built without a policy: name one with `Builder::policy`";
            Error::refused("(none)", "swap", reason.to_owned())
        })
    }
}

/// The same for both caches.
macro_rules! while_it_runs {
    ($cache:ty) => {
        /// Policies, while the cache runs.
        ///
        /// Fills go on meanwhile, and changes wait for less than a millisecond. No read fails for it.
        impl<V: Clone + Send + Sync + 'static> $cache {
            /// Puts a policy in the place of the only one, or of the one with its name where there are several.
            ///
            /// Everything slow is done first, in the calling thread: the policy is read, checked against the
            /// contract and what is granted, compiled and configured. What the old policy has learned is handed
            /// on, if both export `snapshots`. When this returns, the new code is called, and the old one is kept
            /// for [`rollback_policy`](Self::rollback_policy).
            ///
            /// The entries that are there keep their leases, or are taken away where the new policy might not
            /// reach them; see [`Entries`](crate::policy::Entries), which [`Source::entries`] decides.
            ///
            /// # Errors
            ///
            /// Whatever there is against the new policy; the old one stays in place as if nothing had been.
            ///
            /// # Examples
            ///
            /// ```
            /// use shelflife::policy::Source;
            /// use shelflife::sync::Cache;
            ///
            /// let cache = Cache::<String>::builder().policy("ttl").build()?;
            /// let refused = cache.swap_policy(Source::from("tags").config(r#"{ "tll": "1h" }"#));
            /// assert!(refused.unwrap_err().to_string().contains("did you mean `ttl`?"));
            /// assert_eq!(cache.policy_info()[0].name, "ttl");
            ///
            /// cache.swap_policy("tags")?;
            /// assert_eq!(cache.policy_info()[0].name, "tags");
            /// cache.rollback_policy()?;
            /// assert_eq!(cache.policy_info()[0].name, "ttl");
            /// # Ok::<(), Box<dyn std::error::Error>>(())
            /// ```
            pub fn swap_policy(&self, source: impl Into<Source>) -> Result<SwapReport, Error> {
                let policies = self.shared.policies()?;
                let outcome = policies.swap(&source.into(), &*self.shared);
                self.shared.tracer.exchanged(Step::Swap, outcome.as_ref());
                outcome
            }

            /// Undoes the last swap: the policy that was there before is there again, with what it had learned,
            /// or what its successor hands back. Undone twice, it is as it was.
            ///
            /// # Errors
            ///
            /// If no policy was swapped.
            pub fn rollback_policy(&self) -> Result<SwapReport, Error> {
                let outcome = self.shared.policies()?.rollback(&*self.shared);
                self.shared
                    .tracer
                    .exchanged(Step::Rollback, outcome.as_ref());
                outcome
            }

            /// What is known of each policy, in the order in which the builder named them. Empty without a policy.
            pub fn policy_info(&self) -> Vec<PolicyInfo> {
                let policies = self.shared.policies.as_ref();
                policies.map(PolicySet::info).unwrap_or_default()
            }

            /// Lets a candidate run beside the policy whose place it could take: it is asked about the same fills
            /// and told of the same changes, in the threads that these come from, and nothing of its answers is
            /// carried out. It takes the place of a candidate that was there before.
            ///
            /// # Errors
            ///
            /// Whatever there is against the candidate.
            ///
            /// # Examples
            ///
            /// ```
            /// use shelflife::policy::Source;
            /// use shelflife::sync::Cache;
            ///
            /// let ttl = |json: &str| Source::from("ttl").config(json);
            /// let cache = Cache::<u32>::builder().policy(ttl(r#"{ "ttl": "10m" }"#)).build()?;
            /// cache.start_canary(ttl(r#"{ "ttl": "1h" }"#))?;
            /// cache.get_with("a", |_| 1);
            ///
            /// let report = cache.canary_report().unwrap();
            /// assert_eq!((report.fills, report.differing_fills), (1, 1));
            /// assert_eq!(report.leases[0].field, "ttl");
            /// cache.promote_canary()?;
            /// # Ok::<(), Box<dyn std::error::Error>>(())
            /// ```
            pub fn start_canary(&self, source: impl Into<Source>) -> Result<(), Error> {
                let source = source.into();
                self.shared.policies()?.start_canary(&source)?;
                self.shared.tracer.canary_began(source.name());
                Ok(())
            }

            /// Where the candidate differs from the policy in place so far. Nothing without a candidate.
            pub fn canary_report(&self) -> Option<CanaryReport> {
                self.shared.policies.as_ref()?.canary_report()
            }

            /// Puts the candidate in place, as [`swap_policy`](Self::swap_policy) would.
            ///
            /// # Errors
            ///
            /// If there is none, or it has failed so often in a row that it is not asked any more.
            pub fn promote_canary(&self) -> Result<SwapReport, Error> {
                let outcome = self.shared.policies()?.promote_canary(&*self.shared);
                self.shared
                    .tracer
                    .exchanged(Step::Promotion, outcome.as_ref());
                outcome
            }

            /// Lets the candidate go. What was seen of it; nothing where there was none.
            pub fn drop_canary(&self) -> Option<CanaryReport> {
                let report = self.shared.policies.as_ref()?.drop_canary()?;
                let differing = report.differing_fills + report.differing_changes;
                self.shared.tracer.canary_went(&report.name, differing);
                Some(report)
            }
        }
    };
}

while_it_runs!(super::sync::Cache<V>);
while_it_runs!(super::future::Cache<V>);
