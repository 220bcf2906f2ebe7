// Errors with a text where they would be traps without one.
import { Refusal } from "./settings.js";

// The functions of an interface, each of which answers with an error where it throws one that is no `Refusal`: what
// went wrong, and where. Otherwise the host would see a trap, and nothing of either.
export function guarded(functions) {
  const each = Object.entries(functions).map(([name, inner]) => {
    const outer = (...given) => {
      try {
        return inner(...given);
      } catch (error) {
        if (error instanceof Refusal) throw error;
        throw new Refusal(`${error}${place(error)}`);
      }
    };
    return [name, outer];
  });
  return Object.fromEntries(each);
}

// The first line of the stack that names a file: `onFill@policy.js:12:5`, or Node's way to say it.
function place(error) {
  const lines = String(error?.stack ?? "").split("\n");
  const line = lines.find((line) => /\.js:\d+/.test(line));
  return line ? ` (${line.trim()})` : "";
}
