//! The examples of the guide. The pages that have any are the documentation of this crate, so that the tests of
//! documentation compile and run them.

#![forbid(unsafe_code)]

macro_rules! pages {
    ($($name:ident: $file:literal),+ $(,)?) => {
        $(
            #[doc = include_str!($file)]
            pub mod $name {}
        )+
    };
}

pages! {
    contract_configure: "src/contract/configure.md",
    contract_on_changes: "src/contract/on-changes.md",
    contract_on_fill: "src/contract/on-fill.md",
    recipes_layers: "src/recipes/layers.md",
    shipping: "src/shipping.md",
    swapping: "src/swapping.md",
}
