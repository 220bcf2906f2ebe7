//! `explain`: what it says is what the report has.

use serde_json::Value;
use shelflife_sim::scenario::{self, Overrides};

use crate::{Dir, SIX};

fn report(name: &str) -> Value {
    let reports = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../reports/shop");
    let text = std::fs::read_to_string(reports.join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn every_pattern_is_explained_with_the_figures_of_the_shops_report() {
    let dir = Dir::new("explain");
    let shop = report("report.json");
    let percent = |share: f64| match share {
        0.0 => "0 %".to_owned(),
        share if share < 0.009_995 => format!("{:.3} %", share * 100.0),
        share => format!("{:.2} %", share * 100.0),
    };
    for policy in SIX {
        let text = dir.succeeds(&["explain", policy]);
        let totals = shop["totals"].as_array().unwrap();
        let totals = totals
            .iter()
            .find(|totals| totals["policy"] == policy)
            .unwrap();
        let mean = |figure: &str| totals[figure]["mean"].as_f64().unwrap();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for (word, figure) in [("stale", "stale_ratio"), ("hits", "hit_ratio")] {
            let says = format!("{word} {}", percent(mean(figure)));
            assert!(text.contains(&says), "{policy}: no {says:?} in {text}");
        }
    }
    let adaptive = dir.succeeds(&["explain", "adaptive"]);
    assert!(
        adaptive.contains("Not part of the shop's report"),
        "{adaptive}"
    );
}

#[test]
fn the_report_that_is_quoted_is_of_the_scenario_that_the_program_has() {
    for (name, file) in [
        ("shop", "report.json"),
        ("questions", "questions/report.json"),
    ] {
        let now = scenario::load_builtin(name, &Overrides::default()).unwrap();
        let now = serde_json::to_value(&now.scenario).unwrap();
        assert!(
            now == report(file)["scenario"],
            "{file} is of another scenario: run `shelflife compare` again"
        );
    }
}

#[test]
fn alone_it_lists_all_and_another_name_or_a_slip_leads_to_the_right_one() {
    let dir = Dir::new("explain-list");
    let list = dir.succeeds(&["explain"]);
    for policy in SIX {
        assert!(list.lines().any(|line| line.starts_with(policy)), "{list}");
    }
    assert!(
        dir.succeeds(&["explain", "surrogate-keys"])
            .starts_with("tags: ")
    );
    dir.is_wrong(
        &["explain", "tgs"],
        "there is no pattern `tgs`: did you mean `tags`? (`shelflife explain` lists them)",
    );
}
