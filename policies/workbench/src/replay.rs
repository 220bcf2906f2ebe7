//! A recorded session once more, with another build of the policy: where it first does something else.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use shelflife::engine::{Instant, Sighting};
use shelflife::policy::{Change, Error, Loaded, Neighbours, Policy, Row, Sightings, Surroundings};

use crate::record::{ChangeLine, Line, Sink, VERSION, recorded};
use crate::subject::Maker;

/// Where a replay first differs from what was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The line of the session, from 1.
    pub line: usize,
    /// What it says.
    pub expected: String,
    /// What the policy did.
    pub got: String,
    /// The call that it is in: its line, and what that says.
    pub call: (usize, String),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Difference {
            line,
            expected,
            got,
            ..
        } = self;
        write!(f, "line {line}: expected {expected}, got {got}")
    }
}

/// Reads a session.
///
/// # Errors
///
/// The line and what is wrong there.
pub fn read(text: &str) -> Result<Vec<Line>, String> {
    const BEGINS: &str =
        "line 1: a session begins with a line {\"session\":…}, as `record` writes it";
    if !text.starts_with("{\"session\"") {
        return Err(BEGINS.to_owned());
    }
    let lines = text.lines().enumerate().map(|(index, line)| {
        serde_json::from_str(line).map_err(|error| format!("line {}: {error}", index + 1))
    });
    let lines: Vec<Line> = lines.collect::<Result<_, _>>()?;
    match lines.first() {
        Some(Line::Session(session)) if session.version == VERSION => Ok(lines),
        Some(Line::Session(session)) => Err(format!(
            "line 1: a session of version {}: this program reads {VERSION}",
            session.version
        )),
        _ => Err(BEGINS.to_owned()),
    }
}

/// Carries out the calls of a session on new instances, answers what the policy asks of its host as it was
/// answered then, and gives the first line that is not as it was; nothing where all are. Fuel is compared
/// where it is asked for.
///
/// # Errors
///
/// If an instance cannot be made, or the session breaks off.
pub fn replay(
    maker: &Maker,
    lines: &[Line],
    with_fuel: bool,
) -> Result<Option<Difference>, String> {
    let script = Script::default();
    let sink: Sink = {
        let script = script.clone();
        Arc::new(Mutex::new(move |line| script.lock().got.push(line)))
    };
    let maker = recorded(maker, &sink);
    let mut policy: Option<Box<dyn Policy>> = None;
    let mut at = 1;
    while at < lines.len() {
        let rest = &lines[at..];
        let end = rest
            .iter()
            .position(|line| matches!(line, Line::Answer(_) | Line::Error(_)))
            .ok_or_else(|| format!("line {}: the session breaks off within this call", at + 1))?;
        let call = &rest[..=end];
        *script.lock() = State {
            expected: call.to_vec(),
            got: Vec::new(),
        };
        if let Line::Configure { .. } = &call[0] {
            policy = Some(maker(script.surroundings()).map_err(|error| error.to_string())?);
        }
        let policy = policy.as_mut().ok_or_else(|| {
            format!(
                "line {}: a call of a policy that was not configured",
                at + 1
            )
        })?;
        carry_out(&mut **policy, &call[0], &script)
            .map_err(|error| format!("line {}: {error}", at + 1))?;
        let got = std::mem::take(&mut script.lock().got);
        if let Some(difference) = compare(at, call, &got, with_fuel) {
            return Ok(Some(difference));
        }
        at += call.len();
    }
    Ok(None)
}

fn compare(at: usize, call: &[Line], got: &[Line], with_fuel: bool) -> Option<Difference> {
    let of = |line: &Line| match with_fuel {
        true => line.clone(),
        false => line.without_fuel(),
    };
    // Both end with an answer or an error, so that one which is longer differs before its end.
    let place = call
        .iter()
        .zip(got)
        .position(|(expected, got)| of(expected) != of(got))?;
    Some(Difference {
        line: at + place + 1,
        expected: of(&call[place]).text(),
        got: of(&got[place]).text(),
        call: (at + 1, call[0].text()),
    })
}

/// What comes of a call is seen by what is recorded of it.
fn carry_out(policy: &mut dyn Policy, call: &Line, script: &Script) -> Result<(), String> {
    let seen = |_: Result<(), Error>| Ok(());
    match call {
        Line::Configure { config } => seen(policy.configure(config).map(drop)),
        Line::OnFill {
            key,
            now,
            size,
            load_time,
            depends_on,
        } => {
            let depends_on: Vec<&str> = depends_on.iter().map(String::as_str).collect();
            let loaded = Loaded {
                key,
                now: *now,
                size: *size,
                load_time: *load_time,
                depends_on: &depends_on,
            };
            seen(policy.on_fill(&loaded).map(drop))
        }
        Line::OnChanges { now, changes } => {
            let change = |(index, line): (usize, &ChangeLine)| Change {
                row: Some(Arc::new(ScriptedRow(script.clone(), index))),
                ..line.change()
            };
            let changes: Vec<Change> = changes.iter().enumerate().map(change).collect();
            seen(policy.on_changes(&changes, *now).map(drop))
        }
        Line::Save {} => seen(policy.save().map(drop)),
        Line::Restore { saved_by, state } => {
            let state = unhex(state).ok_or("the state is no hexadecimal text")?;
            seen(policy.restore(saved_by, &state))
        }
        Line::Session(_) | Line::Host(_) | Line::Answer(_) | Line::Error(_) => {
            Err("a call was expected here".to_owned())
        }
    }
}

/// What was recorded of a call, and what has been seen of its replay.
#[derive(Clone, Default)]
struct Script(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    expected: Vec<Line>,
    got: Vec<Line>,
}

impl Script {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the host answered at this place, if the policy had asked the same there.
    fn answer(&self, call: &str, with: &[(&str, Value)]) -> Option<Value> {
        let state = self.lock();
        let Some(Line::Host(line)) = state.expected.get(state.got.len()) else {
            return None;
        };
        let asks = line["call"] == call && with.iter().all(|(name, value)| line[*name] == *value);
        asks.then(|| line["answer"].clone())
    }

    fn surroundings(&self) -> Surroundings {
        let random = self.clone();
        Surroundings {
            random: Box::new(move || {
                let answer = random.answer("random.next", &[]);
                answer.and_then(|answer| answer.as_u64()).unwrap_or(0)
            }),
            index: Some(Arc::new(self.clone())),
            entries: Some(Arc::new(self.clone())),
            ..Surroundings::default()
        }
    }
}

struct ScriptedRow(Script, usize);

impl ScriptedRow {
    fn column(&self, call: &str, column: &str) -> Option<String> {
        let ScriptedRow(script, index) = self;
        let with = [("index", (*index).into()), ("column", column.into())];
        let answer = script.answer(call, &with)?;
        answer.as_str().map(str::to_owned)
    }
}

impl Row for ScriptedRow {
    fn after(&self, column: &str) -> Option<String> {
        self.column("rows.after", column)
    }

    fn before(&self, column: &str) -> Option<String> {
        self.column("rows.before", column)
    }
}

impl Neighbours for Script {
    fn nearest(&self, _: &[f32], _: f32, _: usize) -> Vec<(String, f32)> {
        let answer = self.answer("vectors.nearest", &[]).unwrap_or_default();
        serde_json::from_value(answer).unwrap_or_default()
    }
}

impl Sightings for Script {
    fn sighting(&self, key: &str, _: Instant) -> Sighting {
        let state = self.lock();
        let Some(Line::Host(line)) = state.expected.get(state.got.len()) else {
            return Sighting::Absent;
        };
        let keys = line["keys"].as_array();
        let place = keys.and_then(|keys| keys.iter().position(|other| other == key));
        match place.and_then(|place| line["answer"][place].as_str()) {
            Some("unread") => Sighting::Unread,
            Some("read") => Sighting::Read,
            _ => Sighting::Absent,
        }
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    match digits.len() % 2 {
        0 => digits.chunks(2).map(byte).collect(),
        _ => None,
    }
}
