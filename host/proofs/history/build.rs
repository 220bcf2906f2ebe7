//! Lets the engine's safeguards be removed one at a time.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-cfg=model=\"mutants\"");
}
