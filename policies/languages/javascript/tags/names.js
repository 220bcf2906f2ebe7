// Text with `{name}` placeholders: patterns that keys are matched with, templates that tags are made from.
import { refuse } from "../sdk/settings.js";

// Pieces of text and placeholders, in turns: text at even places.
function pieces(text) {
  const wrong = (why) => refuse(`\`${text}\`: ${why}`);
  const parts = [];
  let rest = text;
  for (;;) {
    const open = rest.indexOf("{");
    const literal = open < 0 ? rest : rest.slice(0, open);
    if (literal.includes("}")) wrong("a `}` without its `{`");
    parts.push(literal);
    if (open < 0) return parts;
    const close = rest.indexOf("}", open);
    if (close < 0) wrong("a `{` without its `}`");
    const name = rest.slice(open + 1, close);
    if (name === "" || name.includes("{")) wrong("a placeholder needs a name, as in `{id}`");
    parts.push(name);
    rest = rest.slice(close + 1);
  }
}

const slotsOf = (parts) => parts.filter((_, at) => at % 2 === 1);

export class Template {
  constructor(text) {
    this.text = text;
    this.parts = pieces(text);
    this.slots = slotsOf(this.parts);
  }

  // The text with each placeholder replaced by what `value` answers for its name.
  fill(value) {
    return this.parts.map((part, at) => (at % 2 === 1 ? value(part) : part)).join("");
  }
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

// A placeholder takes at least one character and no `:`, and ends where the text that follows it begins; a `*` at the
// end takes the rest.
export class Pattern {
  constructor(text) {
    const open = text.endsWith("*");
    const parts = pieces(open ? text.slice(0, -1) : text);
    this.slots = slotsOf(parts);
    if (parts.some((part, at) => at % 2 === 0 && at > 0 && at < parts.length - 1 && part === "")) {
      refuse(`\`${text}\`: two placeholders need some text between them`);
    }
    if (new Set(this.slots).size < this.slots.length) refuse(`\`${text}\`: two placeholders have one name`);
    const source = parts.map((part, at) => {
      if (at % 2 === 0) return escaped(part);
      const next = parts[at + 1];
      // The first occurrence of what follows, and not one further on.
      return next === "" ? "([^:]+)" : `((?:(?!${escaped(next)})[^:])+)`;
    });
    this.pattern = new RegExp(`^${source.join("")}${open ? "" : "$"}`, "s");
  }

  // What the placeholders stand for in a key, by name; undefined where the pattern does not fit.
  match(key) {
    const found = this.pattern.exec(key);
    return found && new Map(this.slots.map((slot, at) => [slot, found[at + 1]]));
  }
}
