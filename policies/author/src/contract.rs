//! The contract that policies are built against, as it was when this program was built.

use std::fs;
use std::path::Path;

use wit_bindgen_core::wit_parser::{Resolve, SourceMap, WorldId, WorldKey};

use crate::error::{Error, Result};

/// The package, with its version.
pub const PACKAGE: &str = "shelflife:policy@0.1.0";

/// The world that tools are given: what one folder asks and offers.
pub const BUILT: &str = "built";

const FILES: [(&str, &str); 6] = [
    ("host.wit", include_str!("../../../wit/host.wit")),
    ("observe.wit", include_str!("../../../wit/observe.wit")),
    ("policy.wit", include_str!("../../../wit/policy.wit")),
    ("snapshots.wit", include_str!("../../../wit/snapshots.wit")),
    ("types.wit", include_str!("../../../wit/types.wit")),
    ("worlds.wit", include_str!("../../../wit/worlds.wit")),
];

/// The world that hosts bind, and no policy.
const HOSTS: &str = "imports";

/// What a policy may import and has to export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World {
    /// Its name in the contract.
    pub name: String,
    /// The interfaces that it may import, without the package.
    pub imports: Vec<String>,
    /// Those that it exports.
    pub exports: Vec<String>,
}

impl World {
    /// All worlds of policies, in the contract's order.
    #[must_use]
    pub fn all() -> Vec<World> {
        let resolve = resolve(None);
        let names = |keys: &mut dyn Iterator<Item = &WorldKey>| -> Vec<String> {
            keys.map(|key| interface(&resolve.name_world_key(key)).to_owned())
                .filter(|name| name != "types")
                .collect()
        };
        resolve
            .worlds
            .iter()
            .filter(|(_, world)| world.name != HOSTS)
            .map(|(_, world)| World {
                name: world.name.clone(),
                imports: names(&mut world.imports.keys()),
                exports: names(&mut world.exports.keys()),
            })
            .collect()
    }

    /// The world with this name.
    ///
    /// # Errors
    ///
    /// A name that none has: which there are.
    pub fn find(name: &str) -> Result<World> {
        let all = World::all();
        if let Some(world) = all.iter().find(|world| world.name == name) {
            return Ok(world.clone());
        }
        let names: Vec<&str> = all.iter().map(|world| world.name.as_str()).collect();
        let near = names
            .iter()
            .min_by_key(|known| strsim::levenshtein(known, name))
            .filter(|known| strsim::levenshtein(known, name) <= 3);
        let hint = near.map_or(String::new(), |near| format!(": did you mean `{near}`?"));
        Err(Error::wrong(format!(
            "there is no world `{name}`{hint} (there are {})",
            names.join(", ")
        )))
    }

    /// The same world with these imports alone, so that a language whose tools import all that a world offers asks for
    /// no more than the policy calls.
    ///
    /// # Errors
    ///
    /// An interface that the world does not offer.
    pub fn importing(self, imports: &[String]) -> Result<World> {
        if let Some(other) = imports.iter().find(|name| !self.imports.contains(name)) {
            return Err(Error::wrong(format!(
                "the world `{}` has no import `{other}` (it has {})",
                self.name,
                self.imports.join(", ")
            )));
        }
        Ok(World {
            imports: imports.to_vec(),
            ..self
        })
    }

    /// It as text, under the name [`BUILT`].
    fn text(&self) -> String {
        let imports = self
            .imports
            .iter()
            .map(|name| format!("  import {name};\n"));
        let exports = self
            .exports
            .iter()
            .map(|name| format!("  export {name};\n"));
        let items: String = imports.chain(exports).collect();
        format!("package {PACKAGE};\n\nworld {BUILT} {{\n{items}}}\n")
    }

    /// Writes the contract into a folder, for tools that read it from there, with this world as [`BUILT`].
    ///
    /// # Errors
    ///
    /// A folder that cannot be written to.
    pub fn write_to(&self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder).map_err(|error| Error::file("create", folder, &error))?;
        let text = self.text();
        for (name, text) in FILES.into_iter().chain([("built.wit", text.as_str())]) {
            let file = folder.join(name);
            fs::write(&file, text).map_err(|error| Error::file("write", &file, &error))?;
        }
        Ok(())
    }

    /// The contract as a parser has it, and this world in it.
    pub(crate) fn resolve(&self) -> (Resolve, WorldId) {
        let resolve = resolve(Some(&self.text()));
        let built = resolve.worlds.iter().find(|(_, world)| world.name == BUILT);
        let (id, _) = built.expect("it was written into the contract");
        (resolve, id)
    }
}

/// The interface in a name such as `shelflife:policy/purge@0.1.0`.
fn interface(name: &str) -> &str {
    let path = name.split('@').next().unwrap_or(name);
    path.rsplit('/').next().unwrap_or(path)
}

fn resolve(built: Option<&str>) -> Resolve {
    let mut sources = SourceMap::new();
    for (name, text) in FILES
        .into_iter()
        .chain(built.map(|text| ("built.wit", text)))
    {
        sources.push(Path::new(name), text);
    }
    let mut resolve = Resolve::default();
    sources
        .parse()
        .map_err(|(_, error)| error.to_string())
        .and_then(|group| {
            resolve
                .push_group(group)
                .map_err(|error| format!("{error:#}"))
        })
        .expect("the contract is a part of this program, and worlds name what it has");
    resolve
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worlds_are_those_of_the_contract_and_not_the_hosts() {
        let names: Vec<String> = World::all().into_iter().map(|world| world.name).collect();
        assert!(names.iter().any(|name| name == "static-policy"));
        assert!(!names.iter().any(|name| name == HOSTS));
        let world = World::find("dependency-policy").unwrap();
        assert_eq!(world.exports, ["leases", "lifecycle", "reactions"]);
        assert!(world.imports.iter().any(|name| name == "purge"));
        assert!(!world.imports.iter().any(|name| name == "types"));
    }

    #[test]
    fn the_contract_is_here_whole() {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit"));
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".wit"))
            .collect();
        names.sort();
        assert_eq!(names, FILES.map(|(name, _)| name));
    }

    #[test]
    fn a_misspelt_world_is_guessed() {
        let error = World::find("static-polcy").unwrap_err().to_string();
        assert!(error.contains("did you mean `static-policy`?"), "{error}");
        let error = World::find("x").unwrap_err().to_string();
        assert!(!error.contains("did you mean") && error.contains("adaptive-policy"));
    }

    #[test]
    fn a_world_can_be_narrowed_and_not_widened() {
        let world = || World::find("reactive-policy").unwrap();
        let narrow = world().importing(&["purge".to_owned()]).unwrap();
        let (resolve, id) = narrow.resolve();
        let names = resolve.worlds[id].imports.keys();
        let names: Vec<String> = names.map(|key| resolve.name_world_key(key)).collect();
        assert!(names.contains(&"shelflife:policy/purge@0.1.0".to_owned()));
        assert!(!names.contains(&"shelflife:policy/rows@0.1.0".to_owned()));
        let error = world().importing(&["vectors".to_owned()]).unwrap_err();
        assert!(
            error.to_string().contains("has no import `vectors`"),
            "{error}"
        );
    }
}
