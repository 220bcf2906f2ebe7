import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";

import { host } from "../sdk/testing.js";
const { leases, lifecycle, reactions } = await import("./policy.js");

const SHOP = {
  patterns: { "page:product:{id}": ["product:{id}", "reviews:product:{id}"], "page:*": ["layout"] },
  on_change: { products: ["product:{id}", "category:{category}"], layouts: ["layout"] },
};
const configure = (config) => lifecycle.configure(JSON.stringify(config));
const tagsOf = (key, ...dependsOn) => leases.onFill({ key, dependsOn }).tags;
const change = (collection, key, kind = "updated") => ({ feed: "writes", collection, key, kind });

beforeEach(() => {
  host.reset();
  configure(SHOP);
});

test("an entry carries its key, what its loader names and what the patterns say, each once", () => {
  assert.deepEqual(tagsOf("page:product:17", "team:7", "team:7", "layout"), [
    "page:product:17",
    "team:7",
    "layout",
    "product:17",
    "reviews:product:17",
  ]);
  assert.deepEqual(tagsOf("page:product:1:2"), ["page:product:1:2", "layout"]);
});

test("a column that changed purges what was made from its old value too", () => {
  host.rows = [{ before: { id: "1", category: "red" }, after: { id: "1", category: "blue" } }];
  reactions.onChanges([change("products", "1")]);
  assert.deepEqual(host.journal, [["tags", ["product:1", "category:red", "category:blue"], "drop"]]);
});

test("a collection that is not listed purges by the change's key", () => {
  reactions.onChanges([change("users", "user:1")]);
  assert.deepEqual(host.journal, [["tags", ["user:1"], "drop"]]);
});

test("a truncation purges all unless its tags are fixed", () => {
  reactions.onChanges([change("layouts", "", "truncated")]);
  reactions.onChanges([change("products", "", "truncated")]);
  assert.deepEqual(host.journal, [["tags", ["layout"], "drop"], ["everything", "drop"]]);
});

test("a column that nobody carries is named, and nothing is purged", () => {
  assert.throws(() => reactions.onChanges([change("products", "1")]), { payload: /needs the column `id`/ });
  assert.deepEqual(host.journal, []);
});

test("what the policy gets wrong is an error that says what and where", () => {
  assert.throws(() => leases.onFill(undefined), { payload: /^TypeError: .*policy\.js:\d+/ });
});

test("a tag may use the placeholders of its pattern alone", () => {
  assert.throws(() => configure({ patterns: { "a:{b}": ["{c}"] } }), { payload: /has no `{c}` for the tag/ });
  assert.throws(() => configure({ patterns: { "{a}{b}": [] } }), { payload: /some text between/ });
});
