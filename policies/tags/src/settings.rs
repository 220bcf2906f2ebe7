//! The settings, and what is prepared from them once.

use shelflife_policy::Listen;
use shelflife_policy::config::{Limit, Named};
use shelflife_policy::template::{Pattern, Template, templates};

/// Settings of the policy `tags`, for all keys or for those of one rule.
#[derive(Debug, Clone, shelflife_policy::Settings)]
pub struct Settings {
    /// How long an entry is fresh if no change comes: the safety net. `"none"`: without limit.
    #[setting(default = "5m")]
    pub ttl: Limit,
    /// Key pattern to tags: `"page:product:{id}" = ["product:{id}", "reviews:product:{id}"]`. A
    /// `{name}` takes one part of the key, without `:`, a `*` at the end the rest. The tags of every
    /// pattern that fits count, beside what the loader names and the key itself.
    #[setting(default)]
    pub patterns: Named<Vec<String>>,
    /// Collection to the tags that a change of it purges: `products = ["product:{id}"]`. `{column}` is
    /// filled from the row, as it is and as it was; `{key}` is the change's own key, which is also the
    /// tag of a collection that is not listed. For the whole policy.
    #[setting(default, whole_policy)]
    pub on_change: Named<Vec<String>>,
    /// Which changes count: the `"writes"` that the application announces, those of a `"capture"`, or
    /// `"both"`. For the whole policy.
    #[setting(default = "writes", whole_policy)]
    pub listen: Listen,
}

impl Settings {
    /// The tags by collection, their templates read.
    pub(crate) fn on_change(&self) -> Result<Named<Vec<Template>>, String> {
        self.on_change.try_map(|collection, texts| {
            templates(texts).map_err(|text| format!("`on_change`: `{collection}`: {text}"))
        })
    }
}

/// What a fill needs.
pub(crate) struct Prepared {
    pub(crate) ttl: Limit,
    patterns: Vec<(Pattern, Vec<Template>)>,
}

impl Prepared {
    /// Reads the patterns and their tags; a tag may use the placeholders of its pattern alone.
    pub(crate) fn new(settings: Settings) -> Result<Self, String> {
        let mut patterns = Vec::new();
        for (text, tags) in settings.patterns.iter() {
            let wrong = |text: String| format!("`patterns`: {text}");
            let pattern = Pattern::parse(text).map_err(wrong)?;
            let tags = templates(tags).map_err(wrong)?;
            for tag in &tags {
                let known = |slot: &str| pattern.slots().any(|known| known == slot);
                if let Some(slot) = tag.slots().find(|slot| !known(slot)) {
                    let tag = tag.text();
                    return Err(format!(
                        "`patterns`: `{text}` has no `{{{slot}}}` for the tag `{tag}`"
                    ));
                }
            }
            patterns.push((pattern, tags));
        }
        Ok(Self {
            ttl: settings.ttl,
            patterns,
        })
    }

    /// The tags that the patterns give a key.
    pub(crate) fn tags_by_pattern(&self, key: &str) -> Result<Vec<String>, String> {
        let mut tags = Vec::new();
        for (pattern, templates) in &self.patterns {
            let Some(matched) = pattern.matches(key) else {
                continue;
            };
            for template in templates {
                tags.push(template.fill(&mut |slot| matched.get(slot).map(str::to_owned))?);
            }
        }
        Ok(tags)
    }
}
