//! What a file is, what it asks for and what it offers, without running it.

use wasmtime::component::Component;

use super::error::Outcome;
use super::{CONTRACT, Exports};

/// What a component asks for and offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interfaces {
    /// The interfaces that it imports: what it asks permission for.
    pub imports: Vec<String>,
    /// The interfaces that it exports.
    pub exports: Vec<String>,
}

/// Says what a file is if it is no component.
pub(super) fn check_header(bytes: &[u8], limit: usize) -> Result<(), Outcome> {
    const MAGIC: &[u8] = b"\0asm";
    const CORE: &[u8] = &[1, 0, 0, 0];
    const COMPONENT: &[u8] = &[13, 0, 1, 0];
    let unusable = |reason: &str| Err(Outcome::Unusable(reason.to_owned()));
    if bytes.len() > limit {
        return Err(Outcome::Quota {
            what: "component (bytes)",
            got: bytes.len(),
            limit,
        });
    }
    match (bytes.get(..4), bytes.get(4..8)) {
        _ if bytes.is_empty() => {
            unusable("the file is empty: a WebAssembly component was expected")
        }
        (Some(MAGIC), Some(COMPONENT)) => Ok(()),
        (Some(MAGIC), Some(CORE)) => unusable(
            "this is a core module, not a component: turn it into one with `wasm-tools component new` \
             or the wit-component crate",
        ),
        (Some(MAGIC), _) => unusable("WebAssembly of a version that is not known here, or cut off"),
        _ => unusable("this is no WebAssembly: a component begins with the bytes 00 61 73 6d"),
    }
}

pub(super) fn interfaces(engine: &wasmtime::Engine, component: &Component) -> Interfaces {
    let ty = component.component_type();
    Interfaces {
        imports: ty
            .imports(engine)
            .map(|(name, _)| name.to_owned())
            .collect(),
        exports: ty
            .exports(engine)
            .map(|(name, _)| name.to_owned())
            .collect(),
    }
}

/// The part of an interface's name before its version.
fn unversioned(name: &str) -> &str {
    name.split_once('@').map_or(name, |(name, _)| name)
}

/// What stands between a component and this host: what it imports and the host lacks, what the host
/// needs and it does not export, and what has another version.
pub(super) fn check_interfaces(found: &Interfaces) -> Result<Exports, Outcome> {
    const OFFERED: [&str; 7] = [
        "types", "clock", "random", "log", "purge", "rows", "vectors",
    ];
    let ours = |name: &str| {
        let (path, version) = name.split_once('@').unwrap_or((name, ""));
        let interface = path.strip_prefix("shelflife:policy/")?;
        Some((interface.to_owned(), version.to_owned()))
    };
    let compatible = |version: &str| version.starts_with("0.1.");
    let mut lacking = Vec::new();
    let mut mistyped = Vec::new();
    for import in &found.imports {
        match ours(import) {
            Some((interface, version)) if OFFERED.contains(&interface.as_str()) => {
                if !compatible(&version) {
                    mistyped.push(format!("{import} (here: {CONTRACT})"));
                }
            }
            _ => lacking.push(import.clone()),
        }
    }
    let mut exports = Exports::default();
    let mut has_lifecycle = false;
    for export in &found.exports {
        let Some((interface, version)) = ours(export) else {
            continue;
        };
        if !compatible(&version) {
            mistyped.push(format!("{export} (here: {CONTRACT})"));
            continue;
        }
        match interface.as_str() {
            "lifecycle" => has_lifecycle = true,
            "leases" => exports.leases = true,
            "reactions" => exports.reactions = true,
            _ => {}
        }
    }
    let missing = if has_lifecycle {
        Vec::new()
    } else {
        vec!["shelflife:policy/lifecycle".into()]
    };
    // A lifecycle of another version is there, and mistyped rather than missing.
    let missing: Vec<String> = missing
        .into_iter()
        .filter(|name: &String| !mistyped.iter().any(|other| unversioned(other) == name))
        .collect();
    if lacking.is_empty() && missing.is_empty() && mistyped.is_empty() {
        return Ok(exports);
    }
    let list = |title: &str, names: &[String]| match names {
        [] => String::new(),
        names => format!("; {title}: {}", names.join(", ")),
    };
    Err(Outcome::Unusable(format!(
        "this component is no policy for {CONTRACT}{}{}{}",
        list("it imports and the host lacks", &lacking),
        list("the host needs and it does not export", &missing),
        list("of another version", &mistyped),
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(bytes: &[u8]) -> String {
        check_header(bytes, 100).unwrap_err().to_string()
    }

    #[test]
    fn every_wrong_file_is_told_what_it_is() {
        assert!(header(b"").contains("empty"));
        assert!(header(b"\0asm\x01\0\0\0rest").contains("core module"));
        assert!(header(b"hello, world").contains("no WebAssembly"));
        assert!(header(b"\0asm\x0d").contains("cut off"));
        assert!(header(&[0; 101]).contains("got=101, limit=100"));
    }

    #[test]
    fn a_component_of_another_world_gets_three_lists() {
        let found = Interfaces {
            imports: vec![
                "wasi:io/poll@0.2.0".into(),
                "shelflife:policy/purge@0.9.0".into(),
            ],
            exports: vec!["wasi:cli/run@0.2.0".into()],
        };
        let report = check_interfaces(&found).unwrap_err().to_string();
        assert!(
            report.contains("the host lacks: wasi:io/poll@0.2.0"),
            "{report}"
        );
        assert!(
            report.contains("does not export: shelflife:policy/lifecycle"),
            "{report}"
        );
        assert!(
            report.contains("of another version: shelflife:policy/purge@0.9.0"),
            "{report}"
        );
    }

    #[test]
    fn a_patch_release_of_the_contract_is_fine() {
        let found = Interfaces {
            imports: vec!["shelflife:policy/purge@0.1.7".into()],
            exports: vec!["shelflife:policy/lifecycle@0.1.7".into()],
        };
        assert_eq!(check_interfaces(&found), Ok(Exports::default()));
    }
}
