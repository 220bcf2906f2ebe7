//! A policy as the command line writes it: `ttl:ttl=60s,jitter=0.1`, `./mine.wasm:{"ttl":"60s"}`.

use serde_json::{Map, Value};

use super::Policy;
use super::suggest::did_you_mean;
use crate::error::Error;

/// The policies that come with the program: the six [`PATTERNS`], then the others.
pub const BUILT_IN_POLICIES: [&str; 7] = [
    "ttl",
    "write-through",
    "cdc",
    "tags",
    "versions",
    "semantic",
    "adaptive",
];

/// The six patterns, which are compared where nobody says what is.
pub const PATTERNS: [&str; 6] = [
    "ttl",
    "write-through",
    "cdc",
    "tags",
    "versions",
    "semantic",
];

/// Whether `use` names a component's file rather than a built-in policy.
#[must_use]
pub fn is_component_path(uses: &str) -> bool {
    !uses.starts_with("native:")
        && (uses.contains(['/', '\\']) || extension_end(uses) == Some(uses.len()))
}

impl Policy {
    /// Reads a SPEC: a built-in name, `native:NAME` or the path of a component, then optionally `:`
    /// and settings: a JSON object, or `key=value` pairs between commas. A value that is JSON is taken
    /// as JSON, any other as text; commas within brackets and quotes do not separate.
    ///
    /// The label is the SPEC as it was written.
    ///
    /// # Errors
    ///
    /// An unknown built-in name, or settings that are neither form.
    pub fn from_spec(spec: &str) -> Result<Self, Error> {
        Self::parse(spec).map_err(|why| Error::usage(format_args!("policy `{spec}`: {why}")))
    }

    /// As [`Policy::from_spec`]; the error does not name the SPEC.
    pub(super) fn parse(spec: &str) -> Result<Self, String> {
        let (uses, settings) = split(spec.trim());
        check_name(uses)?;
        let config = match settings {
            None => Map::new(),
            Some(settings) => parse_settings(settings.trim())?,
        };
        Ok(Self {
            label: spec.trim().to_owned(),
            uses: uses.to_owned(),
            config,
        })
    }
}

/// Says what is wrong with a name that is neither a path nor a built-in policy.
pub(super) fn check_name(uses: &str) -> Result<(), String> {
    if is_component_path(uses) {
        return Ok(());
    }
    let name = uses.strip_prefix("native:").unwrap_or(uses);
    if BUILT_IN_POLICIES.contains(&name) {
        return Ok(());
    }
    if name.is_empty() {
        return Err(format!(
            "name a policy ({}) or the path of a component",
            BUILT_IN_POLICIES.join(", ")
        ));
    }
    Err(format!(
        "unknown policy `{name}`{} (the path of a component ends in .wasm or has a / in it)",
        did_you_mean(name, BUILT_IN_POLICIES)
    ))
}

/// The policy and, after a colon, its settings.
fn split(spec: &str) -> (&str, Option<&str>) {
    if let Some(native) = spec.strip_prefix("native:") {
        return match native.find(':') {
            Some(at) => (&spec[.."native:".len() + at], Some(&native[at + 1..])),
            None => (spec, None),
        };
    }
    // A path may hold colons of its own (`C:\mine.wasm`), so the extension ends it where there is one.
    let end = extension_end(spec).or_else(|| {
        let path = spec.find(['/', '\\']).unwrap_or(0);
        spec[path..].find(':').map(|at| path + at)
    });
    match end {
        Some(end) if end < spec.len() => (&spec[..end], Some(&spec[end + 1..])),
        _ => (spec, None),
    }
}

/// Where the first `.wasm` that ends a path ends: before a colon or at the end of the text.
fn extension_end(spec: &str) -> Option<usize> {
    const EXTENSION: &str = ".wasm";
    spec.match_indices(EXTENSION)
        .map(|(at, _)| at + EXTENSION.len())
        .find(|end| spec[*end..].is_empty() || spec[*end..].starts_with(':'))
}

fn parse_settings(text: &str) -> Result<Map<String, Value>, String> {
    if text.starts_with('{') {
        return serde_json::from_str(text)
            .map_err(|error| format!("its settings are not a JSON object: {error}"));
    }
    let mut settings = Map::new();
    for part in split_commas(text)? {
        if part.trim().is_empty() {
            continue;
        }
        let (key, value) = part
            .split_once('=')
            .ok_or_else(|| format!("`{}` is not a setting: write it as key=value", part.trim()))?;
        let (key, value) = (key.trim(), value.trim());
        if key.is_empty() {
            return Err(format!(
                "`{}` has no key: write it as key=value",
                part.trim()
            ));
        }
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
        if settings.insert(key.to_owned(), value).is_some() {
            return Err(format!("`{key}` is set twice"));
        }
    }
    Ok(settings)
}

/// Splits at commas outside of brackets and quotes.
fn split_commas(text: &str) -> Result<Vec<&str>, String> {
    let (mut parts, mut start, mut depth, mut in_quotes, mut escaped) =
        (Vec::new(), 0, 0_usize, false, false);
    for (at, c) in text.char_indices() {
        if in_quotes {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => in_quotes = false,
                _ => {}
            }
            continue;
        }
        match c {
            '"' => in_quotes = true,
            '[' | '{' => depth += 1,
            ']' | '}' => {
                depth = depth
                    .checked_sub(1)
                    .ok_or_else(|| format!("`{c}` closes nothing"))?
            }
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if in_quotes || depth > 0 {
        return Err("a quote or a bracket is not closed".to_owned());
    }
    parts.push(&text[start..]);
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(spec: &str) -> (String, String) {
        let policy = Policy::from_spec(spec).unwrap();
        assert_eq!(policy.label, spec);
        (policy.uses, Value::Object(policy.config).to_string())
    }

    fn pair(uses: &str, config: &str) -> (String, String) {
        (uses.to_owned(), config.to_owned())
    }

    #[test]
    fn a_spec_is_a_policy_with_settings() {
        assert_eq!(read("ttl"), pair("ttl", "{}"));
        assert_eq!(
            read("ttl:ttl=60s,jitter=0.1"),
            pair("ttl", r#"{"jitter":0.1,"ttl":"60s"}"#)
        );
        assert_eq!(read("native:ttl"), pair("native:ttl", "{}"));
        assert_eq!(
            read("native:ttl:ttl=5s"),
            pair("native:ttl", r#"{"ttl":"5s"}"#)
        );
        assert_eq!(
            read(r#"./mine.wasm:{"ttl":"60s"}"#),
            pair("./mine.wasm", r#"{"ttl":"60s"}"#)
        );
        assert_eq!(read("mine.wasm"), pair("mine.wasm", "{}"));
    }

    #[test]
    fn a_path_may_hold_colons() {
        assert_eq!(
            read(r"C:\p\mine.wasm:ttl=1s"),
            pair(r"C:\p\mine.wasm", r#"{"ttl":"1s"}"#)
        );
        assert_eq!(read("./a:b/mine.wasm"), pair("./a:b/mine.wasm", "{}"));
        assert_eq!(
            read("./built/component:ttl=1s"),
            pair("./built/component", r#"{"ttl":"1s"}"#)
        );
    }

    #[test]
    fn values_are_json_or_else_text_and_commas_within_them_stay() {
        assert_eq!(
            read(r#"versions:scope={"leading_parts":2},ttl=1h"#).1,
            r#"{"scope":{"leading_parts":2},"ttl":"1h"}"#
        );
        assert_eq!(
            read(r#"tags:patterns=[{"a":1},{"b":2}],x="a,b""#).1,
            r#"{"patterns":[{"a":1},{"b":2}],"x":"a,b"}"#
        );
        assert_eq!(
            read("ttl:a=true,b=null,c=1e3,d=x=y").1,
            r#"{"a":true,"b":null,"c":1000.0,"d":"x=y"}"#
        );
    }

    #[test]
    fn what_is_not_a_spec_says_what_is() {
        for (spec, says) in [
            ("tll", "did you mean `ttl`?"),
            ("native:cdd", "did you mean `cdc`?"),
            ("", "name a policy"),
            ("ttl:60s", "write it as key=value"),
            ("ttl:=1", "has no key"),
            ("ttl:a=1,a=2", "set twice"),
            ("ttl:{\"a\":}", "not a JSON object"),
            ("ttl:a=[1,2", "not closed"),
        ] {
            let error = Policy::from_spec(spec).unwrap_err().to_string();
            assert!(error.contains(says), "{spec}: {error}");
        }
    }
}
