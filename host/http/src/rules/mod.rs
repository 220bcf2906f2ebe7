//! What HTTP says of a response: whether it may be kept, and for how long it is good.

pub(crate) mod freshness;
pub(crate) mod storable;
