//! What the guide shows of other files is what they say.

use std::path::{Path, PathBuf};

/// A line of the contract as it is compared: without words, versions and indentation.
fn code(line: &str) -> Option<String> {
    let line = line.trim();
    let is_code = !line.is_empty() && !line.starts_with("//") && !line.starts_with('@');
    is_code.then(|| line.to_owned())
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|one| one == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The blocks of a page in this language.
fn blocks(page: &str, language: &str) -> Vec<Vec<String>> {
    let start = format!("```{language}");
    let mut lines = page.lines();
    let mut blocks = Vec::new();
    while lines.any(|line| line == start) {
        let block = lines.by_ref().take_while(|line| *line != "```");
        blocks.push(block.map(str::to_owned).collect());
    }
    blocks
}

/// Each block of WIT is in the contract, line by line. A function may stand alone; a record is shown whole.
#[test]
fn the_contract_is_shown_as_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let contract: Vec<String> = files(&root.join("../wit"), "wit")
        .iter()
        .flat_map(|file| {
            let text = std::fs::read_to_string(file).unwrap();
            text.lines().filter_map(code).collect::<Vec<_>>()
        })
        .collect();
    let mut shown = 0;
    for page in files(&root.join("src"), "md") {
        let text = std::fs::read_to_string(&page).unwrap();
        for block in blocks(&text, "wit") {
            let lines: Vec<String> = block.iter().filter_map(|line| code(line)).collect();
            let is_whole = lines.len() > 1 && lines[0].ends_with('{');
            let is_there = if is_whole {
                contract.windows(lines.len()).any(|window| window == lines)
            } else {
                lines.iter().all(|line| contract.contains(line))
            };
            assert!(is_there, "{} shows\n{}", page.display(), block.join("\n"));
            shown += 1;
        }
    }
    assert!(shown > 10, "{shown} blocks");
}

/// The files that the guide names are there.
#[test]
fn files_that_are_named_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tops = [
        "host/",
        "policies/",
        "simulator/",
        "wit/",
        "docs/",
        "xtask/",
        "reports/",
    ];
    for page in files(&root.join("src"), "md") {
        let text = std::fs::read_to_string(&page).unwrap();
        let words = text.split('`').skip(1).step_by(2);
        for word in words.filter(|word| tops.iter().any(|top| word.starts_with(top))) {
            let is_name = !word.contains([' ', '*', '{', '\n']) && !word.ends_with('N');
            let exists = root.join("..").join(word).exists();
            assert!(exists || !is_name, "{} names `{word}`", page.display());
        }
    }
}
