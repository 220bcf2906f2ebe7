//! `explain`: a pattern on one screen.

use clap::Args;
use shelflife_sim::error::Error;
use shelflife_sim::explain;

use super::colour::print_painted;

const EXAMPLES: &str = "\
Examples:
  shelflife explain
  shelflife explain tags
  shelflife explain surrogate-keys                         by another name, too";

/// How a pattern works, when to use it, what it costs, and what was measured of it.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Explain {
    /// Such as ttl, write-through or cdc, or another name of one; without it all are listed
    #[arg(value_name = "PATTERN")]
    pattern: Option<String>,
}

impl Explain {
    pub fn run(&self) -> Result<(), Error> {
        match &self.pattern {
            None => print_painted(&explain::list()),
            Some(name) => {
                let pattern = explain::find(name).map_err(Error::usage)?;
                print_painted(&explain::screen(pattern))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Program;
    use clap::Parser;
    use shelflife_sim::explain::PATTERNS;

    #[test]
    fn what_is_to_be_tried_is_a_command() {
        for pattern in &PATTERNS {
            for line in pattern.tried_by.lines() {
                // Words, of which those between quotes are one.
                let quoted = line.split('\'').enumerate();
                let words = quoted.flat_map(|(number, part)| match number % 2 {
                    0 => part.split_whitespace().map(str::to_owned).collect(),
                    _ => vec![part.to_owned()],
                });
                let words: Vec<String> = words.collect();
                let parsed = Program::try_parse_from(&words);
                assert!(parsed.is_ok(), "{}: {line}", pattern.name);
            }
        }
    }
}
