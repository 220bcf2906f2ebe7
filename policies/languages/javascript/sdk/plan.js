// Leases and plans with what the contract asks for filled in.

// A lease with this time to live, in nanoseconds (undefined: until something purges it), and whatever else is given.
export function lease(ttl, more = {}) {
  return {
    ttl,
    idle: undefined,
    jitter: 0,
    grace: 0n,
    rescue: 0n,
    refresh: { tag: "lazy" },
    tags: [],
    generations: [],
    hints: [],
    ...more,
  };
}

// A rule for the keys that begin so. Without a lease, one is asked for at each fill.
export function rule(prefix, lease) {
  return { prefix, keying: { tag: "in-place" }, lookup: { tag: "exact" }, lease };
}

export function plan(rules, feeds = []) {
  return { rules, feeds, hints: [] };
}

// The feeds that the setting `listen` stands for.
export const FEEDS = { writes: ["writes"], capture: ["capture"], both: ["writes", "capture"] };
