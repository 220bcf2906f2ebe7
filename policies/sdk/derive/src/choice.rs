//! An enum is a choice.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{DataEnum, DeriveInput, Error, Fields, Result, Variant};

use crate::attributes::Attributes;

pub fn derived(input: &DeriveInput, data: &DataEnum) -> Result<TokenStream> {
    if data.variants.is_empty() {
        return Err(Error::new_spanned(
            &input.ident,
            "there is nothing to choose from",
        ));
    }
    let mut names = Vec::new();
    let mut schemas = Vec::new();
    let mut arms = Vec::new();
    let last = data.variants.len() - 1;
    for (place, variant) in data.variants.iter().enumerate() {
        let name = name(variant)?;
        let ident = &variant.ident;
        let (with, value) = match &variant.fields {
            Fields::Unit => (
                quote!(::core::option::Option::None),
                quote!(choice.alone(Self::#ident)),
            ),
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                let ty = &fields.unnamed[0].ty;
                (
                    quote_spanned!(ty.span() => ::core::option::Option::Some(
                        <#ty as __config::Setting>::SCHEMA
                    )),
                    quote_spanned!(ty.span() => choice.with::<#ty>().map(Self::#ident)),
                )
            }
            _ => {
                return Err(Error::new_spanned(
                    variant,
                    "a choice is a name alone, or a name with one value; several are a struct that \
                     derives `Settings` as well",
                ));
            }
        };
        schemas.push(quote!(__derive::Variant { name: #name, with: #with }));
        // The last one takes what is left, so that no arm panics.
        arms.push(match place == last {
            true => quote!(_ => #value),
            false => quote!(#place => #value),
        });
        names.push(name);
    }
    let ident = &input.ident;
    Ok(quote! {
        #[automatically_derived]
        const _: () = {
            use ::shelflife_policy::config as __config;
            use ::shelflife_policy::config::derive as __derive;

            impl __config::Setting for #ident {
                const SCHEMA: __config::Schema = __config::Schema::Choice(&[#(#schemas),*]);

                fn read(given: __config::Given<'_>) -> ::core::result::Result<Self, __config::Wrong> {
                    let choice = given.choice(&[#(#names),*])?;
                    match choice.place {
                        #(#arms),*
                    }
                }
            }
        };
    })
}

/// `each-key` for `EachKey`, unless it says otherwise.
fn name(variant: &Variant) -> Result<String> {
    if let Some(name) = Attributes::name_of_variant(&variant.attrs)? {
        return Ok(name.value());
    }
    let mut name = String::new();
    for character in variant.ident.to_string().chars() {
        if character.is_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.extend(character.to_lowercase());
    }
    Ok(name)
}
