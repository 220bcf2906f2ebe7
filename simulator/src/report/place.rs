//! Files put into place together: all of them or none.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::interrupt;

/// Checks that nothing stands where the directory would be made, as far as can be told before it is.
///
/// # Errors
///
/// A file is in the way: at `dir`, or above it.
pub fn check_place(dir: &Path) -> Result<(), Error> {
    match dir.ancestors().find(|place| place.exists()) {
        Some(place) if !place.is_dir() => {
            let path = place.display();
            Err(Error::usage(format!("{path} is a file, not a directory")))
        }
        _ => Ok(()),
    }
}

/// Writes `files`, names with `/` and contents, into `dir`.
///
/// They are written into a directory beside `dir` first. If `dir` is missing, that directory is
/// renamed to it; else its files are moved over one by one, in order, and whatever else lies in
/// `dir` stays. Moves within a file system fail only for what is checked before the first one.
pub fn place<T: AsRef<[u8]>>(files: &[(String, T)], dir: &Path) -> Result<(), Error> {
    let _whole = interrupt::whole();
    let missing: Vec<&Path> = dir
        .ancestors()
        .skip(1)
        .take_while(|dir| !dir.exists())
        .collect();
    let placed = place_in(files, dir);
    if placed.is_err() {
        // What was made on the way is empty again, and goes from the deepest up.
        for made in missing {
            let _ = fs::remove_dir(made);
        }
    } else {
        interrupt::complete(format!("{} is complete", dir.display()));
    }
    placed
}

fn place_in<T: AsRef<[u8]>>(files: &[(String, T)], dir: &Path) -> Result<(), Error> {
    let fail = |doing: &str, path: &Path, e: io::Error| {
        Error::other(format!("{doing} {}: {e}", path.display()))
    };
    check_place(dir)?;
    for (name, _) in files {
        obstacle(dir, name)?;
    }
    // Made absolute for the sake of names such as `.`, which have nothing beside them.
    let target = std::path::absolute(dir).map_err(|e| fail("cannot resolve", dir, e))?;
    let target = fs::canonicalize(&target).unwrap_or(target);
    let (Some(parent), Some(name)) = (target.parent(), target.file_name()) else {
        let path = dir.display();
        return Err(Error::other(format!("{path} cannot hold a report")));
    };
    fs::create_dir_all(parent).map_err(|e| fail("cannot make", parent, e))?;

    // The process number keeps two runs that write to one place apart.
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".partial-{}", std::process::id()));
    let partial = Partial(parent.join(hidden));
    let _ = fs::remove_dir_all(&partial.0);
    fs::create_dir(&partial.0).map_err(|e| fail("cannot make", &partial.0, e))?;
    for (name, contents) in files {
        let path = partial.0.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|e| fail("cannot make", folder, e))?;
        }
        fs::write(&path, contents).map_err(|e| fail("cannot write", &path, e))?;
    }

    if !target.exists() {
        return fs::rename(&partial.0, &target).map_err(|e| fail("cannot make", &target, e));
    }
    for (name, _) in files {
        let to = target.join(name);
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).map_err(|e| fail("cannot make", folder, e))?;
        }
        fs::rename(partial.0.join(name), &to).map_err(|e| fail("cannot replace", &to, e))?;
    }
    Ok(())
}

/// What would stop a move half-way: a directory where a file goes, or a file where a directory.
fn obstacle(dir: &Path, name: &str) -> Result<(), Error> {
    let path = dir.join(name);
    if path.is_dir() {
        let path = path.display();
        return Err(Error::other(format!(
            "{path} is a directory where a file of the report goes"
        )));
    }
    match path.parent() {
        Some(folder) if folder.exists() && !folder.is_dir() => {
            let path = folder.display();
            Err(Error::other(format!(
                "{path} is a file where a directory of the report goes"
            )))
        }
        _ => Ok(()),
    }
}

/// Removed with all that is in it when it goes out of scope, whatever way.
struct Partial(PathBuf);

impl Drop for Partial {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// An empty directory of this test's own.
    pub fn scratch(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("shelflife-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).unwrap();
        dir
    }

    fn files(text: &str) -> Vec<(String, String)> {
        ["a.txt", "plots/b.svg"]
            .map(|name| (name.to_owned(), text.to_owned()))
            .to_vec()
    }

    #[test]
    fn an_earlier_report_is_replaced_and_what_a_user_put_beside_it_stays() {
        let base = scratch("replace");
        let dir = base.join("deep/report");
        place(&files("old"), &dir).unwrap();
        fs::write(dir.join("notes.md"), "mine").unwrap();
        fs::write(dir.join("plots/mine.svg"), "mine").unwrap();
        place(&files("new"), &dir).unwrap();
        let read = |name| fs::read_to_string(dir.join(name)).unwrap();
        assert_eq!(
            (read("a.txt"), read("plots/b.svg")),
            ("new".into(), "new".into())
        );
        assert_eq!(
            (read("notes.md"), read("plots/mine.svg")),
            ("mine".into(), "mine".into())
        );
        let beside = fs::read_dir(dir.parent().unwrap()).unwrap().count();
        assert_eq!(beside, 1, "the directory for the unfinished report is gone");
        fs::remove_dir_all(base).unwrap();
    }

    #[test]
    fn a_failure_leaves_the_earlier_report_whole_and_nothing_beside_it() {
        let base = scratch("failure");
        let dir = base.join("report");
        place(&files("old"), &dir).unwrap();
        fs::remove_file(dir.join("plots/b.svg")).unwrap();
        fs::create_dir(dir.join("plots/b.svg")).unwrap();
        assert!(place(&files("new"), &dir).is_err());
        assert_eq!(fs::read_to_string(dir.join("a.txt")).unwrap(), "old");
        assert_eq!(fs::read_dir(&base).unwrap().count(), 1);
        fs::remove_dir_all(base).unwrap();
    }

    #[test]
    fn a_failure_while_writing_makes_no_report_at_all() {
        let base = scratch("half");
        // The second name needs the first, a file, to be a directory.
        let files = ["a", "a/b"].map(|name| (name.to_owned(), String::new()));
        assert!(place(&files, &base.join("report")).is_err());
        assert_eq!(fs::read_dir(&base).unwrap().count(), 0);
        fs::remove_dir_all(base).unwrap();
    }

    #[test]
    fn a_file_in_the_way_is_said_and_kept() {
        let base = scratch("file");
        fs::write(base.join("report"), "mine").unwrap();
        assert!(place(&files("new"), &base.join("report")).is_err());
        assert_eq!(fs::read_to_string(base.join("report")).unwrap(), "mine");
        fs::remove_dir_all(base).unwrap();
    }
}
