//! What the suite leaves open, and why.

use serde::Serialize;

/// A claim that no row holds the simulator against.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct LeftOut {
    pub id: &'static str,
    pub what: &'static str,
    pub why: &'static str,
}

/// Claims of the theory that no row holds the simulator against.
pub const LEFT_OUT: &[LeftOut] = &[
    LeftOut {
        id: "S07",
        what: "Probability of each size of a stampede",
        why: "Reports have the mean; sizes of herds are in the histograms, by steps of two digits.",
    },
    LeftOut {
        id: "S12",
        what: "A million entries left behind by one bump",
        why: "The row bumps a second after the start, when 39,000 keys are cached: as many are left behind. \
              A full cache takes a day of virtual time and shows the same.",
    },
    LeftOut {
        id: "S11",
        what: "0.368 of what is loaded during a scan is lost from the list",
        why: "No figure counts it. The stale share, which the row has, follows from it.",
    },
    LeftOut {
        id: "S16",
        what: "0.352 a request by an estimate that never forgets",
        why: "No policy here estimates so. The rows have the one that there is beside the oracle that knows when \
              the rates change: 0.2245.",
    },
    LeftOut {
        id: "S17",
        what: "Stale share under semantic purges by the two-rate model",
        why: "A text is always within the radius of its topic or never, so that its purges are not \
              independent from write to write, as that model has them.",
    },
    LeftOut {
        id: "S21",
        what: "Throughput overhead of polling (slope −1), the simulated series and figure 5",
        why: "Nothing here polls: entries are refreshed when they are read. The paper's simulated series rest on \
              a cache size and a number of keys that it does not give.",
    },
    LeftOut {
        id: "S24",
        what: "8.61 nines after five minutes with one write in a million missed",
        why: "Of 400 million writes one would be seen. The share is in proportion to the missed writes, which \
              the rows at one in ten and one in a hundred show.",
    },
];
