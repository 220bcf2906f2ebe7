//! Puts into the program what a new policy's folder is made from: the templates, the small libraries of the languages,
//! and the SDK's sources, which is on no registry yet.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let root = here.join("../..");
    let sets = [
        ("TEMPLATES", here.join("templates"), vec![""]),
        (
            "LANGUAGES",
            root.join("policies/languages"),
            vec!["c/sdk", "javascript/sdk", "python/sdk"],
        ),
        (
            "SDK",
            root.clone(),
            vec![
                "policies/sdk/Cargo.toml",
                "policies/sdk/README.md",
                "policies/sdk/src",
                "policies/sdk/wit",
                "policies/sdk/derive/Cargo.toml",
                "policies/sdk/derive/src",
                "LICENSE-APACHE",
                "LICENSE-MIT",
            ],
        ),
    ];
    let mut code = String::new();
    for (name, folder, parts) in sets {
        let mut files = Vec::new();
        for part in parts {
            collect(&folder.join(part), &mut files);
        }
        files.sort();
        code += &format!("pub const {name}: &[(&str, &str)] = &[\n");
        for file in files {
            let name = file.strip_prefix(&folder).expect("it was found there");
            let name = name.to_str().expect("names are text").replace('\\', "/");
            code += &format!("    ({name:?}, include_str!({file:?})),\n");
        }
        code += "];\n";
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("files.rs"), code).expect("the folder for what is generated can be written");
}

/// A file, or every file in a folder and those below it but what tools leave behind.
fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    println!("cargo::rerun-if-changed={}", path.display());
    if !path.is_dir() {
        files.push(path.to_owned());
        return;
    }
    for entry in fs::read_dir(path).expect("the folder is a part of the repository") {
        let entry = entry.expect("it can be read").path();
        if !entry.ends_with("__pycache__") {
            collect(&entry, files);
        }
    }
}
