//! A struct is a table of settings.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{DataStruct, DeriveInput, Error, Field, Fields, LitStr, Result};

use crate::attributes::{Attributes, Default, docs};

/// One setting.
struct Setting {
    /// What it is called.
    name: LitStr,
    /// Its `Field`.
    field: TokenStream,
    /// Its `Property`, of the field at its place.
    property: TokenStream,
    /// What is checked when it is compiled.
    checks: TokenStream,
    /// How it is read.
    read: TokenStream,
}

pub fn derived(input: &DeriveInput, data: &DataStruct) -> Result<TokenStream> {
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(
            &input.ident,
            "settings have names: `struct Settings { ttl: Duration }`",
        ));
    };
    let settings = fields
        .named
        .iter()
        .enumerate()
        .map(|(place, field)| setting(place, field))
        .collect::<Result<Vec<_>>>()?;
    for (place, Setting { name, .. }) in settings.iter().enumerate() {
        if settings[..place]
            .iter()
            .any(|other| other.name.value() == name.value())
        {
            return Err(Error::new_spanned(name, "two settings have this name"));
        }
    }
    let name = &input.ident;
    let about = docs(&input.attrs);
    let field = settings.iter().map(|setting| &setting.field);
    let property = settings.iter().map(|setting| &setting.property);
    let checks = settings.iter().map(|setting| &setting.checks);
    let read = settings.iter().map(|setting| &setting.read);
    Ok(quote! {
        #[automatically_derived]
        const _: () = {
            use ::shelflife_policy::config as __config;
            use ::shelflife_policy::config::derive as __derive;

            #(#checks)*

            const FIELDS: &[__derive::Field] = &[#(#field),*];
            const PROPERTIES: &[__derive::Property] = &[#(#property),*];

            impl __config::Setting for #name {
                const SCHEMA: __config::Schema = __config::Schema::Table(PROPERTIES);
                const EMPTY: ::core::option::Option<&'static str> =
                    __derive::empty(FIELDS);

                fn read(given: __config::Given<'_>) -> ::core::result::Result<Self, __config::Wrong> {
                    <Self as __config::Settings>::read(given)
                }
            }

            impl __config::Table for #name {
                const FIELDS: &'static [__derive::Field] = FIELDS;

                fn from_entries(
                    entries: &__derive::Entries<'_>,
                ) -> ::core::result::Result<Self, __config::Wrong> {
                    let _ = entries;
                    ::core::result::Result::Ok(Self { #(#read),* })
                }
            }

            impl __config::Settings for #name {
                const SCHEMA: __config::Schema = <Self as __config::Setting>::SCHEMA;
                const ABOUT: &'static str = #about;

                fn read(given: __config::Given<'_>) -> ::core::result::Result<Self, __config::Wrong> {
                    let entries = __derive::Entries::of(given, FIELDS)?;
                    <Self as __config::Table>::from_entries(&entries)
                }
            }
        };
    })
}

fn setting(place: usize, field: &Field) -> Result<Setting> {
    let attributes = Attributes::of_field(&field.attrs)?;
    let Field {
        ident: Some(ident),
        ty,
        ..
    } = field
    else {
        return Err(Error::new_spanned(field, "a setting has a name"));
    };
    let name = attributes
        .name
        .unwrap_or_else(|| LitStr::new(&ident.unraw().to_string(), ident.span()));
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.value().is_empty() || !name.value().chars().all(is_plain) {
        return Err(Error::new_spanned(
            name,
            "a setting is called by letters, digits, `_` and `-`",
        ));
    }
    let about = docs(&field.attrs);
    let (whole_policy, either) = (attributes.whole_policy, attributes.either);
    let are_bounds = attributes.bounds.are_some();
    let bounds = attributes.bounds.tokens();
    let mut checks = TokenStream::new();
    if are_bounds {
        let wrong = format!("`{}` has bounds, and is no number", name.value());
        checks.extend(quote_spanned! { ty.span() =>
            const _: () = ::core::assert!(<#ty as __config::Setting>::SCHEMA.has_numbers(), #wrong);
        });
    }
    let default = match attributes.default {
        None => quote_spanned!(ty.span() => <#ty as __config::Setting>::ABSENT),
        Some(Default::Empty(span)) => {
            let wrong = format!(
                "`{}` has a type without an empty value: write `default = …`",
                name.value()
            );
            checks.extend(quote_spanned! { span =>
                const _: () = ::core::assert!(<#ty as __config::Setting>::EMPTY.is_some(), #wrong);
            });
            quote_spanned!(ty.span() => <#ty as __config::Setting>::EMPTY)
        }
        Some(Default::Literal(literal)) => {
            let wrong = format!(
                "the default of `{}` is not what the setting can be",
                name.value()
            );
            let (tokens, json) = (literal.tokens, literal.json);
            checks.extend(quote_spanned! { literal.span =>
                const _: () = ::core::assert!(
                    <#ty as __config::Setting>::SCHEMA.takes(#tokens, &#bounds),
                    #wrong
                );
            });
            quote!(::core::option::Option::Some(#json))
        }
    };
    Ok(Setting {
        field: quote!(__derive::Field {
            name: #name,
            default: #default,
            bounds: #bounds,
            whole_policy: #whole_policy,
            either: #either,
        }),
        property: quote_spanned!(ty.span() => __derive::Property {
            field: &FIELDS[#place],
            about: #about,
            schema: <#ty as __config::Setting>::SCHEMA,
        }),
        checks,
        read: quote_spanned!(ty.span() => #ident: entries.setting::<#ty>(#place)?),
        name,
    })
}
