//! The cases of the built-in policies, so that they can be run wherever the program is.

use shelflife_policy::testing::cases::Case;

macro_rules! cases {
    ($folder:literal: $($name:literal),+ $(,)?) => {
        &[$(Text {
            folder: $folder,
            name: $name,
            text: include_str!(concat!("../../../cases/", $folder, "/", $name, ".toml")),
        }),+]
    };
}

/// A case as it lies in the repository.
struct Text {
    folder: &'static str,
    name: &'static str,
    text: &'static str,
}

/// The cases of a built-in policy; none where no policy has this name.
///
/// # Errors
///
/// A case that cannot be read, which a test rules out.
pub fn built_in(policy: &str) -> Result<Vec<Case>, String> {
    let texts = ALL.iter().filter(|(name, _)| *name == policy);
    texts
        .flat_map(|(_, texts)| *texts)
        .map(|text| {
            Case::parse(text.name, text.text)
                .map_err(|error| format!("{}/{}.toml: {error}", text.folder, text.name))
        })
        .collect()
}

/// Folders by the policy that keeps them. Those of `ttl` and `tags` are kept by the examples in other
/// languages too; what only the built-in has settings for stands apart.
static ALL: &[(&str, &[Text])] = &[
    (
        "ttl",
        cases!(
            "ttl": "a-change-purges-nothing",
            "a-duration-without-a-unit-is-refused-by-name",
            "a-jitter-above-one-is-refused-by-name",
            "a-misspelt-setting-is-refused-by-name",
            "a-setting-of-a-rule-that-is-not-known-is-refused",
            "durations-are-written-with-units",
            "jitter-reaches-the-lease",
            "the-longest-prefix-decides",
            "within-its-grace-an-entry-is-served-while-it-is-loaded-again",
            "within-its-rescue-an-entry-answers-for-a-load-that-fails",
            "without-a-limit-of-time-an-entry-stays",
            "without-settings-an-entry-is-fresh-for-a-minute",
        ),
    ),
    (
        "ttl",
        cases!(
            "ttl-refresh": "ahead-and-early-exclude-each-other",
            "ahead-of-its-end-a-hit-loads-again",
            "an-unread-entry-ends-early",
        ),
    ),
    (
        "write-through",
        cases!(
            "write-through": "a-write-drops-its-key",
            "a-write-replaces-what-is-there",
            "an-unknown-mode-is-refused-by-name",
            "keys-of-a-rule-leave-in-their-own-way",
        ),
    ),
    (
        "cdc",
        cases!(
            "cdc": "a-captured-row-drops-the-keys-made-from-it",
            "a-row-is-purged-once-more-after-a-while",
            "a-truncated-table-drops-what-its-templates-can-make",
        ),
    ),
    (
        "tags",
        cases!(
            "tags": "a-change-purges-what-was-made-from-it",
            "a-collection-that-is-not-listed-purges-by-its-key",
            "a-column-that-the-feed-does-not-carry-fails-the-call",
            "a-misspelt-setting-is-refused-by-name",
            "a-pattern-s-tag-without-its-part-is-refused",
            "a-row-that-moves-purges-both-ends",
            "a-truncation-purges-everything-it-may-concern",
            "it-listens-where-it-is-told-to",
            "patterns-give-tags-by-the-parts-of-a-key",
            "several-changes-of-one-call-purge-once",
            "the-change-s-own-key-is-a-placeholder",
        ),
    ),
    (
        "versions",
        cases!(
            "versions": "a-change-moves-the-counter-of-its-key",
            "a-reader-goes-on-with-a-counter-it-has-looked-up",
            "keys-with-the-same-first-parts-share-a-counter",
        ),
    ),
    (
        "semantic",
        cases!(
            "semantic": "a-change-purges-its-key-and-what-means-nearly-the-same",
            "a-read-is-answered-by-what-means-nearly-the-same",
            "a-threshold-that-is-no-cosine-is-refused-by-name",
        ),
    ),
    (
        "adaptive",
        cases!(
            "adaptive": "a-cost-below-zero-is-refused-by-name",
            "what-is-read-between-its-writes-is-replaced",
            "what-nobody-reads-is-dropped-in-the-end",
        ),
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::{ALL, built_in};

    #[test]
    fn every_case_of_the_repository_is_here_and_can_be_read() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases");
        let mut there = BTreeSet::new();
        for folder in std::fs::read_dir(root).unwrap() {
            let folder = folder.unwrap();
            if !folder.file_type().unwrap().is_dir() {
                continue;
            }
            for file in std::fs::read_dir(folder.path()).unwrap() {
                let name = file.unwrap().file_name().into_string().unwrap();
                let folder = folder.file_name().into_string().unwrap();
                there.insert((folder, name.trim_end_matches(".toml").to_owned()));
            }
        }
        let texts = ALL.iter().flat_map(|(_, texts)| *texts);
        let here: BTreeSet<_> = texts
            .map(|text| (text.folder.to_owned(), text.name.to_owned()))
            .collect();
        assert_eq!(here, there);
        for policy in shelflife_policies::all() {
            assert!(built_in(policy.name).unwrap().len() >= 2, "{}", policy.name);
        }
    }
}
