//! Does whatever a policy must not: once configured, in the call that its settings name and in the way
//! that they name.
//!
//! `{ "in": "on-fill", "does": "loop" }` loops for ever when it is asked for a lease, and does nothing
//! worth a word in its other calls. Run by the host's tests, which hold that no request fails for it.

use std::hint::black_box;
use std::time::Duration;

use shelflife_policy::{
    Change, Fill, Host, Lease, Level, Listen, Plan, Policy, PurgeMode, Rule, export,
};

/// Where it does harm, and which.
#[derive(shelflife_policy::Settings)]
pub struct Settings {
    /// In which call.
    #[setting(default = "on-fill")]
    r#in: Call,
    /// What it does there.
    #[setting(default = "nothing")]
    does: Harm,
}

/// A call of the contract.
#[derive(Clone, Copy, PartialEq, Eq, shelflife_policy::Settings)]
enum Call {
    Configure,
    OnFill,
    OnChanges,
}

/// What it does there.
#[derive(Clone, Copy, PartialEq, Eq, shelflife_policy::Settings)]
enum Harm {
    Nothing,
    /// Never comes back.
    Loop,
    /// Calls itself for ever.
    Recurse,
    /// Takes memory until there is none.
    Grow,
    Panic,
    /// Answers with an error of a megabyte, in which a terminal would find orders.
    Refuse,
    /// Logs for ever.
    LogForEver,
    /// Logs a hundred lines, which is more than it may and no failure.
    LogTooMuch,
    /// Answers with 10,000 tags, or in `configure` as many rules.
    TooMany,
    /// Answers with, or purges, a name of a megabyte.
    LongName,
    /// Answers with numbers that are none, or purges by a vector of them.
    NotANumber,
    /// Purges a million keys, one call each.
    MillionPurges,
    /// Purges keys of five megabytes in one call.
    FiveMegabytes,
    /// Purges everything, and then traps.
    TrapInTheJournal,
    /// Purges everything whatever happens, which it may.
    PurgeEverything,
    /// Searches for ever.
    Search,
    /// Keeps a megabyte more after each call.
    Hoard,
    /// Gives each entry names of its own, as many and as long as it may: tags, and counters.
    NewNames,
    /// Purges by prefixes that nothing has, others each time.
    NewPrefixes,
    /// Purges by vectors that nothing is near, as long as it may.
    NewVectors,
    /// Wants megabytes of keys purged once more in a year.
    InAYear,
}

/// The policy.
pub struct Evil {
    settings: Settings,
    /// What it holds and has no use for.
    held: Vec<Vec<u8>>,
    /// Names that it has made up.
    names: u64,
}

const MEGABYTE: usize = 1 << 20;
/// As long as a name may be.
const LONG: usize = 1_024;
/// As many tags as an entry may have.
const MANY: usize = 64;
/// Names of that length come to nearly a megabyte, and so do five hundred vectors of half of it.
const ALL: usize = 900;

impl Policy for Evil {
    type Config = Settings;

    fn configure(settings: Settings) -> Result<(Self, Plan), String> {
        let mut plan = Plan::on_fill().listen(Listen::Writes);
        if settings.r#in == Call::Configure {
            harm(settings.does)?;
            match settings.does {
                Harm::TooMany => {
                    plan = (0..10_000).fold(plan, |plan, n| plan.rule(Rule::prefix(n.to_string())));
                }
                Harm::LongName => plan = plan.rule(Rule::prefix("x".repeat(MEGABYTE))),
                Harm::NotANumber => plan = plan.rule(Rule::prefix("x").nearest(f32::NAN)),
                _ => {}
            }
        }
        let evil = Self {
            settings,
            held: Vec::new(),
            names: 0,
        };
        Ok((evil, plan))
    }

    fn on_fill(&mut self, fill: Fill, host: &mut Host) -> Result<Lease, String> {
        let lease = Lease::for_duration(Duration::from_secs(600)).tag(&fill.key);
        if self.settings.r#in != Call::OnFill {
            return Ok(lease);
        }
        harm(self.settings.does)?;
        log(self.settings.does, host);
        self.hoard();
        Ok(match self.settings.does {
            Harm::TooMany => Lease {
                tags: vec!["tag".to_owned(); 10_000],
                ..lease
            },
            Harm::LongName => lease.tag("x".repeat(MEGABYTE)),
            Harm::NotANumber => lease.jitter(f64::NAN),
            Harm::NewNames => Lease {
                tags: self.new_names(MANY, &fill.key),
                generations: self.new_names(MANY, &fill.key),
                ..lease
            },
            _ => lease,
        })
    }

    fn on_changes(&mut self, changes: &[Change], host: &mut Host) -> Result<(), String> {
        let keys: Vec<String> = changes.iter().map(|change| change.key.clone()).collect();
        if self.settings.r#in != Call::OnChanges {
            host.purge_tags(&keys, PurgeMode::Drop);
            return Ok(());
        }
        harm(self.settings.does)?;
        log(self.settings.does, host);
        self.hoard();
        match self.settings.does {
            Harm::LongName => host.purge_keys(&["x".repeat(MEGABYTE)], PurgeMode::Drop),
            Harm::NotANumber => host.purge_within(&[f32::NAN; 4], 0.5, PurgeMode::Drop),
            Harm::MillionPurges => {
                for _ in 0..1_000_000 {
                    host.purge_keys(&keys, PurgeMode::Drop);
                }
            }
            Harm::FiveMegabytes => {
                let keys = vec!["x".repeat(1_000); 5_000];
                host.purge_keys(&keys, PurgeMode::Drop);
            }
            Harm::TrapInTheJournal => {
                host.purge_everything(PurgeMode::Drop);
                panic!("half way");
            }
            Harm::PurgeEverything => host.purge_everything(PurgeMode::Drop),
            Harm::Search => loop {
                black_box(host.nearest(&[1.0, 0.0], 0.5, 10));
            },
            Harm::NewPrefixes => {
                for prefix in self.new_names(ALL, "") {
                    host.purge_prefix(&prefix, PurgeMode::Drop);
                }
            }
            Harm::NewVectors => {
                for _ in 0..500 {
                    host.purge_within(&[1.0; LONG / 2], 0.5, PurgeMode::Drop);
                }
            }
            Harm::InAYear => {
                let keys = self.new_names(ALL, "");
                let year = Duration::from_secs(365 * 24 * 3600);
                host.purge_keys_again(&keys, PurgeMode::Drop, year);
            }
            _ => host.purge_tags(&keys, PurgeMode::Drop),
        }
        Ok(())
    }
}

impl Evil {
    /// Names that it never used before; those of two instances differ by what they begin with.
    fn new_names(&mut self, many: usize, begin: &str) -> Vec<String> {
        (0..many)
            .map(|_| {
                self.names += 1;
                let name = format!("{begin}:{}:", self.names);
                let rest = LONG - name.len();
                name + &"x".repeat(rest)
            })
            .collect()
    }

    fn hoard(&mut self) {
        if self.settings.does == Harm::Hoard {
            self.held.push(black_box(vec![1; MEGABYTE]));
        }
    }
}

/// What takes no host to do.
fn harm(harm: Harm) -> Result<(), String> {
    match harm {
        Harm::Loop => loop {
            black_box(0);
        },
        Harm::Recurse => {
            black_box(recurse(1));
            Ok(())
        }
        Harm::Grow => {
            let mut held = Vec::new();
            loop {
                held.push(black_box(Vec::<u8>::with_capacity(1 << 20)));
            }
        }
        Harm::Panic => panic!("as it was told"),
        Harm::Refuse => Err(format!("\x1b[2J{}", "no ".repeat(MEGABYTE / 3))),
        _ => Ok(()),
    }
}

/// Deep enough for any stack; the sum keeps the compiler from making a loop of it.
fn recurse(depth: u64) -> u64 {
    if black_box(depth) == u64::MAX {
        return 0;
    }
    let frame = black_box([depth; 16]);
    frame.iter().sum::<u64>() ^ recurse(depth + 1)
}

fn log(harm: Harm, host: &mut Host) {
    let lines = match harm {
        Harm::LogForEver => u64::MAX,
        Harm::LogTooMuch => 100,
        _ => 0,
    };
    for _ in 0..lines {
        host.log(Level::Info, "a line");
    }
}

export!(Evil: leases, reactions);
