//! What policies decide, written as a case has it: one spelling for one meaning, so that two decisions are
//! the same where their texts are.

use std::time::Duration;

use crate::event::PurgeMode;
use crate::lease::{Lease, Refresh};
use crate::plan::{Keying, Lookup, Plan, Scope};
use crate::testing::Effect;

/// A duration as settings have it: `1h 30m`, `60s`, `250ms`; whole units, from the largest down.
pub fn duration(duration: Duration) -> String {
    const UNITS: [(&str, u64); 7] = [
        ("d", 86_400_000_000_000),
        ("h", 3_600_000_000_000),
        ("m", 60_000_000_000),
        ("s", 1_000_000_000),
        ("ms", 1_000_000),
        ("us", 1_000),
        ("ns", 1),
    ];
    let whole = nanos(duration);
    if whole == 0 {
        return "0s".to_owned();
    }
    let (mut rest, mut parts) = (whole, Vec::new());
    for (name, unit) in UNITS {
        if rest >= unit {
            parts.push(format!("{}{name}", rest / unit));
            rest %= unit;
        }
    }
    // A minute and a half is read more easily as 90s.
    let one = UNITS.iter().find(|(_, unit)| whole % *unit == 0);
    match one.map(|(name, unit)| format!("{}{name}", whole / unit)) {
        Some(one) if one.len() <= parts.join(" ").len() => one,
        _ => parts.join(" "),
    }
}

/// Whole nanoseconds, as many as 64 bits hold.
pub(super) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// A lease: `{ ttl = "60s", tags = ["a", "b"] }`, without what has its default, tags in order.
pub fn lease(lease: &Lease) -> String {
    let mut parts = Vec::new();
    let ttl = lease.ttl.map_or_else(|| "none".to_owned(), duration);
    parts.push(format!("ttl = {}", quoted(&ttl)));
    let mut time = |name: &str, time: Option<Duration>| {
        if let Some(time) = time {
            parts.push(format!("{name} = {}", quoted(&duration(time))));
        }
    };
    time("idle", lease.idle);
    time("grace", Some(lease.grace).filter(|time| !time.is_zero()));
    time("rescue", Some(lease.rescue).filter(|time| !time.is_zero()));
    if lease.jitter != 0.0 {
        parts.push(format!("jitter = {:?}", lease.jitter));
    }
    match lease.refresh {
        Refresh::Lazy => {}
        Refresh::Ahead(share) => parts.push(format!("ahead = {share:?}")),
        Refresh::Early(beta) => parts.push(format!("early = {beta:?}")),
    }
    for (name, names) in [("tags", &lease.tags), ("generations", &lease.generations)] {
        if !names.is_empty() {
            parts.push(format!("{name} = {}", set(names)));
        }
    }
    for hint in &lease.hints {
        parts.push(format!(
            "hint = {}",
            quoted(&format!("{}={}", hint.name, hint.value))
        ));
    }
    format!("{{ {} }}", parts.join(", "))
}

/// A purge: `{ tags = ["a", "b"], mode = "drop" }`, names in order.
pub fn effect(effect: &Effect) -> String {
    let with_mode =
        |what: String, mode: &PurgeMode| format!("{{ {what}, mode = \"{}\" }}", word(*mode));
    match effect {
        Effect::Keys(keys, mode) => with_mode(format!("keys = {}", set(keys)), mode),
        Effect::Tags(tags, mode) => with_mode(format!("tags = {}", set(tags)), mode),
        Effect::Prefix(prefix, mode) => with_mode(format!("prefix = {}", quoted(prefix)), mode),
        Effect::Bump(generation) => format!("{{ bump = {} }}", quoted(generation)),
        Effect::Everything(mode) => with_mode("everything = true".to_owned(), mode),
        Effect::KeysAgain(keys, mode, after) => {
            let after = quoted(&duration(*after));
            with_mode(format!("keys_again = {}, after = {after}", set(keys)), mode)
        }
        Effect::Within(of, at_least, mode) => {
            with_mode(format!("within = {at_least:?}, of = {of:?}"), mode)
        }
    }
}

/// A plan: a line for its feeds and one for each rule, by prefix.
pub fn plan(plan: &Plan) -> Vec<String> {
    let mut rules: Vec<_> = plan.rules.iter().collect();
    rules.sort_by(|one, other| one.prefix.cmp(&other.prefix));
    let mut lines = vec![format!("feeds = {}", set(&plan.feeds))];
    for rule in rules {
        let mut parts = vec![format!("prefix = {}", quoted(&rule.prefix))];
        if let Keying::ByGeneration(versioning) = &rule.keying {
            let scope = match &versioning.scope {
                Scope::EachKey => quoted("each-key"),
                Scope::LeadingParts(number) => format!("{{ leading_parts = {number} }}"),
                Scope::Shared(name) => format!("{{ shared = {} }}", quoted(name)),
            };
            parts.push(format!("scope = {scope}"));
            if !versioning.cached_for.is_zero() {
                let time = quoted(&duration(versioning.cached_for));
                parts.push(format!("cached_for = {time}"));
            }
        }
        if let Lookup::Nearest(at_least) = rule.lookup {
            parts.push(format!("nearest = {at_least:?}"));
        }
        if let Some(own) = &rule.lease {
            parts.push(format!("lease = {}", lease(own)));
        }
        lines.push(format!("{{ {} }}", parts.join(", ")));
    }
    lines
}

/// Names in order, each once.
pub(super) fn set(names: &[String]) -> String {
    let mut names: Vec<&String> = names.iter().collect();
    names.sort_unstable();
    names.dedup();
    let names: Vec<String> = names.into_iter().map(|name| quoted(name)).collect();
    format!("[{}]", names.join(", "))
}

fn word(mode: PurgeMode) -> &'static str {
    match mode {
        PurgeMode::Drop => "drop",
        PurgeMode::Expire => "expire",
        PurgeMode::Replace => "replace",
    }
}

/// Text as TOML and JSON both read it.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Settings as JSON text.
pub(super) fn json(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => quoted(text),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => format!("{number:?}"),
        toml::Value::Boolean(yes) => yes.to_string(),
        toml::Value::Datetime(time) => quoted(&time.to_string()),
        toml::Value::Array(items) => {
            let items: Vec<String> = items.iter().map(json).collect();
            format!("[{}]", items.join(","))
        }
        toml::Value::Table(table) => {
            let fields = table.iter();
            let fields: Vec<String> = fields
                .map(|(name, value)| format!("{}:{}", quoted(name), json(value)))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
    }
}
