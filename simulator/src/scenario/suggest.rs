//! What was probably meant: the nearest name to one that is not known.

/// The candidate that `word` is most likely a slip of; `None` only without candidates.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase().replace('_', "-");
    candidates
        .into_iter()
        .map(|candidate| {
            let plain = candidate.to_lowercase().replace('_', "-");
            // Edits find slips of the finger, Jaro-Winkler finds words cut short (`dur` for `duration`).
            let score = strsim::normalized_damerau_levenshtein(&word, &plain)
                + strsim::jaro_winkler(&word, &plain);
            (score, candidate)
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// `did you mean `x`?` for the nearest, or nothing without candidates.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    match nearest(word, candidates) {
        Some(candidate) => format!(": did you mean `{candidate}`?"),
        None => String::new(),
    }
}

/// What serde says, in the words of somebody who writes scenarios. `table` is where, as people write
/// it: `[origin]`; `key` the key it is about, if any.
pub(super) fn in_plain_words(message: &str, table: &str, key: Option<&str>) -> String {
    let quoted = quoted(message);
    if let Some(rest) = message.strip_prefix("unknown field ") {
        let (name, known) = split_first(&quoted, rest);
        return format!(
            "unknown key `{name}`{}{}",
            in_table(table),
            did_you_mean(name, known.iter().copied())
        );
    }
    let subject = match key {
        Some(key) => format!("`{key}`{}", in_table(table)),
        None => match table {
            "" => "the scenario".to_owned(),
            table => table.to_owned(),
        },
    };
    if let Some(rest) = message.strip_prefix("unknown variant ") {
        let (name, known) = split_first(&quoted, rest);
        return format!(
            "{subject}: unknown value `{name}`{}",
            did_you_mean(name, known.iter().copied())
        );
    }
    if message.starts_with("missing field ") {
        return format!(
            "{subject}: the key `{}` is missing",
            quoted.first().copied().unwrap_or_default()
        );
    }
    let what = message
        .strip_prefix("invalid type: ")
        .or_else(|| message.strip_prefix("invalid value: "));
    if let Some((found, expected)) = what.and_then(|what| what.split_once(", expected ")) {
        let (found, expected) = (plain_found(found), expected.trim());
        return match too_large(found, expected) {
            Some(text) => format!("{subject}: {text}"),
            None => format!("{subject}: {found} where {} belongs", plain_type(expected)),
        };
    }
    format!("{subject}: {message}")
}

fn in_table(table: &str) -> String {
    if table.is_empty() {
        String::new()
    } else {
        format!(" in {table}")
    }
}

fn split_first<'a, 'b>(quoted: &'b [&'a str], rest: &'a str) -> (&'a str, &'b [&'a str]) {
    match quoted.split_first() {
        Some((first, known)) => (first, known),
        None => (rest, &[]),
    }
}

/// The parts of a message between backticks.
fn quoted(message: &str) -> Vec<&str> {
    message.split('`').skip(1).step_by(2).collect()
}

fn plain_found(found: &str) -> &str {
    match found {
        "map" => "a table",
        "sequence" => "an array",
        other => other,
    }
}

/// Says of a whole number that is one, but past the end of its type, that it is too large. One that is
/// past every type of TOML arrives as text.
fn too_large(found: &str, expected: &str) -> Option<String> {
    let most = match expected {
        "u32" => u64::from(u32::MAX),
        // TOML has no larger ones.
        "u64" | "usize" => LARGEST,
        _ => return None,
    };
    let integer = found.strip_prefix("integer `");
    let digits = integer.or_else(|| found.strip_prefix("string \""))?;
    let digits = digits.strip_suffix(['`', '"'])?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_text = integer.is_none();
    // Text that would be right without its quotes is no number, whatever is in it.
    let fits = digits.parse::<u64>().is_ok_and(|number| number <= most);
    (is_number && !(is_text && fits)).then(|| format!("{digits} is too large: at most {most}"))
}

/// The largest whole number of TOML.
pub(super) const LARGEST: u64 = i64::MAX as u64;

fn plain_type(expected: &str) -> &str {
    match expected {
        "u32" | "u64" | "usize" => "a whole number from 0 up",
        "f64" => "a number",
        "a boolean" => "true or false",
        "a string" | "path string" => "text in quotes",
        "a map" => "a table",
        other if other.starts_with("struct ") => "a table",
        "a sequence" => "an array",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_and_short_forms_find_their_word() {
        let known = [
            "latency",
            "snapshot_at",
            "servers",
            "replica_lag",
            "visible_after",
            "fence",
            "errors",
        ];
        for (slip, word) in [
            ("latncy", "latency"),
            ("snapshot-at", "snapshot_at"),
            ("replica", "replica_lag"),
            ("error", "errors"),
        ] {
            assert_eq!(nearest(slip, known), Some(word));
        }
        assert_eq!(nearest("x", []), None);
    }

    #[test]
    fn serde_is_put_in_plain_words() {
        for (message, says) in [
            (
                "unknown field `latncy`, expected one of `latency`, `errors`",
                "unknown key `latncy` in [origin]: did you mean `latency`?",
            ),
            (
                "unknown variant `evn`, expected `poisson` or `even`",
                "`k` in [origin]: unknown value `evn`: did you mean `even`?",
            ),
            (
                "missing field `use`",
                "`k` in [origin]: the key `use` is missing",
            ),
            (
                "invalid type: string \"x\", expected u32",
                "`k` in [origin]: string \"x\" where a whole number from 0 up belongs",
            ),
            (
                "invalid value: integer `99999999999`, expected u32",
                "`k` in [origin]: 99999999999 is too large: at most 4294967295",
            ),
            (
                "invalid type: string \"99999999999999999999\", expected u64",
                "`k` in [origin]: 99999999999999999999 is too large: at most 9223372036854775807",
            ),
            (
                "invalid type: string \"5\", expected u32",
                "`k` in [origin]: string \"5\" where a whole number from 0 up belongs",
            ),
            (
                "invalid type: sequence, expected a map",
                "`k` in [origin]: an array where a table belongs",
            ),
        ] {
            assert_eq!(in_plain_words(message, "[origin]", Some("k")), says);
        }
    }
}
