//! A C compiler for WebAssembly: Clang with its linker, or the one that comes with Zig.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};
use crate::run::{is_there, output};

/// Versions of Clang that distributions install beside each other, newest first.
const VERSIONS: [u32; 9] = [22, 21, 20, 19, 18, 17, 16, 15, 14];

/// How to get one.
const HOW_TO_INSTALL: &str = "apt-get install clang lld (Debian, Ubuntu), brew install llvm lld (macOS), \
    dnf install clang lld (Fedora), or pip install ziglang";

/// For every source. Loops are small in a policy and calls cross a boundary, so size is worth more than speed; and
/// nothing of the machine it is built on may be in it.
const FLAGS: [&str; 9] = [
    "-std=c11",
    "-Os",
    "-flto",
    "-ffreestanding",
    "-nostdlib",
    "-fno-builtin-malloc",
    "-Wall",
    "-Wextra",
    "-mbulk-memory",
];

/// For the linker: a module without a `main` and without names.
const LINKER_FLAGS: [&str; 4] = [
    "-Wl,--no-entry",
    "-Wl,-z,stack-size=65536",
    "-Wl,--gc-sections",
    "-Wl,--strip-all",
];

/// A compiler.
#[derive(Debug)]
pub struct Compiler {
    program: String,
    /// What comes before all else on its command line.
    arguments: Vec<String>,
}

/// The compiler that is there.
///
/// # Errors
///
/// None is: how to get one.
pub fn find() -> Result<Compiler> {
    let versioned = |name: &str| {
        let mut names = vec![name.to_owned()];
        names.extend(VERSIONS.iter().map(|version| format!("{name}-{version}")));
        names
    };
    let mut lacking = Vec::new();
    for clang in versioned("clang") {
        if !is_there(&clang) {
            continue;
        }
        match linker_of(&clang) {
            Ok(linker) => {
                return Ok(Compiler {
                    program: clang,
                    arguments: vec![
                        "--target=wasm32-unknown-unknown".to_owned(),
                        format!("-fuse-ld={linker}"),
                        // A stack that overflows into an error and not into data. Zig's linker does so by itself.
                        "-Wl,--stack-first".to_owned(),
                    ],
                });
            }
            Err(why) => lacking.push(why),
        }
    }
    let zig = ["-m", "ziglang", "cc"];
    if output(Command::new("python3").args(["-c", "import ziglang"])).is_ok() {
        let arguments = zig.into_iter().chain(["-target", "wasm32-freestanding"]);
        return Ok(Compiler {
            program: "python3".to_owned(),
            arguments: arguments.map(str::to_owned).collect(),
        });
    }
    let why = match lacking.first() {
        Some(why) => why.as_str(),
        None => "neither clang nor python3 -m ziglang is there",
    };
    Err(Error::failed(format!(
        "there is no C compiler for WebAssembly ({why}); one of these gets one: {HOW_TO_INSTALL}"
    )))
}

/// The linker that goes with a Clang: the one of its version, wherever it looks for its programs.
fn linker_of(clang: &str) -> Result<String, String> {
    let targets =
        output(Command::new(clang).arg("--print-targets")).map_err(|error| error.to_string())?;
    if !targets.contains("wasm32") {
        return Err(format!("{clang} has no back end for wasm32"));
    }
    for linker in [clang.replace("clang", "wasm-ld"), "wasm-ld".to_owned()] {
        let mut command = Command::new(clang);
        command.arg(format!("--print-prog-name={linker}"));
        let found = output(&mut command).unwrap_or_default();
        let found = found.trim();
        if Path::new(found).is_absolute() || is_there(found) {
            return Ok(found.to_owned());
        }
    }
    Err(format!("{clang} is there, and its linker wasm-ld is not"))
}

impl Compiler {
    /// Compiles and links sources, which may be relative to the folder, with the headers in `build`. What the compiler
    /// says goes where this program's errors go.
    ///
    /// # Errors
    ///
    /// Sources that do not compile, or a compiler that cannot be run.
    pub fn compile<'a>(
        &self,
        folder: &Path,
        build: &Path,
        sources: impl Iterator<Item = &'a PathBuf>,
        module: &Path,
    ) -> Result<()> {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .args(FLAGS)
            .args(LINKER_FLAGS)
            .arg("-isystem")
            .arg(build)
            .args(sources)
            .arg("-o")
            .arg(module)
            .current_dir(folder);
        match command.status() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(Error::wrong(format!(
                "cannot be compiled: {} ended with {status}",
                self.program
            ))),
            Err(error) => Err(Error::failed(format!(
                "{} cannot be run: {error}",
                self.program
            ))),
        }
    }
}
