//! Says which model checker `host/src/engine/shim.rs` takes its locks and atomics from. Under Miri from none.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_CFG_MIRI").is_none() {
        println!("cargo::rustc-cfg=model");
        println!("cargo::rustc-cfg=model=\"shuttle\"");
    }
}
