//! The contract, as Rust.
//!
//! wasmtime's macro generates one unsafe block for each exported function: it calls without checking
//! the type of the function again, which the lines just above it have checked. Nothing else in the
//! crate is unsafe.
//!
//! The imports are bound as one world. Each exported interface is bound on its own, since bindings
//! of a world insist on all its exports and every export but `lifecycle` is optional.

/// What the host offers.
pub(super) mod imports {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "imports",
        imports: { default: trappable },
    });
}

/// `shelflife:policy/lifecycle`.
pub(super) mod lifecycle {
    wasmtime::component::bindgen!({
        path: "../wit",
        inline: "package shelflife:bindings; world has-lifecycle { export shelflife:policy/lifecycle@0.1.0; }",
        world: "shelflife:bindings/has-lifecycle",
        with: { "shelflife:policy/types@0.1.0": super::imports::shelflife::policy::types },
    });
}

/// `shelflife:policy/leases`.
pub(super) mod leases {
    wasmtime::component::bindgen!({
        path: "../wit",
        inline: "package shelflife:bindings; world has-leases { export shelflife:policy/leases@0.1.0; }",
        world: "shelflife:bindings/has-leases",
        with: { "shelflife:policy/types@0.1.0": super::imports::shelflife::policy::types },
    });
}

/// `shelflife:policy/reactions`.
pub(super) mod reactions {
    wasmtime::component::bindgen!({
        path: "../wit",
        inline: "package shelflife:bindings; world has-reactions { export shelflife:policy/reactions@0.1.0; }",
        world: "shelflife:bindings/has-reactions",
        // What is passed is borrowed: it is written into the component's memory and nowhere else.
        ownership: Borrowing { duplicate_if_necessary: false },
        with: { "shelflife:policy/types@0.1.0": super::imports::shelflife::policy::types },
    });
}

/// `shelflife:policy/snapshots`.
pub(super) mod snapshots {
    wasmtime::component::bindgen!({
        path: "../wit",
        inline: "package shelflife:bindings; world has-snapshots { export shelflife:policy/snapshots@0.1.0; }",
        world: "shelflife:bindings/has-snapshots",
    });
}
