//! The built-in policies against their cases, and that a case or a policy that is broken shows.

use std::path::{Path, PathBuf};

use shelflife::policy::{Limits, Runtime};
use shelflife_policy::testing::cases::{self, Case};
use shelflife_workbench::Subject;
use shelflife_workbench::check::{self, Report, Runner};

fn subject(name: &str) -> Subject {
    let runtime = Runtime::new(Limits::deterministic()).unwrap();
    let built_in = shelflife_policies::find(name).unwrap();
    Subject::component(name, built_in.component, &runtime).unwrap()
}

fn differences(report: &Report) -> Vec<String> {
    let differences = report.differences.iter();
    differences
        .map(|(runner, difference)| format!("{}: {runner}: {difference}", report.case))
        .collect()
}

#[test]
fn every_built_in_policy_keeps_its_cases_in_every_runner() {
    let mut ran_in_a_cache = 0;
    for built_in in shelflife_policies::all() {
        let subject = subject(built_in.name);
        for case in check::built_in(built_in.name).unwrap() {
            let report = check::check(&subject, &case);
            assert_eq!(differences(&report), [""; 0], "{}", built_in.name);
            for runner in [Runner::Alone, Runner::Native, Runner::Engine] {
                assert!(report.runners.contains(&runner), "{} {runner}", case.name);
            }
            ran_in_a_cache += usize::from(report.runners.contains(&Runner::Cache));
            for (runner, why) in &report.left_out {
                assert_eq!(*runner, Runner::Cache);
                assert_eq!(why, "a cache has the feed `writes` alone", "{}", case.name);
            }
        }
    }
    assert!(ran_in_a_cache > 30, "{ran_in_a_cache}");
}

#[test]
fn the_same_policy_as_native_code_keeps_them_too() {
    let tags = Subject::native("tags").unwrap();
    for case in check::built_in("tags").unwrap() {
        let report = check::check(&tags, &case);
        assert_eq!(differences(&report), [""; 0]);
        assert!(
            report.runners.contains(&Runner::Engine) && !report.runners.contains(&Runner::Cache)
        );
    }
}

/// The case of a name, with one text in the place of another.
fn broken(policy: &str, name: &str, right: &str, wrong: &str) -> Case {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../cases")
        .join(policy);
    let text = std::fs::read_to_string(folder.join(format!("{name}.toml"))).unwrap();
    assert!(text.contains(right), "{right}");
    Case::parse(name, &text.replacen(right, wrong, 1)).unwrap()
}

#[test]
fn a_case_that_is_broken_names_step_runner_expected_and_got() {
    let tags = subject("tags");
    let name = "a-change-purges-what-was-made-from-it";
    let lease = broken(
        "tags",
        name,
        "\"page:1\", \"product:1\"",
        "\"page:1\", \"product:7\"",
    );
    let found = differences(&check::check(&tags, &lease));
    assert_eq!(found.len(), 3, "{found:#?}");
    for (found, runner) in found.iter().zip(["alone", "native", "in the engine"]) {
        let says =
            format!("{name}: {runner}: step 1 (0s, read page:1): lease: expected {{ ttl = \"1m\"");
        assert!(found.starts_with(&says), "{found}");
        assert!(
            found.ends_with(
                "got { ttl = \"1m\", tags = [\"page:1\", \"product:1\", \"reviews:1\"] }"
            ),
            "{found}"
        );
    }
    let answer = broken(
        "tags",
        name,
        "read = \"page:2\"\nexpect = \"hit\"",
        "read = \"page:2\"\nexpect = \"stale\"",
    );
    let found = differences(&check::check(&tags, &answer));
    let says = "step 5 (1s, read page:2): answer: expected stale, got hit";
    assert!(
        found
            .iter()
            .any(|one| one == &format!("{name}: in the engine: {says}")),
        "{found:#?}"
    );
    assert!(
        found
            .iter()
            .any(|one| one == &format!("{name}: in a cache: {says}")),
        "{found:#?}"
    );
}

#[test]
fn another_policy_does_not_keep_the_cases_of_this_one() {
    let write_through = subject("write-through");
    let cases = check::built_in("tags").unwrap();
    let reports: Vec<Report> = cases
        .iter()
        .map(|case| check::check(&write_through, case))
        .collect();
    let broken = reports.iter().filter(|report| !report.is_kept()).count();
    assert!(broken >= 8, "{broken} of {}", reports.len());
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_blessed_case_is_what_the_policy_does_and_keeps_its_comments() {
    let folder = Folder::new("blessed");
    let file = folder.0.join("a.toml");
    let steps = "about = \"x\"   # kept\n\n[config]\nttl = \"10s\"\n\n[[step]]\nread = \"a\"\nexpect = \"hit\" # wrong\n\n\
                 [[step]]   # as well\nat = \"10s\"\nread = \"a\"\n\n[[step]]\nchanges = [{ key = \"a\" }]\n";
    std::fs::write(&file, steps).unwrap();
    let policy = subject("write-through");
    assert!(check::bless(&policy, &file).unwrap());
    let text = std::fs::read_to_string(&file).unwrap();
    for kept in [
        "# kept",
        "# as well",
        "lease = { ttl = \"10s\" }",
        "expect = \"miss\"",
        "purges = [{ keys = [\"a\"], mode = \"drop\" }]",
    ] {
        assert!(text.contains(kept), "{kept} is not in\n{text}");
    }
    let blessed = cases::read_folder(&folder.0).unwrap();
    assert!(check::check(&policy, &blessed[0]).is_kept(), "{text}");
    // What is right already stays as it is spelled.
    assert!(!check::bless(&policy, &file).unwrap());

    std::fs::write(&file, "[config]\nttl = 5\n[[step]]\nread = \"a\"\n").unwrap();
    let refused = check::bless(&policy, &file).unwrap_err();
    assert!(
        refused.contains("the policy refuses the settings"),
        "{refused}"
    );
    assert_eq!(
        std::fs::read_dir(&folder.0).unwrap().count(),
        1,
        "nothing is left behind"
    );
}
