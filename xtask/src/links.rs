//! Links that lead nowhere: in the pages of the guide, and in Markdown. Links to other sites are not followed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::component::read;
use crate::toolchain::output;

/// Follows the links of every page in a folder, to files of the folder and to places on its pages. Answers how many
/// there are.
pub fn check_pages(folder: &Path) -> Outcome<usize> {
    let mut pages = BTreeMap::new();
    collect(folder, &mut |file| {
        if file.extension().is_some_and(|found| found == "html") {
            let text = String::from_utf8_lossy(&read(file)?).into_owned();
            pages.insert(file.to_owned(), text);
        }
        Ok(())
    })?;
    let places: BTreeMap<&Path, BTreeSet<&str>> = pages
        .iter()
        .map(|(file, text)| (file.as_path(), attributes(text, "id").collect()))
        .collect();
    let mut broken = Vec::new();
    let mut count = 0;
    for (file, text) in &pages {
        // Made by mdBook: one is all pages in one, the other is shown where a page is missing, wherever that is.
        if ["print.html", "404.html"]
            .iter()
            .any(|made| file.ends_with(made))
        {
            continue;
        }
        for link in attributes(text, "href").chain(attributes(text, "src")) {
            if is_elsewhere(link) {
                continue;
            }
            count += 1;
            let (path, place) = link.split_once('#').unwrap_or((link, ""));
            let to = resolve(file, path);
            let leads = match (to.exists(), place) {
                (true, "") => true,
                (true, place) => places.get(&*to).is_some_and(|ids| ids.contains(place)),
                (false, _) => false,
            };
            if !leads {
                let page = file.strip_prefix(folder).unwrap_or(file);
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    nothing_in(&broken, count)
}

/// Follows the links of every tracked Markdown file to other files of the repository. Answers how many there are.
pub fn check_texts(root: &Path) -> Outcome<usize> {
    let mut git = Command::new("git");
    let Ok(files) = output(git.args(["ls-files", "*.md"]).current_dir(root)) else {
        println!(
            "links between Markdown files are not followed: this is not a checkout, or git is not there"
        );
        return Ok(0);
    };
    let mut broken = Vec::new();
    let mut count = 0;
    for name in files.lines() {
        let file = root.join(name);
        let text = String::from_utf8_lossy(&read(&file)?).into_owned();
        for link in markdown_links(&text) {
            let path = link.split('#').next().unwrap_or_default();
            if is_elsewhere(link) || path.is_empty() {
                continue;
            }
            count += 1;
            if !resolve(&file, path).exists() {
                broken.push(format!("{name}: {link}"));
            }
        }
    }
    nothing_in(&broken, count)
}

fn nothing_in(broken: &[String], count: usize) -> Outcome<usize> {
    match broken {
        [] => Ok(count),
        broken => Err(format!("links that lead nowhere:\n{}", broken.join("\n"))),
    }
}

/// Whether a link leaves what is looked at: to another site, to mail, or to data in itself.
fn is_elsewhere(link: &str) -> bool {
    let scheme = link.split([':', '/', '#']).next().unwrap_or_default();
    link[scheme.len()..].starts_with(':')
}

/// The file that a link on a page means.
fn resolve(page: &Path, link: &str) -> PathBuf {
    if link.is_empty() {
        return page.to_owned();
    }
    let mut to = page.parent().unwrap_or(page).to_owned();
    for part in Path::new(&link.replace("%20", " ")).components() {
        match part {
            Component::ParentDir => drop(to.pop()),
            Component::Normal(name) => to.push(name),
            _ => {}
        }
    }
    to
}

/// The values of an attribute in HTML that a program wrote.
fn attributes<'a>(html: &'a str, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    let start = format!(" {name}=\"");
    let pieces: Vec<&str> = html.split(start.as_str()).skip(1).collect();
    pieces
        .into_iter()
        .filter_map(|piece| piece.split('"').next())
}

/// What the links and images of a Markdown text lead to; nothing of its code.
fn markdown_links(text: &str) -> Vec<&str> {
    let mut links = Vec::new();
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        let start = line.trim_start();
        match fence {
            Some(end) => {
                if start.starts_with(end) {
                    fence = None;
                }
                continue;
            }
            None if start.starts_with("```") => {
                let ticks = start.len() - start.trim_start_matches('`').len();
                fence = Some(&start[..ticks]);
                continue;
            }
            None => {}
        }
        // Every other piece between ticks is code.
        for words in line.split('`').step_by(2) {
            let pieces = words.split("](").skip(1);
            links.extend(pieces.filter_map(|piece| piece.split([')', ' ']).next()));
        }
        // A link whose words are code: its target follows a tick.
        let after_code = line.split("`](").skip(1);
        links.extend(after_code.filter_map(|piece| piece.split([')', ' ']).next()));
    }
    links.sort_unstable();
    links.dedup();
    links
}

fn collect(folder: &Path, with: &mut impl FnMut(&Path) -> Outcome) -> Outcome {
    let failed = |error: std::io::Error| format!("{} cannot be read: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            collect(&path, with)?;
        } else {
            with(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_outside_of_code() {
        let text = "[a](one.md) and `[no](code.md)` and [`b`](two.md#x)\n```\n[no](fence.md)\n```\n![c](three.svg \"t\")";
        assert_eq!(markdown_links(text), ["one.md", "three.svg", "two.md#x"]);
    }

    #[test]
    fn a_link_is_followed_from_its_page() {
        let page = Path::new("book/contract/leases.html");
        assert_eq!(resolve(page, "../index.html"), Path::new("book/index.html"));
        assert_eq!(resolve(page, ""), page);
        assert!(is_elsewhere("https://example.org/a") && is_elsewhere("mailto:a@b"));
        assert!(!is_elsewhere("a/b.html#c:d") && !is_elsewhere("#c:d"));
    }

    #[test]
    fn pages_that_lead_nowhere_are_named() {
        let folder = std::env::temp_dir().join(format!("shelflife-links-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
        write(
            "a.html",
            r##"<h1 id="top"><a href="b.html#there"></a><a href="#top"></a>"##,
        );
        write(
            "b.html",
            r#"<h1 id="there"><img src="https://example.org/x.png">"#,
        );
        assert_eq!(check_pages(&folder), Ok(2));
        write("b.html", r#"<h1 id="gone"><a href="c.html"></a>"#);
        let error = check_pages(&folder).unwrap_err();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(
            error,
            "links that lead nowhere:\na.html: b.html#there\nb.html: c.html"
        );
    }
}
