//! Cases: what a policy is to do, as files that every language and every host can run.
//!
//! A case is a TOML file: settings, then steps in virtual time. A step either reads a key, as a cache
//! would, or tells the policy of changes; beside it stands what must come of it. The whole of a file:
//!
//! ```toml
//! about = "A change purges the pages that were made from the row."
//!
//! [config]                       # the settings; they become JSON
//! ttl = "60s"
//!
//! [plan]                         # where it matters: what the plan must be
//! feeds = ["writes"]
//!
//! [[step]]
//! at = "0s"                      # as the step before where it is left out
//! read = "page:1"
//! depends_on = ["product:1"]     # what its loader says the value was made from
//! expect = "miss"                # or hit, stale (past its end), error (its load failed)
//! lease = { ttl = "60s", tags = ["page:1", "product:1"] }
//!
//! [[step]]
//! at = "1s"
//! changes = [{ collection = "products", key = "product:1", after = { id = "1" } }]
//! purges = [{ tags = ["product:1"], mode = "drop" }]
//! ```
//!
//! Instead of steps `refused = "unknown setting"` says that the policy must refuse the settings, in words
//! that contain these.
//!
//! | of a step | |
//! |---|---|
//! | `at` | virtual time since the start |
//! | `read` | a key; with `depends_on`, `size`, `load_time`, `vector`, and `fails = true` for a load that fails |
//! | `expect` | what the reader gets: `miss`, `hit`, `stale` or `error` |
//! | `lease` | of the entry that this step stores: `ttl`, `idle`, `jitter`, `grace`, `rescue`, `ahead` or `early`, `tags`, `generations`; what is left out has its default, a `ttl` none |
//! | `changes` | told in one call: `collection` (the key before its first `:`), `key`, `kind` (`updated`), `feed` (`writes`), `before` and `after` (columns, as text), `vector` |
//! | `purges` | each with `keys`, `tags`, `prefix`, `bump`, `everything = true`, `keys_again` with `after`, or `within` with `of`; and a `mode` (`drop`) |
//! | `sightings` | what the host answers when the policy asks about entries: `{ "user:1" = "read" }` |
//! | `refused` | the policy must answer this call with an error that contains these words |
//!
//! The order of tags in a lease and of names in a purge does not count, the order of purges does. What a
//! step leaves out is not compared.
//!
//! A policy that is written in Rust runs its cases natively in `cargo test`:
//!
//! ```no_run
//! # struct Mine;
//! # impl shelflife_policy::Policy for Mine {
//! #     type Config = ();
//! #     fn configure(_: ()) -> Result<(Self, shelflife_policy::Plan), String> { Err(String::new()) }
//! # }
//! # shelflife_policy::export!(Mine);
//! # fn main() {
//! shelflife_policy::testing::cases::check::<Mine>("cases");
//! # }
//! ```
//!
//! `shelflife policy check` runs the same files against the component: alone, in the engine and in a cache.

mod case;
mod compare;
mod native;
mod text;
mod time;

use std::path::{Path, PathBuf};

use crate::policy::Exported;

pub use case::{Answer, Case, Does, Row, Step, StepChange};
pub use compare::{Difference, Observed, Outcome, compare, compare_runs};
pub use native::run;
pub use text::{duration, effect, lease, plan};

/// The cases of a folder, by the names of their files.
///
/// # Errors
///
/// One line that names the folder, or the file and the line: a folder that cannot be read or holds no
/// `.toml` file, a file that is no case.
pub fn read_folder(folder: &Path) -> Result<Vec<Case>, String> {
    let shown = folder.display();
    let entries =
        std::fs::read_dir(folder).map_err(|error| format!("cannot read {shown}: {error}"))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    if files.is_empty() {
        return Err(format!("{shown} holds no case: a case is a .toml file"));
    }
    files.iter().map(|file| Case::read(file)).collect()
}

/// Runs the cases of a folder against a policy, natively; the folder is relative to where the test runs,
/// which is the folder of its package.
///
/// # Panics
///
/// Where anything differs: with one line for each difference, which names file, step, expected and got.
#[track_caller]
pub fn check<P: Exported + Send + 'static>(folder: impl AsRef<Path>) {
    let cases = read_folder(folder.as_ref()).unwrap_or_else(|text| panic!("{text}"));
    let mut lines = Vec::new();
    for case in &cases {
        let observed = run(case, &mut *crate::native::native::<P>());
        for difference in compare(case, &observed) {
            lines.push(format!("{}.toml: {difference}", case.name));
        }
    }
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

#[cfg(test)]
mod tests;
