//! Learns how much it has seen: the lease of the nth entry is n steps long.
//!
//! A test sees from a lease whether an instance knows what the one before it had learned. Its settings make
//! it save or restore badly.

use std::hint::black_box;
use std::time::Duration;

use shelflife_policy::{Change, Fill, Host, Lease, Listen, Plan, Policy, PurgeMode, export};

/// How it counts, and how well it hands on what it has counted.
#[derive(shelflife_policy::Settings)]
pub struct Settings {
    /// How much longer each lease is than the one before.
    #[setting(default = "1s")]
    step: Duration,
    /// How it hands on what it has counted.
    #[setting(default = "well")]
    save: Manner,
    /// How it takes over what another has counted.
    #[setting(default = "well")]
    restore: Manner,
}

/// How something is done.
#[derive(Clone, Copy, shelflife_policy::Settings)]
enum Manner {
    Well,
    /// Answers with an error.
    Refuse,
    Panic,
    /// Never comes back.
    Loop,
    /// Hands on two megabytes.
    TooMuch,
    /// Hands on bytes that mean nothing.
    Garbage,
}

impl Manner {
    fn apply(self, state: Vec<u8>) -> Result<Vec<u8>, String> {
        match self {
            Manner::Well => Ok(state),
            Manner::Refuse => Err("as it was told".to_owned()),
            Manner::Panic => panic!("as it was told"),
            Manner::Loop => loop {
                black_box(0);
            },
            Manner::TooMuch => Ok(vec![0; 2 << 20]),
            Manner::Garbage => Ok(vec![0xff; 3]),
        }
    }
}

/// The policy.
pub struct Learner {
    settings: Settings,
    /// Fills and changes seen so far, by this instance and those before it.
    seen: u64,
}

impl Policy for Learner {
    type Config = Settings;

    fn configure(settings: Settings) -> Result<(Self, Plan), String> {
        let plan = Plan::on_fill().listen(Listen::Writes);
        Ok((Self { settings, seen: 0 }, plan))
    }

    fn on_fill(&mut self, fill: Fill, _: &mut Host) -> Result<Lease, String> {
        self.seen += 1;
        let steps = u32::try_from(self.seen).unwrap_or(u32::MAX);
        Ok(Lease::for_duration(self.settings.step * steps)
            .tag(fill.key)
            .tags(fill.depends_on))
    }

    fn on_changes(&mut self, changes: &[Change], host: &mut Host) -> Result<(), String> {
        self.seen += changes.len() as u64;
        let tags: Vec<String> = changes.iter().map(|change| change.key.clone()).collect();
        host.purge_tags(&tags, PurgeMode::Drop);
        Ok(())
    }

    fn save(&self) -> Result<Vec<u8>, String> {
        self.settings.save.apply(self.seen.to_le_bytes().to_vec())
    }

    fn restore(&mut self, _saved_by: &str, state: &[u8]) -> Result<(), String> {
        let state = self.settings.restore.apply(state.to_vec())?;
        let state = <[u8; 8]>::try_from(state.as_slice())
            .map_err(|_| format!("8 bytes are a count, and these are {}", state.len()))?;
        self.seen = u64::from_le_bytes(state);
        Ok(())
    }
}

export!(Learner: leases, reactions, snapshots);
