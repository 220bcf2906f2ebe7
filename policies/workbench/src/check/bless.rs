//! Cases written anew with what a policy does, comments and order kept.

use std::path::Path;

use shelflife_policy::testing::cases::{Case, Does, Observed};
use toml_edit::{DocumentMut, Item, Table, Value, value};

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
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| format!("{shown}: {}", error.message()))?;
    match (&alone.refused, case.steps.is_empty()) {
        (Some(refused), false) => {
            return Err(format!(
                "{shown}: the policy refuses the settings, so that no step can be written: {refused}"
            ));
        }
        (Some(refused), true) => {
            let holds = |words: &String| refused.contains(words.as_str());
            if !case.refused.as_ref().is_some_and(holds) {
                document["refused"] = value(refused.as_str());
            }
        }
        (None, _) => {
            document.remove("refused");
            let steps = document
                .get_mut("step")
                .and_then(Item::as_array_of_tables_mut);
            let steps = steps.into_iter().flat_map(|steps| steps.iter_mut());
            let shown = case
                .steps
                .iter()
                .zip(alone.steps.iter().zip(&in_engine.steps));
            for (step, (said, (alone, in_engine))) in steps.zip(shown) {
                set_text(step, "refused", alone.refused.as_deref());
                if let Some(answer) = in_engine.answer {
                    set_text(step, "expect", Some(&answer.to_string()));
                }
                // What says the same already stays as it is spelled.
                let (lease, purges) = match &said.does {
                    Does::Read { lease, .. } => (lease.as_ref(), None),
                    Does::Changes { purges, .. } => (None, purges.as_ref()),
                };
                // Alone, a read that hits in truth may have been taken for a miss.
                if lease != in_engine.lease.as_ref() {
                    set(step, "lease", in_engine.lease.as_deref())?;
                }
                if purges != alone.purges.as_ref() {
                    let text = alone.purges.as_ref();
                    let text = text.map(|purges| format!("[{}]", purges.join(", ")));
                    set(step, "purges", text.as_deref())?;
                }
            }
        }
    }
    let new = document.to_string();
    if new == text {
        return Ok(false);
    }
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

fn set_text(step: &mut Table, name: &str, text: Option<&str>) {
    match text {
        None => drop(step.remove(name)),
        Some(text) if step.get(name).and_then(Item::as_str) == Some(text) => {}
        Some(text) => step[name] = value(text),
    }
}

/// Puts a value in its place that cases write as this text.
fn set(step: &mut Table, name: &str, text: Option<&str>) -> Result<(), String> {
    match text {
        None => drop(step.remove(name)),
        Some(text) => {
            let new: Value = text
                .parse()
                .map_err(|_| format!("`{name}` cannot be written: {text}"))?;
            step[name] = value(new);
        }
    }
    Ok(())
}
