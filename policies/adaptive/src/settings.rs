//! The settings, and the rule that they decide by.

use shelflife_policy::Listen;
use shelflife_policy::config::Limit;

use crate::estimate::Estimate;
use crate::memory::{FEWEST, MOST};

/// Settings of the policy `adaptive`, for all keys or for those of one rule.
///
/// Of the costs only the ratios matter. With the defaults a key is replaced where more than 0.5 / 1.1 = 45 %
/// of its writes are followed by a read.
#[derive(Debug, Clone, shelflife_policy::Settings)]
pub struct Settings {
    /// How long an entry is fresh if no write comes: the safety net for writes that nobody announced.
    /// `"none"`: without limit.
    #[setting(default = "5m")]
    pub ttl: Limit,
    /// What a miss costs: the load, and the reader that waits for it.
    #[setting(default = 1, above = 0)]
    pub miss_cost: f64,
    /// What it costs to drop an entry.
    #[setting(default = 0.1, at_least = 0)]
    pub invalidation_cost: f64,
    /// What it costs to replace an entry: to make the value and to bring it. Half a miss by default, for a
    /// miss asks first, is looked up, and makes somebody wait (HotNets 2024, table 1, counts what each is
    /// made of).
    #[setting(default = 0.5, above = 0)]
    pub update_cost: f64,
    /// How many writes of a key its estimate looks back on: each write takes `1 / window` off the weight of
    /// those before it. A key whose last eight writes are at odds with all before forgets those at once.
    #[setting(default = 128, at_least = 1)]
    pub window: f64,
    /// How many keys have an estimate, in 24 bytes each. One that has none begins anew: the place of those
    /// written longest ago, in groups of eight. For the whole policy.
    #[setting(default = 16384, at_least = 8, at_most = 32768, whole_policy)]
    pub keys: usize,
    /// Which changes count: `"writes"` that the application announces, those of a `"capture"`, or
    /// `"both"`; a write that comes by both is two. For the whole policy.
    #[setting(default = "writes", whole_policy)]
    pub listen: Listen,
}

// Attributes take numbers and no names.
const _: () = assert!(FEWEST == 8 && MOST == 32_768);

impl Settings {
    /// Whether it is cheaper to replace: iff `E[W] · c_u < c_m + c_i`, where `E[W]` is how many writes come
    /// to one that a read follows (HotNets 2024, section 3.3, where the rule is printed the other way
    /// round; its explanation there and section 3.2 have it so).
    pub(crate) fn favours_replacing(&self, estimate: &Estimate) -> bool {
        self.update_cost < estimate.read_share() * (self.miss_cost + self.invalidation_cost)
    }
}
