//! What may change while the contract is called 0.1, rule by rule: each is tried on the contract, and the table in
//! `wit/README.md` is the list of what was tried.

use std::path::PathBuf;

use wit_parser::Resolve;

use crate::{contract, package, root};

/// A change of the contract.
struct Rule {
    /// As the table says it.
    change: &'static str,
    /// Whether policies that were built before go on working.
    is_allowed: bool,
    /// A world that sees the change.
    world: &'static str,
    /// What the contract has to have first, where it has nothing of the kind: a text and what stands in its place.
    given: Option<(&'static str, &'static str)>,
    /// A text of the contract and what stands in its place.
    edit: (&'static str, &'static str),
}

const PURGE: &str = "interface purge {\n";
const RULES: &[Rule] = &[
    Rule {
        change: "a function added to an interface that policies import",
        is_allowed: true,
        world: "reactive-policy",
        given: None,
        edit: (
            "  bump: func(generation: generation);\n",
            "  bump: func(generation: generation);\n  bump-all: func(generations: list<generation>);\n",
        ),
    },
    Rule {
        change: "a new interface to import",
        is_allowed: true,
        world: "reactive-policy",
        given: None,
        edit: (
            "world reactive-policy {\n",
            "interface weather { is-fine: func() -> bool; }\nworld reactive-policy {\n  import weather;\n",
        ),
    },
    Rule {
        change: "a new world, with new interfaces to export",
        is_allowed: true,
        world: "reactive-policy",
        given: None,
        edit: (
            "world imports {\n",
            "world imports-too { export alarms; }\ninterface alarms { ring: func(); }\nworld imports {\n",
        ),
    },
    Rule {
        change: "a method added to an imported resource",
        is_allowed: true,
        world: "reactive-policy",
        given: Some((
            PURGE,
            "interface purge {\n  resource batch { send: func(); }\n",
        )),
        edit: ("{ send: func(); }", "{ send: func(); drop-all: func(); }"),
    },
    Rule {
        change: "words in a comment",
        is_allowed: true,
        world: "reactive-policy",
        given: None,
        edit: ("/// Every entry, stored", "/// Every single entry, stored"),
    },
    Rule {
        change: "a function added to an interface that policies export",
        is_allowed: false,
        world: "lease-policy",
        given: None,
        edit: (
            "  on-fill: func(fill: fill) -> result<lease, string>;\n",
            "  on-fill: func(fill: fill) -> result<lease, string>;\n  on-hit: func();\n",
        ),
    },
    Rule {
        change: "a new export in an existing world",
        is_allowed: false,
        world: "reactive-policy",
        given: None,
        edit: (
            "world reactive-policy {\n",
            "world reactive-policy {\n  export snapshots;\n",
        ),
    },
    Rule {
        change: "a new import in the place of an old one",
        is_allowed: false,
        world: "reactive-policy",
        given: None,
        edit: ("  import purge;\n  import rows;\n", "  import purge;\n"),
    },
    Rule {
        change: "a field added to a record that policies are given",
        is_allowed: false,
        world: "lease-policy",
        given: None,
        edit: ("    size: u64,\n", "    size: u64,\n    weight: u64,\n"),
    },
    Rule {
        change: "a field added to a record that policies answer with",
        is_allowed: false,
        world: "static-policy",
        given: None,
        edit: (
            "    grace: duration,\n",
            "    grace: duration,\n    mercy: duration,\n",
        ),
    },
    Rule {
        change: "a field renamed",
        is_allowed: false,
        world: "static-policy",
        given: None,
        edit: ("    grace: duration,\n", "    mercy: duration,\n"),
    },
    Rule {
        change: "a parameter renamed",
        is_allowed: false,
        world: "reactive-policy",
        given: None,
        edit: (
            "bump: func(generation: generation)",
            "bump: func(counter: generation)",
        ),
    },
    Rule {
        change: "a parameter added",
        is_allowed: false,
        world: "reactive-policy",
        given: None,
        edit: (
            "everything: func(mode: purge-mode)",
            "everything: func(mode: purge-mode, why: string)",
        ),
    },
    Rule {
        change: "the type of an answer",
        is_allowed: false,
        world: "lease-policy",
        given: None,
        edit: ("next: func() -> u64", "next: func() -> u32"),
    },
    Rule {
        change: "a case added to an enum",
        is_allowed: false,
        world: "reactive-policy",
        given: None,
        edit: ("    drop,\n", "    drop,\n    forget,\n"),
    },
    Rule {
        change: "a case added to a variant",
        is_allowed: false,
        world: "static-policy",
        given: None,
        edit: ("    ahead(f64),\n", "    ahead(f64),\n    at-night,\n"),
    },
    Rule {
        change: "a flag added",
        is_allowed: false,
        world: "reactive-policy",
        given: Some((
            PURGE,
            "interface purge {\n  flags ways { soft }\n  by: func(ways: ways);\n",
        )),
        edit: ("flags ways { soft }", "flags ways { soft, late }"),
    },
    Rule {
        change: "a function removed from an imported interface",
        is_allowed: false,
        world: "reactive-policy",
        given: None,
        edit: (
            "  @since(version = 0.1.0)\n  bump: func(generation: generation);\n",
            "",
        ),
    },
];

fn edited(contract: &[(PathBuf, String)], (from, to): (&str, &str)) -> Vec<(PathBuf, String)> {
    let found = contract
        .iter()
        .filter(|(_, text)| text.contains(from))
        .count();
    assert_eq!(found, 1, "{from:?} is in {found} files");
    let edit = |text: &String| text.replacen(from, to, 1);
    contract
        .iter()
        .map(|(file, text)| (file.clone(), edit(text)))
        .collect()
}

#[test]
fn each_rule_is_what_becomes_of_policies_that_are_there() {
    let contract = contract(&root().join("wit"));
    for rule in RULES {
        let then = match rule.given {
            Some(given) => edited(&contract, given),
            None => contract.clone(),
        };
        let mut resolve = Resolve::default();
        let old = package(&mut resolve, &then, "0.1.998");
        let new = package(&mut resolve, &edited(&then, rule.edit), "0.1.999");
        let [old, new] = [old, new].map(|package| resolve.packages[package].worlds[rule.world]);
        let checked = wit_component::semver_check(resolve, old, new);
        assert_eq!(
            checked.is_ok(),
            rule.is_allowed,
            "{}: {checked:?}",
            rule.change
        );
    }
}

#[test]
fn the_table_lists_what_was_tried_and_nothing_else() {
    let text = std::fs::read_to_string(root().join("wit/README.md")).unwrap();
    let table: Vec<&str> = text
        .lines()
        .skip_while(|line| *line != "| change | within 0.1 |")
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .collect();
    let rules: Vec<String> = RULES
        .iter()
        .map(|rule| {
            let verdict = if rule.is_allowed { "yes" } else { "no" };
            format!("| {} | {verdict} |", rule.change)
        })
        .collect();
    assert_eq!(table, rules);
}
