//! What the simulator must find: closed forms, each with where it comes from.
//!
//! A form without a source is derived where it stands, in a line or two. The conventions are those of the
//! simulator: a lease runs from the store; a read is judged at its beginning; it is stale if a write of
//! its key lies after the snapshot of its value and not after the read began. Reads and writes of a key
//! are Poisson at the rates λ and μ a second unless a form says otherwise, times are in seconds, and the
//! arguments have the names of the texts: `read` for λ, `write` for μ, `ttl` for T.
//!
//! Two facts carry most proofs. A fill is a point of regeneration: what follows does not depend on what
//! was before. And reads see time averages (PASTA: R. W. Wolff, Operations Research 30(2), 1982), so that
//! a share of hits is a share of the time in which there is something to hit.

pub mod capacity;
pub mod capture;
pub mod early;
pub mod expiry;
pub mod flight;
pub mod freshness;
pub mod math;
pub mod semantic;
pub mod sessions;
pub mod tags;
pub mod ttl;
pub mod two_rate;
pub mod update;
pub mod versions;
pub mod write_through;

#[cfg(test)]
mod tests {
    /// Fails unless `value` rounds to `printed` at the digits that are printed.
    #[track_caller]
    pub(super) fn rounds_to(value: f64, printed: &str) {
        let digits = printed.split_once('.').map_or(0, |(_, part)| part.len());
        assert_eq!(format!("{value:.digits$}"), printed);
    }
}
