//! Commands of a page, and a folder to run them in.

use std::path::PathBuf;
use std::process::Command;

/// A command of a page, or a file that it has the reader write.
#[derive(Debug)]
pub struct Step {
    pub command: String,
    /// The lines that it is shown to print.
    pub prints: Vec<String>,
    /// The contents of the file that `command` names, if it is one to write.
    pub writes: Option<String>,
}

/// The commands of a page in their order, and the files between them: a block of another language after a line that
/// ends with a name in ticks and a colon, such as "Put this into `src/lib.rs`:".
pub fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut lines = page.lines();
    let mut before = "";
    while let Some(line) = lines.next() {
        let Some(language) = line.strip_prefix("```") else {
            if !line.trim().is_empty() {
                before = line;
            }
            continue;
        };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if language == "console" {
            for line in block {
                match (line.strip_prefix("$ "), steps.last_mut()) {
                    (Some(command), _) => steps.push(Step {
                        command: command.to_owned(),
                        prints: Vec::new(),
                        writes: None,
                    }),
                    (None, Some(step)) => step.prints.push(line.to_owned()),
                    (None, None) => panic!("`{line}` is printed by no command"),
                }
            }
        } else if let Some(name) = before
            .strip_suffix("`:")
            .and_then(|text| text.rsplit('`').next())
        {
            steps.push(Step {
                command: name.to_owned(),
                prints: Vec::new(),
                writes: Some(block.join("\n") + "\n"),
            });
        }
    }
    steps
}

impl Step {
    /// What the page shows and was not printed, or was printed and is not shown.
    pub fn difference(&self, printed: &str) -> Option<String> {
        let printed: Vec<&str> = printed.trim_end().lines().collect();
        if fits(&self.prints, &printed) {
            return None;
        }
        Some(format!(
            "`{}` printed\n{}\nand the page shows\n{}",
            self.command,
            printed.join("\n"),
            self.prints.join("\n")
        ))
    }
}

/// Whether lines are as they are shown.
fn fits(shown: &[String], printed: &[&str]) -> bool {
    match (shown, printed) {
        ([], rest) => rest.is_empty(),
        ([any, after @ ..], rest) if any.trim() == "…" => {
            (0..=rest.len()).any(|skipped| fits(after, &rest[skipped..]))
        }
        ([line, after @ ..], [first, rest @ ..]) => line_fits(line, first) && fits(after, rest),
        (_, []) => false,
    }
}

/// Whether a line is as it is shown: the pieces between `…` in their order, the first and the last at its ends.
fn line_fits(shown: &str, printed: &str) -> bool {
    let pieces: Vec<&str> = shown.trim_end().split('…').collect();
    let [first, middle @ .., last] = &pieces[..] else {
        return shown.trim_end() == printed.trim_end();
    };
    let Some(mut rest) = printed.trim_end().strip_prefix(first) else {
        return false;
    };
    for piece in middle {
        match rest.split_once(piece) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// A folder in which the commands of a page are run one after the other.
pub struct Session {
    root: PathBuf,
    folder: PathBuf,
}

impl Session {
    pub fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("shelflife-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&root);
        std::fs::create_dir_all(&root).unwrap();
        let folder = root.clone();
        Self { root, folder }
    }

    /// Runs a command, or writes a file.
    ///
    /// # Panics
    ///
    /// Where it fails or prints something else than is shown.
    #[track_caller]
    pub fn follow(&mut self, step: &Step) {
        if let Some(text) = &step.writes {
            std::fs::write(self.folder.join(&step.command), text).unwrap();
            return;
        }
        if let Some(folder) = step.command.strip_prefix("cd ") {
            self.folder = self.folder.join(folder);
            assert!(self.folder.is_dir(), "{}", step.command);
            return;
        }
        let program = PathBuf::from(env!("CARGO_BIN_EXE_shelflife"));
        let programs = program.parent().unwrap();
        // Beside the other builds, so that it is done once, and no build waits for the tests' own.
        let built = programs.join("../guide-policies");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = [programs.to_owned()]
            .into_iter()
            .chain(std::env::split_paths(&path));
        let output = Command::new("sh")
            .args(["-c", &step.command])
            .current_dir(&self.folder)
            .env("PATH", std::env::join_paths(paths).unwrap())
            .env("CARGO_TARGET_DIR", built)
            .env("CARGO_TERM_COLOR", "never")
            .env_remove("RUSTFLAGS")
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {errors}", step.command);
        // What cargo says of its own progress goes to standard error, and differs.
        let printed = String::from_utf8_lossy(&output.stdout);
        if let Some(difference) = step.difference(&printed) {
            panic!("{difference}\n\nand to standard error\n{errors}");
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.root);
        }
    }
}
