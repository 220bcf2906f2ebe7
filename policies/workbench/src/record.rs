//! Every exchange between a policy and its host, as lines that can be read, compared and played again.
//!
//! A session is a file of JSON lines. The first says what was recorded. Then each call of the policy is a
//! line with its arguments, each call that the policy made of its host meanwhile a line with the answer, and
//! the last line of a call is the policy's answer or error. Times are those of the run, in nanoseconds;
//! nothing depends on the clock on the wall.
//!
//! ```json
//! {"session":{"version":1,"policy":"tags","sha256":"…"}}
//! {"configure":{"config":"{}"}}
//! {"answer":{"fuel":5120,"plan":{"feeds":["writes"],"rules":[{"prefix":""}]}}}
//! {"on-changes":{"now":1000,"changes":[{"feed":"writes","position":0,"collection":"user","key":"user:1","kind":"updated","at":1000}]}}
//! {"host":{"call":"purge.tags","mode":"drop","tags":["user:1"]}}
//! {"answer":{"fuel":840}}
//! ```

use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use shelflife::engine::{Instant, Lease, Plan, Purge};
use shelflife::policy::{
    Calls, Change, ChangeKind, Error, Exports, HostCall, Loaded, Policy, Witness,
};

use crate::convert;
use crate::subject::Maker;

/// The version of the format.
pub const VERSION: u32 = 1;

/// One line of a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Line {
    /// What was recorded.
    Session(Session),
    /// The policy is configured, on a new instance.
    Configure {
        /// JSON text.
        config: String,
    },
    /// The policy is asked for a lease.
    #[serde(rename_all = "kebab-case")]
    OnFill {
        /// The key.
        key: String,
        /// The time of the store.
        now: u64,
        /// Bytes of the value.
        size: u64,
        /// How long the load took.
        load_time: u64,
        /// What the loader named.
        depends_on: Vec<String>,
    },
    /// The policy is told of changes.
    OnChanges {
        /// When.
        now: u64,
        /// Which.
        changes: Vec<ChangeLine>,
    },
    /// The policy is asked for what it has learned.
    Save {},
    /// The policy is handed what another has learned.
    #[serde(rename_all = "kebab-case")]
    Restore {
        /// Who had.
        saved_by: String,
        /// In hexadecimal.
        state: String,
    },
    /// The policy has called its host: `call`, the arguments, and `answer` where there is one.
    Host(Value),
    /// What the policy answered.
    Answer(Value),
    /// The error that the call ended with.
    Error(Value),
}

/// What was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// [`VERSION`].
    pub version: u32,
    /// What the policy was called.
    pub policy: String,
    /// Of its component, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// A change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeLine {
    feed: String,
    position: u64,
    collection: String,
    key: String,
    kind: Kind,
    at: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    vector: Option<Vec<f32>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Created,
    Updated,
    Deleted,
    Truncated,
    Other,
}

impl ChangeLine {
    fn of(change: &Change) -> ChangeLine {
        ChangeLine {
            feed: change.feed.to_string(),
            position: change.position,
            collection: change.collection.to_string(),
            key: change.key.to_string(),
            kind: match change.kind {
                ChangeKind::Created => Kind::Created,
                ChangeKind::Updated => Kind::Updated,
                ChangeKind::Deleted => Kind::Deleted,
                ChangeKind::Truncated => Kind::Truncated,
                ChangeKind::Other => Kind::Other,
            },
            at: change.at,
            vector: change.vector.as_deref().map(<[f32]>::to_vec),
        }
    }

    /// The change; its row is whoever replays it to add.
    pub(crate) fn change(&self) -> Change {
        Change {
            feed: self.feed.as_str().into(),
            position: self.position,
            collection: self.collection.as_str().into(),
            key: self.key.as_str().into(),
            kind: match self.kind {
                Kind::Created => ChangeKind::Created,
                Kind::Updated => ChangeKind::Updated,
                Kind::Deleted => ChangeKind::Deleted,
                Kind::Truncated => ChangeKind::Truncated,
                Kind::Other => ChangeKind::Other,
            },
            at: self.at,
            row: None,
            vector: self.vector.as_deref().map(Arc::from),
        }
    }
}

impl Line {
    /// As JSON, without a line break.
    #[must_use]
    pub fn text(&self) -> String {
        // Every key is text, so that nothing can fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The same exchange without what it took: what is compared.
    #[must_use]
    pub fn without_fuel(&self) -> Line {
        let without = |value: &Value| {
            let mut value = value.clone();
            if let Some(fields) = value.as_object_mut() {
                fields.remove("fuel");
            }
            value
        };
        match self {
            Line::Answer(value) => Line::Answer(without(value)),
            Line::Error(value) => Line::Error(without(value)),
            other => other.clone(),
        }
    }

    /// The line of a call that a policy has made of its host.
    pub(crate) fn of_host_call(call: &HostCall<'_>) -> Line {
        let mut line = match *call {
            HostCall::Now { answer } => json!({ "answer": answer }),
            HostCall::Random { answer } => json!({ "answer": answer }),
            HostCall::Log { level, message } => {
                json!({ "level": format!("{level:?}").to_lowercase(), "message": message })
            }
            HostCall::Purge { purge, .. } => purge_line(purge),
            HostCall::RowAfter {
                index,
                column,
                answer,
            }
            | HostCall::RowBefore {
                index,
                column,
                answer,
            } => {
                json!({ "index": index, "column": column, "answer": answer })
            }
            HostCall::OfChange { index, answer } => json!({ "index": index, "answer": answer }),
            HostCall::Nearest {
                to,
                at_least,
                limit,
                answer,
            } => {
                json!({ "to": to, "at-least": at_least, "limit": limit, "answer": answer })
            }
            HostCall::Sightings { keys, answer } => {
                let answer = answer.iter().map(|one| format!("{one:?}").to_lowercase());
                json!({ "keys": keys, "answer": answer.collect::<Vec<_>>() })
            }
            _ => json!({}),
        };
        line["call"] = json!(call.function());
        Line::Host(line)
    }
}

fn purge_line(purge: &Purge) -> Value {
    use shelflife::engine::PurgeMode;
    let word = |mode: PurgeMode| format!("{mode:?}").to_lowercase();
    match purge {
        Purge::Keys { keys, mode } => json!({ "keys": keys, "mode": word(*mode) }),
        Purge::KeysAgain { keys, mode, after } => {
            json!({ "keys": keys, "mode": word(*mode), "after": convert::text(*after) })
        }
        Purge::Tags { tags, mode } => json!({ "tags": tags, "mode": word(*mode) }),
        Purge::Prefix { prefix, mode } => json!({ "prefix": prefix, "mode": word(*mode) }),
        Purge::Bump { generation } | Purge::ExpireGeneration { generation } => {
            json!({ "generation": generation })
        }
        Purge::Everything { mode } => json!({ "mode": word(*mode) }),
        Purge::Within {
            centre,
            at_least,
            mode,
        } => {
            json!({ "of": centre.to_vec(), "at-least": at_least, "mode": word(*mode) })
        }
    }
}

fn plan_line(plan: &Plan) -> Value {
    use shelflife::engine::{Keying, Lookup, Scope};
    let rules = plan.rules.iter().map(|rule| {
        let mut line = json!({ "prefix": rule.prefix });
        if let Keying::ByGeneration { scope, cached_for } = &rule.keying {
            line["by-generation"] = match scope {
                Scope::EachKey => json!("each-key"),
                Scope::LeadingParts(parts) => json!({ "leading-parts": parts }),
                Scope::Shared(name) => json!({ "shared": name }),
            };
            line["cached-for"] = json!(convert::text(*cached_for));
        }
        if let Lookup::Nearest(at_least) = rule.lookup {
            line["nearest"] = json!(at_least);
        }
        if let Some(lease) = &rule.lease {
            line["lease"] = lease_line(lease);
        }
        line
    });
    json!({ "feeds": plan.feeds, "rules": rules.collect::<Vec<_>>() })
}

/// A lease without what has its default.
pub(crate) fn lease_line(lease: &Lease) -> Value {
    use shelflife::engine::Refresh;
    let mut line = Map::new();
    let ttl = lease.ttl.map_or_else(|| "none".to_owned(), convert::text);
    line.insert("ttl".to_owned(), json!(ttl));
    let times = [
        ("idle", lease.idle.unwrap_or(0)),
        ("grace", lease.grace),
        ("rescue", lease.rescue),
    ];
    for (name, time) in times.into_iter().filter(|(_, time)| *time > 0) {
        line.insert(name.to_owned(), json!(convert::text(time)));
    }
    if lease.jitter > 0.0 {
        line.insert("jitter".to_owned(), json!(lease.jitter));
    }
    match lease.refresh {
        Refresh::Lazy => {}
        Refresh::Ahead(share) => drop(line.insert("ahead".to_owned(), json!(share))),
        Refresh::Early(beta) => drop(line.insert("early".to_owned(), json!(beta))),
    }
    for (name, names) in [("tags", &lease.tags), ("generations", &lease.generations)] {
        if !names.is_empty() {
            line.insert(name.to_owned(), json!(names));
        }
    }
    Value::Object(line)
}

/// Takes lines as they come.
pub type Sink = Arc<Mutex<dyn FnMut(Line) + Send>>;

/// Hands a line on.
pub(crate) fn put(sink: &Sink, line: Line) {
    let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
    sink(line);
}

/// Makes instances every exchange of which is a line.
#[must_use]
pub fn recorded(maker: &Maker, sink: &Sink) -> Maker {
    let (maker, sink) = (Arc::clone(maker), Arc::clone(sink));
    Arc::new(move |mut surroundings| {
        let (to, mut other) = (Arc::clone(&sink), surroundings.witness.take());
        let witness: Witness = Box::new(move |call| {
            put(&to, Line::of_host_call(call));
            if let Some(other) = &mut other {
                other(call);
            }
        });
        surroundings.witness = Some(witness);
        Ok(Box::new(Recorded {
            policy: maker(surroundings)?,
            sink: Arc::clone(&sink),
        }))
    })
}

struct Recorded {
    policy: Box<dyn Policy>,
    sink: Sink,
}

impl Recorded {
    fn call<T>(
        &mut self,
        line: Line,
        call: impl FnOnce(&mut dyn Policy) -> Result<T, Error>,
        answer: impl FnOnce(&T) -> Value,
    ) -> Result<T, Error> {
        put(&self.sink, line);
        let before = self.policy.calls().fuel;
        let result = call(&mut *self.policy);
        let fuel = json!(self.policy.calls().fuel - before);
        let line = match &result {
            Ok(value) => {
                let mut answer = answer(value);
                answer["fuel"] = fuel;
                Line::Answer(answer)
            }
            Err(error) => Line::Error(json!({ "text": error.outcome().to_string(), "fuel": fuel })),
        };
        put(&self.sink, line);
        result
    }
}

impl Policy for Recorded {
    fn name(&self) -> &str {
        self.policy.name()
    }

    fn version(&self) -> Option<&str> {
        self.policy.version()
    }

    fn exports(&self) -> Exports {
        self.policy.exports()
    }

    fn configure(&mut self, config: &str) -> Result<Plan, Error> {
        let line = Line::Configure {
            config: config.to_owned(),
        };
        self.call(
            line,
            |policy| policy.configure(config),
            |plan| json!({ "plan": plan_line(plan) }),
        )
    }

    fn on_fill(&mut self, loaded: &Loaded<'_>) -> Result<Lease, Error> {
        let line = Line::OnFill {
            key: loaded.key.to_owned(),
            now: loaded.now,
            size: loaded.size,
            load_time: loaded.load_time,
            depends_on: loaded
                .depends_on
                .iter()
                .map(|tag| (*tag).to_owned())
                .collect(),
        };
        self.call(
            line,
            |policy| policy.on_fill(loaded),
            |lease| json!({ "lease": lease_line(lease) }),
        )
    }

    fn on_changes(&mut self, changes: &[Change], now: Instant) -> Result<Vec<Purge>, Error> {
        let line = Line::OnChanges {
            now,
            changes: changes.iter().map(ChangeLine::of).collect(),
        };
        // What it purges has been told call by call.
        self.call(
            line,
            |policy| policy.on_changes(changes, now),
            |_| json!({}),
        )
    }

    fn save(&mut self) -> Result<Option<Vec<u8>>, Error> {
        if !self.policy.exports().snapshots {
            return self.policy.save();
        }
        self.call(
            Line::Save {},
            |policy| policy.save(),
            |state| json!({ "state": hex(state.as_deref().unwrap_or_default()) }),
        )
    }

    fn restore(&mut self, saved_by: &str, state: &[u8]) -> Result<(), Error> {
        let line = Line::Restore {
            saved_by: saved_by.to_owned(),
            state: hex(state),
        };
        self.call(
            line,
            |policy| policy.restore(saved_by, state),
            |()| json!({}),
        )
    }

    fn calls(&self) -> Calls {
        self.policy.calls()
    }

    fn memory(&self) -> Option<usize> {
        self.policy.memory()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
