//! Tags: an entry carries the names of what it was made from, and a change purges by name, so that one
//! row takes every page along that shows it.
//!
//! Tags come from three places: the loader's own word, patterns over the key, and the key itself.

mod settings;

use std::iter::once;

pub use settings::Settings;

use settings::Prepared;
use shelflife_policy::config::{ByPrefix, Named};
use shelflife_policy::template::Template;
use shelflife_policy::{Change, Fill, Host, Lease, Plan, Policy, PurgeMode, export};

/// Tags.
pub struct Tags {
    settings: ByPrefix<Prepared>,
    /// Collection to the tags that its changes purge.
    on_change: Named<Vec<Template>>,
}

impl Policy for Tags {
    type Config = ByPrefix<Settings>;

    fn configure(settings: Self::Config) -> Result<(Self, Plan), String> {
        let plan = Plan::on_fill().listen(settings.every_key().listen);
        let on_change = settings.every_key().on_change()?;
        let settings = settings.try_map(Prepared::new)?;
        let tags = Self {
            settings,
            on_change,
        };
        Ok((tags, plan))
    }

    fn on_fill(&mut self, fill: Fill, _: &mut Host) -> Result<Lease, String> {
        let settings = self.settings.of(&fill.key);
        let by_pattern = settings.tags_by_pattern(&fill.key)?;
        Ok(Lease::within(settings.ttl)
            .tags(once(fill.key).chain(fill.depends_on))
            .tags(by_pattern))
    }

    fn on_changes(&mut self, changes: &[Change], host: &mut Host) -> Result<(), String> {
        let mut tags = Vec::new();
        for (index, change) in changes.iter().enumerate() {
            match self.on_change.get(&change.collection) {
                // Which tags a template made is not known without the rows: all of them, then.
                Some(templates)
                    if change.is_truncation() && !templates.iter().all(Template::is_fixed) =>
                {
                    host.purge_everything(PurgeMode::Drop);
                }
                Some(templates) => {
                    for template in templates {
                        template.fill_from(index, change, host, &mut tags)?;
                    }
                }
                None if change.is_truncation() => host.purge_everything(PurgeMode::Drop),
                None => tags.push(change.key.clone()),
            }
        }
        if !tags.is_empty() {
            host.purge_tags(&tags, PurgeMode::Drop);
        }
        Ok(())
    }
}

export!(Tags: leases, reactions);

#[cfg(test)]
mod tests;
