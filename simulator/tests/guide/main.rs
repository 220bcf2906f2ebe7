//! The commands that the guide shows are run, and print what it shows.
//!
//! In a block `console` a line that begins with `$ ` is a command, for a shell, in the folder that the commands before
//! it left behind; what follows is what it prints. `…` stands for anything: in a line for some of it, alone on a
//! line for any number of lines.

mod session;

use std::path::Path;

use session::{Session, Step, steps};

fn page(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../docs/src")
        .join(name);
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

#[test]
fn the_first_policy_is_written_as_its_page_says() {
    let steps = steps(&page("first-policy.md"));
    assert!(steps.len() >= 8, "{} commands", steps.len());
    let mut session = Session::new("first-policy");
    for step in &steps {
        session.follow(step);
    }
}

#[test]
fn what_a_page_shows_is_compared_line_by_line() {
    let shown = |prints: &str| Step {
        command: "say".to_owned(),
        prints: prints.lines().map(str::to_owned).collect(),
        writes: None,
    };
    let printed = "one\ntwo 2 bytes\nthree\nfour";
    for same in [
        "one\ntwo 2 bytes\nthree\nfour",
        "…",
        "one\n…\nfour",
        "one\ntwo … bytes\n…",
        "…\nthree\nfour",
    ] {
        assert_eq!(shown(same).difference(printed), None, "{same}");
    }
    for other in ["one", "…\nthree", "one\n…\nfive", "one\ntwo … feet\n…", ""] {
        assert!(shown(other).difference(printed).is_some(), "{other}");
    }
}
