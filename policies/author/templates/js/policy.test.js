import assert from "node:assert/strict";
import test from "node:test";

{{if reactions}}
import { host } from "./sdk/testing.js";
{{end}}

const policy = await import("./policy.js");

{{if not leases}}
test("an entry is fresh for as long as its ttl", () => {
  const [{ lease }] = policy.lifecycle.configure('{ "ttl": "1h 30m", "jitter": 0.1 }').rules;
  assert.deepEqual([lease.ttl, lease.jitter], [5_400_000_000_000n, 0.1]);
});
{{end}}
{{if leases}}
test("an entry carries what it was made from", () => {
  policy.lifecycle.configure('{ "ttl": "1h 30m" }');
  const { ttl, tags } = policy.leases.onFill({ key: "page:1", dependsOn: ["product:1"] });
  assert.deepEqual([ttl, tags], [5_400_000_000_000n, ["page:1", "product:1"]]);
});
{{end}}

test("a misspelt setting is refused", () => {
  assert.throws(() => policy.lifecycle.configure('{ "tll": "60s" }'), { payload: /unknown setting `tll`/ });
});
{{if reactions}}

test("a change drops what changed", () => {
  host.reset();
  policy.reactions.onChanges([{ feed: "writes", collection: "products", key: "product:1", kind: "updated" }]);
{{end}}
{{if keys}}
  assert.deepEqual(host.journal, [["keys", ["product:1"], "drop"]]);
});
{{end}}
{{if tags}}
  assert.deepEqual(host.journal, [["tags", ["product:1"], "drop"]]);
});
{{end}}
