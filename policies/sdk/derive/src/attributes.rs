//! What stands in `#[setting(…)]`, and in doc comments.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Attribute, Error, Expr, ExprLit, Ident, Lit, LitStr, Meta, Result};

use crate::literal::{Literal, Number};

/// What the attributes of a field say.
#[derive(Default)]
pub struct Attributes {
    /// Another name.
    pub name: Option<LitStr>,
    /// A default.
    pub default: Option<Default>,
    /// What a number lies between.
    pub bounds: Bounds,
    /// Whether it holds for the whole policy.
    pub whole_policy: bool,
    /// Whether it is one of several that exclude each other.
    pub either: bool,
}

/// What a setting is where it is absent.
pub enum Default {
    /// What its type has for it.
    Empty(Span),
    /// This.
    Literal(Literal),
}

/// What a number lies between.
#[derive(Default)]
pub struct Bounds {
    lowest: Option<Number>,
    above: bool,
    highest: Option<Number>,
}

impl Bounds {
    /// Whether there are any.
    pub fn are_some(&self) -> bool {
        self.lowest.is_some() || self.highest.is_some()
    }

    /// As a constant.
    pub fn tokens(&self) -> TokenStream {
        let end = |number: &Option<Number>| match number {
            Some(Number { value, json }) => quote!(::core::option::Option::Some(
                ::shelflife_policy::config::derive::Bound { number: #value, text: #json }
            )),
            None => quote!(::core::option::Option::None),
        };
        let (lowest, highest, above) = (end(&self.lowest), end(&self.highest), self.above);
        quote!(::shelflife_policy::config::derive::Bounds {
            lowest: #lowest,
            above: #above,
            highest: #highest,
        })
    }
}

impl Attributes {
    /// Those of a field.
    pub fn of_field(attributes: &[Attribute]) -> Result<Self> {
        let mut found = Self::default();
        for attribute in settings(attributes) {
            attribute.parse_nested_meta(|meta| {
                let bounds = &mut found.bounds;
                if meta.path.is_ident("name") {
                    found.name = Some(meta.value()?.parse()?);
                } else if meta.path.is_ident("default") {
                    found.default = Some(match meta.value() {
                        Ok(value) => Default::Literal(value.parse()?),
                        Err(_) => Default::Empty(
                            meta.path
                                .get_ident()
                                .map_or_else(Span::call_site, Ident::span),
                        ),
                    });
                } else if meta.path.is_ident("at_least") || meta.path.is_ident("above") {
                    if bounds.lowest.is_some() {
                        return Err(meta.error("one of `at_least` and `above` is enough"));
                    }
                    bounds.above = meta.path.is_ident("above");
                    bounds.lowest = Some(meta.value()?.parse()?);
                } else if meta.path.is_ident("at_most") {
                    bounds.highest = Some(meta.value()?.parse()?);
                } else if meta.path.is_ident("whole_policy") {
                    found.whole_policy = true;
                } else if meta.path.is_ident("either") {
                    found.either = true;
                } else {
                    return Err(meta.error(
                        "not known: there are `default`, `at_least`, `above`, `at_most`, \
                         `whole_policy`, `either` and `name`",
                    ));
                }
                Ok(())
            })?;
        }
        Ok(found)
    }

    /// The name that a variant is given, which is all that can be said of one.
    pub fn name_of_variant(attributes: &[Attribute]) -> Result<Option<LitStr>> {
        let mut name = None;
        for attribute in settings(attributes) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("name") {
                    name = Some(meta.value()?.parse()?);
                    Ok(())
                } else {
                    Err(meta.error("not known: of a variant there is `name` alone"))
                }
            })?;
        }
        Ok(name)
    }
}

/// Refuses attributes where there can be none.
pub fn none(attributes: &[Attribute]) -> Result<()> {
    match settings(attributes).next() {
        None => Ok(()),
        Some(attribute) => Err(Error::new_spanned(
            attribute,
            "`setting` is for fields and variants",
        )),
    }
}

fn settings(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("setting"))
}

/// The text of a doc comment: a line for each paragraph.
pub fn docs(attributes: &[Attribute]) -> String {
    let mut text = String::new();
    let mut ended = false;
    for attribute in attributes {
        let Meta::NameValue(meta) = &attribute.meta else {
            continue;
        };
        let Expr::Lit(ExprLit {
            lit: Lit::Str(line),
            ..
        }) = &meta.value
        else {
            continue;
        };
        if !meta.path.is_ident("doc") {
            continue;
        }
        for line in line.value().lines() {
            let line = line.trim();
            if line.is_empty() {
                ended = !text.is_empty();
                continue;
            }
            if !text.is_empty() {
                text.push(if ended { '\n' } else { ' ' });
            }
            text.push_str(line);
            ended = false;
        }
    }
    text
}
