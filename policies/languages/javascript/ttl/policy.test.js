import assert from "node:assert/strict";
import test from "node:test";

import { lifecycle } from "./policy.js";

const leaseOf = (config) => lifecycle.configure(JSON.stringify(config)).rules[0].lease;

test("without settings every entry is fresh for a minute", () => {
  assert.equal(leaseOf({}).ttl, 60_000_000_000n);
});

test("durations have units, and add up", () => {
  assert.equal(leaseOf({ ttl: "1h 30m" }).ttl, 5_400_000_000_000n);
  assert.equal(leaseOf({ ttl: "1.5s" }).ttl, 1_500_000_000n);
  assert.equal(leaseOf({ ttl: "none" }).ttl, undefined);
  for (const ttl of [60, "60", "", "1 month", "1h30"]) {
    assert.throws(() => leaseOf({ ttl }), { payload: /should be a duration/ }, String(ttl));
  }
});

test("a rule overrides the settings of every key for its prefix", () => {
  const config = { ttl: "1s", jitter: 0.5, rules: [{ prefix: "user:", ttl: "2s" }] };
  const [, rule] = lifecycle.configure(JSON.stringify(config)).rules;
  assert.equal(rule.prefix, "user:");
  assert.deepEqual([rule.lease.ttl, rule.lease.jitter], [2_000_000_000n, 0.5]);
});

test("what nobody knows is refused by name", () => {
  assert.throws(() => leaseOf({ tll: "1s" }), { payload: /unknown setting `tll`/ });
  assert.throws(() => leaseOf({ jitter: 2 }), { payload: /`jitter` should be a number between 0 and 1/ });
});
