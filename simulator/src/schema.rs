//! What scenarios and reports may hold, as JSON Schema (draft 7, which editors of TOML know best).
//!
//! Both are made from the types that read and write them. A scenario that the program takes is one by its
//! schema; what the schema lets through may still be wrong in what only the program knows: files that are not
//! there, settings that exclude each other, figures out of range.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::report::Report;
use crate::scenario::{BUILT_IN_POLICIES, Scenario, presets};

/// The settings of each built-in policy. Each also takes `rules`.
pub const SETTINGS: [(&str, &[&str]); 7] = [
    (
        "ttl",
        &["ttl", "idle", "jitter", "grace", "rescue", "ahead", "early"],
    ),
    ("write-through", &["ttl", "on_write", "listen"]),
    ("cdc", &["ttl", "map", "again_after", "listen"]),
    ("tags", &["ttl", "patterns", "on_change", "listen"]),
    ("versions", &["ttl", "scope", "cached_for", "listen"]),
    ("semantic", &["ttl", "threshold", "radius", "listen"]),
    (
        "adaptive",
        &[
            "ttl",
            "miss_cost",
            "invalidation_cost",
            "update_cost",
            "window",
            "keys",
            "listen",
        ],
    ),
];

/// The schema of a scenario, as people write it.
#[must_use]
pub fn scenario() -> Value {
    let generator = SchemaSettings::draft07().for_deserialize().into_generator();
    let mut schema = generator.into_root_schema_for::<Scenario>().to_value();
    // TOML has no null.
    without_null(&mut schema);
    let keys: Vec<String> = properties(&schema).keys().cloned().collect();
    put(&mut schema, "/title", json!("A scenario of shelflife"));
    put(
        &mut schema,
        "/not",
        json!({ "required": ["trace", "workload"] }),
    );
    let presets = presets().iter().map(|preset| preset.name.as_str());
    let presets: Vec<&str> = presets.collect();
    put(
        &mut schema,
        "/definitions/Workload/properties/preset/enum",
        json!(presets),
    );
    // A setting is a path from the top, or begins one.
    let path = format!("^\\s*({})\\s*(\\..+)?$", keys.join("|"));
    for place in ["grid", "list/items"] {
        let place = format!("/definitions/Sweep/properties/{place}/propertyNames");
        put(&mut schema, &place, json!({ "pattern": path }));
    }
    policy(&mut schema);
    schema
}

/// What `use` may be, and which settings each built-in policy takes.
fn policy(schema: &mut Value) {
    let names = BUILT_IN_POLICIES.join("|");
    let uses = format!("^\\s*((native:)?({names})\\s*(:.*)?$|.*[/\\\\]|.*\\.wasm(:|\\s*$))");
    put(
        schema,
        "/definitions/Policy/properties/use/pattern",
        json!(uses),
    );
    let settings = SETTINGS.map(|(name, settings)| {
        let settings: Vec<&str> = settings.iter().copied().chain(["rules"]).collect();
        let uses = format!("^\\s*(native:)?{name}\\s*(:.*)?$");
        json!({
            "if": { "properties": { "use": { "pattern": uses } } },
            "then": { "properties": { "config": { "propertyNames": { "enum": settings } } } },
        })
    });
    put(schema, "/definitions/Policy/allOf", json!(settings));
}

/// The schema of `report.json`, as the program writes it.
#[must_use]
pub fn report() -> Value {
    let generator = SchemaSettings::draft07().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<Report>().to_value();
    put(&mut schema, "/title", json!("A report of shelflife"));
    schema
}

/// A schema as text, as it is printed and kept.
#[must_use]
pub fn text(schema: &Value) -> String {
    // A value is plain data.
    serde_json::to_string_pretty(schema).unwrap_or_default() + "\n"
}

fn properties(schema: &Value) -> Map<String, Value> {
    let properties = schema["properties"].as_object();
    properties.cloned().unwrap_or_default()
}

/// Puts a value at a pointer whose parent is there.
fn put(schema: &mut Value, pointer: &str, value: Value) {
    let parent = pointer
        .rsplit_once('/')
        .and_then(|(parent, key)| Some((schema.pointer_mut(parent)?.as_object_mut()?, key)));
    debug_assert!(parent.is_some(), "no parent of {pointer}");
    if let Some((parent, key)) = parent {
        parent.insert(key.to_owned(), value);
    }
}

/// Takes `null` out of all types and choices, and defaults that are null.
fn without_null(value: &mut Value) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(without_null),
        Value::Object(fields) => {
            if let Some(Value::Array(types)) = fields.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = &types[..] {
                    let only = only.clone();
                    fields.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(values)) = fields.get_mut("enum") {
                values.retain(|value| !value.is_null());
            }
            if let Some(Value::Array(choices)) = fields.get_mut("anyOf") {
                choices.retain(|choice| choice["type"] != "null");
                if let [Value::Object(only)] = &choices[..] {
                    let only = only.clone();
                    fields.remove("anyOf");
                    // Beside a reference nothing counts in this draft.
                    match only.contains_key("$ref") {
                        true => {
                            fields.insert("allOf".to_owned(), json!([only]));
                        }
                        false => fields.extend(only),
                    }
                }
            }
            if fields.get("default").is_some_and(Value::is_null) {
                fields.remove("default");
            }
            fields.values_mut().for_each(without_null);
        }
        _ => {}
    }
}
