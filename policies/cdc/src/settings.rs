//! The settings, and the map read from them.

use std::time::Duration;

use shelflife_policy::Listen;
use shelflife_policy::config::{Limit, Named};
use shelflife_policy::template::{Template, templates};

/// Settings of the policy `cdc`, for all keys or for those of one rule.
#[derive(Debug, Clone, shelflife_policy::Settings)]
pub struct Settings {
    /// How long an entry is fresh if no change comes: the safety net for what the capture misses.
    /// `"none"`: without limit.
    #[setting(default = "5m")]
    pub ttl: Limit,
    /// Collection to key templates: `users = ["user:{id}"]`. `{column}` is filled from the row, as it
    /// is and as it was; `{key}` is the change's own key. A collection that is not in the map stands
    /// for itself: the key of the change is the key of the entry. For the whole policy.
    #[setting(default, whole_policy)]
    pub map: Named<Vec<String>>,
    /// Purge every such key once more after so long, for origins that serve old copies for a while
    /// after the change was captured.
    pub again_after: Option<Duration>,
    /// Which changes count: those of a `"capture"`, the `"writes"` that the application announces, or
    /// `"both"`. For the whole policy.
    #[setting(default = "capture", whole_policy)]
    pub listen: Listen,
}

impl Settings {
    /// The map, its templates read.
    pub(crate) fn templates(&self) -> Result<Named<Vec<Template>>, String> {
        self.map.try_map(|collection, texts| {
            templates(texts).map_err(|text| format!("`map`: `{collection}`: {text}"))
        })
    }
}
