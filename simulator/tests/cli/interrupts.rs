//! Ctrl-C, and what it leaves behind.

use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::{Dir, SMALL};

/// Starts what will be stopped. It is stopped in any case, should the test fail before.
struct Started(Child);

impl Started {
    fn new(dir: &Dir, args: &[&str]) -> Self {
        let mut command = dir.command(args);
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command.spawn().unwrap())
    }

    /// Waits for what only a program that is at work does; gives up when it is none any more.
    fn until(&mut self, happens: impl Fn() -> bool) {
        while !happens() {
            assert!(
                self.0.try_wait().unwrap().is_none(),
                "it has ended by itself"
            );
            std::thread::yield_now();
        }
    }

    /// Sends the signal; gives what standard error has in the end.
    #[track_caller]
    fn stopped_by(mut self, name: &str, number: i32) -> String {
        let id = self.0.id().to_string();
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &id])
            .status();
        assert!(sent.unwrap().success());
        let status = self.0.wait().unwrap();
        let mut said = String::new();
        let stderr = self.0.stderr.as_mut().unwrap();
        stderr.read_to_string(&mut said).unwrap();
        assert_eq!(status.signal(), Some(number), "as shells expect it: {said}");
        said
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Hours of a busy workload: nobody waits for its end.
const LONG: &str = "name = \"long\"\nreplications = 1\nduration = \"200h\"\nwarmup = \"0s\"\n[workload]\n\
                    keys = 1000\nreads = { rate = 1000.0 }\nwrites = { rate = 100.0 }\n";

const INT: i32 = 2;
const TERM: i32 = 15;

#[test]
fn a_comparison_that_is_interrupted_says_that_nothing_was_written() {
    let dir = Dir::new("interrupt-compare");
    // A component that does not come: the program is where it reads it when this can be opened.
    let fifo = dir.path("mine.wasm");
    let made = Command::new("mkfifo").arg(&fifo).status();
    assert!(made.unwrap().success());
    dir.write("s.toml", SMALL);
    let args = [
        "compare",
        "s.toml",
        "--policy",
        "./mine.wasm",
        "--out",
        "out",
    ];
    for (name, number) in [("INT", INT), ("TERM", TERM)] {
        let before = dir.names();
        let started = Started::new(&dir, &args);
        let _held = std::fs::OpenOptions::new().write(true).open(&fifo).unwrap();
        let said = started.stopped_by(name, number);
        assert_eq!(said, "interrupted: nothing was written\n");
        assert_eq!(dir.names(), before);
    }
}

#[test]
fn a_sweep_that_is_interrupted_says_what_is_kept_and_how_to_go_on() {
    let dir = Dir::new("interrupt-sweep");
    let list = "[[policy]]\nuse = \"native:ttl\"\n[sweep]\n\
                list = [{ duration = \"1s\" }, { duration = \"200h\" }]\n";
    dir.write("s.toml", LONG.to_owned() + list);
    let args = ["sweep", "s.toml", "--out", "my out", "--jobs", "1"];
    let mut started = Started::new(&dir, &args);
    let kept = || std::fs::read_to_string(dir.path("my out/runs.jsonl")).unwrap_or_default();
    // The first point's are there, and the second's take hours.
    started.until(|| kept().lines().count() == 3);
    let said = started.stopped_by("INT", INT);
    assert_eq!(
        said,
        "interrupted: 3 of 6 results are kept in my out; to go on: shelflife sweep s.toml --out 'my out' \
         --jobs 1\n"
    );
    assert!(kept().ends_with("}\n"), "half a line");
    let inside = std::fs::read_dir(dir.path("my out")).unwrap();
    let mut inside: Vec<_> = inside.map(|entry| entry.unwrap().file_name()).collect();
    inside.sort();
    assert_eq!(inside, ["runs.jsonl", "sweep-plan.json"]);
    // Whoever goes on and is interrupted at once has lost nothing of what was there.
    let before = kept();
    let mut started = Started::new(&dir, &args);
    let has_locked = || std::fs::metadata(dir.path("my out/runs.jsonl")).is_ok();
    started.until(has_locked);
    drop(started);
    assert_eq!(kept(), before);
}

#[test]
fn a_trace_that_is_interrupted_while_it_is_written_is_removed() {
    let dir = Dir::new("interrupt-trace");
    dir.write("long.toml", LONG);
    let args = ["trace", "generate", "long.toml", "big.csv"];
    let before = dir.names();
    let mut started = Started::new(&dir, &args);
    started.until(|| dir.names() != before);
    let said = started.stopped_by("INT", INT);
    assert_eq!(said, "interrupted: nothing was written\n");
    assert_eq!(dir.names(), before);
}

/// A terminal with the program on it, by the program `script` of util-linux; none where there is none.
fn on_a_terminal(dir: &Dir, args: &str, variables: &[(&str, &str)]) -> Option<Started> {
    let program = env!("CARGO_BIN_EXE_shelflife");
    let mut command = Command::new("script");
    command
        .args(["-qec", &format!("'{program}' {args}"), "/dev/null"])
        .current_dir(dir.path(""))
        .env("TERM", "xterm")
        .env("SHELL", "/bin/sh")
        .env_remove("NO_COLOR")
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    match Path::new("/usr/bin/script").exists() {
        true => Some(Started(command.spawn().unwrap())),
        false => {
            eprintln!("there is no program `script` to make a terminal by: nothing is tested");
            None
        }
    }
}

/// Reads until `text` has come; gives all that has.
fn read_until(from: &mut impl Read, text: &str) -> String {
    let mut all = Vec::new();
    let mut piece = [0; 4096];
    while !String::from_utf8_lossy(&all).contains(text) {
        let n = from.read(&mut piece).unwrap();
        assert!(n > 0, "no {text:?} in {}", String::from_utf8_lossy(&all));
        all.extend_from_slice(&piece[..n]);
    }
    String::from_utf8_lossy(&all).into_owned()
}

fn read_all(from: &mut impl Read) -> String {
    let mut all = Vec::new();
    from.read_to_end(&mut all).unwrap();
    String::from_utf8_lossy(&all).into_owned()
}

#[test]
#[cfg(target_os = "linux")]
fn on_a_terminal_there_is_a_bar_a_worker_and_ctrl_c_clears_them() {
    let dir = Dir::new("terminal-bars");
    dir.write("long.toml", LONG);
    let args = "compare long.toml --policy native:ttl --jobs 2";
    let Some(mut started) = on_a_terminal(&dir, args, &[]) else {
        return;
    };
    let mut screen = started.0.stdout.take().unwrap();
    let shown = read_until(&mut screen, "no cache, 1 of 1");
    assert!(shown.contains("0 of 3 runs"), "{shown:?}");
    read_until(&mut screen, "events/s");
    let keys = started.0.stdin.as_mut().unwrap();
    keys.write_all(b"\x03").unwrap();
    let rest = read_all(&mut screen);
    assert!(
        rest.contains("interrupted: nothing was written"),
        "{rest:?}"
    );
    let (_, after) = rest.split_once("interrupted").unwrap();
    assert!(
        !after.contains("runs"),
        "bars after the last line: {rest:?}"
    );
    assert_eq!(dir.names(), ["long.toml"]);
}

#[test]
#[cfg(target_os = "linux")]
fn there_is_colour_on_a_terminal_and_none_with_no_color_or_in_a_pipe() {
    let dir = Dir::new("terminal-colour");
    dir.write("small.toml", SMALL);
    let compare = "compare small.toml --policy native:ttl";
    let bold = "\u{1b}[1mpolicy";
    for (args, variables, coloured) in [
        (compare.to_owned(), &[][..], true),
        (compare.to_owned(), &[("NO_COLOR", "1")], false),
        (compare.to_owned(), &[("TERM", "dumb")], false),
        (format!("{compare} --color never"), &[], false),
    ] {
        let Some(mut started) = on_a_terminal(&dir, &args, variables) else {
            return;
        };
        let shown = read_all(started.0.stdout.as_mut().unwrap());
        assert!(shown.contains("native:ttl"), "{shown:?}");
        assert_eq!(
            shown.contains(bold),
            coloured,
            "{args} {variables:?}: {shown:?}"
        );
    }
    let piped = dir.succeeds(&["compare", "small.toml", "--policy", "native:ttl"]);
    assert!(!piped.contains('\u{1b}'));
    let args = [
        "compare",
        "small.toml",
        "--policy",
        "native:ttl",
        "--color",
        "always",
    ];
    assert!(dir.succeeds(&args).contains(bold));
}
