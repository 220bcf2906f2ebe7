//! Histories from bytes.
//!
//! `cargo test` runs each target of `tests/` on random bytes, and on whatever a fuzzer has left in its
//! corpus (`__fuzz__`). With `cargo-bolero` and a nightly compiler a fuzzer goes on from there, led by the
//! branches of the engine that its inputs reach:
//!
//! ```text
//! cargo bolero test -p shelflife-fuzz an_engine_with_room
//! ```

pub use shelflife_properties::{Operation, Setting, check};

/// The operations that bytes stand for: four each; what is left over at the end stands for none.
#[must_use]
pub fn operations(bytes: &[u8]) -> Vec<Operation> {
    let (whole, _) = bytes.as_chunks::<4>();
    whole.iter().map(|&four| Operation::from(four)).collect()
}
