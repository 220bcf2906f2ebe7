//! The files that decide a run besides its scenario and its components.

use std::collections::BTreeMap;
use std::path::Path;

use rustc_hash::FxHashMap;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::comparison::hex;
use crate::error::Error;
use crate::scenario::Loaded;
use crate::workload;

/// SHA-256 by the name that the scenario has for the file.
pub type Hashes = BTreeMap<String, String>;

/// Hashes files, each of them once.
#[derive(Default)]
pub struct Inputs(FxHashMap<String, String>);

impl Inputs {
    /// The files of one scenario: its trace or its embeddings, and every empirical distribution.
    ///
    /// # Errors
    ///
    /// One cannot be read.
    pub fn of(&mut self, loaded: &Loaded, scenario: &Value) -> Result<Hashes, Error> {
        let base = &loaded.base_dir;
        let mut hashes = Hashes::new();
        let trace = loaded.scenario.trace.as_ref();
        let embeddings = loaded.scenario.workload.embeddings.as_ref();
        // What is drawn stands in the scenario.
        let embeddings = embeddings.filter(|set| !set.is_synthetic());
        if let Some(trace) = trace {
            let name = trace.path.to_string_lossy().into_owned();
            let hash = self.once(&name, || workload::trace::sha256(&trace.path, base));
            let hash = hash.map_err(|error| loaded.input_error(error))?;
            hashes.insert(name, hash);
        } else if let Some(embeddings) = embeddings {
            let name = embeddings.set.clone();
            let hash = self.once(&name, || workload::set_sha256(&name, base));
            let hash = hash.map_err(|error| loaded.input_error(error))?;
            hashes.insert(name, hash);
        }
        let mut files = Vec::new();
        empirical(scenario, &mut files);
        for name in files {
            let hash = self.once(name, || file_sha256(name, base))?;
            hashes.insert(name.to_owned(), hash);
        }
        Ok(hashes)
    }

    fn once(
        &mut self,
        name: &str,
        hash: impl FnOnce() -> Result<String, Error>,
    ) -> Result<String, Error> {
        if let Some(known) = self.0.get(name) {
            return Ok(known.clone());
        }
        let hash = hash()?;
        self.0.insert(name.to_owned(), hash.clone());
        Ok(hash)
    }
}

/// The files of the distributions that are written as `{ empirical = "file.csv" }`, wherever they stand.
fn empirical<'a>(value: &'a Value, files: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            if let (1, Some(Value::String(file))) = (fields.len(), fields.get("empirical")) {
                files.push(file);
            }
            fields.values().for_each(|field| empirical(field, files));
        }
        Value::Array(elements) => {
            for element in elements {
                empirical(element, files);
            }
        }
        _ => {}
    }
}

fn file_sha256(name: &str, base: &Path) -> Result<String, Error> {
    let bytes = std::fs::read(base.join(name))
        .map_err(|error| Error::usage(format_args!("{name}: {error}")))?;
    Ok(hex(&Sha256::digest(&bytes)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_empirical_distribution_is_found_wherever_it_stands() {
        let scenario = json!({
            "origin": { "latency": { "empirical": "a.csv" } },
            "list": [{ "delay": { "empirical": "b.csv" } }, { "exponential": "1s" }],
        });
        let mut files = Vec::new();
        empirical(&scenario, &mut files);
        files.sort_unstable();
        assert_eq!(files, ["a.csv", "b.csv"]);
    }
}
