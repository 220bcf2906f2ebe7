//! Defaults as they are written: JSON, in Rust's clothes.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Lit, LitStr, Result, Token, braced, bracketed, token};

/// A default.
pub struct Literal {
    /// As JSON.
    pub json: String,
    /// As what it is held against its schema.
    pub tokens: TokenStream,
    /// Where it stands.
    pub span: Span,
}

/// A number.
pub struct Number {
    /// Its value.
    pub value: f64,
    /// As JSON.
    pub json: String,
}

impl Parse for Literal {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let span = input.span();
        let of = |json: String, tokens: TokenStream| Self { json, tokens, span };
        let kind = quote!(::shelflife_policy::config::derive::Literal);
        if input.peek(token::Bracket) {
            let within;
            bracketed!(within in input);
            let all = within.parse_terminated(Literal::parse, Token![,])?;
            let all: Vec<String> = all.into_iter().map(|one| one.json).collect();
            return Ok(of(format!("[{}]", all.join(",")), quote!(#kind::List)));
        }
        if input.peek(token::Brace) {
            let within;
            braced!(within in input);
            let all = within.parse_terminated(entry, Token![,])?;
            let all: Vec<String> = all.into_iter().collect();
            return Ok(of(format!("{{{}}}", all.join(",")), quote!(#kind::Table)));
        }
        if input.peek(LitStr) {
            let text = input.parse::<LitStr>()?.value();
            return Ok(of(quoted(&text), quote!(#kind::Text(#text))));
        }
        if input.peek(syn::LitBool) {
            let truth = input.parse::<syn::LitBool>()?.value;
            return Ok(of(truth.to_string(), quote!(#kind::Truth(#truth))));
        }
        let Number { value, json } = input.parse()?;
        Ok(of(json, quote!(#kind::Number(#value))))
    }
}

/// An entry of a table.
fn entry(input: ParseStream<'_>) -> Result<String> {
    let name = input.parse::<LitStr>()?.value();
    input.parse::<Token![:]>()?;
    let value = input.parse::<Literal>()?.json;
    Ok(format!("{}:{value}", quoted(&name)))
}

impl Parse for Number {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let span = input.span();
        let minus = input.parse::<Option<Token![-]>>()?.is_some();
        let digits = match input.parse::<Lit>() {
            Ok(Lit::Int(number)) => number.base10_digits().to_owned(),
            Ok(Lit::Float(number)) => number.base10_digits().to_owned(),
            _ => {
                return Err(Error::new(
                    span,
                    "what an operator would write: text, a number, `true`, `false`, `[…]` or `{ \"name\": … }`",
                ));
            }
        };
        // `1.` is a number in Rust alone.
        let digits = match digits.ends_with('.') {
            true => digits + "0",
            false => digits,
        };
        let json = if minus { format!("-{digits}") } else { digits };
        match json.parse() {
            Ok(value) => Ok(Self { value, json }),
            Err(_) => Err(Error::new(span, "not a number that JSON can say")),
        }
    }
}

/// Text as JSON.
fn quoted(text: &str) -> String {
    let mut json = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            '\0'..'\x20' => json.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => json.push(character),
        }
    }
    json + "\""
}
