//! A pattern on one screen: how it works, when to use it, what it costs, and what was measured of it.
//!
//! The figures are those of `reports/shop`, which is part of the program: they are as old as that report,
//! and a test holds what is said against it.

mod figures;
mod patterns;

pub use patterns::{PATTERNS, Pattern};

use crate::report::table::{WIDTH, wrap_at};
use crate::scenario::did_you_mean;

/// Where the text of a paragraph begins.
const INDENT: usize = 10;

/// The pattern of this name, or of another that people have for it.
///
/// # Errors
///
/// There is none: says which is meant.
pub fn find(name: &str) -> Result<&'static Pattern, String> {
    let wanted = name.trim().to_lowercase();
    let is_called = |pattern: &&Pattern| {
        pattern.name == wanted || pattern.others.iter().any(|other| *other == wanted)
    };
    PATTERNS.iter().find(is_called).ok_or_else(|| {
        let names = PATTERNS.iter().flat_map(|pattern| {
            [pattern.name]
                .into_iter()
                .chain(pattern.others.iter().copied())
        });
        format!(
            "there is no pattern `{name}`{} (`shelflife explain` lists them)",
            did_you_mean(&wanted, names)
        )
    })
}

/// All patterns, two lines each.
#[must_use]
pub fn list() -> String {
    const NAME: usize = 16;
    let lines = PATTERNS.iter().map(|pattern| {
        let others = format!("also called: {}", pattern.others.join(", "));
        let [line, others] = [pattern.one_line, &others].map(|text| wrap_at(text, WIDTH - NAME));
        let lines = line.lines().chain(others.lines());
        let lines = lines.enumerate().map(|(number, line)| match number {
            0 => format!("{:NAME$}{line}\n", pattern.name),
            _ => format!("{:NAME$}{line}\n", ""),
        });
        lines.collect::<String>()
    });
    lines.collect::<String>() + "\nOne of them: shelflife explain tags\n"
}

/// The pattern on one screen of 80 columns.
#[must_use]
pub fn screen(pattern: &Pattern) -> String {
    let mut out = format!("{}: {}\n", pattern.name, pattern.one_line);
    out += &paragraph("How", pattern.how);
    out += &paragraph("When", pattern.when);
    out += &paragraph("Cost", pattern.cost);
    out += &paragraph("Settings", pattern.settings);
    out += &paragraph("Measured", &figures::of(pattern.name));
    out + &paragraph("Try", pattern.tried_by)
}

/// A heading, and the text beside it.
fn paragraph(heading: &str, text: &str) -> String {
    let text: String = text
        .lines()
        .map(|line| wrap_at(line, WIDTH - INDENT))
        .collect();
    let lines = text.lines().enumerate();
    let lines = lines.map(|(number, line)| match number {
        0 => format!("{heading:<INDENT$}{line}\n"),
        _ => format!("{:INDENT$}{line}\n", ""),
    });
    format!("\n{}", lines.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::BUILT_IN_POLICIES;

    #[test]
    fn every_policy_has_its_screen_of_eighty_columns() {
        assert_eq!(PATTERNS.map(|pattern| pattern.name), BUILT_IN_POLICIES);
        for pattern in &PATTERNS {
            let text = screen(pattern);
            assert!(text.lines().count() <= 36, "too long for a screen:\n{text}");
            for line in text.lines().chain(list().lines()) {
                assert!(line.chars().count() <= WIDTH, "{line}");
            }
            let (_, settings) = crate::schema::SETTINGS
                .into_iter()
                .find(|(name, _)| *name == pattern.name)
                .unwrap();
            for setting in settings {
                assert!(
                    pattern.settings.contains(setting),
                    "{}: {setting}",
                    pattern.name
                );
            }
        }
    }

    #[test]
    fn no_name_leads_to_two_patterns_and_a_slip_to_the_right_one() {
        let mut names: Vec<&str> = PATTERNS
            .iter()
            .flat_map(|p| p.others.iter().copied())
            .collect();
        names.extend(BUILT_IN_POLICIES);
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
        assert_eq!(find("Surrogate-Keys").unwrap().name, "tags");
        assert!(
            find("sematic")
                .unwrap_err()
                .contains("did you mean `semantic`?")
        );
    }
}
