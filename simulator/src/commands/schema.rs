//! `schema`: what scenarios and reports may hold.

use clap::{Args, ValueEnum};
use shelflife_sim::error::Error;
use shelflife_sim::schema;

use super::print;

const EXAMPLES: &str = "\
Editors that know TOML (taplo, Even Better TOML) complete and check a scenario by it, where its first line
names the file:
  #:schema scenario.schema.json

Examples:
  shelflife schema scenario > scenario.schema.json
  shelflife schema report | check-jsonschema --schemafile - reports/shop/report.json";

/// What there is a schema of.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Of {
    Scenario,
    Report,
}

/// What a scenario or a report.json may hold, as JSON Schema.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Schema {
    /// scenario or report
    #[arg(value_enum, value_name = "WHICH", hide_possible_values = true)]
    of: Of,
}

impl Schema {
    pub fn run(&self) -> Result<(), Error> {
        print(&schema::text(&match self.of {
            Of::Scenario => schema::scenario(),
            Of::Report => schema::report(),
        }))
    }
}
