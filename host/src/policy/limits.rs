//! What a policy may use.

/// What one call of a policy may use. Breaking a limit fails the call with an error that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Fuel of one call: about one a WebAssembly instruction. Default 10 million.
    pub fuel: u64,
    /// Fuel of `configure`. Default 50 million.
    pub configure_fuel: u64,
    /// Memory of an instance, in bytes. Default 16 MiB.
    pub memory: usize,
    /// Size of a component, in bytes. Default 16 MiB.
    pub component: usize,
    /// Tags, and likewise generations, of one lease. Default 64.
    pub tags: usize,
    /// Bytes of one key, tag, prefix or counter name that a policy passes. Default 1,024.
    pub name: usize,
    /// Keys, tags, counters, prefixes and regions that one call may purge. Default 10,000.
    pub purges: usize,
    /// Searches among the vectors that one call may make (`nearest`) or order (`purge-within`),
    /// together: fuel does not see them, and each compares with every row. Default 512.
    pub searches: usize,
    /// Lines that one call may log; more are dropped and counted. Default 64.
    pub log_lines: usize,
    /// Bytes of a logged line; more are cut off. Default 4,096.
    pub log_line: usize,
    /// Bytes of the strings and lists that may cross from the policy to the host at once: by one call
    /// of an import, or in one answer. The names and vectors of all purges of a call together may come
    /// to as much. Default 4 MiB.
    pub transfer: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            fuel: 10_000_000,
            configure_fuel: 50_000_000,
            memory: 16 << 20,
            component: 16 << 20,
            tags: 64,
            name: 1_024,
            purges: 10_000,
            searches: 512,
            log_lines: 64,
            log_line: 4_096,
            transfer: 4 << 20,
        }
    }
}
