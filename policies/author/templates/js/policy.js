{{if static}}
// Entries are fresh for `ttl`, whatever happens to the data.
{{end}}
{{if fills}}
// Entries are fresh for `ttl`, and carry the names of what they were made from.
{{end}}
{{if keys}}
// Entries are fresh for `ttl`; a change drops its key.
{{end}}
{{if tags}}
// Entries are fresh for `ttl`, and carry the names of what they were made from. A change drops what was made from what
// changed.
{{end}}
{{if keys}}
import { everything, keys } from "shelflife:policy/purge@0.1.0";

{{end}}
{{if tags}}
import { everything, tags } from "shelflife:policy/purge@0.1.0";

{{end}}
import { guarded } from "./sdk/guard.js";
import { lease, plan, rule } from "./sdk/plan.js";
import { duration, settings, share } from "./sdk/settings.js";
{{if leases}}

// What is set.
let ttl;
let jitter;
{{end}}

export const lifecycle = guarded({
  configure(config) {
    const given = settings(config, ["ttl", "jitter"]);
{{if leases}}
    ttl = duration("ttl", given.ttl ?? "60s");
    jitter = share("jitter", given.jitter ?? 0);
{{end}}
{{if not leases}}
    const ttl = duration("ttl", given.ttl ?? "60s");
    const jitter = share("jitter", given.jitter ?? 0);
{{end}}
{{if static}}
    return plan([rule("", lease(ttl, { jitter }))]);
{{end}}
{{if keys}}
    return plan([rule("", lease(ttl, { jitter }))], ["writes"]);
{{end}}
{{if fills}}
    return plan([rule("")]);
{{end}}
{{if tags}}
    return plan([rule("")], ["writes"]);
{{end}}
  },
});
{{if leases}}

export const leases = guarded({
  onFill({ key, dependsOn }) {
    return lease(ttl, { jitter, tags: [key, ...dependsOn] });
  },
});
{{end}}
{{if reactions}}

export const reactions = guarded({
  onChanges(changes) {
    if (changes.some((change) => change.kind === "truncated")) {
      everything("drop");
    } else {
{{end}}
{{if keys}}
      keys(changes.map((change) => change.key), "drop");
{{end}}
{{if tags}}
      tags(changes.map((change) => change.key), "drop");
{{end}}
{{if reactions}}
    }
  },
});
{{end}}
