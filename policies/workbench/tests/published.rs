//! What was published still does what it did: the components of each version of the contract, in today's engine and
//! today's cache, against the cases that they passed when they were published.

use std::path::{Path, PathBuf};

use shelflife::policy::{Limits, Runtime};
use shelflife_policy::testing::cases;
use shelflife_workbench::Subject;
use shelflife_workbench::check::{self, Runner};

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_str().unwrap().to_owned()
}

#[test]
fn every_component_that_was_published_keeps_its_cases() {
    let published = Path::new(env!("CARGO_MANIFEST_DIR")).join("../published");
    let runtime = Runtime::new(Limits::deterministic()).unwrap();
    let mut kept = 0;
    for version in entries(&published).into_iter().filter(|path| path.is_dir()) {
        for component in entries(&version.join("components")) {
            let name = name(&component);
            let bytes = std::fs::read(&component).unwrap();
            let subject = Subject::component(&name, &bytes, &runtime)
                .unwrap_or_else(|error| panic!("{}: {error}", component.display()));
            // A component that is older than the rest has the cases of its policy, and words of its own.
            let (policy, is_older) = match name.split_once("-at-first") {
                Some((policy, _)) => (policy, true),
                None => (name.as_str(), false),
            };
            let folders = entries(&version.join("cases"));
            // `ttl-refresh` is about `ttl` as well.
            let folders = folders.iter().filter(|folder| {
                let folder = folder.file_name().unwrap().to_str().unwrap();
                folder == policy || folder.strip_suffix("-refresh") == Some(policy)
            });
            let cases: Vec<_> = folders
                .flat_map(|folder| cases::read_folder(folder).unwrap())
                .filter(|case| !(is_older && case.refused.is_some()))
                .collect();
            assert!(!cases.is_empty(), "{name} has no cases");
            for case in cases {
                let report = check::check(&subject, &case);
                assert!(
                    report.is_kept(),
                    "{} {name}: {}: {:#?}",
                    version.display(),
                    case.name,
                    report.differences
                );
                assert!(report.runners.contains(&Runner::Engine));
                kept += 1;
            }
        }
    }
    assert!(kept > 40, "{kept}");
}
