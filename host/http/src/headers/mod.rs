//! Header fields that a cache reads and writes.

pub(crate) mod cache_control;
pub(crate) mod cache_status;
pub(crate) mod dates;
pub(crate) mod hop_by_hop;
pub(crate) mod lists;
pub(crate) mod tags;
pub(crate) mod validators;
pub(crate) mod vary;
