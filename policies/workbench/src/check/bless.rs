//! Cases written anew with what a policy does, comments, order and spelling kept.

use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use shelflife_policy::testing::cases::{Case, Does, Observed};
use toml::{Spanned, Value};

/// Where in a case something stands that a policy decides.
#[derive(Deserialize)]
struct Places {
    refused: Option<Spanned<Value>>,
    #[serde(default)]
    step: Vec<StepPlaces>,
}

#[derive(Deserialize)]
struct StepPlaces {
    expect: Option<Spanned<Value>>,
    lease: Option<Spanned<Value>>,
    purges: Option<Spanned<Value>>,
    refused: Option<Spanned<Value>>,
}

/// Writes what two runs have shown into the file of the case; leases and purges from the first, answers
/// from the second. Whether anything was changed.
pub(super) fn write(
    file: &Path,
    case: &Case,
    alone: &Observed,
    in_engine: &Observed,
) -> Result<bool, String> {
    let shown = file.display();
    let text =
        std::fs::read_to_string(file).map_err(|error| format!("cannot read {shown}: {error}"))?;
    let edits = match (&alone.refused, case.steps.is_empty()) {
        (Some(refused), false) => {
            return Err(format!(
                "{shown}: the policy refuses the settings, so that no step can be written: {refused}"
            ));
        }
        (Some(refused), true) => refusal(&text, case, refused),
        (None, _) => steps(&text, case, alone, in_engine),
    };
    let new = edits
        .map_err(|error| format!("{shown}: {error}"))?
        .carry_out(&text);
    if new == text {
        return Ok(false);
    }
    Case::parse(&case.name, &new).map_err(|error| {
        format!("{shown} cannot be written, for it would not read back: {error}")
    })?;
    // Whoever reads meanwhile finds the old file or the new one.
    let part = file.with_extension("toml.part");
    std::fs::write(&part, new)
        .and_then(|()| std::fs::rename(&part, file))
        .map_err(|error| {
            let _ = std::fs::remove_file(&part);
            format!("cannot write {shown}: {error}")
        })?;
    Ok(true)
}

fn places(text: &str) -> Result<Places, String> {
    toml::from_str(text).map_err(|error| error.message().to_owned())
}

fn refusal(text: &str, case: &Case, refused: &str) -> Result<Edits, String> {
    let mut edits = Edits::default();
    let holds = |words: &String| refused.contains(words.as_str());
    if !case.refused.as_ref().is_some_and(holds) {
        let place = places(text)?.refused.map(|value| value.span());
        // Whatever has no table of its own stands before the first table.
        let first_table = text.lines().position(|line| line.starts_with('['));
        let before = lines(text, first_table.unwrap_or(usize::MAX));
        edits.set("refused", place, Some(&quoted(refused)), before);
    }
    Ok(edits)
}

fn steps(text: &str, case: &Case, alone: &Observed, in_engine: &Observed) -> Result<Edits, String> {
    let mut edits = Edits::default();
    let places = places(text)?;
    if let Some(refused) = places.refused {
        edits.take_away(text, refused.span());
    }
    let ends = ends_of_steps(text);
    if ends.len() != case.steps.len() {
        return Err("each step is to begin with a line `[[step]]`".to_owned());
    }
    let shown = alone.steps.iter().zip(&in_engine.steps);
    for (((said, places), end), (alone, in_engine)) in
        case.steps.iter().zip(places.step).zip(ends).zip(shown)
    {
        let (said_answer, said_lease, said_purges) = match &said.does {
            Does::Read { expect, lease, .. } => (*expect, lease.as_ref(), None),
            Does::Changes { purges, .. } => (None, None, purges.as_ref()),
        };
        let mut set = |name: &str, place: Option<Spanned<Value>>, new: Option<String>| {
            let place = place.map(|place| place.span());
            match (&place, &new) {
                (Some(place), None) => edits.take_away(text, place.clone()),
                _ => edits.set(name, place, new.as_deref(), end),
            }
        };
        // What says the same already stays as it is spelled.
        if said_answer != in_engine.answer {
            let answer = in_engine.answer.map(|answer| quoted(&answer.to_string()));
            set("expect", places.expect, answer);
        }
        // Alone, a read that hits in truth may have been taken for a miss.
        if said_lease != in_engine.lease.as_ref() {
            set("lease", places.lease, in_engine.lease.clone());
        }
        if said_purges != alone.purges.as_ref() {
            let list = alone.purges.as_ref();
            let list = list.map(|purges| format!("[{}]", purges.join(", ")));
            set("purges", places.purges, list);
        }
        let holds = |got: &String| {
            said.refused
                .as_ref()
                .is_some_and(|words| got.contains(words))
        };
        match &alone.refused {
            Some(got) if holds(got) => {}
            got => set("refused", places.refused, got.as_deref().map(quoted)),
        }
    }
    Ok(edits)
}

/// Where the last line of each step ends that is neither blank nor a comment.
fn ends_of_steps(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    let (mut at, mut is_in_step) = (0, false);
    for line in text.split_inclusive('\n') {
        at += line.len();
        let bare = line.trim();
        if line.starts_with("[[step]]") {
            ends.push(at);
            is_in_step = true;
        } else if line.starts_with("[[") || line.starts_with('[') && bare.ends_with(']') {
            is_in_step = false;
        } else if is_in_step
            && !bare.is_empty()
            && !bare.starts_with('#')
            && let Some(end) = ends.last_mut()
        {
            *end = at;
        }
    }
    ends
}

/// Where the first so many lines end, blank ones at their end left aside.
fn lines(text: &str, many: usize) -> usize {
    let head: usize = text.split_inclusive('\n').take(many).map(str::len).sum();
    let bare = text[..head].trim_end().len();
    if bare == 0 {
        0
    } else {
        (bare + 1).min(text.len())
    }
}

/// Changes of a text, in no order, none within another.
#[derive(Default)]
struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    /// Puts a value in its place, or as a line of its own where there is none.
    fn set(&mut self, name: &str, place: Option<Range<usize>>, new: Option<&str>, end: usize) {
        match (place, new) {
            (Some(place), Some(new)) => self.0.push((place, new.to_owned())),
            (None, Some(new)) => self.0.push((end..end, format!("{name} = {new}\n"))),
            (_, None) => {}
        }
    }

    /// Takes the lines away that a value stands on.
    fn take_away(&mut self, text: &str, place: Range<usize>) {
        let start = text[..place.start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[place.end..].find('\n');
        let end = end.map_or(text.len(), |at| place.end + at + 1);
        self.0.push((start..end, String::new()));
    }

    fn carry_out(mut self, text: &str) -> String {
        // From the back, so that the places before stay where they are; of those at one place the later
        // first, so that they come out in their order.
        self.0.reverse();
        self.0
            .sort_by_key(|(place, _)| std::cmp::Reverse(place.start));
        let mut text = text.to_owned();
        for (place, new) in self.0 {
            let is_after_a_line = text[..place.start].ends_with('\n') || place.start == 0;
            if place.is_empty() && !is_after_a_line {
                text.insert(place.start, '\n');
                text.insert_str(place.start + 1, &new);
            } else {
                text.replace_range(place, &new);
            }
        }
        text
    }
}

/// Text as TOML reads it.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
