//! Lines of source: without blanks, comments and tests.

use std::fs;
use std::path::Path;

use crate::Outcome;
use crate::component::{failed, read};

/// The lines of all sources in a folder; not of those below it.
pub fn of(folder: &Path) -> Outcome<usize> {
    let entries = fs::read_dir(folder).map_err(|error| failed("read", folder, error))?;
    let mut lines = 0;
    for entry in entries {
        let file = entry.map_err(|error| failed("read", folder, error))?.path();
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if !is_test(&name) {
            let extension = file
                .extension()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if ["rs", "c", "h", "js", "py"].contains(&extension.as_str()) {
                lines += count(&String::from_utf8_lossy(&read(&file)?), &extension);
            }
        }
    }
    Ok(lines)
}

fn is_test(name: &str) -> bool {
    name.ends_with(".test.js") || name.starts_with("test") || name == "tests.rs"
}

/// The lines of one source in the language of its extension.
fn count(text: &str, extension: &str) -> usize {
    let mut count = 0;
    // What ends the comment that a line stands in.
    let mut until: Option<&str> = None;
    for line in text.lines().map(str::trim) {
        if line == "#[cfg(test)]" {
            break;
        }
        if let Some(end) = until {
            if line.contains(end) {
                until = None;
            }
            continue;
        }
        let (line_comment, open, close) = match extension {
            "py" => ("#", "\"\"\"", "\"\"\""),
            _ => ("//", "/*", "*/"),
        };
        if line.is_empty() || line.starts_with(line_comment) {
            continue;
        }
        if let Some(rest) = line.strip_prefix(open) {
            if !rest.contains(close) {
                until = Some(close);
            }
            continue;
        }
        count += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn blanks_and_comments_of_every_language_are_left_out() {
        assert_eq!(
            count(
                "// a\n\nlet b;\n/// c\nlet d;\n#[cfg(test)]\nmod tests;\n",
                "rs"
            ),
            2
        );
        assert_eq!(count("/* a\n * b */\nint c; /* d */\n/* e */\n", "c"), 1);
        assert_eq!(
            count("\"\"\"a\n\nb\n\"\"\"\n# c\nd = 1\n\"\"\"e\"\"\"\n", "py"),
            1
        );
    }
}
