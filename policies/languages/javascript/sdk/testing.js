// A host for unit tests: `node --import ./sdk/testing.js --test` (from the folder of a policy).
//
// What the policy imports from `shelflife:policy/…` is answered from `host`, where tests put rows and read what was
// purged.
import { register } from "node:module";

const INTERFACES = {
  "shelflife:policy/purge@0.1.0": ["keys", "tags", "prefix", "bump", "everything", "keysAgain"],
  "shelflife:policy/rows@0.1.0": ["after", "before"],
  "shelflife:policy/clock@0.1.0": ["now"],
  "shelflife:policy/random@0.1.0": ["next"],
  "shelflife:policy/log@0.1.0": ["emit"],
};

const HOOKS = `
const interfaces = ${JSON.stringify(INTERFACES)};
export function resolve(specifier, context, next) {
  if (!(specifier in interfaces)) return next(specifier, context);
  const name = /\\/(.*)@/.exec(specifier)[1];
  const functions = interfaces[specifier].map(
    (each) => "export const " + each + " = (...given) => globalThis.host.call('" + name + "', '" + each + "', given);",
  );
  const url = "data:text/javascript," + encodeURIComponent(functions.join("\\n"));
  return { url, shortCircuit: true };
}`;

export const host = {
  journal: [],
  lines: [],
  rows: [],
  now: 0n,
  // Forgets everything.
  reset() {
    Object.assign(this, { journal: [], lines: [], rows: [], now: 0n });
  },
  call(name, each, given) {
    switch (name) {
      case "purge":
        this.journal.push([each, ...given]);
        return undefined;
      case "rows":
        return this.rows[given[0]]?.[each]?.[given[1]];
      case "clock":
        return this.now;
      case "random":
        return 4n;
      default:
        this.lines.push(given);
        return undefined;
    }
  },
};
globalThis.host = host;
register("data:text/javascript," + encodeURIComponent(HOOKS));
