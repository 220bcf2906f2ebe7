//! What a component says of itself: its version, its settings and what it was written with.
//!
//! All of it stands in custom sections, of the component or of a core module inside of it; the outermost that says
//! something is believed.
//!
//! | section | contents |
//! |---|---|
//! | `version` | the version of the policy, as tools for components write it |
//! | `shelflife:settings` | a JSON Schema (draft 2020-12) of the settings, UTF-8, without blanks |
//! | `shelflife:sdk` | lines `language=Rust` and `sdk=shelflife-policy 0.1.0`; lines with other names are skipped |
//! | `producers` | languages and tools, as [tool conventions] have it; read where `shelflife:sdk` is not there |
//!
//! [tool conventions]: https://github.com/WebAssembly/tool-conventions/blob/main/ProducersSection.md

use serde_json::Value;

use crate::error::{Error, Result};
use crate::sections::{Binary, custom_section, read_leb128, text};

/// The section with the version.
pub const VERSION: &str = "version";
/// The section with the schema of the settings.
pub const SETTINGS: &str = "shelflife:settings";
/// The section with the language and the SDK.
pub const SDK: &str = "shelflife:sdk";
const PRODUCERS: &str = "producers";

/// What a component says of itself. Nothing of it is to be trusted: it is the author's own word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The version of the policy.
    pub version: Option<String>,
    /// The JSON Schema of its settings, as text.
    pub settings: Option<String>,
    /// What it is written in, such as `Rust`.
    pub language: Option<String>,
    /// What it is written with: a name and a version, such as `shelflife-policy 0.1.0`.
    pub sdk: Option<String>,
    /// What processed it, each with its version, from the innermost to the outermost.
    pub processed_by: Vec<(String, String)>,
}

impl Metadata {
    /// Reads what a component, or a module, says of itself. Bytes that are no WebAssembly say nothing.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        let mut metadata = Self::default();
        let mut producers = Producers::default();
        if let Some(binary) = Binary::read(bytes) {
            metadata.add(binary, &mut producers);
        }
        // The first is the outermost; the innermost is what a compiler wrote.
        metadata.language = metadata.language.or(producers.languages.pop());
        producers.processed_by.reverse();
        for tool in producers.processed_by {
            if !metadata.processed_by.contains(&tool) {
                metadata.processed_by.push(tool);
            }
        }
        metadata
    }

    fn add(&mut self, binary: Binary<'_>, producers: &mut Producers) {
        for (name, contents) in binary.clone().custom() {
            match name {
                VERSION => keep(&mut self.version, contents),
                SETTINGS => keep(&mut self.settings, contents),
                SDK => {
                    for line in String::from_utf8_lossy(contents).lines() {
                        match line.split_once('=') {
                            Some(("language", value)) => keep(&mut self.language, value.as_bytes()),
                            Some(("sdk", value)) => keep(&mut self.sdk, value.as_bytes()),
                            _ => {}
                        }
                    }
                }
                PRODUCERS => {
                    // One that is broken says as much as was readable.
                    let _ = producers.add(contents);
                }
                _ => {}
            }
        }
        for inner in binary.inner() {
            self.add(inner, producers);
        }
    }

    /// Appends to a component what is set here: the version, the settings, and the language and SDK.
    /// [`processed_by`](Self::processed_by) is left to the tools.
    ///
    /// # Errors
    ///
    /// Settings that are no JSON Schema of an object: what is wrong with them.
    pub fn append_to(&self, component: &mut Vec<u8>) -> Result<()> {
        if let Some(version) = &self.version {
            component.extend(custom_section(VERSION, version.as_bytes()));
        }
        if let Some(settings) = &self.settings {
            let settings = compact_schema(settings)?;
            component.extend(custom_section(SETTINGS, settings.as_bytes()));
        }
        let lines = [("language", &self.language), ("sdk", &self.sdk)];
        let lines: String = lines
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}={}\n", value.as_ref()?)))
            .collect();
        if !lines.is_empty() {
            component.extend(custom_section(SDK, lines.as_bytes()));
        }
        Ok(())
    }
}

/// What is there already came from further outside.
fn keep(value: &mut Option<String>, found: &[u8]) {
    value.get_or_insert_with(|| String::from_utf8_lossy(found).trim().to_owned());
}

/// A schema of settings without blanks.
///
/// # Errors
///
/// What is wrong with it: a host takes settings as one JSON object, and `inspect` shows one property a line.
fn compact_schema(text: &str) -> Result<String> {
    let wrong = |why: &str| Error::wrong(format!("the schema of the settings {why}"));
    let schema: Value =
        serde_json::from_str(text).map_err(|error| wrong(&format!("is no JSON: {error}")))?;
    if schema["type"] != "object" {
        return Err(wrong("should have \"type\": \"object\""));
    }
    let Some(properties) = schema["properties"].as_object() else {
        return Err(wrong("should have \"properties\", a table"));
    };
    let typed = ["type", "anyOf", "oneOf", "enum", "const", "$ref"];
    let untyped =
        |(_, property): &(&String, &Value)| !typed.iter().any(|key| property.get(key).is_some());
    if let Some((name, _)) = properties.iter().find(untyped) {
        return Err(wrong(&format!("should say which \"type\" `{name}` has")));
    }
    if schema["additionalProperties"] != false {
        return Err(wrong(
            "should have \"additionalProperties\": false, so that a misspelt setting is noticed",
        ));
    }
    // As it was written and not as it was read: in what order settings stand is the author's choice.
    Ok(without_blanks(text))
}

/// JSON without the blanks between its parts.
fn without_blanks(json: &str) -> String {
    let mut compact = String::with_capacity(json.len());
    let (mut quoted, mut escaped) = (false, false);
    for c in json.chars() {
        if quoted || !c.is_ascii_whitespace() {
            compact.push(c);
        }
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
    }
    compact
}

/// What sections `producers` say, from the outermost to the innermost.
#[derive(Default)]
struct Producers {
    languages: Vec<String>,
    processed_by: Vec<(String, String)>,
}

impl Producers {
    fn add(&mut self, contents: &[u8]) -> Option<()> {
        let (fields, mut rest) = read_leb128(contents)?;
        for _ in 0..fields {
            let (field, after) = text(rest)?;
            let (values, after) = read_leb128(after)?;
            rest = after;
            for _ in 0..values {
                let (name, after) = text(rest)?;
                let (version, after) = text(after)?;
                rest = after;
                match field {
                    "language" => self.languages.push(name.to_owned()),
                    "processed-by" => self
                        .processed_by
                        .push((name.to_owned(), version.to_owned())),
                    _ => {}
                }
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";
    const SCHEMA: &str = r#"{ "type": "object",
        "properties": { "ttl": { "type": "string", "description": "\"How\" long.", "minLength": 2 } },
        "additionalProperties": false }"#;

    fn full() -> Metadata {
        Metadata {
            version: Some("1.2.3".to_owned()),
            settings: Some(SCHEMA.to_owned()),
            language: Some("C".to_owned()),
            sdk: Some("mine 1.0".to_owned()),
            processed_by: Vec::new(),
        }
    }

    #[test]
    fn what_was_appended_is_read_again_without_blanks() {
        let mut component = EMPTY.to_vec();
        full().append_to(&mut component).unwrap();
        let read = Metadata::read(&component);
        let settings = r#"{"type":"object","properties":{"ttl":{"type":"string","description":"\"How\" long.","minLength":2}},"additionalProperties":false}"#;
        assert_eq!(read.settings.as_deref(), Some(settings));
        assert_eq!(
            Metadata {
                settings: full().settings,
                ..read
            },
            full()
        );
    }

    #[test]
    fn the_outermost_is_believed_and_names_of_others_are_skipped() {
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        let lines = b"language=Rust\nfuture=x\nsdk=shelflife-policy 0.1.0\n";
        module.extend(custom_section(SDK, lines));
        module.extend(custom_section(VERSION, b"0.0.1"));
        let mut component = EMPTY.to_vec();
        component.push(1);
        component.push(module.len() as u8);
        component.extend(module);
        component.extend(custom_section(VERSION, b"0.0.2"));
        let read = Metadata::read(&component);
        assert_eq!(read.version.as_deref(), Some("0.0.2"));
        assert_eq!(read.language.as_deref(), Some("Rust"));
        assert_eq!(read.sdk.as_deref(), Some("shelflife-policy 0.1.0"));
    }

    #[test]
    fn where_nothing_of_ours_is_there_the_compiler_is_asked() {
        let ttl = include_bytes!("../../dist/ttl.wasm");
        let read = Metadata::read(ttl);
        assert_eq!(read.version.as_deref(), Some("0.1.0"));
        assert!(
            read.processed_by
                .iter()
                .any(|(tool, _)| tool == "wit-component")
        );
        assert_eq!(Metadata::read(b"PK\x03\x04"), Metadata::default());
        assert_eq!(Metadata::read(b""), Metadata::default());
    }

    #[test]
    fn a_schema_that_says_too_little_is_refused_in_one_line() {
        for (schema, why) in [
            ("[]", "\"type\": \"object\""),
            ("{", "is no JSON"),
            (r#"{"type":"object"}"#, "\"properties\""),
            (r#"{"type":"object","properties":{"a":{}}}"#, "`a`"),
            (
                r#"{"type":"object","properties":{}}"#,
                "additionalProperties",
            ),
        ] {
            let metadata = Metadata {
                settings: Some(schema.to_owned()),
                ..Metadata::default()
            };
            let mut component = EMPTY.to_vec();
            let error = metadata.append_to(&mut component).unwrap_err();
            assert!(
                error.is_wrong() && error.to_string().contains(why),
                "{error}"
            );
        }
    }
}
