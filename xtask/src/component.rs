//! A policy crate as a component: compiled, wrapped, without an external program.

use std::fs;
use std::path::Path;

use crate::Outcome;
use crate::toolchain::Toolchain;

/// Builds the crate in `folder`, of this workspace or not, writes its component, and prints how large
/// it is and what it imports. Without `file` the component lies beside the crate's manifest.
pub fn build(root: &Path, folder: &Path, file: Option<&Path>) -> Outcome {
    let folder = folder
        .canonicalize()
        .map_err(|error| format!("{} cannot be read: {error}", folder.display()))?;
    let toolchain = Toolchain::find(root, &folder)?;
    let package = toolchain.package_in(&folder)?;
    let component = component_of(&toolchain, &package)?;
    let Interfaces { imports, exports } = interfaces(&component)?;
    if !exports.iter().any(|name| name.contains("/lifecycle@")) {
        return Err(format!(
            "{package} exports no policy: name its type in `shelflife_policy::export!`"
        ));
    }
    let file = file.map_or_else(|| folder.join(format!("{package}.wasm")), Path::to_path_buf);
    write(&file, &component)?;
    println!("{}: {} bytes", file.display(), component.len());
    if imports.is_empty() {
        println!("imports nothing");
    }
    for import in imports {
        println!("imports {import}");
    }
    Ok(())
}

/// Builds a package as a component that says which version it is.
pub fn component_of(toolchain: &Toolchain, package: &str) -> Outcome<Vec<u8>> {
    let module = read(&toolchain.build(package)?)?;
    let mut component = componentize(&module)
        .map_err(|error| format!("{package}: cannot be made a component: {error}"))?;
    if let Some(version) = toolchain.version_of(package) {
        component.extend(version_section(version));
    }
    Ok(component)
}

/// The custom section `version`, by which tools for components, and hosts, tell versions apart.
fn version_section(version: &str) -> Vec<u8> {
    const CUSTOM: u8 = 0;
    const NAME: &[u8] = b"\x07version";
    // Lengths below 128 are one byte. A version is never longer; one that is would be cut.
    let version = &version.as_bytes()[..version.len().min(100)];
    let length = (NAME.len() + version.len()) as u8;
    [&[CUSTOM, length], NAME, version].concat()
}

/// Turns a core module with the contract's metadata into a component.
fn componentize(module: &[u8]) -> Outcome<Vec<u8>> {
    let component = wit_component::ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|encoder| encoder.encode())
        .map_err(|error| format!("{error:#}"))?;
    without_names(&component).ok_or_else(|| "it is cut short".to_owned())
}

/// What a component asks its host for, and what it offers, by name.
struct Interfaces {
    imports: Vec<String>,
    exports: Vec<String>,
}

fn interfaces(component: &[u8]) -> Outcome<Interfaces> {
    match wit_component::decode(component) {
        Ok(wit_component::DecodedWasm::Component(resolve, world)) => {
            let world = &resolve.worlds[world];
            let names = |item: (&_, &_)| resolve.name_world_key(item.0);
            Ok(Interfaces {
                imports: world.imports.iter().map(names).collect(),
                exports: world.exports.iter().map(names).collect(),
            })
        }
        Ok(_) => Err("what was built is not a component".to_owned()),
        Err(error) => Err(format!("what was built cannot be read: {error:#}")),
    }
}

/// A component without its section of names, 2 KiB that only a debugger of components would read.
fn without_names(component: &[u8]) -> Option<Vec<u8>> {
    const HEADER: usize = 8;
    const CUSTOM: u8 = 0;
    const NAMES: &[u8] = b"\x0ecomponent-name";
    let (header, mut rest) = component.split_at_checked(HEADER)?;
    let mut kept = header.to_vec();
    while let [id, after @ ..] = rest {
        let (size, body) = leb128(after)?;
        let (body, next) = body.split_at_checked(size)?;
        if !(*id == CUSTOM && body.starts_with(NAMES)) {
            kept.extend_from_slice(rest.strip_suffix(next)?);
        }
        rest = next;
    }
    Some(kept)
}

/// A number in WebAssembly's variable length, and what follows it.
fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let length = bytes.iter().position(|byte| byte & 0x80 == 0)? + 1;
    let (number, rest) = bytes.split_at(length);
    let number = number
        .iter()
        .rev()
        .fold(0, |number, byte| number << 7 | usize::from(byte & 0x7f));
    Some((number, rest))
}

/// The bytes of a file.
pub fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|error| failed("read", path, error))
}

/// Replaces a file.
pub fn write(path: &Path, bytes: &[u8]) -> Outcome {
    fs::write(path, bytes).map_err(|error| failed("write", path, error))
}

/// What to say of a file that cannot be used.
pub fn failed(what: &str, path: &Path, error: std::io::Error) -> String {
    format!("cannot {what} {}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_without_a_policy_makes_a_component_that_offers_nothing() {
        let component = componentize(b"\0asm\x01\0\0\0").unwrap();
        let offered = interfaces(&component).unwrap();
        assert!(offered.exports.is_empty() && offered.imports.is_empty());
        let ttl = include_bytes!("../../policies/dist/ttl.wasm");
        let offered = interfaces(ttl).unwrap();
        assert_eq!(offered.exports, ["shelflife:policy/lifecycle@0.1.0"]);
    }

    #[test]
    fn a_component_with_a_version_is_still_one() {
        let mut component = componentize(b"\0asm\x01\0\0\0").unwrap();
        component.extend(version_section("1.2.3"));
        assert!(interfaces(&component).is_ok());
        assert!(component.ends_with(b"\0\x0d\x07version1.2.3"));
    }
}
