//! The changes of a step, as a host is told of them.

use std::sync::Arc;

use shelflife::policy::{Change, Row};
use shelflife_policy::testing::cases::{self, StepChange};

use crate::convert;

/// The changes of a step that come by feeds which the policy listens to.
pub(super) fn changes<'a>(
    changes: &'a [StepChange],
    feeds: &'a [String],
) -> impl Iterator<Item = Change> + 'a {
    changes
        .iter()
        .filter(|one| feeds.contains(&one.change.feed))
        .map(change)
}

fn change(told: &StepChange) -> Change {
    let change = &told.change;
    let has_row = !told.before.is_empty() || !told.after.is_empty();
    let row = || -> Arc<dyn Row> {
        Arc::new(Columns {
            before: told.before.clone(),
            after: told.after.clone(),
        })
    };
    Change {
        feed: change.feed.as_str().into(),
        position: change.position,
        collection: change.collection.as_str().into(),
        key: change.key.as_str().into(),
        kind: convert::kind(change.kind),
        at: change.at.0,
        row: has_row.then(row),
        vector: told.vector.as_deref().map(Arc::from),
    }
}

struct Columns {
    before: cases::Row,
    after: cases::Row,
}

impl Row for Columns {
    fn after(&self, column: &str) -> Option<String> {
        self.after.get(column).cloned()
    }

    fn before(&self, column: &str) -> Option<String> {
        self.before.get(column).cloned()
    }
}
