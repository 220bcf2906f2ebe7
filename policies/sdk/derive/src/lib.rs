//! Derives the settings of a `shelflife` policy, and their JSON Schema.
//!
//! Use it by way of `shelflife_policy`, which has the traits that are derived and says what can be written.

#![forbid(unsafe_code)]

mod attributes;
mod choice;
mod literal;
mod table;

use proc_macro::TokenStream;
use syn::{Data, DeriveInput, Error, Result, parse_macro_input};

/// Derives what a policy can be configured with: from a struct a table of settings, from an enum a choice.
///
/// Each field is a setting with the field's name; its doc comment is its description. The type says what can
/// be given: see `shelflife_policy::config::Setting`. What is absent takes the default; without one it has to
/// be given, unless the field is an `Option`. Names that are not known are refused with the nearest one.
///
/// | `#[setting(…)]` | on | meaning |
/// |---|---|---|
/// | `default = "5m"` | field | what it is where it is absent, as an operator would write it: text, a number, `true`, a list, or a table `{ "name": value }`. One that the type would refuse does not compile |
/// | `default` | field | the same, with the type's own empty value: an empty list or table |
/// | `at_least = 0`, `above = 0`, `at_most = 1` | field | bounds of a number, or of each in a list |
/// | `whole_policy` | field | it cannot differ by key: `ByPrefix` refuses it in a rule |
/// | `either` | field | it excludes the others that say so: a rule that sets one does not take the others over |
/// | `name = "…"` | field, variant | another name than its own |
///
/// An enum's variants are choices. Their names are written like `each-key` for `EachKey`, alone; a variant with
/// one value is written `{ shared = … }`.
///
/// What is derived is documented with an example at `shelflife_policy::config`.
#[proc_macro_derive(Settings, attributes(setting))]
pub fn derive_settings(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derived(&input)
        .unwrap_or_else(Error::into_compile_error)
        .into()
}

fn derived(input: &DeriveInput) -> Result<proc_macro2::TokenStream> {
    if !input.generics.params.is_empty() {
        return Err(Error::new_spanned(
            &input.generics,
            "settings have no parameters: name the types",
        ));
    }
    attributes::none(&input.attrs)?;
    match &input.data {
        Data::Struct(data) => table::derived(input, data),
        Data::Enum(data) => choice::derived(input, data),
        Data::Union(_) => Err(Error::new_spanned(
            &input.ident,
            "settings are a struct or an enum",
        )),
    }
}
