// Tags: an entry carries the names of what it was made from, and a change purges by name, so that one row takes every
// page along that shows it.
//
// Tags come from three places: the loader's own word, patterns over the key, and the key itself.
import { everything, tags as purgeTags } from "shelflife:policy/purge@0.1.0";
import { after, before } from "shelflife:policy/rows@0.1.0";

import { guarded } from "../sdk/guard.js";
import { FEEDS, lease, plan, rule } from "../sdk/plan.js";
import { limit, lists, refuse, settings } from "../sdk/settings.js";
import { Pattern, Template } from "./names.js";

// What was prepared from the settings.
let policy;

function patternsOf(given) {
  return lists("patterns", given).map(([text, tags]) => {
    const pattern = new Pattern(text);
    const templates = tags.map((tag) => new Template(tag));
    for (const template of templates) {
      const slot = template.slots.find((name) => !pattern.slots.includes(name));
      if (slot !== undefined) refuse(`\`patterns\`: \`${text}\` has no \`{${slot}}\` for the tag \`${template.text}\``);
    }
    return { pattern, templates };
  });
}

export const lifecycle = guarded({
  configure(config) {
    const given = settings(config, ["ttl", "patterns", "on_change", "listen"]);
    const { ttl = "300s", patterns = {}, on_change: onChange = {}, listen = "writes" } = given;
    if (!Object.hasOwn(FEEDS, listen)) refuse("`listen` should be `writes`, `capture` or `both`");
    policy = {
      ttl: limit("ttl", ttl),
      patterns: patternsOf(patterns),
      onChange: new Map(lists("on_change", onChange).map(([name, tags]) => [name, tags.map((tag) => new Template(tag))])),
    };
    return plan([rule("")], FEEDS[listen]);
  },
});

export const leases = guarded({
  onFill({ key, dependsOn }) {
    const tags = new Set([key, ...dependsOn]);
    for (const { pattern, templates } of policy.patterns) {
      const parts = pattern.match(key);
      if (parts) templates.forEach((template) => tags.add(template.fill((name) => parts.get(name))));
    }
    return lease(policy.ttl, { tags: [...tags] });
  },
});

// What a template stands for in the row as it is and, where that differs, in the row as it was, so that what is made
// from a column that changed is found under its old value too. A column that the feed carries on one side only is
// taken to be the same on the other.
function tagsOfRow(template, index, { key, feed, collection }) {
  const value = (one, other) => (column) => {
    if (column === "key") return key;
    return (
      one(index, column) ??
      other(index, column) ??
      refuse(
        `\`${template.text}\` needs the column \`${column}\`, which the feed \`${feed}\` does not carry for a change ` +
          `of \`${collection}\`; \`{key}\` stands for the change's key`,
      )
    );
  };
  return new Set([template.fill(value(before, after)), template.fill(value(after, before))]);
}

export const reactions = guarded({
  onChanges(changes) {
    const tags = [];
    changes.forEach((change, index) => {
      const templates = policy.onChange.get(change.collection);
      // Which tags a template made is not known without the rows: all of them, then.
      if (change.kind === "truncated" && !templates?.every((template) => template.slots.length === 0)) {
        everything("drop");
      } else if (templates) {
        for (const template of templates) tags.push(...tagsOfRow(template, index, change));
      } else {
        tags.push(change.key);
      }
    });
    if (tags.length > 0) purgeTags(tags, "drop");
  },
});
