// Settings of the usual kinds, read from JSON. A wrong one is refused with what would be right.

// What a policy refuses its settings or a call with. The host sees the text; any other error is a trap without one.
export class Refusal extends Error {
  constructor(text) {
    super(text);
    // What ComponentizeJS hands on as the error of a `result`.
    this.payload = text;
  }
}

export function refuse(text) {
  throw new Refusal(text);
}

// The settings as an object without other names than these.
export function settings(json, known) {
  let value;
  try {
    value = JSON.parse(json);
  } catch (error) {
    refuse(`the settings are no JSON: ${error.message}`);
  }
  return table(value, known, "the settings");
}

// An object without other names than these.
export function table(value, known, what) {
  if (kind(value) !== "a table") refuse(`${what} should be a table, not ${kind(value)}`);
  const other = Object.keys(value).find((name) => !known.includes(name));
  if (other !== undefined) refuse(`unknown setting \`${other}\`: known are ${known.join(", ")}`);
  return value;
}

const A_DURATION = "a duration such as `250ms`, `60s` or `2h`";
const UNITS = {
  ns: 1n,
  us: 1_000n,
  "µs": 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
};
const PART = /^(\d+)(?:\.(\d+))? *(ns|us|µs|ms|s|m|h|d)(?=[\d ]|$) */;

// Nanoseconds of text such as `1h 30m` or `1.5s`; undefined for anything else.
function nanoseconds(text) {
  if (typeof text !== "string" || text.trim() === "") return undefined;
  let rest = text.trim();
  let sum = 0n;
  while (rest !== "") {
    const part = PART.exec(rest);
    if (!part) return undefined;
    const [whole, digits, fraction, name] = part;
    sum += BigInt(digits) * UNITS[name];
    let place = UNITS[name];
    for (const digit of fraction ?? "") {
      place /= 10n;
      sum += place * BigInt(digit);
    }
    rest = rest.slice(whole.length);
  }
  return sum < 1n << 64n ? sum : undefined;
}

// A duration in nanoseconds.
export function duration(name, value) {
  return nanoseconds(value) ?? refuse(`\`${name}\` should be ${A_DURATION}, not ${said(value)}`);
}

// A duration in nanoseconds, or undefined for `none`: no limit.
export function limit(name, value) {
  if (value === "none") return undefined;
  return nanoseconds(value) ?? refuse(`\`${name}\` should be ${A_DURATION}, or \`none\`, not ${said(value)}`);
}

// A number between 0 and 1.
export function share(name, value) {
  if (typeof value === "number" && value >= 0 && value <= 1) return value;
  return refuse(`\`${name}\` should be a number between 0 and 1, not ${said(value)}`);
}

// A table of lists of text, as pairs.
export function lists(name, value) {
  if (kind(value) !== "a table") refuse(`\`${name}\` should be a table, not ${kind(value)}`);
  const isList = (list) => Array.isArray(list) && list.every((text) => typeof text === "string");
  for (const [key, list] of Object.entries(value)) {
    if (!isList(list)) refuse(`\`${name}\`: \`${key}\` should be a list of text`);
  }
  return Object.entries(value);
}

function said(value) {
  return typeof value === "string" ? `\`${value}\`` : kind(value);
}

export function kind(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return { boolean: "a truth value", number: "a number", string: "text" }[typeof value] ?? "a table";
}
