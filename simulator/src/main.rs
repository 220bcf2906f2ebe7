//! The program `shelflife`.

#![forbid(unsafe_code)]

mod commands;

/// Millions of entries come and go, which the system's allocator is slower at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    match commands::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Even where nobody reads it, the exit status tells.
            let _ = writeln!(std::io::stderr(), "{}", commands::error_line(&error));
            ExitCode::from(error.exit_status())
        }
    }
}
