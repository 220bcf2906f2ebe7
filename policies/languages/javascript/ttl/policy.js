// Time to live: an entry is fresh for a fixed time after it was stored, whatever happens to the data.
//
// The host does everything from the leases in the plan; the policy is never called again.
import { guarded } from "../sdk/guard.js";
import { lease, plan, rule } from "../sdk/plan.js";
import { duration, kind, limit, refuse, settings, share, table } from "../sdk/settings.js";

// Each setting with what reads it. They may be set for all keys, and in the rule of a prefix.
const SETTINGS = { ttl: limit, jitter: share, grace: duration, rescue: duration };
const DEFAULTS = { ttl: 60_000_000_000n, jitter: 0, grace: 0n, rescue: 0n };

// The settings of every key, or those of a rule over them.
function over(defaults, given) {
  const read = { ...defaults };
  for (const [name, reader] of Object.entries(SETTINGS)) {
    if (name in given) read[name] = reader(name, given[name]);
  }
  return read;
}

function leaseOf({ ttl, ...more }) {
  return lease(ttl, more);
}

export const lifecycle = guarded({
  configure(config) {
    const given = settings(config, [...Object.keys(SETTINGS), "rules"]);
    const everyKey = over(DEFAULTS, given);
    const rules = [rule("", leaseOf(everyKey))];
    const own = given.rules ?? [];
    if (!Array.isArray(own)) refuse(`\`rules\` should be a list, not ${kind(own)}`);
    for (const each of own) {
      const { prefix, ...settings } = table(each, [...Object.keys(SETTINGS), "prefix"], "`rules`: each");
      if (typeof prefix !== "string" || prefix === "") {
        refuse("`rules`: each should have a `prefix`, as text that is not empty");
      }
      if (rules.some((other) => other.prefix === prefix)) refuse(`\`rules\`: two are for \`${prefix}\``);
      rules.push(rule(prefix, leaseOf(over(everyKey, settings))));
    }
    return plan(rules);
  },
});
