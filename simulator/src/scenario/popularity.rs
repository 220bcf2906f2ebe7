//! How a popularity is written: `"uniform"`, or a table such as `{ zipf = 0.99 }`.
//!
//! By hand, because what serde says of an enumeration is about variants and not about scenarios.

use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::Popularity;

/// As people write them.
const LAWS: &[&str] = &["uniform", "zipf", "latest", "same-as-reads"];

const ONE_LAW: &str = "write \"uniform\", \"latest\", \"same-as-reads\" or { zipf = 0.99 }";

impl<'de> Deserialize<'de> for Popularity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrTable)
    }
}

struct TextOrTable;

/// A law that is a word and nothing more.
fn word(text: &str) -> Option<Popularity> {
    match text {
        "uniform" => Some(Popularity::Uniform),
        "latest" => Some(Popularity::Latest),
        "same-as-reads" => Some(Popularity::SameAsReads),
        _ => None,
    }
}

impl<'de> Visitor<'de> for TextOrTable {
    type Value = Popularity;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a popularity such as \"uniform\" or { zipf = 0.99 }")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Popularity, E> {
        if text == "zipf" {
            return Err(E::custom("zipf has an exponent: write { zipf = 0.99 }"));
        }
        word(text).ok_or_else(|| E::unknown_variant(text, LAWS))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Popularity, A::Error> {
        let Some(law) = map.next_key::<String>()? else {
            return Err(A::Error::custom(format_args!("an empty table: {ONE_LAW}")));
        };
        if law != "zipf" {
            return Err(match word(&law) {
                Some(_) => A::Error::custom(format_args!(
                    "{law} has no exponent: write it as text, \"{law}\""
                )),
                None => A::Error::unknown_field(&law, &["zipf"]),
            });
        }
        let exponent = map.next_value()?;
        match map.next_key::<String>()? {
            None => Ok(Popularity::Zipf(exponent)),
            Some(second) => Err(A::Error::custom(format_args!(
                "a popularity is one law: `{law}` or `{second}`, not both"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Popularity, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn every_law_reads_and_is_written_as_it_was_read() {
        for json in [
            r#""uniform""#,
            r#""latest""#,
            r#""same-as-reads""#,
            r#"{"zipf":0.99}"#,
        ] {
            let law = read(json).unwrap();
            assert_eq!(serde_json::to_string(&law).unwrap(), json);
        }
    }

    #[test]
    fn what_is_not_a_law_is_refused_with_what_is() {
        for (json, says) in [
            (r#""unifrom""#, "unknown variant `unifrom`"),
            (r#"{"zpif":1}"#, "unknown field `zpif`"),
            (r#""zipf""#, "write { zipf = 0.99 }"),
            (r#"{"uniform":1}"#, "write it as text, \"uniform\""),
            (r#"{"zipf":1,"uniform":1}"#, "`zipf` or `uniform`, not both"),
            (r"{}", "write \"uniform\""),
            ("0.9", "a popularity such as \"uniform\""),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.contains(says), "{json}: {error}");
        }
    }
}
