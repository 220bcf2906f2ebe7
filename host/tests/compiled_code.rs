//! Compiled code on disk: found again, replaced where it is damaged, and never shared with strangers.

mod support;

use shelflife::sync::Cache;
use support::folder;

#[test]
fn compiled_code_is_found_again_and_what_is_damaged_is_replaced() {
    let folder = folder("kept");
    let _ = std::fs::remove_dir_all(&folder);
    let was_cached = |policy: &str| {
        let cache = Cache::<u64>::builder()
            .compiled_code_in(&folder)
            .policy(policy)
            .build()
            .unwrap();
        cache.policy_info()[0].was_cached
    };
    assert!(!was_cached("ttl"));
    assert!(was_cached("ttl"));
    assert!(!was_cached("tags"), "each component has its own file");
    let files = || {
        let files = std::fs::read_dir(&folder).unwrap();
        let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        files.sort();
        files
    };
    let [one, other] = <[_; 2]>::try_from(files()).unwrap();
    let (whole, foreign) = (std::fs::read(&one).unwrap(), std::fs::read(&other).unwrap());
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    let damages = [&whole[..whole.len() / 2], &[], &flipped, &foreign];
    let policy = match was_cached_file(&one, "ttl") {
        true => "ttl",
        false => "tags",
    };
    for damage in damages {
        std::fs::write(&one, damage).unwrap();
        assert!(!was_cached(policy), "{} bytes", damage.len());
        assert_eq!(std::fs::read(&one).unwrap().len(), whole.len(), "replaced");
        assert!(was_cached(policy));
    }
    assert_eq!(files().len(), 2, "nothing is left lying about");
}

/// Whether a file of compiled code is that of a policy: its name begins with the component's hash.
fn was_cached_file(file: &std::path::Path, policy: &str) -> bool {
    let hash = shelflife_policies::find(policy).unwrap().sha256;
    let name = file.file_name().unwrap().to_str().unwrap();
    name.starts_with(hash)
}

#[cfg(unix)]
#[test]
fn a_folder_that_others_may_write_to_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder("open");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o777)).unwrap();
    let refused = Cache::<u64>::builder()
        .compiled_code_in(&folder)
        .policy("ttl")
        .build();
    let refused = refused.err().unwrap().to_string();
    assert!(
        refused.contains("others may write to it (mode 777)"),
        "{refused}"
    );
}
