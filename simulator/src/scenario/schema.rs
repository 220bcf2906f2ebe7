//! What the keys of a scenario may hold where their types read text, tables or both, as JSON Schema.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{Distribution, Nanos, Popularity, Warmup};

/// A number and a unit, once or several times: as `humantime` reads it.
const DURATION: &str = r"^\s*(0|([0-9]+(\.[0-9]+)?\s*(nanos|nsec|ns|usec|us|µs|millis|msec|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|wks?|w|months?|M|years?|yrs?|y)\s*)+)\s*$";

impl JsonSchema for Nanos {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A duration as text, such as \"250ms\", \"60s\" or \"2h\".",
            "type": "string",
            "pattern": DURATION,
            "examples": ["250ms", "60s", "2h"],
        })
    }
}

impl JsonSchema for Distribution {
    fn schema_name() -> Cow<'static, str> {
        "Distribution".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let duration = generator.subschema_for::<Nanos>();
        let law = |name: &str, value: Schema| {
            json_schema!({
                "type": "object",
                "properties": { name: value },
                "required": [name],
                "additionalProperties": false,
            })
        };
        let ends = json_schema!({
            "description": "Both ends, which are included.",
            "type": "array",
            "items": duration,
            "minItems": 2,
            "maxItems": 2,
        });
        let lognormal = json_schema!({
            "type": "object",
            "properties": {
                "median": duration,
                "sigma": { "type": "number", "minimum": 0, "maximum": 20 },
            },
            "required": ["median", "sigma"],
            "additionalProperties": false,
        });
        let file = json_schema!({
            "description": "A file of durations, one a line, each as likely.",
            "type": "string",
        });
        json_schema!({
            "description": "How long something takes, drawn anew each time: a duration, or a table that names \
                            one law, such as { exponential = \"20ms\" }.",
            "anyOf": [
                duration,
                law("exponential", duration.clone()),
                law("uniform", ends),
                law("lognormal", lognormal),
                law("empirical", file),
            ],
        })
    }
}

impl JsonSchema for Popularity {
    fn schema_name() -> Cow<'static, str> {
        "Popularity".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Which key an event is about: \"uniform\", \"latest\", \"same-as-reads\" (for writes) \
                            or { zipf = 0.99 }.",
            "anyOf": [
                { "enum": ["uniform", "latest", "same-as-reads"] },
                {
                    "type": "object",
                    "properties": { "zipf": { "type": "number", "minimum": 0 } },
                    "required": ["zipf"],
                    "additionalProperties": false,
                },
            ],
        })
    }
}

impl JsonSchema for Warmup {
    fn schema_name() -> Cow<'static, str> {
        "Warmup".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let duration = generator.subschema_for::<Nanos>();
        json_schema!({
            "description": "A duration such as \"10m\", a share of the run such as 0.1, or \"auto\".",
            "anyOf": [
                duration,
                { "const": "auto" },
                { "type": "number", "minimum": 0, "exclusiveMaximum": 1 },
            ],
        })
    }
}

/// Settings, each with its values: as paths, or as tables in tables down to the values.
pub(super) fn grid(generator: &mut SchemaGenerator) -> Schema {
    let axis = generator.subschema_for::<Axis>();
    json_schema!({ "type": "object", "additionalProperties": axis })
}

/// Points: settings by their paths, or as tables in tables.
pub(super) fn list(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": { "type": "object" } })
}

/// The values of a setting, or a table of settings.
struct Axis;

impl JsonSchema for Axis {
    fn schema_name() -> Cow<'static, str> {
        "Axis".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let axis = generator.subschema_for::<Axis>();
        let end = || json_schema!({ "type": ["number", "string"] });
        json_schema!({
            "description": "Values that a setting takes one after the other: an array of them or a range such \
                            as { from = \"1s\", to = \"1h\", steps = 7, scale = \"log\" }; or a table of settings.",
            "anyOf": [
                { "type": "array", "minItems": 1 },
                {
                    "type": "object",
                    "properties": {
                        "from": end(),
                        "to": end(),
                        "steps": { "type": "integer", "minimum": 2, "maximum": 10000 },
                        "scale": { "enum": ["linear", "log"] },
                    },
                    "required": ["from", "to", "steps"],
                    "additionalProperties": false,
                },
                {
                    "type": "object",
                    "not": { "anyOf": [
                        { "required": ["from"] }, { "required": ["to"] }, { "required": ["steps"] },
                    ] },
                    "additionalProperties": axis,
                },
            ],
        })
    }
}
