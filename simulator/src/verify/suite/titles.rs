//! What the scenarios are called, and what each asks.

use serde::Serialize;

/// A scenario in words.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Title {
    /// `S01` to `S25`.
    pub id: &'static str,
    pub title: &'static str,
    /// What it is about, in a sentence or two.
    pub asks: &'static str,
}

/// Every scenario, in order.
pub const TITLES: &[Title] = &[
    Title {
        id: "S01",
        title: "Leases",
        asks: "How stale do answers get, and what does it cost, by how long entries live?",
    },
    Title {
        id: "S02",
        title: "Missed write paths",
        asks: "One write in ten, or in a hundred, tells nobody. How stale is what was not told of, and how far \
               does a lease help?",
    },
    Title {
        id: "S03",
        title: "The stale set",
        asks: "A load reads, a write comes and deletes, the load stores what it read. A known fault of caches, \
               and four guards against it.",
    },
    Title {
        id: "S04",
        title: "Delete before the commit",
        asks: "The cache is told before the write can be seen: whoever reads in between stores the old value \
               for good. A known fault of write paths.",
    },
    Title {
        id: "S05",
        title: "A replica that lags",
        asks: "Loads read a copy that is behind. Which pattern puts it right again?",
    },
    Title {
        id: "S06",
        title: "The log is silent",
        asks: "Capture stops for a while and catches up. How stale meanwhile, and how much is purged at once?",
    },
    Title {
        id: "S07",
        title: "A hot key ends",
        asks: "Five thousand reads a second, and a load takes a tenth of one. How many loads at an expiry, by \
               what holds them back?",
    },
    Title {
        id: "S08",
        title: "Filled together",
        asks: "Everything was stored after a deploy. Does it end together, and for how long?",
    },
    Title {
        id: "S09",
        title: "A flush",
        asks: "Ten times the traffic that the origin carries. Does it recover, and when?",
    },
    Title {
        id: "S10",
        title: "A tag on everything",
        asks: "One purge of ten thousand entries, by a list and by a generation.",
    },
    Title {
        id: "S11",
        title: "Lost from the list",
        asks: "Members are read, deleted, and the list with them: what is stored meanwhile is in no list. A \
               known fault of tags.",
    },
    Title {
        id: "S12",
        title: "A new schema",
        asks: "One counter under everything is raised. What is loaded again, and what is left behind?",
    },
    Title {
        id: "S13",
        title: "A counter is evicted",
        asks: "The version of a key is forgotten and begins at 1 again: entries that were hidden come back. A \
               known fault of versions.",
    },
    Title {
        id: "S14",
        title: "What versions cost",
        asks: "Memory for entries that no read reaches, or look-ups, or staleness.",
    },
    Title {
        id: "S15",
        title: "Updates that overtake",
        asks: "Two writes of one key arrive in another order than they were made.",
    },
    Title {
        id: "S16",
        title: "Drop or replace",
        asks: "What either costs by the share of reads, and how near a policy comes to an oracle that knows it.",
    },
    Title {
        id: "S17",
        title: "By meaning",
        asks: "Paraphrases of known noise: which hit, and which a change reaches.",
    },
    Title {
        id: "S18",
        title: "Room for a tenth",
        asks: "Hits where not everything fits.",
    },
    Title {
        id: "S19",
        title: "Sessions",
        asks: "Does a client see what it wrote, and never something older than it saw?",
    },
    Title {
        id: "S20",
        title: "Leases of loads",
        asks: "A key that is written while thousands read it (R. Nishtala and others, NSDI 2013).",
    },
    Title {
        id: "S21",
        title: "Freshness in intervals",
        asks: "Z. Mao and others, “Revisiting Cache Freshness”, HotNets 2024: its figure 2a, its closed form \
               and the exact one, and a policy that chooses.",
    },
    Title {
        id: "S22",
        title: "Two levels",
        asks: "A lease over a lease.",
    },
    Title {
        id: "S23",
        title: "Told of twice",
        asks: "Write paths that tell, and capture as well.",
    },
    Title {
        id: "S24",
        title: "Nines",
        asks: "Share of the writes after which no cache serves an older value, minutes later.",
    },
    Title {
        id: "S25",
        title: "Real skew",
        asks: "The 54 published clusters of Twitter, each with its rates, its skew and its leases (J. Yang and \
               others, OSDI 2020), and three of their exponents alone.",
    },
];
