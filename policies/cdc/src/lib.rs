//! Change data capture: the database itself says which rows changed, so that no write path can be
//! forgotten, and a map says which keys are made from a row.
//!
//! Entries are stale for as long as the capture takes. A template is filled from the row as it is and
//! as it was: where the column behind a key changed, the old key goes too.

mod settings;

pub use settings::Settings;

use std::time::Duration;

use shelflife_policy::config::{ByPrefix, Named};
use shelflife_policy::template::Template;
use shelflife_policy::{Change, Host, Lease, Plan, Policy, PurgeMode, Rule, export};

/// Change data capture.
pub struct Cdc {
    settings: ByPrefix<Settings>,
    /// Collection to the keys that are made from its rows.
    map: Named<Vec<Template>>,
}

impl Policy for Cdc {
    type Config = ByPrefix<Settings>;

    fn configure(settings: Self::Config) -> Result<(Self, Plan), String> {
        let plan = settings
            .plan(|settings| Ok(Rule::every_key().lease(Lease::within(settings.ttl))))?
            .listen(settings.every_key().listen);
        let map = settings.every_key().templates()?;
        Ok((Self { settings, map }, plan))
    }

    fn on_changes(&mut self, changes: &[Change], host: &mut Host) -> Result<(), String> {
        let mut keys = Vec::new();
        for (index, change) in changes.iter().enumerate() {
            match self.map.get(&change.collection) {
                Some(templates) if change.is_truncation() => {
                    for template in templates {
                        purge_all_of(template, host);
                    }
                }
                Some(templates) => {
                    for template in templates {
                        template.fill_from(index, change, host, &mut keys)?;
                    }
                }
                None if change.is_truncation() => host.purge_everything(PurgeMode::Drop),
                None => keys.push(change.key.clone()),
            }
        }
        if !keys.is_empty() {
            host.purge_keys(&keys, PurgeMode::Drop);
            self.purge_again(keys, host);
        }
        Ok(())
    }
}

/// Purges every key that the template could have made.
fn purge_all_of(template: &Template, host: &mut Host) {
    if template.is_fixed() {
        host.purge_keys(&[template.text().to_owned()], PurgeMode::Drop);
    } else if template.literal_prefix().is_empty() {
        host.purge_everything(PurgeMode::Drop);
    } else {
        host.purge_prefix(template.literal_prefix(), PurgeMode::Drop);
    }
}

impl Cdc {
    /// Purges once more, after their delay, the keys whose settings name one.
    fn purge_again(&self, keys: Vec<String>, host: &mut Host) {
        let mut delayed: Vec<(Duration, Vec<String>)> = Vec::new();
        for key in keys {
            let Some(after) = self.settings.of(&key).again_after else {
                continue;
            };
            match delayed.iter_mut().find(|(delay, _)| *delay == after) {
                Some((_, keys)) => keys.push(key),
                None => delayed.push((after, vec![key])),
            }
        }
        for (after, keys) in delayed {
            host.purge_keys_again(&keys, PurgeMode::Drop, after);
        }
    }
}

export!(Cdc: reactions);

#[cfg(test)]
mod tests;
