//! The page of a report in a browser: it sorts, hides, answers the pointer and prints, asks the network for
//! nothing, and nothing on it overlaps or is cut off, on a phone and on a desk, light and dark.
//!
//! Without Chromium the test says so and ends: `cargo xtask test` installs it where it can.

#[path = "../support/mod.rs"]
mod support;

mod browser;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use browser::Browser;
use shelflife_sim::report::{self, Images};

/// Ten policies and five replications that fill every figure of the page.
const SCENARIO: &str = r#"
name = "ten policies, five times"
replications = 5
duration = "80s"
warmup = "10s"
[workload]
keys = 150
embeddings = { set = "synthetic", dims = 32, topics = 40, noise = 0.08, cosine = 0.0 }
reads = { rate = 60.0, popularity = { zipf = 0.9 } }
writes = { rate = 0.4 }
write_targets = "tag"
[origin]
latency = { exponential = "60ms" }
servers = 8
[writes]
announced = 0.9
[[faults]]
at = "50s"
what = "flush"
"#;

const POLICIES: [(&str, &str, &str); 10] = [
    ("ttl 5s", "ttl", "ttl = \"5s\""),
    ("ttl 20s", "ttl", "ttl = \"20s\""),
    (
        "ttl 20s that is served stale while it is loaded",
        "ttl",
        "ttl = \"20s\", grace = \"10s\"",
    ),
    ("write-through", "write-through", "ttl = \"60s\""),
    ("cdc", "cdc", "ttl = \"60s\""),
    ("tags", "tags", "ttl = \"60s\""),
    ("versions", "versions", "ttl = \"60s\""),
    ("adaptive", "adaptive", "ttl = \"60s\""),
    ("semantic .85", "semantic", "ttl = \"60s\", radius = 0.85"),
    ("semantic .70", "semantic", "ttl = \"60s\", radius = 0.70"),
];

/// What does not lie as it should.
const FAULTS: &str = include_str!("faults.js");

/// Runs the scenario and writes its report.
fn written(dir: &Path) -> PathBuf {
    let mut scenario = SCENARIO.to_owned();
    for (label, policy, config) in POLICIES {
        scenario += &format!(
            "[[policy]]\nlabel = \"{label}\"\nuse = \"{policy}\"\nconfig = {{ {config} }}\n"
        );
    }
    let report = support::run(&scenario);
    let place = dir.join("report");
    report::write(&report, &place, Images::None).unwrap();
    place.join("index.html")
}

#[test]
fn the_page_of_a_report_works_in_a_browser_at_every_width() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("page-{}", std::process::id()));
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    let page = written(&dir);
    let size = fs::metadata(&page).unwrap().len();
    assert!(size < 3_000_000, "the page has {size} bytes");
    match Browser::start(&dir) {
        Some(mut browser) => check(&mut browser, &page),
        None => {
            // Past the runner, which keeps to itself what a test says that passes.
            let _ = writeln!(
                io::stderr(),
                "skipped: chromium is not installed; `cargo xtask browser` does it"
            );
        }
    }
    fs::remove_dir_all(dir).unwrap();
}

fn check(browser: &mut Browser, page: &Path) {
    for width in [375, 1440] {
        for dark in [false, true] {
            browser.open(page, width, dark);
            let figures = browser.value("document.querySelectorAll('figure').length");
            assert_eq!(figures, 10, "one has nothing to show");
            let faults = browser.value(FAULTS);
            assert_eq!(
                faults.as_array().map(Vec::len),
                Some(0),
                "at {width}: {faults:#}"
            );
            // All that is folded is as tidy.
            browser.value(
                "document.querySelectorAll('details').forEach((one) => { one.open = true; })",
            );
            let faults = browser.value(FAULTS);
            assert_eq!(
                faults.as_array().map(Vec::len),
                Some(0),
                "unfolded at {width}: {faults:#}"
            );
        }
        sorts(browser);
        hides(browser);
        answers_the_pointer(browser, width);
    }
    prints(browser);
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

fn sorts(browser: &mut Browser) {
    let hits = "[...document.querySelectorAll('#comparison tbody tr:not(.baseline) td:nth-of-type(1)')]\
                .map((cell) => Number(cell.dataset.value))";
    let click = "document.querySelectorAll('#comparison thead button')[1].click()";
    for (direction, sorted) in [("descending", "b - a"), ("ascending", "a - b")] {
        browser.value(click);
        let order = browser.value(&format!("({hits})"));
        let wanted = browser.value(&format!("({hits}).sort((a, b) => {sorted})"));
        assert_eq!(order, wanted, "{direction}");
        let said = browser.value("document.querySelectorAll('#comparison thead th')[1].ariaSort");
        assert_eq!(said, direction);
    }
    let last = browser.value("document.querySelector('#comparison tbody tr:last-child').className");
    assert_eq!(last, "baseline");
}

/// A policy that is hidden is gone from every figure and pale in the tables; and it comes back.
fn hides(browser: &mut Browser) {
    let seen = "[...document.querySelectorAll('.plot svg > g[data-p=\"5\"]:not(.key)')]\
                .filter((part) => part.getClientRects().length > 0).length";
    let click = "document.querySelector('[data-chip=\"5\"]').click()";
    let before = browser.value(seen);
    assert!(before.as_u64() > Some(8), "{before} parts of figures");
    browser.value(click);
    assert_eq!(browser.value(seen), 0);
    let row = "document.querySelector('#comparison tr[data-p=\"5\"]').classList.contains('off')";
    assert_eq!(browser.value(row), true);
    browser.value(click);
    assert_eq!(browser.value(seen), before);
}

/// The middle of a figure, or one of its marks, says what it has there.
fn answers_the_pointer(browser: &mut Browser, width: u32) {
    for (figure, part) in [
        ("staleness", "circle"),
        ("origin", "circle"),
        ("herd", "circle"),
        ("frontier", "circle"),
        ("bound", "circle"),
        ("hits", "rect"),
    ] {
        let place = browser.value(&format!(
            "(() => {{ const plot = document.querySelector('#{figure} .plot');\
               const svg = [...plot.children].find((svg) => svg.getClientRects().length > 0);\
               const part = svg.querySelector('g[data-p=\"0\"]:not(.key) {part}');\
               part.scrollIntoView({{ block: 'center' }});\
               const box = part.getBoundingClientRect();\
               return [box.left + box.width / 2, box.top + box.height / 2]; }})()"
        ));
        // Scrolling closes what the pointer had opened.
        browser.value("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))");
        let at = |i: usize| place[i].as_f64().unwrap();
        browser.point(at(0), at(1));
        let said = browser.value("document.getElementById('tip').innerText");
        let said = said.as_str().unwrap();
        assert!(
            said.contains("ttl 5s"),
            "{figure} at {width}: “{said}” at {place}"
        );
        let inside = browser.value(
            "(() => { const box = document.getElementById('tip').getBoundingClientRect();\
               return box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight; })()",
        );
        assert_eq!(inside, true, "{figure} at {width}");
    }
}

fn prints(browser: &mut Browser) {
    let printed = browser.call(
        "Page.printToPDF",
        &serde_json::json!({ "printBackground": true }),
    );
    let pdf = printed["data"].as_str().unwrap();
    // “%PDF-” in base64.
    assert!(pdf.starts_with("JVBERi0"), "{}", &pdf[..40]);
    assert!(pdf.len() > 50_000);
}
