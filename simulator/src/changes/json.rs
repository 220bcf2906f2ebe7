//! What has changed, for programs.

use serde_json::{Value, json};

use super::judge::{Changes, Compared, Verdict};
use super::thresholds::FailOn;
use crate::error::Error;
use crate::statistics::Test;

/// Raised when a field changes its meaning or goes.
const SCHEMA_VERSION: u32 = 1;

/// Everything that was compared, the figures that have not changed too.
///
/// # Errors
///
/// Never for what was compared.
pub fn document(changes: &Changes, on: FailOn) -> Result<String, Error> {
    let compared = changes.compared.iter().map(|it| compared(it, on));
    let document = json!({
        "schema_version": SCHEMA_VERSION,
        "before": changes.before,
        "after": changes.after,
        "worlds_differ_by": changes.worlds,
        "policies_differ_by": changes.policies,
        "only_before": changes.only_before,
        "only_after": changes.only_after,
        "test": match changes.test {
            Test::Paired => "paired t-test",
            Test::Welch => "Welch's t-test",
        },
        "worse": changes.count(Verdict::Worse),
        "better": changes.count(Verdict::Better),
        "untested": changes.count(Verdict::Untested),
        "failures": changes.failures(on).len(),
        "figures": compared.collect::<Vec<_>>(),
    });
    let text = serde_json::to_string_pretty(&document).map_err(Error::other)?;
    Ok(text + "\n")
}

fn compared(compared: &Compared, on: FailOn) -> Value {
    let change = &compared.change;
    json!({
        "policy": compared.policy,
        "figure": compared.figure.name,
        "better_when": compared.figure.better,
        "before": change.before,
        "after": change.after,
        "difference": change.after - change.before,
        "ci95": change.ci95,
        "p": compared.p,
        "verdict": compared.verdict,
        "fails": compared.fails(on),
    })
}
