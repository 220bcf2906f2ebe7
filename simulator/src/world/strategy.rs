//! What one row of a comparison runs.

use std::sync::Arc;

use shelflife::policy::{self, Factory, Policy, Surroundings};

/// Makes an instance of a policy for a cache.
pub type Maker = Arc<dyn Fn(Surroundings) -> Result<Box<dyn Policy>, policy::Error> + Send + Sync>;

/// What one row of a comparison runs.
#[derive(Clone)]
pub enum Strategy {
    /// Every read goes to the origin.
    NoCache,
    /// Every write takes away exactly what it changed, at once and at no cost.
    Perfect,
    /// A policy with its settings.
    Policy {
        maker: Maker,
        /// JSON text.
        config: String,
        /// Whether it asks for the columns of changed rows.
        wants_rows: bool,
    },
}

/// Makes further instances, with surroundings of their own each time.
pub fn factory(
    maker: &Maker,
    mut surroundings: impl FnMut() -> Surroundings + Send + 'static,
) -> Factory {
    let maker = Arc::clone(maker);
    Box::new(move || maker(surroundings()))
}
