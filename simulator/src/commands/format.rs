//! `--format`: what is found, as standard output has it.

use clap::{Args, ValueEnum};
use shelflife_sim::error::Error;

use super::colour::print_painted;
use super::print;

/// How standard output has what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: at most 80 columns
    Table,
    /// All of it, as the file of the report has it
    Json,
    /// For spreadsheets, with exact numbers
    Csv,
    /// For a page or a comment
    Md,
}

/// The option that says so.
#[derive(Args, Clone, Copy, Debug)]
pub struct Output {
    /// Prints a table, json, csv or md; --quiet silences the table alone
    #[arg(
        long,
        value_name = "FORMAT",
        value_enum,
        default_value = "table",
        hide_possible_values = true
    )]
    pub format: Format,
}

/// The forms of what was found. Each is made only when it is asked for.
pub struct Forms<'a> {
    pub table: &'a dyn Fn() -> String,
    pub json: &'a dyn Fn() -> Result<String, Error>,
    pub csv: &'a dyn Fn() -> Result<String, Error>,
    pub md: &'a dyn Fn() -> String,
}

impl Forms<'_> {
    /// Prints the form that is asked for; where it is to be quiet, a table is none.
    pub fn print(&self, output: Output, quiet: bool) -> Result<(), Error> {
        match output.format {
            Format::Table if quiet => Ok(()),
            Format::Table => print_painted(&(self.table)()),
            Format::Json => print(&(self.json)()?),
            Format::Csv => print(&(self.csv)()?),
            Format::Md => print(&(self.md)()),
        }
    }
}
