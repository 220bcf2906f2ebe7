//! The scenarios that come with the program.

use super::suggest::did_you_mean;
use crate::error::Error;

/// Names and texts of the scenarios that come with the program; the first is the default one.
pub const BUILT_IN_SCENARIOS: [(&str, &str); 2] = [
    ("shop", include_str!("../../scenarios/shop.toml")),
    ("questions", include_str!("../../scenarios/questions.toml")),
];

/// A scenario to begin with: every key that there is, with its default or an example.
pub const TEMPLATE: &str = include_str!("../../scenarios/template.toml");

/// The text of a scenario that comes with the program.
pub(super) fn text(name: &str) -> Result<&'static str, Error> {
    let found = BUILT_IN_SCENARIOS.iter().find(|(known, _)| *known == name);
    found.map(|(_, text)| *text).ok_or_else(|| {
        let known = BUILT_IN_SCENARIOS.iter().map(|(known, _)| *known);
        Error::usage(format_args!(
            "no built-in scenario `{name}`{}",
            did_you_mean(name, known)
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Overrides, load_builtin};
    use super::*;

    #[test]
    fn every_built_in_scenario_loads_and_compares_the_six_patterns() {
        for (name, _) in BUILT_IN_SCENARIOS {
            let loaded = load_builtin(name, &Overrides::default()).unwrap();
            assert_eq!(loaded.scenario.name, name);
            let uses: Vec<_> = loaded
                .scenario
                .policies
                .iter()
                .map(|policy| policy.uses.as_str())
                .collect();
            assert_eq!(uses, super::super::PATTERNS);
        }
    }

    #[test]
    fn an_unknown_built_in_scenario_names_the_nearest() {
        assert_eq!(
            text("shoop").unwrap_err().to_string(),
            "no built-in scenario `shoop`: did you mean `shop`?"
        );
    }
}
