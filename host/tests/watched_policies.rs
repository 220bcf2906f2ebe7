//! A policy whose file changes, with real files.
#![cfg(feature = "watch")]

mod support;

use std::fs;
use std::sync::mpsc::channel;
use std::time::Duration;

use shelflife::policy::Source;
use support::{EVIL, LEARNER, builder, folder};

/// A test fails after so long where nothing is reported.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn a_changed_file_is_swapped_in_and_a_bad_one_keeps_the_old_policy() {
    let folder = folder("watched");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("mine.wasm");
    fs::write(&file, EVIL).unwrap();
    let source = Source::file(&file);
    let cache = builder().policy(source.clone()).build().unwrap();
    let (report, reports) = channel();
    let watch = cache
        .watch_policy(source, move |outcome| report.send(outcome).unwrap())
        .unwrap();
    let next = || {
        reports
            .recv_timeout(PATIENCE)
            .expect("something is reported")
    };

    // Written in place.
    fs::write(&file, b"\0asm\x01\0\0\0").unwrap();
    let error = next().unwrap_err().to_string();
    assert!(
        error.starts_with("policy mine: this is a core module"),
        "{error}"
    );
    assert_eq!(cache.policy_info()[0].swaps, 0);

    // Another file is put in its place.
    let part = folder.join("mine.part");
    fs::write(&part, LEARNER).unwrap();
    fs::rename(&part, &file).unwrap();
    let swapped = next().unwrap();
    assert_eq!(cache.policy_info()[0].sha256, swapped.sha256);
    assert_eq!(cache.policy_info()[0].swaps, 1);

    drop(watch);
    assert!(
        reports.recv_timeout(PATIENCE).is_err(),
        "the watcher is gone"
    );
}

#[test]
fn only_files_can_be_watched() {
    let cache = builder().policy("ttl").build().unwrap();
    let error = |source: Source| {
        cache
            .watch_policy(source, |_| {})
            .err()
            .unwrap()
            .to_string()
    };
    assert_eq!(
        error("ttl".into()),
        "policy ttl: watch: only a policy in a file can be watched"
    );
    let missing = error("no/such/folder/mine.wasm".into());
    assert!(
        missing.contains("cannot watch no/such/folder/mine.wasm"),
        "{missing}"
    );
}
