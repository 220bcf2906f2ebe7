//! Modules made into components, and what components ask and offer.

use crate::error::{Error, Result};
use crate::sections::{Binary, Kind};

/// What a component asks its host for, and what it offers, by the names of interfaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interfaces {
    /// What it asks for: its request for permission.
    pub imports: Vec<String>,
    /// What it offers.
    pub exports: Vec<String>,
}

/// Turns a core module with the contract's metadata into a component without names for debuggers. What the module
/// does not use of its world is left out.
///
/// # Errors
///
/// A module that does not fit its world or is broken: what it lacks, in the words of the tool.
pub fn componentize(module: &[u8]) -> Result<Vec<u8>> {
    let component = wit_component::ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|encoder| encoder.encode())
        .map_err(|error| Error::wrong(format!("cannot be made a component: {error:#}")))?;
    without_names(&component)
}

/// A component without its section of names, 2 KiB that only a debugger of components would read. Names in modules,
/// by which a trap says where it happened, stay.
///
/// # Errors
///
/// A component that is cut short.
pub fn without_names(component: &[u8]) -> Result<Vec<u8>> {
    without(component, &|name| name == "component-name")
}

/// A component without names and without what a debugger would read, in its modules either: for interpreters,
/// whose functions nobody who writes a policy knows.
///
/// # Errors
///
/// A component that is cut short.
pub fn stripped(component: &[u8]) -> Result<Vec<u8>> {
    let unwanted = |name: &str| {
        matches!(
            name,
            "component-name" | "name" | "linking" | "sourceMappingURL"
        ) || name.starts_with(".debug")
            || name.starts_with("reloc.")
    };
    without(component, &unwanted)
}

fn without(component: &[u8], unwanted: &dyn Fn(&str) -> bool) -> Result<Vec<u8>> {
    Binary::read(component)
        .and_then(|binary| binary.without(unwanted))
        .ok_or_else(|| Error::failed("what was built is cut short"))
}

/// What a component asks and offers.
///
/// # Errors
///
/// Bytes that are no component: what they are instead.
pub fn interfaces(component: &[u8]) -> Result<Interfaces> {
    match Binary::read(component).map(|binary| binary.kind) {
        None => return Err(Error::wrong("is no WebAssembly")),
        Some(Kind::Module) => return Err(Error::wrong("is a core module, and no component")),
        Some(Kind::Component) => {}
    }
    match wit_component::decode(component) {
        Ok(wit_component::DecodedWasm::Component(resolve, world)) => {
            let world = &resolve.worlds[world];
            let names = |item: (&_, &_)| resolve.name_world_key(item.0);
            Ok(Interfaces {
                imports: world.imports.iter().map(names).collect(),
                exports: world.exports.iter().map(names).collect(),
            })
        }
        Ok(_) => Err(Error::wrong("is a package of interfaces, and no component")),
        Err(error) => Err(Error::wrong(format!("cannot be read: {error:#}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: &[u8] = b"\0asm\x01\0\0\0";

    #[test]
    fn a_crate_without_a_policy_makes_a_component_that_offers_nothing() {
        let component = componentize(MODULE).unwrap();
        assert_eq!(interfaces(&component).unwrap(), Interfaces::default());
        let ttl = include_bytes!("../../dist/ttl.wasm");
        let offered = interfaces(ttl).unwrap();
        assert_eq!(offered.exports, ["shelflife:policy/lifecycle@0.1.0"]);
    }

    #[test]
    fn a_component_with_metadata_is_still_one() {
        let mut component = componentize(MODULE).unwrap();
        let metadata = crate::metadata::Metadata {
            version: Some("1.2.3".to_owned()),
            ..Default::default()
        };
        metadata.append_to(&mut component).unwrap();
        assert!(interfaces(&component).is_ok());
        assert!(component.ends_with(b"\0\x0d\x07version1.2.3"));
        assert!(interfaces(&stripped(&component).unwrap()).is_ok());
    }

    #[test]
    fn what_is_no_component_is_told_apart() {
        let said = |bytes: &[u8]| interfaces(bytes).unwrap_err().to_string();
        assert!(said(MODULE).contains("core module"));
        assert!(said(b"hello, world").contains("no WebAssembly"));
        assert!(said(b"\0asm\x0d\0\x01\0\x07\xff").contains("cannot be read"));
    }
}
