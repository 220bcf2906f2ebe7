//! The contract as generated code: once what every world may import, and once each interface that a
//! policy may export, over the same types.
//!
//! One world an export, because a component must export all that its world declares. The worlds that
//! end up in one component are joined when it is made; what it does not use is left out.

#![allow(
    unsafe_code,
    missing_docs,
    clippy::all,
    reason = "generated: it passes pointers across the boundary, and says no more than the contract"
)]

pub mod imports {
    wit_bindgen::generate!({
        path: "wit",
        world: "shelflife:policy/imports@0.1.0",
        generate_all,
    });
}

pub mod lifecycle {
    wit_bindgen::generate!({
        path: "wit",
        inline: "
            package shelflife:policy-exports;
            world exports-lifecycle { export shelflife:policy/lifecycle@0.1.0; }
        ",
        world: "shelflife:policy-exports/exports-lifecycle",
        with: { "shelflife:policy/types@0.1.0": super::imports::shelflife::policy::types },
        generate_all,
        export_macro_name: "export_lifecycle",
        pub_export_macro: true,
    });
}

pub mod leases {
    wit_bindgen::generate!({
        path: "wit",
        inline: "
            package shelflife:policy-exports;
            world exports-leases { export shelflife:policy/leases@0.1.0; }
        ",
        world: "shelflife:policy-exports/exports-leases",
        with: { "shelflife:policy/types@0.1.0": super::imports::shelflife::policy::types },
        generate_all,
        export_macro_name: "export_leases",
        pub_export_macro: true,
    });
}

pub mod reactions {
    wit_bindgen::generate!({
        path: "wit",
        inline: "
            package shelflife:policy-exports;
            world exports-reactions { export shelflife:policy/reactions@0.1.0; }
        ",
        world: "shelflife:policy-exports/exports-reactions",
        with: { "shelflife:policy/types@0.1.0": super::imports::shelflife::policy::types },
        generate_all,
        export_macro_name: "export_reactions",
        pub_export_macro: true,
    });
}

pub mod snapshots {
    wit_bindgen::generate!({
        path: "wit",
        inline: "
            package shelflife:policy-exports;
            world exports-snapshots { export shelflife:policy/snapshots@0.1.0; }
        ",
        world: "shelflife:policy-exports/exports-snapshots",
        generate_all,
        export_macro_name: "export_snapshots",
        pub_export_macro: true,
    });
}
