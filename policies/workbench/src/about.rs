//! What a component is, asks for and offers, and what it says of itself.

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use shelflife::policy::{CONTRACT, Error, Limits, Policy, Runtime, Surroundings};
use shelflife_author::contract::World;
use shelflife_author::metadata::Metadata;

/// What a component is, asks for and offers, and what it says of itself.
#[derive(Clone, Debug, Serialize)]
pub struct About {
    /// What it is called.
    pub name: String,
    /// The contract that it is a policy for.
    pub contract: &'static str,
    /// The smallest world of the contract that holds what it imports and exports; nothing where none does.
    pub world: Option<String>,
    /// Its version, if it says one.
    pub version: Option<String>,
    /// What it is written in, if it says so.
    pub language: Option<String>,
    /// What it is written with, if it says so.
    pub sdk: Option<String>,
    /// SHA-256, as 64 hexadecimal digits.
    pub sha256: String,
    /// Bytes of the component, and how many it may have.
    pub size: Share,
    /// Bytes of memory of a new instance, and how many it may have.
    pub memory: Share,
    /// What it asks permission for.
    pub imports: Vec<Interface>,
    /// What it offers.
    pub exports: Vec<Interface>,
    /// Its settings, in its own order; nothing where it does not say.
    pub settings: Option<Vec<Setting>>,
    /// The same as JSON Schema.
    pub schema: Option<Value>,
}

/// A part of what there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Share {
    /// What there is.
    pub is: usize,
    /// What there may be.
    pub limit: usize,
}

/// An interface that is imported or exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Interface {
    /// With package and version.
    pub name: String,
    /// What for, in a few words.
    pub meaning: &'static str,
}

/// One setting.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Setting {
    /// What it is called.
    pub name: String,
    /// What can be given, in a few words: `duration or none`, `number from 0 to 1`.
    pub r#type: String,
    /// What it is where it is absent; nothing where there is no default.
    pub default: Option<Value>,
    /// Whether it must be given.
    pub required: bool,
    /// What it is for.
    pub meaning: String,
}

impl About {
    /// Looks at a component: compiles it and makes an instance, and configures nothing.
    ///
    /// # Errors
    ///
    /// What there is against the component.
    pub fn of(name: &str, bytes: &[u8], runtime: &Runtime) -> Result<About, Error> {
        let compiled = runtime.compile(name, bytes)?;
        let instance = compiled.instantiate(Surroundings::default())?;
        let interfaces = compiled.interfaces();
        let said = Metadata::read(bytes);
        let schema = said
            .settings
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok());
        let limits: &Limits = runtime.limits();
        let list = |names: &[String], meaning: fn(&str) -> &'static str| {
            let interface = |name: &String| Interface {
                name: name.clone(),
                meaning: meaning(plain(name)),
            };
            names.iter().map(interface).collect()
        };
        Ok(About {
            name: name.to_owned(),
            contract: CONTRACT,
            world: world(&interfaces.imports, &interfaces.exports),
            version: said.version,
            language: said.language,
            sdk: said.sdk,
            sha256: compiled.sha256().to_owned(),
            size: Share {
                is: bytes.len(),
                limit: limits.component,
            },
            memory: Share {
                is: instance.memory().unwrap_or(0),
                limit: limits.memory,
            },
            imports: list(&interfaces.imports, permission),
            exports: list(&interfaces.exports, offer),
            settings: schema.as_ref().map(|schema| {
                let order = said.settings.as_deref().map(names_in_order);
                settings(schema, &order.unwrap_or_default())
            }),
            schema,
        })
    }
}

/// The interface in a name such as `shelflife:policy/purge@0.1.0`.
fn plain(name: &str) -> &str {
    let path = name.split('@').next().unwrap_or(name);
    path.rsplit('/').next().unwrap_or(path)
}

fn permission(interface: &str) -> &'static str {
    match interface {
        "types" => "no permission: names of values",
        "clock" => "the time",
        "random" => "random numbers",
        "log" => "lines for the operator",
        "purge" => "to invalidate entries",
        "rows" => "to see the contents of changed rows",
        "vectors" => "to see and invalidate entries by meaning",
        "observe" => "to see which entries are there and whether they have been read",
        _ => "",
    }
}

fn offer(interface: &str) -> &'static str {
    match interface {
        "lifecycle" => "its rules, once",
        "leases" => "called for each fill whose rule has no lease",
        "reactions" => "called with changes",
        "snapshots" => "called to hand on what it has learned",
        _ => "not called by this host",
    }
}

/// The smallest world that holds what is imported and exported.
fn world(imports: &[String], exports: &[String]) -> Option<String> {
    let ours = |name: &&String| name.starts_with("shelflife:policy/");
    let imports: Vec<&str> = imports
        .iter()
        .filter(ours)
        .map(|name| plain(name))
        .collect();
    let exports: Vec<&str> = exports
        .iter()
        .filter(ours)
        .map(|name| plain(name))
        .collect();
    let holds = |world: &World| {
        let may_import =
            |name: &&str| *name == "types" || world.imports.iter().any(|one| one == name);
        imports.iter().all(may_import)
            && exports
                .iter()
                .all(|name| world.exports.iter().any(|one| one == name))
    };
    let worlds = World::all().into_iter().filter(holds);
    let smallest = worlds.min_by_key(|world| world.imports.len() + world.exports.len());
    smallest.map(|world| world.name)
}

/// The names of the properties of a schema, in the order in which they stand there.
fn names_in_order(schema: &str) -> Vec<String> {
    #[derive(Deserialize)]
    struct Schema {
        #[serde(default)]
        properties: Names,
    }
    serde_json::from_str::<Schema>(schema).map_or_else(|_| Vec::new(), |schema| schema.properties.0)
}

/// The names of a JSON object in their order, which a map does not keep.
#[derive(Default)]
struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Names, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Names;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Names, M::Error> {
                let mut names = Vec::new();
                while let Some((name, IgnoredAny)) = map.next_entry()? {
                    names.push(name);
                }
                Ok(Names(names))
            }
        }
        from.deserialize_map(Visit)
    }
}

/// The settings of a schema.
fn settings(schema: &Value, order: &[String]) -> Vec<Setting> {
    let required = |name: &str| {
        let required = schema["required"].as_array();
        required.is_some_and(|names| names.iter().any(|one| one == name))
    };
    let properties = schema["properties"].as_object().into_iter().flatten();
    let mut properties: Vec<_> = properties.collect();
    properties.sort_by_key(|(name, _)| order.iter().position(|other| other == *name));
    properties
        .into_iter()
        .map(|(name, property)| Setting {
            name: name.clone(),
            r#type: kind(property),
            default: property.get("default").cloned(),
            required: required(name),
            meaning: property["description"].as_str().unwrap_or("").to_owned(),
        })
        .collect()
}

/// What can be given for a setting, in a few words.
fn kind(property: &Value) -> String {
    if let Some(value) = property.get("const") {
        return word(value);
    }
    let any = |name: &str| property[name].as_array().filter(|list| !list.is_empty());
    if let Some(choices) = any("enum") {
        return choices.iter().map(word).collect::<Vec<_>>().join(" or ");
    }
    if let Some(choices) = any("anyOf").or_else(|| any("oneOf")) {
        return choices.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    match property["type"].as_str() {
        Some("string") if property["format"] == "duration" => "duration".to_owned(),
        Some("string") => "text".to_owned(),
        Some("boolean") => "true or false".to_owned(),
        Some(number @ ("number" | "integer")) => {
            let name = if number == "integer" {
                "whole number"
            } else {
                "number"
            };
            format!("{name}{}", bounds(property))
        }
        Some("array") => format!("list of {}", plural(&kind(&property["items"]))),
        Some("object") => {
            let fields = property["properties"].as_object();
            match fields.filter(|fields| !fields.is_empty()) {
                Some(fields) => {
                    let names: Vec<&str> = fields.keys().map(String::as_str).collect();
                    format!("table of {}", names.join(", "))
                }
                None => format!(
                    "table of {}",
                    plural(&kind(&property["additionalProperties"]))
                ),
            }
        }
        _ => "anything".to_owned(),
    }
}

fn plural(kind: &str) -> String {
    match kind {
        "text" => "texts".to_owned(),
        "duration" | "number" | "whole number" => format!("{kind}s"),
        _ if kind.starts_with("table of ") => kind.replacen("table", "tables", 1),
        _ if kind.starts_with("list of ") => kind.replacen("list", "lists", 1),
        _ => kind.to_owned(),
    }
}

fn bounds(property: &Value) -> String {
    let of = |name: &str| {
        property
            .get(name)
            .filter(|value| value.is_number())
            .map(Value::to_string)
    };
    match (
        of("minimum"),
        of("exclusiveMinimum"),
        of("maximum"),
        of("exclusiveMaximum"),
    ) {
        (Some(least), None, Some(most), None) => format!(" from {least} to {most}"),
        (Some(least), None, None, None) => format!(" of at least {least}"),
        (None, Some(below), None, None) => format!(" above {below}"),
        (None, None, Some(most), None) => format!(" of at most {most}"),
        (None, None, None, Some(above)) => format!(" below {above}"),
        (None, Some(below), Some(most), None) => format!(" above {below}, up to {most}"),
        (Some(least), None, None, Some(above)) => format!(" from {least}, below {above}"),
        _ => String::new(),
    }
}

/// A value as one would write it.
fn word(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_world_is_the_smallest_that_holds_all_of_it() {
        let named = |names: &[&str]| -> Vec<String> {
            let name = |name: &&str| format!("shelflife:policy/{name}@0.1.0");
            names.iter().map(name).collect()
        };
        for (imports, exports, expected) in [
            (&[][..], &["lifecycle"][..], Some("static-policy")),
            (&["log"], &["lifecycle"], Some("static-policy")),
            (&["clock"], &["lifecycle"], Some("lease-policy")),
            (
                &["types", "purge"],
                &["lifecycle", "reactions"],
                Some("reactive-policy"),
            ),
            (
                &["purge"],
                &["lifecycle", "leases", "reactions"],
                Some("dependency-policy"),
            ),
            (
                &["purge", "vectors"],
                &["lifecycle", "reactions"],
                Some("semantic-policy"),
            ),
            (
                &["purge", "observe"],
                &["lifecycle", "reactions", "snapshots"],
                Some("adaptive-policy"),
            ),
            (&["vectors", "observe"], &["lifecycle", "reactions"], None),
        ] {
            let found = world(&named(imports), &named(exports));
            assert_eq!(found.as_deref(), expected, "{imports:?} {exports:?}");
        }
    }

    #[test]
    fn what_can_be_given_is_said_in_a_few_words() {
        let duration = json!({ "type": "string", "format": "duration" });
        for (schema, says) in [
            (duration.clone(), "duration"),
            (
                json!({ "anyOf": [duration, { "const": "none" }] }),
                "duration or none",
            ),
            (
                json!({ "type": "number", "minimum": 0, "maximum": 1 }),
                "number from 0 to 1",
            ),
            (
                json!({ "type": "number", "exclusiveMinimum": 0 }),
                "number above 0",
            ),
            (json!({ "type": "integer" }), "whole number"),
            (json!({ "enum": ["a", "b"] }), "a or b"),
            (
                json!({ "type": "object", "additionalProperties": { "type": "array", "items": { "type": "string" } } }),
                "table of lists of texts",
            ),
            (
                json!({ "type": "array", "items": { "type": "object", "properties": { "prefix": {}, "ttl": {} } } }),
                "list of tables of prefix, ttl",
            ),
            (json!(true), "anything"),
        ] {
            assert_eq!(kind(&schema), says);
        }
    }

    #[test]
    fn every_built_in_policy_says_what_it_is_and_which_settings_it_has() {
        let runtime = Runtime::new(Limits::deterministic()).unwrap();
        for built_in in shelflife_policies::all() {
            let about = About::of(built_in.name, built_in.component, &runtime).unwrap();
            assert_eq!(about.language.as_deref(), Some("Rust"), "{}", built_in.name);
            assert!(
                about
                    .sdk
                    .as_deref()
                    .is_some_and(|sdk| sdk.starts_with("shelflife-policy "))
            );
            assert!(about.world.is_some() && about.sha256 == built_in.sha256);
            assert!(about.memory.is > 0 && about.memory.is < about.memory.limit);
            let settings = about.settings.unwrap();
            let ttl = settings
                .iter()
                .find(|setting| setting.name == "ttl")
                .unwrap();
            assert_eq!(ttl.r#type, "duration or none", "{}", built_in.name);
            assert!(ttl.default.is_some() && !ttl.meaning.is_empty() && !ttl.required);
        }
    }
}
