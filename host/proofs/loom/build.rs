//! Says which model checker `host/src/engine/shim.rs` takes its locks and atomics from.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-cfg=model");
    println!("cargo::rustc-cfg=model=\"loom\"");
}
