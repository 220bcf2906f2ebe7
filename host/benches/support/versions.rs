//! Which versions of the caches were built.

/// The version of a package in the lock file; where there are several, the last.
pub fn version(package: &str) -> &'static str {
    let lock = include_str!("../../../Cargo.lock");
    let name = format!("name = \"{package}\"");
    lock.split("[[package]]")
        .filter(|entry| entry.lines().any(|line| line == name))
        .filter_map(|entry| {
            entry
                .lines()
                .find_map(|line| line.strip_prefix("version = "))
        })
        .map(|version| version.trim_matches('"'))
        .last()
        .unwrap_or("of an unknown version")
}
