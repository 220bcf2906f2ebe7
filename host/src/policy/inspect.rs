//! What a file is, what it asks for and what it offers, without running it.

use std::fmt;

use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

use super::error::{Outcome, plain};
use super::grants::{Grants, Permission};
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
        (Some(MAGIC), Some(CORE)) => {
            const HOW: &str = "this is a core module, not a component: turn it into one with `shelflife policy \
                 build DIR`, where DIR has its source, or with `wasm-tools component new`";
            let mut sections = custom_sections(bytes);
            match sections.any(|(name, _)| name.starts_with(b"component-type")) {
                true => unusable(HOW),
                // What the tools need to know its interfaces by.
                false => unusable(&format!(
                    "{HOW}; it has no section `component-type`, so that it was built without bindings for the \
                     contract, which `shelflife_policy::export!` or a generator such as `wit-bindgen` makes"
                )),
            }
        }
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

/// The functions that a component imports from interfaces of the contract and that this host does not
/// have: it was built for a later version.
pub(super) fn lacking_functions(engine: &wasmtime::Engine, component: &Component) -> Vec<String> {
    let ty = component.component_type();
    let mut lacking = Vec::new();
    for (name, import) in ty.imports(engine) {
        let ComponentItem::ComponentInstance(instance) = import.ty else {
            continue;
        };
        let Some((_, functions)) = ours(name)
            .and_then(|(interface, _)| OFFERED.iter().find(|(offered, _)| *offered == interface))
        else {
            continue;
        };
        for (function, item) in instance.exports(engine) {
            let is_function = matches!(item.ty, ComponentItem::ComponentFunc(_));
            if is_function && !functions.contains(&function) {
                lacking.push(format!("{name}#{function}"));
            }
        }
    }
    lacking
}

/// What this host offers: interfaces, and their functions.
const OFFERED: [(&str, &[&str]); 8] = [
    ("types", &[]),
    ("clock", &["now"]),
    ("random", &["next"]),
    ("log", &["emit"]),
    (
        "purge",
        &["keys", "tags", "prefix", "bump", "everything", "keys-again"],
    ),
    ("rows", &["after", "before"]),
    ("vectors", &["of-change", "nearest", "purge-within"]),
    ("observe", &["sightings"]),
];

/// Interface and version of a name such as `shelflife:policy/purge@0.1.0`.
fn ours(name: &str) -> Option<(&str, &str)> {
    let (path, version) = name.split_once('@').unwrap_or((name, ""));
    Some((path.strip_prefix("shelflife:policy/")?, version))
}

/// The part of an interface's name before its version.
fn unversioned(name: &str) -> &str {
    name.split_once('@').map_or(name, |(name, _)| name)
}

/// What stands between a component and this host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mismatch {
    /// What it imports and the host lacks.
    pub lacking: Vec<String>,
    /// What the host needs and it does not export.
    pub missing: Vec<String>,
    /// What has the wrong type, or comes from a version whose types are not known here.
    pub mistyped: Vec<String>,
}

impl Mismatch {
    /// The three lists, each with what it is a list of. Empty ones too.
    #[must_use]
    pub fn lists(&self) -> [(&'static str, &[String]); 3] {
        [
            ("it imports and the host lacks", &self.lacking),
            ("the host needs and it does not export", &self.missing),
            ("of the wrong type", &self.mistyped),
        ]
    }

    pub(super) fn refuse_unless_empty(&self) -> Result<(), Outcome> {
        match *self == Mismatch::default() {
            true => Ok(()),
            false => Err(Outcome::OtherWorld(Box::new(self.clone()))),
        }
    }
}

impl fmt::Display for Mismatch {
    /// On one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this component is no policy for {CONTRACT}")?;
        let lists = self
            .lists()
            .into_iter()
            .filter(|(_, names)| !names.is_empty());
        for (title, names) in lists {
            write!(f, "; {title}: {}", plain(names.join(", "), LIST))?;
        }
        Ok(())
    }
}

/// Bytes of a list that are shown on one line.
const LIST: usize = 4_096;

/// Compares a component's interfaces with the host's.
pub(super) fn check_interfaces(found: &Interfaces) -> (Exports, Mismatch) {
    let compatible = |version: &str| version.starts_with("0.1.");
    let mut mismatch = Mismatch::default();
    for import in &found.imports {
        match ours(import) {
            Some((interface, version))
                if OFFERED.iter().any(|(offered, _)| *offered == interface) =>
            {
                if !compatible(version) {
                    let text = format!("{import} (here: {CONTRACT})");
                    mismatch.mistyped.push(text);
                }
            }
            _ => mismatch.lacking.push(import.clone()),
        }
    }
    let mut exports = Exports::default();
    let mut has_lifecycle = false;
    for export in &found.exports {
        let Some((interface, version)) = ours(export) else {
            continue;
        };
        if !compatible(version) {
            let text = format!("{export} (here: {CONTRACT})");
            mismatch.mistyped.push(text);
            continue;
        }
        match interface {
            "lifecycle" => has_lifecycle = true,
            "leases" => exports.leases = true,
            "reactions" => exports.reactions = true,
            "snapshots" => exports.snapshots = true,
            _ => {}
        }
    }
    // A lifecycle of another version is there, and mistyped rather than missing.
    let lifecycle = "shelflife:policy/lifecycle";
    let mut others = mismatch.mistyped.iter();
    if !has_lifecycle && !others.any(|other| unversioned(other) == lifecycle) {
        mismatch.missing.push(lifecycle.to_owned());
    }
    (exports, mismatch)
}

/// Refuses what asks for something that is withheld from it.
pub(super) fn check_grants(found: &Interfaces, grants: &Grants) -> Result<(), Outcome> {
    let asked = found.imports.iter().filter(|import| {
        ours(import)
            .and_then(|(interface, _)| Permission::of(interface))
            .is_some_and(|permission| grants.withholds(permission))
    });
    let withheld: Vec<&str> = asked.map(String::as_str).collect();
    if withheld.is_empty() {
        return Ok(());
    }
    Err(Outcome::Unusable(format!(
        "it asks for what is withheld from it: {}",
        withheld.join(", ")
    )))
}

/// The version that a component says it has, in the custom section `version` that `cargo xtask
/// component` and other tools for components write.
pub(super) fn version(component: &[u8]) -> Option<String> {
    let (_, text) = custom_sections(component).find(|(name, _)| *name == b"version")?;
    let text = std::str::from_utf8(text).ok()?;
    let is_plain = text.len() <= 64 && text.chars().all(|c| c.is_ascii_graphic());
    is_plain.then(|| text.to_owned())
}

/// The custom sections of a module or a component, outside of what is nested in it: names and contents. Ends
/// where the bytes are none.
fn custom_sections(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    const CUSTOM: u8 = 0;
    let mut rest = bytes.get(8..).unwrap_or_default();
    std::iter::from_fn(move || {
        while let [id, after @ ..] = rest {
            let (size, body) = leb128(after)?;
            let (body, next) = body.split_at_checked(size)?;
            rest = next;
            if *id == CUSTOM {
                let (length, body) = leb128(body)?;
                return body.split_at_checked(length);
            }
        }
        None
    })
}

/// A number of up to 32 bits in WebAssembly's variable length, and what follows it.
fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let length = bytes.iter().take(5).position(|byte| byte & 0x80 == 0)? + 1;
    let (number, rest) = bytes.split_at(length);
    let digits = number.iter().rev();
    let number = digits.fold(0_u64, |number, byte| number << 7 | u64::from(byte & 0x7f));
    Some((usize::try_from(number).ok()?, rest))
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
        let core = header(b"\0asm\x01\0\0\0rest");
        assert!(core.contains("core module") && core.contains("shelflife policy build DIR"));
        assert!(core.contains("built without bindings"));
        let with_bindings = b"\0asm\x01\0\0\0\0\x10\x0fcomponent-type:";
        assert!(!header(with_bindings).contains("built without bindings"));
        assert!(header(b"hello, world").contains("no WebAssembly"));
        assert!(header(b"\0asm\x0d").contains("cut off"));
        assert!(header(&[0; 101]).contains("got=101, limit=100"));
    }

    fn named(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn a_component_of_another_world_gets_three_lists() {
        let found = Interfaces {
            imports: named(&["wasi:io/poll@0.2.0", "shelflife:policy/purge@0.9.0"]),
            exports: named(&["wasi:cli/run@0.2.0"]),
        };
        let (_, mismatch) = check_interfaces(&found);
        assert_eq!(
            mismatch.refuse_unless_empty().unwrap_err().to_string(),
            "this component is no policy for shelflife:policy@0.1.0; \
             it imports and the host lacks: wasi:io/poll@0.2.0; \
             the host needs and it does not export: shelflife:policy/lifecycle; \
             of the wrong type: shelflife:policy/purge@0.9.0 (here: shelflife:policy@0.1.0)"
        );
    }

    #[test]
    fn a_lifecycle_of_another_version_is_mistyped_and_not_missing() {
        let found = Interfaces {
            imports: Vec::new(),
            exports: named(&["shelflife:policy/lifecycle@0.9.0"]),
        };
        let (_, mismatch) = check_interfaces(&found);
        assert_eq!((mismatch.missing.len(), mismatch.mistyped.len()), (0, 1));
    }

    #[test]
    fn a_patch_release_of_the_contract_is_fine() {
        let found = Interfaces {
            imports: named(&["shelflife:policy/purge@0.1.7"]),
            exports: named(&["shelflife:policy/lifecycle@0.1.7"]),
        };
        let (exports, mismatch) = check_interfaces(&found);
        assert_eq!(exports, Exports::default());
        assert_eq!(mismatch, Mismatch::default());
    }

    #[test]
    fn what_is_withheld_and_asked_for_is_named() {
        let found = Interfaces {
            imports: named(&[
                "shelflife:policy/types@0.1.0",
                "shelflife:policy/log@0.1.0",
                "shelflife:policy/vectors@0.1.0",
            ]),
            exports: Vec::new(),
        };
        let grants = Grants::all().without(Permission::Vectors);
        assert_eq!(
            check_grants(&found, &grants).unwrap_err().to_string(),
            "it asks for what is withheld from it: shelflife:policy/vectors@0.1.0"
        );
        let grants = Grants::all().without(Permission::Random);
        assert_eq!(check_grants(&found, &grants), Ok(()));
    }

    #[test]
    fn a_version_is_read_from_the_section_that_tools_write() {
        let section = |name: &str, text: &str| {
            let mut bytes = vec![0, (1 + name.len() + text.len()) as u8, name.len() as u8];
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(text.as_bytes());
            bytes
        };
        let header = b"\0asm\x0d\0\x01\0".to_vec();
        let with = |sections: &[Vec<u8>]| [header.as_slice(), &sections.concat()].concat();
        let component = with(&[section("authors", "x"), section("version", "1.2.3")]);
        assert_eq!(version(&component).as_deref(), Some("1.2.3"));
        assert_eq!(version(&component[..component.len() - 1]), None, "cut off");
        assert_eq!(version(&with(&[section("version", "1\n2")])), None);
        assert_eq!(version(&with(&[])), None);
        assert_eq!(version(b""), None);
    }
}
